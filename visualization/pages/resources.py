"""Resources: what is left of each, what it costs, and what was found and lost."""

from __future__ import annotations

from typing import Any

from .. import feeds_resources as feeds
from .. import views_resources as views
from ..epoch import use_epoch
from ..frame import Page, Panel, component, the_desk, ui
from ..listing import Ask
from ..live import live
from ..widgets import Chart, Grid, Tiles

_SMALL = (
    ("reserves", "reserves", "▲ found ▼ lost or blocked"), ("flows", "extracted and renewed", "units a month"),
    ("price", "price", "currency units"), ("scarcity", "scarcity index", "moves no price"),
)  # fmt: skip


@component
def Resources() -> None:
    """Show a table of all resources, small charts of the chosen one, and all of them compared."""
    desk = the_desk()
    use_epoch(desk)
    router = ui.use_router()
    ask, chosen = ui.use_ref(Ask(sort="scarcity")), ui.use_ref("")
    known = desk.look(views.names)
    named = router.parts[1] if len(router.parts) > 1 else ""
    chosen.current = resource = named if named in known else next(iter(known), "")

    def asked(said: dict[str, Any]) -> None:
        if "ask" in said:
            ask.current = Ask.of(said["ask"], views.COLUMNS, ask.current)
        elif said.get("open") in known:
            router.push(f"/resources/{said['open']}")

    with Page():
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Tiles, feeds.tiles, every=1.0)
        with Panel("Resources", 12, "units and prices of the last month; the scarcity index moves no price"):
            live(
                Grid, feeds.grid(lambda: ask.current, lambda: chosen.current), act=asked, every=1.0, subject=resource,
                testid="resources", prompt="resource or kind",
            )  # fmt: skip
        if known:
            title = resource.replace("_", " ").capitalize()
            for kind, words, unit in _SMALL:
                with Panel(f"{title}: {words}", 3, unit):
                    live(
                        Chart, feeds.of_one(lambda: chosen.current, kind), every=1.0, subject=resource,
                        label=f"{words} of {resource}", testid=f"resource-{kind}", height=165,
                    )  # fmt: skip
            with Panel("Reserves of all resources", 6, "of those at the opening"):
                live(Chart, feeds.of_all("reserves", "percent"), every=1.0, label="reserves of all", height=185)
            with Panel("Prices of all resources", 6, "of those in the first month shown"):
                live(Chart, feeds.of_all("price", "percent"), every=1.0, label="prices of all", height=185)
