"""What single explorers do beside what all do: the reader's own function, formulas, steps."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from test_explorers import check_texts, derivation, heights, made, pictures

from softmax_lessons.explorers import DerivationExplorer, GradientExplorer, StepExplorer
from softmax_lessons.numerics import softmax


def test_gradient_explorer_shows_only_the_controls_that_its_source_uses():
    explorer = GradientExplorer()
    used = {"by hand": ["g1"], "one-hot": ["target"], "random": ["seed"], "all ones": []}
    for source, names in used.items():
        explorer.controls["source"].value = source
        shown = [n for n in ("g1", "target", "seed") if not explorer.controls[n].layout.display]
        assert shown == names


def raises(z, g):
    raise ValueError("two\nlines and a $, " + "long " * 20)


class Times:
    """Keeps what came forward, as layers do, and answers with lists."""

    def forward(self, z):
        self.z = z

    def backward(self, g):
        return (self.z * g).tolist()


@pytest.mark.parametrize(
    ("backward", "problem"),
    [
        (lambda z, g: z * g, ""),
        (Times, ""),
        (Times(), ""),
        (lambda z, g: None, "it returned None"),
        (raises, "it raised ValueError: two lines and a $"),
        (lambda z, g: z[0], "it returned shape (3,), not (1, 3)"),
        (lambda z, g: z / 0, "it returned numbers that are not finite"),
        (lambda z, g: z + 1j, "it returned no array of real numbers"),
    ],
)
def test_gradient_explorer_draws_the_readers_own_function_or_says_what_is_wrong(backward, problem):
    explorer = GradientExplorer(backward=backward)
    for z1 in (-2, 3):
        explorer.controls["z1"].value = z1
        state, answers, note = explorer.state, pictures(explorer)[2], pictures(explorer)[3]
        assert state.problem.startswith(problem)
        assert_array_equal(heights(answers)[3], [np.nan] * 3 if problem else state.z * state.g)
        assert "nan" not in explorer.describe()
        assert "\nyours" in explorer.describe()
        check_texts(explorer)
        assert all(problem in text for text in (note.text.get_text(), explorer.describe()))


def test_gradient_explorer_shows_numbers_of_the_readers_own_function_of_any_size_apart():
    for value in (-1, 1e300):
        explorer = GradientExplorer(backward=lambda z, g, value=value: np.full((1, 3), value))
        check_texts(explorer)
        assert max(map(len, explorer.describe().splitlines())) < 80


def test_a_sentence_names_all_that_tie_and_calls_nothing_0_that_is_not():
    logits, jacobian = made("LogitsExplorer"), made("JacobianExplorer")
    for e in (logits, jacobian):
        e.reset()
        e.set(z1=1, z2=1, z3=-1)
    assert ", cat and dog are the likeliest, each with probability 0.47." in logits.summary(
        logits.state
    )
    assert jacobian.summary(jacobian.state).endswith(
        "The largest entry, 0.249, stands in rows 1 and 2."
    )
    jacobian.set(z1=5, z2=-5, z3=-5)
    assert jacobian.summary(jacobian.state).endswith("The largest entry, 9.1e-05, stands in row 1.")


def test_gradient_explorer_keeps_what_the_readers_own_function_writes_to():
    def writes(z, g):
        np.seterr(all="raise")
        z[:] = g[:] = 7
        return z

    before = np.geterr()
    explorer = GradientExplorer(backward=writes)
    assert np.geterr() == before
    assert_array_equal(explorer.state.z, [2, 1, -1])
    assert_array_equal(explorer.state.g, [1, -1, 0.5])


def test_derivation_explorer_keeps_row_and_column_within_the_matrix():
    explorer = DerivationExplorer()
    explorer.set(row=4, column=4, logits=4)
    assert explorer.state.chosen == (3, 3)
    explorer.controls["logits"].value = 2
    assert explorer.state.chosen == (1, 1)
    explorer.controls["row"].value = 4
    assert explorer.controls["row"].value == 2


@pytest.mark.parametrize("n", [2, 3, 4])
def test_every_formula_of_the_derivation_fits_its_cell(n):
    explorer = made("DerivationExplorer")
    for step in range(1, len(derivation(n)) + 1):
        explorer.set(logits=n, step=step)
        matrix = pictures(explorer)[2]
        renderer = matrix.frame.figure.canvas.get_renderer()
        cell = matrix.frame.get_window_extent(renderer)
        for formula in (text.get_window_extent(renderer) for text in matrix.texts.flat):
            assert formula.width < 0.9 * cell.width
            assert formula.height < 0.9 * cell.height


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("scheme", ["forward", "central", "complex"])
def test_step_explorer_measures_what_theory_expects(scheme, dtype):
    explorer = StepExplorer()
    explorer.set(scheme=scheme, dtype=dtype)
    curve, _ = pictures(explorer)
    h, errors = curve.measured.get_data()
    truncation, rounding = curve.truncation.get_ydata(), curve.rounding.get_ydata()
    # Where truncation is by far the larger, but the step is not so large that more terms count.
    large = (truncation > 30 * rounding) & (h < 0.5)
    assert large.sum() >= 3
    assert_allclose(errors[large], truncation[large], rtol=0.1)
    # Rounding is noise below its bound: where it is by far the larger and no step is lost yet.
    small = (rounding > 30 * truncation) & (rounding < 0.02)
    assert small.sum() >= 4
    assert (errors[small] < 10 * rounding[small]).all()


def test_step_explorer_with_a_step_too_small_to_move_the_logit():
    explorer = StepExplorer()
    explorer.set(scheme="central", dtype="float32", step=1e-18)
    assert explorer.state.error == softmax([2.0, 1.0, -1.0])[0]
    assert "the step is lost" in explorer.describe()
