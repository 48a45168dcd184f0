import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import notebooks

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

CONDA_NAMES = {"matplotlib-base": "matplotlib"}  # without its desktop windows


def by_name(lines):
    """Return the range each requirement admits."""
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in requirements}


EXTRAS = PROJECT["optional-dependencies"]
RANGES = by_name([*PROJECT["dependencies"], *EXTRAS["lab"], *EXTRAS["dev"]])


def test_conda_environment_has_the_packages_and_ranges_of_pyproject():
    *packages, pip, lessons = CONDA
    ranges = {CONDA_NAMES.get(name, name): r for name, r in by_name(packages).items()}
    assert ranges == RANGES | {"python": Requirement(f"x{PROJECT['requires-python']}").specifier}
    assert (pip, lessons) == ("pip", {"pip": ["-e ."]})


def test_a_lesson_needs_no_package_but_these_four():
    assert by_name(PROJECT["dependencies"]).keys() == {"ipywidgets", "matplotlib", "numpy", "sympy"}
    imports = re.compile(r"^\s*\"(?:import|from) (\w+)", re.MULTILINE)  # a line of code in JSON
    loaded = {name for lesson in NOTEBOOKS for name in imports.findall(lesson.read_text("utf-8"))}
    own = {"numpy", "sympy", "matplotlib", "ipywidgets", "IPython", "softmax_lessons"}
    assert loaded - own <= sys.stdlib_module_names


@pytest.mark.parametrize("name", RANGES)
def test_constraints_pin_every_direct_dependency_within_its_range(name):
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = by_name(line for line in lines if not line.startswith("#"))
    assert RANGES[name].contains(str(pins[name]).removeprefix("=="))


def test_readme_lists_exactly_the_lessons_that_exist():
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| \[[^\]]+\]\(notebooks/([^)]+)\)", readme, re.MULTILINE)
    assert listed == [notebook.name for notebook in NOTEBOOKS]


@pytest.mark.parametrize("lesson", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_lesson_has_no_problem(lesson):
    assert notebooks.problems(lesson) == []
