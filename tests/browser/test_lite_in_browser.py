"""The lessons of the built site, which run in the browser itself."""

import json

import pytest
from lab_server import ROOT
from notebook import (
    CONTEXT,
    IS_SAVED,
    KERNEL,
    Notebook,
    assert_shows_pictures_once_reopened,
    written,
)
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


BAR = "#lesson-bar"
BEGIN_BY_AN_OLDER_LESSON = f"""() => {{
    {CONTEXT}.model.setMetadata('softmax_lessons_made_from', 'an older lesson');
    {CONTEXT}.save();
}}"""
COMPLETE = f"""async code => {{
    const reply = await {KERNEL}.requestComplete({{code, cursor_pos: code.length}});
    return reply.content.matches;
}}"""
FROM_SOURCE = """\
import sys
origins = {m.__name__: m.__spec__.origin for m in sys.modules.values() if m.__spec__}
print(*sorted({name.partition('.')[0] for name, origin in origins.items()
               if str(origin).endswith('.py')}))"""
FIRST_CODE = 2  # of lesson 00
MINE = "mine = 'typed by a reader'"


def opened(page, site, lesson):
    return Notebook(page, f"{site}/lite/notebooks/index.html?path={lesson.name}")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_runs_in_the_page_and_prints_what_is_stored(page, site, lesson):
    notebook = opened(page, site, lesson)
    notebook.run_all()
    assert written(notebook.cells()) == written(json.loads(lesson.read_text("utf-8"))["cells"])
    assert_shows_pictures_once_reopened(notebook)


@pytest.fixture(scope="module")
def first(tab, site):
    """Open the first lesson, and run it."""
    with tab() as page:
        notebook = opened(page, site, LESSONS[0])
        notebook.run_all()
        yield notebook


def test_a_check_in_the_page_stops_a_function_without_end(first):
    assert "all calls together have 5 seconds" in first.execute(ENDLESS)


def test_attempts_are_kept_beside_the_lessons(first):
    first.execute(KEEP)
    assert "\n01,softmax,correct," in first.page.evaluate(KEPT)


def test_names_are_completed_in_the_page(first):
    names = first.page.evaluate(COMPLETE, "numerics.softmax_j")
    assert {name.rpartition(".")[-1] for name in names} == {"softmax_jacobian", "softmax_jvp"}


def test_what_a_lesson_imports_is_compiled_before(first):
    ours_and_the_kernel_s = {"softmax_lessons", "ipykernel", "piplite", "pyodide_kernel"}
    assert set(first.execute(FROM_SOURCE).split()) <= ours_and_the_kernel_s


@pytest.fixture
def edited(page, site):
    """Open the first lesson, and write in its first cell of code."""
    notebook = opened(page, site, LESSONS[0])
    notebook.execute("pass")
    # What Python says of itself is saved too, and must not be while somebody types.
    page.wait_for_function(IS_SAVED)
    notebook.cell(FIRST_CODE).locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(f"\n{MINE}")
    expect(notebook.cell(FIRST_CODE)).to_contain_text(MINE)
    # JupyterLab's own two minutes would be too long.
    page.wait_for_function(IS_SAVED, timeout=60_000)
    return notebook


def test_what_is_typed_is_kept_without_being_saved_by_hand(edited):
    edited.page.reload()
    expect(edited.cell(FIRST_CODE)).to_contain_text(MINE)
    expect(edited.page.locator(BAR)).not_to_contain_text("has changed since you began it")


def test_a_reader_hears_that_the_lesson_is_newer_than_the_copy(edited):
    edited.page.evaluate(BEGIN_BY_AN_OLDER_LESSON)
    edited.page.wait_for_function(IS_SAVED)
    edited.page.reload()
    expect(edited.page.locator(BAR)).to_contain_text("has changed since you began it")
    expect(edited.cell(FIRST_CODE)).to_contain_text(MINE)


def test_a_lesson_is_reset_only_when_the_reader_says_so_twice(edited):
    reset = edited.page.get_by_role("button", name="Reset this lesson")
    edited.page.once("dialog", lambda dialog: dialog.dismiss())
    reset.click()
    expect(edited.cell(FIRST_CODE)).to_contain_text(MINE)
    edited.page.once("dialog", lambda dialog: dialog.accept())
    reset.click()
    expect(edited.cell(FIRST_CODE)).not_to_contain_text(MINE)
    edited.page.wait_for_function(IS_SAVED)
    edited.page.reload()
    expect(edited.cell(FIRST_CODE)).to_contain_text("import")
    expect(edited.cell(FIRST_CODE)).not_to_contain_text(MINE)


def test_the_way_back_to_the_site_leads_to_the_page_of_the_lesson(page, site):
    opened(page, site, LESSONS[0])
    page.get_by_role("link", name="Back to the site").click()
    page.wait_for_url(f"{site}/lessons/{LESSONS[0].stem}.html")


def test_a_cell_can_be_run_before_python_is_there(page, site):
    notebook = opened(page, site, LESSONS[0])
    expect(page.locator(BAR)).to_contain_text("Python is starting in this page")
    notebook.cell(FIRST_CODE).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    expect(notebook.cell(FIRST_CODE).locator(".jp-InputPrompt")).to_have_text("[1]:")
    expect(page.locator(BAR)).not_to_contain_text("Python is starting")


def test_a_reader_hears_that_the_lesson_is_open_in_another_tab(page, site):
    notebook = opened(page, site, LESSONS[0])
    with page.context.new_page() as other:
        opened(other, site, LESSONS[0])
        expect(other.locator(BAR)).to_contain_text("open in another tab too")
    expect(notebook.page.locator(BAR)).not_to_contain_text("open in another tab")
