"""Explorers and checks in JupyterLab and in JupyterLite: what Python says, both show."""

import shutil
from contextlib import suppress

import pytest
from lab_server import ROOT
from notebook import Notebook, move_a_slider
from playwright.sync_api import TimeoutError, expect

from softmax_lessons import explorers
from softmax_lessons.mistakes import MISTAKES

LESSON = ROOT / "notebooks" / "00_start_here.ipynb"
ONE_CELL = """() => {
    const { model } = window.jupyterapp.shell.currentWidget.content;
    model.fromJSON({ ...model.toJSON(), cells: [
        { cell_type: 'code', id: 'one', source: '', metadata: {}, outputs: [] }
    ]});
}"""
RUN = """async code => {
    const { commands, shell } = window.jupyterapp;
    shell.currentWidget.content.activeCell.model.sharedModel.setSource(code);
    await commands.execute('notebook:run-cell');
}"""
SEEN = """widget => {
    const shown = selector => [...widget.querySelectorAll(selector)].filter(e => e.offsetParent);
    return [
        shown('.widget-label').map(label => label.textContent),
        shown('input, select').map(field => field.value),
        widget.querySelector('pre').textContent,
    ];
}"""
SEES = f"([widget, seen]) => JSON.stringify(({SEEN})(widget)) === JSON.stringify(seen)"
CHECK = """\
import numpy as np
from softmax_lessons import exercises, numerics
def jacobian(z):
    p = numerics.softmax(z)
    return {}
exercises.check_softmax_jacobian(jacobian)"""


@pytest.fixture(scope="module", params=["JupyterLab", "JupyterLite"])
def run(request, tab):
    """Open a notebook of one cell; return what runs code in it and returns where the output is."""
    with tab() as page:
        if request.param == "JupyterLab":
            lab = request.getfixturevalue("lab")
            shutil.copy(LESSON, lab.notebooks / "cell.ipynb")
            name = f"{lab.base}/doc/workspaces/cell/tree/notebooks/cell.ipynb?token={lab.token}"
        else:
            site = request.getfixturevalue("site")
            name = f"{site}/lite/notebooks/index.html?path={LESSON.name}"
        notebook = Notebook(page, name)
        page.evaluate(ONE_CELL)

        def run(code):
            page.evaluate(RUN, code)
            return notebook.cell(0).locator(".jp-OutputArea").first

        yield run


def assert_shows(widget, twin):
    """Wait until a widget shows what its twin in Python does, and all that and no more."""
    places = [twin._places[name] for name in twin.controls if name not in twin.unused()]
    fields = [place.children[0] if hasattr(place, "children") else place for place in places]
    values = [getattr(field, "label", field.value) for field in fields]
    seen = [[field.description for field in fields], values, twin.describe()]
    with suppress(TimeoutError):  # and have pytest say what differs
        widget.page.wait_for_function(SEES, arg=[widget.element_handle(), seen])
    assert widget.evaluate(SEEN) == seen


def positions(control):
    """Return pairs of a key, or the name of an option, and the value of a control there."""
    if hasattr(control, "options"):
        return [one if isinstance(one, tuple) else (one, one) for one in control.options]
    base = getattr(control, "base", None)
    ends = {"Home": control.min, "End": control.max}
    return [(key, base**end if base else end) for key, end in ends.items()]


def try_controls(widget, twin, tried):
    """Move every visible control to all its ends and back, and at each end what it has shown."""
    for name, control in twin.controls.items():
        if name in tried or name in twin.unused():
            continue
        tried[name], start = positions(control), control.value
        label = widget.get_by_text(twin.labels[name], exact=True).and_(
            widget.locator(".widget-label >> visible=true")
        )
        row = label.locator("xpath=..")
        for at, value in tried[name]:
            if hasattr(control, "options"):
                row.locator("select").select_option(value=at)
            else:
                row.locator("xpath=..").locator(".noUi-handle").press(at)
            twin.set(**{name: value})
            assert_shows(widget, twin)
            try_controls(widget, twin, tried)
        twin.set(**{name: start})
        if hasattr(control, "options"):
            row.locator("select").select_option(index=control.index)
        else:
            row.locator("input").fill(twin._places[name].children[0].value)
            row.locator("input").press("Enter")
        assert_shows(widget, twin)


@pytest.mark.parametrize("name", explorers.__all__)
def test_every_control_does_in_the_browser_what_it_does_in_python(run, name):
    twin, tried = getattr(explorers, name)(), {}
    # JupyterLite loads SymPy where a cell imports it, as that of the lesson does.
    output = run(f"import sympy\nfrom softmax_lessons.explorers import {name}\n{name}()")
    widget = output.locator(".softmax-live")
    assert move_a_slider(widget) == twin.describe()
    widget.get_by_role("button", name="Reset").click()
    assert_shows(widget, twin)
    try_controls(widget, twin, tried)
    assert tried.keys() == twin.controls.keys()
    print(name, {control: len(moves) + 1 for control, moves in tried.items()})  # with pytest -rP


@pytest.mark.parametrize(
    ("code", "texts"),
    [
        ("np.diag(p * (1 - p))", ["known mistake", *MISTAKES["elementwise"][1:3]]),
        ("np.diag(p) - np.outer(p, p)", ["correct"]),
    ],
    ids=["wrong", "right"],
)
def test_a_check_shows_its_verdict(run, code, texts):
    verdict = run(CHECK.format(code))
    for text in ["jacobian(z)", *texts]:
        expect(verdict).to_contain_text(text)
