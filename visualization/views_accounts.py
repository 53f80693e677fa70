"""Accounts whose sums can be seen to agree: the matrices of a stock-flow-consistent economy, and GDP three ways.

Amounts are exact, in minor units. Every law that a table keeps is checked anew where it is shown: ``gaps`` says
where one is broken and by how much, and is empty when all hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..batch.matrix_figures import SECTOR_NAMES
from ..core.units import SECTORS
from ..ledger.matrices import BalanceSheet, Matrix, Revaluations
from ..ledger.matrix_text import Row
from ..model.national_accounts import NationalAccounts

Gap = tuple[str, int]

_LAWS = {
    BalanceSheet: "claims sum to zero in their rows, everything in its column; net worth is what nobody owes",
    Revaluations: "every row sums to zero: what one sector gains another loses",
}
_LAW = "every row and every column sums to zero"


def matrix(found: Matrix) -> dict[str, Any]:
    """Return a matrix as a table of sectors, with the sums of its rows and columns."""
    lines, last = found.rows()
    rows = [row for row in lines if row.shown]
    used = [code for code in range(len(SECTORS)) if any(_moved(row, code) for row in (*rows, last))]
    free = {*found.real, "net worth"} if isinstance(found, BalanceSheet) else set()
    columns = not isinstance(found, Revaluations)
    return {
        "heads": [SECTOR_NAMES.get(str(SECTORS[code]), str(SECTORS[code])) for code in used],
        "rows": [_line(row, used, lawful=row.label not in free) for row in rows],
        "last": _line(last, used, lawful=True) | {"columns": columns},
        "gaps": _gaps(rows, last, free, columns=columns),
        "law": _LAWS.get(type(found), _LAW),
    }  # fmt: skip


def _line(row: Row, used: Sequence[int], *, lawful: bool) -> dict[str, Any]:
    """Return a row; ``lawful`` says that it has to sum to zero."""
    within = None if row.within is None or not row.within.any() else [int(row.within[code]) for code in used]
    cells = [int(row.amounts[code]) for code in used]
    return {
        "label": _label(row.label),
        "cells": cells,
        "within": within,
        "sum": int(row.amounts.sum()),
        "lawful": lawful,
    }


def _label(label: str) -> str:
    """Return the label of a row with the sector's name for its letter.

    Net worth stands in a balance sheet with its sign turned, so that columns sum to zero (Godley and Lavoie 2007, -V).
    """
    if label == "net worth":
        return "less net worth"
    head, of, code = label.rpartition("shares of ")
    return f"{head}{of}{SECTOR_NAMES.get(code, code)}" if of else label


def _gaps(rows: Sequence[Row], last: Row, free: set[str], *, columns: bool) -> list[Gap]:
    """Return where a sum is not zero that should be: rows, rows that balance together, and columns."""
    sums = [(row.label, int(row.amounts.sum())) for row in rows if row.label not in free]
    sums.append(("net worth and what nobody owes", sum(int(row.amounts.sum()) for row in rows if row.label in free)))
    if columns:
        counted = np.sum([np.zeros(len(SECTORS), np.int64), *(row.amounts for row in rows)], axis=0)
        sums += [(f"column {sector}", int(amount)) for sector, amount in zip(SECTORS, counted, strict=True)]
    sums.append(("all", int(last.amounts.sum())))
    return [(where, amount) for where, amount in sums if amount]


def _moved(row: Row, code: int) -> bool:
    return bool(row.amounts[code]) or (row.within is not None and bool(row.within[code]))


def gdp(accounts: NationalAccounts, month: int) -> dict[str, Any]:
    """Return the GDP of a month by expenditure, production and income, each with its parts; saving is investment."""
    sides = {
        "expenditure": (accounts.expenditure, {
            "consumption": accounts.consumption, "investment": accounts.investment,
            "government purchases": accounts.government, "change of inventories": accounts.inventories}),
        "production": (accounts.production, {
            "value added": accounts.value_added, "taxes on production": accounts.taxes}),
        "income": (accounts.income, {
            "wages": accounts.wages, "gross operating surplus": accounts.surplus,
            "taxes on production": accounts.taxes}),
    }  # fmt: skip
    told = [{"name": name, "total": total, "parts": list(parts.items())} for name, (total, parts) in sides.items()]
    unspent = ("saving against investment", accounts.saving - accounts.investment - accounts.inventories)
    gaps = gdp_gaps(told) + [unspent] * bool(unspent[1])
    return {"month": month, "sides": told, "saving": accounts.saving, "gaps": gaps}


def gdp_gaps(sides: Sequence[dict[str, Any]]) -> list[Gap]:
    """Return by how much sides differ from the first, or from the sum of their parts.

    Examples
    --------
    >>> gdp_gaps([{"name": "a", "total": 3, "parts": [("x", 3)]}, {"name": "b", "total": 4, "parts": [("y", 3)]}])
    [('b against a', 1), ('parts of b', -1)]
    """
    first = sides[0]
    found: list[Gap] = []
    for side in sides:
        found.append((f"{side['name']} against {first['name']}", side["total"] - first["total"]))
        found.append((f"parts of {side['name']}", sum(amount for _, amount in side["parts"]) - side["total"]))
    return [(where, amount) for where, amount in found if amount]
