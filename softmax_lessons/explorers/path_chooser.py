"""The paths from the logits to the loss, and what is lost where only the own path is kept."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.base import (
    GRADIENT_LIMITS,
    INCOMING,
    LOGIT_LIMITS,
    LOGITS,
    SUBSCRIPTS,
    Explorer,
    sliders,
)
from softmax_lessons.numerics import softmax, softmax_jacobian
from softmax_lessons.plotting import Label, Paths, added, class_names

NAMES = class_names(3)
ALL, OWN = "all paths", "own path only"


class PathState(NamedTuple):
    """The numbers of all paths, which of them are lit, and the gradients that they add up to.

    `lit` is a mask of shape (3, 3) for the paths from logit j to probability i, `chosen` what they
    lead out of or into.
    """

    z: np.ndarray
    p: np.ndarray
    jacobian: np.ndarray
    g: np.ndarray
    lit: np.ndarray
    chosen: tuple
    full: np.ndarray
    own: np.ndarray


class PathExplorer(Explorer):
    """Three logits, three probabilities and a loss; the paths out of one, or into one, light up.

    Parameters
    ----------
    loss : bool
        Whether the picture goes on to a loss, with its incoming gradient.

    Examples
    --------
    >>> explorer = PathExplorer()
    >>> explorer.set(light=("z", 1))
    >>> print(explorer.state.full.round(2), explorer.state.own.round(2))
    [ 0.38 -0.38  0.  ] [ 0.21 -0.19  0.02]
    """

    def __init__(self, loss=True):
        self._loss = loss
        lights = [(f"out of z{SUBSCRIPTS[j]}, {NAMES[j]}", ("z", j)) for j in range(3)]
        lights += [(f"into p{SUBSCRIPTS[i]}, {NAMES[i]}", ("p", i)) for i in range(3)]
        incoming = sliders("g", INCOMING, GRADIENT_LIMITS) if loss else {}
        if loss:
            lights.append(("back from the loss", ("L", 0)))
        choices = {"light": widgets.Dropdown(options=lights, description="paths")}
        if loss:
            choices["keep"] = widgets.Dropdown(options=[ALL, OWN], description="keep")
        groups = [group for group in (incoming, choices) if group]
        super().__init__(sliders("z", LOGITS, LOGIT_LIMITS), *groups, size=(11, 5.6))

    @property
    def _own(self):
        return self._loss and self.controls["keep"].value == OWN

    def compute(self):
        z, kind, k = self.vector("z", 3), *self.controls["light"].value
        g = self.vector("g", 3) if self._loss else np.zeros(3)
        lit = np.zeros((3, 3), dtype=bool)
        lit[{"z": np.s_[:, k], "p": k, "L": ...}[kind]] = True
        if self._own:
            lit &= np.eye(3, dtype=bool)
        p, jacobian = softmax(z), softmax_jacobian(z)
        return PathState(z, p, jacobian, g, lit, (kind, k), g @ jacobian, g * np.diag(jacobian))

    def draw(self, figure, state):
        ax = figure.subplots()
        paths = Paths(ax, with_loss=self._loss)
        place = {"transform": ax.transAxes, "ha": "center", "fontsize": 19, "parse_math": False}
        words = Label(ax.text(0.5, -0.02, "\n", va="top", **place))
        return [(paths, lambda s: s[:6]), (words, lambda s: ("\n".join(self._sums(s)),))]

    def _sums(self, state):
        """Return what the lit paths add up to, in two lines; with the loss, times what comes in."""
        (kind, k), own = state.chosen, self._own
        if kind == "L":
            kept = f"{OWN}: {self._vector(state.own)}" if own else ""
            return [kept, f"∂L/∂z, {ALL}: {self._vector(state.full)}"]
        rates = state.jacobian[:, k] if kind == "z" else state.jacobian[k]
        where = f"rates {'out of' if kind == 'z' else 'into'} {NAMES[k]}"
        lines = [f"{where}  =  {added(rates)}  =  {added([rates.sum()])}"]
        if kind == "z" and self._loss:
            kept, name = [k] if own else [0, 1, 2], OWN if own else f"∂L/∂z{SUBSCRIPTS[k]}  ="
            products = added(rates[kept], times=state.g[kept])
            line = f"{name}  {products}  =  {added([rates[kept] @ state.g[kept]])}"
            lines.append(f"{line}   ({ALL}: {added(state.full[[k]])})" if own else line)
        return lines

    @staticmethod
    def _vector(values):
        return f"({', '.join(added([value]) for value in values)})"

    def rows(self, state):
        rows = [
            ("logits z", state.z),
            ("probabilities p", state.p),
            *((f"rates into p{i}", row) for i, row in enumerate(state.jacobian, start=1)),
        ]
        if not self._loss:
            sums = ("row sums", state.jacobian.sum(axis=1)), ("column sums", state.jacobian.sum(0))
            return [*rows, *sums]
        return [
            *rows,
            ("incoming gradient g", state.g),
            ("dL/dz by all paths", state.full),
            ("dL/dz by own path only", state.own),
        ]

    def alt(self, state):
        lit = dict(self.controls["light"].options)
        name = next(name for name, value in lit.items() if value == state.chosen)
        return (
            "Lines lead from three logits to three probabilities, as thick as the derivative on"
            " them: whole where it is positive, dashed where it is negative."
            f"{' Thin lines go on to the loss.' if self._loss else ''} Lit up are the paths"
            f" {name}; {OWN if self._own else ALL}."
        )

    def summary(self, state):
        (kind, k), full, own = state.chosen, self._vector(state.full), self._vector(state.own)
        if kind == "L":
            return f"All paths give the gradient {full}, the own paths alone {own}."
        text = f"The rates {'out of' if kind == 'z' else 'into'} {NAMES[k]} add up to 0."
        if kind == "z" and self._loss:
            full, own = added(state.full[[k]]), added(state.own[[k]])
            text += f" Times g they add up to {full}; the own path alone gives {own}."
        return text
