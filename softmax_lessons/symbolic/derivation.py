"""The derivation of the softmax Jacobian, rule by rule, every step verified by SymPy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp

from softmax_lessons.symbolic.formulas import jacobian, logits, softmax


class Abbreviation(sp.Function):
    """A function of all the logits that is printed as a short name: ``Abbreviation(name, *z)``.

    To SymPy the derivative of a plain symbol S with respect to a logit is 0. That of an
    abbreviation it leaves standing, until the meaning of S is put in its place.
    """

    def _sympystr(self, printer):
        return printer._print(self.args[0])

    _pretty = _sympystr

    def _latex(self, printer, exp=None):
        name = printer._print(self.args[0])
        return name if exp is None else f"{name}^{{{exp}}}"


@dataclass(frozen=True)
class Step:
    """The Jacobian as it stands at one step of a derivation.

    Parameters
    ----------
    rule : str
        What leads here from the step before, in a sentence; its formulas are LaTeX between $.
    expression : sympy.ImmutableMatrix, n x n
        Every entry, in the form that the rule gives it.
    """

    rule: str
    expression: sp.ImmutableMatrix

    def latex(self, i, j):
        """Return the LaTeX of ``expression[i, j]``, with fractions of full size, for a figure.

        Terms are in the order in which they were written: SymPy's own turns p - p p into -p p + p.
        """
        return sp.latex(self.expression[i, j], order="none").replace(r"\frac", r"\dfrac")

    def text(self, i, j):
        """Return ``expression[i, j]`` as plain text, its terms in the same order."""
        return sp.sstr(self.expression[i, j], order="none")

    def _repr_latex_(self):
        return f"$\\displaystyle {sp.latex(self.expression, order='none')}$"


@dataclass(frozen=True)
class Derivation(Sequence):
    """Steps from the definition of the Jacobian to its closed form, each verified when it is built.

    A step passes if it equals ``jacobian(z)`` once its abbreviations are replaced and its
    derivatives carried out, by SymPy's `simplify`. That proves the expressions; whether a rule
    describes its step well is for the reader to judge.

    Parameters
    ----------
    z : sympy.ImmutableMatrix, n x 1
        Logits.
    definitions : sympy.Dict
        What each abbreviation stands for, in the logits.
    steps : tuple of Step
        Also reached by index, iteration and `len`.

    Raises
    ------
    ValueError
        If a step is not the Jacobian, naming the step, its rule and the first wrong entry.
    """

    z: sp.ImmutableMatrix
    definitions: sp.Dict
    steps: tuple[Step, ...]

    def __post_init__(self):
        """Verify every step."""
        expected = jacobian(self.z)
        for number, step in enumerate(self.steps, start=1):
            difference = self.in_logits(step.expression) - expected
            for i, j in np.ndindex(difference.shape):
                if sp.simplify(difference[i, j]) != 0:
                    raise ValueError(
                        f"step {number} ({step.rule}) is not the Jacobian: "
                        f"dp_{i + 1}/dz_{j + 1} is not {step.expression[i, j]}"
                    )

    def __getitem__(self, index):
        """Return a step, or the tuple of steps of a slice."""
        return self.steps[index]

    def __len__(self):
        """Return the number of steps."""
        return len(self.steps)

    def in_logits(self, expression):
        """Replace the abbreviations in a formula, then carry out its derivatives."""
        return expression.xreplace(self.definitions).doit()


def softmax_derivation(n):
    """Derive the Jacobian of softmax for n logits, rule by rule.

    Parameters
    ----------
    n : int
        How many logits, at least 2.

    Returns
    -------
    Derivation
        From the derivative of a quotient to ``diag(p) - p p^T``.

    Raises
    ------
    TypeError, ValueError
        As `logits`.

    Examples
    --------
    >>> for step in softmax_derivation(2):
    ...     print(step.expression[0, 1])
    Derivative(exp(z_1)/S, z_2)
    (S*Derivative(exp(z_1), z_2) - exp(z_1)*Derivative(S, z_2))/(S**2)
    (0*S - exp(z_1)*exp(z_2))/(S**2)
    -exp(z_1)/S*exp(z_2)/S
    -p_1*p_2
    p_1*(-p_2 + 0)
    -p_1*p_2 + 0
    """
    z = sp.ImmutableMatrix(logits(n))
    p = sp.symbols(f"p_1:{n + 1}")
    S = Abbreviation(sp.Symbol("S"), *z)
    # Abbreviations too, each by its own name: the derivative of a bare exp(z_1) with respect to z_2
    # would vanish at once, and the quotient rule would not look the same in every entry.
    e = [Abbreviation(sp.exp(z_k), *z) for z_k in z]
    definitions = {e_k: e_k.args[0] for e_k in e}
    definitions[S] = sum(definitions.values())
    definitions.update(zip(p, softmax(z), strict=True))
    delta, diag_p = sp.eye(n), sp.diag(*p)

    written = [
        (
            "Start: entry $(i, j)$ is the derivative of $p_i = e^{z_i} / S$ with respect to $z_j$;"
            r" $S$ is the sum of all $e^{z_k}$.",
            lambda i, j: sp.Derivative(e[i] / S, z[j]),
        ),
        (
            "Quotient rule: $(u / v)' = (v u' - u v') / v^2$, with $u = e^{z_i}$ and $v = S$.",
            lambda i, j: (S * sp.Derivative(e[i], z[j]) - e[i] * sp.Derivative(S, z[j])) / S**2,
        ),
        (
            "Derivatives: that of $e^{z_i}$ is $e^{z_i}$ if $i = j$, otherwise 0;"
            " that of $S$ is always $e^{z_j}$.",
            lambda i, j: ((S * e[i] if i == j else 0 * S) - e[i] * e[j]) / S**2,
        ),
        (
            "Split the fraction: one $S$ cancels in the first part, the second needs both.",
            lambda i, j: e[i] / S - (e[i] / S) * (e[j] / S) if i == j else -(e[i] / S * (e[j] / S)),
        ),
        (
            "Name the fractions: $e^{z_k} / S = p_k$.",
            lambda i, j: p[i] - p[i] ** 2 if i == j else -(p[i] * p[j]),
        ),
        (
            r"Factor: every entry is $p_i (\delta_{ij} - p_j)$, where $\delta_{ij}$ is 1 on the"
            " diagonal and 0 elsewhere.",
            lambda i, j: p[i] * (delta[i, j] - p[j]),
        ),
        (
            "Read as matrices: diag($p$), which is 0 off its diagonal, less all $p_i p_j$:"
            " $J$ = diag($p$) $- p p^T$.",
            lambda i, j: diag_p[i, j] - p[i] * p[j],
        ),
    ]
    # Unevaluated: the reader is to see the form that each rule gives, not a tidier one.
    with sp.evaluate(False):
        steps = tuple(Step(rule, sp.ImmutableMatrix(n, n, entry)) for rule, entry in written)
    return Derivation(z, sp.Dict(definitions), steps)
