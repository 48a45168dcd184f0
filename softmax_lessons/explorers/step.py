"""The error of a difference quotient against its step: too large, too small, and lost."""

from functools import cache
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.base import Explorer
from softmax_lessons.numerics import log_softmax, softmax
from softmax_lessons.plotting import Label, StepCurve

LOGITS = np.array([2.0, 1.0, -1.0])
MOVED, TRUE = 0, 1
"""The indices of the logit that is moved, and of the true class; both as in lesson 08."""

PER_DECADE = 4
STEPS = 10.0 ** (np.arange(-18 * PER_DECADE, 1) / PER_DECADE)

# The cross-entropy, and its derivatives with respect to the moved logit; the first is p - t there.
LOSS, P = -float(log_softmax(LOGITS)[TRUE]), float(softmax(LOGITS)[MOVED])
FIRST, SECOND, THIRD = P, P * (1 - P), P * (1 - P) * (1 - 2 * P)

FUNCTION = (
    rf"derivative of $-\log\,p_{TRUE + 1}$ with respect to $z_{MOVED + 1}$,"
    f" at $z$ = {tuple(LOGITS.astype(int).tolist())}".replace(" -", " \N{MINUS SIGN}")
)

BEST = {"central": (3, ""), "forward": (2, ""), "complex": (2, "at most ")}
"""By how much the slopes of a scheme's two errors differ, and what to say before its best step."""


def quotient(scheme, dtype, h):
    """Return the plain difference quotient of the cross-entropy along the moved logit.

    Unlike `softmax_lessons.gradient_check` it divides by the step that was asked for, and takes a
    step too small to move the logit: the difference is then 0, and so is the quotient.
    """
    z, move = LOGITS.astype(dtype), np.eye(3, dtype=dtype)[MOVED] * np.dtype(dtype).type(h)
    if scheme == "complex":
        # Complex numbers have no largest one to take away, so this is softmax as it is written.
        # With logits as small as these no exponential overflows.
        exp = np.exp(z + 1j * move)
        return float(-np.log(exp[TRUE] / exp.sum()).imag / move[MOVED])
    ahead = -log_softmax(z + move)[TRUE]
    if scheme == "central":
        return float((ahead + log_softmax(z - move)[TRUE]) / (2 * move[MOVED]))
    return float((ahead + log_softmax(z)[TRUE]) / move[MOVED])


@cache
def measured(scheme, dtype):
    """Return the error of the quotient for every one of STEPS."""
    return np.array([abs(quotient(scheme, dtype, h) - FIRST) for h in STEPS])


def expected(scheme, dtype, h):
    """Return the errors that Taylor's formula and rounding to epsilon let one expect."""
    eps = float(np.finfo(dtype).eps)
    truncation = SECOND / 2 * h if scheme == "forward" else abs(THIRD) / 6 * h**2
    rounding = eps * abs(FIRST) * h**0 if scheme == "complex" else eps * LOSS / h
    return truncation, rounding


class StepState(NamedTuple):
    """A scheme, a dtype and a step; the error there and at every one of STEPS.

    `truncation` and `rounding` are what is expected at the chosen step; `lost` tells that the step
    is too small to move the logit.
    """

    scheme: str
    dtype: str
    step: float
    error: float
    truncation: float
    rounding: float
    lost: bool
    best: float
    errors: np.ndarray


class StepExplorer(Explorer):
    """A scheme, a dtype and a step; the error that the derivative of a cross-entropy then has.

    The cross-entropy is that of the logits (2, 1, -1) with the second class true, measured with
    respect to the first logit: the derivative is p_1 = 0.70538451.

    Examples
    --------
    >>> explorer = StepExplorer()
    >>> explorer.set(step=1e-17)  # 2 + 1e-17 == 2
    >>> print(explorer.state.lost, f"{explorer.state.error:.8f}")
    True 0.70538451
    """

    def __init__(self):
        step = widgets.FloatLogSlider(
            value=1e-2, base=10, min=-18, max=0, step=1 / PER_DECADE, readout_format=".1e",
            description="step h",
        )  # fmt: skip
        schemes = widgets.Dropdown(options=list(BEST), description="scheme")
        dtypes = widgets.Dropdown(options=["float64", "float32"], description="dtype")
        super().__init__({"scheme": schemes, "dtype": dtypes}, {"step": step}, size=(12, 5.6))

    def compute(self):
        scheme, dtype, step = (self.controls[name].value for name in ("scheme", "dtype", "step"))
        number = np.dtype(dtype).type
        logit = number(LOGITS[MOVED])
        behind = logit - number(step) if scheme == "central" else logit
        truncation, rounding = expected(scheme, dtype, step)
        at_one = expected(scheme, dtype, 1.0)
        return StepState(
            scheme=scheme,
            dtype=dtype,
            step=step,
            error=abs(quotient(scheme, dtype, step) - FIRST),
            truncation=float(truncation),
            rounding=float(rounding),
            lost=scheme != "complex" and bool(logit + number(step) == behind),
            best=(at_one[1] / at_one[0]) ** (1 / BEST[scheme][0]),  # there both are equal
            errors=measured(scheme, dtype),
        )

    def draw(self, figure, state):
        ax = figure.subplots()
        curve = StepCurve(ax, STEPS)
        ax.set_xlabel("step $h$")
        ax.set_ylabel("error of the derivative")
        ax.legend(
            [curve.measured, curve.truncation, curve.rounding, curve.best],
            ["measured", "truncation, in theory", "rounding, in theory", "best step, roughly"],
            loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=4, frameon=False, fontsize=13,
        )  # fmt: skip
        return [(curve, self._curve), (Label(ax.set_title("-")), lambda s: (self._note(s),))]

    def _curve(self, state):
        truncation, rounding = expected(state.scheme, state.dtype, STEPS)
        best_name = f"{BEST[state.scheme][1]}{state.best:.1e}"
        return (
            *(state.errors, truncation, rounding),
            *(state.best, best_name, state.step, state.error),
        )

    def _note(self, state):
        error = f"{state.error:.1e}" if state.error else "exactly 0"
        lost = "; the step is lost, the quotient is 0" if state.lost else ""
        return f"{FUNCTION}\nstep {state.step:.1e}: error {error}{lost}"

    def rows(self, state):
        # What is measured is left out: rounding differs from machine to machine.
        return [
            f"derivative of          -log p_{TRUE + 1} by z_{MOVED + 1}, at z = {LOGITS.tolist()}",
            f"scheme                 {state.scheme}, {state.dtype}",
            f"step h                 {state.step:.1e}",
            f"truncation expected    {state.truncation:.1e}",
            f"rounding expected      {state.rounding:.1e}",
            f"outcome                {self._outcome(state)}",
            f"best step, roughly     {BEST[state.scheme][1]}{state.best:.1e}",
        ]

    def _outcome(self, state):
        if state.lost:
            return "the step is lost: it does not move the logit, and the quotient is 0"
        larger = "truncation" if state.truncation > state.rounding else "rounding"
        return f"the larger error is {larger}"

    def alt(self, state):
        shape = (
            "falls with slope 2 to a level floor as the step shrinks"
            if state.scheme == "complex"
            else "is shaped like a V: truncation rises with the step, rounding falls with it"
        )
        return (
            f"The error of the {state.scheme} difference in {state.dtype} against the step, on"
            f" logarithmic axes. It {shape}."
        )

    def summary(self, state):
        return (
            f"At step {state.step:.1e}, {self._outcome(state)}."
            f" The best step is roughly {BEST[state.scheme][1]}{state.best:.1e}."
        )
