"""The feeds of the page of rules and events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from . import pipeline
from . import views_rules as views
from .desk import Desk
from .event_log import Entry, EventLog
from .growing_charts import Option, tooltip
from .listing import Ask, Column, Row, answer, when_new
from .live import Feed, Message

KINDS = ("all", "events", "actions", "alerts")
LOG = (
    Column("day", "day", "count"), Column("tick", "tick", "count"), Column("kind", "kind"), Column("name", "what"),
    Column("symbol", "symbol"), Column("owner", "owner", "count", "owner id of who caused it"),
    Column("text", "facts", title="a click shows all of them"),
)  # fmt: skip
_PER_PAGE = 15


def rules(ask: Callable[[], Ask]) -> Feed:
    """Tell the table of the regulator's rules."""

    def read(desk: Desk) -> Message:
        if desk.run.scenario.regulator is None:
            return {"empty": views.NO_REGULATOR}
        return answer(desk.look(views.switched), views.RULES, ask(), things="rules", none="no rule is scheduled")

    return when_new(read)


def timeline(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
    """Tell a chart when each rule was in force: anew when something was switched, and as a day ends."""
    per_day = desk.run.scenario.clock.ticks_per_day
    day = desk.run.snapshot.tick // per_day
    if desk.run.scenario.regulator is None:
        return ({"empty": views.NO_REGULATOR}, 0) if seen is None else (None, seen)
    changes = desk.look(views.switches)
    key = len(changes), changes[-1].tick if changes else 0, day
    if key == seen:
        return None, seen
    if not changes:
        return {"empty": "No rule has been switched yet."}, key
    tick = desk.run.snapshot.tick
    return {"option": timeline_option(views.spans(changes, tick), tick, per_day)}, key


def standing(ask: Callable[[], Ask]) -> Feed:
    """Tell the table of what market place and banks keep."""

    def read(desk: Desk) -> Message:
        rows = desk.look(lambda economy: views.standing(economy, desk.run.scenario))
        return answer(rows, views.STANDING, ask(), things="settings", per_page=12)

    return when_new(read)


def watched(log: EventLog, ask: Callable[[], Ask]) -> Feed:
    """Tell the table of alert rules."""

    def read(desk: Desk) -> Message:
        log.follow(desk)
        alerts = [one for one in log.entries if one.kind == "alert"]
        counts, last = Counter(one.name for one in alerts), {one.name: one.tick for one in alerts}
        fired = {name: (count, last[name]) for name, count in counts.items()}
        return answer(desk.look(lambda economy: views.watched(economy, fired)), views.WATCHED, ask(), things="alerts")

    return when_new(read)


def log_grid(log: EventLog, ask: Callable[[], Ask], kind: Callable[[], str], opened: Callable[[], str]) -> Feed:
    """Tell the table of everything that happened, newest first."""

    def feed(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        log.follow(desk)
        newest = log.entries[-1].number if log.entries else 0
        key = desk.run.epoch, newest, ask(), kind(), opened()
        if key == seen:
            return None, seen
        rows = log_rows(log, kind(), desk.run.scenario.clock.ticks_per_day)
        none = "nothing has happened yet" if not log.entries else "nothing of this kind"
        message = answer(
            rows, LOG, ask(), things="entries", selected=opened(), per_page=_PER_PAGE, none=none
        )  # fmt: skip
        return message, key

    return feed


def log_rows(log: EventLog, kind: str, per_day: int) -> list[Row]:
    """Return the entries of a kind (``all``, or the name of a table), newest first."""
    return [
        Row(str(one.number), _cells(one, per_day), one.tone)
        for one in reversed(log.entries)
        if kind == "all" or kind == f"{one.kind}s"
    ]


def _cells(one: Entry, per_day: int) -> tuple[Any, ...]:
    return (one.tick - 1) // per_day + 1, one.tick, one.kind, one.name, one.symbol, one.owner, one.text


def stages(ask: Callable[[], Ask]) -> Feed:
    """Tell the table of stages."""

    def read(desk: Desk) -> Message:
        rows = pipeline.table(desk.look(pipeline.stages))
        return answer(rows, pipeline.COLUMNS, ask(), things="stages", per_page=len(rows))

    return when_new(read)


def stage_graph(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
    """Tell the graph of stages, when what it shows has changed enough to be seen."""
    told = desk.look(pipeline.stages)
    key = tuple((one.name, one.halted, one.runs > 0, round(one.share or 0.0, 2)) for one in told)
    return (None, seen) if key == seen else ({"option": pipeline.graph(told)}, key)


def timeline_option(spans: list[tuple[str, int, int]], tick: int, per_day: int) -> Option:
    """Return a bar for each time that a rule was in force, by day."""
    names = sorted({name for name, _, _ in spans})
    data = [
        {"name": f"{name}: tick {since} to {until}",
         "coords": [[since / per_day, names.index(name)], [until / per_day, names.index(name)]]}
        for name, since, until in spans
    ]  # fmt: skip
    return {
        "grid": {"left": 8, "right": 30, "top": 8, "bottom": 4, "containLabel": True},
        "tooltip": {**tooltip(None, "item"), "formatter": "{b}"},
        "xAxis": {"type": "value", "min": 0, "max": max(tick / per_day, 1.0),
                  "splitLine": {"lineStyle": {"color": "@line"}},
                  "axisLabel": {"color": "@muted", "fontSize": 11, "formatter": "day {value}"}},
        "yAxis": {"type": "category", "data": names, "inverse": True, "axisTick": {"show": False},
                  "axisLine": {"show": False}, "axisLabel": {"color": "@text", "fontSize": 11}},
        "series": [{"type": "lines", "coordinateSystem": "cartesian2d", "data": data,
                    "lineStyle": {"color": "@accent", "width": 10, "opacity": 0.8, "cap": "butt"}}],
    }  # fmt: skip
