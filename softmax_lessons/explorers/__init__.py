"""Sliders over softmax and its Jacobian: an explorer shows itself as the last line of a cell."""

from softmax_lessons.explorers.derivation import DerivationExplorer
from softmax_lessons.explorers.elementwise import ElementwiseExplorer
from softmax_lessons.explorers.gradient import GradientExplorer
from softmax_lessons.explorers.jacobian import JacobianExplorer
from softmax_lessons.explorers.logits import LogitsExplorer

__all__ = [
    "DerivationExplorer",
    "ElementwiseExplorer",
    "GradientExplorer",
    "JacobianExplorer",
    "LogitsExplorer",
]
