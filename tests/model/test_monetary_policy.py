"""The central bank in the economy: what its rule asks of measured months, and the bonds that it buys and sells."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.core.units import Sector
from catallaxy.ledger.chart import BOND
from tests.model.closed_economy import assert_closed, behind, closed, events, lived

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation

MONTH = 21
# A real rate of -3 % at potential: the rule asks for less than nothing, and expectations start low.
SLUMP = {
    "central_bank__neutral_rate": -0.03, "central_bank__target": 0.0, "macro__policy_rate": 0.0,
    "asset_purchases__enabled": True, "identities": "fast",
}  # fmt: skip


def test_the_policy_rate_is_taylors_of_the_inflation_and_slack_measured_a_month_before() -> None:
    """i = ρ i₋₁ + (1 - ρ) (r* + π + (φ - 1) (π - π*) + φ_y y), never below the bound."""
    economy = lived(10 * MONTH, identities="fast")
    macro, rule = economy.table("macro"), economy.settings.central_bank
    assert rule.rule == "taylor"
    for month in range(2, 10):
        inflation, gap, before = (macro[name][month - 1] for name in ("inflation", "output_gap", "policy_rate"))
        asked = rule.neutral_rate + inflation + (rule.phi_pi - 1.0) * (inflation - rule.target) + 0.5 * gap
        shadow = rule.smoothing * before + (1.0 - rule.smoothing) * asked
        assert macro["shadow_rate"][month] == pytest.approx(shadow)
        assert macro["policy_rate"][month] == pytest.approx(max(shadow, rule.lower_bound))


def test_each_decision_that_moves_the_rate_is_an_event_with_what_the_central_bank_read() -> None:
    economy = lived(6 * MONTH, identities="fast")
    macro, told = economy.table("macro"), events(economy, "policy_rate")
    rates = [economy.settings.macro.policy_rate, *macro["policy_rate"]]
    moves = [(t, a, b) for t, a, b in zip(macro["tick"], rates, rates[1:], strict=False) if abs(b - a) >= 1e-6]
    assert [row["tick"] for row in told] == [tick for tick, _, _ in moves]
    assert [(row["before"], row["after"]) for row in told] == [(round(a, 6), round(b, 6)) for _, a, b in moves]
    read = {row["tick"]: row["inflation"] for row in told}
    for month in range(2, 6):  # the inflation known at a decision is that of the month before
        tick = int(macro["tick"][month])
        assert tick not in read or read[tick] == pytest.approx(macro["inflation"][month - 1], abs=1e-6)


def test_a_tighter_rate_reaches_loans_and_deposits_within_the_month() -> None:
    economy = lived(6 * MONTH, identities="fast")
    macro, banks = economy.table("macro"), economy.table("banks")
    last = banks[banks["tick"] == economy.tick]
    assert (last["loan_rate"] >= macro["policy_rate"].iloc[-1]).all()
    moved = macro["policy_rate"].diff()[1:] != 0
    assert moved.any()
    assert ((macro["loan_rate"].diff()[1:] != 0) == moved).all()


def test_the_target_is_what_the_public_expects_at_the_opening_and_no_floor_under_inflation() -> None:
    for target in (0.01, 0.04):
        economy = closed(central_bank__target=target)
        assert behind(economy).expectations.expected == target
    slump = {"kind": "demand_shift", "at": MONTH + 1, "size": -0.3}
    economy = lived(10 * MONTH, slump, identities="fast")
    assert economy.table("macro")["inflation"].iloc[-1] < 0.0 < economy.settings.central_bank.target


def test_at_the_bound_the_central_bank_buys_bonds_with_new_reserves() -> None:
    economy = closed(**SLUMP)
    before = int(economy.ledger.holdings[behind(economy).central_bank, BOND].sum())
    due = round(economy.settings.asset_purchases.pace * behind(economy).annual_gdp)
    economy.run(days=MONTH)
    c, ledger = behind(economy), economy.ledger
    month = economy.table("macro").iloc[-1]
    assert month["policy_rate"] == 0.0
    assert month["shadow_rate"] < 0.0
    flows = economy.table("flows")
    bought = flows[(flows["kind"] == "asset purchase") & (flows["payer"] == "CB")]["amount"].sum()
    assert bought == int(ledger.holdings[c.central_bank, BOND].sum()) - before == c.memory.bought == due
    assert ledger.held[BOND].sum() == ledger.issued[BOND]
    assert_closed(economy)


def test_purchases_create_money_and_lower_the_long_yield() -> None:
    """Against a twin that buys nothing: sellers have deposits instead of bonds, and long bonds yield less."""
    buys, waits = closed(**SLUMP), closed(**{**SLUMP, "asset_purchases__enabled": False})
    for economy in (buys, waits):
        economy.run(days=MONTH)
    one, other = (economy.table("macro").iloc[-1] for economy in (buys, waits))
    assert one["long_yield"] < other["long_yield"]
    assert behind(waits).memory.bought == 0
    sold = buys.table("flows")
    from_households = sold[(sold["kind"] == "asset purchase") & (sold["payee"] == Sector.HOUSEHOLDS)]["amount"].sum()
    assert from_households > 0
    assert one["deposits"] - other["deposits"] == pytest.approx(from_households, rel=0.2)


def test_what_was_bought_runs_off_once_the_rate_has_left_its_bound() -> None:
    economy = closed(identities="fast", asset_purchases__enabled=True)
    c = behind(economy)
    c.memory.bought, c.memory.phase = 8_000_000, "holding"
    held = [c.memory.bought]
    for _ in range(3):
        economy.run(days=MONTH)
        held.append(c.memory.bought)
    flows = economy.table("flows")
    sales = flows[(flows["kind"] == "asset sale") & (flows["payee"] == "CB")]["amount"].sum()
    assert (np.diff(held) <= 0).all()
    assert held[0] - held[-1] == sales > 0
