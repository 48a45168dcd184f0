"""Numeric gradients and checks of gradients: what is wrong with them is named."""

import operator

import numpy as np
import pytest
from test_right_implementations import another_input, is_refused, same_again, spoilt

from softmax_lessons.exercises import check_finite_difference_gradient, check_gradient_checker
from softmax_lessons.gradient_check import finite_difference_gradient, finite_difference_jvp
from softmax_lessons.judging.verdict import Status
from softmax_lessons.mistakes.suspects import NAMED, WRONG_BACKWARDS
from softmax_lessons.numerics import softmax

# Numeric gradients


def quotients(h=1e-5, behind=1, over=2):
    """Return a numeric gradient from the points x + h and x - behind * h."""

    def gradient(function, x):
        result = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            step = np.zeros(x.shape)
            step[index] = h
            result[index] = (function(x + step) - function(x - behind * step)) / (over * h)
        return result

    return gradient


@pytest.mark.parametrize("step", [1e-7, 1e-6, 1e-5, 1e-4])
def test_a_numeric_gradient_with_a_good_step_is_right(step):
    assert check_finite_difference_gradient(quotients(step)).passed


def never_put_back(function, x):
    x, gradient = x.astype(float), np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        x[index] += 1e-5
        above = function(x)
        x[index] -= 2e-5
        gradient[index] = (above - function(x)) / 2e-5
    return gradient


def only_the_first(function, x):
    gradient = np.zeros(x.shape)
    gradient.flat[0] = quotients()(function, x).flat[0]
    return gradient


@pytest.mark.parametrize(
    ("gradient", "keys"),
    [
        (quotients(1e-3), "step-too-large"),
        (quotients(1e-6, behind=0, over=1), "one-sided-difference"),
        (quotients(1e-2, behind=0, over=1), "one-sided-difference step-too-large"),
        (quotients(behind=0), "distance-halved one-sided-difference"),
        (never_put_back, "not-restored"),
        (only_the_first, "loop-ends-early"),
    ],
)
def test_a_numeric_gradient_that_is_not_exact_enough_is_refused_by_name(gradient, keys):
    verdict = check_finite_difference_gradient(gradient)
    assert [mistake.key for mistake in verdict.mistakes] == keys.split()


# Checking the checkers


def compares(z, g, atol=1e-6):
    def checker(backward):
        measured = finite_difference_gradient(lambda z: (g * softmax(z)).sum(), z)
        return np.allclose(backward(softmax(z), g), measured, rtol=0, atol=atol)

    return checker


Z, G = np.random.default_rng(2).normal(size=(2, 3, 4))


def test_a_good_gradient_checker_is_correct_and_the_table_shows_all_it_was_given():
    verdict = check_gradient_checker(compares(Z, G))
    assert verdict.passed
    assert len(verdict.table) == 1 + 4 + 14
    for view in (str(verdict), verdict._repr_html_()):
        assert "closed form" in view
        assert "sign flipped" in view


ONE_HOT = np.eye(4)[[0, 2, 3]]
ONE_IS_CERTAIN = np.array([[0, 0, -9, -9], [20, 0, 0, 0], [-9, -9, 0, 0.0]])


# What these miss of the fourteen wrong ones follows from their loss, logits, batch or tolerance.
@pytest.mark.parametrize(
    ("checker", "key", "let_through"),
    [
        (compares(Z, np.ones((3, 4))), "sum-loss", 6),
        (compares(20 * Z, ONE_HOT, 1e-2), "saturated-and-loose", 6),
        (compares(ONE_IS_CERTAIN, ONE_HOT, 1e-2), "saturated-and-loose", 0),
        (compares(Z, ONE_HOT, 1e-2), "loose-tolerance", 0),
        (compares(Z[0], G[0]), "one-example", 3),
        (lambda backward: True, "accepts-everything", 14),
    ],
)
def test_blind_checkers_let_wrong_backwards_through(checker, key, let_through):
    verdict = check_gradient_checker(checker)
    assert verdict.misconception.key == key
    assert f"accepts {let_through} of 14 wrong backwards" in verdict.summary
    marked = [name for name, _, said in verdict.table if "accepts ✗" in said]
    assert sum(name in WRONG_BACKWARDS for name in marked) == let_through


def both_sides(backward):
    """Return both sides of g . (J v) = (J^T g) . v, the left one by finite differences."""
    v = np.random.default_rng(3).normal(size=Z.shape)
    measured = (G * finite_difference_jvp(softmax, Z, v)).sum()
    return measured, (backward(softmax(Z), G) * v).sum()


def test_a_gradient_checker_that_compares_sizes_only_is_told_so():
    def sizes_only(backward):
        measured, back = both_sides(backward)
        return bool(abs(measured) - abs(back) < 1e-6)

    assert check_gradient_checker(sizes_only).misconception.key == "without-abs"


def test_a_gradient_checker_the_wrong_way_round_is_told_so_and_not_called_blind():
    def turned(backward):
        measured, back = both_sides(backward)
        return bool(abs(measured - back) > 1e-6)

    verdict = check_gradient_checker(turned)
    assert not verdict.mistakes
    assert "wrong way round" in verdict.hint


def test_a_gradient_checker_that_answers_only_what_it_accepts_has_been_attempted():
    verdict = check_gradient_checker(lambda backward: compares(Z, G)(backward) or None)
    assert verdict.status is Status.WRONG_TYPE
    assert "returns None" in verdict.summary


@pytest.mark.parametrize("answer", [np.array([True, False]), 1, "True", np.float64(1)])
def test_a_gradient_checker_that_returns_neither_true_nor_false_is_told_so(answer):
    verdict = check_gradient_checker(lambda backward: answer)
    assert verdict.status is Status.WRONG_TYPE
    assert not verdict.hint


@pytest.mark.parametrize("when", [another_input, same_again])
def test_a_right_checker_is_not_accepted_with_its_answers_turned_round_at_times(when):
    assert is_refused("gradient_checker", spoilt(compares(Z, G), operator.not_, when))


@pytest.mark.parametrize("name", NAMED)
def test_a_checker_that_errs_about_a_single_backward_is_not_accepted(name):
    def is_that_one(arguments, before):
        return arguments[0].backward is NAMED[name]

    errs = spoilt(compares(Z, G), operator.not_, is_that_one)
    assert is_refused("gradient_checker", errs)
