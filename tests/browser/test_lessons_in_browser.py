"""Lessons, explorers and checks in a real JupyterLab."""

import json

import nbformat
import numpy as np
import pytest
from lab_server import ROOT
from nbformat.v4 import new_code_cell, new_notebook
from notebook import Notebook, move_a_slider, written
from playwright.sync_api import expect

from softmax_lessons import explorers
from softmax_lessons.misconceptions import MISTAKES
from softmax_lessons.numerics import softmax_vjp

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHECK = """\
from softmax_lessons import exercises, numerics
def jacobian(z):
    p = numerics.softmax(z)
    return {}
exercises.check_softmax_jacobian(jacobian)"""
WRONG, RIGHT = "np.diag(p * (1 - p))", "np.diag(p) - np.outer(p, p)"
GALLERY = [
    "import numpy as np\nfrom softmax_lessons import explorers",
    *(f"explorers.{name}()" for name in explorers.__all__),
    CHECK.format(WRONG),
    CHECK.format(RIGHT),
]
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
WIDGET = "application/vnd.jupyter.widget-view+json"
PICTURES = "() => [...document.querySelectorAll('img.widget-image')].every(i => i.naturalWidth > 0)"


def opened(page, lab, name):
    # In a workspace used before, JupyterLab opens what was open there.
    place = f"workspaces/{name}/tree/notebooks/{name}.ipynb"
    return Notebook(page, f"{lab.base}/doc/{place}?token={lab.token}")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_runs_and_prints_what_is_stored_and_shows_every_explorer(page, lab, lesson):
    notebook = opened(page, lab, lesson.stem)
    notebook.run_all()
    cells = notebook.cells()
    assert written(cells) == written(json.loads(lesson.read_text("utf-8"))["cells"])
    widgets = [o for c in cells for o in c.get("outputs", []) if WIDGET in o.get("data", {})]
    expect(page.locator("img.widget-image")).to_have_count(len(widgets))
    page.wait_for_function(PICTURES)


@pytest.fixture(scope="module")
def gallery(tab, lab):
    """Open a notebook that shows all explorers and two verdicts, run to its end."""
    cells = [new_code_cell(source) for source in GALLERY]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    nbformat.write(notebook, lab.notebooks / "gallery.ipynb")
    with tab() as page:
        gallery = opened(page, lab, "gallery")
        gallery.run_all()
        yield gallery


@pytest.mark.parametrize("name", explorers.__all__)
def test_a_slider_moves_the_picture_and_the_numbers_are_those_of_its_value(gallery, name):
    twin = getattr(explorers, name)()
    slider = next(n for n, c in twin.controls.items() if hasattr(c, "max") and not c.layout.display)
    control = twin.controls[slider]
    end = getattr(control, "base", None)
    widget = gallery.cell(GALLERY.index(f"explorers.{name}()")).locator(".widget-vbox").first
    assert move_a_slider(widget) == twin._repr_mimebundle_()[0]["text/plain"]
    twin.set(**{slider: end**control.max if end else control.max})
    expect(widget.locator("pre")).to_have_text(twin._repr_mimebundle_()[0]["text/plain"])


def test_the_gradient_shown_is_the_one_of_numerics(gallery):
    twin = explorers.GradientExplorer()
    widget = gallery.cell(GALLERY.index("explorers.GradientExplorer()"))
    widget.get_by_role("button", name="Reset").click()
    expect(widget.locator("pre")).to_have_text(twin._repr_mimebundle_()[0]["text/plain"])
    (line,) = [
        row for row in widget.locator("pre").text_content().splitlines() if "analytic " in row
    ]
    z, g = [1, 0.5, -0.5], [1, -1, 0.5]
    shown = np.array(line.split()[1:], float)
    np.testing.assert_allclose(np.array(shown, float), softmax_vjp(z, g), rtol=0, atol=0.51e-5)


@pytest.mark.parametrize(
    ("code", "texts"),
    [(WRONG, ["known mistake", *MISTAKES["elementwise"][1:3]]), (RIGHT, ["correct"])],
    ids=["wrong", "right"],
)
def test_a_check_shows_its_verdict(gallery, code, texts):
    verdict = gallery.cell(GALLERY.index(CHECK.format(code))).locator(".jp-OutputArea")
    for text in ["softmax_jacobian(z)", *texts]:
        expect(verdict).to_contain_text(text)
