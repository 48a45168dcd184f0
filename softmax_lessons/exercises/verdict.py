"""What a check answers: a status, what shows it, and what to try next, as text and as HTML."""

import re
from dataclasses import dataclass
from enum import Enum
from html import escape

import numpy as np


class Status(Enum):
    """How a handed-in function fared."""

    NOT_ATTEMPTED = "not attempted"
    NOT_READ = "not read"
    RAISES = "raises"
    WRONG_TYPE = "wrong type"
    WRONG_SHAPE = "wrong shape"
    KNOWN_MISTAKE = "known mistake"
    WRONG = "wrong"
    OTHER_FORM = "right, in another form"
    CORRECT = "correct"


# The edge and the mark of a verdict that is not a mistake.
LOOKS = {
    Status.CORRECT: ("#009E73", "✓"),
    Status.OTHER_FORM: ("#009E73", "≈"),
    Status.NOT_ATTEMPTED: ("#999999", "…"),
    Status.NOT_READ: ("#999999", "?"),
}

LONGEST = 200
"""How many characters are shown of what is no array."""
LEFT = 'style="text-align:left;vertical-align:top"'


def shown(value):
    """Return a value as a learner reads it: arrays rounded to four decimals.

    Examples
    --------
    >>> shown(np.array([1 / 3, -0.0]))
    '[0.3333 0.0000]'
    """
    if not isinstance(value, np.ndarray):
        return str(value)
    largest = np.abs(value[np.isfinite(value)]).max(initial=0)
    form = "{:z.4f}" if largest < 1e5 else "{:z.3e}"
    return np.array2string(value, formatter={"float_kind": form.format})


def as_html(text):
    r"""Return text for HTML that stays text, and that MathJax does not take for a formula.

    Jupyter typesets what lies between dollars, or begins with a backslash, within one element. No
    two of these are in the same one here.

    Examples
    --------
    >>> as_html("a < b")
    'a &lt; b'
    >>> as_html("$x$")
    '<span>$</span>x<span>$</span>'
    """
    return re.sub(r"[$\\]", r"<span>\g<0></span>", escape(text))


def pasteable(value):
    """Return an argument as code that makes it.

    Examples
    --------
    >>> pasteable(np.array([[0.0, 1.0]]))
    'np.array([[0.0, 1.0]])'
    """
    if not isinstance(value, np.ndarray):
        return repr(value)
    rounded = value if value.dtype.kind != "f" else np.round(value.astype(float), 4) + 0.0
    dtype = ", dtype=np.float32" if value.dtype == np.float32 else ""
    return f"np.array({rounded.tolist()}{dtype})"


def printable(text):
    r"""Return text cut off where it is long, with escapes for characters that would not be seen.

    Examples
    --------
    >>> printable("up\x1b[2A")
    'up\\x1b[2A'
    """
    text = text if len(text) <= LONGEST else text[:LONGEST] + " ..."
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text)


