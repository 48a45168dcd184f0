"""What every numerical module asks of the arguments it is given."""

from collections.abc import Sequence
from numbers import Real

import numpy as np

_FLOATS = frozenset(map(np.dtype, (np.float16, np.float32, np.float64)))


def real_array(name, value):
    """Return `value` as an array of floats; integers become float64.

    Parameters
    ----------
    name : str
        What the argument is called, for the error.
    value : array_like
        Real numbers, any shape. A subclass of ndarray, such as a matrix, counts as the plain array
        that it holds.

    Returns
    -------
    ndarray of float16, float32 or float64
        In the byte order of the machine. The argument itself where it already is such an array:
        treat it as read-only.

    Raises
    ------
    TypeError
        If `value` holds anything but floats of at most 64 bits and integers (booleans are refused
        too), or is or holds a masked array, whose mask would be lost.
    ValueError
        If `value` is a nested list whose rows differ in length.

    Examples
    --------
    >>> real_array("z", [1, 2])
    array([1., 2.])
    """
    if type(value) is np.ndarray and value.dtype in _FLOATS:
        return value
    if not isinstance(value, np.ndarray) or isinstance(value, np.ma.MaskedArray):
        _refuse_what_would_be_lost(name, value)
    try:
        array = np.asarray(value)
    except TypeError as error:
        raise TypeError(f"{name} must hold floats or integers, got {error}") from error
    except ValueError as error:
        came = "rows of unequal length" if isinstance(value, Sequence) else f"{error}"
        raise ValueError(f"{name} must be a rectangular array, got {came}") from error
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must hold floats or integers, got dtype {array.dtype}")
    if array.dtype.itemsize > 8:
        raise TypeError(f"{name} must hold floats of at most 64 bits, got dtype {array.dtype}")
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _refuse_what_would_be_lost(name, value, depth=0):
    """Raise TypeError for a mask or a boolean that an array made of `value` would not show."""
    if type(value) in (list, tuple) and {int, float}.issuperset(map(type, value)):
        return  # the usual row, in a fraction of the time
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must be a plain array, got a masked array; fill it first, for logits with -inf"
        )
    if depth and (isinstance(value, bool) or getattr(value, "dtype", None) == np.bool_):
        raise TypeError(f"{name} must hold floats or integers, got dtype bool")
    # NumPy has at most 64 axes; without an end, a list that holds itself would have no bottom.
    if isinstance(value, Sequence) and not isinstance(value, (str, memoryview)) and depth < 64:
        for entry in value:
            _refuse_what_would_be_lost(name, entry, depth + 1)


def wide_sum(array, axis, *, keepdims=False, where=True):
    """Return the sum along `axis`, an int, a tuple of ints or None, in the dtype of `array`.

    float16 is summed in float32: in float16, 2048 + 1 is 2048, and ten thousand ones are too few.

    Examples
    --------
    >>> ones = np.ones((4000, 2), np.float16)
    >>> wide_sum(ones, 0).tolist(), ones.sum(axis=0).tolist()
    ([4000.0, 4000.0], [2048.0, 2048.0])
    """
    if array.dtype != np.float16:
        return array.sum(axis=axis, keepdims=keepdims, where=where)
    total = array.sum(axis=axis, keepdims=keepdims, dtype=np.float32, where=where)
    return total.astype(np.float16)


def require_shape(name, array, shape, reference):
    """Raise ValueError unless `array` has `shape`, which is that of `reference`.

    Parameters
    ----------
    name : str
        What the argument is called.
    array : ndarray
        The argument.
    shape : tuple of int
        What is expected.
    reference : str
        What the expected shape belongs to.

    Raises
    ------
    ValueError
        Giving both shapes.

    Examples
    --------
    >>> require_shape("cotangent", np.zeros(3), (2,), "z")
    Traceback (most recent call last):
    ValueError: cotangent must have the shape of z, (2,), got (3,)
    """
    if np.shape(array) != shape:
        raise ValueError(
            f"{name} must have the shape of {reference}, {shape}, got {np.shape(array)}"
        )


