"""Handwritten digits, to train a classifier on.

Source: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning
Repository, 1998, :doi:`10.24432/C50P49`, licence CC BY 4.0: the 1797 digits of its test set, by 13
people, as scikit-learn has them too (`sklearn.datasets.load_digits`). Nothing in them was changed.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np


class Digits(NamedTuple):
    """Pictures of digits, which digits they are, and an order for training.

    Parameters
    ----------
    images : ndarray of float64, shape (1797, 64)
        8 x 8 pixels in each row, from 0 (white) to 16 (black).
    labels : ndarray of int, shape (1797,)
        The digits, 0 to 9.
    order : ndarray of int, shape (1797,)
        Every index once, at random. The first 1200 are for training and the rest for testing; each
        digit has the same share in both.
    """

    images: np.ndarray
    labels: np.ndarray
    order: np.ndarray


def load_digits():
    """Return the digits.

    Examples
    --------
    >>> images, labels, order = load_digits()
    >>> images.shape, labels[:5].tolist()
    ((1797, 64), [0, 1, 2, 3, 4])
    """
    with np.load(Path(__file__).with_name("digits.npz")) as file:
        return Digits(file["images"].astype(float), file["labels"].astype(int), file["order"])
