"""The feeds of the page of psychology: told at day ends, for moods and regimes are measured then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow.compute as pc

from ..markets.regime import REGIMES
from . import views_moods as views
from .desk import Desk
from .event_log import EventLog
from .growing_charts import Option, bars, chart, date_axis, line, marks, tooltip, value_axis
from .listing import Ask, answer, when_new
from .live import Feed, Message
from .views import largest

DAYS, STRIP_DAYS, STRIP_SYMBOLS = 504, 126, 30
TONES = {"bull": "up", "bear": "down", "crash": "second", "bubble": "warn", "normal": "muted"}


def day_of(desk: Desk) -> tuple[int, int]:
    """Return the day that ended last, and the ticks of a day."""
    per_day = desk.run.scenario.clock.ticks_per_day
    return desk.run.snapshot.tick // per_day, per_day


def _read(desk: Desk, table: str, columns: list[str], first_day: int, last_day: int) -> Any:
    per_day = day_of(desk)[1]
    return desk.world.economy.store.read(table, columns, first=(first_day - 1) * per_day + 1, last=last_day * per_day)


def _where(read: Any, mask: Any) -> list[dict[str, Any]]:
    """Return the rows of an Arrow table for which ``mask`` (rows,) is true."""
    rows: list[dict[str, Any]] = read.take(np.flatnonzero(mask)).to_pylist()
    return rows


def tiles(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
    """Tell the key figures of the market's mood, and its regime."""
    day = day_of(desk)[0]
    now = desk.look(views.mood)
    figures = (
        ("sentiment", "sentiment S", now["sentiment"], "change", "of the market: signed index in [-1, 1]"),
        ("fear", "fear", now["fear"], "ratio", "max(0, -S)"),
        ("greed", "greed", now["greed"], "ratio", "max(0, S)"),
        ("herding", "herding", now["herding"], "ratio", "one-sidedness beyond that of independent orders"),
        ("confidence", "confidence", now["confidence"], "ratio", "(1 - deviation across traders) × (1 + S) / 2"),
        ("disagreement", "disagreement", now["disagreement"], "number", "variance of sentiment across traders"),
        ("regime", "regime", now["regime"], "text", "as the last day end was classified; moves no price"),
        ("drawdown", "below high", now["drawdown"], "percent", "of the index below its high of a year"),
        ("volatility", "volatility", now["volatility"], "percent", "of the index over 60 days, a year"),
    )
    if (day, figures) == seen:
        return None, seen
    told = [{"key": k, "label": label, "value": v, "form": f, "title": title} for k, label, v, f, title in figures]
    return {"fresh": seen is None, "tiles": told}, (day, figures)


