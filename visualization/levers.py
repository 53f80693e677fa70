"""What the panel of sliders is told of the settings that may change, and what a move of one does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.errors import OutOfBounds
from ..model.economy import Economy
from ..model.levers import Lever
from ..model.scenario import Scenario
from .desk import Desk
from .live import Feed, Message

_NUMBERS = ("value", "asked", "baseline", "low", "high", "step")
_SHOWN = ("key", "label", "description", "kind", "unit", "effect", "choices", *_NUMBERS)


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


def feed(sections: tuple[str, ...] = ()) -> Feed:
    """Tell sliders their settings and bounds, and then what has changed; after a note, that what they show holds."""

    def tell(desk: Desk, seen: Any) -> tuple[Message | None, Any]:
        noted = desk.notes[-1].number if desk.notes else 0
        known, in_force, asked, note = seen or ({}, None, None, noted)
        now = desk.look(lambda economy: (economy.settings, economy.settings_asked))
        if seen is not None and now[0] is in_force and now[1] is asked and noted == note:
            return None, seen
        told = desk.look(lambda economy: sections_of(economy, sections))
        values = {one["key"]: [one["value"], one["asked"]] for section in told for one in section["levers"]}
        fresh = (values, *now, noted)
        if not values:
            return {"empty": "this scenario has no settings of this kind that may change while it runs"}, fresh
        if values.keys() != known.keys():
            return {"sections": told}, fresh
        return {"values": {key: pair for key, pair in values.items() if pair != known[key]}}, fresh

    return tell


def act(desk: Desk) -> Callable[[dict[str, Any]], None]:
    """Return what a slider's message does: it changes settings, or raises what a visitor should read."""

    def change(said: dict[str, Any]) -> None:
        changes = said.get("change")
        if not isinstance(changes, dict):
            raise OutOfBounds("change", str(changes)[:60], "give new values by key")
        desk.change(changes)

    return change
