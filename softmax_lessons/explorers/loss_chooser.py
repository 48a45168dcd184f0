"""Squared error beside cross-entropy: what softmax makes of the gradient of either loss."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.base import LOGIT_LIMITS, Explorer, sliders
from softmax_lessons.losses import cross_entropy_grad, squared_error_grad
from softmax_lessons.numerics import softmax, softmax_vjp
from softmax_lessons.plotting import (
    CLASS_COLOURS,
    NEUTRAL,
    Bars,
    Curves,
    Label,
    Levels,
    class_names,
    short_number,
)

CLASSES = 3
MARGINS = np.linspace(-10, 10, 201)

# Bars and lines of a loss share a colour; hatch, dashes and marker tell them apart without it.
SQUARED_BARS = {"facecolor": CLASS_COLOURS[3], "edgecolor": "black", "hatch": "\\\\"}
ENTROPY_BARS = {"facecolor": CLASS_COLOURS[2]}
SQUARED_LINE = {"color": CLASS_COLOURS[3], "linestyle": "--", "marker": "s"}
ENTROPY_LINE = {"color": CLASS_COLOURS[2], "linestyle": "-", "marker": "o"}
NAMES = ("squared error", "cross-entropy")


def gradients(z, t):
    """Return the gradients of squared error and of cross-entropy, first at p, then at z."""
    p = softmax(z)
    incoming = (squared_error_grad(p, t, "sum"), cross_entropy_grad(p, t, "sum"))
    return incoming, tuple(softmax_vjp(z, g) for g in incoming)


class LossState(NamedTuple):
    """The gradients of two losses, squared error first, and how large they are at the true logit.

    `margin` is the logit of the true class minus the largest other one; `curves` holds, for every
    one of MARGINS, the size of the gradient at the true logit if that logit alone were moved.
    """

    z: np.ndarray
    t: np.ndarray
    p: np.ndarray
    incoming: tuple[np.ndarray, np.ndarray]
    at_logits: tuple[np.ndarray, np.ndarray]
    margin: float
    sizes: tuple[float, float]
    curves: tuple[np.ndarray, np.ndarray]


class LossExplorer(Explorer):
    """Three logits and the true class; squared error and cross-entropy, gradient by gradient.

    Examples
    --------
    >>> explorer = LossExplorer()
    >>> explorer.set(z1=5, z2=-5, z3=-5, target=2)
    >>> squared, entropy = explorer.state.sizes
    >>> print(f"{squared:.4f} {entropy:.4f}")
    0.0002 1.0000
    """

    def __init__(self):
        targets = [(name, k) for k, name in enumerate(class_names(CLASSES), start=1)]
        target = widgets.Dropdown(options=targets, value=2, description="true class")
        super().__init__(sliders("z", [2, 1, -1], LOGIT_LIMITS), {"target": target}, size=(12, 5.3))

    def compute(self):
        z = self.vector("z", CLASSES)
        true = self.controls["target"].value - 1
        t = np.eye(CLASSES)[true]
        incoming, at_logits = gradients(z, t)
        largest_other = np.delete(z, true).max()
        moved = np.where(t == 1, largest_other + MARGINS[:, np.newaxis], z)
        _, of_moved = gradients(moved, np.broadcast_to(t, moved.shape))
        return LossState(
            z=z,
            t=t,
            p=softmax(z),
            incoming=incoming,
            at_logits=at_logits,
            margin=float(z[true] - largest_other),
            sizes=tuple(float(abs(g[true])) for g in at_logits),
            curves=tuple(np.abs(g[:, true]) for g in of_moved),
        )

    def draw(self, figure, state):
        (first, second), (third, fourth) = figure.subplots(2, 2)
        ticks, styles = class_names(CLASSES), [SQUARED_BARS, ENTROPY_BARS]
        first.set_title("probabilities $p$; dashed: target $t$")
        first.set_ylabel("probability")
        p = Bars(first, ticks, styles=[NEUTRAL], limits=(0, 1))
        second.set_title("incoming gradient: $2(p - t)$ and $-t / p$")
        second.set_ylabel(r"$\partial L / \partial p$")
        incoming = Bars(second, ticks, styles=styles, limits=(-5, 2), margin=0.18)
        third.set_title("gradient at the logits")
        third.set_ylabel(r"$\partial L / \partial z$")
        at_logits = Bars(third, ticks, styles=styles, limits=(-1, 1), margin=0.18)
        fourth.set_xlabel("margin: true logit minus the largest other")
        fourth.set_ylabel("size of gradient\nat the true logit")
        fourth.set_xticks(range(-10, 11, 5))
        fourth.set_ylim(-0.04, 1.15)
        curves = Curves(fourth, MARGINS, styles=[SQUARED_LINE, ENTROPY_LINE])
        figure.legend(
            at_logits.containers, NAMES, loc="outside lower center", ncols=2, frameon=False
        )
        return [
            (p, lambda s: (s.p,)),
            (Levels(p), lambda s: (s.t,)),
            (incoming, lambda s: s.incoming),
            (at_logits, lambda s: s.at_logits),
            (curves, lambda s: (s.curves, s.margin, s.sizes)),
            (Label(fourth.set_title("-", fontsize=14)), lambda s: (self._note(s),)),
        ]

    def _note(self, state):
        squared, entropy = (short_number(size, 5) for size in state.sizes)
        return f"squared error {squared}, cross-entropy {entropy}"

    def rows(self, state):
        return [
            ("logits z", state.z),
            ("target t", state.t),
            ("probabilities p", state.p),
            "incoming gradient",
            *((f"  {name}", g) for name, g in zip(NAMES, state.incoming, strict=True)),
            "gradient at the logits",
            *((f"  {name}", g) for name, g in zip(NAMES, state.at_logits, strict=True)),
            ("margin", [state.margin]),
        ]

    def alt(self, state):
        return (
            "Three bar charts over three classes: probabilities with the target, the incoming"
            " gradients of squared error and cross-entropy, and their gradients at the logits; and"
            " a curve of their size at the true logit against its margin."
        )

    def summary(self, state):
        squared, entropy = state.sizes
        return (
            f"At a margin of {state.margin:.1f}, the gradient at the true logit has size"
            f" {squared:.5f} for squared error and {entropy:.5f} for cross-entropy."
        )
