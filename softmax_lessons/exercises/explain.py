"""Says which mistakes explain what a function did, by what came back and never by its source text.

What came back for plain inputs is compared with every formula, up to a factor. Then each further
demand (large numbers, integers, other shapes) is compared with the formula that was found: where it
departs is a mistake of its own. So mistakes combine, and each stands here once.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from softmax_lessons.exercises.exercise import STABLE, WAYS
from softmax_lessons.exercises.inputs import INTEGERS, LARGE, READ_ONLY, SHAPE, STEEP, Input
from softmax_lessons.exercises.observe import observe
from softmax_lessons.misconceptions.formula import Formula


def tolerance(c):
    """Return by how much a result may differ from the expected one, entry by entry.

    It leaves room for float32 and for finite differences, and none for an entry off by a percent.
    """
    return 1e-5 * max(1, np.abs(c).max(initial=0)) + 1e-4 * np.abs(c)


def agrees(y, c):
    """Tell whether a result is what was predicted."""
    if y is None or c is None or y.shape != c.shape:
        return False
    return bool(np.all((np.abs(y - c) <= tolerance(c)) | (np.isnan(y) & np.isnan(c)) | (y == c)))


def proportion(y, c):
    """Return r where y is r c, NaN where both are 0, None where there is none."""
    if y is None or c is None or y.shape != c.shape or not np.isfinite([y, c]).all():
        return None
    square = (c * c).sum()
    if square < 1e-20:
        return np.nan if np.abs(y).max(initial=0) < 1e-9 else None
    r = (y * c).sum() / square
    return r if r and np.all(np.abs(y - r * c) <= abs(r) * tolerance(c)) else None


class Explanation(NamedTuple):
    """A formula that gives what a function gave, up to a factor, and the mistakes in it."""

    given: Formula
    result: Formula
    factor: Callable
    keys: tuple[str, ...]
    cost: float

    def predict(self, exercise, case, way=STABLE):
        """Return the prediction for an input."""
        value = exercise.attempted(case, self.given, self.result, way)
        return None if value is None else self.factor(*exercise.sizes(case)) * value


def fit(exercise, given, result, seen):
    """Return the explanation of all that was seen by a formula, None if it is none."""
    ratios = []
    for one in seen[::-1]:
        c = exercise.attempted(one.case, given, result)
        if one.error is not None and c is None:
            continue  # it cannot be computed there, neither here nor there
        ratios.append((proportion(one.array, c), one.case))
        if ratios[-1][0] is None:
            return None
    ratios = [(r, *exercise.sizes(case)) for r, case in ratios if not np.isnan(r)]
    if not ratios:
        return None
    for keys, factor in _factors(exercise.factors):
        if all(abs(r - factor(N, n)) < 1e-3 * abs(r) for r, N, n in ratios):
            keys = tuple(dict.fromkeys(given.keys + result.keys + keys))
            return Explanation(given, result, factor, keys, len(keys))
    r = ratios[0][0]
    if all(abs(r - other) < 1e-3 * abs(r) for other, *_ in ratios):
        keys = given.keys + result.keys + tuple(exercise.evidence(seen, r) or ["constant-factor"])
        return Explanation(given, result, lambda N, n: r, keys, len(keys) + 1)
    return None


def _factors(factors):
    """Yield no factor, each one, and each two of them, with their mistakes."""
    yield (), lambda N, n: 1
    yield from factors
    for k, (keys, one) in enumerate(factors):
        for more, other in factors[k + 1 :]:
            yield keys + more, lambda N, n, one=one, other=other: one(N, n) * other(N, n)


def explain(exercise, seen, thorough=True):
    """Return all explanations of what was seen, those with the fewest mistakes first."""
    right, *wrong = exercise.given
    first, *others = exercise.result
    pairs = [(right, first), *((right, r) for r in others), *((w, first) for w in wrong)]
    found = [e for pair in pairs if (e := fit(exercise, *pair, seen))]
    if thorough and min((e.cost for e in found), default=2) > 1:
        for group in ([(w, r) for w in wrong for r in others], exercise.chained):
            if group is exercise.chained:
                group = [(g, r) for g in exercise.given for r in group]
            found += [e for pair in group if (e := fit(exercise, *pair, seen))]
            if found:
                break
    return sorted(found, key=lambda e: e.cost)


# The demands


def signs_of_trouble(y, c):
    """Return for each row whether it agrees, is not finite, or differs; None for no array."""
    if y is None or c is None or y.shape != c.shape:
        return None
    close = (np.abs(y - c) <= tolerance(c)) & np.isfinite(y)
    rows = [(a, b) for a, b in zip(np.atleast_2d(close), np.atleast_2d(y), strict=True)]
    return ["" if a.all() else "differs" if np.isfinite(b).all() else "nan" for a, b in rows]


def at_large_numbers(exercise, explanations, seen):
    """Return the fewest mistakes that explain what a function does with large numbers."""
    best = None
    for explanation in explanations:
        stable = [explanation.predict(exercise, one.case) for one in seen]
        trouble = [signs_of_trouble(one.array, c) for one, c in zip(seen, stable, strict=True)]
        ways = WAYS if "z" in exercise.roles else WAYS[:1]
        for keys, way in ways:
            keys = tuple(dict.fromkeys(explanation.keys + keys))
            if best is not None and len(keys) > len(best[0]):
                continue
            if all(
                mine is not None
                and mine == signs_of_trouble(explanation.predict(exercise, one.case, way), c)
                for mine, one, c in zip(trouble, seen, stable, strict=True)
            ):
                if best is None or len(keys) < len(best[0]):
                    best = [keys]
                elif keys not in best:
                    best.append(keys)
    return list(dict.fromkeys(key for keys in best for key in keys)) if best else None


def at_integers(exercise, explanation, seen):
    """Return the mistakes in what a function does with integers, none where it does it well."""
    for one in seen:
        c, y = explanation.predict(exercise, one.case), one.array
        if agrees(y, c):
            continue
        if one.error is not None:
            return []
        if y is None or y.shape != c.shape or (not (y % 1).any() and abs(y - c).max() <= 1):
            # Zeros come from a result of integers, and from a step that is cut to 0.
            if "jacobian" in exercise.name:
                return ["integer-step", "integer-result"]
            zeros = y is not None and not y.any() and {"g", "t"} & {*exercise.roles}
            return ["integer-result", *["integer-step"] * bool(zeros)]
        huge = np.abs(y).max() > 3 * np.abs(c).max() or not np.isfinite(y).all()
        stepped = "function" in exercise.roles or ("z" in exercise.roles and huge)
        return ["integer-step" if stepped else "integer-result"]
    return []


def at_a_demand(exercise, explanation, shows, seen):
    """Return the mistakes that a demand shows, and the first input where it does."""
    broken = [one for one in seen if not _as_explained(exercise, explanation, one)]
    if not broken:
        return [], None
    if shows == INTEGERS:
        return at_integers(exercise, explanation, seen), broken[0]
    if shows == READ_ONLY:
        return ["writes-into-argument"] if broken[0].written else [], broken[0]
    keys = {SHAPE: ["one-shape-only"], LARGE: ["unstable"]}.get(shows, [])
    return (shows in (LARGE, STEEP) and exercise.evidence(seen, None)) or keys, broken[0]


def _as_explained(exercise, explanation, one):
    c = explanation.predict(exercise, one.case)
    return (c is None and one.error is not None) or agrees(one.array, c)


# Where no formula fits


def unexplained(exercise, seen, call, function):
    """Return what can be said of results that no formula explains: mistakes, and a sentence."""
    arrays = [one.array for one in seen]
    right = [exercise.predict(one.case) for one in seen]
    keys = exercise.evidence(seen, None)
    if keys or any(y is None for y in arrays):
        return keys, ""
    if "mask" in exercise.roles and all(np.isnan(y).all() for y in arrays):
        return ["mask-times-infinity"], ""
    largest = max(np.abs(y).max(initial=0) for y in arrays)
    if largest == 0:
        return ["all-zeros"], ""
    if 1e-13 < largest < 1e-8 and "z" in exercise.roles:
        return ["all-at-once"], ""  # what rounding leaves, divided by a step
    if largest < 1e-12:
        return ["rows-summed", *["sum-of-probabilities"] * ("g" in exercise.roles)], ""
    if any(y.shape != c.shape for y, c in zip(arrays, right, strict=True)):
        return [], ""
    if all(np.isfinite(y).all() for y in arrays):
        gap = [np.abs(y - c) / (np.abs(c) + 1e-3) for y, c in zip(arrays, right, strict=True)]
        gap = np.concatenate([g.ravel() for g in gap])
        if gap.max() < 2e-2 and np.mean(gap > 1e-7) > 0.5:
            nudged = exercise.name not in ("softmax", "log_softmax")
            return ["low-precision", *["step-too-large"] * nudged], ""
    last = max(seen, key=lambda one: one.array.size)
    for k, argument in enumerate(last.case.arguments):
        if isinstance(argument, np.ndarray) and argument.dtype.kind != "b":
            changed = list(last.case.arguments)
            changed[k] = np.roll(argument, 1, -1)
            other = observe(call, function, Input(tuple(changed)))
            if np.isfinite(last.array).all() and agrees(other.array, last.array):
                return ["argument-unused"], f"It is the same for every {exercise.arguments[k]}."
    return [], ""
