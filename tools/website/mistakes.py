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
    """Return a section with an anchor for each mistake; `lessons` are paths by number."""
    keys = dict.fromkeys(record.key for record in CATALOGUE)
    sections = [section([r for r in CATALOGUE if r.key == key], lessons) for key in keys]
    return HEAD.format(number=len(sections)) + "\n".join(sections)


def section(records, lessons):
    """Return the section of one mistake."""
    first = records[0]
    checks = ", ".join(dict.fromkeys(f"`check_{record.kind}`" for record in records))
    codes = dict.fromkeys(code for record in records if (code := source(record.function)))
    text = f"""\
(mistake-{first.key})=
## {first.key.replace("-", " ").capitalize()}

> {first.claim}

{first.why} See [lesson {first.lesson}](lessons/{lessons[first.lesson].name}).

Recognised as `{first.key}` by {checks}.
"""
    if codes:
        title = "How it is written" if len(codes) == 1 else f"{len(codes)} ways to write it"
        code = "\n\n".join(codes)
        text += f"\n:::{{dropdown}} {title}\n```python\n{code}\n```\n:::\n"
    return text


def source(function):
    """Return the code of a function without its decorators, None if it is no plain function."""
    if not inspect.isfunction(function) or function.__name__ == "<lambda>":
        return None
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("def "))
    return "\n".join(lines[start:])
