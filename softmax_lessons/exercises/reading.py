"""Ways to call a program for an exercise, as people write programs.

A reading says which argument is what, whether examples are rows, columns or a single vector, and
what comes back. What PyTorch computes is read the same way, where it is installed and in use.
"""

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import chain, permutations, product

import numpy as np

from softmax_lessons import numerics
from softmax_lessons.exercises.exercise import Exercise
from softmax_lessons.exercises.explain import agrees
from softmax_lessons.exercises.inputs import INTEGERS
from softmax_lessons.exercises.observe import kept

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
TAKES = {
    "softmax": ("z", "z axis"),
    "log_softmax": ("z", "z axis"),
    "softmax_jacobian": ("z", "p"),
    "batched_jacobian": ("z", "p"),
    "softmax_vjp": ("z g", "z g axis", "z p g"),
    "softmax_backward": ("p g", "p g axis"),
    "log_softmax_backward": ("logp g", "logp g axis"),
    "softmax_cross_entropy_grad": ("z t", "z y", "z column", "p t", "p y", "p column"),
    "soft_cross_entropy_grad": ("z t", "p t"),
    "cross_entropy_grad": ("p t", "p y", "p column"),
    "temperature_jacobian": ("z T",),
    "masked_softmax_backward": ("z mask g",),
    "finite_difference_gradient": ("function x", "function x h"),
}
"""What a program for each exercise may be given, in any order."""
AHEAD = {
    "softmax_vjp": ("z",),
    "log_softmax_backward": ("z",),
    "softmax_cross_entropy_grad": ("z t", "z y", "z column", "z"),
    "soft_cross_entropy_grad": ("z t", "z"),
}
"""What the forward of an object may be given."""
AFTER = {
    "g": ("g", "z g", "p g", "z p g"),
    "t": ("", "t", "y", "z t", "p t", "z y", "p y"),
}
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
SEVERAL = np.array([[0.0, 1.0, 3.0], [2.0, 1.0, 0.0]])


@dataclass(frozen=True, eq=False)
class Reading:
    """A way to call a program for an exercise.

    Parameters
    ----------
    exercise : Exercise
        Its inputs are those for which the program can be called this way.
    run : callable
        Calls the program, given a dict from roles to values.
    names : tuple of tuple of str
        The program's names, each with its role.
    text : str
    layout : str
    tensors : bool
        Whether it is given tensors of PyTorch.
    facts : dict
        What was seen on the way: whether it returns a pair, whether its loss is a sum.
    """

    exercise: Exercise
    run: Callable
    names: tuple
    text: str
    layout: str
    tensors: bool = False
    facts: dict = field(default_factory=dict)

    def values(self, arguments):
        """Return what each role is, laid out for the program."""
        values = dict(zip(self.exercise.roles, arguments, strict=True))
        given = values["p"] if "p" in values else values.get("z")
        if "z" in values:
            values["p"] = numerics.softmax(values["z"], values.get("axis", -1))
        elif "logp" in values:  # these are logits too, which log_softmax leaves as they are
            values["z"] = values["logp"]
        if "t" in values:
            values["y"] = values["t"].argmax(axis=-1)
            values["column"] = values["y"][..., None]
        if "x" not in values:
            put = LAYOUTS[self.layout][0]
            labels = {} if "t" not in values or self.layout != COLUMNS else {"y": values["y"]}
            laid = {k: put(a) for k, a in values.items() if np.ndim(a) and given is not None}
            values |= laid | labels
        return {"axis": -1, "h": 1e-5} | values

    def __call__(self, *arguments):
        """Return what the program returns, laid out as the exercise has it."""
        values = self.values(arguments)
        if self.tensors:
            values = {k: _tensor(a) for k, a in values.items()}
        result = self.run(values)
        if isinstance(result, tuple):  # a loss and a gradient, in either order
            loss = next((kept(r) for r in result if not np.ndim(kept(r))), None)
            result = next((r for r in result[::-1] if np.ndim(kept(r))), result[-1])
            self.facts["pair"] = True
            result = self._of_the_mean(loss, kept(result), values)
        return LAYOUTS[self.layout][1](kept(result))

    def _of_the_mean(self, loss, gradient, values):
        """Return a gradient as that of the mean loss, where the program's own loss is a sum."""
        several = "t" in values and np.ndim(values["y"]) and len(values["y"]) > 1
        if several and isinstance(loss, np.ndarray) and np.isfinite(loss):
            total = -np.log(values["p"][values["t"] == 1]).sum()
            self.facts["sum"] = bool(abs(loss - total) < 1e-4 * total)
        divides = several and self.facts.get("sum") and isinstance(gradient, np.ndarray)
        return gradient / len(values["y"]) if divides else gradient

    def named(self, arguments):
        """Return what the program is given, by its own names."""
        values = self.values(arguments)
        return tuple((name, values[role]) for name, role in self.names)

    def laid(self, result):
        """Return a result as the program would return it."""
        if not isinstance(result, np.ndarray) or result.ndim < 2:
            return result
        return LAYOUTS[self.layout][0](result)

    @property
    def strangers(self):
        """How many names belong to another role than they are read in."""
        return strangers(*zip(*self.names, strict=True)) if self.names else 0

    @property
    def same_arguments(self):
        """Whether the program takes those of the exercise, in any order, or labels for targets."""
        roles = {"t" if role in ("y", "column") else role for _, role in self.names}
        alone = "pair" not in self.facts
        return roles == {*self.exercise.roles} and self.layout == ROWS and alone


