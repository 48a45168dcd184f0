"""The pages of the built site, in a browser."""

import os
import re
from functools import cache
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from lab_server import ROOT

AXE_SCRIPT = pytest.importorskip(
    "axe_playwright_python.base", reason="axe-core is not installed; `make test-browser` does so"
).AXE_SCRIPT
LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
SITE = ROOT / os.environ.get("SITE", "no site")
# All but JupyterLite's, which are not ours to mend; one name without a site, for a test to skip.
PAGES = [
    page.relative_to(SITE).as_posix()
    for page in sorted(SITE.rglob("*.html"))
    if page.relative_to(SITE).parts[0] not in {"lite", "_static"}
] or ["index.html"]
# The guides, keys, worksheets and modules are made alike, so the last of each kind stands for all.
OF_EACH_KIND = {re.sub(r"\d\d|softmax_lessons\.\w+", "", page): page for page in PAGES}.values()
SET = "() => window.MathJax?.startup?.promise"
# The rule of empty table headers does not see MathML, so there is a test for that.
EVERYTHING = "{rules: {'empty-table-header': {enabled: false}}}"
COLOURS = "{runOnly: ['color-contrast']}"
# What MathJax makes of a formula is not ours to mend.
VIOLATIONS = """async options => {
    const found = await axe.run({exclude: ['mjx-container']}, {preload: false, ...options});
    return found.violations.map(({id, nodes}) => [id, ...nodes.map(node => node.html)]);
}"""
STANDS_STILL = """scheme => document.documentElement.dataset.theme === scheme
    && document.getAnimations().every(animation => animation.playState !== 'running')"""
EMPTY_HEADS = "all => all.filter(head => !head.textContent.trim()).map(head => head.outerHTML)"


def violations(page, options):
    return page.evaluate(f"({VIOLATIONS})({options})")


@pytest.mark.parametrize("address", OF_EACH_KIND)
def test_nobody_is_shut_out_of_a_page(page, site, address):
    page.goto(f"{site}/{address}")
    page.evaluate(SET)
    page.evaluate(AXE_SCRIPT)
    found = {"light": violations(page, EVERYTHING)}
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_function(STANDS_STILL, arg="dark")
    found["dark"] = violations(page, COLOURS)
    assert found == {"light": [], "dark": []}
    assert page.locator("th").evaluate_all(EMPTY_HEADS) == []
    assert page.locator("mjx-merror").count() == 0


def test_a_page_that_shuts_somebody_out_would_be_found(page, site):
    page.goto(f"{site}/index.html")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=>')")
    page.evaluate(AXE_SCRIPT)
    assert [violation[0] for violation in violations(page, EVERYTHING)] == ["image-alt"]


def test_formulas_are_set(page, site):
    page.goto(f"{site}/lessons/{LESSONS[2].stem}.html")
    page.evaluate(SET)
    assert page.locator("mjx-container").count() > 50


@cache
def found_in(address, tag, attribute):
    """Return what an attribute says in all tags of a page."""
    text = (SITE / address).read_text("utf-8")
    found = re.findall(rf'<{tag}\b[^>]*?\s{attribute}="([^"]*)"', text)
    return {unescape(value) for value in found}


def leads_nowhere(page, link):
    """Tell whether a link within the site leads nowhere."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    path = urljoin(page, unquote(parts.path))
    if parts.query.startswith("path="):
        path = f"lite/files/{parts.query.removeprefix('path=')}"
    if not (SITE / path).exists():
        return True
    return bool(parts.fragment) and parts.fragment not in found_in(path, r"\w+", "id")


def test_every_link_leads_somewhere(site):
    links = [(page, link) for page in PAGES for link in found_in(page, "a", "href")]
    assert len(links) > 1000
    assert [link for link in links if leads_nowhere(*link)] == []


def test_every_lesson_can_be_run_in_the_browser(site):
    for lesson in LESSONS:
        links = found_in(f"lessons/{lesson.stem}.html", "a", "href")
        assert f"../lite/notebooks/index.html?path={lesson.name}" in links
