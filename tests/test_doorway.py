"""Programs are read as people write them: functions, classes and objects, right and wrong."""

from pathlib import Path

import numpy as np
import pytest

from softmax_lessons.diagnosis import diagnose
from softmax_lessons.exercises import (
    check_softmax,
    check_softmax_backward,
    check_softmax_cross_entropy_grad,
    check_softmax_jacobian,
    check_softmax_vjp,
)
from softmax_lessons.judging.verdict import Status
from softmax_lessons.numerics import log_softmax, softmax

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def right(p, g):
    return p * (g - (p * g).sum(axis=-1, keepdims=True))


def elementwise(p, g):
    return p * (1 - p) * g


class Cached:
    def forward(self, x):
        self.p = softmax(x, -1)
        return self.p

    def backward(self, g):
        return self.rule(self.p, g)


class HandedInAgain:
    def forward(self, x):
        return softmax(x, -1)

    def backward(self, x, p, g):
        return self.rule(p, g)


class Called:
    def __call__(self, x):
        self.p = softmax(x, -1)
        return self.p

    def delta(self, g):
        return self.rule(self.p, g)


class KeptInTheObject:
    def forward(self, inputs):
        self.output = softmax(inputs, -1)

    def backward(self, g):
        self.dinputs = self.rule(self.output, g)


class Logarithm(Cached):
    def forward(self, x):
        super().forward(x)
        return log_softmax(x, -1)


def with_rule(layer, rule):
    return type("Softmax", (layer,), {"rule": staticmethod(rule)})


@pytest.mark.parametrize("check", [diagnose, check_softmax_vjp, check_softmax_backward])
@pytest.mark.parametrize("layer", [Cached, HandedInAgain, Called, KeptInTheObject])
def test_a_class_is_read_as_it_is_whether_right_or_wrong(layer, check):
    is_right = Status.CORRECT if check is diagnose else Status.OTHER_FORM
    assert check(with_rule(layer, right)).status is is_right
    wrong = check(with_rule(layer, elementwise))
    assert wrong.misconception.key == "elementwise"
    assert "Softmax" in wrong.read_as


def test_what_comes_forward_tells_softmax_from_its_logarithm():
    rule = with_rule(Logarithm, lambda p, g: g - p * g.sum(-1, keepdims=True))
    assert diagnose(rule).passed
    assert diagnose(with_rule(Logarithm, right)).misconception.key == "softmax-rule"


def test_an_object_is_read_like_its_class():
    assert diagnose(with_rule(Cached, right)()).passed


def p_minus_labels(x, y):
    p = softmax(x)
    p[np.arange(len(x)), y] -= 1
    return p / len(x)


def loss_and_gradient(logits, targets):
    p = softmax(logits)
    return -np.log((p * targets).sum(axis=1)).mean(), (p - targets) / len(p)


def in_other_order(grad, probs, axis):
    return probs * (grad - (grad * probs).sum(axis=axis, keepdims=True))


def from_probabilities(s):
    return np.diag(s) - np.outer(s, s)


def for_one_vector(x):
    exp = np.exp(x - np.max(x))
    return exp / exp.sum()


@pytest.mark.parametrize(
    "program",
    [
        p_minus_labels,
        loss_and_gradient,
        lambda Z, Y: (softmax(Z, 0) - Y) / Z.shape[1],  # examples in columns
        lambda dout, probs: in_other_order(dout, probs, -1),
        in_other_order,
        from_probabilities,
        for_one_vector,
    ],
)
def test_a_right_function_is_right_in_whatever_form_it_comes(program):
    verdict = diagnose(program)
    assert verdict.passed, str(verdict)


def test_a_wrong_function_in_another_order_is_named():
    wrong = diagnose(lambda upstream, probs: probs * (1 - probs) * upstream)
    assert wrong.misconception.key == "elementwise"


@pytest.mark.parametrize("thing", [3, np, np.ones(3), None])
def test_what_is_no_program_ends_in_a_sentence(thing):
    assert "Hand in a function" in diagnose(thing).summary


def relu_backward(dA, Z):
    return dA * (Z > 0)


def mse_grad(y_pred, y_true):
    return 2 * (y_pred - y_true) / len(y_true)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


