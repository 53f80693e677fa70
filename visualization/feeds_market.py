"""The feeds of one symbol's page: its figures, candles with marks, depth, spread, and who holds it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..model.economy import Economy
from . import feeds
from . import views_markets as views
from .desk import Desk
from .event_marks import event_line
from .live import Feed, Message

LEVELS, SPREADS = 24, 240
_TONES = {"shock": "warn", "failure": "error", "halt": "down", "auction": "second", "resume": "up",
          "rule": "accent", "rate": "second", "news": "text"}  # fmt: skip
_AXIS: Message = {"axisLine": {"lineStyle": {"color": "@line"}}, "axisTick": {"show": False},
                  "axisLabel": {"color": "@muted", "fontSize": 11}}  # fmt: skip
_TOOLTIP: Message = {"trigger": "axis", "backgroundColor": "@panel", "borderColor": "@line", "confine": True,
                     "textStyle": {"color": "@text", "fontSize": 12}}  # fmt: skip


def listed(symbol: Callable[[], str], feed: Feed) -> Feed:
    """Return a feed that says so when the scenario under way does not list the symbol."""

    def told(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        if symbol() in desk.run.snapshot.symbols:
            return feed(desk, seen)
        return {"empty": feeds.not_listed(symbol())}, None

    return told


def figures(symbol: Callable[[], str]) -> Feed:
    """Tell the key figures of a symbol."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        book = desk.run.snapshot.symbols.index(symbol())

        def read(economy: Economy) -> tuple[views.Values, views.Values]:
            columns = views.board(economy, desk.run.reel)
            row = {key: views.told(values[book : book + 1])[0] for key, values in columns.items()}
            return row, views.company(economy, symbol()) | {"opening": int(economy.opening[book])}

        told = _tiles(*desk.look(read))
        fresh = told if seen is None else [tile for tile, before in zip(told, seen, strict=True) if tile != before]
        return ({"fresh": seen is None, "tiles": fresh} if fresh else None), told

    return listed(symbol, feed)


def _tiles(row: views.Values, company: views.Values) -> list[Message]:
    shown = (
        ("last", "last price", row["last"], "price", row["today"], "the change is of today"),
        ("opening", "opening price", company["opening"], "price", row["since"], "the change since then"),
        ("bid", "bid", row["bid"], "price", None, "highest resting buy price"),
        ("ask", "ask", row["ask"], "price", None, "lowest resting sell price"),
        ("spread", "spread", row["spread"], "bp", None, "ask less bid over the mid-price"),
        ("lots", "lots today", row["lots"], "count", None, "lots traded today"),
        ("phase", "phase", row["phase"], "text", None, "open, halted, or gathering orders for an auction"),
        ("value", "market value", row["value"], "money", None, "shares outstanding at the last price"),
        ("shares", "shares", company["shares"], "count", None, "shares outstanding"),
        ("fundamental", "fundamental value", row["fundamental"], "price", None, "of a share, as anchors give it"),
        ("ratio", "price / value", row["ratio"], "ratio", None, "last price over fundamental value"),
        ("volatility", "volatility, day", row["volatility"], "percent", None, "of log returns, as traders see it"),
        ("earnings", "earnings a share", company["earnings"], "price", None, "of the quarter reported last"),
        ("dividend", "dividend a share", company["dividend"], "price", None, "of the last month, after tax"),
    )
    return [
        {"key": key, "label": label, "value": value, "form": form, "delta": delta, "title": title}
        for key, label, value, form, delta, title in shown
    ]


