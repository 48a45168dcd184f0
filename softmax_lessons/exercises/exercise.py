"""What an exercise is: how it is called, on which inputs, and which formulas right and wrong."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.exercises.inputs import Input
from softmax_lessons.misconceptions.formula import Formula, evaluate, names
from softmax_lessons.misconceptions.forward import IMPLEMENTATIONS, implementation

STABLE = (numerics.softmax, numerics.log_softmax)
WAYS = [
    (keys, tuple(map(implementation, texts))) if keys else (keys, STABLE)
    for keys, *texts in IMPLEMENTATIONS
]
"""The mistakes in each implementation of softmax and log_softmax, and the two functions."""

SIGN, TWICE = (("sign-flipped",), lambda N, n: -1), (("factor-of-two",), lambda N, n: 2)
HALF = (("halved",), lambda N, n: 0.5)
MEAN = (("averaged-over-batch",), lambda N, n: 1 / N)
COMMON = [SIGN, TWICE, HALF]


@dataclass(eq=False)
class Exercise:
    """A function to be written, and all that is needed to judge an attempt.

    Parameters
    ----------
    signature : str
        How it is called.
    roles : tuple of str
        What each argument is in a formula.
    inputs : tuple of Input
    given : list of Formula
        The probabilities from what is given, the right ones first.
    result : list of Formula
        The result from these, the right one first.
    factors : list
        Pairs of mistakes and the factor that they bring, from N and n.
    chained : list of Formula
        Further results, where none of the others fits.
    evidence : callable
        Returns the mistakes that show on the way, from all `Seen` and a factor.
    """

    signature: str
    roles: tuple[str, ...]
    inputs: tuple[Input, ...]
    given: list[Formula]
    result: list[Formula]
    factors: list = field(default_factory=lambda: COMMON)
    chained: list[Formula] = field(default_factory=list)
    evidence: Callable = lambda seen, ratio: []

    @property
    def name(self):
        """The name of the exercise, as in its signature."""
        return self.signature.split("(")[0]

    @property
    def arguments(self):
        """The names of the arguments."""
        return [name.strip() for name in self.signature.split("(")[1].rstrip(")").split(",")]

    def predict(self, case, given=None, result=None, way=STABLE):
        """Return what a formula gives for an input, the right one if none is named."""
        given, result = given or self.given[0], result or self.result[0]
        values = dict(zip(self.roles, map(_as_float, case.arguments), strict=True))
        axis = values.pop("axis", -1)
        like = next(values[role] for role in ("z", "p", "logp", "x") if role in values)
        if "function" in values:
            values["G"] = values["function"].gradient(like)
        known = names(like, axis, *way, **values, eyeN=np.eye(len(like)))
        with np.errstate(all="ignore"):
            p = evaluate(given.text, known)
            of_logits = given.text.startswith("softmax(")
            logp = evaluate(f"log_{given.text}", known) if of_logits else np.log(abs(p))
            known |= {"p": p, "logp": known.get("logp", logp)}
            known |= {"p_i": p[..., None], "p_j": p[..., None, :]}
            known |= {"row": np.arange(len(p)).reshape(-1, *[1] * (p.ndim - 1))}
            return np.asarray(evaluate(result.text, known), dtype=float)

    def attempted(self, case, given, result, way=STABLE):
        """Return what `predict` does, None where the formula is none for this input."""
        with contextlib.suppress(ValueError, IndexError):
            return self.predict(case, given, result, way)

    def sizes(self, case):
        """Return the number of examples and of classes in an input."""
        values = dict(zip(self.roles, case.arguments, strict=True))
        like = next(values[role] for role in ("z", "p", "logp", "x") if role in values)
        n = like.shape[values.get("axis", -1)]
        return like.size // n, n


def _as_float(value):
    is_number = isinstance(value, np.ndarray) and value.dtype.kind in "iuf"
    return value.astype(float) if is_number else value
