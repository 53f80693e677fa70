"""Tables of a closed economy against each other: every column recomputed from payments, balance sheets and trades."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pytest

from catallaxy.core.schemas import TABLES
from catallaxy.ledger.run_store import FolderStore
from catallaxy.model.economy import Economy
from catallaxy.model.runs import resume
from tests.model.closed_economy import closed

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation

MONTHS, MONTH = 7, 21
TOLD = ("macro", "firms", "banks", "resources", "indices", "flows", "balances", "revaluations", "world", "bars")
Tables: TypeAlias = dict[str, pd.DataFrame]
Columns: TypeAlias = "np.ndarray[Any, Any]"


def read(economy: Economy) -> Tables:
    return {name: economy.table(name) for name in TOLD}


@pytest.fixture(scope="module")
def economy() -> Economy:
    """Seven months that nothing interrupts."""
    economy = closed()
    economy.run(days=MONTHS * MONTH)
    return economy


@pytest.fixture(scope="module", params=["memory", "folder"])
def tables(request: pytest.FixtureRequest, economy: Economy, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """The tables of the run, and of one that was stored, closed in the middle of a month, and resumed."""
    if request.param == "memory":
        return read(economy)
    folder = tmp_path_factory.mktemp("closed") / "run"
    with closed(out=folder) as first:
        first.run(days=3 * MONTH + 7)
    with resume(folder) as again:
        again.run(days=MONTHS * MONTH - again.day)
    store = FolderStore.open(folder)
    return {name: store.read(name).to_pandas() for name in TOLD}


def paid(tables: Tables, *kinds: str, instrument: str = "deposit", **who: str) -> Columns:
    """Return (months,) what was paid in each month, by kind, payer and payee; the opening is no payment."""
    flows = tables["flows"]
    chosen = flows["kind"].isin(kinds) & (flows["instrument"] == instrument)
    for column, sector in who.items():
        chosen &= flows[column] == sector
    rows = flows[chosen]
    return np.bincount((rows["tick"] - 1) // MONTH, rows["amount"], MONTHS).astype(np.int64)


def at_month_ends(tables: Tables, name: str = "balances") -> pd.DataFrame:
    rows = tables[name]
    return rows[rows["tick"] % MONTH == 0]


def stock(tables: Tables, instrument: str, side: str, *sectors: str) -> list[int]:
    """Return (months,) what sectors, or all, hold ("asset") or owe ("liability") at month ends."""
    rows = at_month_ends(tables)
    rows = rows[(rows["instrument"] == instrument) & (rows["sector"].isin(sectors) if sectors else True)]
    sums = rows.groupby("tick")[side].sum()
    return [int(sums.get(MONTH * (month + 1), 0)) for month in range(MONTHS)]


def by_firm(tables: Tables, column: str) -> Columns:
    """Return (months, firms) a column of table firms."""
    return tables["firms"].pivot(index="tick", columns="firm", values=column).to_numpy()


def goods(tables: Tables) -> Columns:
    return tables["firms"].iloc[: len(by_firm(tables, "owner")[0])]["sector"].to_numpy() == "consumer goods"


# -- the same whether stored or not ---------------------------------------------------------------


def test_a_stored_and_resumed_run_writes_what_an_uninterrupted_one_does(tables: Tables, economy: Economy) -> None:
    for name, rows in read(economy).items():
        pd.testing.assert_frame_equal(tables[name].reset_index(drop=True), rows.reset_index(drop=True), obj=name)


def test_every_column_is_written_with_the_type_it_declares(tables: Tables) -> None:
    for name in ("macro", "firms", "banks", "resources"):
        assert tuple(tables[name].columns) == TABLES[name].names
        for column in TABLES[name].columns:
            if column.type in ("int64", "float64", "int32"):
                assert str(tables[name][column.name].dtype) == column.type, f"{name}.{column.name}"
    assert tables["macro"]["tick"].tolist() == [MONTH * (month + 1) for month in range(MONTHS)]
    assert tables["macro"]["month"].tolist() == list(range(1, MONTHS + 1))


# -- macro ----------------------------------------------------------------------------------------


def test_expenditure_is_what_was_paid_and_gdp_is_the_same_three_ways(tables: Tables) -> None:
    macro = tables["macro"]
    assert macro["consumption"].tolist() == paid(tables, "consumption", payer="H", payee="F").tolist()
    assert macro["investment"].tolist() == paid(tables, "investment", payer="F", payee="F").tolist()
    assert macro["government"].tolist() == paid(tables, "government purchases", payer="G", payee="F").tolist()
    parts = macro[["consumption", "investment", "government", "inventories"]].sum(axis=1)
    assert macro["gdp"].tolist() == macro["gdp_production"].tolist() == macro["gdp_income"].tolist() == parts.tolist()
    assert macro["saving"].tolist() == (macro["investment"] + macro["inventories"]).tolist()


def test_profits_are_sales_and_what_inventories_gained_less_all_costs(tables: Tables) -> None:
    costs = paid(tables, "wages", "materials", "permits", payer="F") + paid(tables, "loan interest", payer="F")
    price = np.array([unit_price(tables, month) for month in range(MONTHS)])
    worn = np.rint(wear(tables) * price[:, None]).sum(axis=1)
    due = by_firm(tables, "revenue").sum(axis=1) + tables["macro"]["inventories"].to_numpy() - costs - worn
    assert by_firm(tables, "profit").sum(axis=1)[1:].tolist() == due[1:].tolist()


def unit_price(tables: Tables, month: int) -> float:
    """Return the mean price paid for a consumer good."""
    chosen = goods(tables)
    return float(by_firm(tables, "revenue")[month, chosen].sum() / sold(tables)[month, chosen].sum())


def sold(tables: Tables) -> Columns:
    """Return (months, firms) units sold; those of the first month from its index row, spread by revenue."""
    made, kept = by_firm(tables, "output"), by_firm(tables, "inventory")
    units = np.full(made.shape, np.nan)
    units[1:] = kept[:-1] + made[1:] - kept[1:]
    rows = tables["indices"]
    first = rows[(rows["subject"] == "consumer goods") & (rows["tick"] == MONTH)]
    revenue = by_firm(tables, "revenue")[0]
    units[0] = revenue / float(first["price"].iloc[0])
    return units


def wear(tables: Tables) -> Columns:
    """Return (months, firms) capital worn out: 0.8 % a month of what there was."""
    capital = by_firm(tables, "capital")
    rate = closed().settings.firms.depreciation
    return np.concatenate([np.full((1, capital.shape[1]), np.nan), np.rint(rate * capital[:-1])])


def test_prices_are_chained_from_what_firms_sold(tables: Tables) -> None:
    """P_t = P_{t-1} √(Laspeyres × Paasche) over goods sold in both months; inflation since the opening, a year."""
    macro, chosen = tables["macro"], goods(tables)
    units, values = sold(tables)[:, chosen], by_firm(tables, "revenue")[:, chosen]
    for month in range(2, MONTHS):
        both = (units[month - 1] > 0) & (units[month] > 0)
        q0, q1 = units[month - 1, both], units[month, both]
        p0, p1 = values[month - 1, both] / q0, values[month, both] / q1
        link = math.sqrt((p1 @ q0) / (p0 @ q0) * (p1 @ q1) / (p0 @ q1))
        assert macro["price_level"][month] / macro["price_level"][month - 1] == pytest.approx(link, rel=1e-12)
        rate = (macro["price_level"][month] / macro["price_level"][0]) ** (12 / month) - 1
        assert macro["inflation"][month] == pytest.approx(rate, rel=1e-9)
    assert macro["price_level"][0] == macro["cpi"][0] == 100.0
    assert macro["deflator"][0] == pytest.approx(100.0)
    assert math.isnan(macro["inflation"][0])


def test_money_credit_debt_and_reserves_are_those_of_the_balance_sheets(tables: Tables) -> None:
    macro = tables["macro"]
    assert macro["deposits"].tolist() == stock(tables, "deposit", "asset") == stock(tables, "deposit", "liability", "B")
    assert macro["loans"].tolist() == stock(tables, "loan", "liability", "F")
    assert macro["public_debt"].tolist() == stock(tables, "bond", "liability", "G")
    assert macro["reserves"].tolist() == stock(tables, "reserves", "asset", "B")
    months = np.arange(1, MONTHS + 1)
    yearly = 12 * macro["gdp"].cumsum() / months
    assert macro["velocity"].tolist() == pytest.approx((yearly / macro["deposits"]).tolist())


def test_labour_wages_output_and_rates_are_those_of_firms_and_banks(tables: Tables) -> None:
    macro, firms, banks = tables["macro"], tables["firms"], tables["banks"]
    workers = firms.groupby("tick")["workers"].sum().to_numpy()
    assert macro["unemployment"].tolist() == pytest.approx((1 - workers / 160).tolist())
    assert macro["wage"].tolist() == pytest.approx((paid(tables, "wages") / workers).tolist())
    made = firms[firms["sector"] == "consumer goods"].groupby("tick")["output"].sum()
    assert macro["output"].tolist() == made.tolist()
    assert macro["loan_rate"].tolist() == pytest.approx(banks.groupby("tick")["loan_rate"].mean().tolist())
    assert macro["spread"].tolist() == pytest.approx((macro["loan_rate"] - macro["policy_rate"]).tolist())
    assert macro["failures"].sum() == macro["bank_failures"].sum() == 0
    tax = paid(tables, "income tax") / paid(tables, "wages")
    assert macro["tax_rate"].tolist() == pytest.approx(tax.tolist(), abs=1e-5)


def test_the_world_shows_the_rates_of_the_last_month(tables: Tables) -> None:
    world, macro = tables["world"], tables["macro"].set_index("tick")
    for row in world[world["tick"] >= MONTH].itertuples():
        month = macro.loc[row.tick // MONTH * MONTH]
        assert row.interest_rate == month["policy_rate"]
        assert row.inflation_rate == month["inflation"] or row.tick < 2 * MONTH
        assert math.isnan(row.gdp_growth)  # nothing to compare with in the first year
    ends = world.set_index("tick")["index"]
    assert tables["macro"]["index"].tolist() == [ends[tick] for tick in tables["macro"]["tick"]]


# -- firms, banks, resources ----------------------------------------------------------------------


def test_firms_hold_what_the_sector_holds(tables: Tables) -> None:
    assert by_firm(tables, "cash").sum(axis=1).tolist() == stock(tables, "deposit", "asset", "F")
    assert by_firm(tables, "debt").sum(axis=1).tolist() == stock(tables, "loan", "liability", "F")
    sales = paid(tables, "consumption", "investment", "government purchases", "materials", payee="F")
    assert by_firm(tables, "revenue").sum(axis=1).tolist() == sales.tolist()
    assert by_firm(tables, "dividend").sum(axis=1).tolist() == paid(tables, "dividends", payer="F").tolist()


def test_a_company_is_worth_its_shares_at_the_last_price(tables: Tables) -> None:
    firms, bars = tables["firms"], tables["bars"]
    closes = bars.drop_duplicates(["tick", "symbol"]).set_index(["tick", "symbol"])["close"]
    for row in firms.itertuples():
        assert row.market_cap == row.shares_outstanding * closes[row.tick, row.symbol]
    issued = at_month_ends(tables).groupby(["tick", "instrument"])["liability"].sum()
    assert firms["shares_outstanding"].tolist() == [issued[row.tick, row.symbol] for row in firms.itertuples()]


def test_capital_is_what_was_there_less_wear_and_what_was_bought(tables: Tables) -> None:
    capital, price = by_firm(tables, "capital"), [unit_price(tables, month) for month in range(MONTHS)]
    bought = np.diff(capital, axis=0) + wear(tables)[1:]
    assert (bought >= 0).all()
    spent = bought.sum(axis=1) * np.array(price[1:])
    assert spent == pytest.approx(tables["macro"]["investment"][1:].to_numpy(), rel=0.02)


def test_earnings_are_the_profits_of_the_last_three_months_that_are_over(tables: Tables) -> None:
    profit, earnings = by_firm(tables, "profit"), by_firm(tables, "earnings")
    for month in range(MONTHS):
        over = (month + 1) // 3 * 3
        due = profit[over - 3 : over].sum(axis=0) if over else np.zeros(len(profit[0]))
        assert earnings[month].tolist() == due.tolist()
    each = tables["firms"]["earnings_per_share"] * tables["firms"]["shares_outstanding"]
    assert each.tolist() == pytest.approx(tables["firms"]["earnings"].tolist())


def test_banks_hold_and_owe_what_the_sector_does_and_equity_is_the_difference(tables: Tables) -> None:
    banks = tables["banks"]
    sums = banks.groupby("tick").sum(numeric_only=True)
    assert sums["loans"].tolist() == stock(tables, "loan", "asset", "B")
    assert sums["bonds"].tolist() == stock(tables, "bond", "asset", "B")
    assert sums["reserves"].tolist() == stock(tables, "reserves", "asset", "B")
    assert sums["deposits"].tolist() == stock(tables, "deposit", "liability", "B")
    assert sums["interbank_assets"].tolist() == sums["interbank_liabilities"].tolist()
    assets = banks[["reserves", "bonds", "loans", "margin_loans", "interbank_assets"]].sum(axis=1)
    debts = banks[["deposits", "advances", "interbank_liabilities"]].sum(axis=1)
    assert banks["equity"].tolist() == (assets - debts).tolist()
    assert banks["leverage_ratio"].tolist() == pytest.approx((banks["equity"] / assets).tolist())
    assert banks["open"].all()
    assert (banks["capital_ratio"] > banks["leverage_ratio"]).all()


def test_resources_change_by_what_was_found_and_taken(tables: Tables) -> None:
    resources = tables["resources"]
    for name, rows in resources.groupby("resource", sort=False):
        change = rows["discovered"] + rows["renewed"] - rows["extracted"] - rows["lost"]
        assert rows["reserves"].diff()[1:].tolist() == change[1:].tolist(), name
        scarcity = (1 - rows["reserves"] / rows["base"]).clip(-1, 1)
        assert rows["scarcity"].tolist() == pytest.approx(scarcity.tolist())
    firms = tables["firms"]
    dug = firms[firms["sector"] != "consumer goods"].set_index(["tick", "sector"])["output"]
    taken = resources.set_index(["tick", "resource"])["extracted"]
    assert dug.tolist() == [taken[place] for place in dug.index]


# -- matrices -------------------------------------------------------------------------------------


def test_every_instrument_is_owed_by_somebody_every_day(tables: Tables) -> None:
    sums = tables["balances"].groupby(["tick", "instrument"])[["asset", "liability"]].sum()
    assert (sums["asset"] == sums["liability"]).all()


def test_a_revaluation_is_a_change_of_the_mark_times_what_is_held(tables: Tables) -> None:
    """Σ of revaluations of the shares of a company over the run = its shares times the rise of its price."""
    rows = tables["revaluations"]
    assert not rows.groupby(["tick", "instrument"])["revaluation"].sum().any()
    held = tables["balances"].set_index(["tick", "instrument", "sector"])
    marks: dict[str, int] = {}
    for row in rows[rows["sector"] == "H"].sort_values("tick").itertuples():
        lots = held.loc[(row.tick, row.instrument, "H"), "asset"]
        if row.instrument in marks:
            assert row.revaluation == lots * (row.mark - marks[row.instrument])
        marks[row.instrument] = row.mark
    assert marks


def test_net_worth_changes_by_payments_and_revaluations_alone(tables: Tables, economy: Economy) -> None:
    """Over the whole run and every sector: the matrices of the run, and the table of balances at its end."""
    gains, prices = economy.flows("run").saving(), economy.revaluations("run").total()
    end = tables["balances"][tables["balances"]["tick"] == MONTHS * MONTH]
    last = tables["bars"][tables["bars"]["tick"] == MONTHS * MONTH].groupby("symbol")["close"].last()
    marks = end["instrument"].map(last).fillna(1).astype(np.int64)
    worth = ((end["asset"] - end["liability"]) * marks).groupby(end["sector"]).sum()
    for code, sector in enumerate(economy.flows("run").columns):
        assert int(worth.get(sector, 0)) == gains[code] + prices[code]
