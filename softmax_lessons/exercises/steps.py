"""Checks for steps of a derivation: a table of numbers, or an expression in SymPy's symbols.

An answer is right if it has the right value at every point of its step, to within 1e-6, whatever
its form. This module loads SymPy; the rest of `softmax_lessons.exercises` does not.
"""

import re
from itertools import product
from typing import NamedTuple

import numpy as np
import sympy as sp

from softmax_lessons.judging.verdict import Counterexample, Status, Verdict
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.jacobian import JACOBIAN


class Step(NamedTuple):
    """What is asked and right, where answers are compared, what known slips give, and more."""

    asked: str
    right: str
    points: list
    slips: dict
    means: dict
    hint: str


def _times(right, factors):
    """Return the multiples of the right formula, and what to say of them."""
    multiples = {f"-({right})": "The size is right, the sign is not."}
    for f in ("2", *factors, *(f"{f}**2" for f in factors)):
        multiples[f"({right}) * {f}"] = f"Yours is the right one times {f}."
        multiples[f"({right}) / ({f})"] = f"Yours is the right one divided by {f}."
    return multiples


def _quotient(asked, u, v, du, dv, candidates, first, means, hint):
    """Return a step by the quotient rule, with wrong derivatives of u and v for slips."""
    rule = f"(({v}) * ({{}}) - ({u}) * ({{}})) / ({v})**2"
    moved = asked[asked.index("/d") + 2 :].split()[0]
    text = "This follows from {}. Differentiate {} again: only " + f"{moved} moves."
    slips = {rule.format(x, dv): text.format(f"u' = {x}", f"u = {u}") for x in candidates}
    for y in candidates:
        slips[rule.format(du, y)] = text.format(f"v' = {y}", f"v = {v}")
    slips |= _times(rule.format(du, dv), [*first, *means])
    slips[f"-({rule.format(du, dv)})"] += " Are the halves of the quotient rule swapped?"
    plus = f"(({v}) * ({du}) + ({u}) * ({dv})) / ({v})**2"
    slips.setdefault(plus, "The two halves of the quotient rule are subtracted, not added.")
    swapped = re.sub(r"_[ij]\b", lambda k: "_j" if k[0] == "_i" else "_i", rule.format(du, dv))
    if "z_j" in candidates:
        slips.setdefault(swapped, f"i and j are swapped: here {moved} moves, in the other one.")
    for x, y in product(candidates, repeat=2):
        both = text.format(f"u' = {x} and v' = {y}", f"u = {u} and v = {v}")
        slips.setdefault(rule.format(x, y), both)
    others = (["11/7", "5/3", "29/4"], ["3/13", "17/11", "31/9"], ["23/10", "7/19", "41/3"])
    points = [first, *(dict(zip(first, row[-len(first) :], strict=True)) for row in others)]
    return Step(asked, rule.format(du, dv), points, slips, means, hint)


_P, _ENTRY = ["1/2", "3/10", "1/5"], "p_i * (delta - p_j)"
_SQUARES = ["0", "1", "z_i", "z_j", "2*z_i", "2*z_j", "z_i**2", "z_j**2", "Q"]
STEPS = {
    "other logit": _quotient(
        "dp_i/dz_j where j is not i", "e_i", "S", "0", "e_j", ["0", "1", "e_i", "e_j", "S"],
        {"e_i": "2", "e_j": "3", "S": "10"},
        {"p_i": "e_i / S", "p_j": "e_j / S", "z_i": "log(e_i)", "z_j": "log(e_j)"},
        "How does it look in probabilities, with p_i = e_i / S and p_j = e_j / S?",
    ),
    "shares, own logit": _quotient(
        "ds_i/dz_i", "z_i**2", "Q", "2*z_i", "2*z_i",
        [got for got in _SQUARES if "z_j" not in got], {"z_i": "3", "Q": "50"},
        {"s_i": "z_i**2 / Q"}, "At which z_i is it 0? Is p_i (1 - p_i) of softmax ever 0?",
    ),
    "shares, other logit": _quotient(
        "ds_i/dz_j where j is not i", "z_i**2", "Q", "0", "2*z_j", _SQUARES,
        {"z_i": "3", "z_j": "4", "Q": "50"}, {"s_i": "z_i**2 / Q", "s_j": "z_j**2 / Q"},
        "Swap i and j. Is the result the same, as it is for softmax?",
    ),
    "table": Step(
        "the Jacobian at p = (0.5, 0.3, 0.2)", _ENTRY,
        [{"p_i": _P[i], "p_j": _P[j], "delta": int(i == j)} for i, j in np.ndindex(3, 3)],
        {
            f"Abs({_ENTRY})": "The sizes are right. Can all probabilities rise together?",
            "(delta - p_i) * (p_j + delta * (1 - p_j))": "The diagonal needs one more factor, p_i.",
            **{
                wrong.text: MISTAKES[wrong.keys[0]].why
                for wrong in JACOBIAN[1:]
                if not re.search(r"\bp\b|\[", wrong.text)
            },
            **_times(_ENTRY, ["p_i", "p_j"]),
        },
        {}, "What do the three numbers of a row add up to? And those of a column?",
    ),
}  # fmt: skip
"""Every step by its name."""


