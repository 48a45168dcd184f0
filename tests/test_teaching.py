"""The teacher's guide: its numbers, its minutes, and what it refers to."""

import doctest
import re
from pathlib import Path

import pytest

from softmax_lessons.misconceptions import MISTAKES

ROOT = Path(__file__).parent.parent
TEACHING = ROOT / "docs" / "teaching"
LESSONS = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
GUIDES = [TEACHING / f"{lesson.stem[:2]}.md" for lesson in LESSONS]

every_guide = pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)


def text(name):
    return (TEACHING / name).read_text("utf-8")


@every_guide
def test_every_number_of_a_key_is_what_numpy_gives(guide):
    key = TEACHING / f"{guide.stem}_key.md"
    failed, tried = doctest.testfile(str(key), module_relative=False)
    assert (failed, tried > 0) == (0, True)


@every_guide
def test_the_minutes_add_up_to_a_school_lesson(guide):
    minutes = guide.read_text("utf-8").split("## Minutes")[1].split("\n## ")[0]
    assert sum(map(int, re.findall(r"^\| (\d+) \|", minutes, re.MULTILINE))) == 45


@every_guide
def test_every_mistake_a_guide_links_to_is_in_the_catalogue(guide):
    keys = re.findall(r"\(#mistake-([a-z-]+)\)", guide.read_text("utf-8"))
    assert set(keys) <= MISTAKES.keys()


@every_guide
def test_a_guide_has_all_parts_and_names_its_lesson(guide):
    parts = re.findall(r"^## (.+)$", guide.read_text("utf-8"), re.MULTILINE)
    assert parts == [
        "Minutes",
        "On the board",
        "Questions to ask first",
        "When a group is stuck",
        "Exit question",
    ]
    assert f"../lessons/{LESSONS[int(guide.stem)].name}" in guide.read_text("utf-8")


def test_the_page_of_the_guide_lists_every_lesson_worksheet_and_key():
    for guide in GUIDES:
        for name in (f"{guide.stem}.md", f"{guide.stem}_worksheet.md", f"{guide.stem}_key.md"):
            assert f"]({name})" in text("index.md")
