"""Code that is pasted or typed in a page is read there, without a notebook."""

import re
import textwrap
from itertools import pairwise

import nbformat
import pytest
from lab_server import ROOT
from playwright.sync_api import expect
from test_solutions import SOLUTION, is_stub, with_solution

LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
STARTS = 120_000  # milliseconds, on a busy machine
STEP = """\
import numpy as np

def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)

def backward(z, g):
    p = softmax(z)
    return p * (1 - p) * g
"""
LAYER = """\
class Softmax:
    def forward(self, x):
        e = np.exp(x - np.max(x, axis=1, keepdims=True))
        self.p = e / e.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, grad):
        return self.p * (grad - {mean}(self.p * grad{axis}))
"""
LOSS = """\
def loss_and_grad(W, X, y):
    z = X @ W
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(len(y)), y]).mean()
    d = p.copy()
    d[np.arange(len(y)), y] -= 1
    return loss, X.T @ d{average}
"""
ROWS = ", axis=1, keepdims=True"
PASTED = {
    "as it is": (STEP, "elementwise"),
    "prompts": (
        "".join(f">>> {x}" if x[:1].strip() else f"... {x}" for x in STEP.splitlines(True)),
        "elementwise",
    ),
    "prompts of IPython": (
        "In [1]: import numpy as np\n\nIn [2]: " + "def softmax_grad(p, g):\n"
        "   ...:     return p * (1 - p) * g\n",
        "elementwise",
    ),
    "indented": (textwrap.indent(STEP, "      "), "elementwise"),
    "tabs": (STEP.replace("    ", "\t"), "elementwise"),
    "Windows": (STEP.replace("\n", "\r\n"), "elementwise"),
    "a fence": (f"Why is this wrong?\n\n```python\n{STEP}```\n", "elementwise"),
    "magics": (f"%matplotlib inline\n!pip install numpy\n{STEP}", "elementwise"),
    "%%diagnose": (f"%%diagnose\n{STEP}", "elementwise"),
    "curly quotes": (
        STEP + "print(\N{LEFT DOUBLE QUOTATION MARK}done\N{RIGHT DOUBLE QUOTATION MARK})",
        "elementwise",
    ),
    "Python 2": (STEP + "print 'done'\n", "elementwise"),
    "no-break spaces": (STEP.replace("    ", "\N{NO-BREAK SPACE}" * 4), "elementwise"),
    "modules that are not there": (
        "import torch, matplotlib.pyplot as plt\n" + STEP,
        "elementwise",
    ),
    "a class": (LAYER.format(mean="np.mean", axis=ROWS), "mean-of-products"),
    "a right class": (LAYER.format(mean="np.sum", axis=ROWS), "Softmax.backward: correct"),
    "one sum for all": (LAYER.format(mean="np.sum", axis=""), "one-sum-over-batch"),
    "a loss": (LOSS.format(average=""), "no-average"),
    "a right loss": (LOSS.format(average=" / len(y)"), "loss_and_grad: correct"),
    "a Jacobian": (
        "def softmax_jacobian(s):\n    return np.outer(s, s) - np.diag(s)\n",
        "sign-flipped",
    ),
    "no softmax": ("def area(r):\n    return 3.14 * r**2\n", "No function of softmax was found"),
    "an endless loop": (f"{STEP}\nwhile True:\n    pass\n", "elementwise"),
}


class Box:
    """A field for code in a page."""

    def __init__(self, page, root):
        self.page, self.root = page, root
        self.code, self.status = root.locator("textarea"), root.locator(".status")
        self.answer = root.locator(".verdict")

    def ask(self, code, button):
        """Return the answer to a code."""
        self.answer.evaluate("answer => answer.replaceChildren()")
        self.code.fill(code)
        self.root.get_by_role("button", name=button).click()
        expect(self.answer).not_to_be_empty(timeout=STARTS)
        return self.answer.text_content()


@pytest.fixture(scope="module")
def box(site, tab):
    with tab() as page:
        page.goto(f"{site}/index.html")
        yield Box(page, page.locator(".paste-box"))


@pytest.mark.parametrize("name", PASTED)
def test_what_is_pasted_is_read_as_it_is(box, name):
    code, said = PASTED[name]
    assert said in box.ask(code, "What is wrong")


def test_an_example_is_answered_with_links_to_its_mistake_and_its_lesson(box, site):
    box.root.get_by_role("button", name="A class").click()
    expect(box.answer).to_contain_text("line 8: return self.output", timeout=STARTS)
    assert "def forward" in box.code.input_value()
    links = box.answer.locator("a").evaluate_all("all => all.map(link => link.href)")
    assert links == [
        f"{site}/mistakes.html#mistake-elementwise",
        f"{site}/lessons/{LESSONS[4].stem}.html",
    ]


