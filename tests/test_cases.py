"""The examples that the course is built around appear in the lessons, with their numbers.

That a lesson still gives what is stored in it, nbval compares. Here stands what that has to be.
"""

from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"

# p_1 p_2 = exp(3) / (exp(1) + exp(2))**2, by mpmath with 50 digits 0.196611933241481852537...
JACOBIAN_OF_1_2 = "[[ 0.19661193 -0.19661193] [-0.19661193 0.19661193]]"
# At the logits (-1, -1, 1), the target being the second class: p by mpmath, p - t, -log p_2.
CERTAIN_AND_WRONG = "p [ 0.10650698 0.10650698 0.78698604] loss 2.23954477"
P_MINUS_T = "[ 0.10650698 -0.89349302 0.78698604]"
ONE_ENTRY = "[ 0.00000000 -0.89349302 0.00000000]"
ZEROS = "[ 0.00000000 0.00000000 0.00000000]"
CASES = [
    ("1: probabilities of the logits 1, 2", "02 two-logits", "[ 0.26894142 0.73105858]"),
    ("1: the same far from 0", "01 stable", "[1000.0, 1001.0] -> [ 0.26894 0.73106]"),
    ("1: loop and diagflat agree", "02 two-logits", f"{JACOBIAN_OF_1_2} {JACOBIAN_OF_1_2}"),
    ("2: row sums for four logits", "02 sympy-row-sums", "Matrix([ [0], [0], [0], [0]])"),
    ("2: row sums for four logits", "03 algebra-four", "Matrix([[0, 0, 0, 0]])"),
    ("3: the disguise", "04 disguise", "(a*o/(a + o)**2, a*o/(a + o)**2, 0)"),
    ("3: squared error catches it", "04 check", "with_the_disguise passed: False"),
    ("3: and lets the Jacobian pass", "04 check", "with_the_jacobian passed: True"),
    ("4: probabilities and loss", "04 case", CERTAIN_AND_WRONG),
    ("4: probabilities and loss", "07 loss-code", CERTAIN_AND_WRONG),
    ("4: full gradient", "04 case-both", f"full product {P_MINUS_T}"),
    ("4: elementwise gradient", "04 case-both", f"elementwise {ONE_ENTRY}"),
    ("4: measured gradient", "04 case-measured", f"measured {P_MINUS_T}"),
    ("4: the long way", "07 long-way", f"gradient at the logits {P_MINUS_T}"),
    ("5: rows added first", "03 shortcut", "shortcut: [ 0.000 0.000 0.000]"),
    ("5: rows added first", "04 two-shortcuts-code", f"rows added first {ZEROS}"),
    ("5: rows added first", "05 designs", "row sums, times g [ 0.00000 0.00000 0.00000]"),
    # p (g - sum p g) needs 2 n products, the Jacobian n**2 and the product with it as many.
    ("6: costs", "05 count-code", "1,000 2,000,000 2,001,000 2,000"),
    ("7: one backward, two losses", "05 two-losses-checked", "cross_entropy passed: True"),
    ("7: one backward, two losses", "05 two-losses-checked", "squared_error passed: True"),
    ("8: a Jacobian for each row", "06 einsum-batch", "shape (3, 5, 5) each block is that"),
    ("8: one maximum for all", "01 four-versions", "[ nan 1.00000 nan]"),
    ("8: one sum for all", "06 one-sum", "block: [ 0.14969 0.05507 0.00745]"),
    ("9: all ones hide a counter that stands still", "06 apply-shown",
     "all ones advance=0: [ 0.00000 0.00000] [ 0.00000 0.00000]"),
    ("9: other gradients do not", "06 apply-shown",
     "slices differ advance=0: [ 0.19661 -0.19661] [ 0.19661 -0.19661]"),
    ("9: nor expose its program", "09 counter-ones", "does not expose it"),
    ("9: others do", "09 counter-differ", "This input exposes the program"),
    # z = (1, 2, 3) as seen in several courses' gradient checkers.
    ("9: floats keep the step", "08 integers-code", "floats: [ 0.207817 -0.183045 -0.024772]"),
    ("9: integers lose it", "08 integers-code", "integers: [ 11853.699093 -6920.511"),
    ("10: all logits at once", "08 all-at-once", "all logits at once: 0.000000"),
    ("10: one at a time", "08 all-at-once", "one at a time is p - t: True"),
    ("10: log(0) times 0", "07 log-zero-code", "target [0.0, 1.0]: nan 0.00000"),
    ("10: log(0)", "07 log-zero-code", "target [1.0, 0.0]: inf 800.00000"),
]  # fmt: skip


def shown_by(cell):
    """Return the text that a cell of a lesson shows, its words one space apart."""
    lesson, cell_id = cell.split()
    (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    (found,) = [c for c in nbformat.read(path, as_version=4).cells if c.id == cell_id]
    text = "".join(o.get("text") or o.data["text/plain"] for o in found.outputs)
    return " ".join(text.split())


@pytest.mark.parametrize(("case", "cell", "numbers"), CASES)
def test_a_case_appears_in_its_lesson_with_its_numbers(case, cell, numbers):
    assert numbers in shown_by(cell)


def test_case_6_three_implementations_of_backward_agree():
    assert len({shown_by(f"05 {cell}") for cell in ("whole", "columns-code", "closed-code")}) == 1


@pytest.mark.parametrize("cell", ["02 every-n-check", "03 algebra-every-zero"])
def test_case_2_for_every_n_what_is_left_is_zero(cell):
    assert shown_by(cell) == "0"
