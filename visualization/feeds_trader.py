"""The feeds of one owner's page; all its panels share one look at the world for each tick."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..core.units import OwnerId
from ..model.clock import DAYS_PER_MONTH
from . import charts_traders as charts
from . import views_traders as views
from .desk import Desk
from .directory import directory_of
from .event_marks import marks_of
from .listing import Column, known
from .live import Feed, Message
from .rankings import sharpe_until

TRADES = 25
Profile = Callable[[Desk], dict[str, Any] | None]

HOLDINGS = (
    Column("name", "instrument"), Column("lots", "lots", "count"), Column("reserved", "in orders", "count"),
    Column("price", "price", "price"), Column("value", "value", "money"), Column("share", "of all", "percent"),
)  # fmt: skip
ORDERS = (
    Column("symbol", "symbol"), Column("side", "side"), Column("lots", "lots left", "count"),
    Column("price", "limit", "price"), Column("distance", "from last price", "signed"),
)  # fmt: skip
TRADED = (
    Column("tick", "tick", "count"), Column("symbol", "symbol"), Column("side", "side"),
    Column("lots", "lots", "count"), Column("price", "price", "price"), Column("other", "with owner"),
)  # fmt: skip
CONTRACTS = (
    Column("way", "way"), Column("name", "who"), Column("what", "kind"), Column("amount", "amount", "money"),
)  # fmt: skip


def profile_of(owner: OwnerId) -> Profile:
    """Return what reads an owner's profile, once for each tick of a run; None where there is no such owner."""
    newest: dict[str, Any] = {"stamp": None, "profile": None}

    def read(desk: Desk) -> dict[str, Any] | None:
        stamp = desk.run.epoch, desk.run.snapshot.tick
        if newest["stamp"] != stamp:
            newest["profile"] = desk.look(
                lambda economy: views.profile(economy, owner) if views.exists(economy, owner) else None
            )
            newest["stamp"] = stamp
        profile: dict[str, Any] | None = newest["profile"]
        return profile

    return read


def _gone(owner: OwnerId) -> Message:
    return {"empty": f"there is no owner {owner} in the world that is open now"}


def tiles(owner: OwnerId, profile: Profile) -> Feed:
    """Tell who an owner is, what it has, and how that has changed."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        now = profile(desk)
        if now is None:
            return _gone(owner), None
        figures = [*_person(now), *_standing(desk, owner, now)]
        if figures == seen:
            return None, seen
        return {"fresh": seen is None, "tiles": figures}, figures

    return feed


def _tile(key: str, label: str, value: Any, form: str, delta: float | None = None, title: str = "") -> dict[str, Any]:
    return {"key": key, "label": label, "value": value, "form": form, "delta": delta, "title": title}


def _person(now: dict[str, Any]) -> list[dict[str, Any]]:
    left = [] if now["left"] is None else [_tile("left", "left at tick", now["left"], "count")]
    return [{**_tile("name", "owner", now["name"], "text"), "wide": True}, *left]


def _standing(desk: Desk, owner: OwnerId, now: dict[str, Any]) -> list[dict[str, Any]]:
    """Return tiles of an owner's wealth, its changes and its place among traders."""
    reel, day = desk.run.wealth, desk.run.snapshot.day
    wealth = now["wealth"]
    ends = {days: reel.before(day - days) for days in (1, DAYS_PER_MONTH)}
    before = {days: None if end is None else end.of(owner) for days, end in ends.items()}
    opening = float(reel.opening[owner]) if owner < reel.opening.shape[0] else None
    ratio = sharpe_until(tuple(reel.days), np.array([owner]))[0]
    place = directory_of(desk).place(owner)
    return [
        _tile("wealth", "wealth", wealth, "money", title="all it holds and is owed less all it owes, without goods"),
        _tile("debt", "owes", now["debt"], "money", title="loans, customers' deposits, money and bonds issued"),
        _tile("since", "since opening", _change(wealth, opening), "signed"),
        _tile("today", "today", _change(wealth, before[1]), "signed"),
        _tile("month", "21 days", _change(wealth, before[DAYS_PER_MONTH]), "signed"),
        _tile("sharpe", "Sharpe", known(ratio), "ratio", title="of daily changes of wealth above the policy rate"),
        *([] if place is None else [_tile("place", "place", place, "count", title="among all traders by wealth")]),
    ]


def _change(now: float, before: float | None) -> float | None:
    return None if before is None or not before > 0.0 else now / before - 1.0


def facts(owner: OwnerId, profile: Profile) -> Feed:
    """Tell an owner's part in the economy behind the market."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        now = profile(desk)
        if now is None:
            return _gone(owner), None
        if not now["facts"]:
            why = "this owner has no job, firm or bank" if desk.run.scenario.macro.form == "full" else (
                "this scenario has no economy behind the market: nobody works, produces or lends"
            )  # fmt: skip
            return {"empty": why}, None
        if now["facts"] == seen:
            return None, seen
        return {"fresh": seen is None, "tiles": now["facts"]}, now["facts"]

    return feed


def rows(
    owner: OwnerId, read: Callable[[Desk], list[dict[str, Any]] | None], columns: Sequence[Column], key: str, none: str
) -> Feed:
    """Tell a grid a list of an owner's; ``key`` is the column by which a row is opened."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        told = read(desk)
        if told is None:
            return _gone(owner), None
        if told == seen:
            return None, seen
        return {
            "columns": [{**column.told(), "sortable": False} for column in columns],
            "rows": [{"key": str(row[key]), "cells": [row[column.key] for column in columns]} for row in told],
            "none": none,
        }, told

    return feed


def part(profile: Profile, name: str) -> Callable[[Desk], list[dict[str, Any]] | None]:
    """Return what reads one list of a profile."""

    def read(desk: Desk) -> list[dict[str, Any]] | None:
        now = profile(desk)
        if now is None:
            return None
        told: list[dict[str, Any]] = now["contracts"]["rows"] if name == "contracts" else now[name]
        return told

    return read


def trades(owner: OwnerId) -> Callable[[Desk], list[dict[str, Any]] | None]:
    """Return what reads an owner's newest trades, newest first."""

    def read(desk: Desk) -> list[dict[str, Any]] | None:
        symbols = desk.run.snapshot.symbols
        return [
            {
                "tick": trade["tick"], "symbol": symbols[trade["book"]], "price": trade["price"],
                "lots": trade["lots"], "side": "bought" if trade["bought"] else "sold", "other": str(trade["other"]),
            }
            for trade in desk.run.wealth.trades.of(owner, TRADES)
        ]  # fmt: skip

    return read


def wealth(owner: OwnerId) -> Feed:
    """Tell a chart an owner's wealth at the ends of the days that are kept."""

    def feed(desk: Desk, seen: int | None) -> tuple[Message | None, int]:
        days = tuple(desk.run.wealth.days)
        if seen == days[-1].day:
            return None, seen
        kept = [day for day in days if seen is None or day.day > seen]
        per_day = desk.run.scenario.clock.ticks_per_day
        events = marks_of(desk, [day.day * per_day for day in kept], (kept[0].day - 1) * per_day)
        points = [[day.day, charts.money(day.of(owner)), *event] for day, event in zip(kept, events, strict=True)]
        if seen is None:
            return {"option": charts.history_option(kept[0].day), "rows": points}, days[-1].day
        return {"rows": points, "keep": desk.run.wealth.days.maxlen}, days[-1].day

    return feed
