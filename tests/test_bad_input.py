"""Whatever is passed to a public function ends in a right value or in an error that names it.

Never in a wrong number, a warning, or an argument that was written to. Every test draws arguments
of which each is either good, with what it means, or bad, with the error that it deserves; what is
right is worked out anew for one slice at a time, in extended precision where there is one.
`pytest --hypothesis-profile=thorough` draws far more than the usual number.
"""

import contextlib
import functools
import inspect
import itertools
import re

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from softmax_lessons import (
    counting,
    curves,
    finite_difference,
    gradient_check,
    layers,
    losses,
    numerics,
    symbolic,
    training,
)
from softmax_lessons.explorers.training import TrainingView
from tests.hostile_arrays import (
    DTYPES_OF_NO_NUMBERS,
    FLOATS,
    NO_ARRAYS,
    NO_AXES,
    NO_NUMBERS,
    RAGGED,
    Given,
    any_arrays,
    axes,
    bad,
    choices,
    disguised,
    disguises_of,
    fingerprint,
    generators,
    good_arrays,
    numbers,
    shapes,
)

HALF, FIFTH = settings.default.max_examples // 2, settings.default.max_examples // 5
half_as_many, a_fifth_as_many = settings(max_examples=HALF), settings(max_examples=FIFTH)

# The oracle


class Refused(Exception):
    """Raised by a reference: these arguments, though good each by itself, do not go together."""


class Anything:
    """Stands for an entry on which nothing is promised but that it comes quietly."""


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


# The softmax family: one function for the results of a slice and the errors allowed in them.


def reference_of_softmax(z, dtype):
    eps, least, _ = limits(dtype)
    p, _, _ = exact_softmax(z)
    ulps = distance(z)[0] + z.size + 8
    return p, 2 * ulps * (eps * p + least), np.zeros(z.shape)


def reference_of_log_softmax(z, dtype):
    eps, least, _ = limits(dtype)
    _, log_p, _ = exact_softmax(z)
    ulps = distance(z)[1] + z.size + 8
    return log_p, 2 * ulps * (eps * np.abs(log_p) + least), np.zeros(z.shape)


def reference_of_logsumexp(z, dtype):
    eps, least, _ = limits(dtype)
    total = exact_softmax(z)[2]
    size = np.maximum(np.abs(z.max()), np.log(z.size))
    of_all = np.full(z.shape, total)
    return of_all, np.full(z.shape, 2 * (z.size + 8) * (eps * size + least)), np.zeros(z.shape)


def product_of_slice(p, v, dtype, ulps):
    """Return p (v - sum p v), its tolerance, and whether something in it may be infinite."""
    eps, least, most = limits(dtype)
    sizes = np.abs(p) * (np.abs(v) + np.sum(np.abs(p * v)))
    tolerance = 2 * ulps * (eps * sizes + least * (1 + np.abs(v).sum()))
    unknown = ~(np.abs(v).sum() < most / 2)
    return p * (v - np.sum(p * v)), tolerance, np.full(p.shape, unknown)


def reference_of_product(z, v, dtype):
    p = exact_softmax(z)[0]
    reached = distance(z)[0][p > limits(dtype)[1] / 4]
    ulps = 2 * (reached.max() if reached.size else 0) + 2 * z.size + 8
    return product_of_slice(p, v, dtype, ulps)


def reference_of_backward(p, v, dtype):
    value, tolerance, unknown = product_of_slice(p, v, dtype, p.size + 8)
    no_probability = ~(np.abs(p) <= 1)  # NaN too: whatever the formula makes of it
    return value, tolerance, unknown | no_probability.any()


def reference_of_log_backward(log_p, v, dtype):
    eps, least, most = limits(dtype)
    p = np.exp(log_p)
    sizes = np.abs(v) + p * np.abs(v).sum()
    value = np.where(np.isneginf(log_p), 0, v - p * v.sum())
    unknown = ~(np.abs(v).sum() < most / 2) | ~(log_p <= 0).all()
    tolerance = 2 * (p.size + 8) * (eps * sizes + least * (1 + np.abs(v).sum()))
    return value, tolerance, np.full(p.shape, unknown) & ~np.isneginf(log_p)


FAMILY = {
    numerics.softmax: (["z"], reference_of_softmax),
    numerics.log_softmax: (["z"], reference_of_log_softmax),
    numerics.logsumexp: (["z"], reference_of_logsumexp),
    numerics.softmax_jacobian: (["z"], None),
    numerics.softmax_jvp: (["z", "tangent"], reference_of_product),
    numerics.softmax_vjp: (["z", "cotangent"], reference_of_product),
    numerics.softmax_backward: (["p", "grad_p"], reference_of_backward),
    numerics.log_softmax_backward: (["log_p", "grad_log_p"], reference_of_log_backward),
}
ELEMENTS = {"p": st.floats(0, 1, width=16), "log_p": st.floats(-30, 0, width=16)}


@st.composite
def family_arguments(draw, names, one_axis):
    """One or two arrays, of one shape mostly, and an axis of the first."""
    narrow = ELEMENTS.get(names[0]) if draw(st.booleans()) else None
    dtypes = tuple(FLOATS) if narrow is not None else (*FLOATS, "i1", "i8", "u8")
    arguments = {names[0]: draw(any_arrays(elements=narrow, dtypes=dtypes))}
    first = arguments[names[0]].meaning
    shape = (3,) if first is None else first.shape
    if len(names) == 2:
        together = draw(st.integers(0, 4)) > 0
        second = good_arrays(shape, tuple(FLOATS)) if together else any_arrays()
        arguments[names[1]] = draw(second)
    if draw(st.integers(0, 3)):
        arguments["axis"] = draw(axes(len(shape), several=not one_axis))
    return arguments


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


@pytest.mark.parametrize("function", FAMILY)
@given(data=st.data(), careful=st.booleans())
@quiet
def test_the_softmax_family_is_right_or_refuses_by_name(function, data, careful):
    names, _ = FAMILY[function]
    one_axis = function is numerics.softmax_jacobian
    arguments = data.draw(family_arguments(names, one_axis))
    if function is numerics.logsumexp and data.draw(st.booleans()):
        keepdims = st.sampled_from([Given(v, bool(v)) for v in (True, False, np.True_)])
        wrong = bad(None, 1, 0, "x", [], np.nan, np.array([True, False]))
        arguments["keepdims"] = data.draw(st.one_of(keepdims, wrong))
    check_family(function, arguments, careful)


@quiet
def check_family(function, arguments, careful=False):
    """Hold what comes of a call against the reference."""
    names, reference = FAMILY[function]
    also, along = together(arguments, names)
    got = attempt(function, arguments, also, careful)
    if got is None:
        return
    numbers = [arguments[name].meaning for name in names]
    dtype = np.result_type(*numbers)
    assert got.dtype == dtype
    assert got.dtype.isnative
    if function is numerics.softmax_jacobian:
        assert_jacobian(got, numbers[0], *along)
        return
    expected, tolerance, unknown = by_slices(
        along, lambda *flat: reference(*flat, dtype), *numbers, outputs=3
    )
    if function is numerics.logsumexp:
        keepdims = arguments["keepdims"].meaning if "keepdims" in arguments else False
        one = tuple(slice(0, 1) if a in along else slice(None) for a in range(expected.ndim))
        expected, tolerance, unknown = expected[one], tolerance[one], unknown[one]
        if not keepdims:
            kept = tuple(n for a, n in enumerate(expected.shape) if a not in along)
            expected, tolerance, unknown = (a.reshape(kept) for a in (expected, tolerance, unknown))
    assert_close(got, expected, tolerance, unknown.astype(bool))


def assert_jacobian(got, z, axis):
    rows = np.moveaxis(z, axis, -1)
    n = rows.shape[-1]
    assert got.shape == (*rows.shape, n)
    eps, least, _ = limits(got.dtype)
    for index in np.ndindex(rows.shape[:-1]):
        row = extended(rows[index])
        p, away = exact_softmax(row)[0], distance(row)[0]
        expected, sizes = p[:, None] * (np.eye(n) - p), p[:, None] * (np.eye(n) + p)
        ulps = away[:, None] + away + 2 * n + 8
        assert_close(got[index], expected, 2 * ulps * (eps * sizes + least))


# Losses

