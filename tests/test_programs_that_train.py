"""Programs that train: what their loop makes of p is read in its lines, or said to be unread."""

import pytest
from test_programs import SOFT

from softmax_lessons.diagnosis import diagnose

FUNCTION = """
def train(X, T, lr=0.5, epochs=50):
    W = np.zeros((X.shape[1], T.shape[1]))
    for epoch in range(epochs):
        P = soft(X @ W)
        G = (P - T) / len(X)
        W -= lr * X.T @ G
        loss = -(T * np.log(P)).sum() / len(X)
    return W
"""
CLASS = """
class SoftmaxRegression:
    def __init__(self, rate=0.1, rounds=100):
        self.rate, self.rounds = rate, rounds

    def fit(self, X, y):
        self.W = np.zeros((X.shape[1], len(np.unique(y))))
        Y = np.eye(self.W.shape[1])[y]
        for _ in range(self.rounds):
            P = soft(X @ self.W)
            loss = -np.log((P * Y).sum(axis=1)).mean()
            grad = X.T @ (P - Y) / len(X)
            self.W -= self.rate * grad
        return self

    def predict(self, X):
        return np.argmax(X @ self.W, axis=1)
"""
SCRIPT = """
gen = np.random.default_rng(0)
X, T = gen.normal(size=(20, 4)), np.eye(3)[gen.integers(3, size=20)]
W = np.zeros((4, 3))
for step in range(200):
    P = soft(X @ W)
    loss = -np.log((P * T).sum(axis=1)).mean()
    G = P - T
    G /= len(X)
    W -= 0.5 * X.T @ G
"""
COLUMNS = """
def soft(z):
    e = np.exp(z - z.max(axis=0))
    return e / e.sum(axis=0)

def train(X, T, lr=0.5, epochs=50):
    W = np.zeros((T.shape[0], X.shape[0]))
    for epoch in range(epochs):
        P = soft(W @ X)
        G = (P - T) / X.shape[1]
        W -= lr * G @ X.T
    return W
"""
SQUARED_ERROR = """
class MseSoftmax:
    def __init__(self, n_in, n_out, lr=0.5):
        self.w, self.lr = 0.1 * np.random.randn(n_in, n_out), lr

    def forward(self, x):
        self.x, self.y = x, soft(x @ self.w)
        return self.y

    def loss(self, t):
        return 0.5 * np.sum((self.y - t) ** 2)

    def backward(self, t):
        dy = self.y - t
        dz = np.empty_like(dy)
        for i in range(len(dy)):
            dz[i] = self.y[i] * (dy[i] - dy[i] @ self.y[i])
        self.w -= self.lr * self.x.T @ dz
"""
NETWORK = """
import numpy as np

def softmax(z):
    e = np.exp(z - np.max(z, axis=0))
    return e / np.sum(e, axis=0)

def one_hot(y):
    t = np.zeros((y.max() + 1, y.size))
    t[y, np.arange(y.size)] = 1
    return t

def forward(w1, b1, w2, b2, x):
    a = w1 @ x + b1
    h = np.maximum(a, 0)
    z = w2 @ h + b2
    p = softmax(z)
    return a, h, z, p

def backward(a, h, z, p, w1, w2, x, y):
    dz = p - one_hot(y)
    dw2, db2 = dz @ h.T / y.size, dz.mean(axis=1, keepdims=True)
    da = w2.T @ dz * (a > 0)
    return da @ x.T / y.size, da.mean(axis=1, keepdims=True), dw2, db2

def descend(x, y, rate, rounds):
    gen = np.random.default_rng(1)
    w1, b1 = gen.normal(size=(8, x.shape[0])), np.zeros((8, 1))
    w2, b2 = gen.normal(size=(y.max() + 1, 8)), np.zeros((y.max() + 1, 1))
    for _ in range(rounds):
        a, h, z, p = forward(w1, b1, w2, b2, x)
        dw1, db1, dw2, db2 = backward(a, h, z, p, w1, w2, x, y)
        w1, b1, w2, b2 = w1 - rate * dw1, b1 - rate * db1, w2 - rate * dw2, b2 - rate * db2
    return w1, b1, w2, b2
"""
UPDATE = """
def update(params, g, lr):
    params["W"] -= lr * g

def train(X, T, lr=0.5, epochs=50):
    params = {"W": np.zeros((X.shape[1], T.shape[1]))}
    for epoch in range(epochs):
        P = soft(X @ params["W"])
        update(params, X.T @ (P - T) / len(X), lr)
    return params
"""
ONLY_P = NETWORK.replace("return a, h, z, p", "return p").partition("def backward")[0]
CHAIN = "g = 2 * (P - T)\n        G = P * (g - (g * P).sum(axis=1, keepdims=True))"
INLINE = FUNCTION.replace("        G = (P - T) / len(X)\n", "").replace("X.T @ G", "X.T @ (P - T)")
SMOOTHED = FUNCTION.replace("    W =", "    T = 0.9 * T + 0.1 / T.shape[1]\n    W =")
NO_LOSS = FUNCTION.replace("        loss = -(T * np.log(P)).sum() / len(X)\n", "")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (SOFT + FUNCTION, "train"),
        (SOFT + FUNCTION.replace("P - T", "T - P").replace("W -=", "W +="), "train"),
        (SOFT + NO_LOSS.replace("G = (P - T) / len(X)", CHAIN), "train"),
        (SOFT + CLASS, "SoftmaxRegression.fit"),
        (SOFT + SQUARED_ERROR, "MseSoftmax.backward"),
        (SOFT + SCRIPT, "script"),
        ("import numpy as np\n" + COLUMNS, "train"),
        (SOFT + INLINE, "train"),
        (SOFT + SMOOTHED, "train"),
        (SOFT + UPDATE, "train"),
        (NETWORK, "backward"),
    ],
    ids=[
        "function",
        "ascent",
        "squared error",
        "class",
        "class of squared error",
        "script",
        "columns",
        "in one line",
        "smoothed targets",
        "step in a part",
        "network of functions",
    ],
)
def test_a_loop_that_is_right_is_read_as_right(text, part):
    told = {verdict.part: verdict for verdict in diagnose(text)}
    assert [verdict.mistakes for verdict in told.values()] == [()] * len(told)
    assert part in told


