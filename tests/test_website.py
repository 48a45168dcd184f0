"""A site is put in place when it is whole."""

import subprocess
import sys
from pathlib import Path


def test_a_build_that_cannot_reach_pyodide_says_so_in_a_line_and_leaves_the_old_site(tmp_path):
    old = tmp_path / "site" / "index.html"
    old.parent.mkdir()
    old.write_text("old")
    nobody = "http://127.0.0.1:9"  # the port of a service that throws away what it gets
    command = [sys.executable, "-m", "tools.website", "--pyodide", nobody, str(old.parent)]
    root = Path(__file__).parent.parent
    run = subprocess.run(command, capture_output=True, text=True, cwd=root)
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert line.startswith(f"{nobody}/pyodide-lock.json could not be read: ")
    assert list(tmp_path.rglob("*")) == [old.parent, old]
    assert old.read_text() == "old"
