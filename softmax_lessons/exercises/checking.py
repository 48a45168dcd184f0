"""Judges numeric gradients by the points they ask for, and gradient checkers by what they ask."""

from functools import partial

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.exercises.observe import described, nothing
from softmax_lessons.exercises.verdict import Status, Verdict, nothing_yet, printable
from softmax_lessons.misconceptions import MISTAKES
from softmax_lessons.misconceptions.backward import RIGHT_BACKWARDS, WRONG_BACKWARDS

# Numeric gradients


def moves_tell(seen, ratio):
    """Return the mistakes that the points show at which a function was called.

    Parameters
    ----------
    seen : list of Seen
    ratio : float or None
        What the result is times the gradient, where it is that.
    """
    moves = [move for one in seen for move in one.moves]
    if not moves:
        return []
    if any(move is None for move in moves):
        return ["flattened-point"]
    step = max(np.abs(move).max(initial=0) for move in moves)
    if step == 0:
        return ["nothing-moves"]
    if ratio is not None:
        turned, size = ["sign-flipped"] * bool(ratio < 0), abs(ratio)
        if any(abs(size / c - 1) < 0.01 for c in (step, 2 * step)):
            return ["not-divided", *turned]
        near = any(abs(size / c - 1) < 0.01 for c in (step**2, 2 * step**2, step**2 / 2))
        return ["missing-bracket", *turned] if near else []
    if any(_looks_like_values(one, step) for one in seen):
        return ["missing-bracket"]
    entries = [np.count_nonzero(move) for one in seen if len(one.moves) > 2 for move in one.moves]
    sizes = [move.size for one in seen if len(one.moves) > 2 for move in one.moves]
    if entries and max(entries) > 1:
        growing = any(n == size and size > 2 for n, size in zip(entries, sizes, strict=True))
        return ["not-restored" if growing and 1 in entries else "all-at-once"]
    sides = {np.sign(move.real.sum()) for move in moves if move.any()}
    if step <= 1e-9:
        return ["step-too-small"]
    keys = ["one-sided-difference"] if step > 2e-7 and sides in ({1.0}, {-1.0}) else []
    return keys + ["step-too-large"] * bool(step > 2e-4)


def _looks_like_values(one, step):
    """Tell whether a result is the value itself, for a difference that was not in brackets."""
    if one.array is None:
        return False
    value = one.case.arguments[0].value(one.case.arguments[1])
    factors = (1, 1 - 1 / step, 1 - 1 / (2 * step), 1 / step, 1 / (2 * step))
    return any(np.allclose(one.array, value * c, rtol=0.01, atol=0) for c in factors)


# Gradient checkers


def _spoilt(spoil):
    """Return a backward from how it spoils the right gradient, perhaps by the incoming one."""
    return lambda p, grad_p, axis=-1: spoil(numerics.softmax_backward(p, grad_p, axis), grad_p)


def _in_parts(where, inside=lambda y: y, outside=lambda y: y):
    """Return a backward that does one thing to some entries, and another to all others."""

    def spoil(right, grad_p):
        chosen = np.zeros(np.atleast_2d(right).shape, dtype=bool)
        chosen[where] = True
        return np.where(chosen.reshape(right.shape), inside(right), outside(right))

    return _spoilt(spoil)


PARTS = [np.s_[:1], np.s_[:, :1], np.s_[-1:], np.s_[:, -1:]]
CORNERS = [np.s_[i, j] for i in (0, -1) for j in (0, -1)]
SUBTLE = {
    "compares-part": [
        *(_in_parts(part, outside=lambda y: 3 * y + 0.2) for part in PARTS + CORNERS),
        *(_in_parts(part, lambda y: 2 * y) for part in [*PARTS, np.s_[1:2], np.s_[:, 1:2]]),
    ],
    # The same sums, means and norms; and all too small.
    "compares-sums": [_spoilt(lambda y, g: np.flip(y)), _spoilt(lambda y, g: y - 0.5)],
    "loose-tolerance": [
        _spoilt(lambda y, g: 1.05 * y),
        _spoilt(lambda y, g: 0.95 * y),
        _spoilt(lambda y, g: y + 0.002 * np.abs(g).max()),
    ],
    # Right where there are as many examples as classes.
    "square-batch": [_spoilt(lambda y, g: y * len(y) / y.shape[-1])],
}
"""Wrong backwards that a checker accepts which makes one of these mistakes."""
SUBTLE_BY_NAME = {(key, k): b for key, several in SUBTLE.items() for k, b in enumerate(several)}


class _Watched:
    """A backward that keeps what it was given."""

    def __init__(self, backward, asked):
        self.backward, self.asked = backward, asked

    def __call__(self, p, grad_p=None, *more, **named):
        grad_p = named.pop("grad_p", grad_p)
        self.asked.append(tuple(np.array(a, dtype=float) for a in (p, grad_p)))
        return self.backward(p, grad_p, *more, **named)


def _questions_tell(asked):
    """Return the mistakes that show in the probabilities and gradients a checker asked with."""
    proper = [p.ndim and np.allclose(p.sum(axis=-1), 1) and (p >= 0).all() for p, _ in asked]
    if not any(proper):
        return ["calls-backward-wrongly"] if asked else []
    tests = {
        "sum-loss": lambda p, g: np.ptp(g, axis=-1).max() < 1e-12,
        "uniform-logits": lambda p, g: np.ptp(p) < 1e-12,
        "one-example": lambda p, g: p.ndim < 2 or len(p) == 1,
        "same-gradient-for-all": lambda p, g: p.ndim > 1 and np.ptp(g, axis=0).max() < 1e-12,
    }
    return [key for key, test in tests.items() if all(test(p, g) for p, g in asked)]


