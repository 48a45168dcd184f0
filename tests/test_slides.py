import re
from collections import Counter
from itertools import pairwise

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from tools.slides import __main__ as command
from tools.slides import blocks, lessons, staging
from tools.slides.lessons import LESSONS

ALL = pytest.mark.parametrize("path", LESSONS.values(), ids=LESSONS.keys())
NO_LINKS = re.compile(r"\[([^\]]*)\]\(\d\d_\w+\.ipynb\)")


def staged(path):
    return staging.read(path, link=lambda match: match[1]).cells


def stored(path):
    return nbformat.read(path, as_version=4).cells


def words(cells):
    """Return the sources of cells as one text, spaces and links aside."""
    text = " ".join(NO_LINKS.sub(r"\1", cell.source) for cell in cells)
    return text.replace("<details open>", "<details>").split()


def kinds(cells):
    return [cell.metadata.slideshow.slide_type for cell in cells]


def dealt(*cells):
    return staging.slides(list(cells))


def picture():
    output = new_output("display_data", {"image/png": "", "text/plain": "numbers"})
    return new_code_cell("Explorer()", outputs=[output])


@ALL
def test_every_lesson_begins_with_a_slide_that_has_its_title(path):
    first = staged(path)[0]
    assert first.metadata.slideshow.slide_type == "slide"
    assert first.source.startswith("# ")


@ALL
def test_nothing_is_lost_or_moved(path):
    assert words(staged(path)) == words(stored(path))


@ALL
def test_code_and_outputs_are_the_stored_ones(path):
    def code(cells):
        return [(c.id, c.source, c.outputs) for c in cells if c.cell_type == "code"]

    assert code(staged(path)) == code(stored(path))


@ALL
def test_cell_ids_stay_unique(path):
    assert set(Counter(cell.id for cell in staged(path)).values()) == {1}


@ALL
def test_the_stored_lesson_stays_as_it_is(path):
    before = path.read_bytes()
    staged(path)
    assert path.read_bytes() == before


@ALL
def test_an_explorer_shares_its_slide_with_nothing(path):
    cells = staged(path)
    for cell, following in zip(cells, [*cells[1:], None], strict=True):
        if cell.cell_type == "code" and staging.shows_a_picture(cell):
            assert cell.metadata.slideshow.slide_type == "subslide"
            assert following is None or following.metadata.slideshow.slide_type != "-"


@ALL
def test_what_follows_a_folded_answer_is_on_another_slide(path):
    cells = staged(path)
    for cell, following in pairwise(cells):
        if blocks.is_folded(blocks.blocks(cell.source)[-1]) and cell.cell_type == "markdown":
            assert following.metadata.slideshow.slide_type != "-"


def test_sections_begin_slides_and_parts_of_them_slides_below():
    cells = dealt(new_markdown_cell("# T\n\na\n\n## S\n\nb\n\n### P\n\nc"))
    assert [cell.source for cell in cells] == ["# T\n\na", "## S\n\nb", "### P\n\nc"]
    assert kinds(cells) == ["slide", "slide", "subslide"]


def test_a_heading_stays_with_what_it_is_the_heading_of():
    cells = dealt(new_markdown_cell("## S\n\n### P"), new_markdown_cell("word " * 500))
    assert kinds(cells) == ["slide", "-"]


def test_a_slide_that_would_be_too_long_goes_on_on_the_next():
    paragraph = "word " * 100
    cells = dealt(new_markdown_cell(f"# T\n\n{paragraph}\n\n{paragraph}\n\n{paragraph}"))
    assert kinds(cells) == ["slide", "subslide"]


def test_a_list_stays_with_the_sentence_that_introduces_it():
    text = "\n\n".join(["# T", "word " * 200, "These three:", "- a\n- b\n- c"])
    assert dealt(new_markdown_cell(text))[1].source == "These three:\n\n- a\n- b\n- c"


def test_code_stays_with_the_sentence_that_introduces_it():
    output = new_output("stream", text="line\n" * 9)
    cells = dealt(
        new_markdown_cell("# T\n\n" + "word " * 150),
        new_markdown_cell("Look:"),
        new_code_cell("f()", outputs=[output]),
    )
    assert kinds(cells) == ["slide", "subslide", "-"]


def test_code_stands_open_where_it_is_all_there_is_to_see():
    output = new_output("stream", text="line")
    imports = new_code_cell("import numpy", id="imports")
    cells = [imports, new_code_cell("def f(): ..."), new_code_cell("f()", outputs=[output])]
    cells += [picture(), new_code_cell("display(Explorer())")]
    assert [cell.metadata.stands_open for cell in dealt(*cells)] == [False, True, *[False] * 3]


@ALL
def test_the_imports_of_every_lesson_are_folded(path):
    first = next(cell for cell in staged(path) if cell.cell_type == "code")
    assert "import" in first.source
    assert not first.metadata.stands_open


def test_code_that_stands_open_takes_the_room_of_its_lines():
    text, code = new_markdown_cell("# T\n\n" + "word " * 100), "line\n" * 11
    assert (
        kinds(dealt(text, new_code_cell(code, outputs=[new_output("stream", text="a")])))[1] == "-"
    )
    assert kinds(dealt(text, new_code_cell(code)))[1] == "subslide"


def test_an_answer_with_which_a_slide_begins_stands_open():
    answer = "<details>\n<summary>Answer</summary>\n\na\n\n</details>"
    question, code, opened = dealt(
        new_markdown_cell(f"### Predict\n\n{answer}"), picture(), new_markdown_cell(answer)
    )
    assert "<details>" in question.source
    assert kinds([question, code, opened]) == ["subslide", "subslide", "subslide"]
    assert opened.source.startswith("<details open>")


def test_blocks_are_not_split_within_code_or_answers():
    code = "```python\na\n\nb\n```"
    answer = "<details>\n<summary>A</summary>\n\n```\n</details>\n\n```\n\n</details>"
    assert blocks.blocks(f"a\nb\n\n{code}\n\n\n{answer}\n\nc") == ["a\nb", code, answer, "c"]


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


def test_a_missing_package_is_named(monkeypatch, capsys):
    monkeypatch.setattr(command, "NEEDED", ("nbformat", "no-such-package"))
    assert command.main(["03"]) == 1
    assert "does not have no-such-package; type `make slides" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch, capsys):
    pytest.importorskip("voila", reason="voila is not installed; type make slides LESSON=03")
    (tmp_path / "file").write_text("")
    assert command.main(["--export", str(tmp_path / "file" / "slides"), "03"]) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path / 'file' / 'slides'} cannot be written")
