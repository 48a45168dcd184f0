"""Plain gradient descent for a softmax classifier, with any backward of softmax and any loss.

The classifier is one linear layer and softmax. All of the data goes into each step, the start is
zero and there is nothing random, so that two runs differ by their backward or loss alone.

Everything is computed in float64. Infinite and NaN results, as from too large a rate, come without
a warning. No argument is ever written to: `backward` and `loss` get copies, and what they raise or
warn of themselves goes through unchanged.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from softmax_lessons import losses
from softmax_lessons._arrays import (
    finite_number,
    is_int,
    real_array,
    require_callable,
    require_shape,
)
from softmax_lessons.numerics import softmax


class Loss(NamedTuple):
    """A loss of probabilities p and targets t, and its gradient with respect to p."""

    value: Callable
    gradient: Callable


CROSS_ENTROPY = Loss(losses.cross_entropy, losses.cross_entropy_grad)
SQUARED_ERROR = Loss(losses.squared_error, losses.squared_error_grad)


class Pass(NamedTuple):
    """What one forward and backward pass finds out."""

    p: np.ndarray
    loss: float
    grad_weights: np.ndarray
    grad_bias: np.ndarray


@dataclass(frozen=True, eq=False)
class Run:
    """A trained classifier, and how it got there.

    Parameters
    ----------
    weights, bias : ndarray of shapes (d, n) and (n,)
    losses, accuracies : ndarray of shape (steps + 1,)
        Loss with regularisation, and share of the samples that are classified rightly, before the
        first step and after each step.
    """

    weights: np.ndarray
    bias: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray

    def predict(self, x):
        """Return the most probable class of each sample, for x of shape (N, d).

        Raises
        ------
        TypeError
            If `x` does not hold real numbers.
        ValueError
            If `x` has another shape, or a sample gives NaN for a class, so that none is the most
            probable.
        """
        x = _samples(x)
        require_shape("x", x, (len(x), len(self.weights)), "samples of the trained features")
        with np.errstate(all="ignore"):
            scores = x @ self.weights + self.bias
        if np.isnan(scores).any():
            raise ValueError("x must give every class a number, got NaN")
        return scores.argmax(axis=1)


def _float64(name, value):
    """Return `value` as an array of float64."""
    return real_array(name, value).astype(np.float64, copy=False)


def _samples(x):
    """Return the samples as float64."""
    x = _float64("x", x)
    if x.ndim != 2:
        raise ValueError(f"x must have shape (N, d), got {x.shape}")
    return x


def _prepare(x, t, backward, loss, regularisation):
    """Return samples and targets as float64, and the regularisation as a float."""
    x, t = _samples(x), _float64("t", t)
    if t.ndim != 2 or len(t) != len(x) or not t.size:
        raise ValueError(
            f"t must have shape (N, n) for x of shape (N, d), N and n at least 1, got {t.shape} for"
            f" x of shape {x.shape}"
        )
    if not np.isfinite(t).all():
        raise ValueError("t must be finite, got NaN or inf")
    require_callable("backward", backward)
    for part in ("value", "gradient"):
        require_callable(f"loss.{part}", getattr(loss, part, None))
    return x, t, finite_number("regularisation", regularisation)


def forward_backward(weights, bias, x, t, *, backward, loss, regularisation):
    r"""Return loss and gradients at the given weights.

    Parameters
    ----------
    weights, bias : array_like of shapes (d, n) and (n,)
    x : array_like of shape (N, d)
        Samples, one in each row, at least one.
    t : array_like of shape (N, n)
        Their targets, one-hot.
    backward : callable
        backward(p, grad_p, axis), as `numerics.softmax_backward`.
    loss : Loss
    regularisation : float
        What the squares of the weights cost; the bias costs nothing.

    Returns
    -------
    Pass

    Raises
    ------
    TypeError
        If an array, or what `backward` or `loss` returns, does not hold real numbers, if one of
        these cannot be called, or `regularisation` is not a real number.
    ValueError
        If the shapes do not fit, also of what `backward` or `loss` returns, or `t` or
        `regularisation` is not finite.

    Notes
    -----
    .. math:: F(W, b) = \frac{1}{N} \sum_k L(p_k, t_k) + \frac{\lambda}{2} \sum_{ij} W_{ij}^2,
        \qquad p_k = \operatorname{softmax}(x_k W + b)

    A probability that underflows to 0 counts as the smallest normal number. Its reciprocal is then
    finite, and p times 1 / p is still 1.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning, Springer, 2006, section 4.3.4.
    ISBN 978-0-387-31073-2

    Examples
    --------
    >>> from softmax_lessons.numerics import softmax_backward
    >>> x, t = np.array([[1.0], [-1.0]]), np.eye(2)
    >>> forward_backward(np.zeros((1, 2)), np.zeros(2), x, t, loss=CROSS_ENTROPY,
    ...                  backward=softmax_backward, regularisation=0).grad_weights
    array([[-0.5,  0.5]])
    """
    x, t, regularisation = _prepare(x, t, backward, loss, regularisation)
    weights, bias = _float64("weights", weights), _float64("bias", bias)
    require_shape("weights", weights, (x.shape[1], t.shape[1]), "x and t along their last axes")
    require_shape("bias", bias, t.shape[1:], "one target")
    with np.errstate(all="ignore"):
        p = np.maximum(softmax(x @ weights + bias), np.finfo(float).tiny)
    value = _float64("what loss.value returns", loss.value(p.copy(), t.copy()))
    require_shape("what loss.value returns", value, (), "one number")
    grad_p = _float64("what loss.gradient returns", loss.gradient(p.copy(), t.copy()))
    require_shape("what loss.gradient returns", grad_p, p.shape, "t")
    grad_z = _float64("what backward returns", backward(p.copy(), grad_p.copy(), -1))
    require_shape("what backward returns", grad_z, p.shape, "t")
    with np.errstate(all="ignore"):
        value = value[()] + regularisation / 2 * (weights**2).sum()
        return Pass(p, value, x.T @ grad_z + regularisation * weights, grad_z.sum(axis=0))


def train(x, t, *, backward, loss, steps, rate, regularisation, on_step=None):
    """Go `steps` steps against the gradient that `backward` gives, from weights of zero.

    Parameters
    ----------
    x, t, backward, loss, regularisation
        As for `forward_backward`.
    steps : int, at least 0
    rate : float
        How far to go: so many times the gradient.
    on_step : callable or None
        on_step(step, loss, accuracy) is called before the first step, as step 0, and after each.

    Returns
    -------
    Run
        A sample whose probabilities are NaN counts as classified wrongly.

    Raises
    ------
    TypeError
        As for `forward_backward`, and if `steps` is not an int, `rate` is not a real number or
        `on_step` cannot be called.
    ValueError
        As for `forward_backward`, and if `steps` is negative or `rate` is not finite.

    Examples
    --------
    >>> from softmax_lessons.numerics import softmax_backward
    >>> x, t = np.array([[1.0], [-1.0]]), np.eye(2)
    >>> run = train(x, t, backward=softmax_backward, loss=CROSS_ENTROPY, steps=20, rate=1,
    ...             regularisation=0.01)
    >>> run.predict(x), bool(run.losses[-1] < run.losses[0])
    (array([0, 1]), True)
    """
    x, t, regularisation = _prepare(x, t, backward, loss, regularisation)
    if not is_int(steps):
        raise TypeError(f"steps must be an int, got {steps!r}")
    if steps < 0:
        raise ValueError(f"steps must be at least 0, got {steps!r}")
    rate = finite_number("rate", rate)
    if on_step is not None:
        require_callable("on_step", on_step)
    weights, bias = np.zeros((x.shape[1], t.shape[1])), np.zeros(t.shape[1])
    history = np.empty((2, steps + 1))
    labels = t.argmax(axis=1)
    for step in range(steps + 1):
        now = forward_backward(
            weights, bias, x, t, backward=backward, loss=loss, regularisation=regularisation
        )
        right = (now.p.argmax(axis=1) == labels) & ~np.isnan(now.p).any(axis=1)
        history[:, step] = now.loss, right.mean()
        if on_step is not None:
            on_step(step, *history[:, step])
        if step < steps:
            with np.errstate(all="ignore"):
                weights = weights - rate * now.grad_weights
                bias = bias - rate * now.grad_bias
    return Run(weights, bias, *history)
