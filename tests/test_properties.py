"""Properties that hold for all logits, searched for counterexamples by Hypothesis."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.testing import assert_allclose

from softmax_lessons.numerics import (
    log_softmax,
    logsumexp,
    softmax,
    softmax_backward,
    softmax_jacobian,
    softmax_jvp,
    softmax_vjp,
)

logit = st.floats(-700, 700, width=32)
entry = st.floats(-10, 10, width=32)
shapes = array_shapes(min_dims=1, max_dims=3, max_side=5)


@st.composite
def same_shape(draw, *elements):
    """One array for each of `elements`, all of one shape, and an axis of it."""
    shape = draw(shapes)
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    return (*(draw(arrays(float, shape, elements=e)) for e in elements), axis)


@given(same_shape(logit))
def test_probabilities_are_not_negative_and_sum_to_one(case):
    z, axis = case
    p = softmax(z, axis)
    assert (p >= 0).all()
    assert_allclose(p.sum(axis), 1, rtol=1e-14)


@given(same_shape(logit))
def test_rows_and_columns_of_the_jacobian_sum_to_zero(case):
    z, axis = case
    jacobian = softmax_jacobian(z, axis)
    assert_allclose(jacobian.sum(-1), 0, atol=1e-15)
    assert_allclose(jacobian.sum(-2), 0, atol=1e-15)


@given(same_shape(st.integers(-700, 700)), st.integers(-(10**6), 10**6))
def test_a_common_shift_moves_logsumexp_along_and_changes_no_probability_or_derivative(case, shift):
    z, axis = case  # integers, because shifting them is exact
    assert_allclose(softmax(z + shift, axis), softmax(z, axis), rtol=1e-15)
    assert_allclose(softmax_jacobian(z + shift, axis), softmax_jacobian(z, axis), rtol=1e-15)
    assert_allclose(logsumexp(z + shift, axis), logsumexp(z, axis) + shift, atol=1e-9)


@given(same_shape(logit))
def test_log_softmax_is_the_logarithm_of_softmax(case):
    z, axis = case
    assert_allclose(np.exp(log_softmax(z, axis)), softmax(z, axis), rtol=1e-12, atol=1e-300)


@given(same_shape(logit, entry))
def test_jvp_and_vjp_and_backward_are_the_jacobian_times_the_vector(case):
    z, v, axis = case
    product = np.einsum("...ij,...j->...i", softmax_jacobian(z, axis), np.moveaxis(v, axis, -1))
    expected = np.moveaxis(product, -1, axis)
    assert_allclose(softmax_jvp(z, v, axis), expected, atol=1e-13)
    assert_allclose(softmax_vjp(z, v, axis), expected, atol=1e-13)
    assert_allclose(softmax_backward(softmax(z, axis), v, axis), expected, atol=1e-13)
