"""An explorer as the browser shows it: its controls, its picture and its numbers."""

import sys
from dataclasses import dataclass, field

from expectations import difference
from jupyterlab_page import wait

# The controls that are to be seen, each with its label and value; the numbers; the picture's URL.
STATE = """cell => {
    const value = control => control.querySelector('select')?.selectedOptions[0].text
        ?? control.querySelector('.widget-readout').textContent;
    const controls = [...cell.querySelectorAll('.widget-slider, .widget-dropdown')]
        .filter(control => control.offsetParent)
        .map(control => [control.querySelector('.widget-label').textContent, value(control)]);
    const numbers = cell.querySelector('pre')?.textContent ?? '';
    return [controls, numbers, cell.querySelector('img.widget-image')?.src];
}"""
STATE_AND_PICTURE = f"""async cell => {{
    const [controls, numbers, source] = ({STATE})(cell);
    const digest = async bytes => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    // There is none at first, and one that is just being replaced cannot be fetched any more.
    const picture = source && await fetch(source).then(
        async answer => (await digest(await answer.arrayBuffer())).join(), () => null);
    return [controls, numbers, source, picture];
}}"""
IS_ANOTHER = f"([cell, before]) => JSON.stringify(({STATE})(cell)) !== JSON.stringify(before)"
OPTIONS_AND_WHETHER_AT_START = """control => {
    const select = control.querySelector('select');
    if (select) return [select.options.length, select.selectedIndex === 0];
    const handle = control.querySelector('.noUi-handle');
    return [0, handle.ariaValueNow === handle.ariaValueMin];
}"""

ENDS = ("Home", "End")


@dataclass(frozen=True)
class Shown:
    """What an explorer shows at one moment; the picture by a digest of its bytes."""

    controls: dict
    numbers: str
    picture: str
    state: list = field(compare=False)


class ExplorerView:
    """The explorer in the output of a cell."""

    def __init__(self, name, page, cell):
        self.name, self.page, self.cell = name, page, cell

    def shown(self):
        """Return what is shown right now."""
        *state, picture = self.cell.evaluate(STATE_AND_PICTURE)
        controls, numbers, _ = state
        texts = {label: text.replace("\N{NO-BREAK SPACE}", " ") for label, text in controls}
        return Shown(texts, numbers, picture, state)

    def until(self, objection):
        """Wait until there is no objection to what is shown, and return it."""
        while complaint := objection(shown := self.shown()):
            message = f"{self.name}, {shown.controls}: {complaint}"
            arg = [self.cell.element_handle(), shown.state]
            wait(self.page, message, IS_ANOTHER, arg, every=20)
        return shown

    def settled(self, leaving=None):
        """Wait until numbers are those of the controls, and the picture is not the old one."""

        def objection(shown):
            if not shown.picture:
                return "there is no picture"
            if leaving and shown.picture == leaving.picture:
                return "the picture is still the old one"
            return difference(self.name, shown.controls, shown.numbers)

        return self.until(objection)

    def shows(self, expected):
        """Wait until controls, numbers and picture are what they were elsewhere or before."""

        def objection(shown):
            parts = ("controls", "numbers", "picture")
            wrong = [part for part in parts if getattr(shown, part) != getattr(expected, part)]
            return wrong and f"{' and '.join(wrong)} should be those of {expected.controls}"

        return self.until(objection)

    def control(self, label):
        """Return the control that is labelled so."""
        return self.cell.locator(f".widget-inline-hbox:has(> .widget-label:text-is('{label}'))")

    def press(self, label, *keys):
        """Press keys while the focus is on a control."""
        self.control(label).locator("select, .noUi-handle").focus()
        for key in keys:
            self.page.keyboard.press(key)

    def places(self, label):
        """Return where a control can be moved: to both ends, or to every option of a dropdown."""
        options, at_start = self.control(label).evaluate(OPTIONS_AND_WHETHER_AT_START)
        places = [*range(options)] or [*ENDS]
        return places[1:] if at_start else places

    def move(self, label, place):
        """Move a control to a place by keyboard."""
        if place in ENDS:
            self.press(label, place)
        elif sys.platform == "darwin":
            # The list that opens there is the system's own, and no test can reach it.
            self.control(label).locator("select").select_option(index=place)
        else:
            self.press(label, "Space", "Home", *["ArrowDown"] * place, "Enter")

    def drag_near_its_end(self, label):
        """Take the handle of a slider with the mouse, and let it go shortly before its end."""
        slider = self.control(label).locator(".noUi-target")
        slider.scroll_into_view_if_needed()
        handle, track = slider.locator(".noUi-handle").bounding_box(), slider.bounding_box()
        height = handle["y"] + handle["height"] / 2
        self.page.mouse.move(handle["x"] + handle["width"] / 2, height)
        self.page.mouse.down()
        self.page.mouse.move(track["x"] + 0.9 * track["width"], height, steps=5)
        self.page.mouse.up()

    def reset(self):
        """Press the button that puts everything back."""
        self.cell.get_by_role("button", name="Reset").click()
