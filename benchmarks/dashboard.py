"""Measure the dashboard in a headless Chromium; write ``dashboard.json`` beside this file, and ``docs/dashboard.md``.

$ python benchmarks/dashboard.py                   # some 45 minutes; a quiet machine with two cores or more
$ python benchmarks/dashboard.py start pages       # only these anew

Needs the extras ``dashboard`` and ``dev``, Chromium, and Linux with ``ss`` (processes are read from /proc).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from catallaxy.visualization.frame import PAGES

FOUND = Path(__file__).resolve().parent / "dashboard.json"
PAGE = Path(__file__).resolve().parent.parent / "docs" / "dashboard.md"
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"
MANY = 5
TRADERS = 100_000
MINUTES = 30
WINDOW, ROUNDS, SETTLED = 15.0, 5, 3.0
_HZ = os.sysconf("SC_CLK_TCK")
_TOLD = (
    "() => [...document.querySelectorAll('.cx-curtain')].every(c => c.hidden || !c.textContent.startsWith('loading'))"
)

_HERE = "name => document.querySelector('.cx-rail .cx-here span')?.textContent === name"


class Server:
    """A dashboard in a process of its own, started as a user does; seed 7."""

    def __init__(self, *words: str) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.began = time.monotonic()
        command = [sys.executable, "-P", "-m", "catallaxy", "dashboard", *words]
        self.process = subprocess.Popen(
            [*command, "--seed", "7", "--port", "0", "--out", self._folder.name, "--quiet"],
            stdout=subprocess.PIPE, text=True, cwd=self._folder.name,
        )  # fmt: skip
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().split()[1].rstrip("/")
        self.ready = time.monotonic() - self.began

    @property
    def tick(self) -> int:
        """The newest tick that is sealed in the journal."""
        (journal,) = Path(self._folder.name).glob("*/journal.jsonl")
        with journal.open("rb") as lines:
            lines.seek(max(journal.stat().st_size - 400, 0))
            seals = [line for line in lines.read().split(b"\n")[:-1] if b'"seal"' in line]
        return int(json.loads(seals[-1].partition(b" ")[2])["tick"]) if seals else 0

    @property
    def cpu(self) -> float:
        """Seconds of processor time."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _HZ

    @property
    def megabytes(self) -> float:
        """Memory that it holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    @property
    def tabs(self) -> int:
        """Tabs for which something is kept."""
        with urllib.request.urlopen(f"{self.address}/resourcez") as answer:
            return int(json.load(answer)["kernels"]["total"])

    def interrupt(self) -> float:
        """Press Ctrl-C; return the seconds until the process has ended."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait()
        return time.monotonic() - began

    def close(self) -> None:
        """End it, and remove what it wrote."""
        self.process.kill()
        self.process.communicate()
        self._folder.cleanup()


@contextlib.contextmanager
def server(*words: str) -> Iterator[Server]:
    """Run a dashboard for a while."""
    served = Server(*words)
    try:
        yield served
    finally:
        served.close()


