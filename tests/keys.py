"""The numbers in the keys to the worksheets, computed.

For each key, rows of numbers in the order in which they stand on its page one after the other,
or words where the answer is no number.
"""

import numpy as np

from softmax_lessons import losses
from softmax_lessons.classifier import CROSS_ENTROPY, SQUARED_ERROR, train
from softmax_lessons.data import load_digits
from softmax_lessons.gradient_check import finite_difference_gradient, finite_difference_jacobian
from softmax_lessons.numerics import log_softmax, softmax, softmax_backward, softmax_jacobian


def elementwise(p, g, axis=-1):
    return p * (1 - p) * g


def key_00():
    z = np.log([1.0, 2.0, 3.0])
    p, g, J = softmax(z), np.array([3.0, -3.0, 4.0]), softmax_jacobian(np.zeros(2))
    yield p
    yield [(np.exp(z) / (np.exp(z) + 1)).sum(), 1]
    yield 0.525, 0.475, 0.2, J[0, 0]
    yield 0.475, 0.525, 0.2, J[1, 0]
    yield 15 / 36, elementwise(p, g)[0]
    yield softmax_backward(p, g)
    yield elementwise(p, g)
    yield elementwise(p, 1)


def key_01():
    z, pair = np.log([1.0, 4.0, 5.0]), np.log([1.0, 9.0])
    p, batch = softmax(z), np.log([[1.0, 2.0], [3.0, 4.0]])
    yield *p, 3, 1, p[2] / p[0]
    yield 3, 2, p[2] / p[1]
    yield softmax(2 * z)
    yield 1, 9, *softmax(pair)
    yield 2, 0, 3, *softmax(pair / 2)
    yield softmax(2 * pair)
    yield -2, 0, *softmax(np.array([-2.0, 0.0]))
    yield softmax(batch, axis=None).sum(axis=1)
    yield softmax(batch, axis=0).sum(axis=1)
    yield 900, 1, log_softmax(np.array([0.0, 900.0]))[0]


def key_02():
    yield 16 * softmax_jacobian(np.log([1.0, 1.0, 2.0]))
    p = np.array([0.1, 0.9])
    yield [np.diag(p), np.outer(p, p), softmax_jacobian(np.log(p))]
    p, eye = np.array([0.25, 0.75]), np.eye(2)
    column, right = p[:, np.newaxis], softmax_jacobian(np.log(p))
    wrong = abs(right), np.diag(p), column * (eye - column), np.diag(p) - p, -np.outer(p, p)
    for table in (right, *wrong):
        yield 1 / 16, *np.ravel(16 * table)
    yield 1 / 16, *np.ravel(16 * (np.diag(p) - p * p))
    yield 1, 0.2 * (1 - 0.2), 0.2, 1 - 0.2


def key_03():
    z = np.log([1.0, 2.0, 5.0])
    p, J = softmax(z), softmax_jacobian(z)
    yield 1 / 64, *np.ravel(64 * J)
    yield J[2, 0] + J[2, 1], 33, J[2, 2]
    yield softmax(2 * z)
    yield 8 * (np.eye(3) - p)
    yield 64, *np.ravel(64 * p[:, np.newaxis] * (np.eye(3) - p))
    shares = finite_difference_jacobian(lambda z: z / z.sum(), np.array([1.0, 3.0])).round(9)
    for logit, entry in zip((1, 1, 2, 2), shares.flat, strict=True):
        yield logit, 2, entry
    yield shares.sum(axis=1)
    p = np.array([0.3, 0.2, 0.5])
    yield p * (1 - p)
    yield (np.eye(3) - p).sum(axis=0)
    yield 1 / 4, *np.diag(2 * softmax_jacobian(np.log(p)))
    for g in ([2, 1, 0], [7, 6, 5]):
        yield 1 / 64, *(64 * np.array(g) @ J), 7, 6, 5


def key_04():
    z = np.log([1.0, 2.0, 3.0])
    p, J, g = softmax(z), softmax_jacobian(z), np.array([6.0, 3.0, 0.0])
    for i in range(3):
        yield i + 1, *(36 * J[i])
        paths = 36 * J[i] * g
        yield i + 1, *paths, paths.sum(), 36 * elementwise(p, g)[i]
    yield g @ J
    yield elementwise(p, g)
    g = np.array([-6.0, 0.0, 0.0])
    yield [g @ J, elementwise(p, g)]
    p, J = np.array([0.5, 0.25, 0.25]), softmax_jacobian(np.log([2.0, 1.0, 1.0]))
    printed = elementwise(p, np.array([4.0, 8.0, 16.0]))
    yield *printed, printed.sum()
    yield [p, [4, 8, 16] @ J]
    g = np.array([1.0, 2.0, -2.0])
    yield [g, g @ J, elementwise(p, g)]
    others = {
        "A": (1 / 4 - (p - 1 / 2) ** 2) * g,
        "B": p * (1 - p) * g,
        "C": [p[j] * sum(p * (g[j] - g)) for j in range(3)],
    }
    right = [name for name, result in others.items() if np.allclose(result, g @ J)]
    wrong = [name for name, result in others.items() if np.allclose(result, elementwise(p, g))]
    yield f"{' and '.join(wrong)} are the mistake, {right[0]} is right."


