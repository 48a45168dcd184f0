"""Judges inputs that are to expose a program, and wrong backwards that a checker is to accept."""

from contextlib import suppress
from functools import partial

import numpy as np

from softmax_lessons.diagnosis.as_task import reading_of
from softmax_lessons.diagnosis.reading import WORDS
from softmax_lessons.judging.explain import agrees
from softmax_lessons.judging.observe import described, nothing, observe
from softmax_lessons.judging.showing import printable
from softmax_lessons.judging.verdict import Counterexample, Status, Verdict
from softmax_lessons.mistakes.inputs import Input
from softmax_lessons.mistakes.tasks import TASKS

LARGEST, MOST, SHOWN = 10_000, 1000, 60
"""With larger numbers, or more of them, rounding and time could expose what is right.
Inputs with more than SHOWN numbers are not shown."""
WORDS = WORDS | {"t": "the targets (labels, or one-hot rows)"}
KINDS = {"mask": ("b", "True and False"), "axis": ("iu", "a whole number")}


def _all_1(sums):
    return np.abs(sums - 1).max() < 2e-3  # typed with four decimals


RULES = {
    "p": (
        lambda p, axis: (p >= 0).all() and _all_1(p.sum(axis)),
        "must be 0 or more, and add up to 1 for each example",
    ),
    "t": (
        lambda t, axis: np.isin(t, (0, 1)).all() and _all_1(t.sum(axis)),
        "must have one 1 in each row, and 0 everywhere else",
    ),
    "mask": (lambda mask, axis: mask.any(axis).all(), "must be True at one place in each row"),
}
"""What has to hold for an argument, and a text that says so."""
EXPOSED = {
    name: task
    for name, task in TASKS.items()
    if {*task.roles} <= {"z", "g", "axis", *RULES} and not task.soft
}
"""The tasks whose programs inputs may expose."""


def _random(count, classes):
    """Return an input for backward of a size."""
    return Input((*np.random.default_rng(4).dirichlet(np.ones(classes), size=(2, count)), -1))


def _ask(holds, status, text):
    """Raise a ValueError that carries a status where something does not hold."""
    if not holds:
        raise ValueError(status, text)


def valid(reading, arguments):
    """Return arguments as arrays, by their roles; raise a ValueError where they are not valid."""
    task, values = reading.task, {}
    if len(arguments) == len(task.roles) - 1 and task.roles[-1] == "axis":
        arguments = (*arguments, -1)
    words = ", ".join(WORDS[role] for role in task.roles)
    text = f"Hand in {words.removesuffix(', the axis')}, in a tuple. You hand in {len(arguments)}."
    _ask(len(arguments) == len(task.roles), Status.WRONG_TYPE, text)
    for k, (role, argument) in enumerate(zip(task.roles, arguments, strict=True)):
        kinds, name = KINDS.get(role, ("iuf", "numbers"))
        try:
            value = np.asarray(argument)
        except ValueError:  # rows of unequal length
            value = np.array(None)
        text = f"Hand in {name} for {WORDS[role]}, not {printable(str(argument))}."
        _ask(value.dtype.kind in kinds, Status.WRONG_TYPE, text)
        value = value.astype({"b": bool, "f": float}.get(value.dtype.kind, int))
        like = values[task.roles[0]] if k else value
        if role == "t" and value.ndim == like.ndim - 1:
            classes = range(like.shape[-1])
            text = f"Labels must be classes, from 0 to {classes[-1]}, one for each example."
            fit = value.shape == like.shape[:-1] and np.isin(value, classes).all()
            _ask(fit, Status.WRONG, text)
            value = np.eye(len(classes))[value.astype(int)]
        axes = {np.ndim(case.arguments[k]) for case in task.inputs}
        text = f"The shape {value.shape} does not fit for {WORDS[role]}"
        text += f": the first argument has {like.shape}." if k else "."
        text += " Each row is an example, also where there is only one." if axes == {2} else ""
        fit = value.ndim in axes and value.shape in ((), like.shape)
        _ask(fit and value.size > 0, Status.WRONG_SHAPE, text)
        text = f"Use at most {MOST} numbers, from -{LARGEST} to {LARGEST}."
        _ask(value.size <= MOST and (abs(value) <= LARGEST).all(), Status.WRONG, text)
        values[role] = value if value.ndim else value.item()
    text = "The program takes one example at a time."
    _ask(not reading.layout.single or len(like) == 1, Status.WRONG_SHAPE, text)
    axis = values.get("axis", -1)
    _ask(-like.ndim <= axis < like.ndim, Status.WRONG_SHAPE, f"There is no axis {axis}.")
    for role, value in values.items():
        if rule := RULES.get(role):
            text = f"This input is not valid: {WORDS[role]} {rule[1]}."
            _ask(rule[0](value, axis), Status.WRONG, text)
    return values


def _differs(task, seen):
    return not agrees(seen.array, task.predict(seen.case))


def _size(task, case):
    count, classes = task.sizes(case)
    words = f"{count} example{'s' * (count > 1)} of {classes} class{'es' * (classes > 1)}"
    return classes * count, words


def _both(task, named, seen, laid=lambda result: result):
    """Return both answers to an input, side by side, None for a large input."""
    if seen.case.arguments[0].size > SHOWN:
        return None
    did = seen.text if seen.array is None else laid(seen.array)
    right = laid(task.predict(seen.case))
    return Counterexample(named, did, right, labels=("the program", "right is"))


