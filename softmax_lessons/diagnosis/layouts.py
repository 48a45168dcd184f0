"""How rows of examples are laid out for a program, and what else it may be given beside them."""

import linecache
import re
import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from softmax_lessons.diagnosis.tensors import tensor


class Layout(NamedTuple):
    """How an array of N rows of n classes is laid out, and back again."""

    words: str
    put: Callable
    back: Callable
    N: int
    n: int

    @property
    def single(self):
        """Whether there is one example."""
        return self.N == 1


LAYOUTS = {
    "rows": Layout("examples are rows", np.asarray, np.asarray, 3, 5),
    "columns": Layout("examples are columns", np.transpose, np.transpose, 3, 5),
    "vector": Layout("one example at a time", lambda a: a[0], lambda a: a[None], 1, 5),
    "column": Layout("one example, a column", np.transpose, np.transpose, 1, 5),
    "list": Layout("one example, a list", lambda a: a[0].tolist(), np.atleast_2d, 1, 5),
    "lists": Layout("examples are lists", lambda a: a.tolist(), np.asarray, 3, 5),
    "block": Layout("examples lie along two axes", lambda a: a.reshape(2, -1, a.shape[1]),
                    lambda a: a.reshape(-1, a.shape[-1]), 6, 5),
    "tensors": Layout("examples are rows of a tensor", tensor, np.asarray, 3, 5),
    "square": Layout("as many examples as classes", np.asarray, np.asarray, 4, 4),
}  # fmt: skip
"""With more classes than examples, one call tells rows from columns, and N from n."""

ARRAYS, TARGETS = ("array", "record", "flat"), ("one-hot", "labels", "label column")
"""The forms of what varies: an array, alone, in a record or as one long row; and targets."""


class Record(dict):
    """A cache, parameters or a node of a graph: has whatever it is asked for.

    Weights are the identity, so that they change nothing; biases are 0.
    """

    KINDS = (
        (re.compile(r"w([a-z0-9]{0,2}$|_)|weight|theta", re.I), lambda self: np.eye(self.n)),
        (re.compile(r"b([a-z0-9]{0,2}$|_)|bias", re.I), lambda self: self.bias.copy()),
        (re.compile(r"mask"), lambda self: np.ones(np.shape(self.array), bool)),
        (re.compile(r""), lambda self: self.array),
    )

    def __init__(self, n, array=None, bias=None):
        self.__dict__.update(n=n, array=array, bias=bias)

    def __missing__(self, key):
        """Return what the name of a key speaks for."""
        if not isinstance(key, str) or key.startswith("__"):
            raise KeyError(key)
        made = next(make for kind, make in self.KINDS if kind.match(key))(self)
        if made is None:
            raise KeyError(key)
        self[key] = made
        return made

    def __iter__(self):
        """Return what the names in front of `= parameters` speak for, where it is unpacked so."""
        frame = sys._getframe(1)
        line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        names = re.match(r"\s*[(\[]?(\w+(?:, *\w+)+)[)\]]? *= *[\w.]+ *(#.*)?$", line)
        return iter([self[name] for name in re.split(", *", names[1])] if names else [*self.keys()])

    def __getattr__(self, name):
        """Return what is asked for as an attribute."""
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


def put(form, layout, rows):
    """Return what varies, given as rows, in a form and a layout."""
    laid = layout.put(rows)
    if form == "record":
        return Record(rows.shape[1], laid, bias_of(layout, rows.shape[1]))
    if form == "flat":
        return np.ravel(laid)
    if form not in ("labels", "label column"):
        return laid
    labels = rows.argmax(axis=1)
    if form == "label column":
        if layout.words != LAYOUTS["rows"].words:
            raise ValueError("labels are in a column where examples are rows")
        return labels[:, None]
    if layout is LAYOUTS["tensors"]:
        return tensor(labels)
    if np.ndim(laid) == 1:  # one example
        return int(labels[0])
    if isinstance(laid, list):
        return labels.tolist()
    return labels.reshape(laid.shape[:2]) if laid.ndim > 2 else labels


class Context:
    """What PyTorch hands to the forward and to the backward of a function."""

    saved_tensors = needs_input_grad = ()

    def save_for_backward(self, *arrays):
        """Keep arrays."""
        self.saved_tensors = arrays


def bias_of(layout, n):
    """Return a bias that is 0, as it is added in a layout."""
    one = layout is not LAYOUTS["block"] and layout is not LAYOUTS["square"]
    return np.asarray(layout.put(np.zeros((1, n)))) if one else np.zeros(n)


def _ones(N, n, layout):
    return np.asarray(layout.put(np.ones((N, n))))