def candles(symbol: Callable[[], str], *, daily: Callable[[], bool]) -> Feed:
    """Tell the candles of a symbol, each with what fell into it and, by tick, whether its book did not trade.

    Columns 7 to 11 are the height of a line, its word, the number of its kind, all words, and the height of a shade.
    """
    bare = feeds.candles(symbol, daily=daily)

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        message, newest = bare(desk, seen)
        if message is None:
            return None, newest

        def read(economy: Economy) -> tuple[Any, Any]:
            marks = views.marks(economy, symbol(), daily=daily())
            return marks, [] if daily() else views.closures(economy, symbol())

        marks, closures = desk.look(read)
        rows = []
        for row in message["rows"]:
            x = int(row[0].split()[1])
            closed = any(first <= x and (last is None or x <= last) for first, last in closures)
            rows.append([*row, *_mark(marks.get(x)), 1 if closed else None])
        if "option" in message:
            message["option"] = with_marks(message["option"])
        return {**message, "rows": rows}, newest

    return listed(symbol, feed)


def _mark(mark: tuple[str, str] | None) -> tuple[Any, ...]:
    return (None, "", None, "") if mark is None else (1, mark[0], views.MARKS.index(mark[0]), mark[1])


def with_marks(option: Message) -> Message:
    """Return the option of candles with vertical lines and shades where the rows of `candles` have them."""
    pieces = [{"value": number, "color": f"@{_TONES[kind]}"} for number, kind in enumerate(views.MARKS)]
    behind = {"type": "bar", "yAxisIndex": 2, "barGap": "-100%", "z": 1}
    line = event_line(
        7, 10, axis=2, labelLayout={"hideOverlap": True}, barWidth=1.5,
        label={"show": True, "position": "top", "distance": 1, "formatter": "{@[8]}", "color": "@text", "fontSize": 10},
    )  # fmt: skip
    shade = {
        **behind, "name": "not trading", "encode": {"x": 0, "y": 11}, "barWidth": "100%", "tooltip": {"show": False},
        "silent": True, "itemStyle": {"color": "@muted", "opacity": 0.16},
    }  # fmt: skip
    option["grid"][0]["top"] = 20
    option["xAxis"][1]["axisLabel"]["showMinLabel"] = False
    unseen = {"gridIndex": 0, "show": False, "min": 0, "max": 1, "axisPointer": {"show": False}}
    return {
        **option,
        "yAxis": [*option["yAxis"], unseen],
        "visualMap": [option["visualMap"], {"show": False, "seriesIndex": 2, "dimension": 9, "pieces": pieces}],
        "series": [*option["series"], line, shade],
    }


