"""Interbank networks: shapes, repetition, margins to the unit, and what is refused."""

from __future__ import annotations

import itertools
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds
from catallaxy.core.units import FloatArray, IntArray
from catallaxy.markets.even_exposures import most_even
from catallaxy.markets.integral_flow import Arc, integral_flow
from catallaxy.markets.margins import METHODS, Method, exposure_graph, exposure_matrix, from_margins
from catallaxy.markets.network_measures import fitted_core, network_measures
from catallaxy.markets.networks import NetworkSettings, build_network, core_periphery, erdos_renyi, scale_free
from tests.markets.bank_networks import System, systems

# Anand, Craig and von Peter (2015), the example on page 628
SEVEN_ASSETS, SEVEN_LIABILITIES = [7, 5, 3, 1, 3, 0, 1], [4, 5, 5, 0, 0, 2, 4]
TOPOLOGIES = ("core_periphery", "scale_free", "erdos_renyi")


def of(topology: str, **more: Any) -> NetworkSettings:
    return NetworkSettings.of({"topology": topology, **more})


def test_the_core_is_complete_and_each_other_bank_deals_with_one_core_bank() -> None:
    graph = core_periphery(20, seed=3)

    assert [bank for bank, core in graph.nodes(data="core") if core] == [0, 1, 2, 3]
    assert all(graph.has_edge(i, j) for i, j in itertools.permutations(range(4), 2))
    for bank in range(4, 20):
        assert len(set(graph.successors(bank))) == 1
        assert set(graph.successors(bank)) == set(graph.predecessors(bank)) <= set(range(4))


def test_a_small_system_still_has_two_core_banks() -> None:
    assert sum(core for _, core in core_periphery(5, seed=3).nodes(data="core")) == 2
    assert core_periphery(1, seed=3).number_of_edges() == 0
    assert network_measures(core_periphery(2, seed=3)).density == 1.0


def test_a_bank_of_the_periphery_may_deal_with_several_core_banks() -> None:
    graph = core_periphery(30, seed=3, core_share=0.1, core_links=2)

    assert {graph.out_degree(bank) for bank in range(3, 30)} == {2}
    assert core_periphery(4, seed=3, core_links=9).out_degree(3) == 2


@pytest.mark.parametrize("topology", TOPOLOGIES)
def test_the_same_seed_gives_the_same_graph_and_another_seed_another(topology: str) -> None:
    first, again, other = (build_network(of(topology), 30, seed) for seed in (7, 7, 8))

    assert list(first.edges(data=True)) == list(again.edges(data=True))
    assert list(first.nodes) == list(range(30))
    assert set(first.edges) != set(other.edges)
    assert first.graph["topology"] == topology
    assert {weight for *_, weight in first.edges(data="weight")} == {0}
    assert nx.number_of_selfloops(first) == 0


@pytest.mark.parametrize("grown", [scale_free, erdos_renyi])
def test_a_further_bank_leaves_the_links_of_the_others_as_they_were(grown: Any) -> None:
    assert set(grown(20, 7).edges) == {edge for edge in grown(21, 7).edges if max(edge) < 20}


def test_an_erdos_renyi_network_has_the_density_it_claims() -> None:
    """10,712 pairs at 0.3: the standard deviation of the density is 0.0044."""
    assert network_measures(erdos_renyi(104, seed=1, probability=0.3)).density == pytest.approx(0.3, abs=0.018)
    assert erdos_renyi(6, seed=1, probability=0.0).number_of_edges() == 0


def hill(graph: nx.DiGraph[int], least: int) -> float:
    """Return the exponent of the tail of degrees from ``least`` on (Clauset, Shalizi and Newman 2009)."""
    tail = np.array([degree for _, degree in graph.out_degree() if degree >= least])
    return float(1.0 + len(tail) / np.log(tail / (least - 0.5)).sum())


def test_a_scale_free_network_has_a_tail_with_the_exponent_asked_for() -> None:
    heavy, light = (scale_free(2_000, seed=1, exponent=exponent) for exponent in (2.5, 3.0))

    assert hill(heavy, 10) == pytest.approx(2.5, abs=0.25)
    assert hill(light, 10) == pytest.approx(3.0, abs=0.35)
    assert hill(heavy, 10) < hill(light, 10)
    assert {heavy.out_degree(bank) >= 2 for bank in heavy} == {True}
    assert heavy.number_of_edges() == 2 * (3 + 2 * (2_000 - 3))


