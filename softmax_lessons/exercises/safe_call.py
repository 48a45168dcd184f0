"""Calls a learner's function, which may do anything, and leaves things as they were.

Put back are NumPy's error handling, print options and global random state, the state of `random`,
the filters of warnings, standard output and error, the recursion limit, the handlers of SIGINT and
SIGALRM, and the timer. Nothing else is: not what a function does to modules, files or threads.

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

SECONDS = 5
AGAIN = 0.1
"""The seconds that a stopped function has for cleaning up."""
CHARACTERS, KEPT = 100_000, 400
"""How much a function may print, and how much of it is kept."""
TIMED = hasattr(signal, "setitimer")
WATCHED = not TIMED and hasattr(sys, "monitoring")
TOOL = 0
"""The number under which Python calls us back: that of a debugger, of which there is none then."""


class Endless(BaseException):
    """Ends a function that prints or runs without end; no `except Exception` stops it."""


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
        # The learner may use the global one, and may put another generator into it.
        self.generator = np.random.get_bit_generator()
        self.numpy_state = np.random.get_state()  # noqa: NPY002
        self.state = random.getstate()
        self.depth = sys.getrecursionlimit()

    def __exit__(self, *error):
        np.set_printoptions(**self.print_options)
        if np.random.get_bit_generator() is not self.generator:
            np.random.set_bit_generator(self.generator)
        np.random.set_state(self.numpy_state)  # noqa: NPY002
        random.setstate(self.state)
        if sys.getrecursionlimit() != self.depth:
            sys.setrecursionlimit(self.depth)


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
    below = _next_below(frame, _applied, Caller.__call__, _Signals.ring)
    return below is not None and below.f_code is _applied.__code__


class _Signals:
    """Stops the body of a `with` after some seconds; a real interrupt, from the stop button, too.

    A KeyboardInterrupt that the learner's own code raises is an exception like any other. Signals
    reach the main thread of a POSIX system alone; elsewhere this does nothing. A call within a call
    shares its time.

    Attributes
    ----------
    rung : Endless or None
        What has stopped the body.
    around : _Signals or None
        Those of the call around this one.
    """

    outermost = None
    moments = random.Random(0)

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        self.rung, self.stopped = None, False
        main = threading.current_thread() is threading.main_thread()
        self.around = _Signals.outermost if main else None
        if not main or self.around:
            return self
        _Signals.outermost = self
        self.interrupt = signal.signal(signal.SIGINT, self.stop)
        if TIMED:
            self.alarm = signal.signal(signal.SIGALRM, self.ring)
            self.started = time.monotonic()
            self.left, self.interval = signal.setitimer(signal.ITIMER_REAL, self.seconds, AGAIN)
        elif WATCHED:
            self.end = time.monotonic() + self.seconds
            self.watch()
        return self

    def __exit__(self, *error):
        if _Signals.outermost is not self:
            return
        if TIMED:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self.alarm)
            if self.left:  # the caller's own timer goes on
                left = max(self.left - (time.monotonic() - self.started), 1e-3)
                signal.setitimer(signal.ITIMER_REAL, left, self.interval)
        elif WATCHED:
            sys.monitoring.set_events(TOOL, 0)
            sys.monitoring.free_tool_id(TOOL)
        signal.signal(signal.SIGINT, self.interrupt)
        _Signals.outermost = None
        if self.stopped:
            raise KeyboardInterrupt

    def pass_on(self):
        """Raise again what has stopped the call around this one, since that is to end too.

        Otherwise a function that calls its own check would be begun anew for every input, at every
        depth.
        """
        if self.around and self.around.stopped:
            raise KeyboardInterrupt
        if self.around and self.around.rung:
            raise self.around.rung

    def watch(self):
        """Have `look` called at every jump and every call."""
        events = sys.monitoring.events
        sys.monitoring.use_tool_id(TOOL, "softmax_lessons")
        for event in (events.JUMP, events.PY_START):
            sys.monitoring.register_callback(TOOL, event, self.look)
        sys.monitoring.set_events(TOOL, events.JUMP | events.PY_START)

    def look(self, *where):
        """Look at the clock."""
        if time.monotonic() > self.end and _is_learners(sys._getframe(1)):
            self.rung = Endless(f"it did not return within {SECONDS} seconds")
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
        self.rung = Endless(f"it did not return within {SECONDS} seconds")
        if _is_learners(frame):
            raise self.rung


class Caller:
    """Calls functions that may do anything, all together for SECONDS at most.

    Attributes
    ----------
    printed : str
        The beginning of what the first of them that printed wrote.

    Examples
    --------
    >>> Caller()(int, "7")
    (7, None)
    """

    def __init__(self):
        self.end = time.monotonic() + SECONDS
        self.printed = ""

    def __call__(self, function, *arguments):
        """Return what a function returned, and what it raised, a SystemExit of its own included.

        Only a KeyboardInterrupt is passed on, where the learner presses stop.
        """
        value = error = None
        out, left = _Sink(), self.end - time.monotonic()
        if left <= 0:
            return None, Endless(f"it did not return within {SECONDS} seconds, all calls together")
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(_Sink()),
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
        ):
            warnings.simplefilter("ignore")
            with _Settings(), _Signals(left) as signals:
                try:
                    signals.pass_on()
                    value = _applied(function, arguments)
                except BaseException as caught:
                    error = caught
        signals.pass_on()
        self.printed = self.printed or out.text
        # It may have caught what stopped it, and returned then.
        return (None, signals.rung) if signals.rung else (value, error)


NOT_THEIRS = (str(Path(__file__).parents[1]), sysconfig.get_path("stdlib"), "site-packages")


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
