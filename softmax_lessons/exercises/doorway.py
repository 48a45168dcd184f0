"""Takes code as people write it, and finds out by trial which exercise it is.

Of all readings the one that explains most wins.
"""

from dataclasses import replace

import numpy as np

from softmax_lessons.exercises.explain import explain
from softmax_lessons.exercises.inputs import PLAIN
from softmax_lessons.exercises.judge import Attempt, judge
from softmax_lessons.exercises.observe import described, observe
from softmax_lessons.exercises.reading import NO_AXIS, ONE, ROWS, read
from softmax_lessons.exercises.verdict import Status, Verdict

FAR = {"passes-through", "each-by-itself", "no-exponential", "no-logarithm", "factor-of-two"}
FAR |= {"not-normalised", "argument-unused", "mean-subtracted", "plain-mean"}
"""Mistakes by which a program is more likely something else, unless it bears softmax's name."""


def diagnose_by(program, exercises, call):
    """Return the verdict on a program by the reading that explains most of what it does.

    Also returned is whether it takes the arguments of the exercise, in whatever order.
    """
    found, silent, error = _tried(program, exercises, call)
    best, rival = _best(found)
    for reading in [best] if best else silent:
        verdict = judge_as(reading, call)
        far = FAR & {mistake.key for mistake in verdict.mistakes}
        if (best or verdict.mistakes) and not (far and _guesses(program, exercises)):
            summary = " ".join(filter(None, [verdict.summary, rival]))
            return replace(verdict, summary=summary), reading.same_arguments
    name = getattr(program, "__name__", type(program).__name__)
    summary = (
        "It is unclear what this computes. Give it to the check for it, for example to"
        " check_softmax_backward."
    )
    if error and not silent:
        summary = "It was called in several ways, and it failed each time. The last time"
        summary += f" {described(error).rstrip('.')}."
    return Verdict(name, Status.NOT_READ, summary), False


def _guesses(program, exercises):
    """Tell whether only what a program does says that it has to do with softmax."""
    name = getattr(program, "__name__", type(program).__name__)
    return len(exercises) > 1 and "softmax" not in name.lower()


def judge_as(reading, call):
    """Return the verdict on a program that is read in one way."""
    names = tuple(name for name, _ in reading.names)
    attempt = Attempt(reading, names, reading.text, reading.named, reading.laid)
    return judge(reading.exercise, attempt, call)


def reading_of(program, exercise, call):
    """Return the reading that explains most of what a program does, None where it has none.

    Examples are rows, as the exercise has them, wherever the program can be called so.
    """
    found, silent, _ = _tried(program, [exercise], call)
    rows = [one for one in found if one[3].layout == ROWS]
    silent_rows = [reading for reading in silent if reading.layout == ROWS]
    if rows or (found and not silent_rows):
        return _best(rows or found)[0]
    if silent:
        return (silent_rows or silent)[0]
    works = []  # it may fail for some inputs
    for reading in read(program, [exercise]):
        seen = [observe(call, reading, case) for case in reading.exercise.inputs]
        count = sum(one.array is not None for one in seen)
        if count and not reading.strangers:
            works.append((-count, len(works), reading))
    return min(works)[2] if works else None


def _tried(program, exercises, call):
    """Return the readings that explain a program, those that do not, and the last error."""
    found, silent, error = [], [], None
    for reading in read(program, exercises):
        plain = [case for case in reading.exercise.inputs if case.shows == PLAIN]
        seen = [observe(call, reading, case) for case in plain]
        error = next((one.error for one in seen if one.error is not None), error)
        with np.errstate(all="ignore"):
            works = any(one.array is not None for one in seen)
            best = works and explain(reading.exercise, seen, thorough=False)
            unlikely = best and (FAR & {*best[0].keys} or best[0].cost + reading.strangers > 2)
            if unlikely and _guesses(program, exercises):
                continue
            if best:
                cost = best[0].cost + 0.75 * reading.strangers
                found.append((cost, -len(plain), len(found), reading, best[0].keys))
            elif not reading.strangers and _tells(reading, seen):
                silent.append(reading)
    return found, silent, error


def _best(found):
    """Return the reading that explains most, and a sentence on one that explains as much."""
    if not found:
        return None, ""
    # What is right for one example, and for several by one sum for all, is meant for one.
    meant = [one for one in found if one[3].layout != ONE and not NO_AXIS & {*one[4]}]
    best = min(meant or found)
    reading = best[3]
    for cost, _, _, other, keys in sorted(found):
        near = cost - best[0] < 0.5 and other.strangers <= reading.strangers
        if (near or reading.layout == ONE) and other.layout != ONE and {*keys} != {*best[4]}:
            is_wrong = f"wrong: {', '.join(keys)}" if keys else "right"
            text = f"Read as {other.exercise.name}, {other.text}, it would be {is_wrong}."
            return reading, f"{text} Which one do you mean?"
    return reading, ""


def _tells(reading, seen):
    """Tell whether what a program did, though no formula explains it, is worth a judgement."""
    shapes = [np.shape(reading.exercise.predict(one.case)) == np.shape(one.array) for one in seen]
    return all(shapes) or bool(reading.exercise.evidence(seen, None))
