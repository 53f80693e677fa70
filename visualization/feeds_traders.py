"""The feeds of the directory of traders and of one owner's page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import charts_traders as charts
from . import rankings
from . import views_traders as views
from .desk import Desk
from .directory import Directory, directory_of
from .event_marks import marks_of
from .listing import Ask
from .live import Feed, Message

LEADERS, LINES = 10, 8
RANKED: dict[str, str] = {"wealth": "money", "since": "signed", "sharpe": "ratio"}
"""What leaders are ranked by, and the form of its numbers."""


def tiles(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
    """Tell how many traders there are, what they have, and how unequally."""
    directory = directory_of(desk)
    if seen is directory:
        return None, seen
    here = ~directory.accounts.left
    wealth, some = directory.columns["wealth"][here], bool(here.any())
    figures: list[tuple[str, str, Any, str, str]] = [
        ("traders", "traders", int(here.sum()), "count", "who have not left"),
        ("total", "wealth of all", float(wealth.sum()) if some else None, "money", "deposits, bonds, shares less debt"),
        ("mean", "mean wealth", float(wealth.mean()) if some else None, "money", ""),
        ("median", "median wealth", float(np.median(wealth)) if some else None, "money", ""),
        ("gini", "Gini coefficient", rankings.gini(wealth), "ratio", "0 all have the same, 1 one has everything"),
        ("top", "richest 1 % have", rankings.top_share(wealth), "percent", "part of the wealth of all"),
    ]
    if directory.closed:
        owing = int((directory.columns["debt"] > 0).sum())
        figures.append(("owing", "borrow on margin", owing, "count", "traders who owe a margin loan"))
    told = [dict(zip(("key", "label", "value", "form", "title"), figure, strict=True)) for figure in figures]
    return {"fresh": seen is None, "tiles": told}, directory


def table(ask: Callable[[], Ask]) -> Feed:
    """Tell the directory's grid the page that is asked for."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        directory, wanted = directory_of(desk), ask()
        if seen is not None and seen[0] is directory and seen[1] == wanted:
            return None, seen
        message = directory.page(wanted)
        if seen is None:
            message["columns"] = [column.told() for column in directory.shown]
        return message, (directory, wanted)

    return feed


def leaders(key: str) -> Feed:
    """Tell a leaderboard who has the most of something, and where they stood when the days that are kept began."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        directory = directory_of(desk)
        if seen is directory:
            return None, seen
        rows = directory.leaders(key, LEADERS)
        if not rows.size:
            return {"empty": "no ranking yet: it needs days that have ended"}, directory
        then = history(desk, directory, key)
        past = then[0][1] if len(then) > 1 else [0] * rows.shape[0]
        cells = directory.cells(rows, ("owner", "group", key))
        columns = [
            ("place", "#", "count", "place now"), ("owner", "owner", "text", ""), ("group", "strategy", "text", ""),
            (key, {"wealth": "wealth", "since": "since opening", "sharpe": "Sharpe"}[key], RANKED[key], ""),
            ("past", f"place, day {then[0][0]}" if len(then) > 1 else "place before", "count",
             "place among all traders at the end of that day"),
        ]  # fmt: skip
        message = {
            "columns": [
                {"key": name, "label": label, "form": form, "title": title, "sortable": False}
                for name, label, form, title in columns
            ],
            "rows": [
                {"key": row[0], "cells": [place, *row, before or None]}
                for place, (row, before) in enumerate(zip(cells, past, strict=True), 1)
            ],
        }
        return message, directory

    return feed


def history(desk: Desk, directory: Directory, key: str) -> list[tuple[int, list[int]]]:
    """Return the places of the present leaders at the ends of the days that are kept (see `places_over_time`)."""
    reel, rows = desk.run.wealth, directory.leaders(key, LEADERS)
    about = (reel.days[-1].day, directory.accounts.owners[rows].tolist())
    known = reel.memo.get(f"places by {key}")
    if known is None or known[0] != about:
        known = reel.memo[f"places by {key}"] = (about, rankings.places_over_time(reel, directory, key, rows))
    told: list[tuple[int, list[int]]] = known[1]
    return told


def ranks(key: Callable[[], str]) -> Feed:
    """Tell a chart where the present leaders stood at day ends."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        directory = directory_of(desk)
        then = history(desk, directory, key())
        told = (then, directory.accounts.owners[directory.leaders(key(), LINES)].tolist())
        if told == seen:
            return None, seen
        if len(then) < 2:
            return {"empty": "no line yet: it needs two days that have ended"}, told
        return charts.ranks([str(owner) for owner in told[1]], then), told

    return feed


def groups(rebased: Callable[[], bool]) -> Feed:
    """Tell a chart the mean wealth of each group at day ends: all at first, then the days that are new."""

    def feed(desk: Desk, seen: int | None) -> tuple[Message | None, int]:
        reel = desk.run.wealth
        past = list(reel.group_days)
        newest = past[-1][0]
        if seen is not None and newest == seen:
            return None, seen
        members = np.bincount(reel.accounts.group, minlength=len(reel.groups))
        chosen = np.argsort(-members, kind="stable")[:LINES]
        chosen = chosen[members[chosen] > 0]
        base = past[0][1][chosen] / 100.0 if rebased() else np.ones(chosen.shape[0])
        kept = past[:: max(1, len(past) // charts.POINTS)] if seen is None else [day for day in past if day[0] > seen]
        per_day = desk.run.scenario.clock.ticks_per_day
        ends = [day * per_day for day, _mean in kept]
        events = marks_of(desk, ends, (kept[0][0] - 1 if seen is None else seen) * per_day)
        rows = [
            [day, *charts.numbers(mean[chosen] / base), *event] for (day, mean), event in zip(kept, events, strict=True)
        ]
        if seen is not None:
            return {"rows": rows, "keep": 2 * charts.POINTS}, newest
        names = [reel.groups[group].replace("_", " ") for group in chosen.tolist()]
        return {"option": charts.group_option(names, rebased=rebased()), "rows": rows}, newest

    return feed


def spread(kind: Callable[[], str]) -> Feed:
    """Tell a chart how wealth is spread: as a Lorenz curve, or as a histogram of its logarithm."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        directory = directory_of(desk)
        if seen is not None and seen is directory:
            return None, seen
        wealth = directory.columns["wealth"][~directory.accounts.left]
        if kind() == "histogram":
            return charts.histogram(*rankings.histogram(wealth)), directory
        curve = rankings.lorenz(wealth)
        if not curve:
            return {"empty": "there is no wealth to share"}, directory
        return charts.lorenz(curve, rankings.gini(wealth)), directory

    return feed


def beginning(desk: Desk) -> str:
    """Return a sentence about which owners there are."""
    size = desk.look(lambda economy: economy.ledger.owners.size)
    return f"owners are numbered 0 to {size - 1}; a click opens the first of a kind"


def kinds(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
    """Tell which owners there are: a row for each kind; a click opens the first of them."""
    told = desk.look(views.kinds)
    if told == seen:
        return None, seen
    columns = [
        ("kind", "kind", "text"), ("number", "how many", "count"), ("first", "first id", "count"),
        ("last", "last id", "count"),
    ]  # fmt: skip
    return {
        "columns": [{"key": key, "label": label, "form": form, "sortable": False} for key, label, form in columns],
        "rows": [
            {"key": str(row["first"]), "cells": [row["kind"], row["number"], row["first"], row["last"]]} for row in told
        ],
    }, told
