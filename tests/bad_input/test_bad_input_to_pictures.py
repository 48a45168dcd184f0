"""Pictures refuse by name what they cannot draw."""

import numpy as np
import pytest
from hostile_arguments import NO_ARRAYS, NO_NUMBERS, RAGGED
from matplotlib.figure import Figure
from oracle import documented

from softmax_lessons import curves, plotting
from softmax_lessons.explorers.training import TrainingView

CURVES = {
    curves.draw_curves: {
        "x": [0, 1, 2], "at": 1, "heights": [1], "styles": [{"marker": "o"}],
    },
    curves.draw_step_curve: {
        "steps": [0.01, 0.1, 1], "errors": [1, 2, 3], "truncation": [1, 2, 3],
        "rounding": [3, 2, 1], "best": 0.1, "chosen": 0.1, "error": 0.5, "best_name": "best",
    },
}  # fmt: skip
MATRIX = [[0.25, -0.25], [-0.25, 0.25]]
PICTURES = {
    plotting.draw_bars: {
        "series": [0.25, 0.75], "styles": [plotting.ANALYTIC], "limits": (0, 1),
        "ticks": ["a", "b"],
    },
    plotting.draw_matrix: {
        "matrix": MATRIX, "limit": 0.25, "rows": ["a", "b"], "columns": ["c", "d"],
    },
    plotting.draw_blocks: {"matrix": MATRIX, "chosen": 1, "names": ["a", "b"], "limit": 1},
    plotting.draw_sums: {"row_sums": [0, 1], "column_sums": [1, 2]},
    plotting.draw_simplex: {
        "p": [0.25, 0.25, 0.5], "directions": np.eye(3) - 1 / 3, "names": ["a", "b", "c"],
    },
    plotting.draw_formulas: {"formulas": [["a", "b"], ["c", "d"]], "chosen": (0, 1), "size": 12},
    plotting.draw_recognition: {"keys": ["a", "b"], "counts": MATRIX},
}  # fmt: skip
# Arguments that are arrays of numbers, each with arrays that do not fit.
ARRAYS = {
    (plotting.draw_bars, "series"): [1.0, [1.0], [1.0] * 3, MATRIX],
    (plotting.draw_matrix, "matrix"): [1.0, [1.0, 2.0], [[]], [[1.0, 2.0]], [[1.0], [2.0]]],
    (plotting.draw_blocks, "matrix"): [1.0, [1.0, 2.0], [[]], [[1.0, 2.0]], np.eye(3)],
    (plotting.draw_sums, "row_sums"): [1.0, MATRIX],
    (plotting.draw_sums, "column_sums"): [1.0, MATRIX],
    (plotting.draw_simplex, "p"): [1.0, [0.5, 0.5], [[0.25, 0.25, 0.5]]],
    (plotting.draw_simplex, "directions"): [1.0, [1.0, 0, -1], np.eye(3)[:, :2], np.eye(4)],
    (plotting.draw_recognition, "counts"): [1.0, [1.0, 2.0], np.eye(3), np.ones((2, 3))],
}
OTHERS = [
    (plotting.draw_bars, "styles", [[]], ValueError),
    (plotting.draw_bars, "ticks", [[], ["a"]], ValueError),
    (plotting.draw_bars, "limits", [(1, 0), (1, 1), (0,), (0, np.nan), (0, np.inf)], ValueError),
    (plotting.draw_bars, "limits", [("0", 1), (0, 1j), (False, True)], TypeError),
    (plotting.draw_matrix, "rows", [[], ["a"], ["a"] * 3], ValueError),
    (plotting.draw_matrix, "columns", [[], ["a"], ["a"] * 3], ValueError),
    (plotting.draw_matrix, "limit", NO_NUMBERS, TypeError),
    (plotting.draw_matrix, "limit", [0, -1, np.nan, np.inf], ValueError),
    (plotting.draw_blocks, "limit", NO_NUMBERS, TypeError),
    (plotting.draw_blocks, "limit", [0, -1, np.nan, np.inf], ValueError),
    (plotting.draw_blocks, "names", [[], ["a"] * 3], ValueError),
    (plotting.draw_blocks, "chosen", ["1", 1.0, True, None, (0, 0)], TypeError),
    (plotting.draw_blocks, "chosen", [-1, 2], ValueError),
    (plotting.draw_simplex, "names", [[], ["a", "b"], list("abcdef")], ValueError),
    (plotting.draw_formulas, "formulas", [None, 3, [[1, 2], [3, 4]], [[None]]], TypeError),
    (plotting.draw_formulas, "formulas", ["a", ["a"], [["a", "b"]], [["a"], ["b", "c"]]],
     ValueError),
    (plotting.draw_formulas, "chosen", [0, "01", (0,), (0, 1.0), (True, 0), None], TypeError),
    (plotting.draw_formulas, "chosen", [(0, 2), (-1, 0)], ValueError),
    (plotting.draw_recognition, "keys", [[], ["a"], ["a"] * 3], ValueError),
]  # fmt: skip


