import json
import shutil
from types import SimpleNamespace

import matplotlib.font_manager  # makes the list of fonts, where there is none yet
import pytest
from built_site import find_site, served
from chromium import NOT_FOUND, find_chromium, launch
from jupyterlab_page import ELSEWHERE, LONGEST, JupyterLabPage
from lab_server import ROOT, started
from playwright.sync_api import expect, sync_playwright

NOTEBOOK_SETTINGS = ".jupyter/lab/user-settings/@jupyterlab/notebook-extension"

# Where pytest is killed before it can end JupyterLab, JupyterLab ends by itself, in minutes.
MINUTES = 60
ENDS_BY_ITSELF = (
    f"--MappingKernelManager.cull_idle_timeout={10 * MINUTES}",
    f"--ServerApp.shutdown_no_activity_timeout={20 * MINUTES}",
)


@pytest.fixture(scope="session")
def chromium():
    return find_chromium() or pytest.skip(NOT_FOUND)


@pytest.fixture(scope="session")
def lab(chromium, tmp_path_factory):
    """Serve copies of the lessons, since JupyterLab saves what it shows every now and then."""
    folder, home = tmp_path_factory.mktemp("copy"), tmp_path_factory.mktemp("home")
    for name in ("tools", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    settings = home / NOTEBOOK_SETTINGS / "tracker.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    # All cells are in the page, not only those that are to be seen.
    settings.write_text(json.dumps({"windowingMode": "none"}))
    options = ("--port=0", f"--LabApp.workspaces_dir={home / 'workspaces'}", *ENDS_BY_ITSELF)
    variables = {
        "IPYTHONDIR": str(home / ".ipython"),
        # There is the list of fonts, which takes long to make.
        "MPLCONFIGDIR": matplotlib.get_cachedir(),
    }
    with started(home, *options, root=folder, **variables) as server:
        yield SimpleNamespace(server=server, notebooks=folder / "notebooks")


@pytest.fixture(scope="module")
def tab(chromium, lab):
    # Not for longer than a module: as long as Playwright runs, no other event loop can, and tests
    # outside this folder need theirs.
    expect.set_options(timeout=LONGEST)
    with sync_playwright() as playwright, launch(playwright, chromium) as browser:
        yield JupyterLabPage(browser, lab.server)


@pytest.fixture
def jupyterlab(tab):
    """JupyterLab, of which the browser has nothing to complain when the test is over."""
    yield tab
    complaints = list(tab.complaints)
    tab.complaints.clear()
    assert complaints == []


@pytest.fixture(scope="module")
def site(chromium):
    with served(find_site()) as server:
        yield server


@pytest.fixture(scope="module")
def site_browser(chromium):
    with sync_playwright() as playwright, launch(playwright, chromium) as browser:
        yield browser


@pytest.fixture
def page(site_browser, site, request):
    """A fresh tab; whatever the page asks for elsewhere, or complains of, is an error."""
    context = site_browser.new_context(
        viewport={"width": 1400, "height": 1000}, color_scheme=getattr(request, "param", "light")
    )
    complaints = []

    def refuse(route):
        complaints.append(f"asked for {route.request.url}")
        route.abort()

    context.route(ELSEWHERE, refuse)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    site.sent = 0
    site.refused.clear()
    yield page
    context.close()
    assert [*complaints, *site.refused] == []
