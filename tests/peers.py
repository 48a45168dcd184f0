"""SciPy, Autograd, JAX and PyTorch behind one interface.

Each peer has `softmax`, `log_softmax`, `logsumexp`, the losses and the entrywise layers as
functions of its own arrays, which `array` makes of NumPy's. `value`, `jacobians`, `jvp` and `vjp`
evaluate and differentiate such functions, and take and return NumPy arrays. What a peer lacks is
written out by its definition, never by a formula for its derivative. To make an object of a class
here is what imports the peer.
"""

import importlib

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple


def one_hot(t, shape, axis):
    """Return class indices as distributions of this shape, and distributions as they are."""
    return t if t.shape == shape else np.moveaxis(np.eye(shape[axis])[t], -1, axis)


def reduced(losses, reduction):
    return losses if reduction == "none" else getattr(losses, reduction)()


class Peer:
    """The losses by their definitions, for a peer whose `np` spells everything as NumPy does."""

    def squared_error(self, p, t, reduction, axis):
        t = one_hot(t, p.shape, axis).astype(p.dtype)
        return reduced(((p - t) ** 2).sum(axis), reduction)

    def cross_entropy(self, p, t, reduction, axis):
        return reduced(self._cross_entropies(self.np.log(p), t, axis), reduction)

    def softmax_cross_entropy(self, z, t, reduction, axis):
        return reduced(self._cross_entropies(self.log_softmax(z, axis), t, axis), reduction)

    def _cross_entropies(self, log_p, t, axis):
        t = one_hot(t, log_p.shape, axis).astype(log_p.dtype)
        # Where t is 0, the limit of t log p is 0; the product of 0 and -inf would be NaN.
        return -(self.np.where(t == 0, 0, log_p) * t).sum(axis)


class SciPy(Peer):
    """Values only."""

    np = np

    def __init__(self):
        special = importlib.import_module("scipy.special")
        self.softmax, self.log_softmax = special.softmax, special.log_softmax
        self.logsumexp = special.logsumexp

    def value(self, f, x):
        return f(x)


class Autograd(Peer):
    """Autograd, also called HIPS, differentiates NumPy; it has no softmax."""

    def __init__(self):
        self.autograd = importlib.import_module("autograd")
        self.constant = importlib.import_module("autograd.tracer").getval
        self.np = importlib.import_module("autograd.numpy")
        special = importlib.import_module("autograd.scipy.special")
        self.logsumexp, self.sigmoid, self.tanh = special.logsumexp, special.expit, self.np.tanh

    def _shifted(self, z, axis):
        # A constant, as in JAX: softmax does not depend on it, and a derivative that is the sum of
        # large numbers and comes to 0 would only cost digits.
        return z - np.max(self.constant(z), axis=axis, keepdims=True)

    def softmax(self, z, axis):
        exp = self.np.exp(self._shifted(z, axis))
        return exp / self.np.sum(exp, axis=axis, keepdims=True)

    def log_softmax(self, z, axis):
        shifted = self._shifted(z, axis)
        return shifted - self.logsumexp(shifted, axis=axis, keepdims=True)

    def relu(self, x):
        return self.np.where(x > 0, x, 0)  # its maximum(x, 0) has the derivative 1/2 at 0

    def array(self, x):
        return x

    def value(self, f, x):
        return f(x)

    def jacobians(self, f, x):
        return [self.autograd.jacobian(f)(x)]

    def jvp(self, f, x, tangent):
        return self.autograd.make_jvp(f)(x)(tangent)[1]

    def vjp(self, f, x, cotangent):
        pull_back, _ = self.autograd.make_vjp(f)(x)
        return pull_back(cotangent)


class JAX(Peer):
    def __init__(self):
        self.jax = importlib.import_module("jax")
        self.jax.config.update("jax_enable_x64", True)
        self.np, nn = self.jax.numpy, self.jax.nn
        self.array, self.logsumexp = self.np.asarray, self.jax.scipy.special.logsumexp
        self.softmax, self.log_softmax = nn.softmax, nn.log_softmax
        self.sigmoid, self.tanh, self.relu = nn.sigmoid, self.np.tanh, nn.relu

    def value(self, f, x):
        return np.asarray(f(self.array(x)))

    def jacobians(self, f, x):
        jacobians = self.jax.jacrev(f), self.jax.jacfwd(f)
        return [np.asarray(self.jax.jit(jacobian)(x)) for jacobian in jacobians]

    def jvp(self, f, x, tangent):
        _, change = self.jax.jvp(f, (x,), (tangent,))
        return np.asarray(change)

    def vjp(self, f, x, cotangent):
        _, pull_back = self.jax.vjp(f, x)
        return np.asarray(pull_back(cotangent)[0])


class PyTorch:
    """PyTorch has everything itself, along one axis; the losses want it to be the second."""

    def __init__(self):
        self.torch = importlib.import_module("torch")
        self.nn = self.torch.nn.functional
        self.sigmoid, self.tanh, self.relu = self.torch.sigmoid, self.torch.tanh, self.nn.relu

    def softmax(self, z, axis):
        return self._along(self.nn.softmax, z, axis)

    def log_softmax(self, z, axis):
        return self._along(self.nn.log_softmax, z, axis)

    def _along(self, f, z, axis):
        """Apply f, which takes one axis, along several: as one, the last."""
        axes = range(z.ndim) if axis is None else normalize_axis_tuple(axis, z.ndim)
        if len(axes) == 1:
            return f(z, axes[0])
        last = range(-len(axes), 0)
        moved = z.movedim(tuple(axes), tuple(last))
        result = f(moved.flatten(-len(axes)), -1)
        return result.unflatten(-1, moved.shape[-len(axes) :]).movedim(tuple(last), tuple(axes))

    def logsumexp(self, z, axis):
        return self.torch.logsumexp(z, tuple(range(z.ndim)) if axis is None else axis)

    def squared_error(self, p, t, reduction, axis):
        t = self.array(one_hot(t, p.shape, axis)).to(p.dtype)
        losses = self.nn.mse_loss(p, t, reduction=reduction)
        if reduction == "none":
            return losses.sum(axis)
        # Its mean is over all entries, ours over the slices.
        return losses * p.shape[axis] if reduction == "mean" else losses

    def cross_entropy(self, p, t, reduction, axis):
        log_p, t = self._classes_second(p.log(), t, axis)
        if t.ndim < p.ndim:
            return self.nn.nll_loss(log_p, t, reduction=reduction)
        return reduced(-(t * log_p).sum(min(1, p.ndim - 1)), reduction)

    def softmax_cross_entropy(self, z, t, reduction, axis):
        z, t = self._classes_second(z, t, axis)
        return self.nn.cross_entropy(z, t, reduction=reduction)

    def _classes_second(self, z, t, axis):
        second, t = min(1, z.ndim - 1), self.array(t)
        if t.shape == z.shape:
            t = t.movedim(axis, second)
        return z.movedim(axis, second), t

    def array(self, x):
        return self.torch.from_numpy(np.asarray(x))

    def value(self, f, x):
        return f(self.array(x)).numpy()

    def jacobians(self, f, x):
        func = self.torch.func
        return [jac(f)(self.array(x)).numpy() for jac in (func.jacrev, func.jacfwd)]

    def jvp(self, f, x, tangent):
        _, change = self.torch.func.jvp(f, (self.array(x),), (self.array(tangent),))
        return change.numpy()

    def vjp(self, f, x, cotangent):
        x = self.array(x).requires_grad_()
        (gradient,) = self.torch.autograd.grad(f(x), x, self.array(cotangent))
        return gradient.numpy()
