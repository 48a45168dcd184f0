"""Show a view while a cell works on it, and once when it is done."""

from contextlib import contextmanager

from IPython.display import clear_output, display


@contextmanager
def live(view):
    """Show the widget of a view below the cell for as long as a ``with`` block runs.

    Then the cell's output is cleared, so that the view, as the last expression of the same cell,
    stands there once: as a widget, and for readers without one as the finished picture. After an
    error the widget stays.

    Parameters
    ----------
    view : object
        With an ipywidgets widget as its attribute `widget`, such as a `TrainingView`.
    """
    kind = "application/vnd.jupyter.widget-view+json"
    # The widget alone, without its text: nothing is stored but what stands there in the end.
    display({kind: view.widget._repr_mimebundle_()[kind]}, raw=True)
    yield
    clear_output(wait=True)
