"""Reads loops that train, in a script or in a part: the step back in each round, line by line."""

import re
import time
from collections import Counter
from dataclasses import replace

import numpy as np

from softmax_lessons.diagnosis.evidence import DERIVATIVE, RIVAL, TRAINS
from softmax_lessons.diagnosis.inside import told_of
from softmax_lessons.diagnosis.layouts import LAYOUTS, TARGETS
from softmax_lessons.diagnosis.pairs import MOST, handed, pairs, watched
from softmax_lessons.diagnosis.plans import Plan, signatures
from softmax_lessons.diagnosis.steps_back import looked_at, steps_back

RATE = re.compile(r"rate|lr|alpha|eta|step", re.I)


def of_script(reader):
    """Return the verdicts on what a program does outside of its functions."""
    program = reader.program
    verdict, found = _of_rounds("script", program.values, reader, "<module>")
    goes_back = any(map(DERIVATIVE.search, program.parts)) or ".backward(" in program.text
    if found and not verdict and not goes_back and TRAINS.search(program.text):
        reader.unread["script"] = _unread(found[0].p)
    return [verdict] if verdict else []


def of_training(callee, make, reader):
    """Return the verdict on a part that trains, in a call of its own or with made-up data.

    Where softmax was found in it and no step back, return None and a sentence.
    """
    program, until, found = reader.program, reader.until, []
    read = {verdict.part for verdict in reader.verdicts}
    others = [n for n in program.parts if DERIVATIVE.search(n) and not RIVAL.search(n)]
    names = {n: n for n in others if n not in read} | {callee.name: callee.function.__qualname__}
    keys = sorted(["rows", "columns"], reverse=reader.layouts[0] != "columns")
    # Of labels it makes three classes: neither as many as examples, nor as inputs.
    layouts = [LAYOUTS[key]._replace(N=4) for key in keys]
    ways = [
        ["array" if f == "the identity" else "1" if f == "0" and RATE.search(name) else f
         for name, f in zip(callee.needed, forms, strict=True)]
        for forms in signatures(callee.needed, (), 40)
    ]  # fmt: skip
    plans = [
        Plan(layout, [callee.step(forms)], make)
        for layout in layouts
        for forms in dict.fromkeys(map(tuple, ways))
        if "array" in forms and {*TARGETS} & {*forms}
    ]
    for plan in [None, *plans]:
        if plan and time.process_time() > until:
            break
        pool = watched(plan, program) if plan else program.values
        told = []
        for name, function in names.items():
            verdict, more = _of_rounds(name, pool, reader, function)
            keys = {mistake.key for mistake in verdict.mistakes} if verdict else set()
            # One-hot targets may be laid out in another way; labels fit or fail.
            sure = plan is None or "wrong-axis" not in keys or "labels" in plan.places().values()
            told += [verdict] * bool(verdict and sure)
            found = found or more
        if told:
            return min(told, key=lambda verdict: verdict.passed), ""
    return None, _unread(found[0].p) if found else ""


def _unread(p):
    text = f"`{p.name}` in line {p.line} is softmax; none of the lines after it was read as"
    return f"{text} the step back from it."


def _of_rounds(part, values, reader, function):
    """Return the verdict on the step back in the rounds of a loop, and the probabilities found.

    Where a step back was read elsewhere, weights that move rightly are not worth a word.
    """
    program = reader.program
    values = looked_at(values)
    values = values if len(values) <= 2 * MOST else [*values[:MOST], *values[-MOST:]]
    found = list(pairs(values, function))
    left = [pair for pair in found if pair.p.name != "return"]  # after which nothing comes
    steps = list(steps_back(values, found or handed(values, function), program, rounds=True))
    if not found:  # what the others do is told of them
        steps = [step for step in steps if step.moves and {*step.keys} <= {"sign-flipped"}]
    steps = [step for step in steps if step.keys or not (step.moves and reader.goes_back)]
    told = Counter(map(_place, steps))
    most = max(told.values(), default=0)  # weights move so in the first round alone, with momentum
    often = [step for step in steps if step.moves or 2 * told[_place(step)] >= most]
    # What one line makes right, a later one may spoil; a mistake is told where it begins.
    last = max(often, key=lambda step: (bool(step.moves and step.keys), _line(step)), default=None)
    alike = [step for step in often if step.keys and step.keys == last.keys]
    first = min(alike, key=lambda step: step.value.line, default=last)
    verdict = first and told_of(part, first, program)
    if verdict and first.pair.keys:  # what another part may have made
        p = first.pair.p
        line = next((v.line for v in values if np.array_equal(v.array, p.array)), p.line)
        verdict = replace(verdict, line=line, code=program.lines[line - 1].strip())
    return verdict, left


def _line(step):
    return step.value.name[:6] != "return", step.value.line


def _place(step):
    return step.value.name, step.value.line, step.keys
