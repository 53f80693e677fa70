"""`docs/configuration.md` names fields that exist, with the defaults they have; its preset loads."""

from __future__ import annotations

import re
from typing import Any

from catallaxy.agents.strategy import strategies
from catallaxy.core.parameters import fields_of
from catallaxy.model.scenario import Scenario, load_scenario
from tests.house.house import ROOT

ROW = re.compile(r"^\| ([A-Z]-\d\d) \| (.+?) \| (.+?) \| (.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
KEY = re.compile(r"`((?:[a-z_]+\.)+[a-z_]+)`")


def defaults() -> dict[str, Any]:
    """Return every key that a scenario may set, with its default."""
    found = {key: field.get_default(call_default_factory=True) for key, field in fields_of(Scenario)}
    for name, strategy in strategies().items():
        for key, field in fields_of(strategy.Settings, f"strategy.{name}."):
            found[key] = field.get_default(call_default_factory=True)
    return found


def rows() -> list[tuple[str, ...]]:
    return ROW.findall((ROOT / "docs" / "configuration.md").read_text(encoding="utf-8"))


def test_every_field_named_exists_with_the_default_stated() -> None:
    known = defaults()
    wrong = [
        f"{item}: {key} has default {known.get(key, 'none, it does not exist')!r}, the page says {default}"
        for item, _, here, _, default, _ in rows()
        for key in KEY.findall(here)
        if str(known.get(key)) != default
    ]

    assert wrong == []
    assert sum(bool(KEY.findall(here)) for _, _, here, *_ in rows()) >= 15


def test_every_setting_asked_for_has_a_row() -> None:
    asked = {f"L-{number}" for number in range(36, 42)}
    asked |= {"E-17", "T-02", "T-03", "T-04", "T-06", "T-07", "W-16", "W-25", "W-33", "W-69"}

    assert asked <= {item for item, *_ in rows()}


def test_the_preset_holds_the_converted_values() -> None:
    preset = load_scenario("living-economy")

    assert preset.traders.number == 100_000
    assert (preset.alerts.volatility, preset.alerts.price_move) == (0.1, 0.5)
