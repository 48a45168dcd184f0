"""Every lesson, run from top to bottom in the browser, works there."""

import re

import nbformat
import pytest
from explorer_view import ExplorerView
from jupyterlab_page import wait
from lab_server import ROOT

from softmax_lessons import explorers

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHOWS_A_WIDGET = re.compile(r"^(?:(\w+Explorer)\(\)|display\(view)", re.MULTILINE)
PICTURE_IS_THERE = """cell => {
    const pictures = [...cell.querySelectorAll('img.widget-image')];
    return pictures.length === 1 && pictures[0].complete && pictures[0].naturalWidth > 0;
}"""


def cells(lesson):
    return nbformat.read(lesson, as_version=4).cells


def opened(jupyterlab, lesson):
    return jupyterlab.opened(f"notebooks/{lesson.name}", cells(lesson))


def assert_all_has_run_well(notebook):
    """Check that every code cell has run in its turn, without error, and its picture is there."""
    code_cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    meant_to_fail = {c.id for c in code_cells if "raises-exception" in c.metadata.get("tags", [])}
    assert [trouble for trouble in notebook.troubles() if trouble[0] not in meant_to_fail] == []
    assert notebook.numbers() == list(range(1, len(code_cells) + 1))
    for cell in code_cells:
        if SHOWS_A_WIDGET.search(cell.source):
            shown = notebook.cell(cell.id).element_handle()
            wait(notebook.page, f"no picture in cell {cell.id}", PICTURE_IS_THERE, shown)


def test_the_first_lesson_runs_and_after_a_restart_runs_again_with_a_live_explorer(jupyterlab):
    with opened(jupyterlab, LESSONS[0]) as notebook:
        notebook.run_all()
        assert_all_has_run_well(notebook)
        notebook.restart_and_run_all()
        assert_all_has_run_well(notebook)
        explorer = ExplorerView("GradientExplorer", notebook.page, notebook.cell("explorer"))
        first = explorer.settled()
        explorer.press("z₁", "ArrowRight")
        assert explorer.settled(leaving=first).controls["z₁"] == "1.1"


@pytest.mark.parametrize("lesson", LESSONS[1:], ids=lambda lesson: lesson.stem)
def test_all_cells_run_and_every_explorer_shows_its_picture(jupyterlab, lesson):
    with opened(jupyterlab, lesson) as notebook:
        notebook.run_all()
        assert_all_has_run_well(notebook)


def test_every_explorer_is_in_some_lesson():
    sources = "\n".join(cell.source for lesson in LESSONS for cell in cells(lesson))
    assert set(explorers.__all__) <= set(SHOWS_A_WIDGET.findall(sources))
