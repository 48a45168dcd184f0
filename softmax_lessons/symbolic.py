r"""Softmax and its Jacobian in SymPy: derived rule by rule, and for every n at once.

Indices count from 1, as in the mathematics: the logits `z` are z_1, ..., z_n, a column of SymPy's
symbols, n x 1. The Jacobian is J[i, j] = dp_i/dz_j, the layout of SymPy's `Matrix.jacobian`. All
quantities are dimensionless. Source: Bishop, Pattern Recognition and Machine Learning, Springer,
2006, ISBN 978-0-387-31073-2, equation 4.106.
"""

from typing import NamedTuple

import numpy as np
import sympy as sp

from softmax_lessons._validation import real_array


def logits(n):
    """Return the logits z_1, ..., z_n as real symbols, for n of at least 2.

    Examples
    --------
    >>> logits(3).T
    Matrix([[z_1, z_2, z_3]])
    """
    if not isinstance(n, int) or n < 2:
        raise ValueError(f"n must be an int of at least 2, got {n!r}")
    return sp.Matrix(sp.symbols(f"z_1:{n + 1}", real=True))


def softmax(z):
    r"""Return the probabilities as formulas in the logits, shape n x 1.

    .. math:: p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}

    Examples
    --------
    >>> softmax(logits(2))[0]
    exp(z_1)/(exp(z_1) + exp(z_2))
    """
    e = z.applyfunc(sp.exp)
    return e / sum(e)


def jacobian(z):
    r"""Return the derivatives of the probabilities with respect to the logits, shape n x n.

    .. math:: \frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j), \qquad
        J = \operatorname{diag}(p) - p p^T

    Examples
    --------
    >>> jacobian(logits(2))[0, 1]
    -exp(z_1)*exp(z_2)/(exp(z_1) + exp(z_2))**2
    """
    return softmax(z).jacobian(z)


class GeneralEntry(NamedTuple):
    """The entry dp_i/dz_j of the Jacobian for every n.

    Parameters
    ----------
    z : sympy.IndexedBase
        Logits, ``z[1]`` to ``z[n]``.
    i, j, k, n : sympy.Symbol
        Row, column, index of summation and number of logits, positive integers.
    """

    z: sp.IndexedBase
    i: sp.Symbol
    j: sp.Symbol
    k: sp.Symbol
    n: sp.Symbol

    def p(self, index):
        """Return the probability with this index, as a formula in the logits."""
        return sp.exp(self.z[index]) / sp.Sum(sp.exp(self.z[self.k]), (self.k, 1, self.n))

    @property
    def collapsed(self):
        """The derivative, with SymPy's sum over a Kronecker delta carried out."""
        # SymPy's answer is a Piecewise: exp(z[j]) if j is among 1, ..., n, otherwise 0. That j is
        # at least 1 it knows from the symbol; that j is at most n it has to be told.
        derivative = sp.diff(self.p(self.i), self.z[self.j])
        return sp.refine(derivative.doit(), sp.Q.le(self.j, self.n))


def general_jacobian_entry():
    r"""Return what it takes to derive dp_i/dz_j for every n at once, as a `GeneralEntry`.

    .. math:: \frac{\partial}{\partial z_j} \frac{e^{z_i}}{\sum_k e^{z_k}}
        = \frac{e^{z_i} \delta_{ij}}{\sum_k e^{z_k}}
        - \frac{e^{z_i} \sum_k e^{z_k} \delta_{jk}}{\left(\sum_k e^{z_k}\right)^2}
        = p_i (\delta_{ij} - p_j)

    Examples
    --------
    >>> entry = general_jacobian_entry()
    >>> i, j, k, n, p = entry.i, entry.j, entry.k, entry.n, entry.p
    >>> sp.simplify(entry.collapsed - p(i) * (sp.KroneckerDelta(i, j) - p(j)))
    0

    The sum of row i, with k in place of j since SymPy matches sums by the name of their index:

    >>> row_sum = sp.Sum(entry.collapsed.subs(j, k), (k, 1, n)).expand().doit()
    >>> sp.simplify(sp.refine(row_sum, sp.Q.le(i, n)))
    0
    """
    i, j, k, n = sp.symbols("i j k n", integer=True, positive=True)
    return GeneralEntry(sp.IndexedBase("z", real=True), i, j, k, n)


def numeric(expression):
    """Turn a formula or a matrix of formulas into a function of an array: the logits in them.

    It evaluates a formula as it is written: logits above about 709 overflow to inf and NaN, with
    NumPy's warnings, which they do not in `softmax_lessons.numerics`.

    Returns
    -------
    callable
        Returns a float for one formula, an ndarray of float64 for a matrix: of shape (m,) for a
        column, else of the matrix's shape.

    Examples
    --------
    >>> numeric(jacobian(logits(2)))([1, 2])
    array([[ 0.19661193, -0.19661193],
           [-0.19661193,  0.19661193]])
    """
    expression = sp.sympify(expression, strict=True)  # a string would be run as code
    # z_2 comes before z_10.
    symbols = sorted(expression.free_symbols, key=lambda z: (len(z.name), z.name))
    formula = sp.lambdify(symbols, expression, "numpy")

    def function(logits):
        logits = real_array("logits", logits, (len(symbols),), "the symbols")
        values = np.asarray(formula(*logits.astype(np.float64)))
        if values.ndim == 0:
            return float(values)
        return values[:, 0] if values.shape[1] == 1 else values

    return function


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


class Step(NamedTuple):
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
        A derivative within a fraction is smaller, or the whole would be too high.
        """
        latex = sp.latex(self.expression[i, j], order="none").replace(r"\frac", r"\dfrac")
        latex = latex.replace(r"} \dfrac", r"}\; \dfrac")  # or their bars would look like one
        return latex.replace(r" \dfrac{\partial}", r" \frac{\partial}")

    def text(self, i, j):
        """Return ``expression[i, j]`` as plain text, its terms in the same order."""
        return sp.sstr(self.expression[i, j], order="none")


def verify(steps, z, definitions):
    """Raise ValueError unless every step is the Jacobian of softmax at the logits z.

    It is if it equals ``jacobian(z)`` once the abbreviations are replaced by their `definitions`
    and derivatives are carried out, by SymPy's `simplify`. That proves the expressions; whether a
    rule describes its step well is for the reader to judge.

    Examples
    --------
    >>> verify([Step("all zeros", sp.zeros(2))], logits(2), {})
    Traceback (most recent call last):
    ValueError: step 1 (all zeros) is not the Jacobian: dp_1/dz_1 is not 0
    """
    expected = jacobian(z)
    for number, step in enumerate(steps, start=1):
        difference = step.expression.xreplace(definitions).doit() - expected
        for i, j in np.ndindex(difference.shape):
            if sp.simplify(difference[i, j]) != 0:
                raise ValueError(
                    f"step {number} ({step.rule}) is not the Jacobian: "
                    f"dp_{i + 1}/dz_{j + 1} is not {step.expression[i, j]}"
                )


def softmax_derivation(n):
    """Derive the Jacobian of softmax for n logits, rule by rule: a tuple of verified `Step`.

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
            "Read as matrices: diag($p$), which is 0 off its diagonal, minus all $p_i p_j$:"
            " $J$ = diag($p$) $- p p^T$.",
            lambda i, j: diag_p[i, j] - p[i] * p[j],
        ),
    ]
    # Unevaluated: the reader is to see the form that each rule gives, not a tidier one.
    with sp.evaluate(False):
        steps = tuple(Step(rule, sp.ImmutableMatrix(n, n, entry)) for rule, entry in written)
    verify(steps, z, definitions)
    return steps
