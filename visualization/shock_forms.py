"""The form of a shock: a group of fields for each kind, and what a filled form says, in a sentence and as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from ..core.errors import CatallaxyError, OutOfBounds, nearest
from ..model.dated import Dated, Lasting
from ..model.economy import Economy
from ..model.economy_shocks import Mood
from ..model.scenario import Scenario
from ..model.shocks import SHOCK_KINDS, AnyShock, check_shock, parse_shock
from .desk import Desk
from .forms import Choices, field_of, filled
from .listing import Column, Row, counted
from .views import date_of
from .wording import shown

HORIZON = 63
"""Trading days that a branch is followed unless a visitor says otherwise: a quarter."""
_CLASSES: dict[str, type[Dated]] = {kind.model_fields["kind"].default: kind for kind in get_args(AnyShock)}
_DATES = ("kind", "at", "until")
AFTER: dict[str, Any] = {
    "name": "after", "label": "strikes in", "kind": "integer", "value": 0, "least": 0, "most": 25_200,
    "unit": "days", "text": "0: at the next tick", "required": True,
}  # fmt: skip
LASTS: dict[str, Any] = {
    "name": "lasts", "label": "lasts", "kind": "integer", "value": None, "least": 1, "most": 25_200,
    "unit": "days", "text": "empty: to the end of the run", "required": False,
}  # fmt: skip
FOLLOWED: dict[str, Any] = {
    "name": "horizon", "label": "branch for", "kind": "integer", "value": HORIZON, "least": 1, "most": 2_520,
    "unit": "days", "text": "how long a branch is compared", "required": True,
}  # fmt: skip


def words(name: str) -> str:
    """Return a name as words."""
    return name.replace("_", " ")


def choices_of(scenario: Scenario) -> Choices:
    """Return the names that fields of shocks may hold in a scenario."""
    symbols = scenario.symbols()
    return {
        "symbols": symbols, "bank": symbols[-scenario.banks.number :], "who": tuple(scenario.traders.groups()),
        "resource": tuple(one.name for one in scenario.resources),
    }  # fmt: skip


def why_not(kind: str, scenario: Scenario) -> str:
    """Return why a scenario cannot have a kind of shock; empty where it can."""
    shock = _CLASSES[kind]
    if scenario.macro.form not in shock.forms:
        return "it needs an economy behind the market"
    return "it needs moods" if shock is Mood and not scenario.psychology.enabled else ""


def shock_groups(scenario: Scenario) -> list[dict[str, Any]]:
    """Return a group of fields for each kind of shock, with the reason where the scenario cannot have it."""
    choices = choices_of(scenario)
    return [
        {
            "key": kind, "label": words(kind), "text": _sentence(_CLASSES[kind]),
            "off": why_not(kind, scenario),
            "fields": [*_asked(_CLASSES[kind], choices), *([LASTS] if issubclass(_CLASSES[kind], Lasting) else [])],
        }
        for kind in SHOCK_KINDS
    ]  # fmt: skip


def _sentence(shock: type[Dated]) -> str:
    """Return what a shock's declaration says of it, on one line."""
    return " ".join((shock.__doc__ or "").split()).replace("``", "")


def _asked(shock: type[Dated], choices: Choices) -> list[dict[str, Any]]:
    """Return the fields of a shock beside its dates, what must be filled in first."""
    fields = [field_of(name, info, choices) for name, info in shock.model_fields.items() if name not in _DATES]
    return sorted(fields, key=lambda one: (one["kind"] == "choices", not one["required"]))


