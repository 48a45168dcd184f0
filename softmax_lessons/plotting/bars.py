"""Groups of bars, with the number at the end of each."""

from dataclasses import dataclass

import numpy as np
from matplotlib.container import BarContainer
from matplotlib.text import Text

from softmax_lessons._arrays import finite_number, real_array, require_shape
from softmax_lessons.plotting.style import require_one_each, short_number


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

    Raises
    ------
    TypeError
        If `series` or `limits` does not hold real numbers.
    ValueError
        If the series differ in length from `ticks`, or `styles` in number from the series, or the
        limits are not two finite numbers, the smaller one first.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from softmax_lessons.plotting import ANALYTIC, class_names
    >>> bars = draw_bars(Figure().add_subplot(), [0.3, 0.7], styles=[ANALYTIC], limits=(0, 1),
    ...                  ticks=class_names(2))
    >>> [float(bar.get_height()) for bar in bars.containers[0]]
    [0.3, 0.7]
    """
    n = len(ticks)
    series = [real_array("series", heights) for heights in series]
    for heights in series:
        require_shape("series", heights, (n,), "ticks")
    require_one_each("styles", styles, len(series), "series")
    require_one_each("limits", limits, 2, "end")
    limits = tuple(finite_number("limits", limit) for limit in limits)
    if not limits[0] < limits[1]:
        raise ValueError(f"limits must have the smaller number first, got {limits}")
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
