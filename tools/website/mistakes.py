"""The page of the misconception catalogue, made of the records themselves."""

import inspect
import textwrap

from softmax_lessons.misconceptions import CATALOGUE

HEAD = """\
# Mistakes people make

These are the {number} mistakes that the checks of the exercises know by name: what somebody who
makes one would say, why it is wrong, and how it is written. A check recognises a mistake by what a
function does, however it is written.

All code on this page is wrong, and meant to be.

"""


def page(lessons):
    """Return the catalogue as MyST Markdown, a section with an anchor for each mistake.

    `lessons` gives the file name of a lesson, without its ending, by its number.
    """
    by_key = {}
    for record in CATALOGUE:
        by_key.setdefault(record.key, []).append(record)
    sections = [section(records, lessons) for records in by_key.values()]
    return HEAD.format(number=len(sections)) + "\n".join(sections)


def section(records, lessons):
    """Return the section of one mistake."""
    first = records[0]
    kinds = list(dict.fromkeys(record.kind for record in records))
    codes = dict.fromkeys(code for record in records if (code := source(record.function)))
    parts = [
        f"(mistake-{first.key})=",
        f"## {first.key.replace('-', ' ').capitalize()}",
        "",
        f"> {first.claim}",
        "",
        f"{first.why} See [lesson {first.lesson}](lessons/{lessons[first.lesson]}.ipynb).",
        "",
        f"Recognised as `{first.key}` by {', '.join(f'`check_{kind}`' for kind in kinds)}.",
        "",
    ]
    if codes:
        title = "How it is written" if len(codes) == 1 else f"{len(codes)} ways to write it"
        parts += [f":::{{dropdown}} {title}", "```python", "\n\n".join(codes), "```", ":::", ""]
    return "\n".join(parts)


def source(function):
    """Return the code of a function without its decorators, None if it is no plain function."""
    if not inspect.isfunction(function) or function.__name__ == "<lambda>":
        return None
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("def "))
    return "\n".join(lines[start:])
