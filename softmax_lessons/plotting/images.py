"""Rows of small images: pictures that people drew, and weights that belong to their pixels."""

from base64 import b64encode
from io import BytesIO

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import CenteredNorm, Normalize
from matplotlib.figure import Figure

from softmax_lessons.plotting.style import STYLE, short_number

DPI = 100
"""Pixels an inch."""


class ImageRow:
    """Small images of one size, `shape`, side by side, each under its title.

    The row has room for `places` images, or for as many as there are titles.
    Numbers run from 0, white, to `limit`, black. Where they are `signed`, they run from `-limit` to
    `limit`: 0 is white, red is positive and blue negative, and a short line marks the clearly
    negative ones, so that nothing rests on colour alone.
    """

    def __init__(self, ax, titles, *, shape, limit, signed=False, places=None):
        self.limit, self.signed = limit, signed
        height, width = shape
        # One mesh for all of them, with an empty column between two: far faster than many Axes.
        self.columns = [k * (width + 1) for k in range(len(titles))]
        total = (places or len(titles)) * (width + 1) - 1
        self.mosaic = np.full((height, total), np.nan)
        self.cells = ax.pcolormesh(
            np.arange(total + 1) - 0.5, np.arange(height + 1) - 0.5, self.mosaic,
            cmap="RdBu_r" if signed else "Greys",
            norm=CenteredNorm(0, limit) if signed else Normalize(0, limit),
        )  # fmt: skip
        self.marks = ax.plot([], [], "_", color="black", markersize=5)[0]
        for at in self.columns:
            ax.plot(
                [at - 0.5, at + width - 0.5, at + width - 0.5, at - 0.5, at - 0.5],
                [-0.5, -0.5, height - 0.5, height - 0.5, -0.5],
                color="#888888", linewidth=1, clip_on=False,
            )  # fmt: skip
        ax.set_aspect("equal")
        ax.invert_yaxis()
        ax.set_yticks([])
        ax.set_xticks([at + width / 2 - 0.5 for at in self.columns], titles)
        ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
        ax.spines[:].set_visible(False)
        self.artists = [self.cells, self.marks]

    def set(self, images):
        """Show other images, one for each title, shape (k, height, width)."""
        for at, image in zip(self.columns, images, strict=True):
            self.mosaic[:, at : at + np.shape(image)[1]] = image
        self.cells.set_array(np.ma.masked_invalid(self.mosaic))
        if self.signed:
            y, x = np.nonzero(self.mosaic < -self.limit / 4)
            self.marks.set_data(x, y)


class ImageRows:
    """A figure of several rows of small images, to be the last expression of a cell.

    Parameters
    ----------
    rows : sequence of ndarray, each of shape (k, height, width)
        The images of each row.
    titles : sequence of sequence of str
        A title for each image of each row.
    names : sequence of str, optional
        What the rows are called.
    limit : float, optional
        Where the colours end. Without it, each row has its own: its largest absolute value.
    signed : bool
        Whether the numbers have a sign; see `ImageRow`. A bar beside each row then tells the
        numbers.

    Examples
    --------
    >>> squares = np.array([[[0.0, 1.0], [2.0, 3.0]]])
    >>> print(ImageRows([squares - 1], [["four"]], names=["counted"], signed=True).describe())
    counted
      four: -1.00 to 2.00
    >>> ImageRows([squares], [["four"]]).alt()
    'Images of 2 x 2 pixels. four.'
    """

    def __init__(self, rows, titles, *, names=None, limit=None, signed=False):
        self.rows, self.titles, self.names = rows, titles, names or [""] * len(rows)
        self.limit, self.signed = limit, signed

    def figure(self):
        """Return the figure."""
        places = max(map(len, self.titles))
        with rc_context(STYLE):
            height = 11.5 / places + (0.85 if any(self.names) else 0.5)
            figure = Figure((12, height * len(self.rows)), dpi=DPI)
            figure.set_layout_engine("constrained", h_pad=0.12)
            axes = figure.subplots(len(self.rows), squeeze=False)[:, 0]
            for ax, *row in zip(axes, self.rows, self.titles, self.names, strict=True):
                self._draw(ax, *row, places)
        return figure

    def _draw(self, ax, images, titles, name, places):
        """Draw one row."""
        limit, shape = self.limit or np.abs(images).max(), np.shape(images)[1:]
        row = ImageRow(ax, titles, shape=shape, limit=limit, signed=self.signed, places=places)
        row.set(images)
        if name:
            ax.set_title(name, loc="left", fontweight="bold")
        if self.signed:
            ticks = [-limit, 0, limit]
            bar = ax.figure.colorbar(row.cells, ax=ax, ticks=ticks, pad=0.01)
            bar.ax.set_yticklabels([short_number(tick, 1) for tick in ticks])
            bar.outline.set_visible(False)

    def describe(self):
        """Return titles as text, and where numbers are signed from where to where they go."""
        lines = []
        for images, titles, name in zip(self.rows, self.titles, self.names, strict=True):
            lines += [name] if name else []
            if self.signed:
                lines += [
                    f"  {title}: {image.min():z.2f} to {image.max():z.2f}"
                    for title, image in zip(titles, images, strict=True)
                ]
            else:
                lines.append("  " + ", ".join(titles))
        return "\n".join(lines)

    def alt(self):
        """Return what the picture shows."""
        height, width = np.shape(self.rows[0])[1:]
        kind = ", red for positive and blue for negative numbers" if self.signed else ""
        rows = [
            f"{name}: {', '.join(titles)}.".removeprefix(": ")
            for name, titles in zip(self.names, self.titles, strict=True)
        ]
        return f"Images of {height} x {width} pixels{kind}. {' '.join(rows)}"

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Return the picture with its alt text, and its numbers as text."""
        file = BytesIO()
        self.figure().savefig(file, format="png", metadata={"Software": None})
        data = {
            "image/png": b64encode(file.getvalue()).decode("ascii"),
            "text/plain": self.describe(),
        }
        return data, {"image/png": {"alt": self.alt()}}