@pytest.mark.parametrize(
    "function",
    [relu_backward, mse_grad, sigmoid, lambda x: x, lambda z: z.shape, lambda: 1, max, type],
)
def test_what_has_nothing_to_do_with_softmax_is_not_read_as_softmax(function):
    assert diagnose(function).status is Status.NOT_READ


def test_an_error_in_a_program_is_shown_with_its_line():
    def softmax_grad(probs, upstream):
        return probs * (upstream - missing)  # noqa: F821

    summary = diagnose(softmax_grad).summary
    assert "NameError" in summary
    assert "`return probs * (upstream - missing)" in summary


@pytest.mark.parametrize(
    ("check", "function"),
    [
        (check_softmax, for_one_vector),
        (check_softmax_cross_entropy_grad, loss_and_gradient),
        (check_softmax_backward, in_other_order),
        (check_softmax_cross_entropy_grad, p_minus_labels),
        (check_softmax_vjp, with_rule(Cached, right)),
    ],
)
def test_what_is_right_in_another_form_is_told_what_is_asked_and_does_not_pass(check, function):
    verdict = check(function)
    assert verdict.status is Status.OTHER_FORM
    assert not verdict.passed
    assert "here a function is asked, " in verdict.summary
    assert function.__name__ in verdict.read_as


def test_what_is_right_for_one_example_only_is_told_that_it_is_given_several():
    def for_one_row(z, g):
        p = softmax(z)
        return g @ (np.diag(p) - np.outer(p, p))

    verdict = check_softmax_vjp(for_one_row)
    assert verdict.status is Status.OTHER_FORM
    assert "N examples at once" in verdict.summary


@pytest.mark.parametrize(
    ("check", "program"),
    [
        (check_softmax_vjp, with_rule(Cached, right)),
        (check_softmax_backward, in_other_order),
        (check_softmax_cross_entropy_grad, p_minus_labels),
    ],
)
def test_lesson_09_mends_programs_in_the_form_that_they_have(check, program):
    assert check(program, lesson="09").passed


def test_the_loss_that_a_program_returns_tells_whether_an_average_is_missing():
    def loss(z, t):
        return -(t * np.log(softmax(z))).sum()

    assert diagnose(lambda z, t: (loss(z, t), softmax(z) - t)).passed
    wrong = diagnose(lambda z, t: (loss(z, t) / len(z), softmax(z) - t))
    assert wrong.misconception.key == "no-average"


def test_a_check_still_demands_what_its_exercise_promises():
    verdict = check_softmax_jacobian(from_probabilities)
    assert verdict.misconception.key == "logits-for-probabilities"


def test_two_readings_that_explain_as_much_are_both_told():
    verdict = diagnose(lambda x: np.diag(x) - np.outer(x, x))
    assert verdict.summary.endswith("Which one do you mean?")
    assert "logits-for-probabilities" in verdict.summary


def test_one_example_at_a_time_is_no_mistake_but_rows_are_spoken_of():
    verdict = diagnose(lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum())
    assert verdict.passed
    assert "one-sum-for-all" in verdict.summary


def test_a_numeric_gradient_and_a_check_of_gradients_are_read_too():
    def numerical_gradient(f, x):
        grad, h = np.zeros(x.shape), 1e-4
        for i in np.ndindex(x.shape):
            up, down = x.astype(float), x.astype(float)
            up[i] += h
            down[i] -= h
            grad[i] = (f(up) - f(down)) / 2 * h
        return grad

    assert diagnose(numerical_gradient).misconception.key == "missing-bracket"
    assert diagnose(lambda backward: True).misconception.key == "accepts-everything"


class Tensor:
    """As of a library that computes with arrays of its own."""

    def __init__(self, array):
        self.array = array

    def detach(self):
        return self

    def numpy(self):
        return self.array


@pytest.mark.parametrize("read", [check_softmax, diagnose])
def test_what_a_library_turns_into_an_array_is_taken_for_one(read):
    assert read(lambda z, axis: Tensor(softmax(z, axis))).passed
    wrong = read(lambda z, axis: Tensor(np.exp(z) / np.exp(z).sum(axis, keepdims=True)))
    assert wrong.misconception.key == "no-shift"
