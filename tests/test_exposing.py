"""Inputs that expose a program are told from those that do not, and beaten checkers from others."""

import numpy as np
import pytest

from softmax_lessons.exercises import CHECKS, check_beats, check_input
from softmax_lessons.exercises.exposing_inputs import EXPOSED, LARGEST
from softmax_lessons.judging.explain import agrees
from softmax_lessons.judging.verdict import Status
from softmax_lessons.mistakes.formula import Formula
from softmax_lessons.mistakes.inputs import Input
from softmax_lessons.mistakes.suspects import RIGHT_BACKWARDS, WRONG_BACKWARDS
from softmax_lessons.mistakes.tasks import TASKS
from softmax_lessons.numerics import softmax, softmax_backward

every_exercise = pytest.mark.parametrize("name", EXPOSED)


def program(name, formula=None):
    """Return what computes a formula of a task, the right one if none is named."""
    task = TASKS[name]
    roles = ", ".join(task.roles)

    def compute(*arguments):
        return task.predict(Input(arguments), result=formula)

    known = {"compute": compute}
    exec(f"def program({roles}):\n    return compute({roles})", known)
    return known["program"]


def valid(name):
    """Return the inputs of a task that are not too large to be handed in."""
    inputs = TASKS[name].inputs
    return [case for case in inputs if np.abs(case.arguments[0]).max() <= LARGEST]


def differs(task, formula, case):
    try:
        wrong = task.predict(case, result=formula)
    except (ValueError, IndexError):
        return True
    return not agrees(wrong, task.predict(case))


@every_exercise
def test_no_input_exposes_a_right_program_and_only_none_says_so(name):
    right = program(name)
    assert check_input(right, name, None).passed
    for case in valid(name):
        verdict = check_input(right, name, case.arguments)
        assert verdict.status is Status.WRONG
        assert verdict.summary.startswith("The program is right for this input")


@every_exercise
def test_an_input_exposes_a_wrong_program_exactly_where_it_is_wrong(name):
    task = TASKS[name]
    for formula in [f for f in task.result[1:] if f.keys][:4]:
        wrong = program(name, formula)
        assert not check_input(wrong, name, None).passed
        for case in valid(name)[::4]:
            verdict = check_input(wrong, name, case.arguments)
            assert verdict.passed == differs(task, formula, case)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("softmax_vjp", "p * (1 - p) * g"),
        ("softmax_vjp", "p * (g - (p * g).sum())"),
        ("softmax_cross_entropy_grad", "(p - t) / maximum(t.sum(0), 1)"),
    ],
)
def test_the_smallest_input_that_is_named_does_expose_the_program(name, text):
    task = TASKS[name]
    wrong = program(name, Formula(text))
    exposing = [c for c in task.inputs if check_input(wrong, name, c.arguments).passed]
    *_, largest = by_size = sorted((task.sizes(c) for c in exposing), key=np.prod)
    case = next(c for c in exposing if task.sizes(c) == largest)
    summary = check_input(wrong, name, case.arguments).summary
    named = [int(word) for word in summary.split() if word.isdigit()]
    assert tuple(named[-2:]) == by_size[0]


def test_a_part_of_an_input_that_exposes_the_program_as_well_is_named():
    def sorted_twice(z, g):
        order = z.argsort(axis=1)
        twice = np.take_along_axis(order, order, axis=1)
        return np.take_along_axis(softmax_backward(softmax(z), g), twice, axis=1)

    four = np.array([[2.0, 0.0, 1.0, 3.0]]), np.array([[1.0, 0.0, 0.0, 0.0]])
    said = check_input(sorted_twice, "softmax_vjp", four).summary
    assert "1 example of 4 classes. An input can be smaller: 1 example of 3 classes" in said


Z, G, T = np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]]), np.array([[0, 1]])


@pytest.mark.parametrize(
    ("name", "arguments", "status", "says"),
    [
        ("softmax_vjp", ..., Status.NOT_ATTEMPTED, "Nothing is handed in"),
        ("softmax_vjp", (Z, ...), Status.NOT_ATTEMPTED, "Nothing is handed in"),
        ("softmax_vjp", Z, Status.WRONG_TYPE, "Hand in logits, the incoming gradient, in a tuple"),
        ("softmax_vjp", (Z, "g"), Status.WRONG_TYPE, "numbers for the incoming gradient"),
        ("softmax_vjp", ([[0, 1], [2]], G), Status.WRONG_TYPE, "numbers for logits"),
        ("softmax_vjp", (Z[0], G[0]), Status.WRONG_SHAPE, "Each row is an example"),
        ("softmax_vjp", (Z, G[:, :1]), Status.WRONG_SHAPE, "the first argument has (1, 2)"),
        ("softmax_vjp", (Z + 1e6, G), Status.WRONG, "Use at most 1000 numbers"),
        ("softmax_cross_entropy_grad", (Z, T / 2), Status.WRONG, "have one 1 in each row"),
        ("softmax_cross_entropy_grad", (Z, np.array([2])), Status.WRONG, "from 0 to 1"),
        ("softmax_cross_entropy_grad", (Z, np.array([0, 1])), Status.WRONG, "for each example"),
        ("softmax_backward", (Z + 1, G), Status.WRONG, "add up to 1"),
        ("softmax_backward", (Z, G, 2), Status.WRONG_SHAPE, "no axis 2"),
        ("masked_softmax_backward", (Z, T, G), Status.WRONG_TYPE, "True and False"),
        ("masked_softmax_backward", (Z, T > 1, G), Status.WRONG, "True at one place"),
    ],
)
def test_what_is_no_valid_input_is_told_what_is_not(name, arguments, status, says):
    verdict = check_input(program(name), name, arguments)
    assert verdict.status is status
    assert says in verdict.summary


