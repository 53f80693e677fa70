"""Rules and events: what is in force, what was switched, what is watched, how a tick goes, and all that happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import Any

from .. import feeds_rules as feeds
from .. import pipeline
from .. import views_rules as views
from ..epoch import laid_out_by
from ..event_log import EventLog
from ..frame import Page, Panel, component, the_desk, ui
from ..listing import Ask, Column
from ..live import live
from ..widgets import Chart, Choice, Grid

Act = Callable[[dict[str, Any]], None]


def _asks(columns: tuple[Column, ...], first: Ask) -> tuple[Callable[[], Ask], Act]:
    """Return what a table was asked for last, and what notes a question."""
    ask = ui.use_ref(first)

    def note(said: dict[str, Any]) -> None:
        if "ask" in said:
            ask.current = Ask.of(said["ask"], columns, ask.current)

    return lambda: ask.current, note


@laid_out_by(lambda desk: desk.run.scenario.regulator is None)
@component
def Rules() -> None:
    """Show rules, settings in force, alerts, the pipeline of a tick, and the log."""
    desk = the_desk()
    with Page():
        _Regulator(7 if desk.run.scenario.regulator else 12)
        if desk.run.scenario.regulator:
            _Timeline()
        _Standing()
        _Alerts()
        _Log()
        what = "left to right; size: processor time; hollow: not yet due; red: halted"
        with Panel("A tick as stages", 12, what), ui.Div(classes=["cx-pan"]):
            live(Chart, feeds.stage_graph, every=5.0, label="stages of a tick", testid="pipeline", height=320)
        _Stages()


@component
def _Regulator(width: int) -> None:
    ask, note = _asks(views.RULES, Ask(sort="since", down=False))
    with Panel("Rules of the regulator", width, "by schedule, or by a rule of its own"), ui.Div(classes=["cx-flow"]):
        live(Grid, feeds.rules(ask), act=note, every=1.0, tools=False, testid="rules")


@component
def _Timeline() -> None:
    with Panel("When they were in force", 5, "by day"):
        live(Chart, feeds.timeline, every=1.0, label="when rules were in force", testid="switches", height=150)


@component
def _Standing() -> None:
    ask, note = _asks(views.STANDING, Ask())
    title = "Rules of market place, lenders and banks"
    with Panel(title, 7, "amber: not what the scenario says"), ui.Div(classes=["cx-flow", "cx-standing"]):
        live(Grid, feeds.standing(ask), act=note, every=1.0, testid="standing", prompt="setting")


@component
def _Alerts() -> None:
    ask, note = _asks(views.WATCHED, Ask())
    log = ui.use_memo(EventLog, [])
    with Panel("Alerts", 5, "what is watched"):
        live(Grid, feeds.watched(log, ask), act=note, every=1.0, tools=False, testid="alerts")


@component
def _Stages() -> None:
    ask, note = _asks(pipeline.COLUMNS, Ask(sort="number", down=False))
    with Panel("Stages of a tick", 12, "processor time since the opening"), ui.Div(classes=["cx-short"]):
        live(Grid, feeds.stages(ask), act=note, every=3.0, testid="stages", prompt="stage")


@component
def _Log() -> None:
    ask, note = _asks(feeds.LOG, Ask())
    kind, choose = ui.use_state(feeds.KINDS[0])
    opened, open_ = ui.use_state("")
    log = ui.use_memo(EventLog, [])
    shown = ui.use_ref((kind, opened))
    shown.current = kind, opened

    def said(message: dict[str, Any]) -> None:
        note(message)
        if isinstance(message.get("open"), str):
            open_("" if message["open"] == shown.current[1] else message["open"])

    handles = Choice.element(options=list(feeds.KINDS), value=kind, label="kind of entry", on_value=choose)
    whole = next((one for one in log.entries if str(one.number) == opened), None) if opened else None
    with Panel("Event log", 12, "events, actions and alerts, newest first", handles=[handles]):
        live(
            Grid, feeds.log_grid(log, ask, lambda: shown.current[0], lambda: shown.current[1]), act=said, every=1.0,
            subject=(kind, opened), testid="log", prompt="what, symbol or facts",
        )  # fmt: skip
        if whole is not None:
            text = f"tick {whole.tick}, {whole.kind}, {whole.name}\n{json.dumps(json.loads(whole.payload), indent=2)}"
            ui.HTML(tag="pre", classes=["cx-payload"], unsafe_innerHTML=escape(text))
