"""The checks name each mistake, show where it is, and uncover one hint after another."""

import html
import itertools
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose
from test_right_implementations import gradient_moving_there_and_back

from softmax_lessons.exercises import (
    CHECKS,
    check_finite_difference_gradient,
    check_softmax,
    check_softmax_cross_entropy_grad,
    check_softmax_jacobian,
    check_softmax_vjp,
)
from softmax_lessons.exercises.hints import ATTEMPTS
from softmax_lessons.judging.showing import example_lines
from softmax_lessons.judging.verdict import Status
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.numerics import softmax, softmax_backward


@pytest.fixture(autouse=True)
def first_attempt():
    """Start every test with no hint uncovered."""
    ATTEMPTS.clear()


def right(z, g):
    return softmax_backward(softmax(z), g)


def elementwise(z, g):
    p = softmax(z)
    return p * (1 - p) * g


def fills_a_view_that_is_read_only(z, g):
    np.broadcast_to(0.0, z.shape)[...] = right(z, g)


@pytest.mark.parametrize(
    ("function", "status"),
    [
        (lambda z, g: None, "not attempted"),
        (lambda z, g: 1 / 0, "raises"),
        (lambda z: z, "raises"),
        (fills_a_view_that_is_read_only, "raises"),
        (lambda z, g: "p", "wrong type"),
        (lambda z, g: [[1, 2], [3]], "wrong type"),
        (lambda z, g: z * 1j, "wrong type"),
        (lambda z, g: z > 0, "wrong type"),
        (lambda z, g: None if len(z) > 1 else right(z, g), "wrong type"),
        (lambda z, g: 1.0, "wrong shape"),
        (lambda z, g: z[:, 0], "wrong shape"),
        (elementwise, "known mistake"),
        (lambda z, g: z * np.nan, "wrong"),
        (right, "correct"),
    ],
)
def test_each_status_is_reached(function, status):
    verdict = check_softmax_vjp(function)
    assert verdict.status.value == status
    assert verdict.passed == (status == "correct")
    named = "" if "<" in function.__name__ or status == "not attempted" else function.__name__
    assert str(verdict).startswith(f"{named or 'softmax_vjp'}(z, g): {status}\n")


def not_implemented(*arguments):
    raise NotImplementedError


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("stub", [None, ..., lambda *arguments: None, not_implemented])
def test_a_stub_is_no_attempt_in_any_exercise_and_uncovers_no_hint(check, stub):
    verdict = check(stub)
    assert verdict.status is Status.NOT_ATTEMPTED
    assert not verdict.hint
    assert not ATTEMPTS


def test_a_jacobian_with_all_logits_moved_together_is_named():
    def moves_all(z):
        slope = (softmax(z + 1e-6) - softmax(z - 1e-6)) / 2e-6
        return np.tile(slope[:, np.newaxis], len(z))

    assert check_softmax_jacobian(moves_all).misconception.key == "all-at-once"


# What a verdict says


def test_a_known_mistake_comes_with_name_claim_example_reason_lesson_and_hint():
    verdict = check_softmax_vjp(elementwise)
    key, claim, why, hint, lesson, *_ = MISTAKES["elementwise"]
    # The expected gradient is p_0 p_1 (g_0 - g_1) at the logits (0, 1), with g = (1, 0).
    parts = ["known mistake", key, claim, "[[1.0, 0.0]]", "yours", "expected", "-0.1966"]
    parts += [why, f"lesson {lesson}", hint]
    for view in (str(verdict), verdict._repr_html_()):
        places = [html.unescape(view).rindex(part) for part in parts]
        assert places == sorted(places)


def test_the_counterexample_is_the_smallest_input_that_shows_the_mistake():
    def diagonal(z):
        p = softmax(z)
        return np.diag(p * (1 - p))

    counterexample = check_softmax_jacobian(diagonal).counterexample
    ((name, z),) = counterexample.arguments
    assert name == "z"
    assert z.tolist() == [0, 1]
    # Case 1 of the course: the Jacobian at (1, 2), and so at (0, 1).
    expected = 0.19661193 * np.array([[1, -1], [-1, 1]])
    assert_allclose(counterexample.expected, expected, atol=1e-8)
    assert_allclose(counterexample.yours, np.diag(np.diag(expected)), atol=1e-8)


def wrong_sign_beside_the_target(z, t):
    return np.where(t == 1, softmax(z) - 1, -softmax(z)) / len(z)


def row_by_row_through_the_jacobian(z, t):
    with np.errstate(all="ignore"):
        rows = zip(-t / softmax(z), softmax(z), strict=True)
        return np.array([g @ (np.diag(p) - np.outer(p, p)) for g, p in rows]) / len(z)


@pytest.mark.parametrize(
    ("function", "key"),
    [
        (wrong_sign_beside_the_target, "off-diagonal-positive"),
        (row_by_row_through_the_jacobian, "long-way"),
    ],
)
def test_what_is_made_of_a_stable_softmax_is_not_called_unstable(function, key):
    assert [mistake.key for mistake in check_softmax_cross_entropy_grad(function).mistakes] == [key]