def test_labels_stand_for_one_hot_targets():
    name = "softmax_cross_entropy_grad"
    first_for_all = program(name, Formula("(p - first(t)) / N"))
    two = np.array([[0.0, 1.0], [2.0, 0.0]])
    assert check_input(first_for_all, name, (two, np.array([0, 1]))).passed
    assert not check_input(first_for_all, name, (two, np.array([1, 1]))).passed


def test_a_class_is_read_as_it_is():
    class Layer:
        def forward(self, x):
            self.p = softmax(x)
            return self.p

        def backward(self, grad):
            return self.p * (1 - self.p) * grad

    assert check_input(Layer, "softmax_vjp", (Z, G)).passed
    assert not check_input(Layer, "softmax_vjp", (Z, 0 * G)).passed


def test_an_error_exposes_too():
    def raising(z, g):
        return 1 / 0 if len(z) > 1 else softmax_backward(softmax(z), g)

    two = np.zeros((2, 2))
    assert not check_input(raising, "softmax_vjp", (Z, G)).passed
    verdict = check_input(raising, "softmax_vjp", (two, two))
    assert verdict.passed
    assert "ZeroDivisionError" in str(verdict)


def test_a_program_that_cannot_be_called_so_is_not_read():
    verdict = check_input(lambda a, b, c, d: 0, "softmax_vjp", (Z, G))
    assert verdict.status is Status.NOT_READ


def test_an_exercise_that_does_not_exist_is_an_error():
    for name in ("softmax_of", "finite_difference_gradient", "temperature_jacobian"):
        with pytest.raises(ValueError, match="must be one of softmax, "):
            check_input(softmax, name, None)


def test_what_is_handed_in_is_not_changed():
    def writes(z, g):
        z -= z.max()
        return softmax_backward(softmax(z), g)

    z = np.array([[0.0, 1.0]])
    check_input(writes, "softmax_vjp", (z, G))
    assert z.tolist() == [[0.0, 1.0]]


# Beaten checkers


def accepts_all(backward):
    return True


def refuses_all(backward):
    return False


def one_example(backward):
    p, g = softmax(np.array([[0.5, -1.0, 2.0]])), np.array([[1.0, -2.0, 0.5]])
    return np.allclose(backward(p, g), softmax_backward(p, g))


CHECKERS = [accepts_all, refuses_all, one_example]


@pytest.mark.parametrize("checker", CHECKERS)
@pytest.mark.parametrize("backward", RIGHT_BACKWARDS.values(), ids=RIGHT_BACKWARDS)
def test_a_right_backward_beats_no_checker(checker, backward):
    verdict = check_beats(checker, backward)
    assert verdict.status is Status.WRONG
    assert "It is right on all" in verdict.summary


@pytest.mark.parametrize("name", WRONG_BACKWARDS)
def test_a_wrong_backward_beats_exactly_the_checkers_that_accept_it(name):
    for checker in CHECKERS:
        verdict = check_beats(checker, WRONG_BACKWARDS[name])
        assert verdict.passed == checker(WRONG_BACKWARDS[name])
        assert verdict.counterexample is not None


@pytest.mark.parametrize(
    ("backward", "status", "says"),
    [
        (..., Status.NOT_ATTEMPTED, "Nothing is handed in"),
        (lambda p, g: None, Status.NOT_ATTEMPTED, "Nothing comes back"),
        (np.ones(3), Status.WRONG_TYPE, "the function itself"),
        (lambda p: p, Status.RAISES, "TypeError"),
        (lambda p, g: "p", Status.WRONG, "It is wrong for 1 example of 2 classes, but"),
        (lambda p, g: np.multiply(p, g, out=p), Status.WRONG, "writes into"),
        (lambda p, g, count=[]: count.append(0) or p * len(count), Status.WRONG, "two ways"),
    ],
)
def test_what_is_no_fair_backward_is_told_why(backward, status, says):
    verdict = check_beats(refuses_all, backward)
    assert verdict.status is status
    assert says in verdict.summary


@pytest.mark.parametrize(
    ("checker", "backward", "status"),
    [
        (lambda backward: 1 / 0, lambda p, g: p, Status.RAISES),
        (accepts_all, lambda p, g: softmax_backward(p, g)[0], Status.WRONG_SHAPE),
    ],
)
def test_a_checker_that_fails_and_one_that_overlooks_a_shape_are_not_beaten(
    checker, backward, status
):
    assert check_beats(checker, backward).status is status


def test_a_backward_that_is_wrong_for_one_number_of_examples_only_is_seen_to_be_wrong():
    def wrong_for_seven(p, g):
        return softmax_backward(p, g) * (1 + (len(p) == 7))

    assert "wrong for 7 examples" in check_beats(one_example, wrong_for_seven).summary


def test_a_large_input_is_not_shown():
    def wrong_for_many_classes(p, g):
        return softmax_backward(p, g) * (1 + (p.shape[1] > 9))

    verdict = check_beats(one_example, wrong_for_many_classes)
    assert verdict.passed
    assert "20 examples of 12 classes" in verdict.summary
    assert verdict.counterexample is None


def test_a_class_that_fails_on_some_inputs_is_still_read_as_a_class():
    class Layer:
        def forward(self, logits, labels):
            self.p, self.labels = softmax(logits), labels

        def backward(self):
            grad = self.p.copy()
            grad[self.labels] -= 1
            return grad / len(grad)

    verdict = CHECKS["check_softmax_cross_entropy_grad"](Layer)
    assert verdict.read_as.startswith("Layer.forward(logits: logits, labels: labels), then")
    assert not verdict.passed
