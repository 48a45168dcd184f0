"""Layers against their formulas, and every chain of them against finite differences."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from softmax_lessons.gradient_check import check_gradient
from softmax_lessons.layers import Linear, Sequential, Softmax, Tanh

LAYERS = {
    "Linear": lambda: Linear(3, 4),
    "Softmax": Softmax,
    "Tanh": Tanh,
    "Sequential": lambda: Sequential(Linear(3, 5, rng=1), Tanh(), Linear(5, 4, rng=2), Softmax()),
}
every_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)


def normal(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def check_backward(layer, x):
    """Compare a layer's backward with differences of g times its output, for a random g."""
    g = normal(layer.forward(x).shape, seed=1)

    def gradient(x):
        layer.forward(x)
        return layer.backward(g)

    check = check_gradient(lambda x: (g * layer.forward(x)).sum(), gradient, x)
    assert check.passed, check
    assert np.abs(check.numeric).max() > 1e-3


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 4, 3)])
@every_layer
def test_backward_agrees_with_central_differences(make, shape):
    check_backward(make(), normal(shape))


@pytest.mark.parametrize("axis", [0, 1, (0, 2), None])
def test_softmax_along_any_axis_agrees_with_central_differences(axis):
    check_backward(Softmax(axis), normal((2, 4, 3)))


@pytest.mark.parametrize("name", ["weights", "bias"])
@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 4, 3)])
def test_gradients_of_parameters_agree_with_central_differences(shape, name):
    layer, x = Linear(3, 4), normal(shape)
    g = normal((*shape[:-1], 4), seed=1)

    def value(parameter):
        setattr(layer, name, parameter)
        return (g * layer.forward(x)).sum()

    def gradient(parameter):
        value(parameter)
        layer.backward(g)
        return getattr(layer, f"grad_{name}")

    check = check_gradient(value, gradient, getattr(layer, name) + 0.5)
    assert check.passed, check


def test_linear_by_hand_and_again_without_adding_to_the_gradients():
    layer = Linear(2, 3)
    layer.weights, layer.bias = np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([10.0, 20, 30])
    for _ in range(2):
        assert_array_equal(layer.forward([[1, 1], [0, 2]]), [[15, 27, 39], [18, 30, 42]])
        assert_array_equal(layer.backward([[1, 0, 0], [0, 0, 2]]), [[1, 4], [6, 12]])
        assert_array_equal(layer.grad_weights, [[1, 0, 0], [1, 0, 4]])
        assert_array_equal(layer.grad_bias, [1, 0, 2])


def test_weights_have_variance_one_over_inputs_and_are_drawn_from_seed_or_generator():
    assert Linear(400, 100).weights.var() == pytest.approx(1 / 400, rel=0.05)
    assert_array_equal(Linear(3, 4).weights, Linear(3, 4, rng=0).weights)
    rng = np.random.default_rng(0)
    assert (Linear(3, 4, rng).weights != Linear(3, 4, rng).weights).all()


@every_layer
def test_backward_survives_a_change_of_input_and_output_after_forward(make):
    layer, x = make(), normal((5, 3))
    g = normal(layer.forward(x).shape, 1)
    expected = layer.backward(g)
    y = layer.forward(x)
    x += 1
    y += 1
    assert_array_equal(layer.backward(g), expected)


@every_layer
def test_nothing_is_written_to(make):
    layer, x = make(), normal((5, 3))
    x.flags.writeable = False
    g = normal(layer.forward(x).shape, 1)
    g.flags.writeable = False
    layer.backward(g)


@every_layer
def test_what_does_not_fit_is_refused_by_name(make):
    layer = make()
    with pytest.raises(RuntimeError, match=f"^Call forward of {type(layer).__name__} before back"):
        layer.backward([1.0])
    with pytest.raises(TypeError, match="x must hold floats or integers"):
        layer.forward(["a", "b", "c"])
    n = layer.forward(normal((5, 3))).shape[1]
    message = rf"grad_output must have the shape of the output, \(5, {n}\), got \({n},\)"
    with pytest.raises(ValueError, match=message):
        layer.backward(np.ones(n))


def test_one_layer_cannot_stand_in_two_places():
    tanh = Tanh()
    with pytest.raises(ValueError, match="layers must be distinct objects"):
        Sequential(tanh, Linear(3, 3), tanh)
