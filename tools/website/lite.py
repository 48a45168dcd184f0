"""JupyterLite: JupyterLab without a server, with the lessons in it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat

from tools.website import pyodide

KERNEL = "@jupyterlite/pyodide-kernel-extension"
EXTENSIONS = [KERNEL, "@jupyter-widgets/jupyterlab-manager"]
APPS = ["notebooks", "lab", "tree"]
HOSTED, BESIDE = "static/pyodide", "static/packages"
"""Where Pyodide is, and where the lessons are if Pyodide is elsewhere."""


def build(lessons, where, staging, target):
    """Build a JupyterLite with these lessons.

    `where` is the folder of a Pyodide release, which is copied, or the address of one. `staging`
    is a folder that does not exist yet: jupyterlite keeps a record of what it has done beside what
    it reads, and would leave out the settings the second time.
    """
    contents, source = staging / "contents", staging / "lite"
    contents.mkdir(parents=True)
    for lesson in lessons:
        notebook = nbformat.read(lesson, as_version=4)
        notebook.metadata.kernelspec = {
            "name": "python",
            "display_name": "Python (Pyodide)",
            "language": "python",
        }
        nbformat.write(notebook, contents / lesson.name)
    if not is_address(where):
        # jupyterlite knows this folder, and copies it as it is.
        pyodide.host(where, source / HOSTED)
    write(source / "jupyter-lite.json", settings(where))
    write(source / "jupyter_lite_config.json", how_to_build(target))
    run = subprocess.run(
        [sys.executable, "-m", "jupyter", "lite", "build"],
        cwd=source,
        capture_output=True,
        text=True,
    )
    if run.returncode:
        raise SystemExit(f"JupyterLite could not be built:\n{run.stdout}{run.stderr}")
    built = json.loads((target / "jupyter-lite.json").read_text("utf-8"))["jupyter-config-data"]
    kernel = built.get("litePluginSettings", {}).get(f"{KERNEL}:kernel", {})
    if kernel.get("pyodideUrl") != f"{base(where)}/pyodide.mjs":
        raise SystemExit("JupyterLite was built without its settings; build again.")
    if is_address(where):
        pyodide.point_to(where, target / BESIDE)
    for app in APPS:
        mend(target / app / "index.html")


def is_address(where):
    """Tell whether a Pyodide is elsewhere, rather than in a folder here."""
    return re.match(r"https?://", str(where)) is not None


def base(where):
    """Return where the browser finds Pyodide."""
    return where if is_address(where) else f"./{HOSTED}"


def settings(where):
    """Return what JupyterLite reads when it is opened."""
    kernel = {
        "pyodideUrl": f"{base(where)}/pyodide.mjs",
        "disablePyPIFallback": True,  # what is not in the lock is not there
        "loadPyodideOptions": {
            "packages": [*pyodide.AT_ONCE, pyodide.LESSONS],
            "lockFileURL": f"./{BESIDE if is_address(where) else HOSTED}/pyodide-lock.json",
        },
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "The derivative of softmax",
            "exposeAppInBrowser": True,  # for the tests
            "disabledExtensions": ["@jupyterlab/apputils-extension:announcements"],
            "litePluginSettings": {f"{KERNEL}:kernel": kernel},
        },
    }


def how_to_build(target):
    """Return what JupyterLite reads when it is built."""
    installed = Path(sys.prefix, "share", "jupyter", "labextensions")
    return {
        "LiteBuildConfig": {
            "contents": ["../contents"],
            "output_dir": str(target),
            "cache_dir": "../cache",
            "apps": APPS,
            "ignore_sys_prefix": ["federated_extensions"],  # not all that happen to be installed
            "federated_extensions": [str(installed / name) for name in EXTENSIONS],
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
        }
    }


def mend(page):
    """Give a page of JupyterLite the icon and the language that it lacks."""
    text = page.read_text("utf-8")
    text = text.replace("<html>", '<html lang="en">', 1)
    text = text.replace("<head>", '<head><link rel="icon" href="../lab/favicon.ico" />', 1)
    page.write_text(text, "utf-8")


def write(path, data):
    """Write JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1), "utf-8")
