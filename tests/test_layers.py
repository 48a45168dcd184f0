"""Layers against their formulas, and every chain of them against finite differences."""

import numpy as np
import pytest
from scipy.special import expit, log_softmax, softmax

from softmax_lessons import layers
from softmax_lessons.gradient_check import check_gradient, check_vjp
from softmax_lessons.layers import (
    Layer,
    Linear,
    LogSoftmax,
    ReLU,
    Sequential,
    Sigmoid,
    Softmax,
    Tanh,
)
from softmax_lessons.losses import CrossEntropy, SoftmaxCrossEntropy, SquaredError


def all_in_a_row():
    return Sequential(
        Linear(3, 5, rng=1), ReLU(), Linear(5, 4, rng=2), Tanh(), Sigmoid(), LogSoftmax(), Softmax()
    )


LAYERS = {
    "Linear": lambda: Linear(3, 4),
    "Softmax": Softmax,
    "LogSoftmax": LogSoftmax,
    "Sigmoid": Sigmoid,
    "Tanh": Tanh,
    "ReLU": ReLU,
    "Sequential": all_in_a_row,
}
ENTRYWISE = {
    "Sigmoid": (Sigmoid, expit),
    "Tanh": (Tanh, np.tanh),
    "ReLU": (ReLU, lambda x: (x + abs(x)) / 2),
}
LOSSES = [SquaredError, CrossEntropy, SoftmaxCrossEntropy]

every_layer = pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS)
every_loss = pytest.mark.parametrize("loss_class", LOSSES)


class Negative:
    """A layer from elsewhere, with the two methods and no more: turns log p into -log p."""

    def forward(self, x):
        return -x

    def backward(self, grad_output):
        return -grad_output


def normal(shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


def random_targets(kind, shape):
    if kind == "index":
        return np.random.default_rng(5).integers(0, shape[-1], shape[:-1])
    t = np.random.default_rng(5).uniform(0.1, 1, shape)
    return t / t.sum(axis=-1, keepdims=True) if kind == "soft" else t


def vjp_of(layer):
    def vjp(x, cotangent):
        layer.forward(x)
        return layer.backward(cotangent)

    return vjp


def check_chain(model, loss, x, t):
    """Check the gradient of a loss of a model's output, and that it is no check of zeros."""

    def gradient(x):
        loss.forward(model.forward(x), t)
        return model.backward(loss.backward())

    check = check_gradient(lambda x: loss.forward(model.forward(x), t), gradient, x)
    check.raise_if_failed()
    assert np.abs(check.numeric).max() > 1e-5  # the check forgives about 1e-9


# Backward


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 4, 3)])
@every_layer
def test_backward_agrees_with_central_differences(make, shape, seed):
    layer = make()
    check = check_vjp(layer.forward, vjp_of(layer), normal(shape), rng=seed)
    check.raise_if_failed()
    assert np.abs(check.numeric).max() > 1e-3


@pytest.mark.parametrize("axis", [0, 1, -1, (0, 2), None])
@pytest.mark.parametrize("layer_class", [Softmax, LogSoftmax])
def test_backward_along_any_axis_agrees_with_central_differences(layer_class, axis):
    layer = layer_class(axis)
    check_vjp(layer.forward, vjp_of(layer), normal((2, 4, 3)), rng=1).raise_if_failed()


@pytest.mark.parametrize("name", ["weights", "bias"])
@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 4, 3)])
def test_gradients_of_parameters_agree_with_central_differences(shape, name):
    layer, x = Linear(3, 4), normal(shape)

    def forward(value):
        setattr(layer, name, value)
        return layer.forward(x)

    def vjp(value, cotangent):
        forward(value)
        layer.backward(cotangent)
        return getattr(layer, f"grad_{name}")

    check_vjp(forward, vjp, getattr(layer, name) + 0.5, rng=1).raise_if_failed()