@contextlib.contextmanager
def tab(browser: Browser, address: str) -> Iterator[Page]:
    """Open a tab, and wait until all its panels are told."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(60_000)
    try:
        page.goto(address)
        page.locator("[data-testid=cards] button, .cx-card").first.wait_for()
        page.wait_for_function(_TOLD)
        yield page
    finally:
        page.close()


# -- what is measured -------------------------------------------------------------------------


def start(browser: Browser) -> dict[str, Any]:
    """Seconds from the command to the address, to the first price cards, and from Ctrl-C to the end."""
    ready, cards, ends = [], [], []
    for _ in range(5):
        with server() as served, tab(browser, served.address) as page:
            cards.append(time.monotonic() - served.began)
            ready.append(served.ready)
            page.wait_for_timeout(5_000)
            ends.append(served.interrupt())
    return {"ready_s": spread(ready), "cards_s": spread(cards), "ctrl_c_s": spread(ends)}


def pages(browser: Browser) -> dict[str, Any]:
    """Seconds from a click on the rail until every panel of the page is told, while the world plays."""
    taken: dict[str, list[float]] = {}
    with server() as served, tab(browser, served.address) as page:
        for _ in range(3):
            for path, name in [*PAGES[1:], PAGES[0]]:
                began = time.monotonic()
                page.get_by_role("link", name=name).click()
                page.wait_for_function(f"() => location.pathname === '/{path}'")
                page.wait_for_function(_HERE, arg=name)  # the server has drawn it: what was left is gone
                page.wait_for_function(_TOLD)
                taken.setdefault(name, []).append(time.monotonic() - began)
    middle = {name: statistics.median(times) for name, times in taken.items()}
    slowest = max(middle, key=lambda name: middle[name])
    return {
        "switch_s": spread([one for times in taken.values() for one in times]),
        "slowest": slowest, "slowest_s": round(middle[slowest], 2),
    }  # fmt: skip


def rate(browser: Browser) -> dict[str, Any]:
    """Ticks a second, as fast as it goes: with one tab or five, each between two measurements without any.

    Ticks of one part of a year take longer than of another, and so does a machine: so shares are of neighbours.
    """
    rates: list[tuple[int, float]] = []
    with server("--pace", "0") as served:
        time.sleep(10.0)
        for number in [*(0, 1, 0, MANY) * ROUNDS, 0]:
            with contextlib.ExitStack() as open_tabs:
                for _ in range(number):
                    open_tabs.enter_context(tab(browser, served.address))
                time.sleep(SETTLED)
                rates.append((number, per_second(lambda: served.tick, WINDOW)))
    found: dict[int, list[float]] = {0: [], 1: [], MANY: []}
    shares: dict[int, list[float]] = {1: [], MANY: []}
    for place, (number, ticks) in enumerate(rates):
        found[number].append(ticks)
        if number:
            shares[number].append(100 * ticks / statistics.fmean((rates[place - 1][1], rates[place + 1][1])))
    return {
        "ticks_per_second": {str(number): spread(ticks) for number, ticks in found.items()},
        "share": {str(number): spread(share) for number, share in shares.items()},
    }


def cost(browser: Browser) -> dict[str, Any]:
    """Share of a core of the server that a tab takes, and kilobytes a second that it is sent, at the default pace."""
    cores: dict[int, list[float]] = {0: [], 1: [], MANY: []}
    sent: list[float] = []
    with server() as served:
        time.sleep(10.0)
        for number in (0, 1, 0, 1, 0, MANY):
            with contextlib.ExitStack() as open_tabs:
                for _ in range(number):
                    page = open_tabs.enter_context(tab(browser, served.address))
                if number == 1:
                    page.wait_for_timeout(3_000)
                    sent.append(kilobytes_per_second(served.address, WINDOW))
                cores[number].append(per_second(lambda: served.cpu, WINDOW))
        released = until_released(served)
        with tab(browser, served.address) as page, contextlib.suppress(PlaywrightError):
            page.goto("chrome://crash", timeout=5_000)
        lost = until_released(served)
    none = statistics.median(cores[0])
    each = [statistics.median(cores[number]) - none for number in (1, MANY)]
    return {
        "core_without": spread(cores[0]), "core_one": round(each[0], 3), "core_of_many": round(each[1] / MANY, 3),
        "kilobytes_per_second": spread(sent), "released_s": round(released, 1), "lost_s": round(lost, 1),
    }  # fmt: skip


def traders(browser: Browser) -> dict[str, Any]:
    """Milliseconds from a click or a letter until a table of 100,000 traders shows the answer; the world plays on."""
    sorts, filters = [], []
    keys = ("owner", "cash", "shares", "since", "trades")
    words = ("economy", "--set", f"traders.number={TRADERS}", "--pace", "5")
    with server(*words) as served, tab(browser, served.address) as page:
        page.goto(f"{served.address}/traders")
        table = page.locator(".cx-grid").first
        table.locator("tbody tr[data-key]").first.wait_for()
        page.wait_for_timeout(5_000)
        for key in [key for key in keys for _way in ("down", "up")]:
            sorts.append(answered(page, table.get_by_test_id(f"sort-{key}").click))
        ask = table.locator("input").first
        for typed in ("momentum", ">100000", "cash<2k", "noise", "holder", ""):
            filters.append(answered(page, lambda typed=typed: ask.fill(typed)))  # type: ignore[misc]
    return {"sort_ms": spread(sorts), "filter_ms": spread(filters), "traders": TRADERS}


def memory(browser: Browser) -> dict[str, Any]:
    """Megabytes of the server and of a tab's heap, minute by minute, at the default pace."""
    held, heap = [], []
    with server() as served, tab(browser, served.address) as page:
        session = page.context.new_cdp_session(page)
        page.wait_for_timeout(60_000)
        for _ in range(MINUTES + 1):
            session.send("HeapProfiler.collectGarbage")
            heap.append(round(session.send("Runtime.getHeapUsage")["usedSize"] / 1e6, 1))
            held.append(round(served.megabytes, 1))
            page.wait_for_timeout(60_000)
        tick = served.tick
    return {"minutes": MINUTES, "server_mb": held, "heap_mb": heap, "tick": tick}


# -- how --------------------------------------------------------------------------------------


def per_second(read: Callable[[], float], seconds: float) -> float:
    """Return how fast something grows."""
    before, began = read(), time.monotonic()
    time.sleep(seconds)
    return (read() - before) / (time.monotonic() - began)


def until_released(served: Server) -> float:
    """Return the seconds until nothing is kept of any tab."""
    began = time.monotonic()
    while served.tabs:
        time.sleep(0.1)
    return time.monotonic() - began


def kilobytes_sent(address: str) -> dict[str, float]:
    """Return what has been sent over each connection to a port that is open, by its other end, as on the wire."""
    port = address.rpartition(":")[2]
    told = subprocess.run(["ss", "-tinHO", f"sport = :{port}"], capture_output=True, text=True, check=True).stdout
    found = [(line.split()[4], re.search(r"bytes_sent:(\d+)", line)) for line in told.splitlines()]
    return {end: int(sent[1]) / 1e3 if sent else 0.0 for end, sent in found}


