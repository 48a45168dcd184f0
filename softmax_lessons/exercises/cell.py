"""Runs a whole program, as text or as a cell, and finds what it defines."""

import ast
import linecache
from itertools import count
from traceback import walk_tb

from softmax_lessons.exercises.observe import described
from softmax_lessons.exercises.safe_call import Caller  # noqa: F401 - for the example
from softmax_lessons.exercises.verdict import Status, as_html

_numbers = count(1)


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
        others = [verdict.exercise for verdict in self if verdict.status is Status.NOT_READ]
        unclear = f"It is unclear what these compute: {', '.join(others)}." if others else ""
        nothing = "" if self else "There is no function and no class here to diagnose."
        return [sentence for sentence in (self.trouble, nothing, unclear) if sentence]

    def __str__(self):
        """Return all as text."""
        return "\n\n".join([*map(str, self.read), *self.sentences])

    __repr__ = __str__

    def _repr_html_(self):
        """Return all as HTML."""
        sentences = [f"<p>{as_html(sentence)}</p>" for sentence in self.sentences]
        return "".join([*(verdict._repr_html_() for verdict in self.read), *sentences])


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
