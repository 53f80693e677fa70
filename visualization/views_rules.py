"""What the page of rules shows: which rules are in force and by whom, what they say, and what is watched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..agents.regulator import Regulator, Switch
from ..core.parameters import Parameters
from ..model.alerts import AlertRule
from ..model.economy import Economy
from ..model.scenario import Scenario
from .listing import Column, Row
from .wording import in_words

NO_REGULATOR = "This scenario has no regulator: no rule is switched; what the market place and banks keep is below."
IN_FORCE, WAITS, COMES, OVER = "in force", "waits", "scheduled", "over"

RULES = (
    Column("rule", "rule"), Column("state", "state"), Column("since", "from tick", "count"),
    Column("until", "to tick", "count", "empty: to the end of the run"),
    Column("settings", "settings"), Column("why", "why"),
)  # fmt: skip
STANDING = (
    Column("about", "about"), Column("name", "setting"), Column("now", "in force"),
    Column("scenario", "scenario", title="what the scenario says; in amber where something else is in force"),
    Column("sentence", "what it is"),
)  # fmt: skip
WATCHED = (
    Column("rule", "alert"), Column("level", "level"), Column("threshold", "above", "number"),
    Column("fired", "fired", "count", "times in the log below"), Column("last", "last tick", "count"),
)  # fmt: skip
_KEPT_BY_BANKS = (
    "cet1", "tier1", "total", "conservation_buffer", "countercyclical_buffer", "leverage", "large_exposure",
    "liquidity_coverage", "stable_funding", "plan_below", "resolve_below",
)  # fmt: skip


def switched(economy: Economy) -> list[Row]:
    """Return a row for each rule of the regulator: in force, to come, over, or waiting for a volatile market."""
    regulator = economy.regulator
    if regulator is None:
        return []
    rows = [_in_force(regulator, name) for name in sorted(regulator.rules)]
    for number, entry in enumerate(regulator.settings.entries()):
        if not entry.is_in_force(economy.tick) or entry.rule not in regulator.rules:
            state = COMES if entry.at > economy.tick else OVER
            cells = (_words(entry.rule), state, entry.at, entry.until, in_words(entry.settings), "by its dates")
            rows.append(Row(f"{entry.rule}.{number}", cells))
    switch = regulator.settings.volatility
    if switch is not None and switch.rule not in regulator.rules:
        why = f"comes into force when volatility is {switch.on_above:.0%} or more"
        rows.append(Row(switch.rule, (_words(switch.rule), WAITS, None, None, in_words(switch.settings), why)))
    return rows


def _in_force(regulator: Regulator, name: str) -> Row:
    newest = next((switch for switch in reversed(regulator.switches) if switch.rule == name), None)
    ends = [e.until for e in regulator.settings.entries() if e.rule == name and newest and e.at == newest.tick]
    settings = in_words(regulator.rules[name].settings.model_dump(mode="json"))
    since, why = (None, "") if newest is None else (newest.tick, newest.reason)
    return Row(name, (_words(name), IN_FORCE, since, ends[0] if ends else None, settings, why), "up")


def switches(economy: Economy) -> list[Switch]:
    """Return the newest switches of rules, oldest first."""
    return [] if economy.regulator is None else list(economy.regulator.switches)


def spans(changes: list[Switch], tick: int) -> list[tuple[str, int, int]]:
    """Return from when to when each rule was in force, up to ``tick``, of the switches given.

    Examples
    --------
    >>> tax = {"rate": 0.001}
    >>> on, off = Switch(5, "transaction_tax", None, tax, ""), Switch(9, "transaction_tax", tax, None, "")
    >>> spans([on, off, Switch(12, "transaction_tax", None, tax, "")], 20)
    [('transaction tax', 5, 9), ('transaction tax', 12, 20)]
    """
    found: list[tuple[str, int, int]] = []
    began: dict[str, int] = {}
    for switch in changes:
        if switch.rule in began:
            found.append((_words(switch.rule), began.pop(switch.rule), switch.tick))
        if switch.new is not None and switch.tick <= tick:
            began[switch.rule] = switch.tick
    return found + [(_words(rule), since, tick) for rule, since in began.items()]


def standing(economy: Economy, scenario: Scenario) -> list[Row]:
    """Return what market place, lenders and banks keep, beside what the scenario says."""
    rows = list(_settings("market place", economy.settings.exchange, scenario.exchange))
    tax = economy.exchange.tax_ppm
    rows.append(_row("market place", "tax_ppm", tax, 0, "transaction tax in force, millionths of a trade, each side"))
    if scenario.macro.form == "full":
        said = scenario.prudential.model_dump()
        for name, value in economy.prudential.model_dump().items():
            if name in _KEPT_BY_BANKS:
                sentence = type(scenario.prudential).model_fields[name].description or ""
                rows.append(_row("banks", name, value, said[name], sentence))
    if scenario.margin.on:
        rows += _settings("buying on margin", economy.settings.margin, scenario.margin)
    return rows


def _settings(about: str, now: Parameters, said: Parameters) -> Iterator[Row]:
    before = said.model_dump()
    for name, value in now.model_dump().items():
        yield _row(about, name, value, before[name], type(now).model_fields[name].description or "")


def _row(about: str, name: str, now: Any, said: Any, sentence: str) -> Row:
    cells = (about, _words(name), _value(now), _value(said), sentence)
    return Row(f"{about}.{name}", cells, "" if now == said else "warn")


def watched(economy: Economy, fired: Mapping[str, tuple[int, int]]) -> list[Row]:
    """Return a row for each alert rule; ``fired`` has how often, and when last, by name."""
    rows = []
    for rule in economy.alerts.rules:
        count, last = fired.get(_words(rule.name), (0, 0))
        rows.append(_watch(_words(rule.name), rule, count, last))
    for rule in economy.alerts.machine_rules:
        ticks = [alert.tick for alert in economy.alerts.machine if alert.rule == rule.name]
        rows.append(_watch(f"{_words(rule.name)}, machine", rule, len(ticks), max(ticks, default=0)))
    return rows


def _watch(name: str, rule: AlertRule, count: int, last: int) -> Row:
    cells = (name, rule.level, rule.threshold, count, last if count else None)
    return Row(rule.name, cells, "warn" if count else "")


def _words(name: str) -> str:
    return name.replace("_", " ")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
