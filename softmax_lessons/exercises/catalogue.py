"""The exercises: what is given and returned in each, and the formulas that people write instead."""

import re
from dataclasses import replace
from itertools import permutations, product

from softmax_lessons.exercises import inputs
from softmax_lessons.exercises.checking import moves_tell
from softmax_lessons.exercises.exercise import COMMON, MEAN, SIGN, TWICE, Exercise
from softmax_lessons.misconceptions.backward import BACKWARD, LOG_BACKWARD
from softmax_lessons.misconceptions.formula import Formula, formulas, twisted
from softmax_lessons.misconceptions.forward import LOG_SOFTMAX, SOFTMAX
from softmax_lessons.misconceptions.jacobian import BATCHED, BATCHED_TWISTED, JACOBIAN
from softmax_lessons.misconceptions.loss import LOSS, LOSS_CHAINED, SOFT_LOSS

_FROM_LOGITS = [*SOFTMAX, Formula("z", ("logits-for-probabilities",))]
_WITH_GRADIENT = [*_FROM_LOGITS, Formula("softmax(g)", ("softmax-of-gradient",))]
_BACKWARD_FACTORS = [*COMMON, MEAN, (("averaged-over-entries",), lambda N, n: 1 / n)]
_LOSS_FACTORS = [
    *COMMON,
    (("no-average",), lambda N, n: N),
    (("averaged-twice",), lambda N, n: 1 / N),
    (("averaged-over-entries",), lambda N, n: 1 / n),
    (("averaged-over-entries",), lambda N, n: N / n),
]


def _in(text, **new):
    """Return a formula with other expressions for its names."""
    return re.sub(r"\b(?:" + "|".join(new) + r")\b", lambda name: new[name[0]], text)


