"""Rows of small images: pictures that people drew, and weights that belong to their pixels."""

import numpy as np
from matplotlib import rc_context
from matplotlib.colors import CenteredNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from softmax_lessons.plotting.still import Still
from softmax_lessons.plotting.style import STYLE, short_number


class ImageRows(Still):
    """A figure of several rows of small images, to be the last expression of a cell.

    Numbers run from 0, white, to a limit, black. Where they are signed, they run from minus the
    limit: 0 is white, blue is positive and red negative, and a short line marks the clearly
    negative ones, so that nothing rests on colour alone.

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
        Whether the numbers have a sign. A bar beside each row then tells the numbers.

    Examples
    --------
    >>> squares = np.array([[[0.0, 1.0], [2.0, 3.0]]])
    >>> ImageRows([squares - 1], [["four"]], names=["counted"], signed=True)
    counted
      four: -1.00 to 2.00
    >>> ImageRows([squares], [["four"]]).alt()
    'Images of 2 x 2 pixels. four.'
    """

    def __init__(self, rows, titles, *, names=None, limit=None, signed=False):
        self.rows, self.titles, self.names = rows, titles, names or [""] * len(rows)
        self.limit, self.signed = limit, signed
        places = max(map(len, titles))
        with rc_context(STYLE):
            height = 11.5 / places + (0.85 if any(self.names) else 0.5)
            self.figure = Figure((12, height * len(rows)), dpi=100)
            self.figure.set_layout_engine("constrained", h_pad=0.12)
            axes = self.figure.subplots(len(rows), squeeze=False)[:, 0]
            for ax, *row in zip(axes, rows, titles, self.names, strict=True):
                self._draw(ax, *row, places)

    def _draw(self, ax, images, titles, name, places):
        """Draw one row, with room for some places."""
        (height, width), limit = np.shape(images)[1:], self.limit or np.abs(images).max()
        # One mesh for all of them, with an empty column between two: far faster than many Axes.
        columns = [k * (width + 1) for k in range(len(images))]
        mosaic = np.full((height, places * (width + 1) - 1), np.nan)
        for at, image in zip(columns, images, strict=True):
            mosaic[:, at : at + width] = image
            right, bottom = at + width - 0.5, height - 0.5
            frame = [at - 0.5, right, right, at - 0.5, at - 0.5], [-0.5, -0.5, bottom, bottom, -0.5]
            ax.plot(*frame, color="#888888", linewidth=1, clip_on=False)
        norm = CenteredNorm(0, limit) if self.signed else Normalize(0, limit)
        cells = ax.pcolormesh(
            np.arange(mosaic.shape[1] + 1) - 0.5, np.arange(height + 1) - 0.5,
            np.ma.masked_invalid(mosaic), cmap="RdBu" if self.signed else "Greys", norm=norm,
        )  # fmt: skip
        ax.set_aspect("equal")
        ax.invert_yaxis()
        ax.set_yticks([])
        ax.set_xticks([at + width / 2 - 0.5 for at in columns], titles)
        ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
        ax.spines[:].set_visible(False)
        if name:
            ax.set_title(name, loc="left", fontweight="bold")
        if self.signed:
            y, x = np.nonzero(mosaic < -limit / 4)
            ax.plot(x, y, "_", color="black", markersize=5, label="negative")
            ticks = [-limit, 0, limit]
            bar = ax.figure.colorbar(cells, ax=ax, ticks=ticks, pad=0.01)
            bar.ax.set_yticklabels([short_number(tick, 1) for tick in ticks])
            bar.outline.set_visible(False)

    def __repr__(self):
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
        kind = ", blue for positive and red for negative numbers" if self.signed else ""
        rows = [
            f"{name}: {', '.join(titles)}.".removeprefix(": ")
            for name, titles in zip(self.names, self.titles, strict=True)
        ]
        return f"Images of {height} x {width} pixels{kind}. {' '.join(rows)}"


class Mosaic:
    """Rows of small images that move, all with one scale of colours, blue and red by the sign.

    `shape` is that of the images: (rows, k, height, width). As in `ImageRows`, a short line marks
    what is clearly negative.
    """

    def __init__(self, ax, shape, titles, names):
        rows, places, height, width = shape
        self.at = [(row * (height + 1), place * (width + 1)) for row in range(rows)
                   for place in range(places)]  # fmt: skip
        self.cells = np.full((rows * (height + 1) - 1, places * (width + 1) - 1), np.nan)
        self.mesh = ax.imshow(self.cells, cmap="RdBu", vmin=-1, vmax=1, interpolation="nearest")
        (self.negative,) = ax.plot([], [], "_", color="black", markersize=4)
        for top, left in self.at:
            corner = left - 0.5, top - 0.5
            ax.add_patch(Rectangle(corner, width, height, fill=False, ec="#888888", clip_on=False))
        middle = (width - 1) / 2, (height - 1) / 2
        ax.set_xticks([left + middle[0] for _, left in self.at[:places]], titles)
        ax.set_yticks([top + middle[1] for top, _ in self.at[::places]], names)
        ax.tick_params(length=0, top=False, labeltop=True, bottom=False, labelbottom=False)
        ax.spines[:].set_visible(False)
        self.artists = [self.mesh, self.negative]

    def set(self, images):
        """Show other images, of the same shape."""
        images = np.concatenate(images) / (np.abs(images).max() or 1)
        for (top, left), image in zip(self.at, images, strict=True):
            self.cells[top : top + len(image), left : left + len(image[0])] = image
        self.mesh.set_data(self.cells)
        y, x = np.nonzero(self.cells < -1 / 4)
        self.negative.set_data(x, y)
