import json
import shutil
import sys

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from nbformat import v4

from tools import notebooks

PNG = "iVBORw0KGgo="

EXPLORER = f"""\
import ipywidgets


class Explorer:
    def _repr_mimebundle_(self, include=None, exclude=None):
        data = dict(ipywidgets.FloatSlider()._repr_mimebundle_())
        data |= {{"text/plain": "z = 0.00", "image/png": "{PNG}"}}
        return data, {{"image/png": {{"alt": "One dot"}}}}


Explorer()"""


def stream(text, name="stdout"):
    return v4.new_output("stream", name=name, text=text)


def result(text, **others):
    return v4.new_output("execute_result", {"text/plain": text, **others})


def picture(data=PNG, alt="One dot"):
    return v4.new_output(
        "display_data",
        {"image/png": data, "text/plain": "dot"},
        metadata={"image/png": {"alt": alt}},
    )


def lesson(*code, title="# Title"):
    """Return a lesson as it should be stored: a title, then cells with these sources."""
    cells = [v4.new_markdown_cell(title, id="title")]
    for n, source in enumerate(code, start=1):
        cells.append(v4.new_code_cell(source, id=f"code-{n}", execution_count=n))
    return notebooks.normalised(v4.new_notebook(cells=cells))


def store(nb, path):
    path.write_text(notebooks.dumps(nb), encoding="utf-8", newline="\n")
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lesson.ipynb"


# --- normalise -----------------------------------------------------------------------------------


def untidy():
    nb = lesson("1 + 1", "print()")
    nb.metadata = nbformat.from_dict({"widgets": {}, "language_info": {"version": "3.12.1"}})
    nb.cells[0].attachments = {}
    del nb.cells[0]["id"]
    cell = nb.cells[1]
    cell.metadata = nbformat.from_dict({"execution": {"iopub.status.busy": "now"}, "tags": []})
    view = {notebooks.WIDGET_VIEW: {"model_id": "f00"}}
    cell.outputs = [stream("a\n"), stream("b\n"), stream("!", "stderr"), result("2", **view)]
    nb.cells[2].id = cell.id
    return nb


def test_normalise_is_idempotent():
    once = notebooks.normalised(untidy())
    assert notebooks.normalised(once) == once


def test_normalise_leaves_a_normal_file_as_it_is(path):
    before = store(notebooks.normalised(untidy()), path).read_bytes()
    assert notebooks.main(["normalise", str(path)]) == 0
    assert path.read_bytes() == before


def test_normalise_gives_every_notebook_the_same_metadata():
    assert notebooks.normalised(untidy()).metadata == notebooks.METADATA


def test_normalise_keeps_no_cell_metadata_but_tags():
    nb = untidy()
    nb.cells[2].metadata = nbformat.from_dict({"tags": ["raises-exception"], "collapsed": True})
    metadata = [cell.metadata for cell in notebooks.normalised(nb).cells]
    assert metadata == [{}, {}, {"tags": ["raises-exception"]}]


def test_normalise_drops_the_widget_view_and_keeps_the_text_beside_it():
    outputs = notebooks.normalised(untidy()).cells[1].outputs
    assert outputs[-1].data == {"text/plain": "2"}


def test_normalise_merges_what_one_stream_wrote_in_pieces():
    outputs = notebooks.normalised(untidy()).cells[1].outputs
    assert [output.get("text") for output in outputs] == ["a\nb\n", "!", None]


def test_normalise_keeps_no_folders_of_a_traceback():
    nb = lesson("1 / 0")
    frames = ["File /home/somebody/x.py:3"]
    nb.cells[1].outputs = [
        v4.new_output(
            "error", ename="ZeroDivisionError", evalue="division by zero", traceback=frames
        )
    ]
    (output,) = notebooks.normalised(nb).cells[1].outputs
    assert output.traceback == ["ZeroDivisionError: division by zero"]


def test_normalise_keeps_ids_that_are_there():
    assert [cell.id for cell in lesson("1").cells] == ["title", "code-1"]


def test_normalise_gives_missing_and_repeated_ids_the_same_name_every_time():
    first, second = notebooks.normalised(untidy()), notebooks.normalised(untidy())
    assert [cell.id for cell in first.cells] == [cell.id for cell in second.cells]


def test_normalise_tells_identical_cells_apart():
    nb = lesson("1", "1", "1")
    for cell in nb.cells:
        del cell["id"]
    assert len({cell.id for cell in notebooks.normalised(nb).cells}) == 4


def test_normalise_writes_what_nbformat_writes(path, tmp_path):
    nb = lesson('print("∂p / ∂z")')
    store(nb, path)
    notebooks.main(["normalise", str(path)])
    nbformat.write(nb, tmp_path / "reference.ipynb")
    assert path.read_text("utf-8") == (tmp_path / "reference.ipynb").read_text("utf-8")


