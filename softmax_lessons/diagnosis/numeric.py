"""Reads numeric gradients and gradient checks, by what they do to a function."""

import re
from dataclasses import replace
from itertools import product

import numpy as np

from softmax_lessons.diagnosis.objects import at_line
from softmax_lessons.judging.judge import judge
from softmax_lessons.judging.observe import kept
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.judging.verdict import Status, Verdict
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.inputs import LARGE, PLAIN, STEEP
from softmax_lessons.mistakes.tasks import TASKS

FUNCTION = re.compile(r"f|fn|func\w*|fun|function|cost\w*|loss\w*|j|objective\w*|model|.*_fn", re.I)
TASK = TASKS["finite_difference_gradient"]
STEP, ROUNDING = 1e-5, 1e-13
POINT = np.array([[1.0, -2.0, 0.5], [0.3, 2.0, -1.5]])


class Numeric:
    """A numeric gradient, called with a function and a point, or with one that returns a pair."""

    layout = None

    def __init__(self, callee, place, rest, pair):
        self.callee, self.place, self.rest, self.pair = callee, place, rest, pair
        kinds = (PLAIN, STEEP, LARGE)
        self.task = replace(TASK, inputs=tuple(c for c in TASK.inputs if c.shows in kinds))

    def call(self, function, point):
        """Call it with a function and a point."""
        given = [point if what == "x" else what for what in self.rest]
        given.insert(self.place, function)
        return self.callee.get(None)(*given)

    def __call__(self, function, x):
        """Return the numeric gradient of a function at x."""
        start, own = x.astype(float), x.copy()

        def value(*given):
            point = np.asarray(given[0] if given else own, float)  # or it looks at x itself
            if point.shape == start.shape:  # adding and taking away leaves a rest
                near = np.abs(point - start) < ROUNDING * (1 + np.abs(start))
                point = np.where(near, start, point)
            value = function(point)
            return (value, function.function.gradient(point)) if self.pair else value

        result = self.call(value, own)
        if isinstance(result, tuple):
            result = next((part for part in result if np.ndim(part)), result[-1])
        return kept(result)

    @property
    def read_as(self):
        """Say how it is called."""
        pair = " that returns its value and its gradient" if self.pair else ""
        return f"{self.callee.name}: a numeric gradient of a function{pair}"

    def named(self, arguments):
        """Return what it is given, by its own names."""
        names = list(self.callee.needed)
        function = names.pop(self.place)
        return tuple(zip((function, names[self.rest.index("x")]), arguments, strict=True))

    def laid(self, result):
        """Return a result as it is."""
        return result


def _ways(callee):
    """Yield how it may be called: where the function is, where the point, and what f returns."""
    needed = callee.needed
    for place in [k for k, name in enumerate(needed) if FUNCTION.fullmatch(name)]:
        for rest in product(("x", STEP), repeat=len(needed) - 1):
            if rest.count("x") == 1 and len(needed) <= 4:
                yield from (Numeric(callee, place, rest, pair) for pair in (False, True))


def numeric_of(callee):
    """Return how a numeric gradient is called, for points of any shape or vectors; else None."""
    for numeric in _ways(callee):
        inputs = numeric.task.inputs
        flat = (replace(c, arguments=(c.arguments[0], c.arguments[1].ravel())) for c in inputs)
        for several in (inputs, tuple(flat)):
            function, x = several[1].fresh()
            value, error = Caller(0.5)(numeric, function, x)
            if function.moves and error is None and np.shape(value) == x.shape:
                numeric.task = replace(numeric.task, inputs=several)
                return numeric
    return None


def judged_as_numeric(part, callee):
    """Return the verdict on a numeric gradient or a gradient check, None for anything else."""
    if numeric := numeric_of(callee):
        verdict = judge(numeric.task, numeric, Caller(1.5))
        hint = verdict.misconception.hint if verdict.mistakes else ""
        return _with_line(replace(verdict, exercise=part, part=part, hint=hint), callee)
    verdict = _checker(part, callee)
    return verdict and _with_line(verdict, callee)


def _with_line(verdict, callee):
    """Return a verdict that names the line of the quotient, or that which moves the point."""
    if not verdict.mistakes:
        return verdict
    moves = {
        "not-restored",
        "nothing-moves",
        "all-at-once",
        "writes-into-argument",
        "flattened-point",
    }
    pattern = r"[-+]=|\b(\w*plus|up|ahead|moved) = " if verdict.misconception.key in moves else "/"
    return at_line(verdict, callee.function, pattern, last=pattern == "/")


def _answer(numeric, point, change):
    """Return what a check says to a gradient that is right, doubled or off by 0.3 in one entry."""
    points = []

    def function(v):
        v = np.asarray(v, float)
        points.append(v.tobytes())
        off = 0.3 * (np.arange(v.size).reshape(v.shape) == v.size - 1)
        return (v**3).sum(), 3 * v**2 * (1 + (change == 1)) + off * (change == 2)

    call = Caller(0.5)
    value, error = call(numeric.call, function, point.copy())
    said = (repr(value)[:60], repr(error)[:60], re.sub(r"[-+.\de]+", "#", call.printed)[:80])
    return said, len(points), len({*points})


def _checker(part, callee):
    """Return the verdict on a check, by what it says to a right gradient and to wrong ones."""
    for numeric, point in product((way for way in _ways(callee) if way.pair), (POINT, POINT[0])):
        said, calls, points = zip(*(_answer(numeric, point, k) for k in range(3)), strict=True)
        text = "It tells a right gradient from a doubled one, and from one with a wrong entry."
        read_as = f"{callee.name}: a gradient check of a function that returns a pair"
        verdict = Verdict(part, Status.CORRECT, text, read_as=read_as, part=part)
        if min(calls) > 2 and said[0] not in said[1:]:
            return verdict
        if min(calls) > 2 and max(points) <= 3:
            mistake = MISTAKES["nothing-moves"]
            verdict = replace(verdict, summary=str(mistake), hint=mistake.hint, mistakes=(mistake,))
            return replace(verdict, status=Status.KNOWN_MISTAKE)
    return None
