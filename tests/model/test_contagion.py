"""What the failure of each bank would do: ledgers made by hand against the measures of the papers."""

from __future__ import annotations

import numpy as np
import pytest

from catallaxy.core.errors import OutOfBounds
from catallaxy.ledger.chart import BOND, INTERBANK
from catallaxy.markets.clearing import clearing_vector
from catallaxy.markets.contagion import furfine
from catallaxy.markets.debtrank import debtrank_2012, debtrank_2015
from catallaxy.markets.deleveraging import deleveraging
from catallaxy.markets.fire_sales import greenwood_landier_thesmar
from catallaxy.model.contagion import BankSystem, Stress, contagion
from tests.markets.small_banking import BANKS, SmallBanking
from tests.model.closed_economy import behind, closed
from tests.model.small_economy import small

NAMES = ("A", "B", "C", "D")


def lend(world: SmallBanking, creditor: int, debtor: int, amount: int) -> None:
    """Lend reserves overnight from the bank of a slot to that of another."""
    pair = world.bank(creditor), world.bank(debtor)
    world.ledger.lend("interbank lending", INTERBANK, creditor=pair[0], debtor=pair[1], amount=amount)
    world.ledger.pay("interbank lending", payer=pair[0], payee=pair[1], amount=amount)


def one_owes_all() -> SmallBanking:
    """Return banks of which the first owes 1.5 million to each other one; equity is 1.4, 1.4, 0.7 and 0.7 million."""
    world = SmallBanking()
    for creditor in (1, 2, 3):
        lend(world, creditor, 0, 1_500_000)
    return world


def seen(world: SmallBanking) -> BankSystem:
    return BankSystem.of(world.ledger, world.banks, NAMES)


def test_a_bank_that_owes_everyone_takes_everyone_along() -> None:
    found = contagion(seen(one_owes_all()), Stress(loss_given_default=1.0))

    assert found.fallen(0) == ("B", "C", "D")
    assert [found.fallen(bank) for bank in (1, 2, 3)] == [(), (), ()]
    assert found.debtrank_2012.tolist() == found.debtrank_2015.tolist() == [1.0, 0.0, 0.0, 0.0]
    assert found.network.creditors.tolist() == [3, 0, 0, 0]
    assert found.network.debtors.tolist() == [0, 1, 1, 1]
    assert found.network.density == 3 / 12


def test_a_smaller_loss_given_default_spares_those_who_can_bear_it() -> None:
    """Half of 1.5 million is more than the equity of the two smaller banks, and less than that of the larger."""
    assert contagion(seen(one_owes_all()), Stress(loss_given_default=0.5)).fallen(0) == ("C", "D")
    assert contagion(seen(one_owes_all()), Stress(loss_given_default=0.4)).fallen(0) == ()


def test_the_books_read_are_those_of_the_ledger() -> None:
    world = one_owes_all()
    lend(world, 1, 0, 100_000)
    system = seen(world)

    assert system.exposures[:, 0].tolist() == [0.0, 1_600_000.0, 1_500_000.0, 1_500_000.0]
    assert system.exposures[:, 1:].sum() == 0.0
    assert system.equity.tolist() == world.equity()
    assert system.external_liabilities.tolist() == world.banks.deposits(world.ledger).tolist()
    assert system.total.tolist() == (system.external_liabilities + system.equity + [4_600_000, 0, 0, 0]).tolist()
    assert system.bonds_outstanding == world.ledger.issued[BOND]


def test_a_loan_that_is_repaid_links_nobody() -> None:
    world = one_owes_all()
    numbers = world.ledger.contracts.of(INTERBANK)
    world.ledger.repay("interbank repaid", numbers[:1], [1_500_000])
    world.ledger.pay("interbank repaid", payer=world.bank(0), payee=world.bank(1), amount=1_500_000)
    assert seen(world).exposures[:, 0].tolist() == [0.0, 0.0, 1_500_000.0, 1_500_000.0]


def test_every_measure_is_that_of_its_paper() -> None:
    world = one_owes_all()
    lend(world, 0, 2, 300_000)
    lend(world, 2, 3, 600_000)
    system, stress = seen(world), Stress(recovered=0.8, loan_loss=0.1, bond_impact=0.5, most_leverage=30.0)
    found, x, equity = contagion(system, stress), system.exposures, system.equity

    for bank, hit in enumerate(np.eye(BANKS)):
        assert found.debtrank_2012[bank] == debtrank_2012(x, equity, hit).rank
        assert found.debtrank_2015[bank] == debtrank_2015(x, equity, hit).rank
        cascade = furfine(x, equity, bank, 0.4)
        assert found.cascades[bank].failed_in.tolist() == cascade.failed_in.tolist()
        assets = system.external_assets - hit * (equity + 1)
        owed = system.external_liabilities
        cleared = clearing_vector(x.T, assets, owed, seniority="external_senior", alpha=0.8, beta=0.8)
        others = hit == 0
        left = cleared.equity[others].sum() / equity[others].sum()
        assert cleared.defaulted[bank]
        assert found.clearing_losses[bank] == pytest.approx(1.0 - left)
    assert found.clearing_losses[0] > 0.0

    per_unit, total = 0.5 / system.bonds_outstanding, system.total
    sold = greenwood_landier_thesmar(
        total, system.assets / total[:, None], (total - equity) / equity, [0, per_unit, 0, 0, 0], [0, 0, -0.1, 0, 0]
    )
    assert found.fire_sales.aggregate_vulnerability == pytest.approx(sold.aggregate_vulnerability)
    assert sold.aggregate_vulnerability > 0.0
    bonds, loans = system.assets[:, 1], system.assets[:, 2]
    forced = deleveraging(bonds[:, None], total - bonds, equity, 0.1 * loans, [1 / per_unit], most_leverage=30.0)
    assert found.forced_sales.losses.tolist() == forced.losses.tolist()
    assert found.forced_sales.rounds > 0


