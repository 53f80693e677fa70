"""What the page of resources shows: stocks and flows of each, its price and its index of scarcity, as tables have them.

All figures are those of the last month end, out of tables resources and indices.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..model.economy import Economy
from .listing import Column, Row, known

NO_RESOURCES = "This scenario has no resources: it needs a closed economy behind the market (macro.form = full)."
NO_MONTH_YET = "No month has ended yet; resources are extracted, priced and counted at month ends."
PUBLISHED = "an index: it moves no price"

COLUMNS = (
    Column("resource", "resource"),
    Column("kind", "kind", title="finite: never grows back; renewable: regrows; artificial: issued each month"),
    Column("reserves", "reserves", "count", "units left to extract, or issued and not taken up"),
    Column("left", "left", "percent", "reserves over those at the opening"),
    Column("scarcity", "scarcity", "number", f"1 - reserves over those at the opening, in [-1, 1]; {PUBLISHED}"),
    Column("price", "price", "price", "price of a unit"),
    Column("move", "change", "signed", "change of the price since the month before"),
    Column("extracted", "extracted", "count", "units taken out in the month"),
    Column("renewed", "renewed", "count", "units that regrew or were issued in the month"),
    Column("discovered", "found", "count", "units discovered in the month"),
    Column("lost", "lost", "count", "units destroyed in the month"),
    Column("blocked", "blocked", "text", "until the month in which a blocked capacity is whole again"),
    Column("demand", "demand", "count", "units bought, and wanted in vain"),
    Column("supply", "supply", "count", "units sold, and left over"),
    Column("clearing", "clearing", "price", f"price that would bring demand and supply together; {PUBLISHED}"),
)


def names(economy: Economy) -> tuple[str, ...]:
    """Return the resources that are simulated; none without a closed economy."""
    return () if economy.closed is None else tuple(economy.closed.resources.names)


def chosen(named: str, known: Sequence[str]) -> str:
    """Return the resource that an address names, the first one if it names none, nothing if there is none such.

    Examples
    --------
    >>> chosen("land", ("oil", "land")), chosen("", ("oil", "land")), chosen("foo", ("oil", "land")), chosen("", ())
    ('land', 'oil', '', '')
    """
    if named:
        return named if named in known else ""
    return next(iter(known), "")


def unknown(named: str, scenario: str) -> str:
    """Return the sentence for a resource that a scenario does not have."""
    return f"There is no resource {named[:40]!r} in scenario {scenario}"


def blocked(economy: Economy) -> dict[str, int]:
    """Return the month from which each blocked resource is whole again."""
    if economy.closed is None:
        return {}
    resources = economy.closed.resources
    months = zip(resources.names, resources.blocked_until.tolist(), strict=True)
    return {name: month for name, month in months if month > resources.month}


def months(store: Any, first: int, last: int) -> list[dict[str, Any]]:
    """Return the rows of table resources of ticks ``first`` to ``last``."""
    rows: list[dict[str, Any]] = store.read("resources", first=first, last=last).to_pylist()
    return rows


def table(
    newest: Sequence[dict[str, Any]],
    before: Sequence[dict[str, Any]],
    indices: Sequence[dict[str, Any]],
    blockades: dict[str, int],
) -> list[Row]:
    """Return a row for each resource, from the rows of tables resources and indices of the last month, and before."""
    earlier = {row["resource"]: row["price"] for row in before}
    published = {row["subject"]: row for row in indices}
    rows = []
    for row in newest:
        name, index, old = row["resource"], published.get(row["resource"], {}), earlier.get(row["resource"])
        until = blockades.get(name)
        cells = (
            name.replace("_", " "), row["kind"], row["reserves"], row["reserves"] / row["base"],
            known(row["scarcity"], 4),
            known(row["price"]), row["price"] / old - 1.0 if old else None, row["extracted"], row["renewed"],
            row["discovered"], row["lost"], None if until is None else f"month {until}", known(index.get("demand")),
            known(index.get("supply")), known(index.get("clearing_price")),
        )  # fmt: skip
        rows.append(Row(name, cells))
    return rows


def struck(happened: Sequence[dict[str, Any]]) -> set[tuple[int, str]]:
    """Return tick and resource of every catastrophe in rows of table events, also of one that only blocked capacity."""
    return {
        (row["tick"], json.loads(row["payload"])["resource"])
        for row in happened
        if row["event"] == "resource:catastrophe"
    }


def history(
    rows: Sequence[dict[str, Any]], columns: Sequence[str], hits: set[tuple[int, str]], ticks_per_month: int
) -> list[list[Any]]:
    """Return a line for each month of one resource: month, the columns, and the first of them again as marks.

    The first mark is where something was found, the second where something was destroyed or blocked.
    """
    lines = []
    for row in rows:
        values = [known(row[column]) for column in columns]
        hit = row["lost"] > 0 or (row["tick"], row["resource"]) in hits
        found = values[0] if row["discovered"] > 0 else None
        lines.append([f"month {row['tick'] // ticks_per_month}", *values, found, values[0] if hit else None])
    return lines


def compared(rows: Sequence[dict[str, Any]], column: str, base: dict[str, float], per_month: int) -> list[list[Any]]:
    """Return a line for each month: month, and every resource's column over its ``base``, in the order of that."""
    by_tick: dict[int, dict[str, float]] = {}
    for row in rows:
        by_tick.setdefault(row["tick"], {})[row["resource"]] = row[column]
    return [
        [f"month {tick // per_month}", *(known(here[name] / base[name]) if base[name] else None for name in base)]
        for tick, here in sorted(by_tick.items())
    ]
