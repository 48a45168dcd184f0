"""What is kept of a learner's attempts, and what a teacher reads in it."""

import csv
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from softmax_lessons.exercises import check_softmax, check_softmax_jacobian
from softmax_lessons.exercises.progress import FILE, HEAD, keep_progress, progress
from softmax_lessons.numerics import softmax, softmax_jacobian


def sum_held_constant(z):
    secret = softmax(z)
    return np.diag(secret)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def try_out(*functions, lesson=2):  # the same as "02"
    return [check_softmax_jacobian(f, lesson=lesson) for f in functions]


def lines():
    with FILE.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_nothing_is_kept_before_the_learner_asks_for_it(folder):
    try_out(sum_held_constant)
    assert list(folder.iterdir()) == []
    assert "There are no attempts" in str(progress())


def test_an_attempt_is_a_line_that_says_what_came_out_and_never_the_code():
    keep_progress()
    try_out(None, sum_held_constant, softmax_jacobian)  # of which the first is no attempt yet
    wrong, right = lines()
    assert tuple(wrong) == HEAD
    assert " ".join(wrong.values()).startswith(
        "02 softmax_jacobian known mistake sum-held-constant"
    )
    assert (right["verdict"], right["mistakes"]) == ("correct", "")
    assert wrong["time"] <= right["time"]
    assert "secret" not in FILE.read_text("utf-8")


def test_asking_again_and_a_new_kernel_go_on_in_the_same_file(folder):
    keep_progress()
    try_out(sum_held_constant)
    keep_progress()
    program = (
        "from softmax_lessons.exercises import check_softmax\n"
        "from softmax_lessons.numerics import softmax\n"
        "check_softmax(softmax, lesson='01')"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=folder)
    assert [line["lesson"] for line in lines()] == ["02", "01"]


def test_several_notebooks_at_once_lose_no_line():
    keep_progress()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: try_out(softmax_jacobian), range(40)))
    assert [line["verdict"] for line in lines()] == ["correct"] * 40


def test_a_file_of_the_same_name_stays_as_it_is(capsys):
    FILE.write_text("mine")
    keep_progress()
    try_out(sum_held_constant)
    assert FILE.read_text() == "mine"
    assert "another file of yours" in capsys.readouterr().out


def test_where_nothing_can_be_written_the_check_answers_as_ever(capsys):
    FILE.mkdir()
    keep_progress()
    assert "Nothing is kept" in capsys.readouterr().out
    assert [verdict.passed for verdict in try_out(softmax_jacobian)] == [True]


def test_a_line_that_a_full_disk_cuts_off_costs_only_itself():
    resource = pytest.importorskip("resource")
    keep_progress()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE.stat().st_size + 12, hard))
    try:
        verdicts = try_out(sum_held_constant, sum_held_constant)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [verdict.misconception.key for verdict in verdicts] == ["sum-held-constant"] * 2
    try_out(softmax_jacobian)
    assert progress().table[1][:4] == ("02", "softmax_jacobian", "right", "1")


def test_a_learner_sees_what_is_right_and_what_is_not_yet():
    keep_progress()
    try_out(sum_held_constant, sum_held_constant, softmax_jacobian)
    check_softmax(lambda z, axis: 1 / 0, lesson="01")
    shown = progress()
    assert shown.summary == "Right: 1 of the 2 exercises tried."
    assert [row[:5] for row in shown.table[1:]] == [
        ("01", "softmax", "not yet", "1", ""),
        ("02", "softmax_jacobian", "right", "3", "sum-held-constant"),
    ]
    for text in (str(shown), shown._repr_html_()):
        assert all(cell in text for row in shown.table for cell in row)


@pytest.fixture
def handed_in(folder):
    """Return the files of three learners: one who solved it, one who did not, and a picture."""
    for name, functions in {
        "anna": [sum_held_constant, sum_held_constant, softmax_jacobian],
        "ben": [sum_held_constant, lambda z: 1 / 0],
    }.items():
        keep_progress()
        try_out(*functions)
        FILE.rename(f"{name}.csv")
    (folder / "clara.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    return sorted(folder.glob("*.csv"))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_file_that_a_spreadsheet_has_saved_is_read_as_before(handed_in, encoding, delimiter):
    before = progress(handed_in)
    for file in handed_in[:2]:
        text = file.read_text("utf-8").replace("\n02,", "\n2,")
        file.write_text(text.replace(",", delimiter), encoding)
    assert progress(handed_in) == before


def test_a_teacher_sees_by_mistake_and_exercise_how_many_met_it_and_are_stuck(handed_in):
    before = [file.read_bytes() for file in handed_in]
    shown = progress(handed_in)
    assert shown.table == (
        ("mistake", "lesson", "exercise", "learners", "not right yet", "attempts"),
        ("sum-held-constant", "02", "softmax_jacobian", "2", "1", "3"),
        ("raises", "02", "softmax_jacobian", "1", "1", "1"),
    )
    assert shown.summary == "Learners: 2, attempts: 5. No attempts were found in clara.csv."
    assert progress("*.csv") == shown
    assert [file.read_bytes() for file in handed_in] == before
