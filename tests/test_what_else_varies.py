"""What stands beside a gradient is heard: what comes in, a loss, a bias, a temperature."""

import numpy as np
import pytest
from test_programs import LOSS_CLASS, SOFT

from softmax_lessons.diagnosis import diagnose

GRADIENTS = """
def gradients(W, b, X, T):
    dz = (soft(X @ W + b) - T) / len(X)
    return X.T @ dz, dz.sum(axis=0)
"""
LOSS = """
def loss_and_grad(z, T{argument}):
    p = soft(z)
    S = (1 - {rate}) * T + {rate} / z.shape[1]
    return -(S * np.log(p)).sum() / len(z), (p - {target}) / len(z)
"""
SMOOTH = LOSS.replace("{argument}", ", rate=0.0").replace("{rate}", "rate")
TEMPERATURE = """
def soft(z, T=1.0):
    e = np.exp((z - z.max(axis=1, keepdims=True)) / T)
    return e / e.sum(axis=1, keepdims=True)

def soft_backward(z, g, T=1.0):
    p = soft(z, T)
    return p * (g - (p * g).sum(axis=1, keepdims=True)) / T
"""
COOLED = """
import numpy as np
class Cooled:
    def __init__(self, temperature=2.0):
        self.temperature = temperature

    def forward(self, z):
        e = np.exp((z - z.max(axis=1, keepdims=True)) / self.temperature)
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, g):
        return self.p * (g - (self.p * g).sum(axis=1, keepdims=True)) / self.temperature
"""
ATTENTION = """
def attention(Q, K, V):
    S = Q @ K.T / np.sqrt(K.shape[-1])
    e = np.exp(S - S.max(axis=-1, keepdims=True))
    w = e / e.sum(axis=0, keepdims=True)
    return w @ V, w
"""
UNPACKED = """
def backward(params, X, T):
    W1, b1, W2, b2 = params
    H = np.tanh(X @ W1 + b1)
    P = soft(H @ W2 + b2)
    d = P - T
    return H.T @ d
"""
SMALL_SIZES = """
class Net:
    def __init__(self, d, c):
        self.W = np.random.normal(0, 0.1, (d, c))

    def backward(self, x, t):
        p = soft(x @ self.W)
        d = p - t
        return x.T @ d
"""
MADE_UP_DATA = """
from sklearn.datasets import make_moons
X, y = make_moons(200, noise=0.2)
W = np.zeros((2, 2))
for i in range(0, 50):
    p = soft(X @ W)
    p[range(200), y] -= 1
    W -= 0.01 * X.T @ p
"""
RANDOM = """
z = np.random.randn(3, 4)
g = np.random.randn(3, 4)
p = soft(z)
dz = p * (g - (p * g).sum(axis=1, keepdims=True))
"""
SCRIPT = """
X, T = np.random.randn(9, 2), np.eye(3)[np.arange(9) % 3]
W, b = np.zeros((2, 3)), np.zeros(3)
for i in range(10):
    d = (soft(X @ W + b) - T) / 9
    W -= 0.1 * X.T @ d
    b -= 0.1 * d.sum(axis=0)
"""
ONE = """
import numpy as np
def softmax(x):
    e = np.exp(x - np.max(x))
    return e / e.sum(axis=0)

def softmax_grad(p):
    return np.diag(p) - np.outer(p, p)
"""
TINY_STEPS = """
def num_grad(f, x, eps=1e-14):
    grad = np.zeros_like(x)
    for i in range(x.size):
        up, down = x.copy(), x.copy()
        up[i] += eps
        down[i] -= eps
        grad[i] = (f(up) - f(down)) / (2 * eps)
    return grad
"""
INCOMING = LOSS_CLASS.replace("dout=1", "dout").replace(
    "np.exp(x)", "np.exp(x - x.max(1)[:, None])"
)


@pytest.mark.parametrize(
    ("text", "part", "key"),
    [
        (INCOMING, "SoftmaxWithLoss.backward", ""),
        (INCOMING.replace(" / len(self.t)", ""), "SoftmaxWithLoss.backward", "no-average"),
        (SOFT + GRADIENTS, "gradients", ""),
        (SOFT + GRADIENTS.replace("dz.sum", "-dz.sum"), "gradients", "sign-flipped"),
        (SOFT + GRADIENTS.replace("axis=0", "axis=1"), "gradients", "rows-summed"),
        (SOFT + GRADIENTS.replace("dz.sum", "dz.mean"), "gradients", "averaged-twice"),
        (SOFT + GRADIENTS.replace("dz.sum(axis=0)", "dz.sum()"), "gradients", "rows-summed"),
        (SOFT + SCRIPT, "script", ""),
        (SOFT + SCRIPT.replace("b -=", "b +="), "script", "sign-flipped"),
        (SOFT + SMOOTH.format(target="S"), "loss_and_grad", ""),
        (TEMPERATURE, "soft_backward", ""),
        (TEMPERATURE.replace("True)) / T\n", "True))\n"), "soft_backward", "temperature-factor"),
        (COOLED, "Cooled.backward", ""),
        (COOLED[: COOLED.rindex(" / ")], "Cooled.backward", "temperature-factor"),
        (SOFT + UNPACKED, "backward", ""),
        (SOFT + UNPACKED.replace("P - T", "T - P"), "backward", "sign-flipped"),
        (SOFT + SMALL_SIZES, "Net.backward", ""),
        (SOFT + SMALL_SIZES.replace("p - t", "t - p"), "Net.backward", "sign-flipped"),
        (SOFT + MADE_UP_DATA, "script", ""),
        (SOFT + MADE_UP_DATA.replace("W -=", "W +="), "script", "sign-flipped"),
        (SOFT + RANDOM, "script", ""),
        (ONE, "softmax", ""),
        (ONE.replace("axis=0", "axis=-1, keepdims=True"), "softmax", "one-maximum-for-all"),
        (ONE.replace("outer", "dot"), "softmax_grad", "outer-product-forgotten"),
        (SOFT + TINY_STEPS, "num_grad", "step-too-small"),
    ],
)
def test_what_stands_beside_a_gradient_is_heard(text, part, key):
    told = {verdict.part: verdict for verdict in diagnose(text)}
    assert " ".join(mistake.key for mistake in told[part].mistakes) == key
    assert told[part].passed == (key == "")


@pytest.mark.parametrize(
    "text", [SMOOTH, LOSS.format(argument="", rate="0.1", target="{target}")], ids=["0.0", "0.1"]
)
def test_p_minus_t_is_wrong_beside_a_loss_of_other_targets(text):
    wrong, *_ = diagnose(SOFT + text.format(target="T"))
    assert "It is not the gradient of the loss" in wrong.summary
    assert all(verdict.passed for verdict in diagnose(SOFT + text.format(target="S")))


def test_weights_of_a_sum_are_not_taken_for_the_gradient_of_a_loss():
    assert [verdict.part for verdict in diagnose(SOFT + ATTENTION) if verdict.passed] == ["soft"]


def test_random_numbers_go_on_in_a_script_and_are_the_same_every_time():
    text = "a = np.random.randn(3)\nb = np.random.randn(3)\nraise ValueError(a[0] == b[0], a[0])"
    told = []
    for seed in (1, 2):
        np.random.seed(seed)  # noqa: NPY002
        told.append(str(diagnose(text)))
    assert told[0] == told[1]
    assert "False" in told[0]
