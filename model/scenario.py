"""A scenario: everything a run starts from, as TOML, validated into frozen settings.

Unknown keys are errors that name the nearest; overrides are flat (``traders__number=500`` in Python,
``traders.number=500`` on the command line).
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator

from ..agents.banks import BankSettings
from ..agents.depositors import RunSettings
from ..agents.endowment import TraderSettings
from ..agents.firms import FirmSettings
from ..agents.households import HouseholdSettings
from ..agents.mood_effects import PsychologySettings
from ..agents.regulator_settings import RegulatorSettings
from ..agents.strategy import StrategySettings, strategies, strategy_named
from ..agents.valuation import ValuationSettings
from ..core.errors import OutOfBounds, ScenarioError, UnknownKey, UnknownScenario
from ..core.parameters import Parameters, overlaid, unflattened
from ..markets.exchange import ExchangeSettings
from ..markets.interbank import InterbankSettings
from ..markets.margin_rules import MarginSettings
from ..markets.networks import NetworkSettings
from ..markets.regime import RegimeSettings
from ..markets.resources import ResourceSettings, default_resources
from ..markets.stocks import StockSettings
from ..policies.asset_purchases import AssetPurchaseSettings
from ..policies.bank_behaviour import BehaviourSettings
from ..policies.deposit_insurance import DepositInsuranceSettings
from ..policies.expectations import ExpectationSettings
from ..policies.fiscal import FiscalSettings
from ..policies.last_resort import LenderOfLastResort
from ..policies.monetary import MonetarySettings
from ..policies.policy_rule import check_rule
from ..policies.prudential import PrudentialSettings
from ..policies.reduced_form import ReducedFormSettings
from ..policies.resolution import ResolutionSettings
from .alerts import AlertSettings
from .anchors import AnchorSettings
from .clock import ClockSettings
from .closed_economy import MacroSettings
from .opening_checks import check_opening
from .recording import RecordingSettings
from .regulation import check_rules
from .shocks import check_shock, parse_shock


class Scenario(Parameters):
    """Parameters, opening state and shocks of a run."""

    name: str = Field("unnamed", description="name of the scenario")
    description: str = Field("", description="what it shows, in a sentence")
    clock: ClockSettings = Field(ClockSettings(), description="how time is cut")
    stocks: StockSettings = Field(StockSettings(), description="which stocks are listed")
    traders: TraderSettings = Field(TraderSettings(), description="who trades and with what")
    exchange: ExchangeSettings = Field(ExchangeSettings(), description="how the market place works")
    anchor: AnchorSettings = Field(AnchorSettings(), description="where fundamental values come from")
    recording: RecordingSettings = Field(RecordingSettings(), description="what a run writes")
    alerts: AlertSettings = Field(AlertSettings(), description="thresholds that raise alerts")
    psychology: PsychologySettings = Field(PsychologySettings(), description="moods: how they form, what they scale")
    macro: MacroSettings = Field(MacroSettings(), description="the economy behind the market, and its opening stocks")
    reduced_form: ReducedFormSettings = Field(ReducedFormSettings(), description="the three equations of form reduced")
    households: HouseholdSettings = Field(HouseholdSettings(), description="how households consume")
    firms: FirmSettings = Field(FirmSettings(), description="what firms make and how they decide")
    banks: BankSettings = Field(BankSettings(), description="commercial banks")
    valuation: ValuationSettings = Field(ValuationSettings(), description="how dividends become fundamental values")
    central_bank: MonetarySettings = Field(MonetarySettings(), description="how the policy rate is set")
    asset_purchases: AssetPurchaseSettings = Field(AssetPurchaseSettings(), description="what bonds are bought for")
    expectations: ExpectationSettings = Field(ExpectationSettings(), description="how inflation is expected")
    treasury: FiscalSettings = Field(FiscalSettings(), description="taxes, benefits and purchases")
    prudential: PrudentialSettings = Field(PrudentialSettings(), description="what banks must hold")
    bank_behaviour: BehaviourSettings = Field(BehaviourSettings(), description="what banks near a minimum do")
    network: NetworkSettings = Field(NetworkSettings(), description="which banks lend to each other")
    interbank: InterbankSettings = Field(InterbankSettings(), description="the overnight market")
    last_resort: LenderOfLastResort = Field(LenderOfLastResort(), description="terms of the central bank's advances")
    deposit_insurance: DepositInsuranceSettings = Field(
        DepositInsuranceSettings(), description="what deposits are insured, and who pays for it"
    )
    resolution: ResolutionSettings = Field(ResolutionSettings(), description="how failed banks are resolved")
    runs: RunSettings = Field(RunSettings(), description="how readily depositors run")
    margin: MarginSettings = Field(MarginSettings(), description="what banks lend against shares, and call back")
    resources: tuple[ResourceSettings, ...] = Field(default_resources(), description="what is extracted and issued")
    regulator: RegulatorSettings | None = Field(None, description="rules in force and when; unset: no regulator")
    regime: RegimeSettings = Field(RegimeSettings(), description="where one regime of the market ends, another begins")
    identities: Literal["fast", "full"] = Field(
        "fast", description="fast: closure each tick, recount at day end; full: recount every tick"
    )
    threads: int = Field(1, ge=1, le=64, description="threads in which populations decide; changes no result")
    strategy: dict[str, Any] = Field({}, description="settings of strategies, by name")
    shocks: tuple[dict[str, Any], ...] = Field((), description="dated shocks")

    @field_validator("strategy", mode="before")
    @classmethod
    def _known_strategies(cls, value: Any) -> Any:
        return {name: _strategy_settings(name, settings) for name, settings in dict(value).items()}

    @field_validator("shocks", mode="before")
    @classmethod
    def _known_shocks(cls, value: Any) -> Any:
        return tuple(parse_shock(shock, f"shocks[{i}]").model_dump() for i, shock in enumerate(value))

    def settings_of(self, strategy: str) -> StrategySettings:
        """Return the settings of a strategy, its defaults where the scenario says nothing."""
        given = self.strategy.get(strategy)
        return strategy_named(strategy).Settings() if given is None else given

    def symbols(self) -> tuple[str, ...]:
        """Return the listed symbols in book order: of the stocks, or of the closed economy's firms and banks."""
        return closed_symbols(self) if self.macro.form == "full" else self.stocks.names()

    def effective(self) -> dict[str, Any]:
        """Return the whole scenario as plain JSON values, defaults written out, ready to run again."""
        values: dict[str, Any] = json.loads(self.model_dump_json())
        del values["threads"]  # changes no result, so it is no part of what a run is
        if self.regulator is None:
            del values["regulator"]
        if not self.psychology.enabled:  # then nothing reads it
            del values["psychology"]
        if not self.margin.on:
            del values["margin"]
        if self.macro.form != "reduced":
            del values["reduced_form"]
        for name in self.traders.groups():
            values["strategy"][name] = json.loads(self.settings_of(name).model_dump_json())
        return values

    def with_overrides(self, overrides: Mapping[str, Any]) -> Self:
        """Return a copy with nested overrides laid over it."""
        return type(self).of(overlaid(type(self), _plain(self), overrides))


