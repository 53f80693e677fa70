"""Overview: what is happening, on one screen."""

from __future__ import annotations

from typing import Any

from .. import feeds, feeds_market, views
from ..epoch import use_epoch
from ..frame import Page, Panel, component, the_desk, ui
from ..live import live
from ..widgets import Cards, Chart, Choice, Events, Ladder, Tiles


@component
def Overview() -> None:
    """Show key figures, price cards, the chosen symbol's candles with its book, and the newest events."""
    desk = the_desk()
    use_epoch(desk)
    chosen, choose = ui.use_state("")
    daily, set_daily = ui.use_state(False)
    symbol = ui.use_ref("")
    days = ui.use_ref(False)
    known = desk.run.snapshot.symbols
    symbol.current = chosen if chosen in known else known[desk.look(views.largest)[0]]
    days.current = daily

    def picked(said: dict[str, Any]) -> None:
        if said.get("select") in desk.run.snapshot.symbols:
            choose(said["select"])

    with Page(fills=True):
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Tiles, feeds.tiles, every=0.5)
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Cards, feeds.cards(lambda: symbol.current), act=picked, subject=symbol.current)
        bars = Choice.element(
            options=["ticks", "days"],
            value="days" if daily else "ticks",
            label="length of a candle",
            on_value=lambda value: set_daily(value == "days"),
        )
        with Panel(f"{symbol.current}: price and volume", 7, "currency units, lots; lines: events", handles=[bars]):
            live(
                Chart, feeds_market.candles(lambda: symbol.current, daily=lambda: days.current),
                subject=(symbol.current, daily), every=0.4,
                label=f"candles of {symbol.current}", testid="candles", height=372,
            )  # fmt: skip
        with Panel(f"{symbol.current}: book and trades", 5, "lots at a price"):
            live(Ladder, feeds.ladder(lambda: symbol.current), subject=symbol.current)
        with Panel("Events", 12):
            live(Events, feeds.happenings, every=0.5)
