"""What the built-in strategies do, each with the rule of its source; and that kernels equal their plain twins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.agents.check_strategy import FIRST_OWNER, check_strategy, synthetic_market
from catallaxy.agents.market import Market
from catallaxy.agents.population import Population
from catallaxy.agents.psychology import Psychology, PsychologySettings
from catallaxy.agents.strategies import (
    Fundamentalist,
    Herder,
    Holder,
    Hybrid,
    LeveragedValue,
    MarketMaker,
    MeanReversion,
    Momentum,
    Noise,
)
from catallaxy.agents.strategies.holder import HolderSettings
from catallaxy.agents.strategies.hybrid import log_discount
from catallaxy.agents.strategies.mean_reversion import next_stance
from catallaxy.agents.strategies.order_terms import lots_within, posted_price
from catallaxy.agents.strategy import Orders, Strategy, Traders
from catallaxy.core.errors import OutOfBounds
from catallaxy.core.randomness import component_key
from catallaxy.core.units import IntArray
from catallaxy.markets.order_sheet import OrderSheet
from catallaxy.markets.orders import BOOK, EXPIRY, KIND, OWNER, PRICE, PRIORITY, QUANTITY, SIDE, SLOT, Kind
from tests.agents.plain_strategies import TWINS, decide_plainly

BUILT_IN = [Fundamentalist, Herder, Hybrid, LeveragedValue, MarketMaker, MeanReversion, Momentum, Noise]
ORDER_SENDERS = [Fundamentalist, Herder, Hybrid, LeveragedValue, MarketMaker, Momentum, Noise]


def a_population(strategy: Strategy, market: Market, size: int = 0) -> Population:
    """Return a population of as many traders as the market has owners, or of ``size``."""
    population = Population(strategy.name, strategy, seed=11, activity=0.5, rounds=1)
    size = size or market.arrays.holdings.shape[0] - FIRST_OWNER
    population.add(range(FIRST_OWNER, FIRST_OWNER + size), market)
    return population


def decided(population: Population, market: Market, rows: IntArray | None = None) -> IntArray:
    """Let ``rows`` (all by default) decide and return their messages."""
    sheet = OrderSheet(1)
    population.decide(market, np.arange(population.size, dtype=np.int64) if rows is None else rows, sheet)
    return sheet.messages.copy()


def seen(market: Market, **arrays: Any) -> Market:
    """Return the market with some of its arrays exchanged."""
    return replace(market, arrays=market.arrays._replace(**arrays))


def moody(market: Market, *moods: float) -> Market:
    """Return the market with sentiment ``moods``, one for each stock or one for all; 0 is none."""
    psychology = Psychology(PsychologySettings(), market.symbols, agents=0, seed=1)
    for symbol, mood in zip(market.symbols, np.broadcast_to(moods, market.count).tolist(), strict=True):
        if mood:
            psychology.shock(mood, symbol=symbol)
    return seen(market, **psychology.scales._asdict())


def rich(market: Market) -> Market:
    """Return the market with owners who all hold as much in cash a stock as in each stock."""
    holdings = market.arrays.holdings.copy()
    holdings[:, 1:, 0] = np.maximum(1, 1_000_000_000 // market.last)
    holdings[:, 0, 0] = 1_000_000_000 * market.count
    return seen(market, holdings=holdings)


def mispriced(strategy: type[Strategy], market: Market) -> Market:
    """Return the market, for funds that buy only what is cheap one in which every other stock is cheap, or dear."""
    if strategy is not LeveragedValue:
        return market
    return seen(market, fundamental=market.mid * np.where(np.arange(market.count) % 2, 0.97, 1.03))


def buys(messages: IntArray) -> int:
    return int((messages[:, SIDE] == 0).sum())


def sells(messages: IntArray) -> int:
    return int((messages[:, SIDE] == 1).sum())


# -- what holds for all ----------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", BUILT_IN)
def test_a_built_in_strategy_keeps_the_contract(strategy: type[Strategy]) -> None:
    check_strategy(strategy)


worlds = st.fixed_dictionaries(
    {
        "books": st.integers(1, 5),
        "owners": st.integers(1, 40),
        "tick": st.one_of(st.integers(1, 40), st.integers(600, 640)),
        "wealth": st.sampled_from([0, 3000, 500_000, 20_000_000, 10**15]),
        "empty": st.booleans(),
        "seed": st.integers(0, 10_000),
    }
)
grids = st.tuples(st.sampled_from([1, 5, 100]), st.sampled_from([1, 10]), st.sampled_from([1, 3]))


@pytest.mark.parametrize("strategy", BUILT_IN)
@given(world=worlds, grid=grids, shocks=st.lists(st.floats(-0.3, 0.3), min_size=3, max_size=3), mood=st.floats(-1, 1))
def test_a_kernel_equals_its_plain_twin(
    strategy: type[Strategy], world: dict[str, Any], grid: tuple[int, int, int], shocks: list[float], mood: float
) -> None:
    """Same messages to the bit and same columns, for all ticks, lots, unit values and weights, over moving prices."""
    market = synthetic_market(**world)
    step, lot, value = (np.full(market.count, part, np.int64) for part in grid)
    spread = market.arrays.spread * np.linspace(0.4, 3.0, market.count)
    market = moody(seen(market, tick_size=step, round_lot=lot, unit_value=value, spread=spread), mood)
    population = a_population(strategy(), market)
    for moment, shock in enumerate(shocks):
        now = replace(seen(market, mid=market.mid * np.exp(shock)), tick=market.tick + moment, round_=moment % 2)
        rows = np.flatnonzero((np.arange(population.size) + moment) % 3)
        plain, columns = decide_plainly(
            strategy.name,
            now,
            population.strategy.settings,
            population.state,
            rows,
            population.owners[rows],
            population.key,
        )

        messages = decided(population, now, rows)

        assert messages.tolist() == plain.tolist()
        for name, column in columns.items():
            assert population.state[name].tobytes() == column.tobytes(), name


def test_every_built_in_strategy_has_a_twin() -> None:
    assert sorted(TWINS) == sorted(strategy.name for strategy in BUILT_IN)


@pytest.mark.parametrize("strategy", BUILT_IN)
@given(world=worlds)
def test_no_order_exceeds_the_budget(strategy: type[Strategy], world: dict[str, Any]) -> None:
    """What is bought costs at most the money, what is sold is owned, whatever its size."""
    market = synthetic_market(**world)
    population = a_population(strategy(), market)

    messages = decided(population, market)

    holdings = market.arrays.holdings
    spent: dict[int, int] = {}
    for owner, book, side, kind, price, lots in messages[:, [OWNER, BOOK, SIDE, KIND, PRICE, QUANTITY]].tolist():
        assert lots >= 0
        if side == 1:
            assert lots <= holdings[owner, 1 + book].sum()
        else:
            worst = price if kind != Kind.MARKET else max(market.mid[book], market.best_ask[book]) * 1.1
            spent[owner] = spent.get(owner, 0) + lots * int(worst)
    for owner, money in spent.items():
        assert money <= holdings[owner, 0].sum()


@pytest.mark.parametrize("strategy", BUILT_IN)
def test_the_penniless_order_nothing(strategy: type[Strategy]) -> None:
    market = synthetic_market(wealth=0)

    messages = decided(a_population(strategy(), market), market)

    assert not messages[:, QUANTITY].any()


@pytest.mark.parametrize("strategy", BUILT_IN)
def test_reserved_money_and_shares_count_as_budget(strategy: type[Strategy]) -> None:
    """A new order replaces the slot's old one, so what that one reserved can be spent again."""
    market = synthetic_market()
    swapped = seen(market, holdings=market.arrays.holdings[:, :, ::-1].copy())

    free = decided(a_population(strategy(), market), market)
    reserved = decided(a_population(strategy(), swapped), swapped)

    assert free.tolist() == reserved.tolist()


