"""What lesson 05 asks beside the right numbers: no loop, and each line of a backward by itself."""

import sys

import numpy as np
import pytest

from softmax_lessons.exercises import check_backward_by_lines, check_softmax_vjp
from softmax_lessons.judging.verdict import Status
from softmax_lessons.numerics import softmax
from softmax_lessons.numerics import softmax_vjp as right


def by_rows(z, g):
    return np.array([right(z[i], g[i]) for i in range(len(z))])


def along_the_axis(z, g):
    both = np.hstack([z, g])
    return np.apply_along_axis(lambda row: right(*row.reshape(2, -1)), 1, both)


def by_columns(z, g):
    p, mean = softmax(z), 0
    for j in range(z.shape[1]):
        mean = mean + p[:, j] * g[:, j]
    return p * (g - mean[:, np.newaxis])


@pytest.mark.parametrize("function", [by_rows, along_the_axis, by_columns])
def test_what_is_right_and_loops_passes_only_where_a_loop_is_allowed(function):
    verdict = check_softmax_vjp(function, without_loop=True)
    assert verdict.status is Status.OTHER_FORM
    assert verdict.misconception.key == "loops-in-python"
    assert check_softmax_vjp(function).passed


def test_what_does_not_loop_passes_and_the_trace_function_is_put_back():
    before = sys.gettrace()
    sys.settrace(own := lambda *event: None)
    try:
        assert check_softmax_vjp(right, without_loop=True).passed
        assert sys.gettrace() is own
    finally:
        sys.settrace(before)


def lines(grad_s="-(g * exps).sum() / s**2", grad_exps="g / s + grad_s", grad_z="grad_exps * exps"):
    """Return a backward line by line, of the right lines or others."""

    def backward(z, g):
        known = {"z": z, "g": g, "exps": np.exp(z - z.max())}
        known["s"] = known["exps"].sum()
        for name, line in (("grad_s", grad_s), ("grad_exps", grad_exps), ("grad_z", grad_z)):
            known[name] = eval(line, {}, known)
        return known["grad_s"], known["grad_exps"], known["grad_z"]

    return backward


@pytest.mark.parametrize(
    "other",
    [{}, {"grad_z": "exps / s * (g - (g * exps).sum() / s)"}, {"grad_exps": "grad_s + g / s"}],
)
def test_right_lines_pass_however_they_are_written(other):
    assert check_backward_by_lines(lines(**other)).passed


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"grad_exps": "g / s"}, "grad_exps is not right. The path through s is missing"),
        ({"grad_exps": "grad_s"}, "grad_exps is not right. Where is the path"),
        ({"grad_s": "(g * exps).sum() / s**2"}, "grad_s is not right. If s grows"),
        ({"grad_s": "-(g * exps).sum() / s"}, "grad_s is not right. The derivative of 1 / s"),
        ({"grad_s": "-g * exps / s**2"}, "grad_s is not right. s is one number"),
        ({"grad_z": "grad_exps"}, "grad_exps is right. grad_z is not right. That is grad_exps"),
        ({"grad_z": "0"}, "Its shape must be (2,)"),
        ({"grad_exps": "None", "grad_z": "None"}, "grad_s is right. grad_exps is not written yet"),
    ],
)
def test_of_lines_the_first_wrong_one_is_named(other, said):
    verdict = check_backward_by_lines(lines(**other))
    assert not verdict.passed
    assert said in f"{verdict.summary} {verdict.hint}"


def test_three_gradients_in_the_other_order_are_told_so():
    verdict = check_backward_by_lines(lambda z, g: lines()(z, g)[::-1])
    assert "The order is grad_s, grad_exps, grad_z." in verdict.summary


def test_the_closed_form_alone_is_no_backward_line_by_line():
    assert check_backward_by_lines(right).status is Status.WRONG_TYPE
