"""The tables a run writes: every column with its type, unit and sentence, each schema with a version.

From these declarations come the Parquet metadata, the reference docs and the canonical bytes that a
tick's block seals. A reader upgrades version n to n + 1 and refuses a newer one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

Type = Literal["int8", "int32", "int64", "float64", "bool", "string", "json"]


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    type: Type
    unit: str
    description: str


@dataclass(frozen=True)
class TableSchema:
    """A table: its columns in order, and the version of that list."""

    name: str
    description: str
    columns: tuple[Column, ...]
    version: int = 1
    is_monthly: bool = False
    """Whether its rows are of month ends, so that decades of them are few."""

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    def extended(self, columns: Sequence[Column]) -> TableSchema:
        """Return this schema with more columns after its own (observables of a user)."""
        return replace(self, columns=(*self.columns, *columns))


def _table(
    name: str, description: str, *columns: tuple[str, Type, str, str], version: int = 1, is_monthly: bool = False
) -> TableSchema:
    return TableSchema(name, description, tuple(Column(*column) for column in columns), version, is_monthly)


_TICK: tuple[str, Type, str, str] = ("tick", "int32", "tick", "the tick the row belongs to, from 1; 0 is the opening")
_SYMBOL: tuple[str, Type, str, str] = ("symbol", "string", "", "symbol of the instrument")

TABLES: Mapping[str, TableSchema] = {
    table.name: table
    for table in (
        _table(
            "trades", "One row for each match of two orders, in the order in which they happened.",
            _TICK, _SYMBOL,
            ("price", "int64", "price unit", "price of the trade: the resting order's, or that of a call auction"),
            ("quantity", "int64", "lot", "lots traded"),
            ("maker", "int64", "owner", "owner of the resting order"),
            ("taker", "int64", "owner", "owner of the incoming order"),
            ("maker_order", "int64", "order", "public id of the resting order"),
            ("taker_order", "int64", "order", "public id of the incoming order"),
            ("aggressor", "int8", "side", "side of the taker: 0 bought, 1 sold"),
        ),
        _table(
            "bars", "Open, high, low, close of trades; intervals without a trade repeat the last close.",
            _TICK, _SYMBOL,
            ("interval", "int32", "tick", "length of the bar: 1, or the ticks of a day"),
            ("open", "int64", "price unit", "first price"),
            ("high", "int64", "price unit", "highest price"),
            ("low", "int64", "price unit", "lowest price"),
            ("close", "int64", "price unit", "last price"),
            ("volume", "int64", "lot", "lots traded"),
            ("trades", "int32", "1", "number of trades"),
            ("turnover", "int64", "minor", "money that changed hands"),
        ),
        _table(
            "quotes", "The best quotes at the end of a tick; 0 where a side is empty.",
            _TICK, _SYMBOL,
            ("bid", "int64", "price unit", "highest resting buy price"),
            ("ask", "int64", "price unit", "lowest resting sell price"),
            ("bid_quantity", "int64", "lot", "lots at the best bid"),
            ("ask_quantity", "int64", "lot", "lots at the best ask"),
            ("last", "int64", "price unit", "price of the last trade"),
            ("fundamental", "float64", "price unit", "the value that anchors give; moves no price by itself"),
        ),
        _table(
            "book", "Depth of each book, best levels first.",
            _TICK, _SYMBOL,
            ("side", "int8", "side", "0 bids, 1 asks"),
            ("level", "int32", "1", "1 is the best"),
            ("price", "int64", "price unit", "price of the level"),
            ("quantity", "int64", "lot", "lots resting there"),
        ),
        _table(
            "flows", "What moved between sectors since the last row of that kind, by instrument and kind.",
            _TICK,
            ("instrument", "string", "", "what moved"),
            ("kind", "string", "", "kind of posting"),
            ("payer", "string", "sector", "sector that paid or delivered"),
            ("payee", "string", "sector", "sector that received"),
            ("amount", "int64", "minor or lot", "sum over the period"),
        ),
        _table(
            "balances", "Balance-sheet matrix: each instrument by sector, assets and liabilities.",
            _TICK,
            ("instrument", "string", "", "what is held and owed"),
            ("sector", "string", "sector", "whose balance sheet"),
            ("asset", "int64", "minor or lot", "held"),
            ("liability", "int64", "minor or lot", "issued"),
        ),
        _table(
            "revaluations", "What the day's change of prices, and losses, did to net worth, by instrument and sector.",
            _TICK,
            ("instrument", "string", "", "what is held and owed"),
            ("sector", "string", "sector", "whose net worth"),
            ("mark", "int64", "minor", "value of a lot, or of a minor unit, at the end of the day"),
            ("revaluation", "int64", "minor", "what the change of the mark since the day before added"),
            ("written_off", "int64", "minor", "what losses took from who held it, or released who owed it from"),
        ),
        _table(
            "world", "The state of the world at the end of each tick.",
            _TICK,
            ("day", "int32", "day", "trading day, from 1"),
            ("index", "float64", "points", "capitalisation-weighted index of last prices, 100 at the opening"),
            ("anchor", "float64", "points", "the same index of fundamental values"),
            ("messages", "int64", "1", "orders and cancellations of the tick"),
            ("trades", "int64", "1", "trades of the tick"),
            ("volume", "int64", "lot", "lots traded in the tick"),
            ("turnover", "int64", "minor", "money that changed hands in the tick"),
            ("market_open", "bool", "", "whether at least one book trades: is neither halted nor called"),
            ("interest_rate", "float64", "1/year", "policy rate; nan where no economy is simulated"),
            ("inflation_rate", "float64", "1/year", "measured inflation over 12 months; nan before it is known"),
            ("gdp_growth", "float64", "1/year", "real GDP of three months against a year before; nan before"),
            ("regime", "string", "", "bull, bear, crash, bubble or normal, as the last day end was classified"),
            version=2,
        ),
        _table(
            "macro", "The closed economy at the end of each month.",
            _TICK,
            ("month", "int32", "month", "month of the run, from 1"),
            ("output", "int64", "unit", "consumer goods produced"),
            ("consumption", "int64", "minor", "what households paid for goods"),
            ("investment", "int64", "minor", "what firms paid for capital goods"),
            ("government", "int64", "minor", "what the treasury paid for goods"),
            ("inventories", "int64", "minor", "change of firms' inventories, at average cost"),
            ("gdp", "int64", "minor", "gross domestic product by expenditure: the sum of these four"),
            ("gdp_production", "int64", "minor", "the same by production: value added, and taxes on production"),
            ("gdp_income", "int64", "minor", "the same by income: wages, operating surplus, taxes on production"),
            ("saving", "int64", "minor", "what all sectors saved: equal to investment and the change of inventories"),
            ("unemployment", "float64", "1", "unemployed over labour force"),
            ("vacancy_rate", "float64", "1", "jobs still open after hiring, over labour force"),
            ("inflation", "float64", "1/year", "change of the Fisher index over 12 months; at first since the opening"),
            ("expected_inflation", "float64", "1/year", "what the public expects"),
            ("output_gap", "float64", "1", "log deviation of output from potential, as the central bank sees it"),
            ("policy_rate", "float64", "1/year", "rate of the central bank"),
            ("shadow_rate", "float64", "1/year", "what its rule asks for without the lower bound"),
            ("long_yield", "float64", "1/year", "yield of long government bonds"),
            ("loan_rate", "float64", "1/year", "mean rate of banks' loans to firms"),
            ("price_level", "float64", "points", "chained Fisher index of goods sold, 100 in the first month"),
            ("cpi", "float64", "points", "index of a fixed basket (Laspeyres, basket renewed each year)"),
            ("deflator", "float64", "points", "goods sold at prices of the month over the same at those of the first"),
            ("wage", "float64", "minor", "mean wage paid in the month"),
            ("deposits", "int64", "minor", "deposits at banks"),
            ("loans", "int64", "minor", "loans to firms"),
            ("public_debt", "int64", "minor", "government bonds outstanding, at face"),
            ("reserves", "int64", "minor", "reserves of banks"),
            ("velocity", "float64", "1/year", "GDP of the last 12 months, or at their pace, over deposits"),
            ("failures", "int64", "1", "firms that failed in the month"),
            ("bank_failures", "int64", "1", "banks that were resolved in the month"),
            ("capital_ratio", "float64", "1", "equity of open banks over their risk-weighted assets"),
            ("tax_rate", "float64", "1", "income tax"),
            ("spread", "float64", "1/year", "loan rate less policy rate"),
            ("index", "float64", "points", "equity index, 100 at the opening"),
            ("sentiment", "float64", "1", "mood of the market in [-1, 1]; 0 where there is none"),
            is_monthly=True,
        ),
        _table(
            "firms", "Every listed firm at the end of each month; flows are of the month, in its own books.",
            _TICK,
            ("firm", "int32", "slot", "place of the firm, which a successor keeps"),
            ("owner", "int64", "owner", "the firm's owner id"),
            _SYMBOL,
            ("name", "string", "", "name of the company"),
            ("sector", "string", "", "what it makes: consumer goods, or the resource it extracts"),
            ("chief", "int64", "owner", "who runs it: the largest shareholder at the opening; -1 for nobody"),
            ("shares_outstanding", "int64", "lot", "shares issued"),
            ("revenue", "int64", "minor", "sales"),
            ("profit", "int64", "minor", "sales, change of inventories, less wages, materials, interest, wear"),
            ("earnings", "int64", "minor", "profit of the quarter reported last, of three months of the run"),
            ("earnings_per_share", "float64", "minor", "the same for a share"),
            ("cash", "int64", "minor", "deposits"),
            ("debt", "int64", "minor", "bank loans"),
            ("price", "int64", "minor", "posted price of a unit, of the month to come"),
            ("wage", "int64", "minor", "posted wage of a month"),
            ("workers", "int64", "1", "employed"),
            ("inventory", "int64", "unit", "goods in stock"),
            ("capital", "int64", "unit", "capital goods"),
            ("output", "int64", "unit", "goods produced"),
            ("dividend", "int64", "minor", "paid to shareholders, after tax"),
            ("equity", "int64", "minor", "book equity: cash, inventory at replacement cost and capital less debt"),
            ("market_cap", "int64", "minor", "shares at the last price"),
            ("fundamental", "float64", "price unit", "value of a share that dividends and rates give"),
            ("volatility", "float64", "1", "standard deviation of a day's log return of the share, as traders see it"),
            is_monthly=True,
        ),
        _table(
            "banks", "Every bank at the end of each month.",
            _TICK,
            ("bank", "int32", "slot", "place of the bank, which a successor keeps"),
            ("owner", "int64", "owner", "the bank's owner id"),
            _SYMBOL,
            ("reserves", "int64", "minor", "balance at the central bank"),
            ("bonds", "int64", "minor", "government bonds at face"),
            ("loans", "int64", "minor", "loans to firms"),
            ("margin_loans", "int64", "minor", "loans to traders"),
            ("interbank_assets", "int64", "minor", "lent to other banks"),
            ("interbank_liabilities", "int64", "minor", "borrowed from other banks"),
            ("advances", "int64", "minor", "borrowed from the central bank"),
            ("deposits", "int64", "minor", "owed to customers"),
            ("equity", "int64", "minor", "book equity"),
            ("capital_ratio", "float64", "1", "equity over risk-weighted assets; nan for an empty slot"),
            ("leverage_ratio", "float64", "1", "equity over all assets; nan for an empty slot"),
            ("liquidity_coverage", "float64", "1", "liquid assets over a month's stressed outflow; nan: empty slot"),
            ("loan_rate", "float64", "1/year", "rate of its loans"),
            ("open", "bool", "", "whether a bank works in the slot"),
            is_monthly=True,
        ),
        _table(
            "resources", "Every resource at the end of each month; changes are those of the month.",
            _TICK,
            ("resource", "string", "", "name of the resource"),
            ("kind", "string", "", "finite, renewable or artificial"),
            ("reserves", "int64", "unit", "what is left to extract, or issued and not taken up"),
            ("base", "int64", "unit", "reserves at the opening"),
            ("extracted", "int64", "unit", "taken out"),
            ("discovered", "int64", "unit", "found"),
            ("lost", "int64", "unit", "destroyed"),
            ("renewed", "int64", "unit", "regrown or issued"),
            ("price", "float64", "minor", "price of a unit"),
            ("scarcity", "float64", "1", "1 - reserves / base within [-1, 1], an index that moves no price"),
            is_monthly=True,
        ),
        _table(
            "agents", "Group statistics at day end.",
            _TICK,
            ("group", "string", "", "population: strategy, or object traders"),
            ("traders", "int64", "1", "active members"),
            ("cash", "int64", "minor", "deposits, free and reserved"),
            ("wealth", "int64", "minor", "deposits plus shares at last prices"),
            ("shares", "int64", "lot", "lots held, over all symbols"),
            ("orders", "int64", "1", "orders sent since the last row"),
            ("volume", "int64", "lot", "lots traded since the last row, each side counted"),
        ),
        _table(
            "indices",
            "Indices that move no price, at the end of each month, as far as a scenario has data for them.",
            _TICK,
            ("subject", "string", "", "what the row is about: consumer goods, a resource, or the economy"),
            ("price", "float64", "minor", "mean price paid for a unit"),
            ("demand", "float64", "unit", "bought, and wanted in vain"),
            ("supply", "float64", "unit", "sold, and left over"),
            ("price_elasticity", "float64", "1",
             "arc elasticity of demand between two months; an index: it moves no price"),
            ("sketched_equilibrium_price", "float64", "minor",
             "price × (1 + elasticity × (demand / supply - 1)), elasticity upside down; an index: it moves no price"),
            ("clearing_price", "float64", "minor",
             "price × (demand / supply)^(1 / (elasticity of demand + of supply)); an index: it moves no price"),
            ("consumer_surplus", "float64", "minor",
             "what buyers would have paid beyond what they paid, minor; an index: it moves no price"),
            ("producer_surplus", "float64", "minor",
             "what sellers got beyond their marginal cost, minor; an index: it moves no price"),
            ("scarcity", "float64", "1", "1 - reserves / base reserves, within [-1, 1]; an index: it moves no price"),
            ("scarcity_multiplier", "float64", "1",
             "1 + scarcity × greatest multiplier × strategic importance; an index: it moves no price"),
            ("volatility_multiplier", "float64", "1",
             "1 + 0.3 fear + 0.3 greed + 0.5 herding + 0.4 extremity of sentiment; an index: it moves no price"),
            ("inflation", "float64", "1/year", "log change of the price level over the last 12 months"),
            ("money_growth", "float64", "1/year", "the same of deposits"),
            ("velocity_growth", "float64", "1/year", "the same of output in money over deposits"),
            ("output_growth", "float64", "1/year", "the same of real GDP; inflation is money + velocity - output"),
            ("expected_part", "float64", "1/year", "inflation that was expected a month before"),
            ("gap_part", "float64", "1/year", "part for the output gap, by the slope of the reduced form"),
            ("commodity_part", "float64", "1/year", "part for the change of resource prices, likewise"),
            ("unexplained_part", "float64", "1/year", "what these three leave of inflation"),
            ("sketched_inflation", "float64", "1/year",
             "base + money + velocity + demand + behaviour, which counts twice; an index: it moves no price"),
            is_monthly=True,
        ),
        _table(
            "sentiment", "Moods at day end: a row for each symbol, and one without a symbol for the market.",
            _TICK, _SYMBOL,
            ("sentiment", "float64", "1", "signed index S in [-1, 1]"),
            ("sentiment_01", "float64", "1", "the index on a scale from 0 to 1; an index: it moves no price"),
            ("fear", "float64", "1", "max(0, -S)"),
            ("greed", "float64", "1", "max(0, S)"),
            ("herding", "float64", "1", "one-sidedness of taking orders beyond that of independent ones, averaged"),
            ("is_herding", "bool", "", "whether herding is above its threshold"),
            ("confidence", "float64", "1", "(1 - standard deviation across traders) × (1 + S) / 2"),
            ("disagreement", "float64", "1", "variance of sentiment across traders, of the whole market"),
            ("volatility_multiplier", "float64", "1",
             "1 + 0.3 fear + 0.3 greed + 0.5 herding + 0.4 extremity of sentiment; an index: it moves no price"),
        ),
        _table(
            "snapshots", "Every trader's wealth at checkpoints and at the end.",
            _TICK,
            ("owner", "int64", "owner", "the trader"),
            ("group", "string", "", "its population"),
            ("net_worth", "int64", "minor", "cash plus portfolio value"),
            ("cash", "int64", "minor", "deposits, free and reserved"),
            ("portfolio_value", "int64", "minor", "shares at last prices"),
            ("margin_used", "int64", "minor", "borrowed on margin"),
            ("rank", "int32", "1", "1 is the richest; ties by owner"),
        ),
        _table(
            "positions", "Every trader's holdings at the end of a run.",
            _TICK,
            ("owner", "int64", "owner", "the holder"),
            _SYMBOL,
            ("quantity", "int64", "lot", "lots held, free and reserved"),
        ),
        _table(
            "actions", "Every action submitted from outside a strategy, with its result.",
            _TICK,
            ("source", "string", "", "door it came through"),
            ("sequence", "int64", "1", "number within the run"),
            ("owner", "int64", "owner", "who acts; -1 for the run itself"),
            ("action", "string", "", "BUY, SELL, SHORT, COVER, CANCEL, SHOCK, or LEAVE and SET by hand"),
            ("target", "int64", "owner", "the other agent; -1 for none"),
            ("symbol", "string", "", "symbol, or empty"),
            ("payload", "json", "", "the action as submitted"),
            ("success", "bool", "", "whether it was taken"),
            ("result", "json", "", "order id and fills, or the reason code"),
        ),
        _table(
            "events",
            "What happened that is not a trade: shocks, halts, auctions, switches of rules, calls, failures, expiries.",
            _TICK,
            ("event", "string", "", "type of event"),
            ("owner", "int64", "owner", "who caused it; -1 for none"),
            ("target", "int64", "owner", "whom it befell; -1 for none"),
            ("symbol", "string", "", "symbol, or empty"),
            ("payload", "json", "", "facts of the event"),
        ),
        _table(
            "alerts", "Alert rules that fired.",
            _TICK,
            ("rule", "string", "", "name of the rule"),
            ("level", "string", "", "WARNING or ERROR"),
            ("value", "float64", "rule's unit", "what was measured"),
            ("threshold", "float64", "rule's unit", "what it exceeded"),
            ("symbol", "string", "", "symbol or resource, or empty"),
            ("message", "string", "", "a sentence"),
        ),
        _table(
            "contracts", "Claims between two owners, at checkpoints and at the end.",
            _TICK,
            ("contract", "int64", "", "row number, never reused"),
            ("creditor", "int64", "owner", "who is owed"),
            ("debtor", "int64", "owner", "who owes"),
            ("instrument", "string", "", "what is owed"),
            ("amount", "int64", "minor or lot", "how much"),
            ("due", "int64", "tick", "when; -1 for no date"),
        ),
        _table(
            "orders", "Every order sent (opt-in).",
            _TICK, _SYMBOL,
            ("order", "int64", "order", "public id"),
            ("owner", "int64", "owner", "who sent it"),
            ("side", "int8", "side", "0 buy, 1 sell"),
            ("kind", "string", "", "limit, market, ioc or fok"),
            ("price", "int64", "price unit", "limit, or collar of a market order"),
            ("quantity", "int64", "lot", "lots ordered"),
            ("filled", "int64", "lot", "lots filled on arrival"),
            ("status", "string", "", "state after arrival"),
        ),
        _table(
            "blocks", "The chain of sealed ticks.",
            _TICK,
            ("previous", "string", "hex", "hash of the block before"),
            ("hash", "string", "hex", "hash of this block"),
            ("messages", "string", "hex", "digest of the tick's canonical messages"),
            ("tables", "json", "", "digest of the tick's rows, by table"),
            ("state", "string", "hex", "digest of the full state, or empty"),
        ),
    )
}


def describe(schema: TableSchema) -> dict[str, Any]:
    """Return the schema as plain values, for metadata and docs."""
    return {
        "name": schema.name,
        "version": schema.version,
        "description": schema.description,
        "columns": [
            {"name": c.name, "type": c.type, "unit": c.unit, "description": c.description} for c in schema.columns
        ],
    }
