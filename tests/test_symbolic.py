"""The derivation, step by step and for every n, and the bridge from SymPy to NumPy."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import sympy as sp
from matplotlib.mathtext import MathTextParser
from numpy.testing import assert_allclose, assert_array_equal

from softmax_lessons.symbolic import (
    Step,
    general_jacobian_entry,
    jacobian,
    logits,
    numeric,
    softmax,
    softmax_derivation,
)

SIZES = [2, 3, 4]

# mpmath, 50 digits: p = exp(2) / (exp(1) + exp(2)), then 1 - p and p (1 - p)
P_OF_1_2 = [0.26894142136999512, 0.73105857863000488]
D_OF_1_2 = 0.19661193324148186


@pytest.fixture(scope="module", params=SIZES)
def derivation(request):
    return softmax_derivation(request.param)


@pytest.fixture(scope="module")
def general():
    return general_jacobian_entry()


def is_zero(matrix):
    """Tell whether SymPy simplifies every entry to 0."""
    return matrix.applyfunc(sp.simplify).is_zero_matrix


# Logits, probabilities, Jacobian


def test_logits_are_real_symbols_counted_from_1():
    assert list(logits(3)) == list(sp.symbols("z_1 z_2 z_3", real=True))


def test_logits_are_a_column():
    assert logits(4).shape == (4, 1)


@pytest.mark.parametrize("n", [True, 2.0, "2", None])
def test_a_number_of_logits_that_is_no_int_is_refused_by_name(n):
    with pytest.raises(TypeError, match=f"n must be an int, got {n!r} of type {type(n).__name__}"):
        logits(n)


@pytest.mark.parametrize("n", [1, 0, -3])
def test_fewer_than_two_logits_are_refused(n):
    with pytest.raises(ValueError, match=f"n must be at least 2, got {n}"):
        logits(n)


def test_softmax_is_each_exponential_over_the_sum_of_all():
    a, b = z = logits(2)
    total = sp.exp(a) + sp.exp(b)
    assert softmax(z) == sp.Matrix([sp.exp(a) / total, sp.exp(b) / total])


def test_every_entry_of_the_jacobian_for_four_logits_equals_p_i_times_delta_minus_p_j():
    z = logits(4)
    p = softmax(z)
    expected = sp.Matrix(4, 4, lambda i, j: p[i] * (sp.KroneckerDelta(i, j) - p[j]))
    assert is_zero(jacobian(z) - expected)


@pytest.mark.parametrize("n", SIZES)
def test_rows_and_columns_of_the_jacobian_sum_to_zero(n):
    J = jacobian(logits(n))
    ones = sp.ones(n, 1)
    assert is_zero(J * ones)
    assert is_zero(ones.T * J)


# The derivation


def test_the_derivation_starts_from_an_unevaluated_derivative(derivation):
    assert all(isinstance(entry, sp.Derivative) for entry in derivation[0].expression)


def test_the_quotient_rule_leaves_all_its_derivatives_unevaluated(derivation):
    assert all(len(entry.atoms(sp.Derivative)) == 2 for entry in derivation[1].expression)


def test_no_derivative_is_left_from_the_third_step_on(derivation):
    assert not any(step.expression.has(sp.Derivative) for step in derivation[2:])


def test_the_last_step_is_diag_p_minus_p_p_transposed(derivation):
    n = len(derivation.z)
    p = sp.Matrix(sp.symbols(f"p_1:{n + 1}"))
    assert is_zero(derivation[-1].expression - (sp.diag(*p) - p * p.T))


def test_every_step_is_the_jacobian_at_random_logits(derivation):
    # Numbers instead of simplify, by which the derivation verifies itself.
    z = np.random.default_rng(20260103).normal(size=len(derivation.z))
    p = np.exp(z) / np.exp(z).sum()
    for step in derivation:
        formula = numeric(derivation.in_logits(step.expression), derivation.z)
        assert_allclose(formula(z), np.diag(p) - np.outer(p, p), rtol=0, atol=1e-15)


def test_every_step_changes_the_form_of_every_entry_on_the_diagonal(derivation):
    forms = [step.latex(0, 0) for step in derivation]
    assert len(set(forms)) == len(derivation)


def test_every_step_has_a_rule_of_its_own(derivation):
    assert len({step.rule for step in derivation}) == len(derivation)


def test_definitions_are_formulas_in_the_logits_alone(derivation):
    for meaning in derivation.definitions.values():
        assert meaning.free_symbols <= set(derivation.z)


def test_a_derivation_is_a_sequence_of_steps(derivation):
    steps = list(derivation)
    assert len(derivation) == len(steps) == 7
    assert derivation[0] is steps[0]
    assert derivation[1:] == tuple(steps[1:])


def test_derivations_and_steps_are_frozen(derivation):
    with pytest.raises(FrozenInstanceError):
        derivation.steps = ()
    with pytest.raises(FrozenInstanceError):
        derivation[0].rule = "magic"


def elementwise(p):
    """Put p (1 - p) into every row, as if broadcast."""
    return sp.Matrix(len(p), len(p), lambda i, _: p[i] * (1 - p[i]))


def diagonal(p):
    """Keep the diagonal alone."""
    return sp.diag(*(x * (1 - x) for x in p))


def sign_flipped(p):
    """Add the outer product instead of taking it away."""
    return sp.diag(*p) + p * p.T


def off_diagonal_flipped(p):
    """Flip the sign off the diagonal alone."""
    return sp.Matrix(len(p), len(p), lambda i, j: p[i] * (1 - p[i]) if i == j else p[i] * p[j])


def off_by_one_entry(p):
    """Spoil the last entry alone."""
    wrong = sp.diag(*p) - p * p.T
    wrong[-1, -1] += p[0]
    return wrong


@pytest.mark.parametrize(
    "wrong", [elementwise, diagonal, sign_flipped, off_diagonal_flipped, off_by_one_entry]
)
def test_a_wrong_step_is_refused_with_its_number_and_rule(derivation, wrong):
    p = sp.Matrix(sp.symbols(f"p_1:{len(derivation.z) + 1}"))
    step = Step("A rule that is wrong.", sp.ImmutableMatrix(wrong(p)))
    message = r"step 8 \(A rule that is wrong\.\) is not the Jacobian: dp_\d/dz_\d is not "
    with pytest.raises(ValueError, match=message):
        replace(derivation, steps=(*derivation, step))


def test_the_error_names_the_first_wrong_entry_counted_from_1():
    derivation = softmax_derivation(2)
    p = sp.Matrix(sp.symbols("p_1 p_2"))
    step = Step("Elementwise.", sp.ImmutableMatrix(diagonal(p)))
    with pytest.raises(ValueError, match=r"step 1 .* dp_1/dz_2 is not 0$"):
        replace(derivation, steps=(step,))


def test_a_sum_written_as_a_plain_symbol_is_refused():
    # To SymPy a plain S does not depend on the logits, so the derivative loses its second term.
    derivation = softmax_derivation(2)
    S, z = sp.Symbol("S"), derivation.z
    step = Step(
        "S is a constant.", sp.ImmutableMatrix(2, 2, lambda i, j: sp.diff(sp.exp(z[i]) / S, z[j]))
    )
    definitions = sp.Dict({S: sum(z.applyfunc(sp.exp))})
    with pytest.raises(ValueError, match="S is a constant"):
        replace(derivation, definitions=definitions, steps=(step,))


def test_a_step_of_the_wrong_shape_is_refused():
    derivation = softmax_derivation(3)
    with pytest.raises(sp.ShapeError):
        replace(derivation, steps=softmax_derivation(2).steps)


# LaTeX


def test_every_entry_of_every_step_can_be_drawn_by_matplotlib(derivation):
    parser = MathTextParser("agg")
    n = len(derivation.z)
    for step in derivation:
        for i, j in np.ndindex(n, n):
            parser.parse(f"${step.latex(i, j)}$")


def test_every_definition_can_be_drawn_by_matplotlib(derivation):
    parser = MathTextParser("agg")
    for name, meaning in derivation.definitions.items():
        parser.parse(f"${sp.latex(name)} = {sp.latex(meaning)}$")


def test_entries_stay_short_for_four_logits():
    # No entry spells out the sum of the four exponentials.
    derivation = softmax_derivation(4)
    for step in derivation:
        assert not any(step.latex(0, 1).count(f"z_{{{k}}}") for k in (3, 4))


@pytest.mark.parametrize(
    ("number", "diagonal", "off_diagonal"),
    [
        (
            0,
            r"\dfrac{\partial}{\partial z_{1}} \dfrac{e^{z_{1}}}{S}",
            r"\dfrac{\partial}{\partial z_{2}} \dfrac{e^{z_{1}}}{S}",
        ),
        (
            2,
            r"\dfrac{S e^{z_{1}} - e^{z_{1}} e^{z_{1}}}{S^{2}}",
            r"\dfrac{0 S - e^{z_{1}} e^{z_{2}}}{S^{2}}",
        ),
        (4, r"p_{1} - p_{1}^{2}", r"- p_{1} p_{2}"),
        (5, r"p_{1} \left(1 - p_{1}\right)", r"p_{1} \left(0 - p_{2}\right)"),
        (6, r"p_{1} - p_{1} p_{1}", r"0 - p_{1} p_{2}"),
    ],
)
def test_terms_are_printed_in_the_order_of_the_rule(number, diagonal, off_diagonal):
    step = softmax_derivation(2)[number]
    assert step.latex(0, 0) == diagonal
    assert step.latex(0, 1) == off_diagonal


def test_a_step_shows_as_a_matrix_in_a_notebook(derivation):
    shown = derivation[-1]._repr_latex_()
    assert shown.startswith("$")
    assert derivation[-1].latex(1, 0) in shown


def test_abbreviations_print_by_name_alone_in_plain_text():
    first = softmax_derivation(2)[0].expression[0, 1]
    assert str(first) == "Derivative(exp(z_1)/S, z_2)"
    assert "Abbreviation" not in sp.pretty(first)


# Every n at once


def test_the_raw_general_derivative_has_a_sum_over_a_kronecker_delta(general):
    j, k, n, z = general.j, general.k, general.n, general.z
    assert general.raw.has(sp.Sum(sp.exp(z[k]) * sp.KroneckerDelta(j, k), (k, 1, n)))


def test_the_general_entry_equals_p_i_times_delta_minus_p_j(general):
    i, j, p = general.i, general.j, general.p
    assert sp.simplify(general.collapsed - p(i) * (sp.KroneckerDelta(i, j) - p(j))) == 0


@pytest.mark.parametrize("form", ["raw", "collapsed"])
@pytest.mark.parametrize("n", SIZES)
def test_the_general_entry_specialises_to_every_entry_for_n_logits(general, form, n):
    z = logits(n)
    concrete = {general.z[k + 1]: z[k] for k in range(n)}
    J = jacobian(z)
    for i, j in np.ndindex(n, n):
        at = {general.i: i + 1, general.j: j + 1, general.n: n}
        entry = getattr(general, form).subs(at).doit().subs(concrete)
        assert sp.simplify(entry - J[i, j]) == 0


def test_the_general_row_sum_is_zero(general):
    i, j, k, n = general.i, general.j, general.k, general.n
    row_sum = sp.Sum(general.collapsed.subs(j, k), (k, 1, n)).expand().doit()
    assert sp.simplify(sp.refine(row_sum, sp.Q.le(i, n))) == 0


def test_the_general_column_sum_is_zero(general):
    i, j, k, n = general.i, general.j, general.k, general.n
    column_sum = sp.Sum(general.collapsed.subs(i, k), (k, 1, n)).expand().doit()
    assert sp.simplify(sp.refine(column_sum, sp.Q.le(j, n))) == 0


# To NumPy


def test_numeric_gives_a_column_as_a_vector():
    p = numeric(softmax(logits(2)))([1, 2])
    assert p.shape == (2,)
    assert_allclose(p, P_OF_1_2, rtol=1e-15)


def test_numeric_gives_a_matrix_in_two_dimensions():
    expected = [[D_OF_1_2, -D_OF_1_2], [-D_OF_1_2, D_OF_1_2]]
    assert_allclose(numeric(jacobian(logits(2)))([1, 2]), expected, rtol=1e-14)


def test_numeric_gives_a_row_in_two_dimensions():
    assert numeric(softmax(logits(3)).T)([1, 2, 3]).shape == (1, 3)


def test_numeric_gives_a_scalar_as_a_float():
    value = numeric(softmax(logits(2))[0])([1, 2])
    assert type(value) is float
    assert_allclose(value, P_OF_1_2[0], rtol=1e-15)


def test_numeric_keeps_constants():
    z = logits(2)
    assert_array_equal(numeric(sp.zeros(2, 2), z)([1, 2]), np.zeros((2, 2)))
    assert_array_equal(numeric(sp.Matrix([1, z[1]]), z)([5, 7]), [1, 7])
    assert numeric(1, z)([1, 2]) == 1.0


def test_numeric_takes_z_2_before_z_10():
    z = logits(11)
    weighted = sum(index * symbol for index, symbol in enumerate(z))
    assert numeric(weighted + z[0])(np.arange(11)) == sum(index**2 for index in range(11))


def test_numeric_takes_the_logits_in_the_order_given():
    a, b = logits(2)
    assert numeric(a - b, [b, a])([1, 5]) == 4.0


def test_numeric_computes_in_float64_whatever_the_dtype_of_the_logits():
    p = numeric(softmax(logits(2)))(np.array([1, 2], dtype=np.float32))
    assert p.dtype == np.float64
    assert_allclose(p, P_OF_1_2, rtol=1e-15)


@pytest.mark.parametrize(("wrong", "shape"), [([1, 2], r"\(2,\)"), ([[1, 2, 3]], r"\(1, 3\)")])
def test_numeric_refuses_logits_of_another_shape_naming_both(wrong, shape):
    with pytest.raises(ValueError, match=rf"logits must have the shape of z, \(3,\), got {shape}"):
        numeric(softmax(logits(3)))(wrong)


def test_numeric_refuses_booleans_by_name():
    with pytest.raises(TypeError, match="logits must hold floats or integers, got dtype bool"):
        numeric(softmax(logits(2)))([True, False])


def test_numeric_refuses_symbols_that_are_not_logits():
    z = logits(2)
    with pytest.raises(ValueError, match=r"formula in \[z_1, z_2\], got also \[t\]"):
        numeric(z[0] + sp.Symbol("t"), z)


def test_numeric_overflows_where_the_formula_does():
    with np.errstate(over="ignore", invalid="ignore"):
        assert np.isnan(numeric(softmax(logits(2)))([0, 710])[1])
