"""Ways to call a program: which steps, and what each argument is. They are tried, not guessed."""

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice, product
from typing import NamedTuple

import numpy as np

from softmax_lessons.diagnosis.layouts import (
    ARRAYS,
    CONSTANTS,
    INCOMING,
    TARGETS,
    Layout,
    forms_of,
    put,
)
from softmax_lessons.diagnosis.watch import arrays_in, numbers

TERMS = re.compile(
    r"reg(ulari[sz]ation)?(_strength)?|l2(_\w+)?|weight_decay|decay|lam(bda)?_?|lamda|wd|alpha|penalty",
    re.I,
)
"""What the factor of a further term of a loss, of the weights alone, is called."""
OF_OBJECT = re.compile(
    r"_?(reg(ulari[sz]ation)?(_strength)?|l2(_\w+)?|weight_decay|lam(bda)?_?|wd)_?", re.I
)
"""The same, of an object: its alpha and its decay are of a step more often."""
TEMPERATURE = re.compile(r"T|[Tt]emp(erature)?|tau")
MOST = 20_000
"""How many combinations of forms are looked at, to order them."""


class Earlier(NamedTuple):
    """An argument that is what an earlier step returned, or a part of that."""

    step: int
    part: int | None


class Again(NamedTuple):
    """An argument that is what an earlier step was given."""

    place: tuple[int, int]
    form: str


@dataclass(eq=False)
class Step:
    """A call: of what, which forms its arguments have, and what they are called."""

    name: str
    get: Callable  # from the object at hand, None where there is none, to what is called
    forms: tuple
    arguments: tuple[str, ...]
    flags: dict = field(default_factory=dict)
    ignored: int | None = None  # the label of an example to leave out


@dataclass(eq=False)
class Callee:
    """What is called: a function, or a method of an object that `get` takes it from."""

    name: str
    function: Callable
    get: Callable
    flags: dict = field(default_factory=dict)

    def __post_init__(self):
        """Look at the signature."""
        self.needed, self.defaults, terms, self.ignored = parameters(self.function)
        self.flags = self.flags | terms

    def step(self, forms, names=None):
        """Return a call of it."""
        names = self.needed if names is None else names
        return Step(self.name, self.get, forms, names, self.flags, self.ignored)

    def flagged(self):
        """Yield it with each of its flags turned, `softmax(derivative=True)`."""
        for flag, default in self.defaults.items():
            name = f"{self.name}({flag}={not default})"
            yield Callee(name, self.function, self.get, self.flags | {flag: not default})


class Outcome(NamedTuple):
    """What a run gave: arrays by their paths, all single numbers, what each step returned."""

    arrays: dict
    scalars: list
    results: list


@dataclass(eq=False)
class Plan:
    """Steps, one after the other, in a layout; `make` makes the object that they belong to."""

    layout: Layout
    steps: list[Step]
    make: Callable | None = None

    def behind(self, loss):
        """Return a plan in which a loss that takes the same is called before the last step."""
        number = len(self.steps) - 1
        *earlier, last = self.steps
        again = tuple(
            Again((number, k), form) if form in ARRAYS + TARGETS else form
            for k, form in enumerate(last.forms)
        )
        steps = [*earlier, loss.step(last.forms), replace(last, forms=again)]
        return replace(self, steps=steps)

    def places(self):
        """Return the forms of what varies, each by its step and its place there."""
        forms = {(s, k): f for s, step in enumerate(self.steps) for k, f in enumerate(step.forms)}
        return {place: form for place, form in forms.items() if form in ARRAYS + TARGETS}

    def values(self, N=None, n=None):
        """Return generic rows for what varies: no two arrays alike, each target one-hot.

        Arrays are positive, so that they can be probabilities, and do not add up to 1.
        """
        N, n = N or self.layout.N, n or self.layout.n
        # No label is above the rows: a program may take labels for rows.
        labels = (np.arange(N) + 2) % (n if N == 1 else min(n, 3))
        one_hot, places = np.eye(n)[labels], self.places()
        arrays = [place for place, form in places.items() if form in ARRAYS]
        made = {place: generic(k, N, n).copy() for k, place in enumerate(arrays)}
        return {place: made.get(place, one_hot) for place in places}

    def run(self, values, constants=None, prepare=None):
        """Return the `Outcome`, for rows by place.

        `constants` stand in for those of some forms, flags and the temperature of the object,
        which `prepare` gets before all steps.
        """
        # The same program has the same answer. Who calls this puts the state back.
        np.random.seed(0)  # noqa: NPY002
        layout, results, before, shared = self.layout, [], {}, dict(constants or {})
        N, n = next((rows.shape for rows in values.values()), (layout.N, layout.n))
        thing = self.make(n) if self.make else None
        for name in shared if thing is not None else ():
            if TEMPERATURE.fullmatch(name) or OF_OBJECT.fullmatch(name):
                setattr(thing, name, shared[name])
        if prepare:
            prepare(thing)

        def given(form, place):
            if isinstance(form, Earlier):
                result = results[form.step]
                return result if form.part is None else result[form.part]
            if isinstance(form, Again):
                return put(form.form, layout, values[form.place])
            if form in CONSTANTS and form not in shared:
                shared[form] = CONSTANTS[form](N, n, layout)
            return shared[form] if form in shared else put(form, layout, values[place])

        for s, step in enumerate(self.steps):
            arguments = [given(form, (s, k)) for k, form in enumerate(step.forms)]
            before = dict(arrays_in(thing)) if thing is not None else {}
            flags = step.flags | {k: v for k, v in shared.items() if k in step.flags}
            results.append(step.get(thing)(*arguments, **flags))
        arrays = {path: a for path, a in arrays_in(results[-1], "result") if a.ndim}
        if not arrays and thing is not None:  # kept by the object, and not returned
            arrays = {path: a for path, a in arrays_in(thing) if a.ndim}
            arrays = {k: a for k, a in arrays.items() if not np.array_equal(before.get(k), a)}
        scalars = [float(a) for result in results for _, a in arrays_in(result) if not a.ndim]
        return Outcome(arrays, scalars, results)


