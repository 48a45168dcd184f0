"""Deals a lesson's cells out to slides, by rule.

The title and each `##` begin a slide, each `###` one below it. An explorer or a figure has a slide
to itself. After a folded answer comes the next slide, so that no output gives the answer away. What
would not fit goes on on the next slide; an answer with which a slide begins stands open. So does
code that has no output, since it is all that there is to see; other code is folded.
"""

import copy
import re

import nbformat

from tools.slides import blocks

ROOM = 600
"""Pixels that a slide of 1280 x 720 has for what is on it."""

LINK = re.compile(r"\[([^\]]*)\]\((\d\d)_\w+\.ipynb\)")
SHOWS_A_WIDGET = re.compile(r"^display\(", re.MULTILINE)
NEW, BELOW, ON = "slide", "subslide", "-"


def read(path, link):
    """Return a lesson as slides; `link` gets each match of LINK and returns what replaces it."""
    notebook = nbformat.read(path, as_version=4)
    title = notebook.cells[0].source.partition("\n")[0].removeprefix("# ")
    notebook.cells = slides(notebook.cells)
    notebook.metadata.title = title
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(link, cell.source)
    return notebook


def slides(cells):
    """Return copies of the cells, each with its place; Markdown is split where a slide ends."""
    dealer = Dealer()
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        if cell.cell_type == "markdown":
            dealer.deal_markdown(cell, following)
        else:
            dealer.deal_code(cell)
    return dealer.dealt


def shows_a_picture(cell):
    """Tell whether a cell of code shows an explorer or a figure."""
    pictures = any("image/png" in output.get("data", {}) for output in cell.outputs)
    return pictures or SHOWS_A_WIDGET.search(cell.source) is not None


def code_height(cell):
    """Return about how many pixels a cell of code is high with its outputs."""
    if shows_a_picture(cell):
        return ROOM
    lines = cell.source.count("\n") + 1 if stands_open(cell) else 0
    return blocks.FOLDED + blocks.OUTPUT_LINE * lines + sum(map(blocks.output_height, cell.outputs))


def stands_open(cell):
    """Tell whether code is all that there is to see of a cell, if it is more than the imports."""
    return not cell.outputs and not shows_a_picture(cell) and cell.id != "imports"


class Dealer:
    """The cells dealt so far, and how the slide stands that is being filled."""

    def __init__(self):
        self.dealt = []
        self.left = 0
        self.is_over = False
        self.has_only_headings = False

    def deal_markdown(self, cell, following):
        """Deal a cell of Markdown, block by block; the last one introduces the code after it."""
        found = blocks.blocks(cell.source)
        heights = [blocks.height(block) for block in found]
        heights.append(code_height(following) if following and following.cell_type == "code" else 0)
        for k, block in enumerate(found):
            needed = heights[k]
            if blocks.is_folded(block):
                needed = blocks.height(blocks.unfolded(block))
            elif k + 1 == len(found) or blocks.belongs_to_the_one_before(found[k + 1]):
                needed += heights[k + 1]
            self.deal_block(cell, block, heights[k], needed if needed < ROOM else heights[k])

    def deal_block(self, cell, block, height, needed):
        """Deal a block that is so high, and needs so much room with what belongs to it."""
        level = blocks.heading_level(block)
        asked = {0: ON, 1: NEW, 2: NEW}.get(level, BELOW)
        if asked == BELOW and self.has_only_headings:
            asked = ON
        place = self.place(asked, height, needed)
        if place != ON and blocks.is_folded(block):
            block = blocks.unfolded(block)
            self.left = ROOM - needed
        self.has_only_headings = level > 0 and (place != ON or self.has_only_headings)
        self.is_over = blocks.is_folded(block)
        if place == ON and self.dealt[-1].metadata.part_of == cell.id:
            self.dealt[-1].source += f"\n\n{block}"
        else:
            self.append(cell, place, source=block)

    def deal_code(self, cell):
        """Deal a cell of code with its outputs."""
        picture, height = shows_a_picture(cell), code_height(cell)
        self.append(cell, self.place(BELOW if picture else ON, height, height))
        self.dealt[-1].metadata.stands_open = stands_open(cell)
        self.is_over = picture
        self.has_only_headings = False

    def place(self, asked, height, needed):
        """Return where the next thing goes, and count the room that it takes."""
        # A heading takes along what follows it, so that it never stands alone.
        if asked == ON and not self.has_only_headings and (self.is_over or needed > self.left):
            asked = BELOW
        if asked != ON:
            self.left = ROOM
        self.left -= height
        self.is_over = False
        return asked

    def append(self, cell, place, **changes):
        """Append a copy of a cell, or the part of it that comes now."""
        parts = sum(other.metadata.part_of == cell.id for other in self.dealt)
        part = copy.deepcopy(cell)
        part.update(changes)
        part.id = cell.id if parts == 0 else f"{cell.id}-{parts + 1}"
        part.metadata.part_of = cell.id
        part.metadata.slideshow = nbformat.from_dict({"slide_type": place})
        self.dealt.append(part)
