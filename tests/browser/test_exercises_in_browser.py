"""Exercises, solved in the browser: a mistake is named, a right answer is called correct."""

from typing import NamedTuple

import nbformat
import pytest
from lab_server import ROOT
from playwright.sync_api import expect

from softmax_lessons.exercises import EXERCISES
from softmax_lessons.misconceptions import CLAIMS


class Turn(NamedTuple):
    """An exercise in a lesson, some of the answers that readers give, and a right one."""

    lesson: str
    cell: str
    exercise: str
    source: str
    mistakes: dict
    right: str


TURNS = [
    Turn(
        "02_derive_the_jacobian.ipynb",
        "turn-broadcast",
        "softmax_jacobian",
        """\
def jacobian_in_one_expression(z):
    p = numerics.softmax(z)
    return {}


check_softmax_jacobian(jacobian_in_one_expression)""",
        {
            "elementwise": "np.diag(p * (1 - p))",
            "index-mixed-up": "p[:, np.newaxis] * (np.eye(len(p)) - p[:, np.newaxis])",
        },
        "np.diag(p) - np.outer(p, p)",
    ),
    Turn(
        "05_pull_gradients_back.ipynb",
        "turn-vjp",
        "softmax_vjp",
        """\
def my_vjp(z, cotangent):
    p = numerics.softmax(z)
    return {}


check_softmax_vjp(my_vjp)""",
        {"elementwise": "p * (1 - p) * cotangent"},
        "p * (cotangent - (p * cotangent).sum(axis=1, keepdims=True))",
    ),
]


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.cell)
def test_a_typed_mistake_is_named_and_a_right_answer_is_correct(jupyterlab, turn):
    cells = nbformat.read(ROOT / "notebooks" / turn.lesson, as_version=4).cells
    signature = EXERCISES[turn.exercise].signature
    with jupyterlab.opened(f"notebooks/{turn.lesson}", cells) as notebook:
        verdict = notebook.cell(turn.cell).locator(".jp-OutputArea")
        notebook.run("imports")
        for name, mistake in turn.mistakes.items():
            notebook.run(turn.cell, turn.source.format(mistake))
            claim, why, _ = CLAIMS[name]
            for text in (f"{signature}: known mistake", name, claim, why):
                expect(verdict).to_contain_text(text)
        notebook.run(turn.cell, turn.source.format(turn.right))
        expect(verdict).to_contain_text(f"{signature}: correct")
