"""Losses against their definitions, SciPy, and finite differences."""

import numpy as np
import pytest
from scipy.special import log_softmax, softmax, xlogy

from softmax_lessons import gradient_check, losses
from softmax_lessons.losses import (
    CrossEntropy,
    SoftmaxCrossEntropy,
    SquaredError,
    cross_entropy,
    cross_entropy_grad,
    softmax_cross_entropy,
    softmax_cross_entropy_grad,
    squared_error,
    squared_error_grad,
)

PAIRS = [
    (squared_error, squared_error_grad),
    (cross_entropy, cross_entropy_grad),
    (softmax_cross_entropy, softmax_cross_entropy_grad),
]
FUNCTIONS = [f for pair in PAIRS for f in pair]
CLASSES = [SquaredError, CrossEntropy, SoftmaxCrossEntropy]
REDUCTIONS = ["mean", "sum", "none"]

every_pair = pytest.mark.parametrize(("loss", "gradient"), PAIRS)
every_function = pytest.mark.parametrize("function", FUNCTIONS)
every_class = pytest.mark.parametrize(
    ("loss_class", "pair"), list(zip(CLASSES, PAIRS, strict=True))
)


def positive(shape, seed=0):
    """Return numbers that any loss takes as its first argument: positive, no distribution."""
    return np.random.default_rng(seed).uniform(0.5, 2.0, shape)


def soft(shape, axis=-1, seed=1):
    return softmax(np.random.default_rng(seed).standard_normal(shape), axis=axis)


def name_of_first(function):
    return "z" if "softmax" in function.__name__ else "p"


# Values


def test_the_case_of_three_logits_has_the_known_cross_entropy():
    assert softmax_cross_entropy([-1, -1, 1], [0, 1, 0]) == pytest.approx(2.23954477, abs=1e-8)
    p = softmax([-1.0, -1.0, 1.0])
    assert cross_entropy(p, [0, 1, 0]) == pytest.approx(2.23954477, abs=1e-8)


def test_the_case_of_three_logits_has_the_known_gradient():
    expected = [0.10650698, -0.89349302, 0.78698604]
    np.testing.assert_allclose(
        softmax_cross_entropy_grad([-1, -1, 1], [0, 1, 0]), expected, rtol=0, atol=1e-8
    )


