"""The Chromium of this computer, started so that it asks for nothing on the internet."""

import os
import shutil

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
NOT_FOUND = (
    "no browser was found to try the lessons out in; install Chromium or name it:"
    " make test-browser CHROMIUM=/path/to/chromium"
)
FLAGS = [
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
]


def find_chromium():
    """Return the path of the browser that CHROMIUM names, else of one found here, else None."""
    if named := os.environ.get("CHROMIUM"):
        found = shutil.which(named)
        assert found, f"CHROMIUM names {named}, and there is no such program"
        return found
    return next(filter(None, map(shutil.which, NAMES)), None)


def launch(playwright, program):
    """Start the browser without a window."""
    # Its sandbox cannot be set up by root.
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return playwright.chromium.launch(
        executable_path=program, args=FLAGS, chromium_sandbox=not is_root
    )
