"""Explorers on a page without Python: pictures of each control's positions, made beforehand."""

import json
from base64 import b64decode
from html import escape
from io import BytesIO

import numpy as np
from PIL import Image

from softmax_lessons import explorers

POSITIONS = 21
COLOURS = 32
"""Enough for bars, words and their edges, and a third of the bytes of all colours."""


def positions(control):
    """Return pairs of a label and a value for the positions that are shown, the present one too."""
    if hasattr(control, "options"):
        return [one if isinstance(one, tuple) else (str(one), one) for one in control.options]
    spaced = np.linspace(control.min, control.max, POSITIONS)
    if hasattr(control, "base"):
        spaced = control.base**spaced
    kind = type(control.value)
    values = sorted({*(kind(value.round(10)) for value in spaced), control.value})
    return [(format(value, control.readout_format), value) for value in values]


def make(kind, folder):
    """Write the pictures of an explorer into a folder, with a list of them; return it as HTML."""
    (folder / kind).mkdir(parents=True, exist_ok=True)
    explorer = getattr(explorers, kind)()
    shown = []
    for name, control in explorer.controls.items():
        explorer.reset()
        if name in explorer.unused() or control.disabled:
            continue
        frames, places = [], positions(control)
        start = [value for _, value in places].index(control.value)
        for k, (label, value) in enumerate(places):
            explorer.set(**{name: value})
            frames.append([*_picture(explorer, folder / kind / f"{name}{k}.webp"), label])
        shown.append({"name": name, "label": control.description, "start": start, "frames": frames})
    (folder / kind / "strip.json").write_text(json.dumps(shown), "utf-8")
    first = shown[0]
    picture, alt, text, _ = first["frames"][first["start"]]
    return (
        f'<div class="strip" data-folder="../_static/strips/{kind}/">'
        f'<img src="../_static/strips/{kind}/{picture}" alt="{escape(alt)}" loading="lazy">'
        '<details class="text-twin"><summary>The same in numbers</summary>'
        f'<pre tabindex="0">{escape(text)}</pre></details></div>'
    )


def _picture(explorer, path):
    """Store the picture that an explorer shows; return its name, its alt text and its numbers."""
    data, metadata = explorer._repr_mimebundle_()
    picture = Image.open(BytesIO(b64decode(data["image/png"]))).convert("RGB")
    picture.quantize(COLOURS, dither=Image.Dither.NONE).convert("RGB").save(
        path, lossless=True, method=6
    )
    return path.name, metadata["image/png"]["alt"], data["text/plain"]
