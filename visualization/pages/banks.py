"""Banks: who lent whom, how sound each is, what stands on its balance sheet, and what its loss would do."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from .. import charts_banks, feeds_banks, views_banks
from ..epoch import laid_out_by
from ..frame import Page, Panel, component, the_desk, ui
from ..live import live
from ..widgets import Chart, Choice, Events, Grid, Tiles

LOSSES = ("25\u00a0%", "50\u00a0%", "100\u00a0%", "200\u00a0%", "400\u00a0%")
"""Parts of its equity that the chosen bank may lose in the what-if."""
_SERIES = (
    ("Capital ratio", "dashed: the ratio required", ("all banks", "the bank"), (2, 9), "percent", True),
    ("Loans and deposits", "currency units", ("loans to firms", "deposits"), (3, 4), "money", False),
    ("Reserves, interbank", "currency units", ("reserves", "interbank loans"), (5, 10), "money", False),
    ("Rates", "% a year", ("loans to firms", "policy rate", "spread"), (7, 8, 6), "percent", False),
)
_TONES = ("@accent", "@second", "@muted")


@laid_out_by(lambda desk: desk.look(views_banks.symbols_of))
@component
def Banks() -> None:
    """Show the banking system, and of the bank in the address its balance sheet and what its loss would do."""
    if the_desk().look(views_banks.symbols_of):
        _Banks()
        return
    with Page(), Panel("Banks", 12):
        live(Tiles, feeds_banks.tiles, every=1.0)


@component
def _Banks() -> None:
    desk = the_desk()
    router = ui.use_router()
    ask = ui.use_memo(feeds_banks.Ask, [])
    known = desk.look(views_banks.symbols_of)
    symbol = unquote(router.parts[1]) if len(router.parts) > 1 else known[0]
    is_known = symbol in known

    def chosen() -> str:
        return symbol

    def choose(bank: Any) -> None:
        if bank in desk.look(views_banks.symbols_of):
            router.push(f"/banks/{bank}")

    def on_grid(said: dict[str, Any]) -> None:
        if isinstance(said.get("ask"), dict):
            ask.hear(said["ask"])
        elif "open" in said:
            choose(said["open"])

    title = f"{symbol}: balance sheet" if is_known else "Balance sheet"
    with Page():
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Tiles, feeds_banks.tiles, every=1.0)
        with Panel("Interbank network", 5, "size: assets, colour: capital ratio"):
            live(
                Chart, feeds_banks.network(chosen), every=2.0, subject=symbol, height=364, testid="network",
                act=lambda said: choose(said.get("click")), label="who lent whom among the banks",
            )  # fmt: skip
        with Panel(title, 7, "currency units"):
            live(
                Chart, feeds_banks.sheet(chosen, charts_banks.sheet_bars), every=1.0, subject=symbol, height=164,
                label=f"assets and liabilities of {symbol}" if is_known else title, testid="sheet",
            )  # fmt: skip
            live(
                Grid, feeds_banks.quiet(feeds_banks.sheet(chosen, charts_banks.sheet_table)), every=1.0,
                subject=symbol, tools=False, testid="sheet-table",
            )  # fmt: skip
        with Panel("All banks", 12, "money in currency units"):
            live(
                Grid, feeds_banks.grid(ask, chosen), every=1.0, act=on_grid, subject=symbol, prompt="filter banks",
                testid="banks",
            )  # fmt: skip
        if is_known:
            _WhatIf(symbol)
        with Panel("Failures and resolution", 5 if is_known else 12), ui.Div(classes=["cx-log"]):
            live(Events, feeds_banks.log, every=1.0)
        for place in range(len(_SERIES)):
            _Months(place, symbol, is_known).key(f"months {place} {is_known}")


@component
def _WhatIf(symbol: str) -> None:
    """Show what a loss of the chosen bank would do."""
    loss, set_loss = ui.use_state(LOSSES[2])
    losses = Choice.element(
        options=list(LOSSES), value=loss, label="part of its equity that is lost", on_value=set_loss
    )

    def chosen() -> str:
        return symbol

    def share() -> float:
        return float(loss.split()[0]) / 100.0 if loss in LOSSES else 1.0

    with Panel(f"What if {symbol} lost", 7, "of its equity · a calculation, it moves nothing", handles=[losses]):
        live(Tiles, feeds_banks.what_if(chosen, share, charts_banks.outcome_tiles), every=1.0, subject=(symbol, loss))
        live(
            Grid, feeds_banks.quiet(feeds_banks.what_if(chosen, share, charts_banks.outcome_table)), every=1.0,
            subject=(symbol, loss), tools=False, testid="what-if",
        )  # fmt: skip


@component
def _Months(place: int, symbol: str, is_known: bool) -> None:
    """Show month ends of the system; its capital ratio beside that of the chosen bank."""
    title, unit, names, columns, form, required = _SERIES[place]
    lines = [line for line in zip(names, columns, _TONES, strict=False) if is_known or line[0] != "the bank"]
    named = [(name.replace("the bank", symbol), tone) for name, _column, tone in lines]
    shown = tuple(column for _name, column, _tone in lines)
    option = charts_banks.lines(named, form, required=required)
    with Panel(title, 3, unit):
        live(
            Chart, feeds_banks.monthly(option, shown, lambda: symbol), every=2.0, subject=symbol, height=170,
            label=f"{title} at month ends", testid=title.split()[0].lower(),
        )  # fmt: skip
