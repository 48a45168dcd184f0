"""Mistakes in the step back through softmax, from the probabilities or from the logits."""

import numpy as np

from softmax_lessons.misconceptions.catalogue import mistake
from softmax_lessons.misconceptions.forward import CALLS, naive, one_maximum
from softmax_lessons.numerics import softmax, softmax_backward

WRONG_BACKWARDS = {}
"""Fourteen wrong backwards by name, f(p, grad_p, axis=-1), for checks of gradient checkers."""


def both(key, name=None):
    """Return a decorator that enters a mistake for f(p, grad_p, axis) and for f(z, cotangent).

    With a `name`, it is one of the wrong backwards that a gradient checker has to refuse.
    """

    def enter(function):
        mistake("softmax_backward", key)(function)
        mistake("softmax_vjp", key)(lambda z, cotangent: function(softmax(z), cotangent, -1))
        if name:
            WRONG_BACKWARDS[name] = function
        return function

    return enter


def total(values, axis):
    """Return the sum along an axis, kept for broadcasting."""
    return values.sum(axis=axis, keepdims=True)


@both("elementwise", "p (1 - p) g")
def elementwise(p, grad_p, axis=-1):
    """Use the diagonal only."""
    return p * (1 - p) * grad_p


@both("rows-summed", "rows of the Jacobian summed")
def rows_summed(p, grad_p, axis=-1):
    """Add up the rows of the Jacobian, then multiply."""
    return p * (1 - total(p, axis)) * grad_p


@both("rows-summed", "zeros")
def zeros(p, grad_p, axis=-1):
    """Return zeros, which is the same up to rounding."""
    return np.zeros(p.shape)


@both("passes-through", "g")
def passes_through(p, grad_p, axis=-1):
    """Hand the incoming gradient on."""
    return np.array(grad_p)


@both("sum-held-constant", "p g")
def sum_held_constant(p, grad_p, axis=-1):
    """Use diag(p)."""
    return p * grad_p


@both("sum-not-weighted", "p (g - sum(g))")
def sum_not_weighted(p, grad_p, axis=-1):
    """Subtract the sum of the incoming gradient."""
    return p * (grad_p - total(grad_p, axis))


@both("mean-subtracted", "g - mean(g)")
def mean_subtracted(p, grad_p, axis=-1):
    """Subtract the mean of the incoming gradient."""
    return grad_p - grad_p.mean(axis=axis, keepdims=True)


@both("plain-mean")
def plain_mean(p, grad_p, axis=-1):
    """Subtract the plain mean in place of the weighted one."""
    return p * (grad_p - grad_p.mean(axis=axis, keepdims=True))


@both("probabilities-left-out")
def probabilities_left_out(p, grad_p, axis=-1):
    """Leave out the factor p."""
    return grad_p - total(p * grad_p, axis)


@both("log-softmax-rule")
def log_softmax_rule(p, grad_p, axis=-1):
    """Use the backward of log_softmax."""
    return grad_p - p * total(grad_p, axis)


@both("index-mixed-up", "p g - p² sum(g)")
def index_mixed_up(p, grad_p, axis=-1):
    """Use p_i (delta_ij - p_i)."""
    return p * grad_p - p**2 * total(grad_p, axis)


@both("index-mixed-up")
def other_index_twice(p, grad_p, axis=-1):
    """Use p_j (delta_ij - p_j)."""
    return p * grad_p - total(p**2 * grad_p, axis)


@both("sign-flipped", "sign flipped")
def sign_flipped(p, grad_p, axis=-1):
    """Subtract the wrong way round."""
    return p * (total(p * grad_p, axis) - grad_p)


@both("factor-of-two", "doubled")
def doubled(p, grad_p, axis=-1):
    """Count everything twice."""
    return 2 * softmax_backward(p, grad_p, axis)


@both("one-sum-over-batch", "one sum over the batch")
def one_sum_over_batch(p, grad_p, axis=-1):
    """Sum over the whole array."""
    return p * (grad_p - (p * grad_p).sum())


@both("wrong-axis", "sum along the first axis")
def sum_along_first(p, grad_p, axis=-1):
    """Sum along the first axis."""
    return p * (grad_p - total(p * grad_p, 0))


@mistake("softmax_backward", "wrong-axis")
def sum_along_last(p, grad_p, axis=-1):
    """Sum along the last axis, whatever the axis is."""
    return softmax_backward(p, grad_p, -1)


@mistake("softmax_backward", "wrong-axis")
def sum_along_second(p, grad_p, axis=-1):
    """Sum along axis 1, whatever the axis is."""
    return p * (grad_p - total(p * grad_p, 1))


@both("first-example-for-all", "first slice's gradient for all")
def first_gradient_for_all(p, grad_p, axis=-1):
    """Hand every slice the incoming gradient of the first."""
    slices = np.moveaxis(grad_p, axis, -1)
    first = slices.reshape(-1, slices.shape[-1])[0]
    everywhere = np.moveaxis(np.broadcast_to(first, slices.shape), -1, axis)
    return softmax_backward(p, everywhere, axis)


@both("assumes-cross-entropy", "p - g")
def assumes_cross_entropy(p, grad_p, axis=-1):
    """Return p - t, with the incoming gradient for t."""
    return p - grad_p


@both("averaged-over-batch")
def averaged_over_batch(p, grad_p, axis=-1):
    """Divide by the number of examples."""
    slices = p.size // p.shape[axis]
    return softmax_backward(p, grad_p, axis) / slices


@both("softmax-twice")
def softmax_twice(p, grad_p, axis=-1):
    """Apply softmax to what are probabilities already."""
    return softmax_backward(softmax(p, axis), grad_p, axis)


@both("integer-result")
def integer_result(p, grad_p, axis=-1):
    """Write the result into an array like the incoming gradient."""
    result = np.zeros_like(grad_p)
    result[...] = softmax_backward(p, grad_p, axis)
    return result


@both("writes-into-argument")
def writes_into_gradient(p, grad_p, axis=-1):
    """Subtract in the caller's incoming gradient."""
    grad_p -= total(p * grad_p, axis)
    return p * grad_p


@both("remembers")
def adds_up(p, grad_p, axis=-1):
    """Let a number from the last call into the result."""
    CALLS.append(1)
    return softmax_backward(p, grad_p, axis) * (1 + 1e-3 * len(CALLS))


@mistake("softmax_vjp", "wrong-axis")
def vjp_softmax_along_first(z, cotangent):
    """Take the first axis for that of the classes throughout."""
    return softmax_backward(softmax(z, 0), cotangent, 0)


@mistake("softmax_vjp", "logits-for-probabilities")
def vjp_of_logits(z, cotangent):
    """Use the formula with logits for probabilities."""
    return z * (cotangent - total(z * cotangent, -1))


@mistake("softmax_vjp", "no-shift")
def vjp_naive(z, cotangent):
    """Use the naive softmax."""
    return softmax_backward(naive(z, -1), cotangent)


@mistake("softmax_vjp", "one-maximum-for-all")
def vjp_one_maximum(z, cotangent):
    """Shift by the maximum of the whole batch."""
    return softmax_backward(one_maximum(z, -1), cotangent)


@mistake("softmax_vjp", "one-sum-for-all")
def vjp_one_softmax(z, cotangent):
    """Divide by the sum of the whole batch, then go back within each row."""
    p = softmax(z, axis=None)
    return p * (cotangent - total(p * cotangent, -1))