def table_lines(table):
    """Return the rows of a table, the first of which are its headings, as lines of text."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = (f"{cell:{width}}" for cell, width in zip(row, widths, strict=True))
        yield ("  " + "  ".join(cells)).rstrip()


def table_html(table):
    """Return such a table as HTML, nothing for one without rows."""
    rows = "".join(
        "<tr>" + "".join(f"<{tag} {LEFT}>{as_html(cell)}</{tag}>" for cell in row) + "</tr>"
        for tag, row in zip(["th", *["td"] * len(table)], table, strict=False)
    )
    return f"<table>{rows}</table>" if rows else ""


@dataclass(frozen=True)
class Counterexample:
    """The smallest input that shows a mistake: names and values, what came back, what is right.

    `note` says where to look, `labels` what the two answers are called.
    """

    arguments: tuple[tuple[str, object], ...]
    yours: object
    expected: object
    note: str = ""
    labels: tuple[str, str] = ("yours", "expected")

    def lines(self):
        """Return pairs of a name and a text; the arguments can be pasted and run."""
        arguments = [(name, pasteable(value)) for name, value in self.arguments]
        answers = zip(self.labels, map(shown, (self.yours, self.expected)), strict=True)
        return [*arguments, *answers]


@dataclass(frozen=True, eq=False)
class Verdict:
    """The outcome of a check; `print` it, or let it be the last line of a cell."""

    exercise: str  # what was to be written
    status: Status
    summary: str  # the outcome in a sentence
    mistakes: tuple = ()  # all that were found, the most important first
    counterexample: Counterexample | None = None  # the smallest input that shows it
    hint: str = ""  # what to try next
    # Rows of three cells, with their headings first, where a check tries many things.
    table: tuple[tuple[str, ...], ...] = ()
    read_as: str = ""  # how the program was called, where not as the exercise says
    printed: str = ""  # the beginning of what the function printed
    lesson: str | None = None  # that at hand: mistakes of later ones are said to come later

    @property
    def passed(self):
        """Whether the function is right."""
        return self.status is Status.CORRECT

    @property
    def misconception(self):
        """The most important mistake, None where none has a name."""
        return self.mistakes[0] if self.mistakes else None

    def _notes(self):
        """Return the paragraphs after the summary, each a heading and a text."""
        notes = [("where it shows", self.counterexample and self.counterexample.note)]
        if self.mistakes:
            first, *others = self.mistakes
            later = self.lesson is not None and first.lesson > self.lesson
            place = "you will meet this in lesson" if later else "lesson"
            notes.append(("why it is wrong", first.why))
            notes += [("also", f"{other.key}: {other.why}") for other in others]
            notes.append(("read again", f"{place} {first.lesson}"))
        notes += [("next", self.hint), ("it printed", self.printed)]
        return [(heading, text) for heading, text in notes if text]

    def __str__(self):
        """Return the whole verdict as text."""
        lines = [f"{self.exercise}: {self.status.value}"]
        lines += [f"read as: {self.read_as}"] if self.read_as else []
        lines.append(self.summary)
        if self.counterexample:
            pairs = self.counterexample.lines()
            width = max(len(name) for name, _ in pairs)
            for name, text in pairs:
                indent = "\n" + " " * (width + 3)
                lines.append(f"  {name:{width}} {text.replace(chr(10), indent)}")
        lines += [f"{heading}: {text}" for heading, text in self._notes()]
        return "\n".join([*lines, *table_lines(self.table)])

    __repr__ = __str__

    def _repr_html_(self):
        """Return the verdict as HTML that takes its colours from the page, light or dark."""
        edge, mark = LOOKS.get(self.status, ("#D55E00", "✗"))
        reading = f"<i>read as: {as_html(self.read_as)}</i><br>" if self.read_as else ""
        parts = [
            f"<p><b>{mark} {as_html(self.exercise)}: {escape(self.status.value)}</b><br>"
            f"{reading}{as_html(self.summary)}</p>"
        ]
        bare = 'style="margin:0;background:transparent"'
        if self.counterexample:
            parts.append('<table style="background:transparent">')
            for name, text in self.counterexample.lines():
                parts.append(f"<tr><th {LEFT}>{escape(name)}</th>")
                parts.append(f"<td {LEFT}><pre {bare}>{escape(text)}</pre></td></tr>")
            parts.append("</table>")
        parts += [f"<p><b>{escape(name)}:</b> {as_html(text)}</p>" for name, text in self._notes()]
        parts.append(table_html(self.table))
        box = f"border-left:5px solid {edge};padding:0.2em 1em;margin-bottom:1em;max-width:60em"
        return f'<div style="{box}">{"".join(parts)}</div>'


def nothing_yet(signature):
    """Return the verdict on a stub."""
    text = "Nothing comes back yet. If you have written it, is there a return?"
    return Verdict(signature, Status.NOT_ATTEMPTED, text)
