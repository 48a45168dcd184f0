"""Says which mistakes explain what a function did, by what came back and never by its source text.

What came back for plain inputs is compared with every formula, up to a factor. Then each further
demand (large numbers, integers, other shapes) is compared with the formula that was found: where it
departs is a mistake of its own. So mistakes combine, and each stands here once.
"""

from itertools import product
from typing import NamedTuple

import numpy as np

from softmax_lessons.judging.observe import observe
from softmax_lessons.mistakes.formula import Formula, evaluate
from softmax_lessons.mistakes.inputs import INTEGERS, LARGE, READ_ONLY, SHAPE, STEEP, Input
from softmax_lessons.mistakes.task import STABLE, WAYS


def tolerance(c, axis=None):
    """Return by how much a result may differ from the expected one, entry by entry.

    It leaves room for float32 and for finite differences, and none for an entry off by a percent.
    """
    known = np.isfinite(c)  # one row of NaN says nothing about the others
    largest = np.abs(c).max(axis=axis, keepdims=axis is not None, initial=1, where=known)
    return 1e-5 * largest + 1e-4 * np.abs(c)


def close(y, c):
    """Tell of each entry whether it is what was predicted."""
    return (np.abs(y - c) <= tolerance(c)) | (np.isnan(y) & np.isnan(c)) | (y == c)


def same_shape(y, c):
    """Tell whether a result and what was predicted are arrays of one shape."""
    return y is not None and c is not None and y.shape == c.shape


def agrees(y, c):
    """Tell whether a result is what was predicted."""
    return same_shape(y, c) and bool(close(y, c).all())


def proportion(y, c):
    """Return r where y is r c, NaN where both are 0, None where there is none."""
    if not same_shape(y, c) or not np.isfinite([y, c]).all():
        return None
    square = (c * c).sum()
    if square < 1e-20:
        return np.nan if np.abs(y).max(initial=0) < 1e-9 else None
    r = (y * c).sum() / square
    return r if r and np.all(np.abs(y - r * c) <= abs(r) * tolerance(c)) else None


class Explanation(NamedTuple):
    """A pair of formulas that gives what a function gave, and the mistakes in it."""

    given: Formula
    result: Formula
    keys: tuple[str, ...]
    cost: int

    def predict(self, task, case, way=STABLE):
        """Return the prediction for an input."""
        return task.attempted(case, self.given, self.result, way)


def fit(task, given, result, seen):
    """Return the explanation of all that was seen by a formula times a factor, None if none is."""
    ratios = []
    for one in seen[::-1]:
        c = task.attempted(one.case, given, result)
        if one.error is not None and c is None:
            continue  # it cannot be computed there, neither here nor there
        r = proportion(one.array, c)
        if r is None:
            return None
        if not np.isnan(r):
            ratios.append((r, dict(zip("Nn", task.sizes(one.case), strict=True))))
    if not ratios:
        return None
    r, extra = ratios[0][0], 0
    for factor in task.factors:
        if all(abs(r - evaluate(factor.text, sizes)) < 1e-3 * abs(r) for r, sizes in ratios):
            break
    else:
        if not all(abs(r - other) < 1e-3 * abs(r) for other, _ in ratios):
            return None
        factor = Formula(repr(float(r)), tuple(task.evidence(seen, r) or ["constant-factor"]))
        extra = 1
    keys = tuple(dict.fromkeys(given.keys + result.keys + factor.keys))
    result = Formula(f"{factor.text} * ({result.text})", result.keys + factor.keys)
    return Explanation(given, result, keys, len(keys) + extra)


def explanations(task, seen, thorough=True):
    """Return all explanations of what was seen, those with the fewest mistakes first."""
    right, *wrong = task.given
    first, *others = task.result
    groups = [
        [*product([right], task.result), *product(wrong, [first])],
        product(wrong, others),
        product(task.given, task.chained),
    ]
    found = []
    for k, group in enumerate(groups if thorough else groups[:1]):
        found += [e for pair in group if (e := fit(task, *pair, seen))]
        if found and (k > 0 or min(e.cost for e in found) <= 1):
            break
    return sorted(found, key=lambda e: e.cost)


