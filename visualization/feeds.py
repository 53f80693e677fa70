"""The feeds of the frame and of the overview: what their panels are told, all at first and then what is new."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..model.economy import Economy
from . import views
from .desk import Desk
from .live import Feed, Message
from .reel import CLOSE

CANDLES, SPARK = 180, 60


@dataclass
class _Cards:
    """What price cards have seen: a row of each book, and up to which tick sparklines are drawn."""

    rows: dict[int, tuple[int, int, int] | None]
    drawn: int = 0
    due: float = 0.0


def bar(desk: Desk, seen: int | None) -> tuple[Message, int]:
    """Tell the bar the state, and the notes since it last heard."""
    run, snapshot = desk.run, desk.run.snapshot
    error = desk.world.error or desk.world.economy.halted
    unread = [note for note in desk.notes if seen is not None and note.number > seen]
    message: Message = {
        "state": desk.state, "pace": desk.pace, "scenario": run.scenario.name,
        "seed": str(run.seed), "date": views.date_of(snapshot.tick, run.scenario.clock.ticks_per_day),
        "tick": snapshot.tick, "rate": desk.world.rate or None,
        "notes": [{"text": note.text, "tone": note.tone} for note in unread],
    }  # fmt: skip
    if seen is None:
        message["symbols"] = list(snapshot.symbols)
    if error is not None:
        message["halted"] = f"{error}. The last sealed tick, {snapshot.tick}, is shown; reset opens the scenario again."
    return message, desk.notes[-1].number if desk.notes else 0


def cards(selected: Callable[[], str]) -> Feed:
    """Tell price cards of the largest symbols what changed, and once a second what their sparklines grew by."""

    def feed(desk: Desk, seen: _Cards | None) -> tuple[Message | None, _Cards]:
        run, snapshot = desk.run, desk.run.snapshot
        message: Message = {}
        if seen is None:
            seen = _Cards(dict.fromkeys(desk.look(views.largest)))
            message = {"symbols": [snapshot.symbols[book] for book in seen.rows]}
        if time.monotonic() >= seen.due or desk.state != "playing":
            strip = run.reel.closes(since=seen.drawn + 1, most=SPARK)
            if strip.x.size:
                message["sparks"] = strip.rows[:, list(seen.rows)].T.astype(int).tolist()
                seen.drawn = int(strip.x[-1])
            seen.due = time.monotonic() + 1.0
        rows = []
        for place, (book, before) in enumerate(seen.rows.items()):
            row = (int(snapshot.last[book]), int(run.reel.day_open[book]), int(run.reel.day_volume[book]))
            if before != row:
                seen.rows[book] = row
                rows.append([place, *row])
        return {**message, "rows": rows, "selected": selected()}, seen

    return feed


def tiles(desk: Desk, seen: tuple[Any, ...] | None) -> tuple[Message | None, tuple[Any, ...]]:
    """Tell the key figures: the index and, where there is an economy, the newest macro figures."""
    snapshot, reel = desk.run.snapshot, desk.run.reel
    macro = desk.look(views.macro_figures)
    before = reel.index(daily=True, most=2).rows
    opened = float(before[0, 0]) if before.shape[0] == 2 else 100.0
    lots = float(reel.day_volume.sum())
    figures = (
        ("index", "index", snapshot.index, "points", snapshot.index / opened - 1.0 if opened else None),
        ("value", "fundamental value", snapshot.anchor, "points", None),
        ("volume", "lots today", lots, "count", None),
        ("gdp", "GDP of the month", macro["gdp"], "money", None),
        ("inflation", "inflation, 12 months", macro["inflation"], "percent", None),
        ("unemployment", "unemployment", macro["unemployment"], "percent", None),
        ("policy_rate", "policy rate", macro["policy_rate"], "percent", None),
    )
    if figures == seen:
        return None, seen
    told = [
        {"key": key, "label": label, "value": value, "form": form, "delta": delta}
        for key, label, value, form, delta in figures
    ]
    return {"fresh": seen is None, "tiles": told}, figures


def happenings(desk: Desk, seen: int | None) -> tuple[Message | None, int]:
    """Tell the event strip what has happened since."""
    tick = desk.run.snapshot.tick
    rows = desk.look(lambda economy: views.events(economy, -1 if seen is None else seen))
    if seen is not None and not rows:
        return None, seen
    return {"fresh": seen is None, "events": rows}, max(tick, seen or 0)


def not_listed(symbol: str) -> str:
    """Return what a panel says of a symbol that the scenario under way lacks."""
    return f"there is no symbol {symbol} in this scenario"


def ladder(symbol: Callable[[], str]) -> Feed:
    """Tell a ladder the book of a symbol."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        def read(economy: Economy) -> Message:
            named = symbol()
            return views.ladder(economy, named) if named in economy.symbols else {"empty": not_listed(named)}

        told = desk.look(read)
        return (None, seen) if told == seen else (told, told)

    return feed


