"""MathJax, which sets the formulas, beside the pages instead of from a network."""

import shutil
from importlib.metadata import distribution
from pathlib import Path

SOURCE = "sphinx-mathjax-offline/static/mathjax"


def copy(folder):
    """Copy from the package that carries MathJax what the pages use of it."""
    source = Path(distribution("sphinx-mathjax-offline").locate_file(SOURCE))
    (folder / "output").mkdir(parents=True)
    shutil.copy(source / "tex-chtml.js", folder)
    shutil.copy(source / "output" / "chtml.js", folder / "output")
    shutil.copytree(source / "output" / "chtml", folder / "output" / "chtml")
