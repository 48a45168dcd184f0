"""Values, dtypes, axes and special values of the softmax family.

What holds for all logits, Hypothesis searches for counterexamples.
"""

import numpy as np
import pytest
import scipy.special
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
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
AXES = [0, 1, -1, (0, 2), None]

logit = st.floats(-700, 700, width=32)
entry = st.floats(-10, 10, width=32)
shapes = array_shapes(min_dims=1, max_dims=3, max_side=5)


@st.composite
def same_shape(draw, *elements):
    """One array for each of `elements`, all of one shape, and an axis of it."""
    shape = draw(shapes)
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    return (*(draw(arrays(float, shape, elements=e)) for e in elements), axis)


def of_one_argument(product):
    """Return `product` as a function of one array, which stands for both of its arguments."""
    return lambda x, axis=-1: product(x, x, axis=axis)


EVERY = [*FORWARD, softmax_jacobian, *map(of_one_argument, PRODUCTS)]
every_function = pytest.mark.parametrize("function", EVERY)


@pytest.fixture
def z():
    return np.random.default_rng(20260101).normal(scale=3, size=(2, 3, 4))


@pytest.fixture
def v():
    return np.random.default_rng(20260102).normal(size=(2, 3, 4))


# Values


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        # mpmath with 50 digits, at the numbers as they are stored: exp(z_i) / sum(exp(z)) and so on
        (lambda: softmax([-3, 0.5, 20])[0], 1.0261879595776213373e-10),
        (lambda: softmax([1000, 1001.5])[0], 0.1824255238063563404),
        (lambda: log_softmax([0, -50])[0], -1.9287498479639177830e-22),
        (lambda: logsumexp([1000, 1000]), 1000.6931471805599453),
        (lambda: logsumexp([-1000, -1001]), -999.68673831248177717),
        (lambda: softmax_jacobian([0, 40])[0], np.array([1, -1]) * 4.2483542552915889592e-18),
        (lambda: log_softmax_backward(log_softmax([1, 2]), [1, 0])[0], 0.7310585786300048792512),
    ],
)
def test_values_are_those_of_mpmath(value, exact):
    assert_allclose(value(), exact, rtol=1e-14)


@pytest.mark.parametrize("function", FORWARD)
@given(arrays(float, (2, 3, 4), elements=logit), st.sampled_from(AXES))
def test_forward_equals_scipy(function, z, axis):
    expected = getattr(scipy.special, function.__name__)(z, axis=axis)
    actual = function(z, axis=axis)
    assert np.shape(actual) == np.shape(expected)
    assert_allclose(actual, expected, rtol=1e-13, atol=1e-15)


def test_logsumexp_keepdims_equals_scipy(z):
    expected = scipy.special.logsumexp(z, axis=(0, 2), keepdims=True)
    assert_allclose(logsumexp(z, axis=(0, 2), keepdims=True), expected, rtol=1e-14)


@given(same_shape(st.integers(-700, 700)), st.integers(-(10**6), 10**6))
def test_a_common_shift_moves_logsumexp_along_and_changes_no_probability_or_derivative(case, shift):
    z, axis = case  # integers, because shifting them is exact
    assert_allclose(softmax(z + shift, axis), softmax(z, axis), rtol=1e-15)
    assert_allclose(softmax_jacobian(z + shift, axis), softmax_jacobian(z, axis), rtol=1e-15)
    assert_allclose(logsumexp(z + shift, axis), logsumexp(z, axis) + shift, atol=1e-9)


# Derivatives


@given(same_shape(logit))
def test_jacobian_of_each_slice_is_diag_p_minus_outer_p_p_with_the_axis_moved_last(case):
    z, axis = case
    jacobian = softmax_jacobian(z, axis)
    slices = np.moveaxis(softmax(z, axis), axis, -1)
    assert jacobian.shape == (*slices.shape, slices.shape[-1])
    for index in np.ndindex(slices.shape[:-1]):
        p = slices[index]
        assert_allclose(jacobian[index], np.diag(p) - np.outer(p, p), atol=1e-16)


@given(same_shape(logit, entry))
def test_jvp_and_vjp_and_backward_are_the_jacobian_times_the_vector(case):
    z, v, axis = case
    product = np.einsum("...ij,...j->...i", softmax_jacobian(z, axis), np.moveaxis(v, axis, -1))
    expected = np.moveaxis(product, -1, axis)
    assert_allclose(softmax_jvp(z, v, axis), expected, atol=1e-13)
    assert_allclose(softmax_vjp(z, v, axis), expected, atol=1e-13)
    assert_allclose(softmax_backward(softmax(z, axis), v, axis), expected, atol=1e-13)


