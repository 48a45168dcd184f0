"""What all explorers share: controls, a state computed from them, a picture and its text twin."""

from abc import ABC, abstractmethod
from html import escape

import ipywidgets as widgets

from softmax_lessons.explorers.live_figure import LiveFigure


class Explorer(ABC):
    """Sliders over a live figure. As the last expression of a cell it shows itself.

    A subclass says what its controls are, how a state follows from them (`compute`), how the state
    is drawn (`draw`) and shown by the artists that exist (`show`), and how it reads as text
    (`describe`, `alt`). Moving a control computes a new state and redraws what moves; nothing is
    rebuilt unless `structure` says that the picture needs other artists.

    Parameters
    ----------
    groups : list of dict of str to widget
        The controls by name, one dict for each column of them.
    size : (float, float)
        Of the figure, in inches.

    Attributes
    ----------
    controls : dict of str to widget
        Every control by its name.
    state : frozen dataclass
        The arrays that the picture shows, computed from the controls.
    widget : ipywidgets.VBox
        Controls, picture and numbers.
    """

    def __init__(self, groups, size):
        self.controls = {name: control for group in groups for name, control in group.items()}
        self._initial = {name: control.value for name, control in self.controls.items()}
        self._held = False
        self._structure = None
        self._live = LiveFigure(size)
        self._numbers = widgets.HTML()
        self.reset_button = widgets.Button(
            description="Reset", icon="undo", tooltip="Put every control back where it was"
        )
        self.reset_button.on_click(lambda _: self.reset())
        for control in self.controls.values():
            control.layout.width = "26em"
        columns = [widgets.VBox(list(group.values())) for group in groups]
        row = widgets.Layout(flex_flow="row wrap", grid_gap="0 2em")
        numbers = widgets.Accordion([self._numbers], titles=("The same in numbers",))
        self.widget = widgets.VBox(
            [
                widgets.HBox([*columns, self.reset_button], layout=row),
                self._live.image,
                numbers,
            ]
        )
        for control in self.controls.values():
            control.observe(lambda _: self.update(), "value")
        self.update()

    @abstractmethod
    def compute(self):
        """Return the state that belongs to the controls."""

    @abstractmethod
    def draw(self, figure, state):
        """Draw everything onto the empty figure, return the artists that `show` changes."""

    @abstractmethod
    def show(self, state):
        """Give the artists the data of the state."""

    @abstractmethod
    def describe(self, state):
        """Return the numbers of the state as text, in a fixed format."""

    @abstractmethod
    def alt(self, state):
        """Return what the picture shows, in one or two sentences."""

    def structure(self, state):
        """Return what the picture's artists depend on; where it changes, `draw` is called."""
        return None

    def update(self):
        """Compute the state of the present controls and show it."""
        if self._held:
            return
        self.state = self.compute()
        structure = (self.structure(self.state),)
        if structure != self._structure:
            self._live.build(lambda figure: self.draw(figure, self.state))
            self._structure = structure
        self.show(self.state)
        self._live.redraw()
        self._numbers.value = f"<pre>{escape(self.describe(self.state))}</pre>"

    def set(self, **values):
        """Set several controls by name, with one update at the end.

        Parameters
        ----------
        **values
            The new value of each control.

        Raises
        ------
        KeyError
            If there is no control of that name.
        """
        unknown = values.keys() - self.controls.keys()
        if unknown:
            raise KeyError(
                f"no control named {', '.join(sorted(unknown))}; there are"
                f" {', '.join(self.controls)}"
            )
        self._held = True
        try:
            for name, value in values.items():
                self.controls[name].value = value
        finally:
            self._held = False
        self.update()

    def reset(self):
        """Put every control back where it was at first."""
        self.set(**self._initial)

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Return the live widget, and for readers without one a picture and the numbers."""
        return self._live.bundle(self.widget, self.describe(self.state), self.alt(self.state))
