"""Imports point downwards only, and nothing heavy loads before it is needed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import softmax_lessons

PACKAGE = Path(softmax_lessons.__file__).parent
HEAVY = {"sympy", "matplotlib", "ipywidgets", "PIL", "scipy", "IPython", "pandas", "sklearn"}

NUMPY_ONLY = {"numerics", "_arrays"}
# What each module may load, beside itself, the standard library and NumPy.
CHECKING = {"finite_difference", "gradient_check"}
OBSERVING = {"verdicts", "sandbox", "observing"}
JUDGING = CHECKING | OBSERVING | {"misconceptions", "judging"}
ALLOWED = {
    "": NUMPY_ONLY,
    "_arrays": NUMPY_ONLY,
    "_browser": NUMPY_ONLY | {"IPython", "matplotlib"},
    "numerics": NUMPY_ONLY,
    "counting": NUMPY_ONLY,
    "finite_difference": NUMPY_ONLY,
    "gradient_check": NUMPY_ONLY | CHECKING,
    "losses": NUMPY_ONLY,
    "layers": NUMPY_ONLY,
    "training": NUMPY_ONLY | {"losses"},
    "sandbox": NUMPY_ONLY,
    "verdicts": NUMPY_ONLY,
    "misconceptions": NUMPY_ONLY | CHECKING,
    "observing": NUMPY_ONLY | OBSERVING,
    "judging": NUMPY_ONLY | JUDGING,
    "probes": NUMPY_ONLY | OBSERVING,
    "exercises": NUMPY_ONLY | JUDGING | {"probes"},
    "symbolic": NUMPY_ONLY | {"sympy"},
    "plotting": NUMPY_ONLY | {"matplotlib", "PIL"},
    "curves": NUMPY_ONLY | {"plotting", "matplotlib", "PIL"},
    "explorers": NUMPY_ONLY
    | CHECKING
    | {"losses", "symbolic", "plotting", "curves"}
    | {"sympy", "matplotlib", "PIL", "ipywidgets", "IPython"},
}

PROBE = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(*sys.modules)
"""


def loaded_by(module, path=PACKAGE.parent):
    """Return the heavy packages and the modules of ours that importing `module` loads."""
    name = f"softmax_lessons.{module}".rstrip(".")
    probe = f"import sys; sys.path.insert(0, {str(path)!r})\n{PROBE}"
    run = subprocess.run(
        [sys.executable, "-c", probe, name], capture_output=True, text=True, check=True, cwd="/"
    )
    modules = run.stdout.split()
    heavy = {m.split(".")[0] for m in modules} & HEAVY
    ours = {m.split(".")[1] for m in modules if m.startswith("softmax_lessons.")}
    return heavy | ours - {module}


def forbidden_in(module, path=PACKAGE.parent):
    return loaded_by(module, path) - ALLOWED[module]


@pytest.mark.parametrize("module", ALLOWED)
def test_each_module_loads_only_what_lies_below_it(module):
    assert forbidden_in(module) == set()


def test_every_module_has_a_row():
    modules = {
        p.stem for p in PACKAGE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    assert modules - {"__init__"} == ALLOWED.keys() - {""}


@pytest.mark.parametrize("line", ["import sympy", "from softmax_lessons import plotting"])
def test_an_import_that_points_upwards_is_found(tmp_path, line):
    package = tmp_path / "softmax_lessons"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    upward = package / "losses.py"
    upward.write_text(upward.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    assert forbidden_in("numerics", tmp_path) == set()
    assert line.split()[-1] in forbidden_in("losses", tmp_path)
