r"""Derivatives of any function by central differences, and a check of gradients by them.

Nothing here knows what softmax is. With a step h and the machine epsilon eps, the error is about
h**2 + eps / h: truncation and rounding.

Shared by every function here:

- `f` takes an array of x's shape and returns an array or a number, always of one shape. It is given
  copies. What it warns of or raises goes through unchanged.
- `x`, floats or integers of any shape, is the point. Integers become float64, so that the step is
  not lost. An entry that is not finite, such as the -inf of a mask, has the derivative NaN and does
  not disturb the others.
- `step` is h; by default eps ** (1/3), which makes the error smallest where x, f and its
  derivatives are about 1 in size.
- TypeError: x or a value of f does not hold floats or integers. ValueError: shapes differ, x has no
  entry, or the step is not above 0 or too small to move x.

Source: Nocedal, Wright, Numerical Optimization, Springer, 2006, :doi:`10.1007/978-0-387-40065-5`,
section 8.1.
"""

from typing import NamedTuple

import numpy as np

from softmax_lessons._validation import real_array


def finite_difference_jvp(f, x, v, *, step=None):
    r"""Differentiate f at x along one direction, `v`, which has x's shape.

    .. math:: J v = \frac{d}{dh} f(x + h v) \Big|_{h=0}
        = \frac{f(x + h v) - f(x - h v)}{2 h} + O(h^2)

    Returns
    -------
    ndarray of f(x)'s shape

    Examples
    --------
    >>> derivative = finite_difference_jvp(lambda x: x**2, [3.0, 4.0], [1.0, 0.0])
    >>> print(derivative.round(6))
    [6. 0.]
    """
    x, h = _prepare(x, step)
    return _derivative(f, x, real_array("v", v, x.shape, "x"), h)


def finite_difference_jacobian(f, x, *, step=None):
    r"""Differentiate every entry of f(x) with respect to every entry of x, one at a time.

    .. math:: J_{ij} = \frac{\partial f_i}{\partial x_j}
        \approx \frac{f_i(x + h e_j) - f_i(x - h e_j)}{2 h}

    Returns
    -------
    ndarray, f(x)'s shape followed by x's
        ``J[i, j]``, where i and j stand for as many indices as f(x) and x have.

    Examples
    --------
    >>> J = finite_difference_jacobian(lambda x: np.array([x[0] * x[1], x[0]]), [3.0, 4.0])
    >>> print(J.round(6))
    [[4. 3.]
     [1. 0.]]
    """
    x, h = _prepare(x, step)
    units = np.eye(x.size, dtype=x.dtype).reshape((x.size, *x.shape))
    columns = [_derivative(f, x, unit, h) for unit in units]
    return np.stack(columns, axis=-1).reshape(columns[0].shape + x.shape)


def finite_difference_gradient(f, x, *, step=None):
    r"""Differentiate a function to one number with respect to every entry of x, one at a time.

    .. math:: (\nabla f)_j = \frac{\partial f}{\partial x_j}
        \approx \frac{f(x + h e_j) - f(x - h e_j)}{2 h}

    Returns
    -------
    ndarray of x's shape

    Examples
    --------
    >>> print(finite_difference_gradient(lambda x: x[0] * x[1], [3, 4]).round(6))
    [4. 3.]
    """
    gradient = finite_difference_jacobian(f, x, step=step)
    if gradient.shape != np.shape(x):
        shape = gradient.shape[: gradient.ndim - np.ndim(x)]
        raise ValueError(f"f must return one number, got shape {shape}")
    return gradient


def _prepare(x, step):
    """Return x as floats, and the step as a number of x's dtype."""
    x = real_array("x", x)
    return x, x.dtype.type(np.finfo(x.dtype).eps ** (1 / 3) if step is None else step)


def _derivative(f, x, v, h):
    """Return the derivative of f at x along v."""
    with np.errstate(all="ignore"):
        ahead, behind = np.asarray(x + h * v), np.asarray(x - h * v)
        # What was really stepped differs from 2 h by rounding, which need not be an error: divide
        # by the distance between the two points as they are stored.
        k = np.abs(v).argmax()
        width = (ahead - behind).flat[k] / v.flat[k] if v.flat[k] else 2 * h
    if width <= 0:
        raise ValueError(f"step must be above 0 and move x, got {h:g} at {x.flat[k]:g}")
    # The copy is for an f that returns the same array at every call.
    upper = real_array("f(x)", f(ahead)).copy()
    lower = real_array("f(x)", f(behind), upper.shape, "the other values of f")
    with np.errstate(all="ignore"):
        return (upper - lower) / width


class GradientCheck(NamedTuple):
    """What came of comparing a gradient with finite differences.

    Parameters
    ----------
    passed : bool
        Whether every entry agrees within the tolerance.
    max_abs_error : float
        The largest ``|analytic - numeric|``.
    worst_index : tuple of int
        Where that is; where one entry is NaN, there.
    analytic, numeric : ndarray
        The two gradients, of x's shape.
    """

    passed: bool
    max_abs_error: float
    worst_index: tuple
    analytic: np.ndarray
    numeric: np.ndarray

    def __repr__(self):
        """Return the outcome and the worst entry in one line."""
        return (
            f"{'passed' if self.passed else 'FAILED'}: largest difference"
            f" {self.max_abs_error:.1e} at {self.worst_index}, analytic"
            f" {self.analytic[self.worst_index]:.8g}, numeric {self.numeric[self.worst_index]:.8g}"
        )


def check_gradient(f, gradient, x, *, step=None, tolerance=None):
    r"""Compare the gradient of a function to one number with finite differences.

    .. math:: |a_j - d_j| \le \text{tolerance} \cdot \max(1, |f|, \max_k |d_k|)

    To check a backward, take ``(g * f(x)).sum()`` with a random g for the function. Were g all
    ones, a softmax backward that returns zeros would pass.

    Parameters
    ----------
    f, x, step
        As for every function here; f returns one number.
    gradient : callable
        Takes an array of x's shape, returns the gradient, of that shape too.
    tolerance : float, optional
        By default ten times the error named above. Where f(x) or a derivative is not finite,
        nothing passes.

    Returns
    -------
    GradientCheck

    Examples
    --------
    >>> check_gradient(lambda x: (x**2).sum(), lambda x: 3 * x, [1.0, 2.0])
    FAILED: largest difference 2.0e+00 at (1,), analytic 6, numeric 4
    """
    x, h = _prepare(x, step)
    numeric = finite_difference_gradient(f, x, step=step)
    analytic = real_array("what gradient returns", gradient(x.copy()), x.shape, "x")
    if tolerance is None:
        h, eps = float(h), float(np.finfo(x.dtype).eps)
        tolerance = 10 * (h**2 + eps / h)
    with np.errstate(all="ignore"):
        error = np.abs(analytic - numeric)
    scale = np.max([1.0, np.abs(f(x.copy())), np.abs(numeric).max()])
    return GradientCheck(
        passed=bool(np.isfinite(scale) and (error <= tolerance * scale).all()),
        max_abs_error=float(error.max()),
        worst_index=tuple(int(i) for i in np.unravel_index(error.argmax(), error.shape)),
        analytic=analytic,
        numeric=numeric,
    )
