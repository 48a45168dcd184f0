"""Diagnoses programs as people have them: as a function, a class, an object, a text or a cell.

`text` and `program` read a text and run it, `plans` and `layouts` are ways to call its parts,
`search` tries them and finds what comes back in `tables` of formulas, where `evidence` admits it,
`answer` has it judged, `own_loss` and `own_weights` hear the loss of the program, `inside` looks at
what appears line by line, `rounds` in loops that train: there `steps_back` and `weights` find the
step back, and which way weights move.
`numeric` and `checkers` read what measures gradients.
`parts` goes through a program, and `reader` tells what it is of each part.
"""

import sys
from dataclasses import replace

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.diagnosis.cell import Verdicts, say_what_to_do
from softmax_lessons.diagnosis.program import RUNS, Live, Program
from softmax_lessons.diagnosis.reader import Reader
from softmax_lessons.diagnosis.standins import is_stand_in, old_numpy
from softmax_lessons.judging.gradient_checker import judge_checker
from softmax_lessons.judging.observe import kind_of
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.judging.verdict import Status, Verdict
from softmax_lessons.mistakes.tasks import TASKS


def diagnose(program):
    """Find out what a program is meant to do, and what is wrong with it.

    Parameters
    ----------
    program : callable, class, object or str
        The text of a program, which is run as far as it goes, or a function, a class, or an object
        with a forward and a backward. How it is called is found by trying.

    Returns
    -------
    Verdict or Verdicts
        It says how the program was read. Which shapes it takes is no mistake here. For a text, the
        verdicts on all parts in which softmax was found, the wrong ones first.

    Examples
    --------
    >>> def softmax_grad(probs, upstream):
    ...     return probs * (1 - probs) * upstream
    >>> diagnose(softmax_grad).misconception.key
    'elementwise'
    """
    if isinstance(program, str):
        call = Caller(RUNS)
        with old_numpy():
            return _read(Program(program, {"__name__": "__main__", "np": np}, call))
    if not callable(program) and not hasattr(type(program), "backward"):
        summary = "Hand in a function, a class or an object with forward and backward:"
        summary += f" got {kind_of(program, Caller())}."
        return Verdict("program", Status.WRONG_TYPE, summary)
    is_checker, _ = Caller()(lambda: type(program(numerics.softmax_backward)) in (bool, np.bool_))
    if is_checker:
        verdict = judge_checker(TASKS["gradient_checker"].signature, program, Caller())
        hint = verdict.misconception.hint if verdict.misconception else ""
        return replace(verdict, hint=hint)
    live = Live(program)
    verdicts = _read(live, soft=True)
    for verdict in verdicts:
        return verdict
    why = next(iter(verdicts.unread.values()), "It is unclear what this computes.")
    return Verdict(live.name, Status.NOT_READ, why)


def _read(program, soft=False):
    reader = Reader(program, soft)
    with np.errstate(all="ignore"):
        return Verdicts.of(reader.read(), reader.unread, program.troubles)


def _diagnose_cell(line, cell):
    """Run the cell as it is, and diagnose every function and class that it defines."""
    shell = sys.modules["IPython"].get_ipython()

    def call(function, *arguments):
        try:
            return function(*arguments), None
        except (Exception, SystemExit) as error:
            return None, error

    before = {*shell.user_ns}
    with old_numpy():
        verdicts = _read(Program(cell, shell.user_ns, call, everything=True))
    for name in {*shell.user_ns} - before:
        if is_stand_in(shell.user_ns[name]):
            del shell.user_ns[name]
    return verdicts


def load_ipython_extension(shell):
    """Make %%diagnose known, which happens by itself where this is imported in a notebook."""
    shell.register_magic_function(_diagnose_cell, "cell", "diagnose")
    shell.events.register("post_run_cell", say_what_to_do)


if "IPython" in sys.modules and (_shell := sys.modules["IPython"].get_ipython()):
    load_ipython_extension(_shell)
