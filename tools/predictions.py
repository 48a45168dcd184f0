"""Count which letters are right, and say where a prediction is given away.

The answer to the right option begins with "Right", and no other one does. No lesson has one letter
more than twice in a row, and over the course no letter is right much more often than another. Below
a prediction no text stands open before a code cell or a fold.
"""

import re
import sys
from collections import Counter

import nbformat
from lessons import LESSONS

OPTION = re.compile(r"<summary><b>([A-Z])\.</b>.*?</summary>\s*(.*?)</details>", re.DOTALL)
REST = re.compile(r"<details>.*?</details>|^#+ .*$", re.DOTALL | re.MULTILINE)


def problems(cells):
    """Return the letters of a lesson's right answers, in order, and what is wrong with them."""
    letters, wrong = [], []
    for k, cell in enumerate(cells):
        options = OPTION.findall(cell.source)
        if not options:
            continue
        right = [letter for letter, answer in options if answer.startswith("Right")]
        letters += right
        if len(right) != 1:
            wrong.append(f"cell {k}: {len(right)} answers begin with Right, not 1")
        below = cells[k + 1]
        opens = REST.split(below.source)[0] if "<details>" in below.source else below.source
        if below.cell_type == "markdown" and REST.sub("", opens).strip():
            wrong.append(f"cell {k + 1} stands open below a prediction")
    if re.search(r"(.)\1\1", "".join(letters)):
        wrong.append("one letter is right three times in a row")
    return letters, wrong


def main():
    """Print the letters; return 1 where they are not spread, or an answer is given away."""
    wrong, count = [], Counter()
    for number, path in LESSONS.items():
        letters, said = problems(nbformat.read(path, as_version=4).cells)
        print(f"{number}  {' '.join(letters)}")
        count.update(letters)
        wrong += [f"{path.stem}: {sentence}" for sentence in said]
    print("    " + "  ".join(f"{letter} {count[letter]}" for letter in "ABCD"))
    if max(count[letter] for letter in "ABCD") > 1.5 * min(count[letter] for letter in "ABCD"):
        wrong.append("one letter is right more than one and a half times as often as another")
    for line in wrong:
        print(line, file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
