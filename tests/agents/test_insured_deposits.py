"""What is insured, and what banks pay for it."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.agents.insured_deposits import collect_premiums, deposit_limit, insured_deposits, uninsured_parts
from catallaxy.core.errors import OutOfBounds
from catallaxy.ledger.chart import DEPOSIT, RESERVES
from catallaxy.policies.deposit_insurance import DepositInsuranceSettings
from tests.agents.bank_world import FUND, Books, world_of

RULES = DepositInsuranceSettings()


def test_the_limit_is_five_median_deposits_of_living_households() -> None:
    world = world_of(Books(deposits=(10, 30, 1_000)), Books(deposits=(20, 40)))
    assert deposit_limit(world.ledger, RULES) == 150
    world.ledger.owners.column("died")[world.households[0][2]] = 4
    assert deposit_limit(world.ledger, RULES) == 125
    with pytest.raises(OutOfBounds, match="the limit needs at least one household"):
        deposit_limit(world_of(Books(corporate=5), listed=False).ledger, RULES)


def test_what_is_above_the_limit_is_not_insured_reserved_or_not_household_or_firm() -> None:
    world = world_of(Books(deposits=(10, 300), corporate=500), Books(deposits=(40,)))
    rich = np.array([world.households[0][1]])
    world.ledger.reserve(rich, np.array([DEPOSIT]), np.array([290]), np.array([True]))
    assert uninsured_parts(world.ledger, np.array([*world.households[0], *world.firms]), 200).tolist() == [
        0, 100, 300, 0,
    ]  # fmt: skip
    assert insured_deposits(world.ledger, world.banks, 200).tolist() == [410, 40]
    world.banks.open[1] = False
    assert insured_deposits(world.ledger, world.banks, 200).tolist() == [410, 0]


def test_every_open_bank_pays_by_its_capital_from_its_reserves_to_the_fund() -> None:
    world = world_of(*[Books(reserves=10**7, deposits=(6_000_000, 6_000_000)) for _ in range(3)], fund=0)
    world.banks.open[2] = False
    paid = collect_premiums(world.ledger, world.banks, RULES, fund=FUND, capital_ratios=np.array([0.05, np.inf, 0.01]))
    assert paid.tolist() == [3_000, 500, 0]
    assert world.ledger.balance(FUND, RESERVES) == 3_500
    assert world.banks.reserves(world.ledger).tolist() == [10**7 - 3_000, 10**7 - 500, 10**7]


def test_a_full_fund_takes_nothing() -> None:
    world = world_of(Books(reserves=10**7, deposits=(6_000_000, 6_000_000)), fund=162_000)
    assert not collect_premiums(world.ledger, world.banks, RULES, fund=FUND, capital_ratios=np.array([0.05])).any()
    assert world.ledger.balance(FUND, RESERVES) == 162_000
