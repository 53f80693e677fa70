"""The posting kernels against a slow plain twin, and the arithmetic of splits, fees and reservations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds, Overdraft
from catallaxy.core.units import SECTOR_CODE, Sector
from catallaxy.ledger.instruments import Instrument, InstrumentKind
from catallaxy.ledger.ledger import Ledger
from catallaxy.ledger.posting import (
    FREE,
    RESERVED,
    count_by_sector,
    fee_on,
    largest_remainder,
    release_rows,
    reserve_per_lot,
)
from tests.ledger.plain_ledger import PlainLedger, assert_same, plain_fee, plain_reserve

BANK, FIRM, OPERATOR = 0, 1, 2
CASH, SHARE = 0, 1
OWNERS = 7
LAYOUT = [Sector.BANKS, Sector.FIRMS, Sector.INFRASTRUCTURE, *[Sector.HOUSEHOLDS] * 3, Sector.GOVERNMENT]


def twins() -> tuple[Ledger, PlainLedger]:
    """Return a bank, a firm, an exchange, three households and a government, in a ledger and in its twin."""
    ledger = Ledger()
    for number, sector in enumerate(LAYOUT):
        assert ledger.add_owners(1, sector=sector, kind=f"kind {number}")[0] == number
    ledger.add_instrument(Instrument("deposit", InstrumentKind.DEPOSIT, "USD", BANK))
    ledger.add_instrument(Instrument("ACME", InstrumentKind.SHARE, "USD", FIRM))
    return ledger, PlainLedger([SECTOR_CODE[sector] for sector in LAYOUT], [BANK, FIRM])


ROW = st.tuples(
    st.integers(0, 1), st.integers(0, OWNERS - 1), st.integers(0, OWNERS - 1),
    st.one_of(st.integers(0, 12), st.integers(-1, 10**12)),
)  # fmt: skip
BATCHES = st.lists(st.lists(ROW, min_size=1, max_size=6), max_size=12)


@given(BATCHES)
def test_batches_happen_whole_or_not_at_all_as_in_the_plain_ledger(
    batches: list[list[tuple[int, int, int, int]]],
) -> None:
    ledger, plain = twins()
    for number, rows in enumerate(batches):
        instrument, payer, payee, amount = (np.array(column) for column in zip(*rows, strict=True))
        before = ledger.state()
        try:
            ledger.post(f"kind {number % 3}", instrument, payer=payer, payee=payee, amount=amount)
            posted = True
        except Overdraft:
            posted = False
            assert str(before) == str(ledger.state())
        assert plain.post(f"kind {number % 3}", rows) == posted
        assert_same(ledger, plain)
        assert int(ledger.holdings.min()) >= 0
        assert (ledger.held.sum(axis=1) == ledger.issued).all()


def test_issuers_create_and_destroy_and_nobody_else_does() -> None:
    ledger, _ = twins()
    ledger.post("opening", CASH, payer=BANK, payee=[3, 4], amount=[100, 50])
    assert (int(ledger.issued[CASH]), ledger.balance(BANK, CASH)) == (150, 0)
    ledger.post("gift", CASH, payer=3, payee=4, amount=30)
    assert int(ledger.issued[CASH]) == 150
    ledger.post("repayment", CASH, payer=4, payee=BANK, amount=80)
    assert (int(ledger.issued[CASH]), ledger.balance(BANK, CASH)) == (70, 0)


def test_an_overdraft_names_the_owner_what_was_due_and_what_there_was() -> None:
    ledger, _ = twins()
    ledger.post("opening", CASH, payer=BANK, payee=3, amount=100)
    with pytest.raises(Overdraft) as caught:
        ledger.post("gift", CASH, payer=[3, 3], payee=4, amount=[60, 60])
    assert str(caught.value) == "owner 3 owes 60 of deposit but has 40 free: short by 20"


@pytest.mark.parametrize("owner", [-1, OWNERS, 10**6, 2**62])
def test_an_owner_who_does_not_exist_neither_pays_nor_is_paid(owner: int) -> None:
    """An index outside an array is memory that belongs to somebody else."""
    ledger, plain = twins()
    for sides in ({"payer": owner, "payee": 3}, {"payer": BANK, "payee": owner}):
        with pytest.raises(OutOfBounds) as caught:
            ledger.post("gift", CASH, amount=5, **sides)
        assert f"is {owner}; owners are 0 to {OWNERS - 1}" in str(caught.value)
    assert_same(ledger, plain)


@pytest.mark.parametrize("instrument", [-1, 2])
def test_an_instrument_that_has_no_accounts_cannot_be_posted(instrument: int) -> None:
    ledger, plain = twins()
    with pytest.raises(OutOfBounds) as caught:
        ledger.post("gift", instrument, payer=BANK, payee=3, amount=5)
    assert str(caught.value) == f"instrument is {instrument}; dense instruments are 0 to 1"
    assert_same(ledger, plain)


@pytest.mark.parametrize("amount", [1.5, [1.0, 2.0], "5"])
def test_money_is_posted_in_whole_minor_units_only(amount: object) -> None:
    ledger, plain = twins()
    with pytest.raises(OutOfBounds) as caught:
        ledger.post("gift", CASH, payer=BANK, payee=3, amount=amount)
    assert str(caught.value).startswith("amount is ")
    assert_same(ledger, plain)


# Reserving, and delivery against payment


@st.composite
def trades(draw: st.DrawFn) -> tuple[int, int, int, int, int, list[tuple[int, int]]]:
    """Return unit value, maker and taker fee, limit, lots, and partial fills as (lots, price <= limit)."""
    limit = draw(st.integers(1, 10**6))
    fills = draw(st.lists(st.tuples(st.integers(1, 50), st.integers(1, limit)), min_size=1, max_size=8))
    lots = sum(quantity for quantity, _ in fills) + draw(st.integers(0, 40))
    fees = [draw(st.sampled_from([0, 1, 333, 100_000])) for _ in range(2)]
    return draw(st.sampled_from([1, 7, 100])), fees[0], fees[1], limit, lots, fills


@given(trades(), st.booleans())
def test_a_reservation_covers_any_partial_fills_and_is_used_up_or_released_to_the_last_unit(
    case: tuple[int, int, int, int, int, list[tuple[int, int]]], buyer_takes: bool
) -> None:
    unit_value, maker_ppm, taker_ppm, limit, lots, fills = case
    ppm = max(maker_ppm, taker_ppm)
    buyer_ppm, seller_ppm = (taker_ppm, maker_ppm) if buyer_takes else (maker_ppm, taker_ppm)
    ledger, plain = twins()
    reserve = plain_reserve(limit, unit_value, ppm, lots)
    opening = [(CASH, BANK, 3, reserve), (SHARE, FIRM, 4, lots)]
    ledger.post("opening", [CASH, SHARE], payer=[BANK, FIRM], payee=[3, 4], amount=[reserve, lots])
    assert plain.post("opening", opening)
    assert reserve == reserve_per_lot(limit, unit_value, ppm) * lots
    for owner, instrument, amount in ((3, CASH, reserve), (4, SHARE, lots)):
        wanted = np.ones(1, np.bool_)
        ledger.reserve(np.array([owner]), np.array([instrument]), np.array([amount]), wanted)
        assert wanted[0]
        assert plain.reserve(owner, instrument, amount)

    def column(value: int) -> np.ndarray:
        return np.full(len(fills), value, np.int64)

    ledger.settle_trades(
        security=column(SHARE), money=column(CASH), unit_value=column(unit_value),
        quantity=np.array([q for q, _ in fills]), price=np.array([p for _, p in fills]), limit=column(limit),
        buyer=column(3), seller=column(4), buyer_ppm=column(buyer_ppm), seller_ppm=column(seller_ppm),
        reserved_ppm=ppm, operator=OPERATOR,
    )  # fmt: skip
    spent = 0
    for quantity, price in fills:
        paid = price * unit_value * quantity
        plain.deliver(
            security=SHARE, money=CASH, lots=quantity, paid=paid, buyer=3, seller=4, operator=OPERATOR,
            set_aside=plain_reserve(limit, unit_value, ppm, quantity),
            buyer_fee=plain_fee(paid, buyer_ppm), seller_fee=plain_fee(paid, seller_ppm),
        )  # fmt: skip
        spent += paid + plain_fee(paid, buyer_ppm)
    assert_same(ledger, plain)

    rest = lots - sum(quantity for quantity, _ in fills)
    back = np.array([reserve_per_lot(limit, unit_value, ppm) * rest, rest])
    ledger.release(np.array([3, 4]), np.array([CASH, SHARE]), back)
    assert int(ledger.holdings[:, :, RESERVED].sum()) == 0
    assert ledger.balance(3, CASH) == reserve - spent
    assert int(ledger.holdings[:, CASH].sum()) == int(ledger.issued[CASH]) == reserve


def test_orders_reserve_in_order_until_the_money_is_gone() -> None:
    ledger, _ = twins()
    ledger.post("opening", CASH, payer=BANK, payee=[3, 4], amount=[100, 10])
    wanted = np.array([True, True, False, True, True])
    owner, amount = np.array([3, 3, 3, 3, 4]), np.array([60, 50, 1, 40, 11])
    ledger.reserve(owner, np.zeros(5, np.int64), amount, wanted)
    assert wanted.tolist() == [True, False, False, True, False]
    assert ledger.holdings[3, CASH].tolist() == [0, 100]
    assert ledger.holdings[4, CASH].tolist() == [10, 0]


def test_nobody_releases_what_was_not_reserved() -> None:
    ledger, _ = twins()
    ledger.post("opening", CASH, payer=BANK, payee=3, amount=100)
    with pytest.raises(Overdraft) as caught:
        ledger.release(np.array([3]), np.array([CASH]), np.array([1]))
    assert str(caught.value) == "owner 3 owes 1 of reserved deposit but has 0 free: short by 1"


def test_a_trade_that_was_not_reserved_is_refused() -> None:
    ledger, _ = twins()
    ledger.post("opening", [CASH, SHARE], payer=[BANK, FIRM], payee=[3, 4], amount=[100, 5])
    one = np.ones(1, np.int64)
    with pytest.raises(Overdraft):
        ledger.settle_trades(
            security=SHARE * one, money=CASH * one, unit_value=one, quantity=one, price=one, limit=one, buyer=3 * one,
            seller=4 * one, buyer_ppm=0 * one, seller_ppm=0 * one, reserved_ppm=0, operator=OPERATOR,
        )  # fmt: skip
    assert ledger.holdings[3, CASH].tolist() == [100, 0]


def test_a_recount_finds_what_the_accounts_hold_and_the_first_that_is_below_zero() -> None:
    holdings = np.zeros((3, 1, 2), np.int64)
    holdings[:, 0, FREE], holdings[:, 0, RESERVED] = [5, -2, 7], [1, 0, -1]
    held, owed = np.full((1, 2), 99, np.int64), np.full(3, 99, np.int64)
    first = count_by_sector(holdings, np.array([0, 1, 1]), np.full(3, -1), np.array([-1]), 3, held, owed)
    assert divmod(first, 2) == (1, FREE)
    assert held.tolist() == [[6, 4]]
    assert owed.tolist() == [0, 0, 0]
    assert release_rows(holdings, np.array([0, 0]), np.array([0, 0]), np.array([1, 1])) == 1


# Arithmetic


@given(st.integers(0, 10**18), st.lists(st.integers(0, 10**12), min_size=1, max_size=12))
def test_a_split_hands_out_everything_and_nobody_is_a_unit_away_from_its_share(total: int, weights: list[int]) -> None:
    base = sum(weights)
    if base == 0:
        with pytest.raises(ValueError) as caught:
            largest_remainder(total, weights)
        assert str(caught.value) == "weights sum to 0; nothing to split by"
        return
    shares = largest_remainder(total, weights)
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert 0 <= share * base - total * weight + base <= 2 * base
    remainders = [(-(total * weight % base), i) for i, weight in enumerate(weights)]
    rounded_up = {i for i, weight in enumerate(weights) if shares[i] > total * weight // base}
    assert rounded_up == {i for _, i in sorted(remainders)[: len(rounded_up)]}


@given(st.integers(0, 2**61), st.integers(0, 100_000))
def test_fees_round_down_without_overflow(notional: int, ppm: int) -> None:
    assert fee_on(notional, ppm) == plain_fee(notional, ppm)


def test_fees_of_known_trades() -> None:
    assert [fee_on(n, 300) for n in (0, 3_333, 3_334, 10_000, 1_000_000)] == [0, 0, 1, 3, 300]
    assert [reserve_per_lot(p, 1, 300) for p in (1, 9_999, 10_000)] == [2, 9_999 + 2 + 1, 10_000 + 3 + 1]
    assert reserve_per_lot(9_999, 3, 0) == 29_997
