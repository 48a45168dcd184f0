"""The Jacobian: formulas in p_i, which varies down the rows, p_j, along them, and delta."""

from softmax_lessons.mistakes.formula import formulas, mistaken, within

JACOBIAN = formulas(
    "p_i * (delta - p_j)",
    {
        "elementwise": ["delta * p_i * (1 - p_i)", "p * (1 - p)"],
        "sum-held-constant": ["delta * p_i"],
        "diagonal-left-out": ["-p_i * p_j", "(delta - 1) * p_i * p_j"],
        "diagonal-negative": ["(2 * delta - 1) * p_i * p_j - delta * p_i", "-p_i * (delta + p_j)"],
        "diagonal-without-p": ["delta - p_i * p_j"],
        "own-product-missing": ["delta * p_i * (1 + p_j) - p_i * p_j"],
        "own-product-twice": ["delta * p_i * (1 - p_j) - p_i * p_j"],
        "off-diagonal-positive": [
            "delta * (p_i - 2 * p_i * p_j) + p_i * p_j",
            "p_i * (delta + p_j)",
        ],
        "index-mixed-up": ["p_i * (delta - p_i)", "p_j * (delta - p_j)"],
        "outer-product-forgotten": [
            *("delta * p_i - p_j", "delta * p_i - p_i", "delta * p_i - sum(p * p)[..., None]"),
        ],
        "log-softmax-rule": ["delta - p_j", "delta - p_i"],
        "delta-forgotten": ["p_i * (1 - p_j)", "p_j * (1 - p_i)"],
        "loop-ends-early": [f"p_i * (delta - p_j) * delta[:, :1]{k}" for k in ("", " * delta[:1]")],
    },
)
"""The Jacobian of softmax, for one vector or for each row of a batch."""

BATCHED = [
    *JACOBIAN,
    *mistaken(
        {
            "first-example-for-all": ["(p_i * (delta - p_j))[:1] + zeros_like(delta * p_i)"],
            "last-example-for-all": ["(p_i * (delta - p_j))[-1:] + zeros_like(delta * p_i)"],
            "summed-over-batch": [
                "(p_i * (delta - p_j)).sum(0)",
                "(p_i * (delta - p_j)).mean(0)",
                "p_i * delta - (p_i * p_j).sum(0)",
                "p_i * delta - (p_i * p_j).mean(0)",
            ],
            "examples-for-classes": ["p_i * (eyeN - p_j)"],
            "loop-ends-early": ["p_i * (delta - p_j) * (row == 0)[..., None]"],
            "array-made-in-loop": ["p_i * (delta - p_j) * (row == N - 1)[..., None]"],
            "axis-missing": ["p_i * (delta - p)", "delta * p_i - p[:, :, None] * p"],
            "batch-flattened": ["diagflat(p) - outer(p, p)"],
            "whole-batch-jacobian": [
                "(p_i * (delta - p_j))[:, :, None] * eyeN[:, None, :, None]",
                "diagflat(p) - outer(p, p) * (eyeN[:, None, :, None] + 0 * delta[:, None])"
                ".reshape(p.size, p.size)",
            ],
        }
    ),
]
"""The Jacobians of a batch."""

BATCHED_TWISTED = [
    *within(JACOBIAN[1:], "({})[:1] + zeros_like(delta * p_i)", "first-example-for-all"),
    *within(JACOBIAN[1:], "({})[-1:] + zeros_like(delta * p_i)", "last-example-for-all"),
    *within(JACOBIAN[1:], "({}).sum(0)", "summed-over-batch"),
    *within(JACOBIAN[1:], "({}).mean(0)", "summed-over-batch"),
]
"""Wrong Jacobians of a batch with a further mistake."""
