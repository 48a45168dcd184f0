"""Matrices as coloured cells, with their sums or their blocks, and matrices of formulas."""

import numpy as np
from matplotlib.colors import CenteredNorm
from matplotlib.patches import Rectangle

from softmax_lessons.plotting.style import ACCENT, short_number


def _cells(ax, m, n, limit):
    """Draw m x n coloured cells with their centres at whole numbers; row 0 is at the top."""
    # A mesh is drawn some ten times faster than an image of so few and such large pixels.
    cells = ax.pcolormesh(
        np.arange(n + 1) - 0.5, np.arange(m + 1) - 0.5, np.zeros((m, n)),
        cmap="RdBu", norm=CenteredNorm(0, limit),
    )  # fmt: skip
    ax.set_aspect("equal")
    ax.invert_yaxis()
    return cells


def _texts(ax, m, n, size):
    """Draw an empty text in the middle of each of m x n cells."""
    middle = {"ha": "center", "va": "center", "fontsize": size}
    return np.array([[ax.text(j, i, "", **middle) for j in range(n)] for i in range(m)])


def _name_cells(ax, rows, columns):
    """Write names beside the rows and above the columns."""
    ax.set_yticks(range(len(rows)), rows)
    ax.set_xticks(range(len(columns)), columns)
    ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    ax.spines[:].set_visible(False)


class HeatMap:
    """A matrix of signed numbers as coloured cells, each with its number.

    `rows` and `columns` are names. At the size `limit` the colour is strongest; 0 is white, blue is
    positive and red negative.
    """

    def __init__(self, ax, rows, columns, *, limit, size=15):
        self.ax = ax
        self.cells = _cells(ax, len(rows), len(columns), limit)
        self.texts = _texts(ax, len(rows), len(columns), size)
        _name_cells(ax, rows, columns)
        self.artists = [self.cells, *self.texts.flat]

    def frame(self, i, j):
        """Return a frame within cell (i, j)."""
        frame = Rectangle((j - 0.47, i - 0.47), 0.94, 0.94, fill=False, linewidth=4)
        self.artists.append(self.ax.add_patch(frame))
        return frame

    def set(self, matrix):
        """Show another matrix."""
        self.cells.set_array(matrix)
        colours = self.cells.cmap(self.cells.norm(matrix))
        # Weights of red, green and blue in the perceived brightness (ITU-R BT.709).
        brightness = colours[..., :3] @ [0.2126, 0.7152, 0.0722]
        for index, text in np.ndenumerate(self.texts):
            text.set_text(short_number(matrix[index], 3))
            text.set_color("black" if brightness[index] > 0.5 else "white")


class Sums:
    """Sums beside the rows and under the columns of a `HeatMap`."""

    def __init__(self, heat_map, *, size=15):
        ax, (m, n) = heat_map.ax, heat_map.texts.shape
        place = {"ha": "center", "va": "center", "fontweight": "bold", "fontsize": size}
        self.rows = [ax.text(n + 0.25, i, "", **place) for i in range(m)]
        self.columns = [ax.text(j, m + 0.05, "", **place) for j in range(n)]
        for corner, width, height in [((n - 0.25, -0.5), 1, m), ((-0.5, m - 0.3), n, 0.7)]:
            ax.add_patch(Rectangle(corner, width, height, facecolor="#EEEEEE", zorder=0))
        ax.text(n + 0.25, -0.55, "row sum", ha="center", va="bottom")
        ax.text(-0.58, m + 0.05, "column sum", ha="right", va="center")
        ax.set_xlim(-0.5, n + 0.75)
        ax.set_ylim(m + 0.4, -0.5)
        self.artists = [*self.rows, *self.columns]

    def set(self, row_sums, column_sums):
        """Show other sums."""
        for text, value in zip(self.artists, [*row_sums, *column_sums], strict=True):
            text.set_text(short_number(value, 3))


class BlockMatrix:
    """A block-diagonal matrix as colours: its blocks, all of one size, outlined and one framed."""

    def __init__(self, ax, names, size, *, limit):
        self.cells = _cells(ax, len(names) * size, len(names) * size, limit)
        corners = [k * size - 0.5 for k in range(len(names))]
        self.outlines = [
            ax.add_patch(Rectangle((at, at), size, size, fill=False, clip_on=False))
            for at in corners
        ]
        self.frame = ax.add_patch(
            Rectangle((0, 0), size, size, fill=False, edgecolor=ACCENT, linewidth=5, clip_on=False)
        )
        ax.set_yticks([at + size / 2 for at in corners], names, fontsize=12)
        ax.set_xticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
        bar = ax.figure.colorbar(self.cells, ax=ax, shrink=0.7, ticks=[-limit, 0, limit])
        bar.outline.set_visible(False)
        self.artists = [self.cells, *self.outlines, self.frame]

    def set(self, matrix, chosen):
        """Show another matrix of the same blocks, with the frame around block `chosen`."""
        self.cells.set_array(matrix)
        self.frame.set_xy(self.outlines[chosen].get_xy())


class FormulaMatrix:
    """A square matrix of formulas; diagonal cells are shaded, one cell is framed."""

    def __init__(self, ax, n, *, size):
        for i in range(n):
            for j in range(n):
                colour = "#D6E8F2" if i == j else "#F4F4F4"
                ax.add_patch(Rectangle((j - 0.48, i - 0.48), 0.96, 0.96, facecolor=colour))
        self.texts = _texts(ax, n, n, size)
        self.frame = ax.add_patch(
            Rectangle((0, 0), 0.96, 0.96, fill=False, edgecolor=ACCENT, linewidth=4)
        )
        ax.set_xlim(-0.5, n - 0.5)
        ax.set_ylim(n - 0.5, -0.5)
        numbers = range(1, n + 1)
        _name_cells(ax, [f"$p_{i}$" for i in numbers], [f"$z_{j}$" for j in numbers])
        self.artists = [*self.texts.flat, self.frame]

    def set(self, formulas, chosen):
        """Show other formulas (LaTeX, shape (n, n)), with the frame around cell `chosen`."""
        for text, formula in zip(self.texts.flat, np.ravel(formulas), strict=True):
            text.set_text(f"${formula}$")
        i, j = chosen
        self.frame.set_xy((j - 0.48, i - 0.48))
