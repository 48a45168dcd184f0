"""Counts the multiplications of NumPy code without carrying them out."""

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin


class CountingArray(NDArrayOperatorsMixin):
    """An array with a shape and no numbers, which counts the multiplications done with it.

    Seconds differ from machine to machine and from run to run; the number of multiplications does
    not. As nothing is stored or computed, counting is quick even for a matrix of 10^8 entries.

    Parameters
    ----------
    shape : tuple of int
    counter : list of int, optional
        Every multiplication adds its number of entries; arrays that meet share one counter.

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
        self.shape = shape
        self._counter = [] if counter is None else counter

    @property
    def multiplications(self):
        """How many multiplications there have been so far, of numbers and not of arrays."""
        return sum(self._counter)

    def __len__(self):
        """Return the length of the first axis."""
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
        """Return the sum along an axis, which multiplies nothing."""
        axes = range(len(self.shape)) if axis is None else {axis % len(self.shape)}
        kept = [
            1 if k in axes else n for k, n in enumerate(self.shape) if keepdims or k not in axes
        ]
        return self._like(tuple(kept))

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        """Count an operation of NumPy, and return an array of the shape of its result."""
        if method != "__call__" or kwargs:
            return NotImplemented
        shapes = [np.shape(x._no_numbers() if isinstance(x, CountingArray) else x) for x in inputs]
        if ufunc is np.matmul:
            (*rows, inner), (_, *columns) = shapes
            result = (*rows, *columns)
            self._counter.append(int(np.prod(result, dtype=int)) * inner)
            return self._like(result)
        result = np.broadcast_shapes(*shapes)
        if ufunc is np.multiply:
            self._counter.append(int(np.prod(result, dtype=int)))
        return self._like(result)
