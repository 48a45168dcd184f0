"""Says what a verdict holds, as text and as HTML."""

import re
from html import escape

import numpy as np

LONGEST = 200
"""How many characters are shown of what is no array."""
LOOKS = {
    "correct": ("#009E73", "✓"),
    "right, in another form": ("#009E73", "≈"),
    "not attempted": ("#999999", "…"),
    "not read": ("#999999", "?"),
}
"""The edge and the mark of a verdict that is not a mistake, by its status."""
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


def example_lines(example):
    """Return a `Counterexample` as pairs of a name and a text that can be pasted and run."""
    arguments = [(name, pasteable(value)) for name, value in example.arguments]
    answers = zip(example.labels, map(shown, (example.yours, example.expected)), strict=True)
    return [*arguments, *answers]


def notes(verdict):
    """Return the paragraphs after the summary of a verdict, each a heading and a text."""
    notes = [("where it shows", verdict.counterexample and verdict.counterexample.note)]
    if verdict.mistakes:
        first, *others = verdict.mistakes
        later = verdict.lesson is not None and first.lesson > verdict.lesson
        place = "you will meet this in lesson" if later else "lesson"
        notes.append(("why it is wrong", first.why))
        notes += [("also", f"{other.key}: {other.why}") for other in others]
        notes.append(("read again", f"{place} {first.lesson}"))
    notes += [("next", verdict.hint), ("it printed", verdict.printed)]
    return [(heading, text) for heading, text in notes if text]


def verdict_text(verdict):
    """Return a whole verdict as text."""
    lines = [f"{verdict.exercise}: {verdict.status.value}"]
    lines += [f"read as: {verdict.read_as}"] if verdict.read_as else []
    lines.append(verdict.summary)
    if verdict.counterexample:
        pairs = example_lines(verdict.counterexample)
        width = max(len(name) for name, _ in pairs)
        for name, text in pairs:
            indent = "\n" + " " * (width + 3)
            lines.append(f"  {name:{width}} {text.replace(chr(10), indent)}")
    lines += [f"{heading}: {text}" for heading, text in notes(verdict)]
    return "\n".join([*lines, *table_lines(verdict.table)])


def verdict_html(verdict):
    """Return a verdict as HTML that takes its colours from the page, light or dark."""
    edge, mark = LOOKS.get(verdict.status.value, ("#D55E00", "✗"))
    reading = f"<i>read as: {as_html(verdict.read_as)}</i><br>" if verdict.read_as else ""
    parts = [
        f"<p><b>{mark} {as_html(verdict.exercise)}: {escape(verdict.status.value)}</b><br>"
        f"{reading}{as_html(verdict.summary)}</p>"
    ]
    bare = 'style="margin:0;background:transparent"'
    if verdict.counterexample:
        parts.append('<table style="background:transparent">')
        for name, text in example_lines(verdict.counterexample):
            parts.append(f"<tr><th {LEFT}>{escape(name)}</th>")
            parts.append(f"<td {LEFT}><pre {bare}>{escape(text)}</pre></td></tr>")
        parts.append("</table>")
    parts += [f"<p><b>{escape(name)}:</b> {as_html(text)}</p>" for name, text in notes(verdict)]
    parts.append(table_html(verdict.table))
    box = f"border-left:5px solid {edge};padding:0.2em 1em;margin-bottom:1em;max-width:60em"
    return f'<div style="{box}">{"".join(parts)}</div>'
