"""What stands in for modules, classes and decorators that a pasted program needs and has not."""

import builtins
import sys
import types
from contextlib import contextmanager
from functools import reduce

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.diagnosis.tensors import along, function_of_tensors


class _Examples(tuple):
    """Made-up data and labels, in place of those that a library makes or loads."""

    data, target = property(lambda self: self[0]), property(lambda self: self[1])


def _examples(features, classes):
    def examples(number=100, *given, n_samples=None, n_features=features, **named):
        k = named.get("centers") or named.get("n_classes") or classes
        number = n_samples or number
        gen = np.random.RandomState(0)
        x = gen.normal(size=(number if type(number) is int else 100, n_features))
        return _Examples((x, gen.randint(k if type(k) is int else len(k), size=len(x))))

    return examples


def _derivable(function, **named):
    function.defvjp = function.defjvp = lambda *given, **named: None
    return function


KNOWN = {
    "softmax": along(numerics.softmax),
    "log_softmax": along(numerics.log_softmax),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "relu": lambda x: np.maximum(0, x),
    "logsumexp": lambda x, axis=None, keepdims=False: np.logaddexp.reduce(
        x, axis, keepdims=keepdims
    ),
    "fit_transform": lambda x, *more: x,
    "train_test_split": lambda *arrays, **named: [a[k::2] for a in arrays for k in (0, 1)],
    "custom_vjp": _derivable,
    "custom_jvp": _derivable,
    "make_moons": _examples(2, 2),
    "make_circles": _examples(2, 2),
    "make_blobs": _examples(2, 3),
    "make_classification": _examples(20, 2),
    "load_iris": _examples(4, 3),
    "load_digits": _examples(64, 10),
}
"""Functions that have one meaning by their name, from whatever module they should come."""
OF_PYTHON_2 = {"xrange": range, "prange": range, "unicode": str, "reduce": reduce}
OF_PYTHON_2["input"] = OF_PYTHON_2["raw_input"] = lambda *prompt: ""
OF_OLD_NUMPY = {"float": float, "int": int, "bool": bool, "object": object, "product": np.prod}
OF_OLD_NUMPY |= {"float_": np.float64, "Inf": np.inf, "NaN": np.nan, "mat": np.asmatrix}
QUICK = {*sys.stdlib_module_names, "numpy", "scipy"} - {"tkinter", "turtle", "antigravity", "this"}


class _Kind(type):
    """The kind of stand-ins: each is a class, a decorator, a function and a module at once."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        of_tensors = function_of_tensors(name) if "of_tensors" in vars(cls) else None
        return of_tensors or (KNOWN | OF_PYTHON_2).get(name) or stand_in(name)

    def __call__(cls, *arguments, **named):
        if not is_stand_in(cls):  # a class of the program's own, derived from one
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
    own = {"stands_in": True, "__all__": tuple(KNOWN), "__getattr__": _of_an_object}
    return _Kind(name, (), own | nothing)


def _of_an_object(self, name):
    if name.startswith("_"):
        raise AttributeError(name)
    return stand_in(name)


def is_stand_in(thing):
    """Tell whether a thing stands in for another."""
    return isinstance(thing, _Kind) and "stands_in" in vars(thing)


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
        module = stand_in(name)
        if name.partition(".")[0] == "torch":
            module.nn = module.functional = module
            module.of_tensors = True
        return module

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
