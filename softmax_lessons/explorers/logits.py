"""Logits, a temperature and a common shift, and the probabilities they give."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.base import LOGIT_LIMITS, LOGITS, Explorer, largest, sliders
from softmax_lessons.numerics import softmax
from softmax_lessons.plotting import ANALYTIC, NEUTRAL, Bars, Levels, class_names

CLASSES = 3


class LogitsState(NamedTuple):
    """The logits, and softmax of them as they are and after shift and temperature."""

    z: np.ndarray
    shift: float
    temperature: float
    scaled: np.ndarray
    p: np.ndarray
    p_plain: np.ndarray


class LogitsExplorer(Explorer):
    """Three logits, a temperature T and a common shift c; shows softmax((z + c) / T).

    Examples
    --------
    >>> explorer = LogitsExplorer()
    >>> explorer.controls["shift"].value = 5
    >>> bool(np.allclose(explorer.state.p, explorer.state.p_plain))
    True
    """

    def __init__(self):
        temperature = widgets.FloatLogSlider(
            value=1, base=10, min=-1, max=1, step=0.02, readout_format=".2f",
            description="temperature T",
        )  # fmt: skip
        shift = widgets.FloatSlider(
            value=0, min=-10, max=10, step=0.1, readout_format=".1f", description="shift c"
        )
        for control in (temperature, shift):
            control.style.description_width = "9em"
        logits = sliders("z", LOGITS, LOGIT_LIMITS)
        super().__init__(logits, {"temperature": temperature, "shift": shift}, size=(11, 4.2))

    def compute(self):
        z = self.vector("z", CLASSES)
        shift, temperature = self.controls["shift"].value, self.controls["temperature"].value
        scaled = (z + shift) / temperature
        return LogitsState(z, shift, temperature, scaled, softmax(scaled), softmax(z))

    def draw(self, figure, state):
        left, right = figure.subplots(1, 2)
        ticks = class_names(CLASSES)
        left.set_title("logits, shifted: $z + c$")
        left.set_ylabel("logit")
        logits = Bars(left, ticks, styles=[NEUTRAL], limits=(-15, 15))
        right.set_title("softmax$((z + c) / T)$; dashed: softmax$(z)$")
        right.set_ylabel("probability")
        p = Bars(right, ticks, styles=[ANALYTIC], limits=(0, 1))
        return [
            (logits, lambda s: (s.z + s.shift,)),
            (p, lambda s: (s.p,)),
            (Levels(p), lambda s: (s.p_plain,)),
        ]

    def rows(self, state):
        return [
            ("logits z", state.z),
            ("shift c", [state.shift]),
            ("temperature T", [state.temperature]),
            ("(z + c) / T", state.scaled),
            ("softmax((z + c) / T)", state.p),
            ("softmax(z)", state.p_plain),
        ]

    def alt(self, state):
        return "Two bar charts: three logits with a common shift, and their probabilities."

    def summary(self, state):
        names, ties = largest(state.p, class_names(CLASSES))
        verb = "is the likeliest, with" if ties == 1 else "are the likeliest, each with"
        return (
            f"At temperature {state.temperature:.2f}, {names} {verb} probability"
            f" {state.p.max():.2f}."
        )
