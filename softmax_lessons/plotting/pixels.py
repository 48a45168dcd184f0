"""Pixels of a figure that follows sliders: words are drawn once, and a PNG is made quickly.

Letters are what takes Matplotlib longest, so the pixels of a word are kept; and Pillow tries five
filters on every row of a PNG, where rows as they are take half the time.
"""

import math
import struct
import sys
import zlib
from functools import cache, lru_cache

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg

SHOWN_DPI = 100
"""Pixels an inch on the page."""

DPI = SHOWN_DPI if sys.platform == "emscripten" else 150
"""Pixels an inch in the picture: more, for sharp screens, but where the browser draws it itself."""

MARGIN = DPI // 25
"""Pixels around a word, for slanted letters that reach beyond their measured width."""

# Measures words. Every renderer shares its reader of formulas, which knows the latest it has read.
RULER = RendererAgg(1, 1, DPI)


@lru_cache(maxsize=512)
def picture_of(word, font, ismath):
    """Return how a word (or a formula) covers the pixels around it.

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


@cache
def renderer_of(width, height):
    """Return the renderer of the pictures of a size; it holds a picture's pixels."""
    renderer = CachingRenderer(width, height, DPI)
    renderer.mathtext_parser = RULER.mathtext_parser
    return renderer


class CachingCanvas(FigureCanvasAgg):
    """A canvas that draws with a `CachingRenderer`."""

    def get_renderer(self):
        """Return the renderer, which all figures of this size share: each draws, and is sent."""
        return renderer_of(*self.get_width_height(physical=True))


def png(pixels):
    r"""Return pixels (uint8, shape (height, width, 4): red, green, blue, opacity) as a PNG file.

    Source: Portable Network Graphics (PNG) Specification, third edition, W3C, 2025, sections 5, 7
    and 11, https://www.w3.org/TR/png-3/.

    Examples
    --------
    >>> png(np.zeros((2, 3, 4), dtype=np.uint8))[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    height, width, _ = np.shape(pixels)
    # Every row begins with the number of its filter; 0 is none.
    rows = np.zeros((height, 1 + 4 * width), dtype=np.uint8)
    rows[:, 1:] = np.reshape(pixels, (height, 4 * width))
    eight_bits, red_green_blue_opacity = 8, 6
    header = struct.pack(">IIBBBBB", width, height, eight_bits, red_green_blue_opacity, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, level=1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
