"""Every exercise in a lesson has a worked solution folded below it, and the solution is right."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest

from softmax_lessons.exercises import ATTEMPTS

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
SOLUTION = re.compile(
    r"<details>\s*<summary>Worked solution</summary>\s*```python\n(.*?)```.*</details>", re.DOTALL
)


def exercises():
    """Return cell, imports of its lesson and cell below, for every cell with a stub and a check."""
    found = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        imports = next(cell.source for cell in cells if cell.cell_type == "code")
        for cell, below in pairwise(cells):
            if cell.cell_type == "code" and "\n    ...\n" in cell.source:
                found.append(pytest.param(cell, imports, below, id=f"{path.stem}: {cell.id}"))
    return found


def without_stub(source):
    """Return the statements of a cell that are not the function to be written."""
    body = ast.parse(source).body
    return [ast.unparse(node) for node in body if not isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize(("cell", "imports", "below"), exercises())
def test_the_worked_solution_below_an_exercise_is_correct(cell, imports, below):
    solution = SOLUTION.search(below.source)
    assert solution, "no folded solution below the exercise"
    namespace = {}
    with np.printoptions():  # a lesson sets its own
        *before, last = without_stub(cell.source)
        exec("\n".join([imports, solution[1], *before]), namespace)
        assert eval(last, namespace).passed
    ATTEMPTS.clear()


@pytest.mark.parametrize(("cell", "imports", "below"), exercises())
def test_an_untouched_exercise_reports_that_it_is_not_attempted(cell, imports, below):
    assert "not attempted" in cell.outputs[-1].data["text/plain"]


@pytest.mark.parametrize("lesson", ["02", "03", "04", "09"])
def test_each_of_these_lessons_has_exercises(lesson):
    found = [case for case in exercises() if case.id.startswith(lesson)]
    assert len(found) >= (5 if lesson == "09" else 2)
