"""Layers are right forward and backward, or refuse by name what they are given."""

import functools
import inspect

import numpy as np
import pytest
from hostile_arguments import FLOATS, Given, any_arrays, bad, generators, good_arrays
from hypothesis import given
from hypothesis import strategies as st
from oracle import assert_close, attempt, extended, half_as_many, limits, quiet, together
from test_bad_input_to_softmax import family_arguments

from softmax_lessons import layers, numerics


def exact_sigmoid(x):
    return np.where(x < 0, np.exp(np.minimum(x, 0)), 1) / (1 + np.exp(-np.abs(x)))


ENTRYWISE = {
    layers.Sigmoid: (exact_sigmoid, lambda y, x: y * (1 - y)),
    layers.Tanh: (np.tanh, lambda y, x: 1 - y**2),
    layers.ReLU: (lambda x: np.maximum(x, 0), lambda y, x: np.where(x > 0, 1, 0)),
}
ALONG_AN_AXIS = {
    layers.Softmax: (numerics.softmax, numerics.softmax_backward),
    layers.LogSoftmax: (numerics.log_softmax, numerics.log_softmax_backward),
}
LAYERS = {*ENTRYWISE, *ALONG_AN_AXIS, layers.Layer, layers.Linear, layers.Sequential}


def backward_arguments(data, y):
    """Return a gradient for an output, of its shape mostly, and whether its shape is wrong."""
    fits = data.draw(st.integers(0, 3)) > 0
    strategy = good_arrays(np.shape(y), tuple(FLOATS)) if fits else any_arrays()
    g = data.draw(strategy)
    wrong = not g.error and g.meaning.shape != np.shape(y)
    return {"grad_output": g}, [("grad_output", ValueError)] if wrong else []


@pytest.mark.parametrize("layer_class", ENTRYWISE)
@given(data=st.data(), careful=st.booleans())
@quiet
def test_entrywise_layers_are_right_or_refuse_by_name(layer_class, data, careful):
    gradients = functools.partial(backward_arguments, data)
    check_entrywise(layer_class, {"x": data.draw(any_arrays())}, gradients, careful)


@quiet
def check_entrywise(layer_class, arguments, gradients, careful=False):
    """Hold what comes of forward and backward against the reference."""
    layer, (value, slope) = layer_class(), ENTRYWISE[layer_class]
    y = attempt(layer.forward, arguments, (), careful)
    if y is None:
        with pytest.raises(RuntimeError, match="before backward"):
            layer.backward(1.0)
        return
    x = arguments["x"].meaning
    eps, least, _ = limits(x.dtype)
    exact = value(extended(x))
    assert y.dtype == x.dtype
    assert_close(y, exact, 8 * (eps * np.abs(exact) + least))
    arguments, also = gradients(y)
    got = attempt(layer.backward, arguments, also, careful)
    if got is not None:
        g = extended(arguments["grad_output"].meaning)
        eps, least = limits(np.result_type(x, got))[0], limits(x.dtype)[1]
        own = limits(x.dtype)[0]
        wanted = np.where(x > 0, g, 0) if layer_class is layers.ReLU else g * slope(exact, x)
        # The layer has kept its output, rounded: near its ends few digits of 1 - y are left.
        tolerance = 16 * np.abs(g) * (own + least) + limits(got.dtype)[1]
        unknown = ~np.isfinite(g) if layer_class is not layers.ReLU else False
        assert_close(got, wanted, tolerance, unknown)


@pytest.mark.parametrize("layer_class", ALONG_AN_AXIS)
@given(data=st.data(), careful=st.booleans())
def test_layers_along_an_axis_do_what_their_functions_do(layer_class, data, careful):
    function, pull_back = ALONG_AN_AXIS[layer_class]
    arguments = data.draw(family_arguments(["x"], one_axis=False))
    layer = layer_class(arguments["axis"].value) if "axis" in arguments else layer_class()

    def forward(**values):
        return layer.forward(values["x"])

    forward.__doc__ = inspect.getdoc(layers.Layer.forward)
    also, along = together(arguments, ["x"])
    also = [*also, ("z", ValueError)] if also else also
    y = attempt(forward, arguments, also, careful)
    if y is None:
        return
    np.testing.assert_array_equal(y, function(arguments["x"].value, along))
    kept = np.copy(y)
    arguments, also = backward_arguments(data, y)
    got = attempt(layer.backward, arguments, also, careful)
    if got is not None:
        wanted = pull_back(kept, arguments["grad_output"].value, along)
        np.testing.assert_array_equal(got, wanted)


@given(data=st.data(), careful=st.booleans())
@quiet
def test_linear_is_right_or_refuses_by_name(data, careful):
    sizes = st.one_of(
        st.sampled_from([Given(n, int(n)) for n in (1, 2, 3, np.int64(2))]),
        bad(0, -1, 2.0, "2", None, True, np.True_, [2], (2,), np.nan, error=ValueError),
    )
    arguments = {"inputs": data.draw(sizes), "outputs": data.draw(sizes)}
    if data.draw(st.booleans()):
        arguments["rng"] = data.draw(generators)
    layer = attempt(layers.Linear, arguments)
    if layer is None:
        return
    n, m = arguments["inputs"].meaning, arguments["outputs"].meaning
    assert layer.weights.shape == (n, m)
    shape = (*data.draw(st.sampled_from([(), (2,), (2, 1), (0,), (2, 0)])), n)
    arguments = {"x": data.draw(st.one_of(good_arrays(shape), any_arrays()))}
    x = arguments["x"].meaning
    fits = arguments["x"].error or x.shape[-1:] == (n,)
    y = attempt(layer.forward, arguments, [] if fits else [("x", ValueError)], careful)
    if y is None:
        return
    x, weights = extended(x), extended(layer.weights)
    sizes = np.abs(x) @ np.abs(weights)
    known = np.isfinite(sizes) & (sizes < 1e300)
    assert_close(y, x @ weights, 1e-13 * sizes + 1e-300, ~known)
    arguments, also = backward_arguments(data, y)
    got = attempt(layer.backward, arguments, also, careful)
    if got is not None:
        g = extended(arguments["grad_output"].meaning)
        sizes = np.abs(g) @ np.abs(weights.T)
        known = np.isfinite(sizes) & (sizes < 1e300)
        assert_close(got, g @ weights.T, 1e-13 * sizes + 1e-300, ~known)
        assert [gradient.shape for _, gradient in layer.parameters()] == [(n, m), (m,)]


@half_as_many
@given(data=st.data(), careful=st.booleans())
def test_a_sequence_of_layers_refuses_what_its_first_layer_would(data, careful):
    model = layers.Sequential(layers.Tanh(), layers.Softmax())
    arguments = {"x": data.draw(any_arrays())}
    also, _ = together(arguments, ["x"])
    also = [*also, ("z", ValueError)] if also else also
    y = attempt(model.forward, arguments, also, careful)
    if y is not None:
        arguments, also = backward_arguments(data, y)
        got = attempt(model.backward, arguments, also, careful)
        assert got is None or got.shape == y.shape
