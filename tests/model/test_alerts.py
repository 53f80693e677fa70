"""Alerts fire on crossing a threshold, once; what the machine does never reaches a sealed table."""

from __future__ import annotations

import json
import logging
import math
from dataclasses import asdict, fields
from pathlib import Path

import numpy as np
import pytest

from catallaxy.core.errors import OutOfBounds
from catallaxy.core.schemas import TABLES
from catallaxy.model import machine
from catallaxy.model.alerts import Alert, AlertRule, Alerts, AlertSettings, add_squared_returns, economy_measures
from tests.model.closed_economy import behind, closed
from tests.model.small_economy import small

NEVER = {"volatility": 10.0, "price_move": 10.0, "empty_side": 1_000_000}


def watch(*rules: AlertRule, **thresholds: float) -> Alerts:
    return Alerts(AlertSettings(**{**NEVER, **thresholds}), ["AAPL", "IBM"], [100, 200], rules)


def look(
    alerts: Alerts, tick: int, *prices: float, bids: object = (1, 1), asks: object = (1, 1), end: bool = False
) -> list[Alert]:
    return alerts.look(tick, prices, bids=bids, asks=asks, is_day_end=end)


def test_an_alert_is_a_row_of_the_alerts_table() -> None:
    assert tuple(field.name for field in fields(Alert)) == TABLES["alerts"].names


def test_a_price_that_moves_beyond_the_threshold_since_the_last_close_fires_either_way() -> None:
    alerts = watch(price_move=0.1)

    fired = look(alerts, 1, 111, 170)

    assert [asdict(alert) for alert in fired] == [
        {
            "tick": 1, "rule": "price_move", "level": "WARNING", "value": pytest.approx(0.11), "threshold": 0.1,
            "symbol": "AAPL", "message": "AAPL moved 11.0% since the last close, above 10.0%",
        },
        {
            "tick": 1, "rule": "price_move", "level": "WARNING", "value": pytest.approx(0.15), "threshold": 0.1,
            "symbol": "IBM", "message": "IBM moved 15.0% since the last close, above 10.0%",
        },
    ]  # fmt: skip


def test_a_rule_fires_once_and_is_armed_again_when_the_value_is_back() -> None:
    alerts = watch(price_move=0.1)
    prices = (105, 115, 120, 109, 112, 100)
    fired = [tick for tick, price in enumerate(prices, 1) if look(alerts, tick, price, 200)]
    assert fired == [2, 5]


def test_a_value_at_the_threshold_does_not_fire() -> None:
    alerts = watch(price_move=0.25)
    assert look(alerts, 1, 125, 200) == []
    assert [alert.symbol for alert in look(alerts, 2, 126, 200)] == ["AAPL"]


def test_each_day_starts_from_the_last_close() -> None:
    alerts = watch(price_move=0.1)
    assert look(alerts, 1, 109, 200, end=True) == []
    assert look(alerts, 2, 118, 200) == []
    assert [alert.value for alert in look(alerts, 3, 121, 200)] == [pytest.approx(121 / 109 - 1)]


def test_realised_volatility_is_the_root_of_the_days_squared_log_returns() -> None:
    alerts = watch(volatility=0.09)
    assert look(alerts, 1, 107, 200) == []

    (alert,) = look(alerts, 2, 100, 200)

    expected = math.sqrt(2) * math.log(1.07)
    assert (alert.rule, alert.symbol) == ("volatility", "AAPL")
    assert alert.value == pytest.approx(expected, rel=1e-12)
    assert alert.message == "AAPL has a realised volatility of 9.6% today, above 9.0%"


def test_realised_volatility_begins_anew_each_day() -> None:
    alerts = watch(volatility=0.09)
    assert [alert.tick for alert in look(alerts, 1, 107, 200) + look(alerts, 2, 100, 200, end=True)] == [2]
    assert look(alerts, 3, 107, 200) == []
    assert [alert.tick for alert in look(alerts, 4, 100, 200)] == [4]


def test_the_squared_return_kernel_skips_prices_that_do_not_exist() -> None:
    sums = np.array([1.0, 1.0, 1.0])
    add_squared_returns(sums, np.array([100.0, 0.0, 5.0]), np.array([110.0, 7.0, 0.0]))
    assert sums.tolist() == [pytest.approx(1.0 + math.log(1.1) ** 2), 1.0, 1.0]


