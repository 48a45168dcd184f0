"""How Sphinx makes pages of what `python -m tools.website` has put together."""

from docutils import nodes
from docutils.parsers.rst import Directive

project = "The derivative of softmax"
copyright = "2026, the authors of softmax_lessons; MIT license"
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
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [
    ("site.js", {"defer": "defer"}),
    ("explorer.js", {"type": "module"}),
    ("strips.js", {"type": "module"}),
]
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
html_context = {"default_mode": "auto"}
# Pages without pages below them have nothing to show beside the text.
html_sidebars = {"index": [], "mistakes": [], "search": []}
html_theme_options = {
    "collapse_navigation": True,  # below the page that is open, not everywhere
    "navigation_with_keys": False,
    "show_toc_level": 2,
    # Beside a lesson, code would have too little room.
    "secondary_sidebar_items": dict.fromkeys(("teaching/*", "api/*", "mistakes"), ["page-toc"]),
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
            nodes.raw("", f'<div class="answer" style="height:{height}cm"></div>', format="html")
        ]


def setup(app):
    """Make the directive known."""
    app.add_directive("answer-space", AnswerSpace)
    return {"parallel_read_safe": True}
