"""Finite differences against derivatives known exactly, and checks that tell right from wrong."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from softmax_lessons.gradient_check import (
    SCHEMES,
    check_gradient,
    check_jacobian,
    check_jvp,
    check_vjp,
    finite_difference_gradient,
    finite_difference_jacobian,
    finite_difference_jvp,
)

A = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])
X = np.array([0.3, -1.2, 0.7])


def wave(x):
    """Return sin(A x); its Jacobian is diag(cos(A x)) A."""
    return np.sin(A.astype(x.dtype) @ x)


def wave_jacobian(x):
    return np.cos(A @ x)[:, None] * A


# Truncation and rounding at the default step, times a constant for the third derivatives of `wave`.
@pytest.mark.parametrize(("scheme", "atol"), [("forward", 1e-6), ("central", 1e-9), ("complex", 0)])
def test_each_scheme_reaches_its_accuracy(scheme, atol):
    numeric = finite_difference_jacobian(wave, X, scheme=scheme)
    assert_allclose(numeric, wave_jacobian(X), rtol=1e-14, atol=atol)


@pytest.mark.parametrize(("scheme", "order"), [("forward", 1), ("central", 2), ("complex", 2)])
def test_truncation_error_shrinks_with_the_order_of_the_scheme(scheme, order):
    def error(step):
        numeric = finite_difference_jacobian(wave, X, scheme=scheme, step=step)
        return np.abs(numeric - wave_jacobian(X)).max()

    assert np.log10(error(1e-2) / error(1e-3)) == pytest.approx(order, abs=0.1)


def test_polynomials_of_second_degree_are_exact_for_central_differences():
    gradient = finite_difference_gradient(lambda x: x @ x, [1, 2, 4], step=0.5)
    assert gradient.tolist() == [2, 4, 8]


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


def test_integer_points_do_not_lose_the_step():
    assert_allclose(finite_difference_gradient(lambda x: x @ x, np.array([3, 4])), [6, 8])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_function_sees_the_dtype_of_the_point(dtype):
    seen = set()

    def f(x):
        seen.add(x.dtype)
        return x

    assert finite_difference_jacobian(f, np.ones(2, dtype)).dtype == dtype
    assert seen == {np.dtype(dtype)}


@pytest.mark.parametrize("scheme", ["forward", "central"])
def test_both_points_have_the_same_dtype_where_the_direction_has_a_wider_one(scheme):
    seen = []

    def f(x):
        seen.append(x.dtype)
        return x

    finite_difference_jvp(f, np.ones(2, np.float16), np.ones(2, np.float32), scheme=scheme)
    assert seen == [np.float32, np.float32]


def test_a_point_far_from_zero_does_not_cost_accuracy():
    # x + h is rounded there to a relative 2e-6 of h; dividing by the true distance makes up for it.
    assert_allclose(finite_difference_gradient(lambda x: 3 * x[0], [1e5]), 3, rtol=1e-14)


def test_a_function_that_overwrites_its_argument_changes_nothing():
    def f(x):
        value = x @ x
        x[:] = 99
        return value

    x = np.array([1.0, 2.0])
    assert_allclose(finite_difference_gradient(f, x), [2, 4])
    assert x.tolist() == [1, 2]


def test_a_function_that_reuses_its_output_array_is_differentiated_all_the_same():
    out = np.empty(2)

    def f(x):
        return np.multiply(x, 2, out=out)

    assert_allclose(finite_difference_jacobian(f, [1.0, 2.0]), 2 * np.eye(2))


@pytest.mark.parametrize("check", [check_jvp, check_vjp])
def test_products_that_are_right_pass(check):
    def right(x, v):
        return wave_jacobian(x) @ v if check is check_jvp else wave_jacobian(x).T @ v

    assert check(wave, right, X).passed


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_default_tolerance_passes_right_and_refuses_one_entry_off_by_a_tenth(scheme, dtype):
    x = X.astype(dtype)

    def nearly(x):
        return wave_jacobian(x) + 0.1 * (np.arange(6).reshape(2, 3) == 4)

    assert check_jacobian(wave, wave_jacobian, x, scheme=scheme).passed
    check = check_jacobian(wave, nearly, x, scheme=scheme)
    assert not check.passed
    assert check.worst_index == (1, 1)
    assert check.max_abs_error == pytest.approx(0.1, rel=0.05)


def test_a_sum_loss_cannot_tell_a_softmax_backward_from_zeros_and_a_random_cotangent_can():
    def softmax(x):
        return np.exp(x) / np.exp(x).sum()

    def zeros(x, cotangent):
        return np.zeros_like(x)

    assert check_gradient(lambda x: softmax(x).sum(), np.zeros_like, X).passed
    assert not check_vjp(softmax, zeros, X).passed


def test_the_same_seed_gives_the_same_check():
    checks = [check_vjp(wave, lambda x, u: wave_jacobian(x).T @ u, X, rng=7) for _ in range(2)]
    assert checks[0].numeric.tolist() == checks[1].numeric.tolist()


def test_relative_error_is_zero_where_both_derivatives_are_zero():
    check = check_gradient(lambda x: x[0] ** 2, lambda x: np.array([2 * x[0], 0.0]), [0.0, 1.0])
    assert check.passed
    assert check.max_rel_error == 0


def test_nan_never_passes():
    check = check_gradient(lambda x: x @ x, lambda x: x * np.nan, X)
    assert not check.passed
    check = check_gradient(lambda x: np.nan * x[0], lambda x: x, X)
    assert not check.passed


def test_a_failed_check_says_where_and_what():
    check = check_gradient(lambda x: x @ x, lambda x: 3 * x, [1.0, 2.0])
    with pytest.raises(AssertionError, match=r"2\.0e\+00 at \(1,\), analytic 6, numeric 4"):
        check.raise_if_failed()
    check_gradient(lambda x: x @ x, lambda x: 2 * x, [1.0, 2.0]).raise_if_failed()


@pytest.mark.parametrize("step", [0, -1e-3, np.nan, np.inf])
def test_a_step_that_is_not_positive_is_refused(step):
    with pytest.raises(ValueError, match="step must be a positive number"):
        finite_difference_jacobian(wave, X, step=step)


def test_a_step_too_small_to_move_the_point_is_refused():
    with pytest.raises(ValueError, match="step must be large enough to move x, got 1e-10 at 1e"):
        finite_difference_gradient(lambda x: x[0], [1e10], step=1e-10)


def test_an_unknown_scheme_is_refused_with_the_known_ones():
    with pytest.raises(
        ValueError, match="must be one of forward, central, complex, got 'backward'"
    ):
        finite_difference_jacobian(wave, X, scheme="backward")


def test_complex_scheme_refuses_a_function_that_drops_the_imaginary_part():
    with pytest.raises(TypeError, match=r"f must keep complex numbers .* got dtype float64"):
        finite_difference_jacobian(np.abs, X, scheme="complex")


def test_a_gradient_needs_a_function_to_one_number():
    with pytest.raises(ValueError, match=r"f must return one number, got shape \(2,\)"):
        finite_difference_gradient(wave, X)


def test_a_derivative_of_the_wrong_shape_is_refused_with_both_shapes():
    with pytest.raises(ValueError, match=r"gradient returns must .* \(3,\), got \(2,\)"):
        check_gradient(lambda x: x @ x, lambda x: x[:2], X)


def test_a_tangent_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"tangent must have the shape of x, \(3,\), got \(2,\)"):
        finite_difference_jvp(wave, X, [1.0, 2.0])


def test_a_negative_tolerance_is_refused():
    with pytest.raises(ValueError, match="tolerance must be a number of at least 0, got -1"):
        check_jacobian(wave, wave_jacobian, X, tolerance=-1)
