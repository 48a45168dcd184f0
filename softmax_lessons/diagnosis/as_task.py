"""Reads what is handed in for one task, in whatever form: the one door for the exercises."""

import inspect
from dataclasses import replace

from softmax_lessons.diagnosis.evidence import NAMED
from softmax_lessons.diagnosis.layouts import LAYOUTS, TARGETS
from softmax_lessons.diagnosis.parts import Parts
from softmax_lessons.diagnosis.program import Live
from softmax_lessons.diagnosis.reading import Reading
from softmax_lessons.diagnosis.search import strangers
from softmax_lessons.judging.judge import Attempt, judge
from softmax_lessons.judging.observe import described, observe
from softmax_lessons.judging.verdict import Status, Verdict
from softmax_lessons.mistakes.tasks import TASKS


class _ForTask(Parts):
    """Keeps the matches of one task."""

    def __init__(self, program, task):
        super().__init__(Live(program), soft=True)
        self.names, self.found, self.error = {task.name}, [], None
        if not inspect.isroutine(program):  # a class may be handed the probabilities back
            self.names |= {other.name for other in TASKS.values() if other.as_class == task.name}

    def how(self, callee):
        return NAMED

    def told(self, callee, tried):
        if not callee.name.endswith((".forward", ".__call__")):  # these keep no derivative
            self.found += [match for match in tried.found if match.task.name in self.names]
        best = tried.best
        self.logarithm |= bool(best) and best.task.name == "log_softmax" and not best.keys
        self.error = self.error or next((error for _, error in tried.errors), tried.ended)


def reading_of(program, task, call):
    """Return the reading that explains most of what a program does, None where it has none.

    What can be called as the task says is. Else it is tried on all inputs of the task, as rows
    wherever it can be called so.
    """
    names = [*inspect.signature(program).parameters] if inspect.isfunction(program) else ()
    asked = Attempt(program, names) if len(names) == len(task.roles) else None
    if asked:
        asked.task, asked.layout = task, LAYOUTS["rows"]
        runs = observe(call, asked, task.inputs[0]).array is not None
        if runs and not strangers(names, task.roles):
            return asked
    return _read(program, task, rows_first=True)[0] or asked


def _read(program, task, rows_first=False):
    """Return the reading as a task, and what was raised where there is none."""
    reader = _ForTask(program, task)
    reader.go_through()
    if not reader.found:
        return None, reader.error

    def rank(match):
        other = rows_first and match.plan.layout is not LAYOUTS["rows"]
        return other, -len(match.plan.steps), match.cost

    reading = Reading(min(reader.found, key=rank))
    if reading.task.roles == task.roles:  # all that the task promises is asked
        cases = [case for case in task.inputs if reading.takes(case)]
        if reading.layout.single:
            cases = [c for c in cases if c.arguments[0].ndim < 2 or len(c.arguments[0]) < 2]
        reading.task = replace(task, inputs=tuple(cases))
    return reading, None


def diagnose_by(program, task, call):
    """Return the verdict on a program as one task, and whether it takes the task's arguments.

    It does where it takes them as arrays, in whatever order.
    """
    reading, error = _read(program, task)
    if reading is None:
        text = "It is unclear what this computes."
        text = f"It was called in several ways, and {described(error)}" if error else text
        return Verdict(getattr(program, "__name__", ""), Status.NOT_READ, text), False
    step, *more = reading.plan.steps
    forms = {*step.forms} - {"the last axis"}
    same = not more and forms <= {"array", *TARGETS} and reading.layout is LAYOUTS["rows"]
    same = same and {*reading.match.roles} == {*task.roles} - {"axis"}
    same = same and reading.match.path == "result"
    return replace(judge(reading.task, reading, call), read_as=reading.read_as), same
