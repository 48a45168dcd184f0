"""What a check answers: a status, what shows it, and what to try next."""

from dataclasses import dataclass
from enum import Enum

from softmax_lessons.judging.showing import verdict_html, verdict_text


class Status(Enum):
    """How a handed-in function fared."""

    NOT_ATTEMPTED = "not attempted"
    NOT_READ = "not read"
    RAISES = "raises"
    WRONG_TYPE = "wrong type"
    WRONG_SHAPE = "wrong shape"
    KNOWN_MISTAKE = "known mistake"
    WRONG = "wrong"
    OTHER_FORM = "right, in another form"
    CORRECT = "correct"


@dataclass(frozen=True)
class Counterexample:
    """The smallest input that shows a mistake: names and values, what came back, what is right.

    `note` says where to look, `labels` what the two answers are called.
    """

    arguments: tuple[tuple[str, object], ...]
    yours: object
    expected: object
    note: str = ""
    labels: tuple[str, str] = ("yours", "expected")


@dataclass(frozen=True, eq=False)
class Verdict:
    """The outcome of a check; `print` it, or let it be the last line of a cell."""

    exercise: str  # what was to be written
    status: Status
    summary: str  # the outcome in a sentence
    mistakes: tuple = ()  # all that were found, the most important first
    counterexample: Counterexample | None = None  # the smallest input that shows it
    hint: str = ""  # what to try next
    # Rows of three cells, with their headings first, where a check tries many things.
    table: tuple[tuple[str, ...], ...] = ()
    read_as: str = ""  # how the program was called, where not as the task says
    printed: str = ""  # the beginning of what the function printed
    part: str = ""  # the part of a pasted program that it is about
    line: int | None = None  # the line of its text where the mistake is, and its code
    code: str = ""
    lesson: str | None = None  # that at hand: mistakes of later ones are said to come later
    either: tuple = ()  # those of the mistakes that give the same numbers: one of them is it

    @property
    def passed(self):
        """Whether the function is right."""
        return self.status is Status.CORRECT

    @property
    def misconception(self):
        """The most important mistake, None where none has a name."""
        return self.mistakes[0] if self.mistakes else None

    def __str__(self):
        """Return the whole verdict as text."""
        return verdict_text(self)

    __repr__ = __str__

    def _repr_html_(self):
        """Return the verdict as HTML that takes its colours from the page, light or dark."""
        return verdict_html(self)


def nothing_yet(signature):
    """Return the verdict on a stub."""
    text = "Nothing comes back yet. If you have written it, is there a return?"
    return Verdict(signature, Status.NOT_ATTEMPTED, text)