LOSSES = {
    losses.squared_error: "p",
    losses.squared_error_grad: "p",
    losses.cross_entropy: "p",
    losses.cross_entropy_grad: "p",
    losses.softmax_cross_entropy: "z",
    losses.softmax_cross_entropy_grad: "z",
}
LOSS_CLASSES = {
    losses.SquaredError: (losses.squared_error, losses.squared_error_grad),
    losses.CrossEntropy: (losses.cross_entropy, losses.cross_entropy_grad),
    losses.SoftmaxCrossEntropy: (
        losses.softmax_cross_entropy, losses.softmax_cross_entropy_grad,
    ),
}  # fmt: skip


@st.composite
def loss_arguments(draw, name):
    """Predictions, targets of any kind, a reduction and an axis."""
    p = draw(any_arrays(dtypes=(*FLOATS, "i4")))
    shape = (3,) if p.meaning is None else p.meaning.shape
    arguments = {name: p}
    if draw(st.booleans()):
        arguments["axis"] = draw(axes(len(shape), several=False))
        axis = arguments["axis"].meaning
    else:
        axis = (len(shape) - 1,) if shape else None
    kind = draw(st.integers(0, 9))
    slices = shape if axis is None else shape[: axis[0]] + shape[axis[0] + 1 :]
    if kind < 4:
        arguments["t"] = draw(good_arrays(shape, tuple(FLOATS)))
    elif kind < 8:
        classes = 3 if axis is None else max(1, shape[axis[0]])
        beyond = draw(st.integers(0, 3)) == 0
        index = st.integers(0, classes - 1 + beyond)
        dtype = draw(st.sampled_from(["i1", "i8", "u8"]))
        arguments["t"] = draw(good_arrays(slices, (dtype,), index).map(as_integers))
    else:
        arguments["t"] = draw(any_arrays())
    if draw(st.booleans()):
        arguments["reduction"] = draw(choices(losses.REDUCTIONS))
    return arguments


def as_integers(given):
    return given._replace(meaning=given.meaning.clip(-100, 100).astype(np.int64))


def distribution(p, t, value, axis):
    """Return what targets mean for predictions p, or raise Refused with the error's type."""
    if t.shape == p.shape:
        return t.astype(float) if t.dtype.kind in "iu" else t
    if t.shape != p.shape[:axis] + p.shape[axis + 1 :]:
        raise Refused(ValueError)
    if np.asarray(value).dtype.kind not in "iu":
        raise Refused(TypeError)
    one_hot = np.zeros_like(p)
    for index in np.ndindex(t.shape):
        if not 0 <= t[index] < p.shape[axis]:
            raise Refused(ValueError)
        one_hot[index[:axis] + (int(t[index]),) + index[axis:]] = 1
    return one_hot


def losses_of_slice(function, p, t, dtype):
    """Return the loss or gradient of a slice, its tolerance, and what is not known."""
    eps, least, most = limits(dtype)
    rounding = 4 * (p.size + 8)
    if "softmax" in function.__name__:
        probability, log_p, _ = exact_softmax(p)
        away, gap = distance(p)
    else:
        probability, log_p = p, np.log(p)
        log_p = np.where(p == 0, -np.inf, log_p)
        away, gap = np.zeros(p.shape), 0
    if function is losses.squared_error:
        terms = (p - t) ** 2
    elif function is losses.squared_error_grad:
        terms = 2 * (p - t)
    elif function is losses.cross_entropy_grad:
        terms = np.where((t == 0) & (p == 0), 0, -t / np.where(p == 0, 0, p))
    elif function is losses.softmax_cross_entropy_grad:
        masked = np.isneginf(p) & ~np.isnan(log_p)
        value = np.where(masked, 0, probability * t.sum() - t)
        sizes = (away + rounding) * probability * np.abs(t).sum() + rounding * np.abs(t)
        tolerance = eps * sizes + least * (rounding + away) * (1 + np.abs(t).sum())
        unknown = ~(np.abs(t).sum() < most / 2) & ~masked
        return value, tolerance, unknown
    else:
        terms = np.where((t == 0) & np.isneginf(log_p), 0, -t * log_p)
    if function.__name__.endswith("_grad"):
        tolerance = rounding * (eps * np.abs(terms) + least)
        return terms, tolerance, ~(np.abs(terms) < most / 4) & np.isfinite(terms)
    sizes = np.abs(terms).sum()
    tolerance = (rounding + gap) * (eps * sizes + least * (1 + np.abs(t).sum()))
    unknown = np.isfinite(terms).all() and not sizes < most / 4
    if "softmax" in function.__name__ and np.isfinite(p).all() and np.ptp(p) > most / 2:
        unknown = True  # log p itself is beyond the largest number
    shape = np.ones(p.shape)
    return terms.sum() * shape, tolerance * shape, unknown * shape


@quiet
def expected_loss(function, p, t, axis, reduction):
    dtype = np.result_type(p, t)
    parts = by_slices(
        (axis,), lambda *flat: losses_of_slice(function, *flat, dtype), p, t, outputs=3
    )
    number = p.size // p.shape[axis]
    if function.__name__.endswith("_grad"):
        value, tolerance, unknown = parts
        if reduction == "mean" and number:
            value, tolerance = value / number, tolerance / number + limits(dtype)[1]
            tolerance = tolerance + 4 * limits(dtype)[0] * np.abs(value)
        return value, tolerance, unknown.astype(bool)
    value, tolerance, unknown = (part.take(0, axis) for part in parts)
    if reduction == "none":
        return value, tolerance, unknown.astype(bool)
    eps, least, most = limits(dtype)
    share = number if reduction == "mean" else 1
    total = value.sum() / share if share else np.longdouble(np.nan)
    spread = np.abs(value).sum()
    finite = np.isfinite(value).all()
    unknown = unknown.any() or bool(finite and not spread < most / 2)
    rounding = 4 * (number + 8) * (eps * spread + least)
    return np.asarray(total), np.asarray(tolerance.sum() + rounding), unknown


def loss_refusals(name, arguments):
    """Return what the arguments of a loss deserve together, the targets as a distribution, axis."""
    also, along = together(arguments, [name])
    t = None
    if not also and good(arguments):
        try:
            p, targets = arguments[name].meaning, arguments["t"]
            t = distribution(p, targets.meaning, targets.value, *along)
        except Refused as refused:
            also.append(("t", refused.args[0]))
    return also, t, along


@pytest.mark.parametrize("function", LOSSES)
@given(data=st.data(), careful=st.booleans())
def test_losses_are_right_or_refuse_by_name(function, data, careful):
    name = LOSSES[function]
    arguments = data.draw(loss_arguments(name))
    check_loss(function, arguments, careful)


def check_loss(function, arguments, careful=False):
    """Hold what comes of a call against the reference."""
    name = LOSSES[function]
    also, t, along = loss_refusals(name, arguments)
    got = attempt(function, arguments, also, careful)
    if got is None:
        return
    p = arguments[name].meaning
    reduction = arguments["reduction"].meaning if "reduction" in arguments else "mean"
    assert got.dtype == np.result_type(p, t)
    assert_close(got, *expected_loss(function, p, t, *along, reduction))


@pytest.mark.parametrize("loss_class", LOSS_CLASSES)
@half_as_many
@given(data=st.data(), careful=st.booleans())
def test_loss_classes_do_what_their_functions_do(loss_class, data, careful):
    function, gradient = LOSS_CLASSES[loss_class]
    name = LOSSES[function]
    arguments = data.draw(loss_arguments(name))
    how = {key: given for key, given in arguments.items() if key in ("axis", "reduction")}
    loss = loss_class(**{key: given.value for key, given in how.items()})

    def forward(**values):
        values = {"p": values.pop(name), "t": values.pop("t")}
        return loss.forward(**values)

    forward.__doc__ = losses.__doc__
    forward.__qualname__ = "forward"
    also, _, _ = loss_refusals(name, arguments)
    got = attempt(forward, arguments, also, careful)
    if got is None:
        with pytest.raises(RuntimeError, match="before backward"):
            loss.backward()
        return
    values = {key: given.value for key, given in arguments.items()}
    np.testing.assert_array_equal(got, function(**values))
    np.testing.assert_array_equal(loss.backward(), gradient(**values))


# Layers


def exact_sigmoid(x):
    return np.where(x < 0, np.exp(np.minimum(x, 0)), 1) / (1 + np.exp(-np.abs(x)))


