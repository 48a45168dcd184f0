"""The paths from logits to probabilities to a loss: as thick as the derivative on them."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from softmax_lessons.plotting.still import Still
from softmax_lessons.plotting.style import (
    ACCENT,
    ANALYTIC,
    BACKDROP,
    STYLE,
    class_names,
    short_number,
)

SUBSCRIPTS = "₁₂₃"
Z, P, L = 0, 3, 5.2
"""Where the three columns stand, from left to right."""
ROWS = (2, 1, 0)
WIDTH = 50
"""How many points wide a line of rate 1 would be; no rate of softmax is above 1/4."""
THIN = 2
UNLIT, PALE = "#D0D0D0", "#6B6B6B"


def added(terms, times=None, sign_first=False):
    """Return numbers as a sum, with their signs, and each with what it is multiplied with.

    Examples
    --------
    >>> added([0.25, -0.5, -0.0001])
    '0.250 − 0.500 + 0.000'
    >>> added([0.25, -0.5], times=[1, -1])
    '0.250·1.0 − 0.500·(−1.0)'
    """
    texts = [short_number(term, 3) for term in terms]
    if times is not None:
        factors = [short_number(factor, 1) for factor in times]
        factors = [f"({text})" if text.startswith("−") else text for text in factors]
        texts = [f"{text}·{factor}" for text, factor in zip(texts, factors, strict=True)]
    parts = [f"− {text[1:]}" if text.startswith("−") else f"+ {text}" for text in texts]
    first = parts[0].replace(" ", "")
    keep = sign_first and float(texts[0].replace("\N{MINUS SIGN}", "-")) != 0
    return " ".join([first if keep else first.removeprefix("+"), *parts[1:]])


class Paths:
    """Three logits, three probabilities and, where `with_loss` is true, a loss, with their lines.

    The line from logit j to probability i is as thick as |J_ij|: whole where J_ij is positive,
    dashed where it is negative. The line from probability i to the loss bears g_i.
    """

    def __init__(self, ax, *, with_loss=True):
        ax.set_axis_off()
        ax.set_xlim(-1, (L if with_loss else P) + 0.4)
        ax.set_ylim(-0.35, 2.65)
        number = {"ha": "center", "va": "center", "fontsize": 18, "parse_math": False, "zorder": 5}
        number["bbox"] = BACKDROP | {"alpha": 1}
        self.lines, self.rates = np.empty((2, 3, 3), dtype=object)
        for i, j in np.ndindex(3, 3):
            (self.lines[i, j],) = ax.plot([Z, P], [ROWS[j], ROWS[i]])
            self.rates[i, j] = ax.text(0, 0, "", weight="bold", **number)
        self.to_loss, self.incoming, loss = [], [], ()
        if with_loss:
            for y in ROWS:
                self.to_loss += ax.plot([P, L], [y, 1], linewidth=2)
                at = P + 0.45 * (L - P), y + 0.45 * (1 - y)
                self.incoming.append(ax.text(*at, "", **number))
            loss = self._circle(ax, L, 1, "$L$")
        self.z, self.p = ([self._circle(ax, x, y) for y in ROWS] for x in (Z, P))
        columns = [(Z, "logits $z$"), (P, "probabilities $p$"), (L, "loss")]
        for x, name in columns[: 2 + with_loss]:
            ax.text(x, 2.55, name, ha="center", va="center", fontsize=19)
        for y, name in zip(ROWS, class_names(3), strict=True):
            ax.text(Z - 0.42, y, name, ha="right", va="center", fontsize=19)
        circles = [artist for circle in (*self.z, *self.p, loss) for artist in circle]
        self.artists = [*self.lines.flat, *self.to_loss, *self.rates.flat, *self.incoming]
        self.artists += circles

    @staticmethod
    def _circle(ax, x, y, words=""):
        (circle,) = ax.plot(x, y, "o", markersize=54, color="white", markeredgecolor="black")
        circle.set_zorder(3)
        return circle, ax.text(x, y, words, ha="center", va="center", fontsize=17, zorder=6)

    def set(self, z, p, jacobian, g, lit, chosen):
        """Show numbers of shape (3,), and the lines of a mask `lit`, (3, 3), with their rates.

        `chosen` is the circle that is marked: ("z", j), ("p", i), or ("L", 0) for none.
        """
        into = chosen[0] == "p"
        for (i, j), line in np.ndenumerate(self.lines):
            rate, on = jacobian[i, j], lit[i, j]
            colour = ANALYTIC["facecolor"] if rate >= 0 else ACCENT
            line.set_color(colour if on else UNLIT)
            line.set_linewidth(max(THIN, WIDTH * abs(rate)) if on else 1.2)
            # In widths of the line; where it is thin, longer, or it would look whole.
            dash = max(1.6, 14 / line.get_linewidth())
            line.set_linestyle("solid" if rate >= 0 or not on else (0, (dash, dash * 0.6)))
            line.set_zorder(2 if on else 1)
            # The number stands where the lines that are lit lie apart.
            part, text = 0.3 if into else 0.66, self.rates[i, j]
            if chosen[0] == "L" and abs(i - j) == 2:
                part = 0.2
            text.set_position((Z + part * (P - Z), ROWS[j] + part * (ROWS[i] - ROWS[j])))
            text.set_text(added([rate], sign_first=True) if on else "")
            text.set_color(colour)
        for kind, circles, values, decimals in (("z", self.z, z, 1), ("p", self.p, p, 3)):
            for k, (circle, text) in enumerate(circles):
                marked = chosen == (kind, k)
                circle.set_markerfacecolor("#F0E442" if marked else "white")
                circle.set_markeredgewidth(3.5 if marked else 1.2)
                text.set_text(short_number(values[k], decimals))
        for i, (line, text) in enumerate(zip(self.to_loss, self.incoming, strict=True)):
            on = lit[i].any() and not into
            line.set_color("black" if on and g[i] else UNLIT)
            text.set_text(f"g{SUBSCRIPTS[i]} = {short_number(g[i], 1)}")
            text.set_color("black" if on else PALE)


def plot_paths(z, p, jacobian, g, logit):
    """Draw the paths of one logit to the loss: all of them, and below them its own path only.

    Parameters
    ----------
    z, p, g : array_like of shape (3,)
        Logits, probabilities, and the gradient with respect to the probabilities.
    jacobian : array_like of shape (3, 3)
        Its entry (i, j) is the derivative of probability i with respect to logit j.
    logit : int
        Which logit, counted from 1.

    Returns
    -------
    PathsOfLogit
        As the last expression of a cell it shows the picture.

    Examples
    --------
    >>> plot_paths([0, 0, 0], [0.5, 0.3, 0.2], np.diag([0.5, 0.25, 0.1]) - 0.1, [1, -1, 0.5], 2)
    dL/dz of dog, by all paths:       −0.100·1.0 + 0.150·(−1.0) − 0.100·0.5 = −0.300
    dL/dz of dog, by its own path:    0.150·(−1.0) = −0.150
    """
    with matplotlib.rc_context(STYLE):
        arrays = (np.asarray(a, dtype=float) for a in (z, p, jacobian, g))
        return PathsOfLogit(*arrays, logit - 1)


class PathsOfLogit(Still):
    """The picture that `plot_paths` draws."""

    def __init__(self, z, p, jacobian, g, j):
        self.name, self.rates, self.g, self.j = class_names(3)[j], jacobian[:, j], g, j
        self.figure = Figure(figsize=(11, 8.8), layout="constrained")
        names = f"∂L/∂z{SUBSCRIPTS[j]}  =", "own path:"
        for ax, own, name in zip(self.figure.subplots(2, 1), (False, True), names, strict=True):
            lit = np.zeros((3, 3), dtype=bool)
            lit[j if own else np.s_[:], j] = True
            title = f"{self.name}: {'its own path only' if own else 'all paths'}"
            ax.set_title(title, fontsize=19, weight="bold")
            Paths(ax).set(z, p, jacobian, g, lit, ("z", j))
            words = {"ha": "center", "va": "top", "fontsize": 18, "parse_math": False}
            ax.text(2.1, -0.5, f"{name}  {self._sum(own)}", **words)

    def _sum(self, own):
        kept = [self.j] if own else [0, 1, 2]
        total = added([self.rates[kept] @ self.g[kept]])
        return f"{added(self.rates[kept], times=self.g[kept])} = {total}"

    def __repr__(self):
        """Return the sums."""
        return (
            f"dL/dz of {self.name}, by all paths:       {self._sum(False)}\n"
            f"dL/dz of {self.name}, by its own path:    {self._sum(True)}"
        )

    def alt(self):
        """Return what the picture shows."""
        return (
            "Lines lead from three logits to three probabilities and on to the loss. Above, the"
            f" three lines out of {self.name} are lit, below only the one to its own probability."
            " Whole lines are positive rates, dashed ones negative."
        )
