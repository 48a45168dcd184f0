"""Softmax and its Jacobian in SymPy: for 2, 3, 4 logits written out, and for every n at once.

Indices count from 1, as in the mathematics: the logits are z_1, ..., z_n. The Jacobian is
J[i, j] = dp_i/dz_j, the layout of SymPy's `Matrix.jacobian`. All quantities are dimensionless.
"""

from softmax_lessons.symbolic.derivation import Abbreviation, Derivation, Step, softmax_derivation
from softmax_lessons.symbolic.formulas import (
    GeneralEntry,
    general_jacobian_entry,
    jacobian,
    logits,
    numeric,
    softmax,
)

__all__ = [
    "Abbreviation",
    "Derivation",
    "GeneralEntry",
    "Step",
    "general_jacobian_entry",
    "jacobian",
    "logits",
    "numeric",
    "softmax",
    "softmax_derivation",
]
