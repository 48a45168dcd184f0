"""How figures look: text that can be read from afar, colours that everybody can tell apart."""

STYLE = {
    "font.size": 15,
    "axes.titlesize": 16,
    "axes.titlepad": 12,
    "axes.labelpad": 7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "hatch.linewidth": 1.2,
}
"""Matplotlib settings for every figure: text that can be read from the back of a room."""

# Okabe and Ito, "Color Universal Design", 2002: told apart by colour-blind readers too.
CLASS_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
ACCENT = "#D55E00"

# A colour and a hatch for each meaning, so that none rests on colour alone.
ANALYTIC = {"facecolor": "#0072B2"}
NUMERIC = {"facecolor": "#E69F00", "edgecolor": "black", "hatch": "--"}
ELEMENTWISE = {"facecolor": "#F0E442", "edgecolor": "black", "hatch": "//"}
YOURS = {"facecolor": "#009E73", "edgecolor": "black", "hatch": ".."}
NEUTRAL = {"facecolor": "#B3B3B3"}

# Behind text that may come to lie on a line.
BACKDROP = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 1}


class Label:
    """A text of its own, such as a title that tells a number."""

    def __init__(self, text):
        self.text = text
        self.artists = [text]

    def set(self, words):
        """Show other words."""
        self.text.set_text(words)


def class_names(n):
    """Return the tick labels of n classes; three are those of all lessons.

    Examples
    --------
    >>> class_names(2), class_names(3)
    (['class 1', 'class 2'], ['cat', 'dog', 'bird'])
    """
    if n == 3:
        return ["cat", "dog", "bird"]
    return [f"class {i}" for i in range(1, n + 1)]


def short_number(value, decimals=2):
    """Return a number as a label: fixed decimals while it is short, else in powers of ten.

    It has a true minus sign, and none before zero.

    Examples
    --------
    >>> short_number(-0.001), short_number(-54321.0)
    ('0.00', '−5.4e4')
    """
    text = f"{value:z.{decimals}f}" if abs(value) < 1000 else f"{value:.1e}".replace("e+0", "e")
    return text.replace("-", "\N{MINUS SIGN}", 1) if value < 0 else text
