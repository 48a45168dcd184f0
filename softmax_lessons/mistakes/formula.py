"""Formulas as text: `p * (g - sum(p * g))`, evaluated on arrays and shown as they stand.

In a formula `sum`, `mean`, `max` and `softmax` run along the axis of the classes, or along the one
that is named, and keep it. z are logits, p probabilities, logp their logarithms, g the incoming
gradient, t targets; n is the number of classes and N that of examples, row and column count along
the first and the last axis, k along that of the classes. For a Jacobian p_i, p_j and delta are laid
out so that i runs down and j across; eyeN is the identity over the examples.
"""

import re
from functools import cache
from typing import NamedTuple

import numpy as np

from softmax_lessons import numerics

ALONG = ("sum", "mean", "max", "min", "median", "argmax")
AS_IN_NUMPY = ("exp", "log", "abs", "where", "maximum", "clip", "nan_to_num", "inf")
AS_IN_NUMPY += ("diagflat", "outer", "cumsum", "zeros_like", "flip", "vstack")
AS_IN_NUMPY = {name: getattr(np, name) for name in AS_IN_NUMPY}


class Formula(NamedTuple):
    """A formula, an expression in the names above, and the mistakes in it; none in a right one."""

    text: str
    keys: tuple[str, ...] = ()


def formulas(right, wrong):
    """Return the right formula and, behind it, the wrong ones."""
    return [Formula(right), *mistaken(wrong)]


def mistaken(wrong):
    """Return formulas with mistakes, of ``{"key key": [text, ...]}``."""
    return [Formula(text, tuple(keys.split())) for keys, texts in wrong.items() for text in texts]


def replaced(known, name, text):
    """Return formulas with another expression for a name."""
    return [Formula(re.sub(rf"\b{name}\b", text, formula), keys) for formula, keys in known]


def within(known, outer, *more):
    """Return formulas that each stand in another one, at its {}, with further mistakes."""
    return [Formula(outer.format(formula), (*keys, *more)) for formula, keys in known]


def twisted(known):
    """Return formulas with a further mistake each: one sum for all, another slice's gradient."""
    twists = [
        (r"(?<![.\w])sum\(", "total(", "one-sum-over-batch"),
        (r"(?<![.\w])sum\(", "sum_first(", "wrong-axis"),
        (r"(?<![.\w])sum\(", "sum_lost(", "keepdims-missing"),
        (r"\bg\b", "first(g)", "first-example-for-all"),
        (r"\bg\b", "last(g)", "last-example-for-all"),
    ]
    return [
        Formula(re.sub(old, new, text), (*keys, key))
        for text, keys in known
        for old, new, key in twists
        if re.search(old, text) and not {"wrong-axis", "keepdims-missing", key} & {*keys}
    ]


@cache
def compiled(text):
    """Return a formula as code."""
    return compile(text, text, "eval")


def evaluate(text, names):
    """Return the value of a formula.

    Examples
    --------
    >>> g, p = np.array([0.0, 1.0]), np.array([0.25, 0.75])
    >>> evaluate("p * (g - sum(p * g))", names(g, g=g, p=p))
    array([-0.1875,  0.1875])
    """
    return eval(compiled(text), {}, names)


def every_slice_like(x, k, axis):
    """Return an array whose slices along an axis all are like the k-th one of x."""
    place = [slice(k, k + 1 or None)] * x.ndim
    place[axis] = slice(None)
    return np.broadcast_to(x[tuple(place)], x.shape)


def ones_at(t, *places):
    """Return 1 at some places of an array like t, 0 elsewhere."""
    out = np.zeros(t.shape)
    out[places] = 1
    return out


def names(like, axis=-1, softmax=numerics.softmax, log_softmax=numerics.log_softmax, **arguments):
    """Return what a formula may use, for arrays of the shape of `like`."""
    n = like.size if axis is None else like.shape[axis]

    def along(function):
        return lambda x, axis=axis: function(x, axis=axis, keepdims=True)

    known = AS_IN_NUMPY | {name: along(getattr(np, name)) for name in ALONG}
    return known | {
        "total": np.sum,
        "sum_first": lambda x: x.sum(axis=0, keepdims=True),
        "sum_lost": lambda x: x.sum(axis=axis),
        "softmax": lambda x, axis=axis: softmax(x, axis),
        "log_softmax": lambda x, axis=axis: log_softmax(x, axis),
        "sigmoid": lambda x: np.exp(-np.logaddexp(0, -x)),
        "squeeze": lambda x: np.squeeze(x, axis),
        "first": lambda x: every_slice_like(x, 0, axis),
        "last": lambda x: every_slice_like(x, -1, axis),
        "at_rows": lambda t: ones_at(t, t.argmax(-1)),
        "at_swapped": lambda t: ones_at(t, t.argmax(-1), np.arange(len(t))),
        "first_entry": lambda g: g * (np.cumsum(g != 0, axis=axis) == 1),
        "shifted": lambda x, k: np.roll(x, k, axis=axis),
        "k": np.indices(like.shape)[axis or 0],
        "onehot": lambda x: (x == np.max(x, axis=axis, keepdims=True)) * 1.0,
        "delta": np.eye(n),
        "eyeN": np.eye(len(like)),
        "row": np.arange(len(like)).reshape(-1, *[1] * (like.ndim - 1)),
        "column": np.arange(like.shape[-1]),
        "n": n,
        "N": like.size // n,
        "axis": axis,
        **arguments,
    }
