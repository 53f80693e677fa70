"""Shocks to a closed economy: what each posts or moves, that it undoes itself where it lasts, and that all adds up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catallaxy.agents.bank_lending import lending_room
from catallaxy.core.errors import OutOfBounds, ScenarioError
from catallaxy.core.units import SECTOR_CODE, Sector
from catallaxy.ledger.chart import LOAN, RESERVES
from catallaxy.model.runs import replay, resume
from catallaxy.model.shocks import SHOCK_KINDS
from tests.model.closed_economy import assert_closed, behind, closed, events, lived
from tests.model.small_economy import everything, small

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation

RATE: dict[str, Any] = {"kind": "rate_change", "at": 25, "size": 0.01}


# The policy rate


def test_a_rate_change_lifts_the_rate_in_force_and_not_the_rule() -> None:
    calm, hiked = lived(25), lived(25, RATE)
    ours, theirs = behind(hiked), behind(calm)
    assert ours.memory.rate == theirs.memory.rate
    assert ours.memory.rule == theirs.memory.rule
    assert ours.policy_rate == pytest.approx(theirs.policy_rate + 0.01)
    assert ours.banks.loan_rate == pytest.approx(theirs.banks.loan_rate + 0.01)
    assert ours.memory.long_yield > theirs.memory.long_yield + 0.003
    assert (ours.values < theirs.values).any()
    assert (ours.values <= theirs.values).all()
    assert hiked.anchor_index < calm.anchor_index


def test_a_rate_change_ends_with_its_last_tick() -> None:
    economy = closed({**RATE, "until": 26})
    seen = []
    for _ in range(28):
        economy.step()
        c = behind(economy)
        seen.append((c.policy_rate - c.memory.rate, float(c.banks.loan_rate[0]) - c.policy_rate))
    assert [round(wedge, 9) for wedge, _ in seen] == [0.0] * 24 + [0.01] * 2 + [0.0] * 2
    assert {round(spread, 9) for _, spread in seen} == {0.02}


def test_rate_changes_add_up_and_end_at_the_lower_bound() -> None:
    both = behind(lived(25, RATE, {**RATE, "at": 24, "size": 0.02}))
    assert both.policy_rate == pytest.approx(both.memory.rate + 0.03)
    cut = behind(lived(25, {**RATE, "size": -0.2}))
    assert cut.policy_rate == 0.0
    assert cut.memory.rate > 0.0


def test_the_rule_goes_on_from_its_own_rate() -> None:
    """One month with a hike of 20 points: next month's smoothed rate would carry three quarters of them."""
    calm, hiked = (behind(lived(63, *shocks)) for shocks in ((), ({**RATE, "at": 42, "until": 43, "size": 0.2},)))
    assert abs(hiked.memory.rate - calm.memory.rate) < 0.01


# Expectations, wages, demand


def test_a_scare_moves_what_is_expected_and_lowers_real_rates() -> None:
    calm, scared = lived(25), lived(25, {"kind": "inflation_scare", "at": 25, "size": 0.05})
    assert behind(scared).expectations.expected == pytest.approx(behind(calm).expectations.expected + 0.05)
    assert (behind(scared).values >= behind(calm).values).all()
    assert scared.anchor_index > calm.anchor_index


def test_a_wage_push_lifts_wages_once_and_then_costs_and_prices() -> None:
    shock = {"kind": "wage_push", "at": 25, "size": 0.05}
    calm, pushed = behind(lived(25)), behind(lived(25, shock))
    assert pushed.firms.wage == pytest.approx(1.05 * calm.firms.wage)
    later, dearer = (behind(lived(84, *shocks)) for shocks in ((), (shock,)))
    assert dearer.memory.price > 1.01 * later.memory.price


def test_a_shift_of_demand_moves_consumption_at_the_next_month_end() -> None:
    shock = {"kind": "demand_shift", "at": 25, "size": -0.2}
    calm, gloomy = (behind(lived(42, *shocks)).households.spent.sum() for shocks in ((), (shock,)))
    assert 0.8 < gloomy / calm < 0.95  # half of it at once, by habit


# Resources


