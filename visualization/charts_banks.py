"""How the page of banks draws balance sheets, what-if tables and month ends, as its panels take them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from .charts_network import MOST_DRAWN, TOOLTIP
from .event_marks import with_events
from .views_contagion import Outcome

_LABELLED = 0.1

_SIDES = ("assets", "liabilities")
_SHADES = (0.9, 0.72, 0.5, 0.36, 0.24)


def sheet_bars(assets: dict[str, int], liabilities: dict[str, int], fresh: bool) -> dict[str, Any]:
    """Return two stacked bars of one length: what a bank has, and whose it is."""
    total = max(sum(assets.values()), 1)
    parts = [(0, "@accent", k, *item) for k, item in enumerate(assets.items())]
    parts += [(1, "@up" if name == "equity" else "@second", k, name, owed)
              for k, (name, owed) in enumerate(liabilities.items())]  # fmt: skip
    moving: list[dict[str, Any]] = [
        {"data": [value if side == other else None for other in (0, 1)], "label": {"show": value > _LABELLED * total}}
        for side, _tone, _k, _name, value in parts
    ]
    if not fresh:
        return {"patch": {"series": moving}}
    series = [
        {"type": "bar", "stack": "sheet", "name": name, "barWidth": 34, "labelLayout": {"hideOverlap": True},
         "itemStyle": {"color": tone, "opacity": _SHADES[k], "borderColor": "@panel", "borderWidth": 1},
         "data": now["data"], "label": {"formatter": "{a}", "fontSize": 11, "opacity": 1,
                                        "color": "@text" if k > 1 else "@ground", **now["label"]}}
        for now, (_side, tone, k, name, _value) in zip(moving, parts, strict=True)
    ]  # fmt: skip
    option = {
        "grid": {"left": 66, "right": 10, "top": 4, "bottom": 22},
        "tooltip": {"trigger": "item", "valueFormatter": "$price", **TOOLTIP},
        "xAxis": {"type": "value", "max": "dataMax", "splitLine": {"show": False},
                  "axisLabel": {"color": "@muted", "fontSize": 11, "formatter": "$money", "hideOverlap": True,
                                "showMaxLabel": False}},
        "yAxis": {"type": "category", "data": list(_SIDES), "inverse": True, "axisLine": {"show": False},
                  "axisTick": {"show": False}, "axisLabel": {"color": "@muted", "fontSize": 11}},
        "series": series,
    }  # fmt: skip
    return {"option": option}


def sheet_table(assets: dict[str, int], liabilities: dict[str, int], fresh: bool) -> dict[str, Any]:
    """Return the balance sheet as a table with both totals, to the cent."""
    rows = [
        (*(left or (None, None)), *(right or (None, None)))
        for left, right in zip_longest(assets.items(), liabilities.items())
    ]
    rows.append(("total assets", sum(assets.values()), "total liabilities", sum(liabilities.values())))
    heads = (("asset", "assets", "text"), ("has", "amount", "price"),
             ("liability", "liabilities and equity", "text"), ("owes", "amount", "price"))  # fmt: skip
    told = cells(rows)
    told[-1]["selected"] = True
    return {**({"columns": columns(heads)} if fresh else {}), "rows": told}


# -- what if -----------------------------------------------------------------------------------


def columns(heads: Sequence[tuple[str, ...]]) -> list[dict[str, Any]]:
    """Return headings (key, label, format, meaning) of a table that is not sorted."""
    names = ("key", "label", "form", "title")
    return [{**dict(zip(names, head, strict=False)), "sortable": False} for head in heads]


def cells(rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return rows of a table, each with its first cell for key."""
    return [{"key": str(row[0]), "cells": list(row), "selected": False} for row in rows]


