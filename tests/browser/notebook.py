"""A notebook in a browser, be it in JupyterLab or in JupyterLite, and its explorers."""

import re

from playwright.sync_api import expect

LONGEST = 600_000
"""Milliseconds after which something must have gone wrong, on a busy computer too."""

KERNEL = "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel"
RUN_ALL = """() => {
    const { commands, shell } = window.jupyterapp;
    window.hasRun = false;
    shell.currentWidget.sessionContext.ready
        .then(() => commands.execute('notebook:clear-all-cell-outputs'))
        .then(() => commands.execute('notebook:run-all-cells'))
        .then(() => { window.hasRun = true; });
}"""
CELLS = "() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells"
CONTEXT = "window.jupyterapp.shell.currentWidget.context"
IS_SAVED = f"!{CONTEXT}.model.dirty"
# What these promise is not always kept in JupyterLite: they are waited for by what they do.
SAVE = f"() => {{ {CONTEXT}.save(); }}"
END = f"() => {{ {CONTEXT}.sessionContext.shutdown(); }}"
EXECUTE = f"""async code => {{
    let text = '';
    const run = {KERNEL}.requestExecute({{code}});
    run.onIOPub = message => {{ text += message.content.text ?? ''; }};
    await run.done;
    return text;
}}"""
PIXELS = """image => {
    if (!image?.complete || !image.naturalWidth) return null;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    canvas.getContext('2d').drawImage(image, 0, 0);
    return canvas.toDataURL();
}"""
IS_ANOTHER = f"""([widget, before]) => {{
    const now = ({PIXELS})(widget.querySelector('.widget-image'));
    return now !== null && now !== before;
}}"""
VIEW = "application/vnd.jupyter.widget-view+json"
TEXTS = ("text/plain", "text/html", "text/latex", "text/markdown")


class Notebook:
    """The notebook that a page has opened."""

    def __init__(self, page, address):
        self.page, self.in_page = page, "/lite/" in address
        page.goto(address)
        page.wait_for_function(KERNEL)

    def run_all(self):
        """Clear all outputs, run all cells, and wait for the last."""
        self.page.evaluate(RUN_ALL)
        self.page.wait_for_function("window.hasRun")

    def reopen(self):
        """Save, end the kernel, and open the notebook again."""
        self.page.evaluate(SAVE)
        self.page.wait_for_function(IS_SAVED)
        if not self.in_page:  # where Python ends with the page
            self.page.evaluate(END)
            self.page.wait_for_function(f"!({KERNEL})")
        self.page.reload()
        self.page.wait_for_function(KERNEL)

    def cells(self):
        """Return the cells as they are now, those that are out of sight too."""
        return self.page.evaluate(CELLS)

    def execute(self, code):
        """Have the kernel execute code; return what that prints."""
        return self.page.evaluate(EXECUTE, code)

    def cell(self, number):
        """Return where a cell is in the page."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)


def written(cells):
    """Return what cells of code have written, in a form that depends on nobody who stored it."""
    return [
        ["".join(o["text"]) for o in outputs if o["output_type"] == "stream"]
        + [(o["ename"], o["evalue"]) for o in outputs if o["output_type"] == "error"]
        + [(t, "".join(o["data"][t])) for o in outputs for t in TEXTS if t in o.get("data", {})]
        for outputs in (cell["outputs"] for cell in cells if cell["cell_type"] == "code")
    ]


def assert_shows_pictures_once_reopened(notebook):
    """Assert that pictures, each with a line on how to move it, take the place of widgets."""
    outputs = [o.get("data", {}) for c in notebook.cells() for o in c.get("outputs", [])]
    number = len([data for data in outputs if VIEW in data])
    notebook.reopen()
    line = ".jp-OutputArea-child:has(.softmax-asleep)"
    for each in (line, f"{line} + * img"):
        expect(notebook.page.locator(each).locator("visible=true")).to_have_count(number)
    said = notebook.page.get_by_text(re.compile("(Loading|Error displaying) widget"))
    expect(said.locator("visible=true")).to_have_count(0)


def move_a_slider(widget):
    """Move the first slider of an explorer to its end; return the numbers before that and after.

    Waits for the picture, and for another picture after the move.
    """
    page = widget.page
    widget.locator(".widget-image").wait_for()
    page.wait_for_function(IS_ANOTHER, arg=[widget.element_handle(), None])
    before = page.evaluate(PIXELS, widget.locator(".widget-image").element_handle())
    numbers = widget.locator("pre").text_content()
    widget.locator(".noUi-handle >> visible=true").first.press("End")
    page.wait_for_function(IS_ANOTHER, arg=[widget.element_handle(), before])
    return numbers
