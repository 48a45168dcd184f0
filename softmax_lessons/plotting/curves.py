"""Curves, and a chosen point on them."""

import numpy as np

from softmax_lessons.plotting.style import ACCENT, ANALYTIC, BACKDROP, CLASS_COLOURS, NUMERIC

ZERO_AT = 1e-18
"""Where an error of exactly 0 is drawn on a logarithmic axis, below any error of a float64."""


class Curves:
    """Curves over the same x, one for each of `styles`, each with a marker at one place.

    A style is the look of a line; its "marker" is that of the marker.
    """

    def __init__(self, ax, x, *, styles):
        self.rule = ax.axvline(0, color="black", linestyle=":", linewidth=1.5)
        self.lines, self.markers = [], []
        for k, style in enumerate(styles):
            self.lines += ax.plot(x, np.zeros_like(x), linewidth=3, **style | {"marker": ""})
            self.markers += ax.plot(
                [], [], style["marker"], color=style["color"],
                markersize=12 - 4 * k,  # a later one does not hide the first
                markeredgecolor="black", clip_on=False,
            )  # fmt: skip
        self.artists = [self.rule, *self.lines, *self.markers]

    def set(self, series, at, heights):
        """Give every curve new values, and put the markers on `heights` above `at`."""
        for line, values in zip(self.lines, series, strict=True):
            line.set_ydata(values)
        for marker, height in zip(self.markers, heights, strict=True):
            marker.set_data([at], [height])
        self.rule.set_xdata([at, at])


class StepCurve:
    """The error of a difference quotient against its step, both axes logarithmic.

    `steps`, shape (n,), increase in equal ratios.
    """

    def __init__(self, ax, steps):
        self.steps = steps
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xlim(steps[0] / 3, steps[-1] * 60)
        ax.set_ylim(ZERO_AT / 100, 1e4)
        ax.set_yticks(10.0 ** np.arange(-16, 1, 4))
        ax.minorticks_off()
        ax.axhline(ZERO_AT, color="black", linestyle=":", linewidth=1)
        ax.text(0.99, ZERO_AT, "errors of exactly 0", ha="right", va="top", fontsize=13,
                transform=ax.get_yaxis_transform())  # fmt: skip
        self.best = ax.axvline(1, color="#666666", linewidth=2)
        colour = {"color": NUMERIC["facecolor"], "markeredgecolor": "black"}
        (self.measured,) = ax.plot(steps, steps, "o-", markersize=6, linewidth=1.5, **colour)
        place = {"linewidth": 3, "alpha": 0.9}
        (self.truncation,) = ax.plot(steps, steps, "--", color=ANALYTIC["facecolor"], **place)
        (self.rounding,) = ax.plot(steps, steps, "-.", color=CLASS_COLOURS[2], **place)
        (self.marker,) = ax.plot([], [], "D", markersize=14, markeredgewidth=2.5,
                                 markeredgecolor="black", color=ACCENT, clip_on=False)  # fmt: skip
        self.slopes = [ax.text(1, 1, "", va=side, fontweight="bold") for side in ("top", "bottom")]
        self.best_name = ax.text(1, 1e4, "", va="top", fontsize=14, bbox=BACKDROP)
        self.artists = [
            *(self.best, self.measured, self.truncation, self.rounding, self.marker),
            *(*self.slopes, self.best_name),
        ]

    def set(self, errors, truncation, rounding, best, best_name, chosen, error):
        """Show measured errors with the two branches expected, and another best or chosen step."""
        self.measured.set_ydata(np.maximum(errors, ZERO_AT))
        self.marker.set_data([chosen], [max(error, ZERO_AT)])
        self.best.set_xdata([best, best])
        # The name of the best step stands on the side that has more room.
        in_left_half = best < np.sqrt(self.steps[0] * self.steps[-1])
        self.best_name.set_text(best_name)
        self.best_name.set_x(best * 1.3 if in_left_half else best / 1.3)
        self.best_name.set_horizontalalignment("left" if in_left_half else "right")
        crossing = int(np.abs(np.log(truncation) - np.log(rounding)).argmin())
        decade = int(np.round(1 / np.log10(self.steps[1] / self.steps[0])))
        # Where nothing is measured: truncation below its line, rounding above it.
        for line, branch, text, shift, raised in (
            (self.truncation, truncation, self.slopes[0], decade, 1),
            (self.rounding, rounding, self.slopes[1], -3 * decade, 5),
        ):
            line.set_ydata(branch)
            at = int(np.clip(crossing + shift, 0, len(self.steps) - 1))
            slope = np.log(branch[-1] / branch[0]) / np.log(self.steps[-1] / self.steps[0])
            text.set_position((self.steps[at], raised * branch[at]))
            text.set_text(f"  slope {slope:.0f}  ".replace("-", "\N{MINUS SIGN}"))
