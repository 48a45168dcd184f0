"""Slides in a browser of 1280 x 720 pixels, and what the browser complained of."""

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress

from jupyterlab_page import ELSEWHERE, LONGEST
from lab_server import ROOT

LEAST_TEXT, LEAST = 24, 18  # pixels: of prose, and of anything
TOO_MUCH = 8  # pixels of a slide that nobody misses

# Of each slide: its heading, how much wider and higher it is than there is room, whether that can
# be scrolled to, and which text is too small.
MEASURE = f"""async () => {{
    const drawn = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    const size = element => parseFloat(getComputedStyle(element).fontSize);
    const found = [];
    for (const slide of Reveal.getSlides()) {{
        const {{ h, v }} = Reveal.getIndices(slide);
        Reveal.slide(h, v);
        await drawn(), await drawn();
        const texts = [...slide.querySelectorAll('*')].filter(element =>
            element.checkVisibility({{ contentVisibilityAuto: true }})
            && !element.closest('mjx-container, sub, sup, details:not([open]) > :not(summary)')
            && [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
        const least = text => text.matches('.jp-RenderedMarkdown :is(p, li)')
            ? {LEAST_TEXT} : {LEAST};
        found.push({{
            heading: (slide.querySelector('h1, h2, h3') ?? slide).textContent.trim().slice(0, 40),
            tooWide: slide.scrollWidth - slide.clientWidth,
            tooHigh: slide.scrollHeight - slide.clientHeight,
            scrolls: getComputedStyle(slide).overflowY === 'auto',
            small: texts.filter(text => size(text) < least(text)).map(text => text.outerHTML),
        }});
    }}
    return found;
}}"""
READY = ".reveal.ready"


class SlidesPage:
    """A page of slides."""

    def __init__(self, browser):
        self.complaints = []
        context = browser.new_context(viewport={"width": 1280, "height": 720})
        context.set_default_timeout(LONGEST)
        context.route(ELSEWHERE, self._refuse)
        self.page = context.new_page()
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("response", self._note_response)

    def _refuse(self, route):
        if route.request.url.startswith("file:"):
            route.continue_()
        else:
            self.complaints.append(f"asked for {route.request.url}")
            route.abort()

    def _note_console(self, message):
        if message.type == "error":
            self.complaints.append(message.text)

    def _note_response(self, response):
        if response.status >= 400:
            self.complaints.append(f"{response.status} for {response.url}")

    def open(self, address):
        """Open slides, and wait until they are there."""
        self.page.goto(address, wait_until="commit")
        self.page.wait_for_selector(READY, state="attached")

    def measured(self):
        """Return what is to be said of each slide, one after the other."""
        return self.page.evaluate(MEASURE)

    def go_to(self, selector):
        """Go to the slide on which there is such an element; return the slide."""
        slide = self.page.locator(f".slides section:not(:has(section)):has({selector})").first
        slide.evaluate(
            "slide => { const { h, v } = Reveal.getIndices(slide); Reveal.slide(h, v, -1); }"
        )
        return slide

    def where(self):
        """Return which slide is shown."""
        return self.page.evaluate("Reveal.getSlidePastCount()")


class SlidesServer:
    """What is known of the live slides of a lesson from what they have printed."""

    def __init__(self, process, log):
        self.process, self._log = process, log
        while True:
            ended = process.poll() is not None
            said = log.read_text("utf-8")
            if address := re.search(r"(http://127\.0\.0\.1:(\d+)/)\?token=\w+\n", said):
                self.address, (self.base, self.port) = address[0].strip(), address.groups()
                return
            assert not ended, f"the slides ended without an address:\n{said}"
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=0.05)

    def printed_after_the_address(self):
        """Return what was printed since."""
        return self._log.read_text("utf-8").partition(self.address)[2].strip()

    def interrupt(self):
        """Press Ctrl-C; return the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)


@contextmanager
def live_slides(lesson, folder, port, **variables):
    """Show a lesson as `make slides` does, and end that afterwards, whatever happens."""
    unwanted = ("JUPYTER", "XDG", "DISPLAY", "WAYLAND")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
    log = folder / "slides.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tools.slides", lesson, "--port", str(port)],
            cwd=ROOT,
            env=environment | {"HOME": str(folder), **variables},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield SlidesServer(process, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
