"""Calls a function on an input, and keeps what it did: a result or an error, and side effects."""

import sys
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from softmax_lessons.judging.safe_call import Endless, learners_line
from softmax_lessons.judging.showing import printable, shown
from softmax_lessons.mistakes.inputs import READ_ONLY, Input

LARGEST = 10**6
"""A result of more entries is refused by its shape: as a broadcast it may take no memory so far."""


class Other(str):
    """The type and the text of a value that is no array, for it may do anything when looked at."""


@dataclass(eq=False)
class Seen:
    """What a function did with one input: a result or an error, and side effects."""

    case: Input
    value: object = None
    error: BaseException | None = None
    written: bool = False
    again: object = None
    moves: list = ()
    printed: str = ""

    @property
    def array(self):
        """The value if it is an array of floats, else None."""
        return self.value if type(self.value) is np.ndarray else None

    @property
    def remembers(self):
        """Whether the second call with the same input had another outcome."""
        if type(self.value) is np.ndarray and type(self.again) is np.ndarray:
            return not np.array_equal(self.value, self.again, equal_nan=True)
        return self.again is not None and type(self.value) is not type(self.again)

    @property
    def text(self):
        """The error or the value in a few words."""
        return described(self.value if self.error is None else self.error)


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
        with suppress(ValueError):  # rows of unequal length
            array = np.asarray(value)
            if array.size > LARGEST:
                return Other(f"an array of shape {array.shape}")
            if array.dtype.kind in "iuf":
                return array.astype(np.float64)
    return in_words(value)


def in_words(value):
    """Return the type and the text of a value, if it has one."""
    text = type(value).__name__
    with suppress(BaseException):
        text += f": {value!s}"
    return Other(printable(text).rstrip(": "))


def kind_of(thing, call):
    """Return what a thing is that was handed in for a function, in a few words."""
    got, _ = call(kept, thing)
    return got if type(got) is Other else type(thing).__name__


def described(value):
    """Return a result or an exception in a few words."""
    if isinstance(value, BaseException) and not isinstance(value, Endless):
        line = learners_line(value)
        where = f", in the line `{printable(line)}`" if line else ""
        return f"it raises {in_words(value)}{where}"
    return shown(value)


def observe(call, function, case, repeat=False):
    """Call a function on an input, note all that happens, and perhaps call it once more."""
    arguments = case.fresh()
    value, error = call(lambda: kept(function(*arguments)))
    moves = getattr(arguments[0], "moves", ())
    seen = Seen(case, value, error, moves=moves, printed=getattr(call, "printed", ""))
    seen.written = any(
        isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=True)
        for before, after in zip(case.arguments, arguments, strict=True)
    ) or (case.shows == READ_ONLY and error is not None and "read-only" in described(error))
    if repeat and error is None:
        again, error = call(lambda: kept(function(*case.fresh())))
        seen.again = again if error is None else error
    return seen


def steps(function, arguments, call):
    """Return how many steps a call takes in Python: lines, calls and returns, of all code."""
    count = 0

    def trace(*event):
        nonlocal count
        count += 1
        return trace

    def traced():
        sys.settrace(trace)
        function(*arguments)

    call(traced)  # puts the trace function back
    return count


def nothing(value, error):
    """Tell whether a call did nothing yet, as that of a stub does."""
    if error is not None:
        return isinstance(error, NotImplementedError)
    return value is None or value is ...