SOFTMAX_EXERCISE = Exercise(
    "softmax(z, axis)", ("z", "axis"), inputs.SOFTMAX, SOFTMAX, formulas("p", {})
)
LOG_SOFTMAX_EXERCISE = Exercise(
    "log_softmax(z, axis)", ("z", "axis"), inputs.SOFTMAX, SOFTMAX, LOG_SOFTMAX
)
JACOBIAN_EXERCISE = Exercise("softmax_jacobian(z)", ("z",), inputs.JACOBIAN, _FROM_LOGITS, JACOBIAN)
BATCHED_EXERCISE = Exercise(
    "batched_jacobian(z)",
    ("z",),
    inputs.BATCHED_JACOBIAN,
    _FROM_LOGITS,
    BATCHED,
    [*COMMON, MEAN],
    BATCHED_TWISTED,
)
VJP_EXERCISE = Exercise(
    "softmax_vjp(z, cotangent)",
    ("z", "g"),
    inputs.VJP,
    _WITH_GRADIENT,
    [
        *BACKWARD,
        Formula("softmax(g) * (z - sum(softmax(g) * z))", ("softmax-of-gradient",)),
    ],
    _BACKWARD_FACTORS,
    twisted(BACKWARD),
)
BACKWARD_EXERCISE = Exercise(
    "softmax_backward(p, grad_p, axis)",
    ("p", "g", "axis"),
    inputs.BACKWARD,
    formulas("p", {"softmax-twice": ["softmax(p)"], "softmax-of-gradient": ["softmax(g)"]}),
    BACKWARD,
    _BACKWARD_FACTORS,
    twisted(BACKWARD),
)
LOG_BACKWARD_EXERCISE = Exercise(
    "log_softmax_backward(log_p, grad_log_p, axis)",
    ("logp", "g", "axis"),
    inputs.LOG_BACKWARD,
    formulas(
        "exp(logp)",
        {"logp-for-p": ["logp"], "softmax-twice": ["softmax(exp(logp))"],
         "softmax-of-gradient": ["softmax(g)"]},
    ),
    LOG_BACKWARD,
    _BACKWARD_FACTORS,
    twisted(LOG_BACKWARD),
)  # fmt: skip
LOSS_EXERCISE = Exercise(
    "softmax_cross_entropy_grad(z, t)",
    ("z", "t"),
    inputs.LOSS,
    _FROM_LOGITS,
    LOSS,
    _LOSS_FACTORS,
    LOSS_CHAINED,
)
SOFT_LOSS_EXERCISE = Exercise(
    "soft_cross_entropy_grad(z, t)",
    ("z", "t"),
    inputs.SOFT_LOSS,
    _FROM_LOGITS,
    SOFT_LOSS,
    _LOSS_FACTORS,
    LOSS_CHAINED,
)
_OF_T = [Formula(_in(text, z="(z / T)"), keys) for text, keys in _FROM_LOGITS]
TEMPERATURE_EXERCISE = Exercise(
    "temperature_jacobian(z, temperature)",
    ("z", "T"),
    inputs.TEMPERATURE,
    [
        *_OF_T,
        Formula("softmax(z)", ("temperature-ignored",)),
        Formula("softmax(z * T)", ("temperature-multiplied",)),
    ],
    [
        *(Formula(f"({text}) / T", keys) for text, keys in JACOBIAN),
        *(
            Formula(f"({text}){factor}", (*keys, "temperature-factor"))
            for text, keys in JACOBIAN
            for factor in ("", " * T", " / T**2")
        ),
        *(
            Formula(f"delta * p_i{first} - p_i * p_j{second}", ("temperature-factor",))
            for first, second in permutations(("", " / T", " / T**2"), 2)
        ),
    ],
)
_MASKED = [Formula(_in(text, z="where(mask, z, -inf)"), keys) for text, keys in SOFTMAX]
MASKED_EXERCISE = Exercise(
    "masked_softmax_backward(z, mask, cotangent)",
    ("z", "mask", "g"),
    inputs.MASKED,
    [
        *_MASKED,
        Formula("softmax(z)", ("mask-ignored",)),
        Formula("softmax(z) * mask", ("mask-not-renormalised",)),
        Formula("softmax(z * mask)", ("mask-as-zero",)),
        Formula("softmax(z * mask) * mask", ("mask-as-zero", "mask-not-renormalised")),
        Formula("softmax(where(mask, -inf, z))", ("mask-inverted",)),
    ],
    [
        *BACKWARD,
        Formula("p * (g - sum(p * g)) * mask"),
        *(
            Formula(_in("p * (g - sum(p * g))" + end, p=f"softmax(where(mask, z, {low}))"), key)
            for low, end, key in product((-100, -1000), ("", " * mask"), [("mask-finite",)])
        ),
        Formula("softmax(z) * (g - sum(softmax(z) * g)) * mask", ("mask-not-renormalised",)),
    ],
    _BACKWARD_FACTORS,
    twisted(BACKWARD),
)
DIFFERENCE_EXERCISE = Exercise(
    "finite_difference_gradient(function, x)",
    ("function", "x"),
    inputs.DIFFERENCE,
    formulas("x", {}),
    formulas(
        "G",
        {
            "all-at-once": ["G.sum()", "G.sum() + 0 * G", "sum(G) + 0 * G", "G.sum(0) + 0 * G"],
            "not-restored": ["cumsum(G).reshape(G.shape)"],
            "loop-ends-early": ["G * (cumsum(0 * G + 1).reshape(G.shape) == 1)"],
        },
    ),
    [SIGN, TWICE, (("distance-halved",), lambda N, n: 0.5)],
    evidence=moves_tell,
)
CHECKER_EXERCISE = Exercise("gradient_checker(backward)", ("backward",), (), [], [])

EXERCISES = {e.name: e for e in [*globals().values()] if isinstance(e, Exercise)}
"""Every exercise by its name."""

_AT_PROBABILITIES = replace(
    LOSS_EXERCISE,
    signature="cross_entropy_grad(p, t)",
    inputs=[case for case in inputs.LOSS if case.shows in (inputs.PLAIN, inputs.SHAPE)],
    result=[Formula("-t / p / N")],
    chained=[],
)
READ = [exercise for exercise in EXERCISES.values() if exercise is not SOFT_LOSS_EXERCISE]
READ.append(_AT_PROBABILITIES)
"""What a program is tried as, with the gradient at the probabilities, which is no exercise."""
