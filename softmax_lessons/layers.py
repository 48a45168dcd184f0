"""Layers with a forward and a backward, so that any of them joins any other and any loss.

`backward` takes the gradient of the loss with respect to the layer's output, and returns that with
respect to its input: the incoming gradient times the layer's Jacobian. A method that returned an
elementwise derivative instead could not hold softmax, whose Jacobian is not diagonal.

dtypes are those of `numerics`. Infinite and NaN results come without a warning. No argument is ever
written to, and what a layer keeps from forward to backward is its own copy. All quantities are
dimensionless.

References
----------
Goodfellow, Bengio, Courville, Deep Learning, MIT Press, 2016, ISBN 978-0-262-03561-3, sections 6.3
(ReLU and the other activations) and 6.5 (backward). Bishop, Pattern Recognition and Machine
Learning, Springer, 2006, ISBN 978-0-387-31073-2, equations 4.59 and 4.88 (sigmoid), 5.59 and 5.60
(tanh).
"""

import numpy as np

from softmax_lessons._arrays import is_int, random_generator, real_array, require_shape
from softmax_lessons.numerics import log_softmax, log_softmax_backward, softmax, softmax_backward

# Around each layer's own formulas, not in `Layer`: a `Sequential` may hold layers from elsewhere.
_quietly = np.errstate(all="ignore")


class Layer:
    """What the layers share: the checks, and a memory from forward to backward.

    A layer defines ``_forward(x)``, which returns its output and what backward will need, and
    ``_backward(g, kept)``, which returns the gradient with respect to x.
    """

    _kept = None

    def forward(self, x):
        """Return the output for `x`: any shape in, and the same out, unless the layer says else.

        Raises
        ------
        TypeError
            If `x` does not hold floats or integers, or the layer's axis is not as in `numerics`.
        ValueError
            If its shape does not suit the layer or the layer's axis.
        """
        self._kept = None
        output, kept = self._forward(real_array("x", x))
        self._kept, self._output_shape = np.copy(kept), np.shape(output)
        return output

    def backward(self, grad_output):
        """Return the gradient with respect to the input of the latest `forward`, in its shape.

        Parameters
        ----------
        grad_output : array_like of the output's shape
            The gradient of some scalar with respect to the output.

        Raises
        ------
        RuntimeError
            If there was no `forward`.
        TypeError
            If `grad_output` does not hold floats or integers.
        ValueError
            If its shape is not that of the output.
        """
        if self._kept is None:
            raise RuntimeError(f"Call forward of {type(self).__name__} before backward.")
        g = real_array("grad_output", grad_output)
        require_shape("grad_output", g, self._output_shape, "the output")
        return self._backward(g, self._kept)

    def parameters(self):
        """Return what can be trained, as (value, gradient) pairs; nothing for most layers.

        Training needs it, to reach the arrays inside a `Sequential`:
        ``for value, gradient in model.parameters(): value -= rate * gradient``.
        """
        return []


