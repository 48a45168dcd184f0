"""Softmax and its Jacobian in SymPy: for 2, 3, 4 logits written out, and for every n at once.

Indices count from 1, as in the mathematics: the logits are z_1, ..., z_n. The Jacobian is
J[i, j] = dp_i/dz_j, the layout of SymPy's `Matrix.jacobian`. All quantities are dimensionless.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp

from softmax_lessons._arrays import real_array, require_shape


def logits(n):
    """Return the logits z_1, ..., z_n as real symbols.

    Parameters
    ----------
    n : int
        How many, at least 2.

    Returns
    -------
    sympy.Matrix, n x 1

    Raises
    ------
    TypeError
        If `n` is not an int.
    ValueError
        If `n` is less than 2.

    Examples
    --------
    >>> logits(3).T
    Matrix([[z_1, z_2, z_3]])
    """
    if isinstance(n, bool) or not isinstance(n, int):
        raise TypeError(f"n must be an int, got {n!r} of type {type(n).__name__}")
    if n < 2:
        raise ValueError(f"n must be at least 2, got {n}")
    return sp.Matrix(sp.symbols(f"z_1:{n + 1}", real=True))


def _require_column(z):
    """Raise unless `z` is an n x 1 matrix with n at least 1."""
    if not isinstance(z, sp.MatrixBase):
        raise TypeError(f"z must be a sympy.Matrix, got {z!r} of type {type(z).__name__}")
    if z.cols != 1 or z.rows < 1:
        raise ValueError(f"z must have one column and at least one row, got shape {z.shape}")


def softmax(z):
    r"""Return the probabilities as formulas in the logits.

    Parameters
    ----------
    z : sympy.Matrix, n x 1
        Logits.

    Returns
    -------
    sympy.Matrix, n x 1

    Raises
    ------
    TypeError
        If `z` is not a matrix of SymPy.
    ValueError
        If `z` is not a column.

    Notes
    -----
    .. math:: p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}

    Examples
    --------
    >>> softmax(logits(2))[0]
    exp(z_1)/(exp(z_1) + exp(z_2))
    """
    _require_column(z)
    e = z.applyfunc(sp.exp)
    return e / sum(e)


def jacobian(z):
    r"""Return the derivatives of the probabilities with respect to the logits.

    Parameters
    ----------
    z : sympy.Matrix of symbols, n x 1
        Logits.

    Returns
    -------
    sympy.Matrix, n x n
        ``J[i, j] = dp_i/dz_j``.

    Raises
    ------
    TypeError
        If `z` is not a matrix of SymPy.
    ValueError
        If `z` is not a column of distinct symbols.

    Notes
    -----
    .. math:: \frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j), \qquad
        J = \operatorname{diag}(p) - p p^T

    References
    ----------
    Bishop, "Pattern Recognition and Machine Learning", 2006, equation 4.106.
    ISBN 978-0-387-31073-2.

    Examples
    --------
    >>> jacobian(logits(2))[0, 1]
    -exp(z_1)*exp(z_2)/(exp(z_1) + exp(z_2))**2
    """
    _require_column(z)
    if not all(z_k.is_Symbol for z_k in z) or len(set(z)) < len(z):
        raise ValueError(f"z must hold distinct symbols, got {list(z)}")
    return softmax(z).jacobian(z)


@dataclass(frozen=True)
class GeneralEntry:
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
    def raw(self):
        """The derivative as SymPy gives it, with a sum over a Kronecker delta."""
        return sp.diff(self.p(self.i), self.z[self.j])

    @property
    def collapsed(self):
        """The derivative with that sum carried out, given that j is at most n."""
        # SymPy's answer is a Piecewise: exp(z[j]) if j is among 1, ..., n, otherwise 0. That j is
        # at least 1 it knows from the symbol; that j is at most n it has to be told.
        return sp.refine(self.raw.doit(), sp.Q.le(self.j, self.n))


def general_jacobian_entry():
    r"""Derive dp_i/dz_j for every n at once.

    Returns
    -------
    GeneralEntry

    Notes
    -----
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


def numeric(expression, z=None):
    """Turn a formula in the logits into a function of an array of logits.

    It evaluates the formula as it is written: logits above about 709 overflow to inf and NaN, with
    NumPy's warnings, which they do not in `softmax_lessons.numerics`.

    Parameters
    ----------
    expression : sympy.Expr or sympy.Matrix
        The formula.
    z : sympy.Matrix or sequence of sympy.Symbol, optional
        The logits in order. By default the symbols in the formula, in the order of their indices:
        give `z` where some may have dropped out, as from a matrix of zeros.

    Returns
    -------
    callable
        Takes array_like of float or int, shape (n,). Returns a float for a scalar formula, an
        ndarray of float64 for a matrix: of shape (m,) for a column, else of the matrix's shape.
        Raises ValueError for logits of another shape, TypeError if they are not real numbers.

    Raises
    ------
    TypeError
        If `expression` is no formula of SymPy (a string is none), or `z` does not hold symbols.
    ValueError
        If the formula has symbols that are not in `z`, or is a matrix without entries, or a symbol
        comes twice in `z`.

    Examples
    --------
    >>> numeric(jacobian(logits(2)))([1, 2])
    array([[ 0.19661193, -0.19661193],
           [-0.19661193,  0.19661193]])
    """
    expression = _formula(expression)
    symbols = sorted(expression.free_symbols, key=_by_index) if z is None else _symbols(z)
    unknown = expression.free_symbols.difference(symbols)
    if unknown:
        raise ValueError(
            f"expression must be a formula in {symbols}, got also {sorted(unknown, key=_by_index)}"
        )
    formula = sp.lambdify(symbols, expression, "numpy")

    def function(logits):
        logits = real_array("logits", logits).astype(np.float64)
        require_shape("logits", logits, (len(symbols),), "z")
        values = np.asarray(formula(*logits), dtype=np.float64)
        if values.ndim == 0:
            return float(values)
        return values[:, 0] if values.shape[1] == 1 else values

    return function


def _formula(expression):
    """Return an expression or a matrix of SymPy, made from a number if need be."""
    try:
        formula = sp.sympify(expression, strict=True)  # a string would be evaluated
    except sp.SympifyError:
        formula = None
    if not isinstance(formula, (sp.Expr, sp.MatrixBase)):
        raise TypeError(
            f"expression must be an expression or a matrix of SymPy, got {expression!r} of type"
            f" {type(expression).__name__}"
        )
    if isinstance(formula, sp.MatrixBase) and 0 in formula.shape:
        raise ValueError(f"expression must have at least one entry, got shape {formula.shape}")
    return formula


def _symbols(z):
    """Return a list of distinct symbols."""
    if not isinstance(z, (sp.MatrixBase, Sequence)) or not all(
        isinstance(z_k, sp.Symbol) for z_k in z
    ):
        raise TypeError(f"z must be a column or a sequence of symbols, got {z!r}")
    if len(set(z)) < len(z):
        raise ValueError(f"z must hold distinct symbols, got {list(z)}")
    return list(z)


def _by_index(symbol):
    """Sort key that puts z_2 before z_10."""
    return [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", symbol.name)]
