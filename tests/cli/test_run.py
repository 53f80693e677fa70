"""`catallaxy run`: results, folders, resuming, and every way to end early."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from catallaxy.core.errors import IdentityBroken, MissingExtra, RunFolderUnwritable
from catallaxy.model import stages
from tests.cli.command_line import TINY, Command

DUE = {
    "scenario", "seed", "ticks", "traders", "messages", "trades", "seconds", "cpu_seconds", "ticks_per_second",
    "peak_rss_mb", "state_hash", "chain_head", "identities_checked", "violations", "run_dir",
}  # fmt: skip


def test_a_run_prints_one_json_object_with_everything_that_is_due(stored: tuple[Path, dict[str, Any]]) -> None:
    folder, results = stored

    assert results.keys() >= DUE
    assert (results["scenario"], results["seed"], results["ticks"], results["traders"]) == ("markets", 7, 60, 50)
    assert (results["violations"], results["status"]) == (0, "finished")
    assert results["messages"] > results["trades"] > 0
    assert Path(results["run_dir"]) == folder


def test_a_finished_run_has_a_report(outside: Command) -> None:
    results = outside("run", "markets", *TINY, "--ticks", 60, "--out", "mine", "--json").json

    assert Path(results["report"]) == Path("mine/report.html")
    assert Path("mine/report.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")


def test_results_are_printed_even_when_the_report_fails(catallaxy: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(folder: Path) -> Path:
        raise RunFolderUnwritable(str(folder), "No space left on device")

    monkeypatch.setattr("catallaxy.batch.report.write_report", fails)

    said = catallaxy("run", "markets", *TINY, "--ticks", 1, "--out", "full", "--json")

    assert (said.code, said.json["ticks"], said.json["report"]) == (2, 1, None)
    assert said.err.startswith("error: cannot write to full: No space left on device")


def test_a_run_without_what_draws_reports_says_so_and_ends_well(
    catallaxy: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(folder: Path) -> Path:
        raise MissingExtra("the report", "matplotlib", "data")

    monkeypatch.setattr("catallaxy.batch.report.write_report", fails)

    said = catallaxy("run", "markets", *TINY, "--ticks", 1, "--json")

    assert (said.code, said.json["report"]) == (0, None)
    assert said.err == (
        "no report: the report needs the package 'matplotlib'; install it with: pip install 'catallaxy[data]'\n"
    )


def test_a_run_prints_a_table_for_people_and_nothing_else_on_standard_output(catallaxy: Command) -> None:
    said = catallaxy("run", "markets", *TINY, "--ticks", 30, "--seed", 3)

    title, blank, *rows = said.out.splitlines()
    assert title == "markets, seed 3: day 1, tick 30, 50 traders, 2 stocks"
    assert blank == ""
    names = ["index", "anchor", "trades", "messages", "identities", "speed", "chain head", "folder"]
    assert [name for name in names if not any(row.startswith(name) for row in rows)] == []
    assert [row.split() for row in rows[-2:]] == [
        ["folder", str(Path("runs/markets-3-1"))],
        ["report", str(Path("runs/markets-3-1/report.html"))],
    ]


def test_the_same_seed_gives_the_same_run(catallaxy: Command, stored: tuple[Path, dict[str, Any]]) -> None:
    again = catallaxy("run", "markets", *TINY, "--seed", 7, "--days", 2, "--json").json

    assert again["chain_head"] == stored[1]["chain_head"]
    assert again["state_hash"] == stored[1]["state_hash"]


def test_a_run_without_a_seed_draws_one_and_says_which(catallaxy: Command) -> None:
    first = catallaxy("run", "markets", *TINY, "--ticks", 1, "--json").json
    second = catallaxy("run", "markets", *TINY, "--ticks", 1, "--json").json

    assert first["seed"] != second["seed"]


def test_runs_number_their_folders_and_never_overwrite_one(catallaxy: Command) -> None:
    folders = [
        catallaxy("run", "markets", *TINY, "--seed", 5, "--ticks", 1, "--json").json["run_dir"] for _ in range(2)
    ]

    assert [Path(folder) for folder in folders] == [Path("runs/markets-5-1"), Path("runs/markets-5-2")]


def test_a_resumed_run_ends_where_an_uninterrupted_one_does(
    catallaxy: Command, stored: tuple[Path, dict[str, Any]]
) -> None:
    catallaxy("run", "markets", *TINY, "--seed", 7, "--ticks", 17, "--out", "half")
    said = catallaxy("run", "--resume", "half", "--ticks", 43, "--json").json

    assert (said["first_tick"], said["ticks"]) == (18, 60)
    assert said["chain_head"] == stored[1]["chain_head"]
    assert said["state_hash"] == stored[1]["state_hash"]


def test_resuming_goes_to_the_end_of_the_scenario(catallaxy: Command) -> None:
    catallaxy("run", "markets", *TINY, "--set", "clock.days=2", "--ticks", 10, "--out", "short")

    said = catallaxy("run", "--resume", "short", "--json")
    again = catallaxy("run", "--resume", "short", "--json")

    assert said.json["ticks"] == again.json["ticks"] == 60
    assert again.err.splitlines() == ["short is at its end, tick 60; give --ticks or --days to go on"]


def test_a_shock_from_a_file_changes_the_run_and_replays(
    catallaxy: Command, stored: tuple[Path, dict[str, Any]]
) -> None:
    crash = {"kind": "fundamental_jump", "at": 20, "size": -0.3}
    Path("crash.json").write_text(json.dumps([crash, {"kind": "symbol_halt", "at": 30, "until": 35}]))

    said = catallaxy(
        "run", "markets", *TINY, "--seed", 7, "--ticks", 60, "--shock", "crash.json", "--out", "shaken", "--json"
    )

    assert said.json["anchor"] < 0.8 * stored[1]["anchor"]
    assert catallaxy("replay", "shaken", "--quiet").code == 0


def test_a_halted_run_says_what_failed_and_what_was_kept(catallaxy: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(economy: Any) -> None:
        if economy.tick == 12:
            raise IdentityBroken("closure", "deposit", 5)

    monkeypatch.setattr(stages, "check_identities", fails)

    said = catallaxy("run", "markets", *TINY, "--ticks", 30, "--out", "broken", "--json")

    assert said.code == 1
    assert (said.json["status"], said.json["ticks"], said.json["violations"]) == ("halted", 11, 1)
    error, kept = [line for line in said.err.splitlines() if not line[0].isdigit()]
    assert error.startswith(
        "error: halted in tick 12, stage 'identities': identity closure broken at deposit by 5; the tick was discarded"
    )
    assert kept == "kept: everything up to tick 11, in broken"
    monkeypatch.undo()


def test_a_halted_run_is_resumed_to_the_same_end_once_the_cause_is_gone(
    catallaxy: Command, stored: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    mark = stages.mark

    def fails(economy: Any) -> None:
        if economy.tick == 12:
            raise ArithmeticError("a bug")
        mark(economy)

    with monkeypatch.context() as patch:
        patch.setattr(stages, "mark", fails)
        assert catallaxy("run", "markets", *TINY, "--seed", 7, "--ticks", 60, "--out", "broken").code == 1

    said = catallaxy("run", "--resume", "broken", "--ticks", 49, "--json").json

    assert (said["first_tick"], said["ticks"], said["status"]) == (12, 60, "finished")
    assert said["chain_head"] == stored[1]["chain_head"]
    assert said["state_hash"] == stored[1]["state_hash"]


def test_a_paced_run_keeps_to_the_clock(catallaxy: Command) -> None:
    said = catallaxy("run", "markets", *TINY, "--ticks", 5, "--pace", "100ms", "--json").json

    assert said["ticks_per_second"] < 12.5  # 4 waits of 0.1 s at least


def test_a_scenario_that_was_shown_and_saved_gives_the_same_run(
    catallaxy: Command, stored: tuple[Path, dict[str, Any]]
) -> None:
    Path("mine.toml").write_text(catallaxy("scenarios", "show", "markets", *TINY).out, encoding="utf-8")

    said = catallaxy("run", "mine.toml", "--seed", 7, "--ticks", 60, "--json").json

    assert said["chain_head"] == stored[1]["chain_head"]


def test_the_results_of_an_economy_tell_its_rates(catallaxy: Command) -> None:
    small = ("--set", "traders.number=90", "--set", "firms.number=6", "--set", "banks.number=3", "--set",
             "clock.ticks_per_day=2")  # fmt: skip

    said = catallaxy("run", "economy-coarse", *small, "--days", 42, "--out", "both", "--quiet").out
    told = catallaxy("run", "economy-coarse", *small, "--days", 42, "--json").json

    assert 0.0 <= told["unemployment"] < 1.0
    assert 0.0 <= told["policy_rate"] < 0.5
    assert [word in said for word in ("unemployment", "inflation", "rate")] == [True] * 3
    assert catallaxy("run", "markets", *TINY, "--ticks", 1, "--json").json["unemployment"] is None
