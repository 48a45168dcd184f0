"""Which lessons there are, and what slides need of one."""

import re
import shutil
from pathlib import Path

import nbformat

from tools import assets

ROOT = Path(__file__).resolve().parents[2]
LESSONS = {path.stem[:2]: path for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}
DIAGNOSE = ROOT / "notebooks" / "diagnose_your_own.ipynb"
"""A page to paste code into, which is no lesson."""
LINK = re.compile(r"\[([^\]]*)\]\((\d\d)_\w+\.ipynb\)")
TEMPLATES = Path(__file__).parent / "templates"
THEME = "lesson"


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


def read(path, pages):
    """Return a lesson whose links lead to these pages, by number; others are named, not linked."""

    def link(match):
        return f"[{match[1]}]({pages[match[2]]})" if match[2] in pages else match[1]

    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.title = notebook.cells[0].source.partition("\n")[0].removeprefix("# ")
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(link, cell.source)
    return notebook


def copy_reveal(folder):
    """Copy reveal.js into a folder, with the looks and the rules of our slides."""
    assets.copy(assets.REVEAL_JS, folder)
    (folder / "dist" / "theme").mkdir()
    shutil.copy(TEMPLATES / "lesson.css", folder / "dist" / "theme" / f"{THEME}.css")
    shutil.copy(TEMPLATES / "lesson.js", folder)
