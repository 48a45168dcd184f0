"""Gradients at weights and bias, and the loop of lesson 10, are told what is wrong with them."""

import numpy as np
import pytest

from softmax_lessons.exercises import check_descend, check_weight_gradients
from softmax_lessons.exercises.training import _SLIPS, _descend, _gradients
from softmax_lessons.numerics import softmax


def gradients(W, b, x, t, reg):
    grad_z = (softmax(x @ W + b) - t) / len(x)
    return x.T @ grad_z + reg * W, grad_z.sum(axis=0)


def changed(change):
    """Return a function that does what is right, and changes it at the end."""

    def function(W, b, x, t, reg):
        return change(*gradients(W, b, x, t, reg), softmax(x @ W + b) - t)

    return function


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda W, b, z: (W.T, b), "transposed"),
        (lambda W, b, z: (W, z.sum(axis=1)), "The sum runs over the classes"),
        (lambda W, b, z: (W, z.sum()), "Everything is added up"),
        (lambda W, b, z: (W, z), "not added up"),
        (lambda W, b, z: (W, b[None]), "keepdims"),
        (lambda W, b, z: (z, b), "How does x come in?"),
        (lambda W, b, z: (b, W), "grad_b comes first"),
        (lambda W, b, z: W, "two arrays"),
        (lambda W, b, z: (W, "b"), "two arrays"),
        (lambda W, b, z: (W, 0 * b), "grad_W is right. Look at the other one."),
        (lambda W, b, z: (W + 1, b), "grad_b is right. Look at the other one."),
        (lambda W, b, z: (W, b * len(z) / 1200), "divided by 1200"),
    ],
)
def test_what_is_wrong_with_one_of_the_two_gradients_is_said(change, words):
    verdict = check_weight_gradients(changed(change))
    assert not verdict.passed
    assert words in str(verdict)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("bias-forgotten", lambda W, b, x, t, reg: gradients(W, 0 * b, x, t, reg)),
        ("no-average", lambda W, b, x, t, reg: gradients(W, b, x, t, reg / len(x))),
        ("regulariser-forgotten", lambda W, b, x, t, reg: gradients(W, b, x, t, 0)),
    ],
)
def test_a_mistake_on_the_way_is_named(key, wrong):
    def function(W, b, x, t, reg):
        factor = len(x) if key == "no-average" else 1
        return [factor * part for part in wrong(W, b, x, t, reg)]

    assert key in {mistake.key for mistake in check_weight_gradients(function).mistakes}


@pytest.mark.parametrize(("text", "how"), _SLIPS, ids=[text for text, _ in _SLIPS])
def test_a_loop_that_goes_wrong_in_a_known_way_is_told_which(text, how):
    verdict = check_descend(lambda gradients, W, b, steps, rate: _descend(steps, **how))
    assert not verdict.passed
    assert f"{verdict.summary} {verdict.hint}".strip().startswith(text)


def test_a_loop_that_moves_the_arrays_it_is_given_is_told_so():
    def loop(gradients, W, b, steps, rate):
        for _ in range(steps):
            grad_W, grad_b = gradients(W, b)
            W -= rate * grad_W
            b -= rate * grad_b
        return W, b

    assert check_descend(loop).misconception.key == "writes-into-argument"


def test_a_loop_that_asks_for_the_gradients_in_another_way_is_told_what_it_raises():
    assert "missing 2 required" in check_descend(lambda gradients, *rest: gradients()).summary
    assert np.shape(_gradients(*_descend(1))[0]) == (2, 3)
