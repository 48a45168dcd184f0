"""The loss that a program returns decides: a gradient beside it is compared with its differences.

With generic data in place of the identity, with what was 0 not 0, and with a mask that leaves some
out, so that a term of the loss that the gradient lacks shows.
"""

import re
import time
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from softmax_lessons.diagnosis.plans import TEMPERATURE, TERMS
from softmax_lessons.diagnosis.reading import as_rows
from softmax_lessons.diagnosis.watch import held
from softmax_lessons.judging import explain
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.judging.verdict import Status, Verdict
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.numerics import softmax

STEP, SECONDS = 1e-5, 0.6
SQUARED = re.compile("mse|square|quadratic", re.I)
OF_NUMBERS = {"no-shift", "one-maximum-for-all", "shift-not-maximum", "unstable", "nan-hidden"}
OF_NUMBERS |= {"products-overflow", "writes-into-argument", "clipped-logits", "remembers"}
OF_NUMBERS |= {"epsilon-in-logarithm", "argmax-for-maximum", "shift-by-positive-maximum"}
"""Mistakes of an implementation, whatever the loss."""
SAME = "It is the gradient of the loss that the program returns."


class Compared(NamedTuple):
    """A gradient as it was given and as it was measured, in the rows of the logits."""

    given: np.ndarray
    measured: np.ndarray

    @property
    def agree(self):
        """Whether they are the same."""
        return bool(np.allclose(self.given, self.measured, rtol=1e-4, atol=1e-7))

    @property
    def worst(self):
        """The entry that is off most, as a sentence."""
        k = np.unravel_index(np.abs(self.given - self.measured).argmax(), self.given.shape)
        text = f"entry {tuple(map(int, k))} is {self.given[k]:.4g},"
        return f"{text} and by differences of the loss {self.measured[k]:.4g}"


def named(verdict, key, text=""):
    """Return a verdict with one more mistake, the first, and a sentence behind its claim."""
    mistakes = (MISTAKES[key], *verdict.mistakes)
    summary = f"{mistakes[0]} {text}".strip()
    return replace(verdict, status=Status.KNOWN_MISTAKE, summary=summary, mistakes=mistakes)


def compare(plan, path, place, constants=None):
    """Return a gradient and the differences of the loss beside it; None where there is no loss."""
    values, until = plan.values(), time.process_time() + SECONDS

    def run(rows):
        fresh = {key: a.copy() for key, a in (values | {place: rows}).items()}
        outcome = plan.run(fresh, constants)
        return outcome.arrays.get(path), np.array(outcome.scalars)

    rows, (given, scalars) = values[place], run(values[place])
    if given is None or not scalars.size or given.size != rows.size:
        return None
    measured = np.zeros((len(scalars), *rows.shape))
    for index in np.ndindex(rows.shape):
        if time.process_time() > until:
            return None
        up, down = (run(moved(rows, index, step))[1] for step in (STEP, -STEP))
        measured[(slice(None), *index)] = (up - down) / (2 * STEP)
    moving = next((m for m in measured if np.isfinite(m).all() and np.abs(m).max() > 1e-8), None)
    given = as_rows(given, plan.layout, rows.shape)
    return None if moving is None or given.shape != rows.shape else Compared(given, moving)


def moved(array, index, step):
    """Return an array in which one entry is moved."""
    array = array.copy()
    array[index] += step
    return array


def beside(plan, path, place, losses):
    """Return a gradient beside the loss that the program, or another part of it, returns.

    With it come the plan, and what calls safely.
    """
    call = Caller(1.5)
    for several in (plan, *(plan.behind(loss) for loss in losses)):
        compared, _ = call(compare, several, path, place)
        if compared is not None:
            return compared, several, call
    return None, plan, call


