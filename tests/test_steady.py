"""Explorers under a hand that never rests; `make steady` has them move 10,000 times each."""

import os
import subprocess
import sys

import pytest

from softmax_lessons import explorers

pytest.importorskip("resource", reason="memory is measured where there is POSIX's getrusage")

MOVES = int(os.environ.get("MOVES", 100))
# A hundred moves do not fill the caches, so that a little growth is no leak yet. What leaks in each
# move is a picture of 60 KB at the least, and in each rebuilding a canvas of 2 MB.
MOST_GROWTH = 5 if MOVES >= 5000 else 10


@pytest.mark.parametrize("name", explorers.__all__)
def test_random_moves_leave_no_error_no_warning_no_figure_and_no_memory_behind(name):
    run = subprocess.run(
        [sys.executable, "-m", "tests.steady", name, str(MOVES)],
        capture_output=True,
        text=True,
        timeout=7200,
    )
    assert run.returncode == 0, run.stderr
    print(name, run.stdout)
    assert float(run.stdout) < MOST_GROWTH
