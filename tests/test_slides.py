import pytest

from tools import lessons
from tools.lessons import LESSONS
from tools.slides import __main__ as command


@pytest.mark.parametrize("name", ["3", "03", "03_see_why_rows_sum_to_zero.ipynb"])
def test_a_lesson_is_found_by_number_and_by_name(name):
    assert lessons.find(name) == LESSONS["03"]


@pytest.mark.parametrize("name", ["11", "three", "", "0303"])
def test_an_unknown_lesson_is_told_which_there_are(name, capsys):
    assert command.main([name]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"There is no lesson {name}. The lessons are\n  00  start here\n")
    assert len(said.splitlines()) == 1 + len(LESSONS)


def test_without_a_lesson_it_is_said_how_to_name_one(capsys):
    assert command.main([]) == 1
    assert "make slides LESSON=03. The lessons are\n  00  start here\n" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_named(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert command.main(["--export", str(tmp_path / "file" / "slides"), "03"]) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path / 'file' / 'slides'} cannot be written")
