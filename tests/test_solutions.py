"""Every exercise in a lesson has a worked solution folded below it, and the solution is right."""

import ast
import re
from itertools import pairwise
from pathlib import Path

import nbformat
import numpy as np
import pytest

from softmax_lessons.exercises.hints import ATTEMPTS

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
SOLUTION = re.compile(
    r"<details>\s*<summary>Worked solution</summary>\s*```python\n(.*?)```.*</details>", re.DOTALL
)


def is_stub(source):
    """Tell whether a cell has something to be written in it: a function, or a value."""
    return "\n    ...\n" in source or " = ..." in source


def exercises():
    """Return cell, what is defined above it and cell below, for every cell with a stub."""
    found = []
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        code = [cell for cell in cells if cell.cell_type == "code"]
        known = [code[0].source]  # the imports
        for cell, below in pairwise(cells):
            if cell.cell_type != "code" or cell is code[0]:
                continue
            if is_stub(cell.source):
                above = "\n".join(known)
                found.append(pytest.param(cell, above, below, id=f"{path.stem}: {cell.id}"))
            elif not cell.source.startswith("%"):
                known += definitions(cell.source)
    return found


def definitions(source):
    """Return the functions and classes that a cell defines."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [ast.unparse(node) for node in ast.parse(source).body if isinstance(node, kinds)]


def with_solution(source, solution=""):
    """Return the statements of a cell, with a solution for what is to be written."""
    found = [solution if _is_written(n) else ast.unparse(n) for n in ast.parse(source).body]
    return list(dict.fromkeys(found))


def _is_written(node):
    if isinstance(node, ast.Assign):
        return ast.unparse(node.value).strip("()").startswith("...")
    return isinstance(node, ast.FunctionDef)


@pytest.mark.parametrize(("cell", "above", "below"), exercises())
def test_the_worked_solution_below_an_exercise_is_correct(cell, above, below):
    solution = SOLUTION.search(below.source)
    assert solution, "no folded solution below the exercise"
    namespace = {}
    with np.printoptions():  # a lesson sets its own
        *before, last = with_solution(cell.source, solution[1])
        exec("\n".join([above, *before]), namespace)
        assert eval(last, namespace).passed
    ATTEMPTS.clear()


@pytest.mark.parametrize(("cell", "above", "below"), exercises())
def test_an_untouched_exercise_reports_that_it_is_not_attempted(cell, above, below):
    assert "not attempted" in cell.outputs[-1].data["text/plain"]


def test_every_lesson_from_01_to_09_asks_for_something_and_lesson_09_in_three_ways():
    names = [case.id[:2] for case in exercises()]
    assert all(names.count(f"0{k}") >= 1 for k in range(1, 10))
    cells = [case.values[0].source for case in exercises() if case.id.startswith("09")]
    for word, times in {"check_input(": 6, "mended": 5, "check_beats(": 2}.items():
        assert sum(word in cell for cell in cells) == times


@pytest.mark.parametrize("cell", ["one", "two", "four", "five", "six"])
def test_no_broken_program_of_lesson_09_passes_the_check_of_its_mended_one(cell):
    (case,) = [
        case for case in exercises() if case.id == f"09_diagnose_broken_gradients: {cell}-turn"
    ]
    turn, above, _ = case.values
    namespace = {}
    exec(above, namespace)
    programs = {"one": "SoftmaxLoss", "two": "loss_gradient", "four": "sorted_backward"}
    programs |= {"five": "attention_backward", "six": "CrossEntropy"}
    (stub,) = [line for line in turn.source.splitlines() if line.endswith("= ...")]
    namespace[stub.split()[0]] = namespace[programs[cell]]
    assert not eval(with_solution(turn.source)[-1], namespace).passed
    ATTEMPTS.clear()
