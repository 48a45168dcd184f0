"""The page of all mistakes, made of their texts, formulas and programs."""

from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.forward import IMPLEMENTATIONS
from softmax_lessons.mistakes.tasks import TASKS

HEAD = """\
# Mistakes people make

These are the {number} mistakes that the checks of the exercises know by name: what somebody who
makes one would say, why it is wrong, and how it is written. A check recognises a mistake by what a
function does, however it is written, and several of them at once.

In the formulas `z` are logits, `p` probabilities, `logp` their logarithms, `g` the incoming
gradient and `t` targets; `G` is the true gradient. `sum` and `mean` run along the classes, `N`
is the number of examples and `n` that of classes. For a Jacobian `p_i` varies down the rows and
`p_j` along them, and `delta` is 1 on the diagonal. In the programs `np` is NumPy; `softmax` and
`finite_difference_gradient` are the functions of this package. All formulas and programs on this
page are wrong, and meant to be.

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
    written = mistake.program or "\n".join(formulas(mistake.key))
    return f"{text}\n```python\n{written.strip()}\n```\n"


def formulas(key):
    """Return how a mistake is written, a line for each formula that makes this one alone."""
    lines = {}

    def add(wrong, right):
        lines.setdefault(wrong, f"{wrong}  # in place of {right}")

    for keys, *wrong in IMPLEMENTATIONS:
        if keys == (key,):
            wrong = [text.replace("z - 0", "z") for text in wrong]
            add(*min(zip(wrong, IMPLEMENTATIONS[0][1:], strict=True), key=_is_right))
    for task in TASKS.values():
        for known in filter(None, (task.given, task.result)):
            for formula in known:
                if formula.keys == (key,):
                    add(formula.text, f"{known[0].text}, {task.name}")
        for factor in task.factors:
            if factor.keys == (key,) and task.result:
                add(f"{factor.text} * ({task.result[0].text})", task.result[0].text)
    return lines.values()


def _is_right(pair):
    return pair[0] == pair[1]
