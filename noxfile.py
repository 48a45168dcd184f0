"""All tests on other versions of Python and of the packages: `make test-matrix`."""

import platform
from pathlib import Path

import nox
from packaging.requirements import Requirement

PYTHONS = ["3.11", "3.12", "3.13"]
TESTED = ".[dev,slides]"  # what `make test` installs

nox.options.default_venv_backend = "virtualenv"
nox.options.error_on_missing_interpreters = False
nox.options.stop_on_first_error = False


def lowest_versions(pyproject):
    """Return the lowest version of each package that pyproject.toml names, as pip takes it."""
    project = pyproject["project"]
    extras = project["optional-dependencies"]
    lines = [*project["dependencies"], *extras["dev"], *extras["slides"]]
    return [
        f"{requirement.name}=={bound.version}"
        for requirement in map(Requirement, lines)
        for bound in requirement.specifier
        if bound.operator == ">="
    ]


def run_tests(session):
    """Run what `make test` runs."""
    session.run("python", "-m", "pytest", "-n", "auto", "--dist", "loadfile", *session.posargs)


def are_in_constraints(session):
    """Tell whether constraints.txt names the very versions that are installed."""
    names = set(Path("constraints.txt").read_text("utf-8").splitlines())
    freeze = ("python", "-m", "pip", "freeze", "--exclude", "softmax_lessons")
    printed = session.run(*freeze, silent=True).splitlines()
    return {line for line in printed if "==" in line} <= names


@nox.session(python=PYTHONS[0])
def lowest(session):
    """Test the lowest versions admitted, on the Python they were all built for."""
    session.install("--editable", TESTED, *lowest_versions(nox.project.load_toml()))
    run_tests(session)


@nox.session(python=PYTHONS)
def newest(session):
    """Test the newest versions admitted, whatever constraints.txt says."""
    session.install("--editable", TESTED)
    if platform.python_version().startswith(session.python) and are_in_constraints(session):
        session.skip("the newest are those of constraints.txt, which `make test` has tried")
    run_tests(session)
