import json
import sys

import nbformat
import pytest
from nbformat import v4

from tools import notebooks

PNG = "iVBORw0KGgo="


def lesson(*code):
    """Return a lesson as it should be stored: a title, then cells with these sources."""
    cells = [v4.new_markdown_cell("# Title", id="title")]
    for n, source in enumerate(code, start=1):
        cells.append(v4.new_code_cell(source, id=f"code-{n}", execution_count=n))
    return notebooks.normalised(v4.new_notebook(cells=cells))


def stream(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


def result(text, mime="text/plain", alt="One dot"):
    return v4.new_output("execute_result", {mime: text}, metadata={"image/png": {"alt": alt}})


def error():
    frames = ["File /home/somebody/x.py:3"]
    return v4.new_output("error", ename="NameError", evalue="p", traceback=frames)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lesson.ipynb"


def store(nb, path):
    nbformat.write(nb, path)
    return path.read_bytes()


@pytest.fixture
def untidy():
    nb = lesson("1 + 1", "print()", "print()")
    nb.metadata = nbformat.from_dict({"widgets": {}, "language_info": {"version": "3.12.1"}})
    cell = nb.cells[1]
    cell.metadata = nbformat.from_dict({"collapsed": True, "tags": ["raises-exception"]})
    widget = v4.new_output("display_data", {"text/plain": "2", notebooks.WIDGET_VIEW: {}})
    cell.outputs = [stream("a\n"), stream("b\n"), stream("!", "stderr"), widget, error()]
    return nb


def test_normalise_keeps_tags_and_texts_and_neither_widget_views_nor_folders(untidy):
    nb = notebooks.normalised(untidy)
    assert nb.metadata == notebooks.METADATA
    assert nb.cells[1].metadata == {"tags": ["raises-exception"]}
    first, second, widget, error = nb.cells[1].outputs
    assert (first.text, second.text) == ("a\nb\n", "!")
    assert widget.data == {"text/plain": "2"}
    assert error.traceback == ["NameError: p"]


def test_normalise_gives_the_same_bytes_every_time(untidy, path):
    path.write_text(v4.writes_json(untidy), "utf-8")
    assert notebooks.main(["normalise", str(path)]) == 0
    once = path.read_bytes()
    assert notebooks.main(["normalise", str(path)]) == 0
    assert path.read_bytes() == once == store(notebooks.normalised(untidy), path)


def test_check_is_silent_about_a_lesson_as_it_should_be(path):
    nb = lesson("1 + 1", "1 / 0")
    texts = [stream("-0.05 1-0 x0 1e-00\n"), result("x: 2; # 3"), result(PNG, "image/png")]
    nb.cells[1].outputs = texts
    nb.cells[2].metadata["tags"] = ["raises-exception"]
    nb.cells[2].outputs = [error()]
    store(notebooks.normalised(nb), path)
    assert notebooks.problems(path) == []


SPOILED = {
    "its execution count is None, not 1": {"execution_count": None},
    "ends with `;`": {"source": "ax.plot(p);  # a line"},
    "has the tags ['nbval-skip']": {"metadata": {"tags": ["nbval-skip"]}},
    "stores a NameError": {"outputs": [error()]},
    "wrote to stderr: 'Warning: p'": {"outputs": [stream("Warning: p", "stderr")]},
    "has a picture without alt text": {"outputs": [result(PNG, "image/png", alt=" ")]},
    "shows the negative zero -0.00;": {"outputs": [stream("[ 0.25 -0.00]")]},
    "shows a raw NumPy scalar, np.float64(": {"outputs": [result("[np.float64(0.5)]")]},
    "shows /home/somebody,": {"outputs": [result("<p>/home/somebody </p>", "text/html")]},
}


@pytest.mark.parametrize(("words", "fields"), SPOILED.items(), ids=SPOILED)
def test_check_names_notebook_cell_and_problem(path, capsys, words, fields):
    nb = lesson("1 + 1")
    nb.cells[1].update(nbformat.from_dict(fields))
    store(notebooks.normalised(nb), path)
    assert notebooks.main(["check", str(path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{path}: cell 2: {words}")


def test_check_finds_what_is_not_normalised_and_what_is_no_notebook(path):
    content = store(lesson("1 + 1"), path)
    path.write_bytes(content.replace(b'"cells"', b' "cells"'))
    assert "not as it should be stored" in notebooks.problems(path)[0]
    path.write_bytes(content.replace(b'"markdown"', b'"poem"'))
    assert "cannot be read" in notebooks.problems(path)[0]
    path.write_bytes(content[:-20])
    assert "cannot be read" in notebooks.problems(path)[0]


LESSONS = {
    "good": lesson(
        "import ipywidgets\n\nipywidgets.IntSlider()",
        "import os\nimport sys\n\nprint(sys.executable, os.getcwd())",
    ),
    "bad": lesson("1 + 1", "undefined", "2 + 2"),
    "endless": lesson("import threading\n\nthreading.Event().wait()"),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Run two notebooks, with somebody else's kernel in the way."""
    folder = tmp_path_factory.mktemp("executed")
    kernel = folder / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["no-such-program"], "display_name": "Mine", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))
    for name, nb in LESSONS.items():
        store(nb, folder / f"{name}.ipynb")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        paths = [str(folder / f"{name}.ipynb") for name in ("bad", "good")]
        assert notebooks.main(["execute", *paths]) == 1
    return folder


def test_execute_runs_this_python_in_the_folder_of_the_notebook(folder):
    widget, printed = nbformat.read(folder / "good.ipynb", as_version=4).cells[1:]
    assert list(widget.outputs[0].data) == ["text/plain"]
    assert printed.outputs[0].text == f"{sys.executable} {folder}\n"


def test_executing_again_gives_the_same_bytes(folder):
    before = (folder / "good.ipynb").read_bytes()
    assert notebooks.main(["execute", str(folder / "good.ipynb")]) == 0
    assert (folder / "good.ipynb").read_bytes() == before


def test_execute_keeps_what_failed(folder, path):
    assert (folder / "bad.ipynb").read_bytes() == store(LESSONS["bad"], path)


@pytest.mark.parametrize(
    ("name", "timeout", "words"),
    [
        ("bad", 120, "cell 3: NameError: name 'undefined'"),
        ("endless", 1, "cell 2: A cell timed out"),
    ],
)
def test_execute_names_notebook_and_cell(folder, capsys, monkeypatch, name, timeout, words):
    monkeypatch.setattr(notebooks, "CELL_TIMEOUT", timeout)
    path = folder / f"{name}.ipynb"
    notebooks.main(["execute", str(path)])
    assert capsys.readouterr().err.startswith(f"{path}: {words}")
