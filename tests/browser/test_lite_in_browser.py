"""The lessons of the built site, which run in the browser itself."""

import json

import pytest
from lab_server import ROOT
from notebook import Notebook, move_a_slider, written
from playwright.sync_api import expect

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ENDLESS = """\
from softmax_lessons.exercises import check_softmax
def f(z, axis):
    while True:
        pass
print(check_softmax(f))"""

KEEP = """\
from softmax_lessons.exercises import check_softmax
from softmax_lessons.exercises.progress import keep_progress
from softmax_lessons.numerics import softmax
keep_progress()
check_softmax(softmax, lesson="01")"""
KEPT = """() => window.jupyterapp.serviceManager.contents
    .get('my_progress.csv', {content: true}).then(file => atob(file.content))"""


def opened(page, site, lesson):
    return Notebook(page, f"{site}/lite/notebooks/index.html?path={lesson.name}")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_runs_in_the_page_and_prints_what_is_stored(page, site, lesson):
    notebook = opened(page, site, lesson)
    notebook.run_all()
    assert written(notebook.cells()) == written(json.loads(lesson.read_text("utf-8"))["cells"])


@pytest.fixture(scope="module")
def first(tab, site):
    """Open the first lesson, and run it."""
    with tab() as page:
        notebook = opened(page, site, LESSONS[0])
        notebook.run_all()
        yield notebook


def test_a_slider_moves_its_picture_and_changes_its_numbers(first):
    widget = first.page.locator(".widget-vbox:has(> .widget-image)").first
    before = move_a_slider(widget)
    expect(widget.locator("pre")).not_to_have_text(before)


def test_a_check_in_the_page_stops_a_function_without_end(first):
    assert "it did not return within 5 seconds" in first.execute(ENDLESS)


def test_attempts_are_kept_beside_the_lessons(first):
    first.execute(KEEP)
    assert "\n01,softmax,correct," in first.page.evaluate(KEPT)
