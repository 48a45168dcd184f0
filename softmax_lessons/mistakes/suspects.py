"""Right and wrong backwards, f(p, g, axis=-1), to try a gradient checker on."""

import numpy as np

from softmax_lessons.mistakes.formula import evaluate, names
from softmax_lessons.numerics import softmax_backward


def backward_of(text):
    """Return a formula in p and g as a function f(p, g, axis=-1)."""
    return lambda p, g, axis=-1: np.array(evaluate(text, names(p, axis, p=p, g=g)), dtype=float)


WRONG_BACKWARDS = {
    name: backward_of(text)
    for name, text in {
        "p (1 - p) g": "p * (1 - p) * g",
        "rows of the Jacobian summed": "p * (1 - sum(p)) * g",
        "zeros": "0 * p",
        "g": "g",
        "p g": "p * g",
        "p (g - sum(g))": "p * (g - sum(g))",
        "g - mean(g)": "g - mean(g)",
        "p g - p² sum(g)": "p * g - p**2 * sum(g)",
        "sign flipped": "p * (sum(p * g) - g)",
        "doubled": "2 * p * (g - sum(p * g))",
        "one sum over the batch": "p * (g - (p * g).sum())",
        "sum along the first axis": "p * (g - sum(p * g, 0))",
        "first slice's gradient for all": "p * (first(g) - sum(p * first(g)))",
        "p - g": "p - g",
    }.items()
}
"""Fourteen wrong backwards by name, f(p, g, axis=-1), for checks of gradient checkers."""


def by_columns(p, g, axis=-1):
    """Multiply with the Jacobian one column at a time: a right backward, for comparison."""
    p, g = np.moveaxis(p, axis, -1), np.moveaxis(g, axis, -1)
    columns = [
        (p[..., j : j + 1] * (np.eye(p.shape[-1])[j] - p) * g).sum(axis=-1)
        for j in range(p.shape[-1])
    ]
    return np.moveaxis(np.stack(columns, axis=-1), -1, axis)


def by_jacobian(p, g, axis=-1):
    """Multiply with the whole Jacobian: a right backward, for comparison."""
    p, g = np.moveaxis(p, axis, -1), np.moveaxis(g, axis, -1)
    jacobian = p[..., :, np.newaxis] * (np.eye(p.shape[-1]) - p[..., np.newaxis, :])
    return np.moveaxis(np.einsum("...i,...ij->...j", g, jacobian), -1, axis)


RIGHT_BACKWARDS = {
    "closed form": softmax_backward,
    "weighted mean": backward_of("p * (g - sum(p * g) / sum(p))"),
    "one column at a time": by_columns,
    "whole Jacobian": by_jacobian,
}
"""Right backwards by name, f(p, g, axis=-1)."""

Y = "(p * (g - sum(p * g)))"
"""The right gradient."""
PARTS = ["row == 0", "column == 0", "row == N - 1", "column == n - 1"]
CORNERS = [f"({row}) & ({column})" for row in PARTS[::2] for column in PARTS[1::2]]
SUBTLE = {
    "compares-part": [
        # So far off that no tolerance is as large.
        *(f"where({part}, {Y}, {Y} + 50)" for part in PARTS + CORNERS),
        *(f"where({part}, {Y} + 50, {Y})" for part in [*PARTS, "row == 1", "column == 1"]),
    ],
    # The same sums, means and norms.
    "compares-sums": [f"flip({Y})"],
    "without-abs": [f"{Y} - 50", f"{Y} + 50"],
    "loose-tolerance": [f"1.05 * {Y}", f"0.95 * {Y}", f"{Y} + 0.002 * abs(g).max()"],
    # Right where one entry of g in each row is not 0.
    "one-entry-gradients": ["p * (g - min(p * g))", "p * (g - max(p * g))"],
    # Right where there are as many examples as classes.
    "square-batch": [f"{Y} * N / n"],
}
"""Wrong backwards that a checker accepts which makes one of these mistakes."""
NAMED = RIGHT_BACKWARDS | WRONG_BACKWARDS
BACKWARDS = NAMED | {
    (key, k): backward_of(text) for key, texts in SUBTLE.items() for k, text in enumerate(texts)
}
