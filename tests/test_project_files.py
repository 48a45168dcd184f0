import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools import notebooks

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))

# conda-forge has Matplotlib without its desktop windows, and Playwright for Python rather than for
# JavaScript, under names of their own.
CONDA_NAMES = {"matplotlib-base": "matplotlib", "playwright-python": "playwright"}


def by_name(lines):
    """Return the range each requirement admits."""
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in requirements}


def pyproject_ranges(pyproject):
    project = pyproject["project"]
    return by_name(
        [
            f"python{project['requires-python']}",
            *project["dependencies"],
            *project["optional-dependencies"]["dev"],
        ]
    )


def conda_ranges(environment):
    ranges = by_name(line for line in environment["dependencies"] if isinstance(line, str))
    del ranges["pip"]
    return {CONDA_NAMES.get(name, name): specifier for name, specifier in ranges.items()}


def differences(ranges, others):
    """Name every package whose range is not the same in both."""
    names = ranges.keys() | others.keys()
    return {name for name in names if ranges.get(name) != others.get(name)}


def unmet(ranges, constraints):
    """Name every package that no constraint pins, or pins outside its range."""
    pins = by_name(line for line in constraints.splitlines() if not line.startswith("#"))
    versions = {name: str(specifier).removeprefix("==") for name, specifier in pins.items()}
    return {
        name
        for name, specifier in ranges.items()
        if name not in versions or not specifier.contains(versions[name])
    }


def linked_lessons(readme):
    """Return the notebooks that the rows of a table link to, in their order."""
    return re.findall(r"^\| \[[^\]]+\]\((notebooks/[^)]+\.ipynb)\)", readme, re.MULTILINE)


def test_conda_environment_has_the_packages_and_ranges_of_pyproject():
    assert differences(pyproject_ranges(PYPROJECT), conda_ranges(CONDA)) == set()


def test_conda_environment_installs_the_lessons_themselves():
    assert {"pip": ["-e ."]} in CONDA["dependencies"]


@pytest.mark.parametrize(
    ("conda", "different"),
    [
        (["python>=3.11", "numpy>=2.0,<3"], set()),
        (["python >=3.11", "NumPy <3,>=2.0"], set()),
        (["python>=3.11"], {"numpy"}),
        (["python>=3.11", "numpy>=2.1,<3"], {"numpy"}),
        (["python>=3.11", "numpy>=2.0,<3", "torch"], {"torch"}),
        (["python>=3.12", "numpy"], {"python", "numpy"}),
    ],
)
def test_differing_ranges_are_found(conda, different):
    project = {
        "requires-python": ">=3.11",
        "dependencies": ["numpy>=2.0,<3"],
        "optional-dependencies": {"dev": []},
    }
    ranges = conda_ranges({"dependencies": ["pip", *conda, {"pip": ["-e ."]}]})
    assert differences(pyproject_ranges({"project": project}), ranges) == different


def test_constraints_pin_every_direct_dependency_within_its_range():
    ranges = pyproject_ranges(PYPROJECT)
    del ranges["python"]
    assert unmet(ranges, (ROOT / "constraints.txt").read_text("utf-8")) == set()


@pytest.mark.parametrize(
    ("constraints", "missing"),
    [
        ("# a comment\nnumpy==2.4.6\nPyYAML==6.0.3", set()),
        ("numpy==2.4.6", {"pyyaml"}),
        ("numpy==3.0.0\nPyYAML==6.0.3", {"numpy"}),
    ],
)
def test_unmet_ranges_are_found(constraints, missing):
    assert unmet(by_name(["numpy>=2.0,<3", "pyyaml>=6,<7"]), constraints) == missing


def test_every_range_ends_before_the_next_major_version():
    ranges = pyproject_ranges(PYPROJECT)
    del ranges["python"]
    assert {name for name, specifier in ranges.items() if "<" not in str(specifier)} == set()


def test_readme_lists_exactly_the_lessons_that_exist():
    lessons = sorted((ROOT / "notebooks").glob("*.ipynb"))
    readme = (ROOT / "README.md").read_text("utf-8")
    assert linked_lessons(readme) == [f"notebooks/{lesson.name}" for lesson in lessons]


@pytest.mark.parametrize(
    "lesson", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem
)
def test_stored_lesson_has_no_problem(lesson):
    assert [str(problem) for problem in notebooks.problems(lesson)] == []