def key_05():
    p, g, J = np.array([0.5, 0.3, 0.2]), np.array([2.0, 0.0, 5.0]), np.diag([0.5, 0.3, 0.2])
    yield *(p * g), p @ g
    yield g - p @ g
    yield *softmax_backward(p, g), 0
    signs = {1: "+", -1: "-", 0: "0"}
    for name, incoming in (("a", [7, 7, 7]), ("b", [1, 0, 0]), ("c", [0, 0, -3])):
        result = np.sign(softmax_backward(p, np.array(incoming)).round(9))
        yield f"{name}) ${', '.join(map(signs.get, result))}$"
    yield 100, p @ g, p @ (g + 100)
    yield 3, *(J - np.outer(p, p))[:, 2]
    for n in (20, 200):
        yield n, 2 * n**2, 2 * n**2 + n, 2 * n
    formulas = {
        r"A: $p\,(g - \operatorname{mean}(g))$": lambda p, g: p * (g - g.mean()),
        r"B: $g - \operatorname{mean}(g)$": lambda p, g: g - g.mean(),
        r"C: $g - \bar g$": lambda p, g: g - p @ g,
        r"D: $p\,(g - \bar g)$": lambda p, g: p * (g - p @ g),
    }
    for name, f in formulas.items():
        zeros = f(p, np.full(3, 7.0)), f(p, g).sum(), f(np.array([0.5, 0.5, 0.0]), g)[2]
        yield f"| {name} | {' | '.join(('no', 'yes')[np.allclose(x, 0)] for x in zeros)} |"
    for incoming in (-1 / p[2], -2 * (1 - p[2])):
        sent = np.array([0.0, 0.0, incoming])
        yield *sent, p @ sent, *softmax_backward(p, sent)
    J, v, g = np.array([[2, 0], [3, 1]]), np.array([1, 1]), np.array([1, -1])
    yield [*J, J @ v]
    yield J.T @ g
    half = np.full(2, 0.5)
    yield 1, 0, 1 / 2, *softmax_backward(half, np.array([1, 0]))
    yield 0, 1, *softmax_backward(half, np.array([0, 1]))


def key_06():
    z, blocks = np.random.default_rng(0).normal(size=(2, 2, 3)), []
    for axis in (0, 1, 2):
        J = finite_difference_jacobian(lambda z, axis=axis: softmax(z, axis), z)
        length, slices = z.shape[axis], z.size // z.shape[axis]
        yield 2, length, slices
        blocks += [slices, length, 2, np.count_nonzero(abs(J) > 1e-6)]
    yield blocks
    Z, G = np.array([[0, np.log(3)], [0, 0]]), np.array([[4.0, 0.0], [0.0, 2.0]])
    for axis in (1, 0):
        P = softmax(Z, axis)
        for k, entries in enumerate(np.hstack([P, softmax_backward(P, G, axis)])):
            yield axis, k, *entries
    P, G = np.array([[1 / 3, 2 / 3], [1 / 2, 1 / 2]]), np.array([[3.0, 0.0], [2.0, 2.0]])
    yield softmax_backward(P, G, 1)  # A
    yield P * (G - (P * G).sum(axis=0))
    yield P * (G - (P * G).sum())
    yield softmax_backward(P, G[[0, 0]], 1)
    yield 3, 1000, np.log(3) - 1000


def key_07():
    z, t = np.log([1.0, 3.0, 4.0]), np.array([0.0, 1.0, 0.0])
    p = softmax(z)
    first, second, third = -log_softmax(z)
    yield 8, first, 8, 3, second, 8, 4, third
    yield -t / p
    yield *softmax_backward(p, -t / p)[1:], *(p - t)
    for target in np.array([[0.5, 0.5, 0.0], [1.0, 1.0, 0.0]]):
        measured = finite_difference_gradient(
            lambda z, t=target: losses.softmax_cross_entropy(z, t), z
        )
        yield *measured.round(9), 0
    yield *(p - [1, 1, 0]), sum(p) - 2
    p4 = np.array([0.2, 0.5, 0.3])
    yield from (p4 - t, p4 * t - t, p4, p4 - 1, t - p4)
    Z, T = np.log([[1.0, 3.0, 4.0], [1.0, 1.0, 2.0]]), np.eye(3)[[1, 2]]
    yield (softmax(Z) - T) / 2
    true = losses.softmax_cross_entropy(np.array([-1000.0, 0.0]), np.array([1.0, 0.0]))
    yield f"| $(1, 0)$ | {true:.0f} | `inf` | $(-1, 1)$ | `nan` |"
    squared = []
    for p_true in (0.1, 0.01):
        p = np.array([p_true, 1 - p_true])
        g = 2 * (p - [1, 0])
        squared.append(softmax_backward(p, g))
        if p_true == 0.1:
            yield 2, *g
            yield p @ g, 0.1, *-g[[1]], p @ g
    yield squared[0]
    yield squared[0][0], squared[1][0]


