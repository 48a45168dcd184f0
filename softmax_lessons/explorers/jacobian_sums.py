"""The softmax Jacobian with its row and column sums, and what its columns do to a distribution."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.base import LOGIT_LIMITS, LOGITS, Explorer, largest, sliders
from softmax_lessons.numerics import softmax, softmax_jacobian
from softmax_lessons.plotting import ANALYTIC, Bars, HeatMap, Simplex, Sums, class_names

MOST_CLASSES = 5


class JacobianState(NamedTuple):
    """Logits, probabilities, the Jacobian, and its sums along each axis."""

    z: np.ndarray
    p: np.ndarray
    jacobian: np.ndarray
    row_sums: np.ndarray
    column_sums: np.ndarray


class JacobianExplorer(Explorer):
    """Two to five logits; the Jacobian as a heat map with its sums; for three, the simplex too.

    Examples
    --------
    >>> explorer = JacobianExplorer()
    >>> explorer.controls["classes"].value = 2
    >>> explorer.state.jacobian.shape
    (2, 2)
    """

    def __init__(self):
        classes = widgets.IntSlider(value=3, min=2, max=MOST_CLASSES, description="classes")
        logits = sliders("z", [*LOGITS, 0, 0], LOGIT_LIMITS)
        first = {name: logits.pop(name) for name in ("z1", "z2", "z3")}
        super().__init__({"classes": classes, **first}, logits, size=(11, 4.8))

    def unused(self):
        return [f"z{k}" for k in range(self.controls["classes"].value + 1, MOST_CLASSES + 1)]

    def compute(self):
        z = self.vector("z", self.controls["classes"].value)
        jacobian = softmax_jacobian(z)
        return JacobianState(z, softmax(z), jacobian, jacobian.sum(axis=1), jacobian.sum(axis=0))

    def structure(self, state):
        return len(state.z)

    def draw(self, figure, state):
        n = len(state.z)
        figure.set_layout_engine("none")
        left = figure.add_axes((0.13, 0.03, 0.41, 0.88) if n < 4 else (0.055, 0.1, 0.535, 0.81))
        beside = {2: (0.64, 0.09, 0.34, 0.82), 3: (0.575, 0.02, 0.41, 0.89)}
        right = figure.add_axes(beside.get(n, (0.68, 0.15, 0.3, 0.76)))
        size, numbers = {4: 13, 5: 11}.get(n, 15), range(1, n + 1)
        rows, columns = ([rf"$\partial {x}_{k}$" for k in numbers] for x in "pz")
        heat_map = HeatMap(left, rows, columns, limit=0.25, size=size)
        sums = Sums(heat_map, size=size)
        if n == 3:
            right.set_title("the columns of $J$ as arrows from $p$")
            beside = Simplex(right, [f"$z_{j}$" for j in numbers])
        else:
            right.set_title("probabilities")
            right.set_ylabel("probability")
            right.set_xlabel("" if n < 4 else "class")
            ticks = class_names(n) if n < 4 else [str(k) for k in numbers]
            beside = Bars(right, ticks, styles=[ANALYTIC], limits=(0, 1))
        return [
            (heat_map, lambda s: (s.jacobian,)),
            (sums, lambda s: (s.row_sums, s.column_sums)),
            (beside, lambda s: (s.p, s.jacobian) if n == 3 else (s.p,)),
        ]

    def rows(self, state):
        return [
            ("logits z", state.z),
            ("probabilities p", state.p),
            *((f"row {i}", row) for i, row in enumerate(state.jacobian, start=1)),
            ("row sums", state.row_sums),
            ("column sums", state.column_sums),
        ]

    def alt(self, state):
        n = len(state.z)
        beside = (
            "a triangle of all distributions over three classes, with an arrow towards each corner"
            if n == 3
            else "a bar chart of the probabilities"
        )
        return f"The {n} by {n} softmax Jacobian as a heat map with its sums. Beside it {beside}."

    def summary(self, state):
        numbers = [str(k) for k in range(1, len(state.z) + 1)]
        rows, ties = largest(np.diag(state.jacobian), numbers)
        value = state.jacobian.max()
        shown = f"{value:.3f}" if value > 1e-3 else f"{value:.1e}"
        return (
            "Positive on the diagonal, negative elsewhere; every row and every column adds up to 0."
            f" The largest entry, {shown}, stands in row{'s' if ties > 1 else ''} {rows}."
        )