def depth(symbol: Callable[[], str]) -> Feed:
    """Tell how many lots are bid and asked up to each price; the rows are all new each time."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        def read(economy: Economy) -> tuple[Any, Any]:
            return economy.exchange.books.depth(economy.exchange.listings.expect(symbol()), LEVELS)

        rows = views.cumulative(*views.near(*desk.look(read)))
        if rows == seen:
            return None, rows
        return ({"option": depth_option()} if seen is None else {"drop": len(seen)}) | {"rows": rows}, rows

    return listed(symbol, feed)


def depth_option() -> Message:
    """Return the ECharts option of cumulative depth; rows are price, lots bid, lots asked."""
    sides = (("bids", "up", 1, "start"), ("asks", "down", 2, "end"))
    return {
        "grid": {"left": 20, "right": 8, "top": 10, "bottom": 4, "containLabel": True},
        "tooltip": {**_TOOLTIP, "valueFormatter": "$count"},
        "xAxis": {**_AXIS, "type": "value", "min": "dataMin", "max": "dataMax", "splitLine": {"show": False},
                  "axisLabel": {**_AXIS["axisLabel"], "formatter": "$price", "hideOverlap": True,
                                "showMinLabel": False, "showMaxLabel": False},
                  "axisPointer": {"label": {"formatter": "$price"}}},
        "yAxis": {**_AXIS, "type": "value", "position": "right", "splitLine": {"lineStyle": {"color": "@line"}},
                  "axisLabel": {**_AXIS["axisLabel"], "formatter": "$number"}},
        "series": [
            {"type": "line", "name": name, "step": step, "encode": {"x": 0, "y": column}, "showSymbol": False,
             "lineStyle": {"color": f"@{tone}", "width": 1.5}, "itemStyle": {"color": f"@{tone}"},
             "areaStyle": {"color": f"@{tone}", "opacity": 0.18}}
            for name, tone, column, step in sides
        ],
    }  # fmt: skip


def spread(symbol: Callable[[], str]) -> Feed:
    """Tell the spread of a symbol at the ends of ticks, in basis points; nothing where a side is empty."""

    def feed(desk: Desk, seen: int | None) -> tuple[Message | None, int]:
        book = desk.run.snapshot.symbols.index(symbol())
        strip = desk.run.reel.quoted(book, since=0 if seen is None else seen + 1, most=SPREADS)
        told = [None if value != value else round(value, 2) for value in (1e4 * views.spreads(strip.rows)).tolist()]
        rows = [[f"tick {x}", value] for x, value in zip(strip.x.tolist(), told, strict=True)]
        newest = int(strip.x[-1]) if rows else seen or 0
        if seen is None:
            return {"option": spread_option(), "rows": rows, "keep": SPREADS}, newest
        return ({"rows": rows, "keep": SPREADS} if rows else None), newest

    return listed(symbol, feed)


def spread_option() -> Message:
    """Return the ECharts option of the spread; rows are a tick and basis points."""
    return {
        "grid": {"left": 8, "right": 8, "top": 10, "bottom": 4, "containLabel": True},
        "tooltip": {**_TOOLTIP, "valueFormatter": "$number"},
        "xAxis": {**_AXIS, "type": "category",
                  "axisLabel": {**_AXIS["axisLabel"], "hideOverlap": True, "showMinLabel": False}},
        "yAxis": {**_AXIS, "type": "value", "position": "right", "splitNumber": 3,
                  "axisLabel": {**_AXIS["axisLabel"], "formatter": "$count"},
                  "splitLine": {"lineStyle": {"color": "@line"}}},
        "series": [{"type": "line", "name": "spread, bp", "step": "end", "encode": {"x": 0, "y": 1},
                    "showSymbol": False, "lineStyle": {"color": "@accent", "width": 1.2},
                    "itemStyle": {"color": "@accent"}}],
    }  # fmt: skip


def depth_map(symbol: Callable[[], str]) -> Feed:
    """Tell the depth of a book at each tick that is looked at: tick, best bid, best ask, and price and lots of levels.

    The panel keeps what it was told, so that its picture begins when the page is opened.
    """

    def feed(desk: Desk, seen: int | None) -> tuple[Message | None, int]:
        def read(economy: Economy) -> tuple[int, Any, Any]:
            book = economy.exchange.listings.expect(symbol())
            return economy.tick, *views.near(*economy.exchange.books.depth(book, LEVELS))

        tick, bids, asks = desk.look(read)
        if tick == seen:
            return None, tick
        best = [side[0][0] if side else None for side in (bids, asks)]
        return {"fresh": seen is None, "columns": [[tick, *best, [*bids, *asks]]]}, tick

    return listed(symbol, feed)


HOLDER_COLUMNS = (
    {"key": "holder", "label": "holder", "form": "text", "sortable": False},
    {"key": "lots", "label": "lots", "form": "count", "sortable": False},
    {"key": "share", "label": "of all shares", "form": "percent", "sortable": False},
    {"key": "value", "label": "value", "form": "money", "sortable": False},
)


def holders(symbol: Callable[[], str]) -> Feed:
    """Tell who has most of a symbol."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        found = desk.look(lambda economy: views.holders(economy, symbol()))
        if found == seen:
            return None, found
        rows = [
            {"key": str(one["owner"]), "cells": [one["name"], one["lots"], round(one["share"], 6), one["value"]]}
            for one in found
        ]
        return {"rows": rows, "columns": list(HOLDER_COLUMNS), "none": "nobody holds any"}, found

    return listed(symbol, feed)
