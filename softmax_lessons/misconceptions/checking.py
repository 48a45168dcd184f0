"""Mistakes in finite differences, f(function, x), and in gradient checkers, f(backward)."""

from functools import partial

import numpy as np

from softmax_lessons.gradient_check import finite_difference_gradient
from softmax_lessons.misconceptions.catalogue import mistake
from softmax_lessons.misconceptions.forward import CALLS
from softmax_lessons.numerics import softmax, softmax_backward

DIFFERENCE, CHECKER = "finite_difference_gradient", "gradient_checker"
STEP = 2.0**-17


def unit_steps(x, step=STEP):
    """Yield an index of x, and an array that is `step` there and 0 elsewhere."""
    for index in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[index] = step
        yield index, e


def quotients(function, x, quotient):
    """Return the array of `quotient(e)` for the step e in each entry of x."""
    gradient = np.zeros(x.shape)
    for index, e in unit_steps(x):
        gradient[index] = quotient(e)
    return gradient


@mistake(DIFFERENCE, "all-at-once")
def all_at_once(function, x):
    """Move all entries together; one number comes out."""
    return (function(x + STEP) - function(x - STEP)) / (2 * STEP)


@mistake(DIFFERENCE, "all-at-once")
def all_at_once_in_every_entry(function, x):
    """Move all entries together, and write the number into every entry."""
    return np.full(x.shape, all_at_once(function, x))


@mistake(DIFFERENCE, "nothing-moves")
def copy_of_a_copy(function, x):
    """Perturb what flatten returns, which is a copy."""
    gradient = np.zeros(x.shape)
    for k in range(x.size):
        moved = x.astype(float)
        moved.flatten()[k] += STEP
        gradient.flat[k] = (function(moved) - function(x)) / STEP
    return gradient


