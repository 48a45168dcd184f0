"""Numeric gradients: formulas in the true gradient G, and what the points tell that were asked."""

import numpy as np

from softmax_lessons.mistakes.formula import formulas

_WRONG = {
    "all-at-once": ["G.sum()", "G.sum() + 0 * G", "sum(G) + 0 * G", "G.sum(0) + 0 * G"],
    "not-restored": ["cumsum(G).reshape(G.shape)"],
    "loop-ends-early": ["G * (cumsum(0 * G + 1).reshape(G.shape) == 1)"],
}
NUMERIC_GRADIENT = formulas("G", _WRONG)
"""A numeric gradient."""


def moves_tell(seen, ratio):
    """Return the mistakes that the points show at which a function was called.

    `ratio` is what the result is times the gradient, where it is that, else None.
    """
    moves = [move for one in seen for move in one.moves]
    if not moves:
        return []
    if any(move is None for move in moves):
        return ["flattened-point"]
    step = max(np.abs(move).max(initial=0) for move in moves)
    if step == 0:
        return ["nothing-moves"]
    if ratio is not None:

        def is_times(*factors):
            return any(abs(abs(ratio) / c - 1) < 0.01 for c in factors)

        turned = ["sign-flipped"] * bool(ratio < 0)
        if is_times(step, 2 * step):
            return ["not-divided", *turned]
        wrong = is_times(step**2, 2 * step**2, step**2 / 2)
        return ["missing-bracket", *turned] if wrong else []
    # Without brackets the result is little but a value of the function.
    factors = (1, 1 - 1 / step, 1 - 1 / (2 * step), 1 / step, 1 / (2 * step))
    for one in (one for one in seen if one.array is not None):
        function, x = one.case.arguments
        near = [np.allclose(one.array, function.value(x) * c, rtol=0.01, atol=0) for c in factors]
        if any(near):
            return ["missing-bracket"]
    several = [move for one in seen if len(one.moves) > 2 for move in one.moves]
    moved = [(np.count_nonzero(move), move.size) for move in several]
    if any(n > 1 for n, _ in moved):
        growing = any(n == 1 for n, _ in moved) and any(n == size > 2 for n, size in moved)
        return ["not-restored" if growing else "all-at-once"]
    sides = {np.sign(move.real.sum()) for move in moves if move.any()}
    one_sided = step > 2e-7 or step <= 1e-9
    keys = ["one-sided-difference"] if one_sided and sides in ({1.0}, {-1.0}) else []
    keys = ["step-too-small"] * bool(step <= 1e-9) + keys
    return keys + ["step-too-large"] * bool(step > 2e-4)
