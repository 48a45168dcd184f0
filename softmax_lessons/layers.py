r"""Layers with a forward and a backward, so that any of them joins any other and any loss.

`backward` takes the gradient of the loss with respect to the layer's output, and returns that with
respect to its input: the incoming gradient times the layer's Jacobian. A method that returned an
elementwise derivative instead could not hold softmax, whose Jacobian is not diagonal.

Shared by every layer here: forward(x) takes floats or integers of any shape; backward(grad_output)
takes an array of the output's shape and returns one of x's shape. What a layer keeps from forward
to backward is its own copy, and no argument is ever written to. dtypes are those of `numerics`, and
all quantities are dimensionless. TypeError: an argument does not hold floats or integers.
ValueError: its shape does not fit. RuntimeError: backward comes before forward.

Sources: Goodfellow, Bengio, Courville, Deep Learning, MIT Press, 2016, ISBN 978-0-262-03561-3,
section 6.5; Bishop, Pattern Recognition and Machine Learning, Springer, 2006, ISBN
978-0-387-31073-2, equations 5.59 and 5.60 (tanh); the variance of the weights: LeCun, Bottou, Orr,
Müller, "Efficient BackProp", 1998, :doi:`10.1007/3-540-49430-8_2`.
"""

import numpy as np

from softmax_lessons._validation import real_array
from softmax_lessons.numerics import softmax, softmax_backward


class Layer:
    """What the layers share: the checks, and a memory from forward to backward.

    A layer defines ``_forward(x)``, which returns its output and what backward will need, and
    ``_backward(g, kept)``, which returns the gradient with respect to x.
    """

    _kept = None

    def forward(self, x):
        """Return the output for `x`."""
        output, kept = self._forward(real_array("x", x))
        self._kept, self._output_shape = np.copy(kept), output.shape
        return output

    def backward(self, grad_output):
        """Return the gradient with respect to the input of the latest `forward`."""
        if self._kept is None:
            raise RuntimeError(f"Call forward of {type(self).__name__} before backward.")
        g = real_array("grad_output", grad_output, self._output_shape, "the output")
        return self._backward(g, self._kept)


class Linear(Layer):
    r"""Weighted sums of the inputs: the layer that learns.

    .. math:: y = x W + b, \qquad \frac{\partial L}{\partial x} = g W^\top, \qquad
        \frac{\partial L}{\partial W} = x^\top g, \qquad \frac{\partial L}{\partial b} = g

    for one sample; the gradients of the parameters are sums over the samples.

    Parameters
    ----------
    inputs, outputs : int
        Lengths of the last axis of the input and of the output; x has any axes before that.
    rng : numpy.random.Generator or int, default 0
        Draws the weights from a normal distribution with variance 1 / inputs.

    Attributes
    ----------
    weights, bias : ndarray of float64, shapes (inputs, outputs) and (outputs,)
        The parameters. The bias starts at 0.
    grad_weights, grad_bias : ndarray of the same shapes
        Gradients from the latest `backward`, which replaces them and does not add to them.

    Examples
    --------
    >>> layer = Linear(3, 2)
    >>> layer.forward(np.ones((5, 3))).shape
    (5, 2)
    >>> layer.backward(np.ones((5, 2))).shape, layer.grad_weights.shape, layer.grad_bias
    ((5, 3), (3, 2), array([5., 5.]))
    """

    def __init__(self, inputs, outputs, rng=0):
        normal = np.random.default_rng(rng).standard_normal((inputs, outputs))
        self.weights, self.bias = normal / np.sqrt(inputs), np.zeros(outputs)

    def _forward(self, x):
        return x @ self.weights + self.bias, x

    def _backward(self, g, x):
        rows_x, rows_g = x.reshape(-1, x.shape[-1]), g.reshape(-1, g.shape[-1])
        self.grad_weights = rows_x.T @ rows_g
        self.grad_bias = rows_g.sum(axis=0)
        return g @ self.weights.T


class Softmax(Layer):
    """`numerics.softmax`, and back with `numerics.softmax_backward`; `axis` as there.

    Examples
    --------
    >>> layer = Softmax()
    >>> print(layer.forward([1, 2]), layer.backward([1, 0]))
    [0.26894142 0.73105858] [ 0.19661193 -0.19661193]
    """

    def __init__(self, axis=-1):
        self.axis = axis

    def _forward(self, x):
        p = softmax(x, self.axis)
        return p, p

    def _backward(self, g, p):
        return softmax_backward(p, g, self.axis)


class Tanh(Layer):
    r"""The hyperbolic tangent, entry by entry.

    .. math:: y = \tanh x, \qquad y' = 1 - y^2
    """

    def _forward(self, x):
        y = np.tanh(x)
        return y, y

    def _backward(self, g, y):
        return g * (1 - y**2)


class Sequential(Layer):
    """Layers one after the other: forward in order, backward in reverse order.

    Parameters
    ----------
    *layers
        Anything with forward(x) and backward(grad_output), each object once.

    Examples
    --------
    >>> Sequential(Linear(4, 3), Softmax()).forward(np.ones((2, 4))).shape
    (2, 3)
    """

    def __init__(self, *layers):
        # The second forward of an object would replace what its first has kept.
        if len({id(layer) for layer in layers}) < len(layers):
            raise ValueError("layers must be distinct objects, got one of them twice")
        self.layers = layers

    def _forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x, ()  # the layers keep what they need

    def _backward(self, g, _):
        for layer in reversed(self.layers):
            g = layer.backward(g)
        return g
