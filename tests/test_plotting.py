"""Pictures hold the numbers they were given, in text and in shape, and can be read."""

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
    BlockMatrix,
    HeatMap,
    ImageRows,
    Simplex,
    StepCurve,
    plot_gradient_and_mean,
    short_number,
)
from softmax_lessons.plotting.curves import ZERO_AT
from softmax_lessons.plotting.simplex import CORNERS

STEPS = 10.0 ** np.arange(-12, 1)


@pytest.fixture
def ax():
    return Figure().add_subplot()


def texts(artists):
    return [artist.get_text() for artist in artists]


def bars_of(ax, *series):
    bars = Bars(
        ax, ["a", "b"], styles=[ANALYTIC, NUMERIC, ELEMENTWISE][: len(series)], limits=(-1, 1)
    )
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


def test_bars_have_the_heights_and_labels_of_their_series(ax):
    bars = bars_of(ax, [0.5, -0.25], [0.125, 0])
    assert [[b.get_height() for b in c] for c in bars.containers] == [[0.5, -0.25], [0.125, 0]]
    assert [texts(labels) for labels in bars.labels] == [["0.50", "−0.25"], ["0.12", "0.00"]]


def test_bars_of_different_series_do_not_overlap(ax):
    bars = bars_of(ax, [1, 1], [1, 1], [1, 1])
    spans = sorted((b.get_x(), b.get_x() + b.get_width()) for c in bars.containers for b in c)
    assert all(right <= left + 1e-9 for (_, right), (left, _) in pairwise(spans))


def test_a_bar_beyond_the_axis_keeps_its_label_inside(ax):
    bars = bars_of(ax, [50, -5000])
    bottom, top = ax.get_ylim()
    assert all(bottom < label.get_position()[1] < top for label in bars.texts)
    assert texts(bars.texts) == ["50.0", "−5.0e3"]


def test_a_bar_beyond_the_axis_ends_inside_with_a_break(ax):
    bars = bars_of(ax, [50, 0.5])
    x, y = bars.breaks.get_data()
    assert 0.8 < np.nanmin(y) < np.nanmax(y) < 1
    assert_allclose([np.nanmin(x), np.nanmax(x)], [-0.4, 0.4])
    clip = bars.containers[0][0].get_clip_box().get_points()
    assert_allclose(ax.transData.inverted().transform(clip)[:, 1], [-1, 1])
    bars.set([0.5, 0.5])
    assert bars.breaks.get_xdata().size == 0


@pytest.mark.parametrize("zero", [0.0, 1e-17, -1e-17])
def test_the_number_of_a_bar_without_height_stays_above_it(ax, zero):
    assert bars_of(ax, [zero, 1]).texts[0].get_verticalalignment() == "bottom"


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


def test_the_frame_of_a_block_matrix_lies_around_the_chosen_block(ax):
    blocks = BlockMatrix(ax, ["a", "b", "c"], 2, limit=1)
    assert texts(ax.get_yticklabels()) == ["a", "b", "c"]
    assert [outline.get_center()[0] for outline in blocks.outlines] == [0.5, 2.5, 4.5]
    blocks.set(np.eye(6), 2)
    assert_array_equal(blocks.frame.get_center(), [4.5, 4.5])


def simplex(ax, p, directions):
    picture = Simplex(ax, ["$z_1$", "$z_2$", "$z_3$"])
    picture.set(np.asarray(p), directions)
    return picture


def test_an_arrow_to_a_corner_ends_in_that_corner(ax):
    p = np.array([0.5, 0.3, 0.2])
    arrows = simplex(ax, p, np.eye(3) - p[:, None]).arrows
    tips = arrows.get_offsets() + np.transpose([arrows.U, arrows.V])
    assert_allclose(tips, CORNERS, atol=1e-15)


def test_the_name_of_an_arrow_too_short_to_see_is_hidden(ax):
    picture = simplex(ax, [1 / 3] * 3, np.outer([1, -1, 0], [0.5, 1e-3, 0]))
    assert [name.get_visible() for name in picture.names] == [True, False, False]


@pytest.mark.parametrize("corner", range(3))
@pytest.mark.parametrize("certain", [0.3, 0.6, 0.8, 0.9, 0.95])
def test_the_names_of_arrows_stay_clear_of_those_of_the_corners(ax, corner, certain):
    p = np.full(3, (1 - certain) / 2)
    p[corner] = certain
    names = simplex(ax, p, np.diag(p) - np.outer(p, p)).names
    corners = [text for text in ax.texts if text not in names]
    boxes = [text.get_window_extent() for text in names if text.get_visible()]
    assert boxes
    assert not any(text.get_window_extent().count_overlaps(boxes) for text in corners)


def step_curve(ax, errors=STEPS, *, power=1, best=1e-6, error=1e-2):
    curve = StepCurve(ax, STEPS)
    curve.set(errors, STEPS**power, 1e-12 / STEPS, best, "best", 1e-2, error)
    return curve


