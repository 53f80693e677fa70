"""The goods market: who buys what where, against a slow plain twin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.randomness import Draws
from catallaxy.core.units import IntArray
from catallaxy.markets import goods
from catallaxy.markets.goods import MOST_SHOPS, shop

KEY, MONTH = 1_776, 5


@dataclass
class Street:
    """Shops, and buyers with budgets; ``shops`` are rows of ``price`` and ``stock``."""

    budget: list[int]
    price: list[int]
    stock: list[int]
    shops: list[int]
    visits: int = 3
    first: int = 0
    stay: int = 1
    liking: float = 0.0
    month: int = MONTH

    def buyers(self) -> list[int]:
        """Ordinals of the buyers."""
        return list(range(self.first, self.first + len(self.budget)))


@dataclass
class Bought:
    """What happened: (buyer, shop, units) in order, and what is left and lacking."""

    purchases: list[tuple[int, int, int]]
    stock: list[int]
    unmet: list[int]

    def spent(self, street: Street) -> list[int]:
        """(buyers,) what each paid."""
        return [sum(u * street.price[s] for i, s, u in self.purchases if i == who) for who in range(len(street.budget))]


def uniform(purpose: int, ordinal: int, number: int = 0, month: int = MONTH) -> float:
    return float(Draws(KEY, month).uniform([ordinal], purpose, number)[0])


def visited(street: Street, ordinal: int) -> list[int]:
    """Return the shops that a buyer sees, best first; of equals the one seen first."""
    chosen = (street.month + ordinal % street.stay) // street.stay
    seen: list[int] = []
    for number in range(min(street.visits, MOST_SHOPS)):
        s = street.shops[int(uniform(goods._SHOP, ordinal, number, chosen) * len(street.shops))]
        if s not in seen:
            seen.append(s)
    return sorted(seen, key=lambda s: felt(street, ordinal, s))


def felt(street: Street, ordinal: int, s: int) -> float:
    """Return a shop's price, less what the buyer likes its goods better."""
    draw = float(Draws(KEY, s).uniform([ordinal], goods._LIKE)[0])
    return street.price[s] * (1.0 + street.liking * (2.0 * draw - 1.0))


def walk(street: Street) -> Bought:
    """Let the kernel shop."""
    n = len(street.budget)
    stock, unmet = np.array(street.stock, np.int64), np.zeros(len(street.stock), np.int64)
    budget, price = np.array(street.budget, np.int64), np.array(street.price, np.int64)
    out: IntArray = np.full((3, n * street.visits), -7, np.int64)
    count = shop(
        budget, np.array(street.buyers(), np.int64), np.array(street.shops, np.int64), price, stock, unmet,
        street.visits, street.stay, street.liking, np.uint64(KEY), street.month, out[0], out[1], out[2],
    )  # fmt: skip
    assert budget.tolist() == street.budget
    assert (out[:, count:] == -7).all()
    return Bought([tuple(column) for column in out[:, :count].T.tolist()], stock.tolist(), unmet.tolist())


def plain_walk(street: Street) -> Bought:
    """Return what `shop` does, one obvious step at a time."""
    stock, unmet, purchases = list(street.stock), [0] * len(street.stock), []
    order = sorted(
        range(len(street.budget)), key=lambda i: (uniform(goods._ORDER, street.buyers()[i], month=street.month), i)
    )
    for i in order:
        left, lacking, seen = max(street.budget[i], 0), 0, visited(street, street.buyers()[i])
        for s in seen:
            wanted = left // street.price[s]
            lacking = 0
            if wanted == 0:
                break
            bought = min(wanted, stock[s])
            lacking = wanted - bought
            if bought:
                stock[s] -= bought
                left -= bought * street.price[s]
                purchases.append((i, s, bought))
            if lacking == 0:
                break
        if lacking:
            unmet[seen[0]] += lacking
    return Bought(purchases, stock, unmet)


@st.composite
def streets(draw: st.DrawFn) -> Street:
    """Return any street of up to eight rows, some of which are no shops, with ties of prices."""
    rows = draw(st.integers(1, 8))
    per_row = lambda low, high: draw(st.lists(st.integers(low, high), min_size=rows, max_size=rows))  # noqa: E731
    shops = draw(st.lists(st.integers(0, rows - 1), min_size=1, max_size=rows, unique=True))
    return Street(
        draw(st.lists(st.integers(-5, 400), max_size=25)), per_row(1, 30), per_row(0, 40), shops,
        draw(st.integers(1, 9)), draw(st.sampled_from([0, 17, 1 << 40])), draw(st.sampled_from([1, 2, 12])),
        draw(st.sampled_from([0.0, 0.05, 0.9])), draw(st.integers(1, 40)),
    )  # fmt: skip


@given(streets())
def test_the_kernel_agrees_with_its_plain_twin(street: Street) -> None:
    assert walk(street) == plain_walk(street)


