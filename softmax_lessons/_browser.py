"""What the Python of a browser does otherwise than others, set right for the lessons."""

import numpy as np
from IPython import get_ipython


def keep_print_options(shell):
    """Have NumPy's print options last from one cell to the next.

    The kernel in a browser runs each cell in a context of its own, and NumPy keeps its options in
    the context, so that they would end with the cell that sets them.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    """
    kept = {}

    def before(info=None):
        if kept:
            np.set_printoptions(**kept)

    def after(result=None):
        kept.update(np.get_printoptions())

    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)


def set_up():
    """Set right the kernel that imports the lessons, if one does."""
    shell = get_ipython()
    if shell is not None:
        keep_print_options(shell)
        shell.Completer.use_jedi = False  # the kernel turns it on, and the site leaves jedi out
