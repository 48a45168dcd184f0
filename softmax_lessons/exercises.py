"""Checks for functions that learners write: which mistake it is, where it shows, what to try next.

Every check takes a function, calls it on many small inputs and returns a `Verdict`. It never
raises because of what the function does, and changes nothing. Repeated wrong attempts at a function
uncover one more hint each.

Among the inputs are generic logits, batches with as many examples as not classes, saturated and
huge logits, integers, float32, arrays that are not contiguous or not writable, and each of them
twice.
"""

from functools import cache

import numpy as np

from softmax_lessons import numerics, probes
from softmax_lessons.gradient_check import finite_difference_gradient
from softmax_lessons.judging import Exercise
from softmax_lessons.misconceptions import CATALOGUE
from softmax_lessons.misconceptions.backward import WRONG_BACKWARDS
from softmax_lessons.misconceptions.checking import RIGHT_BACKWARDS
from softmax_lessons.observing import Other, described, nothing, raised
from softmax_lessons.sandbox import call
from softmax_lessons.verdicts import Status

SOFTMAX = Exercise(
    "softmax",
    "softmax(z, axis)",
    numerics.softmax,
    probes.FORWARD,
    (
        "Exponentials, divided by their sum along the axis. Which sum needs keepdims=True?",
        "Try logits of 1000 and of -1000. What may you subtract from all logits of a slice without "
        "changing the result?",
        "The worked idea: take the maximum along the axis away, exponentiate, divide by the sum "
        "along the same axis, both with keepdims=True, and write into no array that was given.",
    ),
)

LOG_SOFTMAX = Exercise(
    "log_softmax",
    "log_softmax(z, axis)",
    numerics.log_softmax,
    probes.FORWARD,
    (
        "Take the logarithm of e^z_i / S by hand first. Which of the two logarithms is easy?",
        "The logarithm of S is the one that can overflow. Write S as e^m times something small.",
        "The worked idea: subtract the maximum along the axis, call that s; from s take the "
        "logarithm of the sum of exp(s), along the same axis, with keepdims=True.",
    ),
)

JACOBIAN = Exercise(
    "softmax_jacobian",
    "softmax_jacobian(z)",
    numerics.softmax_jacobian,
    probes.JACOBIAN,
    (
        "The result has one row for each probability and one column for each logit. What is the "
        "entry where they are the same, and what is it elsewhere?",
        "Two cases of the quotient rule: p_i (1 - p_i) on the diagonal, -p_i p_j off it.",
        "The worked idea: a matrix with p on its diagonal, minus one of all products p_i p_j.",
    ),
)

BATCHED_JACOBIAN = Exercise(
    "batched_jacobian",
    "batched_jacobian(z)",
    numerics.softmax_jacobian,
    probes.BATCHED_JACOBIAN,
    (
        "For N examples the result has shape (N, n, n): one Jacobian for each, and none between "
        "two of them.",
        "Name the indices: N for the example, i for the probability, j for the logit. Which of "
        "them do p_i, p_j and delta_ij have?",
        "The worked idea: p_i is p[:, :, None], p_j is p[:, None, :], delta is np.eye(n); "
        "combine them as p_i (delta_ij - p_j).",
    ),
)

VJP = Exercise(
    "softmax_vjp",
    "softmax_vjp(z, cotangent)",
    numerics.softmax_vjp,
    probes.VJP,
    (
        "Write the full product for one example first: the Jacobian times the incoming gradient.",
        "Multiply (diag(p) - p p^T) g out. The second part is p times one number. Which?",
        "The worked idea: the mean of g weighted by p is sum(p g) along the classes, one for "
        "each example; take it away from g, and multiply by p.",
    ),
)

BACKWARD = Exercise(
    "softmax_backward",
    "softmax_backward(p, grad_p, axis)",
    numerics.softmax_backward,
    probes.BACKWARD,
    (
        "What comes in are probabilities: there is no softmax left to compute.",
        "Along the given axis, add up p times the incoming gradient. What does keepdims do there?",
        "The worked idea: take sum(p g) along the axis away from g, and multiply by p; write into "
        "neither p nor g.",
    ),
)

CROSS_ENTROPY = Exercise(
    "softmax_cross_entropy_grad",
    "softmax_cross_entropy_grad(z, t)",
    lambda z, t: (numerics.softmax(z) - t) / len(z),
    probes.LOSS,
    (
        "For one example: send -t / p through the Jacobian, and see what is left.",
        "The loss is the mean over the batch. How much does one example count?",
        "The worked idea: the probabilities of each row minus its target, over the number of rows.",
    ),
)

