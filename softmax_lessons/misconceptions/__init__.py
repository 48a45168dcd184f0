"""Wrong formulas that people believe, by name.

`mistakes.toml` says what is believed and why it is wrong; the modules hold the formulas. Most of
the mistakes were found in public questions and code.
"""

import tomllib
from importlib import resources
from typing import NamedTuple

from softmax_lessons.misconceptions import backward, forward, jacobian, loss

__all__ = ["FORMULAS", "MISTAKES", "Mistake"]


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
        return f"{self.key}: “{self.claim}”"


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
