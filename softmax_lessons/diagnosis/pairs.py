"""Finds softmax(z) = p among the values of a run."""

from dataclasses import dataclass, replace

import numpy as np

from softmax_lessons.diagnosis.watch import Value, Watch
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.numerics import softmax

MOST, LOOKED = 90, 20
"""How many values are looked at, at both ends, and how many before probabilities."""


@dataclass(eq=False)
class Pair:
    """Probabilities among the values, the logits they are of where known, and how they lie."""

    z: Value | None
    p: Value
    axis: int
    keys: tuple = ()
    at: int = 0  # where p is among the values

    def rows(self, array):
        """Return an array of the shape of p as rows of examples."""
        array = np.atleast_2d(array)
        array = array.reshape(-1, array.shape[-1]) if array.ndim > 2 else array
        return array.T if self.axis == 0 and self.p.array.ndim == 2 else array


def watched(plan, program, constants=None):
    """Return what appears in the lines of a program while a plan runs."""
    watch, call = Watch(program.file), Caller(1.5)

    def run():
        with watch:
            plan.run(plan.values(), constants)

    call(run)
    return watch.values


def pairs(values, function=None):
    """Yield the probabilities that a function has, or any, with the logits they are of."""
    for k, p in enumerate(values):
        a = p.array
        if function not in (None, p.function) or not (1 <= a.ndim <= 3 and 1 < a.size <= 1000):
            continue
        if a.max() <= 0 and a.min() > -100:  # their logarithms
            a = np.exp(a)
        before = [v for v in values[:k] if v.array.shape == a.shape][-LOOKED:]
        if z := next((z for z in before if _lost_an_axis(z.array, a)), None):
            yield Pair(z, p._replace(array=a), -1, ("keepdims-missing",), k)
            continue
        if not are_shares(a):
            continue
        p = p._replace(array=a)
        axes = [-1] if a.ndim == 3 else range(a.ndim)[::-1]
        along = [axis for axis in axes if _near(a.sum(axis), 1)]
        if a.ndim == 2 and _near(a.sum(), 1):
            along.append(None)
        for axis in along:
            if z := next((z for z in before if _is_softmax(z.array, a, axis)), None):
                keys = ("one-sum-for-all",) if axis is None and min(a.shape) > 1 else ()
                if axis is not None and are_shares(z.array) and _near(z.array.sum(axis), 1):
                    keys = ("softmax-twice",)
                yield Pair(z, p, -1 if axis is None or a.ndim != 2 else axis, keys, k)
                break


def handed(values, function):
    """Return the pairs that a function is given by others that it calls, and bears no name for."""
    return [
        replace(pair, keys=(), p=p._replace(name=p.function.rpartition(".")[2], function=function))
        for pair in pairs(values)
        if (p := pair.p).name == "return"
    ]


def has_softmax(tried, program):
    """Tell whether there is a softmax in what a part did."""
    return any(True for plan, _ in tried.ran[:1] for _ in pairs(watched(plan, program)[: 2 * MOST]))


def _near(a, b):
    return np.abs(a - b).max() < 1e-6  # np.allclose takes five times as long


def _is_softmax(z, p, axis):
    if axis is None and p.min() > 0:  # rows or columns may have been shifted, each by its own
        alike = any(np.ptp(p.sum(axis=k)) < 1e-9 for k in (0, 1))  # a softmax over N
        return not alike and any(np.ptp(np.log(p) - z, axis=k).max() < 1e-6 for k in (0, 1))
    return z is not p and _near(softmax(z, axis), p)


def _lost_an_axis(z, p):
    """Tell whether p is a softmax of rows that were divided by the sums of others."""
    if z.ndim != 2 or len(z) != z.shape[1] or z is p or _is_softmax(z, p, 1):
        return False
    exps = (np.exp(z - shift) for shift in (z.max(), z.max(axis=1, keepdims=True)))
    return any(_near(e / e.sum(axis=1), p) for e in exps)


def are_shares(a):
    """Tell whether numbers are between 0 and 1, and neither all alike nor all 0 and 1."""
    in_range = np.isfinite(a).all() and a.min() >= 0 and a.max() <= 1
    return in_range and np.ptp(a) > 1e-5 and not np.isin(a, (0, 1)).all()
