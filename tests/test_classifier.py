"""Training with a right and a wrong backward, and what lesson 10 says of the digits."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from scipy.optimize import minimize

from softmax_lessons.classifier import CROSS_ENTROPY, SQUARED_ERROR, forward_backward, train
from softmax_lessons.data import load_digits
from softmax_lessons.gradient_check import check_gradient
from softmax_lessons.mistakes.suspects import WRONG_BACKWARDS
from softmax_lessons.numerics import softmax_backward

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
LOSSES = {"cross-entropy": CROSS_ENTROPY, "squared error": SQUARED_ERROR}
N = 1200  # of the 1797 digits are for training
elementwise = WRONG_BACKWARDS["p (1 - p) g"]


@pytest.fixture(scope="module")
def digits():
    """Return pictures and labels in the order of training, as lesson 10 scales them."""
    images, labels, order = load_digits()
    x = images[order] / 16
    return x - x[:N].mean(axis=0), labels[order]


@pytest.fixture
def few():
    """Return inputs and one-hot targets of 12 samples with 4 features and 3 classes."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(12, 4)), np.eye(3)[np.arange(12) ** 2 % 3]


def test_the_order_of_the_digits_gives_every_digit_the_same_share_in_training():
    images, labels, order = load_digits()
    assert images.min() == 0
    assert images.max() == 16
    assert_array_equal(np.sort(order), np.arange(1797))
    shares = np.bincount(labels[order[:N]]) / np.bincount(labels)
    assert np.abs(shares - N / 1797).max() < 0.005


def test_the_yardstick_of_lesson_10_is_the_lowest_loss_that_scipy_finds(digits):
    x, labels = digits

    def loss(parameters):
        weights, bias = np.split(parameters.reshape(65, 10), [64])
        now = forward_backward(
            weights, bias[0], x[:N], np.eye(10)[labels[:N]], backward=softmax_backward,
            loss=CROSS_ENTROPY, regularisation=1 / N,
        )  # fmt: skip
        return now.loss, np.vstack([now.grad_weights, now.grad_bias]).ravel()

    found = minimize(loss, np.zeros(650), jac=True, method="L-BFGS-B")
    weights, bias = np.split(found.x.reshape(65, 10), [64])
    hits = (x[N:] @ weights + bias).argmax(axis=1) == labels[N:]
    lesson = (NOTEBOOKS / "10_train_a_classifier.ipynb").read_text("utf-8")
    assert f'"yardstick = {found.fun:.4f}\\n' in lesson
    assert f"{hits.sum()} of {len(hits)}" in lesson


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

    by_weights = check_gradient(
        lambda w: at(w, bias).loss, lambda w: at(w, bias).grad_weights, weights
    )
    by_bias = check_gradient(
        lambda b: at(weights, b).loss, lambda b: at(weights, b).grad_bias, bias
    )
    assert by_weights.passed == by_bias.passed == passes


def test_on_step_is_told_what_the_run_holds_and_the_last_step_is_that_of_the_final_weights(few):
    told = []
    options = {"backward": softmax_backward, "loss": CROSS_ENTROPY, "regularisation": 0.1}
    run = train(*few, steps=5, rate=0.1, on_step=lambda *now: told.append(now), **options)
    assert_array_equal(np.transpose(told), [range(6), run.losses, run.accuracies])
    assert run.losses[0] == pytest.approx(np.log(3))
    assert (np.diff(run.losses) < 0).all()
    first = forward_backward(np.zeros((4, 3)), np.zeros(3), *few, **options)
    one = train(*few, steps=1, rate=0.1, **options)
    assert_array_equal(one.weights, -0.1 * first.grad_weights)
    assert_array_equal(one.bias, -0.1 * first.grad_bias)
    assert forward_backward(run.weights, run.bias, *few, **options).loss == run.losses[-1]
    assert (run.predict(few[0]) == few[1].argmax(axis=1)).mean() == run.accuracies[-1]


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
