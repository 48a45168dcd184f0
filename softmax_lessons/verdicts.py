"""What a check answers: a status, what shows it, and what to try next, as text and as HTML."""

import re
from dataclasses import dataclass
from enum import Enum
from html import escape

import numpy as np


class Status(Enum):
    """How a handed-in function fared."""

    NOT_ATTEMPTED = "not attempted"
    RAISES = "raises"
    WRONG_TYPE = "wrong type"
    WRONG_SHAPE = "wrong shape"
    KNOWN_MISTAKE = "known mistake"
    WRONG = "wrong"
    CORRECT = "correct"


# The edge and the mark of a verdict that is not a mistake.
LOOKS = {Status.CORRECT: ("#009E73", "✓"), Status.NOT_ATTEMPTED: ("#999999", "…")}

LARGEST = 10**6
"""An array of more entries is shown by its shape."""


def shown(value):
    """Return a value as a learner reads it: arrays rounded to four decimals.

    Parameters
    ----------
    value : object

    Returns
    -------
    str

    Examples
    --------
    >>> shown(np.array([1 / 3, -0.0]))
    '[0.3333 0.0000]'
    """
    if not isinstance(value, np.ndarray):
        return str(value)
    if value.size > LARGEST:
        return f"an array of shape {value.shape}"
    if value.dtype.kind != "f":
        return np.array2string(value)
    largest = np.abs(value[np.isfinite(value)]).max(initial=0)
    form = "{:z.4f}" if largest < 1e5 else "{:z.3e}"
    return np.array2string(value, formatter={"float_kind": form.format})


def as_html(text):
    r"""Return text for HTML that stays text, and that MathJax does not take for a formula.

    Jupyter typesets what lies between dollars, or begins with a backslash, within one element. No
    two of these are in the same one here.

    Parameters
    ----------
    text : str

    Returns
    -------
    str

    Examples
    --------
    >>> as_html("a < b")
    'a &lt; b'
    >>> as_html("$x$")
    '<span>$</span>x<span>$</span>'
    """
    return re.sub(r"[$\\]", r"<span>\g<0></span>", escape(text))


@dataclass(frozen=True)
class Counterexample:
    """The smallest input that shows a mistake, with both answers.

    Parameters
    ----------
    arguments : tuple of (str, object)
        The name and the value of each argument.
    yours : object
        What the function gave.
    expected : object
        What was expected.
    note : str
        Where to look.
    """

    arguments: tuple[tuple[str, object], ...]
    yours: object
    expected: object
    note: str = ""

    def lines(self):
        """Return pairs of a name and a text."""
        pairs = [*self.arguments, ("yours", self.yours), ("expected", self.expected)]
        return [(name, shown(value)) for name, value in pairs]


@dataclass(frozen=True, eq=False)
class Verdict:
    """The outcome of a check; `print` it, or let it be the last line of a cell.

    Parameters
    ----------
    exercise : str
        What was to be written.
    status : Status
    summary : str
        The outcome in a sentence.
    misconception : Misconception or None
        The mistake, where it is one of the catalogue; its name and claim are in the summary.
    counterexample : Counterexample or None
        The smallest input that shows it.
    hint : str
        What to try next; empty where there is nothing to say.
    table : tuple of tuple of str
        Rows of three cells, with their headings first, where a check tries many things; else empty.
    """

    exercise: str
    status: Status
    summary: str
    misconception: object = None
    counterexample: Counterexample | None = None
    hint: str = ""
    table: tuple[tuple[str, ...], ...] = ()

    @property
    def passed(self):
        """Whether the function is right."""
        return self.status is Status.CORRECT

    def _notes(self):
        """Return the paragraphs after the summary, each a heading and a text."""
        notes = []
        if self.counterexample and self.counterexample.note:
            notes.append(("where it shows", self.counterexample.note))
        if self.misconception:
            notes.append(("why it is wrong", self.misconception.why))
            notes.append(("read again", f"lesson {self.misconception.lesson}"))
        if self.hint:
            notes.append(("next", self.hint))
        return notes

    def __str__(self):
        """Return the whole verdict as text."""
        lines = [f"{self.exercise}: {self.status.value}", self.summary]
        if self.counterexample:
            for name, text in self.counterexample.lines():
                lines.append(f"  {name:9} {text.replace(chr(10), chr(10) + ' ' * 12)}")
        lines += [f"{heading}: {text}" for heading, text in self._notes()]
        if self.table:
            widths = [max(map(len, column)) for column in zip(*self.table, strict=True)]
            for row in self.table:
                cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
                lines.append(("  " + "  ".join(cells)).rstrip())
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self):
        """Return the verdict as HTML that takes its colours from the page, light or dark."""
        edge, mark = LOOKS.get(self.status, ("#D55E00", "✗"))
        parts = [
            f"<p><b>{mark} {as_html(self.exercise)}: {escape(self.status.value)}</b><br>"
            f"{as_html(self.summary)}</p>"
        ]
        if self.counterexample:
            rows = "".join(
                f'<tr><th style="text-align:left;vertical-align:top">{escape(name)}</th>'
                f'<td style="text-align:left"><pre style="margin:0">{escape(text)}</pre></td></tr>'
                for name, text in self.counterexample.lines()
            )
            parts.append(f'<table style="background:transparent">{rows}</table>')
        parts += [f"<p><b>{escape(name)}:</b> {as_html(text)}</p>" for name, text in self._notes()]
        if self.table:
            head, *body = self.table
            heads = "".join(f'<th style="text-align:left">{escape(cell)}</th>' for cell in head)
            rows = "".join(
                "<tr>"
                + "".join(f'<td style="text-align:left">{as_html(cell)}</td>' for cell in row)
                + "</tr>"
                for row in body
            )
            parts.append(f"<table><tr>{heads}</tr>{rows}</table>")
        return (
            f'<div style="border-left:5px solid {edge};padding:0.2em 1em;max-width:60em">'
            f"{''.join(parts)}</div>"
        )
