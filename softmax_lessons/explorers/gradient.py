"""Logits and an incoming gradient; the gradient of the logits, right, measured and mistaken."""

from textwrap import shorten
from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.base import (
    GRADIENT_LIMITS,
    INCOMING,
    LOGIT_LIMITS,
    LOGITS,
    Explorer,
    sliders,
)
from softmax_lessons.gradient_check import finite_difference_gradient
from softmax_lessons.judging.observe import kept
from softmax_lessons.judging.safe_call import Caller
from softmax_lessons.losses import cross_entropy_grad, squared_error_grad
from softmax_lessons.numerics import softmax, softmax_vjp
from softmax_lessons.plotting import (
    ANALYTIC,
    ELEMENTWISE,
    NEUTRAL,
    NUMERIC,
    YOURS,
    Bars,
    Label,
    class_names,
    short_number,
)

CLASSES = 3

# Where the incoming gradient comes from, and the controls that it uses.
BY_HAND, ONE_HOT, ONES = "by hand", "one-hot", "all ones"
CROSS_ENTROPY, SQUARED_ERROR = "cross-entropy: -t / p", "squared error: 2 (p - t)"
RANDOM = "random"
USES = {
    BY_HAND: {"g1", "g2", "g3"},
    ONE_HOT: {"target"},
    ONES: set(),
    CROSS_ENTROPY: {"target"},
    SQUARED_ERROR: {"target"},
    RANDOM: {"seed"},
}


def answer_of(backward, z, g):
    """Return what a reader's function answers, shape (n,), and what is wrong with that.

    It gets arrays of its own, shape (1, n), and may do anything. A class or an object has its
    forward called before its backward. Where its answer cannot
    be drawn the first is NaN and the second a clause; else the second is empty.

    Examples
    --------
    >>> answer_of(lambda z, g: z * g, np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    (array([3., 8.]), '')
    >>> answer_of(lambda z, g: None, np.zeros(1), np.zeros(1))
    (array([nan]), 'it returned None')
    """
    none, shape = np.full_like(z, np.nan), (1, len(z))
    copies = z.reshape(shape).copy(), g.reshape(shape).copy()
    answer, error = Caller()(lambda: kept(_called(backward, *copies)))
    if error is not None:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return none, f"it raised {said[:200]}"
    if answer is None or answer is ...:
        return none, f"it returned {answer}"
    if not isinstance(answer, np.ndarray):
        return none, "it returned no array of real numbers"
    if answer.shape != shape:
        return none, f"it returned shape {answer.shape}, not {shape}"
    if not np.isfinite(answer).all():
        return none, "it returned numbers that are not finite"
    return answer[0], ""


def _called(backward, z, g):
    if not hasattr(backward, "backward"):
        return backward(z, g)
    layer = backward() if isinstance(backward, type) else backward
    layer.forward(z)
    return layer.backward(g)


class GradientState(NamedTuple):
    """The incoming gradient g, and three answers to what it becomes at the logits.

    `yours` is that of the reader's function, and `problem` why there is none; both are None where
    no function was given.
    """

    z: np.ndarray
    p: np.ndarray
    g: np.ndarray
    analytic: np.ndarray
    numeric: np.ndarray
    elementwise: np.ndarray
    yours: np.ndarray | None = None
    problem: str | None = None

    def largest_difference(self, answer):
        """Return by how much an answer differs from the analytic one at most."""
        return np.abs(self.analytic - answer).max()


