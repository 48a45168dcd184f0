"""Logits, a temperature and a common shift, and the probabilities they give."""

from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.controls import LOGIT_LIMITS, line, sliders, vector
from softmax_lessons.explorers.explorer import Explorer
from softmax_lessons.numerics import softmax
from softmax_lessons.plotting import ANALYTIC, BACKDROP, NEUTRAL, class_names, draw_bars

CLASSES = 4


@dataclass(frozen=True)
class LogitsState:
    """The logits, and softmax of them as they are and after shift and temperature."""

    z: np.ndarray
    shift: float
    temperature: float
    scaled: np.ndarray
    p: np.ndarray
    p_plain: np.ndarray


class LogitsExplorer(Explorer):
    """Four logits, a temperature T and a common shift c; shows softmax((z + c) / T).

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
        groups = [
            sliders("z", [2, 1, 0, -1], LOGIT_LIMITS),
            {"temperature": temperature, "shift": shift},
        ]
        super().__init__(groups, size=(11, 4.2))

    def compute(self):
        """Return the state that belongs to the controls."""
        z = vector(self.controls, "z", CLASSES)
        shift, temperature = self.controls["shift"].value, self.controls["temperature"].value
        scaled = (z + shift) / temperature
        return LogitsState(z, shift, temperature, scaled, softmax(scaled), softmax(z))

    def draw(self, figure, state):
        """Draw shifted logits beside probabilities."""
        left, right = figure.subplots(1, 2)
        ticks = class_names(CLASSES)
        left.set_title("logits, shifted: $z + c$")
        left.set_ylabel("logit")
        self._logits = draw_bars(
            left, state.z + state.shift, styles=[NEUTRAL], limits=(-15, 15), ticks=ticks
        )
        right.set_title("softmax$((z + c) / T)$; dashed: softmax$(z)$")
        right.set_ylabel("probability")
        self._p = draw_bars(right, state.p, styles=[ANALYTIC], limits=(0, 1), ticks=ticks)
        self._plain = right.hlines(
            state.p_plain, np.arange(CLASSES) - 0.45, np.arange(CLASSES) + 0.45,
            colors="#D55E00", linestyles="dashed", linewidth=3,
        )  # fmt: skip
        for label in self._p.texts:
            label.set_bbox(BACKDROP)
        return [*self._logits.artists, *self._p.patches, self._plain, *self._p.texts]

    def show(self, state):
        """Give bars and dashed lines the data of the state."""
        self._logits.set(state.z + state.shift)
        self._p.set(state.p)
        self._plain.set_segments(
            [[(k - 0.45, p), (k + 0.45, p)] for k, p in enumerate(state.p_plain)]
        )

    def describe(self, state):
        """Return logits, shift, temperature and probabilities as text."""
        return "\n".join(
            [
                line("logits z", state.z),
                line("shift c", [state.shift]),
                line("temperature T", [state.temperature]),
                line("(z + c) / T", state.scaled),
                line("softmax((z + c) / T)", state.p),
                line("softmax(z)", state.p_plain),
            ]
        )

    def alt(self, state):
        """Return what the picture shows."""
        likeliest = int(state.p.argmax())
        return (
            "Two bar charts: four logits with a common shift, and their probabilities at a"
            f" temperature of {state.temperature:.2f}. Class {likeliest + 1} is the likeliest, with"
            f" probability {state.p[likeliest]:.2f}."
        )
