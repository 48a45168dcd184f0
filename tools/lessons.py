"""Which lessons there are."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LESSONS = {path.stem[:2]: path for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}
DIAGNOSE = ROOT / "notebooks" / "diagnose_your_own.ipynb"
"""A page to paste code into, which is no lesson."""
NOTEBOOKS = [*LESSONS.values(), DIAGNOSE]


class Problem(Exception):
    """What keeps a lesson from being shown, in a sentence that says what to do about it."""


def find(name):
    """Return the path of a lesson; 3, 03 and the name of its file all mean the same one."""
    number = re.match(r"\d+(?=_|$)", Path(name).stem)
    path = LESSONS.get(number[0].rjust(2, "0")) if number else None
    if path is None:
        raise Problem(f"There is no lesson {name}. {listing()}")
    return path


def listing():
    """Return a sentence that names the lessons, one to a line."""
    titles = [f"  {number}  {path.stem[3:].replace('_', ' ')}" for number, path in LESSONS.items()]
    return "\n".join(["The lessons are", *titles])
