"""Dashboards in processes of their own, and pages of them: what tests in a browser talk to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from playwright.sync_api import Page, expect

from catallaxy.ledger.journal import JOURNAL, read_journal
from catallaxy.model.economy import Economy

SEED = 7
SETTINGS = {"traders.number": 150, "firms.number": 6, "banks.number": 3}
SCENARIO = "economy-coarse"
TINY_MARKET = {"traders.number": 60, "clock.ticks_per_day": 10, "clock.days": 4_000, "anchor.source": "walk"}
PATIENCE = 60.0


class Dashboard:
    """A dashboard in a process of its own.

    Parameters
    ----------
    words : list of str
        What is run: ``command(...)`` or ``misbehaving(...)``.
    folder : path
        Where it is run, and where its runs are written.
    scenario : str
        What it opens.

    Attributes
    ----------
    log : str
        What it wrote, once it has ended.
    """

    def __init__(self, words: list[str], folder: Path, scenario: str = SCENARIO) -> None:
        self.folder, self.scenario, self.log = folder, scenario, ""
        self.process = subprocess.Popen(
            words, cwd=folder, env=dict(os.environ), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        found = re.match(r"dashboard: (http://\S+)/", said)
        assert found is not None, (said, self.process.communicate(timeout=PATIENCE))
        self.address = found[1]

    @property
    def port(self) -> str:
        return self.address.rpartition(":")[2]

    @property
    def run(self) -> Path:
        """The folder of the newest run."""
        return max((self.folder / "runs").iterdir(), key=lambda path: int(path.name.rpartition("-")[2]))

    @property
    def commands(self) -> list[tuple[int, dict[str, Any]]]:
        """What was done from outside in the newest run: tick and command, as its journal has them."""
        entries = read_journal(self.run / JOURNAL)
        return [
            (entry.tick, entry.command["payload"]) for entry in entries if entry.command and entry.kind == "command"
        ]

    def get(self, path: str) -> tuple[int, str]:
        """Return status and text of what is at an address."""
        try:
            with urllib.request.urlopen(self.address + path, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    @property
    def tabs(self) -> int:
        """How many tabs the server keeps something for."""
        return int(json.loads(self.get("/resourcez")[1])["kernels"]["total"])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(timeout=PATIENCE)
        finally:
            self.process.kill()
            for pipe in (self.process.stdout, self.process.stderr):
                assert pipe is not None
                self.log += pipe.read()
                pipe.close()


def command(*more: str, port: str = "0", scenario: str = SCENARIO, settings: Mapping[str, Any] = SETTINGS) -> list[str]:
    """Return the words that start the dashboard of a small economy as a user would, paused."""
    changes = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
    words = ["-m", "catallaxy", "dashboard", scenario, "--seed", str(SEED), "--port", port, "--paused", *changes, *more]
    return [sys.executable, "-P", *words]


def economy_at(tick: int, scenario: str = SCENARIO, settings: Mapping[str, Any] = SETTINGS) -> Economy:
    """Return the economy that a dashboard shows at a tick, computed here."""
    economy = Economy(scenario, rng=SEED, **{key.replace(".", "__"): value for key, value in settings.items()})
    if tick:
        economy.run(ticks=tick)
    return economy


def number(text: str) -> float:
    """Return a number as the page writes it."""
    return float(text.replace("\u2009", "").replace("\u2212", "-"))


def misbehaving() -> list[str]:
    """Return the words that start a dashboard whose world fails in its fifth tick and whose silent tabs go soon."""
    return [sys.executable, "-P", str(Path(__file__).with_name("misbehaving.py"))]


_LISTEN = """
const send = WebSocket.prototype.send;
window.sentFrames = [];
window.sendUnheard = (socket, frame) => send.call(socket, frame);
WebSocket.prototype.send = function (frame) {
  if (typeof frame === "string") window.sentFrames.push([this, frame]);
  if (window.sentFrames.length > 200) window.sentFrames.shift();
  return send.call(this, frame);
};
"""
_CRAFT = """([like, content]) => {
  const [socket, frame] = window.sentFrames.findLast(([, frame]) => frame.includes(like));
  const message = JSON.parse(frame);
  message.content.data.content = "CRAFTED";
  window.sendUnheard(socket, JSON.stringify(message).replace('"CRAFTED"', () => content));
}"""


class Tab:
    """A page of a dashboard, and what it complained about or asked of others."""

    def __init__(self, page: Page, dashboard: Dashboard) -> None:
        self.page, self.dashboard = page, dashboard
        self.complaints: list[str] = []
        self.outside: list[str] = []
        page.add_init_script(_LISTEN)
        page.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._note(request.url))

    def _note(self, url: str) -> None:
        ours = f"{self.dashboard.address}/"
        if not url.startswith((ours, ours.replace("http", "ws", 1), "data:", "blob:")):
            self.outside.append(url)

    def open(self, path: str = "/") -> Self:
        """Go to a page and wait until its bar is fed."""
        self.page.goto(self.dashboard.address + path)
        return self.fed()

    def fed(self) -> Self:
        """Wait until the bar has heard from the server."""
        expect(self.page.locator("body[data-state]")).to_be_attached(timeout=PATIENCE * 1e3)
        expect(self.fact("scenario")).to_have_text(self.dashboard.scenario, timeout=PATIENCE * 1e3)
        return self

    def craft(self, like: str, content: str) -> None:
        """Let the panel that has sent something like this send something else, which need not even be JSON."""
        self.page.evaluate(_CRAFT, [like, content])

    def fact(self, name: str) -> Any:
        return self.page.get_by_test_id(f"fact-{name}")

    def part(self, name: str) -> Any:
        return self.page.get_by_test_id(name)

    @property
    def tick(self) -> int:
        return int(self.fact("tick").get_attribute("data-tick"))

    @property
    def state(self) -> str:
        return str(self.page.locator("body").get_attribute("data-state"))

    def reaches(self, state: str) -> None:
        """Wait until the world does what is said."""
        expect(self.page.locator(f"body[data-state={state}]")).to_be_attached(timeout=PATIENCE * 1e3)

    def shows_tick(self, tick: int) -> None:
        expect(self.page.locator(f"[data-testid=fact-tick][data-tick='{tick}']")).to_be_attached(timeout=PATIENCE * 1e3)

    def paused(self) -> Self:
        """Pause, and wait until that is seen."""
        if self.state == "playing":
            self.part("play").click()
        self.reaches("paused")
        return self


def within(happened: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
