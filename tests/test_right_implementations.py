"""Right answers are accepted however they are written, and the same ones spoilt never are."""

import math
import operator

import numpy as np
import pytest
from scipy.special import logsumexp, softmax
from test_loops_and_lines import lines
from test_training_checks import gradients as weight_gradients

from softmax_lessons.exercises import CHECKS
from softmax_lessons.judging.verdict import Status
from softmax_lessons.mistakes.tasks import TASKS


def softmax_in_float32_and_in_place_on_a_copy(z, axis):
    p = (z - z.max(axis, keepdims=True)).astype(np.float32)
    np.exp(p, out=p)
    p /= p.sum(axis, keepdims=True)
    return p


def softmax_of_a_list(row, temperature=1):
    exp = [math.exp((entry - max(row)) / temperature) for entry in row]
    return [e / sum(exp) for e in exp]


def softmax_one_slice_at_a_time_as_lists(z, axis):
    last = np.moveaxis(z, axis, -1)
    p = [softmax_of_a_list(row) for row in last.reshape(-1, last.shape[-1]).tolist()]
    return np.moveaxis(np.reshape(p, last.shape), -1, axis).tolist()


def jacobian_with_diag_and_outer(z, temperature=1):
    p = softmax(z / temperature)
    return (np.diag(p) - np.outer(p, p)) / temperature


def jacobian_with_complex_steps(z, temperature=1):
    exp = np.exp((z - z.max() + 1e-20j * np.eye(z.size)) / temperature)
    return (exp / exp.sum(axis=1, keepdims=True)).imag.T / 1e-20


def jacobian_with_loops(z, temperature=1):
    p = softmax_of_a_list(z, temperature)
    return [[a * ((i == j) - b) / temperature for j, b in enumerate(p)] for i, a in enumerate(p)]


def batched_jacobian(z):
    p = softmax(z, axis=1)
    return p[:, :, None] * (np.eye(z.shape[1]) - p[:, None, :])


def backward(p, g, axis):
    return p * (g - (p * g).sum(axis=axis, keepdims=True))


def backward_in_float32_and_in_place_on_a_copy(p, g, axis):
    grad_z = np.array(g, dtype=np.float32)
    grad_z -= np.sum(grad_z * p, axis=axis, keepdims=True)
    grad_z *= p
    return grad_z


def loss_gradient_with_one_taken_off_at_the_class(z, t):
    grad_z = softmax(z.astype(np.float32), axis=1)
    grad_z[np.arange(len(z)), t.argmax(axis=1)] -= 1
    grad_z /= len(z)
    return grad_z


def loss_gradient_with_the_jacobian_of_log_softmax(z, t):
    jacobian = np.eye(z.shape[1]) - softmax(z, axis=1)[:, None, :]
    return np.einsum("ni,nij->nj", -t, jacobian) / z.shape[0]


def masked_on_the_classes_that_take_part(z, mask, g):
    gradient = np.zeros(z.shape)
    for row, m, row_g, out in zip(z, mask, g, gradient, strict=True):
        p = softmax(row[m])
        out[m] = p * (row_g[m] - p @ row_g[m])
    return gradient


def gradient_moving_there_and_back(function, x):
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        before = x[index]
        x[index] = before + 1e-5
        above = function(x)
        x[index] = before - 1e-5
        gradient[index] = (above - function(x)) / 2e-5
        x[index] = before
    return gradient


def gradient_one_sided_as_lists(function, x):
    units = 1e-7 * np.eye(x.size).reshape(x.size, *x.shape)
    slopes = [(function(x + unit) - function(x)) / 1e-7 for unit in units]
    return np.reshape(slopes, x.shape).tolist()


def checker_along_random_directions(backward):
    rng = np.random.default_rng(3)
    z, g, *tangents = rng.normal(size=(7, 4, 3))
    grad_z = np.asarray(backward(softmax(z, axis=1), g.copy()))
    for tangent in tangents:
        above, below = (softmax(z + step * tangent, axis=1) for step in (1e-6, -1e-6))
        slope = np.sum(g * (above - below)) / 2e-6
        if grad_z.shape != z.shape or abs(slope - np.sum(grad_z * tangent)) > 1e-5:
            return False
    return True


def weight_gradients_a_picture_at_a_time(W, b, x, t, regularisation):
    grad_W, grad_b = regularisation * W, 0 * b
    for picture, target in zip(x, t, strict=True):
        p = softmax(picture @ W + b)
        g = np.divide(-target, p * len(x))
        grad_z = backward(p, g, -1)
        grad_W += np.outer(picture, grad_z)
        grad_b += grad_z
    return [grad_W.tolist(), grad_b.tolist()]


def descend(gradients, W, b, steps, rate):
    for _ in range(steps):
        grad_W, grad_b = gradients(W, b)
        W, b = W - rate * grad_W, b - rate * grad_b
    return W, b


def descend_in_place_on_copies(gradients, W, b, steps, rate):
    W, b = W.copy(), b.copy()
    while steps:
        for part, gradient in zip((W, b), gradients(W, b), strict=True):
            part -= rate * gradient
        steps -= 1
    return W, b


