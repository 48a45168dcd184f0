"""Explorers on a page without Python: the gradient explorer itself, and strips of pictures."""

import json
import re
from ast import literal_eval
from base64 import b64decode
from functools import cache
from html import escape
from io import BytesIO

import numpy as np
from PIL import Image

from softmax_lessons import explorers

EXPLORER = re.compile(r"^(\w+Explorer)\((.*)\)$", re.MULTILINE)
POSITIONS = 21
COLOURS = 64
"""Enough for heat maps too; all colours take up to twice the bytes."""


def positions(control):
    """Return pairs of a label and a value for the positions that are shown, the present one too."""
    if hasattr(control, "options"):
        return [one if isinstance(one, tuple) else (str(one), one) for one in control.options]
    spaced = np.linspace(control.min, control.max, POSITIONS)
    if hasattr(control, "base"):
        spaced = control.base**spaced
    kind = type(control.value)
    values = sorted({*(kind(float(f"{value:.9g}")) for value in spaced), control.value})
    return [(format(value, control.readout_format), value) for value in values]


def in_place_of(cell, pictures, address):
    """Return the HTML of the explorer that a cell shows, or None where it shows something else.

    Pictures go into the folder `pictures`, which pages find at `address`.
    """
    found = EXPLORER.search(cell.source)
    if not found or not hasattr(explorers, found[1]):  # others show what the lesson has computed
        return None
    if found[1] == "GradientExplorer":
        return gradient_explorer()
    return strip(*found.groups(), pictures, address)


def gradient_explorer():
    """Return the place of the gradient explorer, with the random gradients that it shows."""
    rows = [np.random.default_rng(seed).normal(size=3).tolist() for seed in range(100)]
    return (
        f'<div class="gradient-explorer" data-random="{json.dumps(rows)}">'
        "The sliders need JavaScript.</div>"
    )


@cache
def strip(kind, arguments, pictures, address):
    """Make pictures of an explorer for the positions of each of its controls, once for all."""
    given = dict(one.split("=") for one in arguments.split(", ") if one)
    explorer = getattr(explorers, kind)(**{name: literal_eval(it) for name, it in given.items()})
    kind += re.sub(r"\W", "", arguments)
    folder = pictures / kind
    folder.mkdir(parents=True, exist_ok=True)
    shown = []
    for name, control in explorer.controls.items():
        explorer.reset()
        if name in explorer.unused() or control.disabled:
            continue
        frames, places = [], positions(control)
        start = [value for _, value in places].index(control.value)
        for k, (label, value) in enumerate(places):
            explorer.set(**{name: value})
            frames.append([*_picture(explorer, folder / f"{name}{k}.webp"), label])
        shown.append({"label": explorer.labels[name], "start": start, "frames": frames})
    # A script, since pages that are opened as files cannot fetch anything else.
    frames = f"(window.strips ??= {{}}).{kind} = {json.dumps(shown)};"
    (folder / "frames.js").write_text(frames, "utf-8")
    first = shown[0]
    picture, alt, caption, text, _ = first["frames"][first["start"]]
    with Image.open(folder / picture) as opened:
        width, height = opened.size
    return (
        f'<div class="strip" data-kind="{kind}" data-folder="{address}/{kind}/">'
        f'<div class="picture"><img src="{address}/{kind}/{picture}" alt="{escape(alt)}"'
        f' width="{width}" height="{height}" loading="lazy"></div>'
        f'<p class="caption">{escape(caption)}</p>'
        '<details class="text-twin"><summary>The same as text</summary>'
        f'<pre tabindex="0">{escape(text)}</pre></details></div>'
    )


def _picture(explorer, path):
    """Store the picture that an explorer shows; return its name, and three texts about it."""
    data, metadata = explorer._repr_mimebundle_()
    picture = Image.open(BytesIO(b64decode(data["image/png"]))).convert("RGB")
    # Small things keep their colours as well as large ones.
    few = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=2, dither=Image.Dither.NONE)
    few.convert("RGB").save(path, lossless=True, method=6)
    caption = explorer.summary(explorer.state)
    return path.name, metadata["image/png"]["alt"], caption, data["text/plain"]
