"""How long a slider's move keeps the kernel busy, and the gradient explorer done in other ways."""

import subprocess
from base64 import b64decode
from functools import partial
from io import BytesIO
from itertools import cycle

import ipywidgets as widgets
import matplotlib.pyplot as plt
import numpy as np
from jupyter_client.manager import run_kernel
from matplotlib.figure import Figure

from benchmarks.measuring import interleaved, report
from softmax_lessons import explorers
from softmax_lessons.numerics import softmax

SIZE = {"figsize": (12, 4.8), "dpi": 100}


def in_kernel():
    """Measure in a fresh kernel, so that messages are sent as ever, and print what it prints."""
    with run_kernel(stderr=subprocess.DEVNULL) as client:
        client.execute_interactive("from benchmarks import moves\nmoves.compare()", timeout=3600)


def compare():
    """Print the time of one move of every explorer, and that of a figure drawn anew."""
    moves = {name: partial(next, moving(getattr(explorers, name)())) for name in explorers.__all__}
    figure, positions = Figure(**SIZE), cycle([1.0, 1.1])
    show = draw(figure)

    def draw_anew():
        show(next(positions))
        figure.savefig(BytesIO())

    times = interleaved(moves | {"drawn anew by Matplotlib": draw_anew}, 100)
    for name in explorers.__all__:
        print(f"{name}, one move: {times[name]:.2f} ms")
    both = "GradientExplorer", "drawn anew by Matplotlib"
    report("GradientExplorer, one move", {name: times[name] for name in both})


def moving(explorer):
    """Move a slider by a step, out or back, whenever the next item is asked for."""
    controls = explorer.controls.values()
    for slider in cycle(c for c in controls if hasattr(c, "step") and c.layout.display != "none"):
        here = slider.value
        step = slider.step if here < slider.max else -slider.step
        is_log = isinstance(slider, widgets.FloatLogSlider)
        for value in (here * slider.base**step if is_log else here + step, here):
            slider.value = value
            yield


def draw(figure):
    """Draw the gradient explorer's figure; return a function that shows it for a value of z1."""
    axes, bars, labels = figure.subplots(1, 3, width_ratios=[3, 3, 13]), [], []
    for ax, number in zip(axes, (1, 1, 3), strict=True):
        ax.set(title="for each class", xlabel="class", xticks=range(3), ylim=(-3, 3))
        ax.axhline(0, color="black")
        for k in range(number):
            x = np.arange(3) + (k - (number - 1) / 2) * 0.9 / number
            bars += ax.bar(x, np.zeros(3), 0.9 / number)
            labels += [ax.text(at, 0, "", ha="center", fontsize=13) for at in x]

    def show(z1):
        p, g = softmax([z1, 0.5, -0.5]), np.array([1, -1, 0.5])
        gradient = p * (g - g @ p)  # twice, since the numeric one looks the same
        heights = np.concatenate([p, g, gradient, gradient, p * (1 - p) * g])
        for bar, label, height in zip(bars, labels, heights, strict=True):
            bar.set_height(height)
            label.set(y=height, text=f"{height:.2f}")

    return show


def by_interactive_output():
    """Return a slider over a figure that `interactive_output` makes anew for each of its values."""

    def plot(z1):
        draw(plt.figure(**SIZE))(z1)
        plt.show()

    z1 = widgets.FloatSlider(1, min=-5, max=5)
    return widgets.VBox([z1, widgets.interactive_output(plot, {"z1": z1})])


def in_ipympl():
    """Return a slider over an ipympl figure, whose artists get new data and are drawn when idle."""
    from ipympl.backend_nbagg import Canvas, FigureManager

    canvas = Canvas(Figure(**SIZE))
    FigureManager(canvas, 1)
    show = draw(canvas.figure)
    z1 = widgets.FloatSlider(1, min=-5, max=5)
    z1.observe(lambda change: (show(change.new), canvas.draw_idle()), "value")
    return widgets.VBox([z1, canvas])


def ready_made():
    """Return a slider that swaps two ready-made pictures of the explorer: nothing is drawn."""
    explorer, pictures = explorers.GradientExplorer(), []
    for value in (1.1, 1.0):
        explorer.set(z1=value)
        pictures.append(b64decode(explorer._repr_mimebundle_()[0]["image/png"]))
    image, others = widgets.Image(value=pictures[1]), cycle(pictures)
    z1 = widgets.FloatSlider(1, min=-5, max=5)
    z1.observe(lambda _: image.set_trait("value", next(others)), "value")
    return widgets.VBox([z1, image])
