"""Checks of derivatives of any function against finite differences.

Nothing here knows what softmax is. The differences themselves, with the table of their errors,
are in `softmax_lessons.finite_difference`, and can be imported from here too.
"""

from dataclasses import dataclass

import numpy as np

from softmax_lessons._arrays import real_array, require_shape
from softmax_lessons.finite_difference import (
    SCHEMES,
    finite_difference_gradient,
    finite_difference_jacobian,
    finite_difference_jvp,
    step_size,
)

__all__ = [
    "SCHEMES",
    "GradientCheck",
    "check_gradient",
    "check_jacobian",
    "check_jvp",
    "check_vjp",
    "finite_difference_gradient",
    "finite_difference_jacobian",
    "finite_difference_jvp",
]


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """What came of comparing a derivative with finite differences.

    Attributes
    ----------
    passed : bool
        Whether every entry agrees within the tolerance.
    max_abs_error : float
        The largest ``|analytic - numeric|``.
    max_rel_error : float
        The largest ``|analytic - numeric| / max(|analytic|, |numeric|)``; 0 where both are 0.
    worst_index : tuple of int
        Where the largest absolute error is; where one entry is NaN, there.
    analytic, numeric : ndarray
        The two derivatives, of equal shape.

    Examples
    --------
    >>> check_gradient(lambda x: (x**2).sum(), lambda x: 2 * x, [1.0, 2.0]).passed
    True
    """

    passed: bool
    max_abs_error: float
    max_rel_error: float
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

    def raise_if_failed(self):
        """Raise AssertionError, with the worst entry, unless the check passed."""
        if not self.passed:
            raise AssertionError(repr(self))


def check_jacobian(f, jacobian, x, *, scheme="central", step=None, tolerance=None):
    r"""Compare a Jacobian with finite differences of its function.

    Parameters
    ----------
    f, x, scheme, step
        As for `finite_difference_jvp`.
    jacobian : callable
        Takes an array of x's shape, returns the Jacobian: f(x)'s shape followed by x's.
    tolerance : float, optional
        By default ten times the error that the scheme has at this step and dtype, by the table in
        `softmax_lessons.finite_difference`.

    Returns
    -------
    GradientCheck
        Passed where no entry differs by more than ``tolerance * max(1, |f(x)|, |numeric|)``, the
        last two at their largest. Derivatives far smaller than the tolerance are not told apart.

    Raises
    ------
    TypeError, ValueError
        As for `finite_difference_jvp`, and ValueError if `jacobian` returns another shape.

    Notes
    -----
    .. math:: |a_{ij} - d_{ij}| \le \text{tolerance} \cdot \max(1, |f|, |d|)

    References
    ----------
    Nocedal, Wright, Numerical Optimization, Springer, 2006, section 8.1.
    :doi:`10.1007/978-0-387-40065-5`

    Examples
    --------
    >>> check_jacobian(lambda x: x**2, lambda x: np.diag(2 * x), [1.0, 2.0]).passed
    True
    """
    x = real_array("x", x)
    numeric = finite_difference_jacobian(f, x, scheme=scheme, step=step)
    tolerance = _tolerance(tolerance, scheme, step, x.dtype)
    return _compare("jacobian", jacobian(x.copy()), numeric, f(x.copy()), tolerance)


def check_gradient(f, gradient, x, *, scheme="central", step=None, tolerance=None):
    """Compare the gradient of a scalar function with finite differences.

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns one number.
    gradient : callable
        Takes an array of x's shape, returns the gradient, of that shape too.
    x, scheme, step, tolerance
        As for `check_jacobian`.

    Returns
    -------
    GradientCheck

    Raises
    ------
    TypeError, ValueError
        As for `finite_difference_gradient`, and ValueError if `gradient` returns another shape.

    References
    ----------
    Nocedal, Wright, Numerical Optimization, Springer, 2006, section 8.1.
    :doi:`10.1007/978-0-387-40065-5`

    Examples
    --------
    >>> check = check_gradient(lambda x: (x**2).sum(), lambda x: 3 * x, [1.0, 2.0])
    >>> check
    FAILED: largest difference 2.0e+00 at (1,), analytic 6, numeric 4
    """
    x = real_array("x", x)
    numeric = finite_difference_gradient(f, x, scheme=scheme, step=step)
    tolerance = _tolerance(tolerance, scheme, step, x.dtype)
    return _compare("gradient", gradient(x.copy()), numeric, f(x.copy()), tolerance)


