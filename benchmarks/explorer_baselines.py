"""The gradient explorer's figure, moved by its slider z1 in other ways, to be compared with it."""

from base64 import b64decode
from itertools import cycle

import ipywidgets as widgets
import matplotlib
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from softmax_lessons.explorers import GradientExplorer
from softmax_lessons.plotting import STYLE

SIZE = (12, 4.8)


class Parts(GradientExplorer):
    """The explorer's sliders, arrays and drawing, without its live figure."""

    def update(self):
        """Leave to the baselines what happens when a slider moves."""

    def draw_onto(self, figure):
        """Draw everything onto an empty figure, with the explorer's layout."""
        figure.set_layout_engine("constrained", w_pad=0.1, wspace=0.08)
        state = self.compute()
        self.draw(figure, state)
        self.show(state)


def figure_drawn_anew():
    """Return sliders over a figure that `interactive_output` makes anew for each of their values.

    Returns
    -------
    ipywidgets.VBox
    """
    parts = Parts()

    def plot(**values):
        with matplotlib.rc_context(STYLE):
            parts.draw_onto(plt.figure(figsize=SIZE, dpi=100))
            plt.show()

    output = widgets.interactive_output(plot, parts.controls)
    return widgets.VBox([*parts.controls.values(), output])


def figure_in_ipympl():
    """Return sliders over an ipympl figure, whose artists get new data and are drawn when idle.

    Returns
    -------
    ipywidgets.VBox

    Raises
    ------
    ImportError
        If ipympl is not installed.
    """
    backend = matplotlib.get_backend()
    from ipympl.backend_nbagg import Canvas, FigureManager

    matplotlib.use(backend)  # which ipympl has changed for the whole kernel
    parts = Parts()
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=SIZE, dpi=100)
        canvas = Canvas(figure)
        FigureManager(canvas, 1)
        parts.draw_onto(figure)
        # As in the explorer, the layout stands still from now on.
        figure.draw_without_rendering()
        figure.set_layout_engine("none")

    def move(_):
        parts.show(parts.compute())
        canvas.draw_idle()

    for control in parts.controls.values():
        control.observe(move, "value")
    return widgets.VBox([*parts.controls.values(), canvas])


def picture(explorer):
    """Return the picture that an explorer shows, as a PNG file.

    Parameters
    ----------
    explorer : Explorer

    Returns
    -------
    bytes
    """
    data, _ = explorer._repr_mimebundle_()
    return b64decode(data["image/png"])


def ready_made_pictures():
    """Return a slider that swaps two ready-made pictures of the explorer: nothing is drawn.

    Returns
    -------
    ipywidgets.VBox
    """
    explorer = GradientExplorer()
    slider = explorer.controls["z1"]
    first = picture(explorer)
    slider.value += slider.step
    others = cycle([picture(explorer), first])
    floor = widgets.FloatSlider(value=1, min=slider.min, max=slider.max, step=slider.step)
    as_in_explorers = widgets.Layout(width="100%", max_width="1200px")
    image = widgets.Image(value=first, format="png", layout=as_in_explorers)

    def swap(_):
        image.value = next(others)

    floor.observe(swap, "value")
    return widgets.VBox([floor, image])