def test_seven_banks_at_maximum_entropy() -> None:
    """The table of the paper, to two decimals."""
    even = most_even(np.array(SEVEN_ASSETS), np.array(SEVEN_LIABILITIES))

    assert even[0].round(2).tolist() == [0, 2.53, 2.18, 0, 0, 0.74, 1.55]
    assert even[1].round(2).tolist() == [1.72, 0, 1.60, 0, 0, 0.54, 1.14]
    assert even[2].round(2).tolist() == [0.98, 1.06, 0, 0, 0, 0.31, 0.65]
    assert even[3].round(2).tolist() == [0.25, 0.27, 0.23, 0, 0, 0.08, 0.17]
    assert even[4].round(2).tolist() == [0.75, 0.81, 0.70, 0, 0, 0.24, 0.50]
    assert even[6].round(2).tolist() == [0.30, 0.32, 0.28, 0, 0, 0.09, 0]


@pytest.mark.parametrize("method", METHODS)
def test_seven_banks_keep_their_totals_exactly(method: Method) -> None:
    exposures = exposure_matrix(from_margins(SEVEN_ASSETS, SEVEN_LIABILITIES, method))

    assert exposures.sum(axis=1).tolist() == SEVEN_ASSETS
    assert exposures.sum(axis=0).tolist() == SEVEN_LIABILITIES
    assert not exposures.diagonal().any()


def fewest_links(assets: list[int], liabilities: list[int]) -> int:
    """Return a bound that no network beats: parties less the most groups whose lending equals their borrowing.

    Every connected group of lenders and borrowers with m members needs m - 1 links at least, and balances.
    """
    parties = [a for a in assets if a] + [-x for x in liabilities if x]
    sums = {0: 0}
    for mask in range(1, 1 << len(parties)):
        low = mask & -mask
        sums[mask] = sums[mask ^ low] + parties[low.bit_length() - 1]
    groups = {0: 0}
    for mask in range(1, 1 << len(parties)):
        best = max((groups[mask ^ (1 << k)] for k in range(len(parties)) if mask >> k & 1), default=0)
        groups[mask] = best + (sums[mask] == 0)
    return len(parties) - groups[(1 << len(parties)) - 1]


def test_seven_banks_need_seven_links() -> None:
    """No network explains the totals with fewer, and any seed finds one; the paper's example run has 9 to 10."""
    assert fewest_links(SEVEN_ASSETS, SEVEN_LIABILITIES) == 7
    for seed in range(5):
        sparse = from_margins(SEVEN_ASSETS, SEVEN_LIABILITIES, "minimum_density", seed)
        assert sparse.number_of_edges() == 7


@given(systems(most=12, banks=4))
@settings(max_examples=40, deadline=None)
def test_minimum_density_needs_at_most_one_link_more_than_the_bound(system: System) -> None:
    """The bound ignores that nobody lends to itself, so it cannot always be met."""
    assets, liabilities = system.owed.sum(axis=1), system.owed.sum(axis=0)
    links = from_margins(assets, liabilities, "minimum_density").number_of_edges()

    assert fewest_links(assets.tolist(), liabilities.tolist()) <= links <= max(0, 2 * len(assets) - 1)


