"""What is a widget while its kernel lives, and a picture afterwards."""

import asyncio
from contextlib import contextmanager, suppress

import ipywidgets
from IPython.display import clear_output, display, update_display

from softmax_lessons._shown import replace_earlier
from softmax_lessons.explorers.live_figure import VIEW

if int(ipywidgets.__version__.partition(".")[0]) < 8:
    raise ImportError(
        f"explorers need ipywidgets 8.1 or newer, and this is {ipywidgets.__version__}; run"
        " `%pip install --upgrade ipywidgets`, restart the kernel, and reload the page"
    )

# Widgets end with their kernel, and front ends then show an error or nothing. So a picture follows
# each widget, and this decides which of the two is to be seen, in a file that is opened again too.
ASLEEP = """<style>
.jp-OutputArea-child:has(.softmax-live:not(.jupyter-widgets-disconnected)) {
  + :has(.softmax-asleep), + :has(.softmax-asleep) + * { display: none !important }
}
.jp-OutputArea-child:has(> .lm-Panel):has(+ * .softmax-asleep) {
  &:not(:has(.softmax-live:not(.jupyter-widgets-disconnected))) { display: none }
}
</style><p class="softmax-asleep">Run the notebook down to this cell to move the picture.</p>"""

QUIET = 1.0
"""Seconds without a move after which the picture that is stored is that of the widget."""


def show(view):
    """Display a view's widget, and after it what takes its place once that is dead."""
    replace_earlier(view)
    view.widget.add_class("softmax-live")
    picture, metadata = view._repr_mimebundle_()
    display({VIEW: picture.pop(VIEW)}, raw=True)
    display({"text/html": ASLEEP}, raw=True)
    display(picture, metadata=metadata, raw=True, display_id=view.widget.model_id)


class Live:
    """What shows itself as its `widget`; its picture, as ``_repr_mimebundle_``, is stored."""

    _shown, _waiting = False, None

    def _ipython_display_(self):
        show(self)
        self._shown = True

    def _store_soon(self):
        """Have the picture that is stored follow once nothing moves."""
        if self._waiting:
            self._waiting.cancel()
        with suppress(RuntimeError):  # no loop runs where nothing is stored
            self._waiting = asyncio.get_running_loop().call_later(QUIET, self._store)

    def _store(self):
        if self._shown:  # and not replaced meanwhile
            picture, metadata = self._repr_mimebundle_()
            del picture[VIEW]
            update_display(picture, metadata=metadata, raw=True, display_id=self.widget.model_id)


@contextmanager
def live(view):
    """Show the widget of a view below the cell for as long as a ``with`` block runs.

    Then the cell's output is cleared, so that the view, as the last expression of the same cell,
    stands there as a picture. After an error, or an interrupt, it does too.

    Parameters
    ----------
    view : TrainingView
    """
    replace_earlier(view)
    display({VIEW: view.widget._repr_mimebundle_()[VIEW]}, raw=True)
    try:
        yield
    except BaseException:
        clear_output(wait=True)
        picture, metadata = view._repr_mimebundle_()
        display(picture, metadata=metadata, raw=True)
        raise
    clear_output(wait=True)
