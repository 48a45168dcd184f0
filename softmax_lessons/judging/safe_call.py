"""Calls a learner's function, which may do anything, and puts back what it may have changed.

`PUT_BACK` says what that is, beside standard output, standard error and the filters of warnings.
Nothing else is put back: not what a function does to other modules, files or threads.

All calls of a check together have SECONDS. In the main thread of a POSIX system a timer stops a
function. Elsewhere, as on Windows or in a browser, Python 3.12 and newer look at the clock at every
jump and every call, which makes loops some five times slower. Before 3.12, and where a debugger is
attached, which halts a function for as long as one looks, a call there has all the time it takes.
Nor is a single operation in C, such as ``9**9**9``, stopped before it comes to its end, or a loop
within a loop where both catch everything.
"""

import contextlib
import io
import linecache
import os
import random
import signal
import sys
import sysconfig
import threading
import time
import traceback
import warnings
from pathlib import Path

import numpy as np

from softmax_lessons.judging.showing import printable

SECONDS = 5
AGAIN = 0.1
"""The seconds that a stopped function has for cleaning up."""
CHARACTERS, KEPT = 100_000, 400
"""How much a function may print, and how much of it is kept."""
TIMED = hasattr(signal, "setitimer")
NOT_THEIRS = (str(Path(__file__).parents[1]), sysconfig.get_path("stdlib"), "site-packages")


def _plotting():
    """Return Matplotlib's settings, where it is loaded, without its checks of each of them."""
    loaded = sys.modules.get("matplotlib")
    return loaded and dict(dict.items(loaded.rcParams))


def _put_environment(before):
    if os.environ != before:
        os.environ.clear()
        os.environ.update(before)


PUT_BACK = {
    "NumPy's functions": (lambda: vars(np).copy(), vars(np).update),
    "NumPy's print options": (np.get_printoptions, lambda kept: np.set_printoptions(**kept)),
    "NumPy's handling of errors": (np.geterr, lambda kept: np.seterr(**kept)),
    "NumPy's random numbers": (np.random.get_state, np.random.set_state),
    "Python's random numbers": (random.getstate, random.setstate),
    "Matplotlib's settings": (
        _plotting,
        lambda kept: kept and dict.update(sys.modules["matplotlib"].rcParams, kept),
    ),
    "the environment": (lambda: dict(os.environ), _put_environment),
    "the working folder": (os.getcwd, os.chdir),
    "the recursion limit": (sys.getrecursionlimit, sys.setrecursionlimit),
    "the trace function": (sys.gettrace, sys.settrace),
}
"""How to read and to put back each thing that a function may have changed."""


class Endless(BaseException):
    """Ends a function that prints or runs without end; no `except Exception` stops it."""


def _too_long(seconds, calls):
    text = f"it did not return: all calls together have {seconds} seconds,"
    return f"{text} and this was call {calls}"


class _Sink(io.TextIOBase):
    """Keeps the beginning of what a function prints, and ends it where it prints without end."""

    def __init__(self):
        self.left, self.text = CHARACTERS, ""

    def write(self, text):
        self.left -= len(text)
        self.text = (self.text + text)[:KEPT]
        if self.left < 0:
            raise Endless(f"it printed more than {CHARACTERS} characters")
        return len(text)


RUNNING = set()
"""The threads in which a function is being called."""


