"""The page of psychology: moods and regimes are those of the tables, told day by day, or missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catallaxy.markets.regime import REGIMES
from catallaxy.model.scenario import load_scenario

pytest.importorskip("solara")

from catallaxy.visualization import feeds_moods as feeds
from catallaxy.visualization import views_moods as views
from catallaxy.visualization.desk import Desk
from catallaxy.visualization.event_log import EventLog
from catallaxy.visualization.listing import Ask

PER_DAY = 2
TINY: dict[str, Any] = {
    "traders": {"number": 80, "activity": 0.3}, "stocks": {"number": 3}, "anchor": {"source": "walk"},
    "clock": {"ticks_per_day": PER_DAY},
}  # fmt: skip
MOODY = TINY | {
    "psychology": {"enabled": True}, "shocks": ({"kind": "mood", "at": 7, "size": -0.7},),
    "regime": {"window": 5, "least_days": 5, "trend": 0.0, "trend_score": 0.0},
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Desk("markets", seed=4, changes=MOODY, runs=tmp_path) as opened:
        opened.step(10 * PER_DAY)
        yield opened


@pytest.fixture
def calm() -> Iterator[Desk]:
    with Desk("markets", seed=4, changes=TINY) as opened:
        opened.step(2 * PER_DAY)
        yield opened


def newest(desk: Desk, symbol: str) -> Any:
    """Return the last row of table sentiment of a symbol, or of the market."""
    return desk.look(lambda economy: economy.table("sentiment").query(f"symbol == {symbol!r}").iloc[-1])


def test_the_mood_shown_is_the_newest_row_of_table_sentiment(desk: Desk) -> None:
    now = desk.look(views.mood)
    row = newest(desk, "")
    for name in ("sentiment", "fear", "greed", "herding", "confidence", "disagreement"):
        assert now[name] == pytest.approx(row[name])
    assert now["sentiment"] < 0.0
    assert now["regime"] == desk.look(lambda economy: economy.regimes.regime)

    table = {row.key: row.cells for row in desk.look(views.symbols)}
    assert set(table) == set(desk.run.snapshot.symbols)
    for symbol, cells in table.items():
        told = newest(desk, symbol)
        assert cells[1:5] == pytest.approx((told["sentiment"], told["fear"], told["greed"], told["herding"]))


def test_the_history_has_a_point_a_day_and_marks_the_day_of_a_shock(desk: Desk) -> None:
    message, seen = feeds.history()(desk, None)
    assert message is not None
    levels = desk.look(lambda economy: economy.table("sentiment").query("symbol == ''")["sentiment"].tolist())
    assert [row[1] for row in message["rows"]] == pytest.approx(levels)
    assert [row[0] for row in message["rows"] if row[5] is not None] == ["day 4"]
    assert feeds.history()(desk, seen) == (None, seen)

    desk.step(PER_DAY)
    more, _ = feeds.history()(desk, seen)
    assert more is not None
    assert [row[0] for row in more["rows"]] == ["day 11"]
    assert "option" not in more


def test_the_strip_has_every_symbol_every_day(desk: Desk) -> None:
    message, seen = feeds.heat_strip()(desk, None)
    assert message is not None
    assert len(message["rows"]) == 10 * 3
    assert set(message["option"]["yAxis"]["data"]) == set(desk.run.snapshot.symbols)
    desk.step(2 * PER_DAY)
    more, _ = feeds.heat_strip()(desk, seen)
    assert more is not None
    assert {row[0] for row in more["rows"]} == {"day 11", "day 12"}
    assert more["keep"] == feeds.STRIP_DAYS * 3


def test_regimes_are_those_of_table_world_at_day_ends(desk: Desk) -> None:
    message, _ = feeds.regimes()(desk, None)
    assert message is not None
    world = desk.look(lambda economy: economy.table("world"))
    ends = world[world["tick"] % PER_DAY == 0]
    assert [row[3] for row in message["rows"]] == ends["regime"].tolist()
    assert {row[3] for row in message["rows"]} - {"normal"}
    assert [REGIMES[row[2]] for row in message["rows"]] == [row[3] for row in message["rows"]]
    assert [row[1] for row in message["rows"]] == pytest.approx(ends["index"].tolist(), abs=1e-3)


def test_what_stirred_moods_is_told_once_and_anew_after_a_reset(desk: Desk) -> None:
    feed = feeds.stirred(EventLog())
    message, seen = feed(desk, None)
    assert message is not None
    assert [(row["when"], row["name"]) for row in message["events"]] == [("day 4", "shock: mood")]
    assert "size \u22120.7" in message["events"][0]["text"]
    assert feed(desk, seen) == (None, seen)
    desk.reset()
    message, _ = feed(desk, None)
    assert message == {"fresh": True, "events": [], "quiet": views.NO_NEWS}


def test_without_moods_the_regime_is_still_told(calm: Desk) -> None:
    for feed in (feeds.history(), feeds.heat_strip(), feeds.grid(Ask)):
        assert feed(calm, None)[0] == {"empty": views.NO_MOODS}
    message, _ = feeds.tiles(calm, None)
    assert message is not None
    told = {tile["key"]: tile["value"] for tile in message["tiles"]}
    assert (told["sentiment"], told["disagreement"], told["regime"]) == (None, None, "normal")
    regimes, _ = feeds.regimes()(calm, None)
    assert regimes is not None
    assert len(regimes["rows"]) == 2
    assert load_scenario("panic").psychology.enabled, "the page names it as one that has moods"


def test_before_the_first_day_nothing_is_claimed() -> None:
    with Desk("markets", seed=4, changes=MOODY) as early:
        early.step()
        assert feeds.regimes()(early, None)[0] == {"empty": views.NO_DAY_YET}
        assert early.look(views.mood)["regime"] is None