FINITE_DIFFERENCE = Exercise(
    "finite_difference_gradient",
    "finite_difference_gradient(function, x)",
    finite_difference_gradient,
    probes.DIFFERENCE,
    (
        "One entry moves at a time, and the others stay where they are. How many calls is that?",
        "Check three things: is the point an array of floats, is the step divided by the distance "
        "really gone, and is x afterwards what it was?",
        "The worked idea: for each index, two copies of x as floats, one with a step of about "
        "1e-5 added at this index and one with it taken away; the difference of the two values "
        "over twice the step.",
    ),
    tolerance=1e-4,
)

CHECKER = Exercise(
    "gradient_checker",
    "gradient_checker(backward)",
    None,
    (),
    (
        "Look at the wrong ones that you let through: for which input would they differ?",
        "Vary four things: generic logits, an incoming gradient that is random, a batch of more "
        "than one with as many examples as not classes, and a tight tolerance.",
        "The worked idea: draw z and g of shape (3, 4) at random, measure the gradient of "
        "sum(g softmax(z)) by central differences, and compare it with backward(softmax(z), g) to "
        "within 1e-6.",
    ),
)


EXERCISES = {
    exercise.name: exercise
    for exercise in (
        SOFTMAX,
        LOG_SOFTMAX,
        JACOBIAN,
        BATCHED_JACOBIAN,
        VJP,
        BACKWARD,
        CROSS_ENTROPY,
        FINITE_DIFFERENCE,
        CHECKER,
    )
}
"""Every exercise by its name."""


def check_softmax(f):
    """Check a softmax.

    Parameters
    ----------
    f : callable
        f(z, axis): logits of any shape and an axis; returns probabilities of z's shape.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> print(check_softmax(numerics.softmax))
    softmax(z, axis): correct
    Right on all 27 inputs.
    """
    return SOFTMAX.judge(f)


def check_log_softmax(f):
    """Check a log_softmax.

    Parameters
    ----------
    f : callable
        f(z, axis): logits of any shape and an axis; returns log-probabilities of z's shape.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> check_log_softmax(lambda z, axis: np.log(numerics.softmax(z, axis))).misconception.key
    'logarithm-of-softmax'
    """
    return LOG_SOFTMAX.judge(f)


def check_softmax_jacobian(f):
    """Check the Jacobian of one vector.

    Parameters
    ----------
    f : callable
        f(z): logits of shape (n,); returns shape (n, n).

    Returns
    -------
    Verdict

    Examples
    --------
    >>> check_softmax_jacobian(lambda z: np.diag(numerics.softmax(z))).misconception.key
    'sum-held-constant'
    """
    return JACOBIAN.judge(f)


def check_batched_jacobian(f):
    """Check the Jacobians of a batch.

    Parameters
    ----------
    f : callable
        f(z): logits of shape (N, n); returns shape (N, n, n).

    Returns
    -------
    Verdict

    Examples
    --------
    >>> check_batched_jacobian(numerics.softmax_jacobian).passed
    True
    """
    return BATCHED_JACOBIAN.judge(f)


def check_softmax_vjp(f):
    """Check the step from the incoming gradient to the logits.

    Parameters
    ----------
    f : callable
        f(z, cotangent): both of shape (N, n), softmax along the last axis; returns that shape.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> check_softmax_vjp(lambda z, cotangent: cotangent).misconception.key
    'passes-through'
    """
    return VJP.judge(f)


def check_softmax_backward(f):
    """Check the step back from the cached probabilities.

    Parameters
    ----------
    f : callable
        f(p, grad_p, axis): arrays of one shape and an axis; returns that shape.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> check_softmax_backward(lambda p, grad_p, axis: p * (1 - p) * grad_p).misconception.key
    'elementwise'
    """
    return BACKWARD.judge(f)


def check_softmax_cross_entropy_grad(f):
    """Check the gradient of the mean cross-entropy with respect to the logits.

    Parameters
    ----------
    f : callable
        f(z, t): logits and one-hot targets of shape (N, n); returns that shape.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> check_softmax_cross_entropy_grad(lambda z, t: numerics.softmax(z) - t).misconception.key
    'no-average'
    """
    return CROSS_ENTROPY.judge(f)


