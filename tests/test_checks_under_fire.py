"""Whatever a function does, the check of it ends in a verdict, and all is as it was before."""

import contextlib
import os
import random
import signal
import sys
import warnings

import matplotlib
import nbclient
import nbformat
import numpy as np
import pytest

from softmax_lessons.exercises import check_gradient_checker, check_softmax
from softmax_lessons.judging import safe_call
from softmax_lessons.judging.verdict import Status
from softmax_lessons.numerics import softmax

TIMED = hasattr(signal, "setitimer")
WATCHED = hasattr(sys, "monitoring")
needs_timers = pytest.mark.skipif(not TIMED, reason="needs POSIX timers")
both_kinds = pytest.mark.parametrize("check", [check_softmax, check_gradient_checker])


@pytest.fixture(autouse=True)
def _unraisable(monkeypatch):
    """Leave what Python clears away while a function has filled the stack: nothing can run there.

    Nor can pytest's own hook, whose failure would count as one of the test.
    """
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: None)


@pytest.fixture
def stopped_soon(monkeypatch):
    """Stop functions after a moment: only for those without end, since a machine may be busy."""
    for check in (check_softmax, check_gradient_checker):
        check(lambda *arguments: 0)  # finds out what is expected, once and unhurried
    monkeypatch.setattr(safe_call, "SECONDS", 0.05)


# Without end

ENDED = "it did not return: all calls together have 0.05 seconds"


def endless(*arguments):
    while True:
        pass


def swallows(*arguments):
    while True:
        with contextlib.suppress(BaseException), contextlib.suppress(BaseException):
            endless()


def returns_after_all(z, axis):
    with contextlib.suppress(BaseException):
        endless()
    return softmax(z, axis)


@pytest.mark.usefixtures("stopped_soon")
@pytest.mark.parametrize(
    "timed",
    [
        pytest.param(True, marks=needs_timers),
        # As in a browser, where there are no timers.
        pytest.param(False, marks=pytest.mark.skipif(not WATCHED, reason="needs Python 3.12")),
    ],
)
@pytest.mark.parametrize("function", [endless, swallows, returns_after_all])
def test_a_function_that_does_not_return_is_stopped(function, timed, monkeypatch):
    monkeypatch.setattr(safe_call, "TIMED", timed)
    verdict = check_softmax(function)
    assert verdict.status is Status.RAISES
    assert verdict.summary == f"For this input {ENDED}, and this was call 1."


@needs_timers
@pytest.mark.usefixtures("stopped_soon")
def test_a_function_that_was_stopped_is_not_called_again():
    calls = []

    def counts(z, axis):
        calls.append(z)
        endless()

    check_softmax(counts)
    assert len(calls) == 1


def checks_itself(z, axis):
    check_softmax(checks_itself)


@needs_timers
@pytest.mark.usefixtures("stopped_soon")
def test_a_function_that_calls_its_own_check_is_stopped_with_all_its_checks():
    assert ENDED in check_softmax(checks_itself).summary


