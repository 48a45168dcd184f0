"""Runs of gradient descent side by side: one number after every step, a curve for each run."""

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from softmax_lessons.plotting.still import Still
from softmax_lessons.plotting.style import ACCENT, CLASS_COLOURS, STYLE

# A colour and a dash pattern for each run, so that neither is needed to tell them apart.
COLOURS = (CLASS_COLOURS[0], ACCENT, CLASS_COLOURS[2])
DASHES = ("-", "--", "-.")


def plot_probabilities(runs):
    """Draw how a probability changes from step to step, a curve for each run.

    Parameters
    ----------
    runs : dict of str to array_like of shape (steps,)
        The probability at each step, from step 0, by the name of the run: three runs at most.

    Returns
    -------
    Probabilities
        As the last expression of a cell it shows the picture.

    Examples
    --------
    >>> plot_probabilities({"fast": [0.1, 0.6, 0.9], "slow": [0.1, 0.2, 0.4]})
    fast: 0.10 at step 0, above 0.5 from step 1, 0.90 at step 2
    slow: 0.10 at step 0, never above 0.5, 0.40 at step 2
    """
    return Probabilities(runs)


def plot_losses(runs):
    """Draw how the loss changes from step to step, a curve for each run.

    Takes and returns the same as `plot_probabilities`, with losses.

    Examples
    --------
    >>> plot_losses({"slow": [2, 1.5, 1], "turns": [2, 1, 3]})
    slow: 2.00 at step 0, 1.00 at step 2
    turns: 2.00 at step 0, lowest at step 1 with 1.00, 3.00 at step 2
    """
    return Losses(runs)


class Runs(Still):
    """A picture of runs, on its `ax`. A subclass says `what` it shows."""

    what = ""

    def __init__(self, runs):
        self.runs = {name: np.asarray(run, dtype=float) for name, run in runs.items()}
        with matplotlib.rc_context(STYLE):
            self.figure = Figure(figsize=(10, 4.5), layout="constrained")
            self.ax = ax = self.figure.add_subplot()
            for (name, run), colour, dash in zip(self.runs.items(), COLOURS, DASHES, strict=False):
                ax.plot(run, label=name, color=colour, linestyle=dash, linewidth=3)
            ax.set_ylim(bottom=-0.03)
            ax.set_xlabel("step of gradient descent")
            ax.set_ylabel(self.what)
            ax.grid(color="#DDDDDD")
            ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)

    def __repr__(self):
        """Return where each run begins, what happens between, and where it ends."""
        return "\n".join(
            f"{name}: {run[0]:.2f} at step 0, {self.between(run)}{run[-1]:.2f} at step"
            f" {len(run) - 1}"
            for name, run in self.runs.items()
        )

    def alt(self):
        """Return what the picture shows."""
        lines = "; ".join(repr(self).splitlines())
        return f"Curves of the {self.what} over the steps. {lines}."


class Probabilities(Runs):
    """The picture that `plot_probabilities` draws."""

    what = "probability of the true class"

    def __init__(self, runs):
        super().__init__(runs)
        self.ax.set_ylim(top=1.03)

    def between(self, run):
        """Return when a run passes one half."""
        above = np.flatnonzero(run > 0.5)
        return f"above 0.5 from step {above[0]}, " if above.size else "never above 0.5, "


class Losses(Runs):
    """The picture that `plot_losses` draws."""

    what = "loss"

    def between(self, run):
        """Return where a run is lowest, unless that is at its end."""
        lowest = run.argmin()
        return "" if lowest == len(run) - 1 else f"lowest at step {lowest} with {run.min():.2f}, "
