"""Traders: everybody in one table, who leads and how wealth is spread; and one owner's accounts on a page."""

from __future__ import annotations

from typing import Any

from .. import feeds_trader, feeds_traders
from .. import views_traders as views
from ..directory import COLUMNS
from ..feeds_trader import CONTRACTS, HOLDINGS, ORDERS, TRADED
from ..frame import Page, Panel, component, the_desk, ui
from ..listing import Ask
from ..live import live
from ..widgets import Chart, Choice, Grid, Tiles

_LEADING = {"wealth": "currency units", "since": "change of wealth", "sharpe": "of daily changes of wealth"}
_RANKED = {"wealth": "wealth", "change since the opening": "since", "Sharpe ratio": "sharpe"}


@component
def Traders() -> None:
    """Show the directory, or the owner that the address names, or which owners there are when it names none."""
    desk = the_desk()
    parts = ui.use_router().parts
    named = parts[1] if len(parts) > 1 else ""
    owner = int(named) if named.isdecimal() and len(named) < 18 else -1
    if not named:
        _Directory()
    elif desk.look(lambda economy: views.exists(economy, owner)):
        _Owner(owner)
    else:
        _Unknown(named)


def _opened(said: dict[str, Any]) -> str | None:
    """Return the page of an owner that a visitor asked for, if what was said is one."""
    key = said.get("open")
    return f"/traders/{key}" if isinstance(key, str) and key.isdecimal() and len(key) < 18 else None


def _choice(options: list[str], value: str, choose: Any, label: str) -> Any:
    return Choice.element(options=options, value=value, label=label, on_value=choose)


@component
def _Directory() -> None:
    """Show tiles, the table of all traders, how wealth is spread, leaderboards and their history."""
    router = ui.use_router()
    ask = ui.use_ref(Ask(sort="wealth"))
    by, set_by = ui.use_state("change since the opening")
    shape, set_shape = ui.use_state("Lorenz curve")
    scale, set_scale = ui.use_state("money")

    def said(message: dict[str, Any]) -> None:
        if "ask" in message:
            ask.current = Ask.of(message["ask"], COLUMNS, ask.current)
        if (page := _opened(message)) is not None:
            router.push(page)

    with Page():
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Tiles, feeds_traders.tiles, every=1.0)
        with Panel("All traders", 12, "money in currency units; a click opens a trader"):
            live(
                Grid, feeds_traders.table(lambda: ask.current), every=1.0, act=said,
                prompt="strategy, employer, id, >1000, cash<2k", testid="traders",
            )  # fmt: skip
        for title, key in (("Richest", "wealth"), ("Best since the opening", "since"), ("Best Sharpe ratio", "sharpe")):
            with Panel(title, 4, _LEADING[key]):
                live(Grid, feeds_traders.leaders(key), every=1.0, act=said, tools=False, testid=f"leaders-{key}")
        scales = _choice(["money", "opening = 100"], scale, set_scale, "scale of mean wealth")
        unit = "currency units" if scale == "money" else "opening = 100"
        with Panel("Mean wealth by strategy", 6, f"{unit}, at day ends; lines: events", handles=[scales]):
            live(
                Chart, feeds_traders.groups(lambda: scale != "money"), every=1.0, subject=scale, height=270,
                label="mean wealth of a trader by strategy at day ends", testid="groups",
            )  # fmt: skip
        shapes = _choice(["Lorenz curve", "histogram"], shape, set_shape, "picture of the distribution")
        with Panel("Distribution of wealth", 6, "traders" if shape == "histogram" else "% of wealth", handles=[shapes]):
            live(
                Chart, feeds_traders.spread(lambda: shape), every=2.0, subject=shape, height=270,
                label=f"{shape} of traders' wealth", testid="spread",
            )  # fmt: skip
        kinds = _choice(list(_RANKED), by, set_by, "what places are by")
        with Panel("Where today's leaders stood", 12, "place among all traders at day ends", handles=[kinds]):
            live(
                Chart, feeds_traders.ranks(lambda: _RANKED[by]), every=2.0, subject=by, height=260,
                label=f"places of today's leaders by {by} at day ends", testid="ranks",
            )  # fmt: skip


@component
def _Back() -> None:
    with ui.Div(classes=["cx-bare", "cx-w12", "cx-back"]), ui.Link("/traders"):
        ui.HTML(tag="span", unsafe_innerHTML="‹ all traders")


@component
def _Owner(owner: int) -> None:
    """Show one owner: figures, holdings, wealth over time, orders, trades, loans and its part in the economy."""
    router = ui.use_router()
    profile = ui.use_memo(lambda: feeds_trader.profile_of(owner), [owner])

    def other(message: dict[str, Any]) -> None:
        if (page := _opened(message)) is not None:
            router.push(page)

    def market(message: dict[str, Any]) -> None:
        if message.get("open") in the_desk().run.snapshot.symbols:
            router.push(f"/markets/{message['open']}")

    def grid(title: str, width: int, unit: str, name: str, columns: Any, key: str, none: str, act: Any) -> None:
        read = feeds_trader.trades(owner) if name == "trades" else feeds_trader.part(profile, name)
        with Panel(title, width, unit):
            live(
                Grid, feeds_trader.rows(owner, read, columns, key, none), every=1.0, act=act, subject=owner,
                tools=False, testid=f"owner-{name}",
            )  # fmt: skip

    with ui.Div(classes=["cx-owner"]), Page():
        _Back()
        with ui.Div(classes=["cx-bare", "cx-w12"]):
            live(Tiles, feeds_trader.tiles(owner, profile), every=1.0, subject=owner, testid="owner-tiles")
        grid("Holdings", 5, "shares at last prices, money at face", "holdings", HOLDINGS, "name",
             "nothing is held", market)  # fmt: skip
        with Panel("Wealth", 7, "currency units, at day ends; lines: events"):
            live(
                Chart, feeds_trader.wealth(owner), every=1.0, subject=owner, height=264,
                label=f"wealth of owner {owner} at day ends", testid="owner-wealth",
            )  # fmt: skip
        with Panel("Work and business", 12):
            live(Tiles, feeds_trader.facts(owner, profile), every=1.0, subject=owner, testid="owner-facts")
        grid("Live orders", 4, "resting in the books", "orders", ORDERS, "symbol", "no order rests in a book", market)
        grid("Newest trades", 4, "", "trades", TRADED, "other", "no trade since this world was opened here", other)
        grid("Loans", 4, "given and taken, the largest", "contracts", CONTRACTS, "other", "no loans", other)


@component
def _Unknown(named: str) -> None:
    """Say that an address names no owner, and which there are."""
    desk, router = the_desk(), ui.use_router()

    def said(message: dict[str, Any]) -> None:
        if (page := _opened(message)) is not None:
            router.push(page)

    with Page():
        _Back()
        with Panel(f"There is no owner {named[:40]}", 6, feeds_traders.beginning(desk)):
            live(Grid, feeds_traders.kinds, every=1.0, act=said, tools=False, testid="owner-kinds")