# Python takes True for an int, NumPy a span of time; nobody means them so.
_NO_NUMBERS = (bool, np.timedelta64)


def is_int(value):
    """Tell whether `value` is an int of Python or NumPy.

    Examples
    --------
    >>> is_int(np.int8(3)), is_int(3.0), is_int(True)
    (True, False, False)
    """
    return isinstance(value, (int, np.integer)) and not isinstance(value, _NO_NUMBERS)


def several_axes(axis, ndim):
    """Return `axis`, an int, a tuple of ints or None, as a tuple of non-negative ints.

    Raises
    ------
    TypeError
        If `axis` is something else; booleans are.
    ValueError
        If an array of `ndim` axes has no such axis, or an axis comes twice.

    Examples
    --------
    >>> several_axes(-1, 3), several_axes((0, -1), 3), several_axes(None, 3)
    ((2,), (0, 2), (0, 1, 2))
    """
    if type(axis) is int and -ndim <= axis < ndim:
        return (axis % ndim,)
    if axis is None:
        return tuple(range(ndim))
    axes = axis if isinstance(axis, tuple) else (axis,)
    if not all(map(is_int, axes)):
        raise TypeError(f"axis must be an int, a tuple of ints or None, got {axis!r}")
    for one in axes:
        if not -ndim <= one < ndim:
            raise np.exceptions.AxisError(one, ndim, "axis")
    axes = tuple(int(one) % ndim for one in axes)
    if len(set(axes)) < len(axes):
        raise ValueError(f"axis must not hold the same axis twice, got {axis!r}")
    return axes


def one_axis(axis, ndim, purpose):
    """Return `axis`, one int, as a non-negative int.

    Raises
    ------
    TypeError
        If `axis` is something else, saying for what `purpose` it has to be one int.
    ValueError
        If an array of `ndim` axes has no such axis.

    Examples
    --------
    >>> one_axis(-1, 3, "a loss")
    2
    """
    if not is_int(axis):
        raise TypeError(f"axis must be one int for {purpose}, got {axis!r}")
    return several_axes(axis, ndim)[0]


def require_choice(name, value, choices):
    """Raise ValueError unless `value` is one of some strings.

    Examples
    --------
    >>> require_choice("reduction", "average", ("mean", "sum"))
    Traceback (most recent call last):
    ValueError: reduction must be one of mean, sum, got 'average'
    """
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")


def real_number(name, value):
    """Return one real number as a float; one that is too large for a float as inf.

    Raises
    ------
    TypeError
        If `value` is not a number of Python or NumPy, or is complex or a boolean.

    Examples
    --------
    >>> real_number("rate", 3)
    3.0
    """
    if not isinstance(value, Real) or isinstance(value, _NO_NUMBERS):
        raise TypeError(f"{name} must be a real number, got {value!r}")
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf


def finite_number(name, value):
    """Return one finite real number as a float.

    Raises
    ------
    TypeError
        As for `real_number`.
    ValueError
        If the number is NaN or infinite.

    Examples
    --------
    >>> finite_number("rate", np.inf)
    Traceback (most recent call last):
    ValueError: rate must be finite, got inf
    """
    number = real_number(name, value)
    if not np.isfinite(number):
        raise ValueError(f"{name} must be finite, got {value!r}")
    return number


def require_callable(name, value):
    """Raise TypeError unless `value` can be called.

    Examples
    --------
    >>> require_callable("f", 3)
    Traceback (most recent call last):
    TypeError: f must be callable, got 3
    """
    if not callable(value):
        raise TypeError(f"{name} must be callable, got {value!r}")


def random_generator(rng):
    """Return `rng`, a Generator or the int that seeds one, as a Generator.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If the int is negative.

    Examples
    --------
    >>> random_generator(0).integers(10)
    np.int64(8)
    """
    if isinstance(rng, np.random.Generator):
        return rng
    if not is_int(rng):
        raise TypeError(f"rng must be a Generator or an int, got {rng!r}")
    if rng < 0:
        raise ValueError(f"rng must be a Generator or an int of at least 0, got {rng!r}")
    return np.random.default_rng(int(rng))
