"""The kernel in a browser runs each cell in a context of its own."""

import contextvars

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from softmax_lessons._browser import keep_print_options

CELLS = ["np.set_printoptions(precision=2)", "shown = str(np.array([1 / 3]))"]


@pytest.fixture
def shell():
    with np.printoptions():  # older NumPys keep them for the whole process
        yield InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))


def shown_by(shell):
    shell.user_ns["np"] = np
    for cell in CELLS:
        contextvars.copy_context().run(shell.run_cell, cell)
    return shell.user_ns["shown"]


@pytest.mark.skipif(
    np.lib.NumpyVersion(np.__version__) < "2.1.0",
    reason="NumPy keeps its print options in the context from 2.1 on",
)
def test_print_options_end_by_themselves_with_the_cell_that_sets_them(shell):
    assert shown_by(shell) == "[0.33333333]"


def test_print_options_last_from_one_cell_to_the_next(shell):
    keep_print_options(shell)
    assert shown_by(shell) == "[0.33]"
