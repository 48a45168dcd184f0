"""How figures look: text that can be read from afar, colours that everybody can tell apart."""

from softmax_lessons._arrays import is_int

STYLE = {
    "font.size": 15,
    "axes.titlesize": 16,
    "axes.titlepad": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 1.2,
}
"""Matplotlib settings for every figure: text that can be read from the back of a room."""

# Okabe and Ito, "Color Universal Design", 2002: told apart by colour-blind readers too.
CLASS_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")

# A colour and a hatch for each meaning, so that none rests on colour alone.
ANALYTIC = {"facecolor": "#0072B2"}
NUMERIC = {"facecolor": "#E69F00", "edgecolor": "black", "hatch": "--"}
ELEMENTWISE = {"facecolor": "#F0E442", "edgecolor": "black", "hatch": "//"}
NEUTRAL = {"facecolor": "#B3B3B3"}

# Behind text that may come to lie on a line.
BACKDROP = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}


def class_names(n):
    """Return the tick labels of n classes.

    Parameters
    ----------
    n : int
        How many classes.

    Returns
    -------
    list of str

    Raises
    ------
    TypeError
        If `n` is not an int.

    Examples
    --------
    >>> class_names(2)
    ['class 1', 'class 2']
    """
    if not is_int(n):
        raise TypeError(f"n must be an int, got {n!r}")
    return [f"class {i}" for i in range(1, n + 1)]


def short_number(value, decimals=2):
    """Return a number as a label: fixed decimals while it is short, else in powers of ten.

    Parameters
    ----------
    value : float
    decimals : int

    Returns
    -------
    str
        With a true minus sign, and none before zero.

    Examples
    --------
    >>> short_number(-0.001), short_number(-54321.0)
    ('0.00', '−5.4e+04')
    """
    text = f"{value:z.{decimals}f}" if abs(value) < 1000 else f"{value:.1e}"
    return text.replace("-", "\N{MINUS SIGN}", 1) if value < 0 else text


def require_one_each(name, things, number, reference):
    """Raise ValueError unless there are as many things as there are of what `reference` says.

    Examples
    --------
    >>> require_one_each("rows", ["a"], 2, "row of the matrix")
    Traceback (most recent call last):
    ValueError: rows must hold one for each row of the matrix, 2, got 1
    """
    if len(things) != number:
        raise ValueError(f"{name} must hold one for each {reference}, {number}, got {len(things)}")
