"""Random moves of an explorer's controls."""

import ipywidgets as widgets


def random_value(control, rng):
    """Return some value that a control can take, other than the one it has."""
    if isinstance(control, widgets.Dropdown):
        values = [value for _, value in control._options_full]
    elif isinstance(control, widgets.FloatLogSlider):
        steps = round((control.max - control.min) / control.step)
        values = [control.base ** (control.min + k * control.step) for k in range(steps + 1)]
    else:
        steps = round((control.max - control.min) / control.step)
        values = [control.min + k * control.step for k in range(steps + 1)]
    others = [value for value in values if value != control.value]
    return others[rng.integers(len(others))]


def random_move(explorer, rng):
    """Choose one of the controls that are shown, and a value for it."""
    shown = [
        name for name, control in explorer.controls.items() if control.layout.display != "none"
    ]
    name = shown[rng.integers(len(shown))]
    return name, random_value(explorer.controls[name], rng)
