"""The lessons of the built site, which run in the browser itself."""

import json
import time

import pytest
from built_site import ROOT
from jupyterlab_page import wait
from lite_page import HANDLE, LOADED, PICTURE, LitePage

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TEXTS = ("text/plain", "text/html", "text/latex", "text/markdown")


def texts(cell):
    """Return what a cell has written, in a form that does not depend on who stored it."""
    streams = ["".join(o["text"]) for o in cell["outputs"] if o["output_type"] == "stream"]
    errors = [(o["ename"], o["evalue"]) for o in cell["outputs"] if o["output_type"] == "error"]
    shown = [
        (kind, "".join(o["data"][kind]))
        for o in cell["outputs"]
        for kind in TEXTS
        if kind in o.get("data", {})
    ]
    return "".join(streams), errors, shown


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_runs_in_the_page_and_prints_what_is_stored(page, site, lesson):
    lite = LitePage(page, site.base)
    start = time.monotonic()
    lite.open(lesson.name)
    lite.wait_for_kernel()
    kernel = time.monotonic() - start
    lite.run()
    stored = json.loads(lesson.read_text("utf-8"))["cells"]
    stored = [cell for cell in stored if cell["cell_type"] == "code"]
    assert [texts(cell) for cell in lite.cells()] == [texts(cell) for cell in stored]
    print(
        f"{lesson.stem}: kernel after {kernel:.0f} s, end after {time.monotonic() - start:.0f} s,"
        f" {site.sent / 1e6:.1f} MB sent"
    )


def test_a_slider_moves_its_picture(page, site):
    lite = LitePage(page, site.base)
    start = time.monotonic()
    lite.open(LESSONS[0].name)
    lite.choose("Run", "Run All Cells")
    page.wait_for_selector(HANDLE, timeout=240_000)
    wait(page, "the explorer has no picture", LOADED)
    print(f"first slider after {time.monotonic() - start:.0f} s")
    picture = page.locator(PICTURE).first
    before = picture.get_attribute("src")
    page.locator(HANDLE).first.press("ArrowRight")
    moved = f"before => document.querySelector({PICTURE!r}).getAttribute('src') !== before"
    wait(page, "the picture does not follow the slider", moved, arg=before, every=20)


def test_a_check_in_the_page_stops_a_function_without_end(page, site):
    lite = LitePage(page, site.base)
    lite.open(LESSONS[0].name)
    endless = "def f(z, axis):\n    while True:\n        pass"
    code = (
        f"from softmax_lessons.exercises import check_softmax\n{endless}\nprint(check_softmax(f))"
    )
    answer = page.evaluate(
        """async code => {
            const session = window.jupyterapp.shell.currentWidget.sessionContext.session;
            const run = session.kernel.requestExecute({code});
            let text = '';
            run.onIOPub = message => { text += message.content.text ?? ''; };
            await run.done;
            return text;
        }""",
        code,
    )
    assert "it did not return within 5 seconds" in answer
