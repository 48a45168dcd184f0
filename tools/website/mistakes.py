"""The page of all mistakes, made of their texts, formulas and programs."""

import re

from softmax_lessons.mistakes import MISTAKES
from softmax_lessons.mistakes.forward import IMPLEMENTATIONS
from softmax_lessons.mistakes.tasks import TASKS

FORMULAS = 4
"""In how many ways a mistake is written; more would say nothing more."""
KEYS = re.compile(r"\{(keys|texts)\}`([^`]+)`")


def page(text, lessons):
    """Return the page: links in place of {keys}`...`, and sections in place of {texts}`...`.

    `text` is that of docs/mistakes.md; `lessons` are paths by number.
    """

    def written(match):
        keys = match[2].split()
        if match[1] == "keys":
            return ", ".join(f"[{key}](#mistake-{key})" for key in keys)
        return "\n".join(section(MISTAKES[key], lessons) for key in keys)

    named = [key for kind, keys in KEYS.findall(text) if kind == "texts" for key in keys.split()]
    if sorted(named) != sorted(MISTAKES):
        raise SystemExit(f"docs/mistakes.md needs each mistake once: {set(named) ^ set(MISTAKES)}")
    return KEYS.sub(written, text.replace("{number}", str(len(MISTAKES))))


def section(mistake, lessons):
    """Return the section of one mistake."""
    text = f"""\
(mistake-{mistake.key})=
### {mistake.key.replace("-", " ").capitalize()}

> {mistake.claim}

{mistake.why} See [lesson {mistake.lesson}](lessons/{lessons[mistake.lesson].name}).

To try: {mistake.hint}
"""
    written = mistake.program or "\n".join([*formulas(mistake.key)][:FORMULAS])
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
