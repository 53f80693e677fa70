"""The page of traders: every number is the economy's own, whoever asks for which page of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from catallaxy.core.units import TRADING_DAYS_PER_YEAR
from catallaxy.ledger.chart import BOND, MARGIN_LOAN
from catallaxy.model.economy import Economy
from catallaxy.visualization import feeds_trader, feeds_traders, rankings, views_traders
from catallaxy.visualization.desk import Desk
from catallaxy.visualization.directory import COLUMNS, Directory, directory_of
from catallaxy.visualization.listing import Ask
from catallaxy.visualization.trade_reel import TradeReel
from catallaxy.visualization.wealth_reel import KEEP_DAYS, WealthReel, net_worth

CLOSED: dict[str, Any] = {
    "traders": {"number": 150, "activity": 0.3},
    "firms": {"number": 6},
    "banks": {"number": 3},
    "clock": {"ticks_per_day": 2, "days": 200},
}
MARKET: dict[str, Any] = {
    "traders": {"number": 80, "activity": 0.3},
    "stocks": {"number": 2},
    "anchor": {"source": "walk"},
    "clock": {"ticks_per_day": 5, "days": 200},
}


def watched(economy: Economy, ticks: int) -> WealthReel:
    """Return the reel of an economy that went on for ``ticks``."""
    reel = WealthReel(economy)
    for _ in range(ticks):
        economy.step()
        reel.note(economy)
    return reel


def closed(ticks: int, **changes: Any) -> tuple[Economy, WealthReel]:
    """Return a small closed economy after ``ticks``, and the reel of it."""
    economy = Economy("economy-coarse", rng=1, **_flat(CLOSED) | changes)
    return economy, watched(economy, ticks)


def _flat(settings: dict[str, Any]) -> dict[str, Any]:
    return {f"{section}__{name}": value for section, part in settings.items() for name, value in part.items()}


def owners_of(message: dict[str, Any]) -> list[int]:
    """Return the owners on a page of the grid."""
    return [int(row["key"]) for row in message["rows"]]


# The copy of the accounts


def test_accounts_are_those_that_the_run_records() -> None:
    economy, reel = closed(50)
    told = economy.recorder.wealth_rows()
    order = np.argsort(told["owner"])
    accounts, ledger = reel.accounts, economy.ledger

    assert accounts.tick == economy.tick
    assert accounts.owners.tolist() == told["owner"][order].tolist()
    assert accounts.wealth.tolist() == told["net_worth"][order].tolist()
    assert accounts.cash.tolist() == told["cash"][order].tolist()
    assert (accounts.shares + accounts.bonds).tolist() == told["portfolio_value"][order].tolist()
    assert accounts.bonds.tolist() == ledger.holdings[accounts.owners, BOND].sum(axis=1).tolist()
    assert accounts.debt.tolist() == ledger.contracts.debts[MARGIN_LOAN, accounts.owners].tolist()
    assert economy.closed is not None
    assert accounts.employer.tolist() == economy.closed.households.employer.tolist()


def test_the_net_worth_of_everybody_is_the_value_of_all_shares() -> None:
    economy, reel = closed(44)
    everybody = np.arange(economy.ledger.owners.size)
    listings = economy.exchange.listings
    shares = economy.ledger.issued[listings.security] * economy.exchange.last * listings.unit_value

    assert net_worth(economy, everybody).sum() == shares.sum()
    assert net_worth(economy, reel.accounts.owners).tolist() == reel.accounts.wealth.tolist()


def test_accounts_are_copied_at_day_ends_and_while_somebody_watches() -> None:
    economy = Economy("markets", rng=3, **_flat(MARKET))
    reel = watched(economy, 4)
    assert reel.accounts.tick == 0

    assert reel.newest(economy.tick, None).tick == 0  # the world plays: it is asked for the next copy
    economy.step()
    reel.note(economy)
    assert reel.accounts.tick == economy.tick == 5

    economy.step()
    reel.note(economy)
    assert reel.accounts.tick == 5
    assert reel.newest(economy.tick, lambda reader: reader(economy)).tick == 6


def test_days_are_kept_up_to_a_bound_and_never_change() -> None:
    economy = Economy("markets", rng=3, **_flat(MARKET) | {"traders__number": 20, "clock__ticks_per_day": 1})
    reel = watched(economy, KEEP_DAYS + 10)

    assert [day.day for day in reel.days] == list(range(10, KEEP_DAYS + 11))
    assert reel.days[-1].wealth[reel.accounts.owners].tolist() == reel.accounts.wealth.astype(np.float32).tolist()
    assert reel.before(9) is None
    assert len(reel.group_days) == KEEP_DAYS + 11


def test_groups_have_the_mean_wealth_that_table_agents_has() -> None:
    economy = Economy("markets", rng=3, **_flat(MARKET))
    reel = watched(economy, 15)
    table = economy.table("agents")

    for day, mean in list(reel.group_days)[1:]:
        rows = table[table["tick"] == 5 * day].set_index("group")
        for name, value in zip(reel.groups, mean, strict=True):
            if name in rows.index:
                assert value == pytest.approx(rows.loc[name, "wealth"] / rows.loc[name, "traders"])
            else:
                assert np.isnan(value)


# The directory


def test_a_hundred_thousand_traders_are_sorted_filtered_and_paged_rightly() -> None:
    economy = Economy("markets", rng=5, traders__number=100_000, stocks__number=3, anchor__source="walk")
    reel = watched(economy, 2)
    reel.refresh(economy)
    directory = Directory(reel, reel.accounts, economy.symbols)
    owners = economy.trader_owners()
    cash, value = economy.cash_of(owners), economy.portfolio_value(owners)
    group = economy.roster.column("group")
    names = np.array([name.replace("_", " ") for name in group])
    columns = {
        "cash": cash,
        "shares": value,
        "wealth": cash + value,
        "owner": owners,
        "trades": reel.trades.count[owners],
    }

    assert directory.size == owners.shape[0] >= 100_000
    for key, values in columns.items():
        up = owners[np.lexsort((owners, values))]
        down = owners[np.lexsort((owners, -values))]
        for page in (0, 1, 2_345, 4_999):
            part = slice(20 * page, 20 * page + 20)
            assert owners_of(directory.page(Ask(key, False, "", page))) == up[part].tolist(), (key, page)
            assert owners_of(directory.page(Ask(key, True, "", page))) == down[part].tolist(), (key, page)

    some = (names == "momentum") & (cash > 5_000 * 100)
    assert 0 < some.sum() < owners.shape[0]
    want = owners[some][np.lexsort((owners[some], -value[some]))]
    page = directory.page(Ask("shares", True, "momentum cash>5k", 3))
    assert owners_of(page) == want[60:80].tolist()
    assert page["status"].startswith(f"{some.sum():,} of {owners.shape[0]:,} traders".replace(",", "\u2009"))
    row = int(np.flatnonzero(owners == want[60])[0])
    cells = dict(zip(directory.keys, page["rows"][0]["cells"], strict=True))
    assert cells["group"] == "momentum"
    assert (cells["cash"], cells["shares"], cells["wealth"]) == (cash[row], value[row], cash[row] + value[row])


def test_every_trader_is_on_exactly_one_page() -> None:
    economy, reel = closed(30)
    directory = Directory(reel, reel.accounts, economy.symbols)
    for key in directory.keys:
        pages = directory.page(Ask(key))["pages"]
        seen = [owner for page in range(pages) for owner in owners_of(directory.page(Ask(key, True, "", page)))]
        assert sorted(seen) == sorted(economy.trader_owners().tolist()), key


def test_filters_take_words_ids_and_conditions() -> None:
    economy, reel = closed(44)
    directory = Directory(reel, reel.accounts, economy.symbols)
    accounts, employers = reel.accounts, directory.cells(np.arange(directory.size), ("employer",))

    def found(text: str, sort: str = "wealth") -> list[int]:
        return accounts.owners[directory.found(text, sort)].tolist()

    own = int(accounts.owners[17])
    assert found(str(own)) == [own]
    assert found("market_maker") == found("market maker") == found("MAKER market")
    assert found("market maker") == next(p for p in economy.populations if p.name == "market_maker").owners.tolist()
    idle = [int(o) for o, (job,) in zip(accounts.owners, employers, strict=True) if job == "unemployed"]
    assert found("unemployed") == idle
    median = int(np.median(accounts.wealth))
    assert found(f">{median / 100}") == accounts.owners[accounts.wealth > median].tolist()
    assert found("<=2%", "since") == accounts.owners[directory.columns["since"] <= 0.02].tolist()
    assert found("cash>=1k cash<2k") == accounts.owners[(accounts.cash >= 1e5) & (accounts.cash < 2e5)].tolist()
    for nonsense in ("zebra", "group>5", "wealth>1.2.3", "wealth>-", "nothing<3"):
        assert found(nonsense) == [], nonsense


def test_crafted_questions_are_answered_as_if_nothing_had_been_said() -> None:
    economy, reel = closed(4)
    directory = Directory(reel, reel.accounts, economy.symbols)
    usual = directory.page(Ask("wealth"))

    for said in ({"sort": ["x"]}, {"sort": "__class__", "page": -7}, {"page": True}, {"filter": {"a": 1}}, "all", None):
        assert directory.page(Ask.of(said, COLUMNS, Ask("wealth"))) == usual, said
    last = directory.page(Ask.of({"page": 10**30}, COLUMNS, Ask("wealth")))
    assert last["ask"]["page"] == usual["pages"] - 1


def test_changes_and_sharpe_ratios_are_those_of_the_noted_days() -> None:
    economy, reel = closed(90)
    directory = Directory(reel, reel.accounts, economy.symbols)
    days = np.stack([day.wealth[reel.accounts.owners] for day in reel.days]).astype(np.float64)
    rates = np.array([day.rate for day in reel.days])[1:, None]
    assert (len(reel.days), reel.accounts.day) == (46, 45)

    now = reel.accounts.wealth
    np.testing.assert_allclose(directory.columns["since"], now / days[0] - 1.0, atol=1e-9)
    np.testing.assert_allclose(directory.columns["today"], now / days[-2] - 1.0, atol=1e-9)
    np.testing.assert_allclose(directory.columns["month"], now / days[-22] - 1.0, atol=1e-9)
    excess = days[1:] / days[:-1] - 1.0 - rates
    ratio = excess.mean(axis=0) / excess.std(axis=0, ddof=1) * np.sqrt(TRADING_DAYS_PER_YEAR)
    np.testing.assert_allclose(directory.columns["sharpe"], ratio, rtol=1e-6)
    assert rates.min() > 0.0


def test_what_is_not_known_is_a_dash_and_comes_last() -> None:
    economy = Economy("markets", rng=3, **_flat(MARKET))
    reel = watched(economy, 2)
    directory = Directory(reel, reel.accounts, economy.symbols)

    assert not {"employer", "bonds", "debt"} & set(directory.keys)
    cells = [dict(zip(directory.keys, row["cells"], strict=True)) for row in directory.page(Ask("sharpe"))["rows"]]
    assert {row["sharpe"] for row in cells} == {row["month"] for row in cells} == {None}
    directory.columns["sharpe"][[3, 8]] = 0.5, -2.0
    rows = np.arange(directory.size)
    assert directory.order(rows, "sharpe", down=True)[:3].tolist() == [3, 8, 0]
    assert directory.order(rows, "sharpe", down=False)[:3].tolist() == [8, 3, 0]


# Rankings


def test_leaders_are_those_with_the_most_and_stood_where_the_days_say() -> None:
    economy, reel = closed(60)
    directory = Directory(reel, reel.accounts, economy.symbols)
    owners, wealth = reel.accounts.owners, reel.accounts.wealth
    rows = directory.leaders("wealth", 10)

    assert rows.tolist() == np.lexsort((owners, -wealth))[:10].tolist()
    for day, places in rankings.places_over_time(reel, directory, "wealth", rows):
        end = reel.before(day)
        assert end is not None
        order = np.lexsort((owners, -end.wealth[owners])).tolist()
        assert places == [1 + order.index(row) for row in rows.tolist()]
    then = rankings.places_over_time(reel, directory, "since", directory.leaders("since", 5))
    assert then[-1] == (30, [1, 2, 3, 4, 5])
    assert then[0][0] > 0
    ratios = rankings.places_over_time(reel, directory, "sharpe", directory.leaders("sharpe", 5))
    assert ratios[-1] == (30, [1, 2, 3, 4, 5])
    assert directory.place(int(owners[rows[3]])) == 4
    assert directory.place(0) is None


def test_inequality_has_its_textbook_values() -> None:
    n = 1_000
    line = np.arange(1.0, n + 1.0)
    assert rankings.gini(np.full(7, 3.0)) == 0.0
    assert rankings.gini(np.array([0.0] * 9 + [1.0])) == pytest.approx(0.9)
    assert rankings.gini(line) == pytest.approx((n - 1) / (3 * n))
    assert rankings.gini(np.zeros(3)) is rankings.top_share(np.zeros(3)) is None
    assert rankings.lorenz(np.zeros(3)) == []
    curve = np.array(rankings.lorenz(line))
    assert curve[[0, -1]].tolist() == [[0.0, 0.0], [1.0, 1.0]]
    np.testing.assert_allclose(curve[:, 1], curve[:, 0] ** 2, atol=1e-3)
    assert rankings.top_share(line) == pytest.approx(line[-10:].sum() / line.sum())

    bins, none = rankings.histogram(np.array([-5.0, 0.0, 10.0, 10.0, 1_000.0]))
    assert none == 2
    assert [count for _middle, count in bins if count] == [2, 1]
    assert rankings.histogram(np.array([4.0, 4.0])) == ([[4.0, 2.0]], 0)
    assert rankings.histogram(np.array([-1.0])) == ([], 1)


# Trades


def test_trades_are_counted_and_kept_as_the_table_has_them() -> None:
    economy = Economy("markets", rng=3, **_flat(MARKET))
    reel = watched(economy, 20)
    table = economy.table("trades")
    for owner in economy.trader_owners().tolist():
        mine = table[(table["maker"] == owner) | (table["taker"] == owner)]
        assert reel.trades.count[owner] == (mine["maker"] == owner).sum() + (mine["taker"] == owner).sum()
        told = reel.trades.of(owner, 8)
        newest = mine.iloc[::-1].head(8)
        columns = [newest[name].tolist() for name in ("tick", "price", "quantity")]
        assert [(t["tick"], t["price"], t["lots"]) for t in told] == list(zip(*columns, strict=True))
        took = (newest["taker"] == owner).tolist()
        assert [t["bought"] for t in told] == [
            (side == 0) == is_taker for side, is_taker in zip(newest["aggressor"], took, strict=True)
        ]
    assert reel.trades.count.sum() == 2 * economy.trades_made == 2 * len(table) > 0


def test_old_rounds_are_let_go_and_all_trades_counted() -> None:
    def fills(*prices: int) -> np.ndarray[Any, Any]:
        rows = np.zeros((9, len(prices)), np.int64)
        rows[0], rows[1], rows[2], rows[3] = prices, 1, 4, 5
        return rows

    reel = TradeReel(5, most=5)
    reel.put(1, fills(10, 11, 12))
    reel.put(2, fills(13, 14))
    assert [(t["tick"], t["price"]) for t in reel.of(4, 9)] == [(2, 14), (2, 13), (1, 12), (1, 11), (1, 10)]
    reel.put(3, fills(15))
    reel.put(3, fills())
    assert [t["price"] for t in reel.of(5, 9)] == [15, 14, 13]
    buffer = fills(20, 21)
    reel.put(4, buffer[:, :1])
    buffer[0] = 99  # what the exchange writes over next
    assert [(t["price"], t["other"], t["bought"]) for t in reel.of(5, 1)] == [(20, 4, True)]
    assert reel.of(3, 9) == []
    assert reel.count.tolist() == [0, 0, 0, 0, 7, 7]


# One owner


def test_a_profile_is_what_the_accounts_and_books_say() -> None:
    economy, _reel = closed(50)
    resting = economy.exchange.books.resting()
    with_orders = 0
    for owner in range(economy.ledger.owners.size):
        told = views_traders.profile(economy, owner)
        assert told["wealth"] == net_worth(economy, np.array([owner]))[0]
        held = economy.ledger.holdings[owner].sum(axis=1)
        assert len(told["holdings"]) == (held != 0).sum()
        for row in told["holdings"]:
            if row["listed"]:
                assert row["lots"] == economy.lots_of_owner(owner, row["name"])
                assert row["price"] == economy.quote(row["name"]).last
        mine = resting[resting[:, 1] == owner]
        books = sorted((economy.symbols[b], "sell" if s else "buy", int(p), int(q)) for b, _o, s, p, q, _i in mine)
        assert sorted((o["symbol"], o["side"], o["price"], o["lots"]) for o in told["orders"]) == books
        with_orders += bool(books)
        if told["contracts"]["number"] <= views_traders.MOST:
            rows = told["contracts"]["rows"]
            owed, lent = (sum(r["amount"] for r in rows if r["way"] == way) for way in ("owed to", "lent to"))
            assert owed == economy.ledger.contracts.debts[:, owner].sum()
            assert sum(row["value"] for row in told["holdings"]) + lent - told["debt"] == told["wealth"]
    assert with_orders > 5


def test_institutions_households_and_banks_tell_their_part() -> None:
    economy, _reel = closed(50)
    c = economy.closed
    assert c is not None

    def facts(owner: int) -> dict[str, Any]:
        return {fact["key"]: fact["value"] for fact in views_traders.facts(economy, owner)}

    row = int(np.flatnonzero(c.households.employer >= 0)[0])
    household = facts(c.households.first + row)
    assert household["employer"] == economy.symbols[c.households.employer[row]]
    assert household["spent"] == c.households.spent[row] > 0
    bank = facts(int(c.banks.owners[1]))
    assert bank["deposits"] == c.banks.deposits(economy.ledger)[1]
    assert bank["equity"] == c.banks.equity(economy.ledger)[1]
    firm = facts(int(c.firms.owners[2]))
    assert (firm["workers"], firm["revenue"]) == (c.firms.workers[2], c.firms.revenue[2])
    assert facts(c.treasury) == {}
    assert views_traders.who(economy, c.treasury) == "treasury"
    assert views_traders.who(economy, int(c.banks.owners[0])) == "B01, bank"
    kinds = views_traders.kinds(economy)
    assert sum(kind["number"] for kind in kinds) == economy.ledger.owners.size
    assert kinds[0] == {"kind": "central bank", "number": 1, "first": 0, "last": 0}
    assert [views_traders.exists(economy, owner) for owner in (-1, 0, 10**9)] == [False, True, False]


# Feeds


def test_feeds_tell_everything_then_what_is_new_and_everything_again_after_a_reset() -> None:
    with Desk("economy-coarse", seed=1, changes=CLOSED) as desk:
        asked = [Ask("wealth")]
        table, groups = feeds_traders.table(lambda: asked[0]), feeds_traders.groups(lambda: False)
        desk.step(4)
        message, seen = table(desk, None)
        assert message is not None
        assert [column["key"] for column in message["columns"]] == list(directory_of(desk).keys)
        assert (
            owners_of(message) == directory_of(desk).accounts.owners[directory_of(desk).leaders("wealth", 20)].tolist()
        )
        assert table(desk, seen) == (None, seen)
        asked[0] = Ask("cash", False)
        message, seen = table(desk, seen)
        assert message is not None
        assert "columns" not in message
        assert message["ask"] == {"sort": "cash", "down": False, "page": 0}

        board, _seen = feeds_traders.leaders("wealth")(desk, None)
        assert board is not None
        assert board["columns"][-1]["label"] == "place, day 0"

        whole, day = groups(desk, None)
        assert whole is not None
        assert [row[0] for row in whole["rows"]] == [0, 1, 2]
        desk.step(2)
        new, day = groups(desk, day)
        assert new is not None
        assert ([row[0] for row in new["rows"]], day, groups(desk, day)) == ([3], 3, (None, 3))

        desk.reset()
        message, _seen = table(desk, None)
        assert message is not None
        assert {row["cells"][-1] for row in message["rows"]} == {0}
        whole, day = groups(desk, None)
        assert whole is not None
        assert ([row[0] for row in whole["rows"]], day) == ([0], 0)


def test_feeds_of_an_owner_follow_the_world_and_say_when_it_is_gone() -> None:
    with Desk("economy-coarse", seed=1, changes=CLOSED) as desk:
        desk.step(12)
        owner = int(np.argmax(desk.run.wealth.trades.count))
        profile = feeds_trader.profile_of(owner)
        message, seen = feeds_trader.tiles(owner, profile)(desk, None)
        assert message is not None
        figures = {tile["key"]: tile["value"] for tile in message["tiles"]}
        economy = desk.world.economy
        now = int(net_worth(economy, np.array([owner]))[0])
        assert figures["wealth"] == now
        assert figures["since"] == pytest.approx(now / float(desk.run.wealth.opening[owner]) - 1.0)
        assert feeds_trader.tiles(owner, profile)(desk, seen)[0] is None

        trades = feeds_trader.rows(owner, feeds_trader.trades(owner), feeds_trader.TRADED, "other", "none")
        rows, seen = trades(desk, None)
        assert rows is not None
        newest = desk.run.wealth.trades.of(owner, 1)[0]
        assert rows["rows"][0]["cells"][1:] == [
            desk.run.snapshot.symbols[newest["book"]], "bought" if newest["bought"] else "sold",
            newest["lots"], newest["price"], str(newest["other"]),
        ]  # fmt: skip
        line, day = feeds_trader.wealth(owner)(desk, None)
        assert line is not None
        assert (line["rows"][-1], day) == ([6, pytest.approx(now, rel=1e-6), None, None], 6)

        nobody = feeds_trader.profile_of(10**6)
        assert "no owner 1000000" in feeds_trader.tiles(10**6, nobody)(desk, None)[0]["empty"]
        assert "no owner 1000000" in feeds_trader.facts(10**6, nobody)(desk, None)[0]["empty"]


def test_a_market_without_an_economy_says_what_is_missing() -> None:
    with Desk("markets", seed=1, changes=MARKET) as desk:
        desk.step(3)
        owner = int(desk.world.economy.trader_owners()[0])
        told, _seen = feeds_trader.facts(owner, feeds_trader.profile_of(owner))(desk, None)
        assert told == {"empty": "this scenario has no economy behind the market: nobody works, produces or lends"}
        assert "no ranking yet" in feeds_traders.leaders("sharpe")(desk, None)[0]["empty"]
        assert "no line yet" in feeds_traders.ranks(lambda: "since")(desk, None)[0]["empty"]
        tiles = {tile["key"]: tile["value"] for tile in feeds_traders.tiles(desk, None)[0]["tiles"]}
        wealth = directory_of(desk).columns["wealth"]
        assert (tiles["traders"], tiles["total"], tiles["gini"]) == (80, wealth.sum(), rankings.gini(wealth))
        assert "owing" not in tiles