def check_jvp(f, jvp, x, *, rng=0, scheme="central", step=None, tolerance=None):
    """Compare a Jacobian-vector product with finite differences along a random tangent.

    Parameters
    ----------
    f, x, scheme, step, tolerance
        As for `check_jacobian`.
    jvp : callable
        Takes arrays x and tangent, both of x's shape, returns an array of f(x)'s shape.
    rng : numpy.random.Generator or int, default 0
        Draws the tangent from a standard normal distribution.

    Returns
    -------
    GradientCheck

    Raises
    ------
    TypeError, ValueError
        As for `finite_difference_jvp`, and ValueError if `jvp` returns another shape.

    References
    ----------
    Griewank, Walther, Evaluating Derivatives, SIAM, 2008, chapter 3.
    :doi:`10.1137/1.9780898717761`

    Examples
    --------
    >>> check_jvp(lambda x: x**2, lambda x, tangent: 2 * x * tangent, [1.0, 2.0]).passed
    True
    """
    x = real_array("x", x)
    tangent = np.random.default_rng(rng).standard_normal(x.shape).astype(x.dtype)
    numeric = finite_difference_jvp(f, x, tangent, scheme=scheme, step=step)
    tolerance = _tolerance(tolerance, scheme, step, x.dtype)
    return _compare("jvp", jvp(x.copy(), tangent.copy()), numeric, f(x.copy()), tolerance)


def check_vjp(f, vjp, x, *, rng=0, scheme="central", step=None, tolerance=None):
    r"""Compare a vector-Jacobian product (a backward) with finite differences.

    Parameters
    ----------
    f, x, scheme, step, tolerance
        As for `check_jacobian`.
    vjp : callable
        Takes arrays x and cotangent (of f(x)'s shape), returns an array of x's shape.
    rng : numpy.random.Generator or int, default 0
        Draws the cotangent from a standard normal distribution. It must not be constant: a
        cotangent of all ones lets a softmax backward that returns zeros pass.

    Returns
    -------
    GradientCheck

    Raises
    ------
    TypeError, ValueError
        As for `finite_difference_jvp`, and ValueError if `vjp` returns another shape.

    Notes
    -----
    With a random cotangent u, the backward is the gradient of a scalar, and every entry of it is
    compared:

    .. math:: J^\top u = \nabla_x \langle u, f(x) \rangle

    References
    ----------
    Griewank, Walther, Evaluating Derivatives, SIAM, 2008, chapter 3.
    :doi:`10.1137/1.9780898717761`

    Examples
    --------
    >>> check_vjp(lambda x: x**2, lambda x, cotangent: 2 * x * cotangent, [1.0, 2.0]).passed
    True
    """
    x = real_array("x", x)
    value = np.asarray(f(x.copy()))
    cotangent = np.random.default_rng(rng).standard_normal(value.shape).astype(x.dtype)
    numeric = finite_difference_gradient(
        lambda x: (cotangent * f(x)).sum(), x, scheme=scheme, step=step
    )
    tolerance = _tolerance(tolerance, scheme, step, x.dtype)
    return _compare("vjp", vjp(x.copy(), cotangent.copy()), numeric, value, tolerance)


def _tolerance(tolerance, scheme, step, dtype):
    """Return ten times the error of the scheme, unless a tolerance is given."""
    if tolerance is not None:
        if not tolerance >= 0:
            raise ValueError(f"tolerance must be a number of at least 0, got {tolerance!r}")
        return tolerance
    h, eps = float(step_size(scheme, step, dtype)), float(np.finfo(dtype).eps)
    truncation = h if scheme == "forward" else h**2
    rounding = eps if scheme == "complex" else eps / h
    return 10 * (truncation + rounding)


@np.errstate(invalid="ignore", over="ignore")
def _compare(name, analytic, numeric, value, tolerance):
    """Return the GradientCheck of two derivatives of a function with this value."""
    analytic = real_array(f"what {name} returns", analytic)
    require_shape(f"what {name} returns", analytic, numeric.shape, "the numeric derivative")
    error = np.abs(analytic - numeric)
    size = np.maximum(np.abs(analytic), np.abs(numeric))
    relative = np.divide(error, size, out=np.zeros_like(error), where=size != 0)
    scale = max(1.0, np.abs(value).max(), np.abs(numeric).max())
    return GradientCheck(
        passed=bool((error <= tolerance * scale).all()),
        max_abs_error=float(error.max()),
        max_rel_error=float(relative.max()),
        worst_index=tuple(int(i) for i in np.unravel_index(error.argmax(), error.shape)),
        analytic=analytic,
        numeric=numeric,
    )