def test_a_side_that_stays_empty_fires_after_the_ticks_allowed() -> None:
    alerts = watch(empty_side=2)
    fired = []
    for tick, bids in enumerate(([0, 1], [0, 1], [1, 1], [0, 1], [0, 1], [0, 1], [0, 1], [1, 1]), 1):
        fired += look(alerts, tick, 100, 200, bids=bids)
    assert [(alert.tick, alert.symbol, alert.value) for alert in fired] == [(6, "AAPL", 3.0)]
    assert fired[0].message == "AAPL has had an empty side of its book for 3 ticks, above 2"


def test_an_empty_ask_side_counts_like_an_empty_bid_side() -> None:
    alerts = watch(empty_side=1)
    look(alerts, 1, 100, 200, asks=[1, 0])
    assert [alert.symbol for alert in look(alerts, 2, 100, 200, bids=[1, 0])] == ["IBM"]


def test_another_rule_is_one_line_and_waits_for_what_is_not_measured_yet() -> None:
    rule = AlertRule("poverty", "ERROR", 0.10, lambda r: r.observables.get("poverty"), "poverty is {value:.1%}")
    alerts = watch(rule)
    sides = {"bids": [1, 1], "asks": [1, 1], "is_day_end": False}

    assert alerts.look(1, [100, 200], **sides) == []
    (alert,) = alerts.look(2, [100, 200], **sides, observables={"poverty": 0.12})

    assert (alert.level, alert.symbol, alert.message) == ("ERROR", "", "poverty is 12.0%")


def test_an_alert_is_logged_at_its_level_with_its_facts(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="catallaxy"):
        look(watch(price_move=0.1), 9, 120, 200)
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (
        logging.WARNING,
        "AAPL moved 20.0% since the last close, above 10.0%",
    )
    assert (record.__dict__["tick"], record.__dict__["rule"], record.__dict__["symbol"]) == (9, "price_move", "AAPL")


def test_restored_alerts_fire_as_if_never_stopped() -> None:
    rng = np.random.default_rng(5)
    prices = 100 * np.exp(np.cumsum(rng.normal(0, 0.05, (60, 2)), axis=0))
    sides = rng.integers(0, 2, (60, 2))
    thresholds = {"volatility": 0.12, "price_move": 0.1, "empty_side": 2}

    def run(alerts: Alerts, ticks: range) -> list[Alert]:
        return [a for t in ticks for a in look(alerts, t, *prices[t], bids=sides[t], end=t % 6 == 0)]

    straight = watch(**thresholds)
    before, expected = run(straight, range(31)), run(watch(**thresholds), range(60))
    resumed = watch(**thresholds)
    resumed.restore(json.loads(json.dumps(straight.state())))

    assert before + run(resumed, range(31, 60)) == expected
    assert {alert.rule for alert in expected} == set(thresholds)


# -- the economy ------------------------------------------------------------------------------


def measured(alerts: Alerts, tick: int, **observables: float | dict[str, float]) -> list[Alert]:
    return alerts.look(tick, [100, 200], bids=[1, 1], asks=[1, 1], is_day_end=True, observables=observables)


def test_inflation_beyond_a_tenth_a_year_fires_once_and_waits_between_month_ends() -> None:
    alerts = watch()
    assert measured(alerts, 1, inflation=0.10) == []
    (alert,) = measured(alerts, 2, inflation=0.12)
    assert (alert.rule, alert.level, alert.symbol) == ("inflation", "WARNING", "")
    assert alert.message == "prices rose by 12.0% within a year, above 10.0%"
    assert measured(alerts, 3) + measured(alerts, 4, inflation=0.15) == []
    assert measured(alerts, 5, inflation=math.nan) == []
    assert [alert.tick for alert in measured(alerts, 6, inflation=0.11)] == [6]


def test_the_thresholds_of_the_economy_are_settings() -> None:
    alerts = watch(inflation=0.2, scarcity=0.5, mood=0.3)
    observables = {"inflation": 0.15, "scarcity": {"oil": 0.6}, "mood": 0.4}
    assert [alert.rule for alert in measured(alerts, 1, **observables)] == ["scarcity", "mood"]


def test_each_resource_is_scarce_by_itself() -> None:
    alerts = watch()
    (first,) = measured(alerts, 1, scarcity={"oil": 0.95, "lithium": -0.2})
    (second,) = measured(alerts, 2, scarcity={"oil": 0.96, "lithium": 0.91})
    assert (first.symbol, second.symbol) == ("oil", "lithium")
    assert first.message == "the scarcity of oil is 0.95, above 0.90"


