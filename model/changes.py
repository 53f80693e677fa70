"""Changes of settings while an economy runs: checked where they are asked for, put in force by the next tick.

The scenario that an economy was founded from stays what it is, `Economy.baseline`; `Economy.settings` is in force.
A component that holds its section of the scenario gets the new one, so nothing else knows of changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ..core.errors import OutOfBounds, UnknownKey
from ..core.parameters import Parameters, fields_of
from ..policies.policy_rule import check_rule, policy_rule
from .commands import Command
from .levers import LEVERS, effects, kind_of, section_of
from .regulation import check_rules
from .scenario import Scenario

if TYPE_CHECKING:
    from .economy import Economy

_LONGEST = 60


def with_changes(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a scenario with settings changed, by key; raise naming the key that cannot change so.

    Examples
    --------
    >>> with_changes(Scenario(), {"traders.activity": 0.2}).traders.activity
    0.2
    >>> with_changes(Scenario(), {"traders.number": 5})
    Traceback (most recent call last):
    ...
    catallaxy.core.errors.OutOfBounds: traders.number is 5; it cannot change while a world runs: start one with \
--set traders.number=5
    """
    if not isinstance(changes, Mapping) or not changes:
        raise OutOfBounds("changes", changes or None, "give new values by key, such as central_bank.neutral_rate")
    known, sections = effects(scenario), dict[str, dict[str, Any]]()
    for key, value in changes.items():
        if key not in known:
            raise _no_lever(key, value, known)
        section, _, name = key.rpartition(".")
        _check_kind(key, value, section_of(scenario, section), name)
        sections.setdefault(section, {})[name] = value
    for section, values in sections.items():
        scenario = _with_section(scenario, section, _replaced(section_of(scenario, section), section, values))
    if scenario.macro.form != "none":
        check_rule(scenario.central_bank, scenario.expectations)
    check_rules(scenario)
    return scenario


def _no_lever(key: object, value: object, known: Mapping[str, str]) -> OutOfBounds | UnknownKey:
    """Return what is wrong with a key that this world cannot change."""
    named = {f"{group.section}.{name}" for group in LEVERS for name in group.fields.split()}
    if key in named:
        return OutOfBounds(str(key), _shown(value), "this world has nothing that it would change")
    fields, word = {name for name, _ in fields_of(Scenario)}, str(key)[:_LONGEST]
    if key in fields or word.startswith("strategy."):
        due = f"it cannot change while a world runs: start one with --set {word}={_shown(value)}"
        return OutOfBounds(word, _shown(value), due)
    close = get_close_matches(word, fields | named, n=1)
    return UnknownKey(word, tuple(close or sorted({one.split(".", 1)[0] for one in known})))


def _shown(value: object) -> object:
    """Return a value as an error may show it: whatever came from outside, a line of it at most."""
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)[:_LONGEST]


def _check_kind(key: str, value: object, section: Parameters, name: str) -> None:
    """Raise where a value is of another sort than the field: what comes from outside is not to be guessed at."""
    field = type(section).model_fields[name]
    kind = kind_of(field)
    if value is None and not field.is_required() and field.default is None:
        return
    if kind == "bool" and not isinstance(value, bool):
        raise OutOfBounds(key, _shown(value), "give true or false")
    if kind == "choice" and not isinstance(value, str):
        raise OutOfBounds(key, _shown(value), "give a word")
    if kind in ("int", "float") and (isinstance(value, bool) or not isinstance(value, (int, float))):
        raise OutOfBounds(key, _shown(value), "give a number")


def _replaced(section: Parameters, at: str, values: Mapping[str, Any]) -> Parameters:
    try:
        return section.replaced(values, at)
    except OutOfBounds as error:
        if error.key != at:
            raise
        name = next(iter(values))  # the section as a whole does not hold: say which change broke it
        raise OutOfBounds(f"{at}.{name}", values[name], error.due) from None


def _with_section(scenario: Scenario, section: str, settings: Parameters) -> Scenario:
    first, _, name = section.partition(".")
    if first == "strategy":
        return scenario.model_copy(update={"strategy": {**scenario.strategy, name: settings}})
    if first == "regulator":
        assert scenario.regulator is not None
        plain = settings.model_dump(mode="json")
        schedule = [{**e, "settings": plain} if e["rule"] == name else e for e in scenario.regulator.schedule]
        return scenario.model_copy(update={"regulator": scenario.regulator.replaced({"schedule": schedule})})
    return scenario.model_copy(update={first: settings})


def changes_between(before: Scenario, after: Scenario) -> dict[str, tuple[Any, Any]]:
    """Return what differs between two settings of one economy, by key: before and after."""
    if before is after:
        return {}
    found = {}
    for key in effects(before):
        section, _, name = key.rpartition(".")
        old, new = (getattr(section_of(scenario, section), name) for scenario in (before, after))
        if old != new:
            found[key] = old, new
    return found


def after_commands(settings: Scenario, commands: Iterable[Command]) -> Scenario:
    """Return the settings that are in force once ``commands`` have been applied."""
    for command in commands:
        if command.payload.get("type") == "CHANGE":
            settings = with_changes(settings, command.payload["changes"])
    return settings


# -- putting in force ------------------------------------------------------------------------------


def change_settings(economy: Economy, changes: Mapping[str, Any]) -> None:
    """Put changes in force and write an event for each; raise where one does not hold."""
    before = economy.settings
    put_in_force(economy, with_changes(before, changes))
    due = effects(before)
    for key, (old, new) in changes_between(before, economy.settings).items():
        economy.recorder.note_event("changed", setting=key, before=old, after=new, effect=due[key])


def put_in_force(economy: Economy, settings: Scenario) -> None:
    """Give every component that holds a section of the scenario the one that is now in force."""
    economy.settings, economy.exchange.settings = settings, settings.exchange
    economy.alerts.set_thresholds(settings.alerts)
    for population in economy.populations:
        own = settings.settings_of(population.name)
        population.strategy.settings = own
        population.set_activity(settings.traders.activity if own.activity is None else own.activity, economy.tick)
    if economy.regulator is not None and settings.regulator is not None:
        economy.regulator.set_rules(settings.regulator)
    if economy.psychology is not None:
        economy.psychology.set_weights(settings.psychology)
    if economy.margin is not None:
        economy.margin.settings = settings.margin
    if economy.reduced is not None:
        economy.reduced.set_policy(settings)
    if economy.closed is not None:
        _in_closed_economy(economy, settings)


def _in_closed_economy(economy: Economy, settings: Scenario) -> None:
    c = economy.closed
    assert c is not None
    c.firms.settings, c.households.settings, c.banks.settings = settings.firms, settings.households, settings.banks
    c.interbank.settings, c.depositors.settings = settings.interbank, settings.runs
    c.expectations.settings, c.expectations.target = settings.expectations, settings.central_bank.target
    if c.rule.settings != settings.central_bank:
        c.rule = policy_rule(settings.central_bank)
