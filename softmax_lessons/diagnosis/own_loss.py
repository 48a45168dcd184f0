"""The loss that a program returns decides: a gradient beside it is compared with its differences.

With generic data in place of the identity, with what was 0 not 0, and with a mask that leaves some
out, so that a term of the loss that the gradient lacks shows.
"""

import time
from dataclasses import replace
from itertools import product
from typing import NamedTuple

import numpy as np

from softmax_lessons.diagnosis.plans import OF_OBJECT, TEMPERATURE, TERMS
from softmax_lessons.diagnosis.reading import as_rows
from softmax_lessons.diagnosis.search import moved_by
from softmax_lessons.gradient_check import finite_difference_jacobian
from softmax_lessons.judging import explain
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.judging.verdict import Status, Verdict
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.task import WAYS
from softmax_lessons.numerics import softmax

OF_NUMBERS = {"unstable", "writes-into-argument", "remembers"}
OF_NUMBERS |= {key for keys, _ in WAYS for key in keys}
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


def at(verdict, line, program):
    """Return a verdict that names a line."""
    return replace(verdict, line=line, code=program.lines[line - 1].strip())


def compare(plan, path, place, squash=np.array, constants=None):
    """Return a gradient and the differences of the loss beside it; None where there is no loss.

    Where what is given are the probabilities, `squash` makes them of the logits that are moved.
    """
    values = plan.values()

    def run(rows):
        fresh = {key: a.copy() for key, a in (values | {place: squash(rows)}).items()}
        outcome = plan.run(fresh, constants)
        return outcome.arrays.get(path), np.array(outcome.scalars)

    rows, (given, scalars) = values[place], run(values[place])
    if given is None or not scalars.size or given.size != rows.size:
        return None
    moved = moving(finite_difference_jacobian(lambda rows: run(rows)[1], rows))
    given = as_rows(given, plan.layout, rows.shape)
    return None if moved is None or given.shape != rows.shape else Compared(given, moved)


def moving(measured):
    """Return the first of several derivatives that is finite and not 0; None for none."""
    return next((m for m in measured if np.isfinite(m).all() and np.abs(m).max() > 1e-8), None)


def beside(plan, path, place, losses, squash=np.array):
    """Return a gradient beside the loss that the program, or another part of it, returns.

    With it come the plan, and what calls safely.
    """
    call = Caller(1.5)
    for several in (plan, *(plan.behind(loss) for loss in losses)):
        compared, _ = call(compare, several, path, place, squash)
        if compared is not None:
            return compared, several, call
    return None, plan, call


