"""Judges a learner's function by what it does on many inputs, never by its source text."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import FunctionType

import numpy as np

from softmax_lessons.misconceptions import CATALOGUE
from softmax_lessons.observing import Probe, described, nothing, observe, raised, same
from softmax_lessons.sandbox import Endless
from softmax_lessons.verdicts import Counterexample, Status, Verdict, shown


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
            if outcome.error is None and not same(outcome.value, outcome.second, 0):
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
        return same(outcome.array, other.array, self.tolerance)

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


def _named(argument):
    """Return an argument as it is to be shown."""
    return argument.__name__ if callable(argument) else argument


def _after(argument):
    """Return an argument of a call as text; the function may have done anything to an array."""
    return described(argument) if isinstance(argument, np.ndarray) else shown(_named(argument))