def variations(plan):
    """Yield what else a loss is tried with: a word for it, and what stands in for which form."""
    steps, N, n = plan.steps, plan.layout.N, plan.layout.n
    forms = {form for step in steps for form in step.forms if isinstance(form, str)}
    given = {pair for step in steps for pair in zip(step.arguments, step.forms, strict=False)}
    flags = [flag for step in steps for flag in step.flags if TERMS.fullmatch(flag)]
    if flags or any(form == "0" and TERMS.fullmatch(name) for name, form in given):
        yield "regulariser", {"0": 0.3} | dict.fromkeys(flags, 0.3)
    if any(form == "1" and TEMPERATURE.fullmatch(name) for name, form in given):
        yield "temperature", {"1": 2.0}
    if forms & {"a mask of ones", "a mask of examples"}:
        rows = np.asarray(plan.layout.put(np.arange(N * n).reshape(N, n)))
        examples = np.arange(rows.size // n).reshape(rows.shape[:-1])
        yield ("mask", {"a mask of ones": rows % 3 > 0, "a mask of examples": examples % 3 > 0})
    left_out = [step.ignored for step in steps if step.ignored is not None]
    if left_out and "labels" in forms and N > 1:
        labels = next(plan.values()[place] for place, f in plan.places().items() if f == "labels")
        yield ("examples left out", {"labels": np.r_[left_out[0], labels.argmax(axis=1)[1:]]})
    if "ones" in forms:
        yield "weights of classes", {"ones": 1 + np.arange(n) / n}
    if "the identity" in forms:
        yield "data", {"the identity": np.random.default_rng(3).normal(size=(N, N))}


KEYS = {"temperature": "temperature-factor", "mask": "mask-ignored"}


def _varied(verdict, plan, path, place, compared, call):
    """Return the verdict after all variations."""
    for what, constants in variations(plan):
        other, _ = call(compare, plan, path, place, constants)
        if other is None or other.agree:
            continue
        if what == "regulariser":
            mine, right = (other.given - compared.given, other.measured - compared.measured)
            forgotten, r = np.abs(mine).max() < 1e-9, explain.proportion(mine, right)
            text = (
                f"The gradient of the further term is {r:.3g} times what it has to be." if r else ""
            )
            key = "regulariser-forgotten" if forgotten else "regulariser-factor"
            return named(verdict, key, text)
        if what in KEYS:
            return named(verdict, KEYS[what])
        text = (
            f"It is not the gradient of the loss that it returns: with other {what}, {other.worst}."
        )
        return replace(verdict, status=Status.WRONG, summary=text)
    return verdict


def by_own_loss(verdict, match, losses):
    """Return the verdict on a gradient after its own loss has been heard."""
    place = match.roles.get("z")
    if place is None:
        return verdict
    compared, plan, call = beside(match.plan, match.path, place, losses)
    if compared is None:
        outcome, _ = call(match.plan.run, match.plan.values())
        if outcome and np.isnan(outcome.scalars).any() and verdict.passed:
            text = (
                "The gradient is right, but the loss beside it is NaN: the probabilities have been"
            )
            text += " changed before their logarithm is taken. Is one array there under two names?"
            return replace(verdict, status=Status.WRONG, summary=text)
        return verdict
    if not compared.agree:
        r, N = explain.proportion(*compared), plan.layout.N
        # (p - t) / N is what a mean loss has: so this one is a sum.
        others = {1 / N: "averaged-over-batch"}
        p = softmax(plan.values()[place])
        is_sum = np.allclose(
            np.where(compared.measured < 0, 1, 0) + compared.measured, p, atol=1e-3
        )
        keys = [mistake.key for mistake in verdict.mistakes]
        told = verdict.passed or (is_sum and "averaged-twice" in keys)
        return in_proportion(verdict, r, N, others) if r and told else verdict
    left = tuple(m for m in verdict.mistakes if m.key in OF_NUMBERS)
    if len(left) < len(verdict.mistakes):
        keys = ", ".join(m.key for m in verdict.mistakes if m.key not in OF_NUMBERS)
        text = f"{SAME} As that of the mean cross-entropy it would be wrong: {keys}."
        status = verdict.status if left else Status.CORRECT
        verdict = replace(verdict, status=status, mistakes=left, counterexample=None, summary=text)
    return _varied(verdict, plan, match.path, place, compared, call)


def beside_a_loss(part, tried, losses, end):
    """Return the verdict on what no formula explains, by the loss beside it; None without one."""
    for plan, outcome in tried.ran[:12]:
        if time.process_time() > end:
            return None
        for path in outcome.arrays if outcome.scalars or losses else ():
            for place in [p for p, form in plan.places().items() if form in ("array", "flat")]:
                compared, several, call = beside(plan, path, place, losses)
                r = compared and (compared.agree or explain.proportion(*compared))
                if r:
                    read_as = f"{part}; {plan.layout.words}; a loss and its gradient"
                    verdict = Verdict(part, Status.CORRECT, SAME, read_as=read_as, part=part)
                    if not compared.agree:
                        return in_proportion(verdict, r, plan.layout.N)
                    return _varied(verdict, several, path, place, compared, call)
    return None


def in_proportion(verdict, r, N, others=None):
    """Return the verdict on a gradient that is r times what it has to be."""
    factors = {2: "factor-of-two", 0.5: "halved", -1: "sign-flipped"}
    factors |= {N: "no-average", 1 / N: "averaged-twice"} | (others or {})
    near = (key for factor, key in factors.items() if abs(r / factor - 1) < 1e-3)
    text = f"It is {r:.4g} times the gradient of the loss that the program returns."
    return named(replace(verdict, mistakes=()), next(near, "constant-factor"), text)


def by_weights(verdict, plan, losses):
    """Return the verdict on a network that is right so far, by the gradients of its weights."""
    if plan is None or not verdict.passed:
        return verdict
    call, last = Caller(1.5), plan.steps[-1].arguments
    for several in (plan, *(plan.behind(loss) for loss in losses if loss.needed == last)):
        known, _ = call(ratios, several)
        if several is not plan and known == [] and SQUARED.search(several.steps[-2].name):
            return named(verdict, "assumes-cross-entropy", "The loss here is a squared error.")
        if known and min(abs(r - 1) for r in known) > 1e-3:
            often = max(known, key=lambda r: sum(abs(other / r - 1) < 1e-3 for other in known))
            verdict = in_proportion(verdict, often, plan.layout.N)
            return replace(verdict, hint=verdict.misconception.hint)
    return verdict


def of_weights(part, tried, losses):
    """Return the verdict on gradients of weights that no formula explains, by their own loss."""
    for plan, _ in [one for one in tried.ran[:12] if "array" in one[0].places().values()][:4]:
        read_as = f"{part}; {plan.layout.words}; the gradients of its weights"
        verdict = Verdict(part, Status.CORRECT, SAME, read_as=read_as, part=part)
        last = plan.steps[-1].arguments
        for several in (plan, *(plan.behind(loss) for loss in losses if loss.needed == last)):
            known, _ = Caller(1)(ratios, several)
            if known:
                return by_weights(verdict, several, ())
    return None


def ratios(plan):
    """Return what gradients of weights are times those of the loss, where they are in proportion.

    Weights are those of an object, or in parameters.
    """
    record, sizes = plan.parameters(plan.layout.n), {}

    def look(thing):
        sizes.update({path: holder[key].shape for holder, key, path in held(thing)})

    outcome = plan.run(plan.values(), {"parameters": record}, look)
    look(record)

    def run(path, index, step):
        def move(thing):
            for holder, key, own in held(thing):
                if own == path:
                    holder[key] = moved(holder[key], index, step)

        other = plan.parameters(plan.layout.n)
        other.update({key: np.copy(a) for key, a in record.items()})
        move(other)
        return np.array(plan.run(plan.values(), {"parameters": other}, move).scalars)

    found = []
    for path, shape in sizes.items():
        entries = list(np.ndindex(shape))[1::3][:6]
        pairs = [(run(path, i, STEP), run(path, i, -STEP)) for i in entries]
        measured = np.array([(up - down) / (2 * STEP) for up, down in pairs]).T
        moving = [m for m in measured if np.abs(m).max() > 1e-8]
        same = [a for a in outcome.arrays.values() if a.shape == shape and moving and a.size > 6]
        close = [explain.proportion(np.array([a[i] for i in entries]), moving[0]) for a in same]
        found += [min(filter(None, close), key=lambda r: abs(np.log(abs(r))))] if any(close) else []
    return found
