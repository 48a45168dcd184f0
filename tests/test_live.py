"""A view that is shown while a cell runs stands below it once."""

import pytest

from softmax_lessons.explorers import live as module
from softmax_lessons.explorers.live import live
from softmax_lessons.explorers.training_view import TrainingView


@pytest.fixture
def said(monkeypatch):
    """Return what the notebook is told, in order."""
    calls = []
    monkeypatch.setattr(module, "display", lambda data, raw: calls.append((*data, raw)))
    monkeypatch.setattr(module, "clear_output", lambda wait: calls.append(("clear", wait)))
    return calls


def test_the_widget_alone_is_shown_before_the_block_and_cleared_after_it(said):
    with live(TrainingView(["one"], steps=3)):
        assert said == [("application/vnd.jupyter.widget-view+json", True)]
    assert said[1:] == [("clear", True)]


def test_after_an_error_the_widget_stays(said):
    with pytest.raises(ZeroDivisionError), live(TrainingView(["one"], steps=3)):
        _ = 1 / 0
    assert len(said) == 1
