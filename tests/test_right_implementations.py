"""Right answers are accepted however they are written, and the same ones spoilt never are."""

import inspect
import operator
import re

import numpy as np
import pytest
from right_implementations import RIGHT

from softmax_lessons.exercises import CHECKS
from softmax_lessons.exercises.verdict import Status
from softmax_lessons.misconceptions.backward import RIGHT_BACKWARDS, WRONG_BACKWARDS

EVERY = [pytest.param(check, right, id=right.__name__) for check in RIGHT for right in RIGHT[check]]


@pytest.mark.parametrize(("check", "right"), EVERY)
def test_a_right_implementation_is_accepted(check, right):
    verdict = CHECKS[check](right)
    assert verdict.passed, str(verdict)


def test_every_check_has_several_right_implementations_and_none_calls_another():
    assert RIGHT.keys() == CHECKS.keys()
    assert min(map(len, RIGHT.values())) >= 3
    names = {right.__name__ for several in RIGHT.values() for right in several}
    for right in (right for several in RIGHT.values() for right in several):
        words = re.findall(r"\w+", inspect.getsource(right))
        assert names.intersection(words) == {right.__name__}


# How results are spoilt


def one_entry_off_by_a_percent(y, index):
    y.flat[index] *= 1.01
    return y


def last_row_wrong(y):
    y[-1] *= 2
    return y


SPOILINGS = {
    "negated": np.negative,
    "doubled": lambda y: 2 * y,
    "first entry off by a percent": lambda y: one_entry_off_by_a_percent(y, 0),
    "last entry off by a percent": lambda y: one_entry_off_by_a_percent(y, -1),
    "transposed": np.transpose,
    "transposed, in the old shape": lambda y: y.T.reshape(y.shape),
    "last row wrong": last_row_wrong,
}
HARMLESS = {
    (check, name)
    for check in ("check_softmax_jacobian", "check_temperature_jacobian")
    for name in SPOILINGS
    if "transposed" in name
}
"""Of a symmetric matrix, the transpose is the same."""


def spoilt(right, spoil, when=lambda arguments, before: True):
    """Return a function that gives what `right` does, but spoilt at times.

    `when` is asked with the arguments of this call, and with those of all calls before it.
    """
    before = []

    def function(*arguments):
        result, at = right(*arguments), when(arguments, before)
        before.append(frozen(arguments))
        return spoil(result) if at else result

    return function


def frozen(arguments):
    return [a.tolist() if isinstance(a, np.ndarray) else a for a in arguments]


def another_input(arguments, before):
    return bool(before) and frozen(arguments) != before[0]


def same_again(arguments, before):
    return frozen(arguments) in before


def integers(arguments, before):
    return any(a.dtype.kind == "i" for a in arguments if isinstance(a, np.ndarray))


def large(arguments, before):
    return any(np.abs(a).max() > 100 for a in arguments if isinstance(a, np.ndarray))


def saturated(arguments, before):
    """Tell whether a probability is 1 but for little, as softmax makes it of large logits."""
    return arguments[0].max() > 0.999


ARRAYS = [check for check in RIGHT if check != "check_gradient_checker"]
ALWAYS = [
    pytest.param(check, spoil, id=f"{check}, {name}")
    for check in ARRAYS
    for name, spoil in SPOILINGS.items()
    if (check, name) not in HARMLESS
]
AT_TIMES = [
    *((check, when) for check in ARRAYS for when in (another_input, same_again, integers)),
    *((check, saturated if check == "check_softmax_backward" else large) for check in ARRAYS),
    ("check_gradient_checker", another_input),
    ("check_gradient_checker", same_again),
]


def with_name(case):
    """Return a case that pytest names."""
    check, when = case
    return pytest.param(check, when, id=f"{check}, {when.__name__}")


def is_refused(check, function):
    """Tell whether a function is refused for what it returns, not for an error on the way."""
    return CHECKS[check](function).status not in (Status.CORRECT, Status.RAISES)


@pytest.mark.parametrize(("check", "spoil"), ALWAYS)
def test_a_right_implementation_is_not_accepted_with_its_results_spoilt(check, spoil):
    assert is_refused(check, spoilt(RIGHT[check][0], spoil))


@pytest.mark.parametrize(("check", "when"), [with_name(case) for case in AT_TIMES])
def test_a_right_implementation_is_not_accepted_with_its_results_spoilt_at_times(check, when):
    wrong = operator.not_ if check == "check_gradient_checker" else SPOILINGS["doubled"]
    assert is_refused(check, spoilt(RIGHT[check][0], wrong, when))


@pytest.mark.parametrize("name", [*RIGHT_BACKWARDS, *WRONG_BACKWARDS])
def test_a_checker_that_errs_about_a_single_backward_is_not_accepted(name):
    backward = {**RIGHT_BACKWARDS, **WRONG_BACKWARDS}[name]
    right = RIGHT["check_gradient_checker"][0]
    errs = spoilt(right, operator.not_, lambda arguments, before: arguments[0].backward is backward)
    assert is_refused("check_gradient_checker", errs)
