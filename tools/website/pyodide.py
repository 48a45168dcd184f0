"""The Python that runs in the reader's browser, with the lessons among its packages.

Pyodide is Python with many packages, compiled for browsers. Its lock file says which file holds
which package and what that needs, so that an `import` loads what it takes. Here the lessons are
entered in it, with ipywidgets, which Pyodide does not have.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import urllib.request
from importlib.metadata import version
from pathlib import Path

from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
OFFICIAL = "https://cdn.jsdelivr.net/pyodide/v314.0.3/full"

# What a page loads while the reader still reads, by the names of the lock.
AT_ONCE = ["micropip", "ipython", "jedi", "numpy", "matplotlib", "sympy", "ipywidgets"]
# Loaded by the one lesson that imports it.
LATER = ["scikit-learn"]
# Pure Python which Pyodide lacks, and what of Pyodide it needs.
ADDED = {"comm": ["traitlets"], "ipywidgets": ["comm", "ipython", "traitlets"]}
LESSONS = "softmax-lessons"
LESSONS_NEED = ["ipywidgets", "matplotlib", "numpy", "sympy"]
CORE = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip"]


def own_wheels(folder):
    """Put wheels of the lessons, and of what Pyodide lacks, into a folder; return lock entries."""
    from flit_core.buildapi import build_wheel  # is there when the site is built, not in tests

    folder.mkdir(parents=True)
    here = Path.cwd()
    os.chdir(ROOT)
    try:
        files = {LESSONS: folder / build_wheel(folder)}
    finally:
        os.chdir(here)
    for name in ADDED:
        before = set(folder.iterdir())
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--quiet", "--no-deps"]
            + ["--only-binary=:all:", "--dest", folder, f"{name}=={version(name)}"],
            check=True,
        )
        (files[name],) = set(folder.iterdir()) - before
    needs = {LESSONS: LESSONS_NEED, **ADDED}
    return {name: entry(name, file, needs[name]) for name, file in files.items()}


def entry(name, file, needs):
    """Return what a lock says of a wheel in pure Python."""
    return {
        "name": name,
        "version": file.name.split("-")[1],
        "file_name": file.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": [name.replace("-", "_")],
        "depends": needs,
        "unvendored_tests": False,
    }


def with_what_they_need(names, packages):
    """Return the entries of these packages, and of all that they need."""
    wanted, todo = {}, list(names)
    while todo:
        name = canonicalize_name(todo.pop())
        if name not in wanted:
            wanted[name] = packages[name]
            todo += packages[name]["depends"]
    return dict(sorted(wanted.items()))


def host(source, target):
    """Copy from a Pyodide release what the lessons need, and add the lessons."""
    own = own_wheels(target)
    lock = read_lock(Path(source, "pyodide-lock.json").read_text("utf-8"), source)
    packages = with_what_they_need([*AT_ONCE, *LATER, LESSONS], lock["packages"] | own)
    for name in CORE:
        if Path(source, name).exists():
            shutil.copy(Path(source, name), target)
    for name in packages.keys() - own.keys():
        shutil.copy(Path(source, packages[name]["file_name"]), target)
    write_lock(target, lock, packages)


def point_to(address, target):
    """Write a lock that names the files of a Pyodide elsewhere, beside the lessons here."""
    own = own_wheels(target)
    with urllib.request.urlopen(f"{address}/pyodide-lock.json") as answer:
        lock = read_lock(answer.read().decode(), address)
    for package in lock["packages"].values():
        package["file_name"] = f"{address}/{package['file_name']}"
    write_lock(target, lock, lock["packages"] | own)


def read_lock(text, source):
    """Return a lock, if it has the packages that are needed."""
    lock = json.loads(text)
    missing = {*AT_ONCE, *LATER} - ADDED.keys() - lock["packages"].keys()
    if missing:
        raise SystemExit(
            f"The Pyodide in {source} lacks {', '.join(sorted(missing))}; take a full release."
        )
    return lock


def write_lock(folder, lock, packages):
    """Write a lock with these packages."""
    text = json.dumps(lock | {"packages": packages}, indent=1, sort_keys=True)
    Path(folder, "pyodide-lock.json").write_text(text + "\n", "utf-8")
