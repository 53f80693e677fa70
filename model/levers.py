"""Levers: the settings that may change while an economy runs, and how each is shown as a slider.

`LEVERS` is the one place that says which they are and when a change takes effect. What is not named there takes a
reset: it founds something (how many banks there are), decides what is recorded or which stages a tick has, or is
built into the state at the opening, so that a change would not replay or would leave an account without its other
side.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args

from pydantic.fields import FieldInfo

from ..agents.strategy import StrategySettings
from ..core.parameters import Parameters
from ..markets.interbank import InterbankSettings
from ..policies.monetary import MonetarySettings
from ..policies.policy_rule import policy_rules
from .dated import CLOSED, MACRO
from .scenario import Scenario

if TYPE_CHECKING:
    from .economy import Economy

TICK, DAY, MONTH = "next tick", "next day end", "next month end"
ANY, REDUCED = ("none", "reduced", "full"), ("reduced",)
YEARLY, SHARE = "% a year", "%"
_STEPS, _WIDEST = 200, 25.0
_BOUNDS = ("ge", "gt", "le", "lt")


@dataclass(frozen=True)
class Group:
    """Fields of one section of the scenario that share a unit and the moment from which a change counts.

    ``forms`` are the values of ``macro.form`` with which they mean anything; what is shown in per cent is a fraction.
    """

    section: str
    effect: str
    unit: str
    fields: str
    forms: tuple[str, ...] = CLOSED


LEVERS: tuple[Group, ...] = (
    Group("central_bank", MONTH, "", "rule", MACRO),
    Group("central_bank", MONTH, YEARLY, "neutral_rate target lower_bound trend_growth fixed_rate money_growth", MACRO),
    Group("central_bank", MONTH, "", "phi_pi phi_y smoothing money_weight okun allow_unstable", MACRO),
    Group("central_bank", MONTH, SHARE, "natural_unemployment"),
    Group("central_bank", DAY, YEARLY, "lending_spread deposit_spread"),
    Group("asset_purchases", MONTH, "", "enabled"),
    Group("asset_purchases", MONTH, YEARLY, "start stop"),
    Group("asset_purchases", MONTH, "% of annual GDP", "pace"),
    Group("asset_purchases", MONTH, "", "run_off yield_effect"),
    Group("asset_purchases", MONTH, YEARLY, "term_premium", MACRO),
    Group("expectations", MONTH, "", "rule inertia anchor trend gain weak_trend strong_trend choice_intensity", MACRO),
    Group("expectations", MONTH, "", "memory persistence sentiment", MACRO),
    Group("treasury", MONTH, SHARE, "income_tax lowest_tax highest_tax profit_tax purchases benefit near_full"),
    Group("treasury", MONTH, "annual GDPs", "debt_target"),
    Group("treasury", MONTH, "", "tax_reaction"),
    Group("prudential", DAY, SHARE, "cet1 tier1 total conservation_buffer countercyclical_buffer leverage"),
    Group("prudential", DAY, SHARE, "large_exposure plan_below resolve_below liquidity_coverage stable_funding"),
    Group("prudential", DAY, "", "weight_government weight_interbank weight_firms weight_margin weight_equity"),
    Group("prudential", DAY, SHARE, "run_off_stable run_off_retail run_off_corporate run_off_financial"),
    Group("bank_behaviour", MONTH, "", "spread_for_shortfall run_off"),
    Group("banks", MONTH, YEARLY, "loan_spread deposit_spread"),
    Group("banks", MONTH, SHARE, "payout_above payout_share"),
    Group("banks", DAY, "", "default_at default_slope"),
    Group("interbank", DAY, "", " ".join(InterbankSettings.model_fields)),
    Group("last_resort", DAY, YEARLY, "penalty"),
    Group("last_resort", DAY, SHARE, "haircut_bonds haircut_loans"),
    Group("deposit_insurance", DAY, "median deposits", "limit"),
    Group("deposit_insurance", MONTH, YEARLY, "lowest_premium highest_premium"),
    Group("deposit_insurance", MONTH, SHARE, "strong weak target"),
    Group("resolution", DAY, SHARE, "capital_after bad_loans bad_margin_loans"),
    Group("runs", DAY, "", "on speed insured_factor safe_ratio capital_weight neighbour_weight fear_weight"),
    Group("margin", DAY, SHARE, "initial maintenance exit_at"),
    Group("margin", DAY, YEARLY, "spread"),
    Group("margin", DAY, "days", "grace return_days"),
    Group("margin", TICK, "", "sale_share book_limit stress_fear"),
    Group("households", MONTH, "", "from_income from_deposits from_shares rate_response habit liking"),
    Group("households", MONTH, "", "taste_deviation taste_memory"),
    Group("households", MONTH, YEARLY, "normal_real_rate"),
    Group("firms", MONTH, SHARE, "markup resource_markup markup_step markup_return utilisation payout cash_share"),
    Group("firms", MONTH, "", "price_weight wage_slack wage_floor wage_noise sales_memory inventory_speed matching"),
    Group("firms", MONTH, SHARE, "normal_unemployment separation hiring hours depreciation debt_target debt_speed"),
    Group("firms", MONTH, SHARE, "amortisation"),
    Group("firms", MONTH, YEARLY, "hurdle"),
    Group("firms", MONTH, "months", "inventory_target resource_inventory liquidity dividend_half_life"),
    Group("firms", MONTH, "", "accelerator investment_rate spirits investment_memory"),
    Group("valuation", MONTH, YEARLY, "equity_premium growth least_yield", MACRO),
    Group("valuation", MONTH, "", "floor"),
    Group("reduced_form", MONTH, "", "slope noise gap_persistence rate_effect wealth_effect usual_return", REDUCED),
    Group("traders", TICK, "wake-ups a tick", "activity", ANY),
    Group("strategy.market_maker", TICK, "wake-ups a tick", "activity", ANY),
    Group("strategy.ticker_producer", TICK, "trades a tick", "activity", ANY),
    Group("strategy.ticker_producer", TICK, "tickers", "active_tickers", ANY),
    Group("strategy.ticker_producer", TICK, "lots", "quantity", ANY),
    Group("strategy.ticker_producer", TICK, "", "burst_probability burst_low burst_high", ANY),
    Group("exchange", TICK, "ticks", "order_life", ANY),
    Group("psychology", TICK, "", "sentiment_weight fear_weight greed_weight herding_weight herding_threshold", ANY),
    Group("psychology", TICK, "", "chartist_weight fundamentalist_weight risk_aversion_weight leverage_weight", ANY),
    Group("regulator.transaction_tax", TICK, SHARE, "rate", ANY),
    Group("regulator.circuit_breaker", TICK, SHARE, "fall", ANY),
    Group("regulator.capital_requirement", DAY, SHARE, "cet1 tier1 total conservation_buffer countercyclical_buffer"),
    Group("regulator.capital_requirement", DAY, SHARE, "leverage"),
    Group("regulator.liquidity_requirement", DAY, SHARE, "liquidity_coverage stable_funding"),
    Group("alerts", TICK, "", "volatility price_move empty_side", ANY),
    Group("alerts", MONTH, "", "inflation scarcity"),
)
"""Every setting that may change while a world runs; a regulator's rule where it stands on the schedule once."""


