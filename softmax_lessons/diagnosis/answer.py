"""From matches to a verdict: judged where other data confirm them, with the line."""

import re
from contextlib import suppress
from dataclasses import replace

import numpy as np

from softmax_lessons.diagnosis import evidence
from softmax_lessons.diagnosis.own_loss import at, in_proportion, named, variations
from softmax_lessons.diagnosis.pairs import watched
from softmax_lessons.diagnosis.reading import Reading, as_rows
from softmax_lessons.diagnosis.weights import BIAS
from softmax_lessons.judging import explain
from softmax_lessons.judging.judge import judge
from softmax_lessons.judging.observe import observe
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.judging.verdict import Status, Verdict
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.formula import Formula
from softmax_lessons.mistakes.inputs import PLAIN, Input
from softmax_lessons.numerics import softmax

TRIES = 5
"""How many matches of a part are judged, until one holds."""


def judged(found):
    """Return the verdict on the best match that other data confirm, and the match; or None."""
    tried = []
    for match in sorted(_credible(found), key=lambda match: match.cost)[:40]:
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


def _credible(found):
    """Yield what is not far-fetched: no Jacobian is one of several gradients in a dictionary."""
    for match in found:
        if match.cost < 3 and not (match.task.jacobian and "['" in match.path):
            yield match


def confirmed(reading):
    """Tell whether the last plain input agrees with what explains the first run."""
    plain = [case for case in reading.task.inputs if case.shows == PLAIN]
    seen, e = observe(Caller(1), reading, plain[-1]), reading.match.explanation
    with np.errstate(all="ignore"):
        given = reading.task.attempted(seen.case, e.given, e.result)
        same = explain.agrees(seen.array, given)
        return same or bool(explain.fit(reading.task, e.given, e.result, [seen]))


def _holds(match, verdict):
    """Tell whether the verdict is on what was found, and not on something else."""
    keys, found = {mistake.key for mistake in verdict.mistakes}, {*match.keys} - {"constant-factor"}
    shown = verdict.counterexample
    if not match.keys and shown and "large" in shown.note:
        # Behind weights, a wrong number may be a ReLU's; one that is none is not.
        alone = len(match.plan.places()) == len(match.roles)
        return alone or not np.isfinite(shown.yours).all()
    other = {"argument-unused", "all-zeros"} & keys - found
    return found <= keys and not other and bool(keys or verdict.passed)


def _rival(best, found):
    """Return a sentence on a match that explains as much as the best one, but otherwise."""

    def read(match):
        return match.task.name, match.plan.layout, "z" in match.roles

    for match in sorted(found, key=lambda match: match.cost):
        for_rows = best.plan.layout.single > match.plan.layout.single and len(match.keys) < 2
        alike = match.task.jacobian == best.task.jacobian and read(match) != read(best)
        near = match.cost - best.cost < 0.5 or for_rows
        if near and alike and {*match.keys} != {*best.keys}:
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
    task = match.task
    if not verdict.passed or "z" not in match.roles or "t" in match.roles:
        return verdict
    z, *others = match.arguments(match.plan.values())

    def at(z, factor=1):
        with np.errstate(all="ignore"):
            return factor * task.predict(Input((z, *others)))

    for what, constants in variations(match.plan):
        out, mask = output(match, constants), constants.get("a mask of ones", True)
        if out is None or what not in ("temperature", "mask"):
            continue
        with suppress(ValueError):  # another shape than that of one output
            out = out if task.jacobian else as_rows(out, match.plan.layout, z.shape)
        if np.ndim(mask):
            mask = match.plan.layout.back(mask)
        right, wrong = at(np.where(mask, z, -np.inf)), {"mask-ignored": at(z)}
        wrong["mask-not-renormalised"] = at(z, mask) if np.shape(mask) == z.shape else None
        if what == "temperature":
            right = at(z / 2, 0.5 if task.derivative else 1)
            wrong = {"temperature-factor": at(z / 2), "temperature-multiplied": at(z * 2)}
            wrong["temperature-ignored"] = out
        told = next((key for key, y in wrong.items() if explain.agrees(out, y)), None)
        if told and not explain.agrees(out, right):
            return named(verdict, told)
    return verdict


def with_bias(verdict, match, text, program):
    """Return the verdict on a right gradient of weights, after that of a bias beside it.

    That is the sum of those at the logits, over the examples.
    """
    outcome = None
    if "t" in match.roles and BIAS.search(text):
        outcome, _ = Caller(1)(match.plan.run, match.plan.values())
    if outcome is None:
        return verdict
    arrays, layout, told = outcome.arrays, match.plan.layout, None
    sums = as_rows(arrays.pop(match.path), layout, (layout.N, layout.n)).sum(axis=0)
    for array in (*arrays.values(), *map(np.array, outcome.scalars)):
        r = explain.proportion(array.ravel(), sums)
        if 0 < np.abs(array).max() < 1e-15:
            told = named(verdict, "rows-summed", "The gradient of the bias is 0, whatever goes in.")
        elif array.size == 1 and np.allclose(array, sums.sum(), rtol=1e-9, atol=0):
            text = "The gradient of the bias is one number for all classes: their sum, which is 0."
            told = named(verdict, "rows-summed", text)
        elif r and abs(r - 1) > 1e-3:
            text = f"The gradient of the bias is {r:.4g} times what it has to be beside this one."
            told = in_proportion(verdict, r, layout.N, text=text)
        if told:
            of_it = [v for v in watched(match.plan, program) if np.array_equal(v.array, array)]
            return at(told, of_it[0].line, program) if of_it else told
    return verdict