# The demands


def signs_of_trouble(y, c):
    """Return for each row whether it agrees, is not finite, or differs; None for no array."""
    if not same_shape(y, c):
        return None
    finite = np.atleast_2d(np.isfinite(y))
    rows = zip(np.atleast_2d(close(y, c)) & finite, finite, strict=True)
    return ["" if a.all() else "differs" if b.all() else "nan" for a, b in rows]


def at_large_numbers(task, several, seen):
    """Return the fewest mistakes that explain what a function does with large numbers.

    A tuple among mistakes, here and below, holds such as give the same numbers: one of them is it.
    """
    found, least = [], np.inf
    for explanation in several:
        right = [explanation.predict(task, one.case) for one in seen]
        trouble = [signs_of_trouble(one.array, c) for one, c in zip(seen, right, strict=True)]
        for more, way in WAYS if "z" in task.roles else WAYS[:1]:
            keys = tuple(dict.fromkeys(explanation.keys + more))
            cost = len(keys) + explanation.cost - len(explanation.keys)
            if cost <= least and all(
                mine is not None
                and mine == signs_of_trouble(explanation.predict(task, one.case, way), c)
                for mine, one, c in zip(trouble, seen, right, strict=True)
            ):
                found.append((cost, keys))
                least = cost
    return one_of([keys for cost, keys in found if cost == least]) if found else None


def one_of(several):
    """Return what several lists of mistakes have in common, and as a tuple that which differs."""
    common = [key for key in several[0] if all(key in keys for keys in several)]
    others = tuple(dict.fromkeys(key for keys in several for key in keys if key not in common))
    by_one = len(others) > 1 and len(common) + 1 == len(several[0])
    return [*common, others] if by_one else list(several[0])


def at_a_demand(task, explanation, shows, seen, plain):
    """Return the mistakes that a demand shows, and the first input where it does."""
    for broken in seen:
        c, y = explanation.predict(task, broken.case), broken.array
        # A result may come in a safer way than that of the formula.
        safer = shows == LARGE and same_shape(y, c) and np.isfinite(y).all() > np.isfinite(c).all()
        if not (safer or agrees(y, c)) and (c is not None or broken.error is None):
            break
    else:
        return [], None
    keys = {SHAPE: ["one-shape-only"], LARGE: ["unstable"]}.get(shows, [])
    if shows in (LARGE, STEEP):
        keys = task.evidence(seen, None) or keys
    if shows == INTEGERS and broken.error is None:
        if "function" in task.roles:
            cut = not any((move % 1).any() for move in broken.moves if move is not None)
            return ["integer-step" if cut else "integer-result"], broken
        keys = at_integers(y, c, is_stepped(task, explanation, plain))
    if shows == READ_ONLY and broken.written:
        keys = ["writes-into-argument"]
    return keys, broken


def is_stepped(task, explanation, seen):
    """Tell whether a function makes a step, as the error of its results shows."""
    pairs = [(one.array, explanation.predict(task, one.case)) for one in seen]
    pairs = [(y, c) for y, c in pairs if same_shape(y, c)]
    off = any(np.abs(y - c).max() > 1e-13 * (1 + np.abs(c).max()) for y, c in pairs)
    return "z" in task.roles and task.derivative and off


def at_integers(y, c, stepped):
    """Return the mistakes by which integers lead to y in place of c."""
    if not same_shape(y, c) or (not (y % 1).any() and abs(y - c).max() <= 1):
        # Zeros come from a result of integers, and from a step that is cut to 0.
        zeros = stepped and y is not None and not y.any()
        return [("integer-step", "integer-result")] if zeros else ["integer-result"]
    huge = np.abs(y).max() > 3 * np.abs(c).max() or not np.isfinite(y).all()
    return ["integer-step" if stepped and huge else "integer-result"]


