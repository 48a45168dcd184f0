"""Logits and an incoming gradient; the gradient of the logits, right, measured and mistaken."""

from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.controls import (
    GRADIENT_LIMITS,
    LOGIT_LIMITS,
    line,
    sliders,
    vector,
)
from softmax_lessons.explorers.explorer import Explorer
from softmax_lessons.gradient_check import finite_difference_gradient
from softmax_lessons.losses import cross_entropy_grad, squared_error_grad
from softmax_lessons.numerics import softmax, softmax_vjp
from softmax_lessons.plotting import (
    ANALYTIC,
    ELEMENTWISE,
    NEUTRAL,
    NUMERIC,
    class_names,
    draw_bars,
)

CLASSES = 3

BY_HAND, ONE_HOT, ONES, CROSS_ENTROPY, SQUARED_ERROR, RANDOM = (
    "by hand",
    "one-hot",
    "all ones",
    "cross-entropy: -t / p",
    "squared error: 2 (p - t)",
    "random",
)
"""Where the incoming gradient comes from."""


@dataclass(frozen=True)
class GradientState:
    """The incoming gradient g, and three answers to what it becomes at the logits."""

    z: np.ndarray
    p: np.ndarray
    g: np.ndarray
    analytic: np.ndarray
    numeric: np.ndarray
    elementwise: np.ndarray

    @property
    def numeric_difference(self):
        """The largest difference between the analytic and the numeric gradient."""
        return np.abs(self.analytic - self.numeric).max()

    @property
    def elementwise_difference(self):
        """The largest difference between the analytic gradient and the elementwise mistake."""
        return np.abs(self.analytic - self.elementwise).max()


class GradientExplorer(Explorer):
    """Sliders for logits and incoming gradient; analytic, numeric and elementwise answers.

    The incoming gradient g is what a loss sends back to the probabilities. It is set by sliders or
    taken from a preset; those of the two losses follow the probabilities.

    Examples
    --------
    >>> explorer = GradientExplorer()
    >>> explorer.set(source="cross-entropy: -t / p", target=2)
    >>> print(explorer.state.analytic - explorer.state.p)  # p - t, less p
    [ 0. -1.  0.]
    """

    def __init__(self):
        source = widgets.Dropdown(
            options=[BY_HAND, ONE_HOT, ONES, CROSS_ENTROPY, SQUARED_ERROR, RANDOM],
            description="g is",
        )
        target = widgets.Dropdown(
            options=[(name, k) for k, name in enumerate(class_names(CLASSES), start=1)],
            value=1,
            description="true class",
        )
        seed = widgets.IntSlider(value=0, min=0, max=99, description="seed")
        by_hand = sliders("g", [1, -1, 0.5], GRADIENT_LIMITS)
        self._used_by = {
            **{name: {BY_HAND} for name in by_hand},
            "target": {ONE_HOT, CROSS_ENTROPY, SQUARED_ERROR},
            "seed": {RANDOM},
        }
        groups = [
            sliders("z", [1, 0.5, -0.5], LOGIT_LIMITS),
            {"source": source, **by_hand, "target": target, "seed": seed},
        ]
        super().__init__(groups, size=(12, 4.8))

    def compute(self):
        """Return the state that belongs to the controls."""
        source = self.controls["source"].value
        for name, sources in self._used_by.items():
            self.controls[name].layout.display = None if source in sources else "none"
        z = vector(self.controls, "z", CLASSES)
        p = softmax(z)
        g = self._incoming(source, p)
        return GradientState(
            z=z,
            p=p,
            g=g,
            analytic=softmax_vjp(z, g),
            numeric=finite_difference_gradient(lambda z: g @ softmax(z), z),
            elementwise=p * (1 - p) * g,
        )

    def _incoming(self, source, p):
        """Return the gradient that `source` sends to the probabilities p."""
        t = np.eye(CLASSES)[self.controls["target"].value - 1]
        seed = self.controls["seed"].value
        incoming = {
            BY_HAND: lambda: vector(self.controls, "g", CLASSES),
            ONE_HOT: lambda: t,
            ONES: lambda: np.ones(CLASSES),
            CROSS_ENTROPY: lambda: cross_entropy_grad(p, t),
            SQUARED_ERROR: lambda: squared_error_grad(p, t),
            RANDOM: lambda: np.random.default_rng(seed).normal(size=CLASSES),
        }
        return incoming[source]()

    def draw(self, figure, state):
        """Draw probabilities, incoming gradient, and the three answers."""
        first, second, third = figure.subplots(1, 3, width_ratios=[3, 3, 13])
        ticks = [str(k) for k in range(1, CLASSES + 1)]
        first.set_title("probabilities $p$")
        self._p = draw_bars(first, state.p, styles=[NEUTRAL], limits=(0, 1), ticks=ticks)
        second.set_title("incoming gradient $g$")
        self._g = draw_bars(second, state.g, styles=[NEUTRAL], limits=(-3, 3), ticks=ticks)
        third.set_title("gradient at the logits\n")
        self._answers = draw_bars(
            third,
            state.analytic,
            state.numeric,
            state.elementwise,
            styles=[ANALYTIC, NUMERIC, ELEMENTWISE],
            limits=(-1.5, 1.5),
            ticks=ticks,
            label_size=12,
        )
        names = ("probability", r"$\partial L / \partial p$", r"$\partial L / \partial z$")
        for ax, name in zip((first, second, third), names, strict=True):
            ax.set_xlabel("class")
            ax.set_ylabel(name)
        third.legend(
            self._answers.containers,
            ["analytic", "central difference", "elementwise (wrong)"],
            loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=3, frameon=False, fontsize=13,
        )  # fmt: skip
        self._note = third.text(
            0.5, 1.03, "", transform=third.transAxes, ha="center", va="bottom", fontsize=14
        )
        return [*self._p.artists, *self._g.artists, *self._answers.artists, self._note]

    def show(self, state):
        """Give the bars and the note the data of the state."""
        self._p.set(state.p)
        self._g.set(state.g)
        self._answers.set(state.analytic, state.numeric, state.elementwise)
        self._note.set_text(
            f"off by at most: central difference {state.numeric_difference:.0e},"
            f" elementwise {state.elementwise_difference:.2f}"
        )

    def describe(self, state):
        """Return logits, probabilities, incoming gradient and the three answers as text."""
        return "\n".join(
            [
                line("logits z", state.z),
                line("probabilities p", state.p),
                line("incoming gradient g", state.g),
                line("analytic", state.analytic),
                line("central difference", state.numeric),
                line("elementwise (wrong)", state.elementwise),
                "largest difference from analytic:",
                line("  central difference", [state.numeric_difference]),
                line("  elementwise (wrong)", [state.elementwise_difference]),
            ]
        )

    def alt(self, state):
        """Return what the picture shows."""
        return (
            "Three bar charts over three classes: the probabilities, the incoming gradient, and the"
            " gradient at the logits computed in three ways. Analytic and central-difference bars"
            " are equal; the elementwise ones differ by up to"
            f" {state.elementwise_difference:.2f}."
        )
