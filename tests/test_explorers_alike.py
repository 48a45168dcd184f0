"""What all explorers share: controls and their boxes, what is shown and stored."""

import asyncio
import importlib
import json
import sys
from base64 import b64decode
from unittest.mock import Mock

import ipywidgets as widgets
import pytest
from matplotlib import _pylab_helpers
from test_explorers import ends, made

from softmax_lessons import explorers
from softmax_lessons.explorers import JacobianExplorer, LogitsExplorer, StepExplorer, live


@pytest.fixture(params=explorers.__all__)
def explorer(request):
    made(request.param).reset()
    return made(request.param)


def test_moving_a_control_changes_picture_and_numbers_and_draws_no_new_artists(explorer):
    picture, text = explorer._live.image.value, explorer._numbers.value
    before, (name, control) = list(explorer._live.scene[1]), next(iter(explorer.controls.items()))
    explorer.set(**{name: ends(control)[-1]})
    assert explorer._live.image.value != picture
    assert explorer._numbers.value != text
    if explorer.structure(explorer.state) is None:
        assert all(a is b for a, b in zip(before, explorer._live.scene[1], strict=True))


def test_reset_puts_every_control_and_the_picture_back(explorer):
    before = {name: control.value for name, control in explorer.controls.items()}
    explorer.set(**{name: ends(control)[-1] for name, control in explorer.controls.items()})
    explorer.reset_button.click()
    assert {name: control.value for name, control in explorer.controls.items()} == before
    assert explorer._live.image.value == type(explorer)()._live.image.value


def test_setting_an_unknown_control_names_those_there_are(explorer):
    with pytest.raises(KeyError, match="no control named z99; there are"):
        explorer.set(z99=0)


@pytest.fixture
def said(monkeypatch):
    """Return what the notebook is told, in order."""
    said = Mock()
    monkeypatch.setattr(live, "display", said.display)
    monkeypatch.setattr(live, "update_display", said.update)
    return said.mock_calls


def test_an_explorer_shows_its_widget_a_line_and_a_picture_with_alt_text_and_the_numbers(
    explorer, said
):
    explorer._ipython_display_()
    (view,), (line,), (picture,) = (call.args for call in said)
    json.dumps([view, line, picture])  # the notebook format takes nothing but JSON
    assert view["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.widget.model_id
    assert "Run the notebook down to this cell" in line["text/html"]
    assert b64decode(picture["image/png"]).startswith(b"\x89PNG\r\n\x1a\n")
    assert picture["text/plain"] == explorer.describe()
    assert "-0.00000" not in picture["text/plain"]
    assert len(said[2].kwargs["metadata"]["image/png"]["alt"]) > 40


def test_the_picture_that_is_stored_follows_once_after_several_moves(said, monkeypatch):
    monkeypatch.setattr(live, "QUIET", 0)
    explorer = LogitsExplorer()

    async def move_and_wait():
        explorer.controls["z1"].value, explorer.controls["z2"].value = 3, 4
        while said[-1][0] != "update":
            await asyncio.sleep(0)

    explorer._ipython_display_()
    asyncio.run(move_and_wait())
    assert [name for name, *_ in said] == ["display"] * 3 + ["update"]
    assert said[-1].args[0]["text/plain"] == explorer.describe()
    assert said[-1].kwargs["display_id"] == said[-2].kwargs["display_id"]


def test_an_older_ipywidgets_is_named_with_what_to_do(monkeypatch):
    monkeypatch.setattr(widgets, "__version__", "7.8.5")
    monkeypatch.delitem(sys.modules, live.__name__)
    with pytest.raises(ImportError, match=r"ipywidgets 8.1 or newer, and this is 7.8.5; run `%pip"):
        importlib.import_module(live.__name__)


def all_widgets(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from all_widgets(child)


def boxes(explorer):
    return [w for w in all_widgets(explorer.widget) if isinstance(w, widgets.Text)]


def test_every_slider_has_a_named_box_no_output_widget_is_made_and_no_figure_left(explorer):
    sliders = [c for c in explorer.controls.values() if hasattr(c, "readout")]
    assert len({box.description for box in boxes(explorer)}) == len(sliders)
    assert all(c.description for c in explorer.controls.values() if c not in sliders)
    # Without one, JupyterLab shows "null" above a label.
    labelled = [w for w in all_widgets(explorer.widget) if hasattr(w, "description")]
    assert all(w.tooltip is not None for w in labelled)
    assert not any(isinstance(w, widgets.Output) for w in all_widgets(explorer.widget))
    assert _pylab_helpers.Gcf.get_all_fig_managers() == []


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("-0.8", -0.8, "-0.8"),
        ("\N{MINUS SIGN}0,84", -0.8, "-0.8"),
        ("99", 5, "5.0"),
        ("inf", 5, "5.0"),
        ("nan", 2, "2.0"),
        ("one", 2, "2.0"),
    ],
)
def test_a_number_typed_moves_the_slider_and_anything_else_is_put_back(typed, value, shown):
    explorer = made("GradientExplorer")
    explorer.reset()
    box = boxes(explorer)[0]
    box.value = typed
    assert (explorer.controls["z1"].value, explorer.state.z[0]) == (value, value)
    assert box.value == shown


def test_a_number_typed_moves_whole_and_logarithmic_controls_too():
    for explorer, typed, name, value in (
        (JacobianExplorer(), "4", "classes", 4),
        (StepExplorer(), "3e-5", "step", 3e-5),
    ):
        boxes(explorer)[0].value = typed
        assert explorer.controls[name].value == value
