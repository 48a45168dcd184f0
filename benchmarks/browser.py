"""How long a reader waits for a picture, in a real JupyterLab in Chromium.

The clock starts with the time stamp of the browser's keydown event. It stops in the first animation
frame after new pixels have arrived: for an `<img>`, after it has loaded another source; for a
canvas, after an image of another source has been drawn onto it, be it by way of a hidden canvas.
So everybody's time holds the way to the kernel and back, the kernel's work, and the wait for a
frame; what the browser does in that frame is left out for all alike.

The variants take turns, so that what else the computer does meets all of them. Each key press waits
until the kernel has dealt with every message of the one before, and has to bring one picture.
"""

import shutil
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import matplotlib
import nbformat
from playwright.sync_api import sync_playwright

from benchmarks.explorer_baselines import picture
from softmax_lessons.explorers import GradientExplorer
from tests.browser.chromium import find_chromium, launch
from tests.lab_server import ROOT, started

LONGEST = 60_000
"""Milliseconds after which something must have gone wrong."""

NO_BROWSER = "No Chromium was found, so nothing is measured in a browser; CHROMIUM can name one."

EXPLORER, FLOOR = "explorer", "floor: ready-made pictures"

IMPORTS = (
    "from benchmarks import explorer_baselines\n"
    "from softmax_lessons.explorers import GradientExplorer"
)
MOVED = {
    EXPLORER: "GradientExplorer()",
    "interactive_output": "explorer_baselines.figure_drawn_anew()",
    "ipympl": "explorer_baselines.figure_in_ipympl()",
    FLOOR: "explorer_baselines.ready_made_pictures()",
}
FIRST = {
    EXPLORER: "from softmax_lessons.explorers import GradientExplorer\n\nGradientExplorer()",
    FLOOR: "import ipywidgets\nimport matplotlib.figure\nimport numpy\n\n"
    "ipywidgets.Image.from_file('picture.png')",
}

IDLE = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"

STOPWATCH = """
const drawnOnto = new WeakMap();  // which source a canvas shows

const stopwatch = window.stopwatch = {
    unanswered: new Set(),  // messages that the kernel has not dealt with

    connect() {
        this.kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
        this.kernel.anyMessage.connect((_, {msg, direction}) => {
            if (direction === 'send') this.unanswered.add(msg.header.msg_id);
            else if (msg.content.execution_state === 'idle')
                this.unanswered.delete(msg.parent_header.msg_id);
        });
    },

    async restartKernel() {
        await jupyterapp.commands.execute('notebook:clear-all-cell-outputs');
        await this.kernel.restart();
        this.unanswered.clear();
        // A slow kernel may have missed JupyterLab's own question whether it is there.
        this.kernel.requestKernelInfo();
    },

    async watch(number) {
        this.cell = document.querySelectorAll('.jp-CodeCell')[number];
        this.cell.scrollIntoView();
        for (const frame of [1, 2]) await new Promise(requestAnimationFrame);
        const shown = [...this.cell.querySelectorAll('img, canvas')];
        this.known = new Set(shown.map(element => element.src ?? drawnOnto.get(element)));
        this.pictures = 0;
        this.time = null;
        this.observer.disconnect();
        this.observer.observe(
            this.cell, {subtree: true, childList: true, attributeFilter: ['src']});
    },

    arrived(source) {
        if (this.known.has(source)) return;
        this.known.add(source);
        this.pictures += 1;
        requestAnimationFrame(() => { this.time ??= performance.now() - this.pressed; });
    },

    observer: new MutationObserver(() => {
        for (const img of stopwatch.cell.querySelectorAll('img')) {
            const source = img.src;
            if (img.complete) stopwatch.arrived(source);
            else img.addEventListener('load', () => stopwatch.arrived(source), {once: true});
        }
    }),
};

addEventListener('keydown', event => { stopwatch.pressed = event.timeStamp; }, true);

const drawImage = CanvasRenderingContext2D.prototype.drawImage;
CanvasRenderingContext2D.prototype.drawImage = function (image, ...where) {
    drawImage.call(this, image, ...where);
    const source = image.src ?? drawnOnto.get(image);
    drawnOnto.set(this.canvas, source);
    if (stopwatch.cell?.contains(this.canvas)) stopwatch.arrived(source);
};
"""


