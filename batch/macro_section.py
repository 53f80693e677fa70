"""The section of a report on the economy behind the market: headline figures, months, and the balance sheet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import numpy as np

from ..core.units import SECTORS, FloatArray, IntArray
from ..ledger.matrix_text import SUM, Row, layout
from .figures import Figure
from .macro_figures import macro_figures, year_of_gdp
from .matrix_figures import stacked
from .report_page import NONE, aside, count, grid, money, table, tile
from .report_sections import shown
from .run_data import RunData

_DAYS_PER_MONTH, _MOST_SHOCKS = 21, 8


def macro_section(run: RunData) -> str:
    """Return the section; empty for a run without an economy behind its market."""
    if run.manifest.scenario.get("macro", {}).get("form", "none") == "none":
        return ""
    months = macro_months(run)
    if not months["month"].size:
        return aside("The economy is measured at month ends: no month has ended yet.")
    tiles = f'<dl class="tiles">{"".join(_tiles(months))}</dl>'
    drawn = grid(*map(shown, macro_figures(months, shock_months(run))))
    lines = balance_sheet(run)
    return f'<div class="stack">{tiles}{drawn}{_balance(lines) if lines else ""}</div>'


def macro_months(run: RunData) -> dict[str, FloatArray]:
    """Return the columns of table macro."""
    rows = run.store.read("macro")
    return {name: np.asarray(rows.column(name).to_numpy(), np.float64) for name in rows.column_names}


def shock_months(run: RunData) -> list[tuple[float, str]]:
    """Return month and name of the shocks that struck; none where there are too many to be told apart."""
    ticks = run.ticks_per_day * _DAYS_PER_MONTH
    struck = [row for row in run.records("events") if str(row["event"]).startswith("shock:")]
    found = [(row["tick"] / ticks, str(row["event"])[6:].replace("_", " ")) for row in struck]
    return found if len(found) <= _MOST_SHOCKS else []


def _tiles(months: Mapping[str, FloatArray]) -> list[str]:
    """Return the last month in figures; what a reduced form does not know is left out."""
    last = {name: float(column[-1]) for name, column in months.items()}
    tiles = []
    if last["gdp"] > 0.0:
        tiles.append(tile("GDP", money(year_of_gdp(months["gdp"])[-1]), "of twelve months, in money"))
    for label, name, note in (
        ("Unemployment", "unemployment", "of the labour force"), ("Inflation", "inflation", "over twelve months"),
        ("Policy rate", "policy_rate", "a year"), ("Loan rate", "loan_rate", "a year, mean of banks"),
        ("Banks' capital", "capital_ratio", "of risk-weighted assets"), ("Long yield", "long_yield", "a year"),
    ):  # fmt: skip
        if math.isfinite(last[name]):
            tiles.append(tile(label, f"{100.0 * last[name]:.1f} %".replace("-", "\u2212"), note))
    if last["gdp"] > 0.0:
        failed = int(months["failures"].sum()), int(months["bank_failures"].sum())
        tiles.append(tile("Failures", count(sum(failed)), f"{failed[0]} firms, {failed[1]} banks"))
    return tiles


# -- the balance sheet ----------------------------------------------------------------------------


def balance_sheet(run: RunData) -> list[Row]:
    """Return the rows of the last recorded balance sheet, minor units; none before the first day end.

    Shares are at their last prices. What firms own that nobody owes is read off their books of the last month.
    """
    balances = run.store.read("balances", first=_last_day(run)).to_pylist()
    if not balances:
        return []
    marks = run.last_prices
    rows: dict[str, IntArray] = {}
    issuers = {row["instrument"]: str(row["sector"]) for row in balances if row["liability"]}
    for row in balances:
        name = str(row["instrument"])
        label = f"shares of {issuers.get(name, NONE)}" if name in marks else name
        amounts = rows.setdefault(label, np.zeros(len(SECTORS), np.int64))
        amounts[_code(row["sector"])] += (row["asset"] - row["liability"]) * marks.get(name, 1)
    lines = [Row(label, amounts) for label, amounts in rows.items()]
    real = _real_assets(run)
    if real:
        lines.append(Row("capital and inventories", real_row(real)))
    return lines


def _last_day(run: RunData) -> int:
    """Return the tick of the last day end."""
    return max(run.last_tick // run.ticks_per_day * run.ticks_per_day, 1)


def _real_assets(run: RunData) -> int:
    """Return capital and inventories of firms in their books of the last month: equity less claims, plus debt."""
    rows: list[dict[str, Any]] = run.store.read("firms", ("tick", "equity", "cash", "debt")).to_pylist()
    last = max((row["tick"] for row in rows), default=0)
    return sum(row["equity"] - row["cash"] + row["debt"] for row in rows if row["tick"] == last)


def real_row(amount: int) -> IntArray:
    """Return (sectors,) an amount that firms have."""
    out = np.zeros(len(SECTORS), np.int64)
    out[_code("F")] = amount
    return out


def _code(sector: str) -> int:
    return next(code for code, known in enumerate(SECTORS) if str(known) == sector)


def balance_figure(lines: Sequence[Row]) -> Figure:
    """Return the balance sheet as a figure."""
    return stacked(
        "balance-sheet", "Balance sheet of the sectors", lines, _net(lines), ends="net worth",
        sides=("liabilities", "assets"),
        note="At the end of the last day, shares at last prices. Whatever one sector claims, another owes: only "
        "capital and inventories are nobody's debt.",
    )  # fmt: skip


def _net(lines: Sequence[Row]) -> IntArray:
    return np.asarray(np.sum([row.amounts for row in lines], axis=0), np.int64)


def _balance(lines: Sequence[Row]) -> str:
    """Return the balance sheet as a figure, and as the matrix of the literature."""
    net, figure = _net(lines), balance_figure(lines)
    balanced = [*lines, Row("net worth", -net)]
    heads, texts = layout(balanced, Row(SUM, np.sum([row.amounts for row in balanced], axis=0)))
    return grid(shown(figure)) + table(
        ("minor units", *map(escape, heads)), [tuple(map(_cell, line)) for line in texts], name="Balance-sheet matrix"
    )


def _cell(text: str) -> str:
    return escape(text.replace(",", "\u2009").replace("-", "\u2212") if text[:1] in "+-±" else text)
