"""Vertical lines on charts of time: each stands in the period in which something struck, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("solara")

from catallaxy.model.clock import DAYS_PER_MONTH
from catallaxy.visualization import (
    charts_banks,
    feeds_banks,
    feeds_market,
    feeds_resources,
    feeds_trader,
    feeds_traders,
)
from catallaxy.visualization.desk import Desk
from catallaxy.visualization.event_marks import MOST_LETTERS, cells, event_line, marks_of, with_events
from catallaxy.visualization.growing_charts import bars, chart, line
from catallaxy.visualization.live import Feed
from catallaxy.visualization.macro_history import Moment
from tests.visualization.small_desk import tiny_desk

FLOOD, RAISED = 25, 30
"""Days of the second month: a shock strikes, and the target is raised."""


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    changes = {
        "traders": {"number": 150, "activity": 0.1}, "firms": {"number": 6}, "banks": {"number": 3},
        "clock": {"ticks_per_day": 1},
        "shocks": ({"kind": "resource_strike", "at": FLOOD, "resource": "lithium", "share": 0.4, "months": 6},),
    }  # fmt: skip
    with Desk("economy-coarse", seed=1, changes=changes) as opened:
        opened.step(RAISED)
        opened.change({"central_bank.target": 0.04})
        opened.step(3 * DAYS_PER_MONTH - RAISED)
        yield opened


def struck(feed: Feed, desk: Desk) -> tuple[dict[Any, str], dict[str, Any]]:
    """Return what a chart marks by the place on its axis, and its option."""
    message, _seen = feed(desk, None)
    assert message is not None
    *_others, event = message["option"]["series"]
    assert event["name"] == "event"
    height, (words,) = event["encode"]["y"], event["encode"]["tooltip"]
    assert {len(row) for row in message["rows"]} == {words + 1}
    assert {row[height] for row in message["rows"]} == {None, 1}
    return {row[0]: row[words] for row in message["rows"] if row[height] == 1}, message["option"]


@pytest.mark.parametrize(
    "feed",
    [
        feeds_banks.monthly(charts_banks.lines([("all", "@accent"), ("B", "@up")], "percent"), (2, 9), lambda: "B01"),
        feeds_resources.of_one(lambda: "oil", "flows"), feeds_resources.of_one(lambda: "oil", "price"),
        feeds_resources.of_all("reserves", "percent"),
    ],
)  # fmt: skip
def test_charts_of_months_mark_the_month_in_which_something_struck(desk: Desk, feed: Feed) -> None:
    marked, _option = struck(feed, desk)

    assert marked == {"month 2": "resource strike; target → 0.04"}


@pytest.mark.parametrize(
    "feed", [feeds_traders.groups(lambda: False), feeds_traders.groups(lambda: True), feeds_trader.wealth(20)]
)
def test_charts_of_days_mark_the_day(desk: Desk, feed: Feed) -> None:
    marked, option = struck(feed, desk)

    assert marked[FLOOD] == "resource strike"
    assert [day for day, words in marked.items() if words == "target → 0.04"] == [RAISED + 1]
    assert "event" not in option.get("legend", {}).get("data", [])


def test_days_that_are_new_bring_their_marks_along() -> None:
    with tiny_desk() as market:
        market.step(10)
        feed = feeds_traders.groups(lambda: False)
        _whole, seen = feed(market, None)
        market.inject({"kind": "fundamental_jump", "size": -0.1})
        market.step(20)

        message, _seen = feed(market, seen)

        assert message is not None
        assert [(row[0], row[-2], bool(row[-1])) for row in message["rows"]] == [(2, 1, True), (3, None, False)]


def test_a_period_has_what_struck_after_the_one_before_it_and_until_its_end() -> None:
    moments = [Moment(tick, f"m{tick}") for tick in (0, 1, 10, 11, 11, 21)]

    assert cells(moments, [10, 20], since=0) == [[1, "m1; m10"], [1, "m11"]]
    assert cells(moments, [20], since=11) == [[None, None]]
    assert cells(moments, [], since=0) == []
    assert len(str(cells([Moment(1, "x" * 500)], [1], since=0)[0][1])) == MOST_LETTERS


def test_a_market_alone_marks_what_strikes_it_too(desk: Desk) -> None:
    with tiny_desk() as market:
        market.step(5)

        assert marks_of(market, [2, 4], since=0) == [[None, None], [None, None]]
        assert "empty" not in (feeds_traders.groups(lambda: False)(market, None)[0] or {"empty": ""})


def test_lines_stand_on_an_axis_of_their_own_that_takes_no_room() -> None:
    drawn = with_events(chart(line("a", 1, "up"), bars("b", 2, "down")), 3)
    event, heights = drawn["series"][-1], drawn["yAxis"][-1]

    assert (event["yAxisIndex"], len(drawn["yAxis"]), event["encode"]) == (1, 2, {"x": 0, "y": 3, "tooltip": [4]})
    assert (heights["min"], heights["max"], heights["show"], heights["axisLabel"]["show"]) == (0, 1, False, False)
    assert drawn["legend"]["data"] == ["a", "b"]


def test_candles_draw_their_events_by_the_same_function() -> None:
    from catallaxy.visualization.feeds import candle_option

    drawn = feeds_market.with_marks(candle_option())["series"][2]
    ours = event_line(7, 10, axis=2)

    assert {key: drawn[key] for key in ("type", "name", "yAxisIndex", "encode", "tooltip")} == {
        key: ours[key] for key in ("type", "name", "yAxisIndex", "encode", "tooltip")
    }
