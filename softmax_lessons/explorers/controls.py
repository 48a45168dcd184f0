"""The sliders that several explorers share, and how their states read as text."""

import ipywidgets as widgets
import numpy as np

SUBSCRIPTS = "₁₂₃₄₅"
LOGIT_LIMITS = (-5.0, 5.0)
GRADIENT_LIMITS = (-3.0, 3.0)


def sliders(letter, values, limits):
    """Return one slider for each entry of a vector.

    Parameters
    ----------
    letter : str
        The vector's name: its sliders are called ``z1``, ``z2``, ... and labelled z₁, z₂, ...
    values : sequence of float
        Where they stand at first.
    limits : (float, float)
        The ends of every slider.

    Returns
    -------
    dict of str to ipywidgets.FloatSlider

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


def vector(controls, letter, n):
    """Return the values of the first n sliders of a vector.

    Parameters
    ----------
    controls : dict of str to widget
    letter : str
        The vector's name.
    n : int

    Returns
    -------
    ndarray of shape (n,)

    Examples
    --------
    >>> vector(sliders("z", [1, 2], LOGIT_LIMITS), "z", 2)
    array([1., 2.])
    """
    return np.array([controls[f"{letter}{k}"].value for k in range(1, n + 1)])


def line(name, values):
    """Return a vector as one line of text: its name, then its numbers with five decimals.

    Parameters
    ----------
    name : str
    values : array_like of shape (n,)

    Returns
    -------
    str

    Examples
    --------
    >>> line("p", [0.25, 0.75])
    'p                          0.25000     0.75000'
    """
    return f"{name:<22}" + "".join(f" {value:z11.5f}" for value in np.asarray(values))