def extracted(scenario: Scenario) -> list[int]:
    """Return the resources that a firm extracts: all but the artificial ones, which the state issues."""
    return [k for k, one in enumerate(scenario.resources) if one.kind != "artificial"]


def closed_symbols(scenario: Scenario) -> tuple[str, ...]:
    """Return the symbols of the closed economy: consumer firms C001 ..., the resources', banks B01 ...

    Examples
    --------
    >>> closed_symbols(Scenario())[-12:-9]
    ('WATR', 'LAND', 'B01')
    """
    consumer = [f"C{number:03d}" for number in range(1, scenario.firms.number + 1)]
    names = [scenario.resources[k].name for k in extracted(scenario)]
    banks = [f"B{number:02d}" for number in range(1, scenario.banks.number + 1)]
    return (*consumer, *(_TICKERS.get(name, name.replace("_", "")[:6].upper()) for name in names), *banks)


_TICKERS = {"oil": "OIL", "lithium": "LITH", "rare_earths": "REEL", "fresh_water": "WATR", "arable_land": "LAND"}


def _plain(scenario: Scenario) -> dict[str, Any]:
    values = scenario.model_dump()
    values["strategy"] = {name: settings.model_dump() for name, settings in scenario.strategy.items()}
    return values


def _strategy_settings(name: str, values: Any) -> StrategySettings:
    strategy = strategy_named(name)
    if isinstance(values, StrategySettings):
        return values
    return strategy.Settings.of(values, at=f"strategy.{name}")


