"""A function that misbehaves is refused by name, and spoils nothing."""

import re

import numpy as np
import pytest
from oracle import documented, quiet
from test_bad_input_to_differences import (
    DIFFERENCES,
    SCHEMES,
    three_times,
    three_times_the_sum,
    three_times_the_tangent,
)

from softmax_lessons import finite_difference, gradient_check, numerics


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
    """Call a function of DIFFERENCES with f, what else it needs, and a right derivative or not."""
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
