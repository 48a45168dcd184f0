"""Values, dtypes, axes, special values and errors of the softmax family."""

import numpy as np
import pytest
import scipy.special
from numpy.testing import assert_allclose, assert_array_equal

from softmax_lessons.numerics import (
    log_softmax,
    log_softmax_backward,
    logsumexp,
    softmax,
    softmax_backward,
    softmax_jacobian,
    softmax_jvp,
    softmax_vjp,
)

FORWARD = [softmax, log_softmax, logsumexp]
PRODUCTS = [softmax_jvp, softmax_vjp, softmax_backward, log_softmax_backward]
AXES = [0, 1, -1, (0, 2), (1, 2), None]


def one_argument(product):
    """Return `product` as a function of its first argument, the second being of the same shape."""
    return lambda x, axis=-1: product(x, np.ones(np.shape(x)), axis=axis)


EVERY = [*FORWARD, softmax_jacobian, *map(one_argument, PRODUCTS)]


@pytest.fixture
def z():
    return np.random.default_rng(20260101).normal(scale=3, size=(2, 3, 4))


@pytest.fixture
def v():
    return np.random.default_rng(20260102).normal(size=(2, 3, 4))


# Values


def test_softmax_of_1_2():
    # mpmath, 50 digits: exp(1) / (exp(1) + exp(2))
    assert_allclose(softmax([1, 2]), [0.26894142136999512, 0.73105857863000488], rtol=1e-15)


def test_jacobian_of_1_2():
    # mpmath, 50 digits: exp(3) / (exp(1) + exp(2))**2
    assert_allclose(
        softmax_jacobian([1, 2]), 0.19661193324148185 * np.array([[1, -1], [-1, 1]]), rtol=1e-14
    )


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
def test_forward_equals_scipy(name, axis, z):
    ours = {f.__name__: f for f in FORWARD}[name]
    assert_allclose(
        ours(z, axis=axis), getattr(scipy.special, name)(z, axis=axis), rtol=1e-13, atol=1e-15
    )


def test_logsumexp_keepdims_equals_scipy(z):
    assert_allclose(
        logsumexp(z, axis=(0, 2), keepdims=True),
        scipy.special.logsumexp(z, axis=(0, 2), keepdims=True),
        rtol=1e-14,
    )


def test_logsumexp_of_one_slice_is_a_scalar():
    assert np.shape(logsumexp([1.0, 2.0])) == ()


def test_log_softmax_keeps_the_digits_of_a_probability_near_one():
    # mpmath, 50 digits: -log(1 + exp(-50))
    assert_allclose(log_softmax([0.0, -50.0])[0], -1.9287498479639178e-22, rtol=1e-14)


def test_log_softmax_survives_logits_where_the_logarithm_of_softmax_does_not():
    with np.errstate(divide="ignore"):
        assert np.log(softmax([0, 800]))[0] == -np.inf
    assert_array_equal(log_softmax([0, 800]), [-800, 0])


@pytest.mark.parametrize("shift", [1e3, -1e3, 1e300, -1e300])
def test_huge_common_shifts_leave_equal_logits_equal(shift):
    assert_array_equal(softmax(np.full(4, shift)), np.full(4, 0.25))


def test_logits_at_both_ends_of_the_range_of_floats_give_zero_and_one():
    assert_array_equal(softmax([-1e308, 1e308]), [0, 1])


# Derivatives


def test_jacobian_is_diagonal_of_p_minus_outer_product(z):
    p = softmax(z[0, 0])
    assert_allclose(softmax_jacobian(z[0, 0]), np.diag(p) - np.outer(p, p), atol=1e-16)


@pytest.mark.parametrize("axis", [0, 1, 2, -2])
def test_jacobian_moves_the_axis_last_and_repeats_it(axis, z):
    jacobian = softmax_jacobian(z, axis=axis)
    slices = np.moveaxis(z, axis, -1)
    assert jacobian.shape == (*slices.shape, slices.shape[-1])
    for index in np.ndindex(slices.shape[:-1]):
        assert_array_equal(jacobian[index], softmax_jacobian(slices[index]))


@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("product", [softmax_jvp, softmax_vjp])
def test_products_equal_the_full_jacobian_along_every_axis(product, axis, z, v):
    axes = range(3) if axis is None else np.atleast_1d(axis) % 3
    last = tuple(range(-len(axes), 0))

    def slices_as_rows(a):
        moved = np.moveaxis(a, tuple(axes), last)
        return moved.reshape(-1, np.prod(moved.shape[last[0] :]))

    rows = zip(slices_as_rows(z), slices_as_rows(v), strict=True)
    expected = [softmax_jacobian(row_z) @ row_v for row_z, row_v in rows]
    assert_allclose(slices_as_rows(product(z, v, axis=axis)), expected, atol=1e-15)


@pytest.mark.parametrize("axis", AXES)
def test_log_softmax_backward_equals_softmax_backward_of_the_gradient_over_p(axis, z, v):
    p = softmax(z, axis=axis)
    assert_allclose(
        log_softmax_backward(log_softmax(z, axis=axis), v, axis=axis),
        softmax_backward(p, v / p, axis=axis),
        atol=1e-14,
    )


# Dtypes and memory


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("function", [*FORWARD, softmax_jacobian])
def test_floats_keep_their_dtype(function, dtype):
    assert function(np.array([1, 2, 3], dtype)).dtype == dtype


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("product", PRODUCTS)
def test_products_keep_the_dtype(product, dtype):
    x = np.array([-1, -2, -3], dtype)
    assert product(x, x).dtype == dtype


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64])
@pytest.mark.parametrize("function", EVERY)
def test_integers_become_float64(function, dtype):
    integers = np.array([[1, 2, 3]], dtype)
    result = function(integers)
    assert result.dtype == np.float64
    assert_array_equal(result, function(integers.astype(float)))


