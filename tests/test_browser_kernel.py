"""The kernel in a browser runs each cell in a context of its own."""

import contextvars

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from softmax_lessons._browser import keep_print_options

CELLS = ["np.set_printoptions(precision=2)", "shown = str(np.array([1 / 3]))"]


def shown_by(shell):
    shell.user_ns["np"] = np
    for cell in CELLS:
        contextvars.copy_context().run(shell.run_cell, cell)
    return shell.user_ns["shown"]


def test_print_options_last_from_one_cell_to_the_next():
    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    in_this_context = contextvars.copy_context()
    assert in_this_context.run(shown_by, shell) == "[0.33333333]"
    keep_print_options(shell)
    assert in_this_context.run(shown_by, shell) == "[0.33]"
