"""Right answers are accepted, however they are written."""

import numpy as np
import pytest
from mutants import RIGHT_BACKWARDS, WRONG_BACKWARDS, agree, inputs, tolerance
from right_implementations import RIGHT

from softmax_lessons import exercises, numerics
from softmax_lessons.gradient_check import finite_difference_gradient
from softmax_lessons.verdicts import Status

EVERY = [pytest.param(check, right, id=right.__name__) for check in RIGHT for right in RIGHT[check]]

REFERENCES = {
    "check_softmax": numerics.softmax,
    "check_log_softmax": numerics.log_softmax,
    "check_softmax_jacobian": numerics.softmax_jacobian,
    "check_batched_jacobian": numerics.softmax_jacobian,
    "check_softmax_vjp": numerics.softmax_vjp,
    "check_softmax_backward": numerics.softmax_backward,
    "check_softmax_cross_entropy_grad": lambda z, t: (numerics.softmax(z) - t) / len(z),
    "check_finite_difference_gradient": finite_difference_gradient,
}


def doubled_precision(arguments):
    return [a.astype(float) if isinstance(a, np.ndarray) else a for a in arguments]


@pytest.mark.parametrize("check", RIGHT)
def test_there_are_eight_for_each_check(check):
    assert len(RIGHT[check]) >= 8


@pytest.mark.parametrize(("check", "right"), EVERY)
def test_each_is_called_correct(check, right):
    verdict = getattr(exercises, check)(right)
    assert verdict.status is Status.CORRECT, str(verdict)


@pytest.mark.parametrize(("check", "right"), [p for p in EVERY if p.values[0] in REFERENCES])
def test_each_agrees_with_the_reference_without_a_warning(check, right):
    for arguments in inputs(check):
        expected = REFERENCES[check](*doubled_precision(arguments))
        near = tolerance(check, right, arguments)
        assert agree(right(*arguments), expected, near), arguments


@pytest.mark.parametrize("right", RIGHT["check_gradient_checker"], ids=lambda f: f.__name__)
def test_each_checker_accepts_every_right_backward_and_no_wrong_one(right):
    assert all(right(backward) for backward in RIGHT_BACKWARDS)
    assert not any(right(backward) for backward in WRONG_BACKWARDS)
