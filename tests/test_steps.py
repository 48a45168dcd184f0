"""The steps of a derivation: what passes, what is refused, and what is said of it."""

import re
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from softmax_lessons import symbolic
from softmax_lessons.exercises.steps import STEPS, check_step
from softmax_lessons.judging.verdict import Status

e_i, e_j, S, p_i, p_j, z_i, z_j, Q, s_i, s_j = sp.symbols("e_i e_j S p_i p_j z_i z_j Q s_i s_j")
r_i = sp.Symbol("z_i", real=True)
P = np.array([0.5, 0.3, 0.2])
J = np.diag(P) - np.outer(P, P)
COLUMN = P[:, np.newaxis]

RIGHT = {
    "other logit": [
        -e_i * e_j / S**2,
        (S * 0 - e_i * e_j) / S**2,
        -p_i * p_j,
        -1.0 * sp.exp(z_i) * sp.exp(z_j) / S**2,
        sp.Derivative(e_i / (S + sp.exp(z_j)), z_j).doit().subs(S, S - sp.exp(z_j)),
    ],
    "shares, own logit": [
        (Q * 2 * z_i - z_i**2 * 2 * z_i) / Q**2,
        2 * z_i / Q - 2 * z_i**3 / Q**2,
        2 * s_i * (1 - s_i) / z_i,
        2 * r_i / Q * (1 - r_i**2 / Q),
    ],
    "shares, other logit": [
        (Q * 0 - z_i**2 * 2 * z_j) / Q**2,
        -2 * s_i * s_j / z_j,
        -z_j * sp.diff(z_i**2, z_i) * z_i / Q**2,
    ],
    "table": [
        [[0.25, -0.15, -0.1], [-0.15, 0.21, -0.06], [-0.1, -0.06, 0.16]],
        J,
        sp.Matrix(J.round(4)),
        [[Fraction(round(100 * x), 100) for x in row] for row in J],
    ],
}
WRONG = {
    "other logit": [
        (0, "v' = 0"),
        (e_i * e_j / S**2, "sign"),
        (p_i - p_i * p_j, "u' = e_i"),
        (-e_i * e_j, "times S**2"),
        (e_i / e_j, "not equal"),
        (sp.zoo, "not equal"),
        (1j, "not equal"),
    ],
    "shares, own logit": [
        (2 * z_i / Q, "v' = 0"),
        (s_i * (1 - s_i), "u' = z_i**2 and v' = z_i**2"),
        (z_i * (Q - z_i**2) / Q**2, "divided by 2"),
    ],
    "shares, other logit": [
        (-s_i * s_j, "v' = z_j**2"),
        (-2 * z_j**2 * z_i / Q**2, "swapped"),
    ],
    "table": [
        (np.diag(P), "S contains every logit"),
        (np.diag(P * (1 - P)), "only the diagonal"),
        (np.abs(J), "rise together"),
        (-np.outer(P, P), "adds p_i"),
        (COLUMN * (np.eye(3) - COLUMN), "different indices"),
        (np.diag(P) - P, "not a product"),
        (J + np.diag(P**2), "with itself"),
        (-J, "sign"),
        (J + 1e-3 * np.eye(3, k=1) * [0, 0, 1], "1 of 9, the first in row 2, column 3"),
        (np.full((3, 3), np.nan), "9 of 9"),
    ],
}
NOT_READ = ["0", True, np.ones((2, 3)), [1, [2, 3]], lambda: 0, sp.Eq(e_i, 1)]


def cases(of):
    return [(name, answer) for name, answers in of.items() for answer in answers]


@pytest.mark.parametrize(("name", "answer"), cases(RIGHT))
def test_any_form_of_what_is_right_passes_and_a_question_follows(name, answer):
    verdict = check_step(name, answer)
    assert verdict.passed, verdict
    assert verdict.hint.endswith("?")


@pytest.mark.parametrize(("name", "case"), cases(WRONG))
def test_what_is_wrong_is_refused_with_its_reason_and_never_shown_what_is_right(name, case):
    answer, reason = case
    verdict = check_step(name, answer)
    assert verdict.status is Status.WRONG
    assert reason in verdict.summary
    assert "expected" not in str(verdict)
    shown = verdict.counterexample
    assert (shown is None) == (name == "table")
    assert all(re.fullmatch(r"\d+", str(v)) for _, v in (shown.arguments if shown else ()))


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("answer", NOT_READ, ids=range(len(NOT_READ)))
def test_what_cannot_be_read_is_told_what_was_expected(name, answer):
    verdict = check_step(name, answer)
    assert verdict.status is Status.WRONG_TYPE
    assert "Hand in" in verdict.summary


@pytest.mark.parametrize("name", [name for name in STEPS if name != "table"])
def test_a_foreign_symbol_is_named(name):
    verdict = check_step(name, S * Q * sp.Symbol("foreign"))
    assert verdict.status is Status.WRONG_TYPE
    assert re.search(r"what is (foreign|S|Q)\?$", verdict.summary)


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("answer", [None, ...])
def test_dots_are_not_attempted(name, answer):
    assert check_step(name, answer).status is Status.NOT_ATTEMPTED
    table = check_step("table", [[0.25, answer, answer], [answer, 0.21, ...], [0, 0, 0.16]])
    assert table.status is Status.NOT_ATTEMPTED
    assert table.summary.startswith("4 of 9")


def test_a_step_without_a_name_is_an_error():
    with pytest.raises(ValueError, match="step must be one of other logit"):
        check_step("another", 0)


@pytest.mark.parametrize("name", [name for name in STEPS if name != "table"])
def test_the_formula_of_a_step_is_the_derivative_that_sympy_takes(name):
    z = symbolic.logits(3)
    u = z.applyfunc(sp.exp) if name == "other logit" else z.applyfunc(lambda x: x**2)
    other = 0 if "own" in name else 1
    expected = sp.diff(u[0] / sum(u), z[other])
    symbols = dict(zip(("e_i", "e_j"), u, strict=False), z_i=z[0], z_j=z[1], S=sum(u), Q=sum(u))
    assert sp.simplify(sp.sympify(STEPS[name].right, symbols) - expected) == 0
