"""Watches a program's own frames line by line, and keeps every new array with its name and line."""

import sys
from collections import Counter
from typing import NamedTuple

import numpy as np

LARGEST, LINES, CALLS, DEEPEST, PARTS = 4096, 3000, 40, 2, 40
"""What is looked at: numbers in an array, lines, calls of a function, and the depth of lists."""


class Value(NamedTuple):
    """An array that appeared in a line, under a name, in a function."""

    array: np.ndarray
    name: str
    line: int
    function: str


def numbers(value):
    """Return a number, an array or a list of numbers as a new array of floats, None for others.

    Examples
    --------
    >>> numbers([1, 2]), numbers("no number")
    (array([1., 2.]), None)
    """
    if isinstance(value, dict) or (isinstance(value, list) and any(map(_is_matrix, value[:2]))):
        return None  # parameters, or weights of layers, one after the other
    of_library = hasattr(value, "detach") and hasattr(value, "numpy")  # files detach, too
    if isinstance(value, (list, np.matrix)) or of_library:
        try:
            value = value.detach().numpy() if of_library else np.asarray(value)
        except Exception:  # rows of unequal length, objects of any kind
            return None
    if isinstance(value, (bool, np.bool_)) or not isinstance(
        value, (np.ndarray, float, int, np.number)
    ):
        return None
    array = np.asarray(value)
    return np.array(array, float) if array.dtype.kind in "fiu" and array.size > 0 else None


def _is_matrix(value):
    return isinstance(value, np.ndarray) and value.ndim > 1


def _inside(value):
    """Return what is inside a value: how a path goes on, what holds it, and under which key."""
    if isinstance(value, dict):
        return [(f"[{key!r}]", value, key) for key in value]
    if isinstance(value, (tuple, list)):
        return [(f"[{k}]", value, k) for k in range(len(value))]
    return [(f".{name}", vars(value), name) for name in vars(value)] if _is_own(value) else []


def arrays_in(value, path="", depth=0):
    """Yield all arrays of numbers in a value, each with the path that leads to it."""
    if (array := numbers(value)) is not None:
        yield path, array
    elif depth <= DEEPEST:
        for more, holder, key in _inside(value)[:PARTS]:
            yield from arrays_in(holder[key], path + more, depth + 1)


def held(value, path="", depth=0):
    """Yield where an object, a dictionary or a list holds arrays, to change them: and the path."""
    for more, holder, key in _inside(value) if depth <= DEEPEST + 1 else ():
        each = holder[key]
        if not isinstance(each, np.ndarray):
            yield from held(each, path + more, depth + 1)
        elif each.dtype.kind == "f" and not isinstance(holder, tuple):
            yield holder, key, path + more


def _is_own(value):
    """Tell whether a value is an object of a class that a program has defined."""
    root = type(value).__module__.partition(".")[0]
    library = root in sys.stdlib_module_names or hasattr(sys.modules.get(root), "__path__")
    return not library and hasattr(value, "__dict__") and not isinstance(value, type)


class Watch:
    """Keeps what appears in the lines of a file while it is entered."""

    def __init__(self, file):
        self.file, self.values, self.known, self.lines, self.calls = (file, [], set(), 0, Counter())

    def __enter__(self):
        """Begin."""
        self.before = sys.gettrace()
        sys.settrace(self._called)
        return self

    def __exit__(self, *error):
        """End, and give the trace function back."""
        sys.settrace(self.before)

    def _called(self, frame, event, argument):
        code = frame.f_code
        if code.co_filename != self.file or self.lines > LINES or self.calls[code] >= CALLS:
            return None
        self.calls[code] += 1
        last = {}  # the line before, by whose work a name has its value now

        def local(frame, event, argument):
            if event == "line" or event == "return":
                self.lines += 1
                if self.lines > LINES:
                    return None
                line = last.get("line", frame.f_lineno)
                for name, value in list(frame.f_locals.items()):
                    if not name.startswith("__"):
                        self._note(value, name, line, code.co_qualname)
                if event == "return":
                    self._note(argument, "return", frame.f_lineno, code.co_qualname)
                last["line"] = frame.f_lineno
            return local

        return local

    def _note(self, value, name, line, function):
        for path, array in arrays_in(value, name):
            if array.size <= LARGEST:
                key = array.shape, array.tobytes(), path, function
                if key not in self.known:
                    self.known.add(key)
                    self.values.append(Value(array, path, line, function))
