"""The catalogue of mistakes: a record for each, a decorator that enters it, and a table of all.

The modules beside this one hold the functions, one for each way in which a mistake is written and
each kind of function in which it is made; `claims` holds what is believed and why it is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from softmax_lessons.misconceptions.claims import CLAIMS

CATALOGUE = []
"""Every `Misconception`, in the order in which the modules define them."""


@dataclass(frozen=True)
class Misconception:
    """A wrong function that a learner could believe.

    Parameters
    ----------
    key : str
        The name of the mistake. Several records share it where it is written in several ways.
    kind : str
        What the function was meant to be, the name of an exercise.
    claim : str
        The thought behind it, in a learner's words.
    function : callable
        The mistake as code, with the signature of the exercise.
    why : str
        Why it is wrong.
    lesson : str
        The number of the lesson that explains it.
    """

    key: str
    kind: str
    claim: str
    function: Callable
    why: str
    lesson: str

    def __str__(self):
        """Return the name and the claim."""
        return (
            f"{self.key}: \N{LEFT DOUBLE QUOTATION MARK}{self.claim}\N{RIGHT DOUBLE QUOTATION MARK}"
        )


class Table(tuple):
    """Misconceptions that show themselves as a table, one row for each mistake."""

    def rows(self):
        """Return key, claim, why and lesson of each mistake."""
        return list(dict.fromkeys((m.key, m.claim, m.why, m.lesson) for m in self))

    def __repr__(self):
        """Return the table as text."""
        return "\n".join(
            f"{key} (lesson {lesson})\n    {claim}\n    {why}"
            for key, claim, why, lesson in self.rows()
        )

    def _repr_html_(self):
        """Return the table as HTML."""
        heads = "".join(
            f'<th style="text-align:left">{head}</th>'
            for head in ("mistake", "claim", "why", "lesson")
        )
        rows = "".join(
            "<tr>"
            + "".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in row)
            + "</tr>"
            for row in self.rows()
        )
        return f"<table><tr>{heads}</tr>{rows}</table>"


def table(kind=None):
    """Return the catalogue, or the part of it that belongs to one exercise, as a table.

    Parameters
    ----------
    kind : str, optional
        The name of an exercise.

    Returns
    -------
    Table

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> table("softmax").rows()[0][0]
    'no-shift'
    """
    kinds = {m.kind for m in CATALOGUE}
    if kind is not None and kind not in kinds:
        raise ValueError(f"kind must be one of {', '.join(sorted(kinds))}, got {kind!r}")
    return Table(m for m in CATALOGUE if kind in (None, m.kind))


def mistake(kind, key):
    """Return a decorator that enters a function into the catalogue.

    Parameters
    ----------
    kind, key : str
        See `Misconception`; the texts are those of `CLAIMS`.

    Returns
    -------
    callable
    """
    claim, why, lesson = CLAIMS[key]

    def enter(function):
        CATALOGUE.append(Misconception(key, kind, claim, function, why, lesson))
        return function

    return enter
