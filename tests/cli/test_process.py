"""What only shows in a process of its own: signals, pipes, pure output, and what an import loads."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command_line import TINY, Command, command_of

HEAVY = ("numpy", "numba", "mesa", "pandas", "pydantic", "pyarrow", "duckdb", "scipy", "rich", "networkx")
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals are sent as POSIX has them")


def loaded_by(code: str) -> set[str]:
    """Return the heavy modules that a fresh interpreter has loaded after ``code``."""
    told = f"{code}\nimport sys\nprint('loaded:', *(name for name in {HEAVY!r} if name in sys.modules))"
    done = subprocess.run([sys.executable, "-P", "-c", told], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import catallaxy; dir(catallaxy); catallaxy.__version__") == set()


def test_help_loads_nothing_heavy() -> None:
    code = "from catallaxy.cli import app\ntry:\n    app(['--help'])\nexcept SystemExit:\n    pass"

    assert loaded_by(code) == set()


def test_every_public_name_is_there() -> None:
    import catallaxy

    missing = [name for name in catallaxy.__all__ if getattr(catallaxy, name, None) is None]

    assert missing == []
    assert set(catallaxy.__all__) <= set(dir(catallaxy))


def test_an_unknown_name_is_an_attribute_error() -> None:
    import catallaxy

    with pytest.raises(AttributeError) as caught:
        catallaxy.Econmy  # noqa: B018 # the look-up is the act

    assert str(caught.value) == "module 'catallaxy' has no attribute 'Econmy'"


def test_json_is_alone_on_standard_output(outside: Command) -> None:
    said = outside("run", "markets", *TINY, "--ticks", 30, "--json")

    assert json.loads(said.out)["ticks"] == 30
    assert said.out.startswith("{")
    assert said.out.endswith("}\n")


def test_quiet_leaves_standard_error_empty(outside: Command) -> None:
    assert outside("run", "markets", *TINY, "--ticks", 30, "--quiet").err == ""


def test_a_reader_who_has_seen_enough_is_no_error(ended: Path) -> None:
    words = command_of("query", ended, "SELECT * FROM range(1000000)", "--csv")
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


class Running:
    """A paced run in a process of its own."""

    def __init__(self, folder: str, *words: object) -> None:
        self.folder = Path(folder)
        self.process = subprocess.Popen(
            command_of("run", "markets", *TINY, "--seed", 7, "--ticks", 60, "--pace", "50ms", "--out", folder, *words),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def reach(self, tick: int, seconds: float = 120.0) -> None:
        """Wait until ``tick`` is sealed."""
        end = time.monotonic() + seconds
        journal = self.folder / "journal.jsonl"
        while time.monotonic() < end and self.process.poll() is None:
            if journal.is_file() and journal.read_bytes().count(b'"kind":"seal"') >= tick:
                return
            time.sleep(0.02)
        raise AssertionError(f"tick {tick} was not reached: {self.process.communicate(timeout=5)}")

    def after(self, number: int) -> tuple[int, str, str]:
        """Send a signal and return exit code, standard output and standard error."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out, err


@POSIX
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_is_whole_and_says_how_to_go_on(
    catallaxy: Command, stored: tuple[Path, dict[str, Any]], number: int, code: int
) -> None:
    run = Running("stopped", "--json")
    run.reach(5)

    exit_code, out, err = run.after(number)

    results = json.loads(out)
    ticks = results["ticks"]
    assert (exit_code, results["status"]) == (code, "interrupted")
    assert 5 <= ticks < 60
    assert err.splitlines()[-1] == (
        f"stopped after tick {ticks}; to go on: catallaxy run --resume stopped --ticks {60 - ticks}"
    )
    assert catallaxy("verify", "stopped").code == 0
    assert catallaxy("query", "stopped", "SELECT max(tick) AS t FROM world", "--json").json == [{"t": ticks}]
    again = catallaxy("run", "--resume", "stopped", "--ticks", 60 - ticks, "--json").json
    assert again["chain_head"] == stored[1]["chain_head"]
    assert again["state_hash"] == stored[1]["state_hash"]


@POSIX
def test_a_killed_run_is_continued(catallaxy: Command, stored: tuple[Path, dict[str, Any]]) -> None:
    run = Running("killed")
    run.reach(5)

    run.after(signal.SIGKILL)

    assert catallaxy("verify", "killed").code == 0
    first = catallaxy("step", "--resume", "killed", "--json").json["tick"]
    again = catallaxy("run", "--resume", "killed", "--ticks", 60 - first, "--json").json
    assert again["chain_head"] == stored[1]["chain_head"]
    assert again["state_hash"] == stored[1]["state_hash"]


def test_the_second_request_to_stop_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from catallaxy.commands.session import Stop

    sent: list[tuple[str, int]] = []
    monkeypatch.setattr(signal, "signal", lambda number, _: sent.append(("default", number)))
    monkeypatch.setattr(signal, "raise_signal", lambda number: sent.append(("raised", number)))
    stop = Stop()

    stop.note(signal.SIGINT, None)
    assert (stop.asked, sent) == (True, [])
    stop.note(signal.SIGINT, None)

    assert sent == [("default", signal.SIGINT), ("raised", signal.SIGINT)]


def test_signals_are_given_back_after_a_run(catallaxy: Command) -> None:
    before = signal.getsignal(signal.SIGINT)

    catallaxy("run", "markets", *TINY, "--ticks", 1)

    assert signal.getsignal(signal.SIGINT) is before
