"""Says what a verdict holds, as text and as HTML."""

import re
from html import escape
from itertools import pairwise

import numpy as np

LONGEST = 200
"""How many characters are shown of what is no array."""
LOOKS = {
    "correct": ("#009E73", "✓"),
    "right, in another form": ("#E69F00", "≈"),
    "not attempted": ("#999999", "…"),
    "not read": ("#999999", "?"),
}
"""The edge and the mark of a verdict that is not a mistake, by its status."""
LEFT = 'style="text-align:left;vertical-align:top;padding:0.1em 0.5em"'


def shown(value, decimals=4):
    """Return a value as a learner reads it: arrays rounded to four decimals.

    Examples
    --------
    >>> shown(np.array([1 / 3, -0.0]))
    '[0.3333 0.0000]'
    """
    if not isinstance(value, np.ndarray):
        return str(value)
    largest = np.abs(value[np.isfinite(value)]).max(initial=0)
    form = f"{{:z.{decimals}f}}" if largest < 1e5 else f"{{:z.{decimals - 1}e}}"
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
    >>> as_html("in the line `x < y`")
    'in the line <code>x &lt; y</code>'
    """
    code = re.sub("`([^`\n]+)`", r"<code>\1</code>", escape(text))
    return re.sub(r"[$\\]", r"<span>\g<0></span>", code)


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
    text = f"np.array({rounded.tolist()}{dtype})"
    return text if len(text) < 90 else text.replace("], [", "],\n [")


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
    answers = example.yours, example.expected
    # As many decimals as it takes to see a difference.
    pairs = ([shown(answer, k) for answer in answers] for k in range(4, 16))
    texts = next((pair for pair in pairs if len({*pair}) > 1), map(shown, answers))
    return [*arguments, *zip(example.labels, texts, strict=True)][: 99 if example.labels[1] else -1]


def notes(verdict):
    """Return the paragraphs after the summary of a verdict, each a heading and a text."""
    notes = [("where it shows", verdict.counterexample and verdict.counterexample.note)]
    if verdict.mistakes:
        first = verdict.mistakes[0]
        later = verdict.lesson is not None and first.lesson > verdict.lesson
        right = verdict.status.value in LOOKS
        notes.append(("why" if right else "why it is wrong", first.why))
        for before, other in pairwise(verdict.mistakes):
            word = "or" if {before, other} <= {*verdict.either} else "also"
            notes.append((word, f"{other.key}: {other.why}"))
        place = ("later", "you will meet this in") if later else ("read again", "")
        if first.lesson != verdict.lesson:
            notes.append((place[0], f"{place[1]} lesson {first.lesson}".strip()))
    notes += [("next", verdict.hint), ("it printed", verdict.printed)]
    return [(heading, text) for heading, text in notes if text]


def verdict_text(verdict):
    """Return a whole verdict as text."""
    lines = [f"{verdict.exercise}: {verdict.status.value}"]
    lines += [f"read as: {verdict.read_as}"] if verdict.read_as else []
    lines += [f"line {verdict.line}: {verdict.code}"] if verdict.line else []
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
    if verdict.line:
        reading += f"line {verdict.line}: <code>{as_html(verdict.code)}</code><br>"
    parts = [
        f"<p><b>{mark} {as_html(verdict.exercise)}: {escape(verdict.status.value)}</b><br>"
        f"{reading}{as_html(verdict.summary)}</p>"
    ]
    bare = 'style="margin:0;background:transparent"'
    if verdict.counterexample:
        parts.append('<table style="background:transparent;margin:0 0 0.5em">')
        for name, text in example_lines(verdict.counterexample):
            parts.append(f"<tr><th {LEFT}>{escape(name)}</th>")
            parts.append(f"<td {LEFT}><pre {bare}>{escape(text)}</pre></td></tr>")
        parts.append("</table>")
    # Notebooks keep the next cell where it is, and what is high goes out at the top.
    lines = [f"<b>{escape(name)}:</b> {as_html(text)}" for name, text in notes(verdict)]
    parts += [f"<p>{'<br>'.join(lines)}</p>" if lines else "", table_html(verdict.table)]
    box = f"border-left:5px solid {edge};padding:0.2em 1em;margin-bottom:1em;max-width:60em"
    return f'<div style="{box}">{"".join(parts)}</div>'