def _by_day(
    lines: Callable[[Desk, int, int], list[list[Any]]], option: Callable[[Desk], Option], *, moods: bool, most: int
) -> Feed:
    """Return the feed of a chart that is told the days that have ended: all at first, then the new ones."""

    def feed(desk: Desk, seen: int | None) -> tuple[Message | None, int | None]:
        day, _ = day_of(desk)
        lacking = moods and not desk.run.scenario.psychology.enabled
        if lacking or not day:
            return ({"empty": views.NO_MOODS if lacking else views.NO_DAY_YET}, 0) if seen is None else (None, seen)
        if seen == day:
            return None, seen
        first = max(seen or 0, day - most) + 1
        rows = lines(desk, first, day)
        width = max(1, len(rows) // (day - first + 1))
        return ({"option": option(desk), "rows": rows} if not seen else {"rows": rows, "keep": most * width}), day

    return feed


def history() -> Feed:
    """Tell a chart the mood of the market, day by day."""
    columns = ["tick", "symbol", "sentiment", "herding", "confidence", "disagreement"]

    def lines(desk: Desk, first: int, last: int) -> list[list[Any]]:
        per_day = day_of(desk)[1]
        happened = _read(desk, "events", ["tick", "event"], first, last).to_pylist()
        shocked = {(row["tick"] - 1) // per_day + 1 for row in happened if row["event"].startswith("shock:")}
        moods = _read(desk, "sentiment", columns, first, last)
        return views.day_lines(_where(moods, pc.equal(moods["symbol"], "").to_numpy()), shocked, per_day)

    return _by_day(lines, lambda _desk: history_option(), moods=True, most=DAYS)


def heat_strip() -> Feed:
    """Tell a chart the moods of the largest symbols, day by day."""

    def shown(desk: Desk) -> list[str]:
        known = desk.run.snapshot.symbols
        return [known[book] for book in desk.look(lambda economy: largest(economy, STRIP_SYMBOLS))]

    def lines(desk: Desk, first: int, last: int) -> list[list[Any]]:
        rows = _read(desk, "sentiment", ["tick", "symbol", "sentiment"], first, last)
        return views.strip(rows.to_pylist(), shown(desk), day_of(desk)[1])

    return _by_day(lines, lambda desk: strip_option(shown(desk)), moods=True, most=STRIP_DAYS)


def regimes() -> Feed:
    """Tell a chart the index and the regime of the market, day by day."""

    def lines(desk: Desk, first: int, last: int) -> list[list[Any]]:
        per_day = day_of(desk)[1]
        world = _read(desk, "world", ["tick", "index", "regime"], first, last)
        return views.regime_lines(_where(world, world["tick"].to_numpy() % per_day == 0), per_day)

    return _by_day(lines, lambda _desk: regime_option(), moods=False, most=DAYS)


def grid(ask: Callable[[], Ask]) -> Feed:
    """Tell the table of symbols and their moods."""

    def read(desk: Desk) -> Message:
        day, _ = day_of(desk)
        if not desk.run.scenario.psychology.enabled:
            return {"empty": views.NO_MOODS}
        if not day:
            return {"empty": views.NO_DAY_YET}
        rows = desk.look(views.symbols)
        return answer(rows, views.COLUMNS, ask(), things=f"symbols, day {day}", per_page=14)

    return when_new(read)


def stirred(log: EventLog) -> Feed:
    """Tell the strip of shocks what has struck since."""

    def feed(desk: Desk, seen: int | None) -> tuple[Message | None, int]:
        fresh = log.follow(desk)
        rows = views.stirred(log.entries if seen is None else fresh, day_of(desk)[1])
        if seen is not None and not rows:
            return None, seen
        return {"fresh": seen is None, "events": rows, "quiet": views.NO_NEWS}, 0

    return feed


def history_option() -> Option:
    """Return the chart of the market's mood; marks are days on which a shock struck."""
    return chart(
        line("sentiment S", 1, "accent", filled=True), line("herding", 2, "warn"), line("confidence", 3, "second"),
        line("disagreement", 4, "muted", dashed=True), marks("shock", 5, "text"), form="number",
        axis={"scale": False, "splitNumber": 4},
    )  # fmt: skip


def strip_option(shown: list[str]) -> Option:
    """Return the strip of symbols by days, its colours centred on a neutral mood."""
    return {
        "grid": {"left": 8, "right": 8, "top": 6, "bottom": 34, "containLabel": True},
        "tooltip": tooltip("number", "item"),
        "xAxis": date_axis(),
        "yAxis": {"type": "category", "data": shown, "inverse": True, "axisTick": {"show": False},
                  "axisLine": {"show": False}, "axisLabel": {"color": "@text", "fontSize": 11}},
        "visualMap": {
            "min": -1, "max": 1, "dimension": 2, "orient": "horizontal", "left": "center", "bottom": 0,
            "itemHeight": 160, "itemWidth": 8, "text": ["greed +1", "fear −1"], "calculable": False,
            "textStyle": {"color": "@muted", "fontSize": 11}, "inRange": {"color": ["@down", "@line", "@up"]},
        },
        "series": [{"type": "heatmap", "dimensions": ["day", "symbol", "sentiment"],
                    "encode": {"x": 0, "y": 1, "value": 2, "tooltip": [1, 2]}}],
    }  # fmt: skip


def regime_option() -> Option:
    """Return the chart of the index over a strip of regimes."""
    pieces = [{"value": k, "label": name, "color": f"@{TONES[name]}"} for k, name in enumerate(REGIMES)]
    strip = bars("regime", 4, "muted", xAxisIndex=1, yAxisIndex=1, barWidth="100%")
    strip |= {"barMaxWidth": None, "encode": {"x": 0, "y": 4, "tooltip": [3]}}
    return {
        "grid": [
            {"left": 22, "right": 52, "top": 26, "bottom": 44}, {"left": 22, "right": 52, "height": 14, "bottom": 22},
        ],
        "tooltip": tooltip(None), "axisPointer": {"link": [{"xAxisIndex": "all"}]},
        "xAxis": [date_axis(axisLabel={"show": False}), date_axis(gridIndex=1)],
        "yAxis": [value_axis("points"), {"type": "value", "gridIndex": 1, "show": False, "max": 1}],
        "visualMap": {
            "type": "piecewise", "seriesIndex": 1, "dimension": 2, "pieces": pieces, "orient": "horizontal",
            "top": 0, "left": 0, "itemWidth": 10, "itemHeight": 8, "textStyle": {"color": "@muted", "fontSize": 11},
        },
        "series": [line("index", 1, "accent"), strip],
    }  # fmt: skip
