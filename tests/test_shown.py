"""A cell that is run again lets go of what it has shown before."""

import weakref
from types import SimpleNamespace

import ipywidgets
import pytest

from softmax_lessons import _shown
from softmax_lessons.explorers import LogitsExplorer
from softmax_lessons.plotting import plot_gradient_and_mean


@pytest.fixture
def show(monkeypatch):
    """Return what shows something as a run of a cell does; `show.names` are those of the reader."""
    message, names = {}, {}
    shell = SimpleNamespace(kernel=SimpleNamespace(get_parent=lambda: message), user_ns=names)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr(_shown, "SHOWN", {})

    def show(thing, cell, run):
        message.update(metadata={"cellId": cell}, header={"msg_id": run})
        getattr(thing, "_ipython_display_", thing._repr_mimebundle_)()
        return thing

    show.names = names
    return show


def registered():
    return len(ipywidgets.Widget.get_manager_state()["state"])


def test_of_an_explorer_no_widget_and_no_figure_is_left(show):
    figure = weakref.ref(show(LogitsExplorer(), "a", "1")._live.scene[0])
    before = registered()
    show(LogitsExplorer(), "a", "2")
    assert registered() == before
    assert figure() is None


def test_what_the_same_run_or_another_cell_shows_or_a_reader_has_named_stays(show):
    first, second, third = (show(LogitsExplorer(), "a", "1") for _ in range(3))
    show(second, "b", "2")
    show.names |= {"mine": third, "_1": first}
    assert first.widget.comm is not None
    show(LogitsExplorer(), "a", "3")
    assert not hasattr(first, "widget")
    assert all(explorer.widget.comm for explorer in (second, third))
    assert show(second, "b", "4").widget.comm


def test_a_picture_that_stands_still_is_let_go_of_too(show):
    first, second = (
        show(plot_gradient_and_mean([0.5, 0.5], [1, -1]), "a", run) for run in ("1", "2")
    )
    assert not hasattr(first, "figure")
    assert hasattr(second, "figure")
