"""New banks in empty slots: whose money they begin with, and who comes to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from catallaxy.agents.bank_entry import found_bank
from catallaxy.agents.share_issue import Founding, subscription
from catallaxy.core.errors import OutOfBounds
from catallaxy.core.units import Sector
from catallaxy.ledger.chart import DEPOSIT, RESERVES
from tests.agents.bank_world import TREASURY, Books, World, healthy, world_of


def after_a_failure(**terms: Any) -> tuple[World, Founding | None, np.ndarray]:
    """Return a world in which bank 0 was taken over and somebody founds a bank in its slot."""
    world = world_of(Books(loans=400, deposits=(1_000,) * 10), replace(healthy((1_000,) * 10), reserves=50_000))
    world.resolution().resolve_to_fixed_point(world.ledger, world.banks)
    subscribers = np.array([*world.households[0], *world.households[1]])
    offer = {"shares": 60, "price": 10, "per_head_cap": 0.05, "seed": 3, "tick": 9}
    founding = found_bank(
        world.ledger, world.banks, 0, share=world.shares[0], subscribers=subscribers, **{**offer, **terms}
    )
    return world, founding, subscribers


def test_founders_pay_for_shares_with_deposits_and_no_money_is_made() -> None:
    before, nothing, _ = after_a_failure(shares=0)
    world, founding, subscribers = after_a_failure()
    assert nothing is None
    assert founding == Founding(owner=world.owner(0), shares=60, raised=600)
    old, new = before.ledger, world.ledger
    assert int(new.issued[DEPOSIT]) == int(old.issued[DEPOSIT]) - 600
    assert int(new.issued[RESERVES]) == int(old.issued[RESERVES])
    assert (old.holdings[subscribers, DEPOSIT, 0] - new.holdings[subscribers, DEPOSIT, 0]).tolist() == [30] * 20
    assert new.holdings[subscribers, world.shares[0], 0].tolist() == [3] * 20
    assert world.equity()[0] == 600
    assert new.owners.sector_of(founding.owner) is Sector.BANKS
    assert world.banks.open.all()
    assert int(new.issuer[world.shares[0]]) == founding.owner


def test_one_in_n_customers_comes_with_its_deposit_and_the_reserves_for_it() -> None:
    world, founding, _ = after_a_failure()
    assert founding is not None
    keeper = world.ledger.owners.column("house_bank")
    won = np.flatnonzero(keeper == founding.owner)
    assert won.size == 22 // 2  # 20 households and 2 firms, 2 banks
    assert int(world.ledger.owed[founding.owner]) == int(world.ledger.holdings[won, DEPOSIT].sum())
    assert world.ledger.balance(founding.owner, RESERVES) == 600 + int(world.ledger.owed[founding.owner])
    other, _, _ = after_a_failure(seed=4)
    again, _, _ = after_a_failure()
    assert np.array_equal(again.ledger.owners.column("house_bank"), keeper)
    assert not np.array_equal(other.ledger.owners.column("house_bank"), keeper)


def test_nobody_puts_in_more_than_a_twentieth_of_what_is_free() -> None:
    world, founding, subscribers = after_a_failure(shares=10**6)
    assert founding is not None
    assert founding.raised < 10**7
    spent = world.ledger.holdings[subscribers, world.shares[0], 0] * 10
    assert (spent <= 50).all()
    assert founding.shares == int(spent.sum()) // 10 == 100


def test_without_enough_money_nothing_is_founded_and_nothing_changes() -> None:
    world, founding, _ = after_a_failure(shares=10**6, at_least=101)
    assert founding is None
    assert world.banks.open.tolist() == [False, True]
    assert int(world.ledger.issued[world.shares[0]]) == 0


def test_a_slot_that_is_taken_founds_nobody() -> None:
    world = world_of(healthy())
    with pytest.raises(OutOfBounds) as caught:
        found_bank(
            world.ledger, world.banks, 0, share=world.shares[0], subscribers=np.array(world.households[0]),
            shares=1, price=1, per_head_cap=0.05, seed=1, tick=0,
        )  # fmt: skip
    assert str(caught.value) == "slot is 0; bank 5 works there; found a bank in an empty slot"


def test_a_subscription_that_makes_no_sense_is_refused() -> None:
    world = world_of(healthy())
    anna = world.households[0][0]
    for who, price, message in (
        ([anna, anna], 1, "subscribers is 2; 1 of them differ; name each once"),
        ([TREASURY], 1, "subscriber is 1; it keeps no deposit at a bank to pay with"),
        ([anna], 0, "price is 0; a new share costs something"),
    ):
        with pytest.raises(OutOfBounds) as caught:
            subscription(world.ledger, np.array(who), shares=1, price=price, per_head_cap=0.05)
        assert str(caught.value) == message
