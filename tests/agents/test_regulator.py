"""The regulator told arrays: what it switches and when, which books it halts and calls, and what it remembers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from catallaxy.agents.regulator import Regulator
from catallaxy.agents.regulator_settings import RegulatorSettings, check_regulator
from catallaxy.core.errors import OutOfBounds, UnknownKey
from catallaxy.core.mesa_adaptor import ModelBase
from catallaxy.policies.market_rules import Halt
from tests.policies.market_views import Calendar

SYMBOLS = ("AAPL", "TSLA")
BREAKER = {"rule": "circuit_breaker", "settings": {"fall": 0.1, "halt_minutes": 20.0, "auction_minutes": 10.0}}


def regulator(*schedule: dict[str, Any], ticks_per_day: int = 39, **more: Any) -> Regulator:
    """Return a regulator of two books at 100 and 200, whose ticks last ten minutes."""
    one = Regulator(ModelBase(rng=1), RegulatorSettings.of({"schedule": schedule, **more}))
    one.open(Calendar(ticks_per_day), SYMBOLS, np.array([100, 200]), 100.0)
    return one


def watch(one: Regulator, tick: int, *last: int, index: float = 100.0) -> list[Halt]:
    """Let a tick end in which a lot of each book traded at these prices."""
    prices = np.array(last or one.last, np.int64)
    return one.watch(tick, last=prices, lots=np.ones(2, np.int64), turnover=prices, index=index)


def phases(one: Regulator, tick: int) -> str:
    """Return a letter a book: t trades, h halted, c called."""
    found = one.phases(tick)
    return "".join("h" if h else "c" if c else "t" for h, c in zip(found.halted, found.called, strict=True))


# The schedule


def test_rules_are_in_force_in_their_dates_and_every_switch_is_told() -> None:
    one = regulator({"rule": "transaction_tax", "at": 3, "until": 5, "preset": "italy"})
    taxes, told = [], []
    for tick in range(1, 8):
        told += one.begin(tick)
        taxes.append(one.tax_ppm)
    assert taxes == [0, 0, 1_000, 1_000, 1_000, 0, 0]
    assert [(s.tick, s.rule, s.old, s.new) for s in told] == [
        (3, "transaction_tax", None, {"rate": 0.001}),
        (6, "transaction_tax", {"rate": 0.001}, None),
    ]
    assert [s.reason for s in told] == ["scheduled from tick 3", "its dates are over"]
    assert one.switches == told


def test_of_two_entries_the_later_is_in_force_and_gives_way_again() -> None:
    one = regulator(
        {"rule": "transaction_tax", "at": 4, "until": 5, "settings": {"rate": 0.01}},
        {"rule": "transaction_tax", "at": 2, "settings": {"rate": 0.002}},
    )
    taxes = [(one.begin(tick), one.tax_ppm)[1] for tick in range(1, 8)]
    assert taxes == [0, 2_000, 2_000, 10_000, 10_000, 2_000, 2_000]


def test_requirements_of_all_rules_are_told_together() -> None:
    one = regulator(
        {"rule": "capital_requirement", "settings": {"total": 0.12}},
        {"rule": "liquidity_requirement", "at": 2, "settings": {"liquidity_coverage": 0.6}},
    )
    one.begin(1)
    assert one.requirements()["total"] == 0.12
    assert "liquidity_coverage" not in one.requirements()
    one.begin(2)
    assert one.requirements()["liquidity_coverage"] == 0.6


# Halts


def test_a_fall_halts_then_calls_and_then_lets_trade() -> None:
    one = regulator(BREAKER)
    one.begin(1)
    assert watch(one, 1, 100, 200) == []
    (halt,) = watch(one, 2, 89, 200)
    assert halt.books == (0,)
    assert [phases(one, tick) for tick in range(3, 7)] == ["ht", "ht", "ct", "tt"]
    assert one.phases(3).reasons[0] == "circuit_breaker: -11.0% from 100"
    assert [watch(one, tick) for tick in (3, 4, 5)] == [[], [], []]


def test_a_halt_of_the_market_outlasts_one_of_a_symbol() -> None:
    one = regulator({**BREAKER, "settings": {"fall": 0.1, "halt_minutes": 10.0}}, {"rule": "market_wide_breaker"})
    one.begin(1)
    watch(one, 1, 89, 200, index=92.0)
    assert [phases(one, tick) for tick in range(2, 6)] == ["hh", "hh", "cc", "tt"]
    assert one.phases(2).reasons == ("market_wide_breaker: index -8.0% since the close, level 7%",) * 2


def test_a_rule_that_goes_leaves_its_halts_standing() -> None:
    one = regulator({**BREAKER, "until": 1})
    one.begin(1)
    watch(one, 1, 50, 200)
    one.begin(2)
    assert one.rules == {}
    assert [phases(one, tick) for tick in range(2, 6)] == ["ht", "ht", "ct", "tt"]


def test_a_breaker_measures_each_day_from_the_close_before() -> None:
    one = regulator(BREAKER, ticks_per_day=3)
    one.begin(1)
    for tick, price in enumerate((98, 96, 95, 88), 1):
        assert watch(one, tick, price, 200) == []
    assert one.close.tolist() == [95, 200]
    assert watch(one, 5, 85, 200)[0].reason == "-10.5% from 95"


def test_books_may_be_called_without_a_halt() -> None:
    one = regulator()
    one.call_all(4, "orders were cancelled")
    assert [phases(one, tick) for tick in (3, 4, 5)] == ["cc", "cc", "tt"]


# Rules of its own


def test_a_breaker_comes_with_volatility_and_goes_when_the_market_is_calm() -> None:
    own = {"rule": "circuit_breaker", "settings": {"fall": 0.2}, "on_above": 0.4, "off_below": 0.2, "window_days": 5}
    one = regulator(ticks_per_day=1, volatility=own)
    in_force, index = [], 100.0
    for day in range(1, 31):
        one.begin(day)
        in_force.append("circuit_breaker" in one.rules)
        index *= (1.04, 0.97)[day % 2] if 6 <= day < 14 else 1.0
        watch(one, day, index=index)
        one.day(day)
    assert in_force == [False] * 8 + [True] * (in_force.count(True)) + [False] * (22 - in_force.count(True))
    assert 8 <= in_force.count(True) <= 14
    first, last = one.switches
    assert (first.new or {})["fall"] == 0.2
    assert (first.reason, last.reason) == ("volatility was 40% or more", "volatility fell to 20% or less")


def test_what_the_schedule_has_in_force_the_volatility_switch_leaves_alone() -> None:
    one = regulator(BREAKER, volatility={"settings": {"fall": 0.5}, "window_days": 2})
    one.is_volatile = True
    one.begin(1)
    assert one.rules["circuit_breaker"].settings.fall == 0.1


def test_the_buffer_follows_credit_and_only_while_capital_is_required() -> None:
    guide = {"review_days": 1, "least_readings": 10}
    one = regulator({"rule": "capital_requirement", "until": 40}, ticks_per_day=1, buffer=guide)
    buffers = []
    for day in range(1, 45):
        one.begin(day)
        buffers.append(one.requirements().get("countercyclical_buffer"))
        watch(one, day)
        one.day(day, credit_to_gdp=1.0 + 0.04 * max(0, day - 20))
    assert buffers[:21] == [0.0] * 21
    assert buffers[21:40] == sorted(buffers[21:40])
    assert buffers[39] == 0.025
    assert buffers[40:] == [None] * 4
    raised = one.switches[1]
    assert raised.reason.startswith("credit gap of ")
    assert (raised.old or {})["countercyclical_buffer"] == 0.0


def test_without_a_reading_of_credit_nothing_is_reviewed() -> None:
    one = regulator({"rule": "capital_requirement"}, ticks_per_day=1, buffer={"review_days": 1, "least_readings": 3})
    for day in range(1, 10):
        one.begin(day)
        assert one.day(day) == []
    assert one.credit == []


# Memory


def test_a_regulator_goes_on_where_it_was_stored() -> None:
    rules = (
        {**BREAKER, "settings": {**BREAKER["settings"], "reference": "mean"}},  # type: ignore[dict-item]
        {"rule": "market_wide_breaker", "at": 5},
        {"rule": "transaction_tax", "at": 12, "until": 50},
        {"rule": "capital_requirement"},
    )
    more = {"volatility": {"window_days": 3, "on_above": 0.3}, "buffer": {"review_days": 1, "least_readings": 3}}
    whole, again = (regulator(*rules, ticks_per_day=5, **more) for _ in range(2))
    rng, halts = np.random.default_rng(2), 0
    for tick in range(1, 80):
        prices, index = rng.integers(80, 120, 2), float(rng.integers(85, 105))
        again.restore(*whole.state())
        assert whole.begin(tick) == again.begin(tick)
        told = [watch(one, tick, *prices.tolist(), index=index) for one in (whole, again)]
        assert told[0] == told[1]
        assert phases(whole, tick + 1) == phases(again, tick + 1)
        if tick % 5 == 0:
            credit = 1.0 + tick / 100
            assert whole.day(tick, credit_to_gdp=credit) == again.day(tick, credit_to_gdp=credit)
        halts += len(told[0])
    assert halts > 3
    assert len(whole.switches) > 4


# What cannot be used


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"schedule": [{"at": 3}]}, "regulator.schedule[0].rule is missing; it is required"),
        ({"schedule": ["tax"]}, "regulator.schedule[0] is 'tax'; give a table with rule, at, until"),
        ({"schedule": [{"rule": "tax"}]}, "unknown key 'regulator.schedule[0].rule.tax'; did you mean "),
        (
            {"schedule": [{"rule": "transaction_tax", "at": 9, "until": 3}]},
            "regulator.schedule[0]: until is 3, before at = 9; give a later tick",
        ),
        (
            {"schedule": [BREAKER, {"rule": "transaction_tax", "settings": {"rate": -0.1}}]},
            "regulator.schedule[1].settings.rate is -0.1; Input should be greater than or equal to 0",
        ),
        (
            {"schedule": [{"rule": "transaction_tax", "preset": "swden"}]},
            "unknown key 'regulator.schedule[0].preset.swden'; did you mean 'regulator.schedule[0].preset.sweden'?",
        ),
        ({"schedule": [{"rule": "transaction_tax", "from": 3}]}, "unknown key 'regulator.schedule[0].from'"),
        ({"buffer": {}}, "the buffer is part of capital_requirement; put that rule on the schedule as well"),
        ({"volatility": {"settings": {"fal": 0.1}}}, "unknown key 'regulator.volatility.settings.fal'; did you mean"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_by_name(values: dict[str, Any], message: str) -> None:
    with pytest.raises((OutOfBounds, UnknownKey)) as caught:
        RegulatorSettings.of(values, at="regulator")
    assert message in str(caught.value)


def test_a_rule_for_a_symbol_that_is_not_listed_is_refused() -> None:
    settings = RegulatorSettings.of({"schedule": [{**BREAKER, "settings": {"symbols": ("APPL",)}}]})
    with pytest.raises(OutOfBounds) as caught:
        check_regulator(settings, SYMBOLS)
    assert str(caught.value) == "regulator.schedule[0].settings.symbols is 'APPL'; listed are AAPL, TSLA"


def test_what_was_written_out_whole_is_read_again_as_the_same() -> None:
    settings = RegulatorSettings.of({"schedule": [{"rule": "market_wide_breaker", "preset": "nyse"}, BREAKER]})
    assert RegulatorSettings.model_validate_json(settings.model_dump_json()) == settings
