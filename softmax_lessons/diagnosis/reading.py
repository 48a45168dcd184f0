"""Ways to call a program for an task, as people write programs.

A reading says which argument is what, whether examples are rows, columns or a single vector, and
what comes back. What PyTorch computes is read the same way, where it is installed and in use.
"""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import chain, permutations, product

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.judging.observe import kept
from softmax_lessons.mistakes.inputs import INTEGERS
from softmax_lessons.mistakes.task import Task

TARGETS = "t y y_true target targets label labels one_hot"
ROLES = {
    "z": ("logits", "z x logits scores a inputs input_data input"),
    "p": ("probabilities", "p s probs probabilities prob y_hat yhat y_pred out output softmax_out"),
    "logp": ("log-probabilities", "logp log_p log_probs"),
    "g": ("the incoming gradient", "g grad dout dy upstream cotangent err error grad_output dvalues"
          " delta da dl gradient grad_p grad_log_p"),
    "t": ("one-hot targets", TARGETS),
    "y": ("labels", TARGETS),
    "column": ("labels in a column", TARGETS),
    "axis": ("the axis", "axis dim"),
    "T": ("the temperature", "t temperature temp tau"),
    "mask": ("the mask", "mask"),
    "function": ("a function", "f func function fn"),
    "x": ("a point", "x w params point theta"),
    "h": ("the step", "h eps epsilon step delta"),
}  # fmt: skip
"""What each role is, and the names that arguments in this role go by."""
ONLY_BY_NAME = {"axis", "T", "mask", "function", "h"}
AFTER = {"g": ("g", "z g", "p g", "z p g"), "t": ("", "t", "y", "z t", "p t", "z y", "p y")}
"""What its backward may be given, where it takes an incoming gradient and where it takes none."""
LAYOUTS = {
    "examples are rows": (lambda a: a, lambda a: a),
    "examples are columns": (lambda a: a.T, lambda a: a.T),
    "one example at a time": (lambda a: a[0], lambda a: a[None]),
}
"""How to lay out an array for a program, and what it returns for us."""
ROWS, COLUMNS, ONE = LAYOUTS
FORWARD = ("forward", "__call__", "compute", "call", "activate", "fprop", "softmax")
BACKWARD = ("backward", "delta", "backprop", "bprop", "gradient", "grad", "derivative")
NO_AXIS = {"one-sum-over-batch", "one-sum-for-all", "one-maximum-for-all", "keepdims-missing"}
"""Mistakes that are none where there is only one example."""


@dataclass(eq=False)
class Reading:
    """A way to call a program for an task."""

    task: Task  # with those inputs for which the program can be called this way
    run: Callable  # calls the program, given a dict from roles to values
    names: tuple  # the program's names, each with its role
    read_as: str  # the same in words
    layout: str
    tensors: bool = False  # whether it is given tensors of PyTorch
    pair: bool = False  # whether a call has shown that it returns a loss too
    sums: bool = False  # and that this is the sum of the losses, not their mean

    def values(self, arguments):
        """Return what each role is, laid out for the program."""
        values = {"axis": -1, "h": 1e-5}
        values |= zip(self.task.roles, arguments, strict=True)
        if "z" in values:
            values["p"] = numerics.softmax(values["z"], values["axis"])
        elif "logp" in values:  # these are logits too, which log_softmax leaves as they are
            values["z"] = values["logp"]
        if "t" in values:
            values["y"] = values["t"].argmax(axis=-1)
            values["column"] = values["y"][..., None]
        put = LAYOUTS[self.layout][0]
        return {role: put(a) if np.ndim(a) else a for role, a in values.items()}

    def __call__(self, *arguments):
        """Return what the program returns, laid out as the task has it."""
        values = self.values(arguments)
        if self.tensors:
            tensor = sys.modules["torch"].tensor
            values = {k: tensor(a) if isinstance(a, np.ndarray) else a for k, a in values.items()}
        result = self.run(values)
        if isinstance(result, tuple):  # a loss and a gradient, in either order
            self.pair, parts = True, [kept(part) for part in result]
            loss = next((part for part in parts if not np.ndim(part)), None)
            result = next((part for part in parts[::-1] if np.ndim(part)), parts[-1])
            if "t" in values and np.ndim(values["y"]) and len(values["y"]) > 1:
                result = self._of_the_mean(loss, result, values)
        return LAYOUTS[self.layout][1](kept(result))

    def _of_the_mean(self, loss, gradient, values):
        """Return a gradient as that of the mean loss, where the program's own loss is a sum."""
        if isinstance(loss, np.ndarray) and np.isfinite(loss):
            total = -np.log(values["p"][values["t"] == 1]).sum()
            self.sums = bool(abs(loss - total) < 1e-4 * total)
        divides = self.sums and isinstance(gradient, np.ndarray)
        return gradient / len(values["y"]) if divides else gradient

    def named(self, arguments):
        """Return what the program is given, by its own names."""
        values = self.values(arguments)
        return tuple((name, values[role]) for name, role in self.names)

    def laid(self, result):
        """Return a result as the program would return it."""
        return LAYOUTS[self.layout][0](result) if np.ndim(result) > 1 else result

    @property
    def strangers(self):
        """How many names belong to another role than they are read in."""
        return strangers(*zip(*self.names, strict=True)) if self.names else 0

    @property
    def same_arguments(self):
        """Whether the program takes those of the task, in any order, or labels for targets."""
        roles = {"t" if role in ("y", "column") else role for _, role in self.names}
        return roles == {*self.task.roles} and self.layout == ROWS and not self.pair


