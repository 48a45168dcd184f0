"""What Python packages carry for web pages, put beside ours instead of fetched from a network."""

import shutil
from importlib.metadata import distribution
from pathlib import Path

MATHJAX = (
    "sphinx-mathjax-offline",
    "sphinx-mathjax-offline/static/mathjax",
    ("tex-chtml.js", "output/chtml.js", "output/chtml"),
)
REVEAL_JS = (
    "sphinx-revealjs",
    "sphinx_revealjs/_static/revealjs",
    ("LICENSE", "dist/reveal.js", "dist/reveal.css"),
)


def copy(assets, target):
    """Copy from a package what pages use of it."""
    package, place, names = assets
    source = Path(distribution(package).locate_file(place))
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
        else:
            shutil.copy(source / name, target / name)
