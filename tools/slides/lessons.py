"""Which lessons there are."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LESSONS = {path.stem[:2]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}


class Problem(Exception):
    """What keeps slides from being shown, in a sentence that says what to do about it."""


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
