"""The step back through softmax and through log_softmax."""

from softmax_lessons.mistakes.formula import formulas, mistaken

OF_ONE = ["p * ({0}(g) - sum(p * {0}(g)))", "p * (g - sum({0}(p * g)))"]
OF_ONE += ["{0}(p) * (g - sum({0}(p) * g))"]
OF_OTHERS = [
    "(sum(g) - g)",
    "(sum(p * g) - p * g)",
    "p * (sum(p * g) - g)",
    "p * (sum(g) - g)",
    "p * (1 - p)",
]
OF_OTHERS += ["p * (sum(g) - g - p * g)", "p * (sum(p * g) - p)", "sum(p * g)"]
FIRST = ["(row == 0)", "(row == 0) * (column == 0)"]
SHIFTED = ["g * (k < n - 1)", "g * (k > 0)", "shifted(g, 1)", "shifted(g, -1)"]
SHIFTED += ["shifted(g, 1) * (k > 0)", "shifted(g, -1) * (k < n - 1)"]

BACKWARD = formulas(
    "p * (g - sum(p * g))",
    {
        "elementwise": ["p * (1 - p) * g"],
        "elementwise probabilities-left-out": ["(1 - p) * g", "(N - p) * g"],
        "passes-through": ["g"],
        "sum-held-constant": ["p * g"],
        "sum-not-weighted": ["p * (g - sum(g))"],
        "mean-subtracted": ["g - mean(g)", "p * g - mean(p * g)", "p * g - mean(g)"],
        "plain-mean": ["p * (g - mean(g))"],
        "mean-of-products": ["p * (g - mean(p * g))"],
        "probabilities-left-out": ["g - sum(p * g)", "p * g - sum(p * g)"],
        "log-softmax-rule": ["g - p * sum(g)"],
        "weighted-twice": ["g - p * sum(p * g)"],
        "outer-product-forgotten": ["p * g - sum(p * p) * sum(g)"],
        "diagonal-negative": ["-p * (g + sum(p * g))", "p * (2 * p - 1) * g - p * sum(p * g)"],
        "own-product-missing": ["p * (g + p * g - sum(p * g))"],
        "own-product-twice": ["p * (g - p * g - sum(p * g))"],
        "loop-ends-early": [f"p * (g - sum(p * g)) * {first}" for first in FIRST],
        "index-mixed-up": ["p * g - p**2 * sum(g)", "p * g - sum(p**2 * g)"],
        "diagonal-left-out": ["-p * sum(p * g)", "p * (p * g - sum(p * g))"],
        "off-diagonal-positive": [f"p * (1 - {k} * p) * g + p * sum(p * g)" for k in (0, 1, 2)],
        "delta-forgotten": ["p * sum((1 - p) * g)", "(1 - p) * sum(p * g)"],
        "one-sum-over-batch": ["p * (g - (p * g).sum())"],
        "wrong-axis": [f"p * (g - sum(p * g, {axis}))" for axis in (-1, 0, 1)],
        "keepdims-missing": ["p * (g - squeeze(sum(p * g)))"],
        "first-example-for-all": [text.format("first") for text in OF_ONE],
        "last-example-for-all": [text.format("last") for text in OF_ONE],
        "assumes-cross-entropy": ["p - g"],
        "incoming-gradient-twice": ["p * (g - sum(p * g)) * g", "p * (g - sum(p * g * g))"],
        "jacobian-not-multiplied": ["p_i * (delta - p_j)"],
        "batch-flattened": ["diagflat(p) - outer(p, p)"],
    },
)
"""The gradient at the logits from probabilities p and the incoming gradient g."""
SLIPS = mistaken(
    {
        "axis-missing": ["((p * g)[:, :, None] * (delta - p)).sum(1)"],
        "others-incomplete": [f"p * (1 - p) * g - {others}" for others in OF_OTHERS],
        "one-index-off": [f"p * (g - sum(p * {others}))" for others in SHIFTED],
        "first-entry-only": ["p * (first_entry(g) - sum(p * first_entry(g)))"],
        "array-made-in-loop": ["p * (g - sum(p * g)) * (row == N - 1)"],
    }
)
"""The same, with mistakes that seldom come with a second one."""
IN_LOOPS = mistaken(
    {
        "array-made-in-loop": ["p * (g - sum(p * g)) * (k == n - 1)"],
        "loop-ends-early": ["p * (1 - p) * g * (k == 0)"],
        "one-index-off": [f"p * ({others} - sum(p * {others}))" for others in SHIFTED[:2]],
        "sum-overwritten": ["p * (g * (k == n - 1) - sum(p * g * (k == n - 1)))"],
        "sum-not-restarted": ["cumsum(p * (g - sum(p * g))).reshape(p.shape)"],
    }
)
"""The same for one example, with slips that loops over its classes make."""

LOG_BACKWARD = formulas(
    "g - p * sum(g)",
    {
        "softmax-rule": ["p * (g - sum(p * g))"],
        "logp-for-p": ["g - logp * sum(g)", "g - sum(g * logp)", "g - logp * sum(g * logp)"],
        "softmax-rule probabilities-left-out": ["g - sum(p * g)"],
        "softmax-rule logp-for-p": ["logp * (g - sum(logp * g))"],
        "weighted-twice": ["g - p * sum(p * g)"],
        "outer-product-forgotten": ["p * g - sum(p * p) * sum(g)"],
        "probabilities-left-out": ["g - sum(g)"],
        "mean-subtracted": ["g - mean(g)"],
        "plain-mean": ["g - p * mean(g)"],
        "passes-through": ["g"],
        "log-softmax-diagonal": ["(1 - p) * g"],
        "stops-at-probabilities": ["g / p"],
        "off-diagonal-positive": ["g + p * sum(g)"],
        "sum-held-constant": ["p * g"],
        "diagonal-left-out": ["-p * sum(g)"],
        "assumes-cross-entropy": ["g - p", "p - g"],
        "one-sum-over-batch": ["g - p * g.sum()"],
        "wrong-axis": ["g - p * sum(g, -1)", "g - p * sum(g, 0)", "g - p * sum(g, 1)"],
        "keepdims-missing": ["g - p * squeeze(sum(g))"],
        "first-example-for-all": ["first(g) - p * sum(first(g))", "g - p * sum(first(g))"],
        "last-example-for-all": ["last(g) - p * sum(last(g))", "g - p * sum(last(g))"],
        "jacobian-not-multiplied": ["delta - p_j", "delta - p_i"],
    },
)
"""The gradient at the logits from log-probabilities logp and the incoming gradient g."""