@contextmanager
def notebook(cells, program):
    """Open a notebook of these cells in a JupyterLab of its own, and yield the page."""
    content = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    with TemporaryDirectory() as folder:
        folder = Path(folder)
        shutil.copytree(ROOT / "tools", folder / "tools")
        nbformat.write(content, folder / "cells.ipynb")
        (folder / "picture.png").write_bytes(picture(GradientExplorer()))
        # With other settings JupyterLab leaves cells out of the page that are out of sight.
        settings = folder / ".jupyter/lab/user-settings/@jupyterlab/notebook-extension"
        settings.mkdir(parents=True)
        (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
        # There is Matplotlib's list of fonts, which takes long to make.
        variables = {"PYTHONPATH": str(ROOT), "MPLCONFIGDIR": matplotlib.get_cachedir()}
        with (
            started(
                folder, "--port=0", "--expose-app-in-browser", root=folder, **variables
            ) as server,
            sync_playwright() as playwright,
            launch(playwright, program) as browser,
        ):
            page = browser.new_page(viewport={"width": 1600, "height": 1200})
            page.set_default_timeout(LONGEST)
            page.add_init_script(STOPWATCH)
            page.goto(f"{server.base}/doc/tree/cells.ipynb?token={server.token}")
            page.wait_for_function(IDLE)
            page.evaluate("stopwatch.connect()")
            yield page


def settle(page):
    """Wait until the kernel has dealt with all messages; raise if a cell has failed."""
    page.wait_for_function("stopwatch.unanswered.size === 0")
    error = page.locator('[data-mime-type="application/vnd.jupyter.error"]')
    if error.count():
        raise RuntimeError(error.first.inner_text())


def time_to_picture(page, number, key):
    """Press a key, return the milliseconds until a new picture is in the cell of that number."""
    page.evaluate("number => stopwatch.watch(number)", number)
    page.keyboard.press(key)
    time = page.wait_for_function("stopwatch.time", polling=10).json_value()
    settle(page)
    pictures = page.evaluate("stopwatch.pictures")
    if pictures != 1:
        raise RuntimeError(f"one key press brought {pictures} pictures")
    return time


def summary(times):
    """Return median, quartiles and all samples of each variant."""
    return {
        name: {"median": median(samples), "quartiles": quantiles(samples)[::2], "samples": samples}
        for name, samples in times.items()
    }


def key_press_to_pixels(repeats=60, warm_up=5):
    """Measure the time from a key press on a slider to the picture that belongs to it.

    Parameters
    ----------
    repeats : int
        How many presses of each variant count.
    warm_up : int
        How many go before that do not.

    Returns
    -------
    dict of str to dict, or None where there is no Chromium
        For each variant its ``"median"``, ``"quartiles"`` and ``"samples"``, in milliseconds.
    """
    program = find_chromium()
    if not program:
        print(NO_BROWSER)
        return None
    variants = dict(MOVED)
    if not find_spec("ipympl"):
        print("ipympl is not installed, so it is left out.")
        del variants["ipympl"]
    names = list(variants)
    times = {name: [] for name in names}
    with notebook([IMPORTS, *variants.values()], program) as page:
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        settle(page)
        for repeat in range(warm_up + repeats):
            turn = repeat % len(names)
            for name in names[turn:] + names[:turn]:
                number = 1 + names.index(name)
                page.locator(".jp-CodeCell").nth(number).locator(".noUi-handle").first.focus()
                key = "ArrowLeft" if repeat % 2 else "ArrowRight"
                times[name].append(time_to_picture(page, number, key))
    return summary({name: samples[warm_up:] for name, samples in times.items()})


def first_explorer(repeats=5, warm_up=1):
    """Measure the time from a fresh kernel to the first explorer on the screen.

    The floor imports what nobody can do without, and shows a picture that lies in a file.

    Parameters
    ----------
    repeats : int
        How many fresh kernels count for each variant.
    warm_up : int
        How many go before that do not: the browser has yet to load what shows widgets.

    Returns
    -------
    dict of str to dict, or None where there is no Chromium
        For each variant its ``"median"``, ``"quartiles"`` and ``"samples"``, in seconds.
    """
    program = find_chromium()
    if not program:
        print(NO_BROWSER)
        return None
    times = {name: [] for name in FIRST}
    with notebook(FIRST.values(), program) as page:
        settle(page)
        for repeat in range(warm_up + repeats):
            for name in list(FIRST)[:: -1 if repeat % 2 else 1]:
                number = list(FIRST).index(name)
                page.evaluate("stopwatch.restartKernel()")
                page.wait_for_function(IDLE)
                page.locator(".jp-CodeCell").nth(number).locator(".cm-content").click()
                settle(page)
                times[name].append(time_to_picture(page, number, "Control+Enter") / 1000)
    return summary({name: samples[warm_up:] for name, samples in times.items()})


def table(title, unit, measured):
    """Yield the lines of a table: a variant each, beside the explorer and beside the floor."""
    yield f"{title:42} {'median':>8} {'quartiles':>15} {'/ explorer':>11} {'/ floor':>8}"
    for name, variant in measured.items():
        value, (lower, upper) = variant["median"], variant["quartiles"]
        ratios = [value / measured[other]["median"] for other in (EXPLORER, FLOOR)]
        yield (
            f"  {name:40} {value:8.4g} {lower:7.4g} {upper:7.4g} {ratios[0]:11.2f} {ratios[1]:8.2f}"
            f"  {unit}"
        )


def main():
    """Print what is measured."""
    for title, unit, measure in (
        ("from key press to pixels", "ms", key_press_to_pixels),
        ("from fresh kernel to first picture", "s", first_explorer),
    ):
        if measured := measure():
            print(*table(title, unit, measured), sep="\n", flush=True)


if __name__ == "__main__":
    main()
