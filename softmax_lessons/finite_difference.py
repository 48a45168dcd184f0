"""Finite differences of any function.

The schemes, with the error of each for a step h and a machine epsilon eps (its two terms are
truncation and rounding):

==========  ========================================  ===============  ================
scheme      derivative of f along v                   error            default step h
==========  ========================================  ===============  ================
"forward"   (f(x + h v) - f(x)) / h                   h + eps / h      eps ** (1/2)
"central"   (f(x + h v) - f(x - h v)) / (2 h)         h**2 + eps / h   eps ** (1/3)
"complex"   imag(f(x + i h v)) / h                    h**2 + eps       eps
==========  ========================================  ===============  ================

The default step makes the error smallest where x, f and its derivatives are about 1 in size. The
complex step subtracts nothing, so that its step may be as small as one likes; it needs an f that
accepts complex numbers and uses neither their absolute value nor their order.

An entry of x or of the direction that is NaN or infinite is not moved by a step; where nothing
else moves either, the derivative is NaN. A value of f that is NaN or infinite has a derivative that
is. Both come without a warning; what f itself warns of or raises goes through unchanged.

f gets copies, and what it returns is copied before f is called again. It has to return floats of at
most 64 bits or integers (complex numbers for the complex step), always in the same shape.
"""

import numpy as np

from softmax_lessons._arrays import (
    real_array,
    real_number,
    require_callable,
    require_choice,
    require_shape,
)

SCHEMES = ("forward", "central", "complex")


def finite_difference_jvp(f, x, tangent, *, scheme="central", step=None):
    r"""Differentiate f at x along one direction.

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns an array or a number. It is given copies.
    x : array_like of float or int
        The point; integers become float64, so that the step is not lost.
    tangent : array_like of x's shape
        The direction.
    scheme : {"central", "forward", "complex"}
        See the table in the module's docstring.
    step : float, optional
        How far to go along `tangent`; the default suits the dtype of `x`.

    Returns
    -------
    ndarray of f(x)'s shape
        The directional derivative.

    Raises
    ------
    TypeError
        If an argument or a value of f does not hold numbers of the right kind, f cannot be called,
        or the step is not a real number.
    ValueError
        If the shapes differ, x has no entry, the scheme is unknown, or the step is not positive,
        too small to move x, or so large that x would become infinite.

    Notes
    -----
    .. math:: J v = \frac{d}{dh} f(x + h v) \Big|_{h=0}
        = \frac{f(x + h v) - f(x - h v)}{2 h} + O(h^2)

    References
    ----------
    Nocedal, Wright, Numerical Optimization, Springer, 2006, section 8.1.
    :doi:`10.1007/978-0-387-40065-5`. Squire, Trapp, "Using complex variables to estimate
    derivatives of real functions", SIAM Review 40(1), 1998. :doi:`10.1137/S003614459631241X`

    Examples
    --------
    >>> derivative = finite_difference_jvp(lambda x: x**2, [3.0, 4.0], [1.0, 0.0])
    >>> print(derivative.round(6))
    [6. 0.]
    """
    x, h = _prepare(f, x, scheme, step)
    tangent = real_array("tangent", tangent)
    require_shape("tangent", tangent, x.shape, "x")
    return _difference(f, x, tangent, scheme, h)


def finite_difference_jacobian(f, x, *, scheme="central", step=None):
    r"""Differentiate every entry of f(x) with respect to every entry of x, one at a time.

    Parameters
    ----------
    f, x, scheme, step
        As for `finite_difference_jvp`.

    Returns
    -------
    ndarray, f(x)'s shape followed by x's
        ``J[i, j]`` is the derivative of f's entry i with respect to x's entry j, where i and j
        stand for as many indices as f(x) and x have.

    Raises
    ------
    TypeError, ValueError
        As for `finite_difference_jvp`.

    Notes
    -----
    .. math:: J_{ij} = \frac{\partial f_i}{\partial x_j}
        \approx \frac{f_i(x + h e_j) - f_i(x - h e_j)}{2 h}

    References
    ----------
    Nocedal, Wright, Numerical Optimization, Springer, 2006, section 8.1.
    :doi:`10.1007/978-0-387-40065-5`

    Examples
    --------
    >>> J = finite_difference_jacobian(lambda x: np.array([x[0] * x[1], x[0]]), [3.0, 4.0])
    >>> print(J.round(6))
    [[4. 3.]
     [1. 0.]]
    """
    x, h = _prepare(f, x, scheme, step)
    units = np.eye(x.size, dtype=x.dtype).reshape((x.size, *x.shape))
    columns = [_difference(f, x, unit, scheme, h) for unit in units]
    for column in columns:
        require_shape("f(x)", column, columns[0].shape, "the other values of f")
    return np.stack(columns, axis=-1).reshape(columns[0].shape + x.shape)


