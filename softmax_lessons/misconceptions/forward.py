"""Mistakes in softmax and in its logarithm, functions of logits and an axis."""

import numpy as np

from softmax_lessons.misconceptions.catalogue import mistake
from softmax_lessons.numerics import log_softmax, logsumexp, softmax

CALLS = []


def normalised(exp, axis):
    """Return exponentials over their sum along an axis."""
    return exp / exp.sum(axis=axis, keepdims=True)


@mistake("softmax", "no-shift")
def naive(z, axis):
    """Compute the definition as it stands."""
    return normalised(np.exp(z), axis)


@mistake("softmax", "one-maximum-for-all")
def one_maximum(z, axis):
    """Shift by the maximum of the whole array."""
    return normalised(np.exp(z - z.max()), axis)


@mistake("softmax", "shift-by-positive-maximum")
def positive_maximum(z, axis):
    """Shift by max(0, max(z))."""
    return normalised(np.exp(z - np.maximum(0, z.max(axis=axis, keepdims=True))), axis)


@mistake("softmax", "one-sum-for-all")
def one_sum(z, axis):
    """Divide by the sum of the whole array."""
    return softmax(z, axis=None)


@mistake("softmax", "one-sum-for-all")
def one_sum_after_the_right_shift(z, axis):
    """Shift each slice, then divide by the sum of the whole array."""
    return normalised(np.exp(z - z.max(axis=axis, keepdims=True)), None)


@mistake("softmax", "wrong-axis")
def always_last(z, axis):
    """Ignore the axis: the last one."""
    return softmax(z, axis=-1)


@mistake("softmax", "wrong-axis")
def always_first(z, axis):
    """Ignore the axis: the first one."""
    return softmax(z, axis=0)


@mistake("softmax", "wrong-axis")
def always_second(z, axis):
    """Ignore the axis: 1, as for a batch in rows; a single vector has none."""
    return normalised(np.exp(z - z.max(axis=1, keepdims=True)), 1)


@mistake("softmax", "softmax-twice")
def twice(z, axis):
    """Apply softmax to its own result."""
    return softmax(softmax(z, axis), axis)


@mistake("softmax", "no-exponential")
def shares(z, axis):
    """Divide the logits by their sum."""
    return normalised(np.asarray(z, dtype=float), axis)


@mistake("softmax", "each-by-itself")
def sigmoid(z, axis):
    """Apply the sigmoid to each entry."""
    return np.exp(-np.logaddexp(0, -np.asarray(z, dtype=float)))


@mistake("softmax", "sign-flipped")
def negated(z, axis):
    """Shift the wrong way round: exp(max - z)."""
    return softmax(-np.asarray(z, dtype=float), axis)


@mistake("softmax", "integer-result")
def integer_result(z, axis):
    """Write the probabilities into an array like z."""
    p = np.zeros_like(z)
    p[...] = softmax(z, axis)
    return p


@mistake("softmax", "writes-into-argument")
def shifts_in_place(z, axis):
    """Shift the logits of the caller."""
    z -= z.max(axis=axis, keepdims=True)
    return softmax(z, axis)


@mistake("softmax", "remembers")
def counts_its_calls(z, axis):
    """Let a number from the last call into the result."""
    CALLS.append(1)
    return softmax(z, axis) * (1 + 1e-3 * len(CALLS))


@mistake("log_softmax", "logarithm-of-softmax")
def logarithm_of_softmax(z, axis):
    """Take the logarithm of the finished probabilities."""
    return np.log(softmax(z, axis))


@mistake("log_softmax", "no-shift")
def log_naive(z, axis):
    """Take the logarithm of the naive sum."""
    return z - np.log(np.exp(z).sum(axis=axis, keepdims=True))


@mistake("log_softmax", "one-maximum-for-all")
def log_one_maximum(z, axis):
    """Shift by the maximum of the whole array."""
    shifted = z - z.max()
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


@mistake("log_softmax", "shift-by-positive-maximum")
def log_positive_maximum(z, axis):
    """Shift by max(0, max(z))."""
    shifted = z - np.maximum(0, z.max(axis=axis, keepdims=True))
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


@mistake("log_softmax", "one-sum-for-all")
def log_one_sum(z, axis):
    """Subtract the logarithm of the sum of the whole array."""
    return log_softmax(z, axis=None)


@mistake("log_softmax", "wrong-axis")
def log_always_last(z, axis):
    """Ignore the axis: the last one."""
    return log_softmax(z, axis=-1)


@mistake("log_softmax", "wrong-axis")
def log_always_first(z, axis):
    """Ignore the axis: the first one."""
    return log_softmax(z, axis=0)


@mistake("log_softmax", "wrong-axis")
def log_always_second(z, axis):
    """Ignore the axis: 1, as for a batch in rows; a single vector has none."""
    shifted = z - z.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


@mistake("log_softmax", "maximum-not-added-back")
def maximum_not_added_back(z, axis):
    """Subtract the logarithm of the shifted sum from logits that are not shifted."""
    shifted = z - z.max(axis=axis, keepdims=True)
    return z - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


@mistake("log_softmax", "no-logarithm")
def no_logarithm(z, axis):
    """Return softmax itself."""
    return softmax(z, axis)


@mistake("log_softmax", "sign-flipped")
def negative_log_likelihood(z, axis):
    """Subtract the wrong way round."""
    return logsumexp(z, axis, keepdims=True) - z


@mistake("log_softmax", "integer-result")
def log_integer_result(z, axis):
    """Write the result into an array like z."""
    log_p = np.zeros_like(z)
    log_p[...] = log_softmax(z, axis)
    return log_p


@mistake("log_softmax", "writes-into-argument")
def log_shifts_in_place(z, axis):
    """Shift the logits of the caller."""
    z -= z.max(axis=axis, keepdims=True)
    return log_softmax(z, axis)


@mistake("log_softmax", "remembers")
def log_counts_its_calls(z, axis):
    """Let a number from the last call into the result."""
    CALLS.append(1)
    return log_softmax(z, axis) - 1e-3 * len(CALLS)
