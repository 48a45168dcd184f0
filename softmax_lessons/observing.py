"""Calls a learner's function on an input, and keeps what it did: results, errors, side effects.

A result may do anything when it is looked at, so only arrays of numbers are kept as they are.
"""

import contextlib
from dataclasses import dataclass

import numpy as np

from softmax_lessons.sandbox import Endless, call
from softmax_lessons.verdicts import LARGEST, shown

LONGEST = {False: 200, True: 2000}
"""How many characters of a value are shown, and of an array."""


def laid_out(array, layout):
    """Return a fresh copy of an array with another layout in memory.

    Parameters
    ----------
    array : ndarray
    layout : {"plain", "strided", "read-only"}

    Returns
    -------
    ndarray of the same values and dtype

    Examples
    --------
    >>> laid_out(np.ones(3), "strided").flags["C_CONTIGUOUS"]
    False
    """
    if layout == "strided":
        return np.repeat(array, 2, axis=-1)[..., ::2]
    copy = array.copy()
    copy.setflags(write=layout != "read-only")
    return copy


@dataclass(frozen=True, eq=False)
class Probe:
    """The arguments of one call.

    Parameters
    ----------
    arguments : tuple
        Arrays, and whatever else the function takes.
    layout : str
        How the arrays lie in memory, see `laid_out`.
    """

    arguments: tuple
    layout: str = "plain"

    def fresh(self):
        """Return arguments of its own for one call."""
        return tuple(
            laid_out(a, self.layout) if isinstance(a, np.ndarray) else a for a in self.arguments
        )

    @property
    def size(self):
        """The number of entries in all arrays."""
        return sum(a.size for a in self.arguments if isinstance(a, np.ndarray))


@dataclass(frozen=True)
class Other:
    """What is kept of a value that is no array of numbers, for it may do anything when looked at.

    Parameters
    ----------
    kind : str
        The name of its type.
    text : str
        The value in a few words.
    """

    kind: str
    text: str

    @classmethod
    def of(cls, value):
        """Return what is kept of a value; to be called in the sandbox."""
        return cls(f"{type(value).__name__}", _in_words(value))

    def __str__(self):
        """Return the value in a few words."""
        return self.text


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a function did with one probe.

    Parameters
    ----------
    value : ndarray of float64, Other, None or ...
        What the first call gave.
    error : BaseException or None
        What it raised.
    written : tuple or None
        The arguments after it, if it wrote into them.
    second : object
        What the second call gave, or raised.
    """

    value: object = None
    error: BaseException | None = None
    written: object = None
    second: object = None

    @property
    def array(self):
        """The value if it is an array of floats, else None."""
        return self.value if type(self.value) is np.ndarray else None


def _kept(value):
    """Return a copy of numbers as an array of floats, and `Other` for what is none.

    To be called in the sandbox, as a value may do anything.
    """
    if value is None or value is ...:
        return value
    if not isinstance(value, (str, bytes, bool, np.bool_)):
        with contextlib.suppress(ValueError):  # rows of unequal length
            array = np.asarray(value)
            if array.dtype.kind in "iuf":
                # A huge one may take no memory as it is, but would as a copy.
                huge = array.size > LARGEST
                return np.broadcast_to(np.nan, array.shape) if huge else array.astype(np.float64)
    return Other.of(value)


def same(a, b, tolerance):
    """Tell whether two values agree: arrays of one shape and nearly equal, or of one other type."""
    if type(a) is not np.ndarray or type(b) is not np.ndarray:
        return type(a) is type(b) and getattr(a, "kind", None) == getattr(b, "kind", None)
    if a.shape != b.shape or a.size > LARGEST:  # of huge ones the shape alone is kept
        return a.shape == b.shape
    return np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)


def _changed(before, after):
    """Tell whether an array is another one now."""
    same_type = before.dtype == after.dtype
    return not (same_type and np.array_equal(before, after, equal_nan=True))


def observe(function, probe):
    """Call a function twice on a probe and note everything that happens.

    Parameters
    ----------
    function : callable
    probe : Probe

    Returns
    -------
    Outcome

    Examples
    --------
    >>> observe(np.exp, Probe((np.zeros(2),))).value
    array([1., 1.])
    """
    arguments = probe.fresh()
    value, error = call(lambda: _kept(function(*arguments)))
    if error is not None:
        refused = probe.layout == "read-only" and "read-only" in described(error)
        return Outcome(error=error, written=probe.arguments if refused else None)
    written = None
    for before, after in zip(probe.arguments, arguments, strict=True):
        if isinstance(before, np.ndarray) and _changed(before, after):
            written = arguments
    second, error = call(lambda: _kept(function(*probe.fresh())))
    if type(error) is Endless:
        return Outcome(error=error)
    return Outcome(value, None, written, error if error is not None else second)


def nothing(value, error):
    """Tell whether a call did nothing yet, as that of a stub does."""
    if error is not None:
        return issubclass(type(error), NotImplementedError)
    return value is None or value is ...


def raised(error):
    """Return in a few words what a function did that did not return."""
    text = described(error)
    return text.removeprefix("Endless: ") if type(error) is Endless else f"it raises {text}"


def described(value):
    r"""Return a value or an exception in a few words.

    Parameters
    ----------
    value : object

    Returns
    -------
    str
        Cut off where it is long, and with escapes for characters that would not be seen.

    Examples
    --------
    >>> described(KeyError("a"))
    "KeyError: 'a'"
    >>> described("up\x1b[2A")
    'str: up\\x1b[2A'
    """
    if type(value) is Other:
        return value.text
    text, error = call(_in_words, value)
    return text if error is None else "an object that cannot be shown"


def _in_words(value):
    """Do the work of `described`; to be called in the sandbox."""
    is_array = type(value) is np.ndarray
    try:
        text = shown(value) if is_array else f"{type(value).__name__}: {value!s}"
    except Exception:
        text = f"{type(value).__name__}"
    longest = LONGEST[is_array]
    if len(text) > longest:
        text = text[:longest] + " ..."
    return "".join(c if c.isprintable() or c in "\n\t" else ascii(c)[1:-1] for c in text).rstrip(
        ": "
    )
