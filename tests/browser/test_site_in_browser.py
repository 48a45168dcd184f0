"""The built site in a browser: its pages, and the lessons that run in them."""

import json
import time

import pytest
from built_site import ROOT, find_site, served
from chromium import launch
from jupyterlab_page import ELSEWHERE, wait
from lite_page import HANDLE, LOADED, PICTURE, LitePage
from playwright.sync_api import sync_playwright

AXE_SCRIPT = pytest.importorskip(
    "axe_playwright_python.base", reason="axe-core is not installed; `make test` installs it."
).AXE_SCRIPT
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TEXTS = ("text/plain", "text/html", "text/latex", "text/markdown")
SET = "() => window.MathJax?.startup?.promise"
# The rule of empty table headers does not see MathML; test_site_pages has that rule instead.
OPTIONS = "{preload: false, rules: {'empty-table-header': {enabled: false}}}"
VIOLATIONS = f"""async () => (await axe.run(document, {OPTIONS})).violations.map(
    violation => [violation.id, ...violation.nodes.slice(0, 3).map(node => node.html)])"""
FOCUSABLE = "a[href], button, input, summary, [tabindex='0']"
CAN_BE_SEEN = "element => element.checkVisibility() && element.getClientRects().length > 0"


@pytest.fixture(scope="module")
def site(chromium):
    with served(find_site()) as server:
        yield server


@pytest.fixture(scope="module")
def browser(chromium, site):
    with sync_playwright() as playwright, launch(playwright, chromium) as browser:
        yield browser


@pytest.fixture
def tab(browser, site, request):
    """A fresh tab; whatever the page asks for elsewhere, or complains of, is an error."""
    context = browser.new_context(
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


def pages():
    """Return the addresses of all pages but JupyterLite's, which is not ours to mend."""
    folder = find_site()
    found = (page.relative_to(folder) for page in sorted(folder.rglob("*.html")))
    return [page.as_posix() for page in found if page.parts[0] not in {"lite", "_static"}]


@pytest.mark.parametrize("tab", ["light", "dark"], indirect=True)
def test_nobody_is_shut_out_of_any_page(tab, site):
    found = {}
    for address in pages():
        tab.goto(f"{site.base}/{address}", wait_until="load")
        tab.evaluate(SET)
        tab.evaluate(AXE_SCRIPT)
        if violations := tab.evaluate(VIOLATIONS):
            found[address] = violations
    assert found == {}


def test_a_page_that_shuts_somebody_out_would_be_found(tab, site):
    tab.goto(f"{site.base}/index.html")
    tab.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=>')")
    tab.evaluate(AXE_SCRIPT)
    assert [violation[0] for violation in tab.evaluate(VIOLATIONS)] == ["image-alt"]


@pytest.mark.parametrize("address", ["index.html", f"lessons/{LESSONS[3].stem}.html"])
def test_the_keyboard_reaches_everything(tab, site, address):
    tab.goto(f"{site.base}/{address}")
    tab.evaluate(SET)
    elements = [e for e in tab.query_selector_all(FOCUSABLE) if e.evaluate(CAN_BE_SEEN)]
    for number, element in enumerate(elements):
        element.evaluate("(element, number) => element.dataset.number = number", number)
    reached = set()
    for _ in range(2 * len(elements)):
        tab.keyboard.press("Tab")
        reached.add(tab.evaluate("document.activeElement?.dataset.number"))
    assert {str(number) for number in range(len(elements))} - reached == set()


def test_formulas_are_set(tab, site):
    tab.goto(f"{site.base}/lessons/{LESSONS[2].stem}.html")
    tab.evaluate(SET)
    assert tab.locator("mjx-container").count() > 50
    assert tab.locator("mjx-merror").count() == 0


def test_the_search_finds_a_mistake(tab, site):
    tab.goto(f"{site.base}/search.html?q=elementwise")
    tab.wait_for_selector("#search-results li a")
    hrefs = tab.eval_on_selector_all(
        "#search-results li a", "links => links.map(link => link.href)"
    )
    assert any("mistakes.html" in href for href in hrefs)


@pytest.mark.parametrize("number", range(11))
def test_a_worksheet_is_printed_on_three_pages_at_most(tab, site, number):
    tab.goto(f"{site.base}/teaching/{number:02}_worksheet.html")
    tab.evaluate(SET)
    printed = tab.pdf(prefer_css_page_size=True)
    assert 1 <= printed.count(b"/Type /Page\n") <= 3


def texts(cell):
    """Return what a cell has written, in a form that does not depend on who stored it."""
    streams = ["".join(o["text"]) for o in cell["outputs"] if o["output_type"] == "stream"]
    errors = [(o["ename"], o["evalue"]) for o in cell["outputs"] if o["output_type"] == "error"]
    shown = [
        (kind, "".join(o["data"][kind]))
        for o in cell["outputs"]
        for kind in TEXTS
        if kind in o.get("data", {})
    ]
    return "".join(streams), errors, shown


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_a_lesson_runs_in_the_page_and_prints_what_is_stored(tab, site, lesson):
    page = LitePage(tab, site.base)
    start = time.monotonic()
    page.open(lesson.name)
    page.wait_for_kernel()
    kernel = time.monotonic() - start
    page.run()
    stored = json.loads(lesson.read_text("utf-8"))["cells"]
    stored = [cell for cell in stored if cell["cell_type"] == "code"]
    assert [texts(cell) for cell in page.cells()] == [texts(cell) for cell in stored]
    print(
        f"{lesson.stem}: kernel after {kernel:.0f} s, end after {time.monotonic() - start:.0f} s,"
        f" {site.sent / 1e6:.1f} MB sent"
    )


def test_a_slider_moves_its_picture(tab, site):
    page = LitePage(tab, site.base)
    start = time.monotonic()
    page.open(LESSONS[0].name)
    page.choose("Run", "Run All Cells")
    tab.wait_for_selector(HANDLE, timeout=240_000)
    wait(tab, "the explorer has no picture", LOADED)
    print(f"first slider after {time.monotonic() - start:.0f} s")
    picture = tab.locator(PICTURE).first
    before = picture.get_attribute("src")
    tab.locator(HANDLE).first.press("ArrowRight")
    moved = f"before => document.querySelector({PICTURE!r}).getAttribute('src') !== before"
    wait(tab, "the picture does not follow the slider", moved, arg=before, every=20)


def test_a_check_in_the_page_stops_a_function_without_end(tab, site):
    page = LitePage(tab, site.base)
    page.open(LESSONS[0].name)
    endless = "def f(z, axis):\n    while True:\n        pass"
    code = (
        f"from softmax_lessons.exercises import check_softmax\n{endless}\nprint(check_softmax(f))"
    )
    answer = tab.evaluate(
        """async code => {
            const session = window.jupyterapp.shell.currentWidget.sessionContext.session;
            const run = session.kernel.requestExecute({code});
            let text = '';
            run.onIOPub = message => { text += message.content.text ?? ''; };
            await run.done;
            return text;
        }""",
        code,
    )
    assert "it did not return within 5 seconds" in answer