MOVED = {Fundamentalist: -0.8, Hybrid: -0.8, LeveragedValue: -0.8, MarketMaker: -0.8, Momentum: 0.8, Noise: 0.8}


@pytest.mark.parametrize("strategy", BUILT_IN)
def test_a_mood_moves_orders_of_its_own_stock_only(strategy: type[Strategy]) -> None:
    """Herders have moods of their own, and mean reversion none; what a mood changes is the order, not the book."""
    market = mispriced(strategy, rich(synthetic_market(owners=400, tick=640)))
    population = a_population(strategy(), market)
    state = {name: column.copy() for name, column in population.state.items()}

    calm = decided(population, market)
    population.state.update(state)
    excited = decided(population, moody(market, MOVED.get(strategy, -0.8), 0.0, 0.0, 0.0))

    others = [messages[messages[:, BOOK] != 0].tolist() for messages in (calm, excited)]
    own = [messages[messages[:, BOOK] == 0].tolist() for messages in (calm, excited)]
    assert others[0] == others[1]
    assert (own[0] != own[1]) == (strategy in MOVED)


@pytest.mark.parametrize("strategy", [s for s in BUILT_IN if s is not Herder])
def test_newcomers_leave_everybody_else_as_they_were(strategy: type[Strategy]) -> None:
    """Herders are left out: whom one can meet does depend on who is there."""
    market = synthetic_market(owners=60)
    few, many = a_population(strategy(), market, 20), a_population(strategy(), market, 60)

    before, after = decided(few, market), decided(many, market)

    assert before.tolist() == after[after[:, OWNER] < FIRST_OWNER + 20].tolist()
    for name in few.state:
        assert few.state[name].tolist() == many.state[name][:20].tolist()


