"""The pages of markets: what they show equals exchange, accounts and tables; what is missing is nothing, never zero."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from catallaxy.model.economy import Economy
from tests.model.closed_economy import CLOSED, behind

pytest.importorskip("solara")

from catallaxy.visualization import feeds_market, feeds_markets, frame
from catallaxy.visualization import views_markets as views
from catallaxy.visualization.desk import Desk
from catallaxy.visualization.frame import ui
from catallaxy.visualization.listing import Ask
from catallaxy.visualization.live import Feed, Message, Tab, provide
from catallaxy.visualization.pages.markets import Markets
from catallaxy.visualization.reel import CLOSE

TICKS_PER_DAY = 10
SHOCKS: tuple[dict[str, Any], ...] = (
    {"kind": "fundamental_jump", "at": 5, "size": -0.05, "symbols": ["AAPL"]},
    {"kind": "fundamental_jump", "at": 14, "size": 0.02},
    {"kind": "symbol_halt", "at": 22, "until": 24, "symbols": ["TSLA"]},
)
MARKETS: dict[str, Any] = {
    "traders": {"number": 80, "activity": 0.3}, "stocks": {"number": 3}, "anchor": {"source": "walk"},
    "clock": {"ticks_per_day": TICKS_PER_DAY, "days": 40}, "shocks": SHOCKS,
}  # fmt: skip


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk over three stocks, two of which a shock strikes."""
    with Desk("markets", seed=7, changes=MARKETS) as opened:
        yield opened


@pytest.fixture(scope="module")
def quarter() -> Iterator[Desk]:
    """A desk over a closed economy at the end of its first quarter."""
    sections: dict[str, dict[str, Any]] = {}
    for key, value in CLOSED.items():
        section, _, name = key.partition("__")
        if name:
            sections.setdefault(section, {})[name] = value
    with Desk("economy-coarse", seed=1, changes=sections) as opened:
        opened.step(63)
        yield opened


def columns(desk: Desk) -> views.Values:
    """Return the board of the world under way."""
    return desk.look(lambda economy: views.board(economy, desk.run.reel))


def told(feed: Feed, desk: Desk, seen: Any = None) -> tuple[Message, Any]:
    """Return what a feed says, which must be something."""
    message, seen = feed(desk, seen)
    assert message is not None
    return message, seen


def tiles_of(message: Message) -> dict[str, Any]:
    """Return the values of tiles by key."""
    return {tile["key"]: tile["value"] for tile in message["tiles"]}


def aapl() -> str:
    return "AAPL"


# -- the board --------------------------------------------------------------------------------


def test_the_board_equals_quotes_and_bars_of_the_tables(desk: Desk) -> None:
    desk.step(18)
    board, economy = columns(desk), desk.world.economy
    quotes = economy.table("quotes").query("tick == 18").reset_index()
    today = economy.table("bars").query(f"interval == 1 and tick > {TICKS_PER_DAY}")

    assert board["symbol"].tolist() == quotes["symbol"].tolist() == list(economy.symbols)
    for key in ("bid", "ask"):
        assert np.nan_to_num(board[key]).tolist() == quotes[key].tolist()
    assert board["last"].tolist() == quotes["last"].tolist()
    assert board["fundamental"].tolist() == quotes["fundamental"].tolist()
    assert board["lots"].tolist() == [today[today["symbol"] == name]["volume"].sum() for name in economy.symbols]
    opens = [today[(today["symbol"] == s) & (today["tick"] == 11)]["open"].item() for s in economy.symbols]
    assert board["today"] == pytest.approx(board["last"] / opens - 1.0)
    assert board["since"] == pytest.approx(board["last"] / economy.opening - 1.0)
    book = int(np.flatnonzero(np.isfinite(board["spread"]))[0])
    bid, ask = quotes["bid"][book], quotes["ask"][book]
    assert board["spread"][book] == pytest.approx((ask - bid) / ((ask + bid) / 2))