ENTRYWISE = {
    layers.Sigmoid: (exact_sigmoid, lambda y, x: y * (1 - y)),
    layers.Tanh: (np.tanh, lambda y, x: 1 - y**2),
    layers.ReLU: (lambda x: np.maximum(x, 0), lambda y, x: np.where(x > 0, 1, 0)),
}
ALONG_AN_AXIS = {
    layers.Softmax: (numerics.softmax, numerics.softmax_backward),
    layers.LogSoftmax: (numerics.log_softmax, numerics.log_softmax_backward),
}


def backward_arguments(data, y):
    """Return a gradient for an output, of its shape mostly, and whether its shape is wrong."""
    fits = data.draw(st.integers(0, 3)) > 0
    strategy = good_arrays(np.shape(y), tuple(FLOATS)) if fits else any_arrays()
    g = data.draw(strategy)
    wrong = not g.error and g.meaning.shape != np.shape(y)
    return {"grad_output": g}, [("grad_output", ValueError)] if wrong else []


@pytest.mark.parametrize("layer_class", ENTRYWISE)
@given(data=st.data(), careful=st.booleans())
@quiet
def test_entrywise_layers_are_right_or_refuse_by_name(layer_class, data, careful):
    gradients = functools.partial(backward_arguments, data)
    check_entrywise(layer_class, {"x": data.draw(any_arrays())}, gradients, careful)


@quiet
def check_entrywise(layer_class, arguments, gradients, careful=False):
    """Hold what comes of forward and backward against the reference."""
    layer, (value, slope) = layer_class(), ENTRYWISE[layer_class]
    y = attempt(layer.forward, arguments, (), careful)
    if y is None:
        with pytest.raises(RuntimeError, match="before backward"):
            layer.backward(1.0)
        return
    x = arguments["x"].meaning
    eps, least, _ = limits(x.dtype)
    exact = value(extended(x))
    assert y.dtype == x.dtype
    assert_close(y, exact, 8 * (eps * np.abs(exact) + least))
    arguments, also = gradients(y)
    got = attempt(layer.backward, arguments, also, careful)
    if got is not None:
        g = extended(arguments["grad_output"].meaning)
        eps, least = limits(np.result_type(x, got))[0], limits(x.dtype)[1]
        own = limits(x.dtype)[0]
        wanted = np.where(x > 0, g, 0) if layer_class is layers.ReLU else g * slope(exact, x)
        # The layer has kept its output, rounded: near its ends few digits of 1 - y are left.
        tolerance = 16 * np.abs(g) * (own + least) + limits(got.dtype)[1]
        unknown = ~np.isfinite(g) if layer_class is not layers.ReLU else False
        assert_close(got, wanted, tolerance, unknown)


@pytest.mark.parametrize("layer_class", ALONG_AN_AXIS)
@given(data=st.data(), careful=st.booleans())
def test_layers_along_an_axis_do_what_their_functions_do(layer_class, data, careful):
    function, pull_back = ALONG_AN_AXIS[layer_class]
    arguments = data.draw(family_arguments(["x"], one_axis=False))
    layer = layer_class(arguments["axis"].value) if "axis" in arguments else layer_class()

    def forward(**values):
        return layer.forward(values["x"])

    forward.__doc__ = inspect.getdoc(layers.Layer.forward)
    also, along = together(arguments, ["x"])
    also = [*also, ("z", ValueError)] if also else also
    y = attempt(forward, arguments, also, careful)
    if y is None:
        return
    np.testing.assert_array_equal(y, function(arguments["x"].value, along))
    kept = np.copy(y)
    arguments, also = backward_arguments(data, y)
    got = attempt(layer.backward, arguments, also, careful)
    if got is not None:
        wanted = pull_back(kept, arguments["grad_output"].value, along)
        np.testing.assert_array_equal(got, wanted)


@given(data=st.data(), careful=st.booleans())
@quiet
def test_linear_is_right_or_refuses_by_name(data, careful):
    sizes = st.one_of(
        st.sampled_from([Given(n, int(n)) for n in (1, 2, 3, np.int64(2))]),
        bad(0, -1, 2.0, "2", None, True, np.True_, [2], (2,), np.nan, error=ValueError),
    )
    arguments = {"inputs": data.draw(sizes), "outputs": data.draw(sizes)}
    if data.draw(st.booleans()):
        arguments["rng"] = data.draw(generators)
    layer = attempt(layers.Linear, arguments)
    if layer is None:
        return
    n, m = arguments["inputs"].meaning, arguments["outputs"].meaning
    assert layer.weights.shape == (n, m)
    shape = (*data.draw(st.sampled_from([(), (2,), (2, 1), (0,), (2, 0)])), n)
    arguments = {"x": data.draw(st.one_of(good_arrays(shape), any_arrays()))}
    x = arguments["x"].meaning
    fits = arguments["x"].error or x.shape[-1:] == (n,)
    y = attempt(layer.forward, arguments, [] if fits else [("x", ValueError)], careful)
    if y is None:
        return
    x, weights = extended(x), extended(layer.weights)
    sizes = np.abs(x) @ np.abs(weights)
    known = np.isfinite(sizes) & (sizes < 1e300)
    assert_close(y, x @ weights, 1e-13 * sizes + 1e-300, ~known)
    arguments, also = backward_arguments(data, y)
    got = attempt(layer.backward, arguments, also, careful)
    if got is not None:
        g = extended(arguments["grad_output"].meaning)
        sizes = np.abs(g) @ np.abs(weights.T)
        known = np.isfinite(sizes) & (sizes < 1e300)
        assert_close(got, g @ weights.T, 1e-13 * sizes + 1e-300, ~known)
        assert [gradient.shape for _, gradient in layer.parameters()] == [(n, m), (m,)]


@half_as_many
@given(data=st.data(), careful=st.booleans())
def test_a_sequence_of_layers_refuses_what_its_first_layer_would(data, careful):
    model = layers.Sequential(layers.Tanh(), layers.Softmax())
    arguments = {"x": data.draw(any_arrays())}
    also, _ = together(arguments, ["x"])
    also = [*also, ("z", ValueError)] if also else also
    y = attempt(model.forward, arguments, also, careful)
    if y is not None:
        arguments, also = backward_arguments(data, y)
        got = attempt(model.backward, arguments, also, careful)
        assert got is None or got.shape == y.shape


# Finite differences

SCHEMES = finite_difference.SCHEMES
GOOD_STEPS = [1e-3, 0.5, 1, np.float32(1e-2), np.float16(0.25), np.int8(1), np.longdouble(0.125)]
BAD_STEPS = [0, -1, 0.0, -1e-3, np.nan, np.inf, -np.inf, 1e-400, 2**2000, np.float16(0), -(2**2000)]


@np.errstate(all="ignore")
def three_times(x):
    return 3 * x


@np.errstate(all="ignore")
def three_times_the_sum(x):
    return (3 * x).sum()


def three_times_the_tangent(x, tangent):
    return three_times(tangent)


DIFFERENCES = {
    finite_difference.finite_difference_jvp: (three_times, None),
    finite_difference.finite_difference_jacobian: (three_times, None),
    finite_difference.finite_difference_gradient: (three_times_the_sum, None),
    gradient_check.check_jvp: (three_times, ("jvp", three_times_the_tangent)),
    gradient_check.check_vjp: (three_times, ("vjp", three_times_the_tangent)),
    gradient_check.check_jacobian: (
        three_times,
        ("jacobian", lambda x: 3 * np.eye(x.size).reshape(x.shape * 2)),
    ),
    gradient_check.check_gradient: (
        three_times_the_sum, ("gradient", lambda x: np.full(x.shape, 3.0)),
    ),
}  # fmt: skip


@st.composite
def difference_arguments(draw, function):
    f, derivative = DIFFERENCES[function]
    mild = st.floats(-8, 8, width=16)
    narrow = {"elements": mild, "dtypes": tuple(FLOATS)} if draw(st.booleans()) else {}
    arguments = {"x": draw(any_arrays(**narrow))}
    arguments["f"] = draw(st.sampled_from([Given(f, f)] * 9 + [Given("f", error=TypeError)]))
    if function is finite_difference.finite_difference_jvp:
        x = arguments["x"].meaning
        fits = x is not None and draw(st.integers(0, 4)) > 0
        arguments["tangent"] = draw(good_arrays(x.shape, tuple(FLOATS)) if fits else any_arrays())
    if derivative:
        name, right = derivative
        arguments[name] = draw(st.sampled_from([Given(right)] * 9 + [Given(3, error=TypeError)]))
        if draw(st.booleans()):
            good_tolerances = [1e-3, 0, 1, np.inf, np.float32(0.5), 10**400]
            arguments["tolerance"] = draw(numbers_or_inf(good_tolerances, [-1, np.nan, -np.inf]))
        if name in ("jvp", "vjp") and draw(st.booleans()):
            arguments["rng"] = draw(generators)
    if draw(st.booleans()):
        arguments["scheme"] = draw(choices(SCHEMES))
    if draw(st.booleans()):
        arguments["step"] = draw(numbers(GOOD_STEPS, BAD_STEPS))
    return arguments


