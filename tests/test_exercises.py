"""The checks name each mistake, show where it is, and uncover one hint after another."""

import html
import itertools
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose

from softmax_lessons.exercises import (
    CHECKS,
    check_finite_difference_gradient,
    check_gradient_checker,
    check_softmax,
    check_softmax_jacobian,
    check_softmax_vjp,
)
from softmax_lessons.exercises.hints import ATTEMPTS
from softmax_lessons.gradient_check import finite_difference_gradient
from softmax_lessons.judging.showing import example_lines
from softmax_lessons.judging.verdict import Status
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.inputs import Input
from softmax_lessons.mistakes.tasks import TASKS
from softmax_lessons.numerics import softmax, softmax_backward
from tools.website.mistakes import formulas


@pytest.fixture(autouse=True)
def first_attempt():
    """Start every test with no hint uncovered."""
    ATTEMPTS.clear()


def right(z, cotangent):
    return softmax_backward(softmax(z), cotangent)


def elementwise(z, cotangent):
    p = softmax(z)
    return p * (1 - p) * cotangent


# The catalogue


def formulas_with_names():
    """Return task, keys and text of every formula that is wrong on plain inputs."""
    return [
        pytest.param(name, formula, id=f"{name}: {formula.text}")
        for name, task in TASKS.items()
        for formula in task.result[1:]
        if formula.keys
        and "function" not in task.roles
        and ("axis" in task.roles or "wrong-axis" not in formula.keys)
    ]


@pytest.mark.parametrize(("name", "formula"), formulas_with_names())
def test_every_wrong_formula_is_recognised_under_its_own_names(name, formula):
    task = TASKS[name]

    def wrong(*arguments):
        return task.predict(Input(arguments), result=formula)

    verdict = CHECKS[f"check_{name}"](wrong)
    assert not verdict.passed
    assert set(formula.keys) <= {mistake.key for mistake in verdict.mistakes}


def test_every_mistake_of_a_formula_has_a_text_and_every_exercise_a_check():
    used = {key for e in TASKS.values() for f in e.given + e.result + e.chained for key in f.keys}
    assert used <= MISTAKES.keys()
    assert {f"check_{name}" for name in TASKS} == CHECKS.keys()


def test_every_mistake_has_formulas_or_a_program_and_not_both():
    with_program = {key for key, mistake in MISTAKES.items() if mistake.program}
    assert {key for key in MISTAKES if not formulas(key)} == with_program


# These two are never alone: the NaN that is hidden is there for a reason, and g - g sums to 0.
BEFORE = {"nan-hidden": ["no-shift"], "sum-of-probabilities": ["rows-summed"]}


@pytest.mark.parametrize("key", [key for key, mistake in MISTAKES.items() if mistake.program])
def test_the_program_of_a_mistake_makes_it_and_no_other(key):
    given = {"np": np, "softmax": softmax}
    given["finite_difference_gradient"] = finite_difference_gradient
    exec(MISTAKES[key].program, given)
    verdict = CHECKS[f"check_{MISTAKES[key].task}"](list(given.values())[-1])
    assert not verdict.passed
    assert [mistake.key for mistake in verdict.mistakes] == [*BEFORE.get(key, []), key]


# Several mistakes at once

FORMULAS = {
    "elementwise": lambda p, g: p * (1 - p) * g,
    "sum-held-constant": lambda p, g: p * g,
    "sum-not-weighted": lambda p, g: p * (g - g.sum(axis=-1, keepdims=True)),
    "plain-mean": lambda p, g: p * (g - g.mean(axis=-1, keepdims=True)),
    "probabilities-left-out": lambda p, g: g - (p * g).sum(axis=-1, keepdims=True),
    "one-sum-over-batch": lambda p, g: p * (g - (p * g).sum()),
}
FACTORS = {"sign-flipped": -1, "factor-of-two": 2, "halved": 0.5}


def exp_over_sum(z, shift=0):
    exp = np.exp(z - shift)
    return exp / exp.sum(axis=-1, keepdims=True)


def filled(array, value):
    array[...] = value
    return array


UNMET = {
    "no-shift": lambda f, z, g: f(exp_over_sum(z), g),
    "one-maximum-for-all": lambda f, z, g: f(exp_over_sum(z, z.max()), g),
    "integer-result": lambda f, z, g: filled(np.zeros_like(z), f(softmax(z), g)),
    "writes-into-argument": lambda f, z, g: (f(softmax(z), g), filled(z, 0))[0],
}


@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("formula", FORMULAS)
def test_a_wrong_formula_and_a_wrong_factor_are_both_named(formula, factor):
    verdict = check_softmax_vjp(lambda z, g: FACTORS[factor] * FORMULAS[formula](softmax(z), g))
    assert {formula, factor} <= {mistake.key for mistake in verdict.mistakes}


@pytest.mark.parametrize("demand", UNMET)
@pytest.mark.parametrize("formula", FORMULAS)
def test_a_wrong_formula_and_an_unmet_demand_are_both_named(formula, demand):
    verdict = check_softmax_vjp(lambda z, g: UNMET[demand](FORMULAS[formula], z, g))
    assert {formula, demand} <= {mistake.key for mistake in verdict.mistakes}


def masked_in_place(z, mask, g):
    z[~mask] = -np.inf
    return softmax_backward(softmax(z), g)


def long_way(z, t):
    p = softmax(z)
    return softmax_backward(p, -t / p) / len(z)


def long_way_without_shift(z, t):
    p = exp_over_sum(z)
    return softmax_backward(p, -t / p) / len(z)


def first_example_only(z, t):
    gradient = np.zeros(z.shape)
    for i in range(len(z)):
        gradient[i] = (softmax(z[i]) - t[i]) / len(z)
        return gradient