def _parts(case):
    """Yield the arguments of an input without one of its examples or classes; two classes stay."""
    shape = case.arguments[0].shape
    for axis, count in enumerate(shape):
        for k in range(count) if count > 1 + (axis == len(shape) - 1) else ():
            yield tuple(np.delete(a, k, axis) if np.ndim(a) else a for a in case.arguments)


def judge_input(program, task, arguments, call):
    """Return the verdict on an input that is to expose a program, None for there is none."""
    name = getattr(program, "__name__", type(program).__name__)
    verdict = partial(Verdict, f"an input that exposes {name}")
    given = arguments if isinstance(arguments, tuple) else (arguments,)
    if any(argument is ... for argument in given):
        return verdict(Status.NOT_ATTEMPTED, "Nothing is handed in yet.")
    reading = reading_of(program, task, call)
    if reading is None:
        text = f"{name} cannot be called as {task.signature}, in any order."
        return verdict(Status.NOT_READ, text)
    tried = [observe(call, reading, case) for case in reading.task.inputs]
    exposing = [_size(task, seen.case) for seen in tried if _differs(task, seen)]
    if arguments is None:
        if exposing:
            text = "Some input exposes it. Read it once more: for which input is a line wrong?"
            return verdict(Status.WRONG, text)
        text = f"No input exposes it. It is right on all {len(tried)} inputs of this check."
        return verdict(Status.CORRECT, text)
    try:
        case = Input(tuple(valid(reading, given).values()))
    except ValueError as error:
        return verdict(*error.args)
    seen = observe(call, reading, case)
    both = _both(task, reading.named(case.arguments), seen, reading.laid)
    if not _differs(task, seen):
        text = "The program is right for this input, so this input does not expose it."
        return verdict(Status.WRONG, text, counterexample=both)
    for part in _parts(case) if case.arguments[0].size <= SHOWN else ():
        with suppress(ValueError):
            fewer = observe(call, reading, Input(tuple(valid(reading, part).values())))
            exposing += [_size(task, fewer.case)] * _differs(task, fewer)
    size, words = _size(task, case)
    smallest, enough = min(exposing, default=(size, words))
    text = f"This input exposes the program. It has {words}."
    less = f" An input can be smaller: {enough} can be enough."
    text += less if smallest < size else " This check knows no smaller one."
    return verdict(Status.CORRECT, text, counterexample=both)


def judge_backward(task, checker, backward, call):
    """Return the verdict on a wrong backward that a checker is to accept."""
    verdict = partial(Verdict, f"a wrong backward that {checker.__name__} accepts")
    if backward is ... or backward is None:
        return verdict(Status.NOT_ATTEMPTED, "Nothing is handed in yet.")
    if not callable(backward):
        return verdict(Status.WRONG_TYPE, "Hand in the function itself, not what it returns.")
    inputs = [c for c in task.inputs if c.arguments[0].ndim == 2 and c.arguments[2] == -1]
    # Gradients of one number only: usual ones, and those in the code, which may be sizes, too.
    p, code = inputs[1].arguments[0], getattr(backward, "__code__", None)
    numbers = [0, 1, *(x for x in getattr(code, "co_consts", ()) if type(x) in (int, float))]
    inputs += [_random(20, 12), *(Input((p, 0 * p + x, -1)) for x in numbers if abs(x) <= LARGEST)]
    sizes = [x for x in numbers if type(x) is int and 0 < x <= SHOWN]
    inputs += [_random(*size) for x in sizes for size in ((x, 3), (4, x))]
    seen = [observe(call, lambda p, g, axis: backward(p, g), case, True) for case in inputs]
    if all(nothing(one.value, one.error) for one in seen):
        return verdict(Status.NOT_ATTEMPTED, "Nothing comes back yet.")
    accepts, error = call(lambda: bool(checker(backward)))
    error = next((one.error for one in seen if one.error is not None), error)
    if any(one.written for one in seen):
        text = "It writes into what it is given. Let it return a new array."
        return verdict(Status.WRONG, text)
    wrong = next((one for one in seen if _differs(task, one)), None)
    if wrong is not None:
        named = zip(("p", "g"), wrong.case.arguments, strict=False)
        verdict = partial(verdict, counterexample=_both(task, tuple(named), wrong))
    if error is not None:
        text = f"It must return numbers for every input, but {described(error)}."
        return verdict(Status.RAISES, text)
    if any(one.remembers for one in seen):
        text = "It answers the same question in two ways. Let it depend on its input alone."
        return verdict(Status.WRONG, text)
    if wrong is None:
        text = f"It is right on all {len(seen)} inputs that are tried here. A wrong one is wanted."
        return verdict(Status.WRONG, text)
    where = f"It is wrong for {_size(task, wrong.case)[1]},"
    if not accepts:
        return verdict(Status.WRONG, f"{where} but the checker refuses it.")
    if any(np.shape(one.value) != one.case.arguments[0].shape for one in seen):
        text = "Its result must have the shape of p. A checker may not notice, but a layer would."
        return verdict(Status.WRONG_SHAPE, text)
    return verdict(Status.CORRECT, f"{where} and the checker accepts it.")
