"""Mistakes in the Jacobian, of one vector of logits and of a batch of them."""

import numpy as np

from softmax_lessons.misconceptions.catalogue import mistake
from softmax_lessons.misconceptions.forward import CALLS, naive, one_maximum
from softmax_lessons.numerics import softmax, softmax_jacobian


def of_each(function):
    """Return the function of a batch that applies a function of one vector to each of its rows."""
    return lambda z: np.array([function(row) for row in z])


def both(key):
    """Return a decorator that enters a mistake for one vector and for a batch of them."""

    def enter(function):
        mistake("softmax_jacobian", key)(function)
        mistake("batched_jacobian", key)(of_each(function))
        return function

    return enter


@both("elementwise")
def diagonal_matrix(z):
    """Return the diagonal alone, as a matrix."""
    p = softmax(z)
    return np.diag(p * (1 - p))


@both("elementwise")
def diagonal_vector(z):
    """Return the diagonal alone, one number a class."""
    p = softmax(z)
    return p * (1 - p)


@both("sum-held-constant")
def diagonal_of_p(z):
    """Differentiate the numerator only."""
    return np.diag(softmax(z))


@both("diagonal-left-out")
def outer_product_only(z):
    """Return -p_i p_j everywhere."""
    p = softmax(z)
    return -np.outer(p, p)


@both("diagonal-left-out")
def outer_product_with_zero_diagonal(z):
    """Return -p_i p_j off the diagonal and 0 on it."""
    p = softmax(z)
    return np.diag(p * p) - np.outer(p, p)


@both("off-diagonal-positive")
def off_diagonal_positive(z):
    """Return p_i p_j off the diagonal."""
    p = softmax(z)
    return np.diag(p - 2 * p * p) + np.outer(p, p)


@both("off-diagonal-positive")
def sum_of_both_terms(z):
    """Add the outer product."""
    p = softmax(z)
    return np.diag(p) + np.outer(p, p)


@both("index-mixed-up")
def same_index_twice(z):
    """Return p_i (delta_ij - p_i)."""
    p = softmax(z)[:, np.newaxis]
    return p * (np.eye(len(p)) - p)


@both("index-mixed-up")
def other_index_twice(z):
    """Return p_j (delta_ij - p_j), which is what p * (eye - p) is for a vector p."""
    p = softmax(z)
    return p * (np.eye(len(p)) - p)


@both("outer-product-forgotten")
def vector_subtracted(z):
    """Return diag(p) - p, which is the other way round delta_ij p_i - p_j."""
    p = softmax(z)
    return np.diag(p) - p


@both("sign-flipped")
def negative(z):
    """Return p p^T - diag(p)."""
    return -softmax_jacobian(z)


@both("rows-summed")
def row_sums(z):
    """Return one number a row."""
    return softmax_jacobian(z).sum(axis=1)


@both("log-softmax-rule")
def jacobian_of_log_softmax(z):
    """Return delta_ij - p_j."""
    return np.eye(len(z)) - softmax(z)


@both("softmax-twice")
def of_probabilities(z):
    """Apply softmax to probabilities."""
    return softmax_jacobian(softmax(z))


@mistake("softmax_jacobian", "no-shift")
def jacobian_naive(z):
    """Use the naive softmax."""
    p = naive(z, -1)
    return np.diag(p) - np.outer(p, p)


@both("no-shift")
def quotient_rule_naive(z):
    """Apply the quotient rule to the exponentials as they are."""
    exp = np.exp(z)
    return (np.diag(exp) * exp.sum() - np.outer(exp, exp)) / exp.sum() ** 2


@mistake("softmax_jacobian", "writes-into-argument")
def jacobian_in_place(z):
    """Shift the logits of the caller."""
    z -= z.max()
    return softmax_jacobian(z)


@mistake("softmax_jacobian", "remembers")
def jacobian_remembers(z):
    """Let a number from the last call into the result."""
    CALLS.append(1)
    return softmax_jacobian(z) * (1 + 1e-3 * len(CALLS))


def batch_of(p):
    """Return the Jacobians that belong to a batch of probabilities."""
    return p[:, :, np.newaxis] * (np.eye(p.shape[1]) - p[:, np.newaxis, :])


@mistake("batched_jacobian", "no-shift")
def batch_naive(z):
    """Use the naive softmax."""
    return batch_of(naive(z, -1))


@mistake("batched_jacobian", "one-maximum-for-all")
def batch_one_maximum(z):
    """Shift by the maximum of the whole batch."""
    return batch_of(one_maximum(z, -1))


@mistake("batched_jacobian", "one-sum-for-all")
def batch_one_sum(z):
    """Divide by the sum of the whole batch."""
    return batch_of(softmax(z, axis=None))


@mistake("batched_jacobian", "wrong-axis")
def batch_first_axis(z):
    """Take the first axis for that of the classes."""
    return batch_of(softmax(z, axis=0))


@mistake("batched_jacobian", "whole-batch-jacobian")
def batch_with_all_zeros(z):
    """Return shape (N, n, N, n), zero but for the blocks."""
    return np.einsum("aij,ab->aibj", softmax_jacobian(z), np.eye(len(z)))


@mistake("batched_jacobian", "batch-flattened")
def batch_flattened(z):
    """Use diagflat and outer on a batch."""
    p = softmax(z)
    return np.diagflat(p) - np.outer(p, p)


@mistake("batched_jacobian", "summed-over-batch")
def batch_summed(z):
    """Add up the Jacobians."""
    return softmax_jacobian(z).sum(axis=0)


@mistake("batched_jacobian", "first-example-for-all")
def batch_of_the_first(z):
    """Repeat the Jacobian of the first example."""
    return np.array([softmax_jacobian(z[0]) for _ in z])


@mistake("batched_jacobian", "writes-into-argument")
def batch_in_place(z):
    """Shift the logits of the caller."""
    z -= z.max(axis=1, keepdims=True)
    return softmax_jacobian(z)


@mistake("batched_jacobian", "remembers")
def batch_remembers(z):
    """Let a number from the last call into the result."""
    CALLS.append(1)
    return softmax_jacobian(z) * (1 + 1e-3 * len(CALLS))
