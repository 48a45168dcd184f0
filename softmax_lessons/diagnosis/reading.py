"""A plan in which it is known what each argument is: called like a task, to be judged."""

from dataclasses import dataclass, replace

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.diagnosis.layouts import ARRAYS, CONSTANTS, LAYOUTS, TARGETS, put
from softmax_lessons.diagnosis.plans import Again, Earlier, Plan
from softmax_lessons.diagnosis.watch import numbers
from softmax_lessons.judging.explain import Explanation
from softmax_lessons.mistakes.inputs import Input
from softmax_lessons.mistakes.task import Task

WORDS = {
    "z": "logits",
    "p": "probabilities",
    "logp": "log-probabilities",
    "g": "the incoming gradient",
    "t": "one-hot targets",
    "axis": "the axis",
    "T": "the temperature",
    "mask": "the mask",
    "function": "a function",
    "x": "a point",
}
"""What each role is called."""


@dataclass(eq=False)
class Match:
    """A plan, an output of it, and what explains that: a task, and what plays each of its roles."""

    plan: Plan
    path: str
    task: Task
    roles: dict  # from a role to a place
    explanation: Explanation
    cost: float
    of_log: bool = False  # whether an array is given as logarithms of probabilities

    @property
    def keys(self):
        """The mistakes."""
        return self.explanation.keys

    def arguments(self, values):
        """Return what the task is given, for the rows of a plan."""
        given = []
        for role in self.task.roles:
            rows = -1 if role == "axis" else values[self.roles[role]]
            rows = rows[0] if self.task.jacobian and "batched" not in self.task.name else rows
            given.append(numerics.log_softmax(rows) if role == "logp" and self.of_log else rows)
        return tuple(given)


class _Spread(Task):
    """A task behind a product with the identity, by which one NaN spreads over all examples."""

    def predict(self, *arguments, **formulas):
        """Return what the formula gives, NaN in a class of one example being one in all."""
        y = super().predict(*arguments, **formulas)
        return np.where(np.isfinite(y).all(axis=0), y, np.nan) if y.ndim == 2 else y


class Reading:
    """A match, called like its task."""

    def __init__(self, match):
        self.match, self.plan = match, match.plan
        self.task, self.layout = match.task, match.plan.layout
        if any("the identity" in step.forms for step in self.plan.steps):
            self.task = _Spread(**vars(match.task))
        self.task = replace(self.task, inputs=tuple(filter(self.takes, self.task.inputs)))

    def takes(self, case):
        """Tell whether it can be called with an input: rows, and softmax along them."""
        first = case.arguments[0]
        rows = "axis" not in self.task.roles or (case.arguments[-1] == -1 and first.ndim == 2)
        pairs = len(first) % 2 == 0 or self.layout is not LAYOUTS["block"]
        square = len({*np.shape(first)}) == 1 or self.layout is not LAYOUTS["square"]
        return rows and pairs and square

    def values(self, arguments):
        """Return rows by place, for the arguments of the task."""
        roles = dict(zip(self.task.roles, arguments, strict=True))
        first = np.atleast_2d(roles[self.task.like])
        values = self.plan.values(*first.shape)
        for role, place in self.match.roles.items():
            values[place] = np.atleast_2d(roles[role])  # log-probabilities are logits, too
        return values

    def __call__(self, *arguments):
        """Return what the program gives, laid out as the task has it."""
        try:
            outcome = self.plan.run(self.values(arguments))
        except (OverflowError, ZeroDivisionError):  # of the math module, where NumPy gives NaN
            return np.full(self.task.predict(Input(arguments)).shape, np.nan)
        out, shape = outcome.arrays[self.match.path], np.atleast_2d(arguments[0]).shape
        if not self.task.jacobian:
            return as_rows(out, self.layout, shape)
        one = "batched" not in self.task.name
        return out.ravel() if one and out.ndim == 2 and 1 in out.shape and shape[1] > 1 else out

    def named(self, arguments):
        """Return what the program is given, by its own names."""
        values, named = self.values(arguments), []
        for s, step in enumerate(self.plan.steps):
            for k, (name, form) in enumerate(zip(step.arguments, step.forms, strict=False)):
                if (s, k) in values and (form in TARGETS or (s, k) in self.match.roles.values()):
                    named.append((name, put(form, self.layout, values[s, k])))
                elif form == "the identity":
                    named.append((name, np.eye(len(np.atleast_2d(arguments[0])))))
        return tuple(named)

    def laid(self, result):
        """Return a result as the program would return it."""
        lay = np.ndim(result) == 2 and not self.task.jacobian
        return np.asarray(self.layout.put(result)) if lay else result

    @property
    def read_as(self):
        """Say how the program is called."""
        said, roles = [], {place: role for role, place in self.match.roles.items()}
        for s, step in enumerate(self.plan.steps):
            given = [
                f"{name}: {_said(form, roles.get((s, k)), roles)}"
                for k, (name, form) in enumerate(zip(step.arguments, step.forms, strict=False))
            ]
            given += [f"{name}={value}" for name, value in step.flags.items()]
            said.append(f"{step.name}({', '.join(given)})")
        return f"{', then '.join(said)}; {self.layout.words}"


def _said(form, role, roles):
    if isinstance(form, Earlier):
        return "what came forward"
    if isinstance(form, Again):
        return f"{WORDS.get(roles.get(form.place), 'the same')} again"
    if form in CONSTANTS:
        return form
    if form in ("labels", "label column"):
        return "labels" if form == "labels" else "labels in a column"
    within = {"record": " in a record", "flat": " in one long row"}.get(form, "")
    return (WORDS.get(role) or ("any array" if form in ARRAYS else "targets")) + within


def as_rows(out, layout, shape):
    """Return an output as rows, where it was laid out or is one long row."""
    out = numbers(out)
    if out.ndim == 1 and layout.N > 1:
        out = out.reshape(np.shape(layout.put(np.empty(shape))))
    return np.asarray(layout.back(out))
