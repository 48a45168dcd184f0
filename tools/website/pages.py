"""The lessons as pages that are read without a kernel."""

import re
from base64 import b64decode
from html import escape

import nbformat

from softmax_lessons.mistakes import MISTAKES
from tools import strips
from tools.lessons import LESSONS, ROOT

EMPTY_HEAD = re.compile(r'<th class="head">(?:<p></p>)?</th>')
RUN = """\
```{{button-link}} ../lite/notebooks/index.html?path={name}
:color: primary
:shadow:
Run in your browser
```
"""
GUIDE = """\
```{{button-ref}} ../teaching/{number}
:ref-type: doc
:color: secondary
:outline:
For teachers
```
"""
NOTE = """
On this page you read. Sliders move one at a time here, and exercises wait. *Run in your browser*
opens the same with a Python of its own, in which everything moves and answers. Nothing is
installed."""
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
VERDICT = re.compile(r"(<br>|</b> )([a-z-]+)(?=: )")
NAMED = re.compile(r"(?<!\[)\blessons? \d\d(?:(?:,| and|, and| to) \d\d)*")
ROW = re.compile(r"^\| \[(.+)\]\(notebooks/((..).*)\.ipynb\) \| (\d+) \| (.+) \|$", re.MULTILINE)
CARD = """\
:::{{grid-item-card}} {heading}
:link: {name}
:link-type: doc
:img-bottom: ../_static/cards/{name}.png
:img-alt: ""
{minutes} minutes. You will be able to {outcome}.
:::
"""


def stage(lesson, folder, pictures):
    """Write a lesson into a folder as MyST-NB wants it, and its explorers' pictures elsewhere."""
    notebook = nbformat.read(lesson, as_version=4)
    number = lesson.stem[:2]
    guide = GUIDE.format(number=number) if number.isdecimal() else ""
    introduction = RUN.format(name=lesson.name) + guide + NOTE
    first = notebook.cells[0]
    if number.isdecimal():
        first.source = first.source.replace("# ", f"# {number} \N{MIDDLE DOT} ", 1)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = linked(cell.source, number)
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(introduction, id="introduction"))
    predicts = False
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (headings := HEADING.findall(cell.source)):
            predicts = headings[-1] == "Predict"
        if cell.cell_type == "code":
            if predicts:
                cell.metadata["tags"] = ["hide-output"]  # until it is asked for
                predicts = False
            if html := strips.in_place_of(cell, pictures, "../_static/strips"):
                cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": html})]
            cell.outputs = [shown for output in cell.outputs for shown in for_page(cell, output)]
    nbformat.write(notebook, folder / lesson.name)


def linked(source, own):
    """Return Markdown in which the numbers of other lessons lead to them."""

    def link(number):
        path = LESSONS.get(number[0])
        return f"[{number[0]}]({path.name})" if path and number[0] != own else number[0]

    lines = source.splitlines()  # those of HTML stay: no Markdown is read there
    return "\n".join(
        line if line.startswith("<") else NAMED.sub(lambda m: re.sub(r"\d\d", link, m[0]), line)
        for line in lines
    )


def cards(readme, pictures):
    """Return the lessons as cards: what the README says of each, and its first picture."""
    pictures.mkdir(parents=True)
    found = []
    for title, name, number, minutes, outcome in ROW.findall(readme):
        notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
        outputs = [o.get("data", {}) for cell in notebook.cells for o in cell.get("outputs", ())]
        picture = next((data["image/png"] for data in outputs if "image/png" in data), None)
        card = CARD if picture else re.sub(r":img.*\n", "", CARD)
        if picture:
            (pictures / f"{name}.png").write_bytes(b64decode(picture))
        heading = f"{number} \N{MIDDLE DOT} {title}" if number.isdecimal() else title
        found.append(card.format(heading=heading, name=name, minutes=minutes, outcome=outcome))
    return "\n".join([":::::{grid} 1 2 2 3\n:gutter: 3\n", *found, ":::::"])


def to_mistakes(match):
    """Return the name of a mistake as a link to its place on the page of mistakes."""
    before, key = match.groups()
    link = f'<a href="../mistakes.html#mistake-{key}">{key}</a>'
    return before + (link if key in MISTAKES else key)


def for_page(cell, output):
    """Return an output, and for a picture its caption and its text twin too."""
    data = output.get("data", {})
    if "text/html" in data:
        data["text/html"] = VERDICT.sub(to_mistakes, data["text/html"])
    if "image/png" not in data:
        return [output]
    # The alt text is there for all, below. MyST-NB takes the picture's own from the cell.
    cell.metadata["mystnb"] = {"image": {"alt": "The picture that is described below."}}
    html = f'<p class="caption">{escape(output.metadata["image/png"]["alt"])}</p>'
    if not (text := data["text/plain"]).startswith("<Figure"):
        html += (
            '<details class="text-twin"><summary>The same as text</summary>'
            f'<pre tabindex="0">{escape(text)}</pre></details>'
        )
    return [output, nbformat.v4.new_output("display_data", {"text/html": html})]


def mend(page):
    """Make the empty corner of a table a cell; as a heading, it would have to say of what."""
    page.write_text(EMPTY_HEAD.sub("<td></td>", page.read_text("utf-8")), "utf-8")
