"""The derivation of the softmax Jacobian, one rule at a time, in every entry at once."""

from functools import cache
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.base import Explorer
from softmax_lessons.plotting import FormulaMatrix, Label

FORMULA_SIZES = {2: 34, 3: 26, 4: 19}


@cache
def derivation(n):
    """Return the steps of the derivation for n logits."""
    # SymPy takes longest of all to import, and no other explorer needs it.
    from softmax_lessons.symbolic import softmax_derivation

    return softmax_derivation(n)


class DerivationState(NamedTuple):
    """A step of the derivation, its number, its formulas in LaTeX, and the chosen entry."""

    step: object
    number: int
    steps: int
    formulas: np.ndarray
    chosen: tuple[int, int]


class DerivationExplorer(Explorer):
    """Two to four logits, the steps of the derivation, and one entry to follow through them.

    Examples
    --------
    >>> explorer = DerivationExplorer()
    >>> explorer.set(step=5, row=1, column=2)
    >>> explorer.state.step.expression[0, 1]
    -p_1*p_2
    """

    def __init__(self):
        steps = len(derivation(3))
        step = widgets.IntSlider(value=1, min=1, max=steps, description="step")
        logits, row, column = (
            widgets.IntSlider(value=value, min=least, max=4, description=name)
            for value, least, name in ((3, 2, "logits"), (1, 1, "row i"), (2, 1, "column j"))
        )
        groups = {"step": step, "logits": logits}, {"row": row, "column": column}
        super().__init__(*groups, size=(12, 6))

    def update(self):
        # Sliders beyond the matrix are put back. Given another end, the browser would keep the old.
        if not self._held:
            n = self.controls["logits"].value
            within = {name: min(self.controls[name].value, n) for name in ("row", "column")}
            if any(self.controls[name].value != value for name, value in within.items()):
                self.set(**within)
                return
        super().update()

    def compute(self):
        n, number = self.controls["logits"].value, self.controls["step"].value
        step = derivation(n)[number - 1]
        formulas = np.array([[step.latex(i, j) for j in range(n)] for i in range(n)])
        i, j = (self.controls[name].value - 1 for name in ("row", "column"))
        return DerivationState(step, number, len(derivation(n)), formulas, (i, j))

    def structure(self, state):
        return len(state.formulas)

    def draw(self, figure, state):
        figure.set_layout_engine("none")
        above = figure.add_axes((0.04, 0.72, 0.95, 0.26))
        below = figure.add_axes((0.04, 0.02, 0.95, 0.61))
        above.set_axis_off()
        # Their lengths differ from step to step, and the layout is that of the first one shown.
        rule = above.text(0, 1, "", va="top", fontsize=16, in_layout=False)
        entry = above.text(0.5, 0.35, "", ha="center", va="center", fontsize=30, in_layout=False)
        n = len(state.formulas)
        return [
            (Label(rule), lambda s: (f"Step {s.number} of {s.steps}. {s.step.rule}",)),
            (Label(entry), lambda s: (self._entry(s),)),
            (FormulaMatrix(below, n, size=FORMULA_SIZES[n]), lambda s: (s.formulas, s.chosen)),
        ]

    def _entry(self, state):
        """Return the chosen entry as an equation."""
        i, j = state.chosen
        left = rf"\dfrac{{\partial p_{i + 1}}}{{\partial z_{j + 1}}}"
        return f"${left} = {state.formulas[i, j]}$"

    def rows(self, state):
        rule = f"step {state.number} of {state.steps}: {state.step.rule}".replace("$", "")
        cells = np.ndindex(state.formulas.shape)
        return [rule, *(f"dp_{i + 1}/dz_{j + 1} = {state.step.text(i, j)}" for i, j in cells)]

    def alt(self, state):
        n = len(state.formulas)
        return (
            "The rule of this step of the derivation, one entry of the Jacobian in large type, and"
            f" all {n} by {n} entries below it, the diagonal shaded."
        )

    def summary(self, state):
        i, j = state.chosen
        entry = f"dp_{i + 1}/dz_{j + 1} = {state.step.text(i, j)}"
        return f"After step {state.number} of {state.steps}, {entry}."
