"""What a page shows of code that was typed in it."""

import pytest

from softmax_lessons import _page


def test_an_error_names_the_line_that_was_typed_and_no_other():
    html = _page.ran("import numpy as np", "x = 1\nprint(x)\ny = x / 0")
    assert html.startswith("<pre>1\n</pre><pre>Traceback")
    assert html.count("line ") == 1
    assert "line 3" in html
    assert "y = x / 0" in html


def test_an_import_of_what_a_page_has_not_leaves_the_others():
    assert _page.ran(
        "from softmax_lessons import nowhere, numerics", "numerics.softmax([0])[0] == 1"
    )


@pytest.mark.parametrize("key", ["elementwise", "sum-held-constant"])
def test_only_what_is_a_mistake_becomes_a_link(key):
    html = _page.linked(
        f"<b>also:</b> {key}: why<br>next: no<br>lesson 99, lesson 04", {"04": "l.html"}, "../"
    )
    assert html.count("<a ") == 2
    assert f'<a href="../mistakes.html#mistake-{key}">{key}</a>' in html
    assert '<a href="../l.html">lesson 04</a>' in html


def test_a_check_that_was_indented_into_the_function_is_missed_in_words():
    assert "nothing was checked" in _page.ran("", "def f(z):\n    return z\n    check(f)")