class GradientExplorer(Explorer):
    """Sliders for logits and incoming gradient; analytic, numeric and elementwise answers.

    The incoming gradient g is what a loss sends back to the probabilities. It is set by sliders or
    taken from a preset; those of the two losses follow the probabilities.

    Parameters
    ----------
    backward : callable, class, object or None
        Your own backward(z, g), both of shape (1, 3) as is its answer, drawn beside the
        others; or what has a forward(z) and a backward(g). Where it fails, the picture says
        how.

    Examples
    --------
    >>> explorer = GradientExplorer()
    >>> explorer.set(source="cross-entropy: -t / p", target=2)
    >>> print(explorer.state.analytic - explorer.state.p)  # minus the target
    [ 0. -1.  0.]
    """

    def __init__(self, backward=None):
        self._backward = backward
        targets = [(name, k) for k, name in enumerate(class_names(CLASSES), start=1)]
        incoming = {
            "source": widgets.Dropdown(options=list(USES), description="g is"),
            **sliders("g", INCOMING, GRADIENT_LIMITS),
            "target": widgets.Dropdown(options=targets, description="true class"),
            "seed": widgets.IntSlider(value=0, min=0, max=99, description="seed"),
        }
        super().__init__(sliders("z", LOGITS, LOGIT_LIMITS), incoming, size=(12, 5.0))

    def unused(self):
        return set().union(*USES.values()) - USES[self.controls["source"].value]

    def compute(self):
        z = self.vector("z", CLASSES)
        p = softmax(z)
        g = self._incoming(p)
        return GradientState(
            z=z,
            p=p,
            g=g,
            analytic=softmax_vjp(z, g),
            numeric=finite_difference_gradient(lambda z: g @ softmax(z), z),
            elementwise=p * (1 - p) * g,
            **self._yours(z, g),
        )

    def _yours(self, z, g):
        """Return the part of the state that belongs to the reader's function."""
        if self._backward is None:
            return {}
        return dict(zip(("yours", "problem"), answer_of(self._backward, z, g), strict=True))

    def _incoming(self, p):
        """Return the incoming gradient."""
        t = np.eye(CLASSES)[self.controls["target"].value - 1]
        incoming = {
            BY_HAND: lambda: self.vector("g", CLASSES),
            ONE_HOT: lambda: t,
            ONES: lambda: np.ones(CLASSES),
            CROSS_ENTROPY: lambda: cross_entropy_grad(p, t),
            SQUARED_ERROR: lambda: squared_error_grad(p, t),
            RANDOM: lambda: np.random.default_rng(self.controls["seed"].value).normal(size=CLASSES),
        }
        return incoming[self.controls["source"].value]()

    def draw(self, figure, state):
        axes = figure.subplot_mosaic("pz;gz", width_ratios=[3, 8])
        first, second, third = (axes[letter] for letter in "pgz")
        ticks = class_names(CLASSES)
        first.set_title("probabilities $p$")
        p = Bars(first, ticks, styles=[NEUTRAL], limits=(0, 1))
        second.set_title("incoming gradient $g$")
        g = Bars(second, ticks, styles=[NEUTRAL], limits=(-3, 3), margin=0.25)
        second.set_yticks([-3, 0, 3])
        third.set_title("gradient at the logits", pad=34)
        styles, series = [ANALYTIC, NUMERIC, ELEMENTWISE], ["analytic", "numeric", "elementwise"]
        labels = ["analytic", "central difference", "elementwise (wrong)"]
        if self._backward is not None:
            styles, series, labels = [*styles, YOURS], [*series, "yours"], [*labels, "yours"]
        label_size = 12 if len(styles) < 4 else 11
        answers = Bars(third, ticks, styles=styles, limits=(-1.5, 1.5), label_size=label_size)
        first.set_ylabel("probability")
        second.set_ylabel(r"$\partial L / \partial p$")
        third.set_ylabel(r"$\partial L / \partial z$")
        figure.legend(
            answers.containers, labels, loc="outside lower right", ncols=4, frameon=False,
            fontsize=13,
        )  # fmt: skip
        note = third.text(
            0.5, 1.03, "", transform=third.transAxes, ha="center", va="bottom", fontsize=14,
            parse_math=False,
        )  # fmt: skip
        return [
            (p, lambda s: (s.p,)),
            (g, lambda s: (s.g,)),
            (answers, lambda s: [getattr(s, name) for name in series]),
            (Label(note), lambda s: (self._note(s),)),
        ]

    def _note(self, state):
        if state.problem:
            return shorten(f"yours: {state.problem}", 66, placeholder=" …")  # told below in full
        answers = {"central": state.numeric, "elementwise": state.elementwise, "yours": state.yours}
        differences = [
            f"{name} {short_number(state.largest_difference(answer), 5)}"
            for name, answer in answers.items()
            if answer is not None
        ]
        return f"off by at most: {', '.join(differences)}"

    def rows(self, state):
        answers = {"central difference": state.numeric, "elementwise (wrong)": state.elementwise}
        if state.problem == "":
            answers["yours"] = state.yours
        return [
            ("logits z", state.z),
            ("probabilities p", state.p),
            ("incoming gradient g", state.g),
            ("analytic", state.analytic),
            *answers.items(),
            *([f"{'yours':<22} {state.problem}"] if state.problem else []),
            "largest difference from analytic:",
            *((f"  {name}", [state.largest_difference(a)]) for name, a in answers.items()),
        ]

    def alt(self, state):
        return (
            "Three bar charts over three classes: the probabilities, the incoming gradient, and the"
            " gradient at the logits, computed in several ways."
        )

    def summary(self, state):
        gap = state.largest_difference(state.elementwise)
        text = (
            "The measured gradient agrees with the analytic one; the elementwise one is off by up"
            f" to {gap:.2f}."
        )
        if state.problem:
            return f"{text} Yours: {state.problem}."
        if state.yours is not None:
            off = short_number(state.largest_difference(state.yours))
            text += f" Yours is off by up to {off}."
        return text
