"""Where `make` cannot install the lessons, it says why, and what to do."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# A Python that makes an environment of itself, in which pip fails.
PYTHON = """#!/bin/sh
case "$*" in
*"--clear .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
*"pip install"*) cat says; exit 1 ;;
*"{fails}"*) exit 1 ;;
esac
"""
UNREACHABLE = """\
WARNING: Retrying after connection broken by 'NewConnectionError('refused')': /simple/
ERROR: Could not find a version that satisfies the requirement numpy (from versions: none)
"""
CONFLICT = """\
ERROR: Cannot install softmax_lessons.

The conflict is caused by:
    The user requested numpy>=3
"""


@pytest.mark.parametrize(
    ("fails", "pip_says", "words"),
    [
        ("-c", "", "./python does not run; install Python 3.11 or newer"),
        ("version_info <", "", "./python is older than Python 3.11; install"),
        ("ensurepip", "", "./python comes without venv; on Debian and Ubuntu, apt install"),
        ("nothing", UNREACHABLE, "Nothing could be downloaded; see to it that the computer is"),
        (
            "nothing",
            f"INFO: A while.\n{CONFLICT}",
            f"{CONFLICT}The packages could not be installed",
        ),
    ],
    ids=["broken", "old", "bare", "unreachable", "conflict"],
)
@pytest.mark.skipif(not shutil.which("make"), reason="conda does without make")
def test_make_says_why_nothing_was_installed(tmp_path, fails, pip_says, words):
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "says").write_text(pip_says)
    (tmp_path / "python").write_text(PYTHON.format(fails=fails))
    (tmp_path / "python").chmod(0o755)
    command = ["make", "install", "PYTHON=./python"]
    environment = {"PATH": os.environ["PATH"]}  # without what `make test` has set
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode != 0
    assert run.stderr.startswith(words)
    assert not (tmp_path / ".venv" / ".installed").exists()