def _answer(value):
    """Return what a checker said as a bool, if it is one; to be called safely."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    return value if value is None or value is ... else NotImplemented


def judge_checker(signature, function, call):
    """Return the verdict on a gradient checker, with a table of what it says to each backward."""
    verdict = partial(Verdict, signature)
    answers, asked = {}, []
    named = {**RIGHT_BACKWARDS, **WRONG_BACKWARDS}
    remembers = False
    watchers = {name: _Watched(b, asked) for name, b in {**named, **SUBTLE_BY_NAME}.items()}
    for again in (False, True):
        for name in [*named, *([] if again else SUBTLE_BY_NAME)]:
            watched = watchers[name]
            raw = []
            value, error = call(
                lambda w=watched, raw=raw: raw.append(function(w)) or _answer(raw[0])
            )
            if nothing(value, error):
                return nothing_yet(signature)
            if error is not None:
                text = described(error)
                lead = f"Given {name!r}, " if name in named else "Given a backward, "
                keys = _questions_tell(asked) if not answers else []
                if keys == ["calls-backward-wrongly"]:
                    mistake = MISTAKES[keys[0]]
                    return verdict(Status.KNOWN_MISTAKE, f"{mistake} {lead}{text}.", (mistake,))
                return verdict(Status.RAISES, f"{lead}{text}.")
            if value is NotImplemented:
                kind, _ = call(lambda raw=raw: printable(f"{type(raw[0]).__name__}: {raw[0]}"))
                kind = kind or "something else"
                return verdict(
                    Status.WRONG_TYPE,
                    f"Given {name!r}, it returns {kind}. It must return one answer, True or False.",
                )
            remembers = remembers or answers.setdefault(name, value) != value
    table = _as_table({name: answers[name] for name in named})
    through = [name for name in WRONG_BACKWARDS if answers[name]]
    refused = [name for name in RIGHT_BACKWARDS if not answers[name]]
    summary = (
        f"It accepts {len(through)} of {len(WRONG_BACKWARDS)} wrong backwards and refuses"
        f" {len(refused)} of {len(RIGHT_BACKWARDS)} right ones."
    )
    missed = [
        key for key, several in SUBTLE.items() if any(answers[key, k] for k in range(len(several)))
    ]
    if not (through or refused or missed or remembers):
        summary = f"It accepts all {len(RIGHT_BACKWARDS)} right backwards and refuses all"
        summary += f" {len(WRONG_BACKWARDS)} wrong ones."
        return verdict(Status.CORRECT, summary, table=table, printed=printable(call.printed))
    keys = _names(asked, answers, through, refused, missed) + ["remembers"] * remembers
    mistakes = tuple(MISTAKES[key] for key in dict.fromkeys(keys))
    if not mistakes:
        return verdict(Status.WRONG, summary, table=table)
    if missed and not through and not refused:
        summary += " But it accepts others that are wrong in one part only, or only slightly."
    return verdict(Status.KNOWN_MISTAKE, f"{mistakes[0]} {summary}", mistakes, table=table)


def _names(asked, answers, through, refused, missed):
    """Return the mistakes of a checker from what it asked and how it answered."""
    told = _questions_tell(asked)
    if all(answers.values()):
        return ["accepts-everything"]
    if len(refused) == len(RIGHT_BACKWARDS):
        zero_like = answers["zeros"] and answers["rows of the Jacobian summed"]
        wrongly = [key for key in told if key == "calls-backward-wrongly"]
        return wrongly or (["measures-zero"] if zero_like else ["refuses-everything"])
    if told:
        if "sum-loss" in told or "one-example" in told:
            told = [key for key in told if key != "same-gradient-for-all"]
        return told
    backwards = {**WRONG_BACKWARDS, **SUBTLE_BY_NAME}
    off = {name: _shown(backward, asked) for name, backward in backwards.items()}
    unseen = max((off[name] for name in off if answers[name]), default=0)
    if 0 < unseen < max(0.05, min((off[name] for name in off if not answers[name]), default=0)):
        # It depends on nothing but how far off they are.
        certain = any((np.abs(p - np.round(p)).max(axis=-1) < 1e-3).any() for p, _ in asked)
        return ["saturated-and-loose" if certain else "loose-tolerance"]
    keys = []
    if "compares-part" in missed or "compares-sums" in missed:
        # Eight of these are right in one part only; a sum or a norm does not let them through.
        some = any(answers["compares-part", k] for k in range(8)) or "compares-sums" not in missed
        keys += ["compares-part"] * some + ["compares-sums"] * ("compares-sums" in missed)
    if "loose-tolerance" in missed and "compares-sums" not in missed:
        keys += ["loose-tolerance"]
    if "square-batch" in missed and not keys:
        keys += ["square-batch"]
    return keys


def _shown(backward, asked):
    """Return by how much at most a wrong backward is off where a checker asks."""
    return max(np.abs(backward(*q) - numerics.softmax_backward(*q)).max() for q in asked[:99])


def _as_table(answers):
    """Return the answers of a checker as rows: the backward, whether it is right, the answer."""
    rows = [("backward", "is", "your check")]
    for name, accepted in answers.items():
        right = name in RIGHT_BACKWARDS
        verdict = "accepts" if accepted else "refuses"
        rows.append(
            (name, "right" if right else "wrong", verdict + ("" if accepted == right else " ✗"))
        )
    return tuple(rows)