@pytest.mark.parametrize("strategy", ORDER_SENDERS)
def test_a_strategy_is_lively(strategy: type[Strategy], scaled: Callable[[int], int]) -> None:
    """In a market with a past, both sides are ordered, in every stock."""
    market = mispriced(strategy, rich(synthetic_market(owners=max(100, scaled(2000)), tick=640)))

    messages = decided(a_population(strategy(), market), market)

    assert set(messages[messages[:, QUANTITY] > 0, BOOK].tolist()) == {0, 1, 2, 3}
    assert min(buys(messages), sells(messages)) > 0


@pytest.mark.parametrize("strategy", ORDER_SENDERS)
def test_prices_keep_the_tick_and_sizes_the_round_lot(strategy: type[Strategy]) -> None:
    market = rich(synthetic_market(tick=640))
    quotes = market.arrays.quotes - market.arrays.quotes % 25
    grid = seen(market, quotes=quotes, tick_size=np.full(4, 25, np.int64), round_lot=np.full(4, 100, np.int64))

    messages = decided(a_population(strategy(), grid), grid)

    assert messages.shape[0]
    assert not (messages[:, PRICE] % 25).any()
    assert not (messages[:, QUANTITY] % 100).any()


@pytest.mark.parametrize("strategy", ORDER_SENDERS)
def test_priorities_are_keys_of_all_sizes(strategy: type[Strategy]) -> None:
    market = rich(synthetic_market(owners=200, tick=640))

    keys = decided(a_population(strategy(), market), market)[:, PRIORITY]

    assert keys.min() >= 0
    assert np.unique(keys).size == keys.size
    assert keys.max() > 2**62 > keys.min()


def test_settings_are_bounded() -> None:
    with pytest.raises(OutOfBounds) as caught:
        MeanReversion.Settings.of({"enter": 5.0}, at="strategy.mean_reversion")

    assert "ascending order" in str(caught.value)


# -- fundamentalists -------------------------------------------------------------------------------


def agreed_fundamentalists(market: Market, **settings: Any) -> Population:
    return a_population(Fundamentalist(Fundamentalist.Settings(disagreement=0.0, **settings)), market)


@pytest.mark.parametrize(("value", "side"), [(1.05, 0), (0.95, 1)])
def test_fundamentalists_buy_what_is_cheap_and_sell_what_is_dear(value: float, side: int) -> None:
    market = rich(synthetic_market())
    market = seen(market, fundamental=market.mid * value)

    messages = decided(agreed_fundamentalists(market), market)

    assert messages.shape[0] > 40
    assert (messages[:, SIDE] == side).all()


def test_demand_grows_with_mispricing() -> None:
    market = rich(synthetic_market())
    sizes = []
    for value in (1.01, 1.02, 1.04):
        cheap = seen(market, fundamental=market.mid * value)
        sizes.append(decided(agreed_fundamentalists(cheap, reaction=0.5), cheap)[:, QUANTITY].sum())

    assert sizes[0] * 1.9 < sizes[1] < sizes[0] * 2.1
    assert sizes[1] * 1.9 < sizes[2] < sizes[1] * 2.1


def test_fundamentalists_never_pay_more_than_their_valuation() -> None:
    market = rich(synthetic_market())
    population = a_population(Fundamentalist(), market)

    messages = decided(population, market)

    valuation = market.fundamental[messages[:, BOOK]] * np.exp(
        population.state["error"][messages[:, OWNER] - FIRST_OWNER]
    )
    bought = messages[:, SIDE] == 0
    assert (messages[bought, PRICE] <= valuation[bought]).all()
    assert (messages[~bought, PRICE] >= valuation[~bought]).all()


def test_far_through_the_quote_they_take_and_do_not_rest() -> None:
    market = rich(synthetic_market())
    market = seen(market, fundamental=market.mid * 1.2)

    messages = decided(agreed_fundamentalists(market), market)

    assert (messages[:, KIND] == Kind.IOC).all()


def test_without_a_fundamental_value_they_stay_away() -> None:
    market = rich(synthetic_market())

    assert not decided(agreed_fundamentalists(market), seen(market, fundamental=np.zeros(4))).shape[0]


