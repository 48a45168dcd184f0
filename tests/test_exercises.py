"""The checks name each mistake, show where it is, and uncover one hint after another."""

import html
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from softmax_lessons.exercises import (
    CHECKS,
    EXERCISES,
    check_finite_difference_gradient,
    check_gradient_checker,
    check_softmax,
    check_softmax_jacobian,
    check_softmax_vjp,
)
from softmax_lessons.gradient_check import check_gradient
from softmax_lessons.misconceptions import CATALOGUE, CLAIMS, table
from softmax_lessons.misconceptions.checking import (
    one_example,
    saturated_and_loose,
    sum_loss,
    uniform_logits,
)
from softmax_lessons.numerics import softmax, softmax_backward
from softmax_lessons.verdicts import Status


@pytest.fixture(autouse=True)
def first_attempt():
    """Start every test with no hint uncovered."""
    for exercise in EXERCISES.values():
        exercise.attempts.clear()


def vjp_of(function_of_p_and_g):
    return lambda z, cotangent: function_of_p_and_g(softmax(z), cotangent)


elementwise = vjp_of(lambda p, g: p * (1 - p) * g)
right = vjp_of(softmax_backward)


# The catalogue


@pytest.mark.parametrize("kind", EXERCISES)
def test_every_mistake_of_the_catalogue_is_recognised_under_its_own_name(kind):
    records = [record for record in CATALOGUE if record.kind == kind]
    found = [CHECKS[f"check_{kind}"](record.function).misconception for record in records]
    assert records
    assert [mistake and mistake.key for mistake in found] == [record.key for record in records]


def test_every_mistake_has_an_exercise_and_every_claim_a_mistake():
    assert {record.kind for record in CATALOGUE} == EXERCISES.keys()
    assert {record.key for record in CATALOGUE} == CLAIMS.keys()
    assert {f"check_{kind}" for kind in EXERCISES} == CHECKS.keys()


def test_the_table_lists_each_mistake_once_with_claim_reason_and_lesson():
    rows = table().rows()
    assert [row[0] for row in rows] == list(dict.fromkeys(record.key for record in CATALOGUE))
    text, page = str(table()), table()._repr_html_()
    for key, claim, why, lesson in rows:
        assert f"{key} (lesson {lesson})\n    {claim}\n    {why}" in text
        for cell in (key, claim, why, lesson):
            assert f">{html.escape(cell)}</td>" in page


# The seven statuses


@pytest.mark.parametrize(
    ("function", "status"),
    [
        (lambda z, cotangent: None, "not attempted"),
        (lambda z, cotangent: 1 / 0, "raises"),
        (lambda z: z, "raises"),
        (lambda z, cotangent: "p", "wrong type"),
        (lambda z, cotangent: [[1, 2], [3]], "wrong type"),
        (lambda z, cotangent: z * 1j, "wrong type"),
        (lambda z, cotangent: z > 0, "wrong type"),
        (lambda z, cotangent: None if len(z) > 1 else right(z, cotangent), "wrong type"),
        (lambda z, cotangent: 1.0, "wrong shape"),
        (lambda z, cotangent: z[:, 0], "wrong shape"),
        (elementwise, "known mistake"),
        (lambda z, cotangent: z * np.nan, "wrong"),
        (right, "correct"),
    ],
)
def test_each_status_is_reached(function, status):
    verdict = check_softmax_vjp(function)
    assert verdict.status.value == status
    assert verdict.passed == (status == "correct")
    assert str(verdict).startswith(f"softmax_vjp(z, cotangent): {status}\n")


def not_implemented(*arguments):
    raise NotImplementedError


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
@pytest.mark.parametrize("stub", [None, ..., lambda *arguments: None, not_implemented])
def test_a_stub_is_no_attempt_in_any_exercise_and_uncovers_no_hint(check, stub):
    verdict = check(stub)
    assert verdict.status is Status.NOT_ATTEMPTED
    assert not verdict.hint
    assert not any(exercise.attempts for exercise in EXERCISES.values())


