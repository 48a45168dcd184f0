"""The blocks of Markdown, and about how high each is on a slide."""

import math
import re

# Pixels on a slide of 1280 x 720, in the smallest letters that templates/lesson.js goes down to.
LINE, GAP, HEADING, OUTPUT_LINE, FOLDED = 34, 12, 62, 25, 40
FORMULA, ROW_OF_FORMULA = 78, 44
VERDICT = 120
CHARACTERS = 92
"""About how many are in a line of prose."""

FENCE = re.compile(r" {0,3}(```+|~~~+)")
LIST = re.compile(r"[-*] |\d+\. ")
OPENING, CLOSING, OPEN = "<details>", "</details>", "<details open>"


def blocks(source):
    """Split Markdown at blank lines, but not within fenced code or <details>."""
    found, lines, fence, depth = [], [], None, 0
    for line in [*source.splitlines(), ""]:
        if mark := FENCE.match(line):
            if fence is None:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = None
        if fence is None:
            depth += line.count(OPENING) - line.count(CLOSING)
        if line.strip() or fence or depth:
            lines.append(line)
        elif lines:
            found.append("\n".join(lines))
            lines = []
    return found


def heading_level(block):
    """Return 1 for `# ...`, 2 for `## ...` and so on; 0 for what is no heading."""
    mark = re.match(r"(#{1,6})\s", block)
    return len(mark[1]) if mark else 0


def is_folded(block):
    """Tell whether a block is an answer, a hint or a solution that one has to open."""
    return block.startswith(OPENING)


def belongs_to_the_one_before(block):
    """Tell whether a block is a list, a formula or a table, which the text before introduces."""
    return block.startswith(("$$", "|")) or LIST.match(block) is not None


def unfolded(block):
    """Return a folded block as one that stands open."""
    return block.replace(OPENING, OPEN, 1)


def lines_of(text):
    """Return about how many lines a text fills."""
    return sum(math.ceil(max(len(line), 1) / CHARACTERS) for line in text.splitlines())


def height(block):
    """Return about how many pixels a block of Markdown is high."""
    if heading_level(block):
        return HEADING
    if is_folded(block):
        return FOLDED
    if block.startswith(OPEN):
        inside = blocks(block.removeprefix(OPEN).removesuffix(CLOSING))
        return FOLDED + sum(map(height, inside))
    if block.startswith("$$"):
        return formula_height(block)
    if FENCE.match(block):
        return OUTPUT_LINE * (block.count("\n") - 1) + GAP
    if block.startswith("|"):
        rows = [row for row in block.splitlines() if not re.fullmatch(r"[|:\- ]+", row)]
        return sum(LINE * lines_of(row) + GAP // 2 for row in rows) + GAP
    prose = block if LIST.match(block) else block.replace("\n", " ")
    return LINE * lines_of(prose) + GAP


def formula_height(formula):
    """Return about how many pixels a displayed formula is high."""
    return FORMULA + ROW_OF_FORMULA * formula.count(r"\\")


def output_height(output):
    """Return about how many pixels an output is high."""
    data = output.get("data", {})
    if "text/html" in data:
        return VERDICT + LINE * data["text/html"].count("<tr")
    if "text/latex" in data:
        return formula_height(data["text/latex"])
    text = output.text if output.output_type == "stream" else data.get("text/plain", "")
    return OUTPUT_LINE * len(text.splitlines()) + GAP