# -- leveraged value funds -------------------------------------------------------------------------


def one_stock(value: float, *, cash: int = 1_000_000, lots: int = 0) -> Market:
    """Return a market of one stock at 100.00 that is worth ``value`` times that, and funds that all have the same."""
    market = synthetic_market(books=1, owners=20)
    holdings = np.zeros_like(market.arrays.holdings)
    holdings[:, 0, 0], holdings[:, 1, 0] = cash, lots
    price, quotes = np.full(1, 10_000), np.array([[9_999, 10_001, 10**6, 10**6]])
    worth = price * value
    return seen(market, mid=price * 1.0, last=price, quotes=quotes, fundamental=worth, holdings=holdings)


def funds(market: Market, aggression: float, **settings: Any) -> Population:
    span = {"least_aggression": aggression, "most_aggression": aggression}
    return a_population(LeveragedValue(LeveragedValue.Settings(concession=0.0, **span, **settings)), market)


def wanted_by(population: Population, market: Market) -> IntArray:
    """Return what the funds' orders would cost were money no limit."""
    rows = np.arange(population.size, dtype=np.int64)
    traders = Traders(rows, population.owners, population.draws(market.tick, market.round_), population.state, market)
    return population.strategy.money_wanted(market, traders)


def test_leverage_is_aggression_times_mispricing_up_to_the_cap() -> None:
    """W = 10,000: a tenth below value at β = 5 is a leverage of 1/2, at β = 15 of 3/2, at β = 50 the cap of 2."""
    market = one_stock(1.0 / 0.9)

    wants = [wanted_by(funds(market, aggression), market) // 10_000 for aggression in (5.0, 15.0, 50.0)]

    for lots, target in zip(wants, (50, 150, 200), strict=True):
        assert set(lots.tolist()) <= {target - 1, target, target + 1}


def test_orders_stay_within_the_money_that_is_there() -> None:
    market = one_stock(1.0 / 0.9)

    assert set(decided(funds(market, 50.0), market)[:, QUANTITY].tolist()) == {100}


def test_a_loan_becomes_an_order_and_counts_against_wealth() -> None:
    """Own 10,000 and a loan of 10,000, both in cash: still twice the fund's wealth, now within its means."""
    market = one_stock(1.0 / 0.9, cash=2_000_000)
    population = funds(market, 50.0)
    population.state["debt"][:] = 1_000_000

    assert set(decided(population, market)[:, QUANTITY].tolist()) == {200}


def test_what_is_dear_is_sold_and_not_sold_short() -> None:
    market = one_stock(0.9, lots=70)

    messages = decided(funds(market, 50.0), market)

    assert set(messages[:, SIDE].tolist()) == {1}
    assert set(messages[:, QUANTITY].tolist()) == {70}


def test_a_fund_above_its_leverage_sells_what_is_too_much() -> None:
    """300 shares with 20,000 borrowed are three times the wealth of 10,000; the cap is two."""
    market = one_stock(1.0 / 0.9, cash=0, lots=300)
    population = funds(market, 50.0)
    population.state["debt"][:] = 2_000_000

    messages = decided(population, market)

    assert set(messages[:, SIDE].tolist()) == {1}
    assert set(messages[:, QUANTITY].tolist()) <= {100, 101}


def test_fear_lowers_the_leverage_wanted_and_greed_raises_it() -> None:
    market = one_stock(1.0 / 0.9)

    afraid, greedy = (int(wanted_by(funds(market, 10.0), moody(market, mood)).mean()) for mood in (-0.5, 0.5))

    assert 0.45 < afraid / 1_000_000 < 0.55
    assert 1.45 < greedy / 1_000_000 < 1.55


def test_asking_what_orders_would_cost_changes_nothing() -> None:
    market = one_stock(1.0 / 0.9)
    population = funds(market, 50.0)
    before = {name: column.tolist() for name, column in population.state.items()}

    wanted_by(population, market)

    assert {name: column.tolist() for name, column in population.state.items()} == before


def test_valuation_errors_have_the_spread_that_was_set(scaled: Callable[[int], int]) -> None:
    population = a_population(Fundamentalist(), synthetic_market(), scaled(20_000))

    error, reaction = population.state["error"], population.state["reaction"]

    noise = 4.0 / np.sqrt(population.size)
    assert abs(error.std() / 0.005 - 1.0) < noise
    assert abs(reaction.mean() / population.strategy.settings.reaction - 1.0) < noise


# -- momentum --------------------------------------------------------------------------------------


def trending(drift: float) -> Market:
    """Return a market whose every stock moved by ``drift`` a tick, up and down around it, for 640 ticks."""
    market = rich(synthetic_market(tick=640))
    for past in range(640):
        price = market.mid * np.exp(drift * (past - 639) + 0.002 * (past % 2))
        market.tape.note_tick(past + 1, price)
        if past % 30 == 29:
            market.tape.note_day(price)
    return seen(market, sigma=market.tape.sigma)


@pytest.mark.parametrize(("drift", "side"), [(0.001, 0), (-0.001, 1)])
def test_momentum_buys_what_rises_and_sells_what_falls(drift: float, side: int) -> None:
    market = trending(drift)

    messages = decided(a_population(Momentum(), market), market)

    assert messages.shape[0] > 20
    assert (messages[:, SIDE] == side).all()


def test_without_a_trend_momentum_rests() -> None:
    market = rich(synthetic_market(tick=1))

    assert not decided(a_population(Momentum(), market), market).shape[0]


def test_momentum_holds_less_of_what_is_more_volatile() -> None:
    market = trending(0.001)
    calm, wild = (seen(market, sigma=np.full(4, daily / np.sqrt(30))) for daily in (0.01, 0.04))
    population = a_population(Momentum(Momentum.Settings(daily_weight=1.0)), market)

    assert decided(population, calm)[:, QUANTITY].sum() > 3 * decided(population, wild)[:, QUANTITY].sum()


# -- mean reversion --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stance", "deviation", "then"),
    [
        (0, -1.99, 0), (0, -2.01, 1), (0, -4.0, 1), (0, -4.01, 0), (0, 2.01, -1), (0, 4.01, 0),
        (1, -0.51, 1), (1, -0.5, 0), (1, 1.0, 0), (1, -4.0, 1), (1, -4.01, 0),
        (-1, 0.51, -1), (-1, 0.5, 0), (-1, -1.0, 0), (-1, 4.0, -1), (-1, 4.01, 0),
    ],
)  # fmt: skip
def test_a_stance_is_entered_left_and_stopped_at_its_marks(stance: int, deviation: float, then: int) -> None:
    assert next_stance(stance, deviation, 2.0, 0.5, 4.0) == then


