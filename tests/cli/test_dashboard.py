"""The command ``dashboard``: its door, its mistakes, its end. What pages show is tested in a browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

pytest.importorskip("solara")

import catallaxy
from catallaxy.ledger.manifest import Manifest
from catallaxy.visualization import assets
from tests.cli.command_line import TINY, Command, command_of

pytestmark = pytest.mark.compiled  # it waits for worlds that play
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals are sent as POSIX has them")
TOKEN = "correct-horse"


class Served:
    """A dashboard in a process of its own, ready to be visited."""

    def __init__(self, *words: object) -> None:
        self.process = subprocess.Popen(
            command_of("dashboard", "markets", *TINY, "--seed", 7, "--port", 0, *words),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.said = self.process.stdout.readline()
        found = re.fullmatch(r"dashboard: (\S+)  \(Ctrl-C ends it\)\n", self.said)
        assert found is not None, (self.said, self.process.communicate(timeout=60))
        self.address = found[1]

    def get(self, path: str = "", **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(self.address.partition("?")[0] + path, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=60)


@pytest.fixture
def taken() -> Iterator[int]:
    """A port at which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_dashboard_says_where_it_is_and_closes_its_run_when_told_to_stop(number: int) -> None:
    with Served("--pace", 50) as served:
        page = served.get()
        time.sleep(0.5)
        served.process.send_signal(number)
        out, err = served.process.communicate(timeout=60)

    manifest = Manifest.read("runs/dashboard-markets-1")
    assert page[0] == 200
    assert "<title>catallaxy</title>" in page[1]
    assert (served.process.returncode, out) == (0, "")
    assert err == (
        f"closed after tick {manifest.last_tick}; to go on: catallaxy run --resume runs/dashboard-markets-1\n"
    )
    assert manifest.reason == "closed"
    assert manifest.last_tick > 0
    assert catallaxy.replay("runs/dashboard-markets-1") is None


def test_a_token_is_asked_of_every_page_and_told_with_the_address() -> None:
    with Served("--paused", "--quiet", "--token", TOKEN) as served:
        assert served.address.endswith(f"/?token={TOKEN}")
        for path in ("", "markets", "static/main.js", "readyz"):
            status, page = served.get(path)
            assert (status, "A token is needed" in page) == (401, True)
        jar = urllib.request.HTTPCookieProcessor()
        with urllib.request.build_opener(jar).open(served.address, timeout=30) as answer:
            assert answer.status == 200
            assert "token" not in answer.url


def test_an_address_where_nothing_is_says_so_and_leads_home() -> None:
    with Served("--paused", "--quiet") as served:
        for path in ("nowhere", "nowhere/at/all", "static/nothing.js", "%3Cscript%3E"):
            status, page = served.get(path)
            assert (status, "<h1>There is no such page</h1>" in page) == (404, True)
            assert '<a href="/">' in page
            assert "Solara" not in page
            assert "<script" not in page
        assert [served.get(path)[0] for path in ("banks", "markets/AAPL", "runs/a/b")] == [200] * 3


def test_a_port_in_use_is_told_before_a_world_is_opened(catallaxy: Command, taken: int) -> None:
    said = catallaxy("dashboard", "--port", taken)

    assert said.mistake == (
        f"error: --port is {taken}; another program listens there; give --port another, or 0 for any free one"
    )
    assert not Path("runs").exists()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.7", "::", "example.org"])
def test_another_host_needs_a_token(catallaxy: Command, host: str) -> None:
    assert catallaxy("dashboard", "--host", host).mistake == (
        f"error: --host is {host!r}; whoever reaches that address could steer the world; "
        "give --token too, or leave --host out"
    )


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        (("--token", "short"), "error: --token is 'short'; give 8 letters or more"),
        (("--port", 70_000), "error: --port is 70000; give 0 to 65535; 0 is any free one"),
        (("--port", "x"), "error: --port is 'x'; give a whole number"),
        (
            ("--port", 0, "--pace", -1, "--paused"),
            "error: pace is -1.0; give 0 to 100000 ticks a second, 0 for as fast as it goes",
        ),
        (
            ("--port", 0, "--days", 0),
            "error: days is 0; give 1 or more, or leave it out for a world that goes on",
        ),
        (("--port", 0, "--seed", -1), "error: --seed is -1; give a whole number from 0 to 2**63 - 1"),
        (("marktes", "--port", 0), "error: no scenario 'marktes'; did you mean 'markets'?"),
    ],
)
def test_a_mistake_is_one_line(catallaxy: Command, words: tuple[Any, ...], mistake: str) -> None:
    assert catallaxy("dashboard", *words).mistake == mistake
    assert not Path("runs").exists()


def test_a_package_that_is_not_there_is_named_with_its_remedy(
    catallaxy: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, missing in (("missing_packages", ("anywidget",)), ("missing_assets", ("requirejs@2.3.6",))):
        with monkeypatch.context() as patch:
            patch.setattr(assets, name, lambda missing=missing: missing)
            package = "anywidget" if name == "missing_packages" else "solara-assets"
            need, remedy = f"the dashboard needs the package {package!r}", "pip install 'catallaxy[dashboard]'"
            assert catallaxy("dashboard").mistake == f"error: {need}; install it with: {remedy}"


def test_the_doctor_looks_at_the_scripts_of_the_dashboard(catallaxy: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def looked() -> dict[str, Any]:
        found = catallaxy("doctor", "--json").json
        return next(check for check in found if check["name"] == "dashboard's scripts")

    there = looked()
    monkeypatch.setattr(assets, "missing_assets", lambda: ("requirejs@2.3.6",))
    gone = looked()

    assert (there["ok"], there["remedy"]) == (True, "")
    assert gone["ok"] is None
    assert gone["found"].endswith("requirejs@2.3.6")
    assert gone["remedy"].startswith("pip install")


def test_a_page_without_scripts_says_what_is_missing() -> None:
    page = assets.excuse(("requirejs@2.3.6", "<script>"))

    assert "<li>requirejs@2.3.6</li><li>&lt;script&gt;</li>" in page
    assert 'pip install "catallaxy[dashboard]"' in page
    assert "<script" not in page