def shock_form(desk: Desk) -> dict[str, Any]:
    """Return the form by which a shock is injected or tried in a branch."""
    scenario = desk.run.scenario
    groups = shock_groups(scenario)
    return {
        "pick": "kind of shock", "groups": groups, "fields": [AFTER, FOLLOWED],
        "group": next(group["key"] for group in groups if not group["off"]),
        "actions": [
            {"key": "inject", "label": "inject …", "main": True, "title": "let it strike the world under way"},
            {"key": "branch", "label": "branch here …", "title": "let it strike a second world beside this one"},
            {"key": "twin", "label": "branch unchanged …", "title": "a second world with no change: both stay equal"},
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class AskedShock:
    """A shock as a visitor asks for it, its dates relative to a tick; times are in ticks, the horizon in days."""

    values: Mapping[str, Any]
    after: int
    lasts: int | None
    horizon: int

    def __call__(self, tick: int) -> dict[str, Any]:
        """Return the shock once ``tick`` is over."""
        at = tick + max(1, self.after)
        return {**self.values, "at": at, **({} if self.lasts is None else {"until": at + self.lasts - 1})}


def read_form(desk: Desk, said: dict[str, Any]) -> AskedShock:
    """Return the shock that a filled form describes, checked for the present tick.

    Raises
    ------
    OutOfBounds, UnknownKey
        Naming the field and what is due.
    """
    scenario, kind = desk.run.scenario, said.get("group")
    groups = {group["key"]: group for group in shock_groups(scenario)}
    if not isinstance(kind, str) or kind not in groups:
        raise OutOfBounds("kind of shock", kind, f"give a known one{nearest(str(kind), tuple(groups))}")
    values = filled([*groups[kind]["fields"], AFTER, FOLLOWED], said.get("values"))
    after, lasts, horizon = values.pop("after", 0), values.pop("lasts", None), values.pop("horizon", HORIZON)
    for field, days in ((AFTER, after), (LASTS, lasts or 1), (FOLLOWED, horizon)):
        if not field["least"] <= days <= field["most"]:
            raise OutOfBounds(field["label"], days, f"give {field['least']} to {field['most']} trading days")
    per_day = scenario.clock.ticks_per_day
    asked = AskedShock({"kind": kind, **values}, after * per_day, None if lasts is None else lasts * per_day, horizon)
    shock = parse_shock(asked(desk.run.snapshot.tick))
    check_shock(shock, scenario)
    last = desk.run.last_tick
    if last is not None and shock.at > last:
        raise OutOfBounds(AFTER["label"], after, f"the run ends with tick {last}; open it again by reset")
    return asked


def effect(shock: AnyShock, ticks_per_day: int) -> str:
    """Return what a shock does and when, in a sentence.

    Examples
    --------
    >>> effect(parse_shock({"kind": "rate_change", "at": 31, "until": 60, "size": 0.01}), 30)
    'Rate change, size +0.01: from tick 31 (year 1, month 1, day 2) to tick 60.'
    """
    day = date_of(shock.at, ticks_per_day).partition(" ·")[0]
    until = getattr(shock, "until", None)
    if not isinstance(shock, Lasting):
        when = f"at tick {shock.at} ({day})"
    else:
        when = f"from tick {shock.at} ({day}) to " + ("the end of the run" if until is None else f"tick {until}")
    return f"{_what(shock)}: {when}."


def effect_once_confirmed(shock: AnyShock, asked: AskedShock, tick: int, ticks_per_day: int) -> str:
    """Return what a shock does and when in a world that goes on: its dates count from when it is confirmed.

    Examples
    --------
    >>> asked = AskedShock({"kind": "rate_change", "size": 0.01}, after=60, lasts=30, horizon=63)
    >>> effect_once_confirmed(parse_shock(asked(7)), asked, 7, 30)
    'Rate change, size +0.01: from 2 days after you confirm (now tick 7) for 1 day.'
    """
    soon = "the next tick once you confirm"
    later = f"{days_of(asked.after, ticks_per_day)} after you confirm"
    when = f"{later if asked.after else soon} (now tick {shown(tick)})"
    if isinstance(shock, Lasting):
        lasts = "to the end of the run" if asked.lasts is None else f"for {days_of(asked.lasts, ticks_per_day)}"
        return f"{_what(shock)}: from {when} {lasts}."
    return f"{_what(shock)}: {when if asked.after else 'at ' + when}."


def days_of(ticks: int, ticks_per_day: int) -> str:
    """Return whole trading days in words."""
    return counted(ticks // ticks_per_day, "days")


def _what(shock: AnyShock) -> str:
    """Return a shock's kind with its facts."""
    return ", ".join(part for part in (words(shock.kind).capitalize(), _facts(shock)) if part)


def _facts(shock: AnyShock) -> str:
    return ", ".join(
        f"{words(name)} {_fact(value)}" for name, value in shock.model_dump().items()
        if name not in _DATES and value not in ((), "", None)
    )  # fmt: skip


def _fact(value: Any) -> str:
    if isinstance(value, tuple | list):
        return " ".join(map(str, value))
    return f"{value:+g}".replace("-", "\u2212") if isinstance(value, float) else words(str(value))


# -- what has been injected -----------------------------------------------------------------------

SHOCK_COLUMNS = (
    Column("state", "state"), Column("kind", "shock"), Column("from", "from"), Column("to", "until"),
    Column("what", "what"),
)  # fmt: skip


def shock_rows(economy: Economy) -> list[Row]:
    """Return the shocks of a world, those of its scenario and those injected, the next one first."""
    waiting = []
    for command in economy.queued:
        if command.payload.get("type") == "SHOCK":
            try:
                waiting.append(parse_shock({name: v for name, v in command.payload.items() if name != "type"}))
            except CatallaxyError:
                continue
    order = {"in force": 0, "pending": 1, "struck": 2, "over": 3}
    rows = [(state_of(shock, economy.tick), shock) for shock in (*economy.shocks, *waiting)]
    rows.sort(key=lambda row: (order[row[0]], row[1].at))
    per_day = economy.clock.ticks_per_day
    return [_row(number, state, shock, per_day) for number, (state, shock) in enumerate(rows)]


def state_of(shock: Dated, tick: int) -> str:
    """Return whether a shock is pending, in force, over, or has struck once and for all."""
    if shock.at > tick:
        return "pending"
    if not isinstance(shock, Lasting):
        return "struck"
    return "in force" if shock.is_in_force(tick) else "over"


def _row(number: int, state: str, shock: AnyShock, per_day: int) -> Row:
    until = getattr(shock, "until", None)
    ends = date_of(until, per_day) if until is not None else "end of the run" if isinstance(shock, Lasting) else ""
    return Row(str(number), (state, words(shock.kind), date_of(shock.at, per_day), ends, _facts(shock)))
