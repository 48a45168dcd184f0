"""Pictures hold the numbers they were given, in text and in shape, and can be read.

What the pictures of explorers show, test_explorers.py says.
"""

from base64 import b64decode
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.testing import assert_allclose, assert_array_equal

from softmax_lessons.plotting import (
    ANALYTIC,
    CLASS_COLOURS,
    ELEMENTWISE,
    NUMERIC,
    Bars,
    HeatMap,
    ImageRows,
    StepCurve,
    plot_gradient_and_mean,
    plot_losses,
    plot_probabilities,
    short_number,
)
from softmax_lessons.plotting.curves import ZERO_AT

RUNS = {"first": [0.1, 0.6, 0.9], "second": [0.1, 0.2, 0.4], "third": [0.2, 0.2, 0.2]}


@pytest.fixture
def ax():
    return Figure().add_subplot()


def texts(artists):
    return [artist.get_text() for artist in artists]


def bars_of(ax, *series):
    styles = [ANALYTIC, NUMERIC, ELEMENTWISE][: len(series)]
    bars = Bars(ax, ["a", "b"], styles=styles, limits=(-1, 1))
    bars.set(*series)
    return bars


def contrast(first, second):
    """The contrast ratio of two colours, by WCAG 2.1."""

    def luminance(colour):
        channels = np.array(to_rgb(colour))
        linear = np.where(
            channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
        )
        return linear @ [0.2126, 0.7152, 0.0722]

    low, high = sorted([luminance(first), luminance(second)])
    return (high + 0.05) / (low + 0.05)


def test_bars_of_different_series_bear_their_numbers_and_do_not_overlap(ax):
    bars = bars_of(ax, [0.5, -0.25], [0.125, 0], [1, 1])
    assert [texts(labels) for labels in bars.labels[:2]] == [["0.50", "−0.25"], ["0.12", "0.00"]]
    spans = sorted((b.get_x(), b.get_x() + b.get_width()) for c in bars.containers for b in c)
    assert all(right <= left + 1e-9 for (_, right), (left, _) in pairwise(spans))


def test_a_bar_beyond_the_axis_ends_inside_with_its_number_and_a_break(ax):
    bars = bars_of(ax, [50, -5000])
    bottom, top = ax.get_ylim()
    assert all(bottom < label.get_position()[1] < top for label in bars.texts)
    assert texts(bars.texts) == ["50.0", "−5.0e3"]
    clip = bars.containers[0][0].get_clip_box().get_points()
    assert_allclose(ax.transData.inverted().transform(clip)[:, 1], [-1, 1])
    y = bars.breaks.get_ydata()
    assert -1 < np.nanmin(y) < -0.8
    assert 0.8 < np.nanmax(y) < 1
    bars.set([0.5, 1 + 1e-15])
    assert bars.breaks.get_ydata().size == 0


def test_series_and_classes_differ_in_colour_and_series_in_more():
    assert len({style.get("hatch") for style in (ANALYTIC, NUMERIC, ELEMENTWISE)}) == 3
    assert len(set(CLASS_COLOURS)) == len(CLASS_COLOURS)


def test_colours_of_a_matrix_are_centred_on_zero(ax):
    cells = HeatMap(ax, ["a"], ["b"], limit=0.1).cells
    assert min(cells.cmap(cells.norm(0.0))) > 0.95
    assert (cells.norm(-0.1), cells.norm(0.1)) == (0, 1)


@pytest.mark.parametrize("value", np.linspace(-0.3, 0.3, 25))
def test_the_number_in_a_cell_stands_out_from_its_colour(ax, value):
    heat_map = HeatMap(ax, ["a"], ["b"], limit=0.25)
    heat_map.set(np.array([[value]]))
    cell = heat_map.cells.cmap(heat_map.cells.norm(value))
    # WCAG 2.1 asks for 3 where text is as large as this (success criterion 1.4.3).
    assert contrast(heat_map.texts[0, 0].get_color(), cell) >= 3


def test_an_error_of_0_is_drawn_on_its_own_line(ax):
    steps = 10.0 ** np.arange(-12, 1)
    curve = StepCurve(ax, steps)
    curve.set(np.where(steps < 1e-9, 0, steps), steps, 1e-12 / steps, 1e-6, "best", 1e-2, 0)
    assert_array_equal(curve.measured.get_ydata()[:3], ZERO_AT)
    assert curve.marker.get_ydata()[0] == ZERO_AT > ax.get_ylim()[0]


