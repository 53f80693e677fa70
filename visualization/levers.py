"""What the panel of sliders is told of the settings that may change, and what a move of one does."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ..core.errors import OutOfBounds
from ..model.economy import Economy
from ..model.levers import Lever, section_of, worded
from ..model.scenario import Scenario
from .desk import Desk
from .forms import allowed, field_of, is_allowed
from .live import Feed, Message

_NUMBERS = ("value", "asked", "baseline", "low", "high", "step")
_HUGE = 10**15
_SHOWN = ("key", "label", "description", "kind", "unit", "effect", "choices", *_NUMBERS)


class RefusedLever(OutOfBounds):
    """A value that a lever does not allow, in the unit in which a visitor typed it."""

    def __str__(self) -> str:
        return f"{self.key} is {self.value}; {self.due}"


def sections_of(economy: Economy, sections: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Return the levers of some sections, or of all where none is named, section by section.

    ``strategy`` and ``regulator`` mean every strategy and every rule.
    """
    found: dict[str, list[Lever]] = {}
    for lever in economy.levers():
        if not sections or lever.section in sections or lever.section.split(".")[0] in sections:
            found.setdefault(lever.section, []).append(lever)
    order = sorted(found, key=lambda name: _place(name, sections))
    return [{"name": name, "about": about(name), "levers": [_plain(lever) for lever in found[name]]} for name in order]


def about(section: str) -> str:
    """Return what a section is about, in the scenario's words.

    Examples
    --------
    >>> about("treasury")
    'taxes, benefits and purchases'
    """
    return Scenario.model_fields[section.split(".")[0]].description or ""


def _place(name: str, sections: tuple[str, ...]) -> int:
    return next((k for k, one in enumerate(sections) if one in (name, name.split(".")[0])), 0)


def _plain(lever: Lever) -> dict[str, Any]:
    return {name: getattr(lever, name) for name in _SHOWN}


# -- rules over levers ----------------------------------------------------------------------------


def overruled(economy: Economy) -> dict[str, str]:
    """Return which levers do not act at present, because a rule of the regulator does, and what holds instead.

    A rule in force takes the place of the banks' own standard, number by number; one that is not in force waits for
    its dates or for a volatile market; and the review of credit may ask for a higher buffer than the rule itself.
    """
    regulator, told = economy.regulator, dict[str, str]()
    if regulator is None:
        return told
    required = {field: name for name, rule in sorted(regulator.rules.items()) for field in rule.requirements()}
    for lever in economy.levers():
        first, _, name = lever.section.partition(".")
        field = lever.key.rpartition(".")[2]
        if first == "prudential" and field in required:
            number = worded(regulator.requirements()[field], lever.unit)
            told[lever.key] = f"no effect while the rule {_words(required[field])} is in force, which says {number}"
        elif first == "regulator" and name not in regulator.rules:
            told[lever.key] = f"the rule {_words(name)} is not in force: a change waits until it is"
        elif first == "regulator" and (now := getattr(regulator.rules[name].settings, field)) != lever.value:
            why = next((f": {one.reason}" for one in reversed(regulator.switches) if one.rule == name), "")
            told[lever.key] = f"in force is {worded(now, lever.unit)}{why}"
    return told


def _words(name: str) -> str:
    return name.replace("_", " ")


# -- what a panel is told -------------------------------------------------------------------------


def feed(sections: tuple[str, ...] = ()) -> Feed:
    """Tell sliders their settings and bounds, and then what has changed; after a note, that what they show holds."""

    def tell(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        noted = desk.notes[-1].number if desk.notes else 0
        known, in_force, asked, rules, over, note = seen or ({}, None, None, None, {}, noted)
        now = desk.look(lambda economy: (economy.settings, economy.settings_asked, rules_in_force(economy)))
        if seen is not None and now[0] is in_force and now[1] is asked and now[2] == rules and noted == note:
            return None, seen
        told, above = desk.look(lambda economy: (sections_of(economy, sections), overruled(economy)))
        values = {one["key"]: [one["value"], one["asked"]] for section in told for one in section["levers"]}
        above = {key: text for key, text in above.items() if key in values}
        fresh = (values, *now, above, noted)
        if not values:
            return {"empty": "this scenario has no settings of this kind that may change while it runs"}, fresh
        also = {"over": above} if above != over else {}
        if values.keys() != known.keys():
            return {"sections": told, **also}, fresh
        return {"values": {key: pair for key, pair in values.items() if pair != known[key]}, **also}, fresh

    return tell


def rules_in_force(economy: Economy) -> dict[str, Any]:
    """Return the settings of the regulator's rules in force, by name."""
    return {} if economy.regulator is None else {name: rule.settings for name, rule in economy.regulator.rules.items()}


# -- what a move does -----------------------------------------------------------------------------


def act(desk: Desk) -> Callable[[dict[str, Any]], None]:
    """Return what a slider's message does: it changes settings, or raises what a visitor should read."""

    def change(said: dict[str, Any]) -> None:
        changes = said.get("change")
        if not isinstance(changes, dict):
            raise OutOfBounds("change", str(changes)[:60], "give new values by key")
        for key, value in changes.items():
            if isinstance(value, int) and abs(value) > _HUGE:
                raise OutOfBounds(str(key)[:60], f"{str(value)[:9]}…", "give a smaller number")
        try:
            desk.change(changes)
        except OutOfBounds as error:
            refusal = error
        else:
            return
        raise desk.look(lambda economy: in_its_unit(economy, refusal))

    return change


def in_its_unit(economy: Economy, error: OutOfBounds) -> OutOfBounds:
    """Return a refusal in the unit of the lever that it is about, with what that one allows.

    Examples
    --------
    >>> tiny = {"traders__number": 50, "stocks__number": 2, "anchor__source": "walk"}
    >>> economy = Economy("markets", rng=7, **tiny)
    >>> print(in_its_unit(economy, OutOfBounds("traders.activity", 7.0, "Input should be less than or equal to 1")))
    traders, activity is 7 wake-ups a tick; give more than 0 and at most 1 wake-ups a tick
    """
    lever = next((one for one in economy.levers() if one.key == error.key), None)
    if lever is None or isinstance(error.value, bool) or not isinstance(error.value, int | float):
        return error
    section, _, name = lever.key.rpartition(".")
    field = field_of(name, type(section_of(economy.settings, section)).model_fields[name])
    due = _in_units(economy, section, error.due) if is_allowed(field, error.value) else allowed(field, lever.unit)
    return RefusedLever(_words(lever.key).replace(".", ", "), worded(error.value, lever.unit), due)


def _in_units(economy: Economy, section: str, due: str) -> str:
    """Return a sentence about several settings of a section, such as "start 0.3 is above stop 0.2", in their units."""
    for lever in economy.levers():
        if lever.section == section and lever.unit.startswith("%"):
            due = _in_its(lever, due)
    return due


def _in_its(lever: Lever, due: str) -> str:
    name = lever.key.rpartition(".")[2]

    def say(found: re.Match[str]) -> str:
        return f"{lever.label}{found[1] or ''} {worded(float(found[2]), lever.unit)}"

    return re.sub(rf"\b{name}( is| =)? (-?\d[\d.e-]*\b)", say, due)