def integer_copy(function, x, step, behind):
    """Perturb a copy that has the dtype of x, upwards and perhaps downwards."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] = x[index] + step
        down[index] = x[index] - behind * step
        gradient[index] = (function(up) - function(down)) / ((1 + behind) * step)
    return gradient


# The numbers that come out depend on the step, so each usual one is another way to write it.
for _step in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8):
    for _behind in (0, 1):
        mistake(DIFFERENCE, "integer-step")(partial(integer_copy, step=_step, behind=_behind))


@mistake(DIFFERENCE, "integer-result")
def integer_result(function, x):
    """Write the gradient into an array like x."""
    gradient = np.zeros_like(x)
    gradient[...] = finite_difference_gradient(function, x)
    return gradient


@mistake(DIFFERENCE, "not-restored")
def not_restored(function, x):
    """Leave each entry moved."""
    moved, gradient = x.astype(float), np.zeros(x.shape)
    for index, e in unit_steps(x):
        moved = moved + e
        gradient[index] = (function(moved) - function(x)) / STEP
    return gradient


@mistake(DIFFERENCE, "factor-of-two")
def divided_by_one_step(function, x):
    """Divide a central difference by h."""
    return quotients(function, x, lambda e: (function(x + e) - function(x - e)) / STEP)


@mistake(DIFFERENCE, "distance-halved")
def divided_by_two_steps(function, x):
    """Divide a forward difference by 2h."""
    return quotients(function, x, lambda e: (function(x + e) - function(x)) / (2 * STEP))


@mistake(DIFFERENCE, "sign-flipped")
def wrong_way_round(function, x):
    """Subtract the value ahead from the value behind."""
    return quotients(function, x, lambda e: (function(x - e) - function(x + e)) / (2 * STEP))


@mistake(DIFFERENCE, "step-too-large")
def central_with_step_one(function, x):
    """Take a central difference with the step 1."""
    gradient = np.zeros(x.shape)
    for index, e in unit_steps(x, 1.0):
        gradient[index] = (function(x + e) - function(x - e)) / 2
    return gradient


@mistake(DIFFERENCE, "step-too-large")
def forward_with_step_one(function, x):
    """Take a forward difference with the step 1."""
    gradient = np.zeros(x.shape)
    for index, e in unit_steps(x, 1.0):
        gradient[index] = function(x + e) - function(x)
    return gradient


@mistake(DIFFERENCE, "writes-into-argument")
def moves_the_argument(function, x):
    """Perturb x itself under a second name."""
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        behind, ahead = function(x), x
        ahead[index] += STEP
        gradient[index] = (function(ahead) - behind) / STEP
    return gradient


@mistake(DIFFERENCE, "remembers")
def random_direction(function, x):
    """Measure along a new random direction at every call."""
    CALLS.append(1)
    direction = np.random.default_rng(len(CALLS)).normal(size=x.shape)
    slope = (function(x + STEP * direction) - function(x - STEP * direction)) / (2 * STEP)
    return slope * direction


def compares(backward, z, g, tolerance=1e-6):
    """Tell whether a backward agrees with a measured gradient of the loss sum(g softmax(z))."""
    measured = finite_difference_gradient(lambda z: (g * softmax(z)).sum(), z)
    return bool(np.allclose(backward(softmax(z), g), measured, rtol=0, atol=tolerance))


def random(seed, *shape):
    """Return normally distributed numbers, always the same."""
    return np.random.default_rng(seed).normal(size=shape)


@mistake(CHECKER, "sum-loss")
def sum_loss(backward):
    """Use the loss sum(p), whose incoming gradient is all ones."""
    return compares(backward, random(1, 3, 4), np.ones((3, 4)))


@mistake(CHECKER, "uniform-logits")
def uniform_logits(backward):
    """Use logits that are all zero."""
    return compares(backward, np.zeros((3, 4)), random(2, 3, 4))


@mistake(CHECKER, "one-example")
def one_example(backward):
    """Use a batch of one."""
    return compares(backward, random(1, 1, 4), random(2, 1, 4))


@mistake(CHECKER, "saturated-and-loose")
def saturated_and_loose(backward):
    """Use logits so large that all derivatives are nearly 0, and a tolerance of 1e-2."""
    z = 20 * np.eye(4)[[0, 2, 0]]
    return compares(backward, z, random(2, 3, 4), tolerance=1e-2)


@mistake(CHECKER, "accepts-everything")
def accepts_everything(backward):
    """See whether it runs."""
    p = softmax(random(1, 3, 4))
    return backward(p, p) is not None


@mistake(CHECKER, "refuses-everything")
def compares_exactly(backward):
    """Ask a measured gradient for equality in every digit."""
    return compares(backward, random(1, 3, 4), random(2, 3, 4), tolerance=0)


@mistake(CHECKER, "all-at-once")
def moves_all_logits(backward):
    """Compare with a difference in which all logits move together."""
    z, g = random(1, 3, 4), random(2, 3, 4)
    moved = all_at_once_in_every_entry(lambda z: (g * softmax(z)).sum(), z)
    return bool(np.allclose(backward(softmax(z), g), moved, atol=1e-6))


def by_columns(p, grad_p, axis=-1):
    """Multiply with the Jacobian one column at a time: a right backward, for comparison."""
    p, g = np.moveaxis(p, axis, -1), np.moveaxis(grad_p, axis, -1)
    columns = [
        (p[..., j : j + 1] * (np.eye(p.shape[-1])[j] - p) * g).sum(axis=-1)
        for j in range(p.shape[-1])
    ]
    return np.moveaxis(np.stack(columns, axis=-1), -1, axis)


def by_jacobian(p, grad_p, axis=-1):
    """Multiply with the whole Jacobian: a right backward, for comparison."""
    p, g = np.moveaxis(p, axis, -1), np.moveaxis(grad_p, axis, -1)
    jacobian = p[..., :, np.newaxis] * (np.eye(p.shape[-1]) - p[..., np.newaxis, :])
    return np.moveaxis(np.einsum("...i,...ij->...j", g, jacobian), -1, axis)


def by_weighted_mean(p, grad_p, axis=-1):
    """Take away the mean of the gradient weighted by p: a right backward, for comparison."""
    return p * (grad_p - np.average(grad_p, axis=axis, weights=p, keepdims=True))


RIGHT_BACKWARDS = {
    "closed form": softmax_backward,
    "weighted mean": by_weighted_mean,
    "one column at a time": by_columns,
    "whole Jacobian": by_jacobian,
}
"""Right backwards by name, f(p, grad_p, axis=-1)."""
