"""A Matplotlib figure that follows sliders: only what moves is drawn again.

Moving a slider draws artists, makes a PNG of the pixels, and sends that to the browser.
"""

from base64 import b64encode

import ipywidgets as widgets
import matplotlib
from matplotlib.figure import Figure

from softmax_lessons.plotting import STYLE
from softmax_lessons.plotting.pixels import DPI, SHOWN_DPI, CachingCanvas, png

VIEW = "application/vnd.jupyter.widget-view+json"


class LiveFigure:
    r"""A figure shown as one `ipywidgets.Image`; `size` is in inches, at SHOWN_DPI pixels each.

    `build` draws everything once and keeps the pixels of what stands still. `redraw` puts these
    back, draws the moving artists over them, and hands the pixels to the widget. What `build` has
    made is the `scene`: figure, moving artists and background. Another one may take its place.

    Examples
    --------
    >>> live = LiveFigure((4, 3))
    >>> live.build(lambda figure: figure.add_subplot().plot([0, 1]))
    >>> live.redraw()
    >>> bytes(live.image.value[:4])
    b'\x89PNG'
    """

    def __init__(self, size):
        self._size, self.scene = size, None
        self.width = round(size[0] * SHOWN_DPI)
        # Where there is less room, the picture is scrolled sideways: smaller it can't be read.
        layout = {"width": "100%", "max_width": f"{self.width}px", "min_width": "560px"}
        self.image = widgets.Image(format="png", layout=layout).add_class("softmax-picture")

    def build(self, draw):
        """Have `draw(figure)` draw a figure and return the artists that move.

        The layout takes half of the time. Where a slider has pictures drawn anew, `draw` sets the
        layout engine to "none", and places its axes itself.
        """
        figure = Figure(figsize=self._size, dpi=DPI)
        canvas = CachingCanvas(figure)
        with matplotlib.rc_context(STYLE):  # on which the number of ticks depends, too
            figure.set_layout_engine("constrained", w_pad=0.15, h_pad=0.1)
            moving = [*draw(figure)]
            # The layout must know the moving artists, and must not shift once they move.
            figure.get_layout_engine().execute(figure)
            figure.set_layout_engine("none")
            for artist in moving:
                artist.set_animated(True)
            canvas.draw()
        self.scene = figure, moving, canvas.copy_from_bbox(figure.bbox)

    def redraw(self):
        """Draw the moving artists over the background, and show the result."""
        figure, moving, background = self.scene
        figure.canvas.restore_region(background)
        for artist in sorted(moving, key=lambda artist: artist.zorder):
            figure.draw_artist(artist)
        self.image.value = png(figure.canvas.buffer_rgba())

    def bundle(self, owner, text, alt):
        """Return a MIME bundle, as ``_repr_mimebundle_`` of `owner` does.

        It holds the live widget of the owner; and for readers without one the picture, with `alt`
        to say what it shows, and its numbers as `text`.
        """
        data = {
            VIEW: owner.widget._repr_mimebundle_()[VIEW],
            "image/png": b64encode(self.image.value).decode("ascii"),
            "text/plain": text,
        }
        return data, {"image/png": {"alt": alt, "width": self.width}}