def numbers_or_inf(values, refused):
    large = [value for value in values if value > 1e300]
    rest = numbers([value for value in values if value <= 1e300], refused)
    return st.one_of(rest, rest, st.sampled_from([Given(value, np.inf) for value in large]))


def difference_refusals(arguments):
    """Return what the arguments deserve together; whether the step may be refused for x."""
    x, tangent = arguments["x"].meaning, arguments.get("tangent")
    also = []
    if x is not None and x.size == 0:
        also.append(("x", ValueError))
    if x is not None and tangent and not tangent.error and tangent.meaning.shape != x.shape:
        also.append(("tangent", ValueError))
    return also


@pytest.mark.parametrize("function", DIFFERENCES)
@given(data=st.data(), careful=st.booleans())
@quiet
def test_differences_are_right_or_refuse_by_name(function, data, careful):
    arguments = data.draw(difference_arguments(function))
    also = difference_refusals(arguments)
    try:
        got = attempt(function, arguments, also, careful)
    except AssertionError as error:
        # With good arguments there is one thing left to refuse: a step that does not suit x.
        if not (str(error).startswith("ValueError: step must be") and good(arguments)):
            raise
        assert not also
        assert not step_suits(arguments)
        return
    if got is None:
        return
    x = arguments["x"].meaning
    if isinstance(got, gradient_check.GradientCheck):
        calm = np.isfinite(x).all() and step_suits(arguments)
        tolerance = arguments.get("tolerance", Given(None, 1.0)).meaning
        if calm and tolerance >= 0.5:
            assert got.passed
        if not np.isfinite(got.numeric).all():
            assert not got.passed
        return
    assert_difference(function, arguments, got)


def eps_and_step(arguments):
    x = arguments["x"].meaning
    eps = float(np.finfo(x.dtype).eps)
    scheme = arguments["scheme"].meaning if "scheme" in arguments else "central"
    default = {"forward": eps ** (1 / 2), "central": eps ** (1 / 3), "complex": eps}[scheme]
    return eps, (arguments["step"].meaning if "step" in arguments else default), scheme


def step_suits(arguments):
    """Whether a step of this size is an ordinary one: refusing it would be a mistake."""
    x, tangent = arguments["x"].meaning, arguments.get("tangent")
    eps, h, scheme = eps_and_step(arguments)
    finite = np.abs(x[np.isfinite(x)])
    sizes = [1.0]
    if tangent is not None:
        sizes = np.abs(tangent.meaning[np.isfinite(tangent.meaning) & (tangent.meaning != 0)])
        if not len(sizes):
            return True
    ordinary = min(sizes) > 0.01 and max(sizes) < 100
    # Complex numbers of float16 are those of float32.
    reach = 1e3 if scheme == "complex" or x.dtype != np.float16 else 0.1
    return ordinary and (finite < reach * min(1, 2e-3 * h / eps)).all()


def assert_difference(function, arguments, got):
    """Hold a derivative of 3 x, or of its sum, against 3."""
    x = arguments["x"].meaning
    eps, h, _ = eps_and_step(arguments)
    if function is finite_difference.finite_difference_jvp:
        v = arguments["tangent"].meaning
        assert got.shape == x.shape
        moves = np.isfinite(x) & np.isfinite(v)
        if not (moves & (v != 0)).any():
            wanted = np.nan if v.any() else 0
            np.testing.assert_array_equal(got, np.full(x.shape, wanted))
            return
        largest = np.abs(v[moves]).max()
        eps = max(eps, float(np.finfo(v.dtype).eps))
        tolerance = 32 * eps * (np.abs(extended(x)) / h + largest * (1 + 1 / h))
        value, known = 3 * extended(v), moves
        huge = np.abs(extended(v)) * 3 > limits(got.dtype)[2] / 4
        assert_close(got, value, tolerance, ~known | huge)
        return
    finite = np.isfinite(x)
    jacobian = function is finite_difference.finite_difference_jacobian
    wanted = 3 * np.eye(x.size) if jacobian else np.full(x.size, 3.0)
    size = x.size if jacobian else 1
    assert got.shape == x.shape * (2 if jacobian else 1)
    total = np.abs(extended(x[finite])).sum()
    tolerance = np.full(wanted.shape, 64 * max(eps, 1e-300) * (total + 1) / h + 64 * eps)
    rows = ~finite.ravel()[:, None] if jacobian else not finite.all()
    columns = ~finite.ravel()
    got = got.reshape(wanted.shape)
    assert np.isnan(got[..., columns]).all()
    assert_close(got, wanted, tolerance, np.broadcast_to(rows | columns, wanted.shape))
    assert size


NUMERIC = symbolic.numeric(symbolic.softmax(symbolic.logits(2)))

# Every value in turn: what is drawn is seldom one particular thing

PLAIN = np.array([[0.25, 0.75, 0.0], [0.5, 0.125, 0.375]])
RIGHT = Given(PLAIN, PLAIN)
BAD_ARRAYS = [
    *(Given(np.zeros((2, 3), dtype), error=TypeError) for dtype in DTYPES_OF_NO_NUMBERS),
    *(Given(value, error=TypeError) for value in NO_ARRAYS),
    *(Given(value, error=ValueError) for value in RAGGED),
    Given(np.ma.array(PLAIN), error=TypeError),
    Given(np.ma.array(PLAIN, mask=PLAIN > 0.5), error=TypeError),
]
CALLS = {
    **{function: dict.fromkeys(names, RIGHT) for function, (names, _) in FAMILY.items()},
    **{function: {name: RIGHT, "t": RIGHT} for function, name in LOSSES.items()},
    **{layer_class().forward: {"x": RIGHT} for layer_class in (*ENTRYWISE, *ALONG_AN_AXIS)},
    layers.Linear(3, 2).forward: {"x": RIGHT},
    layers.Sequential().forward: {"x": RIGHT},
    finite_difference.finite_difference_jvp: {
        "f": Given(three_times), "x": RIGHT, "tangent": RIGHT,
    },
    finite_difference.finite_difference_jacobian: {"f": Given(three_times), "x": RIGHT},
    finite_difference.finite_difference_gradient: {"f": Given(three_times_the_sum), "x": RIGHT},
    **{
        function: {"f": Given(f), "x": RIGHT, derivative[0]: Given(derivative[1])}
        for function, (f, derivative) in DIFFERENCES.items() if derivative
    },
    NUMERIC: {"logits": Given([1.0, 2.0])},
}  # fmt: skip


def title(function):
    return f"{getattr(function, '__self__', None).__class__.__name__}.{function.__name__}"


@pytest.mark.parametrize("function", CALLS, ids=title)
def test_whatever_is_no_array_of_real_numbers_is_refused_by_name(function):
    arguments = CALLS[function]
    for name, usual in arguments.items():
        for wrong in BAD_ARRAYS if not callable(usual.value) else ():
            if function is NUMERIC:
                with pytest.raises(wrong.error, match=r"^logits"):
                    function(wrong.value)
            else:
                attempt(function, arguments | {name: wrong})


@pytest.mark.parametrize("function", [f for f in CALLS if f is not NUMERIC], ids=title)
def test_an_array_in_any_disguise_counts_as_the_numbers_that_it_holds(function):
    for dtype in ("f2", "f8", "i2"):
        plain = (8 * PLAIN).astype(dtype)
        wanted = None
        for name in ["plain", *disguises_of(plain)]:
            given = disguised(plain, name)
            arguments = {
                key: usual if callable(usual.value) else given
                for key, usual in CALLS[function].items()
            }
            got = attempt(function, arguments)
            if isinstance(got, gradient_check.GradientCheck):
                got = got.numeric
            assert type(got) is np.ndarray or np.ndim(got) == 0
            assert got.dtype.isnative
            wanted = got if wanted is None else wanted
            if got.dtype == wanted.dtype:  # a list of float16 is one of float64
                np.testing.assert_allclose(got, wanted, rtol=1e-2 if dtype == "f2" else 1e-12)


