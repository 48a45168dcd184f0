"""What the numerical modules ask of an argument, and how they say by its name what is wrong.

Where NumPy's own error is clear, as for an axis that is not there, NumPy raises it.
"""

import numpy as np


def real_array(name, value):
    """Return `value` as an array of floats; integers become float64.

    It may be the argument itself, so it must not be written to.

    Examples
    --------
    >>> real_array("z", [1, 2])
    array([1., 2.])
    """
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name} must be a rectangular array, got {error}") from error
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must hold floats or integers, got dtype {array.dtype}")
    return array


def require_shape(name, array, shape, reference):
    """Raise ValueError unless `array` has `shape`, which is that of `reference`.

    Examples
    --------
    >>> require_shape("cotangent", np.zeros(3), (2,), "z")
    Traceback (most recent call last):
    ValueError: cotangent must have the shape of z, (2,), got (3,)
    """
    if array.shape != shape:
        raise ValueError(f"{name} must have the shape of {reference}, {shape}, got {array.shape}")


def require_entries(name, array, axis):
    """Raise ValueError where a slice along `axis` is empty; an array of no slices may pass.

    Examples
    --------
    >>> require_entries("z", np.zeros((3, 0)), -1)
    Traceback (most recent call last):
    ValueError: z must have at least one entry along axis -1, got shape (3, 0)
    """
    if array.size == 0 and array.sum(axis=axis).size > 0:
        raise ValueError(
            f"{name} must have at least one entry along axis {axis}, got shape {array.shape}"
        )


def require_choice(name, value, choices):
    """Raise ValueError unless `value` is one of `choices`.

    Examples
    --------
    >>> require_choice("reduction", "average", ("mean", "sum"))
    Traceback (most recent call last):
    ValueError: reduction must be one of mean, sum, got 'average'
    """
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, got {value!r}")
