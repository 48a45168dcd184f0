"""Sliders over softmax and its Jacobian: an explorer shows itself as the last line of a cell."""

from softmax_lessons.explorers.axis import AxisExplorer
from softmax_lessons.explorers.derivation import DerivationExplorer
from softmax_lessons.explorers.direction import DirectionExplorer
from softmax_lessons.explorers.gradient import GradientExplorer
from softmax_lessons.explorers.jacobian_sums import JacobianExplorer
from softmax_lessons.explorers.logits import LogitsExplorer
from softmax_lessons.explorers.loss_chooser import LossExplorer
from softmax_lessons.explorers.path_chooser import PathExplorer
from softmax_lessons.explorers.step import StepExplorer

__all__ = [
    "AxisExplorer",
    "DerivationExplorer",
    "DirectionExplorer",
    "GradientExplorer",
    "JacobianExplorer",
    "LogitsExplorer",
    "LossExplorer",
    "PathExplorer",
    "StepExplorer",
]
