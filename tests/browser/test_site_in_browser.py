"""The pages of the built site, in a browser."""

import pytest
from built_site import ROOT, find_site

AXE_SCRIPT = pytest.importorskip(
    "axe_playwright_python.base", reason="axe-core is not installed; `make test` installs it."
).AXE_SCRIPT
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SET = "() => window.MathJax?.startup?.promise"
# The rule of empty table headers does not see MathML; test_site_pages has that rule instead.
OPTIONS = """{
    preload: false, resultTypes: ['violations'], rules: {'empty-table-header': {enabled: false}}}"""
VIOLATIONS = f"""async () => (await axe.run(document, {OPTIONS})).violations.map(
    violation => [violation.id, ...violation.nodes.slice(0, 3).map(node => node.html)])"""
FOCUSABLE = "a[href], button, input, summary, [tabindex='0']"
CAN_BE_SEEN = "element => element.checkVisibility() && element.getClientRects().length > 0"


def pages():
    """Return the addresses of all pages but JupyterLite's, which is not ours to mend."""
    folder = find_site()
    found = (page.relative_to(folder) for page in sorted(folder.rglob("*.html")))
    return [page.as_posix() for page in found if page.parts[0] not in {"lite", "_static"}]


@pytest.mark.parametrize("page", ["light", "dark"], indirect=True)
def test_nobody_is_shut_out_of_any_page(page, site):
    found = {}
    for address in pages():
        page.goto(f"{site.base}/{address}", wait_until="load")
        page.evaluate(SET)
        page.evaluate(AXE_SCRIPT)
        if violations := page.evaluate(VIOLATIONS):
            found[address] = violations
    assert found == {}


def test_a_page_that_shuts_somebody_out_would_be_found(page, site):
    page.goto(f"{site.base}/index.html")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=>')")
    page.evaluate(AXE_SCRIPT)
    assert [violation[0] for violation in page.evaluate(VIOLATIONS)] == ["image-alt"]


@pytest.mark.parametrize("address", ["index.html", f"lessons/{LESSONS[3].stem}.html"])
def test_the_keyboard_reaches_everything(page, site, address):
    page.goto(f"{site.base}/{address}")
    page.evaluate(SET)
    elements = [e for e in page.query_selector_all(FOCUSABLE) if e.evaluate(CAN_BE_SEEN)]
    for number, element in enumerate(elements):
        element.evaluate("(element, number) => element.dataset.number = number", number)
    reached = set()
    for _ in range(2 * len(elements)):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement?.dataset.number"))
    assert {str(number) for number in range(len(elements))} - reached == set()


def test_formulas_are_set(page, site):
    page.goto(f"{site.base}/lessons/{LESSONS[2].stem}.html")
    page.evaluate(SET)
    assert page.locator("mjx-container").count() > 50
    assert page.locator("mjx-merror").count() == 0


def test_the_search_finds_a_mistake(page, site):
    page.goto(f"{site.base}/search.html?q=elementwise")
    page.wait_for_selector("#search-results li a")
    hrefs = page.eval_on_selector_all(
        "#search-results li a", "links => links.map(link => link.href)"
    )
    assert any("mistakes.html" in href for href in hrefs)


@pytest.mark.parametrize("number", range(11))
def test_a_worksheet_is_printed_on_three_pages_at_most(page, site, number):
    page.goto(f"{site.base}/teaching/{number:02}_worksheet.html")
    page.evaluate(SET)
    printed = page.pdf(prefer_css_page_size=True)
    assert 1 <= printed.count(b"/Type /Page\n") <= 3
