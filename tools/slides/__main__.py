"""Show a lesson as slides.

python -m tools.slides 03                            with sliders that move
python -m tools.slides --export build/slides         as pages for any web server, all lessons
python -m tools.slides --export build/slides 03 05   the same for some
"""

import argparse
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tools.slides import lessons
from tools.slides.lessons import LESSONS, Problem

NEEDED = ("voila", "sphinx-revealjs", "sphinx-mathjax-offline")
PORT = 8866


def main(arguments=None):
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.slides",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--export", type=Path, metavar="FOLDER", help="write pages into a folder")
    parser.add_argument(
        "--port", type=int, default=PORT, help="where to look for a free port first"
    )
    parser.add_argument("lesson", nargs="*", help="the number of a lesson")
    options = parser.parse_args(arguments)
    try:
        if options.export:
            export_all(options.lesson, options.export)
        else:
            show_one(options.lesson, options.port)
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def show_one(names, port):
    """Show the lesson that is named."""
    if len(names) != 1:
        many = "only one at a time" if names else "which lesson"
        raise Problem(f"Say {many}: make slides LESSON=03. {lessons.listing()}")
    path = lessons.find(names[0])
    require_packages()
    from tools.slides import live

    live.show(path, port)


def export_all(names, folder):
    """Write the slides of the lessons that are named, of all where none is."""
    paths = [lessons.find(name) for name in names] or list(LESSONS.values())
    require_packages()
    from tools.slides import export

    try:
        folder.mkdir(parents=True, exist_ok=True)
        export.export(paths, folder)
    except OSError as error:
        raise Problem(f"{error.filename} cannot be written ({error.strerror}).") from None
    print(f"The slides are in {folder}; open {folder / 'index.html'} in a browser.")


def require_packages():
    """Raise Problem where a package is missing."""
    # Jupyter's modules are imported in the functions that need them, since they may be missing.
    missing = []
    for name in NEEDED:
        try:
            distribution(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        raise Problem(
            f"{sys.executable} does not have {', '.join(missing)}; type `make slides LESSON=03`,"
            " which installs what is needed."
        )


if __name__ == "__main__":
    sys.exit(main())