def test_a_position_is_opened_kept_and_closed_again() -> None:
    """Buy at z = -3, wait at -1, sell the same number of lots back at 0."""
    market = rich(synthetic_market())
    population = a_population(MeanReversion(MeanReversion.Settings(size=0.1)), market)
    mean, spread = market.tape.mean_20[population.state["home"]], market.tape.deviation_20[population.state["home"]]
    assert (mean > 0).all()
    assert (spread > 0).all()

    def at(z: float) -> Market:
        return seen(market, mid=market.tape.mean_20 + z * market.tape.deviation_20)

    entering = decided(population, at(-3.0))
    assert (entering[:, SIDE] == 0).all()
    assert entering.shape[0] == population.size
    holdings = market.arrays.holdings.copy()
    holdings[entering[:, OWNER], 1 + entering[:, BOOK], 0] += entering[:, QUANTITY]
    filled = seen(market, holdings=holdings)

    assert not decided(population, seen(at(-1.0), holdings=holdings)).shape[0]
    leaving = decided(population, seen(at(0.0), holdings=filled.arrays.holdings))
    assert (leaving[:, SIDE] == 1).all()
    assert leaving[:, [OWNER, BOOK, QUANTITY]].tolist() == entering[:, [OWNER, BOOK, QUANTITY]].tolist()


def test_a_stop_takes_what_the_market_pays() -> None:
    market = rich(synthetic_market())
    population = a_population(MeanReversion(), market)
    decided(population, seen(market, mid=market.tape.mean_20 + 3.0 * market.tape.deviation_20))
    holdings = market.arrays.holdings.copy()
    holdings[:, 1:, 0] = 0  # all sold

    stopped = decided(
        population, seen(market, mid=market.tape.mean_20 + 5.0 * market.tape.deviation_20, holdings=holdings)
    )

    assert stopped.shape[0] == population.size
    assert (stopped[:, KIND] == Kind.IOC).all()
    assert (stopped[:, SIDE] == 0).all()


def test_every_stock_has_its_watchers() -> None:
    for strategy in (MeanReversion(), MarketMaker()):
        homes = a_population(strategy, synthetic_market()).state["home"]

        assert np.bincount(homes).tolist() == [15, 15, 15, 15]


# -- market makers ---------------------------------------------------------------------------------