def test_what_is_missing_is_nothing(desk: Desk) -> None:
    """Before the first tick nobody quotes; in a market alone no company is known."""
    rows = desk.look(lambda economy: views.rows_of(views.board(economy, desk.run.reel)))
    shown = dict(zip([column.key for column in views.COLUMNS], rows[0].cells, strict=True))

    assert [shown[key] for key in ("bid", "ask", "spread", "sector")] == [None] * 4
    assert shown["lots"] == 0.0
    company = desk.look(lambda economy: views.company(economy, "AAPL"))
    assert [company[key] for key in ("name", "chief", "earnings", "dividend")] == [None] * 4
    assert company["shares"] == desk.world.economy.ledger.issued[desk.world.economy.exchange.listings.security[0]]


def test_phases_follow_halts(desk: Desk) -> None:
    desk.step(21)
    assert desk.look(views.phases).tolist() == ["open", "open", "open"]
    desk.step()
    assert desk.look(views.phases).tolist() == ["open", "halted", "open"]
    desk.look(lambda economy: economy.exchange.books.call(2))
    assert desk.look(views.phases).tolist() == ["open", "halted", "auction"]


def test_companies_equal_table_firms_of_the_last_month(quarter: Desk) -> None:
    economy = quarter.world.economy
    board = columns(quarter)
    table = economy.table("firms").query("tick == 63").set_index("symbol")

    assert len(table) == behind(economy).firms.size > 0
    for book, symbol in enumerate(table.index):
        firm, company = table.loc[symbol], views.company(economy, symbol)
        assert (company["name"], company["shares"]) == (firm["name"], firm["shares_outstanding"])
        assert company["chief"] == (firm["chief"] if firm["chief"] >= 0 else None)
        assert company["earnings"] == pytest.approx(firm["earnings_per_share"])
        assert company["dividend"] == pytest.approx(firm["dividend"] / firm["shares_outstanding"])
        assert board["value"][book] == firm["market_cap"]
        assert board["sector"][book] == firm["sector"].replace("_", " ")
        assert board["volatility"][book] == pytest.approx(firm["volatility"])
    assert any(table["earnings"] != 0)
    assert any(table["dividend"] != 0)
    bank = views.company(economy, economy.symbols[-1])
    assert (board["sector"][-1], bank["name"], bank["earnings"]) == ("bank", "Bank 3", None)


def test_earnings_are_unknown_before_the_first_report() -> None:
    economy = Economy("economy-coarse", rng=1, **CLOSED)
    symbol = economy.symbols[0]
    assert views.company(economy, symbol)["dividend"] is None
    economy.run(days=21)
    company = views.company(economy, symbol)
    assert company["earnings"] is None
    assert company["dividend"] is not None


def test_holders_are_those_with_most_lots(quarter: Desk) -> None:
    economy = quarter.world.economy
    symbol = economy.symbols[1]
    ledger, security = economy.ledger, int(economy.exchange.listings.security[1])
    found = views.holders(economy, symbol, most=5)
    everybody = sorted((ledger.balance(owner, security) for owner in range(ledger.owners.size)), reverse=True)

    assert [one["lots"] for one in found] == everybody[:5]
    assert [ledger.balance(one["owner"], security) for one in found] == everybody[:5]
    assert found[0]["share"] == everybody[0] / int(ledger.issued[security])
    assert found[0]["value"] == everybody[0] * int(economy.exchange.last[1])
    whole = views.holders(economy, symbol, most=ledger.owners.size + 10)
    assert sum(one["share"] for one in whole) == pytest.approx(1.0)
    assert views.name_of(economy, int(behind(economy).banks.owners[0])) == f"bank {economy.symbols[-3]}"


