"""Training with a right and a wrong backward, and the view of it."""

import json
import warnings
from base64 import b64decode
from io import BytesIO

import ipywidgets as widgets
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from softmax_lessons.explorers.training import REDRAWS, TrainingView
from softmax_lessons.gradient_check import check_gradient
from softmax_lessons.numerics import softmax_backward
from softmax_lessons.training import CROSS_ENTROPY, SQUARED_ERROR, forward_backward, train

RATE, STEPS = 3.0, 1000
LOSSES = {"cross-entropy": CROSS_ENTROPY, "squared error": SQUARED_ERROR}


def elementwise(p, grad_p, axis):
    return p * (1 - p) * grad_p


@pytest.fixture(scope="module")
def digits():
    x, labels = load_digits(return_X_y=True)
    x = x[:1200] / 16
    return x - x.mean(axis=0), np.eye(10)[labels[:1200]], labels[:1200]


@pytest.fixture(scope="module")
def runs(digits):
    x, t, _ = digits
    return {
        (name, backward): train(
            x, t, backward=backward, loss=loss, steps=STEPS, rate=RATE, regularisation=1 / len(x)
        )
        for name, loss in LOSSES.items()
        for backward in (softmax_backward, elementwise)
    }


@pytest.fixture
def few():
    """Return inputs and one-hot targets of 12 samples with 4 features and 3 classes."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(12, 4)), np.eye(3)[np.arange(12) % 3]


@pytest.mark.parametrize("loss", LOSSES)
def test_the_right_backward_lowers_the_loss_at_every_step(runs, loss):
    assert (np.diff(runs[loss, softmax_backward].losses) < 0).all()


def test_the_loss_is_that_of_logistic_regression_to_three_digits(digits, runs):
    x, t, labels = digits
    model = LogisticRegression(C=1.0, max_iter=1000).fit(x, labels)
    chosen = np.log(model.predict_proba(x))[t == 1]
    expected = -chosen.mean() + (model.coef_**2).sum() / 2 / len(x)
    reached = runs["cross-entropy", softmax_backward].losses[-1]
    assert reached == pytest.approx(expected, rel=5e-4)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_elementwise_mistake_learns_and_ends_higher(runs, loss):
    right, wrong = runs[loss, softmax_backward], runs[loss, elementwise]
    assert wrong.accuracies[-1] > 0.9
    assert wrong.losses[-1] > 1.03 * right.losses[-1]
    assert wrong.accuracies[-1] < right.accuracies[-1]


def test_the_elementwise_mistake_goes_up_with_cross_entropy_at_any_rate(digits, runs):
    x, t, _ = digits
    slow = train(
        x, t, backward=elementwise, loss=CROSS_ENTROPY, steps=600, rate=1.0, regularisation=1 / 1200
    )
    for run in (slow, runs["cross-entropy", elementwise]):
        assert run.losses[-1] > 1.1 * run.losses.min()


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("regularisation", [0, 0.5])
@pytest.mark.parametrize(
    ("backward", "passes"), [(softmax_backward, True), (elementwise, False)], ids=["right", "wrong"]
)
def test_gradient_check_of_the_whole_loss(few, loss, regularisation, backward, passes):
    rng = np.random.default_rng(1)
    weights, bias = rng.normal(size=(4, 3)), rng.normal(size=3)

    def at(weights, bias):
        return forward_backward(
            weights, bias, *few, backward=backward, loss=loss, regularisation=regularisation
        )

    through_weights = check_gradient(
        lambda w: at(w, bias).loss, lambda w: at(w, bias).grad_weights, weights
    )
    through_bias = check_gradient(
        lambda b: at(weights, b).loss, lambda b: at(weights, b).grad_bias, bias
    )
    assert through_weights.passed == through_bias.passed == passes


def test_on_step_is_told_what_the_run_holds(few):
    told = []
    run = train(
        *few, backward=softmax_backward, loss=CROSS_ENTROPY, steps=5, rate=0.1, regularisation=0.1,
        on_step=lambda *now: told.append(now),
    )  # fmt: skip
    steps, losses, accuracies = np.transpose(told)
    assert_array_equal(steps, range(6))
    assert_array_equal(losses, run.losses)
    assert_array_equal(accuracies, run.accuracies)
    assert losses[0] == pytest.approx(np.log(3))


def test_the_last_loss_and_accuracy_are_those_of_the_final_weights(few):
    x, t = few
    run = train(
        x, t, backward=softmax_backward, loss=SQUARED_ERROR, steps=5, rate=0.1, regularisation=0.1
    )
    final = forward_backward(
        run.weights, run.bias, x, t, backward=softmax_backward, loss=SQUARED_ERROR,
        regularisation=0.1,
    )  # fmt: skip
    assert final.loss == run.losses[-1]
    assert (run.predict(x) == t.argmax(axis=1)).mean() == run.accuracies[-1]


def test_nothing_is_written_to_what_is_handed_in(few):
    before = [array.copy() for array in few]
    for array in few:
        array.flags.writeable = False
    train(
        *few, backward=softmax_backward, loss=CROSS_ENTROPY, steps=3, rate=0.1, regularisation=0.1
    )
    for array, copy in zip(few, before, strict=True):
        assert_array_equal(array, copy)


@pytest.mark.parametrize("backward", [softmax_backward, elementwise])
def test_a_probability_that_underflows_gives_a_finite_step_and_no_warning(backward):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        now = forward_backward(
            np.array([[0.0, 2000.0]]), np.zeros(2), np.ones((1, 1)), np.array([[1.0, 0.0]]),
            backward=backward, loss=CROSS_ENTROPY, regularisation=0,
        )  # fmt: skip
    assert np.isfinite(now.loss)
    assert now.grad_bias[0] == pytest.approx(-1)  # p - t


# The view


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
        assert view.losses[name][-1] == {"right": 0.25, "wrong": 0.5}[name]


def test_the_picture_is_redrawn_a_few_times_only_and_never_rebuilt():
    view = TrainingView(["one"], steps=1000)
    lines, pictures = list(view._live.moving), []
    view._live.image.observe(lambda change: pictures.append(change.new), "value")
    record = view.recorder("one")
    for step in range(1001):
        record(step, 1 / (1 + step), 0.9)
    assert 5 < len(pictures) <= REDRAWS + 2
    assert all(a is b for a, b in zip(lines, view._live.moving, strict=True))


def test_the_progress_bar_counts_the_steps_of_all_runs(view):
    assert view.progress.value == view.progress.max == 18
    view.recorder("wrong")(0, 1, 0.8)
    assert view.progress.value == 9


def test_a_run_that_starts_again_starts_its_curves_again(view):
    view.recorder("wrong")(0, 0.9, 0.8)
    assert view._lines["wrong"][0].get_data()[1].tolist() == [0.9]
    assert len(view._lines["right"][0].get_data()[1]) == 10


def test_the_bundle_holds_the_widget_a_picture_with_alt_text_and_the_numbers(view):
    data, metadata = view._repr_mimebundle_()
    json.dumps(data)  # the notebook format takes nothing but JSON
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == view.widget.model_id
    assert Image.open(BytesIO(b64decode(data["image/png"]))).size == (1200, 480)
    assert data["text/plain"].splitlines()[1:] == [
        "right                    9  0.250    90.0 %",
        "wrong                    9  0.500    90.0 %",
    ]
    alt = metadata["image/png"]["alt"]
    assert "right: loss 1.000 at first, 0.250 at its lowest and 0.250 in the end" in alt


def test_before_any_step_the_bundle_says_so_and_has_no_picture():
    data, metadata = TrainingView(["one"], steps=10)._repr_mimebundle_()
    assert data.keys() == {"application/vnd.jupyter.widget-view+json", "text/plain"}
    assert data["text/plain"].endswith("not yet trained")
    assert metadata == {}


def test_an_unknown_run_raises(view):
    with pytest.raises(KeyError, match="third"):
        view.recorder("third")


def test_no_output_widget_is_made(view):
    def all_widgets(widget):
        yield widget
        for child in getattr(widget, "children", ()):
            yield from all_widgets(child)

    assert not any(isinstance(w, widgets.Output) for w in all_widgets(view.widget))
