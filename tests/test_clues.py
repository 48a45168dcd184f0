"""What the checks say of results is true of them: names, computed hints, and the example shown."""

import numpy as np
import pytest

from softmax_lessons.exercises import CHECKS, check_beats, check_softmax_jacobian, check_softmax_vjp
from softmax_lessons.exercises.hints import ATTEMPTS
from softmax_lessons.judging.showing import example_lines, pasteable
from softmax_lessons.judging.verdict import Status
from softmax_lessons.numerics import log_softmax, softmax, softmax_backward, softmax_jacobian


@pytest.fixture(autouse=True)
def first_attempt():
    """Start every test with no hint uncovered."""
    ATTEMPTS.clear()


def check(name, function):
    return CHECKS[f"check_{name}"](function)


def vjp(z, g):
    return softmax_backward(softmax(z), g)


def only_the_last_row(z, g):
    return np.where(np.arange(len(z))[:, None] == len(z) - 1, vjp(z, g), 7)


def not_square(z, g):
    return vjp(z, g) + (len(z) != z.shape[1])


def raises_for_many(z, g):
    return vjp(z, g) if len(z) <= z.shape[1] else z[z.shape[1] + 9]


def first_column_right(z, g):
    return np.where(np.arange(z.shape[1]) == 0, vjp(z, g), g)


def other_labels(z, t):
    return (softmax(z) - t[::-1]) / len(z)


VJP, LOSS = "softmax_vjp", "softmax_cross_entropy_grad"
CLUES = [
    (VJP, only_the_last_row, "Only the last row is right."),
    (VJP, not_square, "It is wrong whenever there are not as many examples as classes."),
    (VJP, raises_for_many, "It raises whenever there are more examples than classes."),
    (VJP, lambda z, g: vjp(z, g) + 0.5, "Every entry is too large by 0.5."),
    (VJP, lambda z, g: vjp(z, g) + softmax(z), "What is added to the right result is p."),
    (VJP, first_column_right, "Wherever it is wrong, there is g: entry (0, 1) is g_2."),
    (VJP, lambda z, g: z * np.nan, "NaN is what 0 / 0"),
    (VJP, lambda z, g: softmax(z) @ g.T, "two examples are multiplied with each other"),
    (VJP, lambda z, g: (softmax(z) * g).sum(), "one number is left"),
    (LOSS, other_labels, "is right for the target of row"),
    (LOSS, lambda z, t: -(t * log_softmax(z)).sum() / len(z), "that is the loss"),
    ("softmax_jacobian", lambda z: softmax(z)[:1] * z, "one row or a sum of rows is left"),
]


@pytest.mark.parametrize(("name", "function", "says"), CLUES)
def test_a_mistake_without_a_name_is_told_by_what_was_seen(name, function, says):
    verdict = check(name, function)
    assert not verdict.mistakes
    assert says in verdict.summary


def test_of_what_nothing_is_seen_nothing_is_said():
    verdict = check_softmax_vjp(lambda z, g: z**3 + g)
    assert verdict.status is Status.WRONG
    assert "first at index (0, 0)" in verdict.summary
    assert verdict.summary.endswith("is right.")


def test_mistakes_with_the_same_numbers_are_told_as_one_of_these():
    verdict = check_softmax_vjp(lambda z, g: softmax(z) * (g - g * softmax(z).sum(1)[:, None]))
    assert verdict.summary.startswith("It is one of these: rows-summed")
    assert " Or sum-of-probabilities" in verdict.summary
    assert "\nor: sum-of-probabilities" in str(verdict)


def numeric(step):
    def jacobian(z):
        units = step * np.eye(len(z))
        return np.array([(softmax(z + h) - softmax(z - h)) / (2 * step) for h in units]).T

    return jacobian


def zeros_like_outer(z):
    result = np.zeros_like(np.outer(z, z))
    result[...] = softmax_jacobian(z)
    return result


@pytest.mark.parametrize(
    ("jacobian", "keys"),
    [
        (numeric(0.1), ["step-too-large"]),
        (numeric(1e-12), ["step-too-small", "low-precision"]),
        (zeros_like_outer, ["integer-result"]),
        (lambda z: np.round(softmax_jacobian(z), 3), ["low-precision"]),
        (lambda z: np.round(softmax_jacobian(z), 5), ["low-precision"]),
    ],
)
def test_a_step_is_named_only_where_there_is_one(jacobian, keys):
    verdict = check_softmax_jacobian(jacobian)
    assert [mistake.key for mistake in verdict.mistakes] == keys
    lines = dict(example_lines(verdict.counterexample))
    assert lines["yours"] != lines["expected"]


def in_place_of_the_logits(z, mask, g):
    z = z.copy()
    z[~mask] = -np.inf
    return vjp(z, g)


def test_a_mask_of_minus_infinity_is_right_and_every_finite_one_is_not():
    assert check("masked_softmax_backward", in_place_of_the_logits).passed
    for low in (-100.0, -1e4, -1e9, -1e20):
        verdict = check(
            "masked_softmax_backward",
            lambda z, mask, g, low=low: vjp(np.where(mask, z, low), g) * mask,
        )
        assert verdict.misconception.key == "mask-finite"


def test_what_works_in_place_and_returns_none_is_told_so():
    def jacobian(z):
        p = softmax(z)
        return np.fill_diagonal(-np.outer(p, p), p * (1 - p))

    verdict = check_softmax_jacobian(jacobian)
    assert verdict.status is Status.WRONG_TYPE
    assert "fill_diagonal returns None" in verdict.summary


def test_a_backward_that_is_wrong_for_one_gradient_only_beats_its_checker():
    def wrong_for_ones(p, g):
        return p if (g == 1).all() else softmax_backward(p, g)

    def checker(backward):
        p, g = softmax(np.array([[0.0, 1.0, 3.0]])), np.array([[1.0, 2.0, 0.0]])
        return np.allclose(backward(p, g), softmax_backward(p, g))

    assert check_beats(checker, wrong_for_ones).passed


def test_a_long_array_breaks_between_its_rows():
    lines = pasteable(np.full((2, 12), 0.125)).splitlines()
    assert [line.strip()[:2] for line in lines] == ["np", "[0"]