def test_cumulative_depth_holds_every_lot_near_the_mid_price(desk: Desk) -> None:
    desk.step(15)
    bids, asks = desk.look(lambda economy: economy.exchange.books.depth(0, 500))
    rows = views.cumulative(bids, asks)

    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert rows[0][1] == sum(lots for _, lots in bids)
    assert rows[-1][2] == sum(lots for _, lots in asks)
    assert views.near(bids, asks)[0] == [x for x in bids if abs(x[0] / ((bids[0][0] + asks[0][0]) / 2) - 1) <= 0.05]
    assert views.cumulative(*views.near([], [])) == []


def test_marks_fall_on_whom_an_event_strikes(desk: Desk) -> None:
    desk.step(26)
    by_tick = {
        symbol: desk.look(lambda economy, s=symbol: views.marks(economy, s, daily=False)) for symbol in ("AAPL", "TSLA")
    }

    assert {x: kind for x, (kind, _) in by_tick["AAPL"].items()} == {5: "shock", 14: "shock"}
    assert {x: kind for x, (kind, _) in by_tick["TSLA"].items()} == {14: "shock", 22: "shock", 25: "resume"}
    assert by_tick["TSLA"][22][1] == "halt; symbol halt"
    by_day = desk.look(lambda economy: views.marks(economy, "TSLA", daily=True))
    assert {x: kind for x, (kind, _) in by_day.items()} == {2: "shock", 3: "shock"}


# -- what panels are told ---------------------------------------------------------------------


def test_tiles_count_symbols_and_equal_the_day_in_table_world(desk: Desk) -> None:
    desk.step(13)
    message, seen = told(feeds_markets.tiles, desk)
    values = tiles_of(message)
    world = desk.world.economy.table("world").query(f"tick > {TICKS_PER_DAY}")

    assert message["fresh"]
    assert values["up"] + values["down"] + values["flat"] == 3
    assert values["lots"] == world["volume"].sum()
    assert values["turnover"] == world["turnover"].sum()
    assert (values["trades"], values["messages"]) == (world["trades"].iloc[-1], world["messages"].iloc[-1])
    assert feeds_markets.tiles(desk, seen)[0] is None
    desk.step(10)
    after = told(feeds_markets.tiles, desk, seen)[0]
    assert not after["fresh"]
    assert tiles_of(after)["closed"] == 1


def test_the_board_is_sorted_filtered_and_told_once(desk: Desk) -> None:
    desk.step(12)
    asked = {"is": Ask(sort="last", down=False)}
    feed = feeds_markets.table(lambda: asked["is"])
    message, seen = told(feed, desk)

    prices = [row["cells"][2] for row in message["rows"]]
    assert prices == sorted(desk.run.snapshot.last.tolist())
    assert "columns" in message
    assert feed(desk, seen)[0] is None
    asked["is"] = Ask(sort="last", down=True, filter="aa")
    after, _ = told(feed, desk, seen)
    assert [row["key"] for row in after["rows"]] == ["AAPL"]
    assert "columns" not in after
    asked["is"] = Ask(filter="no such thing")
    assert told(feed, desk, seen)[0]["rows"] == []


def test_the_map_is_as_large_as_the_market(quarter: Desk) -> None:
    message, seen = told(feeds_markets.heat, quarter)
    board = columns(quarter)
    series = message["option"]["series"][0]
    nodes = {node["name"]: node for group in series["data"] for node in group["children"]}

    assert {group["name"] for group in series["data"]} == {"consumer goods", "resources", "bank"}
    assert sum(node["value"][0] for node in nodes.values()) == int(board["value"].sum())
    for symbol, value, change in zip(board["symbol"], board["value"], board["today"], strict=True):
        assert nodes[symbol]["value"] == [value, round(change, 6)]
    assert series["visualMin"] == -series["visualMax"]
    assert feeds_markets.heat(quarter, seen)[0] is None
    quarter.step()
    assert told(feeds_markets.heat, quarter, seen)[0]["patch"]["series"][0]["id"] == "map"


def test_a_market_alone_has_a_map_without_sectors(desk: Desk) -> None:
    nodes = told(feeds_markets.heat, desk)[0]["option"]["series"][0]["data"]
    assert sorted(node["name"] for node in nodes) == sorted(desk.run.snapshot.symbols)


