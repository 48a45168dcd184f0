"""Programs are read as people write them: functions, classes and objects, right and wrong."""

import numpy as np
import pytest

from softmax_lessons.exercises import check_softmax_backward, check_softmax_vjp, diagnose
from softmax_lessons.numerics import softmax

RIGHT = "p * (g - (p * g).sum(axis=-1, keepdims=True))"
ELEMENTWISE = "p * (1 - p) * g"
CLASSES = {
    "cached": """
class Softmax:
    def forward(self, x):
        self.p = softmax(x, -1)
        return self.p

    def backward(self, g):
        p = self.p
        return {}
""",
    "handed in again": """
class Softmax:
    def forward(self, x):
        return softmax(x, -1)

    def backward(self, x, p, g):
        return {}
""",
    "called": """
class Softmax:
    def __call__(self, x):
        self.p = softmax(x, -1)
        return self.p

    def delta(self, g):
        p = self.p
        return {}
""",
    "kept in the object": """
class Softmax:
    def forward(self, inputs):
        self.output = softmax(inputs, -1)

    def backward(self, g):
        p = self.output
        self.dinputs = {}
""",
}


def made(source):
    known = {"softmax": softmax, "np": np}
    exec(source, known)
    return known["Softmax"]


@pytest.mark.parametrize("check", [diagnose, check_softmax_vjp, check_softmax_backward])
@pytest.mark.parametrize("source", CLASSES.values(), ids=CLASSES)
def test_a_class_is_read_as_it_is_whether_right_or_wrong(source, check):
    assert check(made(source.format(RIGHT))).passed
    wrong = check(made(source.format(ELEMENTWISE)))
    assert wrong.misconception.key == "elementwise"
    assert "Softmax" in wrong.read_as


LOG_SOFTMAX = """
class Softmax:
    def forward(self, x):
        self.p = softmax(x, -1)
        return np.log(self.p)

    def backward(self, g):
        return {}
"""


def test_what_comes_forward_tells_softmax_from_its_logarithm():
    assert diagnose(made(LOG_SOFTMAX.format("g - self.p * g.sum(-1, keepdims=True)"))).passed
    rule = "self.p * (g - (self.p * g).sum(-1, keepdims=True))"
    assert diagnose(made(LOG_SOFTMAX.format(rule))).misconception.key == "softmax-rule"


def test_an_object_is_read_like_its_class():
    assert diagnose(made(CLASSES["cached"].format(RIGHT))()).passed


def p_minus_labels(x, y):
    p = softmax(x)
    p[np.arange(len(x)), y] -= 1
    return p / len(x)


def loss_and_gradient(logits, targets):
    p = softmax(logits)
    return -np.log((p * targets).sum(axis=1)).mean(), (p - targets) / len(p)


def of_columns(Z, Y):
    return (softmax(Z, 0) - Y) / Z.shape[1]


def other_order(dout, probs):
    return probs * (dout - (dout * probs).sum(axis=-1, keepdims=True))


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
        of_columns,
        other_order,
        from_probabilities,
        for_one_vector,
    ],
)
def test_a_right_function_is_right_in_whatever_form_it_comes(program):
    verdict = diagnose(program)
    assert verdict.passed, str(verdict)


def test_a_wrong_function_in_another_order_is_named():
    def softmax_grad(upstream, probs):
        return probs * (1 - probs) * upstream

    assert diagnose(softmax_grad).misconception.key == "elementwise"


@pytest.mark.parametrize("thing", [3, "softmax", np, np.ones(3), None])
def test_what_is_no_program_ends_in_a_sentence(thing):
    assert "Hand in a function" in diagnose(thing).summary


@pytest.mark.parametrize("program", [lambda z: z.shape, lambda: 1, max, np.exp, type])
def test_what_no_reading_explains_is_not_read(program):
    assert diagnose(program).status.value == "not read"


def test_an_error_in_a_program_is_shown_with_its_line():
    def softmax_grad(probs, upstream):
        return probs * (upstream - missing)  # noqa: F821

    summary = diagnose(softmax_grad).summary
    assert "NameError" in summary
    assert "`return probs * (upstream - missing)" in summary