RIGHT = {  # by exercise, the simplest first
    "softmax": [
        lambda z, axis: softmax(z, axis),
        softmax_in_float32_and_in_place_on_a_copy,
        softmax_one_slice_at_a_time_as_lists,
    ],
    "log_softmax": [lambda z, axis: z - logsumexp(z, axis, keepdims=True)],
    "softmax_jacobian": [
        lambda z: jacobian_with_diag_and_outer(z),
        lambda z: jacobian_with_complex_steps(z),
        lambda z: jacobian_with_loops(z),
    ],
    "batched_jacobian": [batched_jacobian, lambda z: [*map(jacobian_with_diag_and_outer, z)]],
    "softmax_vjp": [
        lambda z, g: backward(softmax(z, axis=-1), g, -1),
        lambda z, g: np.einsum("ni,nij->nj", g, batched_jacobian(z)),
    ],
    "softmax_vjp_of_row": [lambda z, g: sum(map(operator.mul, g, jacobian_with_diag_and_outer(z)))],
    "softmax_backward": [backward, backward_in_float32_and_in_place_on_a_copy],
    "softmax_cross_entropy_grad": [
        lambda z, t: (softmax(z, axis=1) - t) / len(z),
        loss_gradient_with_one_taken_off_at_the_class,
        loss_gradient_with_the_jacobian_of_log_softmax,
    ],
    "log_softmax_backward": [
        lambda log_p, g, axis: g - np.exp(log_p) * g.sum(axis=axis, keepdims=True)
    ],
    "soft_cross_entropy_grad": [
        lambda z, t: (softmax(z, axis=1) * t.sum(axis=1, keepdims=True) - t) / len(z),
        loss_gradient_with_the_jacobian_of_log_softmax,
    ],
    "temperature_jacobian": [
        lambda z, temperature: jacobian_with_diag_and_outer(z, temperature),
        lambda z, temperature: jacobian_with_complex_steps(z, temperature),
        lambda z, temperature: jacobian_with_loops(z, temperature),
    ],
    "masked_softmax_backward": [
        lambda z, mask, g: backward(softmax(np.where(mask, z, -np.inf), axis=1), g, 1),
        masked_on_the_classes_that_take_part,
    ],
    "finite_difference_gradient": [
        lambda function, x: gradient_moving_there_and_back(function, x.astype(float)),
        gradient_one_sided_as_lists,
    ],
    "backward_by_lines": [lines()],
    "gradient_checker": [checker_along_random_directions],
    "weight_gradients": [weight_gradients, weight_gradients_a_picture_at_a_time],
    "descend": [descend, descend_in_place_on_copies],
}


def check(name, function):
    return CHECKS[f"check_{name}"](function)


@pytest.mark.parametrize(("name", "right"), [(n, r) for n in TASKS for r in RIGHT[n]])
def test_a_right_implementation_is_accepted(name, right):
    verdict = check(name, right)
    assert verdict.passed, str(verdict)


# How results are spoilt


def one_entry_off_by_a_percent(y, index):
    y.flat[index] *= 1.01
    return y


SPOILINGS = {
    "negated": np.negative,
    "doubled": lambda y: 2 * y,
    "first entry off by a percent": lambda y: one_entry_off_by_a_percent(y, 0),
    "last entry off by a percent": lambda y: one_entry_off_by_a_percent(y, -1),
    "transposed": lambda y: y.T.reshape(y.shape),
}
SYMMETRIC = {"softmax_jacobian", "temperature_jacobian", "softmax_vjp_of_row"}


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
    bare = (getattr(a, "function", a) for a in arguments)  # without the spy around a function
    return [a.tolist() if isinstance(a, np.ndarray) else a for a in bare]


def another_input(arguments, before):
    return bool(before) and frozen(arguments) != before[0]


def same_again(arguments, before):
    return frozen(arguments) in before


def integers(arguments, before):
    return any(a.dtype.kind == "i" for a in arguments if isinstance(a, np.ndarray))


def large(arguments, before):
    """Tell whether numbers are large, or as near to 0 and 1 as softmax makes them of such."""
    arrays = [np.abs(a) for a in arguments if isinstance(a, np.ndarray)]
    return any(a.max() > 100 for a in arrays) or 0.999 < arrays[0].max() < 1


def is_refused(name, function):
    """Tell whether a function is refused for what it returns, not for an error on the way."""
    return check(name, function).status not in (Status.CORRECT, Status.RAISES)


NO_ARRAYS = {"gradient_checker", "backward_by_lines", "weight_gradients", "descend"}
ARRAYS = [name for name in RIGHT if name not in NO_ARRAYS]


@pytest.mark.parametrize("spoil", SPOILINGS)
@pytest.mark.parametrize("name", ARRAYS)
def test_a_right_implementation_is_not_accepted_with_its_results_spoilt(name, spoil):
    harmless = spoil == "transposed" and name in SYMMETRIC
    assert is_refused(name, spoilt(RIGHT[name][0], SPOILINGS[spoil])) != harmless


@pytest.mark.parametrize("when", [another_input, same_again, integers, large])
@pytest.mark.parametrize("name", ARRAYS)
def test_a_right_implementation_is_not_accepted_with_its_results_spoilt_at_times(name, when):
    not_asked = when is integers and name == "masked_softmax_backward"
    assert is_refused(name, spoilt(RIGHT[name][0], SPOILINGS["doubled"], when)) != not_asked