class _Clock:
    """Raises `Endless` in a function that still runs when its time is up."""

    def __init__(self, seconds, what):
        self.seconds, self.end, self.what = seconds, time.monotonic() + seconds, what
        self.thread, self.inside, self.error, self.rings = threading.get_ident(), False, None, 0

    def __enter__(self):
        monitoring = getattr(sys, "monitoring", None)
        debugged = sys.gettrace() or (monitoring and monitoring.get_tool(monitoring.DEBUGGER_ID))
        self.stop = None
        if debugged or self.thread != threading.main_thread().ident:
            pass
        elif TIMED:
            before = signal.signal(signal.SIGALRM, self.ring)
            timer = signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN)
            self.stop = lambda: (
                signal.setitimer(signal.ITIMER_REAL, 0),
                signal.signal(signal.SIGALRM, before),
                signal.setitimer(signal.ITIMER_REAL, *timer),  # the caller's own goes on
            )
        elif monitoring:
            tool = next(n for n in range(5, -1, -1) if monitoring.get_tool(n) is None)
            monitoring.use_tool_id(tool, "softmax_lessons")
            for event in (monitoring.events.JUMP, monitoring.events.PY_START):
                monitoring.register_callback(tool, event, self.look)
            monitoring.set_events(tool, monitoring.events.JUMP | monitoring.events.PY_START)
            self.stop = lambda: (monitoring.set_events(tool, 0), monitoring.free_tool_id(tool))
        RUNNING.add(self.thread)
        return self

    def __exit__(self, *error):
        RUNNING.remove(self.thread)
        if self.stop:
            self.stop()

    def run(self, function, arguments):
        """Return what a function returns, and what it raises."""
        try:
            self.inside = True
            try:
                value = function(*arguments)
            finally:
                self.inside = False
        except KeyboardInterrupt:
            raise
        except BaseException as caught:
            return None, self.error or caught
        return (None, self.error) if self.error else (value, None)

    def look(self, *where):
        """Raise where the time is up."""
        up = self.inside and time.monotonic() > self.end
        if up and threading.get_ident() == self.thread:
            self.error = Endless(self.what)
            raise self.error

    def ring(self, number, frame):
        """Handle the alarm.

        A function that has caught the one before would catch this one at the same place. So another
        follows: first at the next line, later at the second, the third and so on, one of which is
        outside of what catches it.
        """
        self.rings += 1
        self.lines = self.rings - 2
        while self.inside and self.rings > 1 and frame.f_code is not _Clock.run.__code__:
            frame.f_trace, frame = self.trace, frame.f_back
            sys.settrace(self.trace)
        self.look()

    def trace(self, frame, event, argument):
        """Look at the clock, some lines from here."""
        self.lines -= event == "line"
        if self.lines < 0:
            self.look()
        return self.trace


class Caller:
    """Calls functions that may do anything, all together for some seconds at most.

    `printed` is the beginning of what the last of them wrote.

    Examples
    --------
    >>> Caller()(int, "7")
    (7, None)
    """

    def __init__(self, seconds=None):
        self.seconds = SECONDS if seconds is None else min(seconds, SECONDS)
        self.left, self.calls, self.printed = self.seconds, 0, ""
        self.before = [(put, get()) for get, put in PUT_BACK.values()]

    def __call__(self, function, *arguments):
        """Return what a function returned, and what it raised, a SystemExit of its own included.

        Only a KeyboardInterrupt is passed on, where the learner presses stop.
        """
        if threading.get_ident() in RUNNING:  # a function that calls a check is ended with it
            try:
                return function(*arguments), None
            except Exception as caught:
                return None, caught
        if self.left <= 0:
            return None, Endless(_too_long(self.seconds, self.calls))
        self.calls += 1
        out, clock = _Sink(), _Clock(self.left, _too_long(self.seconds, self.calls))
        try:
            with (
                contextlib.redirect_stdout(out),
                contextlib.redirect_stderr(_Sink()),
                warnings.catch_warnings(action="ignore"),
                clock,
            ):
                np.seterr(all="ignore")
                value, error = clock.run(function, arguments)
        finally:
            for put, kept in self.before:
                put(kept)
        self.left = clock.end - time.monotonic()
        self.printed = printable(out.text)
        return value, error


def learners_line(error):
    """Return the last line of the learner's own code that an error came through, if there is one.

    Examples
    --------
    >>> learners_line(ValueError("never raised"))
    ''
    """
    for frame, number in reversed(list(traceback.walk_tb(error.__traceback__))):
        file = frame.f_code.co_filename
        line = linecache.getline(file, number).strip()
        if line and not any(part in file for part in NOT_THEIRS):
            return line
    return ""
