"""Diagnoses programs as people have them: as a function, a class, an object, a text or a cell."""

import sys
from dataclasses import replace

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.diagnosis.cell import Verdicts, run, say_what_to_do
from softmax_lessons.diagnosis.doorway import diagnose_by
from softmax_lessons.judging.gradient_checker import judge_checker
from softmax_lessons.judging.observe import kind_of
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.judging.verdict import Status, Verdict
from softmax_lessons.mistakes.tasks import READ, TASKS


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
        summary = "Hand in a function, a class or an object with forward and backward:"
        summary += f" got {kind_of(program, Caller())}."
        return Verdict("program", Status.WRONG_TYPE, summary)
    is_checker, _ = Caller()(lambda: type(program(numerics.softmax_backward)) in (bool, np.bool_))
    if is_checker:
        verdict = judge_checker(TASKS["gradient_checker"].signature, program, Caller())
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
    shell.events.register("post_run_cell", say_what_to_do)


if "IPython" in sys.modules and (_shell := sys.modules["IPython"].get_ipython()):
    load_ipython_extension(_shell)
