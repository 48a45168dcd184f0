"""NumPy's arrays under the names that PyTorch has for things, where PyTorch itself is not there."""

import sys
from functools import partial
from typing import NamedTuple

import numpy as np

from softmax_lessons import numerics


class Extreme(NamedTuple):
    """What `max(dim=...)` returns."""

    values: object
    indices: object


def _reduced(name):
    """Return a function of NumPy that takes an axis second, under the names of PyTorch too."""

    def reduced(x, dim=None, keepdim=False, axis=None, keepdims=False, **others):
        axis = axis if dim is None else dim
        return getattr(np, name)(np.asarray(x), axis=axis, keepdims=keepdim or keepdims)

    return reduced


def _extreme(name):
    def extreme(x, dim=None, keepdim=False, **others):
        values, of_index = (_reduced(name)(x, dim, keepdim, **others), _reduced(f"arg{name}"))
        return values if dim is None else Extreme(values, of_index(x, dim, keepdim))

    return extreme


def along(function):
    """Return a function of an array and an axis as PyTorch and JAX have it."""
    return lambda x, dim=-1, axis=-1, **others: function(np.asarray(x), axis if dim == -1 else dim)


OF_TENSORS = {name: _reduced(name) for name in ("sum", "mean", "prod", "std", "var", "argmax")}
OF_TENSORS |= {"max": _extreme("max"), "min": _extreme("min"), "cat": np.concatenate}
OF_TENSORS |= dict.fromkeys(("mm", "bmm", "mv"), np.matmul)
OF_TENSORS |= {name: lambda x, *more: x for name in ("detach", "contiguous", "double", "to")}
OF_TENSORS |= {
    "softmax": along(numerics.softmax),
    "log_softmax": along(numerics.log_softmax),
    "clone": np.copy,
    "numpy": np.asarray,
    "tensor": np.asarray,
    "t": np.transpose,
    "mul": np.multiply,
    "sub": np.subtract,
    "div": np.divide,
    "unsqueeze": np.expand_dims,
    "clamp": lambda x, min=None, max=None: np.clip(x, min, max),
    "size": lambda x, *axis: x.shape[axis[0]] if axis else x.shape,
    "diag_embed": lambda x: x[..., None] * np.eye(x.shape[-1]),
}
"""Functions, which are methods too, that NumPy has in another way."""


class _At:
    """What JAX has in place of `x[key] += y`: `x.at[key].add(y)`, a copy in which that is done."""

    def __init__(self, x, key=None):
        self.x, self.key = x, key

    def __getitem__(self, key):
        return _At(self.x, key)

    def __getattr__(self, name):
        def changed(y):
            copy = self.x.copy()
            copy[self.key] = y if name == "set" else getattr(np, name)(copy[self.key], y)
            return copy

        return changed


class Tensor(np.ndarray):
    """An array with the methods of a tensor; `add_` works in place."""

    at = property(_At)

    def __getattr__(self, name):
        """Return a function as a method."""
        if name.endswith("_") and not name.startswith("_"):
            return lambda *given: self.__setitem__(..., getattr(self, name[:-1])(*given)) or self
        function = None if name.startswith("_") else function_of_tensors(name)
        if function is None:
            raise AttributeError(name)
        return partial(function, self)


def tensor(value):
    """Return an array as a tensor, anything else as it is."""
    if type(value) is Extreme:
        return Extreme(*map(tensor, value))
    if type(value) is not np.ndarray:
        return value
    return sys.modules["torch"].tensor(value) if "torch" in sys.modules else value.view(Tensor)


def function_of_tensors(name):
    """Return a function of PyTorch by its name, None where there is none like it."""
    function = OF_TENSORS.get(name) or getattr(np, name, None)
    if not callable(function) or isinstance(function, type):
        return None
    return lambda *given, **named: tensor(function(*given, **named))


for _name in ("sum", "mean", "prod", "std", "var", "argmax", "max", "min"):  # arrays have these
    setattr(Tensor, _name, function_of_tensors(_name))
