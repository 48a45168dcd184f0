"""The gradient of softmax and mean cross-entropy at the logits, and at the weights before them."""

from softmax_lessons.mistakes.backward import BACKWARD, LOG_BACKWARD
from softmax_lessons.mistakes.formula import Formula, formulas, mistaken, replaced, twisted, within


def with_gradient(known, g):
    """Return the wrong backwards of a list, each sent the gradient that the loss gives it."""
    return within(replaced([formula for formula in known if formula.keys], "g", g), "({}) / N")


_SQUARED = "p * (p - t - sum(p * (p - t)))"
_BINARY = "(p - t) / (p * (1 - p))"
_WRONG = {
    "target-forgotten": ["p / N", "(p + 0 * at_rows(t)) / N"],
    "one-subtracted-everywhere": ["(p - 1) / N", "(p - (t.sum(0) > 0)) / N"],
    "elementwise": ["(p * t - t) / N", "p * (1 - p) * (-t / p) / N"],
    "true-class-only": ["(p * t - t) / N"],
    "off-diagonal-positive": ["(2 * p * t - t - p) / N"],
    "true-class-probability-everywhere": ["(sum(p * t) - t) / N"],
    "target-subtracted-twice": ["(p - 2 * t) / N"],
    "averaged-per-class": ["(p - t) / maximum(t.sum(0), 1)"],
    "first-example-for-all": ["(p - first(t)) / N", "(p - t * (row == 0)) / N"],
    "last-example-for-all": ["(p - last(t)) / N", "(p - t) * (row == N - 1) / N"],
    "summed-over-batch": ["(p - t).mean(0)", "(p - t).sum(0)"],
    "stops-at-probabilities": ["-t / p / N", "where(t == 0, 0, -t / p) / N"],
    "stops-at-log-probabilities": ["-t / N"],
    "long-way": [
        f"p * ({at_p} - sum(p * {at_p})) / N" for at_p in ("(-t / p)", "where(t == 0, 0, -t / p)")
    ],
    "epsilon-in-logarithm": [
        "p * (-t / (p + 1e-12) + sum(p * t / (p + 1e-12))) / N",
        "p * (-t / (p + 1e-7) + sum(p * t / (p + 1e-7))) / N",
        "p * (-t / maximum(p, 1e-12) + sum(p * t / maximum(p, 1e-12))) / N",
    ],
    "squared-error": [f"{_SQUARED} / N", f"2 * {_SQUARED} / N"],
    "squared-error elementwise": ["(p - t) * p * (1 - p) / N", "2 * (p - t) * p * (1 - p) / N"],
    "squared-error softmax-twice": ["softmax(p) * (p - t - sum(softmax(p) * (p - t))) / N"],
    "binary-cross-entropy": [f"{_BINARY} / N", f"p * ({_BINARY} - sum({_BINARY} * p)) / N"],
    "label-indices": ["(p - at_rows(t)) / N", "(p - at_swapped(t)) / N"],
    "logp-for-p": ["(logp - t) / N", "(sum(t * logp) - t) / N"],
}
_CHAINED = [*with_gradient(BACKWARD, "(-t / p)"), *with_gradient(LOG_BACKWARD, "(-t)")]

_EARLY = ["(p - t) * (row == 0) / N", "(p - t * (row == 0)) / N"]
_EARLY += ["where(row == 0, (p - t) / N, p)"]
_LAST = ["(p - t) * (row == N - 1) / N"]

LOSS = formulas("(p - t) / N", {**_WRONG, "loop-ends-early": _EARLY, "array-made-in-loop": _LAST})
LOSS_CHAINED = [*_CHAINED, *with_gradient(twisted(BACKWARD), "(-t / p)")]
"""Wrong backwards behind the cross-entropy, in case that none of `LOSS` fits."""

SOFT_LOSS = formulas(
    "(p * sum(t) - t) / N",
    {
        "loop-ends-early": ["(p * sum(t) - t) * (row == 0) / N"],
        "targets-sum-to-one": ["(p - t) / N"],
        "targets-normalised": ["(p - t / sum(t)) / N"],
        "target-hardened": ["(p - onehot(t)) / N", "(p * sum(t) - onehot(t)) / N"],
        **_WRONG,
    },
)
SOFT_LOSS += twisted(SOFT_LOSS[:1])
"""The same for targets that need not add up to 1."""

_ELSEWHERE = {"summed-over-batch", "long-way", "epsilon-in-logarithm"}
"""What is of another shape here, or makes no difference for logits of usual size."""
_OF_LOGITS = [f for f in LOSS if not (_ELSEWHERE & {*f.keys} or "swapped" in f.text)]
_OF_LOGITS += mistaken(
    {
        "no-average": ["p - t"],
        "averaged-twice": ["(p - t) / N / N"],
        "averaged-over-entries": ["(p - t) / p.shape[1]", "(p - t) / p.size"],
        "sign-flipped": ["(t - p) / N"],
    }
)
_W, _B = "x.T @ (p - t) / N", "sum(p - t, 0) / N"
WEIGHTS = [
    *within(_OF_LOGITS, "vstack((x.T @ ({0}) + lam * W, sum({0}, 0)))"),
    *(
        Formula(f"vstack(({_W}{term}, {bias}))", (key,))
        for key, term, bias in (
            ("no-average", " + lam * W", "sum(p - t, 0)"),
            ("no-average", " * N + lam * W", _B),
            ("averaged-twice", " + lam * W", "mean(p - t, 0) / N"),
            ("regulariser-forgotten", "", _B),
            *(("regulariser-factor", f" + lam * W {x}", _B) for x in ("* 2", "/ 2", "/ N")),
            ("regulariser-itself", " + lam / 2 * W**2", _B),
            ("regulariser-itself", " + lam / 2 * (W**2).sum()", _B),
            ("bias-regularised", " + lam * W", f"{_B} + lam * b"),
        )
    ),
]
WEIGHTS_CHAINED = within(
    _OF_LOGITS[1:], "vstack((x.T @ ({0}), sum({0}, 0)))", "regulariser-forgotten"
)
"""The gradients of the training loss at the weights and, as the last row, at the bias."""
