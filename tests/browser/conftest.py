import functools
import json
import os
import re
import shutil
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import matplotlib.font_manager  # makes the list of fonts, where there is none yet
import pytest
from chromium import NOT_FOUND, find_chromium, launch
from lab_server import ROOT, started
from notebook import LONGEST
from playwright.sync_api import expect, sync_playwright

NOT_BUILT = (
    "the site is tried out where SITE names the folder that `make site` has built:"
    " make test-browser SITE=build/site"
)
MINUTES = 60
LAB_OPTIONS = (
    "--port=0",
    "--expose-app-in-browser",
    # Kernels that nobody looks at any more end, and where pytest is killed, JupyterLab does.
    f"--MappingKernelManager.cull_idle_timeout={2 * MINUTES}",
    "--MappingKernelManager.cull_interval=20",
    f"--ServerApp.shutdown_no_activity_timeout={20 * MINUTES}",
)
ELSEWHERE = re.compile(r"^(?!(https?|wss?)://127\.0\.0\.1[:/]|file:|data:|blob:)")
# No page begins Python before it is asked to.
SAVES_DATA = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
# All cells are in the page, not only those that are to be seen.
ALL_CELLS = {"windowingMode": "none"}
SETTINGS = ".jupyter/lab/user-settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"


def pytest_terminal_summary(terminalreporter):
    """Say in a line each why tests were skipped."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    for reason, number in reasons.items():
        terminalreporter.write_line(f"{number} skipped: {reason}", yellow=True)


@pytest.fixture(scope="session")
def browser():
    program = find_chromium() or pytest.skip(NOT_FOUND)
    expect.set_options(timeout=LONGEST)
    with sync_playwright() as playwright, launch(playwright, program) as browser:
        yield browser


def is_complaint(message):
    """Tell an error from a note that a notebook was opened again, and its widgets were not.

    What a Python in the page says is none: as its page is left, it may speak of a fatal error. What
    its cells give tells whether it is well.
    """
    is_python = "pyodide" in message.location["url"]
    return message.type == "error" and not is_python and "widget model" not in message.text


@pytest.fixture(scope="session")
def tab(browser):
    """Return what opens a tab, whose pages must not complain, or ask for anything elsewhere."""

    @contextmanager
    def tab(complaints_allowed=False):
        complaints = []
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        context.set_default_timeout(LONGEST)
        context.add_init_script(SAVES_DATA)
        context.route(ELSEWHERE, lambda route: route.abort())
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda m: complaints.append(m.text) if is_complaint(m) else None)
        page.on("response", lambda r: complaints.append(r.url) if r.status >= 400 else None)
        for kind in ("request", "websocket"):
            page.on(kind, lambda r: complaints.append(r.url) if ELSEWHERE.match(r.url) else None)
        yield page
        heard = tuple(complaints)  # before the page is closed amid what it does
        context.close()
        assert complaints_allowed or heard == ()

    return tab


@pytest.fixture
def page(tab):
    with tab() as page:
        yield page


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    """Serve copies of the lessons, since JupyterLab saves what it shows every now and then."""
    folder, home = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("home")
    for name in ("tools", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    (home / SETTINGS).parent.mkdir(parents=True)
    (home / SETTINGS).write_text(json.dumps(ALL_CELLS))
    # There is the list of fonts, which takes long to make.
    variables = {"IPYTHONDIR": str(home), "MPLCONFIGDIR": matplotlib.get_cachedir()}
    with started(home, *LAB_OPTIONS, root=folder, **variables) as server:
        server.notebooks = folder / "notebooks"
        yield server


class Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        """Print nothing."""


@pytest.fixture(scope="session")
def site(browser):
    """Serve the site that SITE names, and return its address."""
    if "SITE" not in os.environ:
        pytest.skip(NOT_BUILT)
    folder = ROOT / os.environ["SITE"]
    assert (folder / "index.html").exists(), f"SITE names {folder}, and there is no site in it"
    handler = functools.partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
