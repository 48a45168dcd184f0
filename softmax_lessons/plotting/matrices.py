"""Matrices of numbers as coloured cells, with their sums or their blocks."""

from dataclasses import dataclass

import numpy as np
from matplotlib.collections import QuadMesh
from matplotlib.colors import CenteredNorm
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from softmax_lessons._arrays import finite_number, is_int, real_array, require_shape
from softmax_lessons.plotting.style import require_one_each, short_number


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


def _matrix(name, value):
    """Return a matrix of floats that has an entry."""
    matrix = real_array(name, value)
    if matrix.ndim != 2 or not matrix.size:
        raise ValueError(f"{name} must have shape (m, n), both at least 1, got {matrix.shape}")
    return matrix


def _draw_cells(ax, matrix, limit):
    """Draw a matrix as coloured cells with their centres at whole numbers; row 0 is at the top."""
    m, n = matrix.shape
    limit = finite_number("limit", limit)
    if limit <= 0:
        raise ValueError(f"limit must be positive, got {limit}")
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

    Raises
    ------
    TypeError
        If `matrix` or `limit` does not hold real numbers.
    ValueError
        If `matrix` is not a matrix with an entry, `rows` or `columns` differs from it in number, or
        `limit` is not positive and finite.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> heat_map = draw_matrix(Figure().add_subplot(), [[0.2, -0.2], [-0.2, 0.2]], limit=0.25,
    ...                        rows=["a", "b"], columns=["c", "d"])
    >>> heat_map.texts[0, 1].get_text()
    '−0.200'
    """
    matrix = _matrix("matrix", matrix)
    require_one_each("rows", rows, matrix.shape[0], "row of the matrix")
    require_one_each("columns", columns, matrix.shape[1], "column of the matrix")
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

    Raises
    ------
    TypeError
        If `matrix` or `limit` does not hold real numbers, or `chosen` is not an int.
    ValueError
        If `matrix` is not square or does not consist of as many blocks as there are `names`, there
        is no block `chosen`, or `limit` is not positive and finite.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> blocks = draw_blocks(Figure().add_subplot(), np.eye(4), 1, names=["a", "b"], limit=1)
    >>> blocks.frame.get_xy()
    (1.5, 1.5)
    """
    matrix = _matrix("matrix", matrix)
    require_shape("matrix", matrix, matrix.shape[:1] * 2, "a square matrix")
    if not names or len(matrix) % len(names):
        raise ValueError(f"names must divide {len(matrix)} rows into blocks, got {len(names)}")
    if not is_int(chosen):
        raise TypeError(f"chosen must be an int, got {chosen!r}")
    if not 0 <= chosen < len(names):
        raise ValueError(f"chosen must be from 0 to {len(names) - 1}, got {chosen}")
    n = len(matrix) // len(names)
    cells = _draw_cells(ax, matrix, limit)
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


def _vector(name, value):
    """Return a vector of floats."""
    vector = real_array(name, value)
    if vector.ndim != 1:
        raise ValueError(f"{name} must have shape (n,), got {vector.shape}")
    return vector


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

    Raises
    ------
    TypeError
        If the sums are not real numbers.
    ValueError
        If `row_sums` or `column_sums` is not a vector.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> draw_sums(Figure().add_subplot(), [0.0], [-0.0]).column_texts[0].get_text()
    '0.000'
    """
    row_sums, column_sums = _vector("row_sums", row_sums), _vector("column_sums", column_sums)
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

    Raises
    ------
    TypeError
        If `counts` does not hold real numbers.
    ValueError
        If `counts` does not have a row and a column for each of `keys`.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> image = draw_recognition(Figure().add_subplot(), ["a", "b"], np.eye(2))
    >>> image.get_array().shape
    (2, 2)
    """
    counts = _matrix("counts", counts)
    require_shape("counts", counts, (len(keys),) * 2, "a table of the keys")
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
