"""The picture of several runs shows the numbers it was given, and says them without the picture."""

from itertools import pairwise

from numpy.testing import assert_array_equal

from softmax_lessons.plotting import plot_probabilities

RUNS = {"first": [0.1, 0.6, 0.9], "second": [0.1, 0.2, 0.4], "third": [0.2, 0.2, 0.2]}


def test_a_curve_for_each_run_with_a_colour_and_a_dash_pattern_of_its_own():
    lines = plot_probabilities(RUNS).ax.get_lines()
    for line, run in zip(lines, RUNS.values(), strict=True):
        assert_array_equal(line.get_ydata(), run)
    for one, other in pairwise(lines):
        assert one.get_color() != other.get_color()
        assert one.get_linestyle() != other.get_linestyle()


def test_axes_have_labels_and_curves_have_names():
    ax = plot_probabilities(RUNS).ax
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(RUNS)


def test_the_words_beside_the_picture_name_every_run():
    data, metadata = plot_probabilities(RUNS)._repr_mimebundle_()
    for words in (data["text/plain"], metadata["image/png"]["alt"]):
        assert "first: 0.10 at step 0, above 0.5 from step 1, 0.90 at step 2" in words
        assert "second: 0.10 at step 0, never above 0.5, 0.40 at step 2" in words
