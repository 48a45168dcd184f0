"""The softmax Jacobian with its row and column sums, and what its columns do to a distribution."""

from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.controls import LOGIT_LIMITS, line, sliders, vector
from softmax_lessons.explorers.explorer import Explorer
from softmax_lessons.numerics import softmax, softmax_jacobian
from softmax_lessons.plotting import (
    ANALYTIC,
    class_names,
    draw_bars,
    draw_matrix,
    draw_simplex,
    draw_sums,
)

MOST_CLASSES = 5


@dataclass(frozen=True)
class JacobianState:
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
        logits = sliders("z", [1, 0.5, -0.5, 0, 0], LOGIT_LIMITS)
        self._logits = list(logits.values())
        super().__init__([{"classes": classes}, logits], size=(11, 5))

    def compute(self):
        """Return the state that belongs to the controls."""
        n = self.controls["classes"].value
        for k, slider in enumerate(self._logits):
            slider.layout.display = None if k < n else "none"
        z = vector(self.controls, "z", n)
        jacobian = softmax_jacobian(z)
        return JacobianState(z, softmax(z), jacobian, jacobian.sum(axis=1), jacobian.sum(axis=0))

    def structure(self, state):
        """Return the number of classes."""
        return len(state.z)

    def draw(self, figure, state):
        """Draw the heat map, and the simplex or the probabilities beside it."""
        n = len(state.z)
        left, right = figure.subplots(1, 2, width_ratios=[1, 1] if n < 4 else [7, 4])
        size = 15 if n < 4 else 13
        self._matrix = draw_matrix(
            left,
            state.jacobian,
            limit=0.25,
            rows=[rf"$\partial p_{i}$" for i in range(1, n + 1)],
            columns=[rf"$\partial z_{j}$" for j in range(1, n + 1)],
            size=size,
        )
        self._sums = draw_sums(left, state.row_sums, state.column_sums, size=size)
        if n == 3:
            right.set_title("the columns of $J$ as arrows from $p$")
            names = [f"$z_{j}$" for j in range(1, 4)]
            self._right = draw_simplex(right, state.p, state.jacobian, names=names)
        else:
            right.set_title("probabilities")
            right.set_ylabel("probability")
            ticks = class_names(n) if n < 4 else [str(k) for k in range(1, n + 1)]
            right.set_xlabel("" if n < 4 else "class")
            self._right = draw_bars(right, state.p, styles=[ANALYTIC], limits=(0, 1), ticks=ticks)
        return [*self._matrix.artists, *self._sums.artists, *self._right.artists]

    def show(self, state):
        """Give cells, sums, and arrows or bars the data of the state."""
        self._matrix.set(state.jacobian)
        self._sums.set(state.row_sums, state.column_sums)
        if len(state.z) == 3:
            self._right.set(state.p, state.jacobian)
        else:
            self._right.set(state.p)

    def describe(self, state):
        """Return logits, probabilities, the rows of the Jacobian and its sums as text."""
        rows = [line(f"row {i}", row) for i, row in enumerate(state.jacobian, start=1)]
        return "\n".join(
            [
                line("logits z", state.z),
                line("probabilities p", state.p),
                *rows,
                line("row sums", state.row_sums),
                line("column sums", state.column_sums),
            ]
        )

    def alt(self, state):
        """Return what the picture shows."""
        n = len(state.z)
        beside = (
            "a triangle of all distributions over three classes, with an arrow towards each corner"
            if n == 3
            else "a bar chart of the probabilities"
        )
        return (
            f"The {n} by {n} softmax Jacobian as a heat map: positive on the diagonal, negative"
            f" elsewhere, every row sum and column sum 0. Beside it {beside}."
        )
