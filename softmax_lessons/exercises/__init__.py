"""Checks for functions that learners write: which mistakes are in it, where they show, what to try.

Every check takes a function f, or a class, calls it on many small inputs and returns a `Verdict`.
It never raises because of what the function does, and changes nothing. What is promised about the
arguments is asked, and nothing else: arrays of floats or of integers, of the shapes named below,
logits of any size, arrays that are not contiguous or not writable, and the same input again.

Where a mistake has no name, each further wrong attempt uncovers one more hint. `lesson` is the
number of the lesson at hand, "02": mistakes that later ones explain are then said to come later.
What is right only in another form does not pass, but in lesson 09, where programs are mended.
"""

from dataclasses import replace

import numpy as np  # noqa: F401 - for the examples

from softmax_lessons import numerics  # noqa: F401 - for the examples
from softmax_lessons.diagnosis import diagnose  # noqa: F401 - copies of lessons have it from here
from softmax_lessons.exercises.attempt import unless_it_loops, verdict_on
from softmax_lessons.exercises.exposing_inputs import EXPOSED, judge_backward, judge_input
from softmax_lessons.exercises.hints import next_hint
from softmax_lessons.exercises.progress import note
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.mistakes.tasks import TASKS


def _check(name, function, lesson, without_loop=False):
    """Return the verdict on what was handed in, and keep it where the learner wants that."""
    task = TASKS[name]
    lesson = lesson and str(lesson).rjust(2, "0")
    verdict = verdict_on(task, function, Caller(), any_form=lesson == "09")
    if without_loop and verdict.passed:
        verdict = unless_it_loops(verdict, function, Caller())
    hint = verdict.hint or next_hint(task, function, verdict)
    verdict = replace(verdict, lesson=lesson, hint=hint)
    note(name, verdict, lesson)
    return verdict


def check_softmax(f, lesson=None):
    """Check f(z, axis), the probabilities of logits z of any shape along an axis.

    Examples
    --------
    >>> print(check_softmax(numerics.softmax))
    softmax(z, axis): correct
    Right on all 38 inputs.
    """
    return _check("softmax", f, lesson)


def check_log_softmax(f, lesson=None):
    """Check f(z, axis), the log-probabilities of logits z of any shape along an axis."""
    return _check("log_softmax", f, lesson)


def check_softmax_jacobian(f, lesson=None):
    """Check f(z), the Jacobian of one vector: logits of shape (n,), result of shape (n, n).

    Examples
    --------
    >>> check_softmax_jacobian(lambda z: np.diag(numerics.softmax(z))).misconception.key
    'sum-held-constant'
    """
    return _check("softmax_jacobian", f, lesson)


def check_batched_jacobian(f, lesson=None):
    """Check f(z), the Jacobians of a batch: logits of shape (N, n), result of shape (N, n, n)."""
    return _check("batched_jacobian", f, lesson)


def check_softmax_vjp(f, lesson=None, without_loop=False):
    """Check f(z, g), the step from the incoming gradient to the logits.

    Both are of shape (N, n), and so is the result; softmax runs along the last axis. With
    `without_loop` Python must not take more steps where there are more rows or columns.
    """
    return _check("softmax_vjp", f, lesson, without_loop)


def check_backward_by_lines(f, lesson=None):
    """Check f(z, g), the same for one row and line by line: three gradients, of s, exps and z.

    Logits and incoming gradient are of shape (n,). The lines are exps = exp(z - max(z)),
    s = sum(exps) and p = exps / s.

    Examples
    --------
    >>> check_backward_by_lines(lambda z, g: numerics.softmax_vjp(z, g)).passed
    False
    """
    return _check("backward_by_lines", f, lesson)


def check_softmax_vjp_of_row(f, lesson=None):
    """Check f(z, g), the same step for one example: both and the result are of shape (n,)."""
    return _check("softmax_vjp_of_row", f, lesson)


def check_softmax_backward(f, lesson=None):
    """Check f(p, g, axis), the step back from the cached probabilities.

    Both are arrays of one shape, and so is the result; the classes lie along the axis.

    Examples
    --------
    >>> check_softmax_backward(lambda p, g, axis: p * (1 - p) * g).misconception.key
    'elementwise'
    """
    return _check("softmax_backward", f, lesson)


def check_log_softmax_backward(f, lesson=None):
    """Check f(log_p, g, axis), the step back from the cached log-probabilities.

    Both are arrays of one shape, and so is the result; the classes lie along the axis.
    """
    return _check("log_softmax_backward", f, lesson)


def check_softmax_cross_entropy_grad(f, lesson=None):
    """Check f(z, t), the gradient of the mean cross-entropy with respect to the logits.

    Logits, one-hot targets and result are of shape (N, n).
    """
    return _check("softmax_cross_entropy_grad", f, lesson)


