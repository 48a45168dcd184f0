"""Judges what is handed in for an exercise, called as asked, or in another form."""

from dataclasses import replace
from types import FunctionType

from softmax_lessons.diagnosis.doorway import diagnose_by
from softmax_lessons.diagnosis.reading import strangers
from softmax_lessons.judging.gradient_checker import judge_checker
from softmax_lessons.judging.judge import Attempt, judge
from softmax_lessons.judging.observe import kind_of
from softmax_lessons.judging.verdict import Status, Verdict, nothing_yet
from softmax_lessons.mistakes.tasks import TASKS


def verdict_on(task, function, call):
    """Return the verdict on what is handed in for a task."""
    if function is None or function is ...:
        return nothing_yet(task.signature)
    if isinstance(function, type) or hasattr(type(function), "backward"):
        verdict, _ = diagnose_by(function, [TASKS[task.as_class or task.name]], call)
        if verdict.status is not Status.NOT_READ:
            return verdict
    if not callable(function):
        summary = "Hand in the function itself, not what it returns:"
        summary += f" got {kind_of(function, call)}."
        return Verdict(task.signature, Status.WRONG_TYPE, summary)
    if "backward" in task.roles:
        return judge_checker(task.signature, function, call)
    plain = type(function) is FunctionType
    names = function.__code__.co_varnames[: function.__code__.co_argcount] if plain else ()
    if len(names) != len(task.roles):
        names = tuple(task.arguments)
    verdict = judge(task, Attempt(function, names), call)
    renamed = strangers(names, task.roles) > 0
    if plain and not verdict.passed and (renamed or not verdict.mistakes):
        return _in_another_form(task, function, verdict, renamed, call)
    return verdict


def _in_another_form(task, function, verdict, renamed, call):
    """Return the verdict on a function in another form, where that says more than the one it has.

    The names of its arguments may tell that their order is another one.
    """
    other, same_arguments = diagnose_by(function, [task], call)
    renamed = renamed and same_arguments
    if other.passed and (renamed or not verdict.mistakes):
        if same_arguments:
            return other
        summary = f"Called like this, it is right. But here it is called as {task.signature},"
        summary += " and its result is used as it is."
        return replace(other, status=Status.OTHER_FORM, summary=summary)
    instead = renamed or (same_arguments and verdict.status is Status.RAISES)
    return other if instead and other.mistakes else verdict
