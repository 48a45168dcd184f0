"""Pictures of curves, and of a chosen point on them, drawn from arrays onto given Axes.

The rules are those of `softmax_lessons.plotting`: a function draws once and returns a record of its
artists, whose `set` gives these new data; nothing is computed but where things go, and pyplot is
never touched.
"""

from dataclasses import dataclass

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.text import Text

from softmax_lessons._arrays import finite_number, real_array, real_number, require_shape
from softmax_lessons.plotting import ANALYTIC, BACKDROP, CLASS_COLOURS, NUMERIC

ZERO_AT = 1e-18
"""Where an error of exactly 0 is drawn on a logarithmic axis, below any error of a float64."""


@dataclass(frozen=True)
class Curves:
    """The artists of `draw_curves`: a line and a marker for each series, one vertical line."""

    lines: tuple[Line2D, ...]
    markers: tuple[Line2D, ...]
    rule: Line2D

    @property
    def artists(self):
        """Everything that `set` may change."""
        return [self.rule, *self.lines, *self.markers]

    def set(self, *series, at, heights):
        """Give every curve new values, and put the markers on `heights` above `at`."""
        for line, values in zip(self.lines, series, strict=True):
            line.set_ydata(values)
        for marker, height in zip(self.markers, heights, strict=True):
            marker.set_data([at], [height])
        self.rule.set_xdata([at, at])


def _values(name, values, x=None):
    """Return the values of a curve as floats, as many as there are of x."""
    values = real_array(name, values)
    if values.ndim != 1 or not values.size:
        raise ValueError(f"{name} must have shape (n,), n at least 1, got {values.shape}")
    if x is not None:
        require_shape(name, values, x.shape, "what is along the axis")
    return values


def draw_curves(ax, x, *series, at, heights, styles):
    """Draw curves over the same x, each with a marker at one place.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    x : array_like of shape (n,)
    *series : array_like of shape (n,)
        The values of each curve.
    at : float
        Where the markers and a vertical line are.
    heights : sequence of float
        The value of each curve there.
    styles : list of dict
        The look of each curve, as keyword arguments of a line; "marker" is that of its marker.

    Returns
    -------
    Curves

    Raises
    ------
    TypeError
        If `x`, `series`, `at` or `heights` does not hold real numbers.
    ValueError
        If the curves differ in length from `x`, or `heights` or `styles` in number from the curves.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> curves = draw_curves(Figure().add_subplot(), [0, 1, 2], [0, 1, 4], at=1, heights=[1],
    ...                      styles=[{"marker": "o"}])
    >>> curves.set([0, 2, 8], at=2, heights=[8])
    >>> [float(y[0]) for y in curves.markers[0].get_data()]
    [2.0, 8.0]
    """
    x = _values("x", x)
    series = [_values("series", values, x) for values in series]
    at, heights = real_number("at", at), [real_number("heights", height) for height in heights]
    for name, things in (("heights", heights), ("styles", styles)):
        if len(things) != len(series):
            raise ValueError(f"{name} must hold one for each of {len(series)}, got {len(things)}")
    rule = ax.axvline(at, color="black", linestyle=":", linewidth=1.5)
    lines, markers = [], []
    for values, style in zip(series, styles, strict=True):
        rest = {key: value for key, value in style.items() if key != "marker"}
        lines += ax.plot(x, values, linewidth=3, **rest)
        markers += ax.plot(
            [], [], style["marker"], markersize=12, markeredgecolor="black",
            color=lines[-1].get_color(), clip_on=False,
        )  # fmt: skip
    curves = Curves(tuple(lines), tuple(markers), rule)
    curves.set(*series, at=at, heights=heights)
    return curves


@dataclass(frozen=True)
class StepCurve:
    """The artists of `draw_step_curve`: measured errors, the two branches, and what is chosen."""

    measured: Line2D
    truncation: Line2D
    rounding: Line2D
    best: Line2D
    marker: Line2D
    slopes: tuple[Text, Text]
    best_name: Text

    @property
    def artists(self):
        """Everything that `set` may change."""
        lines = [self.best, self.measured, self.truncation, self.rounding, self.marker]
        return [*lines, *self.slopes, self.best_name]

    def set(self, errors, truncation, rounding, *, best, best_name, chosen, error):
        """Show the errors of another scheme or dtype, or another chosen step."""
        steps = self.measured.get_xdata()
        self.measured.set_ydata(np.maximum(errors, ZERO_AT))
        self.marker.set_data([chosen], [max(error, ZERO_AT)])
        self.best.set_xdata([best, best])
        # The name of the best step stands on the side that has more room.
        in_left_half = best < np.sqrt(steps[0] * steps[-1])
        self.best_name.set_text(best_name)
        self.best_name.set_x(best * 1.3 if in_left_half else best / 1.3)
        self.best_name.set_horizontalalignment("left" if in_left_half else "right")
        crossing = int(np.abs(np.log(truncation) - np.log(rounding)).argmin())
        decade = int(np.round(1 / np.log10(steps[1] / steps[0])))
        # Where nothing is measured: truncation below its line, rounding above it.
        for line, branch, text, shift, raised in (
            (self.truncation, truncation, self.slopes[0], decade, 1),
            (self.rounding, rounding, self.slopes[1], -3 * decade, 5),
        ):
            line.set_ydata(branch)
            at = int(np.clip(crossing + shift, 0, len(steps) - 1))
            slope = np.log(branch[-1] / branch[0]) / np.log(steps[-1] / steps[0])
            text.set_position((steps[at], raised * branch[at]))
            text.set_text(f"  slope {slope:.0f}  ".replace("-", "\N{MINUS SIGN}"))


