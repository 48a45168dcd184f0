"""Compares the gradients of a network's weights with differences of its own loss."""

import re

import numpy as np

from softmax_lessons.diagnosis.layouts import CONSTANTS
from softmax_lessons.diagnosis.own_loss import (
    SAME,
    at,
    in_proportion,
    moving,
    named,
    of_term,
    variations,
)
from softmax_lessons.diagnosis.pairs import watched
from softmax_lessons.diagnosis.watch import held
from softmax_lessons.gradient_check import finite_difference_jacobian
from softmax_lessons.judging import explain
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.judging.verdict import Status, Verdict

SOME = slice(0, 17, 3)
"""The entries of weights that are moved: of the identity some ones, and some zeros."""
SQUARED = re.compile("mse|square|quadratic", re.I)


def by_weights(part, verdict, plans, losses, program):
    """Return the verdict on a network after the gradients of its weights have been compared.

    Where there was none, it is on these alone.
    """
    call = Caller(1.5)
    for plan in plans if verdict is None or verdict.passed else ():
        same = [loss for loss in losses if loss.needed == plan.steps[-1].arguments]
        for several in (plan, *map(plan.behind, same)):
            told, _ = call(ratios, several)
            known = [r for r in told or () if np.isfinite(r) or not verdict]
            if verdict and told and not known and several is not plan:
                if SQUARED.search(several.steps[-2].name):
                    text = "The loss here is a squared error."
                    return named(verdict, "assumes-cross-entropy", text)
            elif known and np.isfinite(known).all():
                read_as = f"{part}; {plan.layout.words}; the gradients of its weights"
                right = Verdict(part, Status.CORRECT, SAME, read_as=read_as, part=part)
                often = max(known, key=lambda r: sum(abs(other / r - 1) < 1e-3 for other in known))
                is_right = min(abs(r - 1) for r in known) < 1e-3
                verdict = verdict or right
                if not is_right:
                    return in_proportion(verdict, often, plan.layout.N)
                term, _ = call(_term_of_weights, several)
                if term is None:
                    return verdict
                *term, gradient = term
                told = of_term(verdict, *term)
                made = [v for v in watched(several, program) if np.array_equal(v.array, gradient)]
                return at(told, made[0].line, program) if made else told
    return verdict


def ratios(plan):
    """Return what gradients of weights are times those of the loss, inf where not in proportion."""
    return [r for r, *_ in of_weights(plan).values()]


def _term_of_weights(plan):
    """Return what a further term of the loss adds to a gradient of weights, has to, and where.

    None where nothing is wrong.
    """
    for what, constants in variations(plan):
        if what == "regulariser":
            without, within = of_weights(plan), of_weights(plan, constants)
            for weight in without.keys() & within.keys():
                r, path, arrays, right = without[weight]
                *_, more, wanted = within[weight]
                given = (more[path] - arrays[path]).flat[SOME]
                far = not np.allclose(given, wanted - right, rtol=1e-4, atol=1e-7)
                if abs(r - 1) < 1e-3 and far:
                    return given, wanted - right, arrays[path]
    return None


def of_weights(plan, constants=None):
    """Return what gradients of weights are times those of the loss, and which they are.

    With each come the path of the gradient, all arrays, and what is measured. Weights are those of
    an object, or in parameters; some entries of each are moved.
    """
    record, weights = CONSTANTS["parameters"](None, plan.layout.n, plan.layout), {}

    def run(path=None, entries=None):
        def prepare(thing):
            for holder, key, own in held([thing, record]):
                holder[key] = weights.setdefault(own, holder[key]).copy()
                if own == path:
                    holder[key].flat[SOME] = entries

        return plan.run(plan.values(), {"parameters": record} | (constants or {}), prepare)

    run()  # now the parameters hold what they were asked for
    outcome, found = run(), {}
    moved = {own for own in outcome.arrays if any(path.endswith(own) for path in weights)}
    gradients = {own: a for own, a in outcome.arrays.items() if own not in moved}
    for path, array in list(weights.items()):
        some = array.flat[SOME]
        losses = finite_difference_jacobian(
            lambda x, path=path: np.array(run(path, x).scalars), some
        )
        measured = moving(losses)
        given = {own: a.flat[SOME] for own, a in gradients.items() if a.size == array.size > 4}
        if given and measured is not None:
            close = {own: explain.proportion(a, measured) or np.inf for own, a in given.items()}
            own = min(close, key=lambda own: abs(np.log(abs(close[own]))))
            found[path] = close[own], own, gradients, measured
    return found
