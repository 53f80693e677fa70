"""The tables a run writes: every column with its type, unit and sentence, each schema with a version.

From these declarations come the Parquet metadata, the reference docs and the canonical bytes that a
tick's block seals. A reader upgrades version n to n + 1 and refuses a newer one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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

    @property
    def names(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    def extended(self, columns: Sequence[Column]) -> TableSchema:
        """Return this schema with more columns after its own (observables of a user)."""
        return TableSchema(self.name, self.description, (*self.columns, *columns), self.version)


def _table(name: str, description: str, *columns: tuple[str, Type, str, str]) -> TableSchema:
    return TableSchema(name, description, tuple(Column(*column) for column in columns))


_TICK: tuple[str, Type, str, str] = ("tick", "int32", "tick", "the tick the row belongs to, from 1; 0 is the opening")
_SYMBOL: tuple[str, Type, str, str] = ("symbol", "string", "", "symbol of the instrument")

TABLES: Mapping[str, TableSchema] = {
    table.name: table
    for table in (
        _table(
            "trades", "One row for each match of two orders, in the order in which they happened.",
            _TICK, _SYMBOL,
            ("price", "int64", "price unit", "price of the trade: the resting order's price"),
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
            "world", "The state of the world at the end of each tick.",
            _TICK,
            ("day", "int32", "day", "trading day, from 1"),
            ("index", "float64", "points", "capitalisation-weighted index of last prices, 100 at the opening"),
            ("anchor", "float64", "points", "the same index of fundamental values"),
            ("messages", "int64", "1", "orders and cancellations of the tick"),
            ("trades", "int64", "1", "trades of the tick"),
            ("volume", "int64", "lot", "lots traded in the tick"),
            ("turnover", "int64", "minor", "money that changed hands in the tick"),
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
            ("margin_used", "int64", "minor", "margin in use; 0 until margin lending exists"),
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
            "events", "What happened that is not a trade: shocks, halts, expiries, corporate actions.",
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
            ("symbol", "string", "", "symbol, or empty"),
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