@pytest.mark.parametrize("function", [*FAMILY, *LOSSES], ids=lambda function: function.__name__)
def test_whatever_is_no_axis_is_refused_by_name(function):
    for wrong in NO_AXES:
        attempt(function, CALLS[function] | {"axis": Given(wrong, error=TypeError)})
    for wrong in (2, -3, 2**70, -(2**70), np.int64(5)):
        attempt(function, CALLS[function] | {"axis": Given(wrong, error=ValueError)})
    several = function in FAMILY and function is not numerics.softmax_jacobian
    for wrong in ((0, 0), (1, -1), (0, 2)):
        error = ValueError if several else TypeError
        attempt(function, CALLS[function] | {"axis": Given(wrong, error=error)})


@pytest.mark.parametrize("function", DIFFERENCES, ids=lambda function: function.__name__)
def test_whatever_is_no_number_is_refused_as_a_step_and_as_a_tolerance(function):
    for wrong in NO_NUMBERS:
        attempt(function, CALLS[function] | {"step": Given(wrong, error=TypeError)})
    for wrong in BAD_STEPS:
        attempt(function, CALLS[function] | {"step": Given(wrong, error=ValueError)})
    if DIFFERENCES[function][1]:
        for wrong in NO_NUMBERS:
            attempt(function, CALLS[function] | {"tolerance": Given(wrong, error=TypeError)})


def special(dtype):
    info = np.finfo(dtype)
    numbers = [0, -0.0, 1, -2, np.nan, np.inf, -np.inf, info.max, info.min, info.tiny]
    return np.array([*numbers, info.smallest_subnormal], dtype)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("function", FAMILY, ids=lambda function: function.__name__)
def test_every_pair_of_special_numbers_is_right_in_the_softmax_family(function, dtype):
    names, _ = FAMILY[function]
    pairs = np.array(list(itertools.product(special(dtype), repeat=2)))
    for v in [[1, 2], [np.inf, 0], [np.nan, 1], [0, -np.inf]] if len(names) == 2 else [None]:
        arrays = [pairs, np.broadcast_to(np.array(v, dtype), pairs.shape)][: len(names)]
        arguments = {name: Given(array, array) for name, array in zip(names, arrays, strict=True)}
        check_family(function, arguments, careful=True)
        if len(names) == 2:
            arguments = {
                name: arguments[other] for name, other in zip(names, names[::-1], strict=True)
            }
            check_family(function, arguments, careful=True)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("function", LOSSES, ids=lambda function: function.__name__)
def test_every_pair_of_special_numbers_is_right_in_losses(function, dtype):
    pairs = np.array(list(itertools.product(special(dtype), repeat=2)))
    none = Given("none", "none")
    for t in ([1, 0], [0, 1], [0, 0], [0.5, 0.25], [np.nan, 0], [0, np.inf], [-1, 2]):
        t = np.broadcast_to(np.array(t, dtype), pairs.shape)
        arguments = {LOSSES[function]: Given(pairs, pairs), "t": Given(t, t), "reduction": none}
        check_loss(function, arguments, careful=True)


@pytest.mark.parametrize("dtypes", list(itertools.permutations(FLOATS, 2)), ids="-".join)
@pytest.mark.parametrize(
    "function", [f for f in (*FAMILY, *LOSSES) if len(CALLS[f]) == 2], ids=lambda f: f.__name__
)
def test_arguments_of_different_dtype_give_the_accuracy_of_the_dtype_of_the_result(
    function, dtypes
):
    values = [PLAIN / 3 - (0.5 if function is numerics.log_softmax_backward else 0), 1 - PLAIN / 7]
    arguments = {
        name: Given(array, array)
        for name, array in zip(
            CALLS[function], (v.astype(t) for v, t in zip(values, dtypes, strict=True)), strict=True
        )
    }
    (check_family if function in FAMILY else check_loss)(function, arguments)


@pytest.mark.parametrize("function", LOSSES, ids=lambda function: function.__name__)
def test_class_indices_out_of_range_or_of_another_kind_are_refused(function):
    usual = CALLS[function]
    for wrong in ([0, 3], [-1, 0], np.array([2**63, 0], np.uint64), np.array([0, -3], np.int8)):
        attempt(function, usual | {"t": Given(wrong, error=ValueError)})
    for wrong in ([0.0, 1.0], np.array([0, 1], np.float16), [True, False], ["0", "1"]):
        attempt(function, usual | {"t": Given(wrong, error=TypeError)})
    for wrong in (0, [0], [0, 1, 2], [[0], [1]]):
        attempt(function, usual | {"t": Given(wrong, error=ValueError)})


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("layer_class", ENTRYWISE)
def test_every_pair_of_special_numbers_is_right_in_entrywise_layers(layer_class, dtype):
    x, g = np.meshgrid(special(dtype), special(dtype))
    check_entrywise(
        layer_class, {"x": Given(x, x)}, lambda _: ({"grad_output": Given(g, g)}, []), careful=True
    )


def test_linear_takes_infinite_numbers_and_nan_quietly():
    layer = layers.Linear(2, 2)
    x = np.array(list(itertools.product(special("f8"), repeat=2)))
    with np.errstate(all="raise"):
        y = layer.forward(x)
        layer.backward(x)
    finite = (np.abs(x) < 1e300).all(axis=1)
    assert_close(y[finite], extended(x[finite]) @ extended(layer.weights), 1e-14)
    assert not np.isfinite(y[~np.isfinite(x).all(axis=1)]).any()


# Functions that misbehave


class Own(Exception):
    """What a user's function raises."""


def raising(x, *_):
    raise Own("mine")


def leaving(x, *_):
    raise SystemExit


def cycling(*values):
    """Return a function that gives one of some values at each call, whatever it is asked."""
    calls = iter(range(10**6))
    return lambda *_: values[next(calls) % len(values)]


def shouting(x, *_):
    np.float64(1e308) * np.float64(10)
    return x


MISBEHAVIOUR = {
    "None": (lambda: lambda *_: None, TypeError),
    "a string": (lambda: lambda *_: "3", TypeError),
    "objects": (lambda: lambda x, *_: x.astype(object), TypeError),
    "booleans": (lambda: lambda x, *_: x > 0, TypeError),
    "complex": (lambda: lambda x, *_: x + 1j, TypeError),
    "masked": (lambda: lambda x, *_: np.ma.array(x, mask=x > 0), TypeError),
    "a list with a mask": (lambda: lambda x, *_: [np.ma.array([1.0], mask=[1])], TypeError),
    "ragged rows": (lambda: lambda *_: [[1.0], [1.0, 2.0]], ValueError),
    "a dict": (lambda: lambda *_: {}, TypeError),
    "another function": (lambda: lambda *_: len, TypeError),
    "another shape at each call": (
        lambda: cycling(np.ones(2), np.ones(3), np.float64(1), np.ones((2, 1))), ValueError,
    ),
    "numbers, then None": (lambda: cycling(1.0, None), TypeError),
    "an error": (lambda: raising, Own),
    "an exit": (lambda: leaving, SystemExit),
    "a warning": (lambda: shouting, RuntimeWarning),
}  # fmt: skip
if np.dtype(np.longdouble).itemsize > 8:
    MISBEHAVIOUR["long doubles"] = (lambda: lambda x, *_: x * np.longdouble(1), TypeError)

POINTS = [np.array([0.5, -1.0]), np.array([[1.0, 2.0]], np.float32)]


def call(function, f, x, derivative=None, **how):
    """Call a function of this module with f, what else it needs, and a right derivative or not."""
    arguments = {"x": x, "f": f, **how}
    if function is finite_difference.finite_difference_jvp:
        arguments["tangent"] = np.ones(x.shape)
    right = DIFFERENCES[function][1]
    if right:
        arguments[right[0]] = derivative or right[1]
    return function(**arguments)


