"""One logit or all: what a step along a direction tells about the probabilities."""

from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.controls import LOGIT_LIMITS, line, sliders, vector
from softmax_lessons.explorers.explorer import Explorer
from softmax_lessons.gradient_check import finite_difference_jvp
from softmax_lessons.numerics import softmax, softmax_jvp
from softmax_lessons.plotting import ANALYTIC, BACKDROP, NEUTRAL, NUMERIC, draw_bars

CLASSES = 3


@dataclass(frozen=True)
class DirectionState:
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
        groups = [sliders("z", [0.5, 1, -0.5], LOGIT_LIMITS), {"a": a}]
        super().__init__(groups, size=(12, 4.8))

    def compute(self):
        """Return the state that belongs to the controls."""
        z = vector(self.controls, "z", CLASSES)
        a = self.controls["a"].value
        v = (1 - a) * np.array([1.0, 0, 0]) + a * np.ones(CLASSES)
        p, derivative = softmax(z), softmax_jvp(z, v)
        return DirectionState(
            z=z,
            v=v,
            p=p,
            p_after=softmax(z + v),
            derivative=derivative,
            numeric=finite_difference_jvp(softmax, z, v),
            # The gradient of -log p_1 is p - t with t = (1, 0, 0).
            loss_derivative=float((p - [1, 0, 0]) @ v),
        )

    def draw(self, figure, state):
        """Draw the direction, the probabilities before and after, and the derivatives."""
        first, second, third, fourth = axes = figure.subplots(1, 4, width_ratios=[5, 5, 15, 2.5])
        ticks = [str(k) for k in range(1, CLASSES + 1)]
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
            ax.set_xlabel("class")
        fourth.set_xlabel("")
        self._v = draw_bars(first, state.v, styles=[NEUTRAL], limits=(0, 1), ticks=ticks)
        self._p = draw_bars(second, state.p, styles=[NEUTRAL], limits=(0, 1), ticks=ticks)
        at = np.arange(CLASSES)
        self._after = second.hlines(
            state.p_after, at - 0.45, at + 0.45, colors="#D55E00", linestyles="dashed", linewidth=3,
        )  # fmt: skip
        for label in self._p.texts:
            label.set_bbox(BACKDROP)
        self._derivatives = draw_bars(
            third, state.derivative, state.numeric, styles=[ANALYTIC, NUMERIC],
            limits=(-0.3, 0.3), ticks=ticks, label_size=12,
        )  # fmt: skip
        self._loss = draw_bars(
            fourth, [state.loss_derivative], styles=[ANALYTIC], limits=(-1, 0), ticks=["loss"]
        )
        third.legend(
            self._derivatives.containers, ["analytic", "central difference"], loc="upper center",
            bbox_to_anchor=(0.5, -0.15), ncols=2, frameon=False, fontsize=13,
        )  # fmt: skip
        bars = [*self._v.artists, *self._derivatives.artists, *self._loss.artists]
        return [*bars, *self._p.patches, self._after, *self._p.texts]

    def show(self, state):
        """Give bars and dashed lines the data of the state."""
        self._v.set(state.v)
        self._p.set(state.p)
        self._after.set_segments(
            [[(k - 0.45, p), (k + 0.45, p)] for k, p in enumerate(state.p_after)]
        )
        self._derivatives.set(state.derivative, state.numeric)
        self._loss.set([state.loss_derivative])

    def describe(self, state):
        """Return logits, direction, probabilities and the derivatives along it as text."""
        return "\n".join(
            [
                line("logits z", state.z),
                line("direction v", state.v),
                line("softmax(z)", state.p),
                line("softmax(z + v)", state.p_after),
                line("J v", state.derivative),
                line("central difference", state.numeric),
                line("loss along v", [state.loss_derivative]),
            ]
        )

    def alt(self, state):
        """Return what the picture shows."""
        return (
            "Four bar charts: a direction in which three logits move, the probabilities before and"
            " after that step, their derivative along the direction, analytic and measured alike,"
            f" of at most {np.abs(state.derivative).max():.2f}, and that of the loss."
        )
