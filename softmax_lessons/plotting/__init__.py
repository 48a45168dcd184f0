"""Pictures of probabilities, gradients and Jacobians, drawn from arrays onto given Axes.

Every function draws once and returns a record of its artists. The record's `set` gives these same
artists new data, so that a picture that moves is never rebuilt. Nothing is computed but where
things go, and pyplot is never touched. All quantities are dimensionless.
"""

from softmax_lessons.plotting.bars import Bars, draw_bars
from softmax_lessons.plotting.formulas import FormulaMatrix, draw_formulas
from softmax_lessons.plotting.matrices import (
    BlockMatrix,
    HeatMap,
    Margin,
    draw_blocks,
    draw_matrix,
    draw_recognition,
    draw_sums,
)
from softmax_lessons.plotting.simplex import CORNERS, Simplex, draw_simplex
from softmax_lessons.plotting.style import (
    ANALYTIC,
    BACKDROP,
    CLASS_COLOURS,
    ELEMENTWISE,
    NEUTRAL,
    NUMERIC,
    STYLE,
    class_names,
    short_number,
)

__all__ = [
    "ANALYTIC",
    "BACKDROP",
    "CLASS_COLOURS",
    "CORNERS",
    "ELEMENTWISE",
    "NEUTRAL",
    "NUMERIC",
    "STYLE",
    "Bars",
    "BlockMatrix",
    "FormulaMatrix",
    "HeatMap",
    "Margin",
    "Simplex",
    "class_names",
    "draw_bars",
    "draw_blocks",
    "draw_formulas",
    "draw_matrix",
    "draw_recognition",
    "draw_simplex",
    "draw_sums",
    "short_number",
]