def draw_step_curve(
    ax, steps, errors, truncation, rounding, *, best, best_name, chosen, error
):  # fmt: skip
    """Draw the error of a difference quotient against its step, both axes logarithmic.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    steps : array_like of shape (n,)
        Increasing, in equal ratios.
    errors : array_like of shape (n,)
        What was measured; 0 is drawn on a line of its own at the bottom.
    truncation, rounding : array_like of shape (n,)
        What is expected of either source of error: powers of the step.
    best : float
        The step that is said to be best.
    best_name : str
        How it is called.
    chosen, error : float
        One step that is looked at, and its error.

    Returns
    -------
    StepCurve

    Raises
    ------
    TypeError
        If an array or a number is not real.
    ValueError
        If the arrays differ in length, `steps` are not at least two increasing positive numbers,
        `truncation` or `rounding` holds one that is not positive and finite, or `best` or `chosen`
        is not positive and finite.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> h = np.array([1e-3, 1e-2, 1e-1])
    >>> curve = draw_step_curve(Figure().add_subplot(), h, h + 1e-4 / h, h, 1e-4 / h, best=1e-2,
    ...                         best_name="square root", chosen=1e-1, error=0.101)
    >>> [text.get_text().strip() for text in curve.slopes]
    ['slope 1', 'slope −1']
    """
    steps = _values("steps", steps)
    errors = _values("errors", errors, steps)
    positive = {"steps": steps, "best": finite_number("best", best)}
    positive["chosen"] = finite_number("chosen", chosen)
    for name, branch in (("truncation", truncation), ("rounding", rounding)):
        positive[name] = _values(name, branch, steps)
    for name, numbers in positive.items():
        if not (np.isfinite(numbers) & (np.asarray(numbers) > 0)).all():
            raise ValueError(f"{name} must be positive and finite, got {numbers}")
    if len(steps) < 2 or not (np.diff(steps) > 0).all():
        raise ValueError(f"steps must be at least two increasing numbers, got {steps}")
    truncation, rounding = positive["truncation"], positive["rounding"]
    error = real_number("error", error)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(steps[0] / 3, steps[-1] * 10)
    ax.set_ylim(ZERO_AT / 100, 100)
    ax.set_yticks(10.0 ** np.arange(-16, 1, 4))
    ax.minorticks_off()
    ax.axhline(ZERO_AT, color="black", linestyle=":", linewidth=1)
    ax.text(0.99, ZERO_AT, "errors of exactly 0", ha="right", va="top", fontsize=13,
            transform=ax.get_yaxis_transform())  # fmt: skip
    best_line = ax.axvline(best, color="#666666", linewidth=2)
    colour = {"color": NUMERIC["facecolor"], "markeredgecolor": "black"}
    (measured,) = ax.plot(steps, steps, "o-", markersize=6, linewidth=1.5, **colour)
    place = {"linewidth": 3, "alpha": 0.9}
    (truncation_line,) = ax.plot(steps, steps, "--", color=ANALYTIC["facecolor"], **place)
    (rounding_line,) = ax.plot(steps, steps, "-.", color=CLASS_COLOURS[2], **place)
    (marker,) = ax.plot([], [], "D", markersize=14, markeredgewidth=2.5, markeredgecolor="black",
                        color="#D55E00", clip_on=False)  # fmt: skip
    slopes = tuple(ax.text(1, 1, "", va=side, fontweight="bold") for side in ("top", "bottom"))
    name = ax.text(1, 100, "", va="top", fontsize=14, bbox=BACKDROP)
    curve = StepCurve(measured, truncation_line, rounding_line, best_line, marker, slopes, name)
    curve.set(
        errors, truncation, rounding, best=best, best_name=best_name, chosen=chosen, error=error
    )
    return curve