def finite_difference_gradient(f, x, *, scheme="central", step=None):
    r"""Differentiate a scalar function with respect to every entry of x, one at a time.

    Parameters
    ----------
    f : callable
        Takes an array of x's shape, returns one number. It is given copies.
    x, scheme, step
        As for `finite_difference_jvp`.

    Returns
    -------
    ndarray of x's shape
        The gradient.

    Raises
    ------
    TypeError, ValueError
        As for `finite_difference_jvp`, and ValueError if f returns more than one number.

    Notes
    -----
    .. math:: \frac{\partial f}{\partial x_j} \approx \frac{f(x + h e_j) - f(x - h e_j)}{2 h}

    References
    ----------
    Nocedal, Wright, Numerical Optimization, Springer, 2006, section 8.1.
    :doi:`10.1007/978-0-387-40065-5`

    Examples
    --------
    >>> print(finite_difference_gradient(lambda x: (x**2).sum(), [3, 4]).round(6))
    [6. 8.]
    """
    x = real_array("x", x)
    gradient = finite_difference_jacobian(f, x, scheme=scheme, step=step)
    if gradient.shape != x.shape:
        raise ValueError(
            f"f must return one number, got shape {gradient.shape[: gradient.ndim - x.ndim]}"
        )
    return gradient


def _prepare(f, x, scheme, step):
    """Return x as floats, and the step as a number of x's dtype."""
    require_callable("f", f)
    x = real_array("x", x)
    h = step_size(scheme, step, x.dtype)
    if not x.size:
        raise ValueError(f"x must have at least one entry, got shape {x.shape}")
    return x, h


def step_size(scheme, step, dtype):
    """Return the step as a number of x's dtype."""
    require_choice("scheme", scheme, SCHEMES)
    if step is None:
        exponent = {"forward": 1 / 2, "central": 1 / 3, "complex": 1}[scheme]
        step = np.finfo(dtype).eps ** exponent
    number = real_number("step", step)
    with np.errstate(all="ignore"):
        h = dtype.type(number)
    if not (0 < h < np.inf):
        raise ValueError(f"step must be a positive number of dtype {dtype}, got {step!r}")
    return h


def value_of(f, x, scheme):
    """Return f(x) as floats, or as complex numbers where the scheme gives f a complex x."""
    returned = f(x)
    if scheme != "complex":
        return real_array("f(x)", returned)
    if isinstance(returned, np.ma.MaskedArray):
        raise TypeError("f(x) must be a plain array, got a masked array")
    try:
        value = np.asarray(returned)
    except ValueError as error:
        raise ValueError("f(x) must be a rectangular array, got rows of unequal length") from error
    if value.dtype.kind != "c" or value.dtype.itemsize > 16:
        raise TypeError(
            f'f must keep complex numbers for scheme "complex", got dtype {value.dtype}'
        )
    return value


def _difference(f, x, direction, scheme, h):
    """Return the derivative of f at x along `direction`."""
    movable = np.isfinite(x) & np.isfinite(direction)
    distance = np.abs(np.where(movable, direction, 0))
    k = distance.argmax()  # the entry that moves furthest
    if distance.flat[k] == 0:
        value = value_of(f, x + 0j if scheme == "complex" else x.copy(), scheme)
        nothing = np.nan if direction.any() else 0
        return np.full(value.shape, nothing, np.result_type(value.real, x))
    if scheme == "complex":
        return _complex_step(f, x, direction, h, distance.flat[k])
    with np.errstate(all="ignore"):
        ahead = np.asarray(x + h * direction)
        behind = np.asarray(x - h * direction if scheme == "central" else x, ahead.dtype).copy()
        # What was really stepped differs from h by the rounding of x + h, which need not be an
        # error: divide by the distance between the two points as they are stored.
        moved = (ahead - behind).flat[k]
        width = moved / direction.flat[k]
        # An entry that stays where it is does not matter if rounding costs as much anyway.
        stuck = (ahead == behind) & (distance > np.finfo(x.dtype).eps / h * distance.flat[k])
    if abs(moved) < np.finfo(x.dtype).tiny or stuck.any():
        at = x[stuck][0] if stuck.any() else x.flat[k]
        raise ValueError(f"step must be large enough to move x, got {h:g} at {at:g}")
    if not np.isfinite([ahead[movable], behind[movable]]).all():
        raise ValueError(f"step must be small enough to keep x finite, got {h:g}")
    # The copy is for an f that returns the same array at every call.
    upper = value_of(f, ahead, scheme).copy()
    lower = value_of(f, behind, scheme)
    require_shape("f(x)", upper, lower.shape, "the other values of f")
    with np.errstate(all="ignore"):
        return (upper - lower) / width


def _complex_step(f, x, direction, h, furthest):
    """Return the derivative by the complex step, whose longest entry is h times `furthest`."""
    with np.errstate(all="ignore"):
        ahead = np.asarray(x + 1j * h * direction)
        shortest = np.finfo(ahead.dtype).tiny / np.finfo(ahead.dtype).eps
        if float(h) * float(furthest) < shortest:  # its products would be rounded to nothing
            raise ValueError(f"step must be large enough to be multiplied, got {h:g}")
    value = value_of(f, ahead, "complex")
    with np.errstate(all="ignore"):
        return value.imag / h
