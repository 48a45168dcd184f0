"""Runs a whole program, as text or as a cell, and finds what it defines."""

import ast
import linecache
import sys
from itertools import count
from traceback import walk_tb

from softmax_lessons.diagnosis.doorway import UNCLEAR
from softmax_lessons.judging.observe import described
from softmax_lessons.judging.safe_call import Caller  # noqa: F401 - for the example
from softmax_lessons.judging.showing import as_html
from softmax_lessons.judging.verdict import Status

_numbers = count(1)

PASTE_HERE = "paste-here"
"""The id of the cell that readers paste their code into."""


class Verdicts(tuple):
    """The verdicts on all that a program defines, and `trouble`: how it ended, if in an error."""

    trouble = ""

    @property
    def read(self):
        """The verdicts on what could be read."""
        return [verdict for verdict in self if verdict.status is not Status.NOT_READ]

    @property
    def sentences(self):
        """What is to be said of the whole program."""
        others = [verdict for verdict in self if verdict.status is Status.NOT_READ]
        names = [verdict.exercise for verdict in others if verdict.summary == UNCLEAR]
        unclear = f"It is unclear what these compute: {', '.join(names)}." if names else ""
        failing = [f"{v.exercise}: {v.summary}" for v in others if v.summary != UNCLEAR]
        nothing = "" if self else "There is no function and no class here to diagnose."
        return [text for text in (self.trouble, nothing, *failing, unclear) if text]

    def __str__(self):
        """Return all as text."""
        return "\n\n".join([*map(str, self.read), *self.sentences])

    __repr__ = __str__

    def _repr_html_(self):
        """Return all as HTML: the first verdict, and the others folded, so that all are in view."""
        parts = []
        for verdict in self.read:
            html, (title, *_) = verdict._repr_html_(), str(verdict).splitlines()
            named = ", ".join(mistake.key for mistake in verdict.mistakes)
            summary = as_html(f"{title}: {named}" if named else title)
            folded = f"<details><summary>{summary}</summary>{html}</details>"
            parts.append(folded if parts else html)
        return "".join([*parts, *(f"<p>{as_html(sentence)}</p>" for sentence in self.sentences)])


def run(source, namespace, call):
    r"""Run a program; where it ends in an error, go on with what it defines after that.

    `call` takes a function and its arguments, and returns a result and an error, as `Caller` does.
    Return the functions and classes that it defines, and a sentence on how it ended; empty where it
    did not end in an error.

    Examples
    --------
    >>> run("half = lambda x: x / 2\n1 / 0", {}, Caller())[1]
    'The program ends early: it raises ZeroDivisionError: division by zero, in the line `1 / 0`.'
    """
    file = f"<program {next(_numbers)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    try:
        tree = ast.parse(source, file)
    except (SyntaxError, ValueError) as error:
        text = (getattr(error, "text", None) or "").strip()
        return [], f"This is not Python: {error}" + (f", in the line `{text}`." if text else ".")
    ends_in_value = bool(tree.body) and isinstance(tree.body[-1], ast.Expr)
    body = tree.body[:-1] if ends_in_value else tree.body
    parts = [compile(ast.Module(body, []), file, "exec")]
    if ends_in_value:  # shown, as that of a cell is
        parts.append(compile(ast.Interactive(tree.body[-1:]), file, "single"))
    error = None
    for part in parts:
        error = error or call(exec, part, namespace)[1]
    if error:
        lines = [n for frame, n in walk_tb(error.__traceback__) if frame.f_code.co_filename == file]
        for node in filter(_defines, tree.body):
            if lines and node.lineno > lines[0]:
                call(exec, compile(ast.Module([node], []), file, "exec"), namespace)
    names = dict.fromkeys(name for node in tree.body for name in _names(node))
    defined = [namespace[name] for name in names if callable(namespace.get(name))]
    return defined, f"The program ends early: {described(error).rstrip('.')}." if error else ""


def _names(node):
    """Return the names of the functions and classes that a statement defines."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return [node.name]
    of_lambda = isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda)
    return [t.id for t in node.targets if isinstance(t, ast.Name)] if of_lambda else []


def _defines(node):
    constant = isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
    return constant or isinstance(node, (ast.Import, ast.ImportFrom)) or _names(node)


def say_what_to_do(result):
    """Say how the code of a cell that was meant to be diagnosed is diagnosed; runs after cells."""
    shell = sys.modules["IPython"].get_ipython()
    parent = getattr(getattr(shell, "kernel", None), "get_parent", dict)()
    is_meant = (parent or {}).get("metadata", {}).get("cellId") == PASTE_HERE
    if is_meant and not result.info.raw_cell.lstrip().startswith("%%diagnose"):
        print("The code has run, and nothing was diagnosed. Type %%diagnose as the first line of")
        print("this cell, above your code, and run the cell again.")
