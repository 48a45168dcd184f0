"""Checks of derivatives of any function against finite differences.

Nothing here knows what softmax is. The differences themselves, with the table of their errors,
are in `softmax_lessons.finite_difference`, and can be imported from here too.
"""

from dataclasses import dataclass

import numpy as np

from softmax_lessons._arrays import (
    random_generator,
    real_array,
    real_number,
    require_callable,
    require_shape,
)
from softmax_lessons.finite_difference import (
    SCHEMES,
    finite_difference_gradient,
    finite_difference_jacobian,
    finite_difference_jvp,
    step_size,
    value_of,
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
        Where f(x) or a derivative is NaN or infinite, nothing passes.

    Raises
    ------
    TypeError, ValueError
        As for `finite_difference_jvp`, and for what `jacobian` returns; ValueError if f returns no
        number at all; TypeError if `tolerance` is not a real number, ValueError if it is negative.

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
    require_callable("jacobian", jacobian)
    x, tolerance = _prepare(x, scheme, step, tolerance)
    numeric = finite_difference_jacobian(f, x, scheme=scheme, step=step)
    analytic = _own("jacobian", jacobian(x.copy()))
    return _compare("jacobian", analytic, numeric, _value(f, x, scheme), tolerance)


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
        As for `finite_difference_gradient` and `check_jacobian`.

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
    require_callable("gradient", gradient)
    x, tolerance = _prepare(x, scheme, step, tolerance)
    numeric = finite_difference_gradient(f, x, scheme=scheme, step=step)
    analytic = _own("gradient", gradient(x.copy()))
    return _compare("gradient", analytic, numeric, _value(f, x, scheme), tolerance)


def check_jvp(f, jvp, x, *, rng=0, scheme="central", step=None, tolerance=None):
    """Compare a Jacobian-vector product with finite differences along a random tangent.

    Parameters
    ----------
    f, x, scheme, step, tolerance
        As for `check_jacobian`.
    jvp : callable
        Takes arrays x and tangent, both of x's shape, returns an array of f(x)'s shape.
    rng : numpy.random.Generator or int of at least 0, default 0
        Draws the tangent from a standard normal distribution.

    Returns
    -------
    GradientCheck

    Raises
    ------
    TypeError, ValueError
        As for `check_jacobian`; TypeError if `rng` is neither a Generator nor an int, ValueError if
        it is negative.

    References
    ----------
    Griewank, Walther, Evaluating Derivatives, SIAM, 2008, chapter 3.
    :doi:`10.1137/1.9780898717761`

    Examples
    --------
    >>> check_jvp(lambda x: x**2, lambda x, tangent: 2 * x * tangent, [1.0, 2.0]).passed
    True
    """
    require_callable("jvp", jvp)
    x, tolerance = _prepare(x, scheme, step, tolerance)
    tangent = np.asarray(random_generator(rng).standard_normal(x.shape)).astype(x.dtype)
    numeric = finite_difference_jvp(f, x, tangent, scheme=scheme, step=step)
    analytic = _own("jvp", jvp(x.copy(), tangent.copy()))
    return _compare("jvp", analytic, numeric, _value(f, x, scheme), tolerance)


def check_vjp(f, vjp, x, *, rng=0, scheme="central", step=None, tolerance=None):
    r"""Compare a vector-Jacobian product (a backward) with finite differences.

    Parameters
    ----------
    f, x, scheme, step, tolerance
        As for `check_jacobian`.
    vjp : callable
        Takes arrays x and cotangent (of f(x)'s shape), returns an array of x's shape.
    rng : numpy.random.Generator or int of at least 0, default 0
        Draws the cotangent from a standard normal distribution. It must not be constant: a
        cotangent of all ones lets a softmax backward that returns zeros pass.

    Returns
    -------
    GradientCheck

    Raises
    ------
    TypeError, ValueError
        As for `check_jacobian`; TypeError if `rng` is neither a Generator nor an int, ValueError if
        it is negative.

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
    require_callable("f", f)
    require_callable("vjp", vjp)
    x, tolerance = _prepare(x, scheme, step, tolerance)
    value = _value(f, x, scheme)
    cotangent = np.asarray(random_generator(rng).standard_normal(value.shape)).astype(x.dtype)

    def product(x):
        at_x = value_of(f, x, scheme)
        require_shape("f(x)", at_x, value.shape, "the other values of f")
        with np.errstate(all="ignore"):
            return (cotangent * at_x).sum()

    numeric = finite_difference_gradient(product, x, scheme=scheme, step=step)
    analytic = _own("vjp", vjp(x.copy(), cotangent.copy()))
    return _compare("vjp", analytic, numeric, value, tolerance)


def _prepare(x, scheme, step, tolerance):
    """Return x as floats, and the tolerance: ten times the error of the scheme unless given."""
    x = real_array("x", x)
    if not x.size:
        raise ValueError(f"x must have at least one entry, got shape {x.shape}")
    h, eps = float(step_size(scheme, step, x.dtype)), float(np.finfo(x.dtype).eps)
    if tolerance is not None:
        number = real_number("tolerance", tolerance)
        if not number >= 0:
            raise ValueError(f"tolerance must be a number of at least 0, got {tolerance!r}")
        return x, number
    truncation = h if scheme == "forward" else h**2
    rounding = eps if scheme == "complex" else eps / h
    return x, 10 * (truncation + rounding)


def _value(f, x, scheme):
    """Return a copy of f(x), real."""
    value = value_of(f, x + 0j if scheme == "complex" else x.copy(), scheme)
    if not value.size:
        raise ValueError(f"f must return at least one number, got shape {value.shape}")
    return value.real.copy()


def _own(name, returned):
    """Return a copy of what a derivative returned, which the next call may overwrite."""
    return real_array(f"what {name} returns", returned).copy()


@np.errstate(all="ignore")
def _compare(name, analytic, numeric, value, tolerance):
    """Return the GradientCheck of two derivatives of a function with this value."""
    require_shape(f"what {name} returns", analytic, numeric.shape, "the numeric derivative")
    error = np.abs(analytic - numeric)
    size = np.maximum(np.abs(analytic), np.abs(numeric))
    relative = np.divide(error, size, out=np.zeros_like(error), where=size != 0)
    scale = np.max([1.0, np.abs(value).max(), np.abs(numeric).max()])
    finite = np.isfinite(scale) and np.isfinite(error).all()
    return GradientCheck(
        passed=bool(finite and (error <= tolerance * scale).all()),
        max_abs_error=float(error.max()),
        max_rel_error=float(relative.max()),
        worst_index=tuple(int(i) for i in np.unravel_index(error.argmax(), error.shape)),
        analytic=analytic,
        numeric=numeric,
    )