@pytest.mark.parametrize(
    ("value", "text"), [(0.126, "0.13"), (-1e-9, "0.00"), (-1.5, "−1.50"), (1e6, "1.0e6")]
)
def test_short_numbers_keep_few_digits_and_no_negative_zero(value, text):
    assert short_number(value) == text


def test_the_areas_of_bars_that_stand_on_the_mean_are_the_gradient_at_the_logits():
    p, g = np.array([0.5, 0.3, 0.2]), np.array([1, -1, 0.5])
    picture = plot_gradient_and_mean(p, g)
    above, below = picture.bars
    assert_array_equal(picture.line.get_ydata(), [p @ g] * 2)
    assert {bar.get_y() for bars in picture.bars for bar in bars} == {p @ g}
    areas = [[bar.get_width() * bar.get_height() for bar in bars] for bars in picture.bars]
    assert_allclose(areas[0], p[[0, 2]] * (g[[0, 2]] - p @ g))
    assert_allclose(areas[1], [p[1] * (g[1] - p @ g)])
    assert above[0].get_hatch() != below[0].get_hatch()


@pytest.mark.parametrize("plot", [plot_losses, plot_probabilities])
def test_each_run_has_a_curve_with_a_name_a_colour_and_a_dash_pattern_of_its_own(plot):
    ax = plot(RUNS).ax
    for line, (name, run) in zip(ax.get_lines(), RUNS.items(), strict=True):
        assert_array_equal(line.get_ydata(), run)
        assert line.get_label() == name
    for one, other in pairwise(ax.get_lines()):
        assert one.get_color() != other.get_color()
        assert one.get_linestyle() != other.get_linestyle()


def test_rows_of_images_hold_their_numbers_and_leave_free_places_empty():
    rows = [np.arange(12.0).reshape(2, 2, 3), np.ones((3, 2, 3))]
    first, _ = ImageRows(rows, [["a", "b"], ["c", "d", "e"]]).figure.axes
    shown = first.collections[0].get_array()
    assert shown.shape == (2, 3 * 3 + 2)
    assert_array_equal(shown[:, :3], rows[0][0])
    assert_array_equal(shown[:, 4:7], rows[0][1])
    assert shown.mask[:, [3, *range(7, 11)]].all()
    assert texts(first.get_xticklabels()) == ["a", "b"]


def test_signed_images_are_white_at_zero_and_mark_what_is_clearly_negative():
    images = np.array([[[0.0, -2.0]], [[2.0, -0.5]]])
    ax = ImageRows([images], [["a", "b"]], limit=4, signed=True).figure.axes[0]
    (cells,) = ax.collections
    zero, negative, positive = cells.cmap(cells.norm([0.0, -2.0, 2.0]))[:, :3]
    assert contrast(zero, "white") < 1.1
    assert negative[0] > negative[2]  # red
    assert positive[2] > positive[0]  # blue
    (marks,) = [line for line in ax.lines if line.get_label() == "negative"]
    assert_array_equal(marks.get_xydata(), [[1, 0]])


def test_each_row_of_images_has_colours_of_its_own_unless_a_limit_is_given():
    rows, titles = [np.ones((1, 2, 2)), np.full((2, 2, 2), -3.0)], [["a"], ["b", "c"]]
    for limit, expected in ((None, [1, 3]), (8, [8, 8])):
        images = ImageRows(rows, titles, names=["one", "two"], limit=limit, signed=True)
        meshes = [ax.collections[0] for ax in images.figure.axes if ax.get_title(loc="left")]
        assert [mesh.norm.vmax for mesh in meshes] == expected


@pytest.mark.parametrize(
    ("picture", "alt"),
    [
        (plot_gradient_and_mean([0.5, 0.5], [2, 2]), "mean of 2.00"),
        (plot_losses({"one": [2, 1, 3]}), "one: 2.00 at step 0, lowest at step 1 with 1.00, 3.00"),
        (plot_probabilities(RUNS), "second: 0.10 at step 0, never above 0.5, 0.40 at step 2"),
        (ImageRows([np.zeros((2, 2, 2))], [["a", "b"]], limit=1), "2 x 2 pixels. a, b."),
    ],
)
def test_a_picture_comes_with_alt_text_and_as_numbers(picture, alt):
    data, metadata = picture._repr_mimebundle_()
    assert b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == repr(picture)
    assert alt in metadata["image/png"]["alt"]
