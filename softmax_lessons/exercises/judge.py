"""Says which mistakes explain what a function did, by what came back and never by its source text.

What came back for plain inputs is compared with every formula, up to a factor. Then each further
demand (large numbers, integers, other shapes) is compared with the formula that was found: where it
departs is a mistake of its own. So mistakes combine, and each stands here once.
"""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.exercises.inputs import (
    FLOAT32,
    INTEGERS,
    LARGE,
    PLAIN,
    READ_ONLY,
    SHAPE,
    STEEP,
    STRIDED,
    Input,
)
from softmax_lessons.exercises.safe_call import Endless, learners_line
from softmax_lessons.exercises.verdict import (
    LARGEST,
    Counterexample,
    Status,
    Verdict,
    printable,
    shown,
)
from softmax_lessons.misconceptions import MISTAKES
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


# What a function did


class Other(NamedTuple):
    """What is kept of a value that is no array, for it may do anything when looked at."""

    kind: str
    text: str


@dataclass(eq=False)
class Seen:
    """What a function did with one input: a result or an error, and side effects."""

    case: Input
    value: object = None
    error: BaseException | None = None
    written: tuple | None = None
    again: object = None
    moves: list = ()

    @property
    def array(self):
        """The value if it is an array of floats, else None."""
        return self.value if type(self.value) is np.ndarray else None


def kept(value):
    """Return a copy of numbers as an array of floats, and `Other` for what is none.

    To be called safely, as a value may do anything. What a library can turn into an array by
    `.detach().numpy()` is one.
    """
    if value is None or value is ...:
        return value
    if hasattr(value, "detach"):
        value = value.detach().numpy()
    if not isinstance(value, (str, bytes, bool, np.bool_)):
        with contextlib.suppress(ValueError):  # rows of unequal length
            array = np.asarray(value)
            if array.dtype.kind in "iuf":
                # A huge one may take no memory as it is, but would as a copy.
                huge = array.size > LARGEST
                return np.broadcast_to(np.nan, array.shape) if huge else array.astype(np.float64)
    text = f"{type(value).__name__}"
    with contextlib.suppress(Exception):
        text += f": {value!s}"
    return Other(type(value).__name__, printable(text).rstrip(": "))


def described(value):
    """Return a result or an exception in a few words."""
    if isinstance(value, Endless):
        return str(value)
    if isinstance(value, BaseException):
        line = learners_line(value)
        try:
            text = printable(f"{type(value).__name__}: {value!s}").rstrip(": ")
        except BaseException:
            text = type(value).__name__
        return f"it raises {text}" + (f", in the line `{printable(line)}`" if line else "")
    return value.text if type(value) is Other else shown(value)


def observe(call, function, case, repeat=False):
    """Call a function on an input, note all that happens, and perhaps call it once more."""
    arguments = case.fresh()
    value, error = call(lambda: kept(function(*arguments)))
    seen = Seen(case, value, error, moves=getattr(arguments[0], "moves", ()))
    for before, after in zip(case.arguments, arguments, strict=True):
        if isinstance(before, np.ndarray) and not _same_array(before, after):
            seen.written = arguments
    if error is not None and case.shows == READ_ONLY and "read-only" in described(error):
        seen.written = case.arguments
    if repeat and error is None:
        again, error = call(lambda: kept(function(*case.fresh())))
        seen.again = again if error is None else error
    return seen


def _same_array(a, b):
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def nothing(value, error):
    """Tell whether a call did nothing yet, as that of a stub does."""
    if error is not None:
        return isinstance(error, NotImplementedError)
    return value is None or value is ...


# Which formula it is


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


@dataclass(eq=False)
class Attempt:
    """A learner's function, its own names of the arguments, and how it was read.

    `named` returns pairs of a name and a value for the arguments of an exercise, and `laid` a
    result as the learner's program would return it.
    """

    function: Callable
    names: tuple[str, ...]
    read_as: str = ""
    named: Callable = None
    laid: Callable = lambda result: result

    def __post_init__(self):
        """Take the arguments as they are, where nothing else is said."""
        self.named = self.named or (lambda given: tuple(zip(self.names, given, strict=True)))


def judge(exercise, attempt, call):
    """Return the verdict on an attempt, without a hint.

    Parameters
    ----------
    exercise : Exercise
    attempt : Attempt
    call : Caller

    Returns
    -------
    Verdict
    """
    seen = []
    plain = [case for case in exercise.inputs if case.shows == PLAIN]
    for case in exercise.inputs:
        seen.append(observe(call, attempt.function, case, case in (plain[0], plain[-1])))
        if isinstance(seen[-1].error, Endless):
            return _Report(exercise, attempt, seen, call).raises(seen[-1])
    with np.errstate(all="ignore"):
        return _Report(exercise, attempt, seen, call).verdict()


