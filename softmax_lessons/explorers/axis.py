"""Softmax along one axis of a three-dimensional array, and the block-diagonal Jacobian it has."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.base import Explorer
from softmax_lessons.numerics import softmax, softmax_jacobian
from softmax_lessons.plotting import ACCENT, BlockMatrix, HeatMap

LOGITS = np.array(
    [[[1.2, -0.4, 0.3, 0.9], [-1.1, 0.6, 1.5, -0.2], [0.4, 0.8, -0.7, -1.3]],
     [[-0.5, 1.0, 0.1, -0.9], [0.7, -1.4, 0.2, 1.1], [1.3, 0.0, -0.6, 0.5]]]
)  # fmt: skip
INDICES = ("a", "b", "c")  # i and j count probabilities and logits


def slice_name(picked, axis):
    """Return the slice along `axis` that an entry lies in, as NumPy writes it.

    Examples
    --------
    >>> slice_name((0, 1, 2), 1)
    '[0, :, 2]'
    """
    return str([*picked[:axis], ":", *picked[axis + 1 :]]).replace("'", "")


class AxisState(NamedTuple):
    """Logits, probabilities along `axis`, the slice of the picked entry, and the whole Jacobian.

    `jacobian` is that of the flattened array, its entries ordered slice after slice: block number
    `block` on its diagonal belongs to the picked slice, whose n entries `mask` marks.
    """

    z: np.ndarray
    p: np.ndarray
    axis: int
    n: int
    picked: tuple[int, int, int]
    mask: np.ndarray
    block: int
    jacobian: np.ndarray


class Panel(HeatMap):
    """The probabilities where the first index is a, the entries of the picked slice framed."""

    def __init__(self, ax, a):
        _, m, n = LOGITS.shape
        rows, columns = [f"$b = {b}$" for b in range(m)], [f"$c = {c}$" for c in range(n)]
        super().__init__(ax, rows, columns, limit=1, size=12)
        ax.set_title(f"$p$ where $a = {a}$")
        self.frames = {index: self.frame(*index) for index in np.ndindex(m, n)}

    def set(self, p, mask, picked):
        """Show other probabilities and another slice, with the entry `picked` in it or None."""
        super().set(p)
        for index, frame in self.frames.items():
            frame.set_visible(bool(mask[index]))
            frame.set_edgecolor(ACCENT if index == picked else "black")
            frame.set_linestyle("solid" if index == picked else (0, (2, 1)))


class AxisExplorer(Explorer):
    """Softmax along an axis of a 2 x 3 x 4 array; one entry is picked, and its logit is pushed.

    Examples
    --------
    >>> explorer = AxisExplorer()
    >>> explorer.set(axis=2, a=0, b=1)
    >>> print(explorer.state.p.sum(axis=2).round(12).min(), explorer.state.mask.sum())
    1.0 4
    """

    def __init__(self):
        axis = widgets.Dropdown(
            options=[(f"{k}: index {name}", k) for k, name in enumerate(INDICES)], value=1,
            description="axis",
        )  # fmt: skip
        push = widgets.FloatSlider(
            value=0, min=-3, max=3, step=0.1, readout_format=".1f", description="push z by"
        )
        indices = {
            name: widgets.IntSlider(value=value, min=0, max=size - 1, description=f"index {name}")
            for name, value, size in zip(INDICES, (0, 1, 2), LOGITS.shape, strict=True)
        }
        super().__init__({"axis": axis, "push": push}, indices, size=(12, 5.3))

    def compute(self):
        axis = self.controls["axis"].value
        picked = tuple(self.controls[name].value for name in INDICES)
        z = LOGITS.copy()
        z[picked] += self.controls["push"].value
        mask = np.zeros(z.shape, dtype=bool)
        mask[picked[:axis] + (slice(None),) + picked[axis + 1 :]] = True
        n = z.shape[axis]
        jacobian = np.zeros((z.size, z.size))
        for k, block in enumerate(softmax_jacobian(z, axis).reshape(-1, n, n)):
            jacobian[k * n : (k + 1) * n, k * n : (k + 1) * n] = block
        block = np.ravel_multi_index(np.delete(picked, axis), np.delete(z.shape, axis))
        return AxisState(z, softmax(z, axis), axis, n, picked, mask, int(block), jacobian)

    def structure(self, state):
        return state.axis

    def draw(self, figure, state):
        figure.set_layout_engine("none")
        panels = [
            Panel(figure.add_axes((0.02, y, 0.33, 0.33)), i) for i, y in enumerate((0.54, 0.06))
        ]
        right = figure.add_axes((0.38, 0.07, 0.62, 0.8))
        axis, others = state.axis, np.ndindex(*np.delete(state.z.shape, state.axis))
        names = [slice_name((*at[:axis], 0, *at[axis:]), axis) for at in others]
        blocks = BlockMatrix(right, names, state.n, limit=0.25)
        right.set_title(f"Jacobian: {len(names)} blocks of {state.n} × {state.n}, all else 0")
        right.set_xlabel("logits, slice after slice")
        right.set_ylabel("probabilities, slice after slice", labelpad=8)

        def of_panel(i):
            return lambda s: (s.p[i], s.mask[i], s.picked[1:] if s.picked[0] == i else None)

        return [
            *((panel, of_panel(i)) for i, panel in enumerate(panels)),
            (blocks, lambda s: (s.jacobian, s.block)),
        ]

    def rows(self, state):
        n, blocks = state.n, state.jacobian.copy()
        at = slice(state.block * n, (state.block + 1) * n)
        for k in range(0, len(blocks), n):
            blocks[k : k + n, k : k + n] = 0
        return [
            f"axis {state.axis}, picked {list(state.picked)},"
            f" slice {slice_name(state.picked, state.axis)}",
            *((f"p[{i}, {j}, :]", state.p[i, j]) for i, j in np.ndindex(*state.p.shape[:2])),
            ("logits of the slice", state.z[state.mask]),
            ("probabilities", state.p[state.mask]),
            *((f"  block, row {r}", row) for r, row in enumerate(state.jacobian[at, at])),
            ("largest off the blocks", [np.abs(blocks).max()]),
        ]

    def alt(self, state):
        n = state.n
        return (
            "A 2 by 3 by 4 array of probabilities in two panels, one entry framed, the others of"
            f" its slice framed in dashes. Beside it the 24 by 24 Jacobian: {24 // n} blocks of"
            f" {n} by {n} on the diagonal, all else 0, the block of the slice framed."
        )

    def summary(self, state):
        return (
            f"Softmax along axis {state.axis}. Entry {list(state.picked)} is in the slice"
            f" {slice_name(state.picked, state.axis)}: its logit moves the {state.n} probabilities"
            " there and no others."
        )
