"""A canvas that remembers what words look like, since letters are what takes Matplotlib longest."""

import math
from functools import lru_cache

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg

MARGIN = 4
"""Pixels around a word, for slanted letters that reach beyond their measured width."""

DPI = 100
"""Pixels an inch."""

# Measures words. Every renderer shares its reader of formulas, which knows the latest it has read.
RULER = RendererAgg(1, 1, DPI)


@lru_cache(maxsize=512)
def picture_of(word, font, ismath):
    """Return how a word covers the pixels around it.

    Parameters
    ----------
    word : str
        A word without spaces, or a formula.
    font : matplotlib.font_manager.FontProperties
    ismath : bool
        Whether it is a formula.

    Returns
    -------
    coverage : ndarray of uint8, shape (height, width)
        From 0, beside the letters, to 255, within them; the lowest row comes first.
    below : int
        How many rows lie under the line that the letters stand on.
    advance : float
        How many pixels further the next word begins; of no use for a formula, which is alone.
    """
    width, height, depth = RULER.get_text_width_height_descent(word, font, ismath)
    advance = RULER.get_text_width_height_descent(word + " ", font, False)[0]
    below = math.ceil(depth) + MARGIN
    size = math.ceil(width) + 2 * MARGIN, math.ceil(height - depth) + MARGIN + below
    renderer = RendererAgg(*size, DPI)
    renderer.mathtext_parser = RULER.mathtext_parser
    renderer.draw_text(renderer.new_gc(), MARGIN, size[1] - below, word, font, 0, ismath)
    return np.flipud(renderer.buffer_rgba())[..., 3].copy(), below, advance


class CachingRenderer(RendererAgg):
    """A renderer that draws a word once, and from then on puts its pixels where they belong."""

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        """Draw a text; the arguments are those of `matplotlib.backend_bases.RendererBase`."""
        if angle or gc.get_clip_rectangle() is not None:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        colour = [round(255 * part) for part in gc.get_rgb()]
        font = prop.copy()  # whoever owns it may change it, and a key must not change
        for word in [s] if ismath else s.split(" "):
            coverage, below, advance = picture_of(word, font, ismath)
            pixels = np.empty((*coverage.shape, 4), dtype=np.uint8)
            pixels[:] = colour
            pixels[..., 3] = coverage * gc.get_rgb()[3]
            self.draw_image(
                self.new_gc(), round(x) - MARGIN, round(self.height - y) - below, pixels
            )
            x += advance


class CachingCanvas(FigureCanvasAgg):
    """A canvas that draws with a `CachingRenderer`."""

    def get_renderer(self):
        """Return the renderer, always the same one: the figure keeps its size."""
        if not hasattr(self, "renderer"):
            self.renderer = CachingRenderer(*self.get_width_height(physical=True), DPI)
            self.renderer.mathtext_parser = RULER.mathtext_parser
        return self.renderer
