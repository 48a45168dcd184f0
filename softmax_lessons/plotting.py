"""Pictures of probabilities, gradients and Jacobians, drawn from arrays onto given Axes.

Every function draws once and returns a record of its artists. The record's `set` gives these same
artists new data, so that a picture that moves is never rebuilt. Nothing is computed here but where
things go, and pyplot is never touched. All quantities are dimensionless.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.collections import PolyCollection, QuadMesh
from matplotlib.colors import CenteredNorm
from matplotlib.container import BarContainer
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.text import Text

STYLE = {
    "font.size": 15,
    "axes.titlesize": 16,
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 1.2,
}
"""Matplotlib settings for every figure: text that can be read from the back of a room."""

# Okabe and Ito, "Color Universal Design", 2002: told apart by colour-blind readers too.
CLASS_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")

# A colour and a hatch for each meaning, so that none rests on colour alone.
ANALYTIC = {"facecolor": "#0072B2"}
NUMERIC = {"facecolor": "#E69F00", "edgecolor": "black", "hatch": "--"}
ELEMENTWISE = {"facecolor": "#F0E442", "edgecolor": "black", "hatch": "//"}
NEUTRAL = {"facecolor": "#B3B3B3"}

# Behind text that may come to lie on a line.
BACKDROP = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}


def class_names(n):
    """Return the tick labels of n classes.

    Parameters
    ----------
    n : int
        How many classes.

    Returns
    -------
    list of str

    Examples
    --------
    >>> class_names(2)
    ['class 1', 'class 2']
    """
    return [f"class {i}" for i in range(1, n + 1)]


def short_number(value, decimals=2):
    """Return a number as a label: fixed decimals while it is short, else in powers of ten.

    Parameters
    ----------
    value : float
    decimals : int

    Returns
    -------
    str
        With a true minus sign, and none before zero.

    Examples
    --------
    >>> short_number(-0.001), short_number(-54321.0)
    ('0.00', '−5.4e+04')
    """
    text = f"{value:z.{decimals}f}" if abs(value) < 1000 else f"{value:.1e}"
    return text.replace("-", "\N{MINUS SIGN}", 1) if value < 0 else text


@dataclass(frozen=True)
class Bars:
    """The artists of `draw_bars`: one container and one row of labels for each series."""

    containers: tuple[BarContainer, ...]
    labels: tuple[tuple[Text, ...], ...]
    limits: tuple[float, float]

    @property
    def patches(self):
        """The bars of all series."""
        return [bar for container in self.containers for bar in container]

    @property
    def texts(self):
        """The labels of all series."""
        return [label for labels in self.labels for label in labels]

    @property
    def artists(self):
        """Everything that `set` may change."""
        return self.patches + self.texts

    def set(self, *series):
        """Give every series new heights, each of shape (n,)."""
        gap = 0.02 * (self.limits[1] - self.limits[0])
        for container, labels, heights in zip(self.containers, self.labels, series, strict=True):
            for bar, label, height in zip(container, labels, heights, strict=True):
                bar.set_height(height)
                up = height >= 0
                # A bar beyond the axis is cut off there; its label stays inside and tells how far.
                end = np.clip(height, *self.limits)
                label.set_y(end + gap if up else end - gap)
                label.set_verticalalignment("bottom" if up else "top")
                label.set_text(short_number(height))


def draw_bars(ax, *series, styles, limits, ticks, label_size=13):
    """Draw one group of bars a class, with the number at the end of each bar.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    *series : array_like of shape (n,)
        Heights, one series for each bar of a group.
    styles : list of dict
        The look of each series, as keyword arguments of a bar.
    limits : (float, float)
        What the axis spans; it does not change when the data do.
    ticks : list of str
        What each group is called.
    label_size : float
        Of the numbers, in points.

    Returns
    -------
    Bars

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> bars = draw_bars(Figure().add_subplot(), [0.3, 0.7], styles=[ANALYTIC], limits=(0, 1),
    ...                  ticks=class_names(2))
    >>> [bar.get_height() for bar in bars.containers[0]]
    [0.3, 0.7]
    """
    n = len(ticks)
    width = (0.8 if len(series) < 3 else 0.9) / len(series)
    containers, labels = [], []
    for k, style in enumerate(styles):
        x = np.arange(n) + (k - (len(series) - 1) / 2) * width
        container = ax.bar(x, np.zeros(n), width, **style)
        containers.append(container)
        labels.append(tuple(ax.text(at, 0, "", ha="center", fontsize=label_size) for at in x))
    margin = 0.12 * (limits[1] - limits[0])
    ax.set_ylim(limits[0] - (margin if limits[0] < 0 else 0), limits[1] + margin)
    ax.set_xticks(range(n), ticks)
    ax.tick_params(bottom=False)
    ax.axhline(0, color="black", linewidth=1)
    bars = Bars(tuple(containers), tuple(labels), limits)
    bars.set(*series)
    return bars


@dataclass(frozen=True)
class HeatMap:
    """The artists of `draw_matrix`: the coloured cells, and the number in each of them."""

    cells: QuadMesh
    texts: np.ndarray

    @property
    def artists(self):
        """Everything that `set` may change."""
        return [self.cells, *self.texts.flat]

    def set(self, matrix):
        """Show another matrix of the same shape."""
        self.cells.set_array(matrix)
        colours = self.cells.cmap(self.cells.norm(matrix))
        # Weights of red, green and blue in the perceived brightness (ITU-R BT.709).
        brightness = colours[..., :3] @ [0.2126, 0.7152, 0.0722]
        for text, value, bright in zip(
            self.texts.flat, np.ravel(matrix), brightness.flat, strict=True
        ):
            text.set_text(short_number(value, 3))
            text.set_color("black" if bright > 0.5 else "white")


def _draw_cells(ax, matrix, limit):
    """Draw a matrix as coloured cells with their centres at whole numbers; row 0 is at the top."""
    m, n = matrix.shape
    # A mesh is drawn some ten times faster than an image of so few and such large pixels.
    cells = ax.pcolormesh(
        np.arange(n + 1) - 0.5, np.arange(m + 1) - 0.5, matrix,
        cmap="RdBu_r", norm=CenteredNorm(0, limit),
    )  # fmt: skip
    ax.set_aspect("equal")
    ax.invert_yaxis()
    return cells


def draw_matrix(ax, matrix, *, limit, rows, columns, size=15):
    """Draw a matrix of signed numbers as coloured cells, each with its number.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    matrix : array_like of shape (m, n)
    limit : float
        The size at which the colour is strongest; 0 is white, red is positive, blue negative.
    rows, columns : list of str
        What each row and column is called.
    size : float
        Of the numbers, in points.

    Returns
    -------
    HeatMap

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> heat_map = draw_matrix(Figure().add_subplot(), [[0.2, -0.2], [-0.2, 0.2]], limit=0.25,
    ...                        rows=["a", "b"], columns=["c", "d"])
    >>> heat_map.texts[0, 1].get_text()
    '−0.200'
    """
    matrix = np.asarray(matrix)
    cells = _draw_cells(ax, matrix, limit)
    texts = np.array(
        [[ax.text(j, i, "", ha="center", va="center", fontsize=size)
          for j in range(matrix.shape[1])] for i in range(matrix.shape[0])]
    )  # fmt: skip
    ax.set_yticks(range(matrix.shape[0]), rows)
    ax.set_xticks(range(matrix.shape[1]), columns)
    ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    ax.spines[:].set_visible(False)
    heat_map = HeatMap(cells, texts)
    heat_map.set(matrix)
    return heat_map


@dataclass(frozen=True)
class BlockMatrix:
    """The artists of `draw_blocks`: the coloured cells, an outline of each block, a heavy frame."""

    cells: QuadMesh
    outlines: tuple[Rectangle, ...]
    frame: Rectangle

    @property
    def artists(self):
        """Everything that `set` may change, and the outlines, which lie over the cells."""
        return [self.cells, *self.outlines, self.frame]

    def set(self, matrix, chosen):
        """Show another matrix of the same blocks, with the frame around block `chosen`."""
        self.cells.set_array(matrix)
        self.frame.set_xy(self.outlines[chosen].get_xy())


def draw_blocks(ax, matrix, chosen, *, names, limit):
    """Draw a block-diagonal matrix as colours, its blocks outlined, one of them framed.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    matrix : array_like of shape (m, m)
    chosen : int
        The number of the framed block, from 0.
    names : list of str
        What each block is called; all blocks are of the same size, m / len(names).
    limit : float
        The size at which the colour is strongest; 0 is white, red is positive, blue negative.

    Returns
    -------
    BlockMatrix

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> blocks = draw_blocks(Figure().add_subplot(), np.eye(4), 1, names=["a", "b"], limit=1)
    >>> blocks.frame.get_xy()
    (1.5, 1.5)
    """
    n = len(matrix) // len(names)
    cells = _draw_cells(ax, np.asarray(matrix), limit)
    corners = [k * n - 0.5 for k in range(len(names))]
    outlines = tuple(
        ax.add_patch(Rectangle((at, at), n, n, fill=False, clip_on=False)) for at in corners
    )
    frame = ax.add_patch(
        Rectangle((0, 0), n, n, fill=False, edgecolor="#D55E00", linewidth=5, clip_on=False)
    )
    ax.set_yticks([at + n / 2 for at in corners], names, fontsize=12)
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    bar = ax.figure.colorbar(cells, ax=ax, shrink=0.7, ticks=[-limit, 0, limit])
    bar.outline.set_visible(False)
    blocks = BlockMatrix(cells, outlines, frame)
    blocks.set(matrix, chosen)
    return blocks


@dataclass(frozen=True)
class Margin:
    """The artists of `draw_sums`: numbers right of and below a matrix."""

    row_texts: tuple[Text, ...]
    column_texts: tuple[Text, ...]

    @property
    def artists(self):
        """Everything that `set` may change."""
        return [*self.row_texts, *self.column_texts]

    def set(self, row_sums, column_sums):
        """Show other sums."""
        texts, values = self.artists, [*row_sums, *column_sums]
        for text, value in zip(texts, values, strict=True):
            text.set_text(short_number(value, 3))


def draw_sums(ax, row_sums, column_sums, *, size=15):
    """Write sums beside the rows and under the columns of a matrix drawn by `draw_matrix`.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        It holds the matrix; its limits are widened for the sums.
    row_sums : array_like of shape (m,)
    column_sums : array_like of shape (n,)
    size : float
        Of the numbers, in points.

    Returns
    -------
    Margin

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> draw_sums(Figure().add_subplot(), [0.0], [-0.0]).column_texts[0].get_text()
    '0.000'
    """
    m, n = len(row_sums), len(column_sums)
    place = {"ha": "center", "va": "center", "fontweight": "bold", "fontsize": size}
    rows = tuple(ax.text(n + 0.25, i, "", **place) for i in range(m))
    columns = tuple(ax.text(j, m + 0.05, "", **place) for j in range(n))
    for corner, width, height in [((n - 0.25, -0.5), 1, m), ((-0.5, m - 0.3), n, 0.7)]:
        ax.add_patch(Rectangle(corner, width, height, facecolor="#EEEEEE", zorder=0))
    ax.text(n + 0.25, -0.55, "row sum", ha="center", va="bottom")
    ax.text(-0.58, m + 0.05, "column sum", ha="right", va="center")
    ax.set_xlim(-0.5, n + 0.75)
    ax.set_ylim(m + 0.4, -0.5)
    margin = Margin(rows, columns)
    margin.set(row_sums, column_sums)
    return margin


# The corners of the triangle of all distributions over three classes, counter-clockwise from left.
CORNERS = np.array([[0, 0], [1, 0], [0.5, np.sqrt(3) / 2]])


@dataclass(frozen=True)
class Simplex:
    """The artists of `draw_simplex`: the point, and an arrow with its name for each direction."""

    point: Line2D
    arrows: PolyCollection
    names: tuple[Text, ...]

    @property
    def artists(self):
        """Everything that `set` may change."""
        return [self.arrows, self.point, *self.names]

    def set(self, p, directions):
        """Move the point to p of shape (3,), and the arrows to the columns of `directions`."""
        at = np.asarray(p) @ CORNERS
        steps = np.asarray(directions).T @ CORNERS
        self.point.set_data([at[0]], [at[1]])
        self.arrows.set_offsets(np.broadcast_to(at, (len(self.names), 2)))
        self.arrows.set_UVC(*steps.T)
        for name, step in zip(self.names, steps, strict=True):
            length = np.hypot(*step)
            name.set_visible(bool(length > 0.03))
            name.set_position(at + step * (1 + 0.07 / max(length, 0.03)))


def draw_simplex(ax, p, directions, *, names):
    """Draw a distribution over three classes as a point in a triangle, with arrows from it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    p : array_like of shape (3,)
        Probabilities. The corners of the triangle are the distributions that are certain.
    directions : array_like of shape (3, k)
        One change of p in each column, drawn at its true length; each sums to 0, or it would
        leave the triangle's plane.
    names : list of str
        What each arrow is called.

    Returns
    -------
    Simplex

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> third = np.full(3, 1 / 3)
    >>> picture = draw_simplex(Figure().add_subplot(), third, np.diag(third) - 1 / 9,
    ...                        names=["1", "2", "3"])
    >>> [round(float(x[0]), 3) for x in picture.point.get_data()]
    [0.5, 0.289]
    """
    ax.fill(*CORNERS.T, facecolor="#F4F4F4", edgecolor="black", linewidth=1.5)
    for level in (0.25, 0.5, 0.75):
        for a, b, c in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
            ends = [level * CORNERS[a] + (1 - level) * CORNERS[k] for k in (b, c)]
            ax.plot(*np.transpose(ends), color="#CCCCCC", linewidth=1)
    for (x, y), name, up in zip(CORNERS, class_names(3), (False, False, True), strict=True):
        # Far enough away for the name of an arrow that ends in the corner.
        ax.text(x, y + (0.12 if up else -0.12), name, ha="center", va="bottom" if up else "top")
    ax.set_xlim(-0.15, 1.15)
    ax.set_ylim(-0.2, 1.06)
    ax.set_aspect("equal")
    ax.set_axis_off()
    k = len(names)
    arrows = ax.quiver(
        np.zeros(k), np.zeros(k), np.zeros(k), np.zeros(k), color=CLASS_COLOURS[:k],
        angles="xy", scale_units="xy", scale=1, width=0.012, headwidth=4, minlength=0, zorder=3,
    )  # fmt: skip
    (point,) = ax.plot([], [], "o", color="black", markersize=9, zorder=4)
    texts = tuple(
        ax.text(0, 0, name, ha="center", va="center", bbox=BACKDROP, zorder=5) for name in names
    )
    simplex = Simplex(point, arrows, texts)
    simplex.set(p, directions)
    return simplex


@dataclass(frozen=True)
class FormulaMatrix:
    """The artists of `draw_formulas`: a formula in each cell, and a frame around one cell."""

    texts: np.ndarray
    frame: Rectangle

    @property
    def artists(self):
        """Everything that `set` may change."""
        return [*self.texts.flat, self.frame]

    def set(self, formulas, chosen):
        """Show other formulas (LaTeX, shape (n, n)), with the frame around cell `chosen`."""
        for text, formula in zip(self.texts.flat, np.ravel(formulas), strict=True):
            text.set_text(f"${formula}$")
        i, j = chosen
        self.frame.set_xy((j - 0.48, i - 0.48))


def draw_formulas(ax, formulas, chosen, *, size):
    """Draw a square matrix of formulas; diagonal cells are shaded, one cell is framed.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    formulas : array_like of str, shape (n, n)
        LaTeX, without dollar signs, as far as Matplotlib's mathtext reads it.
    chosen : (int, int)
        Row and column of the framed cell, from 0.
    size : float
        Of the formulas, in points.

    Returns
    -------
    FormulaMatrix

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> matrix = draw_formulas(Figure().add_subplot(), [["p_1"]], (0, 0), size=18)
    >>> matrix.texts[0, 0].get_text()
    '$p_1$'
    """
    n = len(formulas)
    for i in range(n):
        for j in range(n):
            colour = "#D6E8F2" if i == j else "#F4F4F4"
            ax.add_patch(Rectangle((j - 0.48, i - 0.48), 0.96, 0.96, facecolor=colour))
    texts = np.array(
        [[ax.text(j, i, "", ha="center", va="center", fontsize=size) for j in range(n)]
         for i in range(n)]
    )  # fmt: skip
    frame = ax.add_patch(
        Rectangle((0, 0), 0.96, 0.96, fill=False, edgecolor="#D55E00", linewidth=4)
    )
    ax.set_xlim(-0.5, n - 0.5)
    ax.set_ylim(n - 0.5, -0.5)
    ax.set_xticks(range(n), [f"$z_{j}$" for j in range(1, n + 1)])
    ax.set_yticks(range(n), [f"$p_{i}$" for i in range(1, n + 1)])
    ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
    ax.spines[:].set_visible(False)
    matrix = FormulaMatrix(texts, frame)
    matrix.set(formulas, chosen)
    return matrix


def draw_recognition(ax, keys, counts):
    """Draw which mistakes are taken for which: all is well if nothing lies off the diagonal.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    keys : list of str
        The mistakes.
    counts : array_like of shape (len(keys), len(keys))
        How many functions of each mistake (row) are recognised as each (column).

    Returns
    -------
    matplotlib.image.AxesImage

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> image = draw_recognition(Figure().add_subplot(), ["a", "b"], np.eye(2))
    >>> image.get_array().shape
    (2, 2)
    """
    # Twice the largest count, so that black numbers stand out from every cell.
    image = ax.imshow(counts, cmap="Blues", vmin=0, vmax=2 * np.max(counts))
    for (i, j), count in np.ndenumerate(counts):
        if count:
            ax.text(j, i, f"{count:.0f}", ha="center", va="center")
    ax.set_yticks(range(len(keys)), keys)
    ax.set_xticks(range(len(keys)), keys, rotation=90)
    ax.set_ylabel("the mistake that was made")
    ax.set_xlabel("the mistake that was named")
    return image
