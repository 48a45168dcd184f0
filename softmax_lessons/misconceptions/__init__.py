"""Wrong formulas that people believe, by name: `table()` lists them."""

# Importing a module enters its mistakes into the catalogue.
from softmax_lessons.misconceptions import backward, checking, forward, jacobian, loss
from softmax_lessons.misconceptions.catalogue import CATALOGUE, Misconception, table
from softmax_lessons.misconceptions.claims import CLAIMS

__all__ = [
    "CATALOGUE",
    "CLAIMS",
    "Misconception",
    "backward",
    "checking",
    "forward",
    "jacobian",
    "loss",
    "table",
]