@pytest.mark.parametrize(
    ("text", "part", "keys"),
    [
        (SOFT + FUNCTION.replace("P - T", "T - P"), "train", {"sign-flipped"}),
        (
            SOFT + FUNCTION.replace("(P - T)", "P * (1 - P) * (P - T)"),
            "train",
            {"squared-error", "elementwise"},
        ),
        (SOFT + CLASS.replace("P - Y", "Y - P"), "SoftmaxRegression.fit", {"sign-flipped"}),
        (
            SOFT
            + SCRIPT.replace("P - T", "T - P").replace(
                "W -= 0.5", "loss += 0.5 * (W * W).sum()\n    W += -0.5"
            ),
            "script",
            {"sign-flipped"},
        ),
        (
            SOFT + SCRIPT.replace("    G /=", "    G *= P * (1 - P)\n    G /="),
            "script",
            {"squared-error", "elementwise"},
        ),
        (SOFT + FUNCTION.replace("W -=", "W +="), "train", {"sign-flipped"}),
        (SOFT + INLINE.replace("P - T", "T - P"), "train", {"sign-flipped"}),
        (SOFT + SMOOTHED.replace("P - T", "T - P"), "train", {"sign-flipped"}),
        (SOFT + SCRIPT.replace("W -=", "W +="), "script", {"sign-flipped"}),
        (SOFT + UPDATE.replace("-=", "+="), "train", {"sign-flipped"}),
        (NETWORK.replace("w2 - rate", "w2 + rate"), "descend", {"sign-flipped"}),
        (
            NETWORK.replace("p - one_hot", "p - 2 * one_hot"),
            "backward",
            {"target-subtracted-twice"},
        ),
        (NETWORK.replace("axis=0", "axis=1, keepdims=True"), "backward", {"wrong-axis"}),
        (NETWORK.replace("e, axis=0", "e"), "backward", {"one-sum-for-all"}),
    ],
    ids=[
        "function",
        "product",
        "class",
        "a plus that goes down",
        "spoilt later",
        "step up the loss",
        "step up in one line",
        "step up with smoothed targets",
        "step up in a script",
        "step up in a part",
        "step up in a network",
        "network of functions",
        "softmax along a wrong axis",
        "softmax of a whole batch",
    ],
)
def test_what_is_wrong_in_a_loop_is_named_with_its_line(text, part, keys):
    told = {verdict.part: verdict for verdict in diagnose(text)}
    assert {mistake.key for mistake in told[part].mistakes} == keys
    assert told[part].code in text


def test_a_loop_that_is_not_read_is_said_to_be_unread():
    strange = SOFT + FUNCTION.replace("(P - T) / len(X)", "np.abs(P - T) ** 1.5")
    assert "none of the lines after it was read" in diagnose(strange).unread["train"]
    strange = SOFT + SCRIPT.replace("G = P - T", "G = np.abs(P - T) ** 1.5")
    assert "none of the lines after it was read" in diagnose(strange).unread["script"]
    no_targets = SOFT.replace("soft", "softmax") + "def train(x, lr):\n    return softmax(missing)"
    assert "none of the calls tried works" in diagnose(no_targets).unread["train"]
