"""Text that a learner writes stays text in everything that a page shows as HTML."""

import html.parser
import importlib
import inspect
import pkgutil
from collections import Counter

import ipywidgets as widgets
import numpy as np
import pytest
import sympy as sp

import softmax_lessons
from softmax_lessons import explorers
from softmax_lessons.exercises import (
    CHECKS,
    check_finite_difference_gradient,
    check_gradient_checker,
    check_softmax,
)
from softmax_lessons.explorers.explorer import Explorer
from softmax_lessons.explorers.training import TrainingView
from softmax_lessons.misconceptions.catalogue import Misconception, Table
from softmax_lessons.symbolic.derivation import Step
from softmax_lessons.verdicts import Counterexample, Status, Verdict

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "attribute": "' onmouseover='alert(1)",
    "end of a cell": "</td></tr></table></pre></p></div><h1>",
    "comment": "<!-- ",
    "entity": "&amp;&lt;b&gt;&#60;i&#62;",
    "formula": r"$\href{javascript:alert(1)}{x}$ \(x\) \[x\] \begin{align}x\end{align} $$x$$",
    "escape": "\x1b[2J\x1b]8;;http://example.org\x07",
    "null": "a\0b",
    "lines": "one\n\ntwo\r\nthree",
    "other way round": "\u202e\u2066abc",
    "half a character": "\ud83d",
    "Markdown": "# one\n[x](javascript:alert(1)) ![x](x) `x` **x**",
    "long": "<b>" * 10_000,
}
BENIGN = "benign"

HTML_METHODS = ("_repr_html_", "_repr_mimebundle_", "_repr_latex_", "_repr_markdown_")
HTML_METHODS += ("_repr_svg_", "_repr_javascript_", "_ipython_display_")


