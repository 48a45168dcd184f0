"""Judges the two parts of a training step: gradients at weights and bias, and the loop around."""

import numpy as np

from softmax_lessons.judging.judge import Attempt, judge
from softmax_lessons.judging.observe import described, in_words, kept, nothing
from softmax_lessons.judging.showing import shown
from softmax_lessons.judging.verdict import Counterexample, Status, Verdict, nothing_yet
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.inputs import PLAIN
from softmax_lessons.numerics import softmax


class InParts(Attempt):
    """A function that returns two gradients, judged as one array with that of the bias last."""

    def __call__(self, *arguments):
        """Return the two in one array."""
        return np.vstack(self.function(*arguments))

    def laid(self, result):
        """Return the two as text."""
        whole = type(result) is np.ndarray and len(result) > 1
        return f"grad_W {shown(result[:-1])}\ngrad_b {shown(result[-1])}" if whole else result


def _both(value):
    """Return two arrays as a list, and anything else in words; to be called safely."""
    if isinstance(value, (tuple, list)) and len(value) == 2:
        parts = [kept(part) for part in value]
        return parts if any(type(part) is np.ndarray for part in parts) else parts[0]
    if isinstance(value, np.ndarray):
        return f"one array of shape {value.shape}"
    return value if value is None or value is ... else in_words(value)


def judge_weight_gradients(task, function, names, call):
    """Return the verdict on a function to the gradients at weights and bias."""
    case = [case for case in task.inputs if case.shows == PLAIN][-1]  # all its sizes differ
    value, error = call(lambda: _both(function(*case.fresh())))
    if nothing(value, error):
        return nothing_yet(task.signature)
    if error is not None:
        text = f"For {_sizes(case)} {described(error)}."
        return Verdict(task.signature, Status.RAISES, text, printed=call.printed)
    if type(value) is not list or not all(type(part) is np.ndarray for part in value):
        got = value if type(value) is not list else " and ".join(map(described, value))
        text = f"It must return two arrays, grad_W and grad_b. It returns {got}."
        return Verdict(task.signature, Status.WRONG_TYPE, text, printed=call.printed)
    if text := _of_shapes(case, *map(np.shape, value)):
        text = f"For {_sizes(case)} {text}"
        return Verdict(task.signature, Status.WRONG_SHAPE, text, printed=call.printed)
    return judge(task, InParts(function, names), call)


def _sizes(case):
    _, _, x, t, _ = map(np.shape, case.arguments)
    return f"{x[0]} pictures of {x[1]} pixels and {t[1]} classes"


def _of_shapes(case, weights, bias):
    """Return what is wrong with the shapes of two gradients, nothing where they are right."""
    W, b, x, t, _ = map(np.shape, case.arguments)
    if (weights, bias) == (W, b):
        return ""
    if (weights, bias) == (b, W):
        return "grad_b comes first. Return grad_W, then grad_b."
    if weights != W:
        likely = {
            W[::-1]: "It is transposed: pixels come first, then classes.",
            (x[0], *W): "That is one for each picture. Their sum is asked for.",
            t: "That is the gradient at the logits. How does x come in?",
        }
        why = likely.get(weights, "A gradient has the shape of what it belongs to.")
        return f"grad_W has the shape {weights}, but W has {W}. {why}"
    likely = {
        (x[0],): "The sum runs over the classes. Which axis counts the pictures?",
        (): "Everything is added up. Each class has a bias of its own.",
        t: "The pictures are not added up yet.",
        (1, *b): "One axis too many is left: without keepdims it is gone.",
    }
    why = likely.get(bias, "A gradient has the shape of what it belongs to.")
    return f"grad_b has the shape {bias}, but b has {b}. {why}"


_X, _T = np.array([[1.0, 2.0], [0.0, 1.0], [-1.0, 1.0]]), np.eye(3)[[2, 0, 1]]
_START = np.array([[0.5, 0.0, -0.5], [0.0, 1.0, 0.0]]), np.array([0.0, 0.5, 0.0])
_RATE = 0.25


def _gradients(weights, bias):
    grad_z = (softmax(_X @ weights + bias) - _T) / len(_X)
    return _X.T @ grad_z, grad_z.sum(axis=0)


