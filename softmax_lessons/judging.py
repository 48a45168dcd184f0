"""Runs a learner's function on many inputs, and says how it fared.

A function is judged by what it does, never by its source text.
"""

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import FunctionType

import numpy as np

from softmax_lessons.misconceptions import CATALOGUE
from softmax_lessons.sandbox import Endless, call
from softmax_lessons.verdicts import LARGEST, Counterexample, Status, Verdict, shown

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


def _same(a, b, tolerance):
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


@dataclass(eq=False)
class Exercise:
    """A function to be written, and all that is needed to judge an attempt.

    Parameters
    ----------
    name : str
        Also the kind of its misconceptions in the catalogue.
    signature : str
        How it is called.
    reference : callable
        A right implementation.
    probes : tuple of Probe
        The first one that shows a mistake becomes the counterexample: smallest first.
    hints : tuple of str
        The last one is the worked idea.
    tolerance : float
        Absolute, and relative to the expected entry.
    attempts : Counter
        How many wrong ones in a row there have been, by the name of the function.
    """

    name: str
    signature: str
    reference: Callable
    probes: tuple[Probe, ...]
    hints: tuple[str, ...]
    tolerance: float = 1e-5
    attempts: Counter = field(default_factory=Counter)

    @property
    def arguments(self):
        """The names of the arguments."""
        return [name.strip() for name in self.signature.split("(")[1].rstrip(")").split(",")]

    @cached_property
    def expected(self):
        """What the reference gives for each probe."""
        return [observe(self.reference, probe) for probe in self.probes]

    @cached_property
    def known(self):
        """The misconceptions of this exercise, each with what it does with every probe."""
        records = [record for record in CATALOGUE if record.kind == self.name]
        return [(r, [observe(r.function, probe) for probe in self.probes]) for r in records]

    def judge(self, function):
        """Return the verdict on a function, with a hint where it is wrong."""
        return self.with_hint(function, self._judge(function))

    def with_hint(self, function, verdict):
        """Return a verdict with the next hint; each wrong attempt uncovers one more.

        A lesson may set the same exercise several times: attempts at functions of another name do
        not count. The last hint stays.
        """
        if verdict.status is Status.NOT_ATTEMPTED:
            return verdict
        # Only a plain function can be asked for its name without running what a learner wrote.
        name = function.__code__.co_name if type(function) is FunctionType else ""
        if verdict.passed:
            del self.attempts[name]
            return verdict
        self.attempts[name] += 1
        number = min(self.attempts[name], len(self.hints))
        hint = f"hint {number} of {len(self.hints)}. {self.hints[number - 1]}"
        return replace(verdict, hint=hint)

    def _judge(self, function):
        early = self.not_a_function(function)
        if early:
            return early
        outcomes = []
        for probe in self.probes:
            outcomes.append(observe(function, probe))
            if type(outcomes[-1].error) is Endless:
                return self._raises(probe, outcomes[-1])
        if all(nothing(outcome.value, outcome.error) for outcome in outcomes):
            return self.nothing_yet()
        verdict = self._side_effect(outcomes) or self._difference(outcomes)
        if verdict:
            return verdict
        return self.verdict(Status.CORRECT, f"Right on all {len(self.probes)} inputs.")

    def not_a_function(self, function):
        """Return the verdict on what is no function, None if it is one."""
        if function is None or function is ...:
            return self.nothing_yet()
        if not callable(function):
            return self.verdict(
                Status.WRONG_TYPE,
                f"Hand in the function itself, not what it returns: got {described(function)}.",
            )
        return None

    def nothing_yet(self):
        """Return the verdict on a stub."""
        return self.verdict(
            Status.NOT_ATTEMPTED,
            "Nothing comes back yet. If you have written it, is there a return?",
        )

    def verdict(self, status, summary, **details):
        """Return a verdict on an attempt at this exercise."""
        return Verdict(self.signature, status, summary, **details)

    def _counterexample(self, probe, yours, expected, note=""):
        named = tuple(zip(self.arguments, map(_named, probe.arguments), strict=True))
        return Counterexample(named, yours, expected, note)

    def _raises(self, probe, outcome):
        error, expected = outcome.error, self.expected[self.probes.index(probe)].value
        endless = type(error) is Endless
        return self.verdict(
            Status.RAISES,
            f"For this input {raised(error)}." if endless else f"It raises {described(error)}.",
            counterexample=self._counterexample(probe, "nothing", expected),
        )

    def _side_effect(self, outcomes):
        """Return the verdict on a function that writes into its arguments, or remembers."""
        for probe, outcome, expected in zip(self.probes, outcomes, self.expected, strict=True):
            if outcome.written is not None and self._is_refused_alone(probe, outcomes):
                note = f"its arguments afterwards are {', '.join(map(_after, outcome.written))}"
                if outcome.error is not None:
                    note = "this input is read-only, so that writing into it is an error"
                return self._known("writes-into-argument", probe, outcome, expected, note)
            if outcome.error is None and not _same(outcome.value, outcome.second, 0):
                note = f"the second call with the same input gives {described(outcome.second)}"
                return self._known("remembers", probe, outcome, expected, note)
        return None

    def _is_refused_alone(self, probe, outcomes):
        """Tell whether a function does no worse with writable arrays of the same numbers."""
        return all(
            outcome.error is None
            for other, outcome in zip(self.probes, outcomes, strict=True)
            if other.arguments is probe.arguments and other.layout == "plain"
        )

    def _known(self, key, probe, outcome, expected, note=""):
        record = next(r for r, _ in self.known if r.key == key)
        yours = outcome.value if outcome.error is None else described(outcome.error)
        return self.verdict(
            Status.KNOWN_MISTAKE,
            str(record),
            misconception=record,
            counterexample=self._counterexample(probe, yours, expected.value, note),
        )

    def _difference(self, outcomes):
        """Return the verdict on a function that gives a wrong result, None if there is none."""
        different = [
            k
            for k, (outcome, expected) in enumerate(zip(outcomes, self.expected, strict=True))
            if not self._agree(outcome, expected)
        ]
        if not different:
            return None
        first = different[0]
        probe, outcome, expected = self.probes[first], outcomes[first], self.expected[first]
        for record, known in self.known:
            if all(self._agree(mine, its) for mine, its in zip(outcomes, known, strict=True)):
                return self._known(record.key, probe, outcome, expected)
        if outcome.error is not None:
            return self._raises(probe, outcome)
        return self._unknown(probe, outcome, expected)

    def _agree(self, outcome, other):
        if outcome.error is not None or other.error is not None:
            return type(outcome.error) is type(other.error)
        return _same(outcome.array, other.array, self.tolerance)

    def _unknown(self, probe, outcome, expected):
        """Return the verdict on a mistake that is not in the catalogue."""
        yours, right = outcome.value, expected.value
        if outcome.array is None:
            summary = f"It returns {described(yours)}; expected are numbers of shape {right.shape}."
            status, note = Status.WRONG_TYPE, ""
        elif yours.shape != right.shape:
            summary = f"It returns shape {yours.shape}; expected is {right.shape}."
            status, note = Status.WRONG_SHAPE, ""
        else:
            close = np.isclose(yours, right, self.tolerance, self.tolerance, equal_nan=True)
            index = tuple(int(i) for i in np.argwhere(~close)[0])
            summary = "Its result differs from the expected one."
            status = Status.WRONG
            note = f"first at index {index}, yours {yours[index]:.6g}, expected {right[index]:.6g}"
        shown_value = yours if outcome.array is not None else described(yours)
        return self.verdict(
            status,
            summary,
            counterexample=self._counterexample(probe, shown_value, right, note),
        )


def nothing(value, error):
    """Tell whether a call did nothing yet, as that of a stub does."""
    if error is not None:
        return issubclass(type(error), NotImplementedError)
    return value is None or value is ...


def _named(argument):
    """Return an argument as it is to be shown."""
    return argument.__name__ if callable(argument) else argument


def _after(argument):
    """Return an argument of a call as text; the function may have done anything to an array."""
    return described(argument) if isinstance(argument, np.ndarray) else shown(_named(argument))


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