@pytest.mark.parametrize("scheme", ["forward", "central"])
@pytest.mark.parametrize("x", POINTS, ids=["1-d", "2-d"])
@pytest.mark.parametrize(("make", "error"), MISBEHAVIOUR.values(), ids=MISBEHAVIOUR)
@pytest.mark.parametrize("function", DIFFERENCES)
def test_a_function_that_misbehaves_is_refused_by_name(function, make, error, x, scheme):
    before = x.copy()
    with pytest.raises(error) as caught:
        call(function, make(), x, scheme=scheme)
    if error in (TypeError, ValueError):
        assert re.match(r"f\b", str(caught.value)), str(caught.value)
        assert documented(function, caught.value)
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("kind", [k for k in MISBEHAVIOUR if k != "complex"])
@pytest.mark.parametrize("function", DIFFERENCES)
def test_a_function_that_misbehaves_with_complex_numbers_is_refused_by_name(function, kind):
    make, error = MISBEHAVIOUR[kind]
    if kind in ("another shape at each call", "ragged rows", "numbers, then None"):
        error = (TypeError, ValueError)
    with pytest.raises(error) as caught:
        call(function, make(), POINTS[0], scheme="complex")
    if isinstance(caught.value, (TypeError, ValueError)):
        assert re.match(r"f\b", str(caught.value)), str(caught.value)


@pytest.mark.parametrize("kind", [k for k in MISBEHAVIOUR if k != "numbers, then None"])
@pytest.mark.parametrize(
    "function", [function for function, (_, derivative) in DIFFERENCES.items() if derivative]
)
def test_a_derivative_that_misbehaves_is_refused_by_name(function, kind):
    make, error = MISBEHAVIOUR[kind]
    f, (name, _) = DIFFERENCES[function]
    derivative = make()
    if kind == "another shape at each call":
        derivative = lambda *_: np.ones((4, 1))  # noqa: E731
    with pytest.raises(error) as caught:
        call(function, f, POINTS[0], derivative)
    if error in (TypeError, ValueError):
        assert f"what {name} returns" in str(caught.value)


def test_a_derivative_that_fits_by_broadcasting_alone_is_refused():
    for shape in [(), (1,), (1, 2)]:
        with pytest.raises(ValueError, match=r"what gradient returns must have the shape"):
            gradient_check.check_gradient(
                three_times_the_sum, lambda x, shape=shape: np.full(shape, 3.0), [1.0, 2.0]
            )


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("function", DIFFERENCES)
def test_a_function_that_writes_to_its_argument_or_returns_it_changes_nothing(function, scheme):
    f, right = DIFFERENCES[function]
    x = np.array([0.5, -1.0])

    def writing(x):
        value = f(x)
        x[...] = 99
        return value

    def in_place(x):
        x *= 3
        return x if f is three_times else x.sum()

    writes_too = None
    if right:
        _, derivative = right

        def writes_too(*given):
            value = derivative(*given)
            for array in given:
                array[...] = 77
            return value

    wanted = call(function, f, x, scheme=scheme)
    for other in (writing, in_place):
        got = call(function, other, x, writes_too, scheme=scheme)
        if right:
            assert got.passed
            got, wanted_values = got.numeric, wanted.numeric
        else:
            wanted_values = wanted
        np.testing.assert_array_equal(got, wanted_values)
    assert x.tolist() == [0.5, -1.0]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_one_buffer_for_all_results_is_read_before_it_is_overwritten(scheme):
    buffer = np.empty(2, complex if scheme == "complex" else float)

    def f(x):
        return np.multiply(x, 3, out=buffer)

    def derivative(x, v):
        return np.multiply(v, 3, out=buffer.real)

    for check in (gradient_check.check_jvp, gradient_check.check_vjp):
        got = check(f, derivative, [0.5, -1.0], scheme=scheme)
        assert got.passed
        kept = got.analytic.copy()
        buffer[...] = 0
        np.testing.assert_array_equal(got.analytic, kept)


def test_a_matrix_or_a_list_from_a_function_counts_as_the_array_that_it_holds():
    x = np.array([[0.5, -1.0], [2.0, 3.0]])
    plain = gradient_check.check_vjp(three_times, three_times_the_tangent, x)
    for form in (lambda y: y.view(np.matrix), lambda y: y.tolist(), lambda y: tuple(map(list, y))):
        got = gradient_check.check_vjp(
            lambda x, form=form: form(three_times(x)),
            lambda x, u, form=form: form(three_times(u)),
            x,
        )
        assert got.passed
        np.testing.assert_array_equal(got.numeric, plain.numeric)


@pytest.mark.parametrize(
    ("f", "gradient", "x"),
    [
        (lambda x: 1e200 * (1e200 * x).sum(), lambda x: x + 5, [1.0]),  # an infinite difference
        (lambda x: (1 / x).sum() if x[0] else np.inf, lambda x: x + 5, [0.0]),
        (lambda x: x.sum(), lambda x: x + np.inf, [1.0]),
        (lambda x: x.sum(), lambda x: x / x, [np.inf, 1.0]),
    ],
)
@quiet
def test_a_check_with_something_infinite_never_passes(f, gradient, x):
    assert not gradient_check.check_gradient(f, gradient, x, tolerance=1.0).passed
    assert not gradient_check.check_gradient(f, gradient, x, tolerance=np.inf).passed


def test_a_tangent_of_which_an_entry_would_not_move_is_refused():
    with pytest.raises(ValueError, match=r"step must be large enough to move x, .* at 1e\+16"):
        finite_difference.finite_difference_jvp(np.sum, [0.0, 1e16], [1.0, 0.5])
    got = finite_difference.finite_difference_jvp(np.sum, [1.0, 1.0], [1.0, 1e-20])
    assert got == pytest.approx(1, rel=1e-9)


@pytest.mark.parametrize(("scheme", "step"), [("central", 1e-323), ("complex", 1e-320)])
def test_a_step_of_few_digits_is_refused(scheme, step):
    with pytest.raises(ValueError, match="step must be large enough"):
        finite_difference.finite_difference_jvp(three_times, [0.0], [0.7], scheme=scheme, step=step)


def test_a_step_out_of_the_range_of_floats_is_refused():
    with pytest.raises(ValueError, match="step must be small enough to keep x finite"):
        finite_difference.finite_difference_gradient(np.sum, [1.7e308], step=1e307)
    with pytest.raises(ValueError, match="step must be a positive number of dtype float32"):
        finite_difference.finite_difference_gradient(np.sum, np.ones(1, np.float32), step=1e300)


def test_no_numbers_are_nothing_to_check():
    with pytest.raises(ValueError, match=r"f must return at least one number, got shape \(0,\)"):
        gradient_check.check_jacobian(lambda x: x[:0], lambda x: np.empty((0, 2)), [1.0, 2.0])


def test_a_masked_logit_stays_where_it_is_and_has_no_derivative():
    z = np.array([1.0, -np.inf, 2.0])
    got = finite_difference.finite_difference_jacobian(numerics.softmax, z)
    assert np.isnan(got[:, 1]).all()
    np.testing.assert_allclose(
        got[:, [0, 2]], numerics.softmax_jacobian(z)[:, [0, 2]], rtol=0, atol=1e-10
    )
    assert gradient_check.check_jvp(numerics.softmax, numerics.softmax_jvp, z).passed


# Training

SAMPLES = {
    "x": np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]]),
    "t": np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]),
}
START = {"weights": np.array([[0.1, 0.2], [0.3, -0.4]]), "bias": np.array([0.5, -0.5])}
NO_LOSSES = [None, 3, len, (1, 2), {}, training.Loss(None, None), training.Loss(len, 3)]


@st.composite
def training_arguments(draw, names):
    """What training takes, with something else in the place of some of it."""
    good_ones = {
        "backward": numerics.softmax_backward, "loss": training.CROSS_ENTROPY,
        "regularisation": 0.5, "rate": 0.25, "steps": 2, "on_step": None, **SAMPLES, **START,
    }  # fmt: skip
    others = {
        "backward": bad(None, 3, "f", []),
        "loss": bad(*NO_LOSSES),
        "regularisation": numbers([0, 1, np.float32(0.5)], [np.nan, np.inf, 2**2000]),
        "rate": numbers([0, 1, np.float32(0.5), 1e300], [np.nan, -np.inf]),
        "on_step": bad(3, "x", True, []),
        "steps": st.one_of(
            st.sampled_from([Given(0, 0), Given(np.int8(3), 3)]),
            bad(True, 1.0, "3", None, np.nan, [1], np.array(1)),
            bad(-1, np.int64(-3), error=ValueError),
        ),
    }
    arguments = {name: Given(good_ones[name], good_ones[name]) for name in names}
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)):
        if name in others:
            arguments[name] = draw(others[name])
        else:
            same = good_arrays(good_ones[name].shape)
            arguments[name] = draw(st.one_of(same, same, any_arrays()))
    return arguments


