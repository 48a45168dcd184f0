"""Finite differences against derivatives known exactly, and a check that tells right from wrong."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from softmax_lessons.gradient_check import (
    check_gradient,
    finite_difference_gradient,
    finite_difference_jacobian,
    finite_difference_jvp,
)

A = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])
X = np.array([0.3, -1.2, 0.7])
G = np.array([0.6, -1.1])


def wave(x):
    """Return sin(A x); its Jacobian is diag(cos(A x)) A."""
    return np.sin(A.astype(x.dtype) @ x)


def wave_jacobian(x):
    return np.cos(A @ x)[:, None] * A


def test_the_jacobian_is_right_to_truncation_and_rounding_at_the_default_step():
    assert_allclose(finite_difference_jacobian(wave, X), wave_jacobian(X), atol=1e-9)


def test_truncation_error_shrinks_with_the_square_of_the_step():
    def error(step):
        return np.abs(finite_difference_jacobian(wave, X, step=step) - wave_jacobian(X)).max()

    assert np.log10(error(1e-2) / error(1e-3)) == pytest.approx(2, abs=0.1)


def test_jvp_is_the_jacobian_times_the_tangent():
    tangent = np.array([0.2, -0.4, 1.5])
    assert_allclose(finite_difference_jvp(wave, X, tangent), wave_jacobian(X) @ tangent, atol=1e-9)


def test_a_zero_tangent_gives_zero():
    assert finite_difference_jvp(wave, X, np.zeros(3)).tolist() == [0, 0]


def test_jacobian_has_the_shape_of_the_value_followed_by_that_of_the_point():
    jacobian = finite_difference_jacobian(lambda x: x[:, :, None] * np.ones(4), np.ones((2, 3)))
    assert jacobian.shape == (2, 3, 4, 2, 3)


def test_a_scalar_point_is_allowed():
    assert finite_difference_gradient(np.square, 3.0) == pytest.approx(6)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_function_sees_the_dtype_of_the_point(dtype):
    seen = set()

    def f(x):
        seen.add(x.dtype)
        return x

    assert finite_difference_jacobian(f, np.ones(2, dtype)).dtype == dtype
    assert seen == {np.dtype(dtype)}


def test_a_point_far_from_zero_does_not_cost_accuracy():
    # x + h is rounded there to a relative 2e-6 of h; dividing by the true distance makes up for it.
    assert_allclose(finite_difference_gradient(lambda x: 3 * x[0], [1e5]), 3, rtol=1e-14)


def test_a_masked_entry_does_not_disturb_the_others():
    gradient = finite_difference_gradient(lambda x: np.exp(x).sum(), [0.0, -np.inf, 1.0])
    assert_allclose(gradient, [1, np.nan, np.e], rtol=1e-8)


def test_a_function_that_overwrites_its_argument_changes_nothing():
    def f(x):
        value = x @ x
        x[:] = 99
        return value

    x = np.array([1.0, 2.0])
    assert_allclose(finite_difference_gradient(f, x), [2, 4])
    assert_array_equal(x, [1, 2])


def test_a_function_that_reuses_its_output_array_is_differentiated_all_the_same():
    out = np.empty(2)
    jacobian = finite_difference_jacobian(lambda x: np.multiply(x, 2, out=out), [1.0, 2.0])
    assert_allclose(jacobian, 2 * np.eye(2))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_default_tolerance_passes_right_and_refuses_one_entry_off_by_a_tenth(dtype):
    def checked(wrong):
        return check_gradient(
            lambda x: G.astype(x.dtype) @ wave(x),
            lambda x: G @ wave_jacobian(x) + wrong,
            X.astype(dtype),
        )

    assert checked(wrong=0).passed
    check = checked(wrong=np.array([0, 0.1, 0]))
    assert not check.passed
    assert check.worst_index == (1,)
    assert check.max_abs_error == pytest.approx(0.1, rel=0.05)


def test_nan_never_passes():
    assert not check_gradient(lambda x: x @ x, lambda x: x * np.nan, X).passed
    assert not check_gradient(lambda x: np.nan * x[0], lambda x: x, X).passed


def total(x):
    return (x * x).sum()


@pytest.mark.parametrize(
    ("message", "call"),
    [
        ("step must be above 0 and move x, got -0.1 at 0.3",
         lambda: finite_difference_jacobian(wave, X, step=-0.1)),
        ("step must be above 0 and move x, got 1e-10 at 1e",
         lambda: finite_difference_gradient(total, [1e10], step=1e-10)),
        (r"f must return one number, got shape \(2,\)",
         lambda: finite_difference_gradient(wave, X)),
        (r"what gradient returns must have the shape of x, \(3,\), got \(2,\)",
         lambda: check_gradient(total, lambda x: x[:2], X)),
        (r"v must have the shape of x, \(3,\), got \(2,\)",
         lambda: finite_difference_jvp(wave, X, [1.0, 2.0])),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_name(message, call):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("bad", [lambda x: None, lambda x: x > 0, lambda x: x + 1j])
def test_what_returns_no_real_numbers_is_refused_by_name(bad):
    with pytest.raises(TypeError, match=r"^f\(x\) must"):
        finite_difference_jacobian(bad, X)
    with pytest.raises(TypeError, match=r"^what gradient returns must"):
        check_gradient(np.sum, bad, X)
