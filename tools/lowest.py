"""Print the lowest version of each package that `make test` needs, as pip takes it."""

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def lowest_versions():
    """Return lines such as numpy==2.0 for all that pyproject.toml asks for to run the tests."""
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    requirements = map(Requirement, [*project["dependencies"], *extras["lab"], *extras["dev"]])
    return [
        f"{requirement.name}=={bound.version}"
        for requirement in requirements
        for bound in requirement.specifier
        if bound.operator == ">="
    ]


if __name__ == "__main__":
    print(*lowest_versions())
