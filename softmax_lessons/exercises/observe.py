"""Calls a function on an input, and keeps what it did: a result or an error, and side effects."""

import contextlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from softmax_lessons.exercises.inputs import READ_ONLY, Input
from softmax_lessons.exercises.safe_call import Endless, learners_line
from softmax_lessons.exercises.verdict import LARGEST, printable, shown


class Other(NamedTuple):
    """What is kept of a value that is no array, for it may do anything when looked at."""

    kind: str
    text: str


@dataclass(eq=False)
class Seen:
    """What a function did with one input: a result or an error, and side effects."""

    case: Input
    value: object = None
    error: BaseException | None = None
    written: tuple | None = None
    again: object = None
    moves: list = ()

    @property
    def array(self):
        """The value if it is an array of floats, else None."""
        return self.value if type(self.value) is np.ndarray else None


def kept(value):
    """Return a copy of numbers as an array of floats, and `Other` for what is none.

    To be called safely, as a value may do anything. What a library can turn into an array by
    `.detach().numpy()` is one.
    """
    if value is None or value is ...:
        return value
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    if not isinstance(value, (str, bytes, bool, np.bool_)):
        with contextlib.suppress(ValueError):  # rows of unequal length
            array = np.asarray(value)
            if array.dtype.kind in "iuf":
                # A huge one may take no memory as it is, but would as a copy.
                huge = array.size > LARGEST
                return np.broadcast_to(np.nan, array.shape) if huge else array.astype(np.float64)
    text = f"{type(value).__name__}"
    with contextlib.suppress(Exception):
        text += f": {value!s}"
    return Other(type(value).__name__, printable(text).rstrip(": "))


def described(value):
    """Return a result or an exception in a few words."""
    if isinstance(value, Endless):
        return str(value)
    if isinstance(value, BaseException):
        line = learners_line(value)
        try:
            text = printable(f"{type(value).__name__}: {value!s}").rstrip(": ")
        except BaseException:
            text = type(value).__name__
        return f"it raises {text}" + (f", in the line `{printable(line)}`" if line else "")
    return value.text if type(value) is Other else shown(value)


def observe(call, function, case, repeat=False):
    """Call a function on an input, note all that happens, and perhaps call it once more."""
    arguments = case.fresh()
    value, error = call(lambda: kept(function(*arguments)))
    seen = Seen(case, value, error, moves=getattr(arguments[0], "moves", ()))
    for before, after in zip(case.arguments, arguments, strict=True):
        if isinstance(before, np.ndarray) and not _same_array(before, after):
            seen.written = arguments
    if error is not None and case.shows == READ_ONLY and "read-only" in described(error):
        seen.written = case.arguments
    if repeat and error is None:
        again, error = call(lambda: kept(function(*case.fresh())))
        seen.again = again if error is None else error
    return seen


def _same_array(a, b):
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def nothing(value, error):
    """Tell whether a call did nothing yet, as that of a stub does."""
    if error is not None:
        return isinstance(error, NotImplementedError)
    return value is None or value is ...
