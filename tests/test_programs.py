"""Whole programs, as a text or a cell: what they hold of softmax is read, in whatever form."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell

from softmax_lessons.diagnosis import diagnose, load_ipython_extension

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"

SOFT = """
import numpy as np

def soft(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
"""
LAYER = """
class Softmax:
    def forward(self, x):
        self.p = np.exp(x - x.max(-1, keepdims=True))
        self.p /= self.p.sum(-1, keepdims=True)
        return self.p

    def backward(self, g):
        return self.p * (1 - self.p) * g
"""
CLASSIFIER = """
def fit_cost(W, X, y, reg):
    n = len(X)
    p = soft(X @ W)
    loss = -np.log(p[np.arange(n), y]).mean() + reg * (W * W).sum()
    p[np.arange(n), y] -= 1
    return loss, X.T @ p / n + 2 * reg * W
"""
NETWORK = """
class Net:
    def __init__(self, sizes):
        gen = np.random.default_rng(0)
        self.W = [gen.normal(size=pair) for pair in zip(sizes, sizes[1:])]

    def forward(self, x):
        self.A = [x, np.tanh(x @ self.W[0])]
        self.A.append(soft(self.A[-1] @ self.W[1]))
        return self.A[-1]

    def loss(self, t):
        return -(t * np.log(self.A[-1])).sum(axis=1).mean()

    def backward(self, t):
        delta = (self.A[-1] - t) / len(t)
        below = delta @ self.W[1].T * (1 - self.A[1] ** 2)
        return [self.A[0].T @ below, self.A[1].T @ delta]
"""
CACHE = """
def softmax_forward(z):
    p = soft(z)
    return p, {"p": p}

def softmax_backward(g, cache):
    p = cache["p"]
    return p * (g - (p * g).sum(axis=1, keepdims=True))
"""
FLAG = """
def softmax(z, derivative=False):
    p = soft(z)
    return p * (1 - p) if derivative else p
"""
LISTS = """
from math import exp
def softmax(row):
    top = max(row)
    exps = [exp(v - top) for v in row]
    return [e / sum(exps) for e in exps]
"""
BY_SCRIPT = """
import numpy as np
X = np.random.default_rng(0).normal(size=(6, 4))
T = np.eye(3)[[0, 1, 2, 0, 1, 1]]
W = np.random.default_rng(1).normal(size=(4, 3))
for step in range(5):
    Z = X @ W
    Z = Z - Z.max(axis=1, keepdims=True)
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    G = (P - T) / len(X)
    W = W - 0.1 * X.T @ G
"""
INPUT_KEPT = LAYER.replace("self.p *", "self.x *").replace("(1 - self.p)", "(1 - self.x)")
INPUT_KEPT = INPUT_KEPT.replace("(self, x):", "(self, x):\n        self.x = x")
INPUT_KEPT = INPUT_KEPT.replace(
    "self.x * (1 - self.x) * g", "self.x * (g - (self.x * g).sum(axis=1, keepdims=True))"
)
LOSS_CLASS = """
import numpy as np
class SoftmaxWithLoss:
    def forward(self, x, t):
        self.t = t
        e = np.exp(x)
        self.probs = e / e.sum(axis=1, keepdims=True)
        return -np.sum(t * np.log(self.probs)) / len(x)

    def backward(self, dout=1):
        return dout * (self.probs - self.t) / len(self.t)
"""
NO_KEEPDIMS = SOFT.replace("e.sum(axis=1, keepdims=True)", "e.sum(axis=1)")
MASKED = """
def masked_softmax(scores, mask=None):
    if mask is not None:
        scores = np.where(mask, scores, -1e9)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)
