"""The indices of a month that move no price: table indices, worked out of what was measured.

A row for the goods market, one for each resource and one for the economy; what a scenario has no data for is NaN. The
formulas are in `catallaxy.markets.published_indices`; nothing reads their results back.

*Demand* D is what was bought and what was wanted in vain, *supply* S what was sold and what is left, in units, and the
elasticity measured is the arc elasticity of demand since the month before, which says little where prices hardly move.
So prices that would bring the two together take both sides as equally elastic: 1 for goods, since a budget in money has
that elasticity, and ½ for resources, as in the auction of permits. Consumer surplus is that of the demand B / p of
the budget B, at each price at which something was sold: what buyers saved against the dearest shop. Producer surplus
is what sellers got beyond labour and material.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.units import FloatArray
from ..markets.macro_reports import quantity_theory
from ..markets.published_indices import (
    clearing_price,
    inflation_decomposition,
    price_elasticity,
    scarcity_multiplier,
    sketched_equilibrium_price,
    step_consumer_surplus,
    step_producer_surplus,
    volatility_multiplier,
)
from ..policies.monetary import okun_gap
from .closed_economy import MONTHS_PER_YEAR, ClosedEconomy, closed_of

if TYPE_CHECKING:
    from .economy import Economy

GOODS, WHOLE = "consumer goods", "economy"
GOODS_ELASTICITY, RESOURCE_ELASTICITY = 1.0, 0.5
Row = dict[str, Any]


def publish(economy: Economy) -> None:
    """Write the month's rows of table indices, and remember prices and demand for the next month's elasticities."""
    c = closed_of(economy)
    rows = [goods_row(c), *resource_rows(c), economy_row(economy, c)]
    for row in rows:
        before = c.memory.demanded.get(row["subject"])
        if before is not None and row.get("demand", 0.0) > 0.0:
            row["price_elasticity"] = price_elasticity(before[0], row["price"], before[1], row["demand"])
    economy.recorder.note_indices(rows)
    c.memory.demanded = {row["subject"]: [row["price"], row["demand"]] for row in rows if row.get("demand", 0.0) > 0.0}


def _balanced(elasticity: float, price: float, demand: float, supply: float) -> Row:
    """Return price, demand and supply, and the prices that would bring the two together: the sketch's and ours."""
    row: Row = {"price": price, "demand": demand, "supply": supply}
    if demand > 0.0 and supply > 0.0:
        row["sketched_equilibrium_price"] = sketched_equilibrium_price(price, demand, supply, elasticity)
        row["clearing_price"] = clearing_price(price, demand, supply, elasticity, elasticity)
    return row


def goods_row(c: ClosedEconomy) -> Row:
    """Return the row of the goods market, without what needs the month before."""
    firms, goods = c.firms, np.flatnonzero(~c.firms.is_resource)
    sold, revenue = firms.sold[goods].astype(np.float64), firms.revenue[goods].astype(np.float64)
    demand, supply = float(sold.sum() + firms.unmet[goods].sum()), float(sold.sum() + firms.inventory[goods].sum())
    some = sold > 0.0
    if not some.any():
        return {"subject": GOODS, "price": c.memory.price, "demand": demand, "supply": supply}
    price, paid = float(revenue.sum() / sold.sum()), revenue[some] / sold[some]
    return {
        **_balanced(GOODS_ELASTICITY, price, demand, supply), "subject": GOODS,
        "consumer_surplus": step_consumer_surplus(*budget_demand(float(revenue.sum()), paid), price),
        "producer_surplus": step_producer_surplus(c.unit_cost()[goods][some] - paid, sold[some], 0.0),
    }  # fmt: skip


def budget_demand(budget: float, prices: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return (values, quantities): the demand of a fixed budget, B / p, in steps at the prices given.

    Examples
    --------
    >>> values, quantities = budget_demand(120.0, np.array([2.0, 3.0, 2.0]))
    >>> values.tolist(), quantities.tolist()
    ([3.0, 2.0], [40.0, 20.0])
    """
    values = np.unique(prices)[::-1]
    return values, np.diff(budget / values, prepend=0.0)


def resource_rows(c: ClosedEconomy) -> list[Row]:
    """Return a row for each resource: price and scarcity, and demand and supply where a firm extracts and sells it."""
    firms, resources = c.firms, c.resources
    prices, scarcity = c.resource_prices(), resources.scarcity()
    multiplier = scarcity_multiplier(scarcity, [one.strategic_importance for one in resources.settings])
    rows: list[Row] = [
        {"subject": name, "price": float(prices[k]), "scarcity": float(scarcity[k]),
         "scarcity_multiplier": float(multiplier[k])}
        for k, name in enumerate(resources.names)
    ]  # fmt: skip
    for f in np.flatnonzero(firms.is_resource).tolist():
        sold = float(firms.sold[f])
        price = float(firms.revenue[f]) / sold if sold else float(firms.price[f])
        demand, supply = sold + float(firms.unmet[f]), sold + float(firms.inventory[f])
        rows[int(firms.resource[f])] |= _balanced(RESOURCE_ELASTICITY, price, demand, supply)
    return rows


def economy_row(economy: Economy, c: ClosedEconomy) -> Row:
    """Return the row of the economy: the sketch's volatility multiplier, and inflation split in two ways and by it."""
    row: Row = {"subject": WHOLE}
    if economy.psychology is not None:
        mood, s = economy.psychology.market, economy.psychology.settings
        multiplier = volatility_multiplier(
            mood.fear, mood.greed, mood.herding, abs(mood.index), s.fear_weight, s.greed_weight
        )
        row["volatility_multiplier"] = float(multiplier[0])
    return {**row, **_decomposition(economy, c)}


def _decomposition(economy: Economy, c: ClosedEconomy) -> Mapping[str, float]:
    """Split the inflation of the last twelve months, or of all there are, in log points a year."""
    months, settings = c.history.months, economy.settings
    span = min(MONTHS_PER_YEAR, months["gdp"].size - 1)
    if span < 1:
        return {}
    levels = {name: months[name][[-1 - span, -1]] for name in ("price_level", "real_gdp", "deposits")}
    if not all((level > 0.0).all() for level in levels.values()):
        return {}
    a_year = MONTHS_PER_YEAR / span
    identity = quantity_theory(levels["price_level"], levels["real_gdp"], levels["deposits"])
    before, now = months["commodity_price"][[-1 - span, -1]]
    commodity = now / before - 1.0 if before > 0.0 else 0.0  # without resources nothing
    sentiment = 0.0 if economy.psychology is None else economy.psychology.sentiment
    split = inflation_decomposition(
        a_year * float(identity.inflation[0]), base=settings.central_bank.target,
        money_growth=a_year * float(identity.money_growth[0]),
        velocity_growth=a_year * float(identity.velocity_growth[0]),
        output_growth=a_year * float(identity.output_growth[0]), expected=float(months["expected_inflation"][-2]),
        gap_part=settings.reduced_form.slope * okun_gap(settings.central_bank, c.memory.slack),
        commodity_part=settings.reduced_form.commodity * a_year * float(commodity),
        behaviour=settings.expectations.sentiment * sentiment,
    )  # fmt: skip
    return {
        "inflation": split.inflation, "money_growth": split.by_money["money"],
        "velocity_growth": split.by_money["velocity"], "output_growth": -split.by_money["output"],
        "expected_part": split.by_slack["expected"], "gap_part": split.by_slack["gap"],
        "commodity_part": split.by_slack["commodity"], "unexplained_part": split.by_slack["residual"],
        "sketched_inflation": split.sketched,
    }  # fmt: skip
