"""JupyterLab, started as `make lab` starts it, for as long as a test needs it."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent


class Server:
    """What is known of a JupyterLab from what it has printed."""

    def __init__(self, process, log):
        self.process = process
        self.wait_for_address(log)
        self.wait_for_answer()

    def wait_for_address(self, log):
        while True:
            ended = self.process.poll() is not None
            self.log = log.read_text("utf-8")
            address = re.search(r"(http://127\.0\.0\.1:(\d+))/(\S+)\?token=(\w+)\n", self.log)
            if address:
                self.base, self.port, self.opens, self.token = address.groups()
                self.log = self.log[: address.end()]
                return
            if ended:
                raise AssertionError(f"JupyterLab ended without an address:\n{self.log}")
            self.wait_a_moment()

    def wait_for_answer(self):
        # The address is printed a moment before anybody listens there. A signal to end that came
        # in between would be lost.
        while self.process.poll() is None:
            try:
                self.get("/api", self.token)
                return
            except HTTPError:
                raise
            except URLError:
                self.wait_a_moment()
        raise AssertionError("JupyterLab ended before it answered")

    def wait_a_moment(self):
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=0.05)

    def get(self, path, token):
        request = Request(f"{self.base}{path}", headers={"Authorization": f"token {token}"})
        with urlopen(request, timeout=30) as answer:
            return answer.read().decode()


@contextmanager
def started(home, *options, root=ROOT, **variables):
    """Start the JupyterLab of the lessons in `root`, and end it afterwards, whatever happens."""
    unwanted = ("JUPYTER", "XDG", "DISPLAY", "WAYLAND")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
    environment |= {"HOME": str(home), "JUPYTER_TOKEN": "known to everybody", **variables}
    # Into a file, since a pipe that nobody empties any more would bring JupyterLab to a halt.
    with NamedTemporaryFile(dir=home, suffix=".log") as log:
        process = subprocess.Popen(
            [sys.executable, root / "tools" / "lab.py", "--no-browser", *options],
            env=environment,
            stderr=log,
            stdout=subprocess.DEVNULL,
        )
        try:
            yield Server(process, Path(log.name))
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
