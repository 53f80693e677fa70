"""Banks: who lent whom, how sound each is, what stands on its balance sheet, and what its loss would do."""

from __future__ import annotations

from typing import Any

from .. import charts_banks, feeds_banks, views_banks
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


@component
def Banks() -> None:
    """Show the banking system, and of the bank in the address its balance sheet and what its loss would do."""
    desk = the_desk()
    router = ui.use_router()
    ask = ui.use_memo(feeds_banks.Ask, [])
    loss, set_loss = ui.use_state(LOSSES[2])
    named = router.parts[1] if len(router.parts) > 1 else ""
    symbol = named or next(iter(desk.look(views_banks.symbols_of)), "")

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

    title = symbol or "a bank"
    with Page():
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Tiles, feeds_banks.tiles, every=1.0)
        with Panel("Interbank network", 5, "size: assets, colour: capital ratio"):
            live(
                Chart, feeds_banks.network(chosen), every=2.0, subject=symbol, height=364, testid="network",
                act=lambda said: choose(said.get("click")), label="who lent whom among the banks",
            )  # fmt: skip
        with Panel(f"{title}: balance sheet", 7, "currency units"):
            live(
                Chart, feeds_banks.sheet(chosen, charts_banks.sheet_bars), every=1.0, subject=symbol, height=164,
                label=f"assets and liabilities of {title}", testid="sheet",
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
        _what_if(symbol, title, loss, set_loss)
        with Panel("Failures and resolution", 5), ui.Div(classes=["cx-log"]):
            live(Events, feeds_banks.log, every=1.0)
        _months(symbol)


def _what_if(symbol: str, title: str, loss: str, set_loss: Any) -> None:
    """Show what a loss of the chosen bank would do."""
    losses = Choice.element(
        options=list(LOSSES), value=loss, label="part of its equity that is lost", on_value=set_loss
    )

    def chosen() -> str:
        return symbol

    def share() -> float:
        return float(loss.split()[0]) / 100.0 if loss in LOSSES else 1.0

    with Panel(f"What if {title} lost", 7, "of its equity · a calculation, it moves nothing", handles=[losses]):
        live(Tiles, feeds_banks.what_if(chosen, share, charts_banks.outcome_tiles), every=1.0, subject=(symbol, loss))
        live(
            Grid, feeds_banks.quiet(feeds_banks.what_if(chosen, share, charts_banks.outcome_table)), every=1.0,
            subject=(symbol, loss), tools=False, testid="what-if",
        )  # fmt: skip


def _months(symbol: str) -> None:
    """Show the month ends of the system, and the capital ratio of the chosen bank beside that of all."""
    for title, unit, names, places, form, required in _SERIES:
        named = [(name.replace("the bank", symbol), tone) for name, tone in zip(names, _TONES, strict=False)]
        option = charts_banks.lines(named, form, required=required)
        with Panel(title, 3, unit):
            live(
                Chart, feeds_banks.monthly(option, places, lambda: symbol), every=2.0, subject=symbol, height=170,
                label=f"{title} at month ends", testid=title.split()[0].lower(),
            )  # fmt: skip