def quotes_of(messages: IntArray) -> tuple[IntArray, IntArray]:
    """Return bids and asks, a row each maker."""
    assert messages[0::2, SLOT].tolist() == [0] * (messages.shape[0] // 2)
    assert messages[1::2, SLOT].tolist() == [1] * (messages.shape[0] // 2)
    return messages[0::2], messages[1::2]


def test_makers_quote_both_sides_around_mid() -> None:
    market = rich(synthetic_market())

    bids, asks = quotes_of(decided(a_population(MarketMaker(), market), market))

    mid = market.mid[bids[:, BOOK]]
    assert (bids[:, SIDE] == 0).all()
    assert (asks[:, SIDE] == 1).all()
    assert (bids[:, PRICE] < mid).all()
    assert (asks[:, PRICE] > mid).all()
    assert (bids[:, QUANTITY] > 0).all()
    assert (asks[:, QUANTITY] > 0).all()


def test_quotes_keep_the_least_half_spread_and_a_tick() -> None:
    market = rich(synthetic_market())
    tight = MarketMaker.Settings(decay=1e7, risk_aversion=1e-6, least_half_spread=0.0001)

    bids, asks = quotes_of(decided(a_population(MarketMaker(tight), market), market))

    mid = market.mid[bids[:, BOOK]]
    apart = asks[:, PRICE] - bids[:, PRICE]
    assert (apart >= np.maximum(1, 0.0002 * mid)).all()
    assert (apart <= 0.0002 * mid + 2).all()


def test_inventory_moves_both_quotes_against_itself() -> None:
    """Equation (29): a long maker quotes lower, a short one higher, and by the same amount."""
    market = rich(synthetic_market())
    population = a_population(MarketMaker(MarketMaker.Settings(risk_aversion=50.0)), market)
    level, _asks = quotes_of(decided(population, market))
    lots = 3 * population.state["quote"]
    prices = []
    for sign in (1, -1):
        holdings = market.arrays.holdings.copy()
        holdings[population.owners, 1 + population.state["home"], 0] += sign * lots
        prices.append(quotes_of(decided(population, seen(market, holdings=holdings)))[0][:, PRICE])

    assert (prices[0] < level[:, PRICE]).all()
    assert (prices[1] > level[:, PRICE]).all()
    assert (np.abs(prices[0] + prices[1] - 2 * level[:, PRICE]) <= 2).all()


def test_at_the_cap_the_side_that_adds_is_withdrawn() -> None:
    market = rich(synthetic_market())
    population = a_population(MarketMaker(MarketMaker.Settings(inventory_cap=2.0, quote_share=0.01)), market)
    decided(population, market)
    holdings = market.arrays.holdings.copy()
    holdings[population.owners, 1 + population.state["home"], 0] += 2 * population.state["quote"]

    bids, asks = quotes_of(decided(population, seen(market, holdings=holdings)))

    assert not bids[:, QUANTITY].any()
    assert asks[:, QUANTITY].all()


def test_quotes_widen_with_volatility_and_narrow_towards_the_close() -> None:
    market = rich(synthetic_market())

    def width(now: Market) -> float:
        bids, asks = quotes_of(decided(a_population(MarketMaker(), now), now))
        return float((asks[:, PRICE] - bids[:, PRICE]).mean())

    calm, wild = seen(market, sigma=np.full(4, 0.002)), seen(market, sigma=np.full(4, 0.01))
    assert width(calm) < width(wild)
    assert width(replace(wild, tick_of_day=30)) < width(replace(wild, tick_of_day=1))


def test_makers_wake_every_tick_unless_told_otherwise() -> None:
    assert MarketMaker.Settings().activity == 1.0
    assert MarketMaker.slots == 2


# -- hybrids ---------------------------------------------------------------------------------------


@given(demand=st.floats(0.0, 1e12), offset=st.floats(0.0, 500.0))
def test_the_discount_solves_its_equation(demand: float, offset: float) -> None:
    y = log_discount(demand, offset)

    assert y >= offset
    assert y == pytest.approx(offset + demand * np.exp(-y), rel=1e-9, abs=1e-12)


def test_hybrids_expire_after_their_horizon_and_never_later_than_the_tape_reaches() -> None:
    market = rich(synthetic_market())
    population = a_population(Hybrid(), market)

    messages = decided(population, market)

    horizon = population.state["horizon"][messages[:, OWNER] - FIRST_OWNER]
    assert (messages[:, EXPIRY] == market.tick + horizon - 1).all()
    assert horizon.max() == 1023


def test_patience_and_caution_grow_with_the_weight_on_value() -> None:
    """τ_i = τ (1 + g1) / (1 + g2) and α_i likewise."""
    value = a_population(Hybrid(Hybrid.Settings(trend_weight=0.0, horizon=10.0)), synthetic_market()).state
    trend = a_population(Hybrid(Hybrid.Settings(value_weight=0.0, horizon=10.0)), synthetic_market()).state

    assert value["horizon"].min() >= 10 >= trend["horizon"].max()
    assert value["aversion"].min() >= 0.03 * 15_000 >= trend["aversion"].max()
    assert value["value"] + value["trend"] + value["chance"] == pytest.approx(np.ones(60))


def crossing(messages: IntArray) -> IntArray:
    """Return the messages that trade at once; bulls may still offer shares far above the market."""
    return messages[messages[:, KIND] == Kind.IOC]


@pytest.mark.parametrize(("value", "side"), [(1.1, 0), (0.9, 1)])
def test_hybrids_who_believe_in_value_trade_towards_it(value: float, side: int) -> None:
    market = rich(synthetic_market())
    market = seen(market, fundamental=market.mid * value)
    believers = Hybrid(Hybrid.Settings(trend_weight=0.0, noise_weight=1e-6))

    takers = crossing(decided(a_population(believers, market), market))

    assert takers.shape[0] > 20
    assert (takers[:, SIDE] == side).all()


@pytest.mark.parametrize(("drift", "side"), [(0.001, 0), (-0.001, 1)])
def test_hybrids_who_believe_in_trends_follow_them(drift: float, side: int) -> None:
    market = trending(drift)
    chartists = Hybrid(Hybrid.Settings(value_weight=0.0, noise_weight=1e-6))

    takers = crossing(decided(a_population(chartists, market), market))

    assert takers.shape[0] > 20
    assert (takers[:, SIDE] == side).all()


def test_hybrids_who_reach_the_opposite_quote_take_there_and_do_not_rest() -> None:
    market = rich(synthetic_market(owners=400, tick=640))

    messages = decided(a_population(Hybrid(), market), market)

    book, price, bought = messages[:, BOOK], messages[:, PRICE], messages[:, SIDE] == 0
    takes = messages[:, KIND] == Kind.IOC
    assert takes.any()
    assert (price[takes & bought] == market.best_ask[book][takes & bought]).all()
    assert (price[takes & ~bought] == market.best_bid[book][takes & ~bought]).all()
    assert (price[~takes & bought] < market.best_ask[book][~takes & bought]).all()
    assert (price[~takes & ~bought] > market.best_bid[book][~takes & ~bought]).all()


def test_no_market_order_of_noise_asks_for_more_than_the_best_quote_offers() -> None:
    market = rich(synthetic_market(owners=400))
    eager = Noise(Noise.Settings(market_share=1.0))

    messages = decided(a_population(eager, market), market)

    assert (messages[:, KIND] == Kind.MARKET).all()
    offered = market.arrays.quotes[messages[:, BOOK], 3 - messages[:, SIDE]]
    assert (messages[:, QUANTITY] <= offered).all()
    assert not decided(a_population(eager, market), synthetic_market(owners=400, empty=True)).shape[0]


# -- herders ---------------------------------------------------------------------------------------


def test_optimists_buy_and_pessimists_sell() -> None:
    market = rich(synthetic_market(owners=200))
    population = a_population(Herder(), market)

    messages = decided(population, market)

    mood = population.state["mood"][messages[:, OWNER] - FIRST_OWNER]
    assert ((messages[:, SIDE] == 0) == (mood == 1)).all()
    assert 0.2 < mood.mean() < 0.8


def test_a_unanimous_crowd_stays_so_unless_somebody_thinks_alone() -> None:
    market = rich(synthetic_market(owners=200))
    crowd = a_population(Herder(Herder.Settings(independence=0.0)), market)
    crowd.state["mood"][:] = 1

    decided(crowd, market)

    assert crowd.state["mood"].all()


def test_conversions_come_as_often_as_kirman_says(scaled: Callable[[int], int]) -> None:
    """With k optimists of N, a pessimist turns with probability ε + (1 - δ) k / (N - 1)."""
    market = synthetic_market(owners=1)
    size = max(2000, scaled(40_000))
    crowd = a_population(Herder(Herder.Settings(independence=0.05, resistance=0.3)), market, size)
    crowd.state["mood"][:] = np.arange(size) % 4 == 0
    before = crowd.state["mood"].copy()
    nobody = seen(market, holdings=np.zeros((FIRST_OWNER + size, 5, 2), np.int64))

    decided(crowd, nobody)

    turned = crowd.state["mood"] != before
    assert turned[before == 0].mean() == pytest.approx(0.05 + 0.7 * 0.25, abs=2.0 / np.sqrt(size))
    assert turned[before == 1].mean() == pytest.approx(0.05 + 0.7 * 0.75, abs=4.0 / np.sqrt(size))


def test_everybody_is_met_in_the_mood_of_the_opening() -> None:
    """Two who would convert each other swap their moods, whoever decides first."""
    market = rich(synthetic_market(owners=2))
    for order in ([0, 1], [1, 0]):
        pair = a_population(Herder(Herder.Settings(independence=0.0, resistance=0.0)), market)
        pair.state["mood"][:] = [0, 1]

        for row in order:
            decided(pair, market, np.array([row]))

        assert pair.state["mood"].tolist() == [1, 0]


def test_a_lone_herder_meets_nobody() -> None:
    market = rich(synthetic_market(owners=1))
    hermit = a_population(Herder(Herder.Settings(independence=0.0)), market)
    before = hermit.state["mood"].tolist()

    decided(hermit, market)

    assert hermit.state["mood"].tolist() == before


# -- terms -----------------------------------------------------------------------------------------


@given(
    wish=st.floats(0.0, 1e18), cost=st.integers(1, 2**40), cash=st.integers(0, 2**61),
    shares=st.integers(0, 2**61), lot=st.sampled_from([1, 7, 100]), side=st.integers(0, 1),
)  # fmt: skip
def test_lots_are_what_exact_division_gives(
    wish: float, cost: int, cash: int, shares: int, lot: int, side: int
) -> None:
    most = cash // cost if side == 0 else shares

    assert lots_within(wish, side, cost, cash, shares, lot) == min(int(min(wish, 1e15)), most) // lot * lot


@given(price=st.floats(-10.0, 1e9), side=st.integers(0, 1), step=st.sampled_from([1, 5, 100]))
def test_posted_prices_lie_on_the_tick_and_away_from_the_market(price: float, side: int, step: int) -> None:
    posted = posted_price(price, side, step)

    assert posted >= step
    assert posted % step == 0
    if price >= step:
        assert 0 <= (price - posted if side == 0 else posted - price) < step


def test_the_traders_handed_to_a_strategy_need_not_start_at_row_zero() -> None:
    market = rich(synthetic_market())
    population = a_population(Noise(), market)
    rows = np.array([7, 23, 41])
    traders = Traders(rows, population.owners[rows], population.draws(market.tick, 0), population.state, market)
    sheet = OrderSheet()

    population.strategy.decide(market, traders, Orders(sheet, market, 1))

    assert set(sheet.messages[:, OWNER].tolist()) <= set((rows + FIRST_OWNER).tolist())
    assert population.key == component_key(11, "traders.noise")


# -- owners ---------------------------------------------------------------------------------------


def owners_orders(mispriced: float, **settings: Any) -> tuple[Market, IntArray]:
    """Return a market whose mid-prices are e^mispriced times the values, and what its owners send there."""
    market = synthetic_market()
    market = seen(market, fundamental=market.arrays.mid * np.exp(-mispriced))
    return market, decided(a_population(Holder(HolderSettings(**settings)), market), market)


@pytest.mark.parametrize("mispriced", [-0.19, 0.0, 0.19])
def test_owners_keep_their_shares_near_value(mispriced: float) -> None:
    assert not len(owners_orders(mispriced, band=0.2)[1])


def test_owners_without_a_band_never_trade() -> None:
    assert not len(owners_orders(1.0, band=None)[1])


@pytest.mark.parametrize(("mispriced", "side"), [(0.5, 1), (-0.5, 0)])
def test_owners_sell_into_bubbles_and_buy_after_crashes_a_part_at_the_edge_of_the_band(
    mispriced: float, side: int
) -> None:
    """Baker and Wurgler 2002; Lakonishok and Lee 2001."""
    market, sent = owners_orders(mispriced, band=0.2, part=0.1)

    arrays = market.arrays
    assert len(sent)
    assert set(sent[:, SIDE]) == {side}
    edge = arrays.fundamental[sent[:, BOOK]] * np.exp(0.2 * np.sign(mispriced))
    assert (np.abs(sent[:, PRICE] - edge) <= arrays.tick_size[sent[:, BOOK]]).all()
    shares = arrays.holdings[sent[:, OWNER], arrays.security[sent[:, BOOK]], 0]
    cash = arrays.holdings[sent[:, OWNER], arrays.money[0], 0]
    most = 0.1 * (shares if side else cash / (edge * arrays.unit_value[sent[:, BOOK]]))
    assert (sent[:, QUANTITY] <= most).all()
    assert (sent[:, QUANTITY] > most - 1 - arrays.round_lot[sent[:, BOOK]]).all()
