"""Interbank networks: which banks know and lend to each other, as an explicit graph.

An edge runs from creditor to debtor. In a graph of relationships its ``weight`` is 0 (nothing is lent
yet); in one made from margins it is the exposure in minor units. The same seed gives the same graph,
and where a model adds banks one by one, a further bank leaves the links among the others as they were.
"""

from __future__ import annotations

from typing import Literal, Self

import networkx as nx
import numpy as np
from pydantic import Field, model_validator

from ..core.errors import OutOfBounds
from ..core.parameters import Parameters
from ..core.randomness import Draws
from .margins import Method, from_margins
from .sparse_exposures import weighted_choice

COMPONENT = "interbank network"
LEAST_CORE = 2


class NetworkSettings(Parameters):
    """How banks are connected. Fields of other topologies than the one chosen are not read."""

    topology: Literal["core_periphery", "scale_free", "erdos_renyi", "from_margins"] = Field(
        "core_periphery", description="how relationships among banks arise"
    )
    core_share: float = Field(0.2, ge=0.0, le=1.0, description="core banks over all banks; at least 2 are core")
    core_links: int = Field(1, ge=1, le=1_000, description="core banks that each bank of the periphery deals with")
    newcomer_links: int = Field(2, ge=1, le=1_000, description="scale-free: banks that each newcomer deals with")
    degree_exponent: float = Field(2.5, gt=2.0, le=10.0, description="scale-free: exponent of the tail of degrees")
    link_probability: float = Field(0.3, ge=0.0, le=1.0, description="Erdős-Rényi: chance that one bank lends another")
    assets: tuple[int, ...] = Field((), description="from margins: lent to other banks, minor units, bank by bank")
    liabilities: tuple[int, ...] = Field((), description="from margins: owed to other banks, minor units")
    method: Method = Field("maximum_entropy", description="from margins: the most even exposures or the fewest links")

    @model_validator(mode="after")
    def _margins_belong_to_their_topology(self) -> Self:
        given = bool(self.assets or self.liabilities)
        if given != (self.topology == "from_margins"):
            raise ValueError("give assets and liabilities with topology 'from_margins', and only with it")
        return self


def build_network(settings: NetworkSettings, banks: int, seed: int) -> nx.DiGraph[int]:
    """Return the graph of relationships among banks 0 to ``banks`` - 1.

    ``graph.graph["topology"]`` names how it was made.

    Raises
    ------
    OutOfBounds
        For fewer than one bank, or margins that are not one for each bank or that no network has.

    Examples
    --------
    >>> graph = build_network(NetworkSettings(), banks=10, seed=7)
    >>> [bank for bank, core in graph.nodes(data="core") if core]
    [0, 1]
    """
    if settings.topology == "core_periphery":
        graph = core_periphery(banks, seed, core_share=settings.core_share, core_links=settings.core_links)
    elif settings.topology == "scale_free":
        graph = scale_free(banks, seed, links=settings.newcomer_links, exponent=settings.degree_exponent)
    elif settings.topology == "erdos_renyi":
        graph = erdos_renyi(banks, seed, probability=settings.link_probability)
    else:
        if len(settings.assets) != banks:
            due = f"give one total of assets for each of the {banks} banks"
            raise OutOfBounds("the number of assets", len(settings.assets), due)
        graph = from_margins(settings.assets, settings.liabilities, settings.method, seed)
    graph.graph["topology"] = settings.topology
    return graph


def core_periphery(banks: int, seed: int, *, core_share: float = 0.2, core_links: int = 1) -> nx.DiGraph[int]:
    """Return a complete core to which every bank of the periphery is linked, both ways.

    The core are the first banks, ``core_share`` of them rounded to the nearest and at least 2; nodes carry
    ``core``. Each other bank deals with ``core_links`` core banks drawn with equal chances.

    References
    ----------
    B. Craig and G. von Peter (2014), "Interbank tiering and money center banks", Journal of Financial
    Intermediation 23, 322-347.

    Examples
    --------
    >>> core_periphery(5, seed=7).number_of_edges()
    8
    """
    core = min(_counted(banks), max(LEAST_CORE, round(_within("core_share", core_share, 0.0, 1.0) * banks)))
    links = min(_at_least_one("core_links", core_links), core)
    draws, graph = Draws.of(seed, COMPONENT), nx.complete_graph(core, nx.DiGraph)
    for bank in range(core, banks):
        open_ = list(range(core))
        for number in range(links):
            partner = open_.pop(int(draws.integers([bank], len(open_), number=number)[0]))
            graph.add_edges_from([(bank, partner), (partner, bank)])
    return _relationships(graph, banks, core)