def training_refusals(arguments):
    """Return what the arrays deserve together."""
    x, t = arguments["x"].meaning, arguments["t"].meaning
    weights, bias = (arguments.get(name, Given(None)) for name in ("weights", "bias"))
    also = []
    if x is not None and x.ndim != 2:
        also.append(("x", ValueError))
    if t is not None and not np.isfinite(t).all():
        also.append(("t", ValueError))
    if t is not None and (t.ndim != 2 or not t.size):
        also.append(("t", ValueError))
    if also or x is None or t is None:
        return also
    if len(x) != len(t):
        also.append(("t", ValueError))
    for name, array, shape in (
        ("weights", weights.meaning, (x.shape[1], t.shape[1])), ("bias", bias.meaning, t.shape[1:]),
    ):  # fmt: skip
        if array is not None and array.shape != shape:
            also.append((name, ValueError))
    return also


@given(
    arguments=training_arguments(
        ["weights", "bias", "x", "t", "backward", "loss", "regularisation"]
    ),
    careful=st.booleans(),
)
@quiet
def test_one_pass_is_right_or_refuses_by_name(arguments, careful):
    got = attempt(training.forward_backward, arguments, training_refusals(arguments), careful)
    if got is None:
        return
    weights, bias, x, t = (
        extended(arguments[name].meaning) for name in ("weights", "bias", "x", "t")
    )
    strength = arguments["regularisation"].meaning
    z = x @ weights + bias
    if not (np.abs(z) < 300).all() or not all((np.abs(a) < 1e3).all() for a in (x, weights, t)):
        return
    p = np.array([exact_softmax(row)[0] for row in z])
    grad_z = (p * t.sum(axis=1, keepdims=True) - t) / len(x)
    loss = -(t * np.log(p)).sum() / len(x) + strength / 2 * (weights**2).sum()
    for mine, exact in (
        (got.loss, np.asarray(loss)),
        (got.p, p),
        (got.grad_bias, grad_z.sum(axis=0)),
        (got.grad_weights, x.T @ grad_z + strength * weights),
    ):
        assert_close(np.asarray(mine), exact, 1e-7)


@half_as_many
@given(
    arguments=training_arguments(
        ["x", "t", "backward", "loss", "regularisation", "rate", "steps", "on_step"]
    ),
    careful=st.booleans(),
)
def test_training_keeps_its_shapes_or_refuses_by_name(arguments, careful):
    run = attempt(training.train, arguments, training_refusals(arguments), careful)
    if run is not None:
        x, t = arguments["x"].meaning, arguments["t"].meaning
        assert run.weights.shape == (x.shape[1], t.shape[1])
        assert len(run.losses) == len(run.accuracies) == arguments["steps"].meaning + 1
        lost = np.isnan(run.losses)
        assert (run.accuracies[lost] <= 1).all()


@half_as_many
@given(data=st.data(), careful=st.booleans())
@quiet
def test_predictions_are_right_or_refused_by_name(data, careful):
    run = training.Run(START["weights"], START["bias"], np.zeros(1), np.zeros(1))
    arguments = {"x": data.draw(st.one_of(any_arrays(), good_arrays((3, 2))))}
    x = arguments["x"].meaning
    also = []
    if x is not None:
        fits = x.ndim == 2 and x.shape[1] == 2
        scores = x @ START["weights"] + START["bias"] if fits else np.nan
        also = [("x", ValueError)] if np.isnan(scores).any() else []
    got = attempt(run.predict, arguments, also, careful)
    if got is not None:
        assert got.tolist() == scores.argmax(axis=1).tolist()


@pytest.mark.parametrize("place", ["backward", "loss.value", "loss.gradient"])
@pytest.mark.parametrize("kind", [k for k in MISBEHAVIOUR if "then" not in k and "each" not in k])
def test_training_refuses_by_name_what_its_functions_return(place, kind):
    make, error = MISBEHAVIOUR[kind]
    if (place, kind) == ("loss.value", "a warning"):
        make = lambda: lambda p, t: shouting(1.0)  # noqa: E731
    how = {"backward": numerics.softmax_backward, "loss": training.CROSS_ENTROPY}
    if place == "backward":
        how["backward"] = make()
    else:
        how["loss"] = how["loss"]._replace(**{place.removeprefix("loss."): make()})
    with pytest.raises(error) as caught:
        training.forward_backward(**START, **SAMPLES, **how, regularisation=0)
    if error in (TypeError, ValueError):
        assert f"what {place} returns" in str(caught.value)


def test_training_refuses_gradients_that_fit_by_broadcasting_alone():
    for shape in [(), (2,), (3, 1), (1, 2)]:
        with pytest.raises(ValueError, match="what backward returns must have the shape"):
            training.forward_backward(
                **START, **SAMPLES, backward=lambda p, g, axis, shape=shape: np.ones(shape),
                loss=training.CROSS_ENTROPY, regularisation=0,
            )  # fmt: skip


