"""Every closed scenario that ships runs a month with each account checked; those with a shock show what they say."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from catallaxy.ledger.chart import ADVANCE
from catallaxy.model.clock import DAYS_PER_MONTH
from catallaxy.model.economy import Economy
from catallaxy.model.scenario import Scenario, load_scenario, scenario_names
from tests.model.closed_economy import assert_closed
from tests.model.small_economy import assert_lawful

SHOCKED = (
    "credit-crunch", "euphoria", "helicopter", "inflation-spiral", "lower-bound-qe", "market-crash", "oil-shock",
    "panic", "rate-hike", "resource-discovery",
)  # fmt: skip
ALL = scenario_names()


# All of them, for a month


def soon(scenario: Scenario) -> list[dict[str, Any]]:
    """Return the shocks of a scenario, all moved so that the first comes in tick 3."""
    early = min((shock["at"] for shock in scenario.shocks), default=3) - 3
    return [
        {**shock, "at": shock["at"] - early, **({"until": shock["until"] - early} if shock.get("until") else {})}
        for shock in scenario.shocks
    ]


@pytest.mark.parametrize("name", ALL)
def test_every_scenario_that_ships_keeps_every_identity(name: str) -> None:
    scenario = load_scenario(name)
    economy = Economy(
        name, rng=1, shocks=soon(scenario), identities="full", recording__ring_days=40, traders__number=150,
        clock__ticks_per_day=min(scenario.clock.ticks_per_day, 4),
    )  # fmt: skip
    economy.run(days=DAYS_PER_MONTH + 1 if scenario.macro.form == "full" else 5)
    assert_lawful(economy) if economy.closed is None else assert_closed(economy)
    assert scenario.description.endswith(".")
    struck = economy.table("events")["event"].str.startswith("shock:").sum()
    assert struck == sum(shock["at"] <= economy.tick for shock in soon(scenario))


@pytest.mark.parametrize("name", SHOCKED)
def test_scenarios_with_a_shock_say_when_it_comes_and_end_after_it(name: str) -> None:
    scenario = load_scenario(name)
    ticks = scenario.clock.days * scenario.clock.ticks_per_day
    assert scenario.shocks
    assert all(DAYS_PER_MONTH * scenario.clock.ticks_per_day < shock["at"] < ticks for shock in scenario.shocks)


# What they show, against a twin without the shock


@cache
def lived(name: str, shocked: bool) -> Economy:
    """Return a scenario at its end, or its twin: the same seed without shocks, or without purchases of bonds."""
    changes: dict[str, Any] = {"recording__ring_days": 2520}
    if not shocked and name == "lower-bound-qe":
        changes["asset_purchases__enabled"] = False
    elif not shocked:
        changes["shocks"] = ()
    economy = Economy(name, rng=1, **changes)
    economy.run(days=economy.settings.clock.days)
    return economy


def months(name: str, column: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return a column of table macro with the shock and without."""
    ours, theirs = (lived(name, shocked).table("macro")[column].to_numpy(np.float64) for shocked in (True, False))
    return ours, theirs


def index(name: str) -> tuple[pd.Series, pd.Series]:
    """Return the share index at day ends, by day, with the shock and without."""
    ours, theirs = (lived(name, shocked).table("world").groupby("day")["index"].last() for shocked in (True, False))
    return ours, theirs