def scenario_names() -> tuple[str, ...]:
    """Return the names of the scenarios that come with the package."""
    folder = files("catallaxy.scenarios")
    return tuple(sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml")))


def load_scenario(
    source: str | Path | Mapping[str, Any] | Scenario, overrides: Mapping[str, Any] | None = None
) -> Scenario:
    """Return the scenario that ``source`` names: one that ships, a TOML file, plain values or a `Scenario`.

    Raises
    ------
    UnknownScenario, UnknownKey, OutOfBounds
        Each names the key, what was due and, where there is one, the nearest known name.

    Examples
    --------
    >>> load_scenario("markets", {"traders": {"number": 500}}).traders.number
    500
    """
    scenario = _read(source)
    if overrides:
        scenario = scenario.with_overrides(overrides)
    check_groups(scenario)
    if scenario.macro.form != "none":
        check_rule(scenario.central_bank, scenario.expectations, scenario.central_bank.allow_unstable)
    if scenario.macro.form == "full":
        check_opening(scenario, closed_symbols(scenario))
    check_rules(scenario)
    for i, shock in enumerate(scenario.shocks):
        check_shock(parse_shock(shock), scenario, f"shocks[{i}]")
    return scenario


def _read(source: str | Path | Mapping[str, Any] | Scenario) -> Scenario:
    if isinstance(source, Scenario):
        return source
    if isinstance(source, Mapping):
        return Scenario.of(source)
    path = Path(source)
    if path.suffix == ".toml" or path.is_file():
        if not path.is_file():
            raise UnknownScenario(str(source), scenario_names())
        return Scenario.of(_toml(path.read_text(encoding="utf-8"), str(path)))
    if str(source) not in scenario_names():
        raise UnknownScenario(str(source), scenario_names())
    text = files("catallaxy.scenarios").joinpath(f"{source}.toml").read_text(encoding="utf-8")
    return Scenario.of(_toml(text, f"{source}.toml"))


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name} is not valid TOML: {error}") from None


def check_groups(scenario: Scenario) -> None:
    """Raise `UnknownKey` where the mix, an extra or a muted group names no strategy."""
    known = strategies()
    traders = scenario.traders
    for where, names in (("mix", traders.mix), ("extra", traders.extra), ("muted", traders.muted)):
        for name in names:
            if name not in known:
                raise UnknownKey(f"traders.{where}.{name}", tuple(f"traders.{where}.{other}" for other in known))


def parse_set(assignments: Sequence[str]) -> dict[str, Any]:
    """Return nested overrides from ``a.b=value`` words; values are TOML, bare words are text.

    Examples
    --------
    >>> parse_set(["traders.number=500", "anchor.source=wti"])
    {'traders': {'number': 500}, 'anchor': {'source': 'wti'}}
    """
    flat: dict[str, Any] = {}
    for word in assignments:
        key, equals, value = word.partition("=")
        if not equals or not all(part.strip() for part in key.split(".")):
            raise OutOfBounds("--set", word, "give component.field=value, such as traders.number=500")
        for other in flat:
            if f"{other}.".startswith(f"{key.strip()}.") != f"{key.strip()}.".startswith(f"{other}."):
                raise OutOfBounds("--set", word, f"{other} is set as well; give one of them")
        try:
            flat[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            flat[key.strip()] = value.strip()
    return unflattened(flat, ".")