def test_an_error_of_0_is_drawn_on_its_own_line(ax):
    curve = step_curve(ax, np.where(STEPS < 1e-9, 0, STEPS), error=0)
    assert_array_equal(curve.measured.get_ydata()[:3], ZERO_AT)
    assert curve.marker.get_ydata()[0] == ZERO_AT > ax.get_ylim()[0]


@pytest.mark.parametrize(("power", "name"), [(1, "slope 1"), (2, "slope 2"), (0, "slope 0")])
def test_the_slopes_are_written_beside_their_branches(ax, power, name):
    truncation, rounding = step_curve(ax, power=power).slopes
    assert [text.strip() for text in texts([truncation, rounding])] == [name, "slope −1"]
    (x, y), (u, v) = truncation.get_position(), rounding.get_position()
    assert y == pytest.approx(x**power)
    assert 1 <= v * u / 1e-12 <= 10


@pytest.mark.parametrize(("best", "side"), [(1e-11, "left"), (1e-2, "right")])
def test_the_name_of_the_best_step_stands_where_there_is_room(ax, best, side):
    curve = step_curve(ax, best=best)
    assert curve.best_name.get_horizontalalignment() == side
    assert (curve.best_name.get_position()[0] > best) == (side == "left")


@pytest.mark.parametrize(
    ("value", "text"), [(0.126, "0.13"), (-1e-9, "0.00"), (-1.5, "−1.50"), (1e6, "1.0e6")]
)
def test_short_numbers_keep_few_digits_and_no_negative_zero(value, text):
    assert short_number(value) == text


def test_the_bars_of_a_gradient_stand_on_its_mean_and_their_areas_are_the_gradient_at_the_logits(
    ax,
):
    p, g = np.array([0.5, 0.3, 0.2]), np.array([1, -1, 0.5])
    picture = plot_gradient_and_mean(p, g, ax)
    above, below = picture.bars
    assert picture.ax is ax
    assert_array_equal(picture.line.get_ydata(), [p @ g] * 2)
    assert {bar.get_y() for bars in picture.bars for bar in bars} == {p @ g}
    areas = [[bar.get_width() * bar.get_height() for bar in bars] for bars in picture.bars]
    assert_allclose(areas[0], p[[0, 2]] * (g[[0, 2]] - p @ g))
    assert_allclose(areas[1], [p[1] * (g[1] - p @ g)])
    assert above[0].get_hatch() != below[0].get_hatch()
    assert texts(ax.get_xticklabels()) == [
        f"class {k}\n$p$ = {v:.2f}" for k, v in enumerate(p, start=1)
    ]


def test_a_gradient_and_its_mean_show_themselves_with_alt_text_and_numbers():
    data, metadata = plot_gradient_and_mean([0.5, 0.5], [2, 2])._repr_mimebundle_()
    assert b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"].endswith("weighted mean sum(p g) = 2.00")
    assert "mean of 2.00" in metadata["image/png"]["alt"]


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
    assert negative[2] > negative[0]  # blue
    assert positive[0] > positive[2]  # red
    (marks,) = [line for line in ax.lines if line.get_label() == "negative"]
    assert_array_equal(marks.get_xydata(), [[1, 0]])


def test_each_row_of_images_has_colours_of_its_own_unless_a_limit_is_given():
    rows, titles = [np.ones((1, 2, 2)), np.full((2, 2, 2), -3.0)], [["a"], ["b", "c"]]
    for limit, expected in ((None, [1, 3]), (8, [8, 8])):
        images = ImageRows(rows, titles, names=["one", "two"], limit=limit, signed=True)
        meshes = [ax.collections[0] for ax in images.figure.axes if ax.get_title(loc="left")]
        assert [mesh.norm.vmax for mesh in meshes] == expected


def test_images_come_as_a_picture_with_alt_text_and_as_numbers():
    images = ImageRows([np.zeros((2, 2, 2))], [["a", "b"]], limit=1)
    data, metadata = images._repr_mimebundle_()
    assert b64decode(data["image/png"]).startswith(b"\x89PNG")
    assert data["text/plain"] == "  a, b"
    assert metadata["image/png"]["alt"] == "Images of 2 x 2 pixels. a, b."


def test_no_text_of_a_figure_of_images_is_cut_off_or_lies_on_another():
    rows, titles = [np.ones((10, 8, 8))] * 2, [[f"{k} → {k}" for k in range(10)]] * 2
    figure = ImageRows(rows, titles, names=["one", "two"], signed=True).figure
    figure.draw_without_rendering()
    for ax in figure.axes:
        for text in [*ax.get_xticklabels(), *ax.get_yticklabels(), ax._left_title]:
            box = text.get_window_extent()
            assert box.x0 >= 0
            assert box.y0 >= 0
            assert box.x1 <= figure.bbox.x1
            assert box.y1 <= figure.bbox.y1
        boxes = [label.get_window_extent() for label in ax.get_xticklabels()]
        assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
