"""Finds what a program computes: runs its plans, and looks the results up among all formulas."""

import re
import sys
import time
from contextlib import suppress
from dataclasses import replace
from itertools import product

import numpy as np

from softmax_lessons.diagnosis import evidence
from softmax_lessons.diagnosis.layouts import ARRAYS, CONSTANTS, INCOMING, LAYOUTS, TARGETS
from softmax_lessons.diagnosis.plans import TEMPERATURE, Plan, optional, signatures
from softmax_lessons.diagnosis.reading import Match, as_rows
from softmax_lessons.diagnosis.tables import MANY, ONE, identify
from softmax_lessons.diagnosis.watch import arrays_in
from softmax_lessons.judging.observe import described
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.mistakes.task import NONE_OF_ONE

NAMES = {
    "z": "z x logits scores a inputs input_data input s",
    "p": "p s probs probabilities prob y_hat yhat y_pred out output softmax_out a",
    "logp": "logp log_p log_probs",
    "g": "g grad dout dy upstream cotangent err error grad_output dvalues delta da dl gradient"
    " grad_p grad_log_p d grad_out",
    "t": "t y y_true target targets label labels one_hot onehot",
}
"""The names that arguments in a role go by."""
APART = ("list", "lists", "block", "tensors")
MAIN = ("rows", "columns", "vector")
SLOW = 3 if sys.platform == "emscripten" else 1
"""How much longer things may take in a browser."""
SECONDS = {evidence.BARE: 0.3 * SLOW, evidence.NEAR: 0.6 * SLOW, evidence.NAMED: 1.2 * SLOW}
"""How long a part is tried in a layout, by what speaks for softmax in its names."""
ENOUGH, FEW = 0.45, 1.3
"""The cost of a match after which nothing better is looked for, or only in the layouts of many."""


def strangers(names, roles):
    """Return how many arguments bear a name of another role than theirs."""
    known = {role: words.split() for role, words in NAMES.items()}
    return sum(
        name.lower() not in known.get(role, ())
        and any(name.lower() in words for words in known.values())
        for name, role in zip(names, roles, strict=True)
    )


def _results(plan, values, outcome, how):
    """Yield the outputs of a run that may be results: not what was handed through, no constants."""
    targets = [place for place, form in plan.places().items() if form in TARGETS]
    earlier = [a for result in outcome.results[:-1] for _, a in arrays_in(result)]
    for path, out in outcome.arrays.items():
        given = _handed(plan, values, out)
        if how != evidence.NAMED and any(np.array_equal(a, out) for a in earlier):
            continue
        if any(np.array_equal(plan.layout.put(values[place]), out) for place in targets):
            continue  # labels were made one-hot
        some = np.unique(out)
        few = len(some) < 2 or (how != evidence.NAMED and np.isin(some, (0, 1)).all())
        kept = given and (len(outcome.arrays) > 1 or not path.startswith("result"))
        if not few and not kept:
            yield path, out


def _handed(plan, values, out):
    """Tell whether an output is what was given."""
    given = [np.asarray(plan.layout.put(rows)) for rows in values.values()]
    return any(np.array_equal(a, out) for a in given)


def moved_by(plan, outcome):
    """Return for each output the places that it depends on: all of them have to be explained."""
    moved = {path: set() for path in outcome.arrays}
    for place, rows in plan.values().items() if len(plan.places()) > 1 else ():
        other = plan.values() | {place: np.roll(rows, 1, axis=int(len(rows) == 1))}
        with suppress(Exception):  # it does not take that
            arrays = plan.run(other).arrays
            for path in {path for path in moved if path in arrays}:
                if not np.array_equal(arrays[path], outcome.arrays[path]):
                    moved[path].add(place)
    return moved


def matches(plan, values, outcome, how, name, until):
    """Yield all matches of what a run gave, until some time."""
    places, layout = plan.places(), plan.layout
    arrays = [place for place, form in places.items() if form in ARRAYS]
    targets = [place for place, form in places.items() if form in TARGETS]
    moved = moved_by(plan, outcome)
    for path, out in _results(plan, values, outcome, how):
        for task in ONE if layout.single else MANY:
            # What comes forward is made of logits alone; more may cancel, as a common shift does.
            more = len(arrays) > 1 and how != evidence.NAMED
            if not task.derivative and (more or _handed(plan, values, out)):
                continue
            rows = out.ravel() if layout.single and 1 in out.shape else out
            if not task.jacobian:
                try:
                    rows = as_rows(out, layout, (layout.N, layout.n))
                except ValueError:
                    continue
            wanted = [role for role in task.roles if role != "axis"]
            pools = [arrays + targets if role == "t" else arrays for role in wanted]
            for chosen in product(*pools):
                explained = len({*chosen}) == len(chosen) and moved[path] <= {*chosen}
                if explained and time.process_time() < until:
                    roles = dict(zip(wanted, chosen, strict=True))
                    for of_log in (False, True) if "logp" in roles else (False,):
                        match = Match(plan, path, task, roles, None, 0, of_log)
                        yield from _explained(match, values, rows, how, name)


