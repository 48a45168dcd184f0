"""Checks for functions that learners write: which mistakes are in it, where they show, what to try.

Every check takes a function or a class, calls it on many small inputs and returns a `Verdict`. It
never raises because of what the function does, and changes nothing. What is promised about the
arguments is asked, and nothing else: arrays of floats or of integers, of the shapes named below,
logits of any size, arrays that are not contiguous or not writable, and the same input again.

Where a mistake has no name, each further wrong attempt uncovers one more hint. `lesson` is the
number of the lesson at hand, "02": mistakes that later ones explain are then said to come later.
"""

import sys
from dataclasses import replace
from types import FunctionType

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.exercises.catalogue import (
    BACKWARD_EXERCISE,
    BATCHED_EXERCISE,
    CHECKER_EXERCISE,
    DIFFERENCE_EXERCISE,
    EXERCISES,
    JACOBIAN_EXERCISE,
    LOG_BACKWARD_EXERCISE,
    LOG_SOFTMAX_EXERCISE,
    LOSS_EXERCISE,
    MASKED_EXERCISE,
    READ,
    SOFT_LOSS_EXERCISE,
    SOFTMAX_EXERCISE,
    TEMPERATURE_EXERCISE,
    VJP_EXERCISE,
)
from softmax_lessons.exercises.cell import Verdicts, run
from softmax_lessons.exercises.checking import judge_checker
from softmax_lessons.exercises.doorway import diagnose_by, judge_as, reading_of
from softmax_lessons.exercises.exposing import judge_backward, judge_input
from softmax_lessons.exercises.judge import Attempt, judge
from softmax_lessons.exercises.observe import kept
from softmax_lessons.exercises.progress import note
from softmax_lessons.exercises.reading import strangers
from softmax_lessons.exercises.safe_call import Caller
from softmax_lessons.exercises.verdict import Status, Verdict, nothing_yet

HINTS = (
    "Compare the two results entry by entry, on paper too: which is the first that differs?",
    "Print every intermediate result for that input, and compare each with a hand calculation.",
    "A worked solution is folded below the exercise. Which of its lines differs from yours?",
)
"""What to try where no mistake has a name."""

ATTEMPTS = {}
"""The wrong attempts at each exercise, by the name of the function: their code, each once."""


def _check(exercise, function, lesson):
    """Return the verdict on what was handed in, and keep it where the learner wants that."""
    verdict = _verdict_on(exercise, function, lesson)
    note(exercise.name, verdict, lesson)
    return verdict


def _verdict_on(exercise, function, lesson):
    """Return the verdict on what was handed in for an exercise, with what to try next."""
    if function is None or function is ...:
        return nothing_yet(exercise.signature)
    if hasattr(type(function), "backward") or (isinstance(function, type) and exercise.roles):
        family = VJP_EXERCISE if exercise is BACKWARD_EXERCISE else exercise
        verdict, _ = diagnose_by(function, [family], Caller())
        if verdict.status is Status.NOT_READ:
            reading = reading_of(function, family, Caller())
            verdict = judge_as(reading, Caller()) if reading else verdict
        if verdict.status is not Status.NOT_READ:
            return replace(verdict, lesson=lesson, hint=_hint(exercise, function, verdict))
    if not callable(function):
        got, _ = Caller()(kept, function)
        text = got.text if hasattr(got, "text") else type(function).__name__
        summary = f"Hand in the function itself, not what it returns: got {text}."
        return Verdict(exercise.signature, Status.WRONG_TYPE, summary)
    call, plain = Caller(), type(function) is FunctionType
    names = function.__code__.co_varnames[: function.__code__.co_argcount] if plain else ()
    if len(names) != len(exercise.roles):
        names = tuple(exercise.arguments)
    if exercise is CHECKER_EXERCISE:
        verdict = judge_checker(exercise.signature, function, call)
    else:
        verdict = judge(exercise, Attempt(function, names), call)
        renamed = strangers(names, exercise.roles) > 0
        if plain and not verdict.passed and (renamed or not verdict.mistakes):
            verdict = _in_another_form(exercise, function, verdict, renamed, call)
    return replace(verdict, lesson=lesson, hint=_hint(exercise, function, verdict))


