"""What a scenario tells the regulator: which rules are in force when, and when it acts by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field, field_validator, model_validator

from ..core.errors import OutOfBounds
from ..core.parameters import Parameters
from ..core.units import Tick
from ..policies.market_rules import CapitalRequirement, RuleSettings, rule_named
from ..policies.supervision import BufferGuide, VolatilitySwitch

AT = "regulator"


class ScheduledRule(Parameters):
    """A rule with its dates; of two entries of one rule the one that began later is in force."""

    rule: str = Field(description="name of the rule")
    at: int = Field(1, ge=1, description="first tick in force")
    until: int | None = Field(None, ge=1, description="last tick in force; unset: to the end of the run")
    preset: str = Field("", description="preset of its settings; empty: none")
    settings: dict[str, Any] = Field({}, description="settings of the rule, over those of the preset")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> ScheduledRule:
        if self.until is not None and self.until < self.at:
            raise ValueError(f"until is {self.until}, before at = {self.at}; give a later tick")
        return self

    def is_in_force(self, tick: Tick) -> bool:
        """Return whether ``tick`` lies in its dates."""
        return self.at <= tick and (self.until is None or tick <= self.until)

    def settings_in(self, at: str = AT) -> RuleSettings:
        """Return the whole settings of the rule; raise naming what is wrong ``at`` where."""
        return rule_named(self.rule, f"{at}.rule").settings_of(self.settings, self.preset, at)


class RegulatorSettings(Parameters):
    """Which rules the regulator puts in force, by schedule or by a rule of its own.

    Examples
    --------
    >>> entry = {"rule": "transaction_tax", "at": 31, "until": 300, "preset": "italy"}
    >>> settings = RegulatorSettings.of({"schedule": [entry]})
    >>> settings.schedule[0]["settings"], settings.entries()[0].is_in_force(30)
    ({'rate': 0.001}, False)
    """

    schedule: tuple[dict[str, Any], ...] = Field(
        (), description="rules with their dates: rule, at, until, preset, settings"
    )
    buffer: BufferGuide | None = Field(
        None, description="lets the countercyclical buffer of capital_requirement follow the credit gap; unset: not"
    )
    volatility: VolatilitySwitch | None = Field(
        None, description="puts a rule in force while the market is volatile; unset: none"
    )

    @field_validator("schedule", mode="before")
    @classmethod
    def _known_rules(cls, value: Any) -> Any:
        return tuple(_whole(entry, f"{AT}.schedule[{i}]") for i, entry in enumerate(value))

    @model_validator(mode="after")
    def _consistent(self) -> RegulatorSettings:
        if self.buffer and not any(entry["rule"] == CapitalRequirement.name for entry in self.schedule):
            raise ValueError("the buffer is part of capital_requirement; put that rule on the schedule as well")
        if self.volatility:
            switched_settings(self.volatility)
        return self

    def entries(self) -> tuple[ScheduledRule, ...]:
        """Return the schedule."""
        return tuple(ScheduledRule(**entry) for entry in self.schedule)

    def requirements(self) -> Iterator[tuple[str, dict[str, float]]]:
        """Yield the numbers that scheduled rules demand of banks, and where they stand."""
        for i, entry in enumerate(self.entries()):
            numbers = rule_named(entry.rule)(entry.settings_in()).requirements()
            if numbers:
                yield f"{AT}.schedule[{i}].settings", numbers

    def named(self) -> Iterator[tuple[str, RuleSettings]]:
        """Yield the settings of every rule that may come into force, and where they stand."""
        for i, entry in enumerate(self.entries()):
            yield f"{AT}.schedule[{i}].settings", entry.settings_in()
        if self.volatility:
            yield f"{AT}.volatility.settings", switched_settings(self.volatility)


def _whole(entry: Any, at: str) -> dict[str, Any]:
    """Return an entry of the schedule as plain values with everything written out."""
    if not isinstance(entry, Mapping):
        raise OutOfBounds(at, entry, "give a table with rule, at, until, preset and settings")
    scheduled = ScheduledRule.of(entry, at)
    return {**scheduled.model_dump(), "settings": scheduled.settings_in(at).model_dump(mode="json")}


def switched_settings(switch: VolatilitySwitch) -> RuleSettings:
    """Return the whole settings of the rule that volatility switches."""
    return rule_named(switch.rule).settings_of(switch.settings, switch.preset, f"{AT}.volatility")


def check_regulator(settings: RegulatorSettings, symbols: tuple[str, ...]) -> None:
    """Raise `OutOfBounds` where a rule concerns a symbol that is not listed."""
    for at, rule in settings.named():
        for symbol in getattr(rule, "symbols", ()):
            if symbol not in symbols:
                raise OutOfBounds(f"{at}.symbols", symbol, f"listed are {', '.join(symbols)}")
