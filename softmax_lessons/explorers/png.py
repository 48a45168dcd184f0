"""Pictures as PNG files, quickly."""

import struct
import zlib

import numpy as np


def png(pixels):
    r"""Return pixels as a PNG file.

    Pillow tries five filters on every row, for a smaller file. Rows as they are take half the time.

    Parameters
    ----------
    pixels : array_like of uint8, shape (height, width, 4)
        Red, green, blue and opacity.

    Returns
    -------
    bytes

    References
    ----------
    Portable Network Graphics (PNG) Specification, third edition, W3C, 2025, sections 5, 7 and 11.
    https://www.w3.org/TR/png-3/

    Examples
    --------
    >>> png(np.zeros((2, 3, 4), dtype=np.uint8))[:8]
    b'\x89PNG\r\n\x1a\n'
    """
    height, width, _ = np.shape(pixels)
    # Every row begins with the number of its filter; 0 is none.
    rows = np.zeros((height, 1 + 4 * width), dtype=np.uint8)
    rows[:, 1:] = np.reshape(pixels, (height, 4 * width))
    eight_bits, red_green_blue_opacity = 8, 6
    header = struct.pack(">IIBBBBB", width, height, eight_bits, red_green_blue_opacity, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows, level=1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
