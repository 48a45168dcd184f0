"""Count how long each lesson takes, and compare with what its first cell and the README say.

Prose is read at 120 words a minute, and half of what is folded, too. A prediction and a remembered
question take 1 minute, an explorer with its tasks 4, another code cell half a minute, an exercise
8. What stands behind the recap counts by itself.
"""

import re
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).parent.parent
LONGEST = 50
FURTHER = re.compile(r"^## Going further", re.MULTILINE)
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
SKIPPED = re.compile(r"\*\*Further reading\*\*.*|```.*?```|<[^>]*>", re.DOTALL)
FORMULA = re.compile(r"\$\$.*?\$\$|\$.*?\$", re.DOTALL)


def words(text):
    """Return how many words of prose there are; a formula is one of them."""
    return len(FORMULA.sub("formula", SKIPPED.sub("", text)).split())


def minutes(cells):
    """Return how many minutes some cells of a lesson take."""
    total = 0
    for cell in cells:
        source = cell.source
        if cell.cell_type == "code":
            last = source.strip().splitlines()[-1]
            explores = re.match(r"(\w+ = )?\w*Explorer\(|(\w+ = )?TrainingView\(", last)
            total += 8 if "\n    ...\n" in source or "= ..." in source else 4 if explores else 0.5
            continue
        heading = re.search(r"^#+ (Remember|Predict)\b", source, re.MULTILINE)
        if heading:
            total += source.count("<details>") if heading[1] == "Remember" else 1
        folded = "".join(FOLDED.findall(source))
        total += (words(FOLDED.sub("", source)) + words(folded) / 2) / 120
    return total


def counted(path):
    """Return the minutes of a lesson, and those of what stands behind its recap."""
    cells = nbformat.read(path, as_version=4).cells
    further = [k for k, cell in enumerate(cells) if FURTHER.search(cell.source)]
    end = further[0] if further else len(cells)
    return round(minutes(cells[:end])), round(minutes(cells[end:]))


def main():
    """Print the table; return 1 where a lesson is too long, or where another number is named."""
    readme, wrong = (ROOT / "README.md").read_text("utf-8"), []
    print("minutes  going further")
    for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb")):
        core, more = counted(path)
        print(f"{core:7}  {more or '':13}  {path.stem}")
        says = f"**Time:** {core} minutes" + (
            f", and {more} more behind the recap." if more else "."
        )
        if core > LONGEST:
            wrong.append(f"{path.stem} takes {core} minutes, more than {LONGEST}")
        if says not in nbformat.read(path, as_version=4).cells[0].source:
            wrong.append(f"{path.stem} does not say in its first cell: {says}")
        if not re.search(rf"{path.name}\) \| {core} \|", readme):
            wrong.append(f"README.md does not give {core} minutes for {path.stem}")
    for line in wrong:
        print(line, file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
