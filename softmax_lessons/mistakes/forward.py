"""Softmax and its logarithm: how the probabilities come out wrong, everywhere or where it is hard.

`SOFTMAX` holds what shows at any logits. `IMPLEMENTATIONS` holds what is right there, and not at
large logits; each stands in for softmax in every formula that uses it.
"""

from softmax_lessons.mistakes.formula import evaluate, formulas, names

SOFTMAX = formulas(
    "softmax(z)",
    {
        "one-sum-for-all": ["softmax(z, None)", "exp(z - max(z)) / exp(z - max(z)).sum()"],
        "wrong-axis": [
            *("softmax(z, -1)", "softmax(z, 0)", "softmax(z, 1)"),
            *(f"exp(z - max(z)) / sum(exp(z - max(z)), {axis})" for axis in (-1, 0, 1)),
        ],
        "softmax-twice": ["softmax(softmax(z))"],
        "no-exponential": ["z / sum(z)", "abs(z) / sum(abs(z))", "z / z.sum()"],
        "no-exponential wrong-axis": ["z / sum(z, -1)", "z / sum(z, 0)", "z / sum(z, 1)"],
        "sum-of-logits": ["exp(z) / sum(z)", "exp(z - max(z)) / sum(z)"],
        "each-by-itself": ["sigmoid(z)"],
        "negative-exponent": ["softmax(-z)"],
        "not-normalised": ["exp(z)", "exp(z - max(z))", "exp(z) / exp(z).max()"],
        "wrong-base": ["softmax(z * log(2))", "softmax(z * log(10))"],
        "keepdims-missing": [
            "exp(z) / squeeze(sum(exp(z)))",
            "exp(z - max(z)) / squeeze(sum(exp(z - max(z))))",
            "softmax(z - squeeze(max(z)))",
            "exp(z - squeeze(max(z))) / squeeze(sum(exp(z - squeeze(max(z)))))",
        ],
    },
)
"""Probabilities from logits z."""

LOG_SOFTMAX = formulas(
    "logp",
    {
        "no-logarithm": ["p", "z - sum(exp(z))", "z - max(z) - sum(exp(z - max(z)))"],
        "maximum-not-added-back": ["logp + max(z)"],
        "maximum-subtracted-twice": ["logp - max(z)"],
        "logarithm-undoes-exp": ["z - z.sum()", "z - sum(z)", "z - max(z) - sum(z - max(z))"],
        "logarithm-first": ["softmax(log(abs(z) + 1e-9))"],
        "wrong-base": ["logp / log(2)", "logp / log(10)"],
        "one-sum-for-all": ["z - max(z) - log(exp(z - max(z)).sum())"],
        "keepdims-missing": ["z - squeeze(log(sum(exp(z))))"],
    },
)
"""Log-probabilities from logits z, probabilities p and their logarithm logp."""

SHIFTS = {
    "no-shift": ["0"],
    "one-maximum-for-all": ["z.max()"],
    "shift-by-positive-maximum": ["maximum(0, max(z))"],
    "shift-not-maximum": [
        *("mean(z)", "median(z)", "min(z)", "max(abs(z))", "-max(z)"),
        *("z.mean()", "z.take([0], axis)", "z.take([-1], axis)"),
    ],
    "argmax-for-maximum": ["argmax(z)"],
}
"""What is subtracted from the logits in place of `max(z)`."""

IMPLEMENTATIONS = [
    ((), "softmax(z)", "log_softmax(z)"),
    *(
        (
            (key,),
            f"exp(z - {shift}) / sum(exp(z - {shift}))",
            f"z - {shift} - log(sum(exp(z - {shift})))",
        )
        for key, shifts in SHIFTS.items()
        for shift in shifts
    ),
    (("logarithm-of-softmax",), "softmax(z)", "log(softmax(z))"),
    (("no-shift", "logarithm-of-softmax"), "softmax(z)", "log(exp(z) / sum(exp(z)))"),
    (("epsilon-in-logarithm",), "softmax(z)", "log(softmax(z) + 1e-9)"),
    *(
        (("clipped-logits",), f"softmax(clip(z, {clip}))", f"log_softmax(clip(z, {clip}))")
        for clip in ("-20, 20", "-50, 50", "-100, 100", "-500, 500", "-inf, 50", "-inf, 500")
    ),
    (("no-shift", "nan-hidden"), "nan_to_num(exp(z) / sum(exp(z)))", "log_softmax(z)"),
    (("products-overflow",), "exp(z) * sum(exp(z)) / sum(exp(z)) ** 2", "log_softmax(z)"),
]
"""Softmax, and its logarithm, as they are computed: the mistakes in it, and the two formulas."""


def implementation(text):
    """Return a function of logits and an axis that computes a formula in z as it stands."""
    return lambda z, axis: evaluate(text, names(z, axis, z=z))
