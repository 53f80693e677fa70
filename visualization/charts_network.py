"""The interbank network as a graph: size by assets, colour by capital ratio, width by exposure, the failed crossed out.

A bank's place depends on who may lend to whom alone, so that the picture stands still while loans come and go.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

import networkx as nx
import numpy as np

from ..policies.prudential import ROUNDING
from .views_banks import Network, amount

MOST_DRAWN, MOST_DASHED = 60, 150
"""Banks, and pairs that may lend to each other, of which a reader can make out something."""
CROSSED = "path://M0,50A50,50,0,1,1,100,50A50,50,0,1,1,0,50M20,20L80,80M80,20L20,80"
"""A circle with a cross in it: a bank that has failed."""
TOOLTIP = {
    "confine": True, "backgroundColor": "@panel", "borderColor": "@line",
    "textStyle": {"color": "@text", "fontSize": 12},
}  # fmt: skip
_SMALLEST, _LARGEST, _THINNEST, _WIDEST = 12.0, 44.0, 1.5, 6.0
_NOTE = {"fontSize": 11, "fontWeight": "normal", "color": "@muted"}


@lru_cache(maxsize=8)
def positions(banks: int, pairs: tuple[tuple[int, int], ...]) -> tuple[tuple[float, float], ...]:
    """Return a place within [-1, 1]² for each bank: near those it deals with, or on a circle when they are many.

    Nothing is drawn at random, so the same relationships give the same picture in every tab (Kamada and Kawai 1989).
    """
    graph: nx.Graph[int] = nx.Graph()
    graph.add_nodes_from(range(banks))
    graph.add_edges_from(pairs)
    relaxed = 2 < banks <= MOST_DRAWN and nx.is_connected(graph)
    found = nx.kamada_kawai_layout(graph) if relaxed else nx.circular_layout(graph)
    places = np.array([found[k] for k in graph]).reshape(-1, 2)
    places -= places.mean(axis=0)
    turned = places @ np.linalg.svd(places)[2].T if relaxed else places  # the longer axis lies across
    reach = np.maximum(np.abs(turned).max(axis=0), 1e-9)
    return tuple((x, y) for x, y in (turned / reach).round(3).tolist())


def drawn(network: Network) -> Network:
    """Return the network of its largest banks, as many as one can tell apart."""
    if len(network.banks) <= MOST_DRAWN:
        return network
    kept = sorted(sorted(range(len(network.banks)), key=lambda k: -network.banks[k][1])[:MOST_DRAWN])
    place = {slot: number for number, slot in enumerate(kept)}
    return network._replace(
        banks=tuple(network.banks[k] for k in kept),
        loans=tuple((place[i], place[j], owed) for i, j, owed in network.loans if i in place and j in place),
        relations=tuple((place[i], place[j]) for i, j in network.relations if i in place and j in place),
    )


def classes(network: Network) -> tuple[dict[str, Any], ...]:
    """Return the classes of soundness with their thresholds, as categories of the graph and of its legend."""
    low, high = f"{100 * network.minimum:g} %", f"{100 * network.required:g} %"
    return (
        {"name": f"{high} or more", "itemStyle": {"color": "@up"}},
        {"name": f"in the buffers, {low} to {high}", "itemStyle": {"color": "@warn"}},
        {"name": f"below {low}", "itemStyle": {"color": "@down"}},
        {"name": "failed", "symbol": CROSSED, "itemStyle": _HOLLOW},
    )


_HOLLOW = {"color": "transparent", "borderColor": "@muted", "borderWidth": 1.6}


def class_of(ratio: float | None, is_open: bool, network: Network) -> int:
    """Return the class of a bank; without risky assets the ratio has no bound, so the bank is sound."""
    if not is_open:
        return 3
    if ratio is None or ratio >= network.required - ROUNDING:
        return 0
    return 1 if ratio >= network.minimum - ROUNDING else 2


def network_patch(network: Network, chosen: str) -> dict[str, Any]:
    """Return nodes and edges of the day; the places of nodes depend on relationships alone."""
    some = drawn(network)
    where = positions(len(some.banks), some.relations)
    most = max((bank[1] for bank in some.banks), default=1)
    widest = max((loan[2] for loan in some.loans), default=1)
    nodes = [
        _node(bank, place, max(most, 1), some, bank[0] == chosen) for bank, place in zip(some.banks, where, strict=True)
    ]
    lent = {frozenset(loan[:2]) for loan in some.loans}
    dashed = some.relations if len(some.relations) <= MOST_DASHED else ()
    links = [_relation(pair) for pair in dashed if frozenset(pair) not in lent]
    names = [bank[0] for bank in some.banks]
    links += [_loan(loan, widest, names) for loan in some.loans]
    return {"title": {"text": _caption(network, some)}, "series": [{"data": nodes, "links": links}]}


def _node(
    bank: tuple[str, int, float | None, bool], place: tuple[float, float], most: int, network: Network, chosen: bool
) -> dict[str, Any]:
    symbol, assets, ratio, is_open = bank
    size = _SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(max(assets, 0) / most)
    rank = class_of(ratio, is_open, network)
    ring = {"itemStyle": {"borderColor": "@text", "borderWidth": 2.5}} if chosen and is_open else {}
    said = "failed" if not is_open else "–" if ratio is None else f"{100 * ratio:.1f} %"
    told = f"<b>{escape(symbol)}</b><br>assets {amount(assets)}<br>capital ratio {said}"
    return {
        "name": symbol, "value": list(place), "symbolSize": round(size, 1), "category": rank,
        "label": {"formatter": f"{{b|{symbol}}}\n{said}"}, "tooltip": {"formatter": told},
        "about": {"assets (minor units)": assets, "capital ratio (fraction)": ratio}, **ring,
    }  # fmt: skip


def _relation(pair: tuple[int, int]) -> dict[str, Any]:
    style = {"width": 1, "type": "dashed", "opacity": 0.55, "color": "@muted"}
    return {"source": pair[0], "target": pair[1], "symbol": ["none", "none"], "lineStyle": style,
            "tooltip": {"show": False}}  # fmt: skip


def _loan(loan: tuple[int, int, int], widest: int, names: Sequence[str]) -> dict[str, Any]:
    width = round(_THINNEST + (_WIDEST - _THINNEST) * math.sqrt(loan[2] / widest), 1)
    told = f"{escape(names[loan[0]])} has lent {escape(names[loan[1]])}<br>{amount(loan[2])}"
    return {"source": loan[0], "target": loan[1], "value": loan[2], "tooltip": {"formatter": told},
            "lineStyle": {"width": width, "color": "@accent", "opacity": 0.85, "curveness": 0.14}}  # fmt: skip


def _caption(network: Network, some: Network) -> str:
    part = f"the {len(some.banks)} largest of {len(network.banks)} banks · " if some is not network else ""
    said = "arrows: lent, wider is more" if some.loans else "no bank owes another today"
    return part + said + (" · dashed: may lend" if len(some.relations) <= MOST_DASHED else "")


def network_option(network: Network, patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ECharts option of the graph around nodes and edges of `network_patch`."""
    categories = list(classes(network))
    legend = [{"name": kind["name"], **({"icon": CROSSED} if "symbol" in kind else {})} for kind in categories]
    return {
        "title": {**patch["title"], "left": 0, "top": 2, "padding": [2, 0], "textStyle": _NOTE},
        "legend": {"data": legend, "bottom": 0, "selectedMode": False, "icon": "circle", "itemWidth": 10,
                   "itemHeight": 10, "itemGap": 12, "textStyle": {"color": "@muted", "fontSize": 11}},
        "tooltip": {"trigger": "item", **TOOLTIP},
        "grid": {"left": 44, "right": 44, "top": 46, "bottom": 88},
        "xAxis": {"show": False, "type": "value", "min": -1, "max": 1},
        "yAxis": {"show": False, "type": "value", "min": -1, "max": 1},
        "series": [{
            "type": "graph", "coordinateSystem": "cartesian2d", "layout": "none", "roam": False,
            "categories": categories, "edgeSymbol": ["none", "arrow"], "edgeSymbolSize": 9, "name": "interbank loans",
            "emphasis": {"focus": "adjacency"}, "cursor": "pointer",
            "label": {"show": True, "position": "bottom", "color": "@text", "fontSize": 11, "lineHeight": 14,
                      "textBorderColor": "@panel", "textBorderWidth": 3,
                      "rich": {"b": {"fontWeight": 600, "fontSize": 11, "color": "@text"}}},
            **patch["series"][0],
        }],
    }  # fmt: skip
