"""Run lessons, or the checks of exercises, and name everything they do that reaches out.

`python -m tests.audited notebooks/*.ipynb checks` prints a line for each; `checks` hands every
mistake of the catalogue to its check. By its audit events Python reports
what is done to files, sockets and processes, and which text is compiled. What a library does in C
alone is not seen.
"""

import os
import sys
import tempfile
from pathlib import Path

import matplotlib
import nbformat
import numpy as np
import numpy.testing  # of older NumPy, the import starts a process to ask for the CPU
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import softmax_lessons
from softmax_lessons import exercises, misconceptions
from softmax_lessons.explorers.explorer import Explorer
from tests.moves import random_move

OURS = str(Path(softmax_lessons.__file__).parent)
# Matplotlib sees to it that its own folders exist.
MAY_CHANGE = [
    os.path.realpath(folder)
    for folder in (tempfile.gettempdir(), matplotlib.get_configdir(), matplotlib.get_cachedir())
]
NETWORK_AND_PROCESSES = (
    "socket.",
    "http.client.",
    "urllib.",
    "ftplib.",
    "smtplib.",
    "webbrowser.",
    "subprocess.",
    "pty.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.kill",
)
# Which of the arguments of these events are paths that are changed.
CHANGES = {
    "os.chmod": [0],
    "os.chown": [0],
    "os.link": [1],
    "os.mkdir": [0],
    "os.remove": [0],
    "os.rename": [0, 1],
    "os.rmdir": [0],
    "os.symlink": [1],
    "os.truncate": [0],
    "os.utime": [0],
    "shutil.copyfile": [1],
    "shutil.move": [0, 1],
    "shutil.rmtree": [0],
    "sqlite3.connect": [0],
}
# These compile text that they wrote themselves, from the fields of a class or from an expression.
WRITES_ITS_CODE = {
    "collections",
    "dataclasses",
    "sympy.polys.monomials",
    "sympy.utilities.lambdify",
}


def reaches_out(event, arguments):
    """Return what is reached, None if nothing is."""
    if event.startswith(NETWORK_AND_PROCESSES):
        return f"{event} {arguments!r:.80}"
    if event == "open":
        path, mode, flags = arguments
        writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
        changed = [path] if set(mode or "") & set("wax+") or flags & writes else []
    else:
        changed = [arguments[k] for k in CHANGES.get(event, [])]
    for path in changed:
        if not isinstance(path, int) and not may_change(path):
            return f"{event} {path!r}"
    if event == "compile" and (text := arguments[0]) is not None and (by := compiled_for_us()):
        return f"compile {text!r:.80} in {by}"
    return None


def may_change(path):
    """Tell whether a path lies in a folder for temporary files."""
    real = os.path.realpath(os.fsdecode(path))
    return real == os.devnull or any(Path(real).is_relative_to(folder) for folder in MAY_CHANGE)


def compiled_for_us():
    """Return the module that compiles text because our code or a cell called it, None if none does.

    The shell compiles the cells themselves, and modules are compiled as they are imported.
    """
    frame = sys._getframe(3)
    compiler = frame.f_globals.get("__name__", "")
    if compiler in WRITES_ITS_CODE:
        return None
    while frame is not None:
        module, file = frame.f_globals.get("__name__", ""), frame.f_code.co_filename
        if file.startswith(OURS) or (module == "__main__" and file != __file__):
            return compiler
        if module.startswith(("importlib.", "IPython.core.")):
            return None
        frame = frame.f_back
    return None


class Watch:
    """Collects what reaches out while it is on; an audit hook cannot be removed."""

    def __init__(self):
        self.found = []
        self.on = False
        sys.addaudithook(self.hook)

    def hook(self, event, arguments):
        if self.on and (reached := reaches_out(event, arguments)):
            self.found.append(reached)


def run_lesson(path, shell):
    """Run every cell, and move the controls of every explorer it shows."""
    rng = np.random.default_rng(0)
    shell.reset()
    for cell in nbformat.read(path, 4).cells:
        if cell.cell_type != "code":
            continue
        run = shell.run_cell(cell.source, store_history=True)
        if not run.success and "raises-exception" not in cell.metadata.get("tags", []):
            raise SystemExit(f"{path}: {run.error_in_exec!r}")
        if isinstance(run.result, Explorer):
            for _ in range(5):
                control, value = random_move(run.result, rng)
                run.result.controls[control].value = value


def run_checks():
    """Hand every mistake of the catalogue to its check, and look at the verdict."""
    for record in misconceptions.CATALOGUE:
        verdict = getattr(exercises, f"check_{record.kind}")(record.function)
        repr(verdict), verdict._repr_html_()


if __name__ == "__main__":
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    watch = Watch()
    for name in sys.argv[1:]:
        watch.on = True
        run_checks() if name == "checks" else run_lesson(name, shell)
        watch.on = False
        for reached in sorted(set(watch.found)):
            print(f"{name}: {reached}", file=sys.stderr)
        watch.found.clear()
