"""The compiled books and their slow twin, side by side on the same streams of messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.units import IntArray
from catallaxy.markets import order_book_kernels as k
from catallaxy.markets.books import Books
from catallaxy.markets.orders import (
    A_HANDLE,
    BOOK,
    EXPIRY,
    KIND,
    MESSAGE_WIDTH,
    NO_EXPIRY,
    OWNER,
    PRICE,
    PRIORITY,
    QUANTITY,
    SIDE,
)
from catallaxy.markets.routing import Router
from tests.markets.plain_book import PlainBooks, plain_route

TIGHT: dict[str, Any] = {"capacity": 2, "levels": 1}


def random_batch(rng: np.random.Generator, books: int, n: int, owners: int = 50, tick: int = 0) -> IntArray:
    """Return messages of all kinds around a price of 0, one in five with an expiry."""
    batch = np.zeros((n, MESSAGE_WIDTH), np.int64)
    batch[:, OWNER] = rng.integers(0, owners, n)
    batch[:, BOOK] = rng.integers(0, books, n)
    batch[:, SIDE] = rng.integers(0, 2, n)
    batch[:, KIND] = rng.choice(4, n, p=[0.7, 0.1, 0.1, 0.1])
    batch[:, PRICE] = np.where(batch[:, SIDE] == 0, 1, -1) * (3 - rng.exponential(8, n)).astype(np.int64)
    batch[:, QUANTITY] = rng.integers(0, 20, n) * rng.choice([1, 1, 1, 7], n)
    batch[:, EXPIRY] = np.where(rng.random(n) < 0.2, tick + rng.integers(0, 4, n), NO_EXPIRY)
    batch[:, PRIORITY] = rng.integers(-(2**63), 2**63 - 1, n)
    return batch


def assert_sound(books: Books) -> None:
    """Check the structure itself: sorted levels, true sums, whole chains, every slot live or free, nothing crossed."""
    for b in range(books.count):
        pool, ladder, meta, expiry = books._pools[b], books._ladders[b], books._metas[b], books._expiries[b]
        live: list[int] = []
        for side in (0, 1):
            keys = ladder[side, : meta[side], k.L_KEY]
            assert (np.diff(keys) > 0).all()
            for level in ladder[side, : meta[side]]:
                slots, slot, before = [], level[k.L_HEAD], -1
                while slot >= 0:
                    order = pool[slot]
                    assert order[k.P_PREVIOUS] == before
                    assert (order[k.P_KEY], order[k.P_SIDE]) == (level[k.L_KEY], side)
                    assert order[k.P_QUANTITY] > 0
                    slots.append(int(slot))
                    before, slot = slot, order[k.P_NEXT]
                assert before == level[k.L_TAIL]
                assert pool[slots, k.P_QUANTITY].sum() == level[k.L_QUANTITY] > 0
                live += slots
        free, slot = [], meta[k.M_FREE]
        while slot >= 0:
            free.append(int(slot))
            slot = pool[slot, k.P_NEXT]
        assert sorted(live + free) == list(range(meta[k.M_USED]))
        assert len(live) == meta[k.M_LIVE]
        assert meta[k.M_DUE] <= expiry[live].min(initial=NO_EXPIRY)
        if meta[0] and meta[1]:
            assert ladder[0, meta[0] - 1, k.L_KEY] < -ladder[1, meta[1] - 1, k.L_KEY]


class Twins:
    """A `Books` and its twin that get the same calls; every answer is compared."""

    def __init__(self, count: int, self_trade_prevention: bool = False, **room: Any) -> None:
        self.fast = Books(count, self_trade_prevention=self_trade_prevention, **room)
        self.slow = PlainBooks(count, self_trade_prevention)
        self.router = Router(count)
        self.fast._fills = self.fast._fills[:1].copy()
        self.next_order, self.pairs = 1, [(0, 0)]
        self.fills = 0

    def match(self, messages: IntArray, order: IntArray, starts: IntArray) -> None:
        fills, acks = self.fast.match(messages, order, starts, self.next_order)
        slow_fills, slow_acks = self.slow.match(messages, order, starts, self.next_order)
        assert fills.tolist() == slow_fills
        assert acks.tolist() == slow_acks
        self.next_order += len(messages)
        self.pairs += [(b, h) for b, h in zip(messages[:, BOOK].tolist(), acks[:, A_HANDLE].tolist(), strict=True) if h]
        self.fills += len(slow_fills)

    def call(self, name: str, *arguments: object) -> None:
        fast = getattr(self.fast, name)(*[np.array(a, np.int64) if isinstance(a, list) else a for a in arguments])
        slow = getattr(self.slow, name)(*arguments)
        assert (fast.tolist() if isinstance(fast, np.ndarray) else fast) == slow

    def compare(self) -> None:
        self.call("resting")
        self.call("quotes")
        self.call("depth_rows", 3)
        assert self.fast.live == len(self.slow.resting())
        assert_sound(self.fast)

    def some(self, rng: np.random.Generator, n: int) -> tuple[list[int], list[int]]:
        """Return n handles given out lately: live, stale and repeated ones."""
        self.pairs = self.pairs[-400:]
        chosen = [self.pairs[i] for i in rng.integers(0, len(self.pairs), n)]
        return [b for b, _ in chosen], [h for _, h in chosen]


def run_stream(twins: Twins, rng: np.random.Generator, messages: int, batch: int) -> None:
    """Drive both through ``messages`` random messages and everything else that a venue does between them."""
    count = twins.fast.count
    for tick in range(1, messages // batch + 1):
        rows = random_batch(rng, count, batch, tick=tick)
        accepted = rng.random(batch) < 0.95
        order, starts = twins.router.route(rows, accepted)
        assert (order.tolist(), starts.tolist()) == plain_route(rows, count, accepted)
        twins.match(rows, order, starts)
        some = twins.some(rng, batch // 4)
        twins.call("look_up", *some)
        twins.call("cancel", *some)
        twins.call("reduce", *twins.some(rng, batch // 8), rng.integers(-1, 20, batch // 8).tolist())
        twins.call("expire", tick + 1)
        twins.call("find_order", int(rng.integers(0, twins.next_order)))
        if tick % 16 == 0:
            twins.call("cancel_owner", int(rng.integers(0, 50)))
        if tick % 64 == 0:
            twins.call("cancel_book", int(rng.integers(0, count)))
            twins.compare()
    twins.compare()


@pytest.mark.parametrize("prevention", [False, True])
@pytest.mark.parametrize("room", [TIGHT, {}], ids=["tight", "roomy"])
def test_kernels_and_plain_books_agree_on_every_fill_ack_and_release(
    prevention: bool, room: dict[str, Any], scaled: Callable[[int], int]
) -> None:
    twins = Twins(3, prevention, **room)
    run_stream(twins, np.random.default_rng(11), scaled(40_000), 100)
    assert twins.fills > scaled(40_000) // 10


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "books", "prevention"), [(1, 1, False), (2, 20, False), (3, 7, True), (4, 2, True)])
def test_kernels_and_plain_books_agree_over_millions_of_messages(
    seed: int, books: int, prevention: bool, scaled: Callable[[int], int]
) -> None:
    run_stream(Twins(books, prevention, **TIGHT), np.random.default_rng(seed), scaled(600_000), 500)


prices = st.integers(-3, 3) | st.sampled_from([-(2**61), 2**61])
message = st.tuples(
    st.integers(0, 2), st.integers(0, 1), st.integers(0, 1), st.integers(0, 3), prices,
    st.integers(1, 6) | st.just(10**9),
    st.integers(1, 4) | st.just(NO_EXPIRY), st.integers(-2, 2), st.just(-1), st.just(0),
)  # fmt: skip
step = st.one_of(
    st.lists(message, max_size=8).map(lambda rows: ("match", rows)),
    st.tuples(st.just("cancel"), st.lists(st.integers(0, 30), max_size=3)),
    st.tuples(st.just("reduce"), st.lists(st.tuples(st.integers(0, 30), st.integers(-1, 5)), max_size=3)),
    st.tuples(st.just("expire"), st.integers(0, 5)),
    st.tuples(st.just("cancel_owner"), st.integers(0, 2)),
    st.tuples(st.just("cancel_book"), st.integers(0, 1)),
    st.tuples(st.just("restore"), st.integers(1, 3)),
)


@given(steps=st.lists(step, max_size=12), prevention=st.booleans())
def test_no_small_stream_tells_kernels_and_plain_books_apart(steps: list[tuple[str, object]], prevention: bool) -> None:
    """Two books, three owners, few prices: queues, self-trades, growth and reuse of slots all the time."""
    twins = Twins(2, prevention, capacity=1, levels=1)
    for act, what in steps:
        known = twins.pairs
        if act == "match":
            rows = np.array(what, np.int64).reshape(-1, MESSAGE_WIDTH)
            twins.match(rows, *Router(2).route(rows))
        elif act == "cancel":
            chosen = [known[i % len(known)] for i in what]  # type: ignore[attr-defined]
            twins.call("cancel", [b for b, _ in chosen], [h for _, h in chosen])
        elif act == "reduce":
            both = [(*known[i % len(known)], lots) for i, lots in what]  # type: ignore[attr-defined]
            twins.call("reduce", [b for b, _, _ in both], [h for _, h, _ in both], [lots for _, _, lots in both])
        elif act == "restore":
            state = twins.fast.state()
            twins.fast = Books(1, capacity=what, self_trade_prevention=prevention)  # type: ignore[arg-type]
            twins.fast.restore(state)
        else:
            twins.call(act, what)
        twins.compare()


@pytest.mark.parametrize("prevention", [False, True])
def test_the_room_at_the_start_changes_nothing(prevention: bool, scaled: Callable[[int], int]) -> None:
    """Same fills, acks and state from capacity 1, 1 level and 1 fill as from ample arrays."""
    rng = np.random.default_rng(5)
    ample = Books(3, capacity=4096, levels=512, self_trade_prevention=prevention)
    tight = Books(3, capacity=1, levels=1, self_trade_prevention=prevention)
    router, first = Router(3), 1
    for _ in range(10):
        rows = random_batch(rng, 3, scaled(3000))
        order, starts = router.route(rows)
        tight._fills = tight._fills[:1].copy()
        for one, other in zip(
            ample.match(rows, order, starts, first), tight.match(rows, order, starts, first), strict=True
        ):
            assert one.tobytes() == other.tobytes()
        first += len(rows)
        states = ample.state(), tight.state()
        assert all(states[0][name].tobytes() == states[1][name].tobytes() for name in states[0])


def test_one_order_with_more_fills_than_any_buffer_is_filled_whole() -> None:
    """The fills buffer starts at one row and doubles in the middle of the order."""
    twins = Twins(1, **TIGHT)
    rows = np.array([[1, 0, 1, 0, i % 7, 1, NO_EXPIRY, 0, -1, 0] for i in range(1000)], np.int64)
    twins.match(rows, *Router(1).route(rows))
    sweep = np.array([[2, 0, 0, 0, 5, 10_000, NO_EXPIRY, 0, -1, 0]], np.int64)
    twins.match(sweep, *Router(1).route(sweep))
    assert twins.fills == sum(i % 7 <= 5 for i in range(1000))
    twins.compare()


def test_a_restored_venue_goes_on_as_if_nothing_had_happened(scaled: Callable[[int], int]) -> None:
    """Handles given out before stay good, stale ones stay stale, slots are reused in the same order."""
    rng = np.random.default_rng(8)
    twins = Twins(4)
    run_stream(twins, rng, scaled(10_000), 100)
    state = twins.fast.state()
    twins.fast = Books(1, **TIGHT)
    twins.fast.restore(state)
    assert all(array.tobytes() == state[name].tobytes() for name, array in twins.fast.state().items())
    run_stream(twins, rng, scaled(10_000), 100)


def test_a_state_that_contradicts_itself_is_not_restored() -> None:
    books = Books(1)
    rows = np.array([[1, 0, 0, 0, 5, 5, NO_EXPIRY, 0, -1, 0]], np.int64)
    books.match(rows, *Router(1).route(rows), 1)
    state = books.state()
    state["orders"] = state["orders"][:0]
    with pytest.raises(ValueError, match="0 orders and 1 levels where the books count otherwise"):
        books.restore(state)


def test_new_books_come_after_the_old_ones_and_leave_them_alone(scaled: Callable[[int], int]) -> None:
    twins = Twins(2)
    run_stream(twins, np.random.default_rng(3), scaled(5_000), 100)
    before = twins.fast.resting().tolist()
    twins.fast.add_books(2)
    assert (twins.fast.count, twins.fast.resting().tolist()) == (4, before)
    twins.slow.books += PlainBooks(2).books
    twins.router = Router(4)
    run_stream(twins, np.random.default_rng(4), scaled(5_000), 100)


def test_memory_is_bounded_by_live_orders_not_by_orders_sent(scaled: Callable[[int], int]) -> None:
    books = Books(1, capacity=4)
    row = np.array([[1, 0, 0, 0, 5, 5, NO_EXPIRY, 0, -1, 0]] * 3, np.int64)
    order, starts = Router(1).route(row)
    handles: set[int] = set()
    rounds = scaled(2000)
    for i in range(rounds):
        _, acks = books.match(row, order, starts, 1 + 3 * i)
        handles.update(acks[:, A_HANDLE].tolist())
        books.cancel(np.zeros(3, np.int64), acks[:, A_HANDLE])
    assert books._pools.shape[1] == 4
    assert len(handles) == 3 * rounds


def test_a_generation_that_reaches_its_last_value_starts_over_at_one() -> None:
    books = Books(1)
    row = np.array([[1, 0, 0, 0, 5, 5, NO_EXPIRY, 0, -1, 0]], np.int64)
    order, starts = Router(1).route(row)
    books.match(row, order, starts, 1)
    books._pools[0, 0, k.P_GENERATION] = k.LAST_GENERATION
    last = k.LAST_GENERATION << 32
    assert books.cancel(np.array([0]), np.array([last]))[0, 4] == 5
    _, acks = books.match(row, order, starts, 2)
    assert acks[0, A_HANDLE] == 1 << 32


@pytest.mark.parametrize("handle", [0, 1, -1, 1 << 32, (1 << 32) | 99_999, 2 << 32, -(2**63), 2**63 - 1])
def test_a_handle_never_given_out_finds_nothing(handle: int) -> None:
    books = Books(1)
    for act in (books.cancel, books.look_up):
        for book in (0, -1, 7):
            assert act(np.array([book]), np.array([handle])).tolist() == [[book, 0, 0, 0, 0, 0]]


def test_a_book_with_nothing_due_is_not_searched(scaled: Callable[[int], int]) -> None:
    """After `expire` the bound of a book is the earliest expiry left in it."""
    books = Books(2)
    rows = np.array([[1, b, 0, 0, 5, 5, due, 0, -1, 0] for b, due in [(0, 3), (0, 9), (1, NO_EXPIRY)]], np.int64)
    books.match(rows, *Router(2).route(rows), 1)
    assert books._metas[:, k.M_DUE].tolist() == [3, NO_EXPIRY]
    assert books.expire(3).tolist() == []
    assert books.expire(4).tolist() == [[0, 1, 0, 5, 5, 1]]
    assert books._metas[:, k.M_DUE].tolist() == [9, NO_EXPIRY]


def test_an_order_list_that_leaves_the_batch_or_the_books_is_refused() -> None:
    books, rows = Books(1), np.zeros((2, MESSAGE_WIDTH), np.int64)
    with pytest.raises(IndexError, match="order names a message outside the batch"):
        books.match(rows, np.array([2]), np.array([0, 1]), 1)
    with pytest.raises(ValueError, match="3 offsets for 1 books and 1 messages"):
        books.match(rows, np.array([0]), np.array([0, 1, 1]), 1)
    with pytest.raises(IndexError, match="book 1 of 1"):
        books.cancel_book(1)


def test_acks_of_messages_that_were_not_listed_are_zero() -> None:
    books = Books(1)
    rows = np.array([[1, 0, 0, 0, 5, 5, NO_EXPIRY, 0, -1, 0]] * 3, np.int64)
    books.match(rows, np.array([0, 1, 2]), np.array([0, 3]), 1)
    _, acks = books.match(rows, np.array([1]), np.array([0, 1]), 4)
    assert acks[[0, 2]].tolist() == [[0, 0, 0], [0, 0, 0]]
    assert acks[1, A_HANDLE] > 0


def test_an_empty_venue_answers_everything() -> None:
    books = Books(0)
    nothing = np.zeros((0, MESSAGE_WIDTH), np.int64)
    fills, acks = books.match(nothing, *Router(0).route(nothing), 1)
    assert (fills.shape, acks.shape) == ((0, 9), (0, 3))
    assert books.expire(5).shape == books.cancel_owner(1).shape == books.resting().shape == (0, 6)
    assert (books.live, books.quotes().shape, books.find_order(1)) == (0, (0, 4), None)
