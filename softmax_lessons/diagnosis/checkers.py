"""Reads checkers of gradients, by what they answer to right and to wrong ones."""

import re
from dataclasses import replace
from itertools import permutations

import numpy as np

from softmax_lessons.diagnosis.numeric import FUNCTION, MOVED, STEP
from softmax_lessons.diagnosis.objects import at_line
from softmax_lessons.judging.gradient_checker import judge_checker
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.judging.verdict import Status
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.numerics import softmax, softmax_backward

GRADIENT = re.compile(r"d_?f\w*|.*grad\w*|.*prime|deriv\w*|backward\w*|analytic\w*|jac\w*", re.I)
WAYS = ("function", "x"), ("function", "gradient", "x"), ("function", "x", "step")
WAYS += (("function", "gradient", "x", "step"),)
"""What a checker is given, in any order; alone, the function returns its gradient too."""
_rng = np.random.default_rng(6)
QUESTIONS = [tuple(_rng.normal(size=(2, *shape))) for shape in ((2, 3), (4, 3), (3, 5))]
FLAT = [(z.ravel(), g.ravel()) for z, g in QUESTIONS]
"""Logits and incoming gradients, which a checker gets in functions of softmax."""


class Checker:
    """A checker, called with a function, its gradient and a point, or with both as a pair."""

    def __init__(self, callee, forms, questions):
        self.function, self.forms, self.questions = callee.get(None), forms, questions
        self.points = []

    def __call__(self, backward):
        """Return whether it accepts a backward in all questions, or what else it says."""
        answers = [self._answer(backward, z, g) for z, g in self.questions]
        bools = all(isinstance(answer, (bool, np.bool_)) for answer in answers)
        return all(answers) if bools else answers[0]

    def _answer(self, backward, z, g):
        self.points.append([])

        def loss(x):
            if np.shape(x) != z.shape:
                raise ValueError(f"x has the shape {np.shape(x)}, and not {z.shape}")
            self.points[-1].append(np.array(x, float))
            return np.sum(g * softmax(x))

        def gradient(x):
            return backward(softmax(np.asarray(x)), g)

        if "gradient" in self.forms:
            given = {"function": loss, "gradient": gradient}
        else:
            given = {"function": lambda x: (loss(x), gradient(x))}
        given |= {"x": z.copy(), "step": STEP}
        return self.function(*(given[form] for form in self.forms))

    @property
    def moves(self):
        """How far apart the points are at which the function was called."""
        return max(np.ptp(points, axis=0).max() for points in self.points if points)


def checker_of(callee):
    """Return how a checker is called, None for anything else."""
    names = {"function": FUNCTION, "gradient": GRADIENT}
    for roles in WAYS:
        for forms in permutations(roles) if len(roles) == len(callee.needed) else ():
            fits = all(
                names[form].fullmatch(name)
                for form, name in zip(forms, callee.needed, strict=True)
                if form in names
            )
            for questions in (QUESTIONS, FLAT) if fits else ():
                checker = Checker(callee, forms, questions)
                answer, error = Caller(0.5)(checker, softmax_backward)
                asked = checker.points and len(checker.points[0]) > 2
                if error is None and asked and type(answer) in (bool, np.bool_):
                    return checker
    return None


def judged_as_checker(callee):
    """Return the verdict on a checker of gradients, None for anything else."""
    checker = checker_of(callee)
    if checker is None:
        return None
    verdict = judge_checker(callee.name, checker, Caller(3))
    verdict = replace(verdict, part=callee.name, read_as=f"{callee.name}: a check of gradients")
    if checker.questions is FLAT and verdict.mistakes == (MISTAKES["one-example"],):
        text = "It accepts right gradients, and refuses what is wrong in a single example."
        return replace(verdict, status=Status.CORRECT, mistakes=(), table=(), summary=text)
    if checker.moves < 1e-10:
        mistake = MISTAKES["nothing-moves"]
        told = replace(verdict, status=Status.KNOWN_MISTAKE, mistakes=(mistake,))
        return at_line(replace(told, summary=str(mistake)), callee.function, MOVED, last=False)
    return at_line(verdict, callee.function, "[<>]|close") if verdict.mistakes else verdict
