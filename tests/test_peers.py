"""The same values and derivatives as SciPy, Autograd, JAX and PyTorch, on logits that are hard."""

from itertools import product

import numpy as np
import pytest
from numpy.lib.array_utils import normalize_axis_tuple
from scipy.special import entr

from softmax_lessons import layers, losses, numerics
from softmax_lessons.numerics import log_softmax, logsumexp, softmax, softmax_jacobian
from tests import peers

PEERS = {
    "scipy": peers.SciPy,
    "autograd": peers.Autograd,
    "jax": peers.JAX,
    "torch": peers.PyTorch,
}
# The most that two right implementations differ by here is 5. Sums in another order do most of it.
ULPS = 8

FINITE = ["normal", "ties", "one dominant", "hundreds apart", "far from zero"]
SHAPES = [
    ((5,), -1),
    ((3, 4, 2), 0),
    ((3, 4, 2), 1),
    ((3, 4, 2), (0, -1)),
    ((3, 4, 2), None),
    ((6, 100), -1),
]
ENTRYWISE = {"sigmoid": layers.Sigmoid, "tanh": layers.Tanh, "relu": layers.ReLU}

# PyTorch itself uses what it deprecates, when it first differentiates forward.
pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")

every_peer = pytest.mark.parametrize("peer", PEERS, indirect=True)
every_differentiating_peer = pytest.mark.parametrize(
    "peer", [name for name in PEERS if name != "scipy"], indirect=True
)
every_loss = pytest.mark.parametrize(
    "name", ["squared_error", "cross_entropy", "softmax_cross_entropy"]
)


@pytest.fixture(scope="module")
def peer(request):
    package = request.param
    pytest.importorskip(package, reason=f"{package} is not installed; `make oracles` installs it.")
    return PEERS[package]()


