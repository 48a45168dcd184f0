"""The tasks: what is given and returned in each, and the formulas that people write instead."""

from dataclasses import replace
from itertools import permutations

from softmax_lessons.mistakes import inputs
from softmax_lessons.mistakes.backward import BACKWARD, IN_LOOPS, LOG_BACKWARD, SLIPS
from softmax_lessons.mistakes.formula import Formula, formulas, replaced, twisted, within
from softmax_lessons.mistakes.forward import LOG_SOFTMAX, SOFTMAX
from softmax_lessons.mistakes.jacobian import BATCHED, BATCHED_TWISTED, JACOBIAN
from softmax_lessons.mistakes.loss import LOSS, LOSS_CHAINED, SOFT_LOSS, WEIGHTS, WEIGHTS_CHAINED
from softmax_lessons.mistakes.numeric_gradient import NUMERIC_GRADIENT, moves_tell
from softmax_lessons.mistakes.task import FACTORS, NONE_OF_ONE, Task, factors, without

_AVERAGED = FACTORS | {"averaged-over-batch": ["1 / N"]}
_OF_BACKWARD = factors(_AVERAGED | {"averaged-over-entries": ["1 / n"]})
_OF_LOSS = {"no-average": ["N"], "averaged-twice": ["1 / N"]}
_OF_LOSS = factors(FACTORS | _OF_LOSS | {"averaged-over-entries": ["1 / n", "N / n"]})
"""The factors that a gradient may have, and that of a mean loss."""

_FROM_LOGITS = [*SOFTMAX, Formula("z", ("logits-for-probabilities",))]
_OF_GRADIENT = Formula("softmax(g)", ("softmax-of-gradient",))
_FROM_P = [*formulas("p", {"softmax-twice": ["softmax(p)"]}), _OF_GRADIENT]
_FROM_LOGP = {"logp-for-p": ["logp"], "softmax-twice": ["softmax(exp(logp))"]}
_FROM_LOGP = [*formulas("exp(logp)", _FROM_LOGP), _OF_GRADIENT]
_WITH_TEMPERATURE = [
    *replaced(_FROM_LOGITS, "z", "(z / T)"),
    Formula("softmax(z)", ("temperature-ignored",)),
    Formula("softmax(z * T)", ("temperature-multiplied",)),
]
_MASKED_Z = "exp(where(mask, z - max(z), -inf))"
_WITH_MASK = [
    *replaced(SOFTMAX, "z", "where(mask, z, -inf)"),
    Formula("softmax(z)", ("mask-ignored",)),
    Formula(f"{_MASKED_Z} / sum({_MASKED_Z})", ("maximum-over-masked",)),
    Formula("softmax(z) * mask", ("mask-not-renormalised",)),
    Formula("softmax(z * mask)", ("mask-as-zero",)),
    Formula("softmax(z * mask) * mask", ("mask-as-zero", "mask-not-renormalised")),
    Formula("softmax(where(mask, -inf, z))", ("mask-inverted",)),
]
_FROM_WEIGHTS = formulas(
    "softmax(x @ W + b)",
    {
        "bias-forgotten": ["softmax(x @ W)"],
        "softmax-twice": ["softmax(softmax(x @ W + b))"],
        "logits-for-probabilities": ["x @ W + b"],
        "wrong-axis": ["softmax(x @ W + b, 0)"],
    },
)
"""The probabilities from what is given."""

_TEMPERATURE = [
    *within(JACOBIAN, "({}) / T"),
    *within(JACOBIAN, "{}", "temperature-factor"),
    *within(JACOBIAN, "({}) * T", "temperature-factor"),
    *within(JACOBIAN, "({}) / T**2", "temperature-factor"),
    *within(JACOBIAN[:1], "({}) * where(delta, 1, 1 / T)", "temperature-factor"),
    *within(JACOBIAN[:1], "({}) * where(delta, 1 / T, 1)", "temperature-factor"),
    *(
        Formula(f"delta * p_i{first} - p_i * p_j{second}", ("temperature-factor",))
        for first, second in permutations(("", " / T", " / T**2"), 2)
    ),
]
_WITH_LOW = [
    formula
    for low in ("-100", "-1000", "-1e9")
    for place in (f"where(mask, z, {low})", f"(z + where(mask, 0, {low}))")
    for formula in replaced(BACKWARD[:1], "p", f"softmax({place})")
]
_MASKED = [
    *(BACKWARD + SLIPS),
    *within(BACKWARD[:1], "{} * mask"),
    *within(_WITH_LOW, "{}", "mask-finite"),
    *within(_WITH_LOW, "{} * mask", "mask-finite"),
    *within(replaced(BACKWARD[:1], "p", "softmax(z)"), "{} * mask", "mask-not-renormalised"),
]