def outcome_tiles(outcome: Outcome, fresh: bool) -> dict[str, Any]:
    """Return what a loss would do to all others."""
    fallen = sum(round_ is not None for round_ in outcome.failed_in)
    tiles = (
        ("loss", f"loss of {outcome.symbols[outcome.bank]}", "money", outcome.loss, ""),
        ("debtrank", "DebtRank", "percent", outcome.rank, "share of interbank lending lost by others (Bardoscia 2015)"),
        ("cleared", "others lose", "percent", outcome.cleared_total, "of their equity; Eisenberg and Noe (2001)"),
        (
            "wasted",
            "with costs",
            "percent",
            outcome.wasted_total,
            "the same with costs; Rogers and Veraart (2013)",
        ),
        ("falls", "banks that fall", "count", fallen, "the bank itself and its cascade, losses of 40 % (Furfine 2003)"),
    )
    names = ("key", "label", "form", "value", "title")
    return {"fresh": fresh, "tiles": [dict(zip(names, tile, strict=True)) for tile in tiles]}


def outcome_table(outcome: Outcome, fresh: bool) -> dict[str, Any]:
    """Return what a loss would do to each other bank that is hit, the hardest hit first."""
    heads = (
        ("bank", "bank", "text", ""),
        ("exposed", f"lent to {outcome.symbols[outcome.bank]}", "money", ""),
        ("distress", "distress", "percent", "DebtRank: share of equity lost before anybody defaults"),
        ("cleared", "Eisenberg-Noe", "percent", "share of equity lost once payments have cleared"),
        ("wasted", "with costs", "percent", "the same when a default leaves 90 % of assets (Rogers and Veraart)"),
        ("falls", "falls in round", "count", "round of the cascade; a dash for who stands"),
    )
    rows = zip(outcome.symbols, outcome.exposed, outcome.distress, outcome.cleared, outcome.wasted, outcome.failed_in,
               strict=True)  # fmt: skip
    loser = outcome.symbols[outcome.bank]
    hit = [row for row in rows if row[0] != loser and any(row[1:])]
    hit.sort(key=lambda row: (-row[4], -row[2], row[0]))
    none = f"No other bank loses anything: {loser} owes them nothing today."
    return {"columns": columns(heads), "rows": cells(hit[:MOST_DRAWN]), "none": none}


# -- month ends --------------------------------------------------------------------------------


def lines(named: Sequence[tuple[str, str]], form: str, *, required: bool = False) -> Any:
    """Return what makes the option of a chart of lines, (name, tone), whose rows are month, one value each, events."""

    def option(requirement: float) -> dict[str, Any]:
        mark = {"symbol": "none", "silent": True, "data": [{"yAxis": requirement}], "label": {"show": False},
                "lineStyle": {"color": "@warn", "type": "dashed"}}  # fmt: skip
        series = [
            {"type": "line", "name": name, "symbol": "circle", "symbolSize": 4, "connectNulls": False,
             "encode": {"x": 0, "y": number}, "itemStyle": {"color": tone}, "lineStyle": {"width": 1.6, "color": tone},
             **({"markLine": mark} if required and number == 1 else {})}
            for number, (name, tone) in enumerate(named, 1)
        ]  # fmt: skip
        text = {"color": "@muted", "fontSize": 11}
        drawn = {
            "grid": {"left": 24, "right": 58, "top": 24, "bottom": 20},
            "legend": {"top": 0, "left": 0, "itemWidth": 12, "itemHeight": 8, "textStyle": text},
            "tooltip": {"trigger": "axis", "valueFormatter": "$" + form, **TOOLTIP},
            "xAxis": {"type": "category", "axisLabel": {**text, "hideOverlap": True}, "axisTick": {"show": False},
                      "axisLine": {"lineStyle": {"color": "@line"}}},
            "yAxis": {"scale": not required, "position": "right", "splitNumber": 3,
                      "axisLabel": {**text, "formatter": "$" + form}, "splitLine": {"lineStyle": {"color": "@line"}}},
            "series": series,
        }  # fmt: skip
        return with_events(drawn, 1 + len(named))

    return option
