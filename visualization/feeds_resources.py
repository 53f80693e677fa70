"""The feeds of the page of resources: told at month ends, for nothing changes between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..model.clock import DAYS_PER_MONTH
from . import views_resources as views
from .desk import Desk
from .event_marks import marks_of, with_events
from .growing_charts import Option, bars, chart, line, marks
from .listing import Ask, answer
from .live import Feed, Message

MOST_MONTHS = 600
TONES = ("accent", "warn", "second", "up", "down", "text", "muted")
CHARTS: dict[str, tuple[str, ...]] = {
    "reserves": ("reserves",), "flows": ("extracted", "renewed"), "price": ("price",), "scarcity": ("scarcity",),
}  # fmt: skip


def month_of(desk: Desk) -> tuple[int, int]:
    """Return the month that ended last, and the ticks of a month."""
    per_month = DAYS_PER_MONTH * desk.run.scenario.clock.ticks_per_day
    return desk.run.snapshot.tick // per_month, per_month


def missing(desk: Desk) -> str:
    """Return why there is nothing to show, if so."""
    if desk.run.scenario.macro.form != "full" or not desk.run.scenario.resources:
        return views.NO_RESOURCES
    return "" if month_of(desk)[0] else views.NO_MONTH_YET


def _rows(desk: Desk, table: str, first_month: int, last_month: int) -> list[dict[str, Any]]:
    per_month = month_of(desk)[1]
    read = desk.world.economy.store.read(table, first=(first_month - 1) * per_month + 1, last=last_month * per_month)
    rows: list[dict[str, Any]] = read.to_pylist()
    return rows


def grid(ask: Callable[[], Ask], selected: Callable[[], str]) -> Feed:
    """Tell the table of all resources, of the last month."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        if empty := missing(desk):
            return ({"empty": empty}, empty) if empty != seen else (None, seen)
        month = month_of(desk)[0]
        key = month, ask(), selected()
        if key == seen:
            return None, seen
        rows = _rows(desk, "resources", max(1, month - 1), month)
        newest = max(row["tick"] for row in rows)
        last = [row for row in rows if row["tick"] == newest]
        table = views.table(
            last, [row for row in rows if row["tick"] < newest], _rows(desk, "indices", month, month),
            desk.look(views.blocked),
        )  # fmt: skip
        things = f"resources, at the end of month {month}"
        return answer(table, views.COLUMNS, ask(), things=things, selected=selected()), key

    return feed


def tiles(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
    """Tell the key figures: what is scarcest and dearest, and how often nature struck in the last month."""
    month = month_of(desk)[0]
    if missing(desk):
        figures: tuple[Any, ...] = (("month", "month", None, "count", "months that have ended"),)
    else:
        rows = _rows(desk, "resources", month, month)
        scarce = max(rows, key=lambda row: row["scarcity"])
        figures = (
            ("month", "month", month, "count", "months that have ended"),
            ("scarcest", "scarcest", scarce["resource"].replace("_", " "), "text", "highest index of scarcity"),
            ("scarcity", "its scarcity index", round(scarce["scarcity"], 4), "number", "1 - reserves / opening"),
            ("found", "found something", sum(r["discovered"] > 0 for r in rows), "count", "resources, in the month"),
            ("lost", "lost something", sum(r["lost"] > 0 for r in rows), "count", "resources, in the month"),
            ("blocked", "blocked now", len(desk.look(views.blocked)), "count", "resources whose capacity is cut"),
        )
    if figures == seen:
        return None, seen
    told = [{"key": k, "label": label, "value": v, "form": f, "title": title} for k, label, v, f, title in figures]
    return {"fresh": seen is None, "tiles": told}, figures


def of_one(resource: Callable[[], str], kind: str) -> Feed:
    """Tell a chart of one resource its months: all at first, then those that are new."""
    columns = CHARTS[kind]

    def feed(desk: Desk, seen: int | None) -> tuple[Message | None, int | None]:
        if empty := missing(desk):
            return ({"empty": empty}, 0) if seen is None else (None, seen)
        month, per_month = month_of(desk)
        if seen == month:
            return None, seen
        first = max(1, month - MOST_MONTHS + 1) if not seen else seen + 1
        hits = views.struck(_rows(desk, "events", first, month))
        rows = [row for row in _rows(desk, "resources", first, month) if row["resource"] == resource()]
        lines = _with_marks(desk, views.history(rows, columns, hits, per_month), rows)
        return _grown(lines, seen or 0, option_of(kind)), month

    return feed


def of_all(column: str, form: str) -> Feed:
    """Tell a chart one column of every resource, over its value at the opening or in the first month there is."""

    def feed(desk: Desk, seen: tuple[int, dict[str, float]] | None) -> tuple[Message | None, Any]:
        if empty := missing(desk):
            return ({"empty": empty}, (0, {})) if seen is None else (None, seen)
        month, per_month = month_of(desk)
        told, base = seen or (0, {})
        if told == month:
            return None, seen
        first = told + 1 if told else max(1, month - MOST_MONTHS + 1)
        rows = _rows(desk, "resources", first, month)
        if not told:
            base = _bases(rows, column)
        series = [line(name.replace("_", " "), k, TONES[k - 1]) for k, name in enumerate(base, 1)]
        lines = _with_marks(desk, views.compared(rows, column, base, per_month), rows)
        return _grown(lines, told, with_events(chart(*series, form=form), 1 + len(base))), (month, base)

    return feed


def _with_marks(desk: Desk, lines: list[list[Any]], rows: list[dict[str, Any]]) -> list[list[Any]]:
    """Return a chart's lines, one for each month of ``rows``, each with what struck in that month."""
    ends = sorted({row["tick"] for row in rows})
    events = marks_of(desk, ends, ends[0] - month_of(desk)[1]) if ends else []
    return [[*line, *event] for line, event in zip(lines, events, strict=True)]


def _bases(rows: list[dict[str, Any]], column: str) -> dict[str, float]:
    """Return what a column is compared with: reserves at the opening, else the first value there is."""
    base: dict[str, float] = {}
    for row in rows:
        base.setdefault(row["resource"], row["base"] if column == "reserves" else row[column])
    return {name: base[name] for name in tuple(base)[: len(TONES)]}


def _grown(lines: list[list[Any]], seen: int, option: Option) -> Message:
    return {"option": option, "rows": lines} if not seen else {"rows": lines, "keep": MOST_MONTHS}


def option_of(kind: str) -> Option:
    """Return the chart of one resource, with marks where nature struck and lines where somebody did."""
    return with_events(_drawn(kind), 3 + len(CHARTS[kind]))


def _drawn(kind: str) -> Option:
    found = "found", len(CHARTS[kind]) + 1, "up"
    lost = "lost or blocked", len(CHARTS[kind]) + 2, "down"
    both = marks(*found), marks(*lost, down=True)
    match kind:
        case "reserves":
            return chart(line("reserves", 1, "accent", filled=True), *both, form="count", axis={"min": 0})
        case "flows":
            return chart(bars("extracted", 1, "warn"), bars("renewed or issued", 2, "up"), *both, form="count")
        case "price":
            return chart(line("price", 1, "accent"), *both, form="price", axis={"minInterval": 1})
        case _:
            return chart(line("scarcity index", 1, "second"), *both, form="number")
