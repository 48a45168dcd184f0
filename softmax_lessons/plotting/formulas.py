"""A matrix of formulas."""

from dataclasses import dataclass

import numpy as np
from matplotlib.patches import Rectangle

from softmax_lessons._arrays import is_int


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

    Raises
    ------
    TypeError
        If `formulas` does not hold strings, or `chosen` two ints.
    ValueError
        If `formulas` is not square, or has no entry `chosen`.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> matrix = draw_formulas(Figure().add_subplot(), [["p_1"]], (0, 0), size=18)
    >>> matrix.texts[0, 0].get_text()
    '$p_1$'
    """
    try:
        formulas = np.asarray(formulas)
    except ValueError as error:
        raise ValueError("formulas must be a square array, got rows of unequal length") from error
    if formulas.dtype.kind != "U":
        raise TypeError(f"formulas must hold strings, got dtype {formulas.dtype}")
    n = len(formulas) if formulas.ndim else 0
    if not n or formulas.shape != (n, n):
        raise ValueError(f"formulas must have shape (n, n), n at least 1, got {formulas.shape}")
    if not (isinstance(chosen, tuple) and len(chosen) == 2 and all(map(is_int, chosen))):
        raise TypeError(f"chosen must be two ints, row and column, got {chosen!r}")
    if not all(0 <= k < n for k in chosen):
        raise ValueError(f"chosen must be from (0, 0) to {(n - 1, n - 1)}, got {chosen}")
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