_ALL = [
    Task("softmax(z, axis)", ("z", "axis"), inputs.SOFTMAX, SOFTMAX, formulas("p", {}),
         derivative=False),
    Task("log_softmax(z, axis)", ("z", "axis"), inputs.SOFTMAX, SOFTMAX, LOG_SOFTMAX,
         derivative=False),
    Task("softmax_jacobian(z)", ("z",), inputs.JACOBIAN, _FROM_LOGITS, JACOBIAN, jacobian=True),
    Task("batched_jacobian(z)", ("z",), inputs.BATCHED_JACOBIAN, _FROM_LOGITS, BATCHED,
         factors(_AVERAGED), BATCHED_TWISTED, jacobian=True),
    Task("softmax_vjp(z, g)", ("z", "g"), inputs.VJP, [*_FROM_LOGITS, _OF_GRADIENT],
         [*BACKWARD, *SLIPS, Formula("softmax(g) * (z - sum(softmax(g) * z))", _OF_GRADIENT.keys)],
         _OF_BACKWARD, twisted(BACKWARD)),
    Task("softmax_backward(p, g, axis)", ("p", "g", "axis"), inputs.BACKWARD, _FROM_P,
         BACKWARD + SLIPS, _OF_BACKWARD, twisted(BACKWARD),
         as_class="softmax_vjp"),
    Task("log_softmax_backward(log_p, g, axis)", ("logp", "g", "axis"),
         inputs.LOG_BACKWARD, _FROM_LOGP, LOG_BACKWARD, _OF_BACKWARD, twisted(LOG_BACKWARD)),
    Task("softmax_cross_entropy_grad(z, t)", ("z", "t"), inputs.LOSS, _FROM_LOGITS, LOSS,
         _OF_LOSS, LOSS_CHAINED),
    Task("soft_cross_entropy_grad(z, t)", ("z", "t"), inputs.SOFT_LOSS, _FROM_LOGITS, SOFT_LOSS,
         _OF_LOSS, LOSS_CHAINED, soft=True),
    Task("temperature_jacobian(z, temperature)", ("z", "T"), inputs.TEMPERATURE,
         _WITH_TEMPERATURE, _TEMPERATURE, jacobian=True),
    Task("masked_softmax_backward(z, mask, g)", ("z", "mask", "g"), inputs.MASKED,
         _WITH_MASK, _MASKED, _OF_BACKWARD, twisted(BACKWARD)),
    Task("finite_difference_gradient(function, x)", ("function", "x"), inputs.DIFFERENCE,
         formulas("x", {}), NUMERIC_GRADIENT,
         factors({"sign-flipped": ["-1"], "factor-of-two": ["2"], "distance-halved": ["0.5"]}),
         evidence=moves_tell),
    Task("gradient_checker(backward)", ("backward",), (), [], []),
    Task("weight_gradients(W, b, x, t, regularisation)", ("W", "b", "x", "t", "lam"),
         inputs.WEIGHTS, _FROM_WEIGHTS, WEIGHTS, factors(FACTORS | {"no-average": ["N"]}),
         WEIGHTS_CHAINED),
    Task("descend(gradients, W, b, steps, rate)", ("gradients",), (), [], []),
    Task("backward_by_lines(z, g)", ("lines",), (), [], []),
]  # fmt: skip
TASKS = {task.name: task for task in _ALL}
"""Every task by its name."""
TASKS["temperature_jacobian"] = without(TASKS["temperature_jacobian"], NONE_OF_ONE)
_OF_ROWS = {"first-example-for-all", "last-example-for-all", "axis-missing", "array-made-in-loop"}
_OF_ROW = without(TASKS["softmax_vjp"], NONE_OF_ONE | _OF_ROWS)
TASKS["softmax_vjp_of_row"] = replace(
    _OF_ROW, signature="softmax_vjp_of_row(z, g)", inputs=inputs.VJP_OF_ROW,
    result=_OF_ROW.result + IN_LOOPS, chained=[],
)  # fmt: skip
