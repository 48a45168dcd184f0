"""Curves and the chosen point on them hold what they were given, and labels keep clear of them."""

import numpy as np
import pytest
from matplotlib.figure import Figure
from numpy.testing import assert_array_equal

from softmax_lessons.curves import ZERO_AT, draw_curves, draw_step_curve

STEPS = 10.0 ** np.arange(-12, 1)
SQUARE, LINE = {"marker": "s", "linestyle": "--"}, {"marker": "o"}


@pytest.fixture
def ax():
    return Figure(figsize=(12, 5)).add_subplot()


def step_curve(ax, errors, *, power=1, rounding=1e-12, best=1e-6, chosen=1e-2, error=1e-2):
    return draw_step_curve(
        ax, STEPS, errors, STEPS**power, rounding / STEPS,
        best=best, best_name="best", chosen=chosen, error=error,
    )  # fmt: skip


def test_curves_and_markers_have_the_values_they_were_given(ax):
    curves = draw_curves(ax, [0, 1], [2, 3], [4, 5], at=1, heights=[3, 5], styles=[SQUARE, LINE])
    assert [list(line.get_ydata()) for line in curves.lines] == [[2, 3], [4, 5]]
    assert [np.ravel(m.get_data()).tolist() for m in curves.markers] == [[1, 3], [1, 5]]
    curves.set([6, 7], [8, 9], at=0, heights=[6, 8])
    assert [list(line.get_ydata()) for line in curves.lines] == [[6, 7], [8, 9]]
    assert [np.ravel(m.get_data()).tolist() for m in curves.markers] == [[0, 6], [0, 8]]
    assert list(curves.rule.get_xdata()) == [0, 0]


def test_curves_differ_in_more_than_colour(ax):
    curves = draw_curves(ax, [0, 1], [2, 3], [4, 5], at=1, heights=[3, 5], styles=[SQUARE, LINE])
    assert len({line.get_linestyle() for line in curves.lines}) == 2
    assert len({marker.get_marker() for marker in curves.markers}) == 2
    assert all(m.get_color() == line.get_color() for m, line in zip(
        curves.markers, curves.lines, strict=True))  # fmt: skip


def test_an_error_of_0_is_drawn_on_its_own_line(ax):
    errors = np.where(STEPS < 1e-9, 0, STEPS)
    curve = step_curve(ax, errors, error=0)
    assert_array_equal(curve.measured.get_ydata()[:3], ZERO_AT)
    assert curve.marker.get_ydata()[0] == ZERO_AT
    bottom, _ = ax.get_ylim()
    assert bottom < ZERO_AT


@pytest.mark.parametrize(("power", "name"), [(1, "slope 1"), (2, "slope 2"), (0, "slope 0")])
def test_the_slopes_are_written_beside_their_branches(ax, power, name):
    curve = step_curve(ax, STEPS, power=power)
    truncation, rounding = curve.slopes
    assert [text.get_text().strip() for text in curve.slopes] == [name, "slope −1"]
    (x, y), (u, v) = truncation.get_position(), rounding.get_position()
    assert y == pytest.approx(x**power)
    assert truncation.get_verticalalignment() == "top"
    assert 1 <= v * u / 1e-12 <= 10
    assert rounding.get_verticalalignment() == "bottom"


@pytest.mark.parametrize(("best", "side"), [(1e-11, "left"), (1e-2, "right")])
def test_the_name_of_the_best_step_stands_where_there_is_room(ax, best, side):
    curve = step_curve(ax, STEPS, best=best)
    assert list(curve.best.get_xdata()) == [best, best]
    assert curve.best_name.get_horizontalalignment() == side
    assert (curve.best_name.get_position()[0] > best) == (side == "left")
