"""Every formula and every program that is wrong gets its own names, alone and with others."""

import numpy as np
import pytest

from softmax_lessons.diagnosis import diagnose
from softmax_lessons.exercises import CHECKS, check_softmax_vjp
from softmax_lessons.gradient_check import finite_difference_gradient
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.inputs import Input
from softmax_lessons.mistakes.tasks import TASKS
from softmax_lessons.numerics import softmax, softmax_backward, softmax_vjp
from tools.website.mistakes import formulas

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
        result = task.predict(Input(arguments), result=formula)
        return (result[:-1], result[-1]) if "W" in task.roles else result

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
# What is right otherwise is refused only where an exercise asks for more.
ASKED = {"loops-in-python": {"without_loop": True}}


@pytest.mark.parametrize("key", [key for key, mistake in MISTAKES.items() if mistake.program])
def test_the_program_of_a_mistake_makes_it_and_no_other(key):
    given = {"np": np, "softmax": softmax}
    given["finite_difference_gradient"] = finite_difference_gradient
    exec(MISTAKES[key].program, given)
    check = CHECKS.get(f"check_{MISTAKES[key].task}", diagnose)
    verdict = check(list(given.values())[-1], **ASKED.get(key, {}))
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
        ("softmax_vjp", lambda z, g: -2 * softmax_vjp(z, g), "sign-flipped factor-of-two"),
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
        ("masked_softmax_backward", lambda z, mask, g: softmax_vjp(z, g), "mask-ignored"),
        ("masked_softmax_backward", masked_in_place, "writes-into-argument"),
        ("softmax_jacobian", lambda z: -np.diag(softmax(z)) - np.outer(softmax(z), softmax(z)),
         "diagonal-negative"),
    ],
)  # fmt: skip
def test_a_function_gets_the_names_that_are_true_of_it_and_no_other(name, function, keys):
    verdict = CHECKS[f"check_{name}"](function)
    assert [mistake.key for mistake in verdict.mistakes] == keys.split()
