"""Takes code as people write it, and finds out by trial which task it does.

Of all readings the one that explains most wins.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from softmax_lessons.diagnosis.reading import NO_AXIS, ONE, ROWS, Reading, name_of, read
from softmax_lessons.judging.explain import explanations
from softmax_lessons.judging.judge import judge
from softmax_lessons.judging.observe import described, observe
from softmax_lessons.judging.verdict import Status, Verdict
from softmax_lessons.mistakes.inputs import PLAIN

FAR = {"passes-through", "each-by-itself", "no-exponential", "no-logarithm", "factor-of-two"}
FAR |= {"not-normalised", "argument-unused", "mean-subtracted", "plain-mean"}
"""Mistakes by which a program is more likely something else, unless it bears softmax's name."""

UNCLEAR = "It is unclear what this computes."
UNCLEAR += " Give it to the check for it, for example to check_softmax_backward."


class _Match(NamedTuple):
    """A reading that explains what a program does, how far-fetched it is, and the mistakes."""

    cost: tuple[bool, float, int]
    reading: Reading
    keys: tuple[str, ...]


def diagnose_by(program, tasks, call):
    """Return the verdict on a program by the reading that explains most of what it does.

    Also returned is whether it takes the arguments of the task, in whatever order.
    """
    meant = len(tasks) == 1
    # Only what the program does says then that it has to do with softmax.
    guessed = not meant and "softmax" not in name_of(program).lower()
    found, silent, failing, error = _tried(program, tasks, call, guessed)
    rival = _rival(found)
    readings = [found[0].reading] if found else silent
    for reading in readings or (failing[:1] if meant else []):
        verdict = judge(reading.task, reading, call)
        far = FAR & {mistake.key for mistake in verdict.mistakes}
        if (found or verdict.mistakes or meant) and not (far and guessed):
            summary = " ".join(filter(None, [verdict.summary, rival]))
            return replace(verdict, summary=summary), reading.same_arguments
    summary = UNCLEAR
    if error and not silent:
        summary = "It was called in several ways, and it failed each time. The last time"
        summary += f" {described(error).rstrip('.')}."
    return Verdict(name_of(program), Status.NOT_READ, summary), False


def reading_of(program, task, call):
    """Return the reading that explains most of what a program does, None where it has none.

    Examples are rows, as the task has them, wherever the program can be called so.
    """
    found, silent, failing, _ = _tried(program, [task], call)
    told = [match.reading for match in found] + silent
    rows = [reading for reading in told if reading.layout == ROWS]
    return next(iter(rows + told + failing), None)


def _tried(program, tasks, call, guessed=False):
    """Return the readings that explain a program, the best first, and those that do not.

    Of the latter, first come those whose results are worth a judgement, then those that fail for
    some inputs. The last error comes with them.
    """
    found, silent, failing, error = [], [], [], None
    for reading in read(program, tasks):
        plain = [case for case in reading.task.inputs if case.shows == PLAIN]
        seen = [observe(call, reading, case) for case in plain]
        error = next((one.error for one in seen if one.error is not None), error)
        with np.errstate(all="ignore"):
            works = any(one.array is not None for one in seen)
            best = explanations(reading.task, seen, thorough=False) if works else []
        for _, _, keys, cost in best[:1]:
            unlikely = FAR & {*keys} or cost + reading.strangers > 2
            if not (unlikely and guessed):
                # Who sums once for all, right for a single example, means a single example.
                unmeant = reading.layout == ONE or bool(NO_AXIS & {*keys})
                cost = unmeant, cost + 0.75 * reading.strangers, -len(plain)
                found.append(_Match(cost, reading, keys))
        if not best and not reading.strangers:
            right = [reading.task.predict(one.case).shape for one in seen]
            tells = right == [np.shape(one.array) for one in seen]
            if tells or reading.task.evidence(seen, None):
                silent.append(reading)
            elif works:
                failing.append(reading)
    return sorted(found, key=lambda match: match.cost), silent, failing, error


def _rival(found):
    """Return a sentence on a reading that explains as much as the best one, but otherwise."""
    for (_, cost, _), reading, keys in found:
        best = found[0]
        near = cost - best.cost[1] < 0.5 and reading.strangers <= best.reading.strangers
        near = (near or best.reading.layout == ONE) and reading.layout != ONE
        if near and {*keys} != {*best.keys}:
            is_wrong = f"wrong: {', '.join(keys)}" if keys else "right"
            text = f"Read as {reading.task.name}, {reading.read_as}, it would be {is_wrong}."
            return f"{text} Which one do you mean?"
    return ""