def key_08():
    for h in (0.1, 0.01):
        forward = ((1 + h) ** 3 - 1) / h
        central = ((1 + h) ** 3 - (1 - h) ** 3) / (2 * h)
        yield h, forward, forward - 3, central, central - 3
    for h in (1, 0.1, 0.01, 0.001):
        up, down = np.log([3 + h, 3 - h]).round(3)
        quotient = (up - down) / (2 * h)
        yield h, up - down, quotient, abs(quotient - 1 / 3)

    def f(x):
        return x[0] ** 2 + 3 * x[1]

    measured = finite_difference_gradient(f, np.array([2.0, 1.0])).round(6)
    yield *measured, measured.sum()
    yield softmax(np.array([0.0, np.log(2)])) - [1, 0]
    up, down = np.array([4.5, 3.5]).astype(int) ** 2
    yield up, down, 1, (up - down) / 1
    yield 7, 0.002, (up - down) / 0.002
    p = np.array([1 / 3, 2 / 3])
    for backward in (
        lambda g: softmax_backward(p, g),
        lambda g: elementwise(p, g),
        lambda g: g - g.mean(),
        lambda g: p * (g - g.sum()),
        lambda g: 2 * softmax_backward(p, g),
    ):
        yield [backward(g) for g in np.array([[1.0, 1.0], [1.0, 0.0]])]


def key_09():
    p, g = np.array([1 / 5, 4 / 5]), np.array([5.0, 0.0])
    plain = p * (g - g.mean())
    yield plain
    yield softmax_backward(p, g)
    yield 1 / 2, 2, plain.sum()
    z = np.log([[1.0, 3.0], [2.0, 2.0]])
    yield from zip(np.exp(z), softmax(z), softmax(z, axis=None), strict=True)
    p = np.array([1 / 4, 3 / 4])
    for sent in ([4.0, 0.0], [0.0, 2.0], [0.0, 1.0]):
        yield softmax_backward(p, np.array(sent))
    yield np.cumsum([1, 10, 100])
    handed_in = [[0.2, -0.5, 0.3], [0, -0.6, 0], [0.1, 0.1, 0.1], [-1.5, 1, 0.5], [0, 0, 0]]
    yield *(total for total in np.sum(handed_in, axis=1) if abs(total) > 1e-9), 0


def key_10():
    x, W, b = np.ones((6, 5)), np.zeros((5, 3)), np.zeros(3)
    z = x @ W + b
    yield sum((array.shape for array in (x, W, b, z, z, z, z, x.T @ z, z.sum(axis=0))), ())
    p, t = np.full(4, 1 / 4), np.eye(4)[0]
    for loss in (CROSS_ENTROPY, SQUARED_ERROR):
        g = loss.gradient(p, t)
        yield [g, softmax_backward(p, g), elementwise(p, g)]
    one = {"steps": 1, "rate": 1.0, "loss": CROSS_ENTROPY, "regularisation": 0.0}
    for backward, roughly in ((softmax_backward, [20 / 21]), (elementwise, [4.5, 5.5])):
        run = train(np.ones((1, 2)), np.eye(2)[:1], backward=backward, **one)
        z = run.weights.sum(axis=0) + run.bias
        yield z
        yield *roughly, softmax(z)[0]
    yield 0.006, 0.02, 0.006 / 0.02
    p, t = np.full(5, 1 / 5), np.eye(5)[1]
    yield p.sum(), elementwise(p, CROSS_ENTROPY.gradient(p, t)).sum()
    images, labels, order = load_digits()
    x, labels = images[order] / 16, labels[order]
    x -= x[:1200].mean(axis=0)
    settings = {"steps": 1000, "rate": 3.0, "loss": SQUARED_ERROR, "regularisation": 1 / 1200}
    run = train(x[:1200], np.eye(10)[labels[:1200]], backward=elementwise, **settings)
    yield (run.predict(x[1200:]) == labels[1200:]).sum(), 597
