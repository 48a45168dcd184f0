r"""Gradient descent for a softmax classifier, with any backward of softmax and any loss.

The classifier is one linear layer and softmax. All of the data goes into each step, the start is
zero and there is nothing random, so that two runs differ by their backward or loss alone.

Shared by every function here:

- `x` holds one sample in each row, shape (N, d); `t` their one-hot targets, shape (N, n).
- `weights` and `bias` have shapes (d, n) and (n,).
- `backward` is called as backward(p, g, axis), like `numerics.softmax_backward`.
- `loss` is a `Loss`.
- `regularisation` is what the squares of the weights cost; the bias costs nothing.

Infinite and NaN results, as from too large a rate, come without a warning. All quantities are
dimensionless. Source: Bishop, Pattern Recognition and Machine Learning, Springer, 2006, ISBN
978-0-387-31073-2, section 4.3.4.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from softmax_lessons import losses
from softmax_lessons.numerics import softmax, softmax_backward


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


class Run(NamedTuple):
    """A trained classifier, and how it got there.

    `losses` (with regularisation) and `accuracies` (the share of samples that are classified
    rightly) have shape (steps + 1,): before the first step and after each. `path` holds the weights
    and, as a last row, the bias at these times, shape (steps + 1, d + 1, n).
    """

    weights: np.ndarray
    bias: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray
    path: np.ndarray

    def predict(self, x):
        """Return the most probable class of each sample, for x of shape (N, d)."""
        return (x @ self.weights + self.bias).argmax(axis=1)


@np.errstate(all="ignore")
def forward_backward(weights, bias, x, t, *, backward, loss, regularisation):
    r"""Return probabilities, loss and gradients at the given weights, as a `Pass`.

    .. math:: F(W, b) = \frac{1}{N} \sum_k L(p_k, t_k) + \frac{\lambda}{2} \sum_{ij} W_{ij}^2,
        \qquad p_k = \operatorname{softmax}(x_k W + b)

    Examples
    --------
    >>> from softmax_lessons.numerics import softmax_backward
    >>> x, t = np.array([[1.0], [-1.0]]), np.eye(2)
    >>> forward_backward(np.zeros((1, 2)), np.zeros(2), x, t, loss=CROSS_ENTROPY,
    ...                  backward=softmax_backward, regularisation=0).grad_weights
    array([[-0.5,  0.5]])
    """
    # A probability that underflows counts as the smallest normal number: then 1 / p is finite.
    p = np.maximum(softmax(x @ weights + bias), np.finfo(float).tiny)
    value = loss.value(p, t) + regularisation / 2 * (weights**2).sum()
    g = loss.gradient(p, t)
    grad_z = backward(p, g, -1)
    grad_weights = x.T @ grad_z + regularisation * weights
    grad_bias = grad_z.sum(axis=0)
    return Pass(p, value, grad_weights, grad_bias)


@np.errstate(all="ignore")
def train(x, t, *, backward, loss, steps, rate, regularisation, on_step=None):
    r"""Go `steps` steps against the gradient that `backward` gives, from weights of zero.

    .. math:: W \leftarrow W - \text{rate} \cdot \frac{\partial F}{\partial W}, \qquad
        b \leftarrow b - \text{rate} \cdot \frac{\partial F}{\partial b}

    Parameters
    ----------
    x, t, backward, loss, regularisation
        As for every function here.
    steps : int
    rate : float
    on_step : callable, optional
        on_step(step, loss, accuracy) is called before the first step, as step 0, and after each.

    Returns
    -------
    Run

    Examples
    --------
    >>> from softmax_lessons.numerics import softmax_backward
    >>> x, t = np.array([[1.0], [-1.0]]), np.eye(2)
    >>> run = train(x, t, backward=softmax_backward, loss=CROSS_ENTROPY, steps=20, rate=1,
    ...             regularisation=0.01)
    >>> run.predict(x), bool(run.losses[-1] < run.losses[0])
    (array([0, 1]), True)
    """
    weights, bias = np.zeros((x.shape[1], t.shape[1])), np.zeros(t.shape[1])
    labels, history = t.argmax(axis=1), np.empty((2, steps + 1))
    path = np.empty((steps + 1, len(weights) + 1, len(bias)))
    for step in range(steps + 1):
        now = forward_backward(
            weights, bias, x, t, backward=backward, loss=loss, regularisation=regularisation
        )
        path[step] = np.vstack([weights, bias])
        history[:, step] = now.loss, (now.p.argmax(axis=1) == labels).mean()
        if on_step is not None:
            on_step(step, *history[:, step])
        if step < steps:
            weights = weights - rate * now.grad_weights
            bias = bias - rate * now.grad_bias
    return Run(weights, bias, *history, path)


def angles(path, x, t, *, backward, loss, regularisation):
    r"""Return the angles between the gradient that `backward` gives and the right one, in degrees.

    .. math:: \cos \varphi = \frac{a \cdot r}{|a|\,|r|}

    where a and r are the two gradients at weights and bias, as one long vector each. A short step
    against a lowers the loss where the angle is below 90 degrees, and raises it above.

    Parameters
    ----------
    path : ndarray of shape (k, d + 1, n)
        Weights and, as the last row, the bias, at k places: `Run.path`, or some of it.
    x, t, backward, loss, regularisation
        As for every function here.

    Returns
    -------
    ndarray of shape (k,)

    Examples
    --------
    >>> x, t, path = np.array([[1.0], [-1.0]]), np.eye(2), np.zeros((1, 2, 2))
    >>> angles(path, x, t, backward=lambda p, g, axis: -g, loss=CROSS_ENTROPY, regularisation=0)
    array([135.])
    """
    found = []
    for *weights, bias in path:
        a, r = (
            forward_backward(
                np.array(weights),
                bias,
                x,
                t,
                backward=one,
                loss=loss,
                regularisation=regularisation,
            )
            for one in (backward, softmax_backward)
        )
        a, r = (np.vstack([now.grad_weights, now.grad_bias]) for now in (a, r))
        cosine = (a * r).sum() / np.sqrt((a * a).sum() * (r * r).sum())
        found.append(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    return np.array(found)
