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
    return Probabilities({name: np.asarray(run, dtype=float) for name, run in runs.items()})


class Probabilities(Still):
    """The picture that `plot_probabilities` draws, on its `ax`."""

    def __init__(self, runs):
        self.runs = runs
        with matplotlib.rc_context(STYLE):
            self.figure = Figure(figsize=(10, 4.5), layout="constrained")
            self.ax = ax = self.figure.add_subplot()
            for (name, run), colour, dash in zip(runs.items(), COLOURS, DASHES, strict=False):
                ax.plot(run, label=name, color=colour, linestyle=dash, linewidth=3)
            ax.set_ylim(-0.03, 1.03)
            ax.set_xlabel("step of gradient descent")
            ax.set_ylabel("probability of the true class")
            ax.grid(color="#DDDDDD")
            ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3, frameon=False)

    def __repr__(self):
        """Return where each run begins, when it passes one half, and where it ends."""
        lines = []
        for name, run in self.runs.items():
            above = np.flatnonzero(run > 0.5)
            half = f"above 0.5 from step {above[0]}" if above.size else "never above 0.5"
            last = f"{run[-1]:.2f} at step {len(run) - 1}"
            lines.append(f"{name}: {run[0]:.2f} at step 0, {half}, {last}")
        return "\n".join(lines)

    def alt(self):
        """Return what the picture shows."""
        lines = "; ".join(repr(self).splitlines())
        return f"Curves of the probability of the true class over the steps. {lines}."
