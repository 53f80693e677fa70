"""The page of rules and events: rules in force, the log of everything that happened, and the pipeline of a tick."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catallaxy.core.errors import Halted
from catallaxy.model.economy import Economy
from tests.model.closed_economy import CLOSED

pytest.importorskip("solara")

from catallaxy.visualization import feeds_rules as feeds
from catallaxy.visualization import pipeline
from catallaxy.visualization import views_rules as views
from catallaxy.visualization.desk import Desk
from catallaxy.visualization.event_log import EventLog
from catallaxy.visualization.listing import Ask

TINY: dict[str, Any] = {
    "traders": {"number": 80, "activity": 0.3}, "stocks": {"number": 2}, "anchor": {"source": "walk"},
    "clock": {"ticks_per_day": 5}, "recording": {"ring_days": 1}, "alerts": {"price_move": 0.001},
}  # fmt: skip
SCHEDULE = [
    {"rule": "transaction_tax", "at": 3, "until": 6, "preset": "italy"},
    {"rule": "circuit_breaker", "at": 2},
    {"rule": "transaction_tax", "at": 50, "preset": "uk"},
]
RULED = TINY | {
    "regulator": {"schedule": SCHEDULE, "volatility": {"rule": "market_wide_breaker"}},
    "shocks": ({"kind": "symbol_halt", "at": 4, "until": 5, "symbols": ("AAPL",)},),
}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk("markets", seed=3, changes=RULED) as opened:
        yield opened


def states(economy: Economy) -> dict[str, tuple[Any, ...]]:
    return {row.key: row.cells[:4] for row in views.switched(economy)}


def test_rules_are_in_force_over_scheduled_or_waiting(desk: Desk) -> None:
    desk.step(4)
    told = desk.look(states)
    assert told["transaction_tax"] == ("transaction tax", "in force", 3, 6)
    assert told["circuit_breaker"] == ("circuit breaker", "in force", 2, None)
    assert told["transaction_tax.2"] == ("transaction tax", "scheduled", 50, None)
    assert told["market_wide_breaker"][1] == "waits"
    standing = {row.key: row for row in desk.look(lambda e: views.standing(e, desk.run.scenario))}
    assert standing["market place.tax_ppm"].cells[2:4] == ("1000", "0")
    assert standing["market place.tax_ppm"].tone == "warn"

    desk.step(4)
    told = desk.look(states)
    assert told["transaction_tax.0"][1] == "over"
    assert "transaction_tax" not in told
    assert ("transaction tax", 3, 7) in views.spans(desk.look(views.switches), 8)


def test_what_banks_keep_is_what_is_in_force(tmp_path: Path) -> None:
    regulator = {"schedule": [{"rule": "capital_requirement", "at": 1, "settings": {"conservation_buffer": 0.03}}]}
    with Economy("economy-coarse", rng=1, regulator=regulator, **CLOSED) as economy:
        economy.run(ticks=1)
        rows = {row.key: row for row in views.standing(economy, economy.settings)}
        buffer = rows["banks.conservation_buffer"]
        assert (buffer.cells[2:4], buffer.tone) == (("0.03", "0.025"), "warn")
        assert float(rows["banks.leverage"].cells[2]) == economy.prudential.leverage


def test_the_log_has_every_row_of_the_tables_newest_first(desk: Desk) -> None:
    log = EventLog()
    desk.submit(
        desk.look(lambda economy: economy.traders[0].unique_id), {"type": "BUY", "symbol": "AAPL", "quantity": -1}
    )
    for _ in range(5):
        desk.step()
        log.follow(desk)
    tables = {name: desk.world.economy.table(name) for name in ("events", "actions", "alerts")}
    kinds = {name: [one for one in log.entries if f"{one.kind}s" == name] for name in tables}
    for name, frame in tables.items():
        assert [one.tick for one in kinds[name]] == frame["tick"].tolist()
    assert all(kinds.values())
    assert "INVALID_QUANTITY" in kinds["actions"][0].text
    halt = next(one for one in kinds["events"] if one.name == "halt")
    assert (halt.tick, halt.symbol, halt.tone) == (4, "AAPL", "warn")

    rows = feeds.log_rows(log, "all", 5)
    assert [row.cells[1] for row in rows] == sorted((row.cells[1] for row in rows), reverse=True)
    assert {row.cells[2] for row in feeds.log_rows(log, "alerts", 5)} == {"alert"}


def test_a_log_that_comes_late_knows_what_the_recorder_still_knows(desk: Desk) -> None:
    """Without a folder tables are kept for a day; the switch at tick 3 is older than that."""
    desk.step(20)
    assert desk.look(lambda economy: economy.table("events")["tick"].min()) != 3
    log = EventLog()
    log.follow(desk)
    ticks = [one.tick for one in log.entries]
    assert ticks == sorted(ticks)
    assert any(one.name == "switch" and one.tick == 3 for one in log.entries)
    told = [(one.tick, json.loads(one.payload)) for one in log.entries if one.kind == "event"]
    happened = desk.look(lambda e: [(h.tick, json.loads(json.dumps(h.facts))) for h in e.recorder.happened])
    assert told == happened


def test_the_log_is_told_when_it_grows_or_is_asked_and_begins_anew_after_a_reset(desk: Desk) -> None:
    ask, kind, log = [Ask()], ["all"], EventLog()
    feed = feeds.log_grid(log, lambda: ask[0], lambda: kind[0], str)
    desk.step(5)
    message, seen = feed(desk, None)
    assert message is not None
    assert message["rows"][0]["cells"][1] == max(one.tick for one in log.entries)
    assert feed(desk, seen) == (None, seen)
    ask[0] = Ask(filter="aapl halt")
    message, seen = feed(desk, seen)
    assert message is not None
    texts = [str(row["cells"]).lower() for row in message["rows"]]
    assert texts
    assert all("aapl" in text and "halt" in text for text in texts)
    desk.reset()
    ask[0] = Ask()
    message, _ = feed(desk, None)
    assert message is not None
    assert (message["rows"], message["none"]) == ([], "nothing has happened yet")


def test_alerts_are_counted_as_they_fired(desk: Desk) -> None:
    desk.step(5)
    message, _ = feeds.watched(EventLog(), Ask)(desk, None)
    assert message is not None
    fired = {row["key"]: row["cells"][3] for row in message["rows"]}
    table = desk.look(lambda economy: economy.table("alerts")["rule"].value_counts().to_dict())
    assert fired["price_move"] == table["price_move"] > 0
    assert fired["inflation"] == 0


def test_stages_say_when_they_run_how_they_ended_and_what_they_cost(desk: Desk) -> None:
    desk.step(3)
    told = {one.name: one for one in desk.look(pipeline.stages)}
    economy = desk.world.economy
    assert list(told) == [stage.name for stage in economy.schedule]
    assert (told["trade"].ended, told["trade"].runs, told["trade"].when) == ("done", 3, "each round")
    assert (told["close day"].ended, told["close day"].cost, told["close day"].share) == ("not yet due", None, None)
    assert told["trade"].cost == pytest.approx(economy.schedule["trade"].seconds / 3)
    assert sum(one.share or 0.0 for one in told.values()) == pytest.approx(1.0)
    drawn = pipeline.graph(list(told.values()))
    assert len(drawn["series"][0]["links"]) == len(told) - 1
    assert drawn["yAxis"]["data"] == ["each round", "each tick", "each day end"]


def test_a_stage_that_halted_is_red(desk: Desk) -> None:
    def fail(economy: Any) -> None:
        """Fails in the third tick."""
        if economy.tick == 3:
            raise ValueError("<b>no</b>")

    desk.look(lambda economy: economy.schedule.after("trade", fail))
    desk.step(2)
    feed = feeds.stage_graph
    _, seen = feed(desk, None)
    with pytest.raises(Halted):
        desk.world.step()
    message, _ = feed(desk, seen)
    assert message is not None
    nodes = {node["name"]: node for node in message["option"]["series"][0]["data"]}
    assert nodes["fail"]["itemStyle"]["color"] == "@error"
    assert "&lt;b&gt;no" in nodes["fail"]["tooltip"]["formatter"]
    rows = {row.key: row for row in pipeline.table(desk.look(pipeline.stages))}
    assert (rows["fail"].tone, rows["fail"].cells[3]) == ("error", "halted: ValueError: <b>no</b>")
    assert {row.tone for name, row in rows.items() if name != "fail"} == {""}


def test_a_scenario_without_a_regulator_says_so() -> None:
    with Desk("markets", seed=3, changes=TINY) as alone:
        alone.step()
        assert feeds.rules(Ask)(alone, None)[0] == {"empty": views.NO_REGULATOR}
        assert feeds.timeline(alone, None)[0] == {"empty": views.NO_REGULATOR}
        about = {row.cells[0] for row in alone.look(lambda e: views.standing(e, alone.run.scenario))}
        assert about == {"market place"}
