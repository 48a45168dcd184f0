"""The site that `make site` has built, served on loopback for the tests."""

import functools
import os
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NOT_BUILT = (
    "the site is tried out where SITE names the folder that `make site PYODIDE=...` has built:"
    " make test SITE=build/site"
)


def find_site():
    """Return the folder that SITE names; skip the test where it names none."""
    if "SITE" not in os.environ:
        pytest.skip(NOT_BUILT)
    site = ROOT / os.environ["SITE"]
    assert (site / "index.html").exists(), f"SITE names {site}, and there is no site in it"
    return site


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        """Print nothing."""

    def send_head(self):
        """Answer, and count what is sent."""
        file = super().send_head()
        if file is not None and hasattr(file, "fileno"):
            self.server.sent += os.fstat(file.fileno()).st_size
        return file

    def send_error(self, *arguments, **options):
        """Refuse, and remember what."""
        self.server.refused.append(self.path)
        super().send_error(*arguments, **options)


@contextmanager
def served(folder):
    """Serve a folder; yields a server with `base`, the bytes `sent`, and the paths `refused`."""
    handler = functools.partial(_Handler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.base = f"http://127.0.0.1:{server.server_port}"
        server.sent, server.refused = 0, []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
