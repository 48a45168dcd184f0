"""From matches to a verdict: judged where other data confirm them, with the line."""

import re
from dataclasses import replace

import numpy as np

from softmax_lessons.diagnosis import evidence
from softmax_lessons.diagnosis.layouts import LAYOUTS
from softmax_lessons.diagnosis.own_loss import named, variations
from softmax_lessons.diagnosis.pairs import watched
from softmax_lessons.diagnosis.reading import Reading, as_rows
from softmax_lessons.judging import explain
from softmax_lessons.judging.judge import judge
from softmax_lessons.judging.observe import observe
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.judging.verdict import Status, Verdict
from softmax_lessons.mistakes.formula import Formula
from softmax_lessons.mistakes.inputs import PLAIN, Input
from softmax_lessons.numerics import softmax

TRIES = 5
"""How many matches of a part are judged, until one holds."""


def judged(found):
    """Return the verdict on the best match that other data confirm, and the match; or None."""
    tried = []
    for match in sorted(found, key=lambda match: match.cost)[:40]:
        forms = [step.forms for step in match.plan.steps]
        mark = match.task.signature, match.roles, match.plan.layout, match.path, forms
        if mark not in tried and len(tried) < TRIES:
            tried.append(mark)
            reading = Reading(match)
            if confirmed(reading):
                verdict = judge(reading.task, reading, Caller(2))
                if _holds(match, verdict):
                    summary = f"{verdict.summary} {_rival(match, found)}".rstrip()
                    return replace(verdict, summary=summary, read_as=reading.read_as), match
    return None


def confirmed(reading):
    """Tell whether the last plain input agrees with what explains the first run."""
    plain = [case for case in reading.task.inputs if case.shows == PLAIN]
    if not plain:
        return False
    seen, e = observe(Caller(1), reading, plain[-1]), reading.match.explanation
    with np.errstate(all="ignore"):
        given = reading.task.attempted(seen.case, e.given, e.result)
        same = explain.agrees(seen.array, given)
        return same or bool(explain.fit(reading.task, e.given, e.result, [seen]))


def _holds(match, verdict):
    """Tell whether the verdict is on what was found, and not on something else."""
    keys, found = (
        {mistake.key for mistake in verdict.mistakes},
        {*match.keys} - {"constant-factor"},
    )
    if not match.keys and verdict.counterexample and "large" in verdict.counterexample.note:
        return True
    other = {"argument-unused", "all-zeros"} & keys - found
    return found <= keys and not other and bool(keys or verdict.passed)


def _rival(best, found):
    """Return a sentence on a match that explains as much as the best one, but otherwise."""
    for match in sorted(found, key=lambda match: match.cost):
        for_rows = best.plan.layout.single and not match.plan.layout.single
        near = match.cost - best.cost < 0.5 or (for_rows and len(match.keys) < 2)
        other = match.task.name, match.plan.layout, "z" in match.roles
        same = other == (best.task.name, best.plan.layout, "z" in best.roles)
        alike = match.task.jacobian == best.task.jacobian and not same
        if near and {*match.keys} != {*best.keys} and alike:
            is_wrong = f"wrong: {', '.join(match.keys)}" if match.keys else "right"
            text = f"Read as {Reading(match).read_as}, it would be {is_wrong}."
            return f"{text} Which one do you mean?"
    return ""


def output(match, constants):
    """Return what was matched, of one more run; None where it is not there any more."""
    outcome, _ = Caller(1)(match.plan.run, match.plan.values(), constants)
    return outcome.arrays.get(match.path) if outcome else None


def with_other_values(verdict, match):
    """Return the verdict on what is right so far, with a temperature of 2, and with a mask."""
    values, task = match.plan.values(), match.task
    if not verdict.passed or "z" not in match.roles or "t" in match.roles:
        return verdict
    z, *others = match.arguments(values)
    for what, constants in variations(match.plan):
        out = output(match, constants)
        if out is None or (out.size != z.size and not task.jacobian):
            continue
        out = out if task.jacobian else as_rows(out, match.plan.layout, z.shape)
        if what == "temperature":
            factor = 0.5 if task.derivative else 1
            times = explain.agrees(out, task.predict(Input((z * 2, *others))))
            key = "temperature-multiplied" if times else "temperature-ignored"
            key = "temperature-factor" if task.derivative else key
            if not explain.agrees(out, factor * task.predict(Input((z / 2, *others)))):
                return named(verdict, key)
        elif what == "mask" and match.plan.layout is LAYOUTS["rows"]:
            mask = constants["a mask of ones"]
            with np.errstate(all="ignore"):
                right = task.predict(Input((np.where(mask, z, -np.inf), *others)))
                keys = {"mask-ignored": 1, "mask-not-renormalised": mask}
                wrong = {key: task.predict(Input((z, *others))) * by for key, by in keys.items()}
            told = next((key for key, y in wrong.items() if explain.agrees(out, y)), None)
            if told and not explain.agrees(out, right):
                return named(verdict, told)
    return verdict


