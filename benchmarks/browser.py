"""From a key press to the first frame after a new picture is loaded, in a real JupyterLab."""

import shutil
from functools import partial
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from nbformat import v4, write
from playwright.sync_api import sync_playwright

from benchmarks.measuring import interleaved, report
from tests.browser.chromium import NOT_FOUND, find_chromium, launch
from tests.lab_server import ROOT, started

SHOWN = {
    "explorer": "GradientExplorer()",
    "the same figure by interactive_output": "moves.by_interactive_output()",
    "the same figure in ipympl": "moves.in_ipympl()",
    "two ready-made pictures": "moves.ready_made()",
}
CELL = f"""\
from benchmarks import moves
from softmax_lessons.explorers import GradientExplorer
display({", ".join(SHOWN.values())})
%matplotlib inline
"""  # ipympl changes that for the whole kernel
IDLE = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
STOPWATCH = """
addEventListener('keydown', event => { window.pressed = event.timeStamp; }, true);
const src = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src');
Object.defineProperty(HTMLImageElement.prototype, 'src', {...src, set(url) {
    const stop = () => { window.waited ??= performance.now() - window.pressed; };
    this.addEventListener('load', () => requestAnimationFrame(stop), {once: true});
    src.set.call(this, url);
}});
"""


def press(page, number, keys):
    """Press a key on the first slider of an output; return the milliseconds to its new picture."""
    output = page.locator(".jp-OutputArea-child:has(.noUi-handle)").nth(number)
    output.locator(".noUi-handle").first.focus()
    page.evaluate("window.waited = null")
    page.keyboard.press(next(keys))
    waited = page.wait_for_function("window.waited", polling=10).json_value()
    page.wait_for_function(IDLE)
    return waited


def compare():
    """Print what a reader waits for beside what one would wait for with something else."""
    if not (program := find_chromium()):
        print(NOT_FOUND)
        return
    kernel = {"name": "python3", "display_name": "Python 3"}
    nb = v4.new_notebook(cells=[v4.new_code_cell(CELL)], metadata={"kernelspec": kernel})
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(nb, folder / "cell.ipynb")
        shutil.copytree(ROOT / "tools", folder / "tools")
        options = "--port=0", "--expose-app-in-browser"
        with (
            started(folder, *options, root=folder, PYTHONPATH=str(ROOT)) as server,
            sync_playwright() as playwright,
            launch(playwright, program) as browser,
        ):
            page = browser.new_page(viewport={"width": 1600, "height": 1200})
            page.add_init_script(STOPWATCH)
            page.goto(f"{server.base}/doc/tree/cell.ipynb?token={server.token}")
            page.wait_for_function(IDLE)
            page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
            presses = {
                shown: partial(press, page, number, cycle(["ArrowRight", "ArrowLeft"]))
                for number, shown in enumerate(SHOWN)
            }
            times = interleaved(presses, 60, measure=lambda press: press())
            report("gradient explorer, key press to pixels", times)