@needs_timers
def test_in_a_notebook_an_endless_loop_is_stopped_and_the_next_cell_runs():
    check = """\
from softmax_lessons.exercises import check_softmax
from softmax_lessons.judging import safe_call
check_softmax(lambda z, axis: z)
safe_call.SECONDS = 0.05

def my_softmax(z, axis):
    while True:
        pass

check_softmax(my_softmax)"""
    cells = [nbformat.v4.new_code_cell(source) for source in (check, "print('it goes on')")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the messaging library, as its versions have them
        nbclient.NotebookClient(notebook, timeout=600, startup_timeout=600, resources={}).execute()
    assert ENDED in cells[0].outputs[0].data["text/plain"]
    assert cells[1].outputs[0].text == "it goes on\n"


def calls_itself(z, axis):
    return calls_itself(z, axis)


def prints_without_end(z, axis):
    while True:
        print("again")


@pytest.mark.parametrize(
    ("function", "says"),
    [(calls_itself, "RecursionError"), (prints_without_end, "printed more than")],
)
def test_what_fills_stack_or_screen_is_stopped(function, says):
    assert says in check_softmax(function).summary


# Errors and interrupts


def raising(*arguments):
    raise RuntimeError


def exiting(*arguments):
    raise SystemExit


UNPRINTABLE = type("Unprintable", (Exception,), {"__str__": raising, "__repr__": raising})


@pytest.mark.parametrize("error", [SystemExit, UNPRINTABLE])
@both_kinds
def test_what_a_function_raises_becomes_a_verdict(check, error):
    def raises(*arguments):
        raise error

    verdict = check(raises)
    assert verdict.status is Status.RAISES
    assert error.__name__ in verdict.summary


def test_an_interrupt_reaches_the_user():
    def interrupted(z, axis):
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        check_softmax(interrupted)
    assert check_softmax(softmax).passed


# What is no function, and what is no result


class Softmax:
    """A layer handed in in place of its method."""


@pytest.mark.parametrize("value", [Softmax, 3, "softmax", np.ones(3)])
@both_kinds
def test_what_is_no_function_of_these_arguments_becomes_a_verdict(check, value):
    verdict = check(value)
    assert verdict.status is (Status.RAISES if value is Softmax else Status.WRONG_TYPE)
    assert str(verdict)
    assert verdict._repr_html_()


@pytest.mark.parametrize("harm", [raising, exiting, pytest.param(endless, marks=needs_timers)])
@both_kinds
def test_a_result_that_misbehaves_when_it_is_looked_at_becomes_a_verdict(check, harm, request):
    if harm is endless:
        request.getfixturevalue("stopped_soon")
    looks = ["__str__", "__repr__", "__len__", "__iter__", "__getitem__", "__float__"]
    looks += ["__array__", "__eq__", "__bool__", "__getattribute__"]
    hostile = type("Hostile", (), dict.fromkeys(looks, harm) | {"__hash__": None})
    verdict = check(lambda *arguments: hostile())
    assert verdict.status in (Status.RAISES, Status.WRONG_TYPE)
    assert str(verdict)
    assert verdict._repr_html_()


def test_a_huge_result_is_refused_by_its_shape():
    verdict = check_softmax(lambda z, axis: np.broadcast_to(0.0, (200_000, 200_000)))
    assert "an array of shape (200000, 200000)" in verdict.summary


# Settings

CHANGES = {
    "NumPy's functions": lambda: setattr(np, "exp", np.log),
    "NumPy's print options": lambda: np.set_printoptions(precision=1),
    "NumPy's handling of errors": lambda: np.seterr(all="raise"),
    "NumPy's random numbers": lambda: np.random.seed(0),  # noqa: NPY002
    "Python's random numbers": lambda: random.gauss(),
    "Matplotlib's settings": lambda: matplotlib.rcParams.update({"font.size": 99}),
    "the environment": lambda: os.environ.update(SOFTMAX="changed"),
    "the working folder": lambda: os.chdir(os.path.dirname(os.getcwd())),
    "the recursion limit": lambda: sys.setrecursionlimit(sys.getrecursionlimit() + 1),
    "the trace function": lambda: sys.settrace(lambda *event: None),
    "filters": lambda: warnings.simplefilter("error"),
    "warning": lambda: warnings.warn("careful", stacklevel=1),
    "noise": lambda: print("noise", file=sys.stderr),
    "output": lambda: setattr(sys, "stdout", sys.stderr),
}


def test_all_that_is_put_back_is_tried():
    assert safe_call.PUT_BACK.keys() <= CHANGES.keys()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_right_function_that_changes_a_setting_is_correct_and_the_setting_stays(change, capsys):
    def meddles(z, axis):
        p = softmax(z, axis)
        change()
        print("noise")
        return p

    def settings():
        read = {name: repr(get()) for name, (get, _) in safe_call.PUT_BACK.items()}
        return read, list(warnings.filters), sys.stdout

    before = settings()
    assert check_softmax(meddles).passed
    assert settings() == before
    assert capsys.readouterr() == ("", "")


# Debuggers, and systems without timers


def test_a_debugger_stays_and_nothing_is_stopped_for_it():
    seen = []
    sys.settrace(lambda frame, event, argument: seen.append(frame.f_code.co_name))
    try:
        assert check_softmax(lambda z, axis: softmax(z, axis)).passed
    finally:
        sys.settrace(None)
    assert "<lambda>" in seen


@pytest.mark.skipif(not WATCHED, reason="needs Python 3.12")
def test_where_there_is_no_timer_an_attached_debugger_stays(monkeypatch):
    monkeypatch.setattr(safe_call, "TIMED", False)
    sys.monitoring.use_tool_id(sys.monitoring.DEBUGGER_ID, "a debugger")
    try:
        assert check_softmax(softmax).passed
        assert sys.monitoring.get_tool(sys.monitoring.DEBUGGER_ID) == "a debugger"
    finally:
        sys.monitoring.free_tool_id(sys.monitoring.DEBUGGER_ID)
