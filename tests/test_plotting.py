"""Drawings hold the numbers they were given, in text and in shape, and can be read."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.testing import assert_allclose, assert_array_equal

from softmax_lessons import plotting
from softmax_lessons.plotting import (
    ANALYTIC,
    CLASS_COLOURS,
    ELEMENTWISE,
    NUMERIC,
    draw_bars,
    draw_blocks,
    draw_formulas,
    draw_matrix,
    draw_simplex,
    draw_sums,
    short_number,
)


@pytest.fixture
def ax():
    return Figure().add_subplot()


def texts(artists):
    return [artist.get_text() for artist in artists]


def bars_of(ax, *series, limits=(-1, 1)):
    styles = [ANALYTIC, NUMERIC, ELEMENTWISE][: len(series)]
    return draw_bars(ax, *series, styles=styles, limits=limits, ticks=["a", "b"])


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
    assert all(bottom < label.get_position()[1] < top for label in bars.labels[0])
    assert texts(bars.labels[0]) == ["50.00", "−5.0e+03"]


def test_series_differ_in_more_than_colour():
    hatches = [style.get("hatch") for style in (ANALYTIC, NUMERIC, ELEMENTWISE)]
    assert len(set(hatches)) == 3


def test_classes_have_different_colours():
    assert len(set(CLASS_COLOURS)) == len(CLASS_COLOURS)


def test_a_matrix_shows_every_entry_as_number_and_colour(ax):
    matrix = np.array([[0.25, -0.125], [0, -0.25]])
    heat_map = draw_matrix(ax, matrix, limit=0.25, rows=["a", "b"], columns=["c", "d"])
    assert_array_equal(heat_map.cells.get_array(), matrix)
    assert texts(heat_map.texts.flat) == ["0.250", "−0.125", "0.000", "−0.250"]
    assert texts(ax.get_yticklabels()) == ["a", "b"]
    assert texts(ax.get_xticklabels()) == ["c", "d"]


def test_colours_of_a_matrix_are_centred_on_zero(ax):
    image = draw_matrix(ax, [[0.0]], limit=0.1, rows=["a"], columns=["b"]).cells
    red, green, blue, _ = image.cmap(image.norm(0.0))
    assert min(red, green, blue) > 0.95
    assert image.norm(-0.1) == 0
    assert image.norm(0.1) == 1


@pytest.mark.parametrize("value", np.linspace(-0.3, 0.3, 25))
def test_the_number_in_a_cell_stands_out_from_its_colour(ax, value):
    heat_map = draw_matrix(ax, [[value]], limit=0.25, rows=["a"], columns=["b"])
    cell = heat_map.cells.cmap(heat_map.cells.norm(value))
    # WCAG 2.1 asks for 3 where text is as large as this (success criterion 1.4.3).
    assert contrast(heat_map.texts[0, 0].get_color(), cell) >= 3


def test_the_frame_of_a_block_matrix_lies_around_the_chosen_block(ax):
    matrix = np.kron(np.eye(3), np.ones((2, 2)))
    blocks = draw_blocks(ax, matrix, 2, names=["a", "b", "c"], limit=1)
    assert_array_equal(blocks.cells.get_array(), matrix)
    assert texts(ax.get_yticklabels()) == ["a", "b", "c"]
    assert [outline.get_center()[0] for outline in blocks.outlines] == [0.5, 2.5, 4.5]
    assert_array_equal(blocks.frame.get_center(), [4.5, 4.5])
    blocks.set(-matrix, 0)
    assert_array_equal(blocks.cells.get_array(), -matrix)
    assert_array_equal(blocks.frame.get_center(), [0.5, 0.5])


def test_sums_stand_beside_their_rows_and_columns(ax):
    margin = draw_sums(ax, [1, 2], [3, 4, 5])
    assert texts(margin.row_texts) == ["1.000", "2.000"]
    assert texts(margin.column_texts) == ["3.000", "4.000", "5.000"]
    assert [text.get_position()[1] for text in margin.row_texts] == [0, 1]
    assert [text.get_position()[0] for text in margin.column_texts] == [0, 1, 2]


def test_a_certain_distribution_lies_in_its_corner(ax):
    simplex = draw_simplex(ax, [0, 0, 1], np.zeros((3, 3)), names=["a", "b", "c"])
    assert_allclose(np.ravel(simplex.point.get_data()), plotting.CORNERS[2])


def test_an_arrow_to_a_corner_ends_in_that_corner(ax):
    p = np.array([0.5, 0.3, 0.2])
    to_corners = np.eye(3) - p[:, None]
    simplex = draw_simplex(ax, p, to_corners, names=["a", "b", "c"])
    tips = simplex.arrows.get_offsets() + np.transpose([simplex.arrows.U, simplex.arrows.V])
    assert_allclose(tips, plotting.CORNERS, atol=1e-15)


def test_the_name_of_an_arrow_too_short_to_see_is_hidden(ax):
    directions = np.outer([1, -1, 0], [0.5, 1e-3, 0])
    simplex = draw_simplex(ax, [1 / 3] * 3, directions, names=["a", "b", "c"])
    assert [name.get_visible() for name in simplex.names] == [True, False, False]


@pytest.mark.parametrize("corner", range(3))
@pytest.mark.parametrize("certain", [0.3, 0.6, 0.8, 0.9, 0.95])
def test_the_names_of_arrows_stay_clear_of_those_of_the_corners(ax, corner, certain):
    p = np.full(3, (1 - certain) / 2)
    p[corner] = certain
    names = draw_simplex(ax, p, np.diag(p) - np.outer(p, p), names=["$z_1$"] * 3).names
    corners = [text for text in ax.texts if text not in names]
    boxes = [text.get_window_extent() for text in names if text.get_visible()]
    assert boxes
    assert not any(text.get_window_extent().count_overlaps(boxes) for text in corners)


def test_formulas_stand_in_their_cells_and_the_frame_around_the_chosen_one(ax):
    matrix = draw_formulas(ax, [["a", "b"], ["c", "d"]], (0, 1), size=12)
    assert texts(matrix.texts.flat) == ["$a$", "$b$", "$c$", "$d$"]
    assert matrix.texts[1, 0].get_position() == (0, 1)
    x, y = matrix.frame.get_center()
    assert (x, y) == pytest.approx((1, 0))


@pytest.mark.parametrize(
    ("value", "text"), [(0.126, "0.13"), (-1e-9, "0.00"), (-1.5, "−1.50"), (1e6, "1.0e+06")]
)
def test_short_numbers_keep_few_digits_and_no_negative_zero(value, text):
    assert short_number(value) == text
