"""Who owes whom, who employs whom and who traded with whom, as networkx graphs of owners.

A node is an owner id with its ``sector``, ``kind`` and, for a listed company, ``symbol``. Only those who take part
are nodes. Graphs are made when they are asked for and follow nothing afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

import networkx as nx
import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import SECTORS, IntArray
from ..ledger.contracts import AMOUNT, CREDITOR, DEBTOR, INSTRUMENT

if TYPE_CHECKING:
    from .economy import Economy

    Directed: TypeAlias = nx.DiGraph[int]
    Parallel: TypeAlias = nx.MultiDiGraph[int]


class Graphs:
    """The networks of an economy at one moment.

    Examples
    --------
    >>> from catallaxy.model.economy import Economy
    >>> economy = Economy("markets", rng=7, traders__number=60, stocks__number=2, anchor__source="walk")
    >>> economy.run(ticks=5)
    >>> trades = economy.graphs().trades()
    >>> sum(lots for _, _, lots in trades.edges(data="lots")) == economy.day_volume
    True
    """

    def __init__(self, economy: Economy) -> None:
        self._economy = economy

    def debts(self, *instruments: str) -> Parallel:
        """Return contracts as edges from creditor to debtor, one for each kind of loan, with ``amount`` in minor units.

        Parameters
        ----------
        instruments : str
            Kinds of loans, such as ``"loan"`` and ``"interbank loan"``, which are the keys of the edges; all if left
            out.
        """
        contracts, names = self._economy.ledger.contracts, self._names(instruments)
        graph: Parallel = nx.MultiDiGraph()
        for row in contracts.rows[contracts.rows[:, AMOUNT] > 0].tolist():
            name = names.get(row[INSTRUMENT])
            if name is None:
                continue
            pair = row[CREDITOR], row[DEBTOR]
            before = graph.edges[*pair, name]["amount"] if graph.has_edge(*pair, name) else 0
            graph.add_edge(*pair, name, amount=before + row[AMOUNT])
        self._describe(graph)
        return graph

    def _names(self, wanted: tuple[str, ...]) -> dict[int, str]:
        known = [instrument.name for instrument in self._economy.ledger.instruments.contractual]
        for name in wanted:
            if name not in known:
                raise OutOfBounds("instrument", name, f"give some of {', '.join(known)}")
        return {number: name for number, name in enumerate(known) if not wanted or name in wanted}

    def employment(self) -> Directed:
        """Return jobs as edges from firm to worker, with the posted ``wage`` of a month in minor units.

        The unemployed are nodes without an edge.

        Raises
        ------
        OutOfBounds
            Without a closed economy nobody has a job.
        """
        closed = self._economy.closed
        if closed is None:
            raise OutOfBounds(
                "macro.form", self._economy.settings.macro.form, 'only a closed economy has jobs; give "full"'
            )
        graph: Directed = nx.DiGraph()
        graph.add_nodes_from(closed.firms.owners.tolist())
        graph.add_nodes_from(closed.households.owners[closed.households.employer >= -1].tolist())
        rows = np.flatnonzero(closed.households.employer >= 0)
        firm = closed.households.employer[rows]
        columns = closed.firms.owners[firm], closed.households.owners[rows], closed.firms.posted_wage[firm]
        for employer, worker, wage in zip(*(column.tolist() for column in columns), strict=True):
            graph.add_edge(employer, worker, wage=wage)
        self._describe(graph)
        return graph

    def trades(self, first: int | None = None, last: int | None = None) -> Directed:
        """Return trades of ticks ``first`` to ``last``: edges from seller to buyer: ``lots``, ``turnover``, ``trades``.

        Without a folder, those of the recent days that are kept; turnover is in minor units.

        Raises
        ------
        OutOfBounds
            When trades are not recorded.
        """
        economy = self._economy
        if not economy.settings.recording.trades:
            raise OutOfBounds("recording.trades", False, "switch it on to know who traded with whom")
        names = ("symbol", "price", "quantity", "maker", "taker", "aggressor")
        table = economy.store.read("trades", names, first, last)
        symbols = table.column("symbol").to_pylist()
        price, lots, maker, taker, side = (np.asarray(table.column(name).to_numpy(), np.int64) for name in names[1:])
        buyer, seller = np.where(side == 0, taker, maker), np.where(side == 0, maker, taker)
        unit = dict(zip(economy.symbols, economy.exchange.listings.unit_value.tolist(), strict=True))
        paid = price * lots * np.array([unit[symbol] for symbol in symbols], np.int64)
        graph: Directed = nx.DiGraph()
        for pair, sums in _summed(seller, buyer, lots, paid):
            graph.add_edge(*pair, lots=sums[0], turnover=sums[1], trades=sums[2])
        self._describe(graph)
        return graph

    def _describe(self, graph: nx.Graph[int]) -> None:
        """Say of every node who it is."""
        owners, economy = self._economy.ledger.owners, self._economy
        issuers = economy.ledger.issuer[economy.exchange.listings.security].tolist()
        symbol = dict(zip(issuers, economy.symbols, strict=True))
        sectors, kinds = owners.sectors, owners.column("kind")
        for node, facts in graph.nodes(data=True):
            facts["sector"], facts["kind"] = str(SECTORS[int(sectors[node])]), owners.kinds[int(kinds[node])]
            if node in symbol:
                facts["symbol"] = symbol[node]


def _summed(
    seller: IntArray, buyer: IntArray, lots: IntArray, paid: IntArray
) -> Iterable[tuple[tuple[int, int], tuple[int, int, int]]]:
    """Yield each pair of seller and buyer with its lots, money and number of trades, pairs in order."""
    if not seller.size:
        return
    pairs, place = np.unique(np.stack([seller, buyer], axis=1), axis=0, return_inverse=True)
    sums = np.zeros((len(pairs), 3), np.int64)
    for number, column in enumerate((lots, paid, np.ones_like(lots))):
        np.add.at(sums[:, number], place.reshape(-1), column)
    for (who, whom), row in zip(pairs.tolist(), sums.tolist(), strict=True):
        yield (who, whom), (row[0], row[1], row[2])