def check_finite_difference_gradient(f):
    """Check a numeric gradient.

    Parameters
    ----------
    f : callable
        f(function, x): a function to one number, and a point; returns the gradient, of x's shape.

    Returns
    -------
    Verdict

    Examples
    --------
    >>> check_finite_difference_gradient(finite_difference_gradient).passed
    True
    """
    return FINITE_DIFFERENCE.judge(f)


def check_gradient_checker(f):
    """Check a check: it has to accept every right backward and to refuse every wrong one.

    Parameters
    ----------
    f : callable
        f(backward): returns True where it accepts. It calls backward(p, grad_p), for arrays of
        shape (N, n), softmax along the last axis.

    Returns
    -------
    Verdict
        With a table of all backwards that were tried.

    Examples
    --------
    >>> check_gradient_checker(lambda backward: True).misconception.key
    'accepts-everything'
    """
    return CHECKER.with_hint(f, _judge_checker(f))


def _judge_checker(f):
    """Return the verdict on a check, without a hint."""
    early = CHECKER.not_a_function(f)
    if early:
        return early
    answers = {}
    for name, backward in {**RIGHT_BACKWARDS, **WRONG_BACKWARDS}.items():
        answer, error = call(lambda backward: _answer(f(backward)), backward)
        if nothing(answer, error):
            return CHECKER.nothing_yet()
        if error is not None:
            return CHECKER.verdict(Status.RAISES, f"Given {name!r}, {raised(error)}.")
        if type(answer) is not bool:
            return CHECKER.verdict(
                Status.WRONG_TYPE,
                f"Given {name!r}, it returns {described(answer)}; expected is True or False.",
            )
        answers[name] = answer
    table = _answers_as_table(answers)
    let_through = [name for name in WRONG_BACKWARDS if answers[name]]
    refused = [name for name in RIGHT_BACKWARDS if not answers[name]]
    if not let_through and not refused:
        summary = f"It accepts all {len(RIGHT_BACKWARDS)} right ones and refuses all"
        summary += f" {len(WRONG_BACKWARDS)} wrong ones."
        return CHECKER.verdict(Status.CORRECT, summary, table=table)
    summary = (
        f"It lets {len(let_through)} of {len(WRONG_BACKWARDS)} wrong ones through and refuses"
        f" {len(refused)} of {len(RIGHT_BACKWARDS)} right ones."
    )
    answers[""] = call(lambda: _answer(f(_along_the_other_axis)))[0]
    for record in CATALOGUE:
        if record.kind == CHECKER.name and answers == _answers_of(record.function):
            return CHECKER.verdict(
                Status.KNOWN_MISTAKE,
                f"{record} {summary}",
                misconception=record,
                table=table,
            )
    return CHECKER.verdict(Status.WRONG, summary, table=table)


def _answer(value):
    """Return what a checker said as a bool, if it is one; to be called in the sandbox."""
    if value is None or value is ...:
        return value
    return bool(value) if isinstance(value, (bool, np.bool_)) else Other.of(value)


@cache
def _answers_of(checker):
    """Return what a checker says to every right and wrong backward, and to one more."""
    backwards = {**RIGHT_BACKWARDS, **WRONG_BACKWARDS, "": _along_the_other_axis}
    return {name: bool(checker(backward)) for name, backward in backwards.items()}


def _along_the_other_axis(p, grad_p, axis=-1):
    """Return what only a check lets through that asks for the wrong axis; for no table."""
    return numerics.softmax_backward(p, grad_p, -1 - axis % 2)


def _answers_as_table(answers):
    """Return the answers of a checker as rows: the backward, whether it is right, the answer."""
    rows = [("backward", "is", "your check")]
    for name, accepted in answers.items():
        right = name in RIGHT_BACKWARDS
        verdict = "accepts" if accepted else "refuses"
        rows.append(
            (name, "right" if right else "wrong", verdict + ("" if accepted == right else " ✗"))
        )
    return tuple(rows)


CHECKS = {
    check.__name__: check
    for check in (
        check_softmax,
        check_log_softmax,
        check_softmax_jacobian,
        check_batched_jacobian,
        check_softmax_vjp,
        check_softmax_backward,
        check_softmax_cross_entropy_grad,
        check_finite_difference_gradient,
        check_gradient_checker,
    )
}
"""Every check by its name."""