def test_figures_are_told_whole_and_then_those_that_changed(desk: Desk) -> None:
    desk.step(12)
    feed = feeds_market.figures(aapl)
    message, seen = told(feed, desk)
    values, economy = tiles_of(message), desk.world.economy
    quote = economy.quote("AAPL")

    assert (values["last"], values["bid"], values["ask"]) == (quote.last, quote.bid, quote.ask)
    assert values["opening"] == economy.opening[0]
    assert values["phase"] == "open"
    assert values["earnings"] is None
    assert values["dividend"] is None
    assert feed(desk, seen)[0] is None
    desk.step()
    later = told(feed, desk, seen)[0]
    assert not later["fresh"]
    assert "shares" not in tiles_of(later)
    assert len(later["tiles"]) < len(message["tiles"])


def test_candles_carry_the_marks_of_their_ticks(desk: Desk) -> None:
    days = {"daily": False}
    feed = feeds_market.candles(aapl, daily=lambda: days["daily"])
    desk.step(8)
    message, seen = told(feed, desk)

    marked = [row for row in message["rows"] if row[7] is not None]
    assert [row[0] for row in marked] == ["tick 5"]
    assert marked[0][7:11] == [1, "shock", views.MARKS.index("shock"), "fundamental jump"]
    closes = desk.run.reel.bars(0, daily=False).rows[:, CLOSE].tolist()
    assert [row[2] for row in message["rows"]] == closes
    assert message["option"]["series"][2]["encode"]["y"] == 7
    desk.step(8)
    later, _ = told(feed, desk, seen)
    assert [row[0] for row in later["rows"] if row[7] is not None] == ["tick 14"]
    assert "option" not in later
    days["daily"] = True
    assert [(row[0], row[7]) for row in told(feed, desk)[0]["rows"]] == [("day 1", 1), ("day 2", 1)]


def test_candles_are_shaded_while_a_book_does_not_trade(desk: Desk) -> None:
    feed = feeds_market.candles(lambda: "TSLA", daily=lambda: False)
    desk.step(23)
    assert [row[0] for row in told(feed, desk)[0]["rows"] if row[11]] == ["tick 22", "tick 23"]
    desk.step(7)
    assert desk.look(lambda economy: views.closures(economy, "TSLA")) == [(22, 24)]
    assert [row[0] for row in told(feed, desk)[0]["rows"] if row[11]] == ["tick 22", "tick 23", "tick 24"]
    assert desk.look(lambda economy: views.closures(economy, "AAPL")) == []


def test_depth_replaces_all_of_its_rows(desk: Desk) -> None:
    feed = feeds_market.depth(aapl)
    desk.step(10)
    first, seen = told(feed, desk)
    desk.step(3)
    later, _ = told(feed, desk, seen)

    assert "option" in first
    assert later["drop"] == len(first["rows"])
    assert later["rows"] != first["rows"]
    assert feeds_market.depth(aapl)(desk, later["rows"])[0] is None


def test_spreads_are_told_tick_by_tick_and_anew_after_a_reset(desk: Desk) -> None:
    feed = feeds_market.spread(aapl)
    desk.step(12)
    message, seen = told(feed, desk)
    quotes = desk.world.economy.table("quotes").query("symbol == 'AAPL'")

    wanted = [
        None if not bid or not ask else round(2e4 * (ask - bid) / (ask + bid), 2)
        for bid, ask in zip(quotes["bid"], quotes["ask"], strict=True)
    ]
    assert message["rows"] == [[f"tick {x}", y] for x, y in zip(quotes["tick"], wanted, strict=True)]
    assert any(y is not None for y in wanted)
    assert feed(desk, seen) == (None, seen)
    desk.step(2)
    assert [row[0] for row in told(feed, desk, seen)[0]["rows"]] == ["tick 13", "tick 14"]
    desk.reset()
    desk.step()
    fresh, _ = told(feed, desk, None)
    assert [row[0] for row in fresh["rows"]] == ["tick 1"]
    assert "option" in fresh


