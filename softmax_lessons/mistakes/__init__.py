"""What is right, what is wrong, and on which inputs it shows.

`mistakes.toml` says what people believe and why it is wrong; the modules hold the formulas, and
`tasks` what is given and returned. Most of the mistakes were found in public questions and code.
"""

import tomllib
from importlib import resources
from typing import NamedTuple

__all__ = ["MISTAKES", "Mistake"]


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
    task : str
        For a mistake that no formula makes: a task, by its name, or `diagnose`,
    program : str
        and a program for it, which makes the mistake.
    """

    key: str
    claim: str
    why: str
    hint: str
    lesson: str
    task: str = ""
    program: str = ""

    def __str__(self):
        """Return the name and the claim."""
        return f"{self.key}: “{self.claim}”"


_TEXTS = resources.files(__name__).joinpath("mistakes.toml").read_text("utf-8")
MISTAKES = {key: Mistake(key, **texts) for key, texts in tomllib.loads(_TEXTS).items()}
"""Every mistake by its key."""
