"""No lesson and no helper reaches the network, changes files, or runs text as code."""

import os
import subprocess
import sys
from pathlib import Path

import matplotlib
import nbformat
import pytest

MAY_FAIL = ["raises-exception"]
ROOT = Path(__file__).parent.parent
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


HOSTILE = {
    "import socket; socket.socket().close()": "socket.__new__",
    "import urllib.request as r; r.urlopen('http://127.0.0.1:9')": "urllib.Request",
    "open('{home}/notes.txt', 'a').close()": "open",
    "import os; os.close(os.open('{home}/new.txt', os.O_CREAT | os.O_WRONLY))": "open",
    "import pathlib; pathlib.Path('{home}/folder').mkdir()": "os.mkdir",
    "import os; os.rename('{home}/a', '{home}/b')": "os.rename",
    "import subprocess; subprocess.run(['no-such-program'])": "subprocess.Popen",
    "import os; os.system('true')": "os.system",
    "eval('1 + 1')": "compile b'1 + 1'",
    "exec('x = 1')": "compile b'x = 1'",
    "import sympy; sympy.sympify('x + 1')": "compile",
}


def what_reaches_out(temporary, *names):
    """Return the lines that `tests.audited` has to say about these lessons."""
    environment = os.environ | {
        "IPYTHONDIR": str(temporary),
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": matplotlib.get_cachedir(),  # making the list of fonts starts a process
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(temporary),
    }
    run = subprocess.run(
        [sys.executable, "-m", "tests.audited", *map(str, names)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=ROOT,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr
    return run.stderr.splitlines()


def write_lesson(path, *sources):
    cells = [nbformat.v4.new_code_cell(s, metadata={"tags": MAY_FAIL}) for s in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def test_no_lesson_no_slider_and_no_check_reaches_out(tmp_path):
    assert what_reaches_out(tmp_path, *LESSONS, "checks") == []


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What is found in lessons of one cell each, by the number of the cell."""
    folder = tmp_path_factory.mktemp("hostile")
    lessons = [folder / f"{number}.ipynb" for number in range(len(HOSTILE))]
    (folder / "temporary").mkdir()
    for source, lesson in zip(HOSTILE, lessons, strict=True):
        write_lesson(lesson, source.format(home=folder))
    lines = what_reaches_out(folder / "temporary", *lessons)
    return {
        source: [line.removeprefix(f"{lesson}: ") for line in lines if line.startswith(str(lesson))]
        for source, lesson in zip(HOSTILE, lessons, strict=True)
    }


@pytest.mark.parametrize("source", HOSTILE)
def test_a_lesson_that_reaches_out_is_found(found, source):
    assert any(line.startswith(HOSTILE[source]) for line in found[source])


def test_a_lesson_may_write_into_the_folder_for_temporary_files(tmp_path):
    write_lesson(tmp_path / "lesson.ipynb", f"open({str(tmp_path / 'notes.txt')!r}, 'w').close()")
    assert what_reaches_out(tmp_path, tmp_path / "lesson.ipynb") == []
