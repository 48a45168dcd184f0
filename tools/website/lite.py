"""JupyterLite: JupyterLab without a server, with the lessons in it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tools import copies
from tools.website import pyodide

KERNEL = "@jupyterlite/pyodide-kernel-extension"
EXTENSIONS = [KERNEL, "@jupyter-widgets/jupyterlab-manager"]
APPS = ["notebooks", "lab", "tree"]
HERE = "./static/pyodide"
BAR = Path(__file__).with_name("lite_bar.js")
HEAD = (
    '<link rel="icon" href="../../_static/favicon.svg" />'
    f'<script type="module" src="../{BAR.name}"></script>'
)
SETTINGS = "jupyter-lite.json"


def build(lessons, staging, target):
    """Build a JupyterLite with these lessons.

    What `pyodide.place` makes belongs into `HERE`. `staging` does not exist yet: a second build in
    it would leave out the settings.
    """
    staging.mkdir()
    mine = staging / "copies"
    if lines := copies.renew(lessons, mine):
        raise SystemExit("\n".join(lines))
    extensions = Path(sys.prefix, "share", "jupyter", "labextensions")
    how_to_build = {
        "contents": [str(mine / lesson.name) for lesson in lessons],
        "output_dir": str(target),
        "apps": APPS,
        "ignore_sys_prefix": ["federated_extensions"],  # not all that happen to be installed
        "federated_extensions": [str(extensions / name) for name in EXTENSIONS],
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
    }
    config = json.dumps({"LiteBuildConfig": how_to_build})
    (staging / "jupyter_lite_config.json").write_text(config, "utf-8")
    (staging / SETTINGS).write_text(json.dumps(settings()), "utf-8")
    command = [sys.executable, "-m", "jupyter", "lite", "build"]
    run = subprocess.run(command, cwd=staging, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"JupyterLite could not be built:\n{run.stdout}{run.stderr}")
    if pyodide.LESSONS not in (target / SETTINGS).read_text("utf-8"):
        raise SystemExit("JupyterLite was built without its settings; build again.")
    shutil.copy(BAR, target)
    for app in APPS:
        page = target / app / "index.html"
        text = page.read_text("utf-8").replace("<html>", '<html lang="en">', 1)
        page.write_text(text.replace("<head>", f"<head>{HEAD}", 1), "utf-8")


def settings():
    """Return what JupyterLite reads when it is opened."""
    kernel = {
        "pyodideUrl": f"{HERE}/pyodide.mjs",
        "disablePyPIFallback": True,  # what is not in the lock is not there
        "loadPyodideOptions": {
            "packages": pyodide.AT_ONCE,
            "lockFileURL": f"{HERE}/{pyodide.LOCK}",
        },
    }
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "The derivative of softmax",
            "exposeAppInBrowser": True,  # for the tests
            "disabledExtensions": ["@jupyterlab/apputils-extension:announcements"],
            "settingsOverrides": {
                "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
                "@jupyterlab/docmanager-extension:plugin": {"autosaveInterval": 5},
            },
            "litePluginSettings": {f"{KERNEL}:kernel": kernel},
        },
    }
