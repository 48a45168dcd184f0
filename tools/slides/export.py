"""Slides that need no kernel: pages with a picture where each explorer was."""

import shutil
from html import escape
from string import Template

from nbconvert import SlidesExporter
from traitlets.config import Config

from tools import assets
from tools.slides import lessons

FILES = "slides_files"


def export(paths, folder):
    """Write the slides of lessons into a folder, all that they ask for, and a page of links."""
    files = folder / FILES
    shutil.rmtree(files, ignore_errors=True)
    lessons.copy_reveal(files / "reveal")
    assets.copy(assets.MATHJAX, files / "mathjax")
    shutil.copy(lessons.TEMPLATES / "mathjax_settings.js", files)
    exporter = SlidesExporter(
        config=Config(),
        extra_template_basedirs=[str(lessons.TEMPLATES)],
        template_name="still",
        reveal_url_prefix=f"{FILES}/reveal",
        reveal_theme=lessons.THEME,
        mathjax_url=f"{FILES}/mathjax/tex-chtml.js",
    )
    pages = {path.stem[:2]: f"{path.stem}.html" for path in paths}
    rows = []
    for path, name in zip(paths, pages.values(), strict=True):
        notebook = lessons.read(path, pages)
        page, _ = exporter.from_notebook_node(notebook)
        (folder / name).write_text(page, "utf-8")
        rows.append(f'<li><a href="{name}">{escape(notebook.metadata.title)}</a></li>')
    contents = Template((lessons.TEMPLATES / "contents.html").read_text("utf-8"))
    (folder / "index.html").write_text(contents.substitute(lessons="\n".join(rows)), "utf-8")
