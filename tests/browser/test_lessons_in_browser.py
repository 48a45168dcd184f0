"""The lessons in a real JupyterLab."""

import json

import pytest
from lab_server import ROOT
from notebook import VIEW, Notebook, assert_shows_pictures_once_reopened, written
from playwright.sync_api import expect

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
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
    widgets = [o for c in cells for o in c.get("outputs", []) if VIEW in o.get("data", {})]
    expect(page.locator("img.widget-image")).to_have_count(len(widgets))
    page.wait_for_function(PICTURES)
    assert_shows_pictures_once_reopened(notebook)
