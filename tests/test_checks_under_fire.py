"""Whatever a function does, the check of it ends in a verdict, and all is as it was before."""

import asyncio
import contextlib
import decimal
import random
import signal
import sys
import threading
import time
import warnings

import nbclient
import nbformat
import numpy as np
import pytest

from softmax_lessons import sandbox
from softmax_lessons.exercises import (
    CHECKS,
    EXERCISES,
    check_gradient_checker,
    check_softmax,
    check_softmax_backward,
)
from softmax_lessons.numerics import softmax
from softmax_lessons.verdicts import Status

TIMED = hasattr(signal, "setitimer")
needs_timers = pytest.mark.skipif(not TIMED, reason="needs POSIX timers")
# While a function has filled the stack, what Python clears away at that moment cannot run either.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

# The longest text and HTML of a verdict, some 20 times those of an ordinary one.
LONGEST = 30_000


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Have functions without end stopped after a moment."""
    for exercise in EXERCISES.values():
        # What the catalogue's functions do is found out once, and takes longer on a busy machine.
        _ = exercise.known, exercise.expected
    monkeypatch.setattr(sandbox, "SECONDS", 0.05)
    monkeypatch.setattr(sandbox, "AGAIN", 0.02)


@pytest.fixture
def unhurried(monkeypatch, soon):
    """Leave right functions the time that they have otherwise, for a busy machine."""
    monkeypatch.setattr(sandbox, "SECONDS", 5)


# The settings that a function may change


class Settings:
    """All that a check puts back, to be compared before and after."""

    def __init__(self):
        self.error_state = np.geterr(), np.geterrcall(), np.getbufsize()
        self.print_options = np.get_printoptions()
        self.generator = np.random.get_bit_generator()
        name, key, *rest = np.random.get_state()  # noqa: NPY002
        self.random_states = name, key.tolist(), rest, random.getstate()
        self.filters = warnings.filters, list(warnings.filters), warnings.showwarning
        self.streams = sys.stdout, sys.stderr
        self.depth = sys.getrecursionlimit()
        self.handlers = [signal.getsignal(signal.SIGINT)]
        if TIMED:
            self.handlers += [
                signal.getsignal(signal.SIGALRM),
                signal.getitimer(signal.ITIMER_REAL),
            ]


@pytest.fixture(autouse=True)
def everything_is_as_before():
    """Compare all settings before and after every test of this file."""
    before = vars(Settings())
    yield
    after = vars(Settings())
    assert [name for name in before if before[name] != after[name]] == []


CHANGES = {
    "error state": lambda: np.seterr(all="raise"),
    "error call": lambda: np.seterrcall(print),
    "buffer size": lambda: np.setbufsize(2**14),
    "print options": lambda: np.set_printoptions(
        precision=1, threshold=2, formatter={"float": str}
    ),
    "seed": lambda: np.random.seed(0),  # noqa: NPY002
    "draw": lambda: np.random.normal(),  # noqa: NPY002
    "generator": lambda: np.random.set_bit_generator(np.random.PCG64(1)),
    "seed of Python": lambda: random.seed(0),
    "draw of Python": lambda: random.gauss(),
    "filters": lambda: warnings.simplefilter("error"),
    "no filters": lambda: warnings.filters.clear(),
    "showwarning": lambda: setattr(warnings, "showwarning", print),
    "warning": lambda: warnings.warn("careful", stacklevel=1),
    "standard output": lambda: setattr(sys, "stdout", None),
    "closed output": lambda: sys.stdout.close(),
    "standard error": lambda: setattr(sys, "stderr", sys.stdout),
    "noise": lambda: print("noise", file=sys.stderr),
    "recursion limit": lambda: sys.setrecursionlimit(5000),
    "interrupts": lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    "alarm ignored": lambda: signal.signal(signal.SIGALRM, signal.SIG_IGN),
    "timer off": lambda: signal.setitimer(signal.ITIMER_REAL, 0),
    "alarm": lambda: signal.alarm(100),
}
NEED_TIMERS = {"alarm ignored", "timer off", "alarm"}


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(change, id=name, marks=needs_timers if name in NEED_TIMERS else ())
        for name, change in CHANGES.items()
    ],
)
def test_a_right_function_that_changes_a_setting_is_correct_and_the_setting_stays(change, capfd):
    def meddles(z, axis):
        change()
        return softmax(z, axis)

    assert check_softmax(meddles).passed
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("generator", [np.random.MT19937(3), np.random.PCG64(3)])
def test_the_global_random_state_goes_on_whatever_generator_is_in_it(generator):
    def draws(z, axis):
        np.random.normal(size=3)  # noqa: NPY002
        return softmax(z, axis)

    before = np.random.get_bit_generator()
    try:
        np.random.set_bit_generator(generator)
        np.random.normal()  # noqa: NPY002 (it makes two numbers, and keeps one for the next call)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NumPy has one for generators of our own
            state = np.random.get_state(legacy=False)  # noqa: NPY002
            assert check_softmax(draws).passed
            np.testing.assert_equal(np.random.get_state(legacy=False), state)  # noqa: NPY002
    finally:
        np.random.set_bit_generator(before)


@needs_timers
def test_a_timer_of_the_caller_goes_on(monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 5)
    rang = []
    before = signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
    try:
        signal.setitimer(signal.ITIMER_REAL, 100, 50)
        assert check_softmax(softmax).passed
        left, interval = signal.setitimer(signal.ITIMER_REAL, 0)
        assert 90 < left <= 100
        assert interval == 50
        assert not rang
    finally:
        signal.signal(signal.SIGALRM, before)


# Views


buffer = np.zeros(100)


def into_a_buffer(z, axis):
    p = buffer[: z.size].reshape(z.shape)
    p[...] = softmax(z, axis)
    return p


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    ("function", "passed"),
    [
        (lambda z, axis: z, False),
        (lambda z, axis: z[...], False),
        (lambda z, axis: np.broadcast_to(np.float64(0.5), z.shape), False),
        (lambda z, axis: softmax(z, axis)[...], True),
        (lambda z, axis: softmax(z, axis).T.copy().T, True),
        (into_a_buffer, True),
    ],
)
def test_a_view_is_judged_by_its_numbers(function, passed):
    verdict = check_softmax(function)
    assert verdict.passed == passed
    assert verdict.misconception is None


def test_a_view_of_the_incoming_gradient_is_no_writing_into_it():
    verdict = check_softmax_backward(lambda p, grad_p, axis: grad_p)
    assert verdict.misconception.key == "passes-through"


# Values and exceptions that do harm when they are looked at


def looping(*arguments, **keywords):
    while True:
        pass


def printing(*arguments, **keywords):
    while True:
        print("again")


def raising(*arguments, **keywords):
    raise RuntimeError


def exiting(*arguments, **keywords):
    raise SystemExit


def recursing(*arguments, **keywords):
    return recursing(*arguments, **keywords)


def long_text(*arguments, **keywords):
    return "long " * 10**6


HARMFUL = [looping, printing, raising, exiting, recursing, long_text]
LOOKED_AT = [
    *("__array__", "__len__", "__iter__", "__getitem__", "__eq__", "__bool__", "__hash__"),
    *("__str__", "__repr__", "__format__", "__float__", "__index__", "__getattribute__"),
]


def hostile(harm, names=LOOKED_AT[:-1], bases=(), **attributes):
    """Return an object that does harm whenever it is looked at."""
    return type("Hostile", bases, dict.fromkeys(names, harm) | attributes)()


def with_a_hostile_type(harm):
    meta = type("Meta", (type,), {"__name__": property(harm), "__repr__": harm, "__eq__": harm})
    meta.__hash__ = lambda cls: 0
    return meta("Hostile", (), {})()


def contained_in_itself():
    entries = [1.0]
    entries.append(entries)
    return entries


def with_itself_inside():
    array = np.array([None, 1.0])
    array[0] = array
    return array


def deep():
    entries = [1.0]
    for _ in range(100_000):
        entries = [entries]
    return entries


class Subclass(np.ndarray):
    __array_finalize__ = __array_ufunc__ = __array_function__ = __repr__ = __str__ = raising


async def coroutine():
    return 1.0


async def asynchronous_generator():
    yield 1.0


def without_end():
    while True:
        yield 1.0


class Growing:
    """A sequence without end."""

    def __len__(self):
        return 5

    def __getitem__(self, index):
        return 1.0


def strange_text():
    return "\x00\x1b[2J\u202e\ud800\N{ZERO WIDTH SPACE}" * 3


VALUES = {
    **{
        f"{name} {harm.__name__}": lambda name=name, harm=harm: hostile(harm, [name])
        for name in LOOKED_AT
        for harm in HARMFUL
    },
    **{f"all {harm.__name__}": lambda harm=harm: hostile(harm) for harm in HARMFUL},
    **{
        f"class {harm.__name__}": lambda harm=harm: hostile(harm, [], __class__=property(harm))
        for harm in HARMFUL
    },
    **{
        f"dtype {harm.__name__}": lambda harm=harm: hostile(
            harm, [], dtype=property(harm), shape=property(harm)
        )
        for harm in HARMFUL
    },
    **{f"type {harm.__name__}": lambda harm=harm: with_a_hostile_type(harm) for harm in HARMFUL},
    **{
        f"{base.__name__} {harm.__name__}": lambda base=base, harm=harm: hostile(
            harm, ["__str__", "__repr__", "__len__", "__iter__", "__getitem__"], (base,)
        )
        for base in (str, bytes, list, tuple, dict, float, int)
        for harm in HARMFUL
    },
    "array of harm": lambda: np.array([hostile(raising, ["__repr__"])] * 900),
    "array of long texts": lambda: np.array([hostile(long_text, ["__repr__"])] * 900),
    "subclass": lambda: np.zeros(3, dtype=bool).view(Subclass),
    "subclass of floats": lambda: np.zeros(3).view(Subclass),
    "a list in itself": contained_in_itself,
    "an array in itself": with_itself_inside,
    "deep": deep,
    "huge view": lambda: np.broadcast_to(1.0, (10**6, 10**6)),
    "huge view of integers": lambda: np.broadcast_to(1, (10**9, 10**9)),
    "huge number": lambda: 10**5000,
    "large": lambda: np.ones((1500, 1500)),
    "long text": lambda: "long " * 10**6,
    "strange text": strange_text,
    "fields": lambda: np.zeros(3, dtype=[("a", float), ("b", "U9")]),
    "dates": lambda: np.zeros(3, dtype="M8[s]"),
    "complex": lambda: np.full((900,), 1j),
    "bytes": lambda: b"\xff" * 10**6,
    "generator": without_end,
    "sequence": Growing,
    "coroutine": coroutine,
    "asynchronous generator": asynchronous_generator,
    "type": lambda: dict,
    "not implemented": lambda: NotImplemented,
    "verdict": lambda: check_softmax(softmax),
    "thread": threading.Thread,
    "decimals": lambda: [decimal.Decimal(1), decimal.Decimal("NaN")],
    "signalling": lambda: decimal.Decimal("sNaN"),
}


def is_calm(verdict):
    """Tell whether a verdict shows itself, in few characters that can all be sent."""
    views = str(verdict), repr(verdict), verdict._repr_html_()
    for view in views:
        assert type(view) is str
        assert len(view) < LONGEST
        assert view.replace("\n", "").isprintable()
        view.encode()
    return True


@pytest.mark.parametrize("value", VALUES)
def test_no_returned_value_brings_a_check_down_or_is_called_correct(value):
    make = VALUES[value]
    for verdict in (
        check_softmax(lambda z, axis: make()),
        check_gradient_checker(lambda backward: make()),
    ):
        assert verdict.status in (Status.RAISES, Status.WRONG_TYPE, Status.WRONG_SHAPE)
        assert is_calm(verdict)


def test_a_huge_array_has_the_wrong_shape_and_takes_no_memory():
    verdict = check_softmax(lambda z, axis: np.broadcast_to(1.0, (10**6, 10**6)))
    assert verdict.status is Status.WRONG_SHAPE
    assert "an array of shape (1000000, 1000000)" in str(verdict)


def test_a_value_is_not_looked_at_once_the_check_is_over():
    looked = []

    def notes(self):
        looked.append(1)
        return "Noted"

    verdict = check_softmax(lambda z, axis: hostile(notes, ["__str__", "__repr__"]))
    before = len(looked)
    assert before > 0
    assert is_calm(verdict)
    assert len(looked) == before


def test_a_function_that_writes_into_its_argument_may_return_anything():
    def writes(z, axis):
        z[...] = 0
        return hostile(raising)

    verdict = check_softmax(writes)
    assert is_calm(verdict)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda z: setattr(z, "shape", z.size),
        lambda z: z.resize((3000, 3000), refcheck=False),
        lambda z: setattr(z, "dtype", np.dtype("S8")),
        lambda z: setattr(z, "dtype", np.dtype("U2")),
        lambda z: setattr(z, "dtype", np.dtype("M8[s]")),
        lambda z: z.fill(np.nan),
    ],
)
def test_an_argument_may_be_made_into_anything(spoil):
    def spoils(z, axis):
        result = softmax(z, axis)
        spoil(z)
        return result

    verdict = check_softmax(spoils)
    assert not verdict.passed
    assert is_calm(verdict)


def test_writing_into_a_view_of_its_own_is_no_writing_into_the_argument():
    def writes_into_its_own(z, axis):
        p = np.broadcast_to(0.0, z.shape)
        p[...] = softmax(z, axis)
        return p

    verdict = check_softmax(writes_into_its_own)
    assert verdict.status is Status.RAISES
    assert "read-only" in verdict.summary


def error_of(base, harm=None):
    names = ["__str__", "__repr__"] if harm else []
    return type("Hostile", (base,), dict.fromkeys(names, harm))


ERRORS = {
    **{base.__name__: base for base in (StopIteration, GeneratorExit, SystemExit, BaseException)},
    **{base.__name__: base for base in (RecursionError, MemoryError, Warning, SyntaxError)},
    **{f"str {harm.__name__}": error_of(Exception, harm) for harm in HARMFUL},
    "class": type("Hostile", (Exception,), {"__class__": property(raising)}),
    "class of not implemented": type("H", (Exception,), {"__class__": NotImplementedError}),
    "type": type(
        "Meta", (type(Exception),), {"__name__": property(raising), "__instancecheck__": raising}
    )("Hostile", (BaseException,), {}),
    "long message": ValueError("long " * 10**6),
    "long name": type("long" * 10**6, (Exception,), {}),
    "strange message": ValueError(strange_text()),
    "harm in it": ValueError(hostile(raising)),
    "group": ExceptionGroup("several", [ValueError("one"), ExceptionGroup("more", [KeyError()])]),
    "base group": BaseExceptionGroup("several", [SystemExit(), KeyboardInterrupt()]),
    "endless": sandbox.Endless("long " * 10**6),
    "no exception": "ValueError",
    "decode": UnicodeDecodeError("utf-8", b"\xff", 0, 1, "\ud800"),
}


@pytest.mark.parametrize("error", ERRORS)
def test_no_exception_brings_a_check_down(error):
    def raises(*arguments):
        raise ERRORS[error]

    for check in (check_softmax, check_gradient_checker):
        verdict = check(raises)
        assert verdict.status is Status.RAISES
        assert is_calm(verdict)


# Functions that are none, or do other things than compute


async def asynchronous(*arguments):
    return arguments[0]


def yields(*arguments):
    yield arguments[0]


def prints_from_a_thread(z, axis):
    thread = threading.Thread(target=print, args=("later",))
    thread.start()
    thread.join()
    return z


def checks_itself(*arguments):
    check_softmax(checks_itself)


def takes_all_memory(*arguments):
    return np.zeros(10**14)


FUNCTIONS = {
    "asynchronous": asynchronous,
    "yields": yields,
    "no arguments": lambda: 1.0,
    "many arguments": lambda a, b, c, d, e: 1.0,
    "keywords only": lambda *, z, axis: 1.0,
    "class": dict,
    "exception": ValueError,
    "type": type,
    "print": print,
    "eval": eval,
    "call raises": hostile(raising, ["__call__", "__getattribute__", "__str__", "__eq__"]),
    "call loops": hostile(looping, ["__call__", "__str__", "__eq__"]),
    "not callable": hostile(looping, ["__str__", "__getattribute__", "__eq__", "__bool__"]),
    "not callable, long": "long " * 10**6,
    "prints from a thread": prints_from_a_thread,
    "takes all memory": takes_all_memory,
    "endless recursion": recursing,
    "prints endlessly": printing,
    "loops": looping,
}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_no_function_brings_any_check_down_or_is_called_correct(check, function):
    verdict = check(FUNCTIONS[function])
    assert not verdict.passed
    assert is_calm(verdict)


@needs_timers
def test_a_function_that_hands_itself_to_its_check_becomes_a_verdict():
    verdict = check_softmax(checks_itself)
    assert not verdict.passed
    assert is_calm(verdict)


@needs_timers
def test_when_its_time_is_over_a_function_that_hands_itself_to_its_check_is_not_called_again():
    since = []

    def checks_itself_and_counts(*arguments):
        if sandbox._Signals.outermost.rung:
            since.append(arguments)
        check_softmax(checks_itself_and_counts)

    assert "did not return" in check_softmax(checks_itself_and_counts).summary
    assert len(since) <= 1  # the alarm may come when it is just about to be called


def test_a_check_within_a_check_leaves_the_limit_of_the_outer_one():
    def checks_another_and_loops(z, axis):
        check_softmax(softmax)
        looping()

    if TIMED:
        assert "did not return" in check_softmax(checks_another_and_loops).summary


# Time


def swallows(z, axis):
    while True:
        with contextlib.suppress(BaseException):
            looping()


def swallows_in_layers(z, axis):
    while True:
        try:
            try:
                looping()
            except BaseException:
                looping()
        except BaseException:
            with contextlib.suppress(BaseException):
                looping()


def swallows_prints(z, axis):
    while True:
        with contextlib.suppress(BaseException):
            print("again")


def sleeps(z, axis):
    time.sleep(60)


def waits(z, axis):
    threading.Event().wait()


def starts_over(z, axis):
    try:
        looping()
    finally:
        starts_over(z, axis)


def runs_a_loop_of_events(z, axis):
    async def forever():
        while True:
            await asyncio.sleep(0)

    asyncio.run(forever())


def returns_after_all(z, axis):
    with contextlib.suppress(BaseException):
        looping()
    return softmax(z, axis)


def loops_the_second_time():
    calls = []

    def loops(z, axis):
        calls.append(1)
        if len(calls) % 2 == 0:
            looping()
        return softmax(z, axis)

    return loops


@needs_timers
@pytest.mark.parametrize(
    "function",
    [
        looping,
        swallows,
        swallows_in_layers,
        swallows_prints,
        sleeps,
        waits,
        starts_over,
        runs_a_loop_of_events,
        returns_after_all,
        loops_the_second_time(),
    ],
)
def test_a_function_that_does_not_return_becomes_a_verdict_that_says_so(function):
    verdict = check_softmax(function)
    assert verdict.status is Status.RAISES
    assert verdict.summary == "For this input it did not return within 0.05 seconds."


@needs_timers
def test_a_checker_that_does_not_return_is_told_so():
    summary = check_gradient_checker(looping).summary
    assert summary == "Given 'closed form', it did not return within 0.05 seconds."


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="needs Python 3.12")
@pytest.mark.parametrize("function", [looping, swallows, swallows_in_layers, returns_after_all])
def test_where_there_are_no_timers_the_clock_is_looked_at(function, monkeypatch):
    monkeypatch.setattr(sandbox, "TIMED", False)
    monkeypatch.setattr(sandbox, "WATCHED", True)
    assert check_softmax(function).summary == (
        "For this input it did not return within 0.05 seconds."
    )
    assert sys.monitoring.get_tool(sandbox.TOOL) is None
    monkeypatch.setattr(sandbox, "SECONDS", 5)
    assert check_softmax(softmax).passed


def test_outside_the_main_thread_all_but_the_limit_of_time_works():
    def meddles(z, axis):
        np.seterr(all="raise")
        random.seed(0)
        print("noise")
        time.sleep(0)
        return softmax(z, axis)

    verdicts = []

    def in_a_thread():
        verdicts.extend(check_softmax(f) for f in (meddles, raising, printing, recursing))

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    statuses = [verdict.status for verdict in verdicts]
    assert statuses == [Status.CORRECT, *[Status.RAISES] * 3]


@needs_timers
def test_in_a_notebook_an_endless_loop_ends_in_a_verdict_and_the_next_cell_runs(tmp_path):
    cells = """\
from softmax_lessons import sandbox
from softmax_lessons.exercises import check_softmax
sandbox.SECONDS = 0.2
----
def my_softmax(z, axis):
    print("here")
    while True:
        pass

check_softmax(my_softmax)
----
print("the notebook goes on")
"""
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in cells.split("----\n")]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of the messaging library, as its versions have them
        nbclient.NotebookClient(notebook, timeout=60, resources={}).execute()
    _, check, after = notebook.cells
    (shown,) = check.outputs
    assert "it did not return within 0.2 seconds" in shown.data["text/plain"]
    assert "it did not return within 0.2 seconds" in shown.data["text/html"]
    assert after.outputs[0].text == "the notebook goes on\n"