def forwarded(plan, result):
    """Return the forms for what came forward, and for what went into it once more."""
    again = [Again(place, form) for place, form in plan.places().items()]
    parts = {None: result} | dict(enumerate(result if isinstance(result, tuple) else ()))
    whole = {Earlier(len(plan.steps) - 1, part): numbers(value) for part, value in parts.items()}
    cached = [form for form, array in whole.items() if array is None]
    return (*cached[::-1], *again, *[form for form in whole if form not in cached][:2])


def likely_first(forwards):
    """Return runs, those first that are most likely a forward: few constants, much that varies."""

    def unlike(one):
        plan, _ = one
        return sum(form in CONSTANTS for form in plan.steps[-1].forms), -len(plan.places())

    return sorted(forwards, key=unlike)


@cache
def generic(number, N, n):
    """Return the array of some number: positive, so that it can be probabilities too."""
    return np.random.default_rng(8 + number).uniform(0.1, 0.9, (N, n))


def parameters(function):
    """Return the names of the arguments that must be given, and what has a default.

    These are flags, the factors of further terms of a loss and others that are 0, and the label
    that stands for an example to leave out. The names are None where it cannot be called so.
    """
    try:
        found = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None, {}, {}, None
    positional = [p for p in found if p.kind <= p.POSITIONAL_OR_KEYWORD]
    needed = tuple(p.name for p in positional if p.default is p.empty)
    flags = {p.name: p.default for p in found if isinstance(p.default, bool)}
    floats = [p for p in found if type(p.default) is float]
    terms = [p.name for p in floats if TERMS.fullmatch(p.name) or p.default == 0]
    ignored = [p.default for p in found if "ignore" in p.name and type(p.default) is int]
    return needed, flags, dict.fromkeys(terms, 0.0), ignored[0] if ignored else None


def optional(function, needed):
    """Return the names with those of temperatures, and of targets and masks that are None."""
    behind = list(inspect.signature(function).parameters.values())[len(needed) :]
    behind = [p for p in behind if p.kind is p.POSITIONAL_OR_KEYWORD]
    more = [p.name for p in behind if p.default is None]
    more = [name for name in more if forms_of(name, 3)[0] in ("labels", "a mask of ones")]
    more += [
        p.name
        for p in behind
        if TEMPERATURE.fullmatch(p.name) and isinstance(p.default, (int, float, type(None)))
    ]
    return (*needed, *more) if more and more == [p.name for p in behind][: len(more)] else needed


def signatures(names, first=(), most=400):
    """Return the forms to try for all arguments, the likely ones first.

    `first` are those of what came forward: what is called a cache is that first of all, arrays are
    second, numbers and targets last. At most one argument is a target, no incoming gradient is.
    """
    forms = [forms_of(name, len(names)) for name in names]
    each = [
        (*first, *own) if own[0] == "record" else (*own[:cut], *first, *own[cut:])
        for own in forms
        for cut in (1 if own[0] == "array" else len(own),)
    ]
    each = [
        [
            form
            for form in own
            if not (INCOMING.fullmatch(name) and getattr(form, "form", form) in TARGETS)
        ]
        for name, own in zip(names, each, strict=True)
    ]
    ranked = [
        (sum(rank for rank, _ in chosen), tuple(form for _, form in chosen))
        for chosen in islice(product(*map(list, map(enumerate, each))), MOST)
    ]
    ranked = [one for one in ranked if sum(form in TARGETS for form in one[1]) <= 1]
    return [chosen for _, chosen in sorted(ranked, key=lambda one: one[0])[:most]]
