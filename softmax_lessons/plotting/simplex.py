"""Distributions over three classes as points of a triangle."""

from dataclasses import dataclass

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.text import Text

from softmax_lessons._arrays import real_array, require_shape
from softmax_lessons.plotting.style import BACKDROP, CLASS_COLOURS, class_names

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

    Raises
    ------
    TypeError
        If `p` or `directions` does not hold real numbers.
    ValueError
        If `p` is not of three classes, or `directions` has another shape than (3, number of names).

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> third = np.full(3, 1 / 3)
    >>> picture = draw_simplex(Figure().add_subplot(), third, np.diag(third) - 1 / 9,
    ...                        names=["1", "2", "3"])
    >>> [round(float(x[0]), 3) for x in picture.point.get_data()]
    [0.5, 0.289]
    """
    p, directions = real_array("p", p), real_array("directions", directions)
    require_shape("p", p, (3,), "three classes")
    require_shape("directions", directions, (3, len(names)), "a column for each name")
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
