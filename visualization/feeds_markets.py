"""The feeds of the page of all markets: key figures, the map of changes, and the board."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from . import views_markets as views
from .desk import Desk
from .listing import Ask, answer
from .live import Feed, Message

MAPPED = 60
FULL_TONE = 0.02
"""The change of a day that the map shows in full colour."""
_SMALL = 0.012
"""Part of all that is shown below which an area has no room for its change."""
_ALONE = "resources"
"""Where sectors of one company stand together: each resource may have one that extracts it."""


def tiles(desk: Desk, seen: tuple[Any, ...] | None) -> tuple[Message | None, tuple[Any, ...]]:
    """Tell how many symbols rose and fell today, and what passed through the exchange."""
    reel, snapshot = desk.run.reel, desk.run.snapshot
    change = np.sign(snapshot.last - reel.day_open)
    phases = desk.look(views.phases)
    figures = (
        ("up", "symbols up", int((change > 0).sum()), "count"),
        ("down", "symbols down", int((change < 0).sum()), "count"),
        ("flat", "unchanged", int((change == 0).sum()), "count"),
        ("closed", "not trading", int((phases != views.PHASES[0]).sum()), "count"),
        ("lots", "lots today", int(reel.day_volume.sum()), "count"),
        ("turnover", "turnover today", reel.day_turnover, "money"),
        ("trades", "trades, tick", snapshot.trades, "count"),
        ("messages", "messages, tick", snapshot.messages, "count"),
    )
    if figures == seen:
        return None, seen
    told = [{"key": key, "label": label, "value": value, "form": form} for key, label, value, form in figures]
    return {"fresh": seen is None, "tiles": told}, figures


def table(ask: Callable[[], Ask]) -> Feed:
    """Tell the board the page of rows that is asked for; its columns once."""

    def feed(desk: Desk, seen: Message | None) -> tuple[Message | None, Message]:
        columns = desk.look(lambda economy: views.board(economy, desk.run.reel))
        told = answer(
            views.rows_of(columns), views.COLUMNS, ask(), things="symbols", per_page=views.PAGE_ROWS,
            none="no symbol, sector or phase is called so",
        )  # fmt: skip
        if told == seen:
            return None, told
        return {name: value for name, value in told.items() if seen is None or name != "columns"}, told

    return feed


def heat(desk: Desk, seen: list[Message] | None) -> tuple[Message | None, list[Message]]:
    """Tell the map of changes: an area for each of the largest symbols, sized by market value."""
    columns = desk.look(lambda economy: views.board(economy, desk.run.reel))
    nodes = map_nodes(columns)
    if nodes == seen:
        return None, nodes
    if seen is None:
        return {"option": map_option(nodes)}, nodes
    return {"patch": {"series": [{"id": "map", "animation": False, "data": nodes}]}}, nodes


def map_nodes(columns: views.Values, most: int = MAPPED) -> list[Message]:
    """Return the areas of the map by sector; the value of each is market value (minor units) and change today."""
    value, change, sector = columns["value"], columns["today"], columns["sector"]
    largest = np.argsort(-value, kind="stable")[:most]
    total, groups = float(value[largest].sum()), {}  # type: float, dict[str, list[Message]]
    for book in largest[value[largest] > 0.0].tolist():
        symbol, told = str(columns["symbol"][book]), _signed(float(change[book]))
        group = str(sector[book]) if (sector == sector[book]).sum() > 1 else _ALONE
        about = " · ".join(part for part in (symbol, str(sector[book]), f"{told} today") if part)
        groups.setdefault(group, []).append({
            "name": symbol, "value": [round(float(value[book])), round(float(change[book]), 6)],
            "label": {"formatter": f"{symbol}\n{told}" if value[book] > _SMALL * total else symbol},
            "tooltip": {"formatter": about},
        })  # fmt: skip
    if len(groups) == 1:
        return next(iter(groups.values()))
    return [{"name": group, "children": nodes} for group, nodes in groups.items()]


def _signed(change: float) -> str:
    """Return a change as the page's scripts write it.

    Examples
    --------
    >>> _signed(0.0124), _signed(-0.003), _signed(0.0)
    ('▲ +1.24 %', '▼ −0.30 %', '■ 0.00 %')
    """
    arrow, sign = ("▲", "+") if change > 0.0 else ("▼", "−") if change < 0.0 else ("■", "")
    return f"{arrow} {sign}{abs(100.0 * change):.2f} %"


def map_option(nodes: list[Message]) -> Message:
    """Return the ECharts option of the map: colours run from down over the panel's line to up, around no change."""
    return {
        "tooltip": {"backgroundColor": "@panel", "borderColor": "@line", "confine": True, "formatter": "{b}",
                    "textStyle": {"color": "@text", "fontSize": 12}},
        "series": [{
            "type": "treemap", "id": "map", "name": "all symbols", "data": nodes, "animation": False,
            "columns": ["market value (minor units)", "change today (fraction)"],
            "left": 0, "right": 0, "top": 0, "bottom": 0, "squareRatio": 1.2,
            "roam": False, "nodeClick": False, "breadcrumb": {"show": False},
            "visualDimension": 1, "visualMin": -FULL_TONE, "visualMax": FULL_TONE, "colorMappingBy": "value",
            "itemStyle": {"borderColor": "@panel", "borderWidth": 1, "gapWidth": 1},
            "upperLabel": {"show": True, "height": 18, "color": "@muted", "fontSize": 11},
            "label": {"color": "@ink", "fontSize": 12, "lineHeight": 15, "padding": 1,
                      "textBorderColor": "@ground", "textBorderWidth": 2},
            "levels": [
                {"upperLabel": {"show": False}, "color": ["@down", "@line", "@up"],
                 "itemStyle": {"borderWidth": 0, "gapWidth": 3}},
                {"color": ["@down", "@line", "@up"],
                 "itemStyle": {"borderColor": "@line", "gapWidth": 1, "borderWidth": 1}},
                {"itemStyle": {"gapWidth": 1}},
            ],
        }],
    }  # fmt: skip
