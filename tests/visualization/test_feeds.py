"""The feeds of the frame and of the overview, over one scenario after another."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from catallaxy.visualization import feeds, feeds_market
from catallaxy.visualization.desk import Desk
from tests.visualization.small_desk import TINY, tiny_desk


@pytest.fixture
def desk() -> Iterator[Desk]:
    with tiny_desk(seed=7, pace=50.0) as desk:
        yield desk


def test_book_and_candles_of_a_symbol_that_another_scenario_lacks_say_so(desk: Desk) -> None:
    before = desk.run.snapshot.symbols[0]
    shown = {
        "book": feeds.ladder(lambda: before),
        "candles": feeds.candles(lambda: before, daily=lambda: False),
        "marked candles": feeds_market.candles(lambda: before, daily=lambda: False),
    }
    seen = {name: feed(desk, None) for name, feed in shown.items()}
    assert all("empty" not in message for message, _ in seen.values())

    desk.load("markets", seed=7, changes=TINY | {"stocks": {"number": 1, "symbols": ["GOOGL"]}})

    assert before not in desk.run.snapshot.symbols
    expected = {"empty": f"there is no symbol {before} in this scenario"}
    assert {name: feed(desk, None)[0] for name, feed in shown.items()} == dict.fromkeys(shown, expected)
    assert shown["book"](desk, expected) == (None, expected)


@pytest.mark.parametrize("pace", [50.0, 0.5, 30.0, 0.0])
def test_the_bar_is_told_the_pace_that_is_aimed_at(desk: Desk, pace: float) -> None:
    desk.set_pace(pace)

    assert feeds.bar(desk, None)[0]["pace"] == pace


def test_sparklines_are_the_closes_of_the_last_ticks_once_a_second_while_the_world_plays(desk: Desk) -> None:
    feed = feeds.cards(lambda: "")
    message, seen = feed(desk, None)
    assert message is not None
    books = [desk.run.snapshot.symbols.index(symbol) for symbol in message["symbols"]]
    lines: list[list[int]] = [[] for _ in books]
    closes = []
    for ticks in (3, 1, 70):
        for _ in range(ticks):
            desk.step()
            closes.append(desk.run.snapshot.last[books].tolist())
        message, seen = feed(desk, seen)
        assert message is not None
        lines = [[*line, *grown][-feeds.SPARK :] for line, grown in zip(lines, message["sparks"], strict=True)]
        assert lines == [list(line) for line in zip(*closes[-feeds.SPARK :], strict=True)]

    desk.play()
    heard = []
    began = time.monotonic()
    while time.monotonic() < began + 1.5:
        message, seen = feed(desk, seen)
        heard.append("sparks" in (message or {}))
        time.sleep(0.05)
    assert heard.count(True) in (1, 2)