CONSTANTS = {
    "parameters": lambda N, n, layout: Record(n, bias=bias_of(layout, n)),
    "context": lambda N, n, layout: Context(),
    "0": lambda N, n, layout: 0.0,
    "a bias of 0": lambda N, n, layout: bias_of(layout, n),
    "1": lambda N, n, layout: 1,
    "n": lambda N, n, layout: n,
    "N": lambda N, n, layout: N,
    "the last axis": lambda N, n, layout: -1,
    "the sizes": lambda N, n, layout: [n, n, n],
    "the identity": lambda N, n, layout: np.eye(N),
    "the identity of the classes": lambda N, n, layout: np.eye(n),
    "a mask of ones": lambda N, n, layout: _ones(N, n, layout) > 0,
    "a mask of examples": lambda N, n, layout: _ones(N, n, layout)[..., 0] > 0,
    "ones for the examples": lambda N, n, layout: _ones(N, n, layout)[..., 0],
    "weights": lambda N, n, layout: [np.eye(n), np.eye(n)],
    "layers": lambda N, n, layout: [(np.eye(n), np.zeros(n)) for _ in range(2)],
    "ones": lambda N, n, layout: np.ones(n),
    "True": lambda N, n, layout: True,
    "None": lambda N, n, layout: None,
}
"""What does not vary: numbers that change nothing, sizes, the identity in place of data."""

INCOMING = re.compile(
    r"g|d_?(out|y|values|loss|output)|.*grad(_.*|s|ient)?|grad_?\w+|upstream", re.I
)
"""What incoming gradients are called: an array, or behind a loss often 1."""

LIKELY = (
    (r"axis|dim", ("the last axis",)),
    (INCOMING.pattern, ("array", "1")),
    (r"ctx|context", ("context", "parameters", "record")),
    (r".*mask.*|.*pad.*|.*valid.*", ("a mask of ones", "a mask of examples", "array")),
    (r"y|t|yi|y_?true|y_?batch|.*label.*|.*target.*|.*truth.*|.*actual.*|.*one_?hot.*"
     r"|.*expected.*|.*correct.*|.*answer.*|.*wanted.*|.*action.*|ys|gold",
     ("labels", "one-hot", "array", "label column", "1")),
    (r".*advantage.*|returns?|rewards?|.*sample_?weights?", ("ones for the examples", "array")),
    (r"theta\d?|w|coef", ("array", "flat", "parameters", "record", "the identity of the classes")),
    (r".*class_?weights?", ("ones", "array")),
    (r"(?-i:[KV])|keys?|values?", ("the identity of the classes", "array")),
    (r"i|j|k|idx|index|class_?idx|c", ("1", "labels", "n", "array")),
    (r".*params?|parameters|.*weights|model|layers|.*net(work)?",
     ("parameters", "record", "array", "weights", "layers", "the identity of the classes", "flat")),
    (r"p", ("array", "parameters", "record")),
    (r".*cache|out|saved|states?|memory|node|stored|forward_.*|activations",
     ("record", "array", "parameters")),
    (r".*reg.*|.*lambda.*|.*rate.*|lr|.*alpha.*|.*decay.*|eps.*|h|.*temp.*|.*step.*|lam.*"
     r"|.*beta.*|.*smooth.*|eta|tau", ("0", "1")),
    (r"x|data|inputs?|.*features?|batch|samples?|x_?batch|images?|x_?train|points",
     ("array", "the identity", "labels")),
    (r"b|bias|.*offset.*", ("0", "a bias of 0", "array")),
    (r".*w\d?|.*weight.*|.*param.*|theta\d?", ("array", "flat", "the identity of the classes")),
    (r".*input_?(size|dim).*|n_?in|.*features", ("N", "n")),
    (r".*num.*|.*classes.*|.*size.*|n|m|d|.*count.*|.*dims?|layers?|sizes",
     ("n", "N", "the sizes")),
)  # fmt: skip
"""What arguments of some names are most likely given. Names order what is tried, no more."""
OTHERS = ("array", "one-hot", "labels", "the identity", "0", "1", "label column", "n")
OTHERS += ("the identity of the classes", "a mask of ones", "a mask of examples", "record")


def likely(name):
    """Return the forms that the name of an argument speaks for."""
    return next((forms for names, forms in LIKELY if re.fullmatch(names, name, re.I)), ())


def forms_of(name, number):
    """Return the forms to try for one of a number of arguments, the likely ones first."""
    found = likely(name)
    if found and number > 2:
        return found
    others = OTHERS if number <= 2 else ("array", "labels", "the identity", "1", "a mask of ones")
    return (*found, *(form for form in others if form not in found))
