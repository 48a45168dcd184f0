"""What every numerical module asks of the arrays it is given."""

import numpy as np


def real_array(name, value):
    """Return `value` as an array of floats; integers become float64.

    Parameters
    ----------
    name : str
        What the argument is called, for the error.
    value : array_like
        Real numbers, any shape.

    Returns
    -------
    ndarray
        The argument itself where it already holds floats: treat it as read-only.

    Raises
    ------
    TypeError
        If `value` holds anything but floats and integers (booleans are refused too), or is a masked
        array, whose mask would be lost.
    ValueError
        If `value` is a nested list whose rows differ in length.

    Examples
    --------
    >>> real_array("z", [1, 2])
    array([1., 2.])
    """
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(
            f"{name} must be a plain array, got a masked array; fill it first, for logits with -inf"
        )
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} must be a rectangular array, got rows of unequal length"
        ) from error
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must hold floats or integers, got dtype {array.dtype}")
    return array


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