@pytest.mark.parametrize("product", [softmax_jvp, softmax_vjp])
def test_products_along_several_axes_take_these_for_one(product, z, v):
    assert_allclose(product(z, v, None).ravel(), product(z.ravel(), v.ravel()), atol=1e-15)
    together = product(z, v, (0, 2))
    for j in range(3):
        expected = product(z[:, j].ravel(), v[:, j].ravel())
        assert_allclose(together[:, j].ravel(), expected, atol=1e-15)


@pytest.mark.parametrize("axis", AXES)
def test_log_softmax_backward_equals_softmax_backward_of_the_gradient_over_p(axis, z, v):
    p = softmax(z, axis=axis)
    ours = log_softmax_backward(log_softmax(z, axis=axis), v, axis=axis)
    assert_allclose(ours, softmax_backward(p, v / p, axis=axis), atol=1e-14)


# dtypes and memory


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@every_function
def test_floats_keep_their_dtype(function, dtype):
    assert function(np.array([-1, -2, -3], dtype)).dtype == dtype


@every_function
def test_integers_and_nested_lists_are_taken_as_floats(function):
    for integers in (np.array([[1, 2, 3]], np.uint8), [[1, 2, 3]]):
        result = function(integers)
        assert result.dtype == np.float64
        assert_array_equal(result, function(np.array([[1.0, 2.0, 3.0]])))


@every_function
def test_non_contiguous_and_read_only_inputs_give_the_same_and_stay_as_they_were(function, z):
    view = z[:, ::-1, ::2]
    view.setflags(write=False)
    before = z.copy()
    assert_array_equal(function(view), function(view.copy()))
    assert_array_equal(z, before)


@every_function
def test_an_empty_batch_gives_an_empty_result(function):
    assert function(np.zeros((0, 3))).size == 0


# Special values


@pytest.mark.parametrize("logits", [[1e300, 1e300, -1e300], [0.0, -1e4, -np.inf]])
@every_function
def test_the_callers_error_settings_do_not_matter(function, logits):
    with np.errstate(all="raise"):
        function(logits)


def test_a_masked_logit_has_probability_zero_and_gradient_zero_and_leaves_the_others_alone():
    z, g = [1.0, -np.inf, 2.0], [0.3, -7.0, 0.5]
    assert softmax(z)[1] == 0
    assert log_softmax(z)[1] == -np.inf
    assert not softmax_jacobian(z)[1].any()
    assert not softmax_jacobian(z)[:, 1].any()
    assert softmax_vjp(z, g)[1] == softmax_jvp(z, g)[1] == 0
    assert log_softmax_backward(log_softmax(z), g)[1] == 0
    assert_allclose(softmax(z)[[0, 2]], softmax([1.0, 2.0]), rtol=1e-15)


@pytest.mark.parametrize("bad", [[np.nan, 0, 1], [np.inf, 0, 1], [-np.inf] * 3])
@pytest.mark.parametrize("function", [softmax, log_softmax, softmax_jacobian])
def test_a_slice_without_a_distribution_is_nan_and_the_others_are_untouched(function, bad):
    result = function([bad, [1, 2, 3]])
    assert np.isnan(result[0]).all()
    assert_array_equal(result[1], function([1, 2, 3]))


def test_logsumexp_of_infinite_logits_is_the_limit():
    slices = [[-np.inf, -np.inf], [np.inf, 0], [np.nan, np.inf]]
    assert_array_equal(logsumexp(slices), [-np.inf, np.inf, np.nan])


# Errors


@pytest.mark.parametrize("bad", [[True, False], [1j, 0j], ["a", "b"], None])
@every_function
def test_what_is_not_a_real_number_is_refused_by_name(function, bad):
    with pytest.raises(TypeError, match=r"^(z|p|log_p) must hold floats or integers, got dtype"):
        function(bad)


@pytest.mark.parametrize(
    ("product", "first", "second"),
    [
        (softmax_jvp, "z", "v"),
        (softmax_vjp, "z", "g"),
        (softmax_backward, "p", "g"),
        (log_softmax_backward, "log_p", "g"),
    ],
)
def test_the_second_argument_is_refused_by_its_own_name(product, first, second):
    with pytest.raises(TypeError, match=f"^{second} must hold floats or integers, got dtype"):
        product([1.0], ["a"])
    with pytest.raises(ValueError, match=rf"^{second} must have the shape of {first}, \(2,\), got"):
        product([1, 2], [1, 2, 3])


@every_function
def test_an_axis_that_is_not_there_is_refused(function):
    with pytest.raises(np.exceptions.AxisError, match="axis 2 is out of bounds"):
        function([[1.0, 2.0]], axis=2)
