"""Pictures of probabilities, gradients and Jacobians, drawn onto given Axes for the explorers.

Every class here draws its artists once, when it is made, without data. `set` gives these same
artists data, so that a picture that moves is never built anew; `artists` is all that `set` may
change. Nothing is computed but where things go, arguments are not checked, and pyplot is never
touched. All quantities are dimensionless. What shows itself in a cell is a `Still`.
"""

from softmax_lessons.plotting.bars import Bars, Levels
from softmax_lessons.plotting.curves import Curves, StepCurve
from softmax_lessons.plotting.gradient_and_mean import plot_gradient_and_mean
from softmax_lessons.plotting.images import ImageRows, Mosaic
from softmax_lessons.plotting.matrices import BlockMatrix, FormulaMatrix, HeatMap, Sums
from softmax_lessons.plotting.paths import Paths, added, plot_paths
from softmax_lessons.plotting.runs import plot_losses, plot_probabilities
from softmax_lessons.plotting.simplex import Simplex
from softmax_lessons.plotting.style import (
    ACCENT,
    ANALYTIC,
    CLASS_COLOURS,
    ELEMENTWISE,
    NEUTRAL,
    NUMERIC,
    STYLE,
    YOURS,
    Label,
    class_names,
    short_number,
)

__all__ = [
    "ACCENT",
    "ANALYTIC",
    "CLASS_COLOURS",
    "ELEMENTWISE",
    "NEUTRAL",
    "NUMERIC",
    "STYLE",
    "YOURS",
    "Bars",
    "BlockMatrix",
    "Curves",
    "FormulaMatrix",
    "HeatMap",
    "ImageRows",
    "Label",
    "Levels",
    "Mosaic",
    "Paths",
    "Simplex",
    "StepCurve",
    "Sums",
    "added",
    "class_names",
    "plot_gradient_and_mean",
    "plot_losses",
    "plot_paths",
    "plot_probabilities",
    "short_number",
]