def _in_another_form(exercise, function, verdict, renamed, call):
    """Return the verdict on a function in another form, where that says more than the one it has.

    The names of its arguments may tell that their order is another one.
    """
    other, same_arguments = diagnose_by(function, [exercise], call)
    renamed = renamed and same_arguments
    if other.passed and same_arguments and (renamed or not verdict.mistakes):
        return other
    if other.passed and not verdict.mistakes:
        summary = f"Called like this, it is right. But here it is called as {exercise.signature},"
        summary += " and its result is used as it is."
        return replace(other, status=Status.OTHER_FORM, summary=summary)
    instead = renamed or (same_arguments and verdict.status is Status.RAISES)
    return other if instead and other.mistakes else verdict


def _hint(exercise, function, verdict):
    """Return what to try next. Slips, and the same code again, uncover nothing."""
    code = function.__code__ if type(function) is FunctionType else None
    name = code.co_name if code else ""
    if verdict.passed:
        ATTEMPTS.pop((exercise.name, name), None)
    if verdict.misconception:
        return verdict.misconception.hint
    if verdict.status not in (Status.WRONG, Status.WRONG_SHAPE):
        return ""
    tried = ATTEMPTS.setdefault((exercise.name, name), [])
    if code not in tried:
        tried.append(code)
    number = min(len(tried), len(HINTS))
    return f"hint {number} of {len(HINTS)}. {HINTS[number - 1]}"


def check_softmax(f, lesson=None):
    """Check a softmax.

    Parameters
    ----------
    f : callable
        f(z, axis): logits of any shape and an axis; returns probabilities of z's shape.

    Examples
    --------
    >>> print(check_softmax(numerics.softmax))
    softmax(z, axis): correct
    Right on all 38 inputs.
    """
    return _check(SOFTMAX_EXERCISE, f, lesson)


def check_log_softmax(f, lesson=None):
    """Check a log_softmax.

    Parameters
    ----------
    f : callable
        f(z, axis): logits of any shape and an axis; returns log-probabilities of z's shape.

    Examples
    --------
    >>> check_log_softmax(lambda z, axis: np.log(numerics.softmax(z, axis))).misconception.key
    'logarithm-of-softmax'
    """
    return _check(LOG_SOFTMAX_EXERCISE, f, lesson)


def check_softmax_jacobian(f, lesson=None):
    """Check the Jacobian of one vector.

    Parameters
    ----------
    f : callable
        f(z): logits of shape (n,); returns shape (n, n).

    Examples
    --------
    >>> check_softmax_jacobian(lambda z: np.diag(numerics.softmax(z))).misconception.key
    'sum-held-constant'
    """
    return _check(JACOBIAN_EXERCISE, f, lesson)


def check_batched_jacobian(f, lesson=None):
    """Check the Jacobians of a batch.

    Parameters
    ----------
    f : callable
        f(z): logits of shape (N, n); returns shape (N, n, n).

    Examples
    --------
    >>> check_batched_jacobian(numerics.softmax_jacobian).passed
    True
    """
    return _check(BATCHED_EXERCISE, f, lesson)


def check_softmax_vjp(f, lesson=None):
    """Check the step from the incoming gradient to the logits.

    Parameters
    ----------
    f : callable
        f(z, cotangent): both of shape (N, n), softmax along the last axis; returns that shape.

    Examples
    --------
    >>> check_softmax_vjp(lambda z, cotangent: 2 * cotangent).mistakes[1].key
    'factor-of-two'
    """
    return _check(VJP_EXERCISE, f, lesson)


