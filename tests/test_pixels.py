"""The faster canvas and PNG writer of the explorers, against Matplotlib and Pillow."""

from io import BytesIO

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from softmax_lessons.plotting.pixels import DPI, CachingCanvas, png


def drawn(canvas_class, text, then=None, **style):
    """Return the pixels of a text in the middle of an otherwise white figure.

    `then` is done to the text once it is drawn.
    """
    figure = Figure(figsize=(4, 1), dpi=DPI)
    canvas = canvas_class(figure)
    artist = figure.text(0.5, 0.4, text, **{"fontsize": 15, "ha": "center"} | style)
    canvas.draw()
    if then:
        then(artist)
    return np.array(canvas.buffer_rgba())


def ink(pixels):
    """Return where a picture is not white: how much ink, and its centre."""
    dark = 1 - pixels[..., :3].mean(axis=-1) / 255
    rows, columns = np.indices(dark.shape)
    total = dark.sum()
    return total, (rows * dark).sum() / total, (columns * dark).sum() / total


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("−1.5e+04", {"fontweight": "bold"}),
        ("off by at most 0.25", {}),
        (r"$\dfrac{e^{z_1}}{e^{z_1} + e^{z_2}}$", {}),
        ("jpqy", {"fontstyle": "italic", "fontsize": 25}),
        ("0.25", {"color": "#D55E00", "alpha": 0.5}),
        ("two\nlines", {}),
        ("upwards", {"rotation": 90, "va": "center"}),
        ("in a box", {"bbox": {"facecolor": "#EEEEEE"}}),
    ],
)
def test_text_is_where_matplotlib_puts_it_with_as_much_ink(text, style):
    ours = ink(drawn(CachingCanvas, text, **style))
    theirs = ink(drawn(FigureCanvasAgg, text, **style))
    # Letters stand on whole pixels here, in Matplotlib on parts of them.
    assert ours[0] == pytest.approx(theirs[0], rel=0.05)
    assert_allclose(ours[1:], theirs[1:], atol=1)


@pytest.mark.parametrize("change", [{"fontsize": 20}, {"fontweight": "bold"}, {"color": "#D55E00"}])
def test_a_word_in_another_look_is_another_picture_and_the_first_stays_as_it_was(change):
    before = drawn(CachingCanvas, "0.25", then=lambda text: text.set(**change))
    assert (drawn(CachingCanvas, "0.25", **change) != before).any()
    assert_array_equal(drawn(CachingCanvas, "0.25"), before)


@pytest.mark.parametrize("shape", [(1, 1), (48, 120)])
def test_a_png_read_by_pillow_holds_the_same_pixels(shape):
    pixels = np.random.default_rng(0).integers(0, 256, (*shape, 4), dtype=np.uint8)
    with Image.open(BytesIO(png(pixels))) as image:
        assert image.mode == "RGBA"
        assert_array_equal(np.asarray(image), pixels)
