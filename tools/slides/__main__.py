"""Show a lesson as slides.

python -m tools.slides 03                            with sliders that move
python -m tools.slides --export build/slides         as pages for any web server, all lessons
python -m tools.slides --export build/slides 03 05   the same for some
"""

import argparse
import sys
from pathlib import Path

from tools.lessons import LESSONS, Problem, find, listing
from tools.slides import exported


def main(arguments=None):
    """Do what the command line says; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.slides",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--export", type=Path, metavar="FOLDER", help="write pages into a folder")
    parser.add_argument("lesson", nargs="*", help="the number of a lesson")
    options = parser.parse_args(arguments)
    try:
        paths = [find(name) for name in options.lesson]
        if options.export:
            export_all(paths or list(LESSONS.values()), options.export)
        elif len(paths) == 1:
            from tools.slides import served  # takes Voila, which exporting does without

            served.show(paths[0])
        else:
            many = "only one at a time" if paths else "which lesson"
            raise Problem(f"Say {many}: make slides LESSON=03. {listing()}")
    except Problem as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


def export_all(paths, folder):
    """Write the slides of lessons into a folder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        exported.export(paths, folder)
    except OSError as error:
        raise Problem(f"{error.filename} cannot be written ({error.strerror}).") from None
    print(f"The slides are in {folder}; open {folder / 'index.html'} in a browser.")


if __name__ == "__main__":
    sys.exit(main())
