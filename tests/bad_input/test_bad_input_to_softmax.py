"""The softmax family gives what a reference gives for each slice, or refuses by name."""

import numpy as np
import pytest
from hostile_arguments import FLOATS, Given, any_arrays, axes, bad, good_arrays
from hypothesis import given
from hypothesis import strategies as st
from oracle import (
    assert_close,
    attempt,
    by_slices,
    distance,
    exact_softmax,
    extended,
    limits,
    quiet,
    together,
)

from softmax_lessons import numerics

# For each function, one for the results of a slice and the errors allowed in them.


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
