"""Start JupyterLab on this computer only, at the reader's own copy of the first lesson.

Options are handed on to JupyterLab: python tools/lab.py --port=9000
"""

import os
import sys
import webbrowser
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile

ROOT = Path(__file__).resolve().parent.parent
FIRST = "00_start_here.ipynb"
NEEDED = ("jupyterlab", "ipykernel", "softmax_lessons")
TEXT_BROWSERS = {"elinks", "links", "lynx", "w3m", "www-browser"}


def has_desktop_browser():
    """Tell whether there is a browser that opens in a window of its own."""
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not screen:
        return False
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    return Path(getattr(browser, "name", "")).name not in TEXT_BROWSERS


def put_first(name, path):
    """Have a search path in the environment begin with a folder."""
    os.environ[name] = os.pathsep.join(filter(None, [str(path), os.environ.get(name)]))


def set_up_environment():
    """Let the learner's JupyterLab look as ever, and the server be as the lessons need it."""
    from jupyter_core.paths import jupyter_config_dir, jupyter_runtime_dir

    runtime = Path(jupyter_runtime_dir())
    with suppress(OSError):
        runtime.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not os.access(runtime, os.W_OK):
        sys.exit(
            f"Jupyter cannot write to {runtime}; make that folder yours, or set HOME to a folder"
            " that is, and start again"
        )
    # Theme, fonts and shortcuts are the learner's own. The password, the folder or the tabs left
    # open from other work are not wanted here.
    settings = Path(jupyter_config_dir(), "lab", "user-settings")
    os.environ.setdefault("JUPYTERLAB_SETTINGS_DIR", str(settings))
    os.environ["JUPYTER_CONFIG_DIR"] = str(ROOT / ".venv" / "jupyter")
    for name in ("JUPYTERLAB_DIR", "JUPYTERLAB_WORKSPACES_DIR", "JUPYTER_TOKEN"):
        os.environ.pop(name, None)
    # Switches off news and the search for updates.
    put_first("JUPYTER_CONFIG_PATH", ROOT / "tools" / "jupyter")
    # Of all kernels called python3, the one that has the lessons installed, and knows %%diagnose.
    put_first("JUPYTER_PATH", ROOT / "tools" / "jupyter")


def first_page():
    """Renew the reader's copies of the lessons; return the address of the first one."""
    from copies import renew  # found beside this script

    lessons, mine = sorted((ROOT / "notebooks").glob("*.ipynb")), ROOT / "my_lessons"
    try:
        lines = renew(lessons, mine)
        TemporaryFile(dir=mine).close()  # raises where the learner could save nothing
    except OSError as error:
        sys.exit(
            f"my_lessons cannot be made or renewed ({error.strerror}); give it another name,"
            f" or copy {ROOT} to a folder of your own, and start there"
        )
    print(*lines, sep="\n", end="\n" * bool(lines))
    return f"my_lessons/{FIRST}"


def options(page):
    """Return the options for JupyterLab; print, in a line each, what the learner should know."""
    chosen = [
        "--ip=127.0.0.1",
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url=/lab/tree/{page}",
        "--ServerApp.answer_yes=True",  # one Ctrl-C is enough
        "--ServerApp.kernel_websocket_connection_class=prompt_connection.PromptConnection",
        "--ServerApp.log_level=ERROR",  # the address is printed all the same
        "--LabApp.log_level=ERROR",
        # Without, each kernel warns that others on this computer can listen in.
        "--KernelManager.transport_encryption=auto",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        print("You are root, so JupyterLab is started with --allow-root.")
        chosen.append("--allow-root")
    if not has_desktop_browser():
        print("No desktop browser was found; open the address below in one yourself.")
        chosen.append("--no-browser")
    print("Ctrl-C ends JupyterLab; save your work first.", flush=True)
    return chosen


def main():
    """Start JupyterLab and stay until it ends."""
    # Imports of Jupyter are where they are needed, since it may be missing.
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        sys.exit(
            f"{sys.executable} does not have {', '.join(missing)}; type `make clean` and"
            " `make lab`, or where conda installed the lessons, `conda activate softmax_lessons`"
        )
    set_up_environment()
    from jupyterlab.labapp import LabApp  # looks into the environment when it is imported

    LabApp.launch_instance([*options(first_page()), *sys.argv[1:]])


if __name__ == "__main__":
    main()
