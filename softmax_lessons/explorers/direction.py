"""One logit or all: what a step along a direction tells about the probabilities."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.base import LOGIT_LIMITS, LOGITS, Explorer, sliders
from softmax_lessons.gradient_check import finite_difference_jvp
from softmax_lessons.numerics import softmax, softmax_jvp
from softmax_lessons.plotting import ANALYTIC, NEUTRAL, NUMERIC, Bars, Levels, class_names

CLASSES = 3


class DirectionState(NamedTuple):
    """A direction v, the probabilities before and after the step v, and their derivative along v.

    `loss_derivative` is that of -log p_1 along v.
    """

    z: np.ndarray
    v: np.ndarray
    p: np.ndarray
    p_after: np.ndarray
    derivative: np.ndarray
    numeric: np.ndarray
    loss_derivative: float


class DirectionExplorer(Explorer):
    """Three logits, and a direction v = (1, a, a): from logit 1 alone (a = 0) to all (a = 1).

    Examples
    --------
    >>> explorer = DirectionExplorer()
    >>> explorer.controls["a"].value = 1
    >>> print(explorer.state.v, np.abs(explorer.state.derivative).max() < 1e-15)
    [1. 1. 1.] True
    """

    def __init__(self):
        a = widgets.FloatSlider(
            value=0, min=0, max=1, step=0.05, readout_format=".2f", description="a of v = (1, a, a)"
        )
        a.style.description_width = "10em"
        super().__init__(sliders("z", LOGITS, LOGIT_LIMITS), {"a": a}, size=(12, 4.8))

    def compute(self):
        z = self.vector("z", CLASSES)
        a = self.controls["a"].value
        v = np.array([1, a, a])
        p = softmax(z)
        return DirectionState(
            z=z,
            v=v,
            p=p,
            p_after=softmax(z + v),
            derivative=softmax_jvp(z, v),
            numeric=finite_difference_jvp(softmax, z, v),
            # The gradient of -log p_1 is p - t with t = (1, 0, 0).
            loss_derivative=float((p - [1, 0, 0]) @ v),
        )

    def draw(self, figure, state):
        first, second, third, fourth = axes = figure.subplots(1, 4, width_ratios=[5, 5, 15, 2.5])
        ticks = class_names(CLASSES)
        first.set_title("$v = (1, a, a)$")
        second.set_title("$p$; dashed: at $z + v$")
        third.set_title("derivative of $p$ along $v$")
        names = (
            "change of the logit",
            "probability",
            r"$J\,v$",
            r"derivative of $-\log\,p_1$ along $v$",
        )
        for ax, name in zip(axes, names, strict=True):
            ax.set_ylabel(name)
        v = Bars(first, ticks, styles=[NEUTRAL], limits=(0, 1))
        p = Bars(second, ticks, styles=[NEUTRAL], limits=(0, 1))
        both = [ANALYTIC, NUMERIC]
        derivatives = Bars(third, ticks, styles=both, limits=(-0.3, 0.3), label_size=12)
        loss = Bars(fourth, ["loss"], styles=[ANALYTIC], limits=(-1, 0))
        third.legend(
            derivatives.containers, ["analytic", "central difference"], loc="upper center",
            bbox_to_anchor=(0.5, -0.15), ncols=2, frameon=False, fontsize=13,
        )  # fmt: skip
        return [
            (v, lambda s: (s.v,)),
            (p, lambda s: (s.p,)),
            (Levels(p), lambda s: (s.p_after,)),
            (derivatives, lambda s: (s.derivative, s.numeric)),
            (loss, lambda s: ([s.loss_derivative],)),
        ]

    def rows(self, state):
        return [
            ("logits z", state.z),
            ("direction v", state.v),
            ("softmax(z)", state.p),
            ("softmax(z + v)", state.p_after),
            ("J v", state.derivative),
            ("central difference", state.numeric),
            ("loss along v", [state.loss_derivative]),
        ]

    def alt(self, state):
        return (
            "Four bar charts: a direction in which three logits move, the probabilities before and"
            " after that step, their derivative along the direction, analytic and measured, and"
            " that of the loss."
        )

    def summary(self, state):
        return (
            "Along this direction the probabilities change at a rate of at most"
            f" {np.abs(state.derivative).max():.2f}, and the loss at {state.loss_derivative:z.2f}."
        )
