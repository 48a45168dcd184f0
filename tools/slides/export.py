"""Slides that need no kernel: pages with a picture where each explorer was."""

import shutil
from html import escape
from string import Template

from nbconvert import SlidesExporter
from traitlets.config import Config

from tools.slides import assets, staging
from tools.website import mathjax

FILES = "slides_files"


def export(paths, folder):
    """Write the slides of lessons into a folder, all that they ask for, and a page of links."""
    files = folder / FILES
    shutil.rmtree(files, ignore_errors=True)
    assets.copy(files / "reveal")
    mathjax.copy(files / "mathjax")
    shutil.copy(assets.TEMPLATES / "mathjax_settings.js", files)
    pages = {path.stem[:2]: f"{path.stem}.html" for path in paths}
    rows = []
    for path in paths:
        notebook = staging.read(path, link=lambda match: link(match, pages))
        page, _ = exporter().from_notebook_node(notebook)
        name = pages[path.stem[:2]]
        (folder / name).write_text(page, "utf-8")
        rows.append(f'<li><a href="{name}">{escape(notebook.metadata.title)}</a></li>')
    contents = Template((assets.TEMPLATES / "contents.html").read_text("utf-8"))
    (folder / "index.html").write_text(contents.substitute(lessons="\n".join(rows)), "utf-8")


def exporter():
    """Return what makes a page of a notebook."""
    return SlidesExporter(
        config=Config(),
        extra_template_basedirs=[str(assets.TEMPLATES)],
        template_name="still",
        reveal_url_prefix=f"{FILES}/reveal",
        reveal_theme=assets.THEME,
        mathjax_url=f"{FILES}/mathjax/tex-chtml.js",
    )


def link(match, pages):
    """Return a link to a lesson's slides, or only its text where they are not made."""
    page = pages.get(match[2])
    return f"[{match[1]}]({page})" if page else match[1]
