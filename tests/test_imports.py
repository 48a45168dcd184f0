"""Imports point downwards only, and nothing heavy loads before it is needed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import softmax_lessons

PACKAGE = Path(softmax_lessons.__file__).parent
HEAVY = {"sympy", "matplotlib", "ipywidgets", "PIL", "scipy", "IPython", "pandas"}

LAZY = {"steps"}  # which loads SymPy, and no other module imports
NUMERICS = {"_validation", "numerics"}
JUDGING = {"mistakes", "judging"}
PICTURES = {"_shown", "matplotlib", "PIL"}
# What each module may load, beside itself, `NUMERICS`, the standard library and NumPy.
ALLOWED = {
    "": set(),
    "_validation": set(),
    "_browser": {"IPython", "matplotlib"},
    "_shown": set(),
    "numerics": set(),
    "gradient_check": set(),
    "losses": set(),
    "layers": set(),
    "classifier": {"losses"},
    "data": set(),
    "symbolic": {"sympy"},
    "mistakes": set(),
    "judging": {"mistakes"},
    "diagnosis": {*JUDGING, "gradient_check"},
    "exercises": {*JUDGING, "gradient_check", "diagnosis"},
    "_page": {*JUDGING, "gradient_check", "diagnosis"},
    "plotting": PICTURES,
    "explorers": {"gradient_check", "losses", "symbolic", "plotting"}
    | JUDGING
    | {*PICTURES, "sympy", "ipywidgets", "IPython"},
}


def forbidden_in(module, path=PACKAGE.parent):
    """Return the heavy packages and the modules of ours that `module` loads and may not load."""
    files = [p.stem for p in (PACKAGE / module).glob("[a-z]*.py")] if module else []
    name = f"softmax_lessons.{module}".rstrip(".")
    names = ", ".join([name, *(f"{name}.{file}" for file in files if file not in LAZY)])
    program = f"import sys; sys.path.insert(0, {str(path)!r}); import {names}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd="/"
    )
    modules = run.stdout.split()
    heavy = {m.split(".")[0] for m in modules} & HEAVY
    ours = {m.split(".")[1] for m in modules if m.startswith("softmax_lessons.")}
    return (heavy | ours) - ALLOWED[module] - NUMERICS - {module}


@pytest.mark.parametrize("module", ALLOWED)
def test_each_module_loads_only_what_lies_below_it(module):
    assert forbidden_in(module) == set()


def test_every_module_has_a_row():
    modules = {
        p.stem for p in PACKAGE.iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()
    }
    assert modules - {"__init__"} == ALLOWED.keys() - {""}


def test_an_import_that_points_upwards_is_found(tmp_path):
    package = tmp_path / "softmax_lessons"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    with (package / "losses.py").open("a", encoding="utf-8") as file:
        file.write("\nimport sympy\nfrom softmax_lessons import plotting\n")
    assert forbidden_in("losses", tmp_path) >= {"sympy", "plotting"}


def test_no_two_files_share_a_name():
    folders = [PACKAGE, PACKAGE.parent / "tools"]
    names = [p.name for folder in folders for p in folder.rglob("[a-z]*.py")]
    assert sorted(set(names)) == sorted(names)