def with_line(verdict, match, program):
    """Return a verdict that names the line where what is wrong came to be, in proportion."""
    first = verdict.misconception
    constants = {}
    if first and first.key.startswith("regulariser"):
        constants = next(others for what, others in variations(match.plan) if what == "regulariser")
    values = watched(match.plan, program, constants)
    wanted = [output(match, constants)]
    if match.explanation.given.keys:  # what is wrong is softmax, whatever became of it
        case = Input(match.arguments(match.plan.values()))
        p = match.task.attempted(case, match.explanation.given, Formula("p"))
        wanted = [p, match.plan.layout.put(p), *wanted] if np.ndim(p) == 2 else wanted
    for want in [np.asarray(want) for want in wanted if want is not None]:
        for value in values:
            if explain.proportion(value.array, want):
                code = program.lines[value.line - 1].strip()
                return replace(verdict, line=value.line, code=code)
    return verdict


def degenerate(part, tried):
    """Return the verdict on a derivative that is zeros or ones whatever goes in, else None."""
    varied = [(plan, outcome) for plan, outcome in tried.ran if "array" in plan.steps[-1].forms]
    if not evidence.DERIVATIVE.search(part.rpartition(".")[2]) or not varied:
        return None
    plan = varied[0][0]
    # Of probabilities alone, rows of the Jacobian add up to 0.
    rows = {place: softmax(3 * a) for place, a in plan.values().items()}
    of_shares, _ = Caller(1)(plan.run, rows)
    several = [[outcome for _, outcome in varied[:4]], [of_shares] if of_shares else []]
    read_as = f"{part}; {plan.layout.words}"
    for outcomes in several:
        arrays = [a for outcome in outcomes for a in outcome.arrays.values() if a.size > 1]
        largest = max((np.abs(a).max() for a in arrays), default=1)
        verdict = Verdict(part, Status.WRONG, "", read_as=read_as, part=part)
        if largest < 1e-12:
            return named(verdict, "rows-summed" if largest else "all-zeros")
        if arrays and all((a == 1).all() for a in arrays):
            text = "It gives ones, whatever goes in. That is right only where the loss before it"
            return replace(verdict, summary=f"{text} already gives p - t.")
    return None


SHOWN = {
    "elementwise": re.compile(r"\b1(\.0?)? ?- |- \w+ ?\*\* ?2|- \w+ ?\* ?\w"),
    "array-made-in-loop": re.compile(r"\n( +)for .*\n(\1 +.*\n)*?\1 +\w+ = np\.(zeros|empty)"),
}
"""What a mistake needs in the code, where another one gives the same numbers."""


def as_shown(verdict, text):
    """Return a verdict without what the code does not show, of mistakes that are one of several."""
    hidden = {m for m in verdict.either if m.key in SHOWN and not SHOWN[m.key].search(text)}
    left = tuple(m for m in verdict.mistakes if m not in hidden)
    either = tuple(m for m in verdict.either if m not in hidden)
    return replace(verdict, mistakes=left, either=either * (len(either) > 1)) if left else verdict


def without_inherited(verdict, others, text):
    """Return a verdict without mistakes that were found in a part that this one's text calls."""
    called = [v for v in others if v.mistakes and f"{v.part.rpartition('.')[2]}(" in text]
    theirs = {mistake.key: other.part for other in called for mistake in other.mistakes}
    left = tuple(mistake for mistake in verdict.mistakes if mistake.key not in theirs)
    if left or not verdict.mistakes:
        return replace(verdict, mistakes=left)
    key = verdict.misconception.key
    text = f"Right, but for what it has from {theirs[key]}: {key}."
    return replace(verdict, status=Status.CORRECT, mistakes=(), summary=text, line=None)
