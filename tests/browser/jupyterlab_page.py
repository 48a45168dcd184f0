"""JupyterLab in a browser, used as a reader uses it: by its menus, by mouse and by keyboard."""

import re
from contextlib import contextmanager
from itertools import count

from playwright.sync_api import TimeoutError as TookTooLong

LONGEST = 60_000
"""Milliseconds after which something must have gone wrong, on a busy computer too."""

WORKSPACES = count()

ELSEWHERE = re.compile(r"^(?!(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:)")

# What went to stderr, and errors; JupyterLab marks both alike, at least from 4.6 on.
TROUBLE = "[data-mime-type$='jupyter.stderr'], [data-mime-type$='jupyter.error']"

PROMPTS = """[...document.querySelectorAll('.jp-Notebook .jp-CodeCell .jp-InputPrompt')]
    .map(prompt => prompt.textContent)"""
ALL_THERE_AND_KERNEL_IDLE = f"""codeCells => {PROMPTS}.length === codeCells
    && document.querySelector('#jp-main-statusbar').textContent.includes('| Idle')"""
NONE_HAS_RUN = rf"() => !{PROMPTS}.some(prompt => /\d|\*/.test(prompt))"
# All have run, or one has failed and the rest will not run.
ALL_HAVE_RUN = rf"""() => {{
    const prompts = {PROMPTS};
    const failed = document.querySelector("{TROUBLE}");
    return !prompts.some(prompt => prompt.includes('*'))
        && (failed || prompts.every(prompt => /\d/.test(prompt)));
}}"""
TROUBLES = f"""[...document.querySelectorAll('.jp-Notebook .jp-Cell')].flatMap((cell, k) =>
    [...cell.querySelectorAll("{TROUBLE}")].map(found => [k, found.textContent]))"""


def wait(page, complaint, condition, arg=None, timeout=LONGEST, every=100):
    """Wait until JavaScript, asked so often, gives something true; complain where it does not."""
    try:
        page.wait_for_function(condition, arg=arg, timeout=timeout, polling=every)
    except TookTooLong:
        raise AssertionError(complaint) from None


class JupyterLabPage:
    """JupyterLab in a tab of the browser, and what the browser complained of."""

    def __init__(self, browser, server):
        self._server = server
        self.complaints = []
        self._context = browser.new_context(viewport={"width": 1400, "height": 1000})
        self._context.set_default_timeout(LONGEST)
        self._context.route(ELSEWHERE, lambda route: route.abort())
        self._open_tab()

    def _open_tab(self):
        self.page = self._context.new_page()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        for kind in ("request", "websocket"):
            self.page.on(kind, self._note_request)
        # In a workspace used before, JupyterLab opens what was open there.
        workspace = f"workspaces/{next(WORKSPACES)}"
        server = self._server
        self.page.goto(f"{server.base}/lab/{workspace}/tree/notebooks?token={server.token}")
        self.page.wait_for_selector(".jp-DirListing-item")

    def _note_console(self, message):
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url')})")

    def _note_request(self, request):
        if ELSEWHERE.match(request.url):
            self.complaints.append(f"asked for {request.url}")

    def choose(self, menu, item):
        """Choose an item of a menu."""
        self.page.locator(f".lm-MenuBar-itemLabel:text-is('{menu}')").click()
        self.page.locator(f".lm-Menu-itemLabel:text-is('{item}')").click()

    def confirm(self):
        """Say yes to a question."""
        self.page.locator(".jp-Dialog .jp-mod-accept").click()
        self.page.wait_for_selector(".jp-Dialog", state="detached")

    @contextmanager
    def opened(self, path, cells):
        """Open a notebook with these cells; close it in the end, and end its kernel."""
        try:
            self.choose("File", "Open from Path…")
            self.page.locator(".jp-Dialog input").fill(path)
            self.confirm()
            notebook = Notebook(self, cells)
            notebook.wait_until_ready()
            yield notebook
            self.choose("File", "Close and Shut Down Notebook…")
            self.confirm()
            self.page.wait_for_selector(".jp-Notebook", state="detached")
        except Exception:
            # Whatever stands open now must not get in the way of the next test.
            self.page.close()
            self._open_tab()
            raise


class Notebook:
    """The notebook that is open."""

    def __init__(self, jupyterlab, cells):
        self.page = jupyterlab.page
        self._choose, self._confirm = jupyterlab.choose, jupyterlab.confirm
        self.cells = cells
        self.ids = [cell.id for cell in cells]

    def wait_until_ready(self):
        """Wait until all cells and the kernel are there."""
        code_cells = sum(cell.cell_type == "code" for cell in self.cells)
        complaint = f"there are not {code_cells} code cells and an idle kernel"
        wait(self.page, complaint, ALL_THERE_AND_KERNEL_IDLE, code_cells)

    def cell(self, name):
        """Return the cell of this id."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self.ids.index(name))

    def run_all(self):
        """Run all cells from the menu, and wait until they have run."""
        self._clear()
        self._choose("Run", "Run All Cells")
        self._wait_for_the_last_cell()

    def restart_and_run_all(self):
        """Restart the kernel and run all cells from the menu, and wait until they have run."""
        self._clear()
        self._choose("Kernel", "Restart Kernel and Run All Cells…")
        self._confirm()
        self._wait_for_the_last_cell()

    def _wait_for_the_last_cell(self):
        wait(self.page, "some cells have not run", ALL_HAVE_RUN, timeout=2 * LONGEST)

    def _clear(self):
        # What was stored, or left by an earlier run, must not pass for what this run gives.
        self._choose("Edit", "Clear Outputs of All Cells")
        wait(self.page, "the outputs are not cleared", NONE_HAS_RUN)

    def numbers(self):
        """Return the execution number of every code cell, None for one that has not run."""
        found = [re.search(r"\d+", prompt) for prompt in self.page.evaluate(PROMPTS)]
        return [int(number[0]) if number else None for number in found]

    def troubles(self):
        """Return errors and what went to stderr, as pairs of the cell's id and the text."""
        return [(self.ids[k], text) for k, text in self.page.evaluate(TROUBLES)]

    def run(self, name, source=None):
        """Put the cursor into a cell, type another source over its own, and press Shift+Enter."""
        self.cell(name).locator(".cm-content").click()
        if source is not None:
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.insert_text(source)
        self.page.keyboard.press("Shift+Enter")