def test_what_runs_too_long_is_stopped_and_what_comes_next_is_read(box):
    box.code.fill(f"{STEP}\nx = 9**9**9\n")  # one operation, which Python cannot stop
    box.root.get_by_role("button", name="What is wrong").click()
    expect(box.status).to_contain_text("ran for ten seconds, and was stopped", timeout=STARTS)
    assert "elementwise" in box.ask(STEP, "What is wrong")
    box.code.fill(f"{STEP}\nx = 9**9**9\n")
    box.root.get_by_role("button", name="What is wrong").click()
    box.root.get_by_role("button", name="Stop").click()
    expect(box.status).to_contain_text("Stopped.")
    assert "elementwise" in box.ask(STEP, "What is wrong")


def test_keys_alone_lead_from_the_address_to_a_verdict_and_out_of_the_field(page, site):
    page.goto(f"{site}/index.html")
    field = page.locator(".paste-box textarea")
    for _ in range(30):
        if field.evaluate("field => field === document.activeElement"):
            break
        page.keyboard.press("Tab")
    for line in ("def softmax_grad(p, g):", "return p * (1 - p) * g"):
        page.keyboard.type(line)
        page.keyboard.press("Enter")
    assert field.input_value() == "def softmax_grad(p, g):\n    return p * (1 - p) * g\n"
    page.keyboard.press("Tab")
    assert field.input_value().endswith("\n    ")
    page.keyboard.press("Control+Enter")
    answer = page.locator(".paste-box .verdict")
    expect(answer).to_contain_text("elementwise", timeout=STARTS)
    assert answer.evaluate("answer => answer.ariaLive") == "polite"
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    assert not field.evaluate("field => field === document.activeElement")


def test_without_scripts_a_sentence_stands_in_place_of_the_field(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/index.html")
    expect(page.locator(".paste-box")).to_contain_text("JavaScript has to be on")
    context.close()


def test_a_python_that_cannot_be_loaded_says_what_to_do(tab, site):
    with tab(complaints_allowed=True) as page:
        # Pyodide does not say so to who called it.
        page.route("**/pyodide.asm.wasm", lambda route: route.fulfill(status=404))
        page.goto(f"{site}/index.html")
        page.locator(".paste-box").get_by_role("button", name="A class").click()
        status = page.locator(".paste-box .status")
        expect(status).to_contain_text("Load the page again", timeout=STARTS)


def exercises(lesson):
    """Return id, source and worked solution of the exercises of a lesson."""
    cells = nbformat.read(lesson, as_version=4).cells
    return [
        (cell.id, cell.source, SOLUTION.search(below.source)[1])
        for cell, below in pairwise(cells)
        if cell.cell_type == "code" and is_stub(cell.source)
    ]


@pytest.mark.parametrize(
    "lesson", [lesson for lesson in LESSONS if exercises(lesson)], ids=lambda p: p.stem
)
def test_every_exercise_of_a_lesson_is_checked_on_its_page(page, site, lesson):
    page.goto(f"{site}/lessons/{lesson.stem}.html")
    for name, source, solution in exercises(lesson):
        field = Box(page, page.locator(f"[id='{name}']"))
        assert field.code.input_value() == source
        assert "not attempted" in field.ask(source, "Check")
        right = "\n".join(with_solution(source, solution))
        assert ": correct" in field.ask(right, "Check"), name
        broken = re.sub(r"\breturn .*", "return np.pi", right)
        assert broken == right or ": correct" not in field.ask(broken, "Check"), name


def test_what_is_typed_in_an_exercise_outlives_a_reload_until_it_is_reset(page, site):
    page.goto(f"{site}/lessons/{LESSONS[4].stem}.html")
    field = Box(page, page.locator(".exercise").first)
    stub = field.code.input_value()
    field.code.fill("mine = 1")
    page.reload()
    assert field.code.input_value() == "mine = 1"
    field.root.get_by_role("button", name="Reset").click()
    assert field.code.input_value() == stub
    field.root.get_by_role("button", name="Bring back").click()
    assert field.code.input_value() == "mine = 1"


@pytest.mark.parametrize("stem", [LESSONS[4].stem, "diagnose_your_own"])
def test_a_verdict_on_a_page_leads_to_the_field_with_its_code_in_it(page, site, stem):
    page.goto(f"{site}/lessons/{stem}.html")
    page.get_by_role("link", name="Change this code").first.click()
    field = Box(page, page.locator(".paste-box"))
    assert "return" in field.code.input_value()
    expect(field.answer).to_contain_text("elementwise", timeout=STARTS)
