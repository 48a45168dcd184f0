"""The lessons as pages that are read without a kernel."""

import ast
import json
import re
from base64 import b64decode
from html import escape
from urllib.parse import quote

import nbformat

from softmax_lessons._page import linked as with_links
from tools import strips
from tools.lessons import DIAGNOSE, LESSONS, ROOT

EMPTY_HEAD = re.compile(r'<th class="head">(?:<p></p>)?</th>')
ICON_FONT = re.compile(r"<script [^>]*fontawesome[^>]*></script>")
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
On this page you read, do the exercises, and move sliders, one at a time. *Run in your browser*
opens the whole notebook with a Python of its own, about 23 megabytes the first time: there all
sliders move together, and you can change every cell. Nothing is installed."""
STRIPS = "../_static/strips"
PAGES = {number: f"lessons/{path.stem}.html" for number, path in LESSONS.items()}
OPTION = re.compile(r"<summary><b>([A-Z])\.</b>(.*?)</summary>", re.DOTALL)
PLACE = re.compile(r"<!-- options ?(\d*) -->")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
NAMED = re.compile(r"(?<!\[)\blessons? \d\d(?:(?:,| and|, and| to) \d\d)*")
ROW = re.compile(r"^\| \[(.+)\]\(notebooks/((..).*)\.ipynb\) \| (\d+) \| (.+) \|$", re.MULTILINE)
CARD = """\
:::{{grid-item-card}} {heading}
:link: {name}
:link-type: doc
:link-alt: {heading}
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
    if lesson == DIAGNOSE:  # the field stands in place of the cell to paste into
        notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith("paste-")]
        introduction = f"```{{raw}} html\n{paste_box(DIAGNOSE)}\n```\n{introduction}"
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
            cell.outputs = [
                shown for output in cell.outputs for shown in for_page(notebook, cell, output)
            ]
            if html := exercise(notebook, cell) or strips.in_place_of(cell, pictures, STRIPS):
                cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": html})]
    nbformat.write(notebook, folder / lesson.name)


def to_paste(notebook, cell):
    """Return a link to the field to paste into, with the functions of a cell, or nothing."""
    code = cell.source.removeprefix("%%diagnose\n")
    if code == cell.source:  # what a check was given, without the check
        *nodes, last = ast.parse(code).body
        nodes += [] if isinstance(last, ast.Expr) else [last]
        if not any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in nodes):
            return ""
        own = "\n\n".join(map(ast.unparse, nodes))
        words = set(re.findall(r"\w+", own))
        above = ast.parse(before(notebook, cell)).body
        needed = [node for node in above if words & {n.name for n in getattr(node, "names", ())}]
        code = "\n".join([*map(ast.unparse, needed), own])
    link = f"{DIAGNOSE.stem}.html#code={quote(code)}"
    return f'<p><a href="{link}">Change this code, and ask again</a></p>'


def paste_box(notebook):
    """Return the field to paste code into, with the first examples of the page for that."""
    examples, title = [], ""
    for cell in nbformat.read(notebook, as_version=4).cells:
        title = (
            [title, *HEADING.findall(cell.source)][-1] if cell.cell_type == "markdown" else title
        )
        if cell.source.startswith("%%diagnose\n") and "=" in cell.source:
            examples.append([title, cell.source.partition("\n")[2]])
    return (
        f'<div class="paste-box" id="paste" data-examples="{escape(json.dumps(examples[:4]))}">'
        "To paste code here, JavaScript has to be on. Without it, the page of mistakes says what"
        " can be wrong.</div>"
    )


def exercise(notebook, cell):
    """Return the field in which an exercise is done, or None for a cell that is none."""
    if "\n    ...\n" not in cell.source and " = ..." not in cell.source:
        return None
    cell.metadata["tags"] = ["remove-input"]
    return (
        f'<div class="exercise" id="{cell.id}" data-before="{escape(before(notebook, cell))}">'
        f"<pre>{escape(cell.source)}</pre></div>"
    )


def before(notebook, cell):
    """Return what a cell needs of those above it: the imports, and definitions of names it uses."""
    code = [one.source for one in notebook.cells if one.cell_type == "code"]
    above = code[: code.index(cell.source)]
    needed, used = [above[0]], set(re.findall(r"\w+", cell.source))
    for source in reversed([source for source in above[1:] if not source.startswith("%")]):
        for node in reversed(ast.parse(source).body):
            if used & set(defines(node)):
                needed.insert(1, ast.unparse(node))
                used |= set(re.findall(r"\w+", ast.unparse(node)))
    return "\n".join(needed)


def defines(node):
    """Return the names that a statement gives a meaning to."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [
        name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)
    ]


def with_options(card, lesson):
    """Return a teacher's card with the text of the options of the lesson's predictions in it."""
    cells = nbformat.read(lesson, as_version=4).cells
    questions = [found for cell in cells if (found := OPTION.findall(cell.source))]
    numbers = iter(range(1, 1 + len(questions)))

    def options(match):
        question = questions[int(match[1] or next(numbers)) - 1]
        return "\n".join(f"> **{letter}.** {text.strip()}\\" for letter, text in question)[:-1]

    return PLACE.sub(options, card)


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


def for_page(notebook, cell, output):
    """Return an output, and for a picture its caption and its text twin too."""
    data = output.get("data", {})
    if "text/html" in data:
        data["text/html"] = with_links(data["text/html"], PAGES, "../") + to_paste(notebook, cell)
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
    """Make the empty corner of a table a cell, and load no font of icons: icons.css has them."""
    # As a heading, the corner would have to say of what.
    text = EMPTY_HEAD.sub("<td></td>", page.read_text("utf-8"))
    page.write_text(ICON_FONT.sub("", text), "utf-8")
