"""Runs a program text as far as it goes, statement by statement, and keeps what it defines."""

import ast
import builtins
import inspect
import linecache
import random
from contextlib import nullcontext, suppress
from itertools import count
from traceback import walk_tb

import numpy as np

from softmax_lessons.diagnosis.standins import KNOWN, builtins_for, is_stand_in, stand_in
from softmax_lessons.diagnosis.text import mended
from softmax_lessons.diagnosis.watch import Watch
from softmax_lessons.judging.observe import in_words
from softmax_lessons.judging.safe_call import Endless

_files = count(1)
RUNS = 1.5
"""The seconds for which a program may run by itself."""
DEFINES = (ast.FunctionDef, ast.ClassDef)
UNWATCHED = (*DEFINES, ast.Import, ast.ImportFrom)


class Program:
    """A program that has run.

    `parts` are its functions, classes and lambdas by name, `values` what appeared in its lines,
    `troubles` sentences on what was left out.
    """

    def __init__(self, text, namespace, call, everything=False):
        self.file, self.troubles, self.missing = f"<program {next(_files)}>", [], []
        tree, self.lines, left_out = mended(text)
        self.text = "\n".join(self.lines)
        whole = self.text.splitlines(keepends=True)
        linecache.cache[self.file] = (len(self.text), None, whole, self.file)
        for line in [n for n, code in left_out.items() if f"{code}:" == self.lines[n - 1].strip()]:
            self.troubles.append(f"In line {line} a colon is missing: `{left_out.pop(line)}`.")
        if left_out:
            (line, code), *more = left_out.items()
            others = f", and {len(more)} more" if more else ""
            self.troubles.append(f"Left out, since it is no Python: line {line}, `{code}`{others}.")
        if {line.strip() for line in self.lines} <= {"", "pass"}:
            self.troubles.append("No Python code is left to read. Paste the code itself.")
        self.namespace, seen = namespace, {*map(id, namespace.values())}
        self.watch = Watch(self.file)
        self.states = np.random.RandomState(0).get_state(), random.Random(0).getstate()
        self.values = self.watch.values
        before = namespace.get("__builtins__")
        namespace["__builtins__"] = builtins_for(self.missing, everything)
        for node in tree.body:
            self._run(node, node is tree.body[-1], call)
        namespace["__builtins__"] = before or builtins
        self.parts = {
            name: thing
            for key, value in [*namespace.items()]
            for name, thing in self._parts(key, value)
            if id(thing) not in seen and not seen.add(id(thing))
        }
        if self.missing:
            names = ", ".join(dict.fromkeys(self.missing))
            self.troubles.append(f"Not here, so something stood in for it: {names}.")

    def _run(self, node, last, call):
        shows = last and isinstance(node, ast.Expr)
        tree = ast.Interactive([node]) if shows else ast.Module([node], [])
        try:
            code = compile(tree, self.file, "single" if shows else "exec")
        except (SyntaxError, ValueError) as error:  # such as a return outside of a function
            self.troubles.append(f"Line {node.lineno} was left out: {error.args[0]}.")
            return
        for _ in range(5):
            watched = not isinstance(node, UNWATCHED)
            _, error = call(self._executed, code, self.namespace, watched)
            name = getattr(error, "name", None)
            if not (isinstance(error, NameError) and name and isinstance(node, DEFINES)):
                break
            self.namespace[name] = KNOWN.get(name) or stand_in(name)
            self.missing.append(name)
        if error is not None:
            frames = walk_tb(error.__traceback__)
            lines = [line for frame, line in frames if frame.f_code.co_filename == self.file]
            what = str(error if isinstance(error, Endless) else f"it raises {in_words(error)}")
            if "_Kind" in what:  # the name of what stands in
                names = " or ".join(dict.fromkeys(self.missing))
                what = f"more is needed than the name of {names}, and it is not here"
            what = what.replace("it did not return: all calls", "it was stopped: all lines")
            what = what.partition(", and this was call")[0]
            self.troubles.append(f"In line {[*lines, node.lineno][0]} {what.rstrip('.')}.")

    def _executed(self, code, namespace, watched):
        # Random numbers go on from one statement to the next, and are the same every time.
        np.random.set_state(self.states[0])  # noqa: NPY002
        random.setstate(self.states[1])
        try:
            with self.watch if watched else nullcontext():
                exec(code, namespace)
        finally:
            self.states = np.random.get_state(), random.getstate()  # noqa: NPY002

    def _parts(self, name, thing, depth=0):
        """Yield the functions and classes that a name stands for, and those in tables."""
        if inspect.isclass(thing):
            if not is_stand_in(thing) and any(map(self._is_method, vars(thing).values())):
                yield name, thing
        elif self.is_own(thing):
            yield name, thing
        elif isinstance(thing, dict) and depth < 2 and not name.startswith("_"):
            for key, each in thing.items():
                if isinstance(key, str):
                    yield from self._parts(f'{name}["{key}"]', each, depth + 1)
        elif isinstance(thing, (tuple, list)) and depth == 1:
            for k, each in enumerate(thing):
                yield from self._parts(f"{name}[{k}]", each, depth + 1)

    def _is_method(self, raw):
        return self.is_own(getattr(raw, "__func__", raw))

    def is_own(self, thing):
        """Tell whether a thing is a function of this program."""
        return inspect.isfunction(thing) and thing.__code__.co_filename == self.file


class Live:
    """A function, a class or an object that is there already, as a program of one part."""

    def __init__(self, thing):
        self.name = getattr(thing, "__name__", type(thing).__name__)
        self.parts, self.troubles, self.values = {self.name: thing}, (), []
        kind = thing if inspect.isclass(thing) or inspect.isroutine(thing) else type(thing)
        self.file = self.text = ""
        with suppress(OSError, TypeError):
            self.file, self.text = inspect.getsourcefile(kind), inspect.getsource(kind)
        self.lines = linecache.getlines(self.file)

    def is_own(self, thing):
        """Tell whether a thing is a function."""
        return inspect.isfunction(thing)