@given(systems(most=10**12), st.sampled_from(METHODS), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_margins_are_kept_to_the_unit(system: System, method: Method, seed: int) -> None:
    assets, liabilities = system.owed.sum(axis=1), system.owed.sum(axis=0)

    graph = from_margins(assets, liabilities, method, seed)
    exposures = exposure_matrix(graph)

    assert exposures.sum(axis=1).tolist() == assets.tolist()
    assert exposures.sum(axis=0).tolist() == liabilities.tolist()
    assert (exposures >= 0).all()
    assert not exposures.diagonal().any()
    assert list(graph) == list(range(len(assets)))
    assert all(weight > 0 for *_, weight in graph.edges(data="weight"))


@given(systems(most=10**6))
@settings(max_examples=60, deadline=None)
def test_rounding_moves_no_exposure_by_a_whole_unit(system: System) -> None:
    assets, liabilities = system.owed.sum(axis=1), system.owed.sum(axis=0)

    even, whole = most_even(assets, liabilities), exposure_matrix(from_margins(assets, liabilities))

    assert np.abs(even.sum(axis=1) - assets).max() < 1e-6
    assert np.abs(whole - even).max() < 1.0


def scaled_in_turn(assets: IntArray, liabilities: IntArray, sweeps: int) -> FloatArray:
    """Return what RAS finds: rows and columns scaled to their totals, over and over."""
    x = np.outer(assets, liabilities).astype(float)
    np.fill_diagonal(x, 0.0)
    for _ in range(sweeps):
        x = x * np.divide(assets, x.sum(axis=1), out=np.zeros(len(x)), where=x.sum(axis=1) > 0)[:, None]
        x = x * np.divide(liabilities, x.sum(axis=0), out=np.zeros(len(x)), where=x.sum(axis=0) > 0)
    return x


@given(systems(most=100, banks=5))
@settings(max_examples=60, deadline=None)
def test_maximum_entropy_is_what_scaling_in_turn_tends_to(system: System) -> None:
    assets, liabilities = system.owed.sum(axis=1), system.owed.sum(axis=0)
    plain = scaled_in_turn(assets, liabilities, 3_000)
    assume(np.abs(plain.sum(axis=1) - assets).max() < 1e-9)

    assert most_even(assets, liabilities) == pytest.approx(plain, abs=1e-6)


def test_one_bank_that_is_party_to_nearly_every_loan_is_no_obstacle() -> None:
    """Scaling in turn is still off by thousands after ten thousand sweeps."""
    assets, liabilities = np.array([10**9, 10**9, 2]), np.array([1, 10**9, 10**9 + 1])

    even = most_even(assets, liabilities)

    assert np.abs(even.sum(axis=1) - assets).max() < 1e-5
    assert np.abs(even.sum(axis=0) - liabilities).max() < 1e-5
    assert exposure_matrix(from_margins(assets, liabilities)).sum(axis=1).tolist() == assets.tolist()


def test_amounts_beyond_the_precision_of_floats_keep_their_margins() -> None:
    exposures = np.array([[0, 3, 10**17 + 1], [10**17 + 7, 0, 5], [11, 10**17 + 3, 0]])
    found = exposure_matrix(from_margins(exposures.sum(axis=1), exposures.sum(axis=0)))

    assert found.sum(axis=1).tolist() == exposures.sum(axis=1).tolist()
    assert found.sum(axis=0).tolist() == exposures.sum(axis=0).tolist()


def test_a_star_has_one_solution() -> None:
    """Bank 0 is party to every loan, so the totals say it all."""
    for method in METHODS:
        graph = from_margins([5, 1, 2], [3, 4, 1], method)
        assert sorted(graph.edges(data="weight")) == [(0, 1, 4), (0, 2, 1), (1, 0, 1), (2, 0, 2)]


@pytest.mark.parametrize(
    ("assets", "liabilities", "message"),
    [
        ([5, 1], [3, 4], "the sum of assets is 6; it is 7 for liabilities"),
        ([5, -1], [2, 2], "assets[1] is -1; give a finite amount of 0 or more"),
        ([5, 1, 0], [5, 0, 1], "assets[0] + liabilities[0] is 10; lower them by 4 to the total of 6"),
        ([5.0, 1.0], [1, 5], "never a float"),
        ([5, 1], [1, 5, 0], "the shape of liabilities is (3,); (2,) is due"),
    ],
)
def test_margins_that_no_network_has_are_refused_with_the_remedy(
    assets: list[int], liabilities: list[int], message: str
) -> None:
    for method in METHODS:
        with pytest.raises(OutOfBounds) as caught:
            from_margins(assets, liabilities, method)
        assert message in str(caught.value)


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(OutOfBounds, match="method is 'guess'; give one of maximum_entropy, minimum_density"):
        from_margins([1, 0], [0, 1], "guess")  # type: ignore[arg-type]


def test_a_network_is_built_from_given_margins() -> None:
    graph = build_network(of("from_margins", assets=SEVEN_ASSETS, liabilities=SEVEN_LIABILITIES), 7, seed=1)

    assert sum(weight for *_, weight in graph.edges(data="weight")) == 20
    with pytest.raises(OutOfBounds, match="the number of assets is 7; give one total of assets for each of the 10"):
        build_network(of("from_margins", assets=SEVEN_ASSETS, liabilities=SEVEN_LIABILITIES), 10, seed=1)


def test_margins_go_with_their_topology_only() -> None:
    for wrong in ({"topology": "from_margins"}, {"topology": "erdos_renyi", "assets": [1], "liabilities": [1]}):
        with pytest.raises(OutOfBounds, match=r"banks\.network: give assets and liabilities with topology"):
            NetworkSettings.of(wrong, at="banks.network")


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda: build_network(NetworkSettings(), 0, 1), "banks is 0; give 1 or more"),
        (lambda: erdos_renyi(3, 1, probability=1.1), "probability is 1.1; give a number between 0 and 1"),
        (lambda: scale_free(3, 1, exponent=2.0), "exponent is 2.0; give a number above 2"),
        (lambda: scale_free(3, 1, links=0), "links is 0; give 1 or more"),
        (lambda: core_periphery(3, 1, core_share=-0.1), "core_share is -0.1"),
    ],
)
def test_a_network_that_cannot_be_is_refused(act: Any, message: str) -> None:
    with pytest.raises(OutOfBounds) as caught:
        act()

    assert message in str(caught.value)