class Page(html.parser.HTMLParser):
    """What a browser makes of HTML: tags with their attributes, and text."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.texts, self.open = Counter(), [], []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.tags[tag, tuple(attributes)] += 1
        if tag not in ("br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append((data, "pre" in self.open))

    def handle_comment(self, data):
        self.tags["comment", data] += 1

    handle_decl = handle_pi = unknown_decl = handle_comment


def named(name, function):
    """Return a function with a name that a learner gave it."""
    function.__name__ = function.__qualname__ = name.replace("\0", "").replace("\ud83d", "")
    return function


def raises(error):
    def function(*arguments):
        raise error

    return function


def exception_class(text):
    return type(named(text, lambda: None).__name__, (Exception,), {})


def array_with_fields(text):
    return np.zeros(2, dtype=[(text.replace("\ud83d", ""), float)])


# What a learner does with a text, and the function that is handed in.
WAYS = {
    "message": lambda text: raises(ValueError(text)),
    "key": lambda text: raises(KeyError(text)),
    "name of an exception": lambda text: raises(exception_class(text)("m")),
    "several messages": lambda text: raises(ExceptionGroup(text, [ValueError(text)])),
    "name of a function": lambda text: named(text, raises(ValueError("m"))),
    "function in a message": lambda text: raises(ValueError(named(text, lambda: None))),
    "string": lambda text: lambda *arguments: text,
    "bytes": lambda text: lambda *arguments: text.encode("utf-8", "replace"),
    "list": lambda text: lambda *arguments: [text],
    "keys": lambda text: lambda *arguments: {text: text},
    "array": lambda text: lambda *arguments: np.array([text]),
    "objects": lambda text: lambda *arguments: np.array([text, None]),
    "fields": lambda text: lambda *arguments: array_with_fields(text),
    "class": lambda text: lambda *arguments: exception_class(text),
    "instance": lambda text: lambda *arguments: exception_class(text)(),
    "handed in": lambda text: text,
    "second call": lambda text: alternating(text),
    "with a side effect": lambda text: writing(text),
}


def alternating(text):
    calls = []

    def function(*arguments):
        calls.append(1)
        if len(calls) % 2 == 0:
            raise ValueError(text)
        return arguments[0]

    return function


def writing(text):
    def function(*arguments):
        for argument in arguments:
            if isinstance(argument, np.ndarray):
                argument += 1
        return text

    return function


def assert_harmless(view, benign):
    """Compare HTML with a hostile text with the same HTML with a benign one."""
    hostile, friendly = Page(view), Page(benign)
    # What keeps MathJax off may be added; it can do nothing else.
    hostile.tags.pop(("span", ()), None)
    assert hostile.tags == friendly.tags
    # MathJax reads no further than to the next tag, and nothing in <pre>.
    formulas = [text for text, in_pre in hostile.texts if not in_pre and len(text) > 1]
    assert not [text for text in formulas if "$" in text or "\\" in text]
    assert all(character.isprintable() or character == "\n" for character in view)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_a_verdict_shows_what_a_learner_wrote_as_text(way, text):
    for check in (check_softmax, check_finite_difference_gradient, check_gradient_checker):
        verdict, benign = check(way(text)), check(way(BENIGN))
        assert verdict.status is benign.status
        assert_harmless(verdict._repr_html_(), benign._repr_html_())
        assert all(c.isprintable() or c == "\n" for c in str(verdict))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_message_is_read_as_it_was_written(text):
    shown = "".join(
        text for text, _ in Page(check_softmax(raises(ValueError(text)))._repr_html_()).texts
    )
    seen = "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text[:100])
    assert f"ValueError: {seen}".rstrip() in shown


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_every_check_escapes_a_message(check):
    for text in HOSTILE.values():
        benign = check(raises(ValueError(BENIGN)))
        assert_harmless(check(raises(ValueError(text)))._repr_html_(), benign._repr_html_())


# Every view there is


class Described(Explorer):
    """An explorer that describes itself with a given text."""

    def __init__(self, text):
        self.text = text
        super().__init__([{}], size=(2, 1))

    def compute(self):
        return self.text

    def draw(self, figure, state):
        return []

    def show(self, state):
        pass

    def describe(self, state):
        return self.text

    alt = describe


def verdict_of(text):
    record = Misconception(text, text, text, None, text, text)
    example = Counterexample(((text, text),), text, np.array([text]), text)
    rows = ((text,) * 3,) * 2
    return Verdict(text, Status.RAISES, text, record, example, text, rows)


def drawable(text):
    """Return what Matplotlib can draw of a text: no formula, and only characters of its font."""
    return "x" + "".join(c for c in text[:50] if c.isascii() and c.isprintable() and c != "$")


# For every class that shows itself to Jupyter: an object with a given text wherever it takes one.
VIEWS = {
    Verdict: verdict_of,
    Table: lambda text: Table([Misconception(text, text, text, None, text, text)]),
    Step: lambda text: Step(text, sp.ImmutableMatrix([[sp.Symbol("x")]])),
    Explorer: Described,
    TrainingView: lambda text: TrainingView([drawable(text)], steps=1),
}
NO_TEXT_IN = {Step}
"""Views that leave such a text out."""


def classes_with_views():
    names = [m.name for m in pkgutil.walk_packages(softmax_lessons.__path__, "softmax_lessons.")]
    modules = [importlib.import_module(name) for name in names]
    every = {cls for module in modules for _, cls in inspect.getmembers(module, inspect.isclass)}
    return {
        cls
        for cls in every
        if cls.__module__.startswith("softmax_lessons")
        and any(m in vars(cls) for m in HTML_METHODS)
    }


def widget_tree(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from widget_tree(child)


def html_of(view):
    """Return every text of a view that a page takes for HTML."""
    if hasattr(view, "_repr_html_"):
        yield view._repr_html_()
    if hasattr(view, "_repr_latex_"):
        yield view._repr_latex_()
    if hasattr(view, "_repr_mimebundle_"):
        data, _ = view._repr_mimebundle_()
        assert data.keys() <= {
            "application/vnd.jupyter.widget-view+json",
            "image/png",
            "text/plain",
        }
        for widget in widget_tree(view.widget):
            assert not getattr(widget, "description_allow_html", False)
            if isinstance(widget, (widgets.HTML, widgets.HTMLMath)):
                yield widget.value


def test_every_class_that_shows_itself_is_tried_here():
    assert classes_with_views() == VIEWS.keys()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("cls", VIEWS, ids=lambda cls: cls.__name__)
def test_a_text_in_any_view_adds_no_tag_and_no_attribute(cls, text):
    views = zip(html_of(VIEWS[cls](text)), html_of(VIEWS[cls](BENIGN)), strict=True)
    for view, benign in views:
        hostile = Page(view)
        hostile.tags.pop(("span", ()), None)
        assert hostile.tags == Page(benign).tags
        assert cls not in NO_TEXT_IN or view == benign


def test_no_explorer_takes_a_text():
    for name in explorers.__all__:
        assert not inspect.signature(getattr(explorers, name)).parameters
