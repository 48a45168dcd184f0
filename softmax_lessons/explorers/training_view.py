"""Loss and accuracy while a classifier trains, drawn live."""

import ipywidgets as widgets
import numpy as np
from matplotlib.ticker import MultipleLocator

from softmax_lessons.explorers.live_figure import VIEW, LiveFigure
from softmax_lessons.plotting import ACCENT, CLASS_COLOURS

REDRAWS = 30
"""How often the picture changes in each run; a redraw costs as much as some twenty steps."""

# A colour and a dash pattern for each run.
COLOURS = (CLASS_COLOURS[0], ACCENT, *CLASS_COLOURS[2:4])
DASHES = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (6, 1.5, 1, 1.5)))


class TrainingView:
    """Curves of several training runs, with a progress bar over all of them.

    While `live` shows it, train with ``on_step=view.recorder(name)``. As the last expression of a
    cell it shows the finished curves.

    Parameters
    ----------
    names : iterable of str
        What the runs are called: one to four different names.
    steps : int
        Of each run.
    loss_limit, accuracy_from : float
        Where the axis of the losses ends, and where that of the accuracies starts; curves are cut
        off there.
    goal : (str, float) or None
        The name of a loss to be reached, and the loss.

    Attributes
    ----------
    losses, accuracies : dict of str to ndarray of shape (steps + 1,)
        What was recorded; NaN for steps not yet taken.
    widget : ipywidgets.VBox
        Progress bar and picture.

    Examples
    --------
    >>> view = TrainingView(["right backward"], steps=2)
    >>> record = view.recorder("right backward")
    >>> for step in range(3):
    ...     record(step, 1 / (1 + step), 0.9)
    >>> print(view.describe())
                         steps   loss  accuracy
    right backward           2  0.333    90.0 %
    """

    def __init__(self, names, steps, *, loss_limit=1.0, accuracy_from=0.8, goal=None):
        self.names, self.steps = tuple(names), steps
        if len(self.names) > len(COLOURS):
            raise ValueError(f"names must be at most {len(COLOURS)}, got {self.names}")
        self.losses = {name: np.full(steps + 1, np.nan) for name in self.names}
        self.accuracies = {name: np.full(steps + 1, np.nan) for name in self.names}
        self._limits, self._goal = (loss_limit, accuracy_from), goal
        self._live = LiveFigure((12, 4.8))
        self._live.build(self._draw)
        self._live.redraw()
        self.progress = widgets.IntProgress(
            max=len(self.names) * steps, description="training", tooltip="",
            layout=widgets.Layout(width="30em"),
        )  # fmt: skip
        self._label = widgets.Label(tooltip="")
        self.widget = widgets.VBox([widgets.HBox([self.progress, self._label]), self._live.image])
        self._show_progress()

    def _draw(self, figure):
        """Draw both pairs of axes and a line for each run; return the lines."""
        axes = figure.subplots(1, 2)
        loss_limit, accuracy_from = self._limits
        self._lines = {
            name: [
                ax.plot([], [], label=label, color=colour, linestyle=dash, linewidth=3)[0]
                for ax, label in zip(axes, (name, None), strict=True)
            ]
            for name, colour, dash in zip(self.names, COLOURS, DASHES, strict=False)
        }
        if self._goal:
            name, value = self._goal
            axes[0].axhline(value, color="black", linewidth=1.5, linestyle=":", label=name)
        for ax, title in zip(axes, ("training loss", "training accuracy"), strict=True):
            ax.set_xlim(0, self.steps)
            ax.set_xlabel("step")
            ax.set_ylabel(title)
            ax.grid(color="#DDDDDD")
        axes[0].set_ylim(0, loss_limit)
        axes[1].set_ylim(accuracy_from, 1)
        axes[1].yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
        axes[1].yaxis.set_major_locator(MultipleLocator(0.05))
        figure.legend(loc="outside lower center", ncols=len(self.names) + 1, frameon=False)
        return [line for pair in self._lines.values() for line in pair]

    def recorder(self, name):
        """Return the function to call at each step of one run: record(step, loss, accuracy).

        It redraws now and then, and at the last step. Raises KeyError if there is no such run.
        """
        losses, accuracies = self.losses[name], self.accuracies[name]
        every = -(-self.steps // REDRAWS)

        def record(step, loss, accuracy):
            losses[step], accuracies[step] = loss, accuracy
            if step == 0:  # a run that is started again starts its curves again
                losses[1:] = accuracies[1:] = np.nan
            if step % every == 0 or step == self.steps:
                self._show(name)

        return record

    def _taken(self, name):
        """Return how many steps of a run are recorded, -1 before step 0."""
        return int(np.isfinite(self.accuracies[name]).sum()) - 1

    def _show(self, name):
        """Give the lines of one run their data, and redraw."""
        seen = np.arange(self._taken(name) + 1)
        recorded = self.losses[name], self.accuracies[name]
        for line, values in zip(self._lines[name], recorded, strict=True):
            line.set_data(seen, values[seen])
        self._live.redraw()
        self._show_progress()

    def _show_progress(self):
        """Move the progress bar to the sum over all runs."""
        done = sum(max(self._taken(name), 0) for name in self.names)
        self.progress.value = done
        self.progress.bar_style = "success" if done == self.progress.max else ""
        self._label.value = f"{done} of {self.progress.max} steps"

    def describe(self):
        """Return the latest numbers of every run as text, in a fixed format."""
        lines = [f"{'':20} {'steps':>5}  {'loss':>5}  {'accuracy':>8}"]
        for name in self.names:
            taken = self._taken(name)
            if taken < 0:
                lines.append(f"{name:20} {'not yet trained':>23}")
                continue
            loss, accuracy = self.losses[name][taken], 100 * self.accuracies[name][taken]
            lines.append(f"{name:20} {taken:5d}  {loss:5.3f}  {accuracy:6.1f} %")
        return "\n".join(lines)

    def alt(self):
        """Return what the picture shows."""
        runs = ["Curves of training loss and training accuracy"]
        for name in self.names:
            if (taken := self._taken(name)) >= 0:
                losses, accuracy = self.losses[name][: taken + 1], self.accuracies[name][taken]
                runs.append(
                    f"{name}: loss {losses[0]:.3f} at first, {losses.min():.3f} at its lowest and"
                    f" {losses[-1]:.3f} in the end, accuracy {100 * accuracy:.1f} percent"
                )
        return "; ".join(runs) + "."

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Return the curves and the final numbers, which move no more."""
        data, metadata = self._live.bundle(self, self.describe(), self.alt())
        del data[VIEW]
        return data, metadata
