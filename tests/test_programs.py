"""Whole programs, as a text or a cell: what they define is read, and what stops them is told."""

from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell

from softmax_lessons.diagnosis import diagnose, load_ipython_extension
from softmax_lessons.judging.verdict import Status

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


SCRIPT = """
import numpy as np

class Softmax:
    def forward(self, x):
        self.p = np.exp(x - x.max(-1, keepdims=True))
        self.p /= self.p.sum(-1, keepdims=True)
        return self.p

    def backward(self, g):
        return self.p * (1 - self.p) * g

loss = cross_entropy(Softmax().forward(X), y)

def jacobian(s):
    return np.diag(s) - np.outer(s, s)

def load(path):
    return open(path)
"""
ENDS_IN = "name 'cross_entropy' is not defined, in the line `loss = cross_entropy"


def test_a_script_that_ends_in_an_error_is_read_to_its_end():
    layer, jacobian, load = verdicts = diagnose(SCRIPT)
    assert layer.misconception.key == "elementwise"
    assert jacobian.passed
    assert load.status is Status.NOT_READ
    for text in (str(verdicts), verdicts._repr_html_().replace("&#x27;", "'")):
        assert ENDS_IN in text
        assert "load: It was called in several ways, and it failed each time." in text


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("def f(x:", "This is not Python"),
        ("softmax", "There is no function and no class"),
        ("import sys; sys.exit(1)", "SystemExit"),
    ],
)
def test_a_text_that_defines_nothing_ends_in_a_sentence(text, answer):
    assert answer in str(diagnose(text))


def test_a_text_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr("softmax_lessons.judging.safe_call.SECONDS", 0.2)
    assert "all calls together have 0.2 seconds" in str(diagnose("while True: pass"))


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    load_ipython_extension(shell)
    yield shell
    InteractiveShell.clear_instance()


def test_a_cell_runs_as_it_is_and_all_that_it_defines_is_diagnosed(shell, capsys):
    result = shell.run_cell("%%diagnose\nprint('as it is')\n" + SCRIPT).result
    assert [verdict.passed for verdict in result] == [False, True, False]
    assert capsys.readouterr().out.startswith("as it is")
    assert "Softmax" in shell.user_ns
    shown = shell.run_cell("%%diagnose\nten = 10\nten").result
    assert "Out[0]: 10" in capsys.readouterr().out
    assert shown == ()


def test_the_cell_to_paste_into_says_what_to_do_where_its_first_line_is_lost(shell, capsys):
    notebook = nbformat.read(NOTEBOOKS / "diagnose_your_own.ipynb", as_version=4)
    (paste_here,) = [cell for cell in notebook.cells if "Your code goes here" in cell.source]
    for cell_id, told in [(paste_here.id, True), ("another", False)]:
        shell.kernel = SimpleNamespace(get_parent=lambda i=cell_id: {"metadata": {"cellId": i}})
        shell.run_cell(SCRIPT)
        assert ("Type %%diagnose as the first line" in capsys.readouterr().out) == told
    shell.run_cell(f"%%diagnose\n{SCRIPT}")
    assert "Type %%diagnose" not in capsys.readouterr().out