def strangers(names, roles):
    """Return how many names belong to another role than they have here."""
    return sum(
        name.lower() not in ROLES[role][1].split()
        and any(name.lower() in words.split() for _, words in ROLES.values())
        for name, role in zip(names, roles, strict=True)
    )


def _tensor(value):
    """Return what PyTorch computes with in the place of an array."""
    torch = sys.modules["torch"]
    return torch.tensor(value) if isinstance(value, np.ndarray) else value


def _of_autograd(function):
    """Return the gradient that a torch.autograd.Function computes, of softmax or of a loss."""

    def backward(z, g):
        z = z.clone().requires_grad_()
        function.apply(z).backward(g)
        return z.grad

    def loss_backward(z, t):
        z = z.clone().requires_grad_()
        function.apply(z, t).backward()
        return z.grad

    return loss_backward if len(_parameters(function.forward)) == 3 else backward


def read(program, exercises):
    """Yield every way to call a program for one of some exercises."""
    torch = sys.modules.get("torch")
    name = getattr(program, "__name__", type(program).__name__)
    if torch and inspect.isclass(program) and issubclass(program, torch.autograd.Function):
        program = _of_autograd(program)
    ways = _calls if inspect.isroutine(program) else _passes
    for exercise, run, names, text in ways(program, name, exercises):
        takes_axis = any(role == "axis" for _, role in names)
        fixed = takes_axis or {"x", "T"} & {*exercise.roles} or "jacobian" in exercise.name
        layouts, kinds = [ROWS] if fixed else LAYOUTS, [False, True] if torch else [False]
        for layout, tensors in product(layouts, kinds):
            cases = [c for c in exercise.inputs if takes_axis or _plain_axis(exercise, c)]
            if tensors:  # PyTorch's softmax takes no integers
                cases = [case for case in cases if case.shows != INTEGERS]
            where = "" if fixed else f"; {layout}"
            chosen = replace(exercise, inputs=tuple(cases))
            if layout == ONE:
                cases = tuple(case for case in cases if len(case.arguments[0]) == 1)
                given, result, chained = (
                    [formula for formula in formulas if not NO_AXIS & {*formula.keys}]
                    for formulas in (exercise.given, exercise.result, exercise.chained)
                )
                chosen = replace(
                    exercise, inputs=cases, given=given, result=result, chained=chained
                )
            yield Reading(chosen, run, names, text + where, layout, tensors)


