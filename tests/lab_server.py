"""JupyterLab, started as `make lab` starts it, for as long as a test needs it."""

import os
import re
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent
ADDRESS = re.compile(r"(http://127\.0\.0\.1:(\d+))/(\S+)\?token=(\w+)\n")


class Server:
    """What is known of a JupyterLab from what it has printed."""

    moments_left = 6000  # five minutes, in which the busiest computer starts it

    def __init__(self, process, log):
        self.process = process
        while not (address := ADDRESS.search(log.read_text("utf-8"))):
            self.wait_a_moment(log)
        self.base, self.port, self.opens, self.token = address.groups()
        self.log = address.string[: address.end()]
        # The address is printed a moment before anybody listens there. A signal to end that came
        # in between would be lost.
        while not self.answers():
            self.wait_a_moment(log)

    def wait_a_moment(self, log):
        self.moments_left -= 1
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=0.05)
            self.moments_left = 0
        assert self.moments_left, f"JupyterLab ended or does not answer:\n{log.read_text('utf-8')}"

    def answers(self):
        with suppress(URLError):
            return self.get("/api", self.token)

    def get(self, path, token):
        request = Request(f"{self.base}{path}", headers={"Authorization": f"token {token}"})
        try:
            with urlopen(request, timeout=300) as answer:
                return answer.read().decode()
        except HTTPError as error:
            error.close()
            raise


@contextmanager
def started(home, *options, root=ROOT, **variables):
    """Start the JupyterLab of the lessons in `root`, and end it afterwards, whatever happens."""
    unwanted = ("JUPYTER", "XDG", "DISPLAY", "WAYLAND")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
    environment |= {"HOME": str(home), "JUPYTER_TOKEN": "known to everybody", **variables}
    # Into a file, since a pipe that nobody empties any more would bring JupyterLab to a halt.
    with TemporaryDirectory(dir=home) as folder, Path(folder, "log").open("w") as log:
        command = [sys.executable, root / "tools" / "lab.py", "--no-browser", *options]
        process = subprocess.Popen(command, env=environment, stderr=log, stdout=subprocess.DEVNULL)
        try:
            yield Server(process, Path(log.name))
        finally:
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
