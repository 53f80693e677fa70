"""The page of resources: what it shows equals the tables, marks what was found and lost, and is told month by month."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from catallaxy.model.clock import DAYS_PER_MONTH
from catallaxy.model.economy import Economy
from catallaxy.visualization import views_resources as views
from catallaxy.visualization.listing import Ask, Column, Row, answer, chosen
from tests.model.closed_economy import behind, lived

pytest.importorskip("solara")

from catallaxy.visualization import feeds_resources as feeds
from catallaxy.visualization.desk import Desk

SHOCKS: tuple[dict[str, Any], ...] = (
    {"kind": "resource_discovery", "at": 25, "resource": "oil", "share": 0.5},
    {"kind": "resource_strike", "at": 50, "resource": "lithium", "share": 0.4, "months": 6},
)


@pytest.fixture(scope="module")
def economy() -> Economy:
    return lived(4 * DAYS_PER_MONTH, *SHOCKS)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    changes = {
        "traders": {"number": 150, "activity": 0.1}, "firms": {"number": 6}, "banks": {"number": 3},
        "clock": {"ticks_per_day": 1}, "shocks": SHOCKS,
    }  # fmt: skip
    with Desk("economy-coarse", seed=1, changes=changes) as opened:
        yield opened


def test_an_address_that_names_no_resource_is_told_so_and_shows_no_other(economy: Economy) -> None:
    known = views.names(economy)
    assert views.chosen("", known) == known[0]
    assert views.chosen(known[-1], known) == known[-1]
    assert views.chosen("foo", known) == ""
    assert views.unknown("foo" * 50, "economy") == f"There is no resource '{('foo' * 50)[:40]}' in scenario economy"


def cells(rows: list[Row]) -> dict[str, dict[str, Any]]:
    """Return the cells of each row by the key of its column."""
    keys = [column.key for column in views.COLUMNS]
    return {row.key: dict(zip(keys, row.cells, strict=True)) for row in rows}


def test_the_table_shows_the_last_month_as_the_resources_have_it(economy: Economy) -> None:
    resources = behind(economy).resources
    rows = views.months(economy.store, 3 * DAYS_PER_MONTH, 4 * DAYS_PER_MONTH)
    newest = [row for row in rows if row["tick"] == 4 * DAYS_PER_MONTH]
    indices = economy.table("indices").query(f"tick == {4 * DAYS_PER_MONTH}").to_dict("records")
    before = [row for row in rows if row["tick"] < 4 * DAYS_PER_MONTH]
    shown = cells(views.table(newest, before, indices, views.blocked(economy)))

    for k, name in enumerate(resources.names):
        one = shown[name]
        assert one["reserves"] == resources.reserves[k]
        assert one["scarcity"] == pytest.approx(resources.scarcity()[k], abs=5e-5)
        assert one["left"] == resources.reserves[k] / resources.base[k]
    prices = economy.table("resources").query("resource == 'oil'")["price"].tolist()
    assert shown["oil"]["move"] == pytest.approx(prices[-1] / prices[-2] - 1.0)
    assert shown["lithium"]["blocked"] == "month 9"
    assert shown["carbon_credits"]["demand"] is None


def test_history_marks_what_was_found_and_what_was_blocked(economy: Economy) -> None:
    rows = [row for row in views.months(economy.store, 0, economy.tick) if row["resource"] in ("oil", "lithium")]
    hits = views.struck(economy.store.read("events").to_pylist())
    oil = views.history([row for row in rows if row["resource"] == "oil"], ("reserves",), hits, DAYS_PER_MONTH)
    lithium = views.history([row for row in rows if row["resource"] == "lithium"], ("price",), hits, DAYS_PER_MONTH)

    assert [line[0] for line in oil] == ["month 1", "month 2", "month 3", "month 4"]
    assert oil[1][2] == oil[1][1]
    assert (lithium[2][2], lithium[2][3]) == (None, lithium[2][1])
    assert lithium[0][3] is None


def test_charts_are_told_all_months_at_first_and_then_only_new_ones(desk: Desk) -> None:
    feed, both = feeds.of_one(lambda: "oil", "flows"), feeds.of_all("reserves", "percent")
    waiting, seen = feed(desk, None)
    assert waiting == {"empty": views.NO_MONTH_YET}
    desk.step(2 * DAYS_PER_MONTH)
    first, seen = feed(desk, seen)
    assert first is not None
    assert len(first["rows"]) == 2
    assert "option" in first
    everything, known = both(desk, None)
    assert everything is not None
    assert len(everything["rows"]) == 2
    assert feed(desk, seen) == (None, seen)

    desk.step(DAYS_PER_MONTH)
    more, seen = feed(desk, seen)
    assert more is not None
    assert "option" not in more
    extracted = desk.look(lambda e: e.table("resources").query("resource == 'oil'")["extracted"].tolist())
    assert [row[1] for row in first["rows"] + more["rows"]] == extracted
    later, _ = both(desk, known)
    assert later is not None
    assert len(later["rows"]) == 1

    again, _ = feed(desk, None)
    assert again is not None
    assert len(again["rows"]) == 3


def test_the_grid_is_told_once_a_month_and_after_every_question(desk: Desk) -> None:
    ask = [Ask(sort="scarcity")]
    feed = feeds.grid(lambda: ask[0], lambda: "oil")
    message, seen = feed(desk, None)
    assert message is not None
    scarcity = [row["cells"][4] for row in message["rows"]]
    assert scarcity == sorted(scarcity, reverse=True)
    assert [row["key"] for row in message["rows"] if row["selected"]] == ["oil"]
    assert feed(desk, seen) == (None, seen)
    ask[0] = Ask(filter="renewable")
    message, seen = feed(desk, seen)
    assert message is not None
    assert {row["cells"][1] for row in message["rows"]} == {"renewable"}


def test_a_market_alone_says_that_it_has_no_resources() -> None:
    changes = {"traders": {"number": 50}, "stocks": {"number": 2}, "anchor": {"source": "walk"}}
    with Desk("markets", seed=1, changes=changes) as alone:
        assert alone.look(views.names) == ()
        for feed in (feeds.grid(Ask, str), feeds.of_one(str, "price"), feeds.of_all("price", "percent")):
            assert feed(alone, None)[0] == {"empty": views.NO_RESOURCES}
        message, _ = feeds.tiles(alone, None)
        assert message is not None
        assert [tile["value"] for tile in message["tiles"]] == [None]


def test_what_a_browser_asks_is_cut_to_what_makes_sense() -> None:
    columns = [Column("name", "name"), Column("size", "size", "number")]
    rows = [Row(str(k), (f"row {k}", None if k % 2 else float(k))) for k in range(50)]
    wild = {"sort": "__class__", "page": 10**9, "filter": "x" * 10_000, "down": "no"}
    assert Ask.of(wild, columns) == Ask(None, True, "x" * 80, 10**9)
    assert Ask.of("nonsense", columns) == Ask()
    last = answer(rows, columns, Ask(sort="size", down=False, page=10**9), things="rows")
    assert (last["ask"]["page"], len(last["rows"]), last["pages"]) == (2, 10, 3)
    assert [row.cells[1] for row in chosen(rows, columns, Ask(sort="size"))][:2] == [48.0, 46.0]
    assert [row.cells[1] for row in chosen(rows, columns, Ask(sort="size"))][-1] is None