# Where no formula fits


def rounded(y, c):
    """Tell whether a result is the right one with few digits."""
    off = np.abs(y - c).max()
    if any(0 < off <= 10.0**-k and np.array_equal(y, np.round(y, k)) for k in range(2, 7)):
        return True
    near = off > 0 and np.allclose(y, c, rtol=1e-2, atol=1e-3)
    return near and np.array_equal(y, y.astype(np.float16))


def inexact(task, seen, right):
    """Return the mistakes by which results are near to the right ones, and not exact."""
    last, c = seen[-1], right[-1]
    error = last.array - c
    if rounded(last.array, c):
        return ["low-precision"]
    z = last.case.arguments[0]
    if "z" in task.roles and task.derivative and abs(error).max() < 0.2 * abs(c).max():
        # The error of a quotient is a further derivative with respect to the logit that moves.
        slope, bend = np.zeros((2, *c.shape))
        for j, step in enumerate(1e-3 * np.eye(z.shape[-1])):
            moved = (Input((z + h, *last.case.arguments[1:])) for h in (step, -step))
            up, down = (task.predict(case)[..., j] for case in moved)
            slope[..., j], bend[..., j] = up - down, up - 2 * c[..., j] + down
        for pattern, keys in ((bend, []), (slope, ["one-sided-difference"])):
            size = np.linalg.norm(pattern)
            if (error * pattern).sum() > 0.99 * np.linalg.norm(error) * size:
                large = not keys or np.linalg.norm(error) > 0.05 * size
                return [*keys, *["step-too-large"] * bool(large)]
    pairs = ((one.array, c) for one, c in zip(seen, right, strict=True))
    gap = np.concatenate([np.ravel(np.abs(y - c) / (np.abs(c) + 1e-3)) for y, c in pairs])
    if gap.max() < 2e-2 and np.mean(gap > 1e-7) > 0.5:
        return [("step-too-small", "low-precision") if task.derivative else "low-precision"]
    return []


def unexplained(task, seen, call, function):
    """Return what can be said of results that no formula explains: mistakes, and a sentence."""
    arrays = [one.array for one in seen]
    keys = task.evidence(seen, None)
    if keys or any(y is None for y in arrays):
        return keys, ""
    if "mask" in task.roles and all(np.isnan(y).all() for y in arrays):
        return ["mask-times-infinity"], ""
    largest = max(np.abs(y).max(initial=0) for y in arrays)
    if largest == 0:
        return ["all-zeros"], ""
    if 1e-13 < largest < 1e-8 and "z" in task.roles:
        return ["all-at-once"], ""  # what rounding leaves, divided by a step
    if largest < 1e-12:
        return [("rows-summed", "sum-of-probabilities") if "g" in task.roles else "rows-summed"], ""
    right = [task.predict(one.case) for one in seen]
    if not all(map(same_shape, arrays, right)) or not all(np.isfinite(y).all() for y in arrays):
        return [], ""
    if keys := inexact(task, seen, right):
        return keys, ""
    rows = [(y / c) for y, c in zip(arrays, right, strict=True) if c.ndim == 2 and len(c) > 1]
    if "t" in task.roles and rows and all(np.ptp(ratio, axis=0).max() < 1e-6 for ratio in rows):
        return ["weighted-by-class"], ""
    last = max(seen, key=lambda one: one.array.size)
    for k, argument in enumerate(last.case.arguments):
        if isinstance(argument, np.ndarray) and argument.dtype.kind != "b":
            changed = list(last.case.arguments)
            changed[k] = np.roll(argument, 1, -1)
            if agrees(observe(call, function, Input(tuple(changed))).array, last.array):
                return ["argument-unused"], f"It is the same for every {task.arguments[k]}."
    return [], ""