def scale_free(banks: int, seed: int, *, links: int = 2, exponent: float = 2.5) -> nx.DiGraph[int]:
    """Return a network grown by preferential attachment: newcomers deal with who deals with many.

    The first ``links`` + 1 banks know each other; each further one links, both ways, to ``links`` others,
    drawn without replacement with weight k + a, k the degree and a = ``links`` (γ - 3), so that degrees
    have a tail with exponent γ. The measured tail of small networks is steeper.

    References
    ----------
    A.-L. Barabási and R. Albert (1999), "Emergence of scaling in random networks", Science 286, 509-512.
    S. N. Dorogovtsev, J. F. F. Mendes and A. N. Samukhin (2000), "Structure of growing networks with
    preferential linking", Physical Review Letters 85, 4633-4636.
    M. Boss, H. Elsinger, M. Summer and S. Thurner (2004), "Network topology of the interbank market",
    Quantitative Finance 4, 677-684.

    Examples
    --------
    >>> scale_free(6, seed=7).number_of_edges()
    18
    """
    m = _at_least_one("links", links)
    if not 2.0 < exponent < float("inf"):
        raise OutOfBounds("exponent", exponent, "give a number above 2")
    first = min(_counted(banks), m + 1)
    draws, graph = Draws.of(seed, COMPONENT), nx.complete_graph(first, nx.DiGraph)
    degree = np.full(banks, 0.0)
    degree[:first] = first - 1
    for bank in range(first, banks):
        weight = degree[:bank] + m * (exponent - 3.0)
        for number in range(m):
            partner = weighted_choice(weight, float(draws.uniform([bank], number=number)[0]))
            graph.add_edges_from([(bank, partner), (partner, bank)])
            weight[partner] = 0.0
            degree[[bank, partner]] += 1.0
    return _relationships(graph, banks)


def erdos_renyi(banks: int, seed: int, *, probability: float = 0.3) -> nx.DiGraph[int]:
    """Return a network in which each bank lends each other with the same chance, independently.

    References
    ----------
    P. Erdős and A. Rényi (1959), "On random graphs I", Publicationes Mathematicae 6, 290-297.

    Examples
    --------
    >>> erdos_renyi(4, seed=7, probability=1.0).number_of_edges()
    12
    """
    chance = _within("probability", probability, 0.0, 1.0)
    draws = Draws.of(seed, COMPONENT)
    graph: nx.DiGraph[int] = nx.DiGraph()
    creditors = np.arange(_counted(banks))
    for debtor in range(banks):
        lends = (draws.uniform(creditors, number=debtor) < chance) & (creditors != debtor)
        graph.add_edges_from((creditor, debtor) for creditor in np.flatnonzero(lends).tolist())
    return _relationships(graph, banks)


def _relationships(graph: nx.DiGraph[int], banks: int, core: int | None = None) -> nx.DiGraph[int]:
    """Return the same edges in the order of their banks, without amounts."""
    ordered: nx.DiGraph[int] = nx.DiGraph()
    for bank in range(banks):
        if core is None:
            ordered.add_node(bank)
        else:
            ordered.add_node(bank, core=bank < core)
    ordered.add_edges_from(sorted(graph.edges), weight=0)
    return ordered


def _counted(banks: int) -> int:
    return _at_least_one("banks", banks)


def _at_least_one(name: str, value: int) -> int:
    if value < 1:
        raise OutOfBounds(name, value, "give 1 or more")
    return value


def _within(name: str, value: float, low: float, high: float) -> float:
    if not low <= value <= high:
        raise OutOfBounds(name, value, f"give a number between {low:g} and {high:g}")
    return value
