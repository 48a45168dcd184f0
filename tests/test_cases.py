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
