"""Slides of lessons in the browser: exported ones, and live ones, whose sliders move."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from urllib.error import HTTPError
from urllib.request import urlopen

import matplotlib
import nbformat
import pytest
from lab_server import ROOT
from notebook import LONGEST, move_a_slider
from playwright.sync_api import expect

from softmax_lessons.explorers import JacobianExplorer
from tools.lessons import LESSONS

pytest.importorskip("voila", reason="Voila is not installed; `make test-browser` installs it")

READY = ".reveal.ready"
LEAST = 18  # pixels, of any letter
ALLOWED = 0.05  # of a slide's height, that may be out of sight before anybody minds

# Of each slide: how it begins, the kinds of its blocks, which of them stand open, whether it is too
# wide, which part of it is too high with any one answer open, which text is too small, and how many
# sentences it says.
MEASURE = f"""async () => {{
    const drawn = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const kind = block => block.querySelector(':scope > :is(h1, h2, h3)') ? 'heading'
        : block.querySelector(':scope > details:not(.code)') ? 'answer'
        : !block.matches('.jp-CodeCell') ? 'text'
        : block.querySelector('img, .gradient-explorer, .widget-image') ? 'picture' : 'code';
    const isOpen = block => block.querySelector(':scope > details:not(.code)')?.open;
    const isSmall = element => parseFloat(getComputedStyle(element).fontSize) < {LEAST}
        && element.checkVisibility({{ contentVisibilityAuto: true }})
        && !element.closest('mjx-container, sub, sup, details:not([open]) > :not(summary)')
        && [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    const found = [];
    for (const slide of Reveal.getSlides()) {{
        const {{ h, v }} = Reveal.getIndices(slide);
        Reveal.slide(h, v);
        await drawn(), await drawn();
        const blocks = [...slide.children], open = blocks.map(isOpen), heights = [];
        for (const answer of [null, ...slide.querySelectorAll('details.fragment')]) {{
            if (answer) answer.open = true;
            await drawn(), await drawn();
            heights.push(slide.scrollHeight / slide.clientHeight);
            if (answer) answer.open = false;
        }}
        found.push({{
            heading: slide.textContent.trim().slice(0, 40),
            kinds: blocks.map(kind),
            open,
            tooWide: slide.scrollWidth > slide.clientWidth,
            tooHigh: Math.max(...heights) - 1,
            sentences: slide.innerText.split(/[.?:]\\s/).length
                + slide.querySelectorAll('li').length,
            choices: [...slide.querySelectorAll('summary > b')].map(b => b.textContent).join(''),
            small: [...slide.querySelectorAll('*')].filter(isSmall).map(text => text.outerHTML),
        }});
    }}
    return found;
}}"""
# In the order of the page, the id of each cell of code, and for each heading none.
ORDER = """all => all.map(found => found.matches('.jp-CodeCell') ? found.id : 'heading')"""

# Of a picture, at last: 0 where there is none.
WIDTH = """picture => {
    picture.loading = 'eager';
    return picture.decode().then(() => picture.naturalWidth);
}"""


@pytest.fixture(scope="module")
def exported(browser, tmp_path_factory):
    from tools.slides import exported

    folder = tmp_path_factory.mktemp("exported")
    exported.export(list(LESSONS.values()), folder)
    return folder


@pytest.fixture(scope="module", params=LESSONS.values(), ids=LESSONS.keys())
def lesson(request, tab, exported):
    """Open the exported slides of a lesson, and measure them."""
    with tab() as page:
        page.goto((exported / f"{request.param.stem}.html").as_uri())
        page.wait_for_selector(READY, state="attached")
        yield page, page.evaluate(MEASURE), nbformat.read(request.param, as_version=4).cells


def assert_all_can_be_read(slides):
    assert [slide for slide in slides if slide["tooWide"] or slide["small"]] == []
    # What is too long for a slide by itself cannot be dealt out to several, and is scrolled.
    high = [slide["kinds"] for slide in slides if slide["tooHigh"] > ALLOWED]
    assert [kinds for kinds in high if len([k for k in kinds if k != "heading"]) > 1] == []


def test_exported_slides_can_be_read(lesson):
    assert_all_can_be_read(lesson[1])


def test_what_to_do_with_an_explorer_stands_above_it(lesson):
    explored = [slide["kinds"] for slide in lesson[1] if slide["heading"].startswith("Explore")]
    assert [kinds for kinds in explored if "picture" not in kinds] == []


def test_nothing_follows_a_picture_on_its_slide(lesson):
    assert [slide["kinds"] for slide in lesson[1] if "picture" in slide["kinds"][:-1]] == []


def test_a_question_keeps_all_answers_to_choose_from(lesson):
    choices = {slide["choices"] for slide in lesson[1]}
    assert choices <= {"", "A.B.C.", "A.B.C.D.", "A.B.C.D.E."}


def test_what_follows_a_folded_answer_is_hidden_until_it_is_asked_for(lesson):
    seen = "section > :has(> details.fragment) + :not(:has(> details), .fragment)"
    assert lesson[0].locator(seen).count() == 0


def test_an_answer_stands_open_only_where_a_slide_begins_with_it(lesson):
    for slide in lesson[1]:
        assert slide["open"] == [
            (k == 0 if kind == "answer" else None) for k, kind in enumerate(slide["kinds"])
        ]


def test_no_slide_says_a_sentence_and_no_more(lesson):
    alone = [slide for slide in lesson[1] if set(slide["kinds"]) <= {"heading", "text"}]
    assert [slide["heading"] for slide in alone if slide["sentences"] < 2] == []


def test_code_stands_open_where_it_is_all_there_is_to_see(lesson):
    page, _, cells = lesson
    opened = page.locator(".jp-CodeCell:has(> details[open])").evaluate_all(ORDER)
    code = [cell for cell in cells if cell.cell_type == "code"]
    assert opened == [f"cell-id={c.id}" for c in code if not c.outputs and c.id != "imports"]


def test_nothing_is_lost_or_moved(lesson):
    page, _, cells = lesson
    expected = []
    for cell in cells:
        if cell.cell_type == "code":
            expected.append(f"cell-id={cell.id}")
        else:
            prose = re.sub(r"^```.*?^```", "", cell.source, flags=re.MULTILINE | re.DOTALL)
            expected += ["heading"] * len(re.findall(r"^#{1,3} ", prose, re.MULTILINE))
    assert page.locator(".slides :is(.jp-CodeCell, h1, h2, h3)").evaluate_all(ORDER) == expected


def test_pictures_have_alt_text_and_formulas_are_set(lesson):
    page, _, cells = lesson
    drawn_by_the_page = [cell for cell in cells if "GradientExplorer(" in cell.source]
    outputs = [
        o for cell in cells if cell not in drawn_by_the_page for o in cell.get("outputs", ())
    ]
    alt = [o.metadata["image/png"]["alt"] for o in outputs if "image/png" in o.get("data", {})]
    pictures = page.locator(".slides img")
    assert pictures.evaluate_all("all => all.map(picture => picture.alt)") == alt
    assert 0 not in [picture.evaluate(WIDTH) for picture in pictures.all()]
    assert page.locator(".gradient-explorer").count() == len(
        [cell for cell in drawn_by_the_page if cell.outputs]
    )
    assert page.locator("mjx-container").count() > 0
    assert page.locator("mjx-merror").count() == 0


def test_explorers_move_without_a_kernel_and_leave_the_slide(lesson):
    page = lesson[0]
    for explorer in page.locator(".strip, .gradient-explorer").all():
        slide = show(page, explorer)
        slider = explorer.locator("input").first
        slider.press("Home")
        first = explorer.locator("pre").text_content()
        slider.press("End")
        expect(explorer.locator("pre")).not_to_have_text(first)
        assert where(page) == slide
        assert 0 not in [picture.evaluate(WIDTH) for picture in explorer.locator("img").all()]


def where(page):
    return page.evaluate("Reveal.getSlidePastCount()")


def show(page, element):
    """Go to the slide on which an element is; return which one that is."""
    place = element.evaluate("element => Reveal.getIndices(element.closest('section'))")
    page.evaluate("({ h, v }) => Reveal.slide(h, v, -1)", place)
    return where(page)


@contextmanager
def live_slides(folder):
    """Show a lesson as `make slides` does; yields its process and address, and ends it."""
    unwanted = ("JUPYTER", "XDG", "DISPLAY", "WAYLAND")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
    environment |= {"HOME": str(folder), "IPYTHONDIR": str(folder)}
    with subprocess.Popen(
        [sys.executable, "-m", "tools.slides", "03"],
        cwd=ROOT,
        env=environment | {"MPLCONFIGDIR": matplotlib.get_cachedir()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A shell that starts the tests in the background has them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:
        try:
            yield process, next(line.strip() for line in process.stdout if "?token=" in line)
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=60)
            process.kill()


@pytest.fixture(scope="module")
def address(browser, tmp_path_factory):
    with live_slides(tmp_path_factory.mktemp("home")) as (_, address):
        yield address


@pytest.fixture(scope="module")
def live(tab, address):
    with tab() as page:
        page.goto(address, wait_until="commit")
        page.wait_for_selector(READY, state="attached")
        yield page


def test_live_slides_can_be_read(live):
    slides = live.evaluate(MEASURE)
    assert_all_can_be_read(slides)
    assert "picture" in [slide["kinds"][-1] for slide in slides]


def test_a_slider_moves_the_picture_and_the_numbers_and_leaves_the_slide(live):
    widget = live.locator(".widget-vbox:has(> .widget-image)").last
    slide = show(live, widget)
    twin = JacobianExplorer()
    assert move_a_slider(widget) == twin._repr_mimebundle_()[0]["text/plain"]
    twin.set(classes=twin.controls["classes"].max)
    expect(widget.locator("pre")).to_have_text(twin._repr_mimebundle_()[0]["text/plain"])
    assert where(live) == slide
    for part in (".widget-image", ".widget-inline-hbox >> visible=true", "button >> visible=true"):
        expect(widget.locator(part).last).to_be_in_viewport(ratio=0.95)


def test_a_remote_control_goes_on_although_a_slider_was_touched(live):
    handle = live.locator(".noUi-handle >> visible=true").first
    slide = show(live, live.locator(".widget-image").last)
    handle.press("PageDown")
    assert where(live) == slide + 1
    live.keyboard.press("PageUp")
    assert where(live) == slide


def test_the_next_key_unfolds_one_answer_after_the_other_before_it_goes_on(live):
    answers = live.locator(".stack > section:has(details.fragment)").first.locator("details")
    slide = show(live, answers.first)
    assert answers.count() == 3
    for k in range(3):
        live.keyboard.press("ArrowRight")
        assert answers.evaluate_all("all => all.map(({ open }) => open)") == [
            j == k for j in range(3)
        ]
        assert where(live) == slide
    live.keyboard.press("ArrowRight")
    assert where(live) > slide


def test_letters_stay_as_they_are_whichever_answer_is_opened(lesson):
    page = lesson[0]
    for answer in page.locator("details.fragment").all():
        show(page, answer)
        slide = page.locator("section.present > section.present")
        size = slide.evaluate("slide => slide.style.fontSize")
        answer.locator("summary").click()
        expect(slide.locator("details[open].fragment")).to_have_count(1)
        page.evaluate("() => new Promise(requestAnimationFrame)")  # what grew is measured
        page.evaluate("() => new Promise(requestAnimationFrame)")
        assert slide.evaluate("slide => slide.style.fontSize") == size


def test_nobody_sees_live_slides_without_the_token(address):
    base = address.partition("?")[0]
    with urlopen(base) as answer:
        assert "/login" in answer.url
    with pytest.raises(HTTPError, match="403"):
        urlopen(f"{base}api/kernels/00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize("state", ["#running", READY], ids=["while it runs", "when it has run"])
def test_ctrl_c_ends_live_slides(tab, tmp_path, state):
    # Of a page that is never sent to its end, the browser does complain.
    with tab(complaints_allowed=True) as page, live_slides(tmp_path) as (process, address):
        page.goto(address, wait_until="commit")
        page.wait_for_selector(state, state="attached")
        process.send_signal(signal.SIGINT)
        printed, _ = process.communicate(timeout=LONGEST / 1000)
        assert process.returncode == 0
        # A kernel that is still starting says where it was interrupted.
        assert state == "#running" or "Traceback" not in printed
