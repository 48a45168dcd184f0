"""JupyterLite in a browser: a lesson that runs in the page itself."""

import time

from jupyterlab_page import wait

# Cells that are not to be seen are not in the page, so the model is asked.
MODEL = "window.jupyterapp.shell.currentWidget.content.model"
STARTED = "() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel"
# All have run, or one has failed and the rest will not run.
ALL_HAVE_RUN = """() => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets
        .filter(cell => cell.model.type === 'code');
    const failed = cells.some(cell =>
        cell.model.outputs.toJSON().some(output => output.output_type === 'error'));
    const busy = cells.some(cell => cell.model.executionState === 'running');
    return !busy && (failed || cells.every(cell => cell.model.executionCount));
}"""
ANSWERS = """async () => {
    const session = window.jupyterapp.shell.currentWidget.sessionContext.session;
    await session.kernel.requestExecute({code: '1 + 1', silent: true}).done;
}"""
PICTURE = ".jp-OutputArea .jupyter-widgets img"
HANDLE = ".jp-OutputArea .widget-slider .noUi-handle"
LOADED = f"""() => [...document.querySelectorAll({PICTURE!r})].some(image => image.naturalWidth)"""
LONGEST = 240_000


class LitePage:
    """A tab in which a lesson is opened."""

    def __init__(self, page, base):
        self.page, self._base = page, base

    def open(self, name):
        """Open a lesson, and clear what is stored in it."""
        self.page.goto(f"{self._base}/lite/notebooks/index.html?path={name}")
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=LONGEST)
        wait(self.page, f"{name} got no kernel", STARTED, timeout=LONGEST)
        self.choose("Edit", "Clear Outputs of All Cells")

    def choose(self, menu, item):
        """Choose an item of a menu."""
        self.page.locator(f".lm-MenuBar-itemLabel:text-is('{menu}')").click()
        self.page.locator(f".lm-Menu-itemLabel:text-is('{item}')").click()

    def wait_for_kernel(self):
        """Return after how many seconds the kernel answers; it says idle long before."""
        start = time.monotonic()
        self.page.evaluate(ANSWERS)
        return time.monotonic() - start

    def run(self):
        """Run all cells, and wait for the last."""
        self.choose("Run", "Run All Cells")
        wait(self.page, "the lesson does not come to its end", ALL_HAVE_RUN, timeout=LONGEST)

    def cells(self):
        """Return the code cells as they are now."""
        cells = self.page.evaluate(f"() => {MODEL}.toJSON().cells")
        return [cell for cell in cells if cell["cell_type"] == "code"]
