"""Opening a scenario from the dashboard: a file of one's own is listed, and changes are kept or said to be lost."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("solara", reason="the dashboard is an extra")

from catallaxy.core.errors import UnknownScenario
from catallaxy.model.scenario import load_scenario, parse_set
from catallaxy.visualization import feeds_scenarios as feeds
from catallaxy.visualization.desk import Desk
from catallaxy.visualization.listing import Ask
from catallaxy.visualization.opening import Opening, open_scenario, told_opening

MINE = """
name = "markets"
description = "a market of my own"
[traders]
number = 50
[stocks]
number = 2
[anchor]
source = "walk"
"""
CHANGES = ("traders.number=60", "stocks.number=1", "anchor.source=walk")


def opened(scenario: str, *changes: str) -> Desk:
    """Open a desk as the command does."""
    given = shlex.join([scenario, *(word for one in changes for word in ("--set", one))])
    return Desk(load_scenario(scenario, parse_set(changes)), seed=3, given=given)


@pytest.fixture
def mine(tmp_path: Path) -> Iterator[tuple[Desk, Path]]:
    """Return the desk of a file whose name within is that of a scenario that ships, and the file."""
    file = tmp_path / "of my own" / "mine.toml"
    file.parent.mkdir()
    file.write_text(MINE)
    with opened(str(file), "clock.ticks_per_day=5") as desk:
        yield desk, file


def test_a_file_of_ones_own_is_listed_first_and_selected(mine: tuple[Desk, Path]) -> None:
    desk, file = mine
    name = Opening.of(desk.run).name
    told, _ = feeds.scenarios(Ask, lambda: name)(desk, None)

    assert told is not None
    assert told["rows"][0]["key"] == name == str(file)
    assert told["rows"][0]["cells"][1:5] == ["a market of my own", "market only", 50, 2]
    assert [row["key"] for row in told["rows"] if row["selected"]] == [str(file)]
    assert {row.key for row in feeds.scenario_rows()} <= {row["key"] for row in told["rows"]}
    assert feeds.open_form(desk, name)["text"] == f"{file}: a market of my own"


def test_opening_it_again_reads_the_file_anew_and_keeps_its_changes(mine: tuple[Desk, Path]) -> None:
    desk, file = mine
    file.write_text(MINE.replace("number = 50", "number = 40"))
    given = desk.run.given
    assert told_opening(desk.run, str(file)).endswith("; it opens again with clock.ticks_per_day = 5.")

    open_scenario(desk, feeds.wanted(desk, str(file)), 9)

    assert (desk.run.scenario.traders.number, desk.run.scenario.clock.ticks_per_day) == (40, 5)
    assert (desk.run.seed, desk.run.given) == (9, given)
    desk.reset()
    assert (desk.run.scenario.clock.ticks_per_day, Opening.of(desk.run).name) == (5, str(file))


def test_the_same_scenario_keeps_its_changes_and_another_is_said_to_lose_them() -> None:
    with opened("markets", *CHANGES) as desk:
        changes = "traders.number = 60, stocks.number = 1, anchor.source = walk"
        assert told_opening(desk.run, "markets") == (
            f"Opening markets ends markets at tick 0, for all who watch; it opens again with {changes}."
        )
        assert told_opening(desk.run, "panic").endswith(f"for all who watch; it opens without {changes}.")
        open_scenario(desk, "markets", 4)
        assert (desk.run.scenario.traders.number, desk.run.seed) == (60, 4)
        assert Opening.of(desk.run).told_changes() == changes
        open_scenario(desk, "ticker", 4)
        assert desk.run.scenario == load_scenario("ticker")
        assert told_opening(desk.run, "markets").endswith("for all who watch.")


def test_settings_given_in_code_are_kept_too() -> None:
    settings = {"traders": {"number": 60}, "stocks": {"number": 1}, "anchor": {"source": "walk"}}
    with Desk("markets", seed=3, changes=settings) as desk:
        open_scenario(desk, "markets", None)
        assert desk.run.scenario.traders.number == 60
    with Desk(load_scenario("markets", settings), seed=3) as desk:
        open_scenario(desk, "markets", None)
        assert desk.run.scenario.traders.number == 60


def test_only_what_is_listed_is_opened(mine: tuple[Desk, Path]) -> None:
    desk, file = mine
    (file.parent / "other.toml").write_text(MINE)
    for name in (str(file.parent / "other.toml"), "", "market"):
        with pytest.raises(UnknownScenario):
            feeds.wanted(desk, name)


def test_many_changes_are_counted() -> None:
    told = Opening("markets", {f"a.{n}": [n] * 40 for n in range(9)}).told_changes()
    assert told.startswith("a.0 = [0, 0,")
    assert told.endswith("and 3 more")
    assert len(told) < 400
