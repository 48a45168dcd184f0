"""The kernel in a browser runs each cell in a context of its own."""

import contextvars

import numpy as np
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from softmax_lessons._browser import keep_print_options


def test_print_options_last_from_one_cell_to_the_next():
    with np.printoptions():  # older NumPys keep them for the whole process
        shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
        shell.user_ns["np"] = np
        keep_print_options(shell)
        for cell in ["np.set_printoptions(precision=2)", "shown = str(np.array([1 / 3]))"]:
            contextvars.copy_context().run(shell.run_cell, cell)
    assert shell.user_ns["shown"] == "[0.33]"
