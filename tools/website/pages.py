"""The lessons as pages that are read without a kernel."""

import json
import re
from html import escape
from itertools import pairwise

import nbformat
import numpy as np

from tools.website import strips

EMPTY_HEAD = re.compile(r'<th class="head">(?:<p></p>)?</th>')
RUN = """\
```{{button-link}} ../lite/notebooks/index.html?path={name}
:color: primary
:shadow:
Run in your browser
```
"""
GUIDE = """\
```{{button-ref}} ../teaching/{number}
:ref-type: doc
:color: secondary
:outline:
Teacher's guide
```
"""
NOTE = """
On this page you read. Sliders move one at a time here, and exercises wait. *Run in your browser*
opens the same with a Python of its own, in which everything moves and answers. Nothing is
installed."""
EXPLORER = re.compile(r"^(\w+Explorer)\(\)$", re.MULTILINE)
PREDICTS = re.compile(r"^#+ Predict", re.MULTILINE)


def gradient_explorer():
    """Return the place of the gradient explorer, with the random gradients that it shows."""
    rows = [np.random.default_rng(seed).normal(size=3).tolist() for seed in range(100)]
    return (
        f'<div class="gradient-explorer" data-random="{json.dumps(rows)}">'
        "The sliders need JavaScript.</div>"
    )


def stage(lesson, folder, pictures):
    """Write a lesson into a folder as MyST-NB wants it, and its explorers' pictures elsewhere."""
    notebook = nbformat.read(lesson, as_version=4)
    number = lesson.stem[:2]
    guide = GUIDE.format(number=number) if number.isdecimal() else ""
    introduction = RUN.format(name=lesson.name) + guide + NOTE
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(introduction, id="introduction"))
    for before, cell in pairwise(notebook.cells):
        if cell.cell_type == "code":
            if before.cell_type == "markdown" and PREDICTS.search(before.source):
                cell.metadata["tags"] = ["hide-output"]  # until it is asked for
            cell.outputs = [
                shown for output in cell.outputs for shown in for_page(cell, output, pictures)
            ]
    nbformat.write(notebook, folder / lesson.name)


def for_page(cell, output, pictures):
    """Return an explorer that moves, or a picture with its alt text and its text twin."""
    data = output.get("data", {})
    if "image/png" not in data:
        return [output]
    # MyST-NB takes the alt text from the cell, not from the output.
    alt = output.metadata["image/png"]["alt"]
    cell.metadata["mystnb"] = {"image": {"alt": alt}}
    if explorer := EXPLORER.search(cell.source):
        kind = explorer[1]
        html = gradient_explorer() if kind == "GradientExplorer" else strips.make(kind, pictures)
        return [nbformat.v4.new_output("display_data", {"text/html": html})]
    text = data["text/plain"]
    if text.startswith("<Figure"):
        return [output]
    twin = (
        '<details class="text-twin"><summary>The same in numbers</summary>'
        f'<pre tabindex="0">{escape(text)}</pre></details>'
    )
    return [output, nbformat.v4.new_output("display_data", {"text/html": twin})]


def mend(page):
    """Make the empty corner of a table a cell; as a heading, it would have to say of what."""
    page.write_text(EMPTY_HEAD.sub("<td></td>", page.read_text("utf-8")), "utf-8")
