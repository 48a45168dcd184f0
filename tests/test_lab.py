import asyncio
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import webbrowser
from pathlib import Path
from types import SimpleNamespace
from urllib.error import HTTPError

import pytest
from lab_server import started

from tools import lab
from tools.prompt_connection import PromptConnection

APPUTILS = "@jupyterlab/apputils-extension"
HOME = {
    ".jupyter/jupyter_server_config.json": {"PasswordIdentityProvider": {"hashed_password": "x"}},
    f".jupyter/lab/user-settings/{APPUTILS}/themes.jupyterlab-settings": {"theme": "Dark"},
    "data/kernels/python3/kernel.json": {"argv": ["no"], "display_name": "Mine"},
}


@pytest.fixture(scope="module")
def taken():
    """Listen on some port, as another JupyterLab would."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture(scope="module")
def server(tmp_path_factory, taken):
    """Start JupyterLab for somebody who has set up Jupyter for something else."""
    home = tmp_path_factory.mktemp("home")
    for name, content in HOME.items():
        path = home / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content))
    with started(home, f"--port={taken}", JUPYTER_PATH=str(home / "data")) as server:
        yield server


def test_the_address_alone_is_printed_and_opens_the_first_lesson_on_this_computer_only(server):
    assert len(re.findall(r"^\[", server.log, re.MULTILINE)) == 1
    assert server.opens == "lab/tree/my_lessons/00_start_here.ipynb"
    assert set(re.findall(r"http://[^:]+", server.log)) == {"http://127.0.0.1"}
    assert "notebooks" in server.get("/api/contents", server.token)


@pytest.mark.parametrize("token", ["", "wrong", "known to everybody"])
def test_nobody_enters_without_the_token(server, token):
    with pytest.raises(HTTPError, match="403"):
        server.get("/api/contents", token)


def test_the_kernel_is_that_of_the_lessons(server):
    specs = json.loads(server.get("/api/kernelspecs", server.token))["kernelspecs"]
    assert specs["python3"]["spec"]["display_name"] == "Python 3 (ipykernel)"
    assert specs["python3"]["spec"]["argv"][-1] == "--ext=softmax_lessons.diagnosis"


def test_no_news_are_announced_and_the_theme_is_the_learners_own(server):
    page = server.get("/lab", server.token)
    config = re.search(r'id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.DOTALL)[1]
    assert f"{APPUTILS}:announcements" in json.loads(config)["disabledExtensions"]
    settings = json.loads(server.get(f"/lab/api/settings/{APPUTILS}:themes", server.token))
    assert settings["settings"] == {"theme": "Dark"}


def test_another_port_is_taken_where_the_first_is_in_use(server, taken):
    assert server.port != str(taken)


def test_a_python_without_jupyter_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(lab, "NEEDED", ("jupyterlab", "no_such_package"))
    with pytest.raises(SystemExit, match="does not have no_such_package; type `make clean`"):
        lab.main()


def test_a_home_that_cannot_be_written_to_is_named(monkeypatch, tmp_path):
    (tmp_path / "home").touch()
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "home" / "runtime"))
    with pytest.raises(SystemExit, match=r"cannot write to .*runtime; make that folder yours"):
        lab.set_up_environment()


@pytest.fixture
def clone(tmp_path):
    """Return a clone of this project with what makes copies of its lessons, and one lesson."""
    for name in ("postBuild", "tools/lab.py", "tools/copies.py", f"notebooks/{lab.FIRST}"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(lab.ROOT / name, tmp_path / name)
    return tmp_path


def test_where_copies_cannot_be_made_one_line_says_what_to_do(clone):
    (clone / "my_lessons").touch()
    command = [sys.executable, clone / "tools" / "lab.py"]
    (line,) = subprocess.run(command, capture_output=True, text=True).stderr.splitlines()
    assert re.match(r"my_lessons cannot be made or renewed \(.+\); give it another name", line)


@pytest.mark.skipif(not shutil.which("sh"), reason="Binder runs Linux")
def test_on_binder_too_readers_get_copies(clone, monkeypatch):
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    subprocess.run(["sh", "postBuild"], cwd=clone, check=True)
    assert [path.name for path in (clone / "my_lessons").iterdir()] == [lab.FIRST]


@pytest.mark.parametrize(
    ("screen", "name", "desktop"),
    [(":0", "firefox", True), (":0", "/usr/bin/lynx", False), ("", "firefox", False)],
)
def test_only_a_browser_with_a_window_is_started(monkeypatch, screen, name, desktop):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", screen)
    monkeypatch.setattr(webbrowser, "get", lambda: SimpleNamespace(name=name))
    assert lab.has_desktop_browser() == desktop
    assert ("--no-browser" not in lab.options("page")) == desktop


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_root_is_told_and_allowed(monkeypatch, capsys, user, allowed):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert ("--allow-root" in lab.options("page")) == allowed
    assert ("You are root" in capsys.readouterr().out) == allowed


def test_pictures_go_to_the_browser_without_waiting_for_an_acknowledgement(monkeypatch):
    done = []

    async def connect(self):
        done.append("connected")

    monkeypatch.setattr(PromptConnection.__base__, "connect", connect)
    handler = SimpleNamespace(set_nodelay=done.append)
    monkeypatch.setattr(PromptConnection, "websocket_handler", handler)
    asyncio.run(PromptConnection.__new__(PromptConnection).connect())
    assert done == [True, "connected"]
    assert any(
        option.endswith("=prompt_connection.PromptConnection") for option in lab.options("page")
    )
