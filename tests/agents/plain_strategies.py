"""Slow plain twins of the strategies' kernels: one trader at a time, with lists and exact integers.

Each takes (market, settings, state, row, owner, draws) and returns the messages of one trader; `state`
holds the columns as the round opened, `changes` those it writes. Expressions are in the kernels' order,
so results agree byte for byte.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from catallaxy.agents.market import Market
from catallaxy.core.randomness import DECIDE, Draws
from catallaxy.core.units import IntArray
from catallaxy.markets.tape import HISTORY

LIMIT, MARKET, IOC = 0, 1, 2


@dataclass
class Account:
    """What one trader owns of money and of one stock, whether or not an order of its own holds it."""

    cash: int
    shares: int
    per_lot: int
    spread: float
    mid: float

    def affordable(self) -> float:
        return float(self.cash) / (self.spread * self.mid * self.per_lot)

    def stake(self) -> float:
        return 0.5 * (self.affordable() + float(self.shares))


class Moment:
    """One trader's view of the market, and its four draws."""

    def __init__(self, market: Market, row: int, owner: int, key: int, state: dict[str, Any]) -> None:
        self.market, self.row, self.owner = market, row, owner
        draws = Draws(key, market.tick, market.round_)
        self.bits = [int(draws.bits([row], DECIDE, number)[0]) for number in range(4)]
        self.state = {name: column[row].item() for name, column in state.items()}
        self.columns = state
        self.changes: dict[str, Any] = {}

    def high(self, number: int) -> float:
        return (self.bits[number] // 2**32) / 2**32

    def low(self, number: int) -> float:
        return (self.bits[number] % 2**32) / 2**32

    def whole(self, number: int) -> float:
        return (self.bits[number] // 2**11) / 2**53

    def look_at(self, book: int) -> Account:
        arrays = self.market.arrays
        self.book, self.step, self.round_lot = book, int(arrays.tick_size[book]), int(arrays.round_lot[book])
        self.bid, self.ask, self.bid_lots, self.ask_lots = arrays.quotes[book].tolist()
        self.mid, self.sigma = float(arrays.mid[book]), float(arrays.sigma[book])
        self.value = float(arrays.fundamental[book])
        cash = sum(int(part) for part in arrays.holdings[self.owner, arrays.money[book]])
        shares = sum(int(part) for part in arrays.holdings[self.owner, arrays.security[book]])
        self.account = Account(cash, shares, int(arrays.unit_value[book]), float(arrays.spread[book]), self.mid)
        return self.account

    def scale(self, name: str) -> float:
        return float(getattr(self.market.arrays, f"{name}_scale")[self.book])

    def log_mid(self, ticks_ago: int) -> float:
        return float(self.market.arrays.log_mid[(self.market.tape.tick - ticks_ago) % HISTORY, self.book])

    def rounded(self, price: float, side: int) -> int:
        units = math.floor(price) if side == 0 else math.ceil(price)
        steps = units // self.step if side == 0 else -(-units // self.step)
        return max(steps, 1) * self.step

    def lots(self, wish: float, side: int, price: int, cash: int | None = None) -> int:
        lots = int(min(wish, 1e15))
        if side == 0:
            lots = min(lots, (self.account.cash if cash is None else cash) // (price * self.account.per_lot))
        else:
            lots = min(lots, self.account.shares)
        return lots // self.round_lot * self.round_lot

    def message(
        self, side: int, kind: int, price: int, lots: int, *, expiry: int | None = None, draw: int = 3, slot: int = 0
    ) -> list[int]:
        due = self.market.order_expiry if expiry is None else expiry
        return [self.owner, self.book, side, kind, price, lots, due, self.bits[draw] // 2, slot, 0]


def plain_noise(moment: Moment, s: Any) -> list[list[int]]:
    account = moment.look_at(int(moment.high(0) * moment.market.count))
    side = 0 if moment.high(1) < 0.5 else 1
    if moment.high(2) < s.market_share:
        kind, price = MARKET, moment.rounded(max(moment.mid, float(moment.ask)) * 1.1, 1)
    else:
        distance = s.width * moment.scale("noise") * -math.log(1.0 - moment.low(0))
        kind, price = LIMIT, moment.rounded(moment.mid * (1.0 - distance if side == 0 else 1.0 + distance), side)
    share = s.order_share * moment.scale("order_size")
    wish = share * account.stake() * -math.log(1.0 - moment.low(2)) + moment.low(1)
    if kind == MARKET:
        wish = min(wish, float(moment.ask_lots if side == 0 else moment.bid_lots))
    lots = moment.lots(wish, side, price)
    return [moment.message(side, kind, 0 if kind == MARKET else price, lots)] if lots > 0 else []


def plain_fundamentalist(moment: Moment, s: Any) -> list[list[int]]:
    account = moment.look_at(int(moment.high(0) * moment.market.count))
    if not moment.value > 0.0:
        return []
    mispricing = math.log(moment.value / moment.mid) + moment.state["error"]
    valuation = moment.value * math.exp(moment.state["error"])
    side = 0 if mispricing > 0.0 else 1
    give = s.concession * moment.high(1)
    price = moment.rounded(valuation * (1.0 - give if side == 0 else 1.0 + give), side)
    through = (
        moment.ask > 0 and price > moment.ask * (1.0 + s.patience)
        if side == 0
        else price < moment.bid * (1.0 - s.patience)
    )
    reaction = moment.state["reaction"] * moment.scale("fundamentalist")
    wish = reaction * abs(mispricing) * account.stake() + moment.low(1)
    lots = moment.lots(wish, side, price)
    return [moment.message(side, IOC if through else LIMIT, price, lots)] if lots > 0 else []


def plain_leveraged_value(moment: Moment, s: Any) -> list[list[int]]:
    account, arrays = moment.look_at(int(moment.high(0) * moment.market.count)), moment.market.arrays
    if not moment.value > 0.0:
        return []
    wealth = float(account.cash) - float(moment.state["debt"])
    for security, last, unit in zip(arrays.security, arrays.last, arrays.unit_value, strict=True):
        wealth += float(arrays.holdings[moment.owner, security].sum()) * float(last) * float(unit)
    mispricing = (moment.value - moment.mid) / moment.value
    leverage = 0.0
    if mispricing > 0.0:
        leverage = min(moment.state["aggression"] * moment.scale("leverage") * mispricing, s.most_leverage)
    change = max(wealth, 0.0) * leverage / (account.spread * moment.mid * account.per_lot) - float(account.shares)
    side = 0 if change > 0.0 else 1
    give = s.concession * moment.low(0)
    price = moment.rounded(moment.mid * (1.0 + give if side == 0 else 1.0 - give), side)
    lots = moment.lots(abs(change) + moment.high(1), side, price)
    return [moment.message(side, LIMIT, price, lots)] if lots > 0 else []


def plain_momentum(moment: Moment, s: Any) -> list[list[int]]:
    account = moment.look_at(int(moment.high(0) * moment.market.count))
    tape, book, horizon = moment.market.tape, moment.book, moment.state["horizon"]
    daily = float(np.sign(tape.fast[book] - tape.slow[book]))
    scale = moment.sigma * math.sqrt(float(horizon))
    trend = (moment.log_mid(0) - moment.log_mid(horizon)) / scale if scale > 0.0 else 0.0
    signal = s.daily_weight * daily + (1.0 - s.daily_weight) * min(1.0, max(-1.0, trend))
    volatility = moment.sigma * math.sqrt(float(moment.market.ticks_per_day))
    size = s.target_volatility / volatility if volatility > s.target_volatility else 1.0
    lean = min(0.5, s.tilt * moment.scale("chartist"))
    gap = (0.5 + lean * signal * size) * (account.affordable() + float(account.shares)) - float(account.shares)
    side = 0 if gap > 0.0 else 1
    if signal == 0.0 or (signal < 0.0 and side == 0) or (signal > 0.0 and side == 1):
        return []
    give = s.concession * (2.0 * moment.high(1) - 1.0)
    price = moment.rounded(moment.mid * (1.0 - give if side == 0 else 1.0 + give), side)
    lots = moment.lots(s.speed * abs(gap) + moment.low(1), side, price)
    return [moment.message(side, LIMIT, price, lots)] if lots > 0 else []


def plain_herder(moment: Moment, s: Any) -> list[list[int]]:
    mood = moment.columns["mood"]
    others = [row for row in range(len(mood)) if row != moment.row] or [moment.row]
    met = int(mood[others[int(moment.low(0) * (len(mood) - 1))]])
    own, chance = moment.state["mood"], moment.high(1)
    alone = chance < s.independence
    converted = met != own and chance < s.independence + 1.0 - s.resistance
    new = 1 - own if alone or converted else own
    if new != own:
        moment.changes = {"mood": new, "switched": moment.market.tick * 128 + moment.market.round_}
    account = moment.look_at(int(moment.high(0) * moment.market.count))
    side = 1 - new
    weight = 0.5 + s.tilt if side == 0 else 0.5 - s.tilt
    gap = weight * (account.affordable() + float(account.shares)) - float(account.shares)
    gap = gap if side == 0 else -gap
    if gap <= 0.0:
        return []
    give = s.concession * (2.0 * moment.high(2) - 1.0)
    price = moment.rounded(moment.mid * (1.0 - give if side == 0 else 1.0 + give), side)
    lots = moment.lots(s.speed * gap + moment.low(2), side, price)
    return [moment.message(side, LIMIT, price, lots)] if lots > 0 else []


def plain_mean_reversion(moment: Moment, s: Any) -> list[list[int]]:
    account = moment.look_at(moment.state["home"])
    tape, now = moment.market.tape, moment.state
    spread = float(tape.deviation_20[moment.book])
    z = (moment.mid - float(tape.mean_20[moment.book])) / spread if spread > 0.0 else 0.0
    stance, usual, wanted = now["stance"], now["usual"], now["wanted"]
    if stance == 1:  # bought: price below the mean
        new = 1 if -s.stop <= z < -s.leave else 0
    elif stance == -1:
        new = -1 if s.leave < z <= s.stop else 0
    else:
        new = 1 if -s.stop <= z < -s.enter else -1 if s.enter < z <= s.stop else 0
    if new == 0 and wanted == -1:
        return []
    if new != stance:
        if new == 0:
            wanted = usual
        else:
            usual = account.shares if wanted == -1 else usual
            wanted = max(0, usual + new * int(min(s.size * account.stake(), 1e15) + moment.low(0)))
        moment.changes = {"stance": new, "usual": usual, "wanted": wanted}
    side, missing = (0, wanted - account.shares) if wanted > account.shares else (1, account.shares - wanted)
    if missing == 0:
        if new == 0:
            moment.changes["wanted"] = -1
        return []
    give = -s.concession if abs(z) > s.stop else s.concession * (2.0 * moment.high(0) - 1.0)
    price = moment.rounded(moment.mid * (1.0 - give if side == 0 else 1.0 + give), side)
    lots = moment.lots(float(missing), side, price)
    return [moment.message(side, IOC if abs(z) > s.stop else LIMIT, price, lots)] if lots > 0 else []


def plain_market_maker(moment: Moment, s: Any) -> list[list[int]]:
    account = moment.look_at(moment.state["home"])
    opening, quote, market = moment.state["opening"], moment.state["quote"], moment.market
    if quote == -1:
        opening = account.shares
        quote = max(int(min(s.quote_share * account.stake(), 1e15)) // moment.round_lot, 1) * moment.round_lot
        moment.changes = {"opening": opening, "quote": quote}
    inventory = (account.shares - opening) / quote
    remaining = max(1, market.ticks_per_day - market.tick_of_day + 1) / market.ticks_per_day
    volatility = min(moment.sigma, s.most_volatility / math.sqrt(float(market.ticks_per_day)))
    variance = volatility * volatility * market.ticks_per_day
    aversion = s.risk_aversion * moment.scale("risk_aversion")
    risk = aversion * variance * remaining
    centre = moment.mid * (1.0 - inventory * aversion * variance * remaining)
    spread = risk + 2.0 / aversion * math.log(1.0 + aversion / s.decay)
    half = moment.mid * max(0.5 * spread, s.least_half_spread)
    bid = moment.rounded(max(centre - half, 0.0), 0)
    ask = max(moment.rounded(max(centre + half, 0.0), 1), bid + moment.step)
    bid_lots = max(moment.lots(float(quote), 0, bid), 0) if inventory < s.inventory_cap else 0
    ask_lots = max(moment.lots(float(quote), 1, ask), 0) if inventory > -s.inventory_cap else 0
    return [
        moment.message(0, LIMIT, bid, bid_lots, draw=2, slot=0),
        moment.message(1, LIMIT, ask, ask_lots, draw=3, slot=1),
    ]


def discount(demand: float, offset: float) -> float:
    """Return the root of y = offset + demand exp(-y), by Newton's steps from ``offset``."""
    y, step = offset, math.inf
    for _ in range(64):
        fall = demand * math.exp(-y)
        step = (offset + fall - y) / (1.0 + fall)
        y += step
        if step <= 1e-12 * y:
            break
    return y


def plain_hybrid(moment: Moment, s: Any) -> list[list[int]]:
    account = moment.look_at(int(moment.high(0) * moment.market.count))
    trait, mid = moment.state, moment.mid
    horizon = trait["horizon"]
    chance = math.sqrt(-2.0 * math.log(1.0 - moment.whole(1))) * math.cos(2.0 * math.pi * moment.whole(2))
    underpricing = math.log(moment.value / mid) if moment.value > 0.0 else 0.0
    trend = moment.log_mid(0) - moment.log_mid(horizon)
    expected = trait["trend"] * moment.scale("chartist") * trend
    expected += trait["chance"] * (s.forecast_noise * moment.scale("noise")) * math.sqrt(float(horizon)) * chance
    expected += trait["value"] * moment.scale("fundamentalist") * underpricing
    forecast = mid * math.exp(expected)
    cash, shares = float(account.cash) / (account.spread * account.per_lot), float(account.shares)
    stake, squares = cash + shares * mid, 0.0
    for lag in range(1, horizon + 1):
        step = moment.log_mid(lag - 1) - moment.log_mid(lag)
        squares += step * step if lag <= moment.market.tape.tick else moment.sigma * moment.sigma
    variance = squares / horizon - trend * trend / (float(horizon) * float(horizon))
    if stake <= 0.0 or not variance > 0.0:
        return []
    risk = trait["aversion"] * moment.scale("risk_aversion") / stake * variance
    content = forecast * math.exp(-discount(risk * shares * forecast, 0.0))
    lowest = forecast * math.exp(-discount(risk * shares * forecast, risk * cash))
    drawn = lowest + moment.low(0) * (forecast - lowest)
    side = 0 if drawn < content else 1
    price = moment.rounded(drawn, side)
    opposite = moment.ask if side == 0 else moment.bid
    crosses = opposite > 0 and (price >= opposite if side == 0 else price <= opposite)
    price = opposite if crosses else price
    demand = math.log(forecast / price) / (risk * price)
    wish = (demand - shares if side == 0 else shares - demand) + moment.low(3)
    if wish < 1.0:
        return []
    lots = moment.lots(wish, side, price, int(float(account.cash) / account.spread))
    due = moment.market.tick + horizon - 1
    return [moment.message(side, IOC if crosses else LIMIT, price, lots, expiry=due)] if lots > 0 else []


TWINS: dict[str, Callable[[Moment, Any], list[list[int]]]] = {
    "noise": plain_noise,
    "fundamentalist": plain_fundamentalist,
    "leveraged_value": plain_leveraged_value,
    "momentum": plain_momentum,
    "mean_reversion": plain_mean_reversion,
    "hybrid": plain_hybrid,
    "market_maker": plain_market_maker,
    "herder": plain_herder,
}


def decide_plainly(
    name: str, market: Market, settings: Any, state: dict[str, Any], rows: IntArray, owners: IntArray, key: int
) -> tuple[IntArray, dict[str, Any]]:
    """Return the messages of the traders ``rows`` and the columns afterwards."""
    after = {column: values.copy() for column, values in state.items()}
    messages: list[list[int]] = []
    for row, owner in zip(rows.tolist(), owners.tolist(), strict=True):
        moment = Moment(market, row, owner, key, state)
        messages += TWINS[name](moment, settings)
        for column, value in moment.changes.items():
            after[column][row] = value
    return np.array(messages, np.int64).reshape(-1, 10), after
