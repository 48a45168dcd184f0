import asyncio
import json
import os
import re
import sys
import webbrowser
from types import SimpleNamespace
from urllib.error import HTTPError

import pytest
from lab_server import started

from tools import lab
from tools.prompt_connection import PromptConnection

THEMES = "@jupyterlab/apputils-extension/themes.jupyterlab-settings"


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


def test_a_python_without_jupyter_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(lab, "NEEDED", ("jupyterlab", "no_such_package"))
    with pytest.raises(SystemExit, match="does not have no_such_package; type `make clean`"):
        lab.main()


def test_nothing_is_missing_where_the_lessons_are_installed():
    assert lab.what_is_missing() is None


@pytest.mark.parametrize("writable", [True, False])
def test_jupyter_keeps_its_settings_where_it_may_write(monkeypatch, writable):
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_CONFIG_PATH", "JUPYTER_PATH"):
        monkeypatch.setenv(name, "as before")
    monkeypatch.setenv("JUPYTERLAB_SETTINGS_DIR", "the learner's own")
    monkeypatch.setattr(os, "access", lambda path, mode: writable)
    lab.set_up_environment()
    assert os.environ["JUPYTER_CONFIG_DIR"].startswith(sys.prefix) == writable


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


def test_pictures_go_to_the_browser_without_waiting_for_an_acknowledgement(monkeypatch):
    done = []

    async def connect(self):
        done.append("connected")

    monkeypatch.setattr(PromptConnection.__base__, "connect", connect)
    handler = SimpleNamespace(set_nodelay=done.append)
    monkeypatch.setattr(PromptConnection, "websocket_handler", handler)
    asyncio.run(PromptConnection.__new__(PromptConnection).connect())
    assert done == [True, "connected"]
    assert any(option.endswith("=prompt_connection.PromptConnection") for option in lab.options())