def name_of(program):
    """Return the name of a function or class, and that of the class of an object."""
    return getattr(program, "__name__", type(program).__name__)


def strangers(names, roles):
    """Return how many names belong to another role than they have here."""
    return sum(
        name.lower() not in ROLES[role][1].split()
        and any(name.lower() in words.split() for _, words in ROLES.values())
        for name, role in zip(names, roles, strict=True)
    )


def _of_autograd(function):
    """Return the gradient that a torch.autograd.Function computes, of softmax or of a loss."""

    def run(*arguments, g=None):
        z = arguments[0].clone().requires_grad_()
        function.apply(z, *arguments[1:]).backward(g)
        return z.grad

    of_a_loss = len(_parameters(function.forward)) == 3  # the first is the context
    return (lambda z, t: run(z, t)) if of_a_loss else (lambda z, g: run(z, g=g))


def read(program, tasks):
    """Yield every way to call a program for one of some tasks."""
    torch, name = sys.modules.get("torch"), name_of(program)
    if torch and inspect.isclass(program) and issubclass(program, torch.autograd.Function):
        program = _of_autograd(program)
    ways = _calls if inspect.isroutine(program) else _passes
    for task, run, names, text in ways(program, name, tasks):
        takes_axis = any(role == "axis" for _, role in names)
        fixed = takes_axis or {"x", "T"} & {*task.roles} or task.jacobian
        for layout, tensors in product([ROWS] if fixed else LAYOUTS, {False, bool(torch)}):
            cases = task.inputs
            if "axis" in task.roles and not takes_axis:
                cases = [c for c in cases if c.arguments[-1] == -1 and c.arguments[0].ndim == 2]
            if tensors:  # PyTorch's softmax takes no integers
                cases = [case for case in cases if case.shows != INTEGERS]
            chosen = replace(task, inputs=cases)
            if layout == ONE:
                chosen.inputs = [case for case in cases if len(case.arguments[0]) == 1]
                for kind in ("given", "result", "chained"):
                    fit = [f for f in getattr(task, kind) if not NO_AXIS & {*f.keys}]
                    setattr(chosen, kind, fit)
            read_as = text if fixed else f"{text}; {layout}"
            yield Reading(chosen, run, names, read_as, layout, tensors)


def _calls(function, name, tasks):
    """Yield the ways to call a function."""
    names = _parameters(function)
    for task in tasks:
        for roles in _orders(task.takes, names):
            words = ", ".join(ROLES[role][0] for role in roles)
            text = f"{name}({', '.join(names)}), given {words}"

            def run(v, roles=roles):
                return function(*(v[r] for r in roles))

            yield task, run, tuple(zip(names, roles, strict=True)), text


def _orders(takes, names):
    """Return what a program may be given, in each order that the names of its arguments allow."""
    by_name = [{r for r in ONLY_BY_NAME if name.lower() in ROLES[r][1].split()} for name in names]
    return [
        roles
        for roles in chain.from_iterable(permutations(roles.split()) for roles in takes)
        if len(roles) == len(names)
        and all(
            role in named or not (role in ONLY_BY_NAME or named & {"axis", "mask"})
            for role, named in zip(roles, by_name, strict=True)
        )
    ]


def _parameters(function):
    """Return the names of the arguments that a function has to be given."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    return [
        p.name
        for p in parameters
        if p.default is p.empty and p.kind <= p.POSITIONAL_OR_KEYWORD and p.name != "self"
    ]


def _passes(program, name, tasks):
    """Yield the ways to call an object's forward, then its backward, a new object for each call."""
    is_class = inspect.isclass(program)
    methods = {m for kind in (program if is_class else type(program)).__mro__ for m in vars(kind)}
    forward, backward = (
        next((m for m in several if m in methods), None) for several in (FORWARD, BACKWARD)
    )
    if not forward or not backward:
        return
    axes = [-1] * len(_parameters(program)) if is_class else []
    make = (lambda: program(*axes)) if is_class else (lambda: program)
    at_first, at_last = (_parameters(getattr(program, m)) for m in (forward, backward))
    for task in tasks:
        log = "logp" in task.roles
        ahead = _orders(task.ahead, at_first)
        after = _orders(AFTER["g" if "g" in task.roles else "t"], at_last)
        for first, then in product(ahead, after):

            def run(v, first=first, then=then, log=log):
                layer = make()
                out = kept(getattr(layer, forward)(*(v[r] for r in first)))
                if np.shape(out) == v["z"].shape and np.all(out <= 0) != log:
                    raise ValueError("what comes forward is softmax, or its logarithm")
                result = getattr(layer, backward)(*(v[r] for r in then))
                if result is None:  # it may be kept in the object
                    result = next((a for k, a in vars(layer).items() if k.startswith("d")), None)
                return result if np.ndim(out) or isinstance(result, tuple) else (out, result)

            names = zip((*at_first, *at_last), (*first, *then), strict=True)
            text = f"{name}: {forward}({', '.join(at_first)}), {backward}({', '.join(at_last)})"
            words = ", ".join(ROLES[role][0] for role in dict.fromkeys(first + then))
            yield task, run, tuple(dict(names).items()), f"{text}, given {words}"
