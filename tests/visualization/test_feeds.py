"""The feeds of the frame and of the overview, over one scenario after another."""

from __future__ import annotations

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
