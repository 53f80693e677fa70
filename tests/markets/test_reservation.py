"""The arithmetic between a sheet and the ledger, kernel by kernel."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.markets.order_sheet import OrderSheet
from catallaxy.markets.orders import BOOK, MESSAGE_WIDTH, OWNER, PRICE, QUANTITY, SLOT
from catallaxy.markets.reservation import collect_withdrawals, fold_messages, moving_prices, released_amounts
from tests.ledger.plain_ledger import plain_reserve


def test_a_slot_named_twice_in_a_round_is_emptied_once() -> None:
    resting = np.zeros((3, 2, 2), np.int64)
    resting[1, 0], resting[1, 1] = (4, 77), (5, 88)
    messages = np.zeros((4, MESSAGE_WIDTH), np.int64)
    messages[:, OWNER], messages[:, SLOT] = [1, 1, 2, 1], [0, 0, 1, -1]
    books, handles = np.zeros(4, np.int64), np.zeros(4, np.int64)
    repeated = np.zeros(4, np.bool_)
    assert collect_withdrawals(messages, resting, 1, books, handles, repeated) == 1
    assert (int(books[0]), int(handles[0])) == (4, 77)
    assert resting[1, :, 1].tolist() == [0, 88]


def test_the_second_order_of_a_round_in_one_slot_is_told_apart() -> None:
    resting = np.zeros((3, 2, 2), np.int64)
    messages = np.zeros((4, MESSAGE_WIDTH), np.int64)
    messages[:, OWNER], messages[:, QUANTITY] = [1, 1, 1, 2], 5
    books, handles, repeated = np.zeros(4, np.int64), np.zeros(4, np.int64), np.zeros(4, np.bool_)

    for first_order in (1, 5):  # what one round marked does not count in the next
        assert collect_withdrawals(messages, resting, first_order, books, handles, repeated) == 0
        assert repeated.tolist() == [False, True, True, False]


@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(1, 10**6), st.integers(0, 10**6)),
        min_size=1, max_size=10,
    ),
    st.sampled_from([0, 1, 300, 100_000]),
)  # fmt: skip
def test_a_release_gives_back_to_the_last_unit_what_as_many_lots_reserved(
    rows: list[tuple[int, int, int, int]], ppm: int
) -> None:
    releases = np.array([[book, 9, side, price, lots, 1] for book, side, price, lots in rows], np.int64)
    unit_value, n = np.array([1, 250]), len(rows)
    owner, instrument, amount = (np.full(n, -1, np.int64) for _ in range(3))
    released_amounts(releases, np.array([1, 2]), np.zeros(2, np.int64), unit_value, ppm, owner, instrument, amount)
    for i, (book, side, price, lots) in enumerate(rows):
        due = lots if side else plain_reserve(price, int(unit_value[book]), ppm, lots)
        assert (owner[i], amount[i]) == ((9, due) if lots else (0, 0))
        assert instrument[i] == ((1 + book if side else 0) if lots else 0)


def test_the_mid_price_is_the_last_price_where_a_side_is_empty() -> None:
    mid = np.zeros(4)
    quotes = np.array([[99, 102, 1, 1], [99, 0, 1, 0], [0, 102, 0, 1], [0, 0, 0, 0]])
    moving_prices(quotes, np.array([1, 2, 3, 4]), mid)
    assert mid.tolist() == [100.5, 2.0, 3.0, 4.0]


def test_the_fold_of_a_sheet_in_parts_is_the_fold_of_the_whole() -> None:
    messages = np.random.default_rng(1).integers(0, 2**40, (20, MESSAGE_WIDTH))
    accepted = np.arange(20) % 3 > 0
    whole, parts = np.zeros(4, np.int64), np.zeros(4, np.int64)
    fold_messages(messages, accepted, whole)
    for part in (slice(0, 7), slice(7, 20)):
        fold_messages(messages[part], accepted[part], parts)
    assert whole.tolist() == parts.tolist()
    assert (whole != 0).all()


def test_the_fold_notices_a_change_of_any_bit_that_matters() -> None:
    base = np.random.default_rng(2).integers(0, 2**30, (5, MESSAGE_WIDTH))
    seen = set()
    for column in (None, 0, 1, 2, 3, 4, 5, 6, 8, 9):
        for bit in (1, 2):
            messages = base.copy()
            if column is not None:
                messages[3, column] ^= bit
            lanes = np.zeros(4, np.int64)
            fold_messages(messages, np.ones(5, np.bool_), lanes)
            seen.add(tuple(lanes.tolist()))
    assert len(seen) == 1 + 2 * 9


# The sheet


def test_a_sheet_grows_and_keeps_what_was_written() -> None:
    sheet = OrderSheet(capacity=2)
    for owner in range(5):
        assert sheet.write(owner=[owner, owner], book=1, side=0, price=[7, 8], quantity=3, priority=0) == 2
    assert sheet.messages[:, OWNER].tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert sheet.messages[:, PRICE].tolist() == [7, 8] * 5


def test_a_sheet_takes_another_behind_its_own_rows_and_empties_it() -> None:
    first, second = OrderSheet(1), OrderSheet(1)
    first.write(owner=1, book=0, side=0, price=1, quantity=1, priority=0)
    second.write(owner=[2, 3], book=0, side=0, price=1, quantity=[4, 5], priority=0)
    first.take(second)
    assert first.messages[:, [OWNER, QUANTITY, BOOK]].tolist() == [[1, 1, 0], [2, 4, 0], [3, 5, 0]]
    assert second.size == 0
