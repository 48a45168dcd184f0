"""Puts a verdict together from all that a function did."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from softmax_lessons.judging import explain
from softmax_lessons.judging.observe import described, nothing, observe
from softmax_lessons.judging.safe_call import Endless
from softmax_lessons.judging.verdict import Counterexample, Status, Verdict, nothing_yet
from softmax_lessons.mistakes import MISTAKES, inputs
from softmax_lessons.mistakes.inputs import LARGE, PLAIN, READ_ONLY, SHAPE

DEMANDS = (inputs.STEEP, LARGE, inputs.INTEGERS, SHAPE, inputs.FLOAT32, inputs.STRIDED, READ_ONLY)


@dataclass(eq=False)
class Attempt:
    """A learner's function that is called as its task says, as `Reading` is another way."""

    function: Callable
    names: tuple[str, ...]
    read_as = ""

    def __call__(self, *arguments):
        """Return what the function returns."""
        return self.function(*arguments)

    def named(self, arguments):
        """Return what the function is given, by its own names."""
        return tuple(zip(self.names, arguments, strict=True))

    def laid(self, result):
        """Return a result as the function would return it."""
        return result


def judge(task, attempt, call):
    """Return the verdict on an `Attempt` or a `Reading`, without a hint."""
    seen = []
    plain = [case for case in task.inputs if case.shows == PLAIN]
    for case in task.inputs:
        seen.append(observe(call, attempt, case, repeat=case in (plain[0], plain[-1])))
        if isinstance(seen[-1].error, Endless):
            return _Report(task, attempt, seen, call).unnamed(seen[-1])
    with np.errstate(all="ignore"):
        return _Report(task, attempt, seen, call).verdict()


class _Report:
    """Puts a verdict together from all that was seen."""

    def __init__(self, task, attempt, seen, call):
        self.task, self.attempt, self.seen, self.call = task, attempt, seen, call
        self.keys, self.first = [], None

    def of(self, *shows):
        return [one for kind in shows for one in self.seen if one.case.shows == kind]

    def wrong(self, seen):
        """Return the first input at which something is wrong, None if nothing is."""
        right = self.task.predict
        return next((one for one in seen if not explain.agrees(one.array, right(one.case))), None)

    def add(self, keys, one):
        """Note mistakes, and the input that shows the first of them."""
        self.keys += [key for key in keys if key not in self.keys]
        self.first = self.first or one

    def verdict(self):
        if all(nothing(one.value, one.error) for one in self.seen):
            return nothing_yet(self.task.signature)
        for one in self.seen:
            if one.written and one.case.shows != READ_ONLY:
                self.add(["writes-into-argument"], one)
        for one in self.seen:
            if one.remembers:
                self.add(["remembers"], one)
        plain, sentence = self.of(PLAIN), ""
        everywhere = explain.explanations(self.task, plain + self.of(SHAPE))
        if found := everywhere or explain.explanations(self.task, plain):
            unnamed = self.demands(found, bool(everywhere))
        else:
            keys, sentence = explain.unexplained(self.task, plain, self.call, self.attempt)
            unnamed = self.wrong(plain)
            self.add(keys, unnamed)
        if self.keys:
            first, *others = self.keys
            also = f"It is not the only one: {', '.join(others)}." if others else ""
            summary = " ".join(filter(None, [str(MISTAKES[first]), also, sentence]))
            return self.answer(Status.KNOWN_MISTAKE, summary, self.first)
        if unnamed:
            return self.unnamed(unnamed)
        return self.answer(Status.CORRECT, f"Right on all {len(self.seen)} inputs.")

    def demands(self, found, every_shape):
        """Note the mistakes of the best explanation, and those of every demand it does not meet.

        Return the first input at which something is wrong that has no name.
        """
        keys = explain.at_large_numbers(self.task, found, self.of(LARGE))
        told = keys is not None
        best = [e for e in found if e.cost == found[0].cost]
        keys = keys if told else list(dict.fromkeys(key for e in best for key in e.keys))
        # Several formulas may fit the plain inputs; what they do with large numbers decides.
        chosen = next((e for e in found if set(e.keys) <= set(keys)), best[0])
        self.add(keys, self.wrong(self.of(PLAIN, SHAPE, LARGE)))
        met = {SHAPE: every_shape, LARGE: told, READ_ONLY: "writes-into-argument" in self.keys}
        unnamed = None
        for shows in DEMANDS:
            if not met.get(shows):
                keys, broken = explain.at_a_demand(self.task, chosen, shows, self.of(shows))
                self.add(keys, broken if keys else None)
                unnamed = unnamed or (None if keys else broken)
        return unnamed

    def unnamed(self, one):
        """Return the verdict on a mistake that has no name, by the input that shows it."""
        right, y = self.task.predict(one.case), one.array
        if one.error is not None:
            lead = "For this input " if isinstance(one.error, Endless) else ""
            text = f"{lead}{one.text.rstrip('.')}."
            return self.answer(Status.RAISES, text[0].upper() + text[1:], one)
        if y is None:
            text = f"It returns {one.text}. It must return numbers of shape {right.shape}."
            return self.answer(Status.WRONG_TYPE, text, one)
        if y.shape != right.shape:
            text = f"It returns shape {y.shape}, but the right shape is {right.shape}."
            return self.answer(Status.WRONG_SHAPE, text, one)
        index = tuple(np.argwhere(~explain.close(y, right))[0].tolist())
        text = f"Its result differs from the expected one, first at index {index}:"
        text += f" {y[index]:.6g} where {right[index]:.6g} is right."
        return self.answer(Status.WRONG, text, one)

    def answer(self, status, summary, one=None):
        return Verdict(
            self.task.signature,
            status,
            summary,
            tuple(MISTAKES[key] for key in self.keys),
            one and self.counterexample(one),
            read_as=self.attempt.read_as,
            printed=self.call.printed,
        )

    def counterexample(self, one):
        expected, yours, note = self.task.predict(one.case), one.array, ""
        if self.keys[:1] == ["writes-into-argument"]:
            note = "after the call the arguments hold other numbers"
            if one.case.shows == READ_ONLY:
                note = "this input is read-only, so writing into it is an error"
        elif self.keys[:1] == ["remembers"]:
            note = f"the second call with the same input gives {described(one.again)}"
        elif yours is not None and yours.shape != expected.shape:
            note = f"yours has shape {yours.shape}, but the right shape is {expected.shape}"
        elif one.case.shows not in (PLAIN, SHAPE):
            note = f"this input tests {one.case.shows}"
        yours = one.text if yours is None else self.attempt.laid(yours)
        expected = self.attempt.laid(expected)
        return Counterexample(self.attempt.named(one.case.arguments), yours, expected, note)
