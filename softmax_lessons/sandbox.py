"""Calls a learner's function, which may do anything, and leaves everything as it was."""

import contextlib
import io
import signal
import threading
import warnings

import numpy as np

SECONDS = 5
CHARACTERS = 100_000


class Endless(BaseException):
    """Ends a function that prints or runs without end; no `except Exception` stops it."""


class _Sink(io.TextIOBase):
    """Swallows what a function prints, up to a limit."""

    def __init__(self):
        self.left = CHARACTERS

    def write(self, text):
        self.left -= len(text)
        if self.left < 0:
            raise Endless(f"it printed more than {CHARACTERS} characters")
        return len(text)


@contextlib.contextmanager
def _signals():
    """Stop the body after SECONDS; a real interrupt, from the stop button, goes through.

    A KeyboardInterrupt that the learner's own code raises is an exception like any other. Signals
    reach the main thread of a POSIX system alone; elsewhere this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    stopped = False

    def stop(number, frame):
        nonlocal stopped
        stopped = True
        raise KeyboardInterrupt

    def ring(number, frame):
        raise Endless(f"it did not return within {SECONDS} seconds")

    timed = hasattr(signal, "setitimer")
    before = signal.signal(signal.SIGINT, stop)
    if timed:
        alarm = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, alarm)
        signal.signal(signal.SIGINT, before)
        if stopped:
            raise KeyboardInterrupt


@contextlib.contextmanager
def _everything_restored():
    """Silence the body, and put back NumPy's settings and random state after it."""
    random_state = np.random.get_state()  # noqa: NPY002 (the learner may use the global one)
    with (
        contextlib.redirect_stdout(_Sink()),
        contextlib.redirect_stderr(_Sink()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        np.printoptions(),
    ):
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            np.random.set_state(random_state)  # noqa: NPY002


def call(function, *arguments):
    """Call a function that may do anything.

    Parameters
    ----------
    function : callable
    *arguments
        Handed on as they are.

    Returns
    -------
    value, error : object, BaseException or None
        What it returned, or what it raised, SystemExit and KeyboardInterrupt of its own included.

    Raises
    ------
    KeyboardInterrupt
        If the learner presses stop.

    Examples
    --------
    >>> call(int, "7")
    (7, None)
    """
    try:
        with _everything_restored(), _signals():
            try:
                return function(*arguments), None
            except BaseException as error:
                return None, error
    except Endless as error:  # the alarm rang between the two
        return None, error