@pytest.mark.parametrize("index", range(4))
def test_gradients_of_parameters_inside_a_model_agree_with_central_differences(index):
    model, loss = all_in_a_row(), SoftmaxCrossEntropy()
    x, t = normal((6, 3)), [0, 1, 2, 3, 0, 1]
    array, _ = model.parameters()[index]

    def forward(value):
        array[...] = value
        return loss.forward(model.forward(x), t)

    def gradient(value):
        forward(value)
        model.backward(loss.backward())
        return model.parameters()[index][1]

    check = check_gradient(forward, gradient, array.copy())
    check.raise_if_failed()
    assert np.abs(check.numeric).max() > 1e-3


# Every layer with every loss


@pytest.mark.parametrize("kind", ["index", "soft", "not normalised"])
@every_loss
@every_layer
def test_every_layer_joins_every_loss(make, loss_class, kind):
    model, x = make(), normal((5, 3))
    if loss_class is CrossEntropy:
        # The loss asks for positive numbers. Positive inputs make the outputs of most layers
        # positive, and so do positive weights; log-probabilities get their sign changed.
        x = np.abs(x) + 0.1
        if isinstance(model, Linear):
            model.weights = np.abs(model.weights)
        if isinstance(model, LogSoftmax):
            model = Sequential(model, Negative())
        assert (model.forward(x) > 0).all()
    t = random_targets(kind, model.forward(x).shape)
    check_chain(model, loss_class(), x, t)


@pytest.mark.parametrize("kind", ["index", "soft", "not normalised"])
@every_loss
@every_layer
def test_every_layer_joins_every_loss_through_softmax(make, loss_class, kind):
    model, x = Sequential(make(), Softmax()), normal((5, 3))
    t = random_targets(kind, model.forward(x).shape)
    check_chain(model, loss_class(), x, t)


@pytest.mark.parametrize("second", LAYERS.values(), ids=LAYERS)
@every_layer
def test_every_layer_joins_every_layer(make, second):
    between = Linear(make().forward(normal(3)).shape[-1], 3, rng=4)
    model = Sequential(make(), between, second())
    check_vjp(model.forward, vjp_of(model), normal((5, 3)), rng=1).raise_if_failed()


def test_softmax_then_cross_entropy_is_the_fused_loss():
    x, t = normal((5, 3)), [0, 1, 2, 0, 1]
    chained, layer, fused = CrossEntropy(), Softmax(), SoftmaxCrossEntropy()
    assert chained.forward(layer.forward(x), t) == pytest.approx(fused.forward(x, t))
    np.testing.assert_allclose(layer.backward(chained.backward()), fused.backward(), atol=1e-15)


# Values


@pytest.mark.parametrize(("layer_class", "function"), ENTRYWISE.values(), ids=ENTRYWISE)
def test_entrywise_layers_agree_with_their_functions(layer_class, function):
    x = 5 * normal((4, 3))
    np.testing.assert_allclose(layer_class().forward(x), function(x), rtol=1e-14)


@pytest.mark.parametrize("axis", [0, 1, None])
def test_softmax_layers_agree_with_scipy(axis):
    x = normal((4, 3))
    np.testing.assert_allclose(Softmax(axis).forward(x), softmax(x, axis=axis), rtol=1e-14)
    np.testing.assert_allclose(LogSoftmax(axis).forward(x), log_softmax(x, axis=axis), rtol=1e-13)


def test_linear_by_hand():
    layer = Linear(2, 3)
    layer.weights, layer.bias = np.array([[1.0, 2, 3], [4, 5, 6]]), np.array([10.0, 20, 30])
    np.testing.assert_array_equal(layer.forward([[1, 1], [0, 2]]), [[15, 27, 39], [18, 30, 42]])
    np.testing.assert_array_equal(layer.backward([[1, 0, 0], [0, 0, 2]]), [[1, 4], [6, 12]])
    np.testing.assert_array_equal(layer.grad_weights, [[1, 0, 0], [1, 0, 4]])
    np.testing.assert_array_equal(layer.grad_bias, [1, 0, 2])