def test_a_strike_destroys_reserves_and_raises_the_cost_of_extraction() -> None:
    shock = {"kind": "resource_strike", "at": 22, "resource": "oil", "share": 0.75}
    calm, struck = lived(42), lived(42, shock)
    ours, theirs = behind(struck).resources, behind(calm).resources
    assert ours.lost[0] >= 0.74 * (theirs.reserves[0] + theirs.extracted[0])
    assert ours.extraction_cost(0) > 1.9 * theirs.extraction_cost(0)
    found = [event for event in events(struck, "resource:catastrophe") if event["share"] == 0.75]
    assert [(event["tick"], event["resource"]) for event in found] == [(42, "oil")]
    assert behind(struck).firms.price[6] > 1.05 * behind(calm).firms.price[6]


def test_a_blockade_lasts_its_months() -> None:
    shock = {"kind": "resource_strike", "at": 22, "resource": "fresh_water", "share": 1.0, "months": 2}
    economy, taken = closed(shock), []
    for _ in range(5):
        economy.run(days=21)
        taken.append(int(behind(economy).firms.produced[behind(economy).firms.resource == 3].sum()))
    assert [bool(made) for made in taken] == [True, False, False, True, True]


def test_a_discovery_adds_to_reserves_and_makes_oil_cheaper() -> None:
    shock = {"kind": "resource_discovery", "at": 22, "resource": "oil", "share": 1.0}
    calm, found = behind(lived(42)), behind(lived(42, shock))
    assert found.resources.discovered[0] - calm.resources.discovered[0] == calm.resources.base[0]
    assert found.firms.price[6] < calm.firms.price[6]


# Banks


def test_a_loss_leaves_debtors_as_they_were_and_brings_the_bank_down() -> None:
    """What the bank loses the state's vehicle has; that evening the bank is resolved."""
    economy, calm = closed({"kind": "bank_loss", "at": 25, "bank": "B01", "share": 0.3}), closed()
    economy.run(days=24)
    calm.run(days=25)
    c, ledger = behind(economy), economy.ledger
    bank, equity = int(c.banks.owners[0]), int(c.banks.equity(ledger)[0])
    assets, claims = int(c.banks.books(ledger).exposure[0]), ledger.contracts.claims[LOAN, bank]
    economy.step()
    (loss,) = events(economy, "bank_loss")
    assert loss["lost"] == min(round(0.3 * assets), claims) > equity > 0
    debts = [one.ledger.contracts.debts[LOAN, behind(one).firms.owners] for one in (economy, calm)]
    assert debts[0].tolist() == debts[1].tolist()
    assert ledger.contracts.claims[LOAN, c.authorities.vehicle] >= loss["lost"]
    assert "B01" in [event["symbol"] for event in events(economy, "bank_failure")]
    assert_closed(economy)


def test_a_small_loss_is_borne_by_equity_alone() -> None:
    shock = {"kind": "bank_loss", "at": 25, "bank": "B02", "share": 0.01}
    calm, hurt = lived(25), lived(25, shock)
    (loss,) = events(hurt, "bank_loss")
    equities = [behind(one).banks.equity(one.ledger) for one in (calm, hurt)]
    assert (equities[0] - equities[1]).tolist() == [0, loss["lost"], 0]
    assert not events(hurt, "bank_failure")


def test_a_run_takes_a_part_of_the_customers_and_the_reserves_to_other_banks() -> None:
    economy = closed({"kind": "run", "at": 25, "bank": "B01", "share": 0.5}, clock__ticks_per_day=2)
    economy.run(ticks=24)
    c, ledger = behind(economy), economy.ledger
    bank, keeper = int(c.banks.owners[0]), ledger.owners.column("house_bank").copy()
    customers = int((keeper == bank).sum())
    before, reserves = ledger.owed[c.banks.owners].copy(), c.banks.reserves(ledger).copy()
    balances = ledger.holdings[: ledger.owners.size, 0].sum(axis=1)
    economy.step()
    (run,) = events(economy, "run")
    moved = np.flatnonzero(ledger.owners.column("house_bank") != keeper)
    assert run["depositors"] == moved.size
    assert 0.3 * customers < moved.size < 0.7 * customers
    assert (keeper[moved] == bank).all()
    assert ledger.owed[c.banks.owners].sum() == before.sum()
    assert run["amount"] == balances[moved].sum() > 0.2 * before[0]
    assert before[0] - ledger.owed[bank] == reserves[0] - c.banks.reserves(ledger)[0]
    assert (c.depositors.left_bank[moved] == bank).all()
    economy.run(ticks=3)
    assert_closed(economy)