def check_soft_cross_entropy_grad(f, lesson=None):
    """Check f(z, t), the same for soft targets, the rows of which need not add up to 1.

    Logits, targets t >= 0 and result are of shape (N, n): the gradient of the mean over the rows of
    -sum(t log p).
    """
    return _check("soft_cross_entropy_grad", f, lesson)


def check_temperature_jacobian(f, lesson=None):
    """Check f(z, temperature), the Jacobian of softmax(z / temperature).

    Logits are of shape (n,), the temperature is a number above 0, the result of shape (n, n).
    """
    return _check("temperature_jacobian", f, lesson)


def check_masked_softmax_backward(f, lesson=None):
    """Check f(z, mask, g), the step back where softmax leaves out some classes.

    All are of shape (N, n); mask is True for the classes that take part, one at least in each row.
    The result is the gradient at the logits, 0 at the others.
    """
    return _check("masked_softmax_backward", f, lesson)


def check_finite_difference_gradient(f, lesson=None):
    """Check f(function, x), a numeric gradient.

    It gets a function to one number, and a point of any shape, and returns the gradient, of x's
    shape, as exact as central differences with a good step are.
    """
    return _check("finite_difference_gradient", f, lesson)


def check_gradient_checker(f, lesson=None):
    """Check f(backward), a check: it accepts every right backward and refuses every wrong one.

    It returns True where it accepts. It calls backward(p, g), for arrays of shape (N, n),
    softmax along the last axis.
    """
    return _check("gradient_checker", f, lesson)


def check_weight_gradients(f, lesson=None):
    """Check f(W, b, x, t, regularisation), the gradients of the training loss at W and b.

    x holds a sample in each row, shape (N, d), and t their one-hot targets, shape (N, n); W and b
    have shapes (d, n) and (n,). The loss is the mean cross-entropy plus half the regularisation
    times the sum of the squares of W. Both gradients are returned, that of W first.
    """
    return _check("weight_gradients", f, lesson)


def check_descend(f, lesson=None):
    """Check f(gradients, W, b, steps, rate), which goes that many steps of gradient descent.

    gradients(W, b) returns both gradients, that of W first; W and b at the end are returned.

    Examples
    --------
    >>> print(check_descend(lambda gradients, W, b, steps, rate: (W, b)))
    descend(gradients, W, b, steps, rate): wrong
    It stays at the start.
      steps                                   5
      rate                                    0.25
      W and b are away from the right ones by 1.0212
    next: Is the new W given back to W?
    """
    return _check("descend", f, lesson)


def check_input(program, exercise, *arguments):
    """Check whether an input exposes a program: whether the program is wrong for it.

    It says how small such an input can be, and never which mistake the program makes.

    Parameters
    ----------
    program : callable, class or object
        Any program that `diagnose` can read.
    exercise : str
        What the program is meant to do, the name of a check without `check_`; of those that take
        arrays.
    *arguments
        The arguments of the exercise, or one tuple of them. Labels can stand for one-hot targets,
        and an axis of -1 can be left out. None claims that no input exposes the program, which is
        right where the program is. ``...`` is no attempt yet.

    Examples
    --------
    >>> elementwise = lambda z, g: numerics.softmax_jacobian(z).diagonal(axis1=1, axis2=2) * g
    >>> z = np.array([[0.0, 1.0]])
    >>> check_input(elementwise, "softmax_vjp", (z, np.array([[0.0, 0.0]]))).passed
    False
    >>> print(check_input(elementwise, "softmax_vjp", (z, np.array([[1.0, 0.0]]))))
    an input that exposes <lambda>: correct
    This input exposes the program. It has 1 example of 2 classes. This check knows no smaller one.
      z           np.array([[0.0, 1.0]])
      g           np.array([[1.0, 0.0]])
      the program [[0.1966 0.0000]]
      right is    [[0.1966 -0.1966]]
    """
    if exercise not in EXPOSED:
        raise ValueError(f"exercise must be one of {', '.join(EXPOSED)}, got {exercise!r}")
    given = arguments[0] if len(arguments) == 1 else arguments
    return judge_input(program, EXPOSED[exercise], given, Caller())


def check_beats(checker, backward):
    """Check whether a backward is wrong, and accepted by a checker nevertheless.

    Parameters
    ----------
    checker : callable
        checker(backward): returns True where it accepts.
    backward : callable
        backward(p, g): for arrays of shape (N, n), softmax along the last axis; the same input
        has the same answer every time.

    Examples
    --------
    >>> check_beats(lambda backward: True, lambda p, g: p * g).passed
    True
    >>> check_beats(lambda backward: True, numerics.softmax_backward).passed
    False
    """
    return judge_backward(TASKS["softmax_backward"], checker, backward, Caller())


CHECKS = {f"check_{name}": globals()[f"check_{name}"] for name in TASKS}
"""The check of every exercise by its name."""