@dataclass(frozen=True)
class Lever:
    """One setting that can change, with what a slider needs.

    ``value`` is in force, ``asked`` what it will be after the commands that wait for the next tick, ``baseline`` what
    the scenario says. ``low``, ``high`` and ``step`` are None where it is no number, and the slider's, not the
    schema's: a wide bound is brought near the baseline, and any value within the bound may still be given.
    """

    key: str
    section: str
    label: str
    description: str
    kind: Literal["int", "float", "bool", "choice"]
    unit: str
    effect: str
    value: Any
    asked: Any
    baseline: Any
    low: float | None = None
    high: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()


def levers_of(economy: Economy) -> tuple[Lever, ...]:
    """Return the levers that an economy has, in the order of `LEVERS`."""
    asked = economy.settings_asked
    return tuple(
        _lever(group, name, *(section_of(s, group.section) for s in (economy.settings, asked, economy.baseline)))
        for group, name in _known(economy.baseline)
    )


def effects(scenario: Scenario) -> dict[str, str]:
    """Return when a change of each lever of a scenario takes effect, by key.

    Examples
    --------
    >>> effects(Scenario())["traders.activity"]
    'next tick'
    """
    return {f"{group.section}.{name}": group.effect for group, name in _known(scenario)}


def _known(scenario: Scenario) -> Iterator[tuple[Group, str]]:
    for group in LEVERS:
        if scenario.macro.form in group.forms and _exists(scenario, group.section):
            section = section_of(scenario, group.section)
            follows = isinstance(section, StrategySettings) and section.activity is None  # that of traders
            yield from ((group, name) for name in group.fields.split() if name != "activity" or not follows)


def _exists(scenario: Scenario, section: str) -> bool:
    """Return whether a scenario has what a section describes."""
    first, _, name = section.partition(".")
    if first == "strategy":
        return name in scenario.traders.groups()
    if first == "regulator":
        return scenario.regulator is not None and [e["rule"] for e in scenario.regulator.schedule].count(name) == 1
    switches = {"psychology": scenario.psychology.enabled, "margin": scenario.margin.on}
    return switches.get(first, True)


