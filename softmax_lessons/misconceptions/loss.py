"""Mistakes in the gradient of softmax and mean cross-entropy, f(z, t) for a one-hot batch."""

import numpy as np

from softmax_lessons.misconceptions.catalogue import mistake
from softmax_lessons.misconceptions.forward import CALLS, naive, one_maximum
from softmax_lessons.numerics import softmax, softmax_backward

KIND = "softmax_cross_entropy_grad"


@mistake(KIND, "no-average")
def not_averaged(z, t):
    """Return p - t."""
    return softmax(z) - t


@mistake(KIND, "averaged-twice")
def averaged_twice(z, t):
    """Divide by N squared."""
    return (softmax(z) - t) / len(z) ** 2


@mistake(KIND, "averaged-over-entries")
def averaged_over_entries(z, t):
    """Divide by the number of entries."""
    return (softmax(z) - t) / z.size


@mistake(KIND, "averaged-over-entries")
def averaged_over_classes(z, t):
    """Divide by the number of classes."""
    return (softmax(z) - t) / z.shape[1]


@mistake(KIND, "summed-over-batch")
def summed_over_batch(z, t):
    """Return one gradient for the whole batch."""
    return (softmax(z) - t).mean(axis=0)


@mistake(KIND, "sign-flipped")
def sign_flipped(z, t):
    """Return t - p."""
    return (t - softmax(z)) / len(z)


@mistake(KIND, "target-forgotten")
def target_forgotten(z, t):
    """Return p."""
    return softmax(z) / len(z)


@mistake(KIND, "one-subtracted-everywhere")
def one_subtracted_everywhere(z, t):
    """Return p - 1."""
    return (softmax(z) - 1) / len(z)


@mistake(KIND, "elementwise")
def elementwise(z, t):
    """Return p t - t: the chain with the diagonal only, or the sum's derivative left out."""
    p = softmax(z)
    return (p * t - t) / len(z)


@mistake(KIND, "rows-summed")
def rows_summed(z, t):
    """Return zeros, which the summed rows give."""
    return np.zeros(z.shape)


@mistake(KIND, "stops-at-probabilities")
def stops_at_probabilities(z, t):
    """Return the gradient with respect to the probabilities."""
    return np.where(t == 0, 0, -t / softmax(z)) / len(z)


@mistake(KIND, "stops-at-probabilities")
def divides_by_every_probability(z, t):
    """Return -t / p, which is 0 / 0 where a probability underflows."""
    return -t / softmax(z) / len(z)


@mistake(KIND, "long-way")
def long_way(z, t):
    """Send -t / p back through softmax."""
    p = softmax(z)
    return softmax_backward(p, -t / p) / len(z)


@mistake(KIND, "stops-at-log-probabilities")
def stops_at_log_probabilities(z, t):
    """Return the gradient with respect to the log-probabilities."""
    return -t / len(z)


@mistake(KIND, "squared-error")
def squared_error(z, t):
    """Send p - t through softmax once more."""
    p = softmax(z)
    return softmax_backward(p, p - t) / len(z)


@mistake(KIND, "squared-error")
def squared_error_with_two(z, t):
    """Send 2 (p - t) through softmax."""
    p = softmax(z)
    return softmax_backward(p, 2 * (p - t)) / len(z)


@mistake(KIND, "factor-of-two")
def doubled(z, t):
    """Return twice the gradient."""
    return 2 * (softmax(z) - t) / len(z)


@mistake(KIND, "softmax-twice")
def softmax_twice(z, t):
    """Apply softmax to probabilities."""
    return (softmax(softmax(z)) - t) / len(z)


@mistake(KIND, "logits-for-probabilities")
def logits_for_probabilities(z, t):
    """Return z - t."""
    return (z - t) / len(z)


@mistake(KIND, "wrong-axis")
def wrong_axis(z, t):
    """Take the first axis for that of the classes."""
    return (softmax(z, axis=0) - t) / len(z)


@mistake(KIND, "one-sum-for-all")
def one_sum(z, t):
    """Divide by the sum of the whole batch."""
    return (softmax(z, axis=None) - t) / len(z)


@mistake(KIND, "no-shift")
def not_shifted(z, t):
    """Use the naive softmax."""
    return (naive(z, -1) - t) / len(z)


@mistake(KIND, "one-maximum-for-all")
def one_maximum_for_all(z, t):
    """Shift by the maximum of the whole batch."""
    return (one_maximum(z, -1) - t) / len(z)


@mistake(KIND, "integer-result")
def integer_result(z, t):
    """Write the result into an array like z."""
    result = np.zeros_like(z)
    result[...] = (softmax(z) - t) / len(z)
    return result


@mistake(KIND, "first-example-for-all")
def first_target_for_all(z, t):
    """Compare every example with the first target."""
    return (softmax(z) - t[0]) / len(z)


@mistake(KIND, "writes-into-argument")
def writes_into_target(z, t):
    """Subtract in the caller's target."""
    np.subtract(softmax(z), t, out=t, casting="unsafe")
    return t / len(z)


@mistake(KIND, "remembers")
def remembers(z, t):
    """Let a number from the last call into the result."""
    CALLS.append(1)
    return (softmax(z) - t) / len(z) * (1 + 1e-3 * len(CALLS))
