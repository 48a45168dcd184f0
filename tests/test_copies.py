"""Readers' copies are made and renewed, and nothing that a reader wrote is ever overwritten."""

import errno

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import copies

NAME = "01_lesson.ipynb"


def write(path, *cells):
    path.parent.mkdir(exist_ok=True)
    nbformat.write(new_notebook(cells=list(cells)), path)


def lesson_cells(text="# Lesson"):
    shown = new_output("stream", text="the answer")
    return [new_markdown_cell(text), new_code_cell("1 + 1", outputs=[shown], execution_count=1)]


@pytest.fixture
def lesson(tmp_path):
    path = tmp_path / "notebooks" / NAME
    write(path, *lesson_cells())
    return path


@pytest.fixture
def mine(tmp_path):
    return tmp_path / "my_lessons"


def read(path):
    return nbformat.read(path, as_version=4)


def sources(path):
    return [cell.source for cell in read(path).cells]


def changed_by_reader(path):
    notebook = read(path)
    notebook.cells[1].source = "2 + 2"
    nbformat.write(notebook, path)
    return path.read_bytes()


def test_a_copy_has_no_outputs_and_the_lesson_keeps_its_own(lesson, mine):
    before = lesson.read_bytes()
    assert copies.renew([lesson], mine) == []
    copy = read(mine / NAME)
    assert copy.cells[1].outputs == []
    assert copy.cells[1].execution_count is None
    assert lesson.read_bytes() == before


@pytest.mark.parametrize("was_run", [False, True])
def test_an_unchanged_copy_is_renewed_with_the_lesson(lesson, mine, was_run):
    copies.renew([lesson], mine)
    if was_run:
        notebook = read(mine / NAME)
        notebook.cells[1].execution_count = 7
        notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, mine / NAME)
    write(lesson, *lesson_cells("# Lesson, mended"))
    assert copies.renew([lesson], mine) == []
    assert sources(mine / NAME)[0] == "# Lesson, mended"


def test_a_changed_copy_stays_and_a_line_says_how_to_have_the_newer_lesson(lesson, mine):
    copies.renew([lesson], mine)
    before = changed_by_reader(mine / NAME)
    assert copies.renew([lesson], mine) == []  # there is no newer one yet
    write(lesson, *lesson_cells("# Lesson, mended"))
    (line,) = copies.renew([lesson], mine)
    assert "Give it another name" in line
    assert (mine / NAME).read_bytes() == before
    (mine / NAME).rename(mine / "mine.ipynb")
    assert copies.renew([lesson], mine) == []
    assert sources(mine / NAME)[0] == "# Lesson, mended"
    assert (mine / "mine.ipynb").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"not a notebook", b"\xff", b"{}", b"[1]"])
def test_whatever_stands_in_the_place_of_a_copy_stays(lesson, mine, content):
    mine.mkdir()
    (mine / NAME).write_bytes(content)
    assert len(copies.renew([lesson], mine)) == 1
    assert (mine / NAME).read_bytes() == content


def test_a_file_in_the_place_of_the_folder_stays(lesson, mine):
    mine.write_text("my notes")
    with pytest.raises(FileExistsError):
        copies.renew([lesson], mine)
    assert mine.read_text() == "my notes"


def test_a_full_disk_leaves_the_copy_as_it_was(lesson, mine, monkeypatch):
    copies.renew([lesson], mine)
    before = (mine / NAME).read_bytes()
    write(lesson, *lesson_cells("# Lesson, mended"))

    def full(notebook, path):
        path.write_text("{")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(nbformat, "write", full)
    with pytest.raises(OSError, match="No space left"):
        copies.renew([lesson], mine)
    assert [path.name for path in mine.iterdir()] == [NAME]
    assert (mine / NAME).read_bytes() == before


def test_a_copy_may_be_read_and_written_by_whom_the_readers_files_may(lesson, mine):
    copies.renew([lesson], mine)
    (mine / "another").touch()
    assert (mine / NAME).stat().st_mode == (mine / "another").stat().st_mode
