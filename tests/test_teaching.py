"""The teacher's pages: their numbers, their minutes, and what they refer to."""

import re
from pathlib import Path

import keys
import numpy as np
import pytest

from softmax_lessons.mistakes import MISTAKES

ROOT = Path(__file__).parent.parent
TEACHING = ROOT / "docs" / "teaching"
LESSONS = {path.stem[:2]: path.name for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))}
LONGEST_CARD = 300  # words

every_lesson = pytest.mark.parametrize("number", LESSONS)


def text(name):
    return (TEACHING / f"{name}.md").read_text("utf-8")


def sections(text, level):
    """Return what stands below each heading of a level."""
    pieces = re.split(rf"^#{{{level}}} (.+)$", text, flags=re.MULTILINE)[1:]
    return dict(zip(pieces[::2], pieces[1::2], strict=True))


def plain(page):
    return " ".join(page.replace("**", "").split())


# Of LaTeX, and of whole numbers with spaces between thousands, decimals, and those with a slash.
FRACTION = re.compile(r"\\[dt]?frac(?:(\d)|{(\d+)})(?:(\d)|{(\d+)})")
NUMBER = re.compile(r"((?<![\w)}])-)?(\d{1,3}(?: \d{3})+|\d+(?:\.(\d+))?)(?:/([1-9]\d*))?")


def numbers(page):
    """Return the numbers of a page in their order, each with what rounding may have taken."""
    page = FRACTION.sub(lambda found: "{}/{}".format(*filter(None, found.groups())), page)
    found = []
    for sign, whole, decimals, below in NUMBER.findall(page):
        value = float(sign + whole.replace(" ", "")) / int(below or 1)
        found.append((value, 0.501 / 10 ** len(decimals) if decimals else 1e-8))
    return found


def stand_in(row, found):
    """Tell whether numbers stand one after the other among those that were found."""
    row = np.ravel(row)
    places = range(len(found) - len(row) + 1)
    return any(
        all(abs(x - y) <= off for x, (y, off) in zip(row, found[at:], strict=False))
        for at in places
    )


@every_lesson
def test_every_number_of_a_key_is_what_numpy_gives(number):
    page = plain(text(f"{number}_key") + text(f"{number}_worksheet"))
    found, computed = numbers(page), list(getattr(keys, f"key_{number}")())
    words = [piece for piece in computed if isinstance(piece, str)]
    rows = [row for row in computed if not isinstance(row, str)]
    assert [piece for piece in words if plain(piece) not in page] == []
    assert [row for row in rows if not stand_in(row, found)] == []
    assert len(computed) >= 8


@every_lesson
def test_a_card_and_its_guide_have_all_parts_name_their_lesson_and_are_listed(number):
    card = sections(text(number), 2)
    assert list(card) == ["Goal", "Ask first", "Draw", "Worksheet", "Exit question", "Guide"]
    assert len(re.findall(r"^\*\*[123]\. ", card["Ask first"], re.MULTILINE)) == 3
    parts = ["Minutes", "On the board", "More questions", "When a group is stuck"]
    assert list(sections(card["Guide"], 3)) == parts
    assert f"../lessons/{LESSONS[number]}" in text(number)
    for kind in ("", "_worksheet", "_key"):
        assert f"]({number}{kind}.md)" in text("index")


@every_lesson
def test_a_card_has_not_too_many_words(number):
    card = text(number).partition("## Guide")[0]
    read = re.sub(r"\$[^$]*\$", "formula", re.sub(r"\]\([^)]*\)", "]", card))
    assert len(re.findall(r"\S*\w\S*", read)) <= LONGEST_CARD


@every_lesson
def test_the_minutes_add_up_to_a_school_lesson(number):
    minutes = re.findall(r"^\| (\d+) \|", sections(text(number), 3)["Minutes"], re.MULTILINE)
    assert sum(map(int, minutes)) == 45


@every_lesson
def test_the_worksheet_takes_as_long_in_class_as_its_tasks_say(number):
    tasks = re.findall(
        r"^\*\*(\d)\..*?\*\* \((\d+) min\)", text(f"{number}_worksheet"), re.MULTILINE
    )
    assert [task for task, _ in tasks] == [str(k + 1) for k in range(len(tasks))] != []
    named, total = re.search(r"tasks? ([\d and]+) \((\d+) minutes\)", text(number)).groups()
    assert sum(int(dict(tasks)[task]) for task in re.findall(r"\d", named)) == int(total)
    assert f"| {total} | Worksheet | Task" in text(number)


@every_lesson
def test_every_mistake_that_is_linked_to_is_in_the_catalogue(number):
    for name in (number, f"{number}_key"):
        assert set(re.findall(r"\(#mistake-([a-z-]+)\)", text(name))) <= MISTAKES.keys()