def test_writing_does_not_touch_a_file_that_changed_meanwhile(path):
    store(lesson("1"), path)
    before = path.read_bytes()
    with pytest.raises(notebooks.NotebookError, match="changed by somebody else"):
        notebooks.write(path, "anything", expected=b"what it was when it was read")
    assert path.read_bytes() == before


def test_writing_leaves_no_temporary_file(path):
    before = store(lesson("1"), path).read_bytes()
    notebooks.write(path, notebooks.dumps(lesson("2")), expected=before)
    assert list(path.parent.iterdir()) == [path]


# --- check ---------------------------------------------------------------------------------------


def test_check_is_silent_about_a_lesson_as_it_should_be(path, capsys):
    nb = lesson("1 + 1", "1 / 0")
    nb.cells[1].outputs = [stream("-0.05 1-0 x0 1e-00\n"), result("2"), picture()]
    nb.cells[2].metadata["tags"] = ["raises-exception"]
    nb.cells[2].outputs = [v4.new_output("error", ename="ZeroDivisionError", evalue="by zero")]
    store(notebooks.normalised(nb), path)
    assert notebooks.main(["check", str(path)]) == 0
    assert capsys.readouterr().out == ""


def spoil_outputs(*outputs):
    def spoil(nb):
        nb.cells[1].outputs = list(outputs)

    return spoil


def spoil_source(source, cell=1):
    def spoil(nb):
        nb.cells[cell].source = source

    return spoil


def spoil_cell(**fields):
    def spoil(nb):
        nb.cells[1].update(nbformat.from_dict(fields))

    return spoil


ERROR = v4.new_output("error", ename="NameError", evalue="p", traceback=["NameError: p"])
SPOILED = {
    "cell metadata": (spoil_cell(metadata={"collapsed": True}), 2, "its metadata"),
    "repeated id": (spoil_cell(id="title"), 2, "its id"),
    "widget view": (spoil_outputs(result("2", **{notebooks.WIDGET_VIEW: {}})), 2, "its outputs"),
    "invalid cell": (
        spoil_cell(outputs=[{"output_type": "poem"}]),
        2,
        "breaks the notebook format",
    ),
    "no title": (spoil_source("Title", cell=0), 1, "starts with a title"),
    "heading skipped": (spoil_source("# Title\n\n### Detail", cell=0), 1, "level 3 follows"),
    "never run": (spoil_cell(execution_count=None), 2, "execution count is None, not 1"),
    "run twice": (spoil_cell(execution_count=2), 2, "execution count is 2, not 1"),
    "stored error": (spoil_outputs(ERROR), 2, "a NameError is stored"),
    "warning": (spoil_outputs(stream("Warning: p", "stderr")), 2, "wrote to stderr: 'Warning: p'"),
    "empty": (spoil_source(" \n"), 2, "the code cell is empty"),
    "semicolon": (spoil_source("ax.plot(p);  # a line"), 2, "ends with `;`"),
    "semicolon after magic": (spoil_source("%matplotlib inline;"), 2, "ends with `;`"),
    "nbval comment": (spoil_source("# NBVAL_IGNORE_OUTPUT\n1 + 1"), 2, "NBVAL_IGNORE_OUTPUT"),
    "tag": (spoil_cell(metadata={"tags": ["nbval-skip"]}), 2, "has the tag 'nbval-skip'"),
    "no alt text": (spoil_outputs(picture(alt=" ")), 2, "no alt text"),
    "not base64": (spoil_outputs(picture(data="b'\\x89PNG'")), 2, "not base64"),
    "negative zero": (spoil_outputs(stream("[ 0.25 -0.00]")), 2, "negative zero -0.00"),
    "negative zero of NumPy": (spoil_outputs(result("array([-0.,  1.])")), 2, "negative zero -0."),
    "raw scalar": (spoil_outputs(result("[np.float64(0.5)]")), 2, "np.float64("),
    "own folder": (spoil_outputs(stream("/home/somebody/lessons")), 2, "/home/somebody/lessons"),
}


