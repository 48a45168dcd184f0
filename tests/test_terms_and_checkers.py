"""Terms of a loss, checkers, loops over lists: what a program's own calls and weights tell."""

import pytest
from test_programs import SOFT
from test_programs_that_train import ONLY_P

from softmax_lessons.diagnosis import diagnose

REGULARISED = """
class Net:
    def __init__(self, d, h, K, l2=0.05):
        self.W1, self.W2, self.l2 = np.ones((d, h)) / d, np.zeros((h, K)), l2

    def forward(self, X):
        self.H = np.tanh(X @ self.W1)
        return soft(self.H @ self.W2)

    def loss(self, X, y):
        p = self.forward(X)
        return -np.log(p[np.arange(len(y)), y]).mean() + self.l2 * np.sum(self.W2**2)

    def gradients(self, X, y):
        dz = self.forward(X)
        dz[np.arange(len(y)), y] -= 1
        dz /= len(y)
        dH = dz @ self.W2.T * (1 - self.H**2)
        return X.T @ dH, self.H.T @ dz + 2 * self.l2 * self.W2
"""
NO_NUMBERS = """
X, T = np.full((3, 5), np.inf), np.eye(3)
X[:, :3] = np.eye(3)
W = np.zeros((5, 3))
for step in range(5):
    P = soft(X[:, :3] @ W[:3])
    W = W - 0.5 * X.T @ (P - T)
"""
OF_CLASSES = """
def loss(z, y, class_weights):
    return np.mean(class_weights[y] * -np.log(soft(z)[np.arange(len(y)), y]))

def loss_gradient(z, y, class_weights):
    return (soft(z) - np.eye(z.shape[1])[y]) * class_weights[y][:, None] / len(z)
"""
ASSERTED = """
def propagate(w, b, X, Y):
    A = soft((w @ X + b).T).T
    cost = -np.sum(Y * np.log(A)) / X.shape[1]
    dw, db = (A - Y) @ X.T / X.shape[1], (A - Y).mean(axis=1, keepdims=True)
    assert dw.shape == w.shape and db.shape == b.shape
    return dw, db, cost
"""
AFFINE = """
def softmax_loss(x, y):
    p = soft(x)
    dx = p.copy()
    dx[np.arange(len(x)), y] -= 1
    return -np.log(p[np.arange(len(x)), y]).mean(), dx / len(x)

def affine_forward(x, w, b):
    return x.reshape(x.shape[0], -1).dot(w) + b, (x, w)
"""
LISTS = """
import math

def softmax(z):
    e = [math.exp(x - max(z)) for x in z]
    return [x / sum(e) for x in e]

def softmax_backward(out, dout):
    result = [0.0] * len(out)
    for i in range(len(out)):
        for j in range(len(out)):
            result[i] += out[j] * ((i == j) - out[i]) * dout[j]
    return result

def grad_log_policy(preferences, action):
    return [(a == action) - p for a, p in enumerate(softmax(preferences))]
"""
JAX = """
import jax.numpy as jnp

def nll_and_grad(logits, labels):
    logp = logits - jnp.log(jnp.exp(logits).sum(axis=1, keepdims=True))
    rows = jnp.arange(len(logits))
    return -logp[rows, labels].mean(), jnp.exp(logp).at[rows, labels].add(-1) / len(logits)
"""
SEQUENCE = """
def loss_fun(inputs, targets):
    ps, loss = {}, 0
    for t in range(len(inputs)):
        y = W @ inputs[t]
        ps[t] = np.exp(y - y.max()) / np.sum(np.exp(y - y.max()))
        loss += -np.log(ps[t][targets[t], 0])
    dW = np.zeros_like(W)
    for t in range(len(inputs)):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dW += dy @ inputs[t].T
    return loss, dW

import numpy as np
W = np.array([[0.2, -0.5, 0.1], [0.4, 0.3, -0.2], [-0.1, 0.6, 0.5]])
loss_fun([np.array([[1.0], [2.0], [0.5]]), np.array([[0.3], [-1.0], [2.0]])], [2, 0])
"""
JACOBIAN = """
import numpy as np
z = np.array([2.0, 1.0, 0.1, -0.7])
s = np.exp(z - z.max()) / np.exp(z - z.max()).sum()
jacobian = np.diag(s) - np.outer(s, s)
"""
CHECK = """
import numpy as np
def gradcheck(f, df, X, eps=1e-5, tol=1e-6):
    analytic = df(X)
    for i in np.ndindex(X.shape):
        E = np.zeros(X.shape)
        E[i] = eps
        if abs((f(X + E) - f(X - E)) / (2 * eps) - analytic[i]) > tol:
            return False
    return True
"""
LATER = "    analytic = df(X)\n"
PAIR = """
def verify(f, x, h=1e-4):
    given = f(x)[1]
    for k in range(x.size):
        ahead, behind = x.copy(), x.copy()
        ahead[k] += h
        behind[k] -= h
        if abs((f(ahead)[0] - f(behind)[0]) / (2 * h) - given[k]) > 1e-5:
            return False
    return True
"""
OF_VECTORS = """
import numpy as np
def numerical_jacobian(f, x, h=1e-6):
    J = np.zeros((f(x).size, x.size))
    for j in range(x.size):
        e = np.zeros(x.size)
        e[j] = h
        J[:, j] = (f(x + e) - f(x - e)) / (2 * h)
    return J
"""
COMPLEX = """
import numpy as np
def complex_step(f, x, h=1e-30):
    return np.array([np.imag(f(x + 1j * h * e)) / h for e in np.eye(x.size)])
"""
FORGOTTEN = REGULARISED.replace(" + 2 * self.l2 * self.W2", "")


