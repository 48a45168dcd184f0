"""Puts a verdict together from all that a function did."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from softmax_lessons.judging import explain
from softmax_lessons.judging.clues import clue
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
        self.keys, self.either, self.first = [], [], None

    def of(self, *shows):
        return [one for kind in shows for one in self.seen if one.case.shows == kind]

    def wrong(self, seen):
        """Return the first input with a wrong result, or else with an error; None for none."""
        right = self.task.predict
        found = [one for one in seen if not explain.agrees(one.array, right(one.case))]
        return next((one for one in found if one.error is None), next(iter(found), None))

    def add(self, keys, one):
        """Note mistakes, and the input that shows the first of them."""
        for several in [(key,) if isinstance(key, str) else key for key in keys]:
            self.keys += [key for key in several if key not in self.keys]
            self.either += several if len(several) > 1 else ()
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
        last = plain[-1]
        if not (self.keys or unnamed) and explain.rounded(last.array, self.task.predict(last.case)):
            self.add(["low-precision"], last)
        if self.keys:
            same = self.either if self.keys[0] in self.either else self.keys[:1]
            rest = [key for key in self.keys if key not in same]
            others = "".join((" or " if key in self.either else ", ") + key for key in rest)
            others = others.removeprefix(", ").removeprefix(" or ")
            summary = "It is one of these: " * (len(same) > 1)
            summary += " Or ".join(str(MISTAKES[key]) for key in same)
            summary += f" It is not the only one: {others}." * bool(others)
            summary = f"{summary} {sentence}".strip()
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
        keys = keys if told else explain.one_of([e.keys for e in best])
        self.add(keys, self.wrong(self.of(PLAIN, SHAPE, LARGE)))
        # Several formulas may fit the plain inputs; what they do with large numbers decides.
        chosen = next((e for e in found if set(e.keys) <= set(self.keys)), best[0])
        met = {SHAPE: every_shape, LARGE: told, READ_ONLY: "writes-into-argument" in self.keys}
        unnamed = None
        for shows in DEMANDS:
            if not met.get(shows):
                seen, plain = self.of(shows), self.of(PLAIN)
                keys, broken = explain.at_a_demand(self.task, chosen, shows, seen, plain)
                self.add(keys, broken if keys else None)
                unnamed = unnamed or (None if keys else broken)
        return unnamed

    def unnamed(self, one):
        """Return the verdict on a mistake that has no name, by the input that shows it."""
        right, y, plain = self.task.predict(one.case), one.array, self.of(PLAIN)
        if one.error is not None:
            endless = isinstance(one.error, Endless)
            text = f"{'For this input ' * endless}{one.text.rstrip('.')}."
            text = f"{text[0].upper()}{text[1:]} {'' if endless else clue(self.task, plain, one)}"
            return self.answer(Status.RAISES, text.strip(), one)
        if y is None:
            text = f"It returns {one.text}. It must return numbers of shape {right.shape}."
            return self.answer(Status.WRONG_TYPE, text, one)
        if y.shape != right.shape:
            text = f"It returns shape {y.shape}, but the right shape is {right.shape}."
            text += f" {clue(self.task, plain, one)}"
            return self.answer(Status.WRONG_SHAPE, text.strip(), one)
        index = tuple(np.argwhere(~explain.close(y, right))[0].tolist())
        text = "Its result differs from the expected one"
        if "W" not in self.task.roles:  # two results in one have another index
            text += f", first at index {index}: {y[index]:.6g} where {right[index]:.6g} is right"
        text += f". {clue(self.task, plain, one)}"
        return self.answer(Status.WRONG, text.strip(), one)

    def answer(self, status, summary, one=None):
        return Verdict(
            self.task.signature,
            status,
            summary,
            tuple(MISTAKES[key] for key in self.keys),
            one and self.counterexample(one),
            read_as=self.attempt.read_as,
            printed=(one or self.seen[0]).printed,
            either=tuple(MISTAKES[key] for key in self.either),
        )

    def counterexample(self, one):
        expected, yours, note = self.task.predict(one.case), one.array, ""
        if self.keys[:1] == ["writes-into-argument"]:
            note = "after the call the arguments hold other numbers"
            if one.case.shows == READ_ONLY:
                note = "this input is read-only, so writing into it is an error"
        elif self.keys[:1] == ["remembers"]:
            note = f"the second call with the same input gives {described(one.again)}"
        elif one.case.shows not in (PLAIN, SHAPE):
            note = f"this input tests {one.case.shows}"
        shown = type(one.error).__name__ if one.error else one.text
        yours = shown if yours is None else self.attempt.laid(yours)
        expected = self.attempt.laid(expected)
        return Counterexample(self.attempt.named(one.case.arguments), yours, expected, note)
