"""Losses: one number that says how far predictions are from their targets, and its gradient.

Shared by every function here:

- `p` holds predictions, mostly probabilities, and `z` logits: floats or integers, of any shape,
  with the classes along the last axis. Each row along it has a loss of its own.
- `t` is either a distribution of the predictions' shape, or one class index a row: integers, in
  that shape without its last axis. An index stands for the one-hot distribution.
- `reduction` is "mean" (over the rows) or "sum". A gradient is that of the sum, divided by the
  number of rows for "mean".
- dtypes are those of `numerics`; class indices leave the dtype of the predictions as it is.
- TypeError: the predictions or `t` do not hold floats or integers, or class indices are no
  integers. ValueError: shapes do not fit, a class index is out of range, or the reduction is
  unknown.
- Infinite and NaN results come without a warning. No argument is ever written to.

All quantities are dimensionless (cross-entropies are in nats). Sources: Bishop, Pattern
Recognition and Machine Learning, Springer, 2006, ISBN 978-0-387-31073-2, equations 1.2 (there with
a factor 1/2), 4.108 and 4.109. Softmax and cross-entropy in one: Goodfellow, Bengio, Courville,
Deep Learning, MIT Press, 2016, ISBN 978-0-262-03561-3, section 6.2.2.3.
"""

from math import prod

import numpy as np

from softmax_lessons._validation import real_array
from softmax_lessons.numerics import log_softmax

_quietly = np.errstate(all="ignore")


def _prepare(name, p, t, reduction):
    """Return the predictions and the distribution `t` as floats, and by what to divide the sum."""
    if reduction not in ("mean", "sum"):
        raise ValueError(f"reduction must be 'mean' or 'sum', got {reduction!r}")
    p, t = real_array(name, p), np.asarray(t)
    if t.shape != p.shape:
        t = _one_hot(name, p, t)
    return p, real_array("t", t), prod(p.shape[:-1]) if reduction == "mean" else 1


def _one_hot(name, p, indices):
    """Return p's shape and dtype filled with 1 at the class index of each row, 0 elsewhere."""
    if indices.shape != p.shape[:-1]:
        raise ValueError(
            f"t must have the shape of {name}, {p.shape}, or hold one class index per row,"
            f" shape {p.shape[:-1]}, got {indices.shape}"
        )
    if indices.dtype.kind not in "iu":
        raise TypeError(f"t must hold integers as class indices, got dtype {indices.dtype}")
    classes = p.shape[-1]
    outside = indices[(indices < 0) | (indices >= classes)]
    if outside.size:
        raise ValueError(f"t must hold class indices from 0 to {classes - 1}, got {outside[0]}")
    return (indices[..., np.newaxis] == np.arange(classes)).astype(p.dtype)


def _minus_sum(t, log_p):
    """Return -sum(t log p), where a class with t = 0 and p = 0 counts for 0: t log p tends to 0."""
    nothing = (t == 0) & np.isneginf(log_p)
    return 0 - np.where(nothing, 0, t * log_p).sum()


@_quietly
def squared_error(p, t, reduction="mean"):
    r"""Return the squared distance from the predictions to their targets.

    .. math:: L = \sum_i (p_i - t_i)^2

    Examples
    --------
    >>> print(squared_error([0.25, 0.75], 1))
    0.125
    """
    p, t, divisor = _prepare("p", p, t, reduction)
    return ((p - t) ** 2).sum() / divisor


@_quietly
def squared_error_grad(p, t, reduction="mean"):
    r"""Return the gradient of `squared_error` with respect to p.

    .. math:: \frac{\partial L}{\partial p_i} = 2 (p_i - t_i)

    Examples
    --------
    >>> print(squared_error_grad([0.25, 0.75], 1))
    [ 0.5 -0.5]
    """
    p, t, divisor = _prepare("p", p, t, reduction)
    return 2 * (p - t) / divisor


@_quietly
def cross_entropy(p, t, reduction="mean"):
    r"""Return the cross-entropy of probabilities with their targets.

    .. math:: L = -\sum_i t_i \log p_i

    It is inf where a class with t > 0 has p = 0. A class with t = 0 and p = 0 contributes 0.

    Examples
    --------
    >>> print(f"{cross_entropy([0.25, 0.75], 1):.6f}")
    0.287682
    """
    p, t, divisor = _prepare("p", p, t, reduction)
    return _minus_sum(t, np.log(p)) / divisor


@_quietly
def cross_entropy_grad(p, t, reduction="mean"):
    r"""Return the gradient of `cross_entropy` with respect to p.

    .. math:: \frac{\partial L}{\partial p_i} = -\frac{t_i}{p_i}

    Where t > 0 and p = 0 it is -inf; where both are 0 it is 0.

    Examples
    --------
    >>> print(cross_entropy_grad([0.25, 0.75, 0.0], [1, 0, 0]))
    [-4.  0.  0.]
    """
    p, t, divisor = _prepare("p", p, t, reduction)
    nothing = (t == 0) & (p == 0)
    return np.where(nothing, 0, (0 - t) / p) / divisor  # 0 - t: no -0. to print


@_quietly
def softmax_cross_entropy(z, t, reduction="mean"):
    r"""Return the cross-entropy of softmax(z), from the logits, without ever taking log(0).

    .. math:: L = -\sum_i t_i \log p_i = -\sum_i t_i \Bigl(z_i - \log \sum_k e^{z_k}\Bigr)

    A masked class, z = -inf, contributes 0 where its target is 0.

    Examples
    --------
    >>> print(softmax_cross_entropy([0, 800], 0))
    800.0
    """
    z, t, divisor = _prepare("z", z, t, reduction)
    return _minus_sum(t, log_softmax(z)) / divisor


@_quietly
def softmax_cross_entropy_grad(z, t, reduction="mean"):
    r"""Return the gradient of `softmax_cross_entropy` with respect to z.

    .. math:: \frac{\partial L}{\partial z_j} = p_j \sum_i t_i - t_j

    For targets that sum to 1 it is p - t, and only for those. Exactly 0 for a masked logit.

    Examples
    --------
    >>> softmax_cross_entropy_grad([-1, -1, 1], [0, 1, 0])
    array([ 0.10650698, -0.89349302,  0.78698604])
    """
    z, t, divisor = _prepare("z", z, t, reduction)
    log_p = log_softmax(z)
    gradient = np.exp(log_p) * t.sum(axis=-1, keepdims=True) - t
    return np.where(np.isneginf(log_p), 0, gradient) / divisor


class _Loss:
    """Keeps, from forward to backward, copies of what went in."""

    _kept = None

    def __init__(self, reduction="mean"):
        self.reduction = reduction

    def forward(self, p, t):
        """Return the loss of the predictions `p`."""
        loss = self._loss(p, t, self.reduction)
        self._kept = np.array(p), np.array(t)
        return loss

    def backward(self):
        """Return the gradient with respect to the predictions of the latest `forward`."""
        if self._kept is None:
            raise RuntimeError(f"Call forward of {type(self).__name__} before backward.")
        return self._gradient(*self._kept, self.reduction)


class SquaredError(_Loss):
    """`squared_error` with a memory: forward(p, t), then backward().

    Examples
    --------
    >>> loss = SquaredError()
    >>> print(loss.forward([0.25, 0.75], 1), loss.backward())
    0.125 [ 0.5 -0.5]
    """

    _loss, _gradient = staticmethod(squared_error), staticmethod(squared_error_grad)


class CrossEntropy(_Loss):
    """`cross_entropy` with a memory: forward(p, t), then backward()."""

    _loss, _gradient = staticmethod(cross_entropy), staticmethod(cross_entropy_grad)