@pytest.mark.parametrize(
    "function",
    [
        vjp_of(lambda p, g: 2 * p * (1 - p) * g),
        vjp_of(lambda p, g: -p * (g - g.sum(-1, keepdims=True))),
        lambda z, cotangent: z + cotangent,
    ],
)
def test_two_mistakes_or_an_unknown_one_are_wrong_and_get_no_name(function):
    verdict = check_softmax_vjp(function)
    assert verdict.status is Status.WRONG
    assert verdict.misconception is None


# What a verdict says


def test_a_known_mistake_comes_with_name_claim_example_reason_lesson_and_hint():
    verdict = check_softmax_vjp(elementwise)
    claim, why, lesson = CLAIMS["elementwise"]
    # The expected gradient is p_0 p_1 (g_0 - g_1) at the logits (1, 2): 0.19661 times -0.8817.
    parts = ["known mistake", "elementwise", claim, "cotangent", "yours", "expected", "-0.1734"]
    parts += [why, f"lesson {lesson}", "hint 1 of 3"]
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
    assert z.tolist() == [1, 2]
    # Case 1 of the course: the Jacobian at (1, 2).
    expected = 0.19661193 * np.array([[1, -1], [-1, 1]])
    assert_allclose(counterexample.expected, expected, atol=1e-8)
    assert_allclose(counterexample.yours, np.diag(np.diag(expected)), atol=1e-8)


def test_a_wrong_result_comes_with_the_first_entry_that_differs():
    verdict = check_softmax_vjp(lambda z, cotangent: right(z, cotangent) + 1e-3)
    assert verdict.status is Status.WRONG
    assert verdict.counterexample.note.startswith("first at index (0, 0)")


def test_a_page_can_be_light_or_dark_since_a_verdict_sets_no_colour_of_text_or_ground():
    for function in (elementwise, right, None):
        page = check_softmax_vjp(function)._repr_html_()
        assert not re.search(r"[^-]color:|background:#", page)


def second_call_gives(text):
    calls = []

    def function(*arguments):
        calls.append(arguments)
        return text if len(calls) % 2 == 0 else arguments[0]

    return function


def raises(error):
    def function(*arguments):
        raise error

    return function


WAYS_INTO_A_VERDICT = {
    "message": lambda text: raises(ValueError(text)),
    "name of an exception": lambda text: raises(type(text, (Exception,), {})()),
    "returned": lambda text: lambda *arguments: text,
    "handed in": lambda text: text,
    "second result": second_call_gives,
}


@pytest.mark.parametrize("way", WAYS_INTO_A_VERDICT.values(), ids=WAYS_INTO_A_VERDICT)
def test_what_a_learner_wrote_stays_text_on_a_page(way):
    tag = "<img src=x onerror=alert(1)>"
    page = check_softmax(way(tag))._repr_html_()
    assert html.escape(tag) in page
    assert tag not in page


@pytest.mark.parametrize("way", WAYS_INTO_A_VERDICT.values(), ids=WAYS_INTO_A_VERDICT)
def test_what_a_learner_wrote_is_no_formula_on_a_page(way):
    page = check_softmax(way(r"$\href{x}{y}$ \(x\)"))._repr_html_()
    # MathJax looks for the end of a formula within one element, and not at all in <pre>.
    outside = re.sub(r"<pre.*?</pre>|<span>[$\\]</span>", "", page, flags=re.DOTALL)
    assert "href" in outside
    assert not re.search(r"[$\\]", outside)


# Hints


def test_each_wrong_attempt_uncovers_the_next_hint_and_the_last_one_stays():
    hints = [check_softmax_vjp(elementwise).hint for _ in range(5)]
    assert [hint[:11] for hint in hints] == ["hint 1 of 3", "hint 2 of 3", *["hint 3 of 3"] * 3]
    assert "worked idea" in hints[-1]


def test_hints_of_one_exercise_are_not_uncovered_by_another_and_start_anew_when_it_is_right():
    check_softmax_vjp(elementwise)
    assert "hint 1" in check_softmax_jacobian(lambda z: z).hint
    check_softmax_vjp(right)
    assert "hint 1" in check_softmax_vjp(elementwise).hint


