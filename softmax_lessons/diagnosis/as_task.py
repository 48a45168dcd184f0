"""Reads what is handed in for one task, in whatever form: the one door for the exercises."""

import inspect
from dataclasses import dataclass, replace

import numpy as np

from softmax_lessons.diagnosis.evidence import NAMED
from softmax_lessons.diagnosis.layouts import LAYOUTS, TARGETS
from softmax_lessons.diagnosis.numeric import TASK as NUMERIC
from softmax_lessons.diagnosis.numeric import numeric_of
from softmax_lessons.diagnosis.plans import Callee
from softmax_lessons.diagnosis.program import Live
from softmax_lessons.diagnosis.reader import Reader
from softmax_lessons.diagnosis.reading import Reading
from softmax_lessons.diagnosis.search import strangers
from softmax_lessons.judging.judge import Attempt, judge
from softmax_lessons.judging.observe import described, observe
from softmax_lessons.judging.verdict import Status, Verdict
from softmax_lessons.mistakes.task import Task
from softmax_lessons.mistakes.tasks import TASKS

UNCLEAR = "It is unclear what this computes."


class _ForTask(Reader):
    """Keeps the matches of one task in place of verdicts."""

    def __init__(self, program, names):
        super().__init__(program, soft=True)
        self.names, self.found, self.error = names, [], None

    def _how(self, words):
        return NAMED

    def _numeric(self, name, callee):
        return None

    def _told(self, name, callee, tried, how):
        if not name.endswith((".forward", ".__call__")):  # what these keep is no derivative
            self.found += [match for match in tried.found if match.task.name in self.names]
        best = tried.best
        self.logarithm |= bool(best) and best.task.name == "log_softmax" and not best.keys
        self.error = self.error or next((error for _, error in tried.errors), tried.ended)


@dataclass(eq=False)
class AsAsked(Attempt):
    """A function that is called as its task says."""

    task: Task
    layout = LAYOUTS["rows"]


def names_of(function):
    """Return the names of the arguments of a plain function, none for anything else."""
    if not inspect.isfunction(function):
        return ()
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def reading_of(program, task, call):
    """Return the reading that explains most of what a program does, None where it has none.

    What can be called as the task says is. Else it is tried on all inputs of the task, as rows
    wherever it can be called so.
    """
    names = names_of(program)
    plain = len(names) == len(task.roles)
    asked = AsAsked(program, names, task) if plain else None
    case = task.inputs[0]
    if plain and not strangers(names, task.roles) and observe(call, asked, case).array is not None:
        return asked
    if task.name == NUMERIC.name:
        return numeric_of(Callee(program.__name__, program, lambda _: program))
    return _read(program, task, rows_first=True)[0] or asked


def _read(program, task, rows_first=False):
    names = {task.name}
    if not inspect.isroutine(program):  # a class may be handed the probabilities back
        names |= {other.name for other in TASKS.values() if other.as_class == task.name}
    reader = _ForTask(Live(program), names)
    reader.read()
    if not reader.found:
        return None, reader.error

    def rank(match):
        other = rows_first and match.plan.layout is not LAYOUTS["rows"]
        return other, -len(match.plan.steps), match.cost

    best = min(reader.found, key=rank)
    reading = Reading(best)
    if best.task.roles == task.roles:  # all that the task promises is asked
        one = reading.layout.single
        inputs = tuple(c for c in task.inputs if reading.takes(c) and not (one and _is_many(c)))
        reading.task = replace(task, inputs=inputs)
    return reading, None


def _is_many(case):
    return np.ndim(case.arguments[0]) > 1 and len(case.arguments[0]) > 1


def diagnose_by(program, task, call):
    """Return the verdict on a program as one task, and whether it takes the task's arguments."""
    reading, error = _read(program, task)
    if reading is None:
        summary = (
            UNCLEAR if error is None else f"It was called in several ways, and {described(error)}"
        )
        return Verdict(getattr(program, "__name__", ""), Status.NOT_READ, summary), False
    verdict = replace(judge(reading.task, reading, call), read_as=reading.read_as)
    return verdict, takes_the_same(reading, task)


def takes_the_same(reading, task):
    """Tell whether a program takes the arguments of a task as arrays, in whatever order."""
    plan = reading.match.plan
    forms = {*plan.steps[-1].forms} - {"the last axis"}
    return (
        len(plan.steps) == 1
        and forms <= {"array", *TARGETS}
        and {*reading.match.roles} == {*task.roles} - {"axis"}
        and plan.layout is LAYOUTS["rows"]
        and reading.match.path == "result"
    )