def section_of(scenario: Scenario, section: str) -> Parameters:
    """Return a section's settings: of a component, of ``strategy.name``, or of a scheduled ``regulator.rule``."""
    first, _, name = section.partition(".")
    if first == "strategy":
        return scenario.settings_of(name)
    if first == "regulator":
        assert scenario.regulator is not None
        return next(entry for entry in scenario.regulator.entries() if entry.rule == name).settings_in()
    found: Parameters = getattr(scenario, first)
    return found


# -- sliders ---------------------------------------------------------------------------------------


def _lever(group: Group, name: str, now: Parameters, asked: Parameters, opening: Parameters) -> Lever:
    field = type(opening).model_fields[name]
    baseline = getattr(opening, name)
    kind = kind_of(field)
    low = high = step = None
    if kind in ("int", "float"):
        low, high, step = _range(*_bounds(type(opening), name), baseline, kind == "int")
    return Lever(
        f"{group.section}.{name}", group.section, name.replace("_", " "), field.description or "", kind, group.unit,
        group.effect, getattr(now, name), getattr(asked, name), baseline, low, high, step,
        _choices(field, opening) if kind == "choice" else (),
    )  # fmt: skip


def kind_of(field: FieldInfo) -> Literal["int", "float", "bool", "choice"]:
    """Return what sort of value a field holds."""
    kinds = (field.annotation, *get_args(field.annotation))
    if bool in kinds:
        return "bool"
    if float in kinds:
        return "float"
    return "int" if int in kinds else "choice"


def _choices(field: FieldInfo, section: Parameters) -> tuple[str, ...]:
    words = get_args(field.annotation)
    if words:
        return tuple(str(word) for word in words)
    assert isinstance(section, MonetarySettings)
    return tuple(sorted({*_rules(), section.rule} - ({"path"} if section.path is None else set())))


@cache
def _rules() -> tuple[str, ...]:
    return tuple(policy_rules())  # it looks through every installed package, so once is enough


@cache
def _bounds(section: type[Parameters], name: str) -> tuple[float, float, bool, bool]:
    """Return the least and greatest value that a field allows, and whether these themselves are excluded."""
    found = {
        bound: float(getattr(limit, bound))
        for limit in section.model_fields[name].metadata
        for bound in _BOUNDS
        if getattr(limit, bound, None) is not None
    }
    low, high = found.get("ge", found.get("gt", -math.inf)), found.get("le", found.get("lt", math.inf))
    return low, high, "gt" in found, "lt" in found


def _range(
    low: float, high: float, open_low: bool, open_high: bool, baseline: float | None, whole: bool
) -> tuple[float, float, float]:
    """Return (low, high, step) of a slider: the bounds, or multiples of the baseline where these are far away.

    Examples
    --------
    >>> _range(0.0, 0.9, False, False, 0.27, False), _range(0.0, math.inf, False, False, 30, True)
    ((0.0, 0.9, 0.002), (0.0, 150.0, 1.0))
    """
    size = abs(baseline or 0.0)
    reach = float(f"{max(5.0 * size, 1.0 if whole or not size else 0.0):.4g}")
    if high > _WIDEST * (size or high) or math.isinf(high):
        high, open_high = reach, False
    if low < -_WIDEST * (size or -low) or math.isinf(low):
        low, open_low = -reach, False
    step = _step(high - low, (low, baseline or 0.0), whole)
    return low + step * open_low, high - step * open_high, step


def _step(width: float, marks: tuple[float, float], whole: bool) -> float:
    """Return a round step of about a two-hundredth of ``width``, finer where 0 and the ``marks`` would be missed."""
    if whole:
        return float(max(1, round(width / _STEPS)))
    power = 10.0 ** math.floor(math.log10(width / _STEPS) + 1e-9)
    steps = [float(f"{times * power:.3g}") for times in (5.0, 2.0, 1.0, 0.5, 0.2, 0.1)]
    steps = [step for step in steps if step <= width / _STEPS * (1.0 + 1e-9)]
    met = (step for step in steps if all(abs(mark / step - round(mark / step)) < 1e-6 for mark in marks))
    return next(met, steps[0])


def worded(value: Any, unit: str) -> str:
    """Return a lever's value as people say it.

    Examples
    --------
    >>> worded(0.015, "% a year"), worded(30, "ticks"), worded(None, ""), worded(True, "")
    ('1.5 % a year', '30 ticks', 'unset', 'on')
    """
    if value is None or isinstance(value, bool):
        return "unset" if value is None else "on" if value else "off"
    number = value if isinstance(value, str) else f"{100.0 * value if unit.startswith('%') else value:.6g}"
    return f"{number} {unit}".strip()
