"""The curves of lesson 10, while a classifier trains."""

import json

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from softmax_lessons.classifier import CROSS_ENTROPY, SQUARED_ERROR, angles, train
from softmax_lessons.explorers import live as module
from softmax_lessons.explorers.angle import HIGHEST, AngleExplorer
from softmax_lessons.explorers.live import live
from softmax_lessons.explorers.training_view import REDRAWS, TrainingView
from softmax_lessons.mistakes.suspects import WRONG_BACKWARDS
from softmax_lessons.numerics import softmax_backward


@pytest.fixture
def view():
    view = TrainingView(["right", "wrong"], steps=9, goal=("goal", 0.3))
    for name, end in {"right": 0.25, "wrong": 0.5}.items():
        record = view.recorder(name)
        for step in range(10):
            record(step, 1 - (1 - end) * step / 9, 0.8 + 0.1 * step / 9)
    return view


def test_the_lines_hold_what_was_recorded(view):
    for name in ("right", "wrong"):
        of_loss, of_accuracy = view._lines[name]
        assert_array_equal(of_loss.get_data(), [np.arange(10), view.losses[name]])
        assert_array_equal(of_accuracy.get_data(), [np.arange(10), view.accuracies[name]])


def test_the_picture_is_redrawn_a_few_times_only():
    view, pictures = TrainingView(["one"], steps=1000), []
    view._live.image.observe(lambda change: pictures.append(change.new), "value")
    record = view.recorder("one")
    for step in range(1001):
        record(step, 1 / (1 + step), 0.9)
    assert 5 < len(pictures) <= REDRAWS + 2


def test_a_run_that_starts_again_starts_its_curves_again_and_the_progress_bar_knows(view):
    assert view.progress.value == view.progress.max == 18
    view.recorder("wrong")(0, 0.9, 0.8)
    assert view.progress.value == 9
    assert view._lines["wrong"][0].get_data()[1].tolist() == [0.9]
    assert len(view._lines["right"][0].get_data()[1]) == 10


def test_the_bundle_holds_a_picture_with_alt_text_and_the_numbers(view):
    data, metadata = view._repr_mimebundle_()
    json.dumps(data)  # the notebook format takes nothing but JSON
    assert data["text/plain"].splitlines()[1:] == [
        "right                    9  0.250    90.0 %",
        "wrong                    9  0.500    90.0 %",
    ]
    alt = metadata["image/png"]["alt"]
    assert "right: loss 1.000 at first, 0.250 at its lowest and 0.250 in the end" in alt


def test_before_any_step_the_numbers_say_so():
    assert TrainingView(["one"], steps=10).describe().endswith("not yet trained")


def test_more_runs_than_there_are_looks_and_an_unknown_run_are_refused(view):
    with pytest.raises(ValueError, match="names must be at most 4"):
        TrainingView("abcde", steps=1)
    with pytest.raises(KeyError, match="third"):
        view.recorder("third")


@pytest.fixture
def said(monkeypatch):
    """Return the names of what the notebook is told, in order."""
    said = []
    monkeypatch.setattr(module, "display", lambda data, **how: said.append(sorted(data)))
    monkeypatch.setattr(module, "clear_output", lambda wait: said.append("cleared"))
    return said


def test_the_widget_is_shown_before_the_block_and_cleared_after_it(said, view):
    with live(view):
        assert said == [[module.VIEW]]
    assert said == [[module.VIEW], "cleared"]


def test_after_an_error_a_picture_stands_in_place_of_the_widget(said, view):
    with pytest.raises(ZeroDivisionError), live(view):
        _ = 1 / 0
    assert said == [[module.VIEW], "cleared", ["image/png", "text/plain"]]


STEPS = 20


@pytest.fixture(scope="module")
def angle_explorer():
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(12, 4)), np.eye(3)[np.arange(12) % 3]
    runs, found, wrong = {}, {}, WRONG_BACKWARDS["p (1 - p) g"]
    for name, loss in {"cross-entropy": CROSS_ENTROPY, "squared error": SQUARED_ERROR}.items():
        how = {"loss": loss, "regularisation": 0.1}
        both = softmax_backward, wrong
        runs[name] = tuple(train(x, t, backward=b, steps=STEPS, rate=0.5, **how) for b in both)
        found[name] = angles(runs[name][1].path[::5], x, t, backward=wrong, **how)
    return AngleExplorer(runs, found)


@pytest.mark.parametrize("loss", ["cross-entropy", "squared error"])
@pytest.mark.parametrize("step", [0, 5, STEPS])
def test_the_angle_explorer_shows_losses_angle_and_weights_of_its_step(angle_explorer, loss, step):
    angle_explorer.set(loss=loss, step=step)
    (losses, angle, weights, *_) = [picture for picture, _ in angle_explorer.pictures]
    runs, expected = angle_explorer.runs[loss], angle_explorer.angles[loss][step // 5]
    for marker, run in zip(losses.markers, runs, strict=True):
        assert [*map(float, marker.get_data()[1])] == [min(run.losses[step], HIGHEST)]
    assert [*map(float, angle.markers[0].get_data()[1])] == [expected]
    assert_array_equal(angle_explorer.state.weights[1, 2], runs[1].path[step, :4, 2].reshape(2, 2))
    assert np.nanmax(np.abs(weights.cells)) == (step > 0)
    assert f"{expected:.1f} degrees apart" in angle_explorer.summary(angle_explorer.state)
    assert "90 degrees" in angle_explorer.alt(angle_explorer.state)


def test_a_short_step_lowers_the_loss_below_90_degrees_and_raises_it_above(angle_explorer):
    run, of_run = angle_explorer.runs["cross-entropy"][1], angle_explorer.angles["cross-entropy"]
    changes = np.diff(run.losses)[::5]
    assert_array_equal(changes < 0, of_run[: len(changes)] < 90)
