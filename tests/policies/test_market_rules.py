"""Rules by name, with presets and bounds; breakers, shown prices tick by tick."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
import pytest

from catallaxy.core.errors import OutOfBounds, UnknownKey
from catallaxy.policies import market_rules
from catallaxy.policies.circuit_breakers import CircuitBreaker, MarketWideBreaker
from catallaxy.policies.market_rules import Rule, RuleSettings, TransactionTax, rule_named, rules
from catallaxy.policies.prudential import PrudentialSettings
from tests.policies.market_views import Told, dates

BUILT_IN = ["capital_requirement", "circuit_breaker", "liquidity_requirement", "market_wide_breaker", "transaction_tax"]


def breaker(preset: str = "", ticks_per_day: int = 39, **settings: Any) -> Told:
    """Return a market under a breaker of one symbol."""
    return Told(CircuitBreaker(CircuitBreaker.settings_of(settings, preset)), ticks_per_day=ticks_per_day)


def market_wide(ticks_per_day: int = 39, **settings: Any) -> Told:
    """Return a market under the market-wide breaker."""
    rule = MarketWideBreaker(MarketWideBreaker.settings_of(settings, "nyse"))
    return Told(rule, ticks_per_day=ticks_per_day)


# Rules by name


@pytest.fixture
def registry() -> Iterator[None]:
    """Let a test add rules that are forgotten afterwards."""
    before = dict(market_rules._REGISTRY)
    yield
    market_rules._REGISTRY.clear()
    market_rules._REGISTRY.update(before)


def test_the_built_in_rules_are_found_by_name() -> None:
    assert set(BUILT_IN) <= rules().keys()


def test_a_rule_of_ones_own_is_found_by_its_name(registry: None) -> None:
    class ShortBan(Rule):
        class Settings(RuleSettings):
            covered: bool = False

        presets: ClassVar[Mapping[str, Mapping[str, Any]]] = {"2008": {"covered": True}}

    assert rule_named("short_ban") is ShortBan
    assert ShortBan.settings_of({}, "2008") == ShortBan.Settings(covered=True)


@pytest.mark.parametrize(
    ("rule", "values", "preset", "message"),
    [
        ("transaction_tax", {"rate": 0.06}, "", "r.settings.rate is 0.06; Input should be less than or equal to 0.05"),
        ("transaction_tax", {"rat": 0.01}, "", "unknown key 'r.settings.rat'; did you mean 'r.settings.rate'?"),
        ("transaction_tax", {}, "itly", "unknown key 'r.preset.itly'; did you mean 'r.preset.italy'?"),
        ("circuit_breaker", {"fall": 0.0}, "", "r.settings.fall is 0.0; Input should be greater than 0"),
        ("circuit_breaker", {"reference": "open"}, "", "reference is 'open'; Input should be 'close' or 'mean'"),
        ("market_wide_breaker", {"levels": (0.13, 0.07)}, "", "give falls between 0 and 1, each larger"),
        ("market_wide_breaker", {"levels": (0.07, 0.25)}, "", "closing_level is 0.2; give more than the last"),
        ("market_wide_breaker", {"levels": (), "closing_level": None}, "", "give one of them"),
        ("capital_requirement", {"total": -0.1}, "", "r.settings.total is -0.1; Input should be greater"),
    ],
)  # fmt: skip
def test_bad_settings_are_refused_by_name(rule: str, values: dict[str, Any], preset: str, message: str) -> None:
    with pytest.raises((OutOfBounds, UnknownKey)) as caught:
        rule_named(rule).settings_of(values, preset, at="r")
    assert message in str(caught.value)


@pytest.mark.parametrize("rule", BUILT_IN)
def test_every_preset_fits_its_settings(rule: str) -> None:
    kind = rule_named(rule)
    for preset in kind.presets:
        assert isinstance(kind.settings_of({}, preset), kind.Settings)


@pytest.mark.parametrize(("preset", "ppm"), [("italy", 1_000), ("france", 3_000), ("uk", 5_000), ("sweden", 10_000)])
def test_a_tax_is_so_many_millionths_of_a_trade(preset: str, ppm: int) -> None:
    assert TransactionTax(TransactionTax.settings_of({}, preset)).tax_ppm == ppm


@pytest.mark.parametrize("rule", ["capital_requirement", "liquidity_requirement"])
@pytest.mark.parametrize("preset", ["basel_1", "basel_3"])
def test_requirements_are_numbers_that_the_bank_supervisor_knows(rule: str, preset: str) -> None:
    kind = rule_named(rule)
    numbers = kind(kind.settings_of({}, preset if preset in kind.presets else "")).requirements()
    replaced = PrudentialSettings().replaced(numbers).model_dump()
    assert {name: replaced[name] for name in numbers} == numbers


# One symbol


def test_a_fall_from_the_close_halts_the_symbol_and_no_other() -> None:
    told = breaker(fall=0.1)
    assert told.look(91, 230) == []
    (halt,) = told.look(90, 180 + 1)
    assert dates([halt]) == [((0,), 3, 4)]
    assert halt.reason == "-10.0% from 100"


def test_a_rise_halts_only_where_the_rule_says_so() -> None:
    assert breaker(fall=0.1).look(111, 200) == []
    assert dates(breaker(fall=0.1, either_way=True).look(111, 200)) == [((0,), 2, 3)]


def test_only_the_named_symbols_are_watched() -> None:
    assert [halt.books for halt in breaker(fall=0.1, symbols=("TSLA",)).look(50, 100)] == [(1,)]


def test_halts_and_calls_last_as_many_ticks_as_their_minutes() -> None:
    told = breaker(fall=0.1, halt_minutes=30.0, auction_minutes=20.0, symbols=("AAPL",))
    assert dates(told.look(50, 200)) == [((0,), 4, 6)]


def test_a_halt_is_cut_at_the_close_and_none_begins_on_the_last_tick() -> None:
    told = breaker(fall=0.1, halt_minutes=60.0, symbols=("AAPL",))
    told.skip_to(38)
    assert dates(told.look(50, 200)) == [((0,), 39, 40)]
    told = breaker(fall=0.1, symbols=("AAPL",))
    told.skip_to(39)
    assert told.look(50, 200) == []


def test_after_a_halt_the_price_at_which_trading_resumed_is_the_reference() -> None:
    told = breaker(fall=0.1, symbols=("AAPL",))
    assert told.look(85, 200)
    assert told.look() == told.look() == []  # halted, then called
    assert told.look(84, 200) == []  # resumed, far below the close
    assert told.look(76, 200) == []
    (halt,) = told.look(75, 200)
    assert halt.reason == "-10.7% from 84"


def test_the_next_day_begins_from_its_own_close() -> None:
    told = breaker(fall=0.1)
    told.skip_to(39)
    told.look(95, 200)
    assert told.look(86, 200) == []
    assert told.look(85, 200)[0].reason == "-10.5% from 95"


def test_a_mean_of_the_last_minutes_follows_a_slow_fall_and_halts_a_fast_one() -> None:
    slow = breaker("luld_tier_1", ticks_per_day=390)
    for price in range(100, 65, -1):
        assert slow.look(price, 200) == []
    fast = breaker("luld_tier_1", ticks_per_day=390)
    for _ in range(5):
        fast.look(100, 200)
    assert fast.look(96, 200) == []
    (halt,) = fast.look(94, 200)
    assert halt.reason == "-6.0% from 100"  # the mean of the five minutes before, 99.2, has moved too little
    assert dates([halt]) == [((0,), 12, 17)]


def test_a_mean_that_moved_less_than_one_percent_leaves_the_reference_alone() -> None:
    told = breaker("luld_tier_2", ticks_per_day=39)
    rule = told.rule
    assert isinstance(rule, CircuitBreaker)
    told.look(100, 199)
    told.look(100, 201)
    assert rule.reference.tolist() == [100.0, 200.0]
    told.look(102, 201)
    assert rule.reference.tolist() == [102.0, 200.0]
    told.look(103, 201, lots=(0, 1))  # nothing traded
    assert rule.reference.tolist() == [102.0, 200.0]


def test_means_are_weighted_by_lots() -> None:
    told = breaker("luld_tier_2", ticks_per_day=156)  # two ticks of two and a half minutes
    told.look(100, 200, lots=(1, 1))
    told.look(104, 200, lots=(3, 1))
    assert isinstance(told.rule, CircuitBreaker)
    assert told.rule.reference.tolist() == [103.0, 200.0]


# The whole market


def test_the_market_halts_once_at_each_level_and_then_to_the_close() -> None:
    told = market_wide()
    assert told.look(index=93.1) == []
    (first,) = told.look(index=93.0)
    assert (dates([first]), first.reason) == ([((0, 1), 4, 5)], "index -7.0% since the close, level 7%")
    told.look(), told.look(), told.look()
    assert told.look(index=90.0) == []  # the first level is used up
    assert told.look(index=94.0) == told.look(index=92.0) == []
    assert dates(told.look(index=87.0)) == [((0, 1), 11, 12)]
    told.look(), told.look(), told.look()
    assert told.look(index=86.0) == []
    assert dates(told.look(index=80.0)) == [((0, 1), 39, 40)]


def test_levels_are_there_again_the_next_day() -> None:
    told = market_wide()
    told.look(index=92.0)
    told.skip_to(39)
    told.look()
    assert told.look(index=86.0) == []  # -6.5 % of the new close
    assert told.look(index=85.0)[0].reason == "index -7.6% since the close, level 7%"


def test_a_fall_through_two_levels_uses_both_up() -> None:
    told = market_wide()
    assert told.look(index=86.0)[0].reason.endswith("level 13%")
    for _ in range(3):
        told.look()
    assert told.look(index=92.0) == told.look(index=86.5) == []


def test_late_in_the_day_only_the_closing_level_halts() -> None:
    told = market_wide(ticks_per_day=390)
    told.skip_to(356)
    assert told.look(index=92.0) == []
    assert dates(told.look(index=79.0)) == [((0, 1), 390, 395)]
    early = market_wide(ticks_per_day=390)
    early.skip_to(355)
    assert dates(early.look(index=92.0)) == [((0, 1), 370, 375)]


def test_without_a_closing_level_no_fall_ends_the_day() -> None:
    told = market_wide(levels=(0.05,), closing_level=None)
    assert dates(told.look(index=50.0)) == [((0, 1), 3, 4)]
    for _ in range(3):
        told.look()
    assert told.look(index=10.0) == []


# Memory


@pytest.mark.parametrize(
    "rule",
    [
        CircuitBreaker(CircuitBreaker.settings_of({"symbols": ("AAPL",)}, "luld_tier_1")),
        CircuitBreaker(),
        MarketWideBreaker(),
    ],
)
def test_a_breaker_goes_on_where_it_was_stored(rule: Rule) -> None:
    whole, rng = Told(rule), np.random.default_rng(4)
    again = Told(type(rule)(rule.settings))
    for _ in range(120):
        prices, index = rng.integers(80, 120, 2).tolist(), float(rng.integers(80, 105))
        again.rule = type(rule)(rule.settings)
        again.rule.restore(*whole.rule.state())
        assert again.look(*prices, index=index) == whole.look(*prices, index=index)