def test_in_a_crunch_banks_want_more_capital_and_lend_nothing() -> None:
    shock = {"kind": "credit_crunch", "at": 30, "until": 84, "size": 0.1}
    economy, calm = closed(shock), lived(84)
    economy.run(days=29)
    ratios, granted = behind(economy).banks.capital_ratio(economy.ledger, economy.prudential), []
    assert economy.prudential == economy.settings.prudential
    economy.step()
    assert economy.prudential.buffer == pytest.approx(economy.settings.prudential.buffer + 0.1)
    assert (ratios < economy.prudential.total + economy.prudential.buffer).all()
    for _ in range(2):
        economy.run(ticks=42 - economy.tick if economy.tick < 42 else 21)
        granted.append(int(behind(economy).firms.borrowed.sum()))
    assert granted == [0, 0]
    assert not lending_room(economy.ledger, behind(economy).banks, economy.prudential, weight=1.0).any()
    assert (behind(economy).banks.loan_rate > behind(economy).policy_rate + 0.02).all()
    economy.run(days=21)
    assert economy.ledger.contracts.debts[LOAN].sum() < calm.ledger.contracts.debts[LOAN].sum()
    economy.step()
    assert economy.prudential == economy.settings.prudential


# Money


@pytest.mark.parametrize("shared", ["equally", "by_deposits"])
def test_a_helicopter_gives_new_money_that_nobody_owes_back(shared: str) -> None:
    economy = closed({"kind": "helicopter", "at": 25, "size": 0.5, "shared": shared})
    economy.run(days=24)
    c, ledger = behind(economy), economy.ledger
    due, owners, income = round(0.5 * c.annual_gdp), c.households.owners, c.households.income.copy()
    before, money = ledger.holdings[owners, 0].sum(axis=1), int(ledger.issued[0])
    bank, reserves = SECTOR_CODE[Sector.CENTRAL_BANK], int(ledger.issued[RESERVES])
    worth = int(ledger.positions()[:, bank].sum())
    economy.step()
    given = ledger.issued[0] - money
    assert due - owners.size < given <= due
    assert ledger.paid("helicopter", payer=Sector.CENTRAL_BANK, payee=Sector.HOUSEHOLDS) == given
    assert abs(ledger.issued[RESERVES] - reserves - given) < 0.001 * given  # but for a day's interest
    lost = worth - int(ledger.positions()[:, bank].sum())
    assert abs(lost - given) < 0.001 * given  # the same
    assert c.households.income.tolist() == income.tolist()
    gain = ledger.holdings[owners, 0].sum(axis=1) - before
    if shared == "equally":
        assert np.median(gain) == given // owners.size
    else:
        part = gain / np.maximum(before, 1)
        assert np.median(part) == pytest.approx(given / before.sum(), rel=0.01)
    assert_closed(economy)


def test_moods_need_psychology_and_then_frighten_everybody() -> None:
    panic = {"kind": "mood", "at": 5, "size": -0.7, "half_life_days": 5}
    with pytest.raises(OutOfBounds) as caught:
        closed(panic)
    assert str(caught.value) == "shocks[0].kind is 'mood'; it needs moods: psychology.enabled = true"
    economy = lived(5, panic, psychology__enabled=True)
    calm = lived(5, psychology__enabled=True)
    assert economy.psychology is not None
    assert calm.psychology is not None
    assert economy.psychology.sentiment == pytest.approx(calm.psychology.sentiment - 0.7 * 0.5**0.2, abs=0.02)
    one = small(shocks=({**panic, "symbols": ("TSLA",)},), psychology__enabled=True)
    one.run(ticks=5)
    assert one.psychology is not None
    assert one.psychology.index.tolist() == [0.0, -0.7]


# From outside, and together


MANY: tuple[dict[str, Any], ...] = (
    {**RATE, "until": 60},
    {"kind": "inflation_scare", "at": 22, "size": 0.03},
    {"kind": "wage_push", "at": 23, "size": 0.03},
    {"kind": "demand_shift", "at": 24, "size": -0.1},
    {"kind": "resource_strike", "at": 24, "resource": "oil", "share": 0.5, "months": 2},
    {"kind": "resource_discovery", "at": 24, "resource": "lithium", "share": 0.5},
    {"kind": "mood", "at": 26, "size": -0.8},
    {"kind": "bank_loss", "at": 27, "bank": "B03", "share": 0.4},
    {"kind": "run", "at": 28, "bank": "B01", "share": 0.3},
    {"kind": "credit_crunch", "at": 29, "until": 50, "size": 0.05},
    {"kind": "helicopter", "at": 30, "size": 0.2},
)