def _descend(
    steps, rate=_RATE, of_weights=1, of_bias=1, once=False, moved=False, fewer=0, one=False
):
    """Return weights and bias after some steps, which can be wrong in several ways."""
    weights, bias = _START
    for step in range(1 if one else steps - fewer):
        if step == 0 or not once:
            grad_weights, grad_bias = _gradients(weights, bias)
        weights = weights - of_weights * rate * grad_weights
        grad_bias = _gradients(weights, bias)[1] if moved else grad_bias
        bias = bias - of_bias * rate * grad_bias
    return weights, bias


_SLIPS = (
    ("It stays at the start. Is the new W given back to W?", {"rate": 0}),
    ("It goes along the gradient, and the loss rises. Which way is down?", {"rate": -_RATE}),
    ("The steps are as long as the gradient. Where does the rate come in?", {"rate": 1}),
    ("It goes one step too few. How often does the loop run for steps = 1?", {"fewer": 1}),
    ("It goes one step too many. How often does the loop run for steps = 1?", {"fewer": -1}),
    ("It goes one step only. Where is the return, and where does the new W go?", {"one": True}),
    ("All steps use the gradient of the start. Each needs one of its own.", {"once": True}),
    ("Only W moves, and b stays. Is the new b given back to b?", {"of_bias": 0}),
    ("Only b moves, and W stays. Is the new W given back to W?", {"of_weights": 0}),
    ("W has moved already when the gradient of b is asked for. Ask for both first.", {"moved": 1}),
    ("W goes down, and b goes up. Compare the signs in both lines.", {"of_bias": -1}),
    ("b goes down, and W goes up. Compare the signs in both lines.", {"of_weights": -1}),
    ("b takes the whole gradient. Where does the rate come in?", {"of_bias": 1 / _RATE}),
    ("W takes the whole gradient. Where does the rate come in?", {"of_weights": 1 / _RATE}),
)
"""What is said of a loop that goes wrong in a known way, and that way."""
_UNKNOWN = "W and b end at other numbers. Go one step by hand: where are W and b then?"


def judge_descent(task, function, call):
    """Return the verdict on a loop of gradient descent, by the weights that it ends at."""
    steps, found = (5, 1, 8), []
    for number in steps:
        start = [part.copy() for part in _START]
        value, error = call(lambda n=number, a=start: _both(function(_gradients, *a, n, _RATE)))
        if nothing(value, error):
            return nothing_yet(task.signature)
        if error is not None:
            text = f"With {number} steps {described(error)}."
            return Verdict(task.signature, Status.RAISES, text, printed=call.printed)
        shapes = [np.shape(part) for part in value] if type(value) is list else value
        if shapes != [part.shape for part in _START]:
            W, b = map(np.shape, _START)
            text = f"It must return W and b, of shapes {W} and {b} here."
            text += f" It returns {'shapes ' * (type(value) is list)}{shapes}."
            return Verdict(task.signature, Status.WRONG_SHAPE, text)
        found.append(np.vstack(value))
        if not all(map(np.array_equal, start, _START)):
            mistake = MISTAKES["writes-into-argument"]
            text = f"{mistake} After the call the caller's W and b are other ones."
            return Verdict(task.signature, Status.KNOWN_MISTAKE, text, (mistake,))

    def same(**how):
        ends = [np.vstack(_descend(number, **how)) for number in steps]
        return np.allclose(found, ends, rtol=1e-6, atol=1e-9)

    if same():
        text = f"After {', '.join(map(str, sorted(steps)))} steps W and b are right."
        return Verdict(task.signature, Status.CORRECT, text)
    text = next((text for text, how in _SLIPS if same(**how)), _UNKNOWN)
    text, dot, hint = text.partition(". ")
    off = np.linalg.norm(found[0] - np.vstack(_descend(steps[0])))
    start = (("steps", steps[0]), ("rate", _RATE))
    label = "W and b are away from the right ones by"
    away = Counterexample(start, f"{off:.4f}", 0, labels=(label, ""))
    return Verdict(task.signature, Status.WRONG, text + dot.strip(), (), away, hint)
