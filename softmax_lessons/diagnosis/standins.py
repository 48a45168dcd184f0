"""What stands in for modules, classes and decorators that a pasted program needs and has not."""

import builtins
import sys
import types
from contextlib import contextmanager
from functools import partial, reduce

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.diagnosis.tensors import function_of_tensors


def _cross_entropy(p, t):
    p, t = np.atleast_2d(p), np.asarray(t)
    t = t if t.size == p.size else np.eye(p.shape[-1])[t.astype(int)]
    return -(t.reshape(p.shape) * np.log(p)).sum() / len(p)


def _along(function, x, axis=-1, dim=None, **others):
    result = function(np.asarray(x), axis if dim is None else dim)
    return result.view(type(x)) if isinstance(x, np.ndarray) else result


def _sigmoid(x):
    return 1 / (1 + np.exp(-x))


KNOWN = {
    "softmax": partial(_along, numerics.softmax),
    "log_softmax": partial(_along, numerics.log_softmax),
    "cross_entropy": _cross_entropy,
    "cross_entropy_error": _cross_entropy,
    "cross_entropy_loss": _cross_entropy,
    "sigmoid": _sigmoid,
    "expit": _sigmoid,
    "relu": lambda x: np.maximum(0, x),
    "logsumexp": lambda x, axis=None, dim=None, keepdims=False, keepdim=False: np.log(
        np.exp(x).sum(axis=axis if dim is None else dim, keepdims=keepdims or keepdim)
    ),
}
"""Functions that have one meaning by their name, from whatever module they should come."""
OF_PYTHON_2 = {"xrange": range, "prange": range, "unicode": str, "reduce": reduce}
OF_PYTHON_2["input"] = OF_PYTHON_2["raw_input"] = lambda *prompt: ""
OF_OLD_NUMPY = {"float": float, "int": int, "bool": bool, "object": object, "product": np.prod}
OF_OLD_NUMPY |= {"float_": np.float64, "Inf": np.inf, "NaN": np.nan, "mat": np.asmatrix}


QUICK = {*sys.stdlib_module_names, "numpy", "scipy"} - {"tkinter", "turtle", "antigravity", "this"}


def _by_name(name, otherwise=lambda name: None):
    if name.startswith("__"):
        raise AttributeError(name)
    return (KNOWN | OF_PYTHON_2).get(name) or otherwise(name) or stand_in(name)


class _Kind(type):
    """The kind of stand-ins: each is a class, a decorator, a function and a module at once."""

    def __getattr__(cls, name):
        return _by_name(name)

    def __call__(cls, *arguments, **named):
        if not vars(cls).get("stands_in"):  # a class of the program's own, derived from one
            return type.__call__(cls, *arguments, **named)
        given = arguments[0] if len(arguments) == 1 and not named else None
        return given if isinstance(given, (types.FunctionType, type)) else cls

    def __getitem__(cls, key):
        return cls

    def __iter__(cls):
        return iter(())


def stand_in(name):
    """Return what stands in for a name that is not known."""
    nothing = dict.fromkeys(("__init__", "__init_subclass__"), lambda *given, **named: None)
    return _Kind(name, (), {"stands_in": True, "__getattr__": _of_an_object} | nothing)


def _of_an_object(self, name):
    if name.startswith("_"):
        raise AttributeError(name)
    return stand_in(name)


def is_stand_in(thing):
    """Tell whether a thing stands in for another."""
    of_class = isinstance(thing, _Kind) and vars(thing).get("stands_in")
    return isinstance(thing, _Module) or bool(of_class)


class _Module(types.ModuleType):
    __path__ = ()
    __all__ = tuple(KNOWN)

    def __getattr__(self, name):
        return _by_name(name, function_of_tensors)


def builtins_for(missing, everything):
    """Return Python's builtins, whose import stands in for modules, and names them in `missing`.

    Where not `everything` is to be imported, only what is loaded already or quick and harmless is:
    no pictures are drawn, and no tensors are needed.
    """
    real = builtins.__import__

    def importing(name, globals=None, locals=None, fromlist=(), level=0):
        try:
            first = name.partition(".")[0]
            if not (level or everything or first in sys.modules or first in QUICK):
                raise ImportError(name)
            module = real(name, globals, locals, fromlist, level)
            if all(each == "*" or hasattr(module, each) for each in fromlist or ()):
                return module
        except Exception:  # a module that is there may fail as well
            pass
        missing.append("." * level + name)
        if name.endswith(".numpy"):  # that of autograd or JAX
            return np if fromlist else types.SimpleNamespace(numpy=np)
        return _Module(name)

    return vars(builtins) | OF_PYTHON_2 | {"__import__": importing}


@contextmanager
def old_numpy():
    """Give NumPy the names that it once had, for a while."""
    added = {name: thing for name, thing in OF_OLD_NUMPY.items() if name not in vars(np)}
    vars(np).update(added)
    try:
        yield
    finally:
        for name in added:
            vars(np).pop(name, None)
