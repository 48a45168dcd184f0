"""The derivative of softmax, derived, computed, shown and checked.

The softmax family of `softmax_lessons.numerics` is available here directly. What needs SymPy,
Matplotlib or ipywidgets is in modules of its own, loaded when they are imported.
"""

import sys

from softmax_lessons.numerics import (
    log_softmax,
    log_softmax_backward,
    logsumexp,
    softmax,
    softmax_backward,
    softmax_jacobian,
    softmax_jvp,
    softmax_vjp,
)

if sys.platform == "emscripten" and "IPython" in sys.modules:  # a notebook in a browser
    from softmax_lessons._browser import set_up

    set_up()

__version__ = "0.1.0"

__all__ = [
    "log_softmax",
    "log_softmax_backward",
    "logsumexp",
    "softmax",
    "softmax_backward",
    "softmax_jacobian",
    "softmax_jvp",
    "softmax_vjp",
]