@pytest.mark.parametrize(
    ("text", "part", "key"),
    [
        (SOFT + REGULARISED, "Net.gradients", ""),
        (SOFT + FORGOTTEN, "Net.gradients", "regulariser-forgotten"),
        (SOFT + REGULARISED.replace("+ 2 *", "+"), "Net.gradients", "regulariser-factor"),
        (SOFT + REGULARISED.replace("dz /= len(y)", ""), "Net.gradients", "no-average"),
        (SOFT + OF_CLASSES, "loss_gradient", ""),
        (SOFT + OF_CLASSES.replace("[y][:, None]", ""), "loss_gradient", "weighted-by-class"),
        (SOFT + ASSERTED, "propagate", ""),
        (
            SOFT + ASSERTED.replace("np.log(A)) /", "np.log(A)) / 5 /"),
            "propagate",
            "constant-factor",
        ),
        (SOFT + AFFINE, "softmax_loss", ""),
        (LISTS, "softmax_backward", ""),
        (LISTS.replace("+=", "="), "softmax_backward", "sum-overwritten"),
        (LISTS, "grad_log_policy", ""),
        (LISTS.replace("grad_log_policy", "neg_log_p_grad"), "neg_log_p_grad", "sign-flipped"),
        (JAX, "nll_and_grad", "no-shift"),
        (SEQUENCE, "loss_fun", ""),
        (SEQUENCE.replace(" - y.max()", ""), "loss_fun", "no-shift"),
        (JACOBIAN, "script", ""),
        (JACOBIAN.replace("outer", "dot"), "script", "outer-product-forgotten"),
        (CHECK, "gradcheck", ""),
        (CHECK.replace("abs", ""), "gradcheck", "without-abs"),
        (
            CHECK.replace(LATER, f"{LATER}    if not analytic.any():\n        return False\n"),
            "gradcheck",
            "",
        ),
        (PAIR, "verify", ""),
        (PAIR.replace("x.copy(), x.copy()", "x, x"), "verify", "nothing-moves"),
        (OF_VECTORS, "numerical_jacobian", ""),
        (OF_VECTORS.replace("(2 * h)", "h"), "numerical_jacobian", "factor-of-two"),
        (COMPLEX, "complex_step", ""),
    ],
)
def test_terms_checkers_and_loops_are_read(text, part, key):
    told = {verdict.part: verdict for verdict in diagnose(text)}
    assert " ".join(mistake.key for mistake in told[part].mistakes) == key


@pytest.mark.parametrize(
    ("text", "part"), [(SOFT + AFFINE, "affine_forward"), (ONLY_P, "forward"), (ONLY_P, "descend")]
)
def test_what_only_uses_what_was_read_is_not_spoken_of(text, part):
    assert part not in {verdict.part for verdict in diagnose(text)}


def test_values_that_are_no_numbers_are_survived():
    assert {verdict.part for verdict in diagnose(SOFT + NO_NUMBERS)} >= {"soft"}
