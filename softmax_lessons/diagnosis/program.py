"""Runs a program text as far as it goes, statement by statement, and keeps what it defines."""

import ast
import builtins
import inspect
import linecache
from itertools import count
from traceback import walk_tb

from softmax_lessons.diagnosis.standins import (
    KNOWN,
    builtins_for,
    is_stand_in,
    stand_in,
)
from softmax_lessons.diagnosis.text import mended
from softmax_lessons.diagnosis.watch import Watch
from softmax_lessons.judging.observe import in_words
from softmax_lessons.judging.safe_call import Endless

_files = count(1)
RUNS = 1.5
"""The seconds for which a program may run by itself."""
DEFINES, IMPORTS = (ast.FunctionDef, ast.ClassDef), (ast.Import, ast.ImportFrom)


class Program:
    """A program that has run.

    `parts` are its functions, classes and lambdas by name, `values` what appeared in its lines,
    `troubles` sentences on what was left out.
    """

    def __init__(self, text, namespace, call, everything=False):
        self.file, self.troubles, self.missing = f"<program {next(_files)}>", [], []
        self.tree, self.lines, left_out = mended(text)
        self.text = "\n".join(self.lines)
        whole = self.text.splitlines(keepends=True)
        linecache.cache[self.file] = (len(self.text), None, whole, self.file)
        if left_out:
            (line, code), *more = left_out.items()
            others = f", and {len(more)} more" if more else ""
            self.troubles.append(f"Left out, since it is no Python: line {line}, `{code}`{others}.")
        self.namespace, self.watch = namespace, Watch(self.file)
        before = namespace.get("__builtins__")
        namespace["__builtins__"] = builtins_for(self.missing, everything)
        for k, node in enumerate(self.tree.body):
            self._run(node, k == len(self.tree.body) - 1, call)
        namespace["__builtins__"] = before or builtins
        self.parts = dict(self._parts())
        if self.missing:
            names = ", ".join(dict.fromkeys(self.missing))
            self.troubles.append(f"Not here, so something stood in for it: {names}.")

    def _run(self, node, last, call):
        kind = "single" if last and isinstance(node, ast.Expr) else "exec"
        tree = ast.Interactive([node]) if kind == "single" else ast.Module([node], [])
        try:
            code = compile(tree, self.file, kind)
        except (SyntaxError, ValueError) as error:  # such as a return outside of a function
            self.troubles.append(f"Line {node.lineno} was left out: {error.args[0]}.")
            return
        for _ in range(5):
            runs = self._watched if not isinstance(node, DEFINES + IMPORTS) else exec
            _, error = call(runs, code, self.namespace)
            name = getattr(error, "name", None)
            if not (isinstance(error, NameError) and name and isinstance(node, DEFINES)):
                break
            self.namespace[name] = KNOWN.get(name) or stand_in(name)
            self.missing.append(name)
        if error is not None:
            lines = [
                n for f, n in walk_tb(error.__traceback__) if f.f_code.co_filename == self.file
            ]
            line = lines[0] if lines else node.lineno
            what = error if isinstance(error, Endless) else f"it raises {in_words(error)}"
            if "_Kind" in str(what):  # the name of what stands in
                what = "more is needed than the name of what is not here"
            self.troubles.append(f"In line {line} {str(what).rstrip('.')}.")

    def _watched(self, code, namespace):
        with self.watch:
            exec(code, namespace)

    @property
    def values(self):
        """What appeared in the program's own lines."""
        return self.watch.values

    def _parts(self):
        """Yield the functions, classes and lambdas that are defined, and those in tables."""
        for node in self._statements(self.tree.body):
            if isinstance(node, DEFINES):
                names = [node.name]
            elif isinstance(node, ast.Assign):
                names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            else:
                continue
            for name in names:
                thing = self.namespace.get(name)
                if inspect.isclass(thing) and not is_stand_in(thing):
                    yield name, thing
                elif not inspect.isclass(thing):
                    yield from self._functions(name, thing)

    def _functions(self, name, thing, depth=0):
        if self.is_own(thing):
            yield name, thing
        elif isinstance(thing, dict) and depth < 2:
            for key, each in thing.items():
                if isinstance(key, str):
                    yield from self._functions(f'{name}["{key}"]', each, depth + 1)
        elif isinstance(thing, (tuple, list)) and 0 < depth < 2:
            for k, each in enumerate(thing):
                yield from self._functions(f"{name}[{k}]", each, depth + 1)

    def _statements(self, body):
        for node in body:
            yield node
            for inner in ("body", "orelse", "finalbody"):
                if isinstance(node, (ast.If, ast.Try, ast.With)):
                    yield from self._statements(getattr(node, inner, []))

    def is_own(self, thing):
        """Tell whether a thing is a function of this program."""
        return inspect.isfunction(thing) and thing.__code__.co_filename == self.file


class Live:
    """A function, a class or an object that is there already, as a program of one part."""

    def __init__(self, thing):
        self.name = getattr(thing, "__name__", type(thing).__name__)
        self.parts, self.troubles, self.values = {self.name: thing}, (), []
        kind = thing if inspect.isclass(thing) or inspect.isroutine(thing) else type(thing)
        try:
            self.file = inspect.getsourcefile(kind)
            self.text = inspect.getsource(kind)
        except (OSError, TypeError):
            self.file, self.text = "", ""
        self.lines = linecache.getlines(self.file) if self.file else []

    def is_own(self, thing):
        """Tell whether a thing is a function."""
        return inspect.isfunction(thing)
