"""Shows the verdicts on a program, and makes %%diagnose known to notebooks."""

import sys

from softmax_lessons.judging.showing import as_html

PASTE_HERE = "paste-here"
"""The id of the cell that readers paste their code into."""


class Verdicts(tuple):
    """The verdicts on the parts of a program, the wrong ones first.

    `unread` has a reason for each part that speaks of softmax and could not be read, by its name;
    `troubles` are sentences on lines that were left out, or that fail.
    """

    unread, troubles = {}, ()

    @classmethod
    def of(cls, verdicts, unread, troubles):
        """Return verdicts in their order."""
        ordered = cls(sorted(verdicts, key=lambda verdict: verdict.passed))
        ordered.unread, ordered.troubles = unread, tuple(troubles)
        return ordered

    @property
    def trouble(self):
        """How the program ended, empty where it did not end in an error."""
        return " ".join(self.troubles)

    @property
    def sentences(self):
        """What is to be said beside the verdicts."""
        nothing = "No function of softmax was found here, and no step back from it."
        unread = [f"{part} could not be read. {why}" for part, why in self.unread.items()]
        return [*unread, *self.troubles, *([] if self or unread else [nothing])]

    def __str__(self):
        """Return all as text."""
        return "\n\n".join([*map(str, self), *self.sentences])

    __repr__ = __str__

    def _repr_html_(self):
        """Return all as HTML: the first verdict, and the others folded, so that all are in view."""
        parts = []
        for verdict in self:
            html, (title, *_) = verdict._repr_html_(), str(verdict).splitlines()
            named = ", ".join(mistake.key for mistake in verdict.mistakes)
            summary = as_html(f"{title}: {named}" if named else title)
            folded = f"<details><summary>{summary}</summary>{html}</details>"
            parts.append(folded if parts else html)
        return "".join([*parts, *(f"<p>{as_html(sentence)}</p>" for sentence in self.sentences)])


def say_what_to_do(result):
    """Say how the code of a cell that was meant to be diagnosed is diagnosed; runs after cells."""
    shell = sys.modules["IPython"].get_ipython()
    parent = getattr(getattr(shell, "kernel", None), "get_parent", dict)()
    is_meant = (parent or {}).get("metadata", {}).get("cellId") == PASTE_HERE
    if is_meant and not result.info.raw_cell.lstrip().startswith("%%diagnose"):
        print("The code has run, and nothing was diagnosed. Type %%diagnose as the first line of")
        print("this cell, above your code, and run the cell again.")