# What does not fit together is called by the name of either.
FITS_WITH = {
    "matrix": ["rows", "columns", "names"], "ticks": ["series"], "names": ["directions"],
    "keys": ["counts"],
}  # fmt: skip


def assert_refused(function, name, values, error):
    usual = PICTURES[function]
    for value in values:
        given = usual | {name: value}
        series = [given.pop("series")] if function is plotting.draw_bars else []
        names = "|".join([name, *FITS_WITH.get(name, [])])
        with pytest.raises(error, match=rf"^({names}) must\b") as caught:
            function(Figure().add_subplot(), *series, **given)
        assert documented(function, caught.value)


@pytest.mark.parametrize(("function", "name"), ARRAYS)
def test_pictures_refuse_what_is_no_fitting_array_by_name(function, name):
    assert_refused(function, name, NO_ARRAYS, TypeError)
    assert_refused(function, name, [*RAGGED, *ARRAYS[function, name]], ValueError)


@pytest.mark.parametrize(("function", "name", "values", "error"), OTHERS)
def test_pictures_refuse_other_arguments_by_name(function, name, values, error):
    assert_refused(function, name, values, error)


@pytest.mark.parametrize("n", [2.0, "2", None, True, [2]])
def test_a_number_of_classes_is_an_int(n):
    with pytest.raises(TypeError, match="n must be an int"):
        plotting.class_names(n)


@pytest.mark.parametrize("function", CURVES)
def test_curves_refuse_arrays_and_numbers_by_name(function):
    ax, series = Figure().add_subplot(), ([0, 1, 4],) if function is curves.draw_curves else ()

    def draw(**given):
        return function(ax, *(() if "x" not in given else (given.pop("x"), *series)), **given)

    usual = CURVES[function]
    draw(**usual)
    for name, value in usual.items():
        if name in ("styles", "best_name"):
            continue
        several = isinstance(value, list)
        refused = [(wrong, TypeError) for wrong in (NO_ARRAYS if several else NO_NUMBERS)]
        if several and name != "heights":
            refused += [
                (wrong, ValueError) for wrong in (*RAGGED, 3.0, [], [1.0, 2.0], [[1.0] * 3])
            ]
            if name != "x":
                refused += [([1, 2, 3, 4], ValueError)]
        if name == "heights":
            refused = [([], ValueError), ([1, 2], ValueError), (["1"], TypeError)]
        if name in ("best", "chosen"):
            refused += [(wrong, ValueError) for wrong in (0, -1, np.nan, np.inf)]
        if name in ("steps", "truncation", "rounding"):
            refused += [
                (wrong, ValueError) for wrong in ([1, 0, 2], [1, np.nan, 2], [1, np.inf, 2])
            ]
        if name == "steps":
            refused += [([3, 2, 1], ValueError), ([1, 1, 1], ValueError)]
        for wrong, error in refused:
            with pytest.raises(error, match=rf"\b{name}\b|series|errors") as caught:
                draw(**usual | {name: wrong})
            assert documented(function, caught.value)


@pytest.mark.parametrize(
    ("error", "name", "arguments"),
    [
        (TypeError, "names", {"names": "abc"}), (TypeError, "names", {"names": None}),
        (TypeError, "names", {"names": [1, 2]}), (ValueError, "names", {"names": []}),
        (ValueError, "names", {"names": ["a", "a"]}), (ValueError, "names", {"names": "abcde"[:5]}),
        (ValueError, "names", {"names": list("abcde")}), (ValueError, "steps", {"steps": 0}),
        (ValueError, "steps", {"steps": -3}), (TypeError, "steps", {"steps": 3.0}),
        (TypeError, "steps", {"steps": True}), (ValueError, "loss_limit", {"loss_limit": 0}),
        (TypeError, "loss_limit", {"loss_limit": "1"}),
        (ValueError, "loss_limit", {"loss_limit": np.nan}),
        (ValueError, "accuracy_from", {"accuracy_from": 1}),
        (TypeError, "goal", {"goal": ("goal", "0.3")}),
    ],
)  # fmt: skip
def test_a_view_of_training_refuses_by_name(error, name, arguments):
    if arguments.get("names") == "abcde":
        error = TypeError
    with pytest.raises(error, match=rf"^{name} must be"):
        TrainingView(**{"names": ["a"], "steps": 3} | arguments)