@pytest.mark.parametrize(("spoil", "cell", "words"), SPOILED.values(), ids=SPOILED)
def test_check_names_notebook_cell_and_problem(path, capsys, spoil, cell, words):
    nb = lesson("1 + 1")
    spoil(nb)
    store(nb, path)
    assert notebooks.main(["check", str(path)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{path}, cell {cell} (id {nb.cells[cell - 1].id}): ")
    assert words in line


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda text: text.replace('"name": "python3"', '"name": "mine"'), "metadata"),
        (lambda text: text.replace('"cells"', ' "cells"'), "not laid out"),
        (lambda text: text[:-20], "not JSON"),
        (lambda text: json.dumps({"nbformat": 3}), "not a notebook of format 4"),
        (lambda text: json.dumps({"nbformat": 4, "cells": ["poem"]}), "structure of a notebook"),
    ],
    ids=["metadata", "layout", "cut short", "old format", "structure"],
)
def test_check_names_the_notebook_where_no_cell_is_to_blame(path, capsys, spoil, words):
    store(lesson("1 + 1"), path)
    path.write_text(spoil(path.read_text("utf-8")), "utf-8")
    assert notebooks.main(["check", str(path)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{path}: ")
    assert words in line


def test_check_reports_a_missing_file(path, capsys):
    assert notebooks.main(["check", str(path)]) == 1
    assert "cannot be read" in capsys.readouterr().out


def test_check_reports_every_problem(path, capsys):
    nb = lesson("", "1 + 1;", title="Title")
    store(nb, path)
    notebooks.main(["check", str(path)])
    cells = [line.split(", ")[1].split(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert cells == ["cell 1 (id title)", "cell 2 (id code-1)", "cell 3 (id code-2)"]


def test_a_number_sign_in_fenced_code_is_no_heading(path):
    store(lesson("1", title="# Title\n\n```python\n### a comment\n```"), path)
    assert notebooks.main(["check", str(path)]) == 0


# --- execute -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Run three notebooks side by side, with somebody else's kernel in the way."""
    folder = tmp_path_factory.mktemp("executed")
    kernel = folder / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    spec = {"argv": ["no-such-program"], "display_name": "Mine", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec))

    environment = "import os\nimport sys\n\nprint(sys.executable, os.getcwd())"
    good = lesson(EXPLORER, environment, "1 / 0")
    good.cells[3].metadata["tags"] = ["raises-exception"]
    bad = lesson("1 + 1", "undefined", "2 + 2")
    edited = lesson('with open("edited.ipynb", "a") as file:\n    _ = file.write("\\n")')
    for name, nb in {"good": good, "bad": bad, "edited": edited}.items():
        store(nb, folder / f"{name}.ipynb")
    shutil.copytree(folder, folder / "before", ignore=shutil.ignore_patterns("before", "jupyter"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))
        paths = [str(folder / f"{name}.ipynb") for name in ("good", "bad", "edited")]
        return folder, notebooks.main(["execute", *paths])


@pytest.fixture(scope="module")
def good(executed):
    return nbformat.read(executed[0] / "good.ipynb", as_version=4)


def test_execute_fails_where_one_notebook_does(executed):
    assert executed[1] == 1


def test_execute_leaves_a_failing_notebook_untouched(executed):
    folder, _ = executed
    assert (folder / "bad.ipynb").read_bytes() == (folder / "before" / "bad.ipynb").read_bytes()


def test_execute_keeps_an_edit_made_meanwhile(executed):
    folder, _ = executed
    before = (folder / "before" / "edited.ipynb").read_bytes()
    assert (folder / "edited.ipynb").read_bytes() == before + b"\n"


def test_execute_runs_this_python_in_the_folder_of_the_notebook(executed, good):
    assert good.cells[2].outputs[0].text == f"{sys.executable} {executed[0]}\n"


def test_execute_stores_the_error_that_a_tag_announces(good):
    assert good.cells[3].outputs[0].ename == "ZeroDivisionError"


def test_execute_stores_the_picture_and_the_text_of_a_widget(good):
    assert good.cells[1].outputs[0].data == {"image/png": PNG, "text/plain": "z = 0.00"}


def test_execute_counts_the_cells_from_one(good):
    assert [cell.execution_count for cell in good.cells[1:]] == [1, 2, 3]


def test_executing_again_gives_the_same_bytes(executed, capsys):
    path = executed[0] / "good.ipynb"
    before = path.read_bytes()
    assert notebooks.main(["execute", str(path)]) == 0
    assert path.read_bytes() == before
    assert capsys.readouterr().out.endswith("good.ipynb: executed, outputs as before\n")


def test_execute_names_notebook_cell_and_error(executed, capsys):
    path = executed[0] / "bad.ipynb"
    notebooks.main(["execute", str(path)])
    problem = f"{path}, cell 3 (id code-2): NameError: name 'undefined' is not defined"
    assert capsys.readouterr().err.startswith(problem)


def test_execute_reports_a_cell_that_does_not_end(path, capsys, monkeypatch):
    monkeypatch.setattr(notebooks, "CELL_TIMEOUT", 1)
    store(lesson("while True:\n    pass"), path)
    assert notebooks.main(["execute", str(path)]) == 1
    assert f"{path}, cell 2 (id code-1): still running after 1 second" in capsys.readouterr().err


def test_execute_says_what_to_do_where_there_is_no_kernel(path, capsys, monkeypatch):
    def nowhere(manager, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", nowhere)
    store(lesson("1"), path)
    assert notebooks.main(["execute", str(path)]) == 1
    assert "ipykernel is missing; type `make clean`" in capsys.readouterr().err