def test_sigmoid_survives_any_number():
    layer = Sigmoid()
    with np.errstate(all="raise"):
        y = layer.forward([-np.inf, -1e4, 0.0, 1e4, np.inf])
    np.testing.assert_array_equal(y, [0, 0, 0.5, 1, 1])


def test_sigmoid_keeps_its_digits_where_it_is_small():
    np.testing.assert_allclose(Sigmoid().forward([-700.0]), [np.exp(-700)], rtol=1e-13)


def test_relu_takes_derivative_zero_at_zero():
    layer = ReLU()
    layer.forward([-1.0, 0.0, 1.0])
    np.testing.assert_array_equal(layer.backward([5.0, 5.0, 5.0]), [0, 0, 5])


# Parameters


def test_gradients_of_parameters_are_replaced_not_added_to():
    layer, x, g = Linear(3, 4), normal((5, 3)), normal((5, 4), 1)
    for _ in range(2):
        layer.forward(x)
        layer.backward(g)
    np.testing.assert_allclose(layer.grad_weights, x.T @ g)
    np.testing.assert_allclose(layer.grad_bias, g.sum(axis=0))


def test_there_are_no_gradients_before_backward():
    layer = Linear(3, 4)
    assert layer.grad_weights is None
    assert layer.grad_bias is None


def test_the_same_seed_gives_the_same_weights():
    np.testing.assert_array_equal(Linear(3, 4).weights, Linear(3, 4, rng=0).weights)
    assert (Linear(3, 4, rng=1).weights != Linear(3, 4).weights).all()


def test_a_generator_moves_on_from_layer_to_layer():
    rng = np.random.default_rng(0)
    assert (Linear(3, 4, rng).weights != Linear(3, 4, rng).weights).all()


def test_weights_have_variance_one_over_inputs():
    assert Linear(400, 100).weights.var() == pytest.approx(1 / 400, rel=0.05)


def test_a_model_lists_the_parameters_of_its_layers_in_order():
    first, second = Linear(3, 4), Linear(4, 2)
    model = Sequential(first, Negative(), Sequential(ReLU(), second))
    values = [value for value, _ in model.parameters()]
    expected = [first.weights, first.bias, second.weights, second.bias]
    assert all(a is b for a, b in zip(values, expected, strict=True))


def test_steps_against_the_gradients_make_the_loss_smaller():
    model, loss = (
        Sequential(Linear(3, 8, rng=1), Tanh(), Linear(8, 4, rng=2)),
        SoftmaxCrossEntropy(),
    )
    x, t = normal((20, 3)), np.arange(20) % 4
    before = loss.forward(model.forward(x), t)
    for _ in range(50):
        loss.forward(model.forward(x), t)
        model.backward(loss.backward())
        for value, gradient in model.parameters():
            value -= 0.2 * gradient
    assert loss.forward(model.forward(x), t) < 0.9 * before


# Memory, dtype, empty batches


@every_layer
def test_nothing_is_written_to(make):
    layer, x = make(), normal((5, 3))
    x.flags.writeable = False
    g = normal(layer.forward(x).shape, 1)
    g.flags.writeable = False
    layer.backward(g)
    np.testing.assert_array_equal(x, normal((5, 3)))
    np.testing.assert_array_equal(g, normal(g.shape, 1))


@every_layer
def test_backward_survives_a_change_of_input_and_output_after_forward(make):
    layer, x = make(), normal((5, 3))
    g = normal(layer.forward(x).shape, 1)
    expected = layer.backward(g)
    y = layer.forward(x)
    x += 1
    y += 1
    np.testing.assert_array_equal(layer.backward(g), expected)


