"""The pages of the built site, in a browser."""

import os
import re
from functools import cache
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

import numpy as np
import pytest
from lab_server import ROOT
from playwright.sync_api import expect

from softmax_lessons.explorers import gradient
from softmax_lessons.numerics import softmax_jacobian

AXE_SCRIPT = pytest.importorskip(
    "axe_playwright_python.base", reason="axe-core is not installed; `make test-browser` does so"
).AXE_SCRIPT
LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
LESSON_PAGES = [f"lessons/{LESSONS[k].stem}.html" for k in (0, 5)]
SITE = ROOT / os.environ.get("SITE", "no site")
# All but JupyterLite's, which are not ours to mend; one name without a site, for a test to skip.
PAGES = [
    page.relative_to(SITE).as_posix()
    for page in sorted(SITE.rglob("*.html"))
    if page.relative_to(SITE).parts[0] not in {"lite", "_static"}
] or ["index.html"]
# The cards, keys, worksheets and modules are made alike, so the last of each kind stands for all.
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
MOVE = """move => {
    const root = document.querySelector('.gradient-explorer');
    for (const [name, value] of Object.entries(move))
        root.querySelector(`[name=${name}]`).value = value;
    root.explorer.update();
    return root.explorer.state;
}"""
LOOKS = "all => all.map(e => getComputedStyle(e)).map(s => [s.color, s.backgroundColor])"
BREAKS = "all => all.map(task => getComputedStyle(task).breakInside)"
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


def moves():
    """Return every move of the page's explorer: a control and a value, from the first position."""
    sources = list(gradient.USES)
    ends = [("z1", "5"), ("z1", "-5"), ("z2", "5"), ("z2", "-5"), ("z3", "5"), ("z3", "-5")]
    ends += [("g1", "3"), ("g1", "-3"), ("g2", "3"), ("g2", "-3"), ("g3", "3"), ("g3", "-3")]
    return (
        [{name: end} for name, end in ends]
        + [{"source": s, "target": t, "z1": "5"} for s in sources for t in ("1", "3")]
        + [{"source": gradient.RANDOM, "seed": end} for end in ("0", "99")]
    )


@pytest.mark.parametrize("address", ["index.html", *LESSON_PAGES])
def test_the_explorer_of_the_page_shows_the_numbers_of_that_of_the_package(page, site, address):
    page.goto(f"{site}/{address}")
    for move in moves():
        page.locator(".gradient-explorer button[type=reset]").click()
        state = page.evaluate(MOVE, move)
        explorer = gradient.GradientExplorer()
        explorer.set(**{k: v if k == "source" else float(v) for k, v in move.items()})
        for name, values in state.items():
            right = (
                softmax_jacobian(explorer.state.z)
                if name == "jacobian"
                else getattr(explorer.state, name)
            )
            assert np.allclose(values, right, rtol=1e-9, atol=1e-8), (move, name)
        shown = page.locator(".gradient-explorer pre").text_content()
        for row in (explorer.state.analytic, explorer.state.elementwise):
            assert all(f"{value:z.5f}".replace("-", "\N{MINUS SIGN}") in shown for value in row)


def test_the_paths_of_the_page_add_up_to_its_gradient_and_the_own_path_to_the_wrong_one(page, site):
    page.goto(f"{site}/index.html")
    explorer = page.locator(".gradient-explorer")
    total = explorer.locator(".sum")
    for j, (full, own) in enumerate([(0.378, 0.208), (-0.38, -0.192), (0.001, 0.017)]):
        explorer.locator("[name=keep]").select_option("all paths")
        explorer.locator(".paths g").nth(j).click()
        expect(total).to_have_text(re.compile(f"= {minus(full)}$"))
        explorer.locator("[name=keep]").select_option("own path only")
        expect(total).to_have_text(re.compile(rf"= {minus(own)} \(all paths: {minus(full)}\)$"))


def minus(number):
    return f"{number:.3f}".replace("-", "\N{MINUS SIGN}")