"""
CASES = [
    (MASKED, "masked_softmax", ""),
    (SOFT + LAYER, "Softmax.backward", "elementwise"),
    (SOFT + CLASSIFIER, "fit_cost", ""),
    (SOFT + CLASSIFIER.replace("p / n +", "p +"), "fit_cost", "no-average"),
    (SOFT + NETWORK, "Net.backward", ""),
    (SOFT + NETWORK.replace("].T @", "].T / len(t) @"), "Net.backward", "averaged-twice"),
    (SOFT + CACHE, "softmax_backward", ""),
    (SOFT + CACHE.replace("(p * g).sum", "g.mean"), "softmax_backward", "plain-mean"),
    (SOFT + FLAG, "softmax(derivative=True)", "elementwise"),
    (LISTS, "softmax", ""),
    (LISTS.replace("v - top", "v"), "softmax", "no-shift"),
    (NO_KEEPDIMS + CLASSIFIER, "soft", "keepdims-missing"),
    (NO_KEEPDIMS + CLASSIFIER, "fit_cost", ""),  # but for what it has from soft
    (LOSS_CLASS.replace(", keepdims=True", ""), "SoftmaxWithLoss.backward", "keepdims-missing"),
    (INPUT_KEPT, "Softmax.backward", "logits-for-probabilities"),
    (BY_SCRIPT, "script", ""),
    (BY_SCRIPT.replace("axis=1", "axis=0"), "script", "wrong-axis"),
]


@pytest.mark.parametrize(("text", "part", "key"), CASES)
def test_a_program_is_read_as_it_is_written(text, part, key):
    told = {verdict.part: verdict for verdict in diagnose(text)}
    assert {mistake.key for mistake in told[part].mistakes} == {*key.split()}
    if key and "script" not in part:
        assert told[part].code in text


@pytest.mark.parametrize(
    ("changed", "key"),
    [("+ 2 * reg * W", "regulariser-forgotten"), ("2 * reg * W", "regulariser-factor")],
)
def test_a_regulariser_in_the_loss_has_to_be_in_the_gradient(changed, key):
    wrong = CLASSIFIER.replace(changed, "reg * W" if key.endswith("factor") else "")
    (verdict, _) = diagnose(SOFT + wrong)
    assert verdict.misconception.key == key


def test_a_program_with_weights_that_is_wrong_for_one_size_alone_ends_in_an_answer():
    wrong_for_two = CLASSIFIER.replace("    return loss", "    p[0] += n == 2\n    return loss")
    assert {verdict.part for verdict in diagnose(SOFT + wrong_for_two)} == {"soft", "fit_cost"}


ELEMENTWISE = "def softmax_grad(p, g):\n    return p * (1 - p) * g"


@pytest.mark.parametrize(
    "text",
    [
        f"%matplotlib inline\n{ELEMENTWISE}\nsoftmax_grad?",
        f"Here is my code:\n```python\n{ELEMENTWISE}\n```\nIs it right?",
        ">>> " + ELEMENTWISE.replace("\n", "\n... ") + "\n>>> 1\n1",
        "In [1]: " + ELEMENTWISE.replace("\n", "\n   ...: ") + "\nOut[1]: 3",
        ELEMENTWISE.replace("\n", "\n    ").replace("def", "    def") + "\n    print 'done'",
        ELEMENTWISE.replace("\n", "\r\n").replace("    ", "\t") + "\r\nx = \u201cquoted\u201d",
        f"try:\n    1 / 0\nexcept ZeroDivisionError, e:\n    pass\n{ELEMENTWISE}",
        f"{ELEMENTWISE}\nthis line is no Python",
        f"from numba import njit\n@njit\n{ELEMENTWISE}",
        f"x = undefined\n{ELEMENTWISE}",
        ELEMENTWISE.replace("g):", "g)"),
    ],
)
def test_what_stands_around_code_does_not_keep_it_from_being_read(text):
    (verdict,) = diagnose(text)
    assert verdict.misconception.key == "elementwise"
    assert "return p * (1 - p) * g" in text.splitlines()[verdict.line - 1]


@pytest.mark.parametrize(
    "text",
    [
        "def sigmoid_prime(a):\n    return a * (1 - a)",
        "def relu_backward(dout, x):\n    return dout * (x > 0)",
        "def mse_grad(a, t):\n    return 2 * (a - t) / len(a)",
        "def step(w, grad):\n    return w - 0.1 * grad",
        "def normalise(x):\n    return x / x.sum(axis=1, keepdims=True)",
        "def load(path):\n    return open(path)",
    ],
)
def test_what_has_nothing_to_do_with_softmax_is_not_spoken_of(text):
    assert diagnose(text) == ()
    assert diagnose(SOFT + text)[0].part == "soft"


def test_what_is_wrong_comes_first_and_what_could_not_be_read_has_a_reason():
    unread = "def softmax_backward(p):\n    return p * missing"
    verdicts = diagnose(SOFT + LAYER + unread)
    assert [verdict.passed for verdict in verdicts] == [False, True, True]
    assert "NameError: name 'missing' is not defined" in verdicts.unread["softmax_backward"]
    for text in (str(verdicts), verdicts._repr_html_()):
        assert "softmax_backward could not be read." in text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("def f(x:", "no Python: line 1, `def f(x:`"),
        ("Why is my gradient wrong?", "No Python code is left to read."),
        ("softmax", "No function of softmax was found here"),
        ("import sys; sys.exit(1)", "SystemExit"),
    ],
)
def test_a_text_that_defines_nothing_ends_in_a_sentence(text, answer):
    assert answer in str(diagnose(text))


def test_a_text_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr("softmax_lessons.judging.safe_call.SECONDS", 0.2)
    assert "all lines together have 0.2 seconds" in str(diagnose("while True: pass"))


WORN_OUT = SOFT + CACHE + LAYER + FLAG
WORN_OUT = WORN_OUT.replace("def soft(z):", "calls = []\ndef soft(z):\n    count()")
WORN_OUT = WORN_OUT.replace(
    "    def forward", "    def __init__(self):\n        count()\n\n    def forward"
)


@pytest.mark.parametrize("most", range(0, 90, 6))
def test_a_part_that_prints_and_fails_after_some_calls_ends_nothing(most, capsys):
    text = (
        f"def count():\n    print(len(calls))\n    calls.append(1)\n    1 / (len(calls) < {most})"
    )
    diagnose(text + WORN_OUT)
    assert capsys.readouterr().out == ""


def test_numpy_has_its_old_names_while_a_program_is_read_and_no_longer():
    before = {*vars(np)}
    (verdict,) = diagnose(ELEMENTWISE.replace("p * (", "np.float(1) * p * ("))
    assert verdict.misconception.key == "elementwise"
    assert {*vars(np)} == before


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    load_ipython_extension(shell)
    yield shell
    InteractiveShell.clear_instance()


def test_a_cell_runs_as_it_is_and_all_that_it_defines_is_diagnosed(shell, capsys):
    result = shell.run_cell(f"%%diagnose\nprint('as it is')\n{SOFT}{LAYER}").result
    assert [verdict.passed for verdict in result] == [False, True, True]
    assert capsys.readouterr().out.startswith("as it is")
    assert "Softmax" in shell.user_ns
    shown = shell.run_cell("%%diagnose\nten = 10\nten").result
    assert "10" in capsys.readouterr().out
    assert shown == ()


def test_the_cell_to_paste_into_says_what_to_do_where_its_first_line_is_lost(shell, capsys):
    notebook = nbformat.read(NOTEBOOKS / "diagnose_your_own.ipynb", as_version=4)
    (paste_here,) = [cell for cell in notebook.cells if "Your code goes here" in cell.source]
    for cell_id, told in [(paste_here.id, True), ("another", False)]:
        shell.kernel = SimpleNamespace(get_parent=lambda i=cell_id: {"metadata": {"cellId": i}})
        shell.run_cell(SOFT)
        assert ("Type %%diagnose as the first line" in capsys.readouterr().out) == told
    shell.run_cell(f"%%diagnose\n{SOFT}")
    assert "Type %%diagnose" not in capsys.readouterr().out
