"""Every explorer in the browser: moved by keyboard and mouse, it shows what numerics gives."""

import nbformat
import pytest
from expectations import EXPECTED
from explorer_view import ExplorerView
from nbformat.v4 import new_code_cell, new_notebook

from softmax_lessons import explorers

TWINS = ("twin-1", "twin-2")
GALLERY = [
    new_code_cell("from softmax_lessons import explorers", id="imports"),
    *(new_code_cell(f"explorers.{name}()", id=name) for name in explorers.__all__),
    new_code_cell("twin = explorers.LogitsExplorer()\ntwin", id=TWINS[0]),
    new_code_cell("twin", id=TWINS[1]),
]
KERNEL = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}


@pytest.fixture(scope="module")
def gallery(tab, lab):
    """Open a notebook that shows all explorers, run to its end."""
    nbformat.write(
        new_notebook(cells=GALLERY, metadata={"kernelspec": KERNEL}),
        lab.notebooks / "gallery.ipynb",
    )
    with tab.opened("notebooks/gallery.ipynb", GALLERY) as notebook:
        notebook.run_all()
        yield notebook


def view_of(gallery, name, cell=None):
    return ExplorerView(name, gallery.page, gallery.cell(cell or name))


@pytest.fixture(params=explorers.__all__)
def view(request, jupyterlab, gallery):
    """Show an explorer of the gallery, and put it back afterwards."""
    view = view_of(gallery, request.param)
    first = view.settled()
    yield view
    view.reset()
    view.shows(first)


def move_through(view, label):
    """Move a control to all its places, and those that come to be seen thereby; return which."""
    moved, seen = {label}, set(view.shown().controls)
    for place in view.places(label):
        before = view.settled()
        view.move(label, place)
        after = view.settled(leaving=before)
        assert after.controls[label] != before.controls[label]
        for new in [other for other in after.controls if other not in seen]:
            seen.add(new)
            moved |= move_through(view, new)
    return moved


def test_every_explorer_is_in_the_gallery_and_has_its_expectation():
    assert set(EXPECTED) == set(explorers.__all__)
    assert set(explorers.__all__) <= {cell.id for cell in GALLERY}


def test_by_keyboard_every_control_changes_picture_and_numbers_and_reset_puts_all_back(view):
    first = view.settled()
    moved = set()
    for label in first.controls:
        moved |= move_through(view, label)
        view.reset()
        view.shows(first)
    controls = getattr(explorers, view.name)().controls.values()
    assert moved == {control.description for control in controls}


def test_a_slider_dragged_by_mouse_changes_the_picture_and_the_numbers_are_right(view):
    first = view.settled()
    slider = next(label for label in first.controls if "End" in view.places(label))
    view.drag_near_its_end(slider)
    assert view.settled(leaving=first).controls[slider] != first.controls[slider]


def test_moving_one_explorer_leaves_all_others_as_they_were(jupyterlab, gallery):
    views = [view_of(gallery, name) for name in explorers.__all__]
    before = [view.settled() for view in views]
    moved = views.pop()
    first = before.pop()
    moved.press("step h", "Home")
    at_start = moved.settled(leaving=first)
    # What answers to this comes after whatever the first move may have brought about elsewhere.
    moved.press("step h", "End")
    moved.settled(leaving=at_start)
    assert [view.shown() for view in views] == before
    moved.reset()
    moved.shows(first)


def test_one_explorer_shown_twice_shows_the_same_in_both_places(jupyterlab, gallery):
    one, other = (view_of(gallery, "LogitsExplorer", twin) for twin in TWINS)
    first = one.settled()
    other.shows(first)
    one.press("z₁", "End")
    moved = one.settled(leaving=first)
    other.shows(moved)
    other.press("shift c", "End")
    one.shows(other.settled(leaving=moved))
    one.reset()
    other.shows(first)


@pytest.mark.parametrize("name", ["GradientExplorer", "JacobianExplorer"])
def test_of_moves_that_come_faster_than_pictures_the_last_is_always_drawn(
    jupyterlab, gallery, name
):
    view = view_of(gallery, name)
    first = view.settled()
    view.press("z₁", "End")
    last = view.settled(leaving=first)
    view.reset()
    view.shows(first)
    assert (first.controls["z₁"], last.controls["z₁"]) == ("1.0", "5.0")
    view.press("z₁", *["ArrowRight"] * 40)
    view.shows(last)
    view.reset()
    view.shows(first)
