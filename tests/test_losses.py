"""Losses against their definitions, SciPy, and finite differences."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import log_softmax, softmax, xlogy

from softmax_lessons.gradient_check import check_gradient
from softmax_lessons.losses import (
    CrossEntropy,
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
every_pair = pytest.mark.parametrize(("loss", "gradient"), PAIRS)
every_function = pytest.mark.parametrize("function", [f for pair in PAIRS for f in pair])
every_class = pytest.mark.parametrize(
    ("loss_class", "pair"), list(zip([SquaredError, CrossEntropy], PAIRS[:2], strict=True))
)


def positive(shape, seed=0):
    """Return numbers that any loss takes as its first argument: positive, no distribution."""
    return np.random.default_rng(seed).uniform(0.5, 2.0, shape)


def soft(shape, seed=1):
    return softmax(np.random.default_rng(seed).standard_normal(shape), axis=-1)


def some_indices(p):
    """Return a class index for each row of `p`."""
    return np.random.default_rng(3).integers(0, p.shape[-1], p.shape[:-1])


# Values


@pytest.mark.parametrize("scale", [1, 1000])
def test_cross_entropies_agree_with_scipy_however_far_apart_logits_are(scale):
    z, t = scale * np.random.default_rng(0).standard_normal((4, 3)), soft((4, 3), seed=2)
    expected = -(t * log_softmax(z, axis=-1)).sum(axis=-1)
    assert softmax_cross_entropy(z, t) == pytest.approx(expected.mean(), rel=1e-14)
    gradient = softmax_cross_entropy_grad(z, t, "sum")
    assert_allclose(gradient, softmax(z, axis=-1) - t, rtol=1e-12)
    p = soft((4, 3))
    assert cross_entropy(p, t) == pytest.approx(-xlogy(t, p).sum(axis=-1).mean(), rel=1e-14)


# Gradients


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("kind", ["soft", "not normalised", "index"])
@every_pair
def test_gradient_agrees_with_central_differences(loss, gradient, kind, reduction):
    p = positive((4, 3, 2))
    t = {"soft": soft(p.shape), "not normalised": positive(p.shape, 7) - 0.5}.get(kind)
    if t is None:
        t = some_indices(p)
    check = check_gradient(lambda p: loss(p, t, reduction), lambda p: gradient(p, t, reduction), p)
    assert check.passed, check
    assert np.abs(check.numeric).max() > 1e-3


# Targets and reductions


@every_function
def test_class_indices_equal_one_hot_targets(function):
    p = positive((4, 2, 3))
    indices = some_indices(p).astype(np.uint8)
    assert_array_equal(function(p, indices), function(p, np.eye(3)[indices]))


@pytest.mark.parametrize("loss", [loss for loss, _ in PAIRS])
def test_the_sum_adds_up_the_losses_of_the_rows_and_the_mean_divides_it_by_their_number(loss):
    # That the gradients of both are right is compared with differences above.
    p, t = positive((4, 2, 3)), soft((4, 2, 3))
    each = [loss(p[index], t[index]) for index in np.ndindex(4, 2)]
    assert loss(p, t, "sum") == pytest.approx(sum(each))
    assert loss(p, t, "mean") == loss(p, t) == pytest.approx(sum(each) / 8)


# Zeros and masks


def test_a_class_without_probability_costs_nothing_without_a_target_and_infinity_with_one():
    assert cross_entropy([1.0, 0.0], 0) == 0
    assert_array_equal(cross_entropy_grad([1.0, 0.0], [1.0, 0.0]), [-1.0, 0.0])
    assert cross_entropy([1.0, 0.0], 1) == np.inf
    assert_array_equal(cross_entropy_grad([1.0, 0.0], 1), [0.0, -np.inf])


def test_masked_logits_without_target_are_as_if_absent():
    z, t = [0.3, -np.inf, 1.0], [0.4, 0.0, 0.6]
    assert softmax_cross_entropy(z, t) == softmax_cross_entropy([0.3, 1.0], [0.4, 0.6])
    gradient = softmax_cross_entropy_grad(z, t)
    assert gradient[1] == 0
    assert_array_equal(gradient[[0, 2]], softmax_cross_entropy_grad([0.3, 1.0], [0.4, 0.6]))


def test_a_masked_logit_with_target_has_infinite_loss_and_gradient_zero_there():
    z = [0.0, -np.inf, 0.0]
    assert softmax_cross_entropy(z, 1) == np.inf
    assert_array_equal(softmax_cross_entropy_grad(z, 1), [0.5, 0.0, 0.5])


# dtypes and memory


@every_function
def test_floats_keep_their_dtype_and_integers_become_float64(function):
    p, t = positive((4, 3)).astype(np.float32), soft((4, 3)).astype(np.float32)
    assert function(p, t).dtype == function(p, [0, 1, 2, 0]).dtype == np.float32
    assert function(np.array([1, 2], np.int8), 1).dtype == np.float64


@every_function
def test_nothing_is_written_to(function):
    for p, t in ((positive((4, 3)), soft((4, 3))), (positive((4, 3)), np.array([0, 1, 2, 0]))):
        p.flags.writeable = t.flags.writeable = False
        function(p, t)


# Errors


@pytest.mark.parametrize(
    ("error", "message", "p", "t", "options"),
    [
        (ValueError, r"one class index per row, shape \(2,\), got \(3,\)", (2, 3), [0] * 3, {}),
        (ValueError, "t must hold class indices from 0 to 2, got 3", (2, 3), [0, 3], {}),
        (ValueError, "t must hold class indices from 0 to 2, got -1", (3,), -1, {}),
        (TypeError, "t must hold integers as class indices, got", (2, 3), [0.0, 1.0], {}),
        (TypeError, "t must hold floats or integers, got dtype", (2,), ["a", "b"], {}),
        (ValueError, "reduction must be 'mean' or 'sum'", (2,), 1, {"reduction": "average"}),
    ],
)
@every_function
def test_what_does_not_fit_is_refused_by_name(function, error, message, p, t, options):
    with pytest.raises(error, match=message):
        function(positive(p), t, **options)


# Classes


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@every_class
def test_the_class_gives_what_its_functions_give_whatever_happens_to_the_arrays_after_forward(
    loss_class, pair, reduction
):
    p, t = positive((4, 3)), soft((4, 3))
    loss, gradient = (function(p, t, reduction) for function in pair)
    of_class = loss_class(reduction)
    assert of_class.forward(p, t) == loss
    p += 1
    t += 1
    assert_array_equal(of_class.backward(), gradient)


@every_class
def test_backward_before_forward_says_what_to_do(loss_class, pair):
    with pytest.raises(RuntimeError, match=rf"^Call forward of {loss_class.__name__} before back"):
        loss_class().backward()