class Linear(Layer):
    r"""Weighted sums of the inputs: the layer that learns.

    .. math:: y = x W + b, \qquad \frac{\partial L}{\partial x} = g W^\top, \qquad
        \frac{\partial L}{\partial W} = x^\top g, \qquad \frac{\partial L}{\partial b} = g

    for one sample; the gradients of the parameters are sums over the samples.

    Parameters
    ----------
    inputs, outputs : int, at least 1
        Lengths of the last axis of the input and of the output; x has any axes before that.
    rng : numpy.random.Generator or int of at least 0, default 0
        Draws the weights from a normal distribution with variance 1 / inputs.

    Attributes
    ----------
    weights, bias : ndarray of float64, shapes (inputs, outputs) and (outputs,)
        The parameters. The bias starts at 0.
    grad_weights, grad_bias : ndarray of the same shapes, or None before backward
        Gradients from the latest `backward`, which replaces them and does not add to them.

    Raises
    ------
    TypeError
        If `rng` is neither a Generator nor an int.
    ValueError
        If `inputs` or `outputs` is not an int of at least 1, or `rng` is negative; in forward, if
        the last axis of x does not have `inputs` entries.

    References
    ----------
    The variance: LeCun, Bottou, Orr, Müller, "Efficient BackProp", 1998.
    :doi:`10.1007/3-540-49430-8_2`

    Examples
    --------
    >>> layer = Linear(3, 2)
    >>> layer.forward(np.ones((5, 3))).shape
    (5, 2)
    >>> layer.backward(np.ones((5, 2))).shape, layer.grad_weights.shape, layer.grad_bias
    ((5, 3), (3, 2), array([5., 5.]))
    """

    def __init__(self, inputs, outputs, rng=0):
        for name, value in (("inputs", inputs), ("outputs", outputs)):
            if not is_int(value) or value < 1:
                raise ValueError(f"{name} must be an int of at least 1, got {value!r}")
        normal = random_generator(rng).standard_normal((inputs, outputs))
        self.weights, self.bias = normal / np.sqrt(inputs), np.zeros(outputs)
        self.grad_weights = self.grad_bias = None

    @_quietly
    def _forward(self, x):
        inputs = len(self.weights)
        if x.shape[-1:] != (inputs,):
            raise ValueError(f"x must have shape (..., {inputs}), got {x.shape}")
        return x @ self.weights + self.bias, x

    @_quietly
    def _backward(self, g, x):
        rows_x, rows_g = x.reshape(-1, x.shape[-1]), g.reshape(-1, g.shape[-1])
        self.grad_weights = rows_x.T @ rows_g
        self.grad_bias = rows_g.sum(axis=0)
        return g @ self.weights.T

    def parameters(self):
        """Return the pairs of weights and bias with their gradients."""
        return [(self.weights, self.grad_weights), (self.bias, self.grad_bias)]


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


class LogSoftmax(Layer):
    """`numerics.log_softmax`, and back with `numerics.log_softmax_backward`; `axis` as there."""

    def __init__(self, axis=-1):
        self.axis = axis

    def _forward(self, x):
        log_p = log_softmax(x, self.axis)
        return log_p, log_p

    def _backward(self, g, log_p):
        return log_softmax_backward(log_p, g, self.axis)


class Sigmoid(Layer):
    r"""The logistic function, entry by entry, without overflow.

    .. math:: y = \frac{1}{1 + e^{-x}} = \frac{e^x}{1 + e^x}, \qquad y' = y (1 - y)
    """

    @_quietly
    def _forward(self, x):
        y = np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))  # no exponent is positive
        return y, y

    @_quietly
    def _backward(self, g, y):
        return g * y * (1 - y)


class Tanh(Layer):
    r"""The hyperbolic tangent, entry by entry.

    .. math:: y = \tanh x, \qquad y' = 1 - y^2
    """

    @_quietly
    def _forward(self, x):
        y = np.tanh(x)
        return y, y

    @_quietly
    def _backward(self, g, y):
        return g * (1 - y**2)


class ReLU(Layer):
    r"""The positive part, entry by entry; at 0, where it has no derivative, backward takes 0.

    .. math:: y = \max(x, 0), \qquad y' = [x > 0]
    """

    @_quietly
    def _forward(self, x):
        return np.maximum(x, 0), x

    @_quietly
    def _backward(self, g, x):
        return np.where(x > 0, g, 0)


class Sequential(Layer):
    """Layers one after the other: forward in order, backward in reverse order.

    Parameters
    ----------
    *layers
        Anything with forward(x) and backward(grad_output), each object at most once.

    Raises
    ------
    ValueError
        If an object comes twice: its second forward would replace what its first has kept.

    Examples
    --------
    >>> model = Sequential(Linear(4, 3), Softmax())
    >>> model.forward(np.ones((2, 4))).shape, len(model.parameters())
    ((2, 3), 2)
    """

    def __init__(self, *layers):
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

    def parameters(self):
        """Return the pairs of all layers that have parameters, in order."""
        trainable = [layer for layer in self.layers if hasattr(layer, "parameters")]
        return [pair for layer in trainable for pair in layer.parameters()]