def test_a_page_can_be_light_or_dark_since_a_verdict_sets_no_colour_of_text_or_ground():
    for function in (elementwise, right, None):
        page = check_softmax_vjp(function)._repr_html_()
        assert not re.search(r"[^-]color:|background:#", page)


def raises(error):
    def function(*arguments):
        raise error

    return function


def second_call_gives(text):
    calls = itertools.count(1)
    return lambda *arguments: arguments[0] if next(calls) % 2 else text


WAYS_INTO_A_VERDICT = {
    "message": lambda text: raises(ValueError(text)),
    "name of an exception": lambda text: raises(type(text, (Exception,), {})()),
    "returned": lambda text: lambda *arguments: text,
    "handed in": lambda text: text,
    "second result": second_call_gives,
}


every_way = pytest.mark.parametrize("way", WAYS_INTO_A_VERDICT.values(), ids=WAYS_INTO_A_VERDICT)


@every_way
def test_what_a_learner_wrote_stays_text_on_a_page(way):
    tag = "<img src=x onerror=alert(1)>"
    page = check_softmax(way(tag))._repr_html_()
    assert html.escape(tag) in page
    assert tag not in page


@every_way
def test_what_a_learner_wrote_is_no_formula_on_a_page(way):
    page = check_softmax(way(r"$\href{x}{y}$ \(x\)"))._repr_html_()
    # MathJax looks for the end of a formula within one element, and not at all in <pre>.
    outside = re.sub(r"<pre.*?</pre>|<span>[$\\]</span>", "", page, flags=re.DOTALL)
    assert "href" in outside
    assert not re.search(r"[$\\]", outside)


# Hints


def mine(function):
    return type(function)(function.__code__.replace(co_name="mine"), function.__globals__)


UNKNOWN, UNKNOWN_TOO = mine(lambda z, g: z + g), mine(lambda z, g: z + 2 * g)


def test_a_hint_belongs_to_the_mistake_however_often_it_is_made():
    hints = [check_softmax_vjp(elementwise).hint for _ in range(5)]
    assert hints == [MISTAKES["elementwise"].hint] * 5


def test_without_a_name_each_new_attempt_uncovers_the_next_hint_and_the_same_code_does_not():
    attempts = UNKNOWN, UNKNOWN, UNKNOWN_TOO, UNKNOWN
    hints = [check_softmax_vjp(attempt).hint[:11] for attempt in attempts]
    assert hints == ["hint 1 of 2", "hint 1 of 2", "hint 2 of 2", "hint 2 of 2"]


def test_a_slip_uncovers_no_hint():
    def slip(z, g):
        return zz + g  # noqa: F821

    assert check_softmax_vjp(slip).status is Status.RAISES
    assert not ATTEMPTS


def test_hints_of_one_exercise_are_not_uncovered_by_another_and_start_anew_when_it_is_right():
    check_softmax_vjp(UNKNOWN)
    assert "hint 1" in check_softmax_jacobian(lambda z: np.outer(z, z) + 1).hint
    check_softmax_vjp(mine(right))
    assert "hint 1" in check_softmax_vjp(UNKNOWN_TOO).hint


def test_a_lesson_that_comes_later_is_said_to_come_later():
    assert "read again: lesson 04" in str(check_softmax_vjp(elementwise, lesson="05"))
    assert "read again" not in str(check_softmax_vjp(elementwise, lesson="04"))
    assert "you will meet this in lesson 04" in str(check_softmax_vjp(elementwise, lesson="03"))


# What is shown of the learner's code


def test_rows_bear_the_learners_own_names_and_can_be_pasted():
    def mine(logits, upstream):
        return upstream

    lines = dict(example_lines(check_softmax_vjp(mine).counterexample))
    assert lines["logits"] == "np.array([[0.0, 1.0]])"
    assert "upstream" in lines


def test_what_a_function_prints_is_shown_shortened():
    def prints(z, g):
        print("p has shape", z.shape, "x" * 1000)
        return g

    verdict = check_softmax_vjp(prints)
    assert "it printed: p has shape (1, 2) xxx" in str(verdict)
    assert len(verdict.printed) < 300


# Side effects


def test_writing_and_putting_back_is_told_by_the_input_that_is_read_only():
    mistakes = check_finite_difference_gradient(gradient_moving_there_and_back).mistakes
    assert "writes-into-argument" in {mistake.key for mistake in mistakes}


def test_what_a_function_writes_into_its_arguments_spoils_nothing_for_the_next_one():
    def overwrites(z, g):
        z[...] = g[...] = 0
        return z

    check_softmax_vjp(overwrites)
    assert check_softmax_vjp(right).passed


def test_a_function_that_draws_random_numbers_is_told_so():
    rng = np.random.default_rng(3)

    def noisy(z, g):
        return right(z, g) + 1e-9 * rng.normal(size=z.shape)

    assert check_softmax_vjp(noisy).misconception.key == "remembers"
