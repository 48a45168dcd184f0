"""Slides that need no kernel: pages with explorers that move without one."""

import shutil
from html import escape
from string import Template

from nbconvert import SlidesExporter
from nbformat.v4 import new_output
from traitlets.config import Config

from tools import assets, strips
from tools.lessons import ROOT
from tools.slides import deck

FILES = "slides_files"
STATIC = ROOT / "docs" / "_static"


def export(paths, folder):
    """Write the slides of lessons into a folder, all that they ask for, and a page of links."""
    files = folder / FILES
    shutil.rmtree(files, ignore_errors=True)
    deck.copy_reveal(files / "reveal")
    assets.copy(assets.MATHJAX, files / "mathjax")
    shutil.copy(deck.TEMPLATES / "mathjax_settings.js", files)
    shutil.copy(STATIC / "explorers.css", files)
    exporter = SlidesExporter(
        config=Config(),
        extra_template_basedirs=[str(deck.TEMPLATES)],
        template_name="still",
        reveal_url_prefix=f"{FILES}/reveal",
        reveal_theme=deck.THEME,
        mathjax_url=f"{FILES}/mathjax/tex-chtml.js",
    )
    # In the page, since a page that is opened as a file cannot load modules.
    scripts = [(STATIC / name).read_text("utf-8") for name in ("explorer.js", "strips.js")]
    pages = {path.stem[:2]: f"{path.stem}.html" for path in paths}
    rows = []
    for path, name in zip(paths, pages.values(), strict=True):
        notebook = deck.read(path, pages)
        for cell in notebook.cells:
            if html := strips.in_place_of(cell, files / "strips", f"{FILES}/strips"):
                cell.outputs = [new_output("display_data", {"text/html": html})]
        page, _ = exporter.from_notebook_node(notebook, {"scripts": scripts})
        (folder / name).write_text(page, "utf-8")
        rows.append(f'<li><a href="{name}">{escape(notebook.metadata.title)}</a></li>')
    contents = Template((deck.TEMPLATES / "contents.html").read_text("utf-8"))
    (folder / "index.html").write_text(contents.substitute(lessons="\n".join(rows)), "utf-8")
