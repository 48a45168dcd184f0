"""Wrong formulas that people believe, by name: `table()` lists them."""

# Importing a module enters its mistakes into the catalogue.
from softmax_lessons.misconceptions import backward, checking, forward, jacobian, loss
from softmax_lessons.misconceptions.catalogue import CATALOGUE, CLAIMS, Misconception, table

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
