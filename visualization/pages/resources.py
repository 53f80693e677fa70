"""Resources: what is left of each, what it costs, and what was found and lost."""

from __future__ import annotations

from html import escape
from typing import Any
from urllib.parse import unquote

from .. import feeds_resources as feeds
from .. import views_resources as views
from ..epoch import laid_out_by
from ..frame import Page, Panel, component, the_desk, ui
from ..listing import Ask
from ..live import live
from ..widgets import Chart, Grid, Tiles

_SMALL = (
    ("reserves", "reserves", "units · ▲ found ▼ lost or blocked"), ("flows", "extracted and renewed", "units a month"),
    ("price", "price", "currency units"), ("scarcity", "scarcity index", "−1 to 1; moves no price"),
)  # fmt: skip


@laid_out_by(lambda desk: (desk.run.scenario.macro.form, len(desk.run.scenario.resources)))
@component
def Resources() -> None:
    """Show a table of all resources, small charts of the chosen one, and all of them compared.

    Where the address names none that there is, it says so and shows no small charts.
    """
    desk = the_desk()
    parts = ui.use_router().parts
    known = desk.look(views.names)
    named = unquote(parts[1]) if len(parts) > 1 else ""
    chosen = views.chosen(named, known)
    with Page():
        if known and not chosen:
            _Unknown(named, known)
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Tiles, feeds.tiles, every=1.0)
        _Table(chosen, known)
        if chosen:
            for kind, words, unit in _SMALL:
                _Small(chosen, kind, words, unit)
        if known:
            _Compared("Reserves of all resources", "% of those at the opening, at month ends", "reserves")
            _Compared("Prices of all resources", "% of those in the first month shown", "price")


@component
def _Unknown(named: str, known: tuple[str, ...]) -> None:
    """Say that there is no such resource, and which there are."""
    with Panel(views.unknown(named, the_desk().run.scenario.name), 12), ui.Div(classes=["cx-ways"]):
        ui.HTML(tag="span", classes=["cx-muted"], attributes={"data-testid": "unknown"}, unsafe_innerHTML="There are")
        for name in known:
            with ui.Link(f"/resources/{name}"):
                ui.HTML(tag="span", classes=["cx-way"], unsafe_innerHTML=escape(name.replace("_", " ")))


@component
def _Table(chosen: str, known: tuple[str, ...]) -> None:
    router, ask, selected = ui.use_router(), ui.use_ref(Ask(sort="scarcity")), ui.use_ref(chosen)
    selected.current = chosen

    def asked(said: dict[str, Any]) -> None:
        if "ask" in said:
            ask.current = Ask.of(said["ask"], views.COLUMNS, ask.current)
        elif said.get("open") in known:
            router.push(f"/resources/{said['open']}")

    with Panel("Resources", 12, "units and prices of the last month; the scarcity index moves no price"):
        live(
            Grid, feeds.grid(lambda: ask.current, lambda: selected.current), act=asked, every=1.0, subject=chosen,
            testid="resources", prompt="resource or kind",
        )  # fmt: skip


@component
def _Small(resource: str, kind: str, words: str, unit: str) -> None:
    shown = ui.use_ref(resource)
    shown.current = resource
    with Panel(f"{resource.replace('_', ' ').capitalize()}: {words}", 3, unit):
        live(
            Chart, feeds.of_one(lambda: shown.current, kind), every=1.0, subject=resource,
            label=f"{words} of {resource}", testid=f"resource-{kind}", height=165,
        )  # fmt: skip


@component
def _Compared(title: str, unit: str, column: str) -> None:
    with Panel(title, 6, unit):
        live(Chart, feeds.of_all(column, "percent"), every=1.0, label=title, testid=f"all-{column}", height=185)
