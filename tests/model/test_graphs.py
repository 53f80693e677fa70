"""Who owes, employs and trades with whom: graphs against the ledger, the accounts of jobs and the tape."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from catallaxy.core.errors import OutOfBounds
from catallaxy.ledger.chart import INTERBANK, LOAN
from catallaxy.ledger.contracts import AMOUNT, CREDITOR, DEBTOR
from catallaxy.model.economy import Economy
from tests.model.closed_economy import behind, closed, lived
from tests.model.small_economy import ran

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation


@pytest.fixture(scope="module")
def economy() -> Economy:
    return lived(30)


def test_debts_are_the_contracts_of_the_ledger(economy: Economy) -> None:
    graph, ledger, c = economy.graphs().debts(), economy.ledger, behind(economy)
    for owner in (*c.firms.owners.tolist(), *c.banks.owners.tolist()):
        owed = sum(amount for _, _, amount in graph.in_edges(owner, data="amount")) if owner in graph else 0
        lent = sum(amount for _, _, amount in graph.out_edges(owner, data="amount")) if owner in graph else 0
        assert owed == ledger.contracts.debts[:, owner].sum()
        assert lent == ledger.contracts.claims[:, owner].sum()
    banks = set(c.banks.owners.tolist())
    assert {kind for _, _, kind in graph.edges(keys=True)} == {"loan"}
    assert all(creditor in banks for creditor, _ in graph.edges())


def test_kinds_of_loans_are_edges_of_their_own() -> None:
    economy = closed()
    c, ledger = behind(economy), economy.ledger
    first, other = c.banks.owners[:2].tolist()
    ledger.lend("interbank lending", INTERBANK, creditor=[first, first], debtor=[other, other], amount=[30, 40])
    ledger.lend("interbank lending", LOAN, creditor=first, debtor=other, amount=5)

    both = economy.graphs().debts()
    assert both[first][other] == {"interbank loan": {"amount": 70}, "loan": {"amount": 5}}
    only = economy.graphs().debts("interbank loan")
    assert list(only.edges(data="amount")) == [(first, other, 70)]
    assert only.nodes[other]["symbol"] == "B02"
    with pytest.raises(OutOfBounds, match="instrument is 'lone'; give some of loan, "):
        economy.graphs().debts("lone")


def test_repaid_loans_are_no_edges() -> None:
    economy = closed()
    ledger, before = economy.ledger, set(economy.graphs().debts().edges())
    row = ledger.contracts.rows[0]
    pair = int(row[CREDITOR]), int(row[DEBTOR])
    same = ledger.contracts.of(LOAN, creditor=pair[0], debtor=pair[1])
    ledger.repay("loan repaid", same, ledger.contracts.rows[same, AMOUNT])
    assert set(economy.graphs().debts().edges()) == before - {pair}


def test_everybody_who_works_has_one_employer_who_pays_the_posted_wage(economy: Economy) -> None:
    graph, c = economy.graphs().employment(), behind(economy)
    assert graph.number_of_edges() == c.firms.workers.sum()
    for f, owner in enumerate(c.firms.owners.tolist()):
        assert graph.out_degree(owner) == c.firms.workers[f]
        assert {wage for _, _, wage in graph.out_edges(owner, data="wage")} <= {int(c.firms.posted_wage[f])}
    workers = [node for node, kind in graph.nodes(data="sector") if kind == "H"]
    assert len(workers) == c.households.labour_force()
    assert sum(graph.in_degree(worker) == 0 for worker in workers) == c.households.unemployed()
    assert max(graph.in_degree(worker) for worker in workers) == 1
    assert nx.is_directed_acyclic_graph(graph)


def test_a_node_says_who_it_is(economy: Economy) -> None:
    nodes, c = economy.graphs().employment().nodes, behind(economy)
    firm = int(c.firms.owners[0])
    assert nodes[firm] == {"sector": "F", "kind": "firm", "symbol": "C001"}
    worker = int(c.households.owners[np.flatnonzero(c.households.employer >= 0)[0]])
    assert nodes[worker]["sector"] == "H"
    assert "symbol" not in nodes[worker]


def test_trades_go_from_seller_to_buyer_with_lots_and_money() -> None:
    economy = ran(30)
    graph, trades = economy.graphs().trades(), economy.table("trades")
    assert sum(lots for _, _, lots in graph.edges(data="lots")) == trades["quantity"].sum() > 0
    assert sum(money for _, _, money in graph.edges(data="turnover")) == (trades["price"] * trades["quantity"]).sum()
    assert sum(count for _, _, count in graph.edges(data="trades")) == len(trades)
    one = trades.iloc[0]
    buyer, seller = (one["taker"], one["maker"]) if one["aggressor"] == 0 else (one["maker"], one["taker"])
    assert graph.has_edge(int(seller), int(buyer))


def test_trades_of_some_ticks_are_those_of_these_ticks() -> None:
    economy = ran(30)
    trades = economy.table("trades")
    rows = trades[trades["tick"].between(11, 20)]
    graph = economy.graphs().trades(11, 20)
    assert sum(lots for _, _, lots in graph.edges(data="lots")) == rows["quantity"].sum()


def test_graphs_of_what_is_not_there_say_so() -> None:
    economy = ran(5, recording__trades=False)
    with pytest.raises(OutOfBounds, match=r"recording\.trades is False; switch it on to know who traded with whom"):
        economy.graphs().trades()
    with pytest.raises(OutOfBounds, match="only a closed economy has jobs"):
        economy.graphs().employment()


def test_a_graph_follows_nothing_afterwards() -> None:
    economy = lived(21)
    graph = economy.graphs().employment()
    edges = set(graph.edges())
    economy.run(days=21)
    assert set(graph.edges()) == edges != set(economy.graphs().employment().edges())