def logits(rng, kind, n):
    z = rng.normal(size=n)
    if kind == "ties":
        z = np.round(z)
    elif kind == "one dominant":
        z[rng.integers(n)] += 50
    elif kind == "hundreds apart":
        z *= 200
    elif kind == "far from zero":
        z += 1e4
    elif kind == "masked":
        z[: n // 2] = -np.inf
    return z


def cases(kinds=(*FINITE, "masked")):
    """Yield logits, their axis, and a generator: every kind of slice in every shape and dtype."""
    rng = np.random.default_rng(20260201)
    for (shape, axis), dtype in product(SHAPES, [np.float32, np.float64]):
        axes = range(len(shape)) if axis is None else normalize_axis_tuple(axis, len(shape))
        last = range(-len(axes), 0)
        moved = np.moveaxis(np.empty(shape), axes, last).shape
        n = np.prod([shape[a] for a in axes])
        slices = np.prod(shape) // n
        for first in range(0, len(kinds), slices):
            rows = [logits(rng, kinds[(first + k) % len(kinds)], n) for k in range(slices)]
            yield np.moveaxis(np.reshape(rows, moved), last, axes).astype(dtype), axis, rng


def loss_cases(name):
    """Yield predictions, targets of every kind, a reduction, an axis, and a generator."""
    for kinds in (FINITE, ["masked"]):
        for z, axis, rng in cases(kinds):
            if not isinstance(axis, int):
                continue
            soft = softmax(rng.normal(size=z.shape), axis).astype(z.dtype)
            not_normalised = rng.uniform(0.1, 2, z.shape).astype(z.dtype)
            # Never a masked class. There the loss is infinite, and ours has gradient 0.
            index = np.where(np.isneginf(z), -1, soft).argmax(axis)
            x = z if "softmax" in name else np.exp(rng.uniform(-20, 1, z.shape)).astype(z.dtype)
            # A distribution and a mask make NaN of PyTorch's loss, where 0 * -inf counts.
            targets = [index] if kinds == ["masked"] else [index, soft, not_normalised]
            for t, reduction in product(targets, losses.REDUCTIONS):
                yield x, t, reduction, axis, rng


def loss_sizes(name, x, t, axis):
    """Return the sizes of the terms that each loss, and each entry of its gradient, is made of."""
    x, t = x.astype(np.float64), peers.one_hot(t, x.shape, axis).astype(np.float64)
    if name == "squared_error":
        return (x - t) ** 2, 2 * abs(x - t)
    if name == "cross_entropy":
        return t * abs(np.log(x)), t / x
    p, log_p = softmax(x, axis), log_softmax(x, axis)
    return t * (1 - np.where(t == 0, 0, log_p)), t + t.sum(axis, keepdims=True) * (p + entr(p))


def assert_agree(ours, theirs, size):
    """Assert that the two differ by no more than ULPS units in the last place of `size`."""
    ours, info = np.asarray(ours), np.finfo(ours.dtype)
    assert ours.shape == theirs.shape
    with np.errstate(invalid="ignore"):  # the difference of infinities, which have to be equal
        difference = np.where(ours == theirs, 0, abs(ours.astype(np.float64) - theirs))
    # Some peers flush to 0 what is smaller than the smallest normal number.
    allowed = ULPS * float(info.eps) * np.where(np.isfinite(size), size, 0) + float(info.tiny)
    assert (difference <= allowed).all(), f"ours:\n{ours}\ntheirs:\n{theirs}"


def normal(rng, shape, dtype):
    return np.asarray(rng.normal(size=shape), dtype)


# Values


@pytest.mark.parametrize("name", ["softmax", "log_softmax", "logsumexp"])
@every_peer
def test_the_softmax_family_has_the_values_of_the_peer(peer, name):
    for z, axis, _ in cases():
        ours = getattr(numerics, name)(z, axis)
        theirs = peer.value(lambda z, axis=axis: getattr(peer, name)(z, axis), z)
        exact = z.astype(np.float64)
        size = {
            "softmax": softmax(exact, axis),
            # Most peers take the logarithm of a sum of at least 1. Where log p is nearly 0, that is
            # off by an ulp of 1. test_accuracy.py holds ours to more.
            "log_softmax": 1 - log_softmax(exact, axis),
            "logsumexp": 1 + abs(exact.max(axis)),
        }[name]
        assert ours.dtype == theirs.dtype
        assert_agree(ours, theirs, size)


@every_loss
@every_peer
def test_the_losses_have_the_values_of_the_peer(peer, name):
    for x, t, reduction, axis, _ in loss_cases(name):
        options = t, reduction, axis
        ours = getattr(losses, name)(x, *options)
        theirs = peer.value(lambda x, options=options: getattr(peer, name)(x, *options), x)
        terms, _ = loss_sizes(name, x, t, axis)
        assert ours.dtype == theirs.dtype
        assert_agree(ours, theirs, peers.reduced(terms.sum(axis), reduction))


# Derivatives


@every_differentiating_peer
def test_the_jacobian_is_that_of_the_peer_and_slices_do_not_influence_each_other(peer):
    for z, axis, _ in cases():
        if not isinstance(axis, int) or z.size > 50:
            continue
        ours = softmax_jacobian(z, axis)
        p = np.moveaxis(softmax(z.astype(np.float64), axis), axis, -1)
        sizes = p[..., :, np.newaxis] * (np.eye(p.shape[-1]) + p[..., np.newaxis, :])
        for theirs in peer.jacobians(lambda z, axis=axis: peer.softmax(z, axis), z):
            # Theirs has an entry for every two entries of z, ours for every two in a slice.
            theirs = np.moveaxis(theirs, (axis % z.ndim, z.ndim + axis % z.ndim), (-2, -1))
            for i, j in product(np.ndindex(p.shape[:-1]), repeat=2):
                if i == j:
                    assert_agree(ours[i], theirs[i + i], sizes[i])
                else:
                    assert not theirs[i + j].any()


def compare_products(peer):
    for z, axis, rng in cases():
        v, p = normal(rng, z.shape, z.dtype), softmax(z.astype(np.float64), axis)
        size = p * (abs(v) + (p * abs(v)).sum(axis=axis, keepdims=True))

        def theirs(z, axis=axis):
            return peer.softmax(z, axis)

        pushed, pulled = peer.jvp(theirs, z, v), peer.vjp(theirs, z, v)
        layer = layers.Softmax(axis)
        layer.forward(z)
        assert_agree(numerics.softmax_jvp(z, v, axis), pushed, size)
        assert_agree(numerics.softmax_vjp(z, v, axis), pulled, size)
        assert_agree(numerics.softmax_backward(softmax(z, axis), v, axis), pulled, size)
        assert_agree(layer.backward(v), pulled, size)


@every_differentiating_peer
def test_products_with_the_jacobian_are_those_of_the_peer(peer):
    compare_products(peer)


@every_differentiating_peer
def test_the_elementwise_derivative_is_not_that_of_the_peer(peer, monkeypatch):
    monkeypatch.setattr(numerics, "softmax_backward", lambda p, g, axis: p * (1 - p) * g)
    with pytest.raises(AssertionError):
        compare_products(peer)


@every_differentiating_peer
def test_log_softmax_backward_is_that_of_the_peer(peer):
    for z, axis, rng in cases():
        v, p = normal(rng, z.shape, z.dtype), softmax(z.astype(np.float64), axis)
        size = abs(v) + p * abs(v).sum(axis=axis, keepdims=True)
        theirs = peer.vjp(lambda z, axis=axis: peer.log_softmax(z, axis), z, v)
        # At a masked logit, which cannot move, ours is 0. Peers hand through what arrives there.
        np.testing.assert_array_equal(theirs[np.isneginf(z)], v[np.isneginf(z)])
        theirs = np.where(np.isneginf(z), 0, theirs)
        layer = layers.LogSoftmax(axis)
        assert_agree(numerics.log_softmax_backward(layer.forward(z), v, axis), theirs, size)
        assert_agree(layer.backward(v), theirs, size)


@every_differentiating_peer
def test_softmax_is_the_gradient_of_the_logsumexp_of_the_peer(peer):
    for z, axis, rng in cases():
        exact = z.astype(np.float64)
        p, lse = softmax(exact, axis), logsumexp(exact, axis, keepdims=True)
        cotangent = normal(rng, np.shape(logsumexp(z, axis)), z.dtype)
        theirs = peer.vjp(lambda z, axis=axis: peer.logsumexp(z, axis), z, cotangent)
        c = np.reshape(cotangent, lse.shape)
        # Autograd and PyTorch take exp(z - logsumexp(z)), which magnifies the rounding of both.
        assert_agree(softmax(z, axis) * c, theirs, abs(c) * (p * (1 + abs(lse)) + entr(p)))


@every_loss
@every_differentiating_peer
def test_the_gradients_of_the_losses_are_those_of_the_peer(peer, name):
    for x, t, reduction, axis, rng in loss_cases(name):
        options = t, reduction, axis
        ours = getattr(losses, f"{name}_grad")(x, *options)
        shape = np.shape(getattr(losses, name)(x, *options))
        cotangent = normal(rng, shape, x.dtype)
        theirs = peer.vjp(lambda x, options=options: getattr(peer, name)(x, *options), x, cotangent)
        c = np.expand_dims(cotangent, axis) if reduction == "none" else cotangent
        _, size = loss_sizes(name, x, t, axis)
        slices = x.size // x.shape[axis] if reduction == "mean" else 1
        assert_agree(ours * c, theirs, size * abs(c) / slices)


@pytest.mark.parametrize("name", ENTRYWISE)
@every_differentiating_peer
def test_entrywise_layers_have_values_and_backward_of_the_peer(peer, name):
    rng = np.random.default_rng(20260202)
    for dtype in (np.float32, np.float64):
        x, g = 5 * normal(rng, (4, 50), dtype), normal(rng, (4, 50), dtype)
        x[0, 0] = 0
        layer, theirs = ENTRYWISE[name](), getattr(peer, name)
        y = layer.forward(x)
        assert_agree(y, peer.value(theirs, x), abs(y))
        # 1 - y and 1 - y**2 lose their digits where y is nearly 1.
        size = {"sigmoid": y, "tanh": 1, "relu": 1}[name]
        assert_agree(layer.backward(g), peer.vjp(theirs, x, g), size * abs(g))


@every_differentiating_peer
def test_a_network_has_the_gradients_of_the_peer(peer):
    rng = np.random.default_rng(20260203)
    first, second = layers.Linear(4, 6, rng), layers.Linear(6, 3, rng)
    model = layers.Sequential(first, layers.Tanh(), second, layers.Softmax())
    x, t = normal(rng, (8, 4), np.float64), rng.integers(0, 3, 8)
    loss = losses.SquaredError()
    loss.forward(model.forward(x), t)
    ours = [model.backward(loss.backward()), *(gradient for _, gradient in model.parameters())]
    arrays = [x, *(value for value, _ in model.parameters())]

    def theirs(x, weights_1, bias_1, weights_2, bias_2):
        hidden = peer.tanh(x @ weights_1 + bias_1)
        p = peer.softmax(hidden @ weights_2 + bias_2, -1)
        return peer.squared_error(p, t, "mean", -1)

    for k, gradient in enumerate(ours):

        def of_one(array, k=k):
            return theirs(*map(peer.array, arrays[:k]), array, *map(peer.array, arrays[k + 1 :]))

        expected = peer.vjp(of_one, arrays[k], np.float64(1.5))
        assert_agree(1.5 * gradient, expected, abs(gradient).max())


@pytest.mark.parametrize("kind", ["normal", "ties", "one dominant", "far from zero"])
def test_derivatives_are_those_that_scipy_finds_numerically(kind):
    reason = "SciPy differentiates from version 1.15 on."
    differentiate = pytest.importorskip("scipy.differentiate", reason=reason)
    z = logits(np.random.default_rng(20260204), kind, 5)

    def numeric(f):
        # Its differences of order 8 come within 1e-13 of the derivatives of numbers of size 1.
        tolerances = {"atol": 1e-13, "rtol": 1e-13}
        return differentiate.jacobian(lambda z: f(z, axis=0), z, tolerances=tolerances).df

    log_jacobian = [numerics.log_softmax_backward(log_softmax(z), row) for row in np.eye(5)]
    np.testing.assert_allclose(softmax_jacobian(z), numeric(softmax), rtol=0, atol=1e-12)
    np.testing.assert_allclose(log_jacobian, numeric(log_softmax), rtol=0, atol=1e-12)
