"""Counts the multiplications of NumPy code without carrying them out."""

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from softmax_lessons._arrays import is_int, several_axes


class CountingArray(NDArrayOperatorsMixin):
    """An array with a shape and no numbers, which counts the multiplications done with it.

    Seconds differ from machine to machine and from run to run; the number of multiplications does
    not. As nothing is stored or computed, counting is quick even for a matrix of 10^8 entries.

    Parameters
    ----------
    shape : tuple of int
    counter : list of int, optional
        Every multiplication adds its number of entries; arrays that meet share one counter.

    Raises
    ------
    TypeError
        If `shape` is not a tuple of ints or `counter` is not a list; from an operation, if it
        cannot be counted or the other operand does not hold numbers.
    ValueError
        If a length in `shape` is negative; from an operation, if the shapes do not fit.

    Examples
    --------
    >>> p = CountingArray((1000,))
    >>> _ = p * (1 - p)
    >>> p.multiplications
    1000
    >>> _ = p[:, None] * p[None, :] @ p
    >>> p.multiplications
    2001000
    """

    def __init__(self, shape, counter=None):
        if not isinstance(shape, tuple) or not all(map(is_int, shape)):
            raise TypeError(f"shape must be a tuple of ints, got {shape!r}")
        if any(length < 0 for length in shape):
            raise ValueError(f"shape must hold no negative length, got {shape!r}")
        if counter is not None and not isinstance(counter, list):
            raise TypeError(f"counter must be a list, got {counter!r}")
        self.shape = tuple(map(int, shape))
        self._counter = [] if counter is None else counter

    @property
    def multiplications(self):
        """How many multiplications there have been so far, of numbers and not of arrays."""
        return sum(self._counter)

    def __len__(self):
        """Return the length of the first axis."""
        if not self.shape:
            raise TypeError("an array of shape () has no length")
        return self.shape[0]

    def _like(self, shape):
        return CountingArray(shape, self._counter)

    def _no_numbers(self):
        """Return an array of this shape that takes no memory."""
        return np.broadcast_to(0.0, self.shape)

    def __getitem__(self, index):
        """Return the part that NumPy would return."""
        return self._like(self._no_numbers()[index].shape)

    def sum(self, axis=None, keepdims=False):
        """Return the sum along an axis, several or all, which multiplies nothing."""
        axes = several_axes(axis, len(self.shape))
        kept = [
            1 if k in axes else n for k, n in enumerate(self.shape) if keepdims or k not in axes
        ]
        return self._like(tuple(kept))

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        """Count an operation of NumPy, and return an array of the shape of its result."""
        if method != "__call__" or kwargs:
            return NotImplemented
        if ufunc.nout > 1 or (ufunc.signature and ufunc is not np.matmul):
            return NotImplemented
        shapes = [_shape(x) for x in inputs]
        if ufunc is np.matmul:
            result, inner = _matrix_product(*shapes)
            self._counter.append(int(np.prod(result, dtype=int)) * inner)
            return self._like(result)
        result = np.broadcast_shapes(*shapes)
        if ufunc is np.multiply:
            self._counter.append(int(np.prod(result, dtype=int)))
        return self._like(result)


def _shape(operand):
    """Return the shape of an array, or of something that holds numbers."""
    if isinstance(operand, CountingArray):
        return operand.shape
    dtype = np.asarray(operand).dtype
    if dtype.kind not in "biufc":
        raise TypeError(f"operand must hold numbers, got dtype {dtype}")
    return np.shape(operand)


def _matrix_product(left, right):
    """Return the shape of a matrix product, and how many numbers each of its entries sums up."""
    if not left or not right:
        raise ValueError(f"operands of @ must have an axis, got shapes {left} and {right}")
    inner, columns = (right[-2], right[-1:]) if len(right) > 1 else (right[0], ())
    if left[-1] != inner:
        raise ValueError(f"operands of @ must fit together, got shapes {left} and {right}")
    stacked = np.broadcast_shapes(left[:-2], right[:-2])
    return (*stacked, *left[-2:-1], *columns), inner