def check_softmax_backward(f, lesson=None):
    """Check the step back from the cached probabilities.

    Parameters
    ----------
    f : callable
        f(p, grad_p, axis): arrays of one shape, and the axis of the classes; returns that
        shape.

    Examples
    --------
    >>> check_softmax_backward(lambda p, grad_p, axis: p * (1 - p) * grad_p).misconception.key
    'elementwise'
    """
    return _check(BACKWARD_EXERCISE, f, lesson)


def check_log_softmax_backward(f, lesson=None):
    """Check the step back from the cached log-probabilities.

    Parameters
    ----------
    f : callable
        f(log_p, grad_log_p, axis): arrays of one shape, and the axis of the classes; returns that
        shape.

    Examples
    --------
    >>> check_log_softmax_backward(numerics.softmax_backward).misconception.key
    'softmax-rule'
    """
    return _check(LOG_BACKWARD_EXERCISE, f, lesson)


def check_softmax_cross_entropy_grad(f, lesson=None):
    """Check the gradient of the mean cross-entropy with respect to the logits.

    Parameters
    ----------
    f : callable
        f(z, t): logits and one-hot targets of shape (N, n); returns that shape.

    Examples
    --------
    >>> check_softmax_cross_entropy_grad(lambda z, t: numerics.softmax(z) - t).misconception.key
    'no-average'
    """
    return _check(LOSS_EXERCISE, f, lesson)


def check_soft_cross_entropy_grad(f, lesson=None):
    """Check the same gradient for soft targets, the rows of which need not add up to 1.

    Parameters
    ----------
    f : callable
        f(z, t): logits and targets t >= 0 of shape (N, n); returns the gradient of the mean over
        the rows of -sum(t log p), of that shape.

    Examples
    --------
    >>> f = lambda z, t: (numerics.softmax(z) - t) / len(z)
    >>> check_soft_cross_entropy_grad(f).misconception.key
    'targets-sum-to-one'
    """
    return _check(SOFT_LOSS_EXERCISE, f, lesson)


def check_temperature_jacobian(f, lesson=None):
    """Check the Jacobian of softmax(z / T).

    Parameters
    ----------
    f : callable
        f(z, temperature): logits of shape (n,) and a number above 0; returns shape (n, n).

    Examples
    --------
    >>> f = lambda z, temperature: numerics.softmax_jacobian(z / temperature)
    >>> check_temperature_jacobian(f).misconception.key
    'temperature-factor'
    """
    return _check(TEMPERATURE_EXERCISE, f, lesson)


def check_masked_softmax_backward(f, lesson=None):
    """Check the step back through a softmax that leaves out some classes.

    Parameters
    ----------
    f : callable
        f(z, mask, cotangent): all of shape (N, n); mask is True for the classes that take part, one
        at least in each row; returns the gradient at the logits, 0 at the others.

    Examples
    --------
    >>> f = lambda z, mask, cotangent: numerics.softmax_vjp(z, cotangent)
    >>> check_masked_softmax_backward(f).misconception.key
    'mask-ignored'
    """
    return _check(MASKED_EXERCISE, f, lesson)


def check_finite_difference_gradient(f, lesson=None):
    """Check a numeric gradient.

    Parameters
    ----------
    f : callable
        f(function, x): a function to one number, and a point of any shape; returns the gradient, of
        x's shape, as exact as central differences with a good step are.

    Examples
    --------
    >>> from softmax_lessons.gradient_check import finite_difference_gradient
    >>> check_finite_difference_gradient(finite_difference_gradient).passed
    True
    """
    return _check(DIFFERENCE_EXERCISE, f, lesson)


def check_gradient_checker(f, lesson=None):
    """Check a check: it has to accept every right backward and to refuse every wrong one.

    Parameters
    ----------
    f : callable
        f(backward): returns True where it accepts. It calls backward(p, grad_p), for arrays of
        shape (N, n), softmax along the last axis.

    Examples
    --------
    >>> check_gradient_checker(lambda backward: True).misconception.key
    'accepts-everything'
    """
    return _check(CHECKER_EXERCISE, f, lesson)


