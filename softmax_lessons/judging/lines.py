"""Judges a step back that is written line by line: each gradient for itself, the last line first.

The lines are ``m = max(z)``, ``exps = exp(z - m)``, ``s = sum(exps)``, ``p = exps / s``.
"""

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.judging.explain import close
from softmax_lessons.judging.observe import described, kept, nothing
from softmax_lessons.judging.verdict import Counterexample, Status, Verdict, nothing_yet
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.formula import evaluate

INPUTS = (
    (np.array([0.0, 1.0]), np.array([1.0, 0.0])),
    (np.array([2.0, 1.0, -1.0]), np.array([1.0, -1.0, 0.5])),
    tuple(np.random.default_rng(5).normal(size=(2, 4))),
)
_S = "-total(g * exps) / s**2"
_DIRECT = "Where is the path that leads from exps directly to p?"
_THROUGH_S = "The path through s is missing: exps is in s as well, and s is in every p."
_SAME = "The derivative of exp(z - m) is exp(z - m) again."
_SQUARE = "The derivative of 1 / s is not 1 / s."
LINES = {
    "grad_s": {
        _S: (),
        f"-({_S})": ("", "If s grows, does each p grow or shrink?"),
        "-total(g * exps) / s": ("", _SQUARE),
        "total(g * exps) / s": ("", _SQUARE),
        "-total(exps) / s**2": ("", "g is missing: on the path through p_i comes g_i."),
        "-total(g) / s**2": ("", "exps is missing: p_i is exps_i times 1 / s."),
        "-1 / s**2": ("", "In p_i it is multiplied with exps_i, and g_i comes back from there."),
        "-g * exps / s**2": ("", "s is one number: add up what comes back on all paths."),
        "-total(g * exp(z)) / total(exp(z))**2": ("", "exps is exp(z - m)."),
    },
    "grad_exps": {
        f"g / s + {_S}": (),
        "g / s": ("path-forgotten", _THROUGH_S),
        f"g / s + {_S} * s": ("", "s is a sum: its derivative for each exps_i is 1, not s."),
        f"{_S} + 0 * z": ("", _DIRECT),
        f"g / s - {_S}": ("", "Paths add up: grad_s has its minus already."),
        f"g / s + {_S} * exps": ("", "s is a sum: its derivative for each exps_i is 1."),
        "g * (s - exps) / s**2": ("elementwise", "s is in every p, so it brings back every g."),
        f"g + {_S}": ("", "p = exps / s: on the direct path a factor is missing."),
        f"(g / s + {_S}) * exps": ("", "That is grad_z already."),
    },
    "grad_z": {
        f"(g / s + {_S}) * exps": (),
        f"g / s + {_S}": ("", f"That is grad_exps. {_SAME}"),
        f"(g / s + {_S}) * exp(z)": ("", _SAME),
        f"(g / s + {_S}) * p": ("", _SAME),
        "p * g": ("path-forgotten", _THROUGH_S),
        "p * (1 - p) * g": ("elementwise", _THROUGH_S),
    },
}  # fmt: skip
"""The right formula of each gradient, and wrong ones with a mistake and a sentence."""


def _three(answer):
    """Return three gradients as arrays, or what came instead."""
    if isinstance(answer, (tuple, list)):
        return tuple(map(kept, answer)) if len(answer) == 3 else f"{len(answer)} things"
    one = kept(answer)
    return f"one array, of shape {one.shape}" if isinstance(one, np.ndarray) else one


def _values(z, g):
    exps = np.exp(z - z.max())
    known = {"z": z, "g": g, "exps": exps, "s": exps.sum(), "p": numerics.softmax(z)}
    return known | {"total": np.sum, "exp": np.exp, "n": len(z)}


def _is(mine, c):
    """Tell whether a gradient is what a formula gives; one number may stand for equal ones."""
    return isinstance(mine, np.ndarray) and mine.ndim < 2 and bool(np.all(close(mine, c)))


def judge_lines(signature, function, call):
    """Return the verdict on f(z, g), which returns grad_s, grad_exps and grad_z."""
    answers = []
    for z, g in INPUTS:
        value, error = call(lambda z=z, g=g: _three(function(z.copy(), g.copy())))
        if nothing(value, error):
            return nothing_yet(signature)
        if error is not None:
            text = described(error)
            return Verdict(signature, Status.RAISES, f"{text[0].upper()}{text[1:]}.")
        if not isinstance(value, tuple):
            text = f"It returns {value}. Return three: grad_s, grad_exps, grad_z."
            return Verdict(signature, Status.WRONG_TYPE, text)
        answers.append(value)
    known = [_values(z, g) for z, g in INPUTS]
    wanted = [[evaluate(next(iter(texts)), one) for texts in LINES.values()] for one in known]
    pairs = zip(answers, wanted, strict=True)
    if all(_is(m, c) for mine, all_c in pairs for m, c in zip(mine[::-1], all_c, strict=True)):
        text = "The order is grad_s, grad_exps, grad_z. Yours is the other way round."
        return Verdict(signature, Status.WRONG_TYPE, text)
    right = []
    for name, mine in zip(LINES, zip(*answers, strict=True), strict=True):
        texts, means = zip(*LINES[name].items(), strict=True)
        predicted = [[evaluate(text, one) for one in known] for text in texts]
        pairs = zip(mine, predicted[0], strict=True)
        if any(one is None or one is ... for one in mine):
            text = f"{' '.join(f'{one} is right.' for one in right)} {name} is not written yet."
            return Verdict(signature, Status.WRONG_TYPE, text.strip())
        off = [not _is(m, c) or m.size != np.size(c) for m, c in pairs]
        if not any(off):
            right.append(name)
            continue
        slips = zip(predicted[1:], means[1:], strict=True)
        key, text = next((mean for c, mean in slips if all(map(_is, mine, c))), ("", ""))
        k = off.index(True)
        expected = np.array(predicted[0][k])
        if not text and np.shape(mine[k]) != expected.shape:
            text = f"Its shape must be {expected.shape}, that of {name.removeprefix('grad_')}."
        summary = " ".join([*(f"{one} is right." for one in right), f"{name} is not right."])
        arguments = tuple(zip("zg", INPUTS[k], strict=True))
        shown = Counterexample(arguments, mine[k], expected, labels=(name, "expected"))
        status = Status.KNOWN_MISTAKE if key else Status.WRONG
        found = (MISTAKES[key],) if key else ()
        summary += f" {text}" if key else ""
        return Verdict(signature, status, summary, found, shown, hint="" if key else text)
    return Verdict(signature, Status.CORRECT, f"All three are right, on {len(INPUTS)} inputs.")