def test_without_costs_of_default_a_failure_takes_no_more_than_was_lost() -> None:
    """Eisenberg and Noe: what reaches the others is the one cent that the failed bank lacks."""
    found = contagion(seen(one_owes_all()), Stress(recovered=1.0))
    assert found.clearing_losses[0] * (1_400_000 + 2 * 700_000) == pytest.approx(1.0, abs=1e-3)
    assert contagion(seen(one_owes_all()), Stress(recovered=0.9)).clearing_losses[0] == pytest.approx(1.0)


def test_banks_that_lend_each_other_nothing_infect_nobody() -> None:
    found = contagion(seen(SmallBanking()))

    assert found.debtrank_2012.tolist() == found.debtrank_2015.tolist() == [0.0] * BANKS
    assert [found.fallen(bank) for bank in range(BANKS)] == [()] * BANKS
    assert found.clearing_losses.tolist() == [0.0] * BANKS
    assert (found.network.links, found.network.density, found.network.core) == (0, 0.0, ())
    assert found.fire_sales.aggregate_vulnerability > 0.0  # they hold the same bonds


def test_a_bank_that_is_closed_or_has_no_equity_is_left_out() -> None:
    world = one_owes_all()
    world.banks.open[3] = False
    world.ledger.pay("gift", payer=world.bank(2), payee=world.household(0), amount=800_000)

    system = seen(world)

    assert system.symbols == ("A", "B")
    assert system.exposures.tolist() == [[0.0, 0.0], [1_500_000.0, 0.0]]
    assert system.external_liabilities[0] == world.banks.deposits(world.ledger)[0] + 3_000_000
    world.banks.open[:] = False
    nobody = contagion(seen(world))
    assert nobody.symbols == ()
    assert nobody.fire_sales.aggregate_vulnerability == 0.0
    assert len(nobody.to_pandas()) == 0
    assert str(nobody).startswith("0 banks, 0 interbank links")


def test_a_frame_has_a_row_a_bank() -> None:
    found = contagion(seen(one_owes_all()), Stress(loss_given_default=1.0))
    frame = found.to_pandas()

    assert frame.index.tolist() == list(NAMES)
    assert frame["falls"].tolist() == ["B, C, D", "", "", ""]
    assert frame["borrowed"].tolist() == [4_500_000.0, 0.0, 0.0, 0.0]
    assert frame["in_core"].tolist() == [bank in found.network.core for bank in range(BANKS)]
    losses = frame["fire_sale_loss"] * frame["equity"]
    assert losses.sum() / frame["equity"].sum() == pytest.approx(found.fire_sales.aggregate_vulnerability)
    assert "failure of A: DebtRank 1.00 (2012), 1.00 (2015)" in str(found)
    assert "B, C, D fall with it" in str(found)


def test_an_economy_tells_of_its_banks_and_stays_as_it_was() -> None:
    economy = closed()
    c, ledger = behind(economy), economy.ledger
    first, other = c.banks.owners[:2].tolist()
    amount = int(c.banks.equity(ledger)[1])
    ledger.lend("interbank lending", INTERBANK, creditor=other, debtor=first, amount=amount)
    ledger.pay("interbank lending", payer=other, payee=first, amount=amount)
    before = economy.state_hash()

    found = economy.contagion(loss_given_default=1.0)

    assert found.symbols == ("B01", "B02", "B03")
    assert found.fallen(0) == ("B02",)
    assert found.debtrank_2012.tolist() == [1.0, 0.0, 0.0]
    assert found.system.equity.tolist() == c.banks.equity(ledger).tolist()
    assert economy.state_hash() == before


def test_what_cannot_be_measured_is_named() -> None:
    with pytest.raises(OutOfBounds, match=r"macro\.form is 'none'; only a closed economy has banks"):
        small().contagion()
    economy = closed()
    with pytest.raises(OutOfBounds, match=r"stress\.recovered is 1\.5; Input should be less than or equal to 1"):
        economy.contagion(recovered=1.5)
