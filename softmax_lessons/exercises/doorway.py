"""Takes code as people write it, and finds out by trial which exercise it is.

Of all readings the one that explains most wins. A check takes the same forms, for its exercise.
"""

from dataclasses import replace
from types import FunctionType
from typing import NamedTuple

import numpy as np

from softmax_lessons.exercises.catalogue import EXERCISES
from softmax_lessons.exercises.checking import judge_checker
from softmax_lessons.exercises.explain import explanations
from softmax_lessons.exercises.inputs import PLAIN
from softmax_lessons.exercises.judge import Attempt, judge
from softmax_lessons.exercises.observe import described, kind_of, observe
from softmax_lessons.exercises.reading import NO_AXIS, ONE, ROWS, Reading, name_of, read, strangers
from softmax_lessons.exercises.verdict import Status, Verdict, nothing_yet

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


def verdict_on(exercise, function, call):
    """Return the verdict on what is handed in for an exercise."""
    if function is None or function is ...:
        return nothing_yet(exercise.signature)
    if isinstance(function, type) or hasattr(type(function), "backward"):
        passes = EXERCISES["softmax_vjp"] if exercise.name == "softmax_backward" else exercise
        verdict, _ = diagnose_by(function, [passes], call)
        if verdict.status is not Status.NOT_READ:
            return verdict
    if not callable(function):
        summary = "Hand in the function itself, not what it returns:"
        summary += f" got {kind_of(function, call)}."
        return Verdict(exercise.signature, Status.WRONG_TYPE, summary)
    if exercise.name == "gradient_checker":
        return judge_checker(exercise.signature, function, call)
    plain = type(function) is FunctionType
    names = function.__code__.co_varnames[: function.__code__.co_argcount] if plain else ()
    if len(names) != len(exercise.roles):
        names = tuple(exercise.arguments)
    verdict = judge(exercise, Attempt(function, names), call)
    renamed = strangers(names, exercise.roles) > 0
    if plain and not verdict.passed and (renamed or not verdict.mistakes):
        return _in_another_form(exercise, function, verdict, renamed, call)
    return verdict


def _in_another_form(exercise, function, verdict, renamed, call):
    """Return the verdict on a function in another form, where that says more than the one it has.

    The names of its arguments may tell that their order is another one.
    """
    other, same_arguments = diagnose_by(function, [exercise], call)
    renamed = renamed and same_arguments
    if other.passed and (renamed or not verdict.mistakes):
        if same_arguments:
            return other
        summary = f"Called like this, it is right. But here it is called as {exercise.signature},"
        summary += " and its result is used as it is."
        return replace(other, status=Status.OTHER_FORM, summary=summary)
    instead = renamed or (same_arguments and verdict.status is Status.RAISES)
    return other if instead and other.mistakes else verdict


def diagnose_by(program, exercises, call):
    """Return the verdict on a program by the reading that explains most of what it does.

    Also returned is whether it takes the arguments of the exercise, in whatever order.
    """
    meant = len(exercises) == 1
    # Only what the program does says then that it has to do with softmax.
    guessed = not meant and "softmax" not in name_of(program).lower()
    found, silent, failing, error = _tried(program, exercises, call, guessed)
    rival = _rival(found)
    readings = [found[0].reading] if found else silent
    for reading in readings or (failing[:1] if meant else []):
        verdict = judge(reading.exercise, reading, call)
        far = FAR & {mistake.key for mistake in verdict.mistakes}
        if (found or verdict.mistakes or meant) and not (far and guessed):
            summary = " ".join(filter(None, [verdict.summary, rival]))
            return replace(verdict, summary=summary), reading.same_arguments
    summary = UNCLEAR
    if error and not silent:
        summary = "It was called in several ways, and it failed each time. The last time"
        summary += f" {described(error).rstrip('.')}."
    return Verdict(name_of(program), Status.NOT_READ, summary), False


def reading_of(program, exercise, call):
    """Return the reading that explains most of what a program does, None where it has none.

    Examples are rows, as the exercise has them, wherever the program can be called so.
    """
    found, silent, failing, _ = _tried(program, [exercise], call)
    told = [match.reading for match in found] + silent
    rows = [reading for reading in told if reading.layout == ROWS]
    return next(iter(rows + told + failing), None)


def _tried(program, exercises, call, guessed=False):
    """Return the readings that explain a program, the best first, and those that do not.

    Of the latter, first come those whose results are worth a judgement, then those that fail for
    some inputs. The last error comes with them.
    """
    found, silent, failing, error = [], [], [], None
    for reading in read(program, exercises):
        plain = [case for case in reading.exercise.inputs if case.shows == PLAIN]
        seen = [observe(call, reading, case) for case in plain]
        error = next((one.error for one in seen if one.error is not None), error)
        with np.errstate(all="ignore"):
            works = any(one.array is not None for one in seen)
            best = explanations(reading.exercise, seen, thorough=False) if works else []
        for _, _, keys, cost in best[:1]:
            unlikely = FAR & {*keys} or cost + reading.strangers > 2
            if not (unlikely and guessed):
                # Who sums once for all, right for a single example, means a single example.
                unmeant = reading.layout == ONE or bool(NO_AXIS & {*keys})
                cost = unmeant, cost + 0.75 * reading.strangers, -len(plain)
                found.append(_Match(cost, reading, keys))
        if not best and not reading.strangers:
            right = [reading.exercise.predict(one.case).shape for one in seen]
            tells = right == [np.shape(one.array) for one in seen]
            if tells or reading.exercise.evidence(seen, None):
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
            text = f"Read as {reading.exercise.name}, {reading.read_as}, it would be {is_wrong}."
            return f"{text} Which one do you mean?"
    return ""
