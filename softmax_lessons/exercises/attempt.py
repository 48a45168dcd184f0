"""Judges what is handed in for an exercise, called as asked, or in another form."""

from dataclasses import replace
from inspect import unwrap
from types import FunctionType

import numpy as np

from softmax_lessons.diagnosis.as_task import diagnose_by
from softmax_lessons.diagnosis.reading import WORDS
from softmax_lessons.diagnosis.search import strangers
from softmax_lessons.exercises.training import judge_descent, judge_weight_gradients
from softmax_lessons.judging.gradient_checker import judge_checker
from softmax_lessons.judging.judge import Attempt, judge
from softmax_lessons.judging.lines import judge_lines
from softmax_lessons.judging.observe import kind_of, steps
from softmax_lessons.judging.verdict import Status, Verdict, nothing_yet
from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.tasks import TASKS

IN_PLACE = {"append", "extend", "fill_diagonal", "insert", "reverse", "shuffle", "sort"}
"""Functions that change what they are given, and return None."""


def verdict_on(task, function, call, any_form=False):
    """Return the verdict on what is handed in for a task; a function as asked, or in any form."""
    if function is None or function is ...:
        return nothing_yet(task.signature)
    if isinstance(function, type) or hasattr(type(function), "backward"):
        verdict, _ = diagnose_by(function, TASKS[task.as_class or task.name], call)
        if verdict.status is not Status.NOT_READ:
            return verdict if any_form else _as_asked(task, verdict)
    if not callable(function):
        summary = "Hand in the function itself, not what it returns:"
        summary += f" got {kind_of(function, call)}."
        return Verdict(task.signature, Status.WRONG_TYPE, summary)
    code = getattr(unwrap(function), "__code__", None) if type(function) is FunctionType else None
    own = names = code.co_varnames[: code.co_argcount] if code else ()
    if len(names) != len(task.roles):
        names = tuple(task.arguments)
    if "backward" in task.roles:
        verdict = judge_checker(task.signature, function, call)
    elif "gradients" in task.roles:
        verdict = judge_descent(task, function, call)
    elif "W" in task.roles:
        verdict = judge_weight_gradients(task, function, names, call)
    elif "lines" in task.roles:
        verdict = judge_lines(task.signature, function, call)
    else:
        verdict = judge(task, Attempt(function, names), call)
        renamed = strangers(names, task.roles) > 0
        if code and not verdict.passed and call.left > 0 and (renamed or not verdict.mistakes):
            verdict = _in_another_form(task, function, verdict, renamed, call, any_form)
    if verdict.status is Status.NOT_ATTEMPTED and code and (used := IN_PLACE & {*code.co_names}):
        summary = f"It returns None. {min(used)} returns None, too, and changes what it is given:"
        summary += " it stands in a line of its own, without = or return. Then return the array."
        return replace(verdict, status=Status.WRONG_TYPE, summary=summary)
    if code and code.co_name.isidentifier() and verdict.status is not Status.NOT_ATTEMPTED:
        return replace(verdict, exercise=f"{code.co_name}({', '.join(own)})")
    return verdict


def _in_another_form(task, function, verdict, renamed, call, any_form):
    """Return the verdict on a function in another form, where that says more than the one it has.

    The names of its arguments may tell that their order is another one.
    """
    other, same_arguments = diagnose_by(function, task, call)
    renamed = renamed and same_arguments
    if other.passed and (renamed or not verdict.mistakes):
        shown = verdict.counterexample
        other = other if any_form and same_arguments else _as_asked(task, other)
        return other if other.passed else replace(other, counterexample=shown)
    instead = renamed or (same_arguments and verdict.status is Status.RAISES)
    return other if instead and other.mistakes else verdict


def _as_asked(task, verdict):
    """Return a verdict on another form; what is right is told what the exercise asks."""
    if not verdict.passed:
        return verdict
    if "one example at a time" in verdict.read_as and "axis" not in task.roles:
        summary = "For one example it is right. But here it is given N examples at once, one in"
        summary += " each row, and each row needs a result of its own."
        return replace(verdict, status=Status.OTHER_FORM, summary=summary)
    given = ", ".join(WORDS[role] for role in task.roles)
    given += " of shape (N, n)" * (task.inputs[0].arguments[0].ndim == 2)
    summary = f"Called like this, it is right. But here a function is asked, {task.signature},"
    summary += f" that is given {given}, in this order, and returns one array."
    return replace(verdict, status=Status.OTHER_FORM, summary=summary)


def unless_it_loops(verdict, function, call):
    """Return the verdict on a right f(z, g), which does not pass where it goes row by row."""

    def counted(*shape):
        return steps(function, np.random.default_rng(0).normal(size=(2, *shape)), call)

    few = counted(2, 3)
    for shape, words in (((40, 3), "40 rows {} than for 2"), ((2, 40), "40 columns {} than for 3")):
        if (more := counted(*shape) - few) > 0:
            words = words.format(f"Python takes {more} more steps")
            text = f"It is right, but it loops: for {words}."
            mistakes = (MISTAKES["loops-in-python"],)
            return replace(verdict, status=Status.OTHER_FORM, summary=text, mistakes=mistakes)
    return verdict
