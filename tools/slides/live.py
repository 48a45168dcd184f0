"""Slides whose sliders move: a lesson in Voila, on this computer only."""

import logging
import os
import shutil
import tempfile
import webbrowser
from contextlib import suppress
from pathlib import Path

import nbformat
from jupyter_client import KernelManager
from tornado.ioloop import IOLoop
from traitlets.config import Config
from voila.app import Voila

from tools import lab
from tools.slides import assets, staging

TEMPLATE = "live"
REVEAL = f"/voila/templates/{TEMPLATE}/static/reveal"


class Slides(Voila):
    """Voila, which prints its address, with the token, once it listens."""

    def launch_browser(self):
        """Open the address where there is a desktop browser, and print it anyway."""
        self.keep_ctrl_c()
        address = f"{self.connection_url}?token={self.identity_provider.token}"
        if lab.has_desktop_browser():
            open_in_browser(address, Path(self.notebook_path).parent)
        else:
            print("No desktop browser was found; open the address below in one yourself.")
        print("The lesson runs when it is opened, which takes a moment. Ctrl-C ends it.")
        print(address, flush=True)

    def keep_ctrl_c(self):
        """See to it that Ctrl-C ends everything, while the lesson is being run too."""
        # nbclient would take the signal for itself, and end the kernel alone.
        loop = IOLoop.current().asyncio_loop
        loop.add_signal_handler = loop.remove_signal_handler = lambda *arguments: None

    def stop(self):
        """End the kernels without a word on what they were doing."""
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        super().stop()


def show(path, port):
    """Serve a lesson as slides, on this port or the next that is free, until Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="slides-") as folder, suppress(KeyboardInterrupt):
        lesson = stage(path, Path(folder))
        lab.set_up_environment()
        jupyter = Path(folder, "jupyter")
        lab.put_first("JUPYTER_PATH", jupyter)
        logging.getLogger("tornado").setLevel(logging.ERROR)
        voila = Slides(config=configuration(port, jupyter))
        voila.initialize([str(lesson)])
        voila.start()


def stage(path, folder):
    """Write the lesson as slides and the template into a folder; return the lesson's path there."""
    template = folder / "jupyter" / "voila" / "templates" / TEMPLATE
    shutil.copytree(assets.TEMPLATES / TEMPLATE, template)
    assets.copy(template / "static" / "reveal")
    # A kernel runs one lesson, so other lessons are named, not linked to.
    nbformat.write(staging.read(path, link=lambda match: match[1]), folder / path.name)
    return folder / path.name


def configuration(port, folder):
    """Return how Voila is to be, whatever the user's own settings say; it may keep data there."""
    server = {
        "ip": "127.0.0.1",
        "port": port,
        "token": os.urandom(24).hex(),
        "config_file_paths": [],
        "log_level": "ERROR",
        "kernel_websocket_connection_class": "tools.prompt_connection.PromptConnection",
    }
    lesson = {
        "template": TEMPLATE,
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "strip_sources": False,
        "resources": {"reveal": {"url_prefix": REVEAL, "theme": assets.THEME}},
        # Others that happen to be installed have nothing to do here, and some complain.
        "extension_allowlist": [
            "@jupyter-widgets/jupyterlab-manager",
            "@voila-dashboards/widgets-manager8",
        ],
    }
    # Otherwise a list of trusted notebooks is kept in the user's home, where there may be no room.
    notary = {"data_dir": str(folder)}
    config = Config({"Voila": server, "VoilaConfiguration": lesson, "NotebookNotary": notary})
    if KernelManager.class_traits(config=True).get("transport_encryption"):
        config.KernelManager.transport_encryption = "auto"  # without, each kernel warns
    return config


def open_in_browser(address, folder):
    """Open an address by way of a file, since everybody can see what programs are started with."""
    page = folder / "open.html"
    page.touch(mode=0o600)
    page.write_text(f'<meta http-equiv="refresh" content="0; url={address}">', "utf-8")
    webbrowser.open(page.as_uri())