def subject(name: str, what: str, column: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return a column of table indices for one subject, with the shock and without."""
    frames = (lived(name, shocked).table("indices") for shocked in (True, False))
    ours, theirs = (frame.loc[frame["subject"] == what, column].to_numpy(np.float64) for frame in frames)
    return ours, theirs


@pytest.mark.slow
@pytest.mark.compiled
def test_a_rate_hike_makes_loans_dear_and_shares_cheap_and_lowers_output() -> None:
    ours, theirs = months("rate-hike", "loan_rate")
    assert ours[:12].tolist() == theirs[:12].tolist()
    assert ours[12] == pytest.approx(theirs[12] + 0.02)
    ours, theirs = months("rate-hike", "index")
    assert ours[12:15].mean() < theirs[12:15].mean()
    ours, theirs = months("rate-hike", "output")
    assert ours[15:24].mean() < theirs[15:24].mean()


@pytest.mark.slow
@pytest.mark.compiled
def test_purchases_at_the_lower_bound_lower_the_long_yield_and_lift_shares() -> None:
    rate, shadow = (months("lower-bound-qe", column)[0] for column in ("policy_rate", "shadow_rate"))
    bound = shadow < 0.0
    assert bound.sum() >= 12
    assert not rate[bound].any()
    ours, theirs = months("lower-bound-qe", "long_yield")
    assert (ours[-12:] < theirs[-12:]).all()
    ours, theirs = months("lower-bound-qe", "index")
    assert ours[-12:].mean() > theirs[-12:].mean()


@pytest.mark.slow
@pytest.mark.compiled
def test_a_blockade_makes_oil_dear() -> None:
    ours, theirs = subject("oil-shock", "oil", "price")
    assert ours[:12].tolist() == theirs[:12].tolist()
    assert np.nanmean(ours[18:24]) > np.nanmean(theirs[18:24])


@pytest.mark.slow
@pytest.mark.compiled
def test_a_find_makes_lithium_less_scarce() -> None:
    ours, theirs = subject("resource-discovery", "lithium", "scarcity")
    assert ours[:12].tolist() == theirs[:12].tolist()
    assert (ours[12:] < theirs[12:]).all()


@pytest.mark.slow
@pytest.mark.compiled
def test_a_passive_rule_lets_wages_and_prices_chase_each_other() -> None:
    for column in ("inflation", "expected_inflation", "wage"):
        ours, theirs = months("inflation-spiral", column)
        assert (ours[18:] > theirs[18:]).all(), column
    rate, inflation = (np.subtract(*months("inflation-spiral", column)) for column in ("policy_rate", "inflation"))
    assert (rate[18:] < inflation[18:]).all()


@pytest.mark.slow
@pytest.mark.compiled
def test_a_crash_takes_a_fifth_off_shares_and_they_stay_down() -> None:
    ours, theirs = index("market-crash")
    assert ours[126] == theirs[126]
    assert ours[129] < 0.9 * theirs[129]
    assert ours[147:].mean() < 0.9 * theirs[147:].mean()
    assert "crash" in set(lived("market-crash", True).table("world").query("day > 126")["regime"])


@pytest.mark.slow
@pytest.mark.compiled
def test_a_panic_lowers_shares_while_values_stay() -> None:
    ours, theirs = index("panic")
    assert ours[126] == theirs[126]
    assert ours[127:137].mean() < 0.99 * theirs[127:137].mean()
    moods = lived("panic", True).table("sentiment").query("symbol == ''").set_index("tick")
    assert moods.loc[505 + 3, "fear"] > 0.3
    values = [lived("panic", shocked).table("world").groupby("day")["anchor"].last()[127] for shocked in (True, False)]
    assert values[0] == values[1]


@pytest.mark.slow
@pytest.mark.compiled
def test_euphoria_is_a_bubble_that_bursts() -> None:
    ours, theirs = index("euphoria")
    assert ours[126] == theirs[126]
    assert ours[127:187].max() > 1.2 * theirs[127:187].max()
    assert "bubble" in set(lived("euphoria", True).table("world").query("day > 126")["regime"])
    peak = int(ours[127:].idxmax())
    assert ours.loc[peak : peak + 120].min() < 0.8 * ours[peak]


@pytest.mark.slow
@pytest.mark.compiled
def test_a_credit_crunch_makes_loans_few_and_dear() -> None:
    ours, theirs = months("credit-crunch", "loans")
    assert (ours[15:24] < theirs[15:24]).all()
    ours, theirs = months("credit-crunch", "spread")
    assert ours[13:16].mean() > theirs[13:16].mean()


@pytest.mark.slow
@pytest.mark.compiled
def test_helicopter_money_stays_with_the_public() -> None:
    ours, theirs = months("helicopter", "deposits")
    assert ours[11] == theirs[11]
    assert (ours[12:] > 1.01 * theirs[12:]).all()
    ours, theirs = months("helicopter", "consumption")
    assert ours[12:18].sum() > theirs[12:18].sum()


@pytest.mark.slow
@pytest.mark.compiled
@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_takes_reserves_then_collateral_and_ends_in_resolution(seed: int) -> None:
    economy = Economy("bank-run", rng=seed, recording__ring_days=130)
    economy.run(days=63)
    assert economy.closed is not None
    ledger, bank = economy.ledger, int(economy.closed.banks.owners[0])
    before = int(ledger.owed[bank])
    assert ledger.contracts.debts[ADVANCE, bank] == 0

    economy.run(days=1)  # the first wave

    assert ledger.owed[bank] < 0.8 * before
    assert ledger.contracts.debts[ADVANCE, bank] > 0
    assert economy.closed.banks.owners[0] == bank
    economy.run(days=2)  # the others
    events = economy.table("events")
    failures = events[events["event"] == "bank_failure"]
    assert failures["symbol"].tolist() == ["B01"]
    assert "illiquid" in failures["payload"].iloc[0]
    assert economy.closed.banks.owners[0] != bank
    economy.run(days=60)
    assert_closed(economy)
