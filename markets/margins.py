"""Who lends to whom, when only totals are known: networks whose margins are given, to the cent.

Maximum entropy spreads every bank's lending over all others as evenly as its totals allow; minimum
density explains the totals by as few links as possible. Real networks lie between the two.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import networkx as nx
import numpy as np
from numpy.typing import ArrayLike

from ..core.errors import OutOfBounds
from ..core.units import IntArray
from .bank_arrays import counted_of_banks
from .even_exposures import evenly
from .sparse_exposures import sparsely

Method: TypeAlias = Literal["maximum_entropy", "minimum_density"]
METHODS = ("maximum_entropy", "minimum_density")


def from_margins(
    assets: ArrayLike, liabilities: ArrayLike, method: Method = "maximum_entropy", seed: int = 0
) -> nx.DiGraph[int]:
    """Return a graph of exposures in which bank i lends ``assets[i]`` and owes ``liabilities[i]``, exactly.

    Parameters
    ----------
    assets, liabilities : (n,)
        What each bank has lent to others and owes to others, in minor units; both sum to the same.
    method : {"maximum_entropy", "minimum_density"}
        The most even exposures, x_ij = u_i v_j off the diagonal, rounded with all margins kept; or the
        fewest links found.
    seed : int
        Of the search for the fewest links; maximum entropy draws nothing.

    Returns
    -------
    networkx.DiGraph
        Banks 0 to n - 1, an edge from creditor to debtor with its ``weight`` in minor units.

    Raises
    ------
    OutOfBounds
        When totals differ, an amount is negative or a float, or a bank would have to lend to itself.

    References
    ----------
    K. Anand, B. Craig and G. von Peter (2015), "Filling in the blanks: network structure and interbank
    contagion", Quantitative Finance 15, 625-636.
    C. Upper (2011), "Simulation methods to assess the danger of contagion in interbank markets",
    Journal of Financial Stability 7, 111-125.

    Examples
    --------
    >>> graph = from_margins([4, 1, 0], [0, 2, 3])
    >>> sorted(graph.edges(data="weight"))
    [(0, 1, 2), (0, 2, 2), (1, 2, 1)]
    """
    if method not in METHODS:
        raise OutOfBounds("method", method, f"give one of {', '.join(METHODS)}")
    lent, owed = checked_margins(assets, liabilities)
    exposures = evenly(lent, owed) if method == "maximum_entropy" else sparsely(lent, owed, seed)
    return exposure_graph(exposures)


def checked_margins(assets: ArrayLike, liabilities: ArrayLike) -> tuple[IntArray, IntArray]:
    """Return both margins as (n,) counts for which a network exists, or raise `OutOfBounds` with the remedy."""
    lent = counted_of_banks("assets", assets, np.asarray(assets).size)
    owed = counted_of_banks("liabilities", liabilities, len(lent))
    total = int(lent.sum())
    if total != int(owed.sum()):
        due = f"it is {int(owed.sum())} for liabilities; both must agree, since whatever a bank lends another owes"
        raise OutOfBounds("the sum of assets", total, due)
    for bank, both in enumerate((lent + owed).tolist()):
        if both > total:
            due = f"lower them by {both - total} to the total of {total}, or bank {bank} would have to lend to itself"
            raise OutOfBounds(f"assets[{bank}] + liabilities[{bank}]", both, due)
    return lent, owed


def exposure_graph(exposures: IntArray) -> nx.DiGraph[int]:
    """Return (n, n) exposures as a graph: an edge from creditor to debtor for each amount above 0."""
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(len(exposures)))
    for i, j in np.argwhere(exposures > 0).tolist():
        graph.add_edge(i, j, weight=int(exposures[i, j]))
    return graph


def exposure_matrix(graph: nx.DiGraph[int]) -> IntArray:
    """Return the weights of a graph of banks 0 to n - 1 as (n, n) exposures, creditor by debtor.

    Examples
    --------
    >>> exposure_matrix(from_margins([4, 1, 0], [0, 2, 3])).tolist()
    [[0, 2, 2], [0, 0, 1], [0, 0, 0]]
    """
    exposures = np.zeros((len(graph), len(graph)), np.int64)
    for creditor, debtor, weight in graph.edges(data="weight", default=0):
        exposures[creditor, debtor] = weight
    return exposures
