"""A Matplotlib figure that follows sliders: only what moves is drawn again."""

from base64 import b64encode

import ipywidgets as widgets
import matplotlib
from matplotlib.figure import Figure

from softmax_lessons.explorers.canvas import DPI, CachingCanvas
from softmax_lessons.explorers.png import png
from softmax_lessons.plotting import STYLE


class LiveFigure:
    r"""A figure shown as one `ipywidgets.Image`.

    `build` draws everything once and keeps the pixels of what stands still. `redraw` puts these
    back, draws the moving artists over them, and hands the pixels to the widget.

    Parameters
    ----------
    size : (float, float)
        Width and height in inches, at 100 pixels an inch.

    Examples
    --------
    >>> live = LiveFigure((4, 3))
    >>> live.build(lambda figure: figure.add_subplot().plot([0, 1]))
    >>> live.redraw()
    >>> bytes(live.image.value[:4])
    b'\x89PNG'
    """

    def __init__(self, size):
        self.figure = Figure(figsize=size, dpi=DPI)
        self.canvas = CachingCanvas(self.figure)
        width = int(size[0] * DPI)
        self.image = widgets.Image(
            format="png", layout=widgets.Layout(width="100%", max_width=f"{width}px")
        )
        self.moving = []

    def build(self, draw):
        """Clear the figure and draw it anew.

        Parameters
        ----------
        draw : callable
            Takes the figure, draws everything onto it, returns the artists that will move.
        """
        self.figure.clear()
        with matplotlib.rc_context(STYLE):
            self.figure.set_layout_engine("constrained", w_pad=0.1, wspace=0.08)
            self.moving = draw(self.figure)
            # The layout must know the moving artists, and must not shift once they move.
            self.figure.draw_without_rendering()
            self.figure.set_layout_engine("none")
        for artist in self.moving:
            artist.set_animated(True)
        self.canvas.draw()
        self._background = self.canvas.copy_from_bbox(self.figure.bbox)

    def redraw(self):
        """Draw the moving artists over the background, and show the result."""
        self.canvas.restore_region(self._background)
        for artist in self.moving:
            self.figure.draw_artist(artist)
        self.image.value = png(self.canvas.buffer_rgba())

    def bundle(self, widget, text, alt):
        """Return a MIME bundle: a live widget, and for readers without one picture and numbers.

        Parameters
        ----------
        widget : ipywidgets.Widget
            What holds the image.
        text : str
            The numbers that the picture shows, in a fixed format.
        alt : str
            What the picture shows, in a sentence or two.

        Returns
        -------
        data, metadata : dict
            What an object's ``_repr_mimebundle_`` returns.
        """
        view = "application/vnd.jupyter.widget-view+json"
        data = {
            view: widget._repr_mimebundle_()[view],
            "image/png": b64encode(self.image.value).decode("ascii"),
            "text/plain": text,
        }
        return data, {"image/png": {"alt": alt}}
