"""Puts a verdict together from all that a function did."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from softmax_lessons.exercises.explain import (
    agrees,
    at_a_demand,
    at_large_numbers,
    explain,
    tolerance,
    unexplained,
)
from softmax_lessons.exercises.inputs import (
    FLOAT32,
    INTEGERS,
    LARGE,
    PLAIN,
    READ_ONLY,
    SHAPE,
    STEEP,
    STRIDED,
)
from softmax_lessons.exercises.observe import described, nothing, observe
from softmax_lessons.exercises.safe_call import Endless
from softmax_lessons.exercises.verdict import (
    Counterexample,
    Status,
    Verdict,
    nothing_yet,
    printable,
)
from softmax_lessons.misconceptions import MISTAKES


@dataclass(eq=False)
class Attempt:
    """A learner's function, its own names of the arguments, and how it was read.

    `named` returns pairs of a name and a value for the arguments of an exercise, and `laid` a
    result as the learner's program would return it.
    """

    function: Callable
    names: tuple[str, ...]
    read_as: str = ""
    named: Callable = None
    laid: Callable = lambda result: result

    def __post_init__(self):
        """Take the arguments as they are, where nothing else is said."""
        self.named = self.named or (lambda given: tuple(zip(self.names, given, strict=True)))


def judge(exercise, attempt, call):
    """Return the verdict on an attempt, without a hint.

    Parameters
    ----------
    exercise : Exercise
    attempt : Attempt
    call : Caller

    Returns
    -------
    Verdict
    """
    seen = []
    plain = [case for case in exercise.inputs if case.shows == PLAIN]
    for case in exercise.inputs:
        seen.append(observe(call, attempt.function, case, case in (plain[0], plain[-1])))
        if isinstance(seen[-1].error, Endless):
            return _Report(exercise, attempt, seen, call).raises(seen[-1])
    with np.errstate(all="ignore"):
        return _Report(exercise, attempt, seen, call).verdict()


class _Report:
    """Puts a verdict together from all that was seen."""

    def __init__(self, exercise, attempt, seen, call):
        self.exercise, self.attempt, self.seen, self.call = exercise, attempt, seen, call
        self.keys, self.first = [], None

    def of(self, shows):
        return [one for one in self.seen if one.case.shows == shows]

    def add(self, keys, one):
        """Note mistakes, and the input that shows the first of them."""
        self.keys += [key for key in keys if key not in self.keys]
        self.first = self.first or one

    def verdict(self):
        if all(nothing(one.value, one.error) for one in self.seen):
            return nothing_yet(self.exercise.signature)
        self.side_effects()
        plain = self.of(PLAIN)
        unnamed, sentence = None, ""
        found = explain(self.exercise, plain + self.of(SHAPE))
        partly = not found
        found = found or explain(self.exercise, plain)
        if found:
            unnamed = self.demands(found, partly)
        else:
            keys, sentence = unexplained(self.exercise, plain, self.call, self.attempt.function)
            wrong = next(one for one in plain if not self.right(one))
            self.add(keys, wrong)
            unnamed = None if keys else wrong
        if self.keys:
            mistakes = tuple(MISTAKES[key] for key in self.keys)
            summary = f"{mistakes[0]}"
            if len(mistakes) > 1:
                summary += " It is not the only one: " + ", ".join(self.keys[1:]) + "."
            summary += f" {sentence}" if sentence else ""
            return self.answer(Status.KNOWN_MISTAKE, summary, self.first, mistakes)
        if unnamed:
            return self.unknown(unnamed)
        return self.answer(Status.CORRECT, f"Right on all {len(self.seen)} inputs.")

    def right(self, one):
        return agrees(one.array, self.exercise.predict(one.case))

    def side_effects(self):
        for one in self.seen:
            if one.written is not None and one.case.shows != READ_ONLY:
                self.add(["writes-into-argument"], one)
        for one in self.seen:
            if one.again is not None and not _same(one.value, one.again):
                self.add(["remembers"], one)

    def demands(self, found, partly):
        """Note the mistakes of the best explanation, and those of every demand it does not meet."""
        large = self.of(LARGE)
        best = [e for e in found if e.cost == found[0].cost]
        keys = at_large_numbers(self.exercise, found, large)
        told = keys is not None
        if not told:
            keys = list(dict.fromkeys(key for e in best for key in e.keys))
        # Several formulas may fit the plain inputs; what they do with large numbers decides.
        chosen = next((e for e in found if set(e.keys) <= set(keys)), best[0])
        shown_by = next(
            (one for one in self.of(PLAIN) + self.of(SHAPE) + large if not self.right(one)), None
        )
        self.add(keys, shown_by)
        unnamed = None
        met = {SHAPE: not partly, LARGE: told, READ_ONLY: "writes-into-argument" in self.keys}
        for shows in (STEEP, LARGE, INTEGERS, SHAPE, FLOAT32, STRIDED, READ_ONLY):
            if met.get(shows):
                continue
            keys, broken = at_a_demand(self.exercise, chosen, shows, self.of(shows))
            if keys:
                self.add(keys, broken)
            else:
                unnamed = unnamed or broken
        return unnamed

    def answer(self, status, summary, one=None, mistakes=()):
        return Verdict(
            self.exercise.signature,
            status,
            summary,
            mistakes,
            one and self.counterexample(one, mistakes),
            read_as=self.attempt.read_as,
            printed=printable(self.call.printed),
        )

    def counterexample(self, one, mistakes=()):
        expected, y = self.exercise.predict(one.case), one.array
        note = ""
        if one.error is not None:
            yours = described(one.error)
        else:
            yours = one.value if y is not None else described(one.value)
        first = mistakes[0].key if mistakes else ""
        if first == "writes-into-argument":
            note = "after the call the arguments hold other numbers"
            if one.case.shows == READ_ONLY:
                note = "this input is read-only, so writing into it is an error"
        elif first == "remembers":
            note = f"the second call with the same input gives {described(one.again)}"
        elif y is not None and y.shape != expected.shape:
            note = f"yours has shape {y.shape}, but the right shape is {expected.shape}"
        elif one.case.shows not in (PLAIN, SHAPE):
            note = f"this input tests {one.case.shows}"
        yours, expected = self.attempt.laid(yours), self.attempt.laid(expected)
        return Counterexample(self.attempt.named(one.case.arguments), yours, expected, note)

    def raises(self, one):
        """Return the verdict on a function that does not return."""
        text = described(one.error).rstrip(".")
        text = f"For this input {text}." if isinstance(one.error, Endless) else f"{text}."
        return self.answer(Status.RAISES, text[0].upper() + text[1:], one)

    def unknown(self, one):
        """Return the verdict on a mistake that has no name."""
        if one.error is not None:
            return self.raises(one)
        right, y = self.exercise.predict(one.case), one.array
        if y is None:
            summary = (
                f"It returns {described(one.value)}. It must return numbers of shape {right.shape}."
            )
            return self.answer(Status.WRONG_TYPE, summary, one)
        if y.shape != right.shape:
            summary = f"It returns shape {y.shape}, but the right shape is {right.shape}."
            return self.answer(Status.WRONG_SHAPE, summary, one)
        where = np.argwhere(~((np.abs(y - right) <= tolerance(right)) | (y == right)))[0]
        index = tuple(int(i) for i in where)
        summary = "Its result differs from the expected one"
        summary += f", first at index {index}: {y[index]:.6g} where {right[index]:.6g} is right."
        return self.answer(Status.WRONG, summary, one)


def _same(a, b):
    if type(a) is not np.ndarray or type(b) is not np.ndarray:
        return type(a) is type(b)
    return np.array_equal(a, b, equal_nan=True)
