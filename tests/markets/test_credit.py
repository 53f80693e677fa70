"""Bank credit: loans create deposits, interest is paid as far as it can be, and what is missed is never lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds, Overdraft
from catallaxy.ledger.chart import LOAN, MARGIN_LOAN
from catallaxy.ledger.contracts import AMOUNT, DUE
from catallaxy.ledger.posting import FREE
from catallaxy.markets.credit import (
    affordable,
    amortise,
    grant,
    interest_on,
    pay_interest,
    repay,
)
from tests.markets.small_banking import (
    DEPOSIT_EACH,
    FIRMS,
    FIRST_FIRM,
    HOUSEHOLDS,
    LOAN_EACH,
    TREASURY,
    SmallBanking,
)


def spend(world: SmallBanking, owner: int, left: int) -> None:
    """Let an owner pay the treasury all but ``left``."""
    world.ledger.pay("tax", payer=owner, payee=TREASURY, amount=world.money(owner) - left)


def owed(world: SmallBanking, owner: int) -> int:
    return int(world.ledger.contracts.debts[:, owner].sum())


def test_a_loan_to_a_customer_creates_its_deposit_and_moves_no_reserves() -> None:
    world = SmallBanking()
    reserves, equity = world.reserves(), world.equity()

    grant(world.ledger, world.bank(0), world.firm(0), 700, LOAN)

    assert world.money(world.firm(0)) == DEPOSIT_EACH + 700
    assert (world.reserves(), world.equity()) == (reserves, equity)
    assert int(world.ledger.issued[world.ledger.money]) == (HOUSEHOLDS + FIRMS) * DEPOSIT_EACH + 700
    world.check()


def test_a_borrower_with_another_bank_takes_reserves_along() -> None:
    world = SmallBanking()
    reserves = world.reserves()

    grant(world.ledger, world.bank(3), world.firm(0), 700, LOAN)

    assert [after - before for after, before in zip(world.reserves(), reserves, strict=True)] == [700, 0, 0, -700]
    world.check()


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"instrument": 9}, OutOfBounds), ({"amounts": -1}, Overdraft), ({"debtors": 999}, OutOfBounds)],
)
def test_a_loan_that_cannot_be_made_changes_nothing(changes: dict[str, int], error: type[Exception]) -> None:
    world = SmallBanking()
    before = world.bytes()

    with pytest.raises(error):
        grant(world.ledger, **{"creditors": world.bank(0), "debtors": world.firm(0), "amounts": 5, "instrument": LOAN}
              | changes)  # fmt: skip

    assert world.bytes() == before


def test_repayment_destroys_claim_and_deposit() -> None:
    world = SmallBanking()
    number = grant(world.ledger, world.bank(0), world.firm(0), 700, MARGIN_LOAN)

    repay(world.ledger, number, 300)

    assert world.money(world.firm(0)) == DEPOSIT_EACH + 400
    assert int(world.ledger.contracts.debts[MARGIN_LOAN, world.firm(0)]) == 400
    world.check()


def test_nobody_repays_more_than_it_owes_or_has() -> None:
    world = SmallBanking()
    first = world.ledger.contracts.of(LOAN)[0]
    margin = grant(world.ledger, world.bank(0), world.firm(0), 5, MARGIN_LOAN)[0]
    spend(world, world.firm(0), left=100)
    before = world.bytes()

    with pytest.raises(OutOfBounds, match=f"amount is 6000000; contract {first} owes 5000000"):
        repay(world.ledger, [first, first], [3_000_000, 3_000_000])
    with pytest.raises(Overdraft):
        repay(world.ledger, first, 101)
    with pytest.raises(OutOfBounds, match="repay one kind at a time"):
        repay(world.ledger, [first, margin], 5)

    assert world.bytes() == before


def test_interest_is_income_of_the_bank_that_lent() -> None:
    world = SmallBanking()
    equity = world.equity()
    rates = world.banks.by_owner(world.ledger, np.array([0.06, 0.12, 0.06, 0.06]))

    service = pay_interest(world.ledger, LOAN, rates, months=1)

    assert service.paid.tolist() == [25_000, 50_000, 25_000, 25_000, 25_000, 50_000]
    assert not service.missed.any()
    assert [after - before for after, before in zip(world.equity(), equity, strict=True)] == [
        50_000, 100_000, 25_000, 25_000,
    ]  # fmt: skip
    assert owed(world, world.firm(0)) == LOAN_EACH
    world.check()


def test_interest_that_is_missed_is_reported_and_added_to_the_loan() -> None:
    world = SmallBanking()
    spend(world, world.firm(2), left=10_000)
    equity = world.equity()

    service = pay_interest(world.ledger, LOAN, 0.06, months=1)

    row = int(np.flatnonzero(service.missed)[0])
    assert (int(service.paid[row]), int(service.missed[row])) == (10_000, 15_000)
    assert (service.missed > 0).sum() == 1
    assert (world.money(world.firm(2)), owed(world, world.firm(2))) == (0, LOAN_EACH + 15_000)
    assert world.equity()[2] - equity[2] == 25_000
    world.check()


def test_the_date_a_loan_is_due_stays_when_interest_is_added() -> None:
    world = SmallBanking()
    number = grant(world.ledger, world.bank(1), world.household(0), 1_200_000, MARGIN_LOAN, due=77)
    spend(world, world.household(0), left=0)

    service = pay_interest(world.ledger, MARGIN_LOAN, 0.12, months=1)

    assert service.missed.tolist() == [12_000]
    assert world.ledger.contracts.rows[number[0], [AMOUNT, DUE]].tolist() == [1_212_000, 77]


def test_who_cannot_pay_all_pays_its_creditors_in_proportion() -> None:
    world = SmallBanking()
    grant(world.ledger, [world.bank(1), world.bank(2)], world.firm(0), [LOAN_EACH, 2 * LOAN_EACH], LOAN)
    spend(world, world.firm(0), left=101)

    service = pay_interest(world.ledger, LOAN, 0.12, months=1)

    mine = service.missed > 0
    assert sorted(service.paid[mine].tolist()) == [25, 25, 51]
    assert world.money(world.firm(0)) == 0
    world.check()


def test_a_rate_that_is_none_is_refused_by_the_name_of_its_creditor() -> None:
    world = SmallBanking()
    rates = world.banks.by_owner(world.ledger, np.array([0.06, -0.01, 0.06, 0.06]))

    with pytest.raises(OutOfBounds, match=r"the rate of owner 3 is -0\.01; give a finite annual rate of 0 or more"):
        pay_interest(world.ledger, LOAN, rates, months=1)
    with pytest.raises(OutOfBounds, match="give a time above 0"):
        pay_interest(world.ledger, LOAN, 0.06)
    with pytest.raises(OutOfBounds, match=r"share is 1\.5; give a number between 0 and 1"):
        amortise(world.ledger, LOAN, 1.5)


def test_amortisation_repays_a_share_and_ends_small_loans() -> None:
    world = SmallBanking()
    grant(world.ledger, world.bank(0), world.household(0), 7, MARGIN_LOAN)

    for _ in range(7):
        amortise(world.ledger, MARGIN_LOAN, 0.02)
    service = amortise(world.ledger, LOAN, 0.02)

    assert owed(world, world.household(0)) == 0
    assert service.paid.tolist() == [100_000] * FIRMS
    world.check()


def test_a_repayment_that_is_missed_stays_owed() -> None:
    world = SmallBanking()
    spend(world, world.firm(5), left=30_000)

    service = amortise(world.ledger, LOAN, 0.02)

    assert (service.paid.tolist()[-1], service.missed.tolist()[-1]) == (30_000, 70_000)
    assert owed(world, world.firm(5)) == LOAN_EACH - 30_000
    world.check()


def test_interest_is_rounded_once_and_may_be_negative() -> None:
    assert interest_on(np.array([1, 126_000]), 0.01, days=1).tolist() == [0, 5]
    assert interest_on(np.array([2_520_000]), -0.0075, days=1).tolist() == [-75]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 900)), max_size=12), st.lists(st.integers(0, 900), min_size=4)
)
def test_what_is_affordable_is_exact_whatever_is_due(dues: list[tuple[int, int]], money: list[int]) -> None:
    world = SmallBanking()
    for firm in range(4):
        spend(world, world.firm(firm), left=money[firm])
    debtors = np.array([FIRST_FIRM + firm for firm, _ in dues], np.int64)
    due = np.array([amount for _, amount in dues], np.int64)

    paid = affordable(world.ledger, debtors, due)

    assert ((paid >= 0) & (paid <= due)).all()
    for firm in range(4):
        mine = debtors == FIRST_FIRM + firm
        total, have = int(due[mine].sum()), int(world.ledger.holdings[FIRST_FIRM + firm, 0, FREE])
        assert int(paid[mine].sum()) == min(total, have)
        if total > have:
            assert (np.abs(paid[mine] - due[mine] * have / total) < 1.0).all()