def _plain_axis(exercise, case):
    values = dict(zip(exercise.roles, case.arguments, strict=True))
    return "axis" not in values or (values["axis"] == -1 and case.arguments[0].ndim == 2)


def _calls(function, name, exercises):
    """Yield the ways to call a function."""
    names = _parameters(function)
    for exercise in exercises:
        for takes in TAKES.get(exercise.name, ()):
            for roles in permutations(takes.split()):
                if _matches(names, roles):
                    words = ", ".join(ROLES[role][0] for role in roles)
                    text = f"{name}({', '.join(names)}), given {words}"

                    def run(v, roles=roles):
                        return function(*(v[r] for r in roles))

                    yield exercise, run, tuple(zip(names, roles, strict=True)), text


def _matches(names, roles):
    """Tell whether arguments of these names can have these roles."""
    if len(names) != len(roles):
        return False
    for name, role in zip(names, roles, strict=True):
        named = {r for r in ONLY_BY_NAME if name.lower() in ROLES[r][1].split()}
        if (role in ONLY_BY_NAME or named & {"axis", "mask"}) and role not in named:
            return False
    return True


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


def _passes(program, name, exercises):
    """Yield the ways to call an object's forward, then its backward, a new object for each call."""
    is_class = inspect.isclass(program)
    # A class can be called to make an object, which is no forward of its own.
    kinds = (program if is_class else type(program)).__mro__
    callable_itself = any("__call__" in vars(kind) for kind in kinds)
    own = [method for method in FORWARD if method != "__call__" or callable_itself]
    forward, backward = (
        next((m for m in several if callable(getattr(program, m, None))), None)
        for several in (own, BACKWARD)
    )
    if not forward or not backward:
        return
    axes = [-1] * len(_parameters(program)) if is_class else []
    make = (lambda: program(*axes)) if is_class else (lambda: program)
    at_first, at_last = (_parameters(getattr(program, m)) for m in (forward, backward))
    for exercise in exercises:
        log = exercise.name == "log_softmax_backward"
        taken = product(AHEAD.get(exercise.name, ()), AFTER["g" if "g" in exercise.roles else "t"])
        orders = [[permutations(roles.split()) for roles in both] for both in taken]
        for first, then in chain.from_iterable(product(*both) for both in orders):
            if not (_matches(at_first, first) and _matches(at_last, then)):
                continue

            def run(v, first=first, then=then, log=log):
                layer = make()
                out = kept(getattr(layer, forward)(*(v[r] for r in first)))
                if np.shape(out) == v["z"].shape and np.all(out <= 0) != log:
                    raise ValueError("what comes forward is softmax, or its logarithm")
                if v["z"].ndim == 1 and first == ("z",) and _takes_rows(make(), forward):
                    raise ValueError("it takes several examples")
                result = getattr(layer, backward)(*(v[r] for r in then))
                if result is None:  # it may be kept in the object
                    result = next((a for k, a in vars(layer).items() if k.startswith("d")), None)
                return result if np.ndim(out) or isinstance(result, tuple) else (out, result)

            names = zip((*at_first, *at_last), (*first, *then), strict=True)
            text = f"{name}: {forward}({', '.join(at_first)}), {backward}({', '.join(at_last)})"
            words = ", ".join(ROLES[role][0] for role in dict.fromkeys(first + then))
            yield exercise, run, tuple(dict(names).items()), f"{text}, given {words}"


def _takes_rows(layer, forward):
    """Tell whether the forward of an object is right for several examples."""
    try:
        rows = kept(getattr(layer, forward)(SEVERAL))
    except Exception:
        return False
    right = numerics.softmax(SEVERAL)
    return isinstance(rows, np.ndarray) and (agrees(rows, right) or agrees(np.exp(rows), right))
