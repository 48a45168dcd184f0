"""The one table that `make bench` prints."""

from dataclasses import dataclass

NEARLY = 0.95
"""Two runs of the same code differ by some percent: what misses its reach by less is near it."""


@dataclass(frozen=True)
class Row:
    """A measurement beside the one it is compared with.

    `ratio` says how many times more of `unit` the other one takes; `reach` is the least ratio
    aimed at, None where there is no aim.
    """

    what: str
    ours: float
    other: str
    theirs: float
    unit: str
    reach: float | None = None

    @property
    def ratio(self):
        """How many times more the other one takes."""
        return self.theirs / self.ours

    @property
    def verdict(self):
        """Whether the ratio reaches what was aimed at."""
        if self.reach is None:
            return ""
        if self.ratio >= self.reach:
            return "reached"
        return "nearly" if self.ratio >= NEARLY * self.reach else "MISSED"

    def __str__(self):
        """Return the row as a line of text."""
        reach = "" if self.reach is None else f"{self.reach:.4g}"
        return (
            f"{self.what:44} {self.ours:10.4g} {self.unit:3}   {self.other:36}"
            f" {self.theirs:10.4g} {self.unit:3} {self.ratio:9.2f} {reach:>7} {self.verdict}"
        ).rstrip()


@dataclass(frozen=True)
class Limit:
    """A measurement that stands for itself, with the most it should be."""

    what: str
    value: float
    unit: str
    most: float | None = None
    remark: str = ""

    @property
    def verdict(self):
        """Whether the value keeps below its limit."""
        if self.most is None:
            return ""
        return "reached" if self.value <= self.most else "MISSED"

    def __str__(self):
        """Return the limit as a line of text."""
        most = "" if self.most is None else f"at most {self.most:g} {self.unit}"
        return (
            f"{self.what:44} {self.value:10.4g} {self.unit:3}   {most:36}"
            f" {self.verdict:8} {self.remark}"
        ).rstrip()


HEADING = (
    f"{'':44} {'lessons':>14}   {'compared with':36} {'':>14} {'ratio':>9} {'reach':>7}\n"
    "(ratio: how many times more the other one takes; above 1 the lessons are ahead)"
)
