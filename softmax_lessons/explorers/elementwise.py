"""The elementwise product beside the full one: what the off-diagonal entries contribute."""

from typing import NamedTuple

import numpy as np

from softmax_lessons.explorers.base import GRADIENT_LIMITS, LOGIT_LIMITS, Explorer, sliders
from softmax_lessons.numerics import softmax, softmax_jacobian, softmax_vjp
from softmax_lessons.plotting import ANALYTIC, ELEMENTWISE, Bars, HeatMap, class_names

CLASSES = 3


class ElementwiseState(NamedTuple):
    """Every product J_ij g_j, their sums along the rows, and the diagonal that `p (1 - p) g` is."""

    z: np.ndarray
    g: np.ndarray
    p: np.ndarray
    terms: np.ndarray
    full: np.ndarray
    elementwise: np.ndarray


class ElementwiseExplorer(Explorer):
    """Three logits and an incoming gradient; the terms J_ij g_j, all of them or the diagonal.

    Examples
    --------
    >>> explorer = ElementwiseExplorer()
    >>> explorer.set(g1=1, g2=1, g3=1)
    >>> print(np.abs(explorer.state.full).max() < 1e-15, explorer.state.elementwise.round(2))
    True [0.25 0.22 0.11]
    """

    def __init__(self):
        logits = sliders("z", [1, 0.5, -0.5], LOGIT_LIMITS)
        super().__init__(logits, sliders("g", [1, -1, 0.5], GRADIENT_LIMITS), size=(11, 4.4))

    def compute(self):
        z, g = self.vector("z", CLASSES), self.vector("g", CLASSES)
        p = softmax(z)
        terms = softmax_jacobian(z) * g
        return ElementwiseState(z, g, p, terms, softmax_vjp(z, g), p * (1 - p) * g)

    def draw(self, figure, state):
        left, right = figure.subplots(1, 2, width_ratios=[5, 6])
        numbers = range(1, CLASSES + 1)
        rows = [f"row {i}" for i in numbers]
        columns = [rf"$J_{{i{j}}}\, g_{j}$" for j in numbers]
        terms = HeatMap(left, rows, columns, limit=0.75)
        for k in range(CLASSES):
            terms.frame(k, k)
        right.set_title("gradient with respect to the logits")
        right.set_ylabel("gradient")
        styles = [ANALYTIC, ELEMENTWISE]
        gradients = Bars(right, class_names(CLASSES), styles=styles, limits=(-1.5, 1.5))
        right.legend(
            gradients.containers,
            ["all terms of a row", "the framed one: $p\\,(1 - p)\\,g$"],
            loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2, frameon=False, fontsize=13,
        )  # fmt: skip
        return [
            (terms, lambda s: (s.terms,)),
            (gradients, lambda s: (s.full, s.elementwise)),
        ]

    def rows(self, state):
        return [
            ("logits z", state.z),
            ("incoming gradient g", state.g),
            ("probabilities p", state.p),
            *((f"terms of row {i}", row) for i, row in enumerate(state.terms, start=1)),
            ("full J g", state.full),
            ("elementwise p(1-p)g", state.elementwise),
            ("missing", state.full - state.elementwise),
        ]

    def alt(self, state):
        return (
            "A heat map of the nine products of a Jacobian entry and an incoming gradient, the"
            " diagonal framed, beside two bars a class: the sum of all products of a row, and the"
            " framed one alone."
        )

    def summary(self, state):
        gap = np.abs(state.full - state.elementwise).max()
        return f"The framed term alone differs from the sum of its row by up to {gap:.2f}."
