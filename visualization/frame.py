"""The frame of every page: the bar, the rail of pages, and panels on a grid of twelve columns."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import solara

from . import feeds
from .desk import PACES, Desk
from .live import Tab, live, provide, this_tab
from .widgets import Bar, text

ui: Any = solara
component: Callable[[Callable[..., None]], Callable[..., Any]] = ui.component

PAGES: tuple[tuple[str, str], ...] = (
    ("", "Overview"), ("markets", "Markets"), ("traders", "Traders"), ("banks", "Banks"), ("macro", "Macro & policy"),
    ("resources", "Resources"), ("psychology", "Psychology & news"), ("rules", "Rules & events"),
    ("scenarios", "Scenarios"), ("runs", "Runs"), ("help", "Help"),
)  # fmt: skip
"""Address and name of each page, in the order of the rail."""

_desk: Desk | None = None


def hold(desk: Desk | None) -> None:
    """Make ``desk`` the one that all tabs show."""
    global _desk
    _desk = desk


def the_desk() -> Desk:
    """Return the desk that all tabs show."""
    if _desk is None:
        raise RuntimeError("no world is open; start the dashboard with `catallaxy dashboard`")
    return _desk


@component
def _Bar(act: Callable[[dict[str, Any]], None]) -> None:
    live(Bar, feeds.bar, act=act, beats=True, paces=list(PACES), testid="bar")


@component
def _Leaf(path: str, children: list[Any] = []) -> Any:
    """Link to a page; of clicks in haste the last one counts (see `Tab.turn`)."""
    tab, router = this_tab(), ui.use_router()
    link = ui.v.Html(tag="a", children=children, attributes={"href": ui.resolve_path(path)})
    ui.v.use_event(link, "click.prevent.stop", lambda *_: tab.turn(lambda: router.push(path)))
    return link


@component
def Frame(children: list[Any] = []) -> None:
    """Lay out a page between bar and rail, and feed its panels."""
    desk = the_desk()
    tab = ui.use_memo(lambda: Tab(desk), [])
    provide(tab)
    ui.use_thread(tab.pump, dependencies=[], intrusive_cancel=False)
    router = ui.use_router()
    here = router.parts[0] if router.parts else ""

    def act(said: dict[str, Any]) -> None:
        match said.get("act"):
            case "toggle":
                desk.toggle()
            case "step":
                desk.step()
            case "reset":
                desk.reset()
            case "pace":
                desk.set_pace(said.get("value", -1))
            case "find":
                symbol = str(said.get("value", ""))
                if symbol in desk.run.snapshot.symbols:
                    router.push(f"/markets/{symbol}")
                else:
                    desk.note(f"there is no symbol {symbol!r} in this scenario", "warn")

    ui.Style(text("frame.css") + text("style.css"))
    ui.Title("catallaxy")
    with ui.Div(classes=["cx-frame"]):
        with ui.Div(classes=["cx-top"]):
            _Bar(act)
        with ui.Div(classes=["cx-rail"], attributes={"role": "navigation"}):
            for number, (path, name) in enumerate(PAGES, 1):
                with _Leaf("/" + path):
                    classes = ["cx-page-link", *(["cx-here"] if path == here else [])]
                    with ui.Div(classes=classes, attributes={"data-page": str(number)}):
                        ui.HTML(tag="span", unsafe_innerHTML=escape(name))
                        if number < 10:
                            ui.HTML(tag="kbd", unsafe_innerHTML=str(number))
        ui.Div(classes=["cx-content"], children=children)


@component
def Page(fills: bool = False, children: list[Any] = []) -> None:
    """Lay the panels of a page out on twelve columns; one that ``fills`` is just as high as a large screen."""
    ui.Div(classes=["cx-page", *(["cx-fills"] if fills else [])], children=children)


@component
def Panel(
    title: str = "",
    width: int = 12,
    unit: str = "",
    handles: list[Any] = [],
    children: list[Any] = [],
) -> None:
    """Show something with a title that says what, its unit, and ``handles`` at the right of the title."""
    with ui.Div(classes=["cx-panel", f"cx-w{width}"]):
        if title:
            with ui.Div(classes=["cx-title"]):
                ui.HTML(tag="span", unsafe_innerHTML=escape(title))
                ui.HTML(tag="span", classes=["cx-unit"], unsafe_innerHTML=escape(unit))
                ui.Div(classes=["cx-gap"])
                ui.Div(children=handles)
        ui.Div(children=children)
