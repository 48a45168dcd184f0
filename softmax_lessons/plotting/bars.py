"""Groups of bars, with the number at the end of each."""

import numpy as np
from matplotlib.patches import Rectangle

from softmax_lessons.plotting.style import ACCENT, short_number


def zigzag(x, width, y, height):
    """Return the points of a line to and fro across a bar, with a gap after it."""
    at = np.linspace(x, x + width, 5)
    return [*zip(at, y + height * np.array([-1, 1, -1, 1, -1]), strict=True), (np.nan, np.nan)]


class Bars:
    """One group of bars for each of `ticks`, and in it one bar for each of `styles`.

    `limits` is what the axis spans, whatever the data, with a margin for labels: a part of that.
    """

    def __init__(self, ax, ticks, *, styles, limits, label_size=13, margin=0.12):
        self.ax, self.limits = ax, limits
        width = (0.8 if len(styles) < 3 else 0.9) / len(styles)
        self.containers, self.labels = [], []
        for k, style in enumerate(styles):
            x = np.arange(len(ticks)) + (k - (len(styles) - 1) / 2) * width
            self.containers.append(ax.bar(x, np.zeros(len(ticks)), width, **style))
            self.labels.append([ax.text(at, 0, "", ha="center", fontsize=label_size) for at in x])
        margin *= limits[1] - limits[0]
        ax.set_ylim(limits[0] - (margin if limits[0] < 0 else 0), limits[1] + margin)
        ax.set_xticks(range(len(ticks)), ticks)
        ax.tick_params(bottom=False)
        ax.axhline(0, color="black", linewidth=1)
        # A bar beyond the limits ends there, with a break through it.
        within = Rectangle((0, limits[0]), 1, limits[1] - limits[0])
        within.set_transform(ax.get_yaxis_transform())
        for bar in (bar for bars in self.containers for bar in bars):
            bar.set_clip_path(within)
        (self.breaks,) = ax.plot([], [], color="white", linewidth=3, solid_joinstyle="miter")
        self.texts = [label for labels in self.labels for label in labels]
        self.artists = [bar for bars in self.containers for bar in bars]
        self.artists += [self.breaks, *self.texts]

    def set(self, *series):
        """Give every series of bars new heights, each of shape (n,); NaN has no bar."""
        gap, breaks = 0.02 * (self.limits[1] - self.limits[0]), []
        for bars, labels, heights in zip(self.containers, self.labels, series, strict=True):
            for bar, label, height in zip(bars, labels, heights, strict=True):
                bar.set_height(height)
                end = np.clip(height, *self.limits)
                cut = abs(height - end) > 1e-9  # what rounding adds is none
                text = short_number(height, 1 if cut else 2)
                up = not text.startswith("\N{MINUS SIGN}")  # a zero does not hop
                if cut:
                    breaks += zigzag(
                        bar.get_x(), bar.get_width(), end - 3 * gap * np.sign(end), gap
                    )
                label.set_y(end + gap if up else end - gap)
                label.set_verticalalignment("bottom" if up else "top")
                label.set_text("" if np.isnan(height) else text)
        self.breaks.set_data(*np.reshape(breaks, (-1, 2)).T)


class Levels:
    """A dashed line across each of some bars, not through their numbers, which stand above.

    Its `set` comes after that of the bars.
    """

    def __init__(self, bars):
        self.at, self.bars = range(len(bars.labels[0])), bars
        self.lines = bars.ax.hlines(
            [0 for _ in self.at], [k - 0.45 for k in self.at], [k + 0.45 for k in self.at],
            colors=ACCENT, linestyles="dashed", linewidth=3,
        )  # fmt: skip
        self.artists = [self.lines]

    def set(self, heights):
        """Move the lines to other heights, shape (n,), and above them the numbers in their way."""
        ax, gap = self.bars.ax, 0.02 * np.ptp(self.bars.limits)
        high = np.ptp(ax.get_ylim()) / (72 * ax.bbox.height / ax.figure.dpi)  # of a point
        for label, height in zip(self.bars.labels[0], heights, strict=True):
            x, y = label.get_position()
            if y < height + gap and height < y + high * label.get_fontsize():
                label.set_position((x, height + 2 * gap))
        segments = [[(k - 0.45, h), (k + 0.45, h)] for k, h in zip(self.at, heights, strict=True)]
        self.lines.set_segments(segments)
