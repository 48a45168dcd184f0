"""The page of all mistakes, made of their texts and formulas."""

from softmax_lessons.misconceptions import FORMULAS, MISTAKES

HEAD = """\
# Mistakes people make

These are the {number} mistakes that the checks of the exercises know by name: what somebody who
makes one would say, why it is wrong, and how it is written. A check recognises a mistake by what a
function does, however it is written, and several of them at once.

In the formulas `z` are logits, `p` probabilities, `g` the incoming gradient and `t` targets; `sum`
and `mean` run along the classes. All formulas on this page are wrong, and meant to be.

"""


def page(lessons):
    """Return a section with an anchor for each mistake; `lessons` are paths by number."""
    sections = [section(mistake, lessons) for mistake in MISTAKES.values()]
    return HEAD.format(number=len(sections)) + "\n".join(sections)


def section(mistake, lessons):
    """Return the section of one mistake."""
    text = f"""\
(mistake-{mistake.key})=
## {mistake.key.replace("-", " ").capitalize()}

> {mistake.claim}

{mistake.why} See [lesson {mistake.lesson}](lessons/{lessons[mistake.lesson].name}).

To try: {mistake.hint}
"""
    lines = [
        f"{formula.text}  # in place of {known[0].text}, {exercise}"
        for exercise, known in FORMULAS.items()
        for formula in known
        if formula.keys == (mistake.key,)
    ]
    if lines:
        text += "\n```python\n" + "\n".join(lines) + "\n```\n"
    return text
