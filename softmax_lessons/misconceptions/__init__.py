"""Wrong formulas that people believe, by name: `table()` lists them.

`mistakes.toml` says what is believed and why it is wrong; the modules hold the formulas. Most of
the mistakes were found in public questions and code.
"""

import tomllib
from html import escape
from importlib import resources
from typing import NamedTuple

from softmax_lessons.misconceptions import backward, forward, jacobian, loss

__all__ = ["FORMULAS", "MISTAKES", "Mistake", "Table", "table"]


class Mistake(NamedTuple):
    """What somebody believes who makes a mistake.

    Parameters
    ----------
    key : str
        The name of the mistake.
    claim : str
        The thought behind it, in a learner's words.
    why : str
        Why it is wrong.
    hint : str
        What to try next.
    lesson : str
        The number of the lesson that explains it.
    """

    key: str
    claim: str
    why: str
    hint: str
    lesson: str

    def __str__(self):
        """Return the name and the claim."""
        return (
            f"{self.key}: \N{LEFT DOUBLE QUOTATION MARK}{self.claim}\N{RIGHT DOUBLE QUOTATION MARK}"
        )


_TEXTS = resources.files(__name__).joinpath("mistakes.toml").read_text("utf-8")
MISTAKES = {key: Mistake(key, **texts) for key, texts in tomllib.loads(_TEXTS).items()}
"""Every mistake by its key."""

FORMULAS = {
    "softmax": forward.SOFTMAX,
    "log_softmax": forward.LOG_SOFTMAX,
    "softmax_jacobian": jacobian.JACOBIAN,
    "batched_jacobian": jacobian.BATCHED,
    "softmax_backward": backward.BACKWARD,
    "log_softmax_backward": backward.LOG_BACKWARD,
    "softmax_cross_entropy_grad": loss.LOSS,
    "soft_cross_entropy_grad": loss.SOFT_LOSS,
}
"""For each exercise its formulas, the right one first."""


class Table(tuple):
    """Mistakes that show themselves as a table, one row for each."""

    def rows(self):
        """Return key, claim, why and lesson of each mistake."""
        return [(m.key, m.claim, m.why, m.lesson) for m in self]

    def __repr__(self):
        """Return the table as text."""
        return "\n".join(
            f"{key} (lesson {lesson})\n    {claim}\n    {why}"
            for key, claim, why, lesson in self.rows()
        )

    def _repr_html_(self):
        """Return the table as HTML."""
        rows = [("mistake", "claim", "why", "lesson"), *self.rows()]
        cells = [[f"{escape(cell)}" for cell in row] for row in rows]
        left = 'style="text-align:left"'
        return "<table>{}</table>".format(
            "".join(
                "<tr>" + "".join(f"<{tag} {left}>{cell}</{tag}>" for cell in row) + "</tr>"
                for tag, row in zip(["th", *["td"] * len(self)], cells, strict=True)
            )
        )


def table(exercise=None):
    """Return all mistakes, or those in the formulas of one exercise, as a table.

    Parameters
    ----------
    exercise : str, optional
        A key of `FORMULAS`.

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
    'one-sum-for-all'
    """
    if exercise is None:
        return Table(MISTAKES.values())
    if exercise not in FORMULAS:
        raise ValueError(f"exercise must be one of {', '.join(FORMULAS)}, got {exercise!r}")
    keys = dict.fromkeys(key for formula in FORMULAS[exercise] for key in formula.keys)
    return Table(MISTAKES[key] for key in keys)
