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


def tolerance(c):
    """Return by how much a result may differ from the expected one, entry by entry.

    It leaves room for float32 and for finite differences, and none for an entry off by a percent.
    """
    return 1e-5 * max(1, np.abs(c).max(initial=0)) + 1e-4 * np.abs(c)


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
    """Return the fewest mistakes that explain what a function does with large numbers."""
    found, fewest = [], np.inf
    for explanation in several:
        right = [explanation.predict(task, one.case) for one in seen]
        trouble = [signs_of_trouble(one.array, c) for one, c in zip(seen, right, strict=True)]
        for more, way in WAYS if "z" in task.roles else WAYS[:1]:
            keys = tuple(dict.fromkeys(explanation.keys + more))
            if len(keys) <= fewest and all(
                mine is not None
                and mine == signs_of_trouble(explanation.predict(task, one.case, way), c)
                for mine, one, c in zip(trouble, seen, right, strict=True)
            ):
                found.append(keys)
                fewest = len(keys)
    keys = dict.fromkeys(key for keys in found if len(keys) == fewest for key in keys)
    return list(keys) if found else None


def at_a_demand(task, explanation, shows, seen):
    """Return the mistakes that a demand shows, and the first input where it does."""
    for broken in seen:
        c, y = explanation.predict(task, broken.case), broken.array
        if not agrees(y, c) and (c is not None or broken.error is None):
            break
    else:
        return [], None
    keys = {SHAPE: ["one-shape-only"], LARGE: ["unstable"]}.get(shows, [])
    if shows in (LARGE, STEEP):
        keys = task.evidence(seen, None) or keys
    if shows == INTEGERS and broken.error is None:
        keys = at_integers(task, y, c)
    if shows == READ_ONLY and broken.written:
        keys = ["writes-into-argument"]
    return keys, broken


def at_integers(task, y, c):
    """Return the mistakes by which integers lead to y in place of c."""
    if not same_shape(y, c) or (not (y % 1).any() and abs(y - c).max() <= 1):
        # Zeros come from a result of integers, and from a step that is cut to 0.
        if task.jacobian:
            return ["integer-step", "integer-result"]
        zeros = y is not None and not y.any() and {"g", "t"} & {*task.roles}
        return ["integer-result", *["integer-step"] * bool(zeros)]
    huge = np.abs(y).max() > 3 * np.abs(c).max() or not np.isfinite(y).all()
    stepped = "function" in task.roles or ("z" in task.roles and huge)
    return ["integer-step" if stepped else "integer-result"]


# Where no formula fits


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
        return ["rows-summed", *["sum-of-probabilities"] * ("g" in task.roles)], ""
    right = [task.predict(one.case) for one in seen]
    if not all(map(same_shape, arrays, right)) or not all(np.isfinite(y).all() for y in arrays):
        return [], ""
    gap = [np.ravel(np.abs(y - c) / (np.abs(c) + 1e-3)) for y, c in zip(arrays, right, strict=True)]
    gap = np.concatenate(gap)
    if gap.max() < 2e-2 and np.mean(gap > 1e-7) > 0.5:
        return ["low-precision", *["step-too-large"] * task.derivative], ""
    last = max(seen, key=lambda one: one.array.size)
    for k, argument in enumerate(last.case.arguments):
        if isinstance(argument, np.ndarray) and argument.dtype.kind != "b":
            changed = list(last.case.arguments)
            changed[k] = np.roll(argument, 1, -1)
            if agrees(observe(call, function, Input(tuple(changed))).array, last.array):
                return ["argument-unused"], f"It is the same for every {task.arguments[k]}."
    return [], ""
