"""reveal.js and the looks of the slides, beside the pages instead of from a network."""

import shutil
from importlib.metadata import distribution
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
REVEAL_JS = "sphinx_revealjs/_static/revealjs"
THEME = "lesson"


def copy(folder):
    """Copy from the package that carries reveal.js what slides use of it, and their theme."""
    source = Path(distribution("sphinx-revealjs").locate_file(REVEAL_JS))
    (folder / "dist" / "theme").mkdir(parents=True)
    shutil.copy(source / "LICENSE", folder)
    for name in ("reveal.js", "reveal.css"):
        shutil.copy(source / "dist" / name, folder / "dist")
    shutil.copy(TEMPLATES / "lesson.css", folder / "dist" / "theme" / f"{THEME}.css")
    shutil.copy(TEMPLATES / "lesson.js", folder)
