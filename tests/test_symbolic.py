"""The derivation, step by step and for every n, and the bridge from SymPy to NumPy."""

import numpy as np
import pytest
import sympy as sp
from matplotlib.mathtext import MathTextParser
from numpy.testing import assert_allclose

from softmax_lessons import numerics
from softmax_lessons.symbolic import (
    Step,
    general_jacobian_entry,
    jacobian,
    logits,
    numeric,
    softmax,
    softmax_derivation,
    verify,
)

SIZES = [2, 3, 4]


@pytest.fixture(scope="module", params=SIZES)
def derivation(request):
    return softmax_derivation(request.param)


def is_zero(matrix):
    """Tell whether SymPy simplifies every entry to 0."""
    return matrix.applyfunc(sp.simplify).is_zero_matrix


@pytest.mark.parametrize("n", [2.0, "2", 1])
def test_a_number_of_logits_that_makes_no_derivation_is_refused_by_name(n):
    with pytest.raises(ValueError, match=f"n must be an int of at least 2, got {n!r}"):
        logits(n)


# The derivation


def test_the_derivation_leads_from_an_unevaluated_derivative_to_diag_p_minus_p_p_transposed(
    derivation,
):
    n = derivation[0].expression.rows
    assert all(isinstance(entry, sp.Derivative) for entry in derivation[0].expression)
    assert not any(step.expression.has(sp.Derivative) for step in derivation[2:])
    p = sp.Matrix(sp.symbols(f"p_1:{n + 1}"))
    assert is_zero(derivation[-1].expression - (sp.diag(*p) - p * p.T))


def test_every_step_has_a_rule_of_its_own_and_changes_the_form(derivation):
    assert len(derivation) == 7
    assert len({step.rule for step in derivation}) == 7
    assert len({step.latex(0, 0) for step in derivation}) == 7


WRONG = {
    "elementwise in every row": lambda p: sp.Matrix(len(p), len(p), lambda i, _: p[i] * (1 - p[i])),
    "the diagonal alone": lambda p: sp.diag(*(x * (1 - x) for x in p)),
    "a plus in place of a minus": lambda p: sp.diag(*p) + p * p.T,
    "one entry off": lambda p: sp.diag(*p) - p * p.T + sp.diag(*([0] * (len(p) - 1)), p[0]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_step_is_refused_with_its_number_and_rule(wrong):
    z = logits(3)
    right, step = Step("right", jacobian(z)), Step(wrong, WRONG[wrong](softmax(z)))
    verify([right], z, {})
    with pytest.raises(ValueError, match=rf"^step 2 \({wrong}\) is not the Jacobian: dp_\d/dz_\d"):
        verify([right, step], z, {})


def test_a_sum_written_as_a_plain_symbol_is_refused():
    # To SymPy a plain S does not depend on the logits, so the derivative loses its second term.
    z, S = logits(2), sp.Symbol("S")
    step = Step("S is a constant", sp.Matrix(2, 2, lambda i, j: sp.diff(sp.exp(z[i]) / S, z[j])))
    with pytest.raises(ValueError, match="S is a constant"):
        verify([step], z, {S: sum(z.applyfunc(sp.exp))})


def test_every_entry_of_every_step_can_be_drawn_by_matplotlib(derivation):
    parser = MathTextParser("agg")
    for step in derivation:
        for i, j in np.ndindex(step.expression.shape):
            parser.parse(f"${step.latex(i, j)}$")


@pytest.mark.parametrize(
    ("number", "diagonal", "off_diagonal"),
    [
        (
            2,
            r"\dfrac{S e^{z_{1}} - e^{z_{1}} e^{z_{1}}}{S^{2}}",
            r"\dfrac{0 S - e^{z_{1}} e^{z_{2}}}{S^{2}}",
        ),
        (5, r"p_{1} \left(1 - p_{1}\right)", r"p_{1} \left(0 - p_{2}\right)"),
        (6, r"p_{1} - p_{1} p_{1}", r"0 - p_{1} p_{2}"),
    ],
)
def test_terms_are_printed_in_the_order_of_the_rule(number, diagonal, off_diagonal):
    step = softmax_derivation(2)[number]
    assert (step.latex(0, 0), step.latex(0, 1)) == (diagonal, off_diagonal)


# Every n at once


@pytest.mark.parametrize("n", SIZES)
def test_the_general_entry_specialises_to_every_entry_for_n_logits(n):
    z, general = logits(n), general_jacobian_entry()
    concrete = {general.z[k + 1]: z[k] for k in range(n)}
    J = jacobian(z)
    for i, j in np.ndindex(n, n):
        at = {general.i: i + 1, general.j: j + 1, general.n: n}
        assert sp.simplify(general.collapsed.subs(at).doit().subs(concrete) - J[i, j]) == 0


# To NumPy


@pytest.mark.parametrize("n", SIZES)
def test_numeric_agrees_with_numerics_for_columns_matrices_and_single_entries(n):
    symbols, z = logits(n), np.random.default_rng(n).normal(size=n)
    assert_allclose(numeric(softmax(symbols))(z), numerics.softmax(z), rtol=1e-14)
    assert_allclose(numeric(jacobian(symbols))(z), numerics.softmax_jacobian(z), rtol=1e-12)
    single = numeric(softmax(symbols)[0])(z)
    assert type(single) is float
    assert single == pytest.approx(numerics.softmax(z)[0], rel=1e-14)


def test_numeric_takes_the_logits_of_the_formula_in_the_order_of_their_indices():
    z = logits(11)
    assert numeric(z[1] - 2 * z[9] + 0 * z[0])([5, 7]) == 5 - 2 * 7  # z_2 before z_10


def test_numeric_refuses_logits_of_another_shape():
    with pytest.raises(ValueError, match=r"the shape of the symbols, \(3,\), got \(2,\)"):
        numeric(softmax(logits(3)))([1, 2])


def test_numeric_never_runs_a_string():
    with pytest.raises(sp.SympifyError):
        numeric("z_1 + z_2")
