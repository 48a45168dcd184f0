"""The same derivatives as PyTorch or JAX, where one is installed: neither is a dependency."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from softmax_lessons import losses, numerics

RNG = np.random.default_rng(20260201)
Z = RNG.normal(scale=3, size=(4, 5))
Z[1, 2] += 50  # one class is nearly certain
Z[2] += 1e4  # far from 0
G, T = RNG.normal(size=Z.shape), RNG.integers(0, 5, 4)


def torch_gradients():
    """Return the gradients of three scalars at Z as PyTorch finds them."""
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    g, t = torch.from_numpy(G), torch.from_numpy(T)

    def gradient(f):
        z = torch.from_numpy(Z).requires_grad_()
        return torch.autograd.grad(f(z), z)[0].numpy()

    return [
        gradient(lambda z: (g * functional.softmax(z, -1)).sum()),
        gradient(lambda z: (g * functional.log_softmax(z, -1)).sum()),
        gradient(lambda z: functional.cross_entropy(z, t)),
    ]


def jax_gradients():
    """Return the gradients of the same three scalars as JAX finds them."""
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    nn, one_hot = jax.nn, np.eye(5)[T]
    functions = [
        lambda z: (G * nn.softmax(z, -1)).sum(),
        lambda z: (G * nn.log_softmax(z, -1)).sum(),
        lambda z: -(one_hot * nn.log_softmax(z, -1)).sum() / len(T),
    ]
    return [np.asarray(jax.grad(f)(Z)) for f in functions]


# PyTorch and JAX warn of their own parts.
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("gradients", [torch_gradients, jax_gradients])
def test_backwards_and_the_gradient_of_the_loss_are_those_of_other_libraries(gradients):
    ours = [
        numerics.softmax_backward(numerics.softmax(Z), G),
        numerics.log_softmax_backward(numerics.log_softmax(Z), G),
        losses.softmax_cross_entropy_grad(Z, T),
    ]
    for our, their in zip(ours, gradients(), strict=True):
        assert_allclose(our, their, rtol=1e-12, atol=1e-14)