def test_every_kind_can_come_from_outside_and_replays(tmp_path: Path) -> None:
    """Together with those of a market they are all kinds; injected they do what a scenario's do."""
    market = {"fundamental_jump", "order_flood", "symbol_halt"}
    assert {shock["kind"] for shock in MANY} | market == set(SHOCK_KINDS)
    economy = closed(out=tmp_path / "run", psychology__enabled=True)
    economy.run(days=20)
    for shock in MANY:
        economy.inject(shock)
    economy.run(days=14)
    economy.close()
    economy = resume(tmp_path / "run")
    economy.run(days=16)
    assert_closed(economy)
    given = lived(50, *MANY, psychology__enabled=True)
    assert everything(economy)[1] == everything(given)[1]
    economy.close()
    assert replay(tmp_path / "run") is None


calendars = st.lists(
    st.tuples(st.sampled_from(MANY), st.integers(1, 40)).map(lambda pair: _moved(*pair)), min_size=1, max_size=6
)


def _moved(shock: dict[str, Any], at: int) -> dict[str, Any]:
    """Return a shock at another tick, as long as before."""
    length = {"until": at + shock["until"] - shock["at"]} if "until" in shock else {}
    return {**shock, "at": at, **length}


@given(calendar=calendars, seed=st.integers(1, 1000))
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_comes_when_everything_adds_up(calendar: list[dict[str, Any]], seed: int) -> None:
    economy = closed(*calendar, seed=seed, psychology__enabled=True)
    economy.run(days=43)
    assert_closed(economy)
    assert int(economy.ledger.holdings[behind(economy).households.owners].min()) >= 0


# Refusals


@pytest.mark.parametrize(
    ("shock", "message"),
    [
        ({"kind": "run", "at": 5, "bank": "B09", "share": 0.5}, "bank is 'B09'; banks are B01, B02, B03"),
        (
            {"kind": "bank_loss", "at": 5, "bank": "C001", "share": 0.5},
            "bank is 'C001'; banks are B01, B02, B03",
        ),
        (
            {"kind": "resource_strike", "at": 5, "resource": "oli", "share": 0.5},
            "resource is 'oli'; resources are oil, lithium, rare_earths, fresh_water, arable_land, carbon_credits, "
            "intellectual_property; did you mean 'oil'?",
        ),
        ({"kind": "resource_discovery", "at": 5, "resource": "gold", "share": 0.5}, "resource is 'gold'; resources"),
        ({**RATE, "size": 2.0}, "size is 2.0; Input should be less than or equal to 0.5"),
        ({"kind": "mood", "at": 5, "size": 0.0}, "size is 0.0; 0 is no mood; give a number from -1 to 1"),
        ({"kind": "helicopter", "at": 5, "size": 0.0}, "size is 0.0; Input should be greater than 0"),
        ({"kind": "credit_crunch", "at": 5, "size": 0.5}, "size is 0.5; Input should be less than or equal to 0.15"),
    ],
)
def test_an_unknown_target_or_size_is_refused_with_what_is_known(shock: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        closed(shock)
    assert str(caught.value).startswith(f"shocks[0].{message}")
    with pytest.raises(ScenarioError) as injected:
        closed(psychology__enabled=True).inject(shock)
    assert str(injected.value).startswith(f"shock.{message}")


@pytest.mark.parametrize("shock", [shock for shock in MANY if shock["kind"] != "mood"])
def test_a_market_alone_has_no_economy_to_shock(shock: dict[str, Any]) -> None:
    with pytest.raises(OutOfBounds, match=r"it needs an economy behind the market: macro\.form = ") as caught:
        small(shocks=(shock,))
    assert caught.value.args[0] == "shocks[0].kind"


def test_what_happens_once_has_no_end() -> None:
    with pytest.raises(ScenarioError) as caught:
        closed({"kind": "wage_push", "at": 5, "until": 9, "size": 0.1})
    assert "unknown key 'shocks[0].until'" in str(caught.value)