@pytest.mark.parametrize("topology", TOPOLOGIES)
@pytest.mark.parametrize("banks", [1, 2, 3, 4])
def test_the_smallest_systems_have_networks_too(topology: str, banks: int) -> None:
    graph = build_network(of(topology), banks, seed=1)

    assert network_measures(graph).banks == banks


def test_measures_of_a_network_seen_whole() -> None:
    """Banks 0 and 1 lend each other; 2 and 3 each lend one of them and borrow from it; 4 does nothing."""
    graph = exposure_graph(
        np.array([[0, 5, 1, 0, 0], [5, 0, 0, 1, 0], [2, 0, 0, 0, 0], [0, 2, 0, 0, 0], [0, 0, 0, 0, 0]])
    )
    found = network_measures(graph)

    assert (found.banks, found.links, found.density, found.reciprocity) == (5, 6, 0.3, 1.0)
    assert found.debtors.tolist() == found.creditors.tolist() == [2, 2, 1, 1, 0]
    assert (found.core, found.error_score) == ((0, 1), 0.0)


def test_the_core_that_was_built_is_the_core_that_is_found() -> None:
    """With several links each, every core bank has business in the periphery."""
    found = network_measures(core_periphery(40, seed=5, core_links=2))

    assert found.core == tuple(range(8))
    assert found.error_score == 0.0


@given(systems(banks=5))
def test_no_core_has_fewer_errors_than_the_fitted_one_where_every_core_bank_has_a_periphery(system: System) -> None:
    """Compared with every subset; subsets with idle core banks are left out, as the theorem does."""
    linked = system.owed > 0
    n = len(linked)
    _, errors = fitted_core(linked)
    inside = [
        size * (size - 1) - int(linked[np.ix_(core, core)].sum()) + int(linked[np.ix_(rest, rest)].sum())
        for size in range(n + 1)
        for core in map(list, itertools.combinations(range(n), size))
        for rest in [[bank for bank in range(n) if bank not in core]]
    ]

    assert errors >= min(inside)
    assert errors <= int(linked.sum())  # no core at all explains nothing


def test_a_flow_in_whole_numbers_keeps_every_sum_or_there_is_none() -> None:
    arcs = [Arc("a", "x", 0, 1, 5), Arc("a", "y", 0, 1, 9), Arc("b", "x", 0, 1, 1), Arc("b", "y", 0, 1, 1)]

    assert integral_flow(arcs, {"a": 1, "b": 1, "x": -1, "y": -1}) == [0, 1, 1, 0]
    assert integral_flow(arcs, {"a": 3, "x": -2, "y": -1}) is None
    assert integral_flow([], {}) == []
