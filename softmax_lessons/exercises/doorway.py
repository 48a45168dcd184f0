"""Takes code as people write it, and finds out by trial which exercise it is.

A reading says which argument is what, whether examples are rows, columns or a single vector, and
what comes back. Of all readings the one that explains most wins.
"""

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.exercises.inputs import PLAIN
from softmax_lessons.exercises.judge import Attempt, described, explain, judge, kept, observe
from softmax_lessons.exercises.safe_call import Caller
from softmax_lessons.exercises.verdict import Status, Verdict

ROLES = {
    "z": "z x logits scores a inputs input_data",
    "p": "p s probs probabilities prob y_hat yhat y_pred out output softmax_output sm",
    "g": "g grad dout dy upstream cotangent err error grad_output dvalues delta da dl gradient",
    "t": "t y target targets labels label y_true one_hot",
    "axis": "axis dim",
}
READABLE = {
    "softmax": ("z", "z axis"),
    "log_softmax": ("z", "z axis"),
    "softmax_jacobian": ("z", "p"),
    "batched_jacobian": ("z", "p"),
    "softmax_vjp": ("z g", "g z", "p g", "g p", "p g axis", "g p axis", "z p g", "z g p", "g z p"),
    "softmax_cross_entropy_grad": ("z t", "t z", "p t", "t p", "z y", "y z", "p y", "y p"),
}
"""What a program for each exercise may be given, in this order; y are labels."""
AHEAD = {
    "softmax_vjp": ("z",),
    "log_softmax_backward": ("z",),
    "softmax_cross_entropy_grad": ("z t", "z y", "z"),
}
"""What the forward of an object may be given."""
LAYOUTS = {
    "one example at a time": (lambda a: a[0], lambda a: a[None]),
    "examples are rows": (lambda a: a, lambda a: a),
    "examples are columns": (lambda a: a.T, lambda a: a.T),
}
FORWARD = ("forward", "__call__", "compute", "call", "activate", "fprop", "softmax")
BACKWARD = ("backward", "delta", "backprop", "bprop", "gradient", "grad", "derivative")
AFTER_FORWARD = ("g", "", "z g", "g z", "p g", "g p", "z p g", "z g p", "g z p", "t", "p t", "t p")


class Reading(NamedTuple):
    """A way to call a program for an exercise."""

    exercise: object
    function: Callable
    text: str
    strangers: int


def read(program, exercises):
    """Yield every way to call a program for one of some exercises."""
    if inspect.isclass(program) or not inspect.isroutine(program):
        yield from _read_object(program, exercises)
        return
    names = _parameters(program)
    for exercise in exercises:
        for roles in map(str.split, READABLE.get(exercise.name, ())):
            if len(roles) != len(names):
                continue
            if "axis" not in roles or names[-1] in ROLES["axis"].split():
                text = f"{program.__name__}({', '.join(names)}), given {', '.join(roles)}"
                yield from _laid_out(
                    exercise,
                    lambda v, roles=roles: program(*(v[r] for r in roles)),
                    text,
                    _strangers(names, roles),
                    "axis" in roles,
                )


def _read_object(program, exercises):
    """Yield the ways to call an object's forward and backward, a new object for each call."""
    # A class can be called to make an object, which is no forward of its own.
    known = [name for name in FORWARD if name != "__call__" or "__call__" in dir(type(program))]
    if inspect.isclass(program):
        known = [name for name in FORWARD if name in dir(program) and name != "__call__"]
        known += ["__call__"] * ("__call__" in vars(program))
    forward, backward = (
        next((name for name in several if callable(getattr(program, name, None))), None)
        for several in (known, BACKWARD)
    )
    if not forward or not backward:
        return
    make = program if inspect.isclass(program) else lambda: program
    for exercise in exercises:
        if exercise.name not in AHEAD:
            continue
        ahead, log = AHEAD[exercise.name], exercise.name == "log_softmax_backward"
        for first, then in [(f.split(), b.split()) for f in ahead for b in AFTER_FORWARD]:

            def run(v, first=first, then=then, log=log):
                layer = make()
                out = kept(getattr(layer, forward)(*(v[r] for r in first)))
                if np.shape(out) == v["z"].shape and np.all(out <= 0) != log:
                    raise ValueError("what comes forward is softmax, or its logarithm")
                result = getattr(layer, backward)(*(v[r] for r in then))
                if result is None:  # it may be kept in the object
                    return next(a for name, a in vars(layer).items() if name.startswith("d"))
                return result

            name = getattr(program, "__name__", type(program).__name__)
            text = f"{name}: {forward}({', '.join(first)}), {backward}({', '.join(then)})"
            yield from _laid_out(exercise, run, text, 0, False)


