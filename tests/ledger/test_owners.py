"""The registry of owners: ids are never reused, and everything is there again after a restore."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.core.units import Sector
from catallaxy.ledger.owners import NOBODY, Owners


def small() -> Owners:
    owners = Owners()
    owners.add(1, sector=Sector.BANKS, kind="bank")
    owners.add(3, sector=Sector.HOUSEHOLDS, kind="noise", house_bank=0, born=7)
    return owners


def test_ids_follow_one_another_and_kinds_are_contiguous() -> None:
    owners = small()
    assert owners.add(2, sector=Sector.FIRMS, kind="firm") == range(4, 6)
    assert [owners.kind_of(owner) for owner in range(6)] == ["bank", "noise", "noise", "noise", "firm", "firm"]
    assert [str(owners.sector_of(owner)) for owner in range(6)] == ["B", "H", "H", "H", "F", "F"]


def test_an_owner_is_its_own_beneficial_owner_and_knows_its_bank_and_birthday() -> None:
    owners = small()
    assert owners.column("beneficial").tolist() == [0, 1, 2, 3]
    assert owners.column("house_bank").tolist() == [NOBODY, 0, 0, 0]
    assert owners.column("born").tolist() == [0, 7, 7, 7]


def test_who_died_is_inactive_and_its_id_is_not_given_again() -> None:
    owners = small()
    owners.column("died")[2] = 9
    assert [owners.is_active(owner) for owner in (-1, 0, 1, 2, 3, 4)] == [False, True, True, False, True, False]
    assert owners.add(1, sector=Sector.HOUSEHOLDS, kind="noise") == range(4, 5)


def test_growing_past_the_capacity_keeps_every_row() -> None:
    owners = small()
    before = {name: owners.column(name).copy() for name in ("sector", "kind", "house_bank", "born", "died")}
    owners.add(1000, sector=Sector.HOUSEHOLDS, kind="herder")
    assert owners.size == 1004
    for name, column in before.items():
        assert owners.column(name)[:4].tolist() == column.tolist()


@pytest.mark.parametrize("more", [0, 1, 40])
def test_a_restored_registry_goes_on_as_the_one_it_was(more: int) -> None:
    first, second = small(), Owners()
    second.restore(*first.state())
    for owners in (first, second):
        owners.add(more, sector=Sector.GOVERNMENT, kind="treasury")
    assert first.size == second.size
    assert (first.kinds, first.countries) == (second.kinds, second.countries)
    assert np.array_equal(first.state()[0]["owners"], second.state()[0]["owners"])
