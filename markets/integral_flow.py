"""Whole numbers that keep every sum: rounding a table or a network of payments without losing a cent.

Rounding entry by entry breaks the sums of rows and columns. Seen as a flow through a network whose
arcs may carry the amount rounded down or up, a whole-numbered flow with all sums kept exists whenever
one with fractions does (Causey, Cox and Ernst 1985), and network simplex finds it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

import networkx as nx


@dataclass(frozen=True)
class Arc:
    """An arc that may carry ``low`` to ``high``; the more is ``wished``, the rather it carries more."""

    tail: Hashable
    head: Hashable
    low: int
    high: int
    wish: int = 0


def integral_flow(arcs: Iterable[Arc], supply: Mapping[Hashable, int]) -> list[int] | None:
    """Return what each arc carries, in whole numbers, or None when nothing fits.

    Maximises Σ wish x subject to low <= x <= high and, at every node, outflow - inflow = supply (0
    where none is given). Of arcs with equal wishes above 0, earlier ones carry more. At most one arc joins two nodes in
    one direction. Integers have no bound, and the result depends on the order of ``arcs`` only.

    References
    ----------
    B. D. Causey, L. H. Cox and L. R. Ernst (1985), "Applications of transportation theory to
    statistical problems", Journal of the American Statistical Association 80, 903-909.

    Examples
    --------
    >>> integral_flow([Arc("till", "ann", 3, 4, 33), Arc("till", "bob", 6, 7, 67)], {"till": 10, "ann": -3, "bob": -7})
    [3, 7]
    """
    rows = list(arcs)
    scale = (len(rows) + 1) ** 2  # so that no sum of places outweighs one unit of wish
    due = dict(supply)
    graph: nx.DiGraph[Hashable] = nx.DiGraph()
    for place, arc in enumerate(rows):
        due[arc.tail] = due.get(arc.tail, 0) - arc.low
        due[arc.head] = due.get(arc.head, 0) + arc.low
        if arc.high > arc.low:
            cost = place - arc.wish * scale if arc.wish else 0
            graph.add_edge(arc.tail, arc.head, capacity=arc.high - arc.low, weight=cost)
    graph.add_nodes_from(due)
    for node, amount in due.items():
        graph.nodes[node]["demand"] = -amount
    if not graph:
        return []
    try:
        _, carried = nx.network_simplex(graph)
    except nx.NetworkXUnfeasible:
        return None
    return [arc.low + carried[arc.tail].get(arc.head, 0) for arc in rows]
