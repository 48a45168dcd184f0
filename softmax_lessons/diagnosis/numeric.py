"""Reads numeric gradients, by what they do to a function."""

import re
from dataclasses import replace
from itertools import product

import numpy as np

from softmax_lessons.diagnosis.objects import at_line
from softmax_lessons.judging.judge import Attempt, judge
from softmax_lessons.judging.observe import kept
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.mistakes.inputs import LARGE, PLAIN, STEEP
from softmax_lessons.mistakes.tasks import TASKS

FUNCTION = re.compile(r"f|fn|func\w*|fun|function|cost\w*|loss\w*|j|objective\w*|model|.*_fn", re.I)
TASK = TASKS["finite_difference_gradient"]
STEP = 1e-5
OF_MOVES = {"not-restored", "nothing-moves", "all-at-once", "flattened-point"}
OF_MOVES |= {"writes-into-argument"}
MOVED = r"[-+]=|\b(\w*plus|up|ahead|moved) = "
"""What stands in a line that moves the point."""


class Numeric(Attempt):
    """A numeric gradient, called with a function and a point.

    The function returns a number, a pair with its gradient, or, for a numeric Jacobian, a vector.
    """

    def __init__(self, callee, place, rest, returns, inputs):
        self.place, self.rest, self.returns = place, rest, returns
        self.task = replace(TASK, inputs=inputs)
        self.read_as = f"{callee.name}: a numeric gradient of a function"
        function, *names = callee.needed[place], *callee.needed[:place], *callee.needed[place + 1 :]
        super().__init__(callee.get(None), (function, names[rest.index("x")]))

    def __call__(self, function, x):
        """Return the numeric gradient of a function at x."""
        start, own = x.astype(float), x.copy()

        def value(*given):
            point = np.asarray(given[0] if given else own)  # or it looks at x itself
            point = point if np.iscomplexobj(point) else point.astype(float)
            if point.shape == start.shape:  # adding and taking away leaves a rest
                near = np.abs(point - start) < 1.5 * np.spacing(np.maximum(1, np.abs(start)))
                point = np.where(near & (point.imag == 0), start, point)
            y = function(point)
            if self.returns == "a pair":
                return y, function.function.gradient(point)
            return np.array([y]) if self.returns == "a vector" else y

        given = [own if what == "x" else what for what in self.rest]
        result = self.function(*given[: self.place], value, *given[self.place :])
        if isinstance(result, tuple):
            result = next((part for part in result if np.ndim(part)), result[-1])
        if self.returns == "a vector":
            result = np.reshape(result, x.shape)
        return kept(result)


def numeric_of(callee):
    """Return how a numeric gradient is called, for points of any shape or vectors; else None."""
    needed, inputs = callee.needed, [c for c in TASK.inputs if c.shows in (PLAIN, STEEP, LARGE)]
    flat = [replace(c, arguments=(c.arguments[0], c.arguments[1].ravel())) for c in inputs]
    for place in [k for k, name in enumerate(needed[:4]) if FUNCTION.fullmatch(name)]:
        ways = product(("x", STEP), repeat=len(needed) - 1)
        of_function = ("a number", inputs), ("a number", flat), ("a pair", inputs), ("a pair", flat)
        for rest, (returns, several) in product(ways, (*of_function, ("a vector", flat))):
            if rest.count("x") == 1 and len(needed) <= 4:
                numeric = Numeric(callee, place, rest, returns, several)
                function, x = several[1].fresh()
                value, error = Caller(0.5)(numeric, function, x)
                if function.moves and error is None and np.shape(value) == x.shape:
                    return numeric
    return None


def judged_as_numeric(callee):
    """Return the verdict on a numeric gradient, None for anything else."""
    numeric = numeric_of(callee)
    if numeric is None:
        return None
    verdict = judge(numeric.task, numeric, Caller(1.5))
    verdict = replace(verdict, exercise=callee.name, part=callee.name)
    if not verdict.mistakes:
        return verdict
    if verdict.misconception.key in OF_MOVES:
        return at_line(verdict, callee.function, MOVED, last=False)
    return at_line(verdict, callee.function, "/")
