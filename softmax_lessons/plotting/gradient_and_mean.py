"""An incoming gradient against its weighted mean: what becomes of it at the logits, in one look."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from softmax_lessons.plotting.still import Still
from softmax_lessons.plotting.style import (
    ACCENT,
    ANALYTIC,
    BACKDROP,
    STYLE,
    class_names,
    short_number,
)

# As on the paths: blue is positive.
ABOVE = ANALYTIC | {"edgecolor": "black"}
BELOW = {"facecolor": ACCENT, "edgecolor": "black", "hatch": "//"}


def plot_gradient_and_mean(p, g):
    """Draw an incoming gradient g as bars that stand on its weighted mean, sum(p g).

    A bar goes from the mean to g_i and is p_i wide, so that its area, p_i (g_i - sum(p g)), is the
    gradient at logit i and stands beside it; the areas above the mean and below it are equal. Bars
    below are hatched.

    Parameters
    ----------
    p, g : array_like of shape (n,)
        The probabilities, and the gradient with respect to them.

    Returns
    -------
    GradientAndMean
        As the last expression of a cell it shows the picture.

    Examples
    --------
    >>> plot_gradient_and_mean([0.5, 0.3, 0.2], [1, -1, 0.5])
    class             1        2        3
    p             0.500    0.300    0.200
    g             1.000   -1.000    0.500
    g - mean      0.700   -1.300    0.200
    area          0.350   -0.390    0.040
    weighted mean sum(p g) = 0.30
    """
    with matplotlib.rc_context(STYLE):
        return GradientAndMean(np.asarray(p, dtype=float), np.asarray(g, dtype=float))


class GradientAndMean(Still):
    """The picture that `plot_gradient_and_mean` draws; `mean` is the weighted mean."""

    def __init__(self, p, g):
        self.p, self.g, self.figure = p, g, Figure(figsize=(8, 4.5), layout="constrained")
        ax = self.figure.add_subplot()
        self.mean, at = float(p @ g), np.arange(len(p))
        above = g >= self.mean
        self.bars = [
            ax.bar(at[which], g[which] - self.mean, p[which], self.mean, label=name, **style)
            for which, name, style in (
                (above, "above the mean", ABOVE),
                (~above, "below the mean", BELOW),
            )
        ]
        low, high = min(0, g.min()), max(0, g.max())
        gap, self.areas = 0.02 * (high - low or 1), p * (g - self.mean)
        for x, value, area, up in zip(at, g, self.areas, above, strict=True):
            end, side = (value + gap, "bottom") if up else (value - gap, "top")
            text = f"$g$ = {short_number(value)}\narea {short_number(area, 3)}"
            ax.text(x, end, text, ha="center", va=side, fontsize=13, bbox=BACKDROP)
        name = rf"weighted mean $\bar g$ = {short_number(self.mean)}"
        self.line = ax.axhline(self.mean, color="black", linewidth=2.5, label=name)
        ax.axhline(0, color="black", linewidth=1, linestyle=":")
        ax.set_ylim(low - 12 * gap, high + 12 * gap)
        ax.set_xlim(-0.6, len(p) - 0.4)
        ticks = zip(class_names(len(p)), p, strict=True)
        ax.set_xticks(at, [f"{tick}\n$p$ = {short_number(value, 3)}" for tick, value in ticks])
        ax.set_ylabel("incoming gradient $g$")
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False, fontsize=13)

    def __repr__(self):
        """Return the numbers as a table."""
        rows = {"p": self.p, "g": self.g, "g - mean": self.g - self.mean, "area": self.areas}
        return "\n".join(
            [
                f"{'class':<10}" + "".join(f"{k:9d}" for k in range(1, len(self.p) + 1)),
                *(f"{name:<10}" + "".join(f"{v:z9.3f}" for v in row) for name, row in rows.items()),
                f"weighted mean sum(p g) = {self.mean:z.2f}",
            ]
        )

    def alt(self):
        """Return what the picture shows."""
        up = [str(k) for k, value in enumerate(self.g, start=1) if value >= self.mean]
        return (
            f"The incoming gradient over {len(self.p)} classes as bars that stand on its weighted"
            f" mean of {self.mean:z.2f}, each as wide as its probability. Not below"
            f" the mean: class {', '.join(up)}."
        )
