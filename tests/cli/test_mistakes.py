"""Every mistake is one line that names the option, what is wrong and the remedy; nothing is left behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from catallaxy.core.errors import UnknownScenario
from tests.cli.command_line import TINY, Command


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> None:
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("words", "mistake"),
    [
        (["run", "marktes"], "error: no scenario 'marktes'; did you mean 'markets'?"),
        (
            ["run", "--set", "traders.numbr=5"],
            "error: unknown key 'traders.numbr'; did you mean 'traders.number'?",
        ),
        (
            ["run", "--set", "traders.number=-5"],
            "error: traders.number is -5; Input should be greater than or equal to 0",
        ),
        (
            ["run", "--set", "traders"],
            "error: --set is 'traders'; give component.field=value, such as traders.number=500",
        ),
        (
            ["run", "--days", "-5"],
            "error: --days is -5; give a whole number of days, 1 or more (the scenario itself says 252)",
        ),
        (
            ["run", "--ticks", "0"],
            "error: --ticks is 0; give a whole number of ticks, 1 or more (the scenario itself says 7560)",
        ),
        (["run", "--days", "two"], "error: --days is 'two'; give a whole number"),
        (["run", "--ticks", "5", "--days", "5"], "error: give --ticks or --days, not both"),
        (["run", "--seed", "-1"], "error: --seed is -1; give a whole number from 0 to 2**63 - 1"),
        (
            ["run", "--pace", "fast"],
            "error: --pace is 'fast'; give the time between ticks, such as 500ms, 1s or 1h; 0 is no waiting",
        ),
        (["run", "--resume", "nowhere"], "error: nowhere is not a run: it has no manifest.json"),
        (
            ["run", "markets", "--resume", "nowhere", "--seed", "1"],
            "error: --resume goes on with a stored run, which has its own; leave out SCENARIO, --seed",
        ),
        (["run", "--shock", "no.json"], "error: --shock no.json: there is no such file"),
        (["verify", "nowhere"], "error: nowhere is not a run: it has no manifest.json"),
        (["replay", "nowhere"], "error: nowhere is not a run: it has no manifest.json"),
        (["export", "nowhere", "--table", "trades"], "error: nowhere is not a run: it has no manifest.json"),
        (["facts", "nowhere"], "error: nowhere is not a run: it has no manifest.json"),
        (["query", "nowhere", "SELECT 1"], "error: nowhere is not a run: it has no manifest.json"),
        (["step", "--resume", "nowhere"], "error: nowhere is not a run: it has no manifest.json"),
        (["scenarios", "show", "markts"], "error: no scenario 'markts'; did you mean 'markets'?"),
        (
            ["replicate", "rol"],
            "error: replication is 'rol'; give a known one; did you mean 'roll'?",
        ),
    ],
)
def test_a_mistake_is_told_in_one_line(catallaxy: Command, words: list[str], mistake: str) -> None:
    assert catallaxy(*words).mistake == mistake
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        (
            '{"kind": "fundamental_jump",\n "at": 5,, "size": 1}',
            "error: --shock s.json is not valid JSON: line 2, column 10: "
            "Expecting property name enclosed in double quotes",
        ),
        (
            '{"kind": "fundamental_jump", "at": 5, "size": -0.1, "symbols": ["ZZZ"]}',
            "error: --shock s.json: shock.symbols is 'ZZZ'; listed are AAPL, TSLA",
        ),
        (
            '[{"kind": "symbol_halt", "at": 5}, {"kind": "earthquake", "at": 5}]',
            "error: --shock s.json: shock[1].kind is 'earthquake'; "
            "give one of fundamental_jump, order_flood, symbol_halt, mood, rate_change, inflation_scare, wage_push, "
            "demand_shift, resource_strike, resource_discovery, bank_loss, run, credit_crunch, helicopter",
        ),
        (
            '{"kind": "fundamental_jump", "at": 0, "size": -0.1}',
            "error: --shock s.json: shock.at is 0; Input should be greater than or equal to 1",
        ),
        (
            '{"kind": "symbol_halt", "at": 5, "symbls": ["AAPL"]}',
            "error: unknown key '--shock s.json: shock.symbls'; did you mean '--shock s.json: shock.symbols'?",
        ),
        (
            "5",
            "error: --shock s.json: shock is 5; "
            'give a JSON object such as {"kind": "fundamental_jump", "at": 5, "size": -0.1}',
        ),
    ],
)
def test_a_shock_that_cannot_be_used_names_file_and_field(catallaxy: Command, text: str, mistake: str) -> None:
    Path("s.json").write_text(text)

    assert catallaxy("run", "markets", *TINY, "--shock", "s.json").mistake == mistake
    assert not Path("runs").exists()


def test_a_shock_for_a_tick_that_is_over_names_the_first_possible(catallaxy: Command, ended: Path) -> None:
    Path("s.json").write_text(json.dumps({"kind": "symbol_halt", "at": 5}))

    said = catallaxy("run", "--resume", ended, "--shock", "s.json")

    assert said.mistake == "error: --shock s.json: shock.at is 5; tick 60 is over; give 61 or later"
    assert catallaxy("verify", ended).code == 0


def test_an_existing_folder_is_not_written_to(catallaxy: Command, ended: Path) -> None:
    before = sorted(path.stat().st_mtime_ns for path in ended.rglob("*"))

    said = catallaxy("run", "markets", *TINY, "--out", "ended")

    assert said.mistake == (
        "error: ended exists and is not empty; choose another --out, or continue it with --resume ended"
    )
    assert sorted(path.stat().st_mtime_ns for path in ended.rglob("*")) == before


def test_a_run_of_another_version_is_not_resumed(catallaxy: Command, ended: Path) -> None:
    manifest = json.loads((ended / "manifest.json").read_text())
    ours = manifest["versions"]["catallaxy"]
    manifest["versions"]["catallaxy"] = "0.0.1"
    (ended / "manifest.json").write_text(json.dumps(manifest))

    for command in (["run", "--resume", "ended"], ["replay", "ended"], ["step", "--resume", "ended"]):
        assert catallaxy(*command).mistake == (
            f"error: run (catallaxy) was written as 0.0.1, this is {ours}; install the matching version to resume it"
        )


def test_an_unknown_table_names_the_nearest(catallaxy: Command, ended: Path) -> None:
    said = catallaxy("export", "ended", "--table", "trade")

    assert said.mistake == "error: no table 'trade'; did you mean 'trades'?"


def test_an_export_does_not_overwrite(catallaxy: Command, ended: Path) -> None:
    Path("trades.csv").write_text("mine")

    said = catallaxy("export", "ended", "--table", "trades", "--out", "trades.csv")

    assert said.mistake == "error: trades.csv exists; choose another --out, or remove it"
    assert Path("trades.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("sql", "cause"),
    [
        ("SELECT * FROM trade", 'Table with name trade does not exist! Did you mean "trades"?'),
        ("SELECT", "Parser Error"),
        ("DROP TABLE trades", "give one SELECT; the tables of a run are read only"),
    ],
)
def test_bad_sql_is_told_in_one_line(catallaxy: Command, ended: Path, sql: str, cause: str) -> None:
    mistake = catallaxy("query", "ended", sql).mistake

    assert mistake.startswith(f"error: cannot answer {sql!r}: ")
    assert cause in mistake


def test_an_unknown_option_or_command_names_where_help_is(catallaxy: Command) -> None:
    option, command = catallaxy("run", "--sed", "3"), catallaxy("rum")

    assert option.mistake.startswith("error: No such option: --sed")
    assert option.err.splitlines()[1] == "see: catallaxy run --help"
    assert command.mistake.startswith("error: No such command 'rum'.")
    assert command.err.splitlines()[1] == "see: catallaxy --help"


def test_debug_shows_where_an_error_was_raised(catallaxy: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATALLAXY_DEBUG", "1")

    with pytest.raises(UnknownScenario):
        catallaxy("run", "marktes")


def test_replicate_wants_a_name_or_all(catallaxy: Command) -> None:
    assert catallaxy("replicate").mistake.startswith(
        "error: give the name of a replication or --all; known: gode_sunder, "
    )
