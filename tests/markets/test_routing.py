"""Routing: who comes first in which book, whatever the keys look like."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.units import IntArray
from catallaxy.markets.orders import ARRIVAL, BOOK, MESSAGE_WIDTH, OWNER, PRIORITY, QUANTITY
from catallaxy.markets.routing import Router, route
from tests.markets.plain_book import plain_route


def batch(n: int, **columns: Any) -> IntArray:
    """Return n messages of one lot for book 0, with the columns given."""
    rows = np.zeros((n, MESSAGE_WIDTH), np.int64)
    rows[:, QUANTITY] = 1
    names = {"owner": OWNER, "book": BOOK, "quantity": QUANTITY, "priority": PRIORITY, "arrival": ARRIVAL}
    for name, values in columns.items():
        rows[:, names[name]] = values
    return rows


def routed(rows: IntArray, books: int, accepted: object = None) -> tuple[list[int], list[int]]:
    order, starts = route(rows, books, None if accepted is None else np.array(accepted, np.bool_))
    return order.tolist(), starts.tolist()


def test_each_book_gets_its_messages_in_the_order_of_their_keys() -> None:
    assert routed(batch(4, book=[1, 0, 1, 0], priority=[9, 4, 2, 7]), 3) == ([1, 3, 2, 0], [0, 2, 4, 4])


def test_keys_are_unsigned() -> None:
    """A key with the highest bit set is large, not negative."""
    assert routed(batch(3, priority=[-1, 2**63 - 1, -(2**63)]), 1)[0] == [1, 2, 0]


def test_arrival_comes_before_the_key() -> None:
    assert routed(batch(3, priority=[1, 2, 3], arrival=[5, 4, 5]), 1)[0] == [1, 0, 2]


def test_equal_keys_go_by_owner_and_then_by_row() -> None:
    assert routed(batch(4, priority=8, owner=[3, 1, 3, 1]), 1)[0] == [1, 3, 0, 2]


def test_messages_without_quantity_and_rejected_ones_are_left_out() -> None:
    rows = batch(4, quantity=[1, 0, 1, -2], priority=[3, 2, 1, 0])
    assert routed(rows, 1) == ([2, 0], [0, 2])
    assert routed(rows, 1, [True, True, False, True]) == ([0], [0, 1])
    assert routed(rows, 1, [False] * 4) == ([], [0, 0])


def test_a_mask_of_bytes_is_a_mask() -> None:
    order, _ = route(batch(3), 1, np.array([1, 0, 1], np.uint8))
    assert order.tolist() == [0, 2]


def test_an_empty_batch_has_an_empty_order() -> None:
    assert routed(batch(0), 2) == ([], [0, 0, 0])
    assert routed(batch(0), 0) == ([], [0])


def test_a_router_forgets_the_batch_before() -> None:
    router = Router(2)
    router.route(batch(50, book=1))
    order, starts = router.route(batch(2, priority=[2, 1]))
    assert (order.tolist(), starts.tolist()) == ([1, 0], [0, 2, 2])


def test_a_message_for_a_book_that_does_not_exist_is_an_error() -> None:
    for book in (-1, 2):
        with pytest.raises(IndexError, match="a message names a book outside 0 to 1"):
            route(batch(1, book=book), 2)
    with pytest.raises(ValueError, match=r"accepted has shape \(2,\) for 3 messages"):
        route(batch(3), 1, np.ones(2, np.bool_))


@pytest.mark.parametrize("keys", ["uniform", "sequence", "shuffled", "equal", "clustered", "falling"])
@pytest.mark.parametrize("arrivals", [False, True])
def test_every_kind_of_key_is_sorted(keys: str, arrivals: bool, scaled: Callable[[int], int]) -> None:
    """Clustered keys share one bucket, which is merged in n log n instead of inserted in n squared."""
    n, rng = scaled(30_000), np.random.default_rng(6)
    priority = {
        "uniform": rng.integers(-(2**63), 2**63 - 1, n),
        "sequence": np.arange(n),
        "shuffled": rng.permutation(n),
        "equal": np.zeros(n, np.int64),
        "clustered": rng.integers(0, 5, n) << 61,
        "falling": -np.arange(n),
    }[keys]
    rows = batch(n, book=rng.integers(0, 7, n), priority=priority, owner=rng.integers(0, n // 5, n))
    rows[:, QUANTITY] = rng.integers(0, 4, n)
    if arrivals:
        rows[:, ARRIVAL] = rng.integers(0, 10, n)
    accepted = rng.random(n) < 0.9
    assert routed(rows, 7, accepted) == plain_route(rows, 7, accepted)


row = st.tuples(
    st.integers(0, 2), st.integers(-3, 3) | st.sampled_from([2**63 - 1, -(2**63)]), st.integers(0, 2),
    st.integers(0, 1), st.integers(0, 1), st.booleans(),
)  # fmt: skip


@given(st.lists(row, max_size=60))
def test_routing_is_a_stable_sort(rows: list[tuple[int, int, int, int, int, bool]]) -> None:
    names = ("book", "priority", "owner", "arrival", "quantity")
    messages = batch(len(rows), **{name: [r[i] for r in rows] for i, name in enumerate(names)})
    accepted = np.array([r[5] for r in rows], np.bool_)
    assert routed(messages, 3, accepted) == plain_route(messages, 3, accepted)
