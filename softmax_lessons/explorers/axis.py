"""Softmax along one axis of a three-dimensional array, and the block-diagonal Jacobian it has."""

from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np
from matplotlib.patches import Rectangle

from softmax_lessons.explorers.controls import line
from softmax_lessons.explorers.explorer import Explorer
from softmax_lessons.numerics import softmax, softmax_jacobian
from softmax_lessons.plotting import draw_blocks, draw_matrix

LOGITS = np.array(
    [[[1.2, -0.4, 0.3, 0.9], [-1.1, 0.6, 1.5, -0.2], [0.4, 0.8, -0.7, -1.3]],
     [[-0.5, 1.0, 0.1, -0.9], [0.7, -1.4, 0.2, 1.1], [1.3, 0.0, -0.6, 0.5]]]
)  # fmt: skip
INDICES = ("i", "j", "k")


def slice_name(picked, axis):
    """Return the slice along `axis` that an entry lies in, as NumPy writes it.

    Parameters
    ----------
    picked : tuple of int
    axis : int

    Returns
    -------
    str

    Examples
    --------
    >>> slice_name((0, 1, 2), 1)
    '[0, :, 2]'
    """
    return str([*picked[:axis], ":", *picked[axis + 1 :]]).replace("'", "")


@dataclass(frozen=True)
class AxisState:
    """Logits, probabilities along `axis`, the slice of the picked entry, and the whole Jacobian.

    `jacobian` is that of the flattened array, its entries ordered slice after slice: block number
    `block` on its diagonal belongs to the picked slice.
    """

    z: np.ndarray
    p: np.ndarray
    axis: int
    picked: tuple[int, int, int]
    mask: np.ndarray
    block: int
    jacobian: np.ndarray


class AxisExplorer(Explorer):
    """Softmax along an axis of a 2 x 3 x 4 array; one entry is picked, and its logit is pushed.

    Examples
    --------
    >>> explorer = AxisExplorer()
    >>> explorer.set(axis=2, i=0, j=1)
    >>> print(explorer.state.p.sum(axis=2).round(12).min(), explorer.state.mask.sum())
    1.0 4
    """

    def __init__(self):
        axis = widgets.Dropdown(
            options=[(f"{k}: index {name}", k) for k, name in enumerate(INDICES)], value=1,
            description="axis",
        )  # fmt: skip
        indices = {
            name: widgets.IntSlider(value=value, min=0, max=size - 1, description=f"index {name}")
            for name, value, size in zip(INDICES, (0, 1, 2), LOGITS.shape, strict=True)
        }
        push = widgets.FloatSlider(
            value=0, min=-3, max=3, step=0.1, readout_format=".1f", description="push z by"
        )
        super().__init__([{"axis": axis, "push": push}, indices], size=(12, 6.2))

    def compute(self):
        """Return the state that belongs to the controls."""
        axis = self.controls["axis"].value
        picked = tuple(self.controls[name].value for name in INDICES)
        z = LOGITS.copy()
        z[picked] += self.controls["push"].value
        mask = np.zeros(z.shape, dtype=bool)
        mask[picked[:axis] + (slice(None),) + picked[axis + 1 :]] = True
        n = z.shape[axis]
        blocks = softmax_jacobian(z, axis).reshape(-1, n, n)
        jacobian = np.zeros((z.size, z.size))
        for k, block in enumerate(blocks):
            jacobian[k * n : (k + 1) * n, k * n : (k + 1) * n] = block
        block = np.ravel_multi_index(np.delete(picked, axis), np.delete(z.shape, axis))
        return AxisState(z, softmax(z, axis), axis, picked, mask, int(block), jacobian)

    def structure(self, state):
        """Return the axis."""
        return state.axis

    def draw(self, figure, state):
        """Draw the array as one panel for each i, and the Jacobian in blocks beside them."""
        grid = figure.add_gridspec(2, 2, width_ratios=[5, 7])
        panels = [figure.add_subplot(grid[i, 0]) for i in range(2)]
        self._panels, self._frames = [], np.empty(state.p.shape, dtype=object)
        for i, ax in enumerate(panels):
            _, rows, columns = state.p.shape
            panel = draw_matrix(
                ax, state.p[i], limit=1, size=13,
                rows=[f"$j = {j}$" for j in range(rows)],
                columns=[f"$k = {k}$" for k in range(columns)],
            )  # fmt: skip
            ax.set_title(f"$p$ where $i = {i}$")
            self._panels.append(panel)
            for j, k in np.ndindex(rows, columns):
                cell = Rectangle((k - 0.46, j - 0.46), 0.92, 0.92, fill=False, linewidth=4)
                self._frames[i, j, k] = ax.add_patch(cell)
        right = figure.add_subplot(grid[:, 1])
        n = state.p.shape[state.axis]
        others = np.ndindex(*np.delete(state.p.shape, state.axis))
        names = [
            slice_name((*index[: state.axis], 0, *index[state.axis :]), state.axis)
            for index in others
        ]
        self._blocks = draw_blocks(right, state.jacobian, state.block, names=names, limit=0.25)
        right.set_title(f"Jacobian: {len(names)} blocks of {n} × {n}, all else 0")
        right.set_xlabel("logits, slice after slice")
        right.set_ylabel("probabilities, slice after slice", labelpad=8)
        panel_artists = [artist for panel in self._panels for artist in panel.artists]
        return [*panel_artists, *self._frames.flat, *self._blocks.artists]

    def show(self, state):
        """Give cells, frames and blocks the data of the state."""
        for panel, p in zip(self._panels, state.p, strict=True):
            panel.set(p)
        for index, frame in np.ndenumerate(self._frames):
            picked = index == state.picked
            frame.set_visible(bool(state.mask[index]))
            frame.set_edgecolor("#D55E00" if picked else "black")
            frame.set_linestyle("solid" if picked else (0, (2, 1)))
            text = self._panels[index[0]].texts[index[1:]]
            text.set_fontweight("bold" if state.mask[index] else "normal")
        self._blocks.set(state.jacobian, state.block)

    def describe(self, state):
        """Return the probabilities, the picked slice and its block of the Jacobian as text."""
        n = state.p.shape[state.axis]
        at = slice(state.block * n, (state.block + 1) * n)
        rows = [line(f"p[{i}, {j}, :]", state.p[i, j]) for i, j in np.ndindex(*state.p.shape[:2])]
        outside = state.jacobian.copy()
        for k in range(0, len(outside), n):
            outside[k : k + n, k : k + n] = 0
        return "\n".join(
            [
                f"axis {state.axis}, picked {list(state.picked)},"
                f" slice {slice_name(state.picked, state.axis)}",
                *rows,
                line("logits of the slice", state.z[state.mask]),
                line("probabilities", state.p[state.mask]),
                *(line(f"  block, row {r}", row) for r, row in enumerate(state.jacobian[at, at])),
                line("largest off the blocks", [np.abs(outside).max()]),
            ]
        )

    def alt(self, state):
        """Return what the picture shows."""
        n = state.p.shape[state.axis]
        return (
            f"A 2 by 3 by 4 array of probabilities in two panels, softmax along axis {state.axis}:"
            f" entry {list(state.picked)} framed, the other entries of its slice framed in dashes."
            f" Beside it the 24 by 24 Jacobian: {24 // n} blocks of {n} by {n} on the diagonal, all"
            " else 0, the block of the slice framed."
        )