@pytest.mark.parametrize(
    ("name", "function", "keys"),
    [
        ("softmax_vjp", lambda z, g: -2 * right(z, g), "sign-flipped factor-of-two"),
        ("softmax_cross_entropy_grad", long_way, "long-way"),
        ("softmax_cross_entropy_grad", long_way_without_shift, "long-way no-shift"),
        ("softmax_cross_entropy_grad", first_example_only, "loop-ends-early"),
        ("softmax_cross_entropy_grad", lambda z, t: (softmax(z) - t).mean(), "rows-summed"),
        ("soft_cross_entropy_grad", long_way, "long-way"),
        (
            "soft_cross_entropy_grad",
            lambda z, t: (softmax(z) * t.sum(axis=1) - t) / len(z),
            "keepdims-missing",
        ),
        (
            "masked_softmax_backward",
            lambda z, mask, g: softmax_backward(softmax(z), g) * mask,
            "mask-not-renormalised",
        ),
        ("masked_softmax_backward", lambda z, mask, g: right(z, g), "mask-ignored"),
        ("masked_softmax_backward", masked_in_place, "writes-into-argument"),
        ("softmax_jacobian", lambda z: -np.diag(softmax(z)) - np.outer(softmax(z), softmax(z)),
         "diagonal-negative"),
    ],
)  # fmt: skip
def test_a_function_gets_the_names_that_are_true_of_it_and_no_other(name, function, keys):
    verdict = CHECKS[f"check_{name}"](function)
    assert [mistake.key for mistake in verdict.mistakes] == keys.split()


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
    assert not ATTEMPTS


def test_a_jacobian_with_all_logits_moved_together_is_named():
    def moves_all(z):
        slope = (softmax(z + 1e-6) - softmax(z - 1e-6)) / 2e-6
        return np.tile(slope[:, np.newaxis], len(z))

    assert check_softmax_jacobian(moves_all).misconception.key == "all-at-once"


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


# What a verdict says


def test_a_known_mistake_comes_with_name_claim_example_reason_lesson_and_hint():
    verdict = check_softmax_vjp(elementwise)
    key, claim, why, hint, lesson, *_ = MISTAKES["elementwise"]
    # The expected gradient is p_0 p_1 (g_0 - g_1) at the logits (0, 1), with g = (1, 0).
    parts = ["known mistake", key, claim, "cotangent", "yours", "expected", "-0.1966"]
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


def test_what_no_formula_explains_gets_no_name_but_the_first_entry_that_differs():
    verdict = check_softmax_vjp(lambda z, cotangent: right(z, cotangent) + 1e-3)
    assert verdict.status is Status.WRONG
    assert verdict.mistakes == ()
    assert "first at index (0, 0)" in verdict.summary


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


def unknown(z, cotangent):
    return z + cotangent


def unknown_too(z, cotangent):
    return z + 2 * cotangent


def renamed(function, name):
    return type(function)(function.__code__.replace(co_name=name), function.__globals__)


def test_a_hint_belongs_to_the_mistake_however_often_it_is_made():
    hints = [check_softmax_vjp(elementwise).hint for _ in range(5)]
    assert hints == [MISTAKES["elementwise"].hint] * 5


def test_without_a_name_each_new_attempt_uncovers_the_next_hint_and_the_same_code_does_not():
    first, second = renamed(unknown, "mine"), renamed(unknown_too, "mine")
    hints = [check_softmax_vjp(f).hint[:11] for f in (first, first, second, first)]
    assert hints == ["hint 1 of 3", "hint 1 of 3", "hint 2 of 3", "hint 2 of 3"]


def test_a_slip_uncovers_no_hint():
    def slip(z, cotangent):
        return zz + cotangent  # noqa: F821

    assert check_softmax_vjp(slip).status is Status.RAISES
    assert not ATTEMPTS


def test_hints_of_one_exercise_are_not_uncovered_by_another_and_start_anew_when_it_is_right():
    check_softmax_vjp(renamed(unknown, "mine"))
    assert "hint 1" in check_softmax_jacobian(lambda z: np.outer(z, z) + 1).hint
    check_softmax_vjp(renamed(right, "mine"))
    assert "hint 1" in check_softmax_vjp(renamed(unknown_too, "mine")).hint


def test_a_lesson_that_comes_later_is_said_to_come_later():
    assert "read again: lesson 04" in str(check_softmax_vjp(elementwise, lesson="05"))
    assert "you will meet this in lesson 04" in str(check_softmax_vjp(elementwise, lesson="03"))


# What is shown of the learner's code


def test_rows_bear_the_learners_own_names_and_can_be_pasted():
    def mine(logits, upstream):
        return upstream

    lines = dict(example_lines(check_softmax_vjp(mine).counterexample))
    assert lines["logits"] == "np.array([[0.0, 1.0]])"
    assert "upstream" in lines


def test_what_a_function_prints_is_shown_shortened():
    def prints(z, cotangent):
        print("p has shape", z.shape, "x" * 1000)
        return cotangent

    verdict = check_softmax_vjp(prints)
    assert "it printed: p has shape (1, 2) xxx" in str(verdict)
    assert len(verdict.printed) < 300


# Side effects


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

    mistakes = check_finite_difference_gradient(puts_back).mistakes
    assert "writes-into-argument" in {mistake.key for mistake in mistakes}


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
    assert sum("accepts ✗" in row[2] for row in verdict.table) == let_through


@pytest.mark.parametrize("answer", [np.array([True, False]), 1, "True", np.float64(1)])
def test_a_gradient_checker_that_returns_neither_true_nor_false_is_told_so(answer):
    verdict = check_gradient_checker(lambda backward: answer)
    assert verdict.status is Status.WRONG_TYPE
    assert not verdict.hint