def kilobytes_per_second(address: str, seconds: float) -> float:
    """Return how much a second is sent over connections that stay open: those of a page that is loaded soon close."""
    before, began = kilobytes_sent(address), time.monotonic()
    time.sleep(seconds)
    after = kilobytes_sent(address)
    return sum(after[end] - before[end] for end in before.keys() & after.keys()) / (time.monotonic() - began)


_STATE = """() => document.querySelector('.cx-grid tbody tr').dataset.key
  + document.querySelector('.cx-grid .cx-muted').textContent"""


def answered(page: Page, ask: Callable[[], None]) -> float:
    """Return the milliseconds until a table that was asked begins with another row, or counts others."""
    page.wait_for_timeout(1_200)
    before = page.evaluate(_STATE)
    began = time.monotonic()
    ask()
    page.wait_for_function(f"before => ({_STATE})() !== before", arg=before, polling=10)
    return 1e3 * (time.monotonic() - began)


def spread(values: list[float]) -> list[float]:
    """Return least, median and most."""
    return [round(value, 2 if value < 100 else 0) for value in (min(values), statistics.median(values), max(values))]


def page_of(found: dict[str, Any]) -> str:
    """Return the measured part of the page."""
    start, pages, rate, cost = found["start"], found["pages"], found["rate"], found["cost"]
    traders, memory, shares = found["traders"], found["memory"], found["rate"]["share"]

    def ranged(values: list[float], unit: str) -> str:
        return f"{values[1]:g} {unit} ({values[0]:g} to {values[2]:g})"

    def grown(values: list[float]) -> str:
        return f"{values[0]:.0f} MB, then {min(values):.0f} to {max(values):.0f}, at last {values[-1]:.0f}"

    rows = [
        ("from the command to the address", "", ranged(start["ready_s"], "s")),
        ("from the command to price cards", "8 s", ranged(start["cards_s"], "s")),
        ("from Ctrl-C to the end, run closed", "1 s", ranged(start["ctrl_c_s"], "s")),
        ("from a click to the other page, all panels told", "1 s",
         f"{ranged(pages['switch_s'], 's')}; slowest {pages['slowest']}, {pages['slowest_s']:g} s"),
        ("ticks a second as fast as it goes, no tab", "", ranged(rate["ticks_per_second"]["0"], "")),
        ("of these with one tab", "90 %", ranged(shares["1"], "%")),
        (f"of these with {MANY} tabs", "75 %", ranged(shares[str(MANY)], "%")),
        ("a tab's part of a core of the server", "6 %",
         f"{100 * cost['core_one']:.1f} %; of {MANY}, {100 * cost['core_of_many']:.1f} % each"),
        ("what a tab is sent a second, over the wire", "20 kB", ranged(cost["kilobytes_per_second"], "kB")),
        ("from closing tabs to nothing kept of them", "60 s",
         f"{cost['released_s']:g} s; of one that crashed {cost['lost_s']:g} s"),
        (f"memory of the server over {memory['minutes']:g} minutes, one tab ({memory['day']})", "flat",
         grown(memory["server_mb"])),
        ("heap of the tab over these", "flat", grown(memory["heap_mb"])),
        (f"sorting {traders['traders']:,} traders, click to rows", "300 ms", ranged(traders["sort_ms"], "ms")),
        (f"filtering {traders['traders']:,} traders, letter to rows", "300 ms", ranged(traders["filter_ms"], "ms")),
    ]  # fmt: skip
    lines = ["| | at most, or at least | median (least to most) |", "|---|---|---|"]
    lines += [f"| {what} | {due} | {seen.replace(' )', ')').replace('  ', ' ')} |" for what, due, seen in rows]
    loads = ", ".join(f"{found[name]['load']:.1f}" for name in PARTS)
    about = (
        f"{found['day']}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, Chromium {found['chromium']} on the same machine; load averages before "
        f"each part {loads}. Scenario economy, seed 7, at the default pace where none is said."
    )
    return "\n\n".join([about, "\n".join(lines)])


PARTS: dict[str, Callable[[Browser], dict[str, Any]]] = {
    "start": start, "pages": pages, "rate": rate, "cost": cost, "traders": traders,
    "memory": memory,
}  # fmt: skip


def main() -> None:
    """Measure what was asked for, and write the page anew."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("parts", nargs="*", choices=[[], *PARTS], help="all if left out")
    given = asked.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("error: Chromium is not installed; Debian, Ubuntu: apt install chromium fonts-dejavu")
    found: dict[str, Any] = json.loads(FOUND.read_text("utf-8")) if FOUND.exists() else {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--disable-gpu"])
        found |= {"day": time.strftime("%Y-%m-%d"), "chromium": browser.version}
        for name in given.parts or PARTS:
            load = os.getloadavg()[0]
            found[name] = PARTS[name](browser) | {"load": round(load, 2), "day": found["day"]}
            print(f"{name}: {json.dumps(found[name])}", flush=True)
            FOUND.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
        browser.close()
    if found.keys() >= PARTS.keys():
        before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{page_of(found)}\n\n{END}{rest.partition(END)[2]}", "utf-8")


if __name__ == "__main__":
    main()
