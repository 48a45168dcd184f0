"""Whatever is passed to a public function ends in a right value or in an error that names it.

Never in a wrong number, a warning, or an argument that was written to. Every test draws arguments
of which each is either good, with what it means, or bad, with the error that it deserves; what is
right is worked out anew for one slice at a time, in extended precision where there is one.
`pytest --hypothesis-profile=thorough` draws far more than the usual number.
"""

import contextlib
import inspect
import re

import numpy as np
from hostile_arguments import Given, fingerprint
from hypothesis import settings

half_as_many = settings(max_examples=settings.default.max_examples // 2)


class Refused(Exception):
    """Raised by a reference: these arguments, though good each by itself, do not go together."""


def documented(function, error):
    """Tell whether an error's type is named where the function's errors are documented."""
    places = [function, inspect.getmodule(inspect.unwrap(function))]
    if "." in function.__qualname__:
        name = function.__qualname__.split(".")[0]
        places.append(getattr(inspect.getmodule(function), name, None))
    kinds = [kind.__name__ for kind in type(error).__mro__ if kind in (TypeError, ValueError)]
    return any(kind in (inspect.getdoc(place) or "") for place in places for kind in kinds)


def attempt(function, arguments, also=(), careful=False):
    """Call a function with given arguments; return its value, or None if it rightly refused them.

    Parameters
    ----------
    function : callable
    arguments : dict of str to Given
    also : sequence of (str, type)
        Names and errors that the arguments deserve together.
    careful : bool
        Whether the caller has NumPy raise an error for whatever it can.
    """
    refusals = {(name, given.error) for name, given in arguments.items() if given.error}
    refusals.update(also)
    values = {name: given.value for name, given in arguments.items()}
    before = {name: fingerprint(value) for name, value in values.items()}
    settings_of_caller = np.errstate(all="raise") if careful else contextlib.nullcontext()
    result = error = None
    try:
        with settings_of_caller:
            result = function(**values)
    except (TypeError, ValueError) as refusal:
        error = refusal
    assert {name: fingerprint(value) for name, value in values.items()} == before
    if error is None:
        assert not refusals, f"returned {result!r}"
        return result
    assert any(
        isinstance(error, kind) and re.search(rf"\b{re.escape(name)}\b", str(error))
        for name, kind in refusals
    ), f"{type(error).__name__}: {error}, where {refusals or 'nothing'} was to be refused"
    assert documented(function, error)
    return None


def good(arguments):
    return not any(given.error for given in arguments.values())


def assert_close(got, expected, tolerance, unknown=False):
    """Hold an array against the reference, where that is known.

    `tolerance` is absolute; `unknown` marks the entries of which nothing is promised.
    """
    assert np.shape(got) == np.shape(expected)
    with np.errstate(all="ignore"):
        wanted = expected.astype(got.dtype)
        # A tolerance in proportion to an infinite number would forgive everything.
        near = (np.abs(got - expected) <= tolerance) & np.isfinite(wanted)
        same = (got == wanted) | (np.isnan(got) & np.isnan(wanted))
    wrong = ~(near | same | unknown)
    assert not wrong.any(), f"{np.asarray(got)[wrong]} is not {np.asarray(expected)[wrong]}"


def extended(array):
    return np.asarray(array).astype(np.longdouble)


def by_slices(axes, function, *arrays, outputs):
    """Apply a function of flat slices to every slice; results have the shape of a slice again."""
    shape = arrays[0].shape
    results = [np.empty(shape, np.longdouble) for _ in range(outputs)]
    others = [range(1) if axis in axes else range(n) for axis, n in enumerate(shape)]
    for index in np.ndindex(*map(len, others)):
        where = tuple(slice(None) if axis in axes else k for axis, k in enumerate(index))
        flat = [np.ravel(extended(array[where])) for array in arrays]
        for result, values in zip(results, function(*flat), strict=True):
            result[where] = np.reshape(values, np.shape(result[where]))
    return results


def limits(dtype):
    info = np.finfo(dtype)
    return float(info.eps), np.longdouble(info.smallest_subnormal), np.longdouble(info.max)


def exact_softmax(z):
    """Return p, log p and the logarithm of the sum, for one slice."""
    if np.isnan(z).any() or np.isposinf(z).any() or np.isneginf(z).all():
        nothing = np.full(z.shape, np.nan)
        limit = np.nan if np.isnan(z).any() else z.max()
        return nothing, nothing, limit
    shifted = z - z.max()
    exp = np.exp(shifted)
    rest = np.log1p(np.delete(exp, shifted.argmax()).sum())
    return exp / exp.sum(), shifted - rest, z.max() + rest


def distance(z):
    """How far each logit is from the largest; beyond 12000 probabilities are 0 in any dtype."""
    away = np.minimum(np.nan_to_num(z.max() - z, nan=0.0, posinf=12e3), 12e3)
    others = away[away > 0]
    return away, min(others.min() if others.size else 0, 800)


def quiet(function):
    """References compute with infinities on purpose."""
    return np.errstate(all="ignore")(function)


def together(arguments, names):
    """Return the refusals that the arguments deserve together, and the axes."""
    first, axis = arguments[names[0]], arguments.get("axis")
    also = []
    if first.error:
        return also, None
    numbers = first.meaning
    if axis is None:
        axis = Given(-1, (numbers.ndim - 1,)) if numbers.ndim else Given(-1, error=ValueError)
        if axis.error:
            also.append(("axis", ValueError))
    if not axis.error and 0 in [numbers.shape[a] for a in axis.meaning]:
        also.append((names[0], ValueError))
    if len(names) == 2:
        second = arguments[names[1]]
        if not second.error and second.meaning.shape != numbers.shape:
            also.append((names[1], ValueError))
    return also, axis.meaning