def variations(plan):
    """Yield what else a loss is tried with: a word for it, and what stands in for which form."""
    steps, N, n = plan.steps, plan.layout.N, plan.layout.n
    forms = {form for step in steps for form in step.forms if isinstance(form, str)}
    given = {pair for step in steps for pair in zip(step.arguments, step.forms, strict=False)}
    numbers = [flag for step in steps for flag, value in step.flags.items() if value == 0.0]
    flags = [flag for flag in numbers if TERMS.fullmatch(flag)]
    thing, _ = Caller(1)(plan.make, n) if plan.make else (None, None)
    own = getattr(thing, "__dict__", ())
    flags += filter(OF_OBJECT.fullmatch, own)
    if flags or any(form == "0" and TERMS.fullmatch(name) for name, form in given):
        yield "regulariser", {"0": 0.3} | dict.fromkeys(flags, 0.3)
    if any(form == "1" and TEMPERATURE.fullmatch(name) for name, form in given):
        yield "temperature", {"1": 2.0}
    elif kept := [name for name in own if TEMPERATURE.fullmatch(name)]:
        yield "temperature", dict.fromkeys(kept, 2.0)
    for flag in numbers:
        if flag not in flags:
            yield f"another {flag}", {flag: 0.1}
    if forms & {"a mask of ones", "a mask of examples"}:
        rows = np.asarray(plan.layout.put(np.arange(N * n).reshape(N, n)))
        examples = np.arange(rows.size // n).reshape(rows.shape[:-1])
        yield ("mask", {"a mask of ones": rows % 3 > 0, "a mask of examples": examples % 3 > 0})
    left_out = [step.ignored for step in steps if step.ignored is not None]
    if left_out and "labels" in forms and N > 1:
        labels = next(plan.values()[place] for place, f in plan.places().items() if f == "labels")
        yield ("examples left out", {"labels": np.r_[left_out[0], labels.argmax(axis=1)[1:]]})
    if "ones" in forms:
        yield CLASSES, {"ones": 1 + np.arange(n) / n}
    if "the identity" in forms:
        yield "other data", {"the identity": np.random.default_rng(3).normal(size=(N, N))}


def of_term(verdict, given, measured):
    """Return a verdict that names what is wrong with the gradient of a further term of the loss."""
    if np.abs(given).max() < 1e-9:
        return named(verdict, "regulariser-forgotten")
    r = explain.proportion(given, measured)
    text = r and f"The gradient of the further term is {r:.3g} times what it has to be."
    return named(verdict, "regulariser-factor", text or "")


CLASSES = "other weights of classes"
KEYS = {"temperature": "temperature-factor", "mask": "mask-ignored"}


def _varied(verdict, plan, path, place, compared, call, squash=np.array):
    """Return the verdict after all variations."""
    for what, constants in variations(plan):
        other, _ = call(compare, plan, path, place, squash, constants)
        if other is None or other.agree:
            continue
        if what == "regulariser":
            return of_term(
                verdict, other.given - compared.given, other.measured - compared.measured
            )
        if what in KEYS:
            of_examples = what == "mask" and not other.measured.any(axis=1).all()
            text = "The mask leaves examples out of the loss: their gradient is 0."
            return named(verdict, KEYS[what], text if of_examples else "")
        if what == CLASSES and np.allclose(other.given, compared.given * constants["ones"]):
            return named(verdict, "weighted-by-class")
        text = f"It is not the gradient of the loss that it returns: with {what},"
        text += f" {other.worst}."
        return replace(verdict, status=Status.WRONG, summary=text)
    return verdict


def by_own_loss(verdict, match, losses):
    """Return the verdict on a gradient after its own loss has been heard."""
    of_p = "p" in match.roles and match.task.name == "softmax_cross_entropy_grad"
    place, squash = match.roles.get("z") or match.roles["p"], softmax if of_p else np.array
    compared, plan, call = beside(match.plan, match.path, place, losses, squash)
    if compared is None:
        outcome, _ = call(match.plan.run, match.plan.values())
        if outcome and np.isnan(outcome.scalars).any() and verdict.passed:
            text = "The gradient is right, but the loss beside it is NaN: the probabilities were"
            text += " changed before their logarithm is taken. Is one array there under two names?"
            return replace(verdict, status=Status.WRONG, summary=text)
        return verdict
    if not compared.agree:
        r, N = explain.proportion(*compared), plan.layout.N
        # (p - t) / N is what a mean loss has: so this one is a sum.
        others = {1 / N: "averaged-over-batch"}
        if not verdict.passed:
            return verdict
        if r:
            text = "The loss is a mean over all entries: it divides by the number of classes, too."
            text = text if abs(r / plan.layout.n - 1) < 1e-3 else ""
            return in_proportion(verdict, r, N, others, text)
        text = f"It is not the gradient of the loss that is returned beside it: {compared.worst}."
        return replace(verdict, status=Status.WRONG, summary=text)
    left = tuple(m for m in verdict.mistakes if m.key in OF_NUMBERS)
    if len(left) < len(verdict.mistakes):
        keys = ", ".join(m.key for m in verdict.mistakes if m.key not in OF_NUMBERS)
        text = f"{SAME} As that of the mean cross-entropy it would be wrong: {keys}."
        status = verdict.status if left else Status.CORRECT
        verdict = replace(verdict, status=status, mistakes=left, counterexample=None, summary=text)
    return _varied(verdict, plan, match.path, place, compared, call, squash)


def beside_a_loss(part, tried, losses, end):
    """Return the verdict on what no formula explains, by the loss beside it; None without one."""
    for plan, outcome in tried.ran[:12]:
        places = [place for place, form in plan.places().items() if form in ("array", "flat")]
        paths = outcome.arrays if outcome.scalars or losses else ()
        for path, place in product(paths, places if time.process_time() < end else ()):
            compared, several, call = beside(plan, path, place, losses)
            r = compared and (compared.agree or explain.proportion(*compared))
            moved, _ = Caller(1)(moved_by, plan, outcome) if r else (None, None)
            # What a sum is weighted with is its gradient, too.
            if moved and (len(places) == 1 or place in moved[path]):
                read_as = f"{part}; {plan.layout.words}; a loss and its gradient"
                verdict = Verdict(part, Status.CORRECT, SAME, read_as=read_as, part=part)
                if not compared.agree:
                    return in_proportion(verdict, r, plan.layout.N)
                return _varied(verdict, several, path, place, compared, call)
    return None


def in_proportion(verdict, r, N, others=None, text=""):
    """Return the verdict on a gradient that is r times what it has to be."""
    factors = {2: "factor-of-two", 0.5: "halved", -1: "sign-flipped"}
    factors |= {N: "no-average", 1 / N: "averaged-twice"} | (others or {})
    near = (key for factor, key in factors.items() if abs(r / factor - 1) < 1e-3)
    text = text or f"It is {r:.4g} times the gradient of the loss that the program returns."
    return named(replace(verdict, mistakes=()), next(near, "constant-factor"), text)