class _Report:
    """Puts a verdict together from all that was seen."""

    def __init__(self, exercise, attempt, seen, call):
        self.exercise, self.attempt, self.seen, self.call = exercise, attempt, seen, call
        self.keys, self.first = [], None

    def of(self, shows):
        return [one for one in self.seen if one.case.shows == shows]

    def add(self, keys, one):
        """Note mistakes, and the input that shows the first of them."""
        self.keys += [key for key in keys if key not in self.keys]
        self.first = self.first or one

    def verdict(self):
        if all(nothing(one.value, one.error) for one in self.seen):
            return nothing_yet(self.exercise.signature)
        self.side_effects()
        plain = self.of(PLAIN)
        unnamed, sentence = None, ""
        found = explain(self.exercise, plain + self.of(SHAPE))
        partly = not found
        found = found or explain(self.exercise, plain)
        if found:
            unnamed = self.demands(found, partly)
        else:
            keys, sentence = unexplained(self.exercise, plain, self.call, self.attempt.function)
            wrong = next(one for one in plain if not self.right(one))
            self.add(keys, wrong)
            unnamed = None if keys else wrong
        if self.keys:
            mistakes = tuple(MISTAKES[key] for key in self.keys)
            summary = f"{mistakes[0]}"
            if len(mistakes) > 1:
                summary += " It is not the only one: " + ", ".join(self.keys[1:]) + "."
            summary += f" {sentence}" if sentence else ""
            return self.answer(Status.KNOWN_MISTAKE, summary, self.first, mistakes)
        if unnamed:
            return self.unknown(unnamed)
        return self.answer(Status.CORRECT, f"Right on all {len(self.seen)} inputs.")

    def right(self, one):
        return agrees(one.array, self.exercise.predict(one.case))

    def side_effects(self):
        for one in self.seen:
            if one.written is not None and one.case.shows != READ_ONLY:
                self.add(["writes-into-argument"], one)
        for one in self.seen:
            if one.again is not None and not _same(one.value, one.again):
                self.add(["remembers"], one)

    def demands(self, found, partly):
        """Note the mistakes of the best explanation, and those of every demand it does not meet."""
        large = self.of(LARGE)
        best = [e for e in found if e.cost == found[0].cost]
        keys = at_large_numbers(self.exercise, found, large)
        told = keys is not None
        if not told:
            keys = list(dict.fromkeys(key for e in best for key in e.keys))
        # Several formulas may fit the plain inputs; what they do with large numbers decides.
        chosen = next((e for e in found if set(e.keys) <= set(keys)), best[0])
        shown_by = next(
            (one for one in self.of(PLAIN) + self.of(SHAPE) + large if not self.right(one)), None
        )
        self.add(keys, shown_by)
        unnamed = None
        met = {SHAPE: not partly, LARGE: told, READ_ONLY: "writes-into-argument" in self.keys}
        for shows in (STEEP, LARGE, INTEGERS, SHAPE, FLOAT32, STRIDED, READ_ONLY):
            if met.get(shows):
                continue
            keys, broken = at_a_demand(self.exercise, chosen, shows, self.of(shows))
            if keys:
                self.add(keys, broken)
            else:
                unnamed = unnamed or broken
        return unnamed

    def answer(self, status, summary, one=None, mistakes=()):
        return Verdict(
            self.exercise.signature,
            status,
            summary,
            mistakes,
            one and self.counterexample(one, mistakes),
            read_as=self.attempt.read_as,
            printed=printable(self.call.printed),
        )

    def counterexample(self, one, mistakes=()):
        expected, y = self.exercise.predict(one.case), one.array
        note = ""
        if one.error is not None:
            yours = described(one.error)
        else:
            yours = one.value if y is not None else described(one.value)
        first = mistakes[0].key if mistakes else ""
        if first == "writes-into-argument":
            note = "after the call the arguments hold other numbers"
            if one.case.shows == READ_ONLY:
                note = "this input is read-only, so writing into it is an error"
        elif first == "remembers":
            note = f"the second call with the same input gives {described(one.again)}"
        elif y is not None and y.shape != expected.shape:
            note = f"yours has shape {y.shape}, but the right shape is {expected.shape}"
        elif one.case.shows not in (PLAIN, SHAPE):
            note = f"this input tests {one.case.shows}"
        yours, expected = self.attempt.laid(yours), self.attempt.laid(expected)
        return Counterexample(self.attempt.named(one.case.arguments), yours, expected, note)

    def raises(self, one):
        """Return the verdict on a function that does not return."""
        text = described(one.error).rstrip(".")
        text = f"For this input {text}." if isinstance(one.error, Endless) else f"{text}."
        return self.answer(Status.RAISES, text[0].upper() + text[1:], one)

    def unknown(self, one):
        """Return the verdict on a mistake that has no name."""
        if one.error is not None:
            return self.raises(one)
        right, y = self.exercise.predict(one.case), one.array
        if y is None:
            summary = (
                f"It returns {described(one.value)}. It must return numbers of shape {right.shape}."
            )
            return self.answer(Status.WRONG_TYPE, summary, one)
        if y.shape != right.shape:
            summary = f"It returns shape {y.shape}, but the right shape is {right.shape}."
            return self.answer(Status.WRONG_SHAPE, summary, one)
        where = np.argwhere(~((np.abs(y - right) <= tolerance(right)) | (y == right)))[0]
        index = tuple(int(i) for i in where)
        summary = "Its result differs from the expected one"
        summary += f", first at index {index}: {y[index]:.6g} where {right[index]:.6g} is right."
        return self.answer(Status.WRONG, summary, one)


def _same(a, b):
    if type(a) is not np.ndarray or type(b) is not np.ndarray:
        return type(a) is type(b)
    return np.array_equal(a, b, equal_nan=True)


def nothing_yet(signature):
    """Return the verdict on a stub."""
    return Verdict(
        signature,
        Status.NOT_ATTEMPTED,
        "Nothing comes back yet. If you have written it, is there a return?",
    )
