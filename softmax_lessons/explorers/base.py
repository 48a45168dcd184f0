"""What all explorers share: controls, a state computed from them, a picture and its text twin."""

import math
from abc import ABC, abstractmethod
from contextlib import suppress
from html import escape

import ipywidgets as widgets
import numpy as np

from softmax_lessons.explorers.live import Live
from softmax_lessons.explorers.live_figure import LiveFigure

SUBSCRIPTS = "₁₂₃₄₅"
LINE = 32
"""How high a control is, in pixels."""

# Details would close whenever their text changes, if they held it; so they only hide what follows.
NUMBERS = """<style>
.softmax-numbers:has(details:not([open])) + .widget-html { display: none }
.softmax-numbers summary { line-height: 1.2; cursor: pointer }
.softmax-summary p { line-height: 1.4; margin: 0.2em 0 }
.softmax-picture { background: white; border-radius: 6px }
</style><details><summary>The same as text</summary></details>"""

LOGIT_LIMITS = (-5.0, 5.0)
GRADIENT_LIMITS = (-3.0, 3.0)
LOGITS = (2, 1, -1)
INCOMING = (1, -1, 0.5)
"""The example of all lessons: cat, dog and bird, and an incoming gradient."""


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


def largest(values, names):
    """Return the names of the largest values, all that tie, as words; and how many they are.

    Examples
    --------
    >>> largest([0.2, 0.4, 0.4], ["cat", "dog", "bird"])
    ('dog and bird', 2)
    """
    tied = [n for n, v in zip(names, values, strict=True) if np.isclose(v, max(values), 1e-9, 0)]
    return " and ".join([", ".join(tied[:-1]), tied[-1]][len(tied) < 2 :]), len(tied)


def line(name, values):
    """Return a vector as one line of text: its name, then its numbers with five decimals.

    Examples
    --------
    >>> line("p", [0.25, 0.75])
    'p                          0.25000     0.75000'
    """
    return f"{name:<22}" + "".join(f" {v:z11.{'5f' if abs(v) < 1e6 else '4e'}}" for v in values)


def number(text):
    """Return the number that somebody has typed, with any minus sign and a decimal comma or point.

    Examples
    --------
    >>> number("\N{MINUS SIGN}1,5")
    -1.5
    """
    value = float(text.replace("\N{MINUS SIGN}", "-").replace(",", "."))
    if math.isnan(value):
        raise ValueError(text)
    return value


def with_box(slider):
    """Return a slider in a row with its name and a box in which its value can be typed.

    The box has a name for screen readers, which the slider itself has not.
    """
    box = widgets.Text(description=slider.description, continuous_update=False)
    slider.description, slider.readout, slider.layout.width = "", False, "100%"
    slider.tooltip = box.tooltip = "Type a number, or move the slider"
    name_width = slider.style.description_width or "80px"
    box.style.description_width, box.layout.width = name_width, f"calc({name_width} + 6em)"
    box.layout.flex = "none"
    form = ".0f" if isinstance(slider.value, int) else slider.readout_format

    def show(_=None):
        box.value = format(slider.value, form)

    def typed(change):
        if change.new == format(slider.value, form):  # which may be rounded
            return
        with suppress(ValueError):  # what is no number gives way to the number there was
            slider.value = type(slider.value)(format(number(change.new), form))
        show()

    show()
    slider.observe(show, "value")
    box.observe(typed, "value")
    return widgets.HBox([box, slider])


class Explorer(Live, ABC):
    """Sliders over a live figure. As the last expression of a cell it shows itself.

    A subclass says what its controls are, how a state follows from them (`compute`), with what
    pictures it is drawn (`draw`), and how it reads as text (`rows`, `alt`, `summary`). Moving a
    control computes a new state and gives it to the pictures that exist; others are built only
    where `structure` says that the state needs them, and kept.

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
    labels : dict of str to str
        What each control is called on the screen.
    state : NamedTuple
        The arrays that the picture shows, computed from the controls.
    widget : ipywidgets.VBox
        Controls, picture, a sentence that sums it up, and numbers.
    """

    def __init__(self, *groups, size):
        self.controls = {name: control for group in groups for name, control in group.items()}
        self.labels = {name: control.description for name, control in self.controls.items()}
        self._initial = {name: control.value for name, control in self.controls.items()}
        self._held = False
        self._scenes = {}
        self._live = LiveFigure(size)
        self._summary, self._numbers = widgets.HTML(tooltip=""), widgets.HTML(tooltip="")
        self.reset_button = widgets.Button(
            description="Reset", icon="undo", tooltip="Put every control back where it was"
        )
        self.reset_button.on_click(lambda _: self.reset())
        self._places = {}
        for name, control in self.controls.items():
            is_slider = hasattr(control, "readout")
            self._places[name] = with_box(control) if is_slider else control
            self._places[name].layout.width = "26em"
            if not is_slider:
                control.tooltip = control.description
            control.observe(lambda _: self.update(), "value")
        columns = [widgets.VBox([self._places[name] for name in group]) for group in groups]
        self.update()
        shown = [[n for n in group if n not in self.unused()] for group in groups]
        shortest = min(columns[::-1], key=lambda column: len(shown[columns.index(column)]))
        shortest.children += (self.reset_button,)
        # What is hidden later must not move the picture up.
        for column, names in zip(columns, shown, strict=True):
            column.layout.min_height = f"{LINE * len(names)}px"
        self.widget = widgets.VBox(
            [
                widgets.HBox(columns, layout={"flex_flow": "row wrap", "grid_gap": "0 2em"}),
                self._live.image,
                self._summary.add_class("softmax-summary"),
                widgets.HTML(NUMBERS, tooltip="").add_class("softmax-numbers"),
                self._numbers,
            ],
            layout={"overflow": "auto"},
        )

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
        """Return of what the picture is, in a sentence."""

    @abstractmethod
    def summary(self, state):
        """Return what is to be seen in it at present, in a sentence or two."""

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
        for name, place in self._places.items():
            display = "none" if name in self.unused() else ""  # None is lost in a browser
            place.layout.display = self.controls[name].layout.display = display
        self.state = self.compute()
        structure = self.structure(self.state)
        if structure not in self._scenes:
            self._live.build(self._draw)
            self._scenes[structure] = self._live.scene, self.pictures
        self._live.scene, self.pictures = self._scenes[structure]
        self._show()
        self._live.redraw()
        self._summary.value = f"<p>{escape(self.summary(self.state))}</p>"
        self._numbers.value = f"<pre>{escape(self.describe())}</pre>"
        self._store_soon()

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
        """Set several controls by name, with one update at the end; KeyError for another name."""
        if unknown := values.keys() - self.controls.keys():
            wrong, known = ", ".join(sorted(unknown)), ", ".join(self.controls)
            raise KeyError(f"no control named {wrong}; there are {known}")
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
        alt = f"{self.alt(self.state)} {self.summary(self.state)}"
        return self._live.bundle(self, self.describe(), alt)
