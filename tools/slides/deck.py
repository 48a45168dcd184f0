"""What slides need of a lesson."""

import re
import shutil
from pathlib import Path

import nbformat

from tools import assets

LINK = re.compile(r"\[([^\]]*)\]\((\d\d)_\w+\.ipynb\)")
TEMPLATES = Path(__file__).parent / "templates"
THEME = "lesson"


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
