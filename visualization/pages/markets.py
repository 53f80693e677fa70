"""Markets: every symbol side by side; and one symbol, from its company down to its order book."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import quote, unquote

from .. import feeds, feeds_market, feeds_markets
from .. import views_markets as views
from ..epoch import use_epoch
from ..frame import Page, Panel, component, the_desk, ui
from ..listing import Ask
from ..live import live
from ..widgets import Chart, Choice, DepthMap, Grid, Ladder, Tiles


@component
def Markets() -> None:
    """Show the board, or the symbol that the address names, or which symbols there are when it is none."""
    desk = the_desk()
    epoch = use_epoch(desk)
    parts = ui.use_router().parts
    named = unquote(parts[1]) if len(parts) > 1 else ""
    symbols = desk.run.snapshot.symbols
    symbol = next((known for known in (named, named.upper()) if known in symbols), None)
    if symbol is not None:
        _Market(symbol, epoch)
    elif named:
        _Unknown(named, epoch)
    else:
        _Board()


@component
def _Board(children: list[Any] = []) -> None:
    """Show tiles and map of all symbols over their table, and ``children`` above them."""
    desk, router = the_desk(), ui.use_router()
    ask = ui.use_ref(Ask(sort="value"))

    def said(message: dict[str, Any]) -> None:
        if "ask" in message:
            ask.current = Ask.of(message["ask"], views.COLUMNS, ask.current)
        opened = message.get("open", message.get("click"))
        if isinstance(opened, str) and opened in desk.run.snapshot.symbols:
            router.push(address(opened))

    full = round(100 * feeds_markets.FULL_TONE)
    with Page():
        if children:
            ui.Div(classes=["cx-bare", "cx-w12"], children=children)
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Tiles, feeds_markets.tiles, every=0.5)
        with Panel(
            "Change today by market value",
            12,
            f"area: market value; colour: from a fall of {full} % over no change to a rise",
        ):
            live(
                Chart, feeds_markets.heat, every=2.0, act=said, height=180,
                label="map of all symbols: area is market value, colour the change of today", testid="heat",
            )  # fmt: skip
        with (
            ui.Div(classes=["cx-bare", "cx-w12", "cx-rest"]),
            Panel("All symbols", 12, "prices in currency units; a click opens a symbol"),
        ):
            live(
                Grid, feeds_markets.table(lambda: ask.current), every=1.0, act=said,
                prompt="symbol, sector or phase", testid="markets",
            )  # fmt: skip


@component
def _Market(symbol: str, epoch: int) -> None:
    """Show one symbol."""
    router = ui.use_router()
    daily, set_daily = ui.use_state(False)
    shown = ui.use_ref((symbol, daily))
    shown.current = symbol, daily

    def which() -> str:
        return str(shown.current[0])

    def opened(said: dict[str, Any]) -> None:
        if str(said.get("open", "")).isdecimal():
            router.push(f"/traders/{said['open']}")

    bars = Choice.element(
        options=["ticks", "days"],
        value="days" if daily else "ticks",
        label="length of a candle",
        on_value=lambda value: set_daily(value == "days"),
    )
    with Page():
        _Heading(symbol, epoch)
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Tiles, feeds_market.figures(which), every=1.0, subject=symbol)
        with Panel("Price and volume", 7, "currency units, lots; lines: events; shaded: not trading", handles=[bars]):
            live(
                Chart, feeds_market.candles(which, daily=lambda: bool(shown.current[1])), subject=(symbol, daily),
                every=0.4, label=f"candles of {symbol}", testid="candles", height=390,
            )  # fmt: skip
        with Panel("Book and trades", 5, "lots at a price"):
            live(Ladder, feeds_market.listed(which, feeds.ladder(which)), every=0.4, subject=symbol)
        with Panel("Depth over time", 7, "lots by tick and price since the page opened; lines: best bid and ask"):
            live(
                DepthMap, feeds_market.depth_map(which), every=0.5, subject=symbol, height=230,
                label=f"depth of {symbol} over time", testid="depth-map",
            )  # fmt: skip
        with Panel("Depth", 5, "lots bid or asked up to a price"):
            live(
                Chart, feeds_market.depth(which), every=1.0, subject=symbol, height=230,
                label=f"cumulative depth of {symbol}", testid="depth",
            )  # fmt: skip
        with Panel("Spread", 7, "basis points of the mid-price, at the end of each tick"):
            live(
                Chart, feeds_market.spread(which), every=1.0, subject=symbol, height=266,
                label=f"spread of {symbol}", testid="spread",
            )  # fmt: skip
        with Panel("Largest holders", 5, "free and reserved lots"):
            live(
                Grid, feeds_market.holders(which), every=1.0, act=opened, subject=symbol, tools=False, testid="holders",
            )  # fmt: skip


@component
def _Heading(symbol: str, epoch: int) -> None:
    """Name the symbol and its company, and lead to the neighbours in the list."""
    desk = the_desk()
    symbols = desk.run.snapshot.symbols
    place = symbols.index(symbol)
    company = desk.look(lambda economy: views.company(economy, symbol))
    sector = str(desk.look(views.sectors)[place])
    chief = None if company["chief"] is None else desk.look(lambda economy: views.name_of(economy, company["chief"]))
    about = [company["name"], sector, f"run by {chief}" if chief else None]
    with ui.Div(classes=["cx-bare", "cx-w12", "cx-heading"]):
        ui.HTML(tag="h1", unsafe_innerHTML=escape(symbol), attributes={"data-testid": "symbol"})
        ui.HTML(tag="span", classes=["cx-muted"], unsafe_innerHTML=escape(" · ".join(part for part in about if part)))
        ui.Div(classes=["cx-gap"])
        for arrow, other in (("‹ {}", symbols[place - 1]), ("{} ›", symbols[(place + 1) % len(symbols)])):
            _Way(arrow.format(other), address(other))
        _Way("all symbols", "/markets")


@component
def _Unknown(named: str, epoch: int) -> None:
    """Say that there is no such symbol, and which there are, those most like it first."""
    desk = the_desk()
    symbols = desk.run.snapshot.symbols
    found = views.nearest_symbols(named, symbols)
    more = f": the first {len(found)} of {len(symbols)}" if len(found) < len(symbols) else ""
    title = f"There is no symbol {named[:40]!r} in scenario {desk.run.scenario.name}"
    with _Board(), Panel(title, 12), ui.Div(classes=["cx-ways"]):
        ui.HTML(
            tag="span", classes=["cx-muted"], attributes={"data-testid": "unknown"},
            unsafe_innerHTML=escape(f"Listed are, those most like it first{more}"),
        )  # fmt: skip
        for symbol in found:
            _Way(symbol, address(symbol))


@component
def _Way(name: str, to: str) -> None:
    """Show a link to another page of the site."""
    with ui.Link(to):
        ui.HTML(tag="span", classes=["cx-way"], unsafe_innerHTML=escape(name))


def address(symbol: str) -> str:
    """Return the address of a symbol's page.

    Examples
    --------
    >>> address("AAPL"), address("A/B")
    ('/markets/AAPL', '/markets/A%2FB')
    """
    return f"/markets/{quote(symbol, safe='')}"
