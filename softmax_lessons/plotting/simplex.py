"""Distributions over three classes as points of a triangle."""

import numpy as np

from softmax_lessons.plotting.style import CLASS_COLOURS, class_names

# The corners of the triangle of all distributions over three classes, counter-clockwise from left.
CORNERS = np.array([[0, 0], [1, 0], [0.5, np.sqrt(3) / 2]])
INWARD = (CORNERS - CORNERS.mean(axis=0)) * np.sqrt(3)
"""The direction, of length 1, away from the edge opposite each corner."""


class Simplex:
    """A distribution over three classes as a point in a triangle, with an arrow for each name."""

    def __init__(self, ax, names):
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
        nowhere = np.zeros(len(names))
        self.arrows = ax.quiver(
            nowhere, nowhere, nowhere, nowhere, color=CLASS_COLOURS[: len(names)], angles="xy",
            scale_units="xy", scale=1, width=0.012, headwidth=4, minlength=0, zorder=3,
        )  # fmt: skip
        (self.point,) = ax.plot([], [], "o", color="black", markersize=9, zorder=4)
        place = {"ha": "center", "va": "center", "zorder": 5}
        self.names = [ax.text(0, 0, name, **place) for name in names]
        self.artists = [self.arrows, self.point, *self.names]

    def set(self, p, directions):
        """Move the point to p, shape (3,), and the arrows to the columns of `directions`.

        An arrow has its true length. A direction sums to 0, or it would leave the triangle's plane.
        """
        at, steps = p @ CORNERS, directions.T @ CORNERS
        self.point.set_data([at[0]], [at[1]])
        self.arrows.set_offsets(np.broadcast_to(at, steps.shape))
        self.arrows.set_UVC(*steps.T)
        for name, step in zip(self.names, steps, strict=True):
            length = np.hypot(*step)
            name.set_visible(bool(length > 0.03))
            place = at + step * (1 + 0.07 / max(length, 0.03))
            # One that an edge would cross stands outside.
            from_edges = np.sum(INWARD * (place - CORNERS[[1, 2, 0]]), axis=1)
            name.set_position(
                place - np.where(abs(from_edges) < 0.055, from_edges + 0.055, 0) @ INWARD
            )
