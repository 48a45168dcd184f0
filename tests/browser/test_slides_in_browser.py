"""Slides of lessons in the browser: live ones, whose sliders move, and exported ones."""

import socket
from urllib.error import HTTPError
from urllib.request import urlopen

import matplotlib
import nbformat
import pytest
from chromium import launch
from explorer_view import ExplorerView
from jupyterlab_page import LONGEST, wait
from playwright.sync_api import expect, sync_playwright
from slides_page import TOO_MUCH, SlidesPage, live_slides

from tools.slides.lessons import LESSONS

LESSON = "03"
PATH = LESSONS[LESSON]
ANY_PORT = 8866
EXPLORER = ".widget-image"
# Tables of all mistakes, through which one has to scroll.
LONG = {"08": 1, "09": 1}


@pytest.fixture(scope="module")
def browser(chromium):
    pytest.importorskip(
        "voila", reason="no Voila was found to try slides out with; type make slides LESSON=00"
    )
    expect.set_options(timeout=LONGEST)
    with sync_playwright() as playwright, launch(playwright, chromium) as browser:
        yield browser


@pytest.fixture(scope="module")
def server(browser, tmp_path_factory):
    """Show a lesson live, although the port that is asked for first is taken."""
    folder = tmp_path_factory.mktemp("home")
    variables = {"IPYTHONDIR": str(folder), "MPLCONFIGDIR": matplotlib.get_cachedir()}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with live_slides(LESSON, folder, port, **variables) as server:
            assert server.port != str(port)
            yield server


@pytest.fixture(scope="module")
def opened(browser, server):
    page = SlidesPage(browser)
    page.open(server.address)
    return page


@pytest.fixture
def live(opened):
    """Show live slides, of which the browser has nothing to complain when the test is over."""
    yield opened
    assert opened.complaints == []


@pytest.fixture(scope="module")
def exported(browser, tmp_path_factory):
    from tools.slides import export

    folder = tmp_path_factory.mktemp("exported")
    export.export(list(LESSONS.values()), folder)
    return folder


@pytest.fixture
def still(browser, exported):
    """Show exported slides, of which the browser has nothing to complain when the test is over."""
    page = SlidesPage(browser)
    yield page
    page.page.context.close()
    assert page.complaints == []


def assert_all_can_be_read(slides, long=0):
    assert [slide for slide in slides if slide["tooWide"] > 0] == []
    assert [slide["small"] for slide in slides if slide["small"]] == []
    high = [slide for slide in slides if slide["tooHigh"] > TOO_MUCH]
    assert len(high) <= long, high
    assert all(slide["scrolls"] for slide in high)


def explorer_of(live):
    """Go to the explorer, and return it."""
    slide = live.go_to(EXPLORER)
    cell = slide.locator(f".widget-vbox:has(> {EXPLORER})")
    return ExplorerView("JacobianExplorer", live.page, cell)


def test_a_slider_moved_by_keyboard_changes_the_picture_and_leaves_the_slide(live):
    view = explorer_of(live)
    first, where = view.settled(), live.where()
    view.press("z₁", "ArrowRight")
    assert view.settled(leaving=first).controls["z₁"] == "1.1"
    assert live.where() == where
    view.reset()
    view.shows(first)


def test_a_slider_dragged_by_mouse_changes_the_picture(live):
    view = explorer_of(live)
    first = view.settled()
    view.drag_near_its_end("z₁")
    view.settled(leaving=first)
    view.reset()
    view.shows(first)


def test_a_remote_control_goes_on_although_a_slider_was_touched(live):
    view = explorer_of(live)
    first, where = view.settled(), live.where()
    view.press("z₁", "PageDown")
    assert live.where() == where + 1
    live.page.keyboard.press("PageUp")
    assert live.where() == where
    view.shows(first)


def test_the_picture_and_all_controls_are_in_sight_even_with_most_classes(live):
    view = explorer_of(live)
    first = view.settled()
    view.press("classes", "End")
    view.settled(leaving=first)
    assert view.cell.locator(EXPLORER).bounding_box()["width"] > 800
    for part in (EXPLORER, ".widget-inline-hbox >> visible=true", "button >> visible=true"):
        expect(view.cell.locator(part).last).to_be_in_viewport(ratio=1)
    view.reset()
    view.shows(first)


def test_live_slides_can_be_read(live):
    assert_all_can_be_read(live.measured())


def test_code_is_folded(live):
    code = live.page.locator("details.code")
    assert code.count() > 10
    assert live.page.locator("details.code[open]").count() == 0


def test_the_next_key_unfolds_an_answer_before_it_goes_on(live):
    answer = live.go_to("details.fragment").locator("details.fragment")
    where = live.where()
    expect(answer).to_be_visible()
    expect(answer).not_to_have_attribute("open", "")
    live.page.keyboard.press("ArrowRight")
    expect(answer).to_have_attribute("open", "")
    assert live.where() == where
    live.page.keyboard.press("ArrowRight")
    assert live.where() == where + 1


def test_nobody_sees_live_slides_without_the_token(server):
    with urlopen(server.base) as answer:
        assert "/login" in answer.url
    with pytest.raises(HTTPError, match="403"):
        urlopen(f"{server.base}api/kernels/00000000-0000-0000-0000-000000000000")


def test_ctrl_c_ends_live_slides_without_complaint(server, opened):
    opened.page.context.close()
    assert server.interrupt() == 0
    assert not server.printed_after_the_address()


def test_ctrl_c_ends_live_slides_while_the_lesson_is_being_run(browser, tmp_path):
    with live_slides(LESSON, tmp_path, ANY_PORT, IPYTHONDIR=str(tmp_path)) as server:
        page = SlidesPage(browser)
        page.page.goto(server.address, wait_until="commit")
        expect(page.page.locator("#running")).to_be_visible()
        assert server.interrupt() == 0
        page.page.context.close()


@pytest.mark.parametrize(("number", "path"), LESSONS.items(), ids=LESSONS.keys())
def test_exported_slides_can_be_read(still, exported, number, path):
    still.open((exported / f"{path.stem}.html").as_uri())
    assert_all_can_be_read(still.measured(), LONG.get(number, 0))


def test_exported_slides_have_pictures_with_alt_text_and_formulas(still, exported):
    still.open((exported / f"{PATH.stem}.html").as_uri())
    outputs = [
        output
        for cell in nbformat.read(PATH, as_version=4).cells
        for output in cell.get("outputs", [])
    ]
    alt = [o.metadata["image/png"]["alt"] for o in outputs if "image/png" in o.get("data", {})]
    pictures = still.page.locator(".slides img")
    assert pictures.evaluate_all("all => all.map(picture => picture.alt)") == alt
    assert pictures.evaluate_all("all => all.every(picture => picture.naturalWidth > 0)")
    assert still.page.locator("mjx-container").count() > 20
    fonts = "[...document.fonts].filter(font => font.status === 'error').length"
    wait(still.page, "the fonts are still loading", "document.fonts.status === 'loaded'")
    assert still.page.evaluate(fonts) == 0


def test_the_exported_contents_lead_to_every_lesson_and_each_to_the_next(still, exported):
    still.page.goto((exported / "index.html").as_uri())
    links = still.page.locator("li a")
    assert links.count() == len(LESSONS)
    links.first.click()
    still.page.wait_for_selector(".reveal.ready", state="attached")
    following = f"a[href='{LESSONS['01'].stem}.html']"
    still.go_to(following).locator(following).last.click()
    expect(still.page).to_have_title("Turn scores into probabilities slides")
