"""The angle between a wrong gradient and the right one, step by step along a run of training."""

from typing import NamedTuple

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.base import Explorer
from softmax_lessons.explorers.training_view import COLOURS, DASHES
from softmax_lessons.plotting import ACCENT, Curves, Label, Mosaic

HIGHEST = 1.0
"""Where the axis of the losses ends."""


class AngleState(NamedTuple):
    """What is known at a step: of the right run and of the wrong one, in this order.

    `change` is by how much the next step of the wrong run changes its loss, None after the last.
    """

    loss: str
    step: int
    losses: tuple[float, float]
    change: float | None
    angle: float
    weights: np.ndarray


class AngleExplorer(Explorer):
    """A loss, and a step of training: both losses, the angle there, and the weights as pictures.

    Parameters
    ----------
    runs : dict of str to (Run, Run)
        By the name of the loss: the run with the right backward and that with a wrong one, for
        square pictures and all of one length.
    angles : dict of str to ndarray
        By the name of the loss: the angle at every so many steps of the wrong run, in degrees.
    """

    def __init__(self, runs, angles):
        self.runs, self.angles = runs, angles
        self.last = len(next(iter(runs.values()))[0].losses) - 1
        self.every = self.last // (len(next(iter(angles.values()))) - 1)
        loss = widgets.Dropdown(options=[*runs], description="loss")
        first = self.last // 10 // self.every * self.every
        step = widgets.IntSlider(first, 0, self.last, self.every, description="step")
        super().__init__({"loss": loss}, {"step": step}, size=(12, 7.3))

    def compute(self):
        loss, step = (self.controls[name].value for name in ("loss", "step"))
        runs, at = self.runs[loss], min(round(step / self.every), self.last // self.every)
        step = at * self.every
        side = round(np.sqrt(len(runs[0].weights)))
        after = runs[1].losses[step : step + 2]
        return AngleState(
            loss=loss,
            step=step,
            losses=tuple(float(run.losses[step]) for run in runs),
            change=float(after[1] - after[0]) if step < self.last else None,
            angle=float(self.angles[loss][at]),
            weights=np.array([run.path[step, :-1].T.reshape(-1, side, side) for run in runs]),
        )

    def draw(self, figure, state):
        grid = figure.add_gridspec(2, 2, height_ratios=[1.25, 1])
        left, right, below = (figure.add_subplot(grid[k]) for k in ((0, 0), (0, 1), (1, slice(2))))
        looks = [{"color": colour, "linestyle": dash, "marker": marker}
                 for colour, dash, marker in zip(COLOURS, DASHES, "os", strict=False)]  # fmt: skip
        left.set_ylabel("training loss")
        left.set_ylim(0, HIGHEST)
        losses = Curves(left, np.arange(self.last + 1.0), styles=looks)
        right.set_ylabel("angle in degrees")
        right.set_ylim(0, 115)
        right.set_yticks([0, 30, 60, 90])
        right.axhspan(90, 115, color=ACCENT, alpha=0.2, linewidth=0)
        for height, text in ((107, "a short step raises the loss"), (74, "it lowers the loss")):
            right.text(self.last, height, text, ha="right", va="center")
        angle = Curves(right, np.arange(0.0, self.last + 1, self.every), styles=looks[1:])
        for ax in (left, right):
            ax.set_xlim(0, self.last)
            ax.set_xlabel("step")
            ax.grid(color="#DDDDDD")
        left.legend(
            losses.lines,
            ["right backward", "elementwise mistake"],
            frameon=False,
            loc="upper right",
        )
        shape = state.weights.shape
        weights = Mosaic(below, shape, [str(k) for k in range(shape[1])], ["right", "mistake"])
        return [
            (losses, lambda s: (
                [run.losses for run in self.runs[s.loss]], s.step, np.minimum(s.losses, HIGHEST)
            )),
            (angle, lambda s: ([self.angles[s.loss]], s.step, [s.angle])),
            (weights, lambda s: (s.weights,)),
            (Label(left.set_title("-", fontsize=14)), lambda s: (
                "step {}: right {:.4f}, mistake {:.4f}".format(s.step, *s.losses),
            )),
            (Label(right.set_title("-", fontsize=14)), lambda s: (
                f"mistake: {s.angle:.1f}° from the right gradient",
            )),
            (Label(below.set_title("-", fontsize=14)), lambda s: (
                "weights, largest size: right {:.2f}, mistake {:.2f}".format(*_largest(s)),
            )),
        ]  # fmt: skip

    def rows(self, state):
        change = "" if state.change is None else f"{state.change:z.8f}"
        return [
            f"{'loss':<22} {state.loss}, step {state.step}",
            ("  right backward", state.losses[:1]),
            ("  mistake", state.losses[1:]),
            f"{'  its next step':<22} {change:>11}",
            ("angle, degrees", [state.angle]),
            ("largest weights", _largest(state)),
        ]

    def alt(self, state):
        return (
            "Curves of the training loss with the right backward and with the mistake, a curve of"
            " the angle between the gradient of the mistake and the right one, shaded above"
            " 90 degrees, and the weights of each digit as pictures, for both runs."
        )

    def summary(self, state):
        text = (
            f"{state.loss.capitalize()}, step {state.step}: the gradient of the mistake and the"
            f" right one are {state.angle:.1f} degrees apart."
        )
        if state.change is not None:
            word = "lowers" if state.change < 0 else "raises"
            text += f" The next step with the mistake {word} the loss by {abs(state.change):.8f}."
        return text


def _largest(state):
    """Return the largest weight of each run, without its sign."""
    return [float(np.abs(weights).max()) for weights in state.weights]