def _parameters(function):
    """Return the names of the arguments that a function has to be given, none if it hides them."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        return []
    return [
        p.name for p in parameters if p.default is p.empty and p.kind <= p.POSITIONAL_OR_KEYWORD
    ]


def _strangers(names, roles):
    """Return how many names belong to another role than they are read in."""
    known = {word: role for role, words in ROLES.items() for word in words.split()}
    read_as = ["t" if role == "y" else role for role in roles]
    wanted = [known.get(name.lower(), role) for name, role in zip(names, read_as, strict=True)]
    return sum(a != b for a, b in zip(wanted, read_as, strict=True))


def _laid_out(exercise, run, text, strangers, takes_axis):
    """Yield a reading for each layout, for what comes back alone and as the end of a pair."""
    as_it_is = takes_axis or "jacobian" in exercise.name
    for layout, (put, back) in LAYOUTS.items():
        if as_it_is and "rows" not in layout:
            continue
        inputs = [case for case in exercise.inputs if takes_axis or _plain_axis(exercise, case)]
        if layout.startswith("one"):
            inputs = [case for case in inputs if len(case.arguments[0]) == 1]

        def function(*arguments, put=put, back=back):
            values = dict(zip(exercise.roles, arguments, strict=True))
            axis = values.pop("axis", -1)
            # Log-probabilities are logits too, the ones that log_softmax leaves as they are.
            values.setdefault("z", values.get("logp"))
            values["p"] = numerics.softmax(values["z"], axis)
            if "t" in values:
                labels = values["t"].argmax(axis=-1)
            values = {k: put(a) for k, a in values.items()} | {"axis": axis}
            if "t" in values:
                values["y"] = labels[0] if values["t"].ndim == 1 else labels
            result = run(values)
            result = result[-1] if isinstance(result, tuple) else result
            return back(kept(result))

        yield Reading(
            replace(exercise, inputs=tuple(inputs)), function, f"{text}; {layout}", strangers
        )


def _plain_axis(exercise, case):
    values = dict(zip(exercise.roles, case.arguments, strict=True))
    return values.get("axis", -1) == -1 and ("axis" not in values or case.arguments[0].ndim == 2)


def diagnose_by(program, exercises):
    """Return the verdict on a program by the reading that explains most of what it does."""
    call, found, error = Caller(), [], None
    for reading in read(program, exercises):
        plain = [case for case in reading.exercise.inputs if case.shows == PLAIN]
        seen = [observe(call, reading.function, case) for case in plain]
        error = next((one.error for one in seen if one.error is not None), error)
        if any(one.array is None for one in seen):
            continue
        with np.errstate(all="ignore"):
            best = explain(reading.exercise, seen, thorough=False)
        if best:
            rank = (best[0].cost + reading.strangers / 2, len(reading.exercise.inputs) < 9)
            found.append((rank, -len(plain), len(found), reading))
    if not found:
        return error and Verdict(
            getattr(program, "__name__", type(program).__name__),
            Status.NOT_READ,
            f"However it is called, it does not work. The last time {described(error)}.",
        )
    reading = min(found)[-1]
    names = reading.exercise.arguments
    return judge(reading.exercise, Attempt(reading.function, tuple(names), reading.text), call)


def not_read(program):
    """Return the verdict on what could not be read."""
    name = getattr(program, "__name__", type(program).__name__)
    summary = (
        "No reading of it explains what it returns. Hand it to the check that fits, for example"
        " check_softmax_backward, which says what it expects."
    )
    return Verdict(name, Status.NOT_READ, summary)
