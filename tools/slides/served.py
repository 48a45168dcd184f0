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
from tools.slides import deck

TEMPLATE = "live"


class Slides(Voila):
    """Voila, which prints its address, with the token, once it listens."""

    def launch_browser(self):
        """Open the address where there is a desktop browser, and print it anyway."""
        # nbclient would take Ctrl-C for itself, and end the kernel alone.
        loop = IOLoop.current().asyncio_loop
        loop.add_signal_handler = loop.remove_signal_handler = lambda *arguments: None
        address = f"{self.connection_url}?token={self.identity_provider.token}"
        if lab.has_desktop_browser():
            open_in_browser(address, Path(self.notebook_path).parent)
        else:
            print("No desktop browser was found; open the address below in one yourself.")
        print("The lesson runs when it is opened, which takes a moment. Ctrl-C ends it.")
        print(address, flush=True)

    def stop(self):
        """End the kernels without a word on what they were doing."""
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        super().stop()


def show(path):
    """Serve a lesson as slides until Ctrl-C."""
    with tempfile.TemporaryDirectory(prefix="slides-") as folder, suppress(KeyboardInterrupt):
        lesson, jupyter = Path(folder, path.name), Path(folder, "jupyter")
        # A kernel runs one lesson, so other lessons are named, not linked to.
        nbformat.write(deck.read(path, pages={}), lesson)
        template = jupyter / "voila" / "templates" / TEMPLATE
        shutil.copytree(deck.TEMPLATES / TEMPLATE, template)
        deck.copy_reveal(template / "static" / "reveal")
        lab.set_up_environment()
        lab.put_first("JUPYTER_PATH", jupyter)
        logging.getLogger("tornado").setLevel(logging.ERROR)
        voila = Slides(config=configuration(jupyter))
        voila.initialize([str(lesson)])
        voila.start()


def configuration(folder):
    """Return how Voila is to be, whatever the user's own settings say; it may keep data there."""
    server = {
        "ip": "127.0.0.1",
        "port": 8866,  # or the next that is free
        "token": os.urandom(24).hex(),
        "config_file_paths": [],
        "log_level": "ERROR",
        "kernel_websocket_connection_class": "tools.prompt_connection.PromptConnection",
    }
    reveal = f"/voila/templates/{TEMPLATE}/static/reveal"
    lesson = {
        "template": TEMPLATE,
        "allow_template_override": "NO",
        "allow_theme_override": "NO",
        "strip_sources": False,
        "resources": {"reveal": {"url_prefix": reveal, "theme": deck.THEME}},
        # Others that happen to be installed have nothing to do here, and some complain.
        "extension_allowlist": [
            "@jupyter-widgets/jupyterlab-manager",
            "@voila-dashboards/widgets-manager8",
        ],
    }
    config = Config({"Voila": server, "VoilaConfiguration": lesson})
    # Otherwise a list of trusted notebooks is kept in the user's home, where there may be no room.
    config.NotebookNotary.data_dir = str(folder)
    if KernelManager.class_traits(config=True).get("transport_encryption"):
        config.KernelManager.transport_encryption = "auto"  # without, each kernel warns
    return config


def open_in_browser(address, folder):
    """Open an address by way of a file, since everybody can see what programs are started with."""
    page = folder / "open.html"
    page.touch(mode=0o600)
    page.write_text(f'<meta http-equiv="refresh" content="0; url={address}">', "utf-8")
    webbrowser.open(page.as_uri())
