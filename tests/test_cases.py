"""The examples that the course is built around appear in the lessons, with their numbers."""

from pathlib import Path

import nbformat
import numpy as np
import pytest
from numpy.testing import assert_allclose

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def cell_output(lesson, cell_id):
    """Return the text that a cell of an executed lesson shows."""
    (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    (cell,) = [c for c in nbformat.read(path, as_version=4).cells if c.id == cell_id]
    return "".join(o.get("text") or o.data["text/plain"] for o in cell.outputs)


def numbers(text):
    """Return the numbers in the brackets of a text, as a list."""
    inside = text[text.index("[") : text.rindex("]") + 1]
    return [float(word) for word in inside.replace("[", " ").replace("]", " ").split()]


# p_1 p_2 = exp(3) / (exp(1) + exp(2))**2, by mpmath with 50 digits 0.196611933241481852537...
JACOBIAN_OF_1_2 = 0.19661193 * np.array([1, -1, -1, 1])


def test_case_1_probabilities_of_the_logits_1_2():
    assert numbers(cell_output("02", "forward")) == [0.26894142, 0.73105858]


@pytest.mark.parametrize("cell", ["numbers", "loop", "vectorised"])
def test_case_1_jacobian_of_the_logits_1_2_by_sympy_by_loop_and_by_outer_product(cell):
    assert numbers(cell_output("02", cell)) == JACOBIAN_OF_1_2.tolist()


def test_case_2_all_sixteen_entries_for_four_logits_are_written_out():
    entries = cell_output("02", "four")
    assert entries.startswith("Matrix([")
    assert entries.count("S**2") == 16


@pytest.mark.parametrize(("lesson", "cell"), [("02", "row-sums"), ("03", "algebra-four")])
def test_case_2_row_sums_for_four_logits_simplify_to_zero(lesson, cell):
    assert "Matrix([[0, 0, 0, 0]])" in cell_output(lesson, cell)


@pytest.mark.parametrize(
    ("lesson", "cell"), [("02", "every-n-check"), ("03", "algebra-every-zero")]
)
def test_case_2_the_same_for_every_n(lesson, cell):
    assert cell_output(lesson, cell) == "0"


def test_case_3_the_disguise_is_the_elementwise_mistake():
    assert cell_output("04", "disguise") == "(e*o/(e + o)**2, e*o/(e + o)**2, 0)"


def test_case_3_a_gradient_check_with_squared_error_catches_the_disguise():
    disguise, jacobian = cell_output("04", "check").splitlines()
    assert "with_the_disguise" in disguise
    assert "passed: False" in disguise
    assert "with_the_jacobian" in jacobian
    assert "passed: True" in jacobian


def test_case_4_probabilities_and_loss():
    text = cell_output("04", "case")
    assert numbers(text) == [0.10650698, 0.10650698, 0.78698604]
    assert text.split()[-1] == "2.23954477"


def test_case_4_full_and_elementwise_gradient():
    full, elementwise = cell_output("04", "case-both").splitlines()
    assert numbers(full) == [0.10650698, -0.89349302, 0.78698604]
    assert numbers(elementwise) == [0, -0.89349302, 0]


def test_case_4_the_measured_gradient_is_the_full_product():
    measured, full, elementwise = cell_output("04", "case-measured").splitlines()
    assert_allclose(numbers(measured), [0.10650698, -0.89349302, 0.78698604], atol=1e-8)
    assert full.endswith("True")
    assert elementwise.endswith("False")


def test_case_5_rows_added_first_give_zero():
    assert numbers(cell_output("03", "shortcut")) == [0, 0, 0]
    assert numbers(cell_output("04", "two-shortcuts-code").splitlines()[2]) == [0, 0, 0]


def test_case_1_and_4_in_the_lessons_that_take_them_up_again():
    assert numbers(cell_output("01", "stable").splitlines()[0].split("->")[1]) == [0.26894, 0.73106]
    text = cell_output("07", "loss-code")
    assert numbers(text) == [0.10650698, 0.10650698, 0.78698604]
    assert text.split()[-1] == "2.23954477"


def test_case_4_the_long_way_gives_p_minus_t():
    _, at_the_logits = cell_output("07", "long-way").splitlines()
    assert numbers(at_the_logits) == [0.10650698, -0.89349302, 0.78698604]


def test_case_6_three_implementations_of_backward_agree():
    answers = [cell_output("05", cell) for cell in ("whole", "columns-code", "closed-code")]
    assert answers[0] == answers[1] == answers[2]


def test_case_6_costs_grow_as_n_squared_n_squared_and_n():
    rows = cell_output("05", "count-code").splitlines()[1:]
    table = np.array([[float(word.replace(",", "")) for word in row.split()] for row in rows])
    classes, whole, columns, closed = table.T
    assert classes.tolist() == [10, 100, 1000, 10_000]
    assert (whole == 2 * classes**2).all()
    assert (columns == 2 * classes**2 + classes).all()
    assert (closed == 2 * classes).all()


def test_case_7_one_backward_serves_two_losses_that_do_not_know_of_each_other():
    lines = cell_output("05", "two-losses-checked").splitlines()
    assert [line.split()[0] for line in lines] == ["cross_entropy", "squared_error"]
    assert all("passed: True" in line for line in lines)


def test_case_8_the_batched_jacobian_by_einsum():
    assert "shape (3, 5, 5)" in cell_output("06", "einsum-batch")


def test_case_8_one_maximum_for_the_whole_batch_underflows_to_nan():
    wrong, right = (cell_output("01", "four-versions").splitlines()[k] for k in (1, 3))
    assert "nan" in wrong
    assert "nan" not in right


def test_case_8_one_sum_for_the_whole_batch_breaks_the_zero_row_sums():
    own, shared = cell_output("06", "one-sum").splitlines()
    assert numbers(own) == [0, 0, 0]
    assert min(numbers(shared)) > 0


def test_case_9_all_ones_cannot_show_the_counter_that_stands_still_and_other_gradients_can():
    right, wrong, right_shown, wrong_shown = cell_output("06", "apply-shown").splitlines()
    assert numbers(right.split(":")[1].replace("] [", " ")) == [0] * 4
    assert numbers(wrong.split(":")[1].replace("] [", " ")) == [0] * 4
    assert right_shown.split(":")[1] != wrong_shown.split(":")[1]


def test_case_9_in_the_lesson_that_takes_it_up_again():
    assert "does not expose it" in cell_output("09", "counter-ones")
    assert "This input exposes the program" in cell_output("09", "counter-differ")


def test_case_9_integers_lose_the_step():
    floats, integers = cell_output("08", "integers-code").splitlines()
    # z = (1, 2, 3) as seen in several courses' gradient checkers.
    assert_allclose(numbers(floats), [0.082, -0.022, -0.060], atol=5e-4)
    assert_allclose(numbers(integers), [2745, -823, -3266], atol=1)


def test_case_10_all_logits_at_once_give_zero_and_one_at_a_time_gives_p_minus_t():
    together, each = cell_output("08", "all-at-once").splitlines()
    assert together.split()[-1] == "0.000000"
    assert each.endswith("True")


def test_case_10_the_logarithm_of_zero_times_zero_is_nan_and_log_softmax_survives():
    moderate, certain_and_right, certain_and_wrong = cell_output("07", "log-zero-code").splitlines()
    two_steps, one_step = moderate.split(":")[1].split()
    assert two_steps == one_step
    assert certain_and_right.split()[-2:] == ["nan", "0.00000"]
    assert certain_and_wrong.split()[-1] == "800.00000"