def test_an_extreme_mood_fires() -> None:
    alerts = watch()
    assert measured(alerts, 1, mood=0.9) == []
    (alert,) = measured(alerts, 2, mood=0.97)
    assert (alert.rule, alert.message) == ("mood", "sentiment is 0.97 from neutral, above 0.90")


def test_an_economy_is_measured_when_its_days_and_months_end() -> None:
    economy = closed()
    c = behind(economy)
    economy.run(days=20)
    assert economy_measures(economy) == {}
    economy.run(days=1)
    found = economy_measures(economy)
    assert found == {"scarcity": dict(zip(c.resources.names, c.resources.scarcity().tolist(), strict=True))}
    c.indices.months = 13
    assert economy_measures(economy).keys() == {"inflation", "scarcity"}
    c.resources.reserves[0] = 0
    fired = economy.alerts.look(
        22, economy.exchange.mid, bids=1, asks=1, is_day_end=True, observables=economy_measures(economy)
    )
    assert ("scarcity", c.resources.names[0], 1.0) in [(alert.rule, alert.symbol, alert.value) for alert in fired]


def test_a_mood_is_measured_at_the_end_of_a_day() -> None:
    economy = small(psychology__enabled=True)
    economy.run(days=1)
    assert economy.psychology is not None
    economy.psychology.shock(1.0, half_life_days=5.0)
    assert economy_measures(economy) == {"mood": abs(economy.psychology.sentiment)}
    economy.run(ticks=1)
    assert economy_measures(economy) == {}


# -- the machine ------------------------------------------------------------------------------


def test_machine_alerts_stay_out_of_rows_and_state(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "memory_share", lambda: 0.95)
    monkeypatch.setattr(machine, "cpu_share", lambda: 1.5)
    alerts = watch()
    state = alerts.state()

    alerts.look_at_machine(4, tick_seconds=20.0)
    alerts.look_at_machine(5, tick_seconds=20.0)

    assert [(alert.tick, alert.rule, alert.level, alert.message) for alert in alerts.machine] == [
        (4, "memory", "ERROR", "95% of the memory is in use, above 90%"),
        (4, "cpu", "INFO", "the processors are at 150% of their capacity, above 90%"),
        (4, "tick_seconds", "INFO", "the tick took 20.00 s, above 10 s"),
    ]
    assert alerts.state() == state
    assert look(alerts, 5, 100, 200) == []


def test_what_the_system_does_not_tell_raises_no_alert(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "memory_share", lambda: None)
    monkeypatch.setattr(machine, "cpu_share", lambda: None)
    assert watch().look_at_machine(1) == []


def test_the_memory_share_is_that_of_the_machine_or_of_the_nearer_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal:       1000 kB\nMemFree: 100 kB\nMemAvailable:    400 kB\n")
    monkeypatch.setattr(machine, "MEMINFO", meminfo)
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    assert machine.memory_share() == pytest.approx(0.6)

    (tmp_path / "memory.current").write_text("80\n")
    (tmp_path / "memory.max").write_text("100\n")
    assert machine.memory_share() == pytest.approx(0.8)

    (tmp_path / "memory.max").write_text("max\n")
    assert machine.memory_share() == pytest.approx(0.6)


def test_without_the_systems_files_the_processs_own_peak_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "MEMINFO", tmp_path / "none")
    monkeypatch.setattr(machine, "CGROUP", tmp_path)
    share = machine.memory_share()
    assert share is not None
    assert 0.0 < share < 1.0


def test_the_load_is_for_each_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.os, "getloadavg", lambda: (3.0, 9.0, 9.0), raising=False)
    monkeypatch.setattr(machine, "processors", lambda: 4)
    assert machine.cpu_share() == 0.75


def test_a_system_without_a_load_average_is_told_apart_from_an_idle_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(machine.os, "getloadavg", raising=False)
    assert machine.cpu_share() is None
    assert machine.processors() >= 1


def test_a_threshold_out_of_bounds_is_named() -> None:
    with pytest.raises(OutOfBounds) as caught:
        AlertSettings.of({"memory": 1.5}, at="alerts")
    assert str(caught.value) == "alerts.memory is 1.5; Input should be less than or equal to 1"
