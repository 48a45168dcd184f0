"""Calls a learner's function, which may do anything, and leaves things as they were.

Put back are NumPy's error handling, print options and global random state, the state of `random`,
the filters of warnings, standard output and error, the handlers of SIGINT and SIGALRM, and the
timer. Nothing else is: not what a function does to modules, files or threads.

All calls of a check together have SECONDS. A function is stopped by a signal in the main thread of
a POSIX system. Where there are no such signals, as in a browser, Python 3.12 and newer look at the
clock at every jump and every call, which makes loops some five times slower. Elsewhere a call has
all the time it takes. Nor is a single operation in C, such as ``9**9**9``, stopped before it comes
to its end, or a function that takes the alarm for itself.
"""

import contextlib
import io
import linecache
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

from softmax_lessons.exercises.verdict import printable

SECONDS = 5
AGAIN = 0.1
"""The seconds that a stopped function has for cleaning up."""
DEEPEST = 9
"""How many calls may be within one another."""
CHARACTERS, KEPT = 100_000, 400
"""How much a function may print, and how much of it is kept."""
TIMED = hasattr(signal, "setitimer")
WATCHED = not TIMED and hasattr(sys, "monitoring")
TOOL = 0
"""The number under which Python calls us back: that of a debugger, of which there is none then."""
NOT_THEIRS = (str(Path(__file__).parents[1]), sysconfig.get_path("stdlib"), "site-packages")


class Endless(BaseException):
    """Ends a function that prints or runs without end; no `except Exception` stops it."""


def _too_long():
    return Endless(f"it did not return within {SECONDS} seconds")


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


class _Settings:
    """What a function may change, as it is now; put back at the end of a `with`.

    No generator: one that is cut short would put things back when it is collected, at any time.
    """

    def __enter__(self):
        self.print_options = np.get_printoptions()
        self.states = random.getstate(), np.random.get_state()  # noqa: NPY002

    def __exit__(self, *error):
        np.set_printoptions(**self.print_options)
        random.setstate(self.states[0])
        np.random.set_state(self.states[1])  # noqa: NPY002


def _applied(function, arguments):
    """Call a function; what is above this on the stack is the learner's."""
    return function(*arguments)


def _next_below(frame, *functions):
    """Return a frame, or the nearest one below it on the stack, that runs one of some functions."""
    codes = [function.__code__ for function in functions]
    while frame is not None and frame.f_code not in codes:
        frame = frame.f_back
    return frame


def _is_learners(frame):
    """Tell whether a frame is the learner's, and not a part of this module's work."""
    below = _next_below(frame, _applied, _Signals.ring)
    return below is not None and below.f_code is _applied.__code__


class _Signals:
    """Stops the body of a `with` after some seconds; a real interrupt, from the stop button, too.

    A KeyboardInterrupt that the learner's own code raises is an exception like any other. Signals
    reach the main thread of a POSIX system alone; elsewhere this does nothing. `rung` is what has
    stopped the body.
    """

    active = None
    moments = random.Random(0)

    def __init__(self, seconds):
        self.seconds, self.rung, self.stopped, self.within = seconds, None, False, 0

    def __enter__(self):
        if threading.current_thread() is not threading.main_thread():
            return self
        _Signals.active = self
        self.interrupt = signal.signal(signal.SIGINT, self.stop)
        if TIMED:
            self.alarm = signal.signal(signal.SIGALRM, self.ring)
            self.timer = signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN)
        elif WATCHED:
            self.end = time.monotonic() + self.seconds
            events = sys.monitoring.events
            sys.monitoring.use_tool_id(TOOL, "softmax_lessons")
            for event in (events.JUMP, events.PY_START):
                sys.monitoring.register_callback(TOOL, event, self.look)
            sys.monitoring.set_events(TOOL, events.JUMP | events.PY_START)
        return self

    def __exit__(self, *error):
        if _Signals.active is not self:
            return
        if TIMED:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self.alarm)
            signal.setitimer(signal.ITIMER_REAL, *self.timer)  # the caller's own goes on
        elif WATCHED:
            sys.monitoring.set_events(TOOL, 0)
            sys.monitoring.free_tool_id(TOOL)
        signal.signal(signal.SIGINT, self.interrupt)
        _Signals.active = None
        if self.stopped:
            raise KeyboardInterrupt

    def look(self, *where):
        """Look at the clock."""
        if time.monotonic() > self.end and _is_learners(sys._getframe(1)):
            self.rung = _too_long()
            raise self.rung

    def stop(self, number, frame):
        """Handle an interrupt."""
        self.stopped = True
        if _is_learners(frame):
            raise KeyboardInterrupt

    def ring(self, number, frame):
        """Handle the alarm."""
        if not _next_below(frame, _applied):
            return
        if self.rung:
            # It has caught the one before, and would catch one at the same place again. At random
            # moments, they soon find it where it is done with one and not yet ready for the next.
            signal.setitimer(signal.ITIMER_REAL, self.moments.uniform(1e-6, 2e-5), AGAIN)
        self.rung = _too_long()
        if _is_learners(frame):
            raise self.rung


class Caller:
    """Calls functions that may do anything, all together for SECONDS at most.

    `printed` is the beginning of what the first of them that printed wrote.

    Examples
    --------
    >>> Caller()(int, "7")
    (7, None)
    """

    def __init__(self):
        self.left, self.printed = SECONDS, ""

    def __call__(self, function, *arguments):
        """Return what a function returned, and what it raised, a SystemExit of its own included.

        Only a KeyboardInterrupt is passed on, where the learner presses stop.
        """
        outer = _Signals.active
        if outer and threading.current_thread() is threading.main_thread():
            # A function that calls a check: whatever ends the outer call ends this one too. One
            # that calls its own would go on until the stack is full.
            outer.within += 1
            try:
                if outer.within > DEEPEST:
                    outer.rung = _too_long()
                    raise outer.rung
                return function(*arguments), None
            except Exception as caught:
                return None, caught
            finally:
                outer.within -= 1
        if self.left <= 0:
            return None, _too_long()
        value = error = None
        out, started = _Sink(), time.monotonic()
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(_Sink()),
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
        ):
            warnings.simplefilter("ignore")
            with _Settings(), _Signals(self.left) as signals:
                try:
                    value = _applied(function, arguments)
                except BaseException as caught:
                    error = caught
        self.left -= time.monotonic() - started
        self.printed = self.printed or printable(out.text)
        # It may have caught what stopped it, and returned then.
        return (None, signals.rung) if signals.rung else (value, error)


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
