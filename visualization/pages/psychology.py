"""Psychology and news: the mood of the market and of each symbol, the regime, and what stirred them."""

from __future__ import annotations

from typing import Any

from .. import feeds_moods as feeds
from .. import views_moods as views
from ..epoch import laid_out_by
from ..event_log import EventLog
from ..frame import Page, Panel, component, the_desk, ui
from ..listing import Ask
from ..live import live
from ..widgets import Chart, Events, Grid, Tiles


@laid_out_by(lambda desk: desk.run.scenario.psychology.enabled)
@component
def Psychology() -> None:
    """Show moods as figures, over time, by symbol and as a strip, the regime, and the shocks that struck."""
    desk = the_desk()
    log = ui.use_memo(EventLog, [])
    has_moods = desk.run.scenario.psychology.enabled
    width, height = (6, 230) if has_moods else (12, 300)
    with Page():
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Tiles, feeds.tiles, every=1.0)
        with Panel("Mood of the market", width, "S in [−1, 1], day by day; ▲ a shock struck"):
            live(Chart, feeds.history(), every=1.0, label="mood of the market", testid="moods", height=230)
        with Panel("Regime of the market", width, "index, 100 at the opening; a label that moves no price"):
            live(Chart, feeds.regimes(), every=1.0, label="regime of the market", testid="regimes", height=height)
        if has_moods:
            _Strip()
            _Symbols()
        with Panel("What stirred them", 12, "shocks, newest first"):
            live(Events, feeds.stirred(log), every=1.0, most=100)


@component
def _Strip() -> None:
    with Panel("Moods of symbols", 7, "S in [−1, 1], day by day, largest symbols first"):
        live(Chart, feeds.heat_strip(), every=1.0, label="moods of symbols", testid="strip", height=380)


@component
def _Symbols() -> None:
    desk = the_desk()
    router, ask = ui.use_router(), ui.use_ref(Ask(sort="sentiment", down=False))

    def asked(said: dict[str, Any]) -> None:
        if "ask" in said:
            ask.current = Ask.of(said["ask"], views.COLUMNS, ask.current)
        elif said.get("open") in desk.run.snapshot.symbols:
            router.push(f"/markets/{said['open']}")

    with Panel("Moods now", 5, "most fearful first; a click opens the market"):
        live(Grid, feeds.grid(lambda: ask.current), act=asked, every=1.0, testid="symbol-moods", prompt="symbol")