def test_squared_error_is_the_sum_over_classes_and_the_mean_over_slices():
    # (0.5**2 + 0.5**2 + 0) and (0 + 1 + 1)
    p, t = [[0.5, 0.5, 0.0], [0.0, 1.0, 0.0]], [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    assert squared_error(p, t) == 1.25


def test_squared_error_gradient_has_the_factor_two():
    np.testing.assert_array_equal(squared_error_grad([3.0, 1.0], [1.0, 2.0]), [4.0, -2.0])


def test_cross_entropy_gradient_is_minus_t_over_p():
    np.testing.assert_array_equal(cross_entropy_grad([0.25, 0.75], [0.5, 0.5]), [-2, -0.5 / 0.75])


def test_cross_entropy_agrees_with_scipy():
    p, t = soft((4, 3)), soft((4, 3), seed=2)
    expected = -xlogy(t, p).sum(axis=-1)
    np.testing.assert_allclose(cross_entropy(p, t, reduction="none"), expected, rtol=1e-14)


def test_fused_cross_entropy_agrees_with_scipy():
    z, t = 30 * np.random.default_rng(0).standard_normal((4, 3)), soft((4, 3))
    expected = -(t * log_softmax(z, axis=-1)).sum(axis=-1)
    np.testing.assert_allclose(softmax_cross_entropy(z, t, reduction="none"), expected, rtol=1e-14)


def test_fused_gradient_is_p_minus_t_where_targets_sum_to_one():
    z, t = positive((4, 3)), soft((4, 3))
    np.testing.assert_allclose(
        softmax_cross_entropy_grad(z, t, reduction="sum"), softmax(z, axis=-1) - t, atol=1e-15
    )


def test_fused_gradient_is_p_times_the_sum_of_t_minus_t_in_general():
    z, t = positive((4, 3)), positive((4, 3), seed=1)
    expected = softmax(z, axis=-1) * t.sum(axis=-1, keepdims=True) - t
    actual = softmax_cross_entropy_grad(z, t, reduction="sum")
    np.testing.assert_allclose(actual, expected, atol=1e-15)
    assert np.abs(actual - (softmax(z, axis=-1) - t)).max() > 0.1


@pytest.mark.parametrize("t", [0, [1, 0], [0.9, 0.1]])
def test_fused_cross_entropy_survives_logits_far_apart(t):
    weight = 1 if t == 0 else t[0]
    assert softmax_cross_entropy([0, 800], t) == pytest.approx(800 * weight)
    np.testing.assert_allclose(softmax_cross_entropy_grad([0, 800], t), [-weight, weight])


# Gradients


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("kind", ["soft", "not normalised", "index"])
@every_pair
def test_gradient_agrees_with_central_differences(loss, gradient, kind, axis, reduction):
    p = positive((4, 3, 2))
    t = {"soft": soft(p.shape, axis), "not normalised": positive(p.shape, 7) - 0.5}.get(kind)
    if t is None:
        t = np.random.default_rng(3).integers(0, p.shape[axis], np.delete(p.shape, axis))
    check = gradient_check.check_gradient(
        lambda p: loss(p, t, reduction, axis), lambda p: gradient(p, t, reduction, axis), p
    )
    check.raise_if_failed()
    assert np.abs(check.numeric).max() > 1e-3


@every_pair
def test_gradient_without_reduction_is_that_of_each_slice(loss, gradient):
    p, t = positive((4, 3)), soft((4, 3))
    jacobian = gradient_check.finite_difference_jacobian(lambda p: loss(p, t, "none", -1), p)
    np.testing.assert_allclose(gradient(p, t, "none", -1), jacobian.sum(axis=0), atol=1e-8)


# Targets


@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("dtype", [np.int64, np.int8, np.uint64])
@every_function
def test_class_indices_equal_one_hot_targets(function, axis, dtype):
    p = positive((4, 3, 2))
    indices = np.random.default_rng(3).integers(0, p.shape[axis], np.delete(p.shape, axis))
    one_hot = np.moveaxis(np.eye(p.shape[axis])[indices], -1, axis)
    actual = function(p, indices.astype(dtype), "none", axis)
    np.testing.assert_array_equal(actual, function(p, one_hot, "none", axis))


@every_function
def test_a_single_slice_takes_a_single_index(function):
    np.testing.assert_array_equal(function([0.2, 0.8], 1), function([0.2, 0.8], [0.0, 1.0]))


@every_function
def test_integers_of_the_same_shape_are_a_distribution(function):
    p, t = positive((2, 2)), [[0, 2], [1, 0]]
    np.testing.assert_array_equal(function(p, t), function(p, np.array(t, float)))


# Zeros, masks and NaN


def test_cross_entropy_of_zero_probability_with_zero_target_is_nothing():
    assert cross_entropy([1.0, 0.0], [1.0, 0.0]) == 0


def test_cross_entropy_gradient_of_zero_probability_with_zero_target_is_zero():
    np.testing.assert_array_equal(cross_entropy_grad([1.0, 0.0], [1.0, 0.0]), [-1.0, 0.0])


def test_cross_entropy_of_zero_probability_with_a_target_is_infinite():
    np.testing.assert_array_equal(
        cross_entropy([[1.0, 0.0], [0.5, 0.5]], [1, 1], reduction="none"), [np.inf, np.log(2)]
    )


def test_cross_entropy_gradient_of_zero_probability_with_a_target_is_minus_infinity():
    np.testing.assert_array_equal(cross_entropy_grad([1.0, 0.0], 1), [0.0, -np.inf])


def test_masked_logits_without_target_are_as_if_absent():
    z, t = [0.3, -np.inf, 1.0], [0.4, 0.0, 0.6]
    assert softmax_cross_entropy(z, t) == softmax_cross_entropy([0.3, 1.0], [0.4, 0.6])
    gradient = softmax_cross_entropy_grad(z, t)
    assert gradient[1] == 0
    np.testing.assert_array_equal(
        gradient[[0, 2]], softmax_cross_entropy_grad([0.3, 1.0], [0.4, 0.6])
    )


def test_a_masked_logit_with_target_has_infinite_loss_and_gradient_zero_there():
    z = [0.0, -np.inf, 0.0]
    assert softmax_cross_entropy(z, 1) == np.inf
    np.testing.assert_array_equal(softmax_cross_entropy_grad(z, 1), [0.5, 0.0, 0.5])


@every_function
def test_nan_stays_in_its_slice(function):
    p = np.array([[np.nan, 0.5], [0.5, 0.5]])
    bad, good = function(p, [1, 1], reduction="none")
    assert np.isnan(bad).any()
    assert np.isfinite(good).all()


def test_a_negative_probability_gives_nan():
    assert np.isnan(cross_entropy([-0.5, 1.5], [0.0, 1.0]))


@every_function
def test_a_zero_is_never_negative(function):
    # A right prediction, so sure that loss and gradient have zeros.
    p = [-800.0, 0.0] if "softmax" in function.__name__ else [0.5, 1.0]
    value = np.asarray(function(p, 1, reduction="none"))
    assert not np.signbit(value[value == 0]).any()
    value = np.asarray(function([p], [[0.0, 0.0]], reduction="none"))
    assert not np.signbit(value[value == 0]).any()


# Reductions


@every_pair
def test_mean_and_sum_reduce_the_slices(loss, gradient):
    p, t = positive((4, 3, 2)), soft((4, 3, 2), axis=1)
    each = loss(p, t, "none", 1)
    assert each.shape == (4, 2)
    assert loss(p, t, "sum", 1) == pytest.approx(each.sum())
    assert loss(p, t, "mean", 1) == loss(p, t, axis=1) == pytest.approx(each.sum() / 8)


@every_pair
def test_the_gradient_is_divided_by_the_slices_for_the_mean_alone(loss, gradient):
    p, t = positive((4, 3, 2)), soft((4, 3, 2), axis=1)
    np.testing.assert_array_equal(gradient(p, t, "none", 1), gradient(p, t, "sum", 1))
    np.testing.assert_array_equal(gradient(p, t, "none", 1) / 8, gradient(p, t, "mean", 1))


@every_pair
def test_a_batch_of_no_slices_works(loss, gradient):
    p, t = np.zeros((0, 3)), np.zeros(0, int)
    assert np.isnan(loss(p, t))
    assert loss(p, t, reduction="sum") == 0
    assert loss(p, t, reduction="none").shape == (0,)
    assert gradient(p, t).shape == (0, 3)


# dtype, memory


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@every_function
def test_floats_keep_their_dtype(function, dtype, reduction):
    p, t = positive((4, 3)).astype(dtype), soft((4, 3)).astype(dtype)
    assert function(p, t, reduction=reduction).dtype == dtype
    assert function(p, [0, 1, 2, 0], reduction=reduction).dtype == dtype


@every_function
def test_two_dtypes_are_promoted(function):
    p, t = positive((4, 3)).astype(np.float32), soft((4, 3))
    assert function(p, t).dtype == np.float64


@every_function
def test_integers_become_float64(function):
    assert function(np.array([1, 2], np.int8), 1).dtype == np.float64


@pytest.mark.parametrize("target", [soft((4, 3)), np.array([0, 1, 2, 0])])
@every_function
def test_nothing_is_written_to(function, target):
    p, t = positive((4, 3)), target.copy()
    p.flags.writeable = t.flags.writeable = False
    function(p, t)
    np.testing.assert_array_equal(p, positive((4, 3)))
    np.testing.assert_array_equal(t, target)


@every_function
def test_memory_order_does_not_matter(function):
    p, t = positive((4, 3)), soft((4, 3))
    expected = function(p, t, "none", 0)
    np.testing.assert_allclose(function(p.T, t.T, "none", 1), expected.T, rtol=1e-14)


# Errors


@every_function
def test_a_target_of_another_shape_is_refused(function):
    name = name_of_first(function)
    message = (
        rf"t must have the shape of {name}, \(4, 3\), or hold one class index per slice,"
        r" shape \(4,\), got \(3,\)"
    )
    with pytest.raises(ValueError, match=message):
        function(positive((4, 3)), [0, 1, 2])


@pytest.mark.parametrize("index", [-1, 3])
@every_function
def test_a_class_index_out_of_range_is_refused(function, index):
    message = f"t must hold class indices from 0 to 2, got {index}"
    with pytest.raises(ValueError, match=message):
        function(positive((2, 3)), [0, index])
    with pytest.raises(ValueError, match=message):
        function(positive(3), index)


@every_function
def test_class_indices_must_be_integers(function):
    with pytest.raises(TypeError, match="t must hold integers as class indices, got dtype float64"):
        function(positive((2, 3)), [0.0, 1.0])


@pytest.mark.parametrize("bad", [[True, False], [1j, 0j], ["a", "b"], [None, None]])
@every_function
def test_what_is_no_real_number_is_refused_by_name(function, bad):
    with pytest.raises(TypeError, match=f"^{name_of_first(function)} must hold floats or integers"):
        function(bad, [0.5, 0.5])
    with pytest.raises(TypeError, match=r"^t must hold floats or integers"):
        function([0.5, 0.5], bad)


@every_function
def test_an_unknown_reduction_is_refused(function):
    with pytest.raises(ValueError, match="reduction must be one of mean, sum, none, got 'average'"):
        function([0.5, 0.5], 1, reduction="average")


@pytest.mark.parametrize("axis", [None, (0, 1), 1.0, "1"])
@every_function
def test_the_axis_must_be_one_int(function, axis):
    with pytest.raises(TypeError, match="axis must be one int for a loss, got"):
        function(positive((2, 2)), [0, 1], axis=axis)


@every_function
def test_an_axis_that_is_not_there_is_refused(function):
    with pytest.raises(ValueError, match="axis"):
        function(positive((2, 2)), [0, 1], axis=2)


@every_function
def test_no_classes_are_refused(function):
    name = name_of_first(function)
    with pytest.raises(
        ValueError, match=rf"{name} must have an entry along axis 1, got .*\(2, 0\)"
    ):
        function(np.zeros((2, 0)), np.zeros((2, 0)))


# Classes


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("axis", [0, -1])
@every_class
def test_the_class_gives_what_its_functions_give(loss_class, pair, axis, reduction):
    p, t = positive((4, 3)), soft((4, 3), axis)
    loss = loss_class(reduction, axis)
    np.testing.assert_array_equal(loss.forward(p, t), pair[0](p, t, reduction, axis))
    np.testing.assert_array_equal(loss.backward(), pair[1](p, t, reduction, axis))


@every_class
def test_the_class_takes_the_mean_by_default(loss_class, pair):
    p, t = positive((4, 3)), [0, 1, 2, 0]
    assert loss_class().forward(p, t) == pair[0](p, t)


@every_class
def test_backward_survives_a_change_of_the_arrays_after_forward(loss_class, pair):
    p, t = positive((4, 3)), np.array([0, 1, 2, 0])
    loss = loss_class()
    loss.forward(p, t)
    expected = pair[1](p, t)
    p += 1
    t[:] = 0
    np.testing.assert_array_equal(loss.backward(), expected)


@every_class
def test_backward_answers_for_the_latest_forward(loss_class, pair):
    loss = loss_class()
    loss.forward(positive((4, 3)), [0, 1, 2, 0])
    loss.forward(positive(5, seed=1), 2)
    np.testing.assert_array_equal(loss.backward(), pair[1](positive(5, seed=1), 2))


@every_class
def test_backward_before_forward_says_what_to_do(loss_class, pair):
    with pytest.raises(RuntimeError, match=rf"^Call forward of {loss_class.__name__} before back"):
        loss_class().backward()


@every_class
def test_a_forward_that_fails_leaves_nothing_to_go_back_to(loss_class, pair):
    loss = loss_class()
    loss.forward(positive(3), 0)
    with pytest.raises(ValueError, match="class indices"):
        loss.forward(positive(3), 3)
    with pytest.raises(RuntimeError, match="before backward"):
        loss.backward()


def test_every_public_loss_is_tested_here():
    public = {
        name
        for name, thing in vars(losses).items()
        if getattr(thing, "__module__", "") == losses.__name__ and not name.startswith("_")
    }
    assert public == {thing.__name__ for thing in FUNCTIONS + CLASSES}
