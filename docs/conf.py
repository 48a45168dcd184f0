"""How Sphinx makes pages of what `python -m tools.website` has put together."""

import os
import re
from itertools import takewhile
from textwrap import shorten

from docutils import nodes
from docutils.parsers.rst import Directive

project = "The derivative of softmax"
copyright = "the authors of softmax_lessons; MIT license"  # Sphinx would change a year
language = "en"

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.extlinks",
    "sphinx_design",
]
extlinks = {"doi": ("https://doi.org/%s", "doi:%s")}

# Lessons come with the outputs that are stored in them.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "colon_fence", "dollarmath"]

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False

templates_path = ["_templates"]
html_theme = "pydata_sphinx_theme"
html_title = project
html_favicon = "_static/favicon.svg"
html_static_path = ["_static", "gradient_explorer.png"]
html_baseurl = os.environ.get("SITE_ADDRESS", "")  # previews and canonical links want it whole
html_css_files = ["site.css", "icons.css", "explorers.css"]
# None is a module, since a page that is opened as a file cannot load modules.
html_js_files = [
    (name, {"defer": "defer"}) for name in ("site.js", "paste.js", "explorer.js", "strips.js")
]
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
html_context = {
    "default_mode": "auto",
    "description": "Interactive lessons on the derivative of softmax.",  # of pages without a text
}
KINDS = {
    "worksheet": "Tasks for pencil and paper on the derivative of softmax, two pages.",
    "key": "Solutions of a worksheet on the derivative of softmax, every number checked by NumPy.",
}
# Pages without pages below them have nothing to show beside the text.
html_sidebars = {"index": [], "mistakes": [], "search": []}
html_theme_options = {
    "collapse_navigation": True,  # below the page that is open, not everywhere
    "navigation_with_keys": False,
    "show_toc_level": 2,
    # Beside a lesson, code would have too little room.
    "secondary_sidebar_items": {
        pages: ["page-toc"] for pages in ("teaching/*", "api/*", "mistakes")
    },
}

# Beside the pages, so that formulas are set where there is no internet.
mathjax_path = "mathjax/tex-chtml.js"
mathjax3_config = {"options": {"enableMenu": False}}


class AnswerSpace(Directive):
    """Room to write on a worksheet, so many centimetres high."""

    required_arguments = 1

    def run(self):
        """Return an empty box."""
        height = float(self.arguments[0])
        return [
            nodes.raw(
                "",
                f'<div class="answer" style="height:calc({height}cm * var(--room))"></div>',
                format="html",
            )
        ]


def begins_a_task(node):
    """Tell whether a node is the first of a task, which has a number."""
    return isinstance(node, nodes.paragraph) and re.match(r"\d+\.", node.astext())


def box_tasks(app, doctree):
    """Put each task of a worksheet into a box of its own, so that no page cuts it in two."""
    if app.env.docname.endswith("_worksheet"):
        (section,) = doctree.findall(nodes.section)
        for first in filter(begins_a_task, section[:]):
            start = section.index(first)
            rest = takewhile(lambda node: not begins_a_task(node), section[start + 1 :])
            task = [first, *rest]
            section[start : start + len(task)] = [nodes.compound("", *task, classes=["task"])]


def describe(app, pagename, templatename, context, doctree):
    """Give a page a description: what its kind is for, or its first paragraph."""
    kind = pagename.rpartition("_")[2]
    found = doctree.findall(nodes.paragraph) if doctree else ()
    first = (p.astext() for p in found if p.astext().endswith("."))
    text = KINDS.get(kind) or next(first, context["description"])
    context["description"] = shorten(text, 200, placeholder=" …")
    if kind == "worksheet":
        context["next"] = None  # it would be the key


def setup(app):
    """Make all this known."""
    app.add_directive("answer-space", AnswerSpace)
    app.connect("doctree-read", box_tasks)
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True}