def candles(symbol: Callable[[], str], *, daily: Callable[[], bool]) -> Feed:
    """Tell a chart the candles of a symbol: all at first, then the last ones anew."""

    def feed(desk: Desk, seen: int | None) -> tuple[Message | None, int]:
        run, named, days = desk.run, symbol(), daily()
        if named not in run.snapshot.symbols:
            return {"empty": not_listed(named)}, 0
        book = run.snapshot.symbols.index(named)
        strip = run.reel.bars(book, daily=days, since=seen or 0, most=CANDLES)
        word = "day" if days else "tick"
        rows = [
            [f"{word} {x}", bar[0], bar[CLOSE], bar[2], bar[1], bar[4], 1 if bar[CLOSE] >= bar[0] else -1]
            for x, bar in zip(strip.x.tolist(), strip.rows.tolist(), strict=True)
        ]
        newest = int(strip.x[-1]) if strip.x.size else 0
        if seen is None:
            return {"option": candle_option(), "rows": rows}, newest
        return ({"rows": rows, "drop": 1 if seen else 0, "keep": CANDLES}, newest) if rows else (None, seen)

    return feed


def candle_option() -> dict[str, Any]:
    """Return the ECharts option of candles over volume; rows are label, open, close, low, high, lots, direction."""
    axis = {"type": "category", "axisLine": {"lineStyle": {"color": "@line"}}, "axisTick": {"show": False}}
    return {
        "grid": [
            {"left": 8, "right": 62, "top": 8, "height": "70%"},
            {"left": 8, "right": 62, "top": "80%", "bottom": 20},
        ],
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "cross"}, "confine": True, "backgroundColor": "@panel",
                    "borderColor": "@line", "textStyle": {"color": "@text", "fontSize": 12}},
        "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "xAxis": [
            {**axis, "axisLabel": {"show": False}},
            {**axis, "gridIndex": 1, "axisLabel": {"color": "@muted", "fontSize": 11}},
        ],
        "yAxis": [
            {"scale": True, "position": "right", "splitLine": {"lineStyle": {"color": "@line"}},
             "axisLabel": {"color": "@muted", "fontSize": 11, "formatter": "$price"},
             "axisPointer": {"label": {"formatter": "$price"}}},
            {"gridIndex": 1, "position": "right", "splitNumber": 1, "splitLine": {"show": False},
             "axisLabel": {"show": False}, "axisPointer": {"label": {"formatter": "$count"}}},
        ],
        "dataZoom": [{"type": "inside", "xAxisIndex": [0, 1]}],
        "visualMap": {"show": False, "seriesIndex": 1, "dimension": 6,
                      "pieces": [{"value": 1, "color": "@up"}, {"value": -1, "color": "@down"}]},
        "series": [
            {"type": "candlestick", "name": "price", "dimensions": [None, "open", "close", "low", "high"],
             "encode": {"x": 0, "y": [1, 2, 3, 4], "tooltip": [1, 4, 3, 2]}, "tooltip": {"valueFormatter": "$quoted"},
             "itemStyle": {"color": "@up", "color0": "@down", "borderColor": "@up", "borderColor0": "@down"}},
            {"type": "bar", "name": "lots", "xAxisIndex": 1, "yAxisIndex": 1, "encode": {"x": 0, "y": 5},
             "tooltip": {"valueFormatter": "$count"},
             "itemStyle": {"opacity": 0.5}},
        ],
    }  # fmt: skip
