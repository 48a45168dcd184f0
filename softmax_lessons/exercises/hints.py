"""What to try next: each further wrong attempt uncovers one more hint."""

import re
from types import FunctionType

from softmax_lessons.judging.verdict import Status

HINTS = (
    "Print every intermediate result, and compare each with a hand calculation.",
    "A worked solution is folded below the exercise. Which of its lines differs from yours?",
)
"""What to try where no mistake has a name."""

ATTEMPTS = {}
"""The wrong attempts at each exercise, by the name of the function: their code, each once."""


def next_hint(task, function, verdict):
    """Return what to try next. Slips, and the same code again, uncover nothing."""
    code = function.__code__ if type(function) is FunctionType else None
    attempt = task.name, code and code.co_name
    if verdict.passed:
        ATTEMPTS.pop(attempt, None)
    if verdict.misconception:
        return verdict.misconception.hint
    if verdict.status is Status.RAISES and re.search("shape|mismatch", verdict.summary):
        return "Print the shapes of the arrays in that line. Which two do not fit?"
    if verdict.status not in (Status.WRONG, Status.WRONG_SHAPE):
        return ""
    tried = ATTEMPTS.setdefault(attempt, [])
    if code not in tried:
        tried.append(code)
    number = min(len(tried), len(HINTS))
    return f"hint {number} of {len(HINTS)}. {HINTS[number - 1]}"