def test_the_explorer_of_the_page_is_moved_by_keys_alone(page, site):
    page.goto(f"{site}/index.html")
    page.locator(".gradient-explorer input").first.focus()
    note = page.locator(".gradient-explorer .note")
    before = note.text_content()
    page.keyboard.press("End")
    assert note.text_content() != before
    for _ in range(5):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # on Reset
    expect(note).to_have_text(before)


def test_a_strip_shows_an_explorer_at_every_position_of_a_control(page, site):
    page.goto(f"{site}/lessons/{LESSONS[3].stem}.html")
    strip = page.locator(".strip[data-kind^=Jacobian]")
    strip.scroll_into_view_if_needed()
    slider = strip.locator("input")
    expect(strip.locator("option")).to_have_text(["classes", "z₁", "z₂", "z₃"])
    shown = set()
    for key in ("Home", "ArrowRight", "End"):
        slider.focus()
        page.keyboard.press(key)
        shown.add((strip.locator("img").get_attribute("src"), strip.locator("pre").text_content()))
    assert len({picture for picture, _ in shown}) == len({text for _, text in shown}) == 3
    assert strip.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)")


def test_what_answers_a_prediction_is_folded(page, site):
    page.goto(f"{site}/lessons/{LESSONS[6].stem}.html")
    folded = page.locator("details.hide .output").first
    expect(folded).to_be_hidden()
    page.locator("details.hide > summary").first.click()
    expect(folded).to_be_visible()


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
    # Code is sent to the field to paste into.
    place = re.sub("^code=.*", "paste", parts.fragment)
    return bool(place) and place not in found_in(path, r"\w+", "id")


def test_every_link_leads_somewhere(site):
    links = [(page, link) for page in PAGES for link in found_in(page, "a", "href")]
    assert len(links) > 1000
    assert [link for link in links if leads_nowhere(*link)] == []


def test_every_icon_of_the_theme_is_drawn(site):
    drawn = re.findall(r"\.(fa-[a-z-]+)", (SITE / "_static" / "icons.css").read_text("utf-8"))
    used = {icon for page in PAGES for icon in found_in(page, r"i|span", "class")}
    icons = {name for one in used for name in one.split() if name.startswith("fa-")}
    assert icons
    assert icons - {"fa-fw"} <= {*drawn}


@pytest.mark.parametrize("address", PAGES)
def test_a_page_says_once_what_it_is_and_shows_a_picture_where_it_is_linked(site, address):
    text = (SITE / address).read_text("utf-8")
    (title,) = re.findall("<title>(.*?)</title>", text)
    names = unescape(title).split(" \N{EM DASH} ")
    assert len(set(names)) == len(names)
    for kind in ('name="description"', 'property="og:title"', 'property="og:image"'):
        (content,) = re.findall(f'<meta {kind} content="([^"]+)"', text)
    assert (SITE / address).parent.joinpath(content).exists()
    assert "2023" not in text.partition('class="copyright"')[2]


@pytest.mark.parametrize("number", range(len(LESSONS)))
def test_a_worksheet_prints_dark_on_white_in_whole_tasks_and_does_not_go_on_to_its_key(
    page, site, number
):
    page.emulate_media(color_scheme="dark", media="print")
    page.goto(f"{site}/teaching/{number:02}_worksheet.html")
    looks = page.locator("article.bd-article *").evaluate_all(LOOKS)
    assert {tuple(look) for look in looks} == {("rgb(0, 0, 0)", "rgba(0, 0, 0, 0)")}
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert page.locator(".answer").count() == page.locator(".task .answer").count() > 0
    assert set(page.locator(".task").evaluate_all(BREAKS)) == {"avoid"}
    assert page.locator(".right-next").count() == 0


def test_every_lesson_can_be_run_in_the_browser(site):
    for lesson in LESSONS:
        links = found_in(f"lessons/{lesson.stem}.html", "a", "href")
        assert f"../lite/notebooks/index.html?path={lesson.name}" in links