def check_input(program, exercise, *arguments):
    """Check whether an input exposes a program: whether the program is wrong for it.

    It says how small such an input can be, and never which mistake the program makes.

    Parameters
    ----------
    program : callable, class or object
        Any program that `diagnose` can read.
    exercise : str
        What the program is meant to do: a key of `EXERCISES`, without those that take functions.
    *arguments
        The arguments of the exercise, or one tuple of them. Labels can stand for one-hot targets,
        and an axis of -1 can be left out. None claims that no input exposes the program, which is
        right where the program is. ``...`` is no attempt yet.

    Raises
    ------
    ValueError
        If there is no such exercise.

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
    known = [name for name, e in EXERCISES.items() if e.inputs and "function" not in e.roles]
    if exercise not in known:
        raise ValueError(f"exercise must be one of {', '.join(known)}, got {exercise!r}")
    given = arguments[0] if len(arguments) == 1 else arguments
    return judge_input(program, EXERCISES[exercise], given, Caller())


def check_beats(checker, backward):
    """Check whether a backward is wrong, and accepted by a checker nevertheless.

    Parameters
    ----------
    checker : callable
        checker(backward): returns True where it accepts.
    backward : callable
        backward(p, grad_p): for arrays of shape (N, n), softmax along the last axis; the same input
        has the same answer every time.

    Examples
    --------
    >>> check_beats(lambda backward: True, lambda p, grad_p: p * grad_p).passed
    True
    >>> check_beats(lambda backward: True, numerics.softmax_backward).passed
    False
    """
    return judge_backward(BACKWARD_EXERCISE, checker, backward, Caller())


def diagnose(program):
    """Find out what a program is meant to do, and what is wrong with it.

    Parameters
    ----------
    program : callable, class, object or str
        A function of logits, probabilities, an incoming gradient, targets or labels, in any usual
        order; a class, or an object of one, with a forward and a backward; or the text of a
        program, which is run, with the verdicts on all functions and classes that it defines.

    Returns
    -------
    Verdict or Verdicts
        It begins with how the program was read. Which shapes it takes is no mistake here.

    Examples
    --------
    >>> def softmax_grad(probs, upstream):
    ...     return probs * (1 - probs) * upstream
    >>> diagnose(softmax_grad).misconception.key
    'elementwise'
    """
    if isinstance(program, str):
        return _all_of(*run(program, {"__name__": "__main__"}, Caller()))
    if not callable(program) and not hasattr(type(program), "backward"):
        got, _ = Caller()(kept, program)
        text = got.text if hasattr(got, "text") else type(program).__name__
        summary = f"Hand in a function, a class or an object with forward and backward: got {text}."
        return Verdict("program", Status.WRONG_TYPE, summary)
    is_checker, _ = Caller()(lambda: type(program(numerics.softmax_backward)) in (bool, np.bool_))
    if is_checker:
        verdict = judge_checker(CHECKER_EXERCISE.signature, program, Caller())
    else:
        verdict, _ = diagnose_by(program, READ, Caller())
    hint = verdict.misconception.hint if verdict.misconception else ""
    return replace(verdict, hint=hint)


def _all_of(defined, trouble):
    verdicts = Verdicts(map(diagnose, defined))
    verdicts.trouble = trouble
    return verdicts


def _diagnose_cell(line, cell):
    """Run the cell as it is, and diagnose every function and class that it defines."""
    shell = sys.modules["IPython"].get_ipython()

    def call(function, *arguments):
        try:
            return function(*arguments), None
        except (Exception, SystemExit) as error:
            return None, error

    return _all_of(*run(shell.transform_cell(cell), shell.user_ns, call))


def load_ipython_extension(shell):
    """Make %%diagnose known, which happens by itself where this is imported in a notebook."""
    shell.register_magic_function(_diagnose_cell, "cell", "diagnose")


if "IPython" in sys.modules and (_shell := sys.modules["IPython"].get_ipython()):
    load_ipython_extension(_shell)

CHECKS = {f"check_{name}": globals()[f"check_{name}"] for name in EXERCISES}
"""The check of every exercise by its name."""