def test_a_function_of_another_name_starts_with_the_first_hint():
    def demonstration(z, cotangent):
        return cotangent

    check_softmax_vjp(demonstration)
    assert "hint 1" in check_softmax_vjp(elementwise).hint
    assert "hint 2" in check_softmax_vjp(demonstration).hint
    assert "hint 1" in check_gradient_checker(lambda backward: True).hint
    assert "hint 1" in check_gradient_checker(uniform_logits).hint


@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
def test_every_exercise_has_three_hints_and_none_holds_the_code_of_the_answer(exercise):
    assert len(exercise.hints) == 3
    assert not any("return" in hint or "lambda" in hint for hint in exercise.hints)


# Side effects


def test_writing_into_an_argument_is_told_even_where_the_numbers_are_right():
    def in_place(z, cotangent):
        z -= z.max(axis=1, keepdims=True)
        return right(z, cotangent)

    assert check_softmax_vjp(in_place).misconception.key == "writes-into-argument"


def test_writing_and_putting_back_is_told_by_the_input_that_is_read_only():
    def puts_back(function, x):
        gradient = np.zeros(x.shape)
        for index in np.ndindex(x.shape):
            before = x[index]
            x[index] = before + 1e-5
            ahead = function(x)
            x[index] = before - 1e-5
            gradient[index] = (ahead - function(x)) / 2e-5
            x[index] = before
        return gradient

    assert check_finite_difference_gradient(puts_back).misconception.key == "writes-into-argument"


def test_writing_into_a_view_of_its_own_is_no_writing_into_the_argument():
    def fills_a_view(z, cotangent):
        gradient = np.broadcast_to(0.0, z.shape)
        gradient[...] = right(z, cotangent)

    assert check_softmax_vjp(fills_a_view).status is Status.RAISES


def test_what_a_function_writes_into_its_arguments_spoils_nothing_for_the_next_one():
    def overwrites(z, cotangent):
        z[...] = cotangent[...] = 0
        return z

    check_softmax_vjp(overwrites)
    assert check_softmax_vjp(right).passed


def test_a_function_that_draws_random_numbers_is_told_so():
    rng = np.random.default_rng(3)

    def noisy(z, cotangent):
        return right(z, cotangent) + 1e-9 * rng.normal(size=z.shape)

    assert check_softmax_vjp(noisy).misconception.key == "remembers"


# Checking the checkers


def good_checker(backward):
    z, g = np.random.default_rng(8).normal(size=(2, 3, 4))
    return check_gradient(
        lambda z: (g * softmax(z)).sum(), lambda z: backward(softmax(z), g), z
    ).passed


def test_a_good_gradient_checker_is_correct_and_the_table_shows_all_it_was_given():
    verdict = check_gradient_checker(good_checker)
    assert verdict.passed
    assert len(verdict.table) == 1 + 4 + 14
    for view in (str(verdict), verdict._repr_html_()):
        assert "closed form" in view
        assert "sign flipped" in view


# What these miss of the fourteen wrong ones follows from their loss, logits, batch or tolerance.
@pytest.mark.parametrize(
    ("checker", "let_through"),
    [(sum_loss, 6), (uniform_logits, 1), (one_example, 2), (saturated_and_loose, 6)],
)
def test_blind_checkers_let_wrong_backwards_through(checker, let_through):
    verdict = check_gradient_checker(checker)
    assert f"lets {let_through} of 14 wrong ones through" in verdict.summary
    assert sum("accepts ✗" in row[2] for row in verdict.table) == let_through


@pytest.mark.parametrize("answer", [np.array([True, False]), 1, "True", np.float64(1)])
def test_a_gradient_checker_that_returns_neither_true_nor_false_is_told_so(answer):
    assert check_gradient_checker(lambda backward: answer).status is Status.WRONG_TYPE


def test_an_unknown_gradient_checker_is_wrong_and_its_table_says_where():
    def refuses_zeros_only(backward):
        g = np.array([[1.0, 2.0, 4.0]] * 2)
        return bool(np.abs(backward(np.full((2, 3), 1 / 3), g)).sum() > 0.1)

    verdict = check_gradient_checker(refuses_zeros_only)
    assert verdict.status is Status.WRONG
    assert ("zeros", "wrong", "refuses") in verdict.table
    assert ("doubled", "wrong", "accepts ✗") in verdict.table