@every_layer
def test_backward_answers_for_the_latest_forward(make):
    layer, fresh = make(), make()
    layer.forward(normal((2, 4, 3)))
    g = normal(layer.forward(normal((5, 3), 2)).shape, 1)
    fresh.forward(normal((5, 3), 2))
    np.testing.assert_array_equal(layer.backward(g), fresh.backward(g))


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("layer_class", [Softmax, LogSoftmax, Sigmoid, Tanh, ReLU])
def test_layers_without_parameters_keep_the_dtype(layer_class, dtype):
    layer, x = layer_class(), normal((5, 3)).astype(dtype)
    assert layer.forward(x).dtype == dtype
    assert layer.backward(x).dtype == dtype


def test_linear_works_in_the_dtype_of_its_parameters():
    layer, x = Linear(3, 3), normal((5, 3)).astype(np.float32)
    assert layer.forward(x).dtype == np.float64
    layer.weights, layer.bias = layer.weights.astype(np.float32), layer.bias.astype(np.float32)
    assert layer.forward(x).dtype == layer.backward(x).dtype == np.float32
    assert layer.grad_weights.dtype == layer.grad_bias.dtype == np.float32


@every_layer
def test_a_batch_of_no_samples_works(make):
    layer = make()
    output = layer.forward(np.zeros((0, 3)))
    assert layer.backward(output).shape == (0, 3)


# Errors


@every_layer
def test_backward_before_forward_says_what_to_do(make):
    layer = make()
    with pytest.raises(RuntimeError, match=f"^Call forward of {type(layer).__name__} before back"):
        layer.backward([1.0])


@every_layer
def test_a_gradient_of_another_shape_is_refused_with_both_shapes(make):
    layer = make()
    n = layer.forward(normal((5, 3))).shape[1]
    message = rf"grad_output must have the shape of the output, \(5, {n}\), got \({n},\)"
    with pytest.raises(ValueError, match=message):
        layer.backward(np.ones(n))


@pytest.mark.parametrize("bad", [[True] * 3, [1j] * 3, ["a"] * 3])
@every_layer
def test_what_is_no_real_number_is_refused_by_name(make, bad):
    layer = make()
    with pytest.raises(TypeError, match=r"^x must hold floats or integers"):
        layer.forward(bad)
    layer.forward(normal(3))
    with pytest.raises(TypeError, match=r"^grad_output must hold floats or integers"):
        layer.backward(bad)


@pytest.mark.parametrize("shape", [(5, 4), (4,), ()])
def test_linear_refuses_another_width(shape):
    with pytest.raises(ValueError, match=r"x must have shape \(\.\.\., 3\), got \("):
        Linear(3, 2).forward(np.ones(shape))


@every_layer
def test_a_forward_that_fails_leaves_nothing_to_go_back_to(make):
    layer = make()
    g = layer.forward(normal((5, 3)))
    with pytest.raises(TypeError):
        layer.forward("x")
    with pytest.raises(RuntimeError, match="before backward"):
        layer.backward(g)


@pytest.mark.parametrize("bad", [0, -1, 2.0, "2", None])
@pytest.mark.parametrize("name", ["inputs", "outputs"])
def test_linear_refuses_sizes_that_are_no_positive_ints(name, bad):
    with pytest.raises(ValueError, match=f"{name} must be an int of at least 1, got {bad!r}"):
        Linear(**{"inputs": 2, "outputs": 2} | {name: bad})


def test_one_layer_cannot_stand_in_two_places():
    relu = ReLU()
    with pytest.raises(ValueError, match="layers must be distinct objects"):
        Sequential(relu, Linear(3, 3), relu)


def test_warnings_of_other_layers_are_not_silenced():
    class Overflowing(Negative):
        def forward(self, x):
            return np.exp(x)

    with pytest.warns(RuntimeWarning, match="overflow"):
        Sequential(Overflowing()).forward([1000.0])


def test_every_layer_is_tested_here():
    public = {
        name
        for name, thing in vars(layers).items()
        if isinstance(thing, type) and issubclass(thing, Layer) and thing is not Layer
    }
    assert public == set(LAYERS)
