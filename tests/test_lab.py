import json
import os
import re
import subprocess
import sys
import webbrowser
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from tools import lab

ROOT = Path(__file__).parent.parent
THEMES = "@jupyterlab/apputils-extension/themes.jupyterlab-settings"


class Server:
    """What is known of a JupyterLab from what it has printed."""

    def __init__(self, process):
        self.process = process
        self.log = ""
        for line in process.stderr:
            self.log += line
            if address := re.search(r"(http://127\.0\.0\.1:(\d+))/(\S+)\?token=(\w+)", line):
                self.base, self.port, self.opens, self.token = address.groups()
                self.wait_for_answer()
                return
        raise AssertionError(f"JupyterLab ended without an address:\n{self.log}")

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
                with suppress(subprocess.TimeoutExpired):
                    self.process.wait(timeout=0.05)
        raise AssertionError("JupyterLab ended before it answered")

    def get(self, path, token):
        request = Request(f"{self.base}{path}", headers={"Authorization": f"token {token}"})
        with urlopen(request, timeout=30) as answer:
            return answer.read().decode()


@contextmanager
def started(home, *options):
    """Start JupyterLab as `make lab` does, and end it afterwards, whatever happens."""
    unwanted = ("JUPYTER", "XDG", "DISPLAY", "WAYLAND")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
    process = subprocess.Popen(
        [sys.executable, ROOT / "tools" / "lab.py", "--no-browser", *options],
        env=environment | {"HOME": str(home), "JUPYTER_TOKEN": "known to everybody"},
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Server(process)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Make the home of somebody who has set up Jupyter for something else."""
    home = tmp_path_factory.mktemp("home")
    files = {
        ".jupyter/jupyter_server_config.json": {
            "PasswordIdentityProvider": {"hashed_password": "x"}
        },
        f".jupyter/lab/user-settings/{THEMES}": {"theme": "JupyterLab Dark"},
        ".local/share/jupyter/kernels/python3/kernel.json": {
            "argv": ["no-such-program"],
            "display_name": "Mine",
            "language": "python",
        },
    }
    for name, content in files.items():
        path = home / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content))
    return home


@pytest.fixture(scope="module")
def server(home):
    with started(home, "--port=0") as server:
        yield server


def test_the_address_opens_the_first_lesson(server):
    assert server.opens == "lab/tree/notebooks/00_start_here.ipynb"


def test_the_repository_is_served(server):
    names = [
        item["name"] for item in json.loads(server.get("/api/contents", server.token))["content"]
    ]
    assert "notebooks" in names


@pytest.mark.parametrize("token", ["", "wrong", "known to everybody"])
def test_nobody_enters_without_the_token(server, token):
    with pytest.raises(HTTPError, match="403"):
        server.get("/api/contents", token)


def test_the_kernel_is_not_one_from_the_home_folder(server):
    specs = json.loads(server.get("/api/kernelspecs", server.token))["kernelspecs"]
    assert specs["python3"]["spec"]["display_name"] == "Python 3 (ipykernel)"


def test_no_news_are_announced(server):
    page = server.get("/lab", server.token)
    config = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1]
    disabled = json.loads(config)["disabledExtensions"]
    assert "@jupyterlab/apputils-extension:announcements" in disabled


def test_the_theme_is_the_learners_own(server):
    plugin = "@jupyterlab/apputils-extension:themes"
    settings = json.loads(server.get(f"/lab/api/settings/{plugin}", server.token))
    assert settings["settings"] == {"theme": "JupyterLab Dark"}


def test_nothing_is_printed_before_the_address_but_what_leads_to_it(server):
    assert len(re.findall(r"^\[", server.log, re.MULTILINE)) == 1


def test_a_second_start_takes_another_port(server, home):
    with started(home, f"--port={server.port}") as second:
        assert second.port != server.port


def test_a_screen_is_needed_for_a_browser(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not lab.has_desktop_browser()


@pytest.mark.parametrize(
    ("name", "desktop"), [("firefox", True), ("/usr/bin/lynx", False), ("www-browser", False)]
)
def test_a_text_browser_is_never_started(monkeypatch, name, desktop):
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(webbrowser, "get", lambda: SimpleNamespace(name=name))
    assert lab.has_desktop_browser() == desktop


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_root_is_told_and_allowed(monkeypatch, capsys, user, allowed):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert ("--allow-root" in lab.options()) == allowed
    assert ("You are root" in capsys.readouterr().out) == allowed
