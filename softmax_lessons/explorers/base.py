"""What all explorers share: controls, a state computed from them, a picture and its text twin."""

from abc import ABC, abstractmethod
from html import escape

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.live_figure import LiveFigure

SUBSCRIPTS = "₁₂₃₄₅"
LOGIT_LIMITS = (-5.0, 5.0)
GRADIENT_LIMITS = (-3.0, 3.0)


def sliders(letter, values, limits):
    """Return one slider for each entry of a vector, by name: z1, z2, ... for the letter z.

    Examples
    --------
    >>> list(sliders("z", [1, 2], LOGIT_LIMITS))
    ['z1', 'z2']
    """
    return {
        f"{letter}{k}": widgets.FloatSlider(
            value=value,
            min=limits[0],
            max=limits[1],
            step=0.1,
            readout_format=".1f",
            description=f"{letter}{SUBSCRIPTS[k - 1]}",
        )
        for k, value in enumerate(values, start=1)
    }


def line(name, values):
    """Return a vector as one line of text: its name, then its numbers with five decimals.

    Examples
    --------
    >>> line("p", [0.25, 0.75])
    'p                          0.25000     0.75000'
    """
    return f"{name:<22}" + "".join(f" {value:z11.5f}" for value in values)


class Explorer(ABC):
    """Sliders over a live figure. As the last expression of a cell it shows itself.

    A subclass says what its controls are, how a state follows from them (`compute`), with what
    pictures it is drawn (`draw`), and how it reads as text (`rows`, `alt`). Moving a control
    computes a new state and gives it to the pictures that exist; nothing is built anew unless
    `structure` says that the state needs other pictures.

    Parameters
    ----------
    *groups : dict of str to widget
        The controls by name, one dict for each column of them.
    size : (float, float)
        Of the figure, in inches.

    Attributes
    ----------
    controls : dict of str to widget
        Every control by its name.
    state : NamedTuple
        The arrays that the picture shows, computed from the controls.
    widget : ipywidgets.VBox
        Controls, picture and numbers.
    """

    def __init__(self, *groups, size):
        self.controls = {name: control for group in groups for name, control in group.items()}
        self._initial = {name: control.value for name, control in self.controls.items()}
        self._held = False
        self._structure = ()  # no state's
        self._live = LiveFigure(size)
        self._numbers = widgets.HTML()
        self.reset_button = widgets.Button(
            description="Reset", icon="undo", tooltip="Put every control back where it was"
        )
        self.reset_button.on_click(lambda _: self.reset())
        columns = [widgets.VBox(list(group.values())) for group in groups]
        row = widgets.Layout(flex_flow="row wrap", grid_gap="0 2em")
        numbers = widgets.Accordion([self._numbers], titles=("The same in numbers",))
        self.widget = widgets.VBox(
            [widgets.HBox([*columns, self.reset_button], layout=row), self._live.image, numbers]
        )
        for control in self.controls.values():
            control.layout.width = "26em"
            control.observe(lambda _: self.update(), "value")
        self.update()

    @abstractmethod
    def compute(self):
        """Return the state that belongs to the controls."""

    @abstractmethod
    def draw(self, figure, state):
        """Draw pictures onto the empty figure.

        Return each with what it shows: pairs of an object of `plotting` and a function that turns a
        state into the arguments of its `set`, as a tuple.
        """

    @abstractmethod
    def rows(self, state):
        """Return the numbers of the state as text: pairs of a name and a vector, or strings."""

    @abstractmethod
    def alt(self, state):
        """Return what the picture shows, in one or two sentences."""

    def structure(self, state):
        """Return what the choice of pictures depends on; where it changes, `draw` is called."""
        return None

    def unused(self):
        """Return the names of the controls that do nothing at present, and are hidden."""
        return ()

    def vector(self, letter, n):
        """Return the values of the first n sliders of a vector, shape (n,)."""
        return np.array([self.controls[f"{letter}{k}"].value for k in range(1, n + 1)])

    def update(self):
        """Compute the state of the present controls and show it."""
        if self._held:
            return
        for name, control in self.controls.items():
            control.layout.display = "none" if name in self.unused() else None
        self.state = self.compute()
        if self.structure(self.state) != self._structure:
            self._structure = self.structure(self.state)
            self._live.build(self._draw)
        else:
            self._show()
        self._live.redraw()
        self._numbers.value = f"<pre>{escape(self.describe())}</pre>"

    def _draw(self, figure):
        """Draw and show the state, and return the artists that move."""
        self.pictures = self.draw(figure, self.state)
        self._show()
        return [artist for picture, _ in self.pictures for artist in picture.artists]

    def _show(self):
        """Give every picture the data of the state."""
        for picture, data in self.pictures:
            picture.set(*data(self.state))

    def describe(self):
        """Return the numbers of the state as text, in a fixed format."""
        rows = self.rows(self.state)
        return "\n".join(row if isinstance(row, str) else line(*row) for row in rows)

    def set(self, **values):
        """Set several controls by name, with one update at the end.

        Raises KeyError if there is no control of a name.
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
        return self._live.bundle(self.widget, self.describe(), self.alt(self.state))
