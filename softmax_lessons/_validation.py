"""What the numerical modules ask of an array, and how they say by its name what is wrong.

Where NumPy's own error is clear, as for an axis that is not there, NumPy raises it.
"""

import numpy as np


def real_array(name, value, shape=None, reference=None):
    """Return `value` as an array of floats, of `shape` if that is given; integers become float64.

    It may be the argument itself, so it must not be written to. `reference` is what has the shape.

    Examples
    --------
    >>> real_array("z", [1, 2])
    array([1., 2.])
    >>> real_array("g", np.zeros(3), (2,), "z")
    Traceback (most recent call last):
    ValueError: g must have the shape of z, (2,), got (3,)
    """
    array = np.asarray(value)
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold floats or integers, got dtype {array.dtype}")
    if shape not in (None, array.shape):
        raise ValueError(f"{name} must have the shape of {reference}, {shape}, got {array.shape}")
    return array if array.dtype.kind == "f" else array.astype(np.float64)
