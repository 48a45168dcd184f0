"""Build the site: pages to read, and JupyterLite to work in.

python -m tools.website [--pyodide FOLDER_OR_ADDRESS] [FOLDER]
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from tools import assets, strips
from tools.lessons import DIAGNOSE, LESSONS, NOTEBOOKS, ROOT
from tools.website import lite, mistakes, pages, pyodide


def build_pages(staging, target):
    """Have Sphinx make the pages."""
    source = staging / "pages"
    shutil.copytree(ROOT / "docs", source)
    for lesson in NOTEBOOKS:
        pages.stage(lesson, source / "lessons", source / "_static" / "strips")
    for number, lesson in LESSONS.items():
        card = source / "teaching" / f"{number}.md"
        card.write_text(pages.with_options(card.read_text("utf-8"), lesson), "utf-8")
    readme = (ROOT / "README.md").read_text("utf-8")
    cards = pages.cards(readme, source / "_static" / "cards")
    (source / "lessons" / "cards.txt").write_text(cards, "utf-8")
    (source / "gradient_explorer.html").write_text(strips.gradient_explorer(), "utf-8")
    (source / "paste.html").write_text(pages.paste_box(DIAGNOSE), "utf-8")
    (source / "_static" / "lessons.json").write_text(json.dumps(pages.PAGES), "utf-8")
    table = source / "mistakes.md"
    table.write_text(mistakes.page(table.read_text("utf-8"), LESSONS), "utf-8")
    assets.copy(assets.MATHJAX, source / "_static" / "mathjax")
    options = ["-q", "-W", "--keep-going", "-n", "-b", "html", "-d", staging / "doctrees"]
    if subprocess.run([sys.executable, "-m", "sphinx", *options, source, target]).returncode:
        raise SystemExit("The pages could not be built; what stands in the way is named above.")
    for page in target.rglob("*.html"):
        pages.mend(page)
    for font in target.glob("_static/scripts/fontawesome*"):
        font.unlink()


def main():
    """Build the site anew."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pyodide", default=pyodide.OFFICIAL)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "site")
    arguments = parser.parse_args()
    where, target = arguments.pyodide.rstrip("/"), arguments.folder.resolve()
    if not where.startswith(("http:", "https:")):
        where = Path(where).resolve()
    # Whoever clones a commit and builds it gets the same bytes. Where they say when they were made,
    # to readers too ("Last Checkpoint: 2 days ago"), it is the hour of the commit.
    commit = ["git", "log", "-1", "--format=%ct"]
    with suppress(OSError, subprocess.CalledProcessError):
        run = subprocess.run(commit, cwd=ROOT, check=True, capture_output=True, text=True)
        os.environ["SOURCE_DATE_EPOCH"] = run.stdout.strip()
    target.parent.mkdir(parents=True, exist_ok=True)
    # The old site stays until the new one, beside it, is whole.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="unfinished_") as folder:
        staging, site = Path(folder), Path(folder, "site")
        pyodide.place(where, staging / "pyodide")  # first: it may be out of reach
        build_pages(staging, site)
        lite.build(NOTEBOOKS, staging / "lite", site / "lite")
        shutil.copytree(staging / "pyodide", site / "lite" / lite.HERE, dirs_exist_ok=True)
        for path in site.rglob("*"):
            os.utime(path)  # browsers take a page of the same age for the same page
        if target.exists():
            target.rename(staging / "old")
        site.rename(target)
    print(f"The site is in {target}; any web server can show it: python -m http.server -d {target}")


if __name__ == "__main__":
    main()
