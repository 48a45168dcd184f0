import re
import sys
import tomllib
from contextlib import suppress
from importlib import metadata
from itertools import chain
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
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
PACKAGES = by_name([*PROJECT["dependencies"], *chain(*EXTRAS.values())])
PINS = [
    Requirement(line)
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    if not line.startswith("#")
]
ADMITTED = SpecifierSet(PROJECT["requires-python"])
PYTHONS = [*ADMITTED.filter(f"3.{minor}.{patch}" for minor in range(15) for patch in range(20))]


def pythons_of(pin):
    """Return the Pythons that a line of constraints.txt is for, on this operating system."""
    return {
        python
        for python in PYTHONS
        if not pin.marker
        or pin.marker.evaluate(
            {"python_full_version": python, "python_version": python.rpartition(".")[0]}
        )
    }


def test_conda_environment_has_the_packages_and_ranges_of_pyproject():
    python, *packages, pip, lessons = CONDA
    ranges = {CONDA_NAMES.get(name, name): r for name, r in by_name(packages).items()}
    assert ranges == by_name([*PROJECT["dependencies"], *EXTRAS["lab"], *EXTRAS["dev"]])
    assert (pip, lessons) == ("pip", {"pip": ["-e ."]})
    name, version = python.split("=")  # Binder reads no other spelling
    assert name == "python"
    assert ADMITTED.contains(version)


def test_a_lesson_needs_no_package_but_these_four():
    assert by_name(PROJECT["dependencies"]).keys() == {"ipywidgets", "matplotlib", "numpy", "sympy"}
    imports = re.compile(r"^\s*\"(?:import|from) (\w+)", re.MULTILINE)  # a line of code in JSON
    loaded = {name for lesson in NOTEBOOKS for name in imports.findall(lesson.read_text("utf-8"))}
    own = {"numpy", "sympy", "matplotlib", "ipywidgets", "IPython", "softmax_lessons"}
    assert loaded - own <= sys.stdlib_module_names


@pytest.mark.parametrize("name", PACKAGES)
def test_constraints_pin_every_direct_dependency_within_its_range_on_every_python(name):
    pins = [pin for pin in PINS if canonicalize_name(pin.name) == name]
    assert sorted(python for pin in pins for python in pythons_of(pin)) == sorted(PYTHONS)
    assert all(PACKAGES[name].contains(str(pin.specifier).removeprefix("==")) for pin in pins)


def test_no_constraint_excludes_a_python_that_it_is_for():
    excluded = []
    for pin in PINS:
        with suppress(metadata.PackageNotFoundError):  # it is of another extra or system
            installed = metadata.metadata(pin.name)
            if pin.specifier.contains(installed["Version"]):
                admitted = SpecifierSet(installed.get("Requires-Python", ""))
                excluded += [(str(pin), p) for p in pythons_of(pin) if not admitted.contains(p)]
    assert excluded == []


def test_readme_lists_exactly_the_lessons_that_exist():
    readme = (ROOT / "README.md").read_text("utf-8")
    listed = re.findall(r"^\| \[[^\]]+\]\(notebooks/([^)]+)\)", readme, re.MULTILINE)
    assert listed == [notebook.name for notebook in NOTEBOOKS]


@pytest.mark.parametrize("lesson", NOTEBOOKS, ids=lambda path: path.stem)
def test_stored_lesson_has_no_problem(lesson):
    assert notebooks.problems(lesson) == []