def _explained(match, values, rows, how, name):
    """Yield a match with each explanation that is admitted, and its cost."""
    plan, task, roles, places = match.plan, match.task, match.roles, match.plan.places()
    labels = any(places[place] in TARGETS[1:] for place in roles.values())
    axis = any("the last axis" in step.forms for step in plan.steps)
    names = [plan.steps[s].arguments[k] for s, k in roles.values()]
    cost = 0.75 * strangers(names, roles) + 0.25 * (len(places) - len(roles))
    square = plan.layout is LAYOUTS["square"]
    cost += (0.3 + 2 * axis) * plan.layout.single + 0.2 * square
    cost += 0.1 * (plan.layout is LAYOUTS["columns"])
    for e in identify(task, match.arguments(values), rows, square)[:2]:
        far = {*e.keys} & evidence.FAR or e.cost > 2 + (how == evidence.NAMED)
        many = "constant-factor" in e.keys and len(e.keys) > 1
        skipped = many or (far and how != evidence.NAMED)
        if not skipped and evidence.admits(how, task, e, labels, name):
            more = e.cost + 0.6 * bool(NONE_OF_ONE & {*e.keys})
            yield replace(match, explanation=e, cost=cost + more)


class Tried:
    """What came of trying: matches, the plans that ran with their outcomes, the errors.

    `many` tells whether the program speaks of many examples at once.
    """

    def __init__(self, many=False):
        self.many = many
        self.found, self.ran, self.errors, self.ended = [], [], [], None

    @property
    def best(self):
        """The best match, None where there is none."""
        return min(self.found, key=lambda match: match.cost, default=None)

    def add(self, plans, how, name, end):
        """Try plans, all in one safe call."""
        call = Caller(2 * SECONDS[how] + 1)
        _, error = call(self._all, plans, how, name, end)
        self.ended = self.ended or error  # it did not return

    def add_behind(self, plans, how, name, end):
        """Try plans in which something comes forward first: what comes last is a derivative."""
        more = Tried(self.many)
        more.add(plans, how, name, end)
        self.found += [match for match in more.found if match.task.derivative]
        self.ran, self.errors = more.ran + self.ran, self.errors + more.errors
        self.ended = self.ended or more.ended

    def why_not(self):
        """Say why a part could not be read."""
        if self.ended:
            return f"It was called, and {self.ended}."
        if self.ran or not self.errors:
            return "It runs, and none of the known formulas gives what it returns."
        plan, error = self.errors[0]
        step = plan.steps[-1]
        pairs = zip(step.arguments, step.forms, strict=False)
        given = ", ".join(f"{name}: {form}" for name, form in pairs if isinstance(form, str))
        return f"Called as {step.name}({given}), {described(error).rstrip('.')}."

    @property
    def mismatch(self):
        """Whether sizes did not fit, which they do where there are as many examples as classes."""
        told = re.compile("broadcast|aligned|mismatch|out of bounds")
        return any(told.search(str(error)) for _, error in self.errors)

    @property
    def gave_numbers(self):
        """Whether all that ran gave single numbers, as a loss does."""
        last = [outcome.results[-1] for _, outcome in self.ran]
        last = [result for result in last if not isinstance(result, tuple)]
        return bool(last) and all(np.ndim(r) == 0 and r is not None for r in last)

    def _all(self, plans, how, name, end):
        until, went = min(time.process_time() + SECONDS[how], end), set()
        for plan in plans:
            forms, names = plan.steps[-1].forms, plan.steps[-1].arguments
            # A constant where an array does as well says nothing more, but for these names.
            if any(
                form in CONSTANTS and (*forms[:k], "array", *forms[k + 1 :]) in went
                for k, (form, name) in enumerate(zip(forms, names, strict=True))
                if isinstance(form, str)
                and not (TEMPERATURE.fullmatch(name) or INCOMING.fullmatch(name))
            ):
                continue
            if time.process_time() > until or len(went) > (40 if how else 25):
                return
            try:
                outcome = plan.run(plan.values())
            except Exception as error:
                self.errors.append((plan, error))
                continue
            went.add(forms)
            self.ran.append((plan, outcome))
            # What ran may have written into what it was given.
            for match in matches(plan, plan.values(), outcome, how, name, until):
                match.cost += 1.4 * (self.many and plan.layout.single)
                self.found.append(match)
            if self.found and self.best.cost < ENOUGH:
                return


def search(callee, how, make=None, end=np.inf, layouts=None, many=False):
    """Return what came of calling a function or method, in one layout after another."""
    tried = Tried(many)
    if not callee.needed or len(callee.needed) > 8:
        return tried
    ways = dict.fromkeys((optional(callee.function, callee.needed), callee.needed))
    for key in layouts or LAYOUTS:
        layout, best = LAYOUTS[key], tried.best
        if best and (best.cost < ENOUGH or (best.cost < FEW and not _may_be_better(best, layout))):
            break
        asked = layouts and key == layouts[0]
        if key in APART and (tried.found or tried.ran) and not asked:
            continue
        if key == "square" and not (tried.mismatch and (best is None or best.cost > FEW)):
            continue
        for names in ways:
            plans = [
                Plan(layout, [callee.step(forms, names)], make)
                for forms in signatures(names, (), 400 if key in MAIN else 100)
            ]
            tried.add(plans, how, callee.name, end)
            if tried.best or tried.ended:
                break
        if tried.ended or time.process_time() > end:
            break
    return tried


def _may_be_better(best, layout):
    """Tell whether another layout may explain more: mistakes in a batch are none in one example."""
    return bool(NONE_OF_ONE & {*best.keys}) or (best.plan.layout.single and layout.single)