def test_functions_that_write_to_what_training_gives_them_change_nothing():
    def spoiling(function):
        def spoilt(first, second, *rest):
            value = function(first, second, *rest)
            first[...] = second[...] = 99
            return value

        return spoilt

    right, loss = numerics.softmax_backward, training.CROSS_ENTROPY
    wanted = training.forward_backward(
        **START, **SAMPLES, backward=right, loss=loss, regularisation=0
    )
    got = training.forward_backward(
        **START, **SAMPLES, backward=spoiling(right), loss=training.Loss(*map(spoiling, loss)),
        regularisation=0,
    )  # fmt: skip
    for a, b in zip(got, wanted, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_sample_without_probabilities_is_not_classified_rightly():
    samples = {**SAMPLES, "x": SAMPLES["x"] * np.array([[np.nan], [1], [1]])}
    run = training.train(
        **samples, backward=numerics.softmax_backward, loss=training.CROSS_ENTROPY, steps=1,
        rate=1, regularisation=0,
    )  # fmt: skip
    assert run.accuracies[1] == 0


# Counting, formulas and pictures


@half_as_many
@given(left=shapes, right=shapes)
def test_counted_shapes_are_those_of_numpy_or_refused_as_there(left, right):
    for operation in (np.multiply, np.add, np.matmul):
        counter = []
        try:
            expected = operation(np.zeros(left), np.zeros(right)).shape
        except ValueError:
            with pytest.raises(ValueError, match="shape"):
                operation(
                    counting.CountingArray(left, counter), counting.CountingArray(right, counter)
                )
            assert counter == []
        else:
            got = operation(
                counting.CountingArray(left, counter), counting.CountingArray(right, counter)
            )
            assert got.shape == expected
            inner = left[-1] if operation is np.matmul else operation is np.multiply
            assert got.multiplications == np.prod(expected, dtype=int) * inner


@given(data=st.data())
def test_counted_sums_have_the_shape_of_numpys_or_are_refused(data):
    shape = data.draw(shapes)
    axis = data.draw(axes(len(shape)))

    def total(axis):
        return counting.CountingArray(shape).sum(axis)

    total.__doc__ = inspect.getdoc(counting.CountingArray)
    got = attempt(total, {"axis": axis})
    if got is not None:
        assert got.shape == np.zeros(shape).sum(axis.meaning).shape


@pytest.mark.parametrize("shape", [3, [3], None, "33", (3.0,), (True,), ("3",), ((3,),), {3}])
def test_what_is_no_shape_is_refused(shape):
    with pytest.raises(TypeError, match="shape must be a tuple of ints"):
        counting.CountingArray(shape)


def test_counting_refuses_negative_lengths_other_counters_and_what_holds_no_numbers():
    with pytest.raises(ValueError, match="shape must hold no negative length"):
        counting.CountingArray((3, -1))
    with pytest.raises(TypeError, match="counter must be a list"):
        counting.CountingArray((3,), counter=0)
    p = counting.CountingArray((3,))
    for other in (None, "a", [None], np.zeros(3, "M8[s]"), {}):
        with pytest.raises(TypeError):
            p * other
    for refused in (np.vecdot, np.divmod):
        with pytest.raises(TypeError):
            refused(p, p)
    assert p.multiplications == 0


NO_SIZES = [2.0, "2", None, True, [2], np.array(2), np.nan, 1j, (2,), {}]


@pytest.mark.parametrize("function", [symbolic.logits, symbolic.softmax_derivation])
def test_numbers_of_logits_are_refused_by_name(function):
    for n in NO_SIZES:
        with pytest.raises(TypeError, match="n must be an int"):
            function(n)
    for n in (1, 0, -3):
        with pytest.raises(ValueError, match="n must be at least 2"):
            function(n)


@pytest.mark.parametrize("function", [symbolic.softmax, symbolic.jacobian])
def test_what_is_no_column_of_logits_is_refused_by_name(function):
    z = symbolic.logits(2)
    for wrong in (None, "z", 3, [1, 2], list(z), np.array([1.0, 2.0]), z[0], sp.Symbol("z")):
        with pytest.raises(TypeError, match=r"^z must be a sympy\.Matrix"):
            function(wrong)
    for wrong in (z.T, sp.eye(2), sp.Matrix(0, 1, []), sp.Matrix(0, 0, [])):
        with pytest.raises(ValueError, match=r"^z must have one column"):
            function(wrong)


def test_a_jacobian_needs_distinct_symbols():
    z_1, z_2 = symbolic.logits(2)
    for wrong in ([z_1, z_1], [z_1, 2], [z_1, z_1 + z_2]):
        with pytest.raises(ValueError, match=r"^z must hold distinct symbols"):
            symbolic.jacobian(sp.Matrix(wrong))


def test_what_is_no_formula_is_refused_by_name():
    z = symbolic.logits(2)
    for wrong in ("z_1 + 1", "__import__('os')", None, True, {}, {z[0]}, object(), len, z[0] < 1):
        with pytest.raises(TypeError, match=r"^expression must be"):
            symbolic.numeric(wrong)
    with pytest.raises(ValueError, match=r"^expression must have at least one entry"):
        symbolic.numeric(sp.Matrix(0, 2, []))
    for wrong in (3, "z_1", [1, 2], ["z_1"], [z[0] + 1], {z[0]}, z[0]):
        with pytest.raises(TypeError, match=r"^z must be a column or a sequence of symbols"):
            symbolic.numeric(z[0], wrong)
    with pytest.raises(ValueError, match=r"^z must hold distinct symbols"):
        symbolic.numeric(z[0], [z[0], z[0]])


@half_as_many
@given(data=st.data())
def test_a_formula_takes_logits_or_refuses_them_by_name(data):
    mild = good_arrays((2,), elements=st.floats(-100, 100, width=16), dtypes=tuple(FLOATS))
    arguments = {"logits": data.draw(st.one_of(any_arrays(dtypes=FLOATS), mild))}
    z = arguments["logits"].meaning
    also = [("logits", ValueError)] if z is not None and z.shape != (2,) else []

    def function(logits):
        with np.errstate(all="ignore"):  # it evaluates the formula as it is written
            return NUMERIC(logits)

    function.__doc__ = inspect.getdoc(symbolic.numeric)
    got = attempt(function, arguments, also)
    if got is not None and (np.abs(z) <= 100).all():
        np.testing.assert_allclose(got, exact_softmax(extended(z))[0].astype(float), rtol=1e-12)


PICTURES = {
    curves.draw_curves: {
        "x": [0, 1, 2], "at": 1, "heights": [1], "styles": [{"marker": "o"}],
    },
    curves.draw_step_curve: {
        "steps": [0.01, 0.1, 1], "errors": [1, 2, 3], "truncation": [1, 2, 3],
        "rounding": [3, 2, 1], "best": 0.1, "chosen": 0.1, "error": 0.5, "best_name": "best",
    },
}  # fmt: skip


@pytest.mark.parametrize("function", PICTURES)
def test_pictures_refuse_arrays_and_numbers_by_name(function):
    ax, series = Figure().add_subplot(), ([0, 1, 4],) if function is curves.draw_curves else ()

    def draw(**given):
        return function(ax, *(() if "x" not in given else (given.pop("x"), *series)), **given)

    usual = PICTURES[function]
    draw(**usual)
    for name, value in usual.items():
        if name in ("styles", "best_name"):
            continue
        several = isinstance(value, list)
        refused = [(wrong, TypeError) for wrong in (NO_ARRAYS if several else NO_NUMBERS)]
        if several and name != "heights":
            refused += [
                (wrong, ValueError) for wrong in (*RAGGED, 3.0, [], [1.0, 2.0], [[1.0] * 3])
            ]
            if name != "x":
                refused += [([1, 2, 3, 4], ValueError)]
        if name == "heights":
            refused = [([], ValueError), ([1, 2], ValueError), (["1"], TypeError)]
        if name in ("best", "chosen"):
            refused += [(wrong, ValueError) for wrong in (0, -1, np.nan, np.inf)]
        if name in ("steps", "truncation", "rounding"):
            refused += [
                (wrong, ValueError) for wrong in ([1, 0, 2], [1, np.nan, 2], [1, np.inf, 2])
            ]
        if name == "steps":
            refused += [([3, 2, 1], ValueError), ([1, 1, 1], ValueError)]
        for wrong, error in refused:
            with pytest.raises(error, match=rf"\b{name}\b|series|errors") as caught:
                draw(**usual | {name: wrong})
            assert documented(function, caught.value)


@pytest.mark.parametrize(
    ("error", "name", "arguments"),
    [
        (TypeError, "names", {"names": "abc"}), (TypeError, "names", {"names": None}),
        (TypeError, "names", {"names": [1, 2]}), (ValueError, "names", {"names": []}),
        (ValueError, "names", {"names": ["a", "a"]}), (ValueError, "names", {"names": "abcde"[:5]}),
        (ValueError, "names", {"names": list("abcde")}), (ValueError, "steps", {"steps": 0}),
        (ValueError, "steps", {"steps": -3}), (TypeError, "steps", {"steps": 3.0}),
        (TypeError, "steps", {"steps": True}), (ValueError, "loss_limit", {"loss_limit": 0}),
        (TypeError, "loss_limit", {"loss_limit": "1"}),
        (ValueError, "loss_limit", {"loss_limit": np.nan}),
        (ValueError, "accuracy_from", {"accuracy_from": 1}),
        (TypeError, "goal", {"goal": ("goal", "0.3")}),
    ],
)  # fmt: skip
def test_a_view_of_training_refuses_by_name(error, name, arguments):
    if arguments.get("names") == "abcde":
        error = TypeError
    with pytest.raises(error, match=rf"^{name} must be"):
        TrainingView(**{"names": ["a"], "steps": 3} | arguments)


# Nothing is forgotten

TESTED = {
    *FAMILY, *LOSSES, *LOSS_CLASSES, *DIFFERENCES, *ENTRYWISE, *ALONG_AN_AXIS, *PICTURES,
    layers.Layer, layers.Linear, layers.Sequential,
    training.forward_backward, training.train, training.Run,
    counting.CountingArray,
    symbolic.logits, symbolic.softmax, symbolic.jacobian, symbolic.numeric,
    symbolic.softmax_derivation,
}  # fmt: skip
TAKE_NOTHING_FROM_USERS = {
    gradient_check.GradientCheck, training.Loss, training.Pass, curves.Curves, curves.StepCurve,
    symbolic.Abbreviation, symbolic.Derivation, symbolic.GeneralEntry, symbolic.Step,
    symbolic.general_jacobian_entry, finite_difference.step_size, finite_difference.value_of,
}  # fmt: skip
MODULES = [
    numerics, losses, layers, finite_difference, gradient_check, training, counting, curves,
]  # fmt: skip


def public(module):
    """Return what a module defines itself, and may be called, under names for everyone."""
    return {
        thing
        for name, thing in vars(module).items()
        if not name.startswith("_")
        and callable(thing)
        and getattr(thing, "__module__", None) == module.__name__
    }


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_public_function_is_given_bad_input_here(module):
    assert public(module) <= TESTED | TAKE_NOTHING_FROM_USERS


def test_every_public_function_of_symbolic_is_given_bad_input_here():
    everything = {getattr(symbolic, name) for name in symbolic.__all__}
    assert everything <= TESTED | TAKE_NOTHING_FROM_USERS


def test_the_lists_of_public_functions_hold_nothing_that_is_gone():
    everything = set.union(*map(public, MODULES))
    everything |= {getattr(symbolic, name) for name in symbolic.__all__}
    assert everything == TESTED | TAKE_NOTHING_FROM_USERS