@pytest.mark.parametrize("function", EVERY)
def test_non_contiguous_and_read_only_inputs_give_the_same_and_stay_as_they_were(function, z):
    view = z[:, ::-1, ::2]
    view.setflags(write=False)
    before = z.copy()
    assert_array_equal(function(view), function(view.copy()))
    assert_array_equal(z, before)


@pytest.mark.parametrize("function", EVERY)
def test_an_empty_batch_gives_an_empty_result(function):
    assert function(np.zeros((0, 3))).size == 0


@pytest.mark.parametrize("function", EVERY)
def test_nested_lists_are_taken_as_arrays(function):
    assert_array_equal(function([[1.0, 2.0]]), function(np.array([[1.0, 2.0]])))


def test_the_callers_error_settings_do_not_matter():
    with np.errstate(all="raise"):
        assert_array_equal(softmax([0.0, -1e4, -np.inf]), [1, 0, 0])


# Special values


def test_a_masked_logit_has_probability_zero_and_gradient_zero():
    z, g = [1.0, -np.inf, 2.0], [0.3, -7.0, 0.5]
    assert softmax(z)[1] == 0
    assert log_softmax(z)[1] == -np.inf
    assert not softmax_jacobian(z)[1].any()
    assert not softmax_jacobian(z)[:, 1].any()
    assert softmax_vjp(z, g)[1] == 0
    assert softmax_jvp(z, g)[1] == 0
    assert log_softmax_backward(log_softmax(z), g)[1] == 0


def test_a_masked_logit_leaves_the_others_as_if_it_were_not_there():
    assert_allclose(softmax([1.0, -np.inf, 2.0])[[0, 2]], softmax([1.0, 2.0]), rtol=1e-15)


@pytest.mark.parametrize("bad", [[np.nan, 0, 1], [np.inf, 0, 1], [-np.inf] * 3])
@pytest.mark.parametrize("function", [softmax, softmax_jacobian])
def test_a_slice_without_a_distribution_is_nan_and_the_others_are_untouched(function, bad):
    result = function([bad, [1, 2, 3]])
    assert np.isnan(result[0]).all()
    assert_array_equal(result[1], function([1, 2, 3]))


@pytest.mark.parametrize("bad", [[np.nan, 0, 1], [np.inf, 0, 1], [-np.inf] * 3])
def test_log_softmax_of_a_slice_without_a_distribution_is_nan(bad):
    result = log_softmax([bad, [1, 2, 3]])
    assert np.isnan(result[0]).all()
    assert_array_equal(result[1], log_softmax([1, 2, 3]))


def test_logsumexp_of_infinite_logits_is_the_limit():
    slices = [[-np.inf, -np.inf], [np.inf, 0], [np.nan, np.inf]]
    assert_array_equal(logsumexp(slices), [-np.inf, np.inf, np.nan])


# Errors


@pytest.mark.parametrize("bad", [[True, False], [1j], ["a"], [None], None])
@pytest.mark.parametrize("function", [*FORWARD, softmax_jacobian])
def test_what_is_not_a_real_number_is_refused_by_name(function, bad):
    with pytest.raises(TypeError, match="z must hold floats or integers, got dtype"):
        function(bad)


@pytest.mark.parametrize("product", [softmax_jvp, softmax_vjp])
def test_the_second_argument_is_refused_by_its_own_name(product):
    name = {"softmax_jvp": "tangent", "softmax_vjp": "cotangent"}[product.__name__]
    with pytest.raises(TypeError, match=f"^{name} must hold floats or integers, got dtype bool"):
        product([1.0], [True])
    with pytest.raises(ValueError, match=rf"^{name} must have the shape of z, \(2,\), got \(3,\)"):
        product([1, 2], [1, 2, 3])


def test_backward_names_both_of_its_arguments():
    with pytest.raises(ValueError, match=r"grad_p must have the shape of p, \(2,\), got \(\)"):
        softmax_backward([0.5, 0.5], 1.0)
    with pytest.raises(ValueError, match=r"grad_log_p must have the shape of log_p, \(2,\)"):
        log_softmax_backward([-1.0, -1.0], [[1.0, 1.0]])


def test_ragged_lists_are_refused_by_name():
    with pytest.raises(ValueError, match="z must be a rectangular array"):
        softmax([[1, 2], [3]])


def test_masked_arrays_are_refused_because_the_mask_would_be_lost():
    with pytest.raises(TypeError, match="masked array"):
        softmax(np.ma.masked_array([1.0, 2.0], [True, False]))


@pytest.mark.parametrize("function", EVERY)
def test_an_empty_axis_is_refused_with_the_shape(function):
    with pytest.raises(ValueError, match=r"at least one entry along axis -1, got shape \(3, 0\)"):
        function(np.zeros((3, 0)))


@pytest.mark.parametrize("axis", [2, -3, (0, 0)])
@pytest.mark.parametrize("function", FORWARD)
def test_an_axis_that_is_not_there_or_named_twice_is_refused(function, axis):
    with pytest.raises(ValueError, match="axis"):
        function([[1.0, 2.0]], axis=axis)


@pytest.mark.parametrize("axis", [1.5, "0"])
def test_an_axis_of_the_wrong_type_is_refused_by_name(axis):
    with pytest.raises(TypeError, match="axis must be an int, a tuple of ints or None, got"):
        softmax([1.0, 2.0], axis=axis)


@pytest.mark.parametrize("axis", [None, (0, 1)])
def test_a_jacobian_along_several_axes_is_refused(axis):
    with pytest.raises(TypeError, match="axis must be one int for a Jacobian, got"):
        softmax_jacobian([[1.0, 2.0]], axis=axis)
