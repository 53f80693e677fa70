"""The other commands: what they print for people and for programs, and their exit codes."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from catallaxy.batch.bench_budget import Target
from catallaxy.doctor import Check, within
from catallaxy.model.scenario import load_scenario
from tests.cli.command_line import TINY, Command


def test_version_is_that_of_the_package(catallaxy: Command) -> None:
    import catallaxy as package

    assert catallaxy("--version").out == f"catallaxy {package.__version__}\n"


def test_every_help_has_an_example(catallaxy: Command) -> None:
    from typer.main import get_command

    from catallaxy.cli import app

    def words_of(command: Any, words: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        inner = getattr(command, "commands", {})
        return [words, *(found for name in inner for found in words_of(inner[name], (*words, name)))]

    commands = words_of(get_command(app))

    assert {("run",), ("dashboard",), ("validate",)} <= set(commands)
    for words in commands:
        said = catallaxy(*words, "--help")
        assert said.code == 0
        assert f"\n  $ catallaxy {' '.join(words)}".rstrip() in said.out, words


# -- verify and replay ----------------------------------------------------------------------------


def test_verify_finds_nothing_in_a_run_as_it_was_sealed(
    catallaxy: Command, ended: Path, stored: tuple[Path, dict[str, Any]]
) -> None:
    head = stored[1]["chain_head"]

    said = catallaxy("verify", "ended", "--head", head)

    assert said.code == 0
    assert f"chain head {head}; the chain head is the one you gave" in said.out
    assert catallaxy("verify", "ended", "--json").json["chain_head"] == head


def test_verify_names_what_was_tampered_with(catallaxy: Command, ended: Path) -> None:
    part = next((ended / "trades").glob("*.parquet"))
    table = pq.read_table(part)
    metadata = pq.read_metadata(part).metadata
    price = table.column("price").to_numpy().copy()
    price[0] += 1
    table = table.set_column(table.column_names.index("price"), "price", [price])
    pq.write_table(table.replace_schema_metadata(metadata), part, store_schema=False)

    said = catallaxy("verify", "ended")
    problems = catallaxy("verify", "ended", "--json").json["problems"]

    assert said.code == 1
    assert said.out.splitlines()[0] == "ended is not as it was sealed:"
    assert [problem["table"] for problem in problems] == ["trades"]


def test_verify_compares_with_a_head_kept_elsewhere(catallaxy: Command, ended: Path) -> None:
    said = catallaxy("verify", "ended", "--head", "0" * 64, "--json")

    assert (said.code, said.json["ok"]) == (1, False)


def test_replay_makes_the_same_ticks(catallaxy: Command, ended: Path) -> None:
    said = catallaxy("replay", "ended", "--json", "--quiet")

    assert said.code == 0
    assert (said.json["identical"], said.json["first_difference"], said.json["ticks"]) == (True, None, 60)
    assert catallaxy("replay", "ended").out.startswith("ended: 60 ticks came out the same, chain head ")


def test_replay_names_the_first_tick_that_differs(
    catallaxy: Command, ended: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catallaxy.model import stages

    true = stages.anchor

    def moved(economy: Any) -> None:
        true(economy)
        if economy.tick == 31:
            economy.fundamental[:] *= 1.01

    monkeypatch.setattr(stages, "anchor", moved)

    said = catallaxy("replay", "ended", "--quiet")

    assert said.code == 1
    assert said.out == "ended: tick 31 is the first that came out differently\n"


# -- step -----------------------------------------------------------------------------------------


def test_step_makes_one_tick_of_a_stored_run(catallaxy: Command, ended: Path) -> None:
    said = catallaxy("step", "--resume", "ended", "--json")

    assert (said.code, said.json["tick"], said.json["ticks"]) == (0, 61, 1)
    assert catallaxy("step", "--resume", "ended", "--ticks", 2, "--json").json["tick"] == 63
    assert catallaxy("replay", "ended", "--quiet").code == 0


def test_step_takes_a_start_message(catallaxy: Command, ended: Path) -> None:
    message = {
        "ticks": 2,
        "shocks": [{"kind": "symbol_halt", "symbols": ["TSLA"]}],
        "actions": [
            {"agent": 12, "action": {"type": "BUY", "symbol": "AAPL", "quantity": 1}},
            {"agent": 12, "action": {"type": "BUY", "symbol": "AAPL", "quantity": 0}},
            {"agent": 12, "action": {"type": "BUY", "symbol": "TSLA", "quantity": 1}},
        ],
    }
    Path("tick_trigger.json").write_text(json.dumps(message))

    said = catallaxy("step", "--resume", "ended", "--input", "tick_trigger.json", "--json").json

    assert (said["tick"], said["ticks"]) == (62, 2)
    assert [result["reason"] for result in said["results"]] == ["ACCEPTED", "INVALID_QUANTITY", "HALTED"]
    assert [result["success"] for result in said["results"]] == [True, False, False]
    assert catallaxy("replay", "ended", "--quiet").code == 0


def test_the_same_actions_are_told_to_people_as_a_table(catallaxy: Command, ended: Path) -> None:
    actions = [{"agent": 12, "action": {"type": "SHORT", "symbol": "AAPL", "quantity": 1}}]
    Path("tick_trigger.json").write_text(json.dumps({"actions": actions}))

    said = catallaxy("step", "--resume", "ended", "--input", "tick_trigger.json")

    assert said.out.splitlines()[-1].split()[:4] == ["12", "SHORT", "False", "NOT_BORROWABLE"]


@pytest.mark.parametrize(
    ("message", "mistake"),
    [
        ('{"tick": 1}', "error: --input t.json: unknown key 'tick'; did you mean 'ticks'?"),
        ('{"ticks": 0}', "error: --input t.json: ticks is 0; Input should be greater than or equal to 1"),
        ("[]", 'error: --input t.json is []; give a JSON object such as {"ticks": 1}'),
        (
            '{"shocks": [{"kind": "symbol_halt", "symbols": ["X"]}]}',
            "error: --input t.json: shocks[0].symbols is 'X'; listed are AAPL, TSLA",
        ),
    ],
)
def test_a_start_message_that_cannot_be_used_is_a_mistake(
    catallaxy: Command, ended: Path, message: str, mistake: str
) -> None:
    Path("t.json").write_text(message)

    assert catallaxy("step", "--resume", "ended", "--input", "t.json").mistake == mistake
    assert catallaxy("verify", "ended").code == 0


# -- tables ---------------------------------------------------------------------------------------


def test_a_query_prints_a_table_json_or_csv(catallaxy: Command, ended: Path) -> None:
    sql = "SELECT symbol, sum(quantity) AS lots FROM trades GROUP BY symbol ORDER BY symbol"

    people, programs = catallaxy("query", "ended", sql), catallaxy("query", "ended", sql, "--json").json

    assert people.out.splitlines()[0].split() == ["symbol", "lots"]
    assert [row["symbol"] for row in programs] == ["AAPL", "TSLA"]
    assert all(isinstance(row["lots"], int) for row in programs)
    rows = list(csv.DictReader(io.StringIO(catallaxy("query", "ended", sql, "--csv").out)))
    assert [int(float(row["lots"])) for row in rows] == [row["lots"] for row in programs]


def test_a_long_answer_is_cut_for_people_alone(catallaxy: Command, ended: Path) -> None:
    said = catallaxy("query", "ended", "SELECT tick FROM world", "--rows", 3)

    assert said.out.split() == ["tick", "1", "2", "3"]
    assert said.err == "3 of 60 rows; --rows 0, --csv or --json gives all\n"
    assert len(catallaxy("query", "ended", "SELECT tick FROM world", "--rows", 0).out.split()) == 61
    assert len(catallaxy("query", "ended", "SELECT tick FROM world", "--json").json) == 60


def test_an_export_holds_every_row(catallaxy: Command, ended: Path, stored: tuple[Path, dict[str, Any]]) -> None:
    trades = stored[1]["trades"]

    catallaxy("export", "ended", "--table", "trades", "--out", "trades.parquet")
    said = catallaxy("export", "ended", "--table", "trades")

    table = pq.read_table("trades.parquet")
    assert table.num_rows == trades
    assert {"price", "quantity", "maker", "taker", "tick", "symbol"} <= set(table.column_names)
    assert Path("trades.csv").read_text().count("\n") == trades + 1
    assert said.out == "trades.csv\n"
    assert sorted(path.name for path in Path().glob("trades*")) == ["trades.csv", "trades.parquet"]


def test_positions_can_be_exported_though_they_are_written_at_the_end_alone(catallaxy: Command, ended: Path) -> None:
    catallaxy("export", "ended", "--table", "positions", "--out", "positions.parquet")

    assert pq.read_table("positions.parquet").num_rows > 0


# -- scenarios, facts, replications ---------------------------------------------------------------


def test_scenarios_are_listed_with_what_they_show(catallaxy: Command) -> None:
    listed = {row["name"]: row["description"] for row in catallaxy("scenarios", "--json").json}

    assert listed["markets"].startswith("Twenty stocks")
    assert re.search(r"^ *markets +Twenty stocks", catallaxy("scenarios").out, flags=re.MULTILINE)


def test_a_scenario_is_shown_with_every_setting(catallaxy: Command) -> None:
    Path("shocked.toml").write_text(
        'name = "a \\"quoted\\" name"\n[traders.mix]\nnoise = 1.0\n[[shocks]]\nkind = "symbol_halt"\nat = 3\n'
    )

    shown = tomllib.loads(catallaxy("scenarios", "show", "shocked.toml", *TINY).out)

    due = load_scenario(
        "shocked.toml", {"traders": {"number": 50}, "stocks": {"number": 2}, "anchor": {"source": "walk"}}
    )
    assert load_scenario(shown).effective() == due.effective()


def test_facts_say_when_a_run_is_too_short(catallaxy: Command, ended: Path) -> None:
    facts = catallaxy("facts", "ended", "--json").json

    assert {fact["verdict"] for fact in facts if fact["name"] == "heavy tails"} == {"too few bars"}
    assert "too few bars" in catallaxy("facts", "ended").out


@pytest.mark.compiled
def test_a_replication_prints_published_and_ours(catallaxy: Command) -> None:
    said = catallaxy("replicate", "roll", "--quick", "--json", "--quiet")

    assert said.code == 0
    assert said.json[0].keys() >= {"name", "published", "ours", "tolerance", "verdict"}
    assert {row["verdict"] for row in said.json} <= {"pass", "documented negative"}


# -- the machine ----------------------------------------------------------------------------------


FIGURES: dict[str, Any] = {
    "machine": {"processor": "a processor"},
    "calibration_ns": 11.1,
    "order_book": [{"books": 20, "messages_per_second": 9_000_000, "ns_per_message": 111.0}],
    "ticks": [{"traders": 100_000, "activity": 0.1, "ms": 12.0, "messages": 8_000, "peak_rss_mb": 420.0}],
}


def test_bench_prints_figures_for_programs_and_how_they_stand_for_people(
    catallaxy: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    speed = Target("matching", "M messages/s", 8.0, None, lambda found: 9.0, most=False)
    monkeypatch.setattr("catallaxy.batch.bench.bench", lambda quick: asked.append(quick) or FIGURES)
    monkeypatch.setattr("catallaxy.batch.bench_budget.TARGETS", (speed,))

    programs, people = catallaxy("bench", "--quick", "--json"), catallaxy("bench")

    assert (programs.json, asked) == (FIGURES, [True, False])
    assert people.out.splitlines()[0] == "a processor, 11.1 ns for a calibration loop"
    assert people.out.splitlines()[-1].split() == ["matching", "9", "M", "messages/s", "met,", "12", "%", "above"]


def test_warmup_ends_with_every_kernel_ready(catallaxy: Command) -> None:
    said = catallaxy("warmup", "--json", "--quiet")

    assert said.code == 0
    assert said.json.keys() == {"seconds", "was_cold", "folder"}
    assert not any(Path().iterdir())


def test_doctor_finds_this_machine_fit(catallaxy: Command) -> None:
    said = catallaxy("doctor", "--json")

    assert said.code == 0, said.out
    assert {"Python", "numba", "mesa", "disk", "compiled code"} <= {check["name"] for check in said.json}
    assert all(check["ok"] or check["remedy"] for check in said.json)


def test_doctor_fails_with_a_remedy_when_something_required_is_wrong(
    catallaxy: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    from catallaxy import doctor

    monkeypatch.setattr(doctor, "requirements", lambda: iter([("numpy", ">=99", ""), ("no-such-package", "", "data")]))

    said = catallaxy("doctor")

    assert said.code == 1
    assert "numpy: pip install --upgrade 'numpy>=99'" in said.out
    assert "pip install 'catallaxy[data]'" in said.out


@pytest.mark.parametrize(
    ("version", "bounds", "kept"),
    [("3.3.1", ">=3.3,<4", True), ("3.3", ">=3.3", True), ("4.0.0rc1", "<4", False), ("2.9", ">=2.10", False)],
)
def test_versions_are_compared_by_number(version: str, bounds: str, kept: bool) -> None:
    assert within(version, bounds) is kept


def test_only_what_is_required_can_fail() -> None:
    assert not Check("extra", "missing", None, "install it").is_failure
    assert Check("numpy", "missing", False, "install it").is_failure