def _values(step, expression):
    """Return the value of an expression or of one of our formulas at each point of a step."""
    own = {name: sp.Symbol(name) for name in (*step.points[0], *step.means)}
    if isinstance(expression, str):
        expression = sp.sympify(expression, own)
    expression = expression.xreplace({s: own[s.name] for s in expression.free_symbols})
    expression = expression.subs({own[n]: sp.sympify(m, own) for n, m in step.means.items()}).doit()
    at = [expression.subs({own[n]: sp.Rational(x) for n, x in p.items()}) for p in step.points]
    return np.array([complex(sp.N(x)) if x.is_finite else np.nan for x in at])


def _read(step, answer):
    """Return the values of an answer at each point, or a status and a sentence."""
    if step.asked == STEPS["table"].asked:
        entries = np.array(answer, dtype=object)
        missing = sum(entry is ... or entry is None for entry in entries.flat)
        if missing:
            return Status.NOT_ATTEMPTED, f"{missing} of 9 numbers are still missing."
        if entries.shape != (3, 3):
            return Status.WRONG_TYPE, "Hand in three rows of three numbers, with decimal points."
        entries = [sp.sympify(entry, strict=True) for entry in entries.flat]
        return np.array([complex(entry) for entry in entries])
    expression = sp.sympify(answer, strict=True)  # a string would be run as code
    if not isinstance(expression, sp.Expr) or expression.is_Matrix:
        raise TypeError
    known = [*step.points[0], *step.means]
    strangers = sorted({str(s) for s in expression.free_symbols} - set(known))
    if strangers:
        return Status.WRONG_TYPE, f"Write it with {', '.join(known)}: what is {strangers[0]}?"
    return _values(step, expression)


def check_step(step, answer):
    """Check a step of a derivation.

    Parameters
    ----------
    step : str
        A name in `STEPS`.
    answer : sympy.Expr, number or nested sequence of numbers
        An expression in the symbols of the step, in any form; for "table", three rows of three.

    Examples
    --------
    >>> e_i, e_j, S = sp.symbols("e_i e_j S")
    >>> print(check_step("other logit", e_i * e_j / S**2))
    dp_i/dz_j where j is not i: wrong
    The size is right, the sign is not. Are the halves of the quotient rule swapped?
      e_i   2
      e_j   3
      S     10
      yours 0.0600
    """
    if step not in STEPS:
        raise ValueError(f"step must be one of {', '.join(STEPS)}, got {step!r}")
    name, step = step, STEPS[step]
    if answer is None or answer is ...:
        return Verdict(step.asked, Status.NOT_ATTEMPTED, "Replace the dots by your answer.")
    try:
        yours = _read(step, answer)
    except Exception:  # whatever an answer of some other kind does
        wanted = "three rows of three numbers" if name == "table" else "an expression or a number"
        text = f"Hand in {wanted}, without quotation marks: got {type(answer).__name__}."
        yours = Status.WRONG_TYPE, text
    if isinstance(yours, tuple):
        return Verdict(step.asked, *yours)
    expected = _values(step, step.right)
    wrong = ~np.isclose(yours, expected, rtol=1e-6, atol=1e-6)
    table = name == "table"
    if not wrong.any():
        text = "All nine are right." if table else "Right. Any other form of it passes too."
        return Verdict(step.asked, Status.CORRECT, text, hint=step.hint)
    known = (t for f, t in step.slips.items() if np.allclose(yours, _values(step, f), atol=1e-6))
    k = int(wrong.argmax())
    i, j = k // 3 + 1, k % 3 + 1
    count = f"Not yet right: {wrong.sum()} of 9, the first in row {i}, column {j}."
    text = count if table else "It is not equal to the derivative."
    arguments = () if table else tuple((n, sp.Rational(x)) for n, x in step.points[k].items())
    got = f"{yours[k].real:z.4f}" if abs(yours[k].imag) < 1e-9 else f"{yours[k]:.4f}"
    shown = None if table else Counterexample(arguments, got, None, labels=("yours", ""))
    return Verdict(step.asked, Status.WRONG, next(known, text), counterexample=shown)
