"""What pictures that stand still have in common."""

from base64 import b64encode
from io import BytesIO

from matplotlib import rc_context

from softmax_lessons._shown import replace_earlier
from softmax_lessons.plotting.style import STYLE


class Still:
    """A picture that shows itself as the last expression of a cell.

    A subclass has a Matplotlib `figure`; its `__repr__` gives the numbers, and `alt` says what is
    drawn, for readers without the picture.
    """

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Return the picture with its alt text, and its numbers as text."""
        replace_earlier(self)
        file = BytesIO()
        with rc_context(STYLE):
            self.figure.savefig(file, format="png", dpi=100, metadata={"Software": None})
        data = {"image/png": b64encode(file.getvalue()).decode("ascii"), "text/plain": repr(self)}
        return data, {"image/png": {"alt": self.alt()}}
