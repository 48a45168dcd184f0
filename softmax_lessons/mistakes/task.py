"""What a task is: how it is called, on which inputs, and which formulas right and wrong."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import combinations

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.mistakes.formula import Formula, evaluate, formulas, names
from softmax_lessons.mistakes.forward import IMPLEMENTATIONS, implementation
from softmax_lessons.mistakes.inputs import Input

STABLE = (numerics.softmax, numerics.log_softmax)
WAYS = [
    (keys, tuple(map(implementation, texts))) if keys else (keys, STABLE)
    for keys, *texts in IMPLEMENTATIONS
]
"""The mistakes in each implementation of softmax and log_softmax, and the two functions."""

FACTORS = {"sign-flipped": ["-1"], "factor-of-two": ["2"], "halved": ["0.5"]}
"""The factors that a result may have in every task, by mistake."""
NONE_OF_ONE = {"one-sum-over-batch", "one-sum-for-all", "one-maximum-for-all", "keepdims-missing"}
NONE_OF_ONE |= {"wrong-axis", "batch-flattened", "whole-batch-jacobian", "examples-for-classes"}
"""Mistakes that are none where there is one example."""


def factors(wrong):
    """Return what a result may be multiplied with, 1 first: one wrong factor, or two of them."""
    one, *others = formulas("1", wrong)
    pairs = combinations(others, 2)
    return [one, *others, *(Formula(f"{a.text} * {b.text}", a.keys + b.keys) for a, b in pairs)]


@lru_cache(maxsize=16)  # the same p is tried with many results
def _names(task, case, given, way):
    """Return what a formula for a result may use, for an input and a formula for p."""
    values = dict(zip(task.roles, case.arguments, strict=True))
    axis = values.pop("axis", -1)
    like = values[task.like]
    if "function" in values:
        values["G"] = values["function"].gradient(like)
    known = names(like, axis, *way, **values)
    p = evaluate(given.text, known)
    of_logits = given.text.startswith("softmax(")
    logp = evaluate(f"log_{given.text}", known) if of_logits else np.log(abs(p))
    known |= {"p": p, "logp": known.get("logp", logp)}
    return known | {"p_i": p[..., None], "p_j": p[..., None, :]}


@dataclass(eq=False)
class Task:
    """A function to be written, and all that is needed to judge an attempt."""

    signature: str  # how it is called
    roles: tuple[str, ...]  # what each argument is in a formula
    inputs: tuple[Input, ...]
    given: list[Formula]  # the probabilities from what is given, the right ones first
    result: list[Formula]  # the result from these, the right one first
    factors: list[Formula] = field(default_factory=lambda: factors(FACTORS))
    chained: list[Formula] = field(default_factory=list)  # results, where no other fits
    # Returns the mistakes that show on the way, from all `Seen` and a factor.
    evidence: Callable = lambda seen, ratio: []
    as_class: str = ""  # the task that a class for it does, where that is another one
    derivative: bool = True
    jacobian: bool = False
    soft: bool = False  # whether targets need not add up to 1

    @property
    def name(self):
        """The name of the task, as in its signature."""
        return self.signature.split("(")[0]

    @property
    def arguments(self):
        """The names of the arguments."""
        return [name.strip() for name in self.signature.split("(")[1].rstrip(")").split(",")]

    @property
    def like(self):
        """The role of the argument whose shape the others have."""
        return next(role for role in ("z", "p", "logp", "x") if role in self.roles)

    def predict(self, case, given=None, result=None, way=STABLE):
        """Return what a formula gives for an input, the right one if none is named."""
        with np.errstate(all="ignore"):
            known = _names(self, case, given or self.given[0], way)
            return np.asarray(evaluate((result or self.result[0]).text, known), dtype=float)

    def attempted(self, case, given, result, way=STABLE):
        """Return what `predict` does, None where the formula is none for this input."""
        with contextlib.suppress(ValueError, IndexError):
            return self.predict(case, given, result, way)

    def sizes(self, case):
        """Return the number of examples and of classes in an input."""
        values = dict(zip(self.roles, case.arguments, strict=True))
        like = values[self.like]
        n = like.shape[values.get("axis", -1)]
        return like.size // n, n


def keeping(task, keep):
    """Return a task with those of its formulas that are to be kept."""
    kinds = ("given", "result", "chained")
    return replace(task, **{kind: [*filter(keep, getattr(task, kind))] for kind in kinds})


def without(task, mistakes):
    """Return a task without the formulas that have one of some mistakes."""
    return keeping(task, lambda formula: not mistakes & {*formula.keys})