def test_the_map_of_depth_gets_one_column_a_tick(desk: Desk) -> None:
    feed = feeds_market.depth_map(aapl)
    desk.step(11)
    message, seen = told(feed, desk)
    tick, bid, ask, levels = message["columns"][0]
    bids, asks = desk.look(lambda economy: views.near(*economy.exchange.books.depth(0, feeds_market.LEVELS)))

    assert message["fresh"]
    assert (tick, levels) == (11, [*bids, *asks])
    assert (bid, ask) == (bids[0][0], asks[0][0])
    assert feed(desk, seen)[0] is None
    desk.step()
    assert not told(feed, desk, seen)[0]["fresh"]


@pytest.mark.parametrize(
    "make",
    [
        feeds_market.figures, feeds_market.depth, feeds_market.spread, feeds_market.depth_map, feeds_market.holders,
        lambda symbol: feeds_market.candles(symbol, daily=lambda: False),
    ],
)  # fmt: skip
def test_an_unlisted_symbol_empties_a_panel(desk: Desk, make: Callable[[Callable[[], str]], Feed]) -> None:
    message, seen = told(make(lambda: "B01"), desk)
    assert message == {"empty": "there is no symbol B01 in this scenario"}
    assert seen is None


def test_messages_are_small(quarter: Desk) -> None:
    """A second of either page: what every feed says after a tick, as often as it may, stays below 20 kB."""
    import json

    symbol = quarter.run.snapshot.symbols[0]

    def which() -> str:
        return symbol

    pages: tuple[dict[Feed, float], ...] = (
        {feeds_markets.tiles: 2, feeds_markets.heat: 1, feeds_markets.table(lambda: Ask(sort="value")): 1},
        {feeds_market.figures(which): 1, feeds_market.candles(which, daily=lambda: False): 2.5,
         feeds_market.depth(which): 1, feeds_market.spread(which): 1, feeds_market.depth_map(which): 2,
         feeds_market.holders(which): 1},
    )  # fmt: skip
    for page in pages:
        seen = {feed: told(feed, quarter)[1] for feed in page}
        quarter.step()
        size = sum(often * len(json.dumps(feed(quarter, seen[feed])[0])) for feed, often in page.items())
        assert size < 20_000


def test_nothing_shown_is_infinite(quarter: Desk) -> None:
    rows = quarter.look(lambda economy: views.rows_of(views.board(economy, quarter.run.reel)))
    assert all(math.isfinite(cell) for row in rows for cell in row.cells if isinstance(cell, float))


# -- pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "shown", "hidden"),
    [
        ("/markets", "All symbols", "Largest holders"),
        ("/markets/TSLA", "Largest holders", "All symbols"),
        ("/markets/tsla/deeper", "Largest holders", "All symbols"),
        ("/markets/%3Cb%3E", "There is no symbol &#x27;&lt;b&gt;&#x27; in scenario markets", "Largest holders"),
    ],
)
def test_an_address_opens_its_page(desk: Desk, address: str, shown: str, hidden: str) -> None:
    from solara.routing import Router, router_context

    frame.hold(desk)
    routes = [ui.Route("markets", component=Markets)]

    @frame.component
    def page() -> None:
        provide(Tab(desk))
        router_context.provide(Router(address, routes))
        Markets()

    try:
        box, rendered = ui.render(page(), handle_error=False)
        assert shown in words_in(box)
        assert hidden not in words_in(box)
        rendered.close()
    finally:
        frame.hold(None)


def words_in(widget: Any) -> str:
    """Return the HTML of a widget and of all below it."""
    if isinstance(widget, str):
        return widget
    below = getattr(widget, "children", None) or ()
    return getattr(widget, "unsafe_innerHTML", "") + " ".join(words_in(child) for child in below)