@given(streets())
def test_nothing_is_sold_above_stock_or_bought_above_budget(street: Street) -> None:
    bought = walk(street)
    sold = [sum(u for _, s, u in bought.purchases if s == row) for row in range(len(street.stock))]
    assert [a - b for a, b in zip(street.stock, sold, strict=True)] == bought.stock
    assert min(bought.stock) >= 0
    assert all(units > 0 for _, _, units in bought.purchases)
    assert all(s in street.shops for _, s, _ in bought.purchases)
    assert all(paid <= max(has, 0) for paid, has in zip(bought.spent(street), street.budget, strict=True))


@given(streets())
def test_everybody_buys_at_the_best_visited_shop_first_and_moves_on_when_it_is_empty(street: Street) -> None:
    bought = walk(street)
    for i, ordinal in enumerate(street.buyers()):
        seen = visited(street, ordinal)
        mine = [s for who, s, _ in bought.purchases if who == i]
        places = [seen.index(s) for s in mine]
        assert places == sorted(set(places))
        for place in range(max(places, default=0)):
            assert bought.stock[seen[place]] == 0


@given(streets())
def test_demand_is_unmet_only_where_nothing_is_left(street: Street) -> None:
    bought = walk(street)
    if not any(bought.unmet):
        return
    lacking = [i for i, has in enumerate(street.budget) if has > bought.spent(street)[i]]
    empty = {row for row, left in enumerate(bought.stock) if left == 0}
    for row, unmet in enumerate(bought.unmet):
        if unmet:
            assert any(visited(street, street.buyers()[i])[0] == row for i in lacking)
            assert row in empty


@given(streets(), st.integers(1, 9))
def test_with_stock_for_everybody_each_buys_all_at_one_shop(street: Street, visits: int) -> None:
    full = replace(street, stock=[10_000] * len(street.stock), visits=visits)
    bought = walk(full)
    assert not any(bought.unmet)
    for i, ordinal in enumerate(full.buyers()):
        cheapest = visited(full, ordinal)[0]
        units = max(full.budget[i], 0) // full.price[cheapest]
        assert [(s, u) for who, s, u in bought.purchases if who == i] == ([(cheapest, units)] if units else [])


def test_a_buyer_takes_what_the_cheap_shop_has_and_goes_to_the_dearer() -> None:
    bought = walk(Street([100], price=[5, 10], stock=[4, 50], shops=[0, 1], visits=40))
    assert bought == Bought([(0, 0, 4), (0, 1, 8)], [0, 42], [0, 0])


def test_what_can_be_had_nowhere_is_lacking_at_the_cheapest_shop_visited() -> None:
    """Of 100 it spends 20 and 30; with the 50 left it would buy five more at the last shop's price."""
    bought = walk(Street([100], price=[5, 10], stock=[4, 3], shops=[0, 1], visits=40))
    assert bought == Bought([(0, 0, 4), (0, 1, 3)], [0, 0], [5, 0])


def test_a_budget_below_every_price_buys_and_lacks_nothing() -> None:
    assert walk(Street([4, 0, -3], [5, 9], [0, 7], [0, 1])) == Bought([], [0, 7], [0, 0])


def test_the_last_unit_goes_to_whoever_comes_first() -> None:
    bought = walk(Street([7] * 9, [7], [1], [0]))
    first = min(range(9), key=lambda i: uniform(goods._ORDER, i))
    assert bought == Bought([(first, 0, 1)], [0], [8])


def test_a_newcomer_changes_no_choice_while_there_is_stock() -> None:
    street = Street([50] * 40, list(range(1, 12)), [10_000] * 11, list(range(11)))
    before = walk(street)
    after = walk(replace(street, budget=[*street.budget, 50]))
    assert sorted(before.purchases) == sorted(p for p in after.purchases if p[0] < 40)


def test_other_ordinals_visit_other_shops() -> None:
    street = Street([50] * 40, list(range(1, 12)), [10_000] * 11, list(range(11)))
    assert sorted(walk(street).purchases) != sorted(walk(replace(street, first=1 << 40)).purchases)


def test_no_more_shops_are_visited_than_one_can_remember() -> None:
    street = Street([1_000], [1] * 200, [1] * 200, list(range(200)), visits=150)
    bought = walk(street)
    assert len(bought.purchases) == len(visited(street, 0)) <= MOST_SHOPS
    assert bought == plain_walk(street)


def test_customers_keep_their_shops_for_a_while_and_then_look_again() -> None:
    street = Street([1] * 60, [1] * 8, [100] * 8, list(range(8)), visits=2, stay=6)
    months = [[visited(replace(street, month=month), buyer) for buyer in range(60)] for month in range(12, 25)]
    for before, after in pairwise(months):
        assert 0 < sum(old != new for old, new in zip(before, after, strict=True)) <= 60 // 3
    assert sum(months[0][buyer] != months[6][buyer] for buyer in range(60)) > 40


def test_the_more_goods_differ_the_less_a_lower_price_gains() -> None:
    street = Street([100] * 400, [10, 9], [10_000] * 2, [0, 1], visits=9)
    sold = [10_000 - walk(replace(street, liking=liking)).stock[1] for liking in (0.0, 0.1, 0.4)]
    assert sold == sorted(sold, reverse=True)
    assert sold[2] > 0.5 * 400 * 100 // 9