def with_line(verdict, match, program, right=()):
    """Return a verdict that names the line where what is wrong came to be, in proportion.

    That is in no function that is known to be right.
    """
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
        for value in (value for value in values if value.array.size == want.size):
            alike = explain.proportion(value.array.reshape(want.shape), want)
            if alike and value.function not in right:
                return at(verdict, value.line, program)
    return verdict


def degenerate(part, tried):
    """Return the verdict on a derivative that is zeros or ones whatever goes in, else None."""
    plans = [plan for plan, _ in tried.ran if "array" in plan.steps[-1].forms][:4]
    if not evidence.DERIVATIVE.search(part.rpartition(".")[2]) or not plans:
        return None
    read_as = f"{part}; {plans[0].layout.words}"
    verdict = Verdict(part, Status.WRONG, "", read_as=read_as, part=part)
    # Of probabilities alone, rows of the Jacobian add up to 0.
    for several, squash in ((plans, np.array), (plans[:1], softmax)):
        rows = [{place: squash(3 * a) for place, a in plan.values().items()} for plan in several]
        ran = [Caller(1)(plan.run, given)[0] for plan, given in zip(several, rows, strict=True)]
        arrays = [a for outcome in ran if outcome for a in outcome.arrays.values() if a.size > 1]
        largest = max((np.abs(a).max() for a in arrays), default=1)
        if largest < 1e-12:
            return named(verdict, "rows-summed" if largest else "all-zeros")
        if arrays and all((a == 1).all() for a in arrays):
            text = "It gives ones, whatever goes in. That is right only where the loss before it"
            return replace(verdict, summary=f"{text} already gives p - t.")
    return None


SHOWN = {
    "shift-not-maximum": re.compile(r"exp\("),
    "elementwise": re.compile(r"\b1(\.0?)? ?- |- \w+ ?\*\* ?2|- \w+ ?\* ?\w"),
    "array-made-in-loop": re.compile(r"\n( +)for .*\n(\1 +.*\n)*?\1 +\w+ = np\.(zeros|empty)"),
}
"""What a mistake needs in the code, where another one gives the same numbers."""


def as_shown(verdict, text):
    """Return a verdict without what the code does not show, of mistakes that are one of several."""
    if "exp(" in text and not re.search("max|shift|clip", text):
        alike = {MISTAKES["unstable"]: MISTAKES["no-shift"]}
        mistakes = tuple(dict.fromkeys(alike.get(m, m) for m in verdict.mistakes))
        if mistakes != verdict.mistakes:
            verdict = replace(verdict, mistakes=mistakes, summary=str(mistakes[0]))
    hidden = {m for m in verdict.either if m.key in SHOWN and not SHOWN[m.key].search(text)}
    left = tuple(m for m in verdict.mistakes if m not in hidden)
    either = tuple(m for m in verdict.either if m not in hidden)
    if not (left and hidden):
        return verdict
    one = {"either": (), "summary": str(left[0])} if len(either) < 2 else {"either": either}
    return replace(verdict, mistakes=left, **one)


OF_LOG_P = re.compile("^(?!.*(neg|nll|loss|cost)).*(log_?(pi|p|prob|policy)|likelihood)", re.I)
"""Names of what is to be large, where a loss is to be small."""


def of_log_p(verdict):
    """Return the verdict on a gradient of log p, whose sign is that of no loss."""
    if [m.key for m in verdict.mistakes] != ["sign-flipped"] or not OF_LOG_P.search(verdict.part):
        return verdict
    text = "It is the gradient of log p, along which p grows. That of -log p is its opposite."
    told = replace(verdict, status=Status.CORRECT, mistakes=(), summary=text)
    return replace(told, counterexample=None)


def without_inherited(verdict, others, text):
    """Return a verdict without mistakes that were found in a part that this one's text calls."""
    called = [v for v in others if v.mistakes and f"{v.part.rpartition('.')[2]}(" in text]
    theirs = {m.key: other.part for other in called for m in (*other.mistakes, *other.either)}
    if "no-shift" in theirs:
        theirs["unstable"] = theirs["no-shift"]  # where only the numbers tell
    left = tuple(mistake for mistake in verdict.mistakes if mistake.key not in theirs)
    if left or not verdict.mistakes:
        return replace(verdict, mistakes=left)
    key = verdict.misconception.key
    text = f"Right, but for what it has from {theirs[key]}: {key}."
    return replace(verdict, status=Status.CORRECT, mistakes=(), summary=text, line=None)
