"""Contagion among banks: clearing, cascades, DebtRank and fire sales on small networks worked out by hand.

The networks are small enough to follow with a pencil; where a source prints the result it is named with
the check, and the others are exact solutions of the source's equations, to six decimals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ...core.units import FloatArray
from ...markets.clearing import clearing_vector
from ...markets.clearing_amounts import clearing_amounts
from ...markets.contagion import furfine
from ...markets.debtrank import debtrank_2012, debtrank_2015
from ...markets.fire_sales import greenwood_landier_thesmar
from .check import Check, Replication, near, timed

SOURCE = (
    "L. Eisenberg and T. H. Noe (2001), 'Systemic risk in financial systems', Management Science 47, 236-249; "
    "S. Battiston and others (2012), 'DebtRank: too central to fail?', Scientific Reports 2, 541"
)
EISENBERG_NOE = (
    "L. Eisenberg and T. H. Noe (2001), 'Systemic risk in financial systems', Management Science 47, 236-249; "
    "the ring is an exercise distributed with the NEVA code of P. Barucca"
)
ROGERS_VERAART = (
    "L. C. G. Rogers and L. A. M. Veraart (2013), 'Failure and rescue in an interbank network', "
    "Management Science 59, 882-898"
)
FURFINE = (
    "C. H. Furfine (2003), 'Interbank exposures: quantifying the risk of contagion', "
    "Journal of Money, Credit and Banking 35, 111-128"
)
BATTISTON = (
    "S. Battiston, M. Puliga, R. Kaushik, P. Tasca and G. Caldarelli (2012), 'DebtRank: too central to fail? "
    "Financial networks, the FED and systemic risk', Scientific Reports 2, 541; ranks of the three banks as the "
    "R package NetworkRiskMeasures prints them"
)
BARDOSCIA = (
    "M. Bardoscia, S. Battiston, F. Caccioli and G. Caldarelli (2015), 'DebtRank: a microscopic foundation for "
    "shock propagation', PLoS ONE 10, e0130406"
)
GREENWOOD = (
    "R. Greenwood, A. Landier and D. Thesmar (2015), 'Vulnerable banks', Journal of Financial Economics 115, 471-485"
)
TOLERANCE = 1e-6

RING = ((0, 4, 0), (0, 0, 3), (2, 0, 0))  # what row owes column; assets lost a tenth of (20, 20, 10)
RING_ASSETS, RING_OUTSIDE, RING_EQUITY = (18, 18, 9), (17, 18, 8), (1, 3, 3)
FOUR = ((0, 40, 20, 0), (0, 0, 30, 10), (20, 0, 0, 20), (10, 10, 0, 0))
FOUR_OUTSIDE = (30, 20, 10, 10)
EXPOSURES, EQUITY, WEIGHTS = ((0, 1, 0), (10, 0, 3), (3, 2, 0)), (2, 5, 2), (10, 100, 30)
LINEAR, LINEAR_SHOCK = ((0, 0.2, 0.1), (0.3, 0, 0.1), (0.1, 0.2, 0)), (0.1, 0.05, 0.02)


def replicate(quick: bool = False) -> Replication:
    """Solve every network; nothing is drawn, so quick and full are the same."""
    return timed("contagion", SOURCE, quick, _checks)


def _checks() -> list[Check]:
    return [
        *_cited(EISENBERG_NOE, _eisenberg_noe()),
        *_cited(ROGERS_VERAART, _rogers_veraart()),
        *_cited(FURFINE, _furfine()),
        *_cited(BATTISTON, _debtrank_2012()),
        *_cited(BARDOSCIA, _debtrank_2015()),
        *_cited(GREENWOOD, _greenwood_landier_thesmar()),
    ]


def _cited(source: str, checks: Iterable[Check]) -> list[Check]:
    return [replace(check, source=source) for check in checks]


def _each(name: str, published: Sequence[float], ours: FloatArray, note: str = "") -> list[Check]:
    """Return a check for each entry, banks numbered from 1 as papers do."""
    return [
        near(f"{name} {place}", float(there), float(here), absolute=TOLERANCE, note=note)
        for place, (there, here) in enumerate(zip(published, ours, strict=True), 1)
    ]


def _eisenberg_noe() -> list[Check]:
    senior = clearing_vector(RING, RING_ASSETS, RING_OUTSIDE, seniority="external_senior")
    equal = clearing_vector(RING, RING_ASSETS, RING_OUTSIDE)
    four = clearing_vector(FOUR, (10, 20, 30, 15), FOUR_OUTSIDE)
    poorer = clearing_vector(FOUR, (2, 20, 30, 15), FOUR_OUTSIDE)
    cents = clearing_amounts(np.array(FOUR) * 10**8, np.array([2, 20, 30, 15]) * 10**8, np.array(FOUR_OUTSIDE) * 10**8)
    first = "external creditors paid first"
    return [
        *_each("ring, interbank payment of bank", (3, 3, 2), senior.interbank, first),
        *_each("ring, net worth of bank", (-1, 0, 2), senior.net_worth, first),
        *_each("ring, all payments of bank", (20, 21, 10), equal.payments, "external creditors rank with banks"),
        *_each("ring, equity of bank", (0, 0.809524, 2), equal.equity, "external creditors rank with banks"),
        *_each("four banks, payments of bank", (40, 47.777778, 50, 30), four.payments),
        *_each("four banks, poorer first, payments of bank", (32, 44.222222, 50, 30), poorer.payments),
        near(
            "four banks in whole units of 1e-8, farthest from the solution in fractions",
            0.0,
            float(np.abs(cents.payments / 1e8 - poorer.payments).max()),
            absolute=TOLERANCE,
            note="the integers that the ledger posts",
        ),
    ]


def _rogers_veraart() -> list[Check]:
    costly = clearing_vector(FOUR, (2, 20, 30, 15), FOUR_OUTSIDE, alpha=0.8, beta=0.8)
    return _each("four banks, α = β = 0.8, payments of bank", (25.6, 33.102222, 50, 30), costly.payments)


def _furfine() -> list[Check]:
    exposures = np.transpose(RING)
    whole, part = (furfine(exposures, RING_EQUITY, 0, loss_given_default=loss) for loss in (1.0, 0.4))
    return [
        near("ring, banks that fail with bank 1, LGD 1", 3, int(whole.failed.sum())),
        near("ring, last round of failures, LGD 1", 2, whole.rounds),
        near("ring, banks that fail with bank 1, LGD 0.4", 1, int(part.failed.sum())),
    ]


def _debtrank_2012() -> list[Check]:
    single = [debtrank_2012(EXPOSURES, EQUITY, shock, WEIGHTS).rank for shock in np.eye(3)]
    uniform = debtrank_2012(EXPOSURES, EQUITY, (0.1, 0.1, 0.1), WEIGHTS)
    linear = debtrank_2012(LINEAR, (1, 1, 1), LINEAR_SHOCK)
    return [
        *_each("DebtRank 2012 of bank", (0.928571, 0.25, 0.664286), np.array(single)),
        near("DebtRank 2012, all lose 10 %", 0.160714, uniform.rank, absolute=TOLERANCE),
        *_each("DebtRank 2012, all lose 10 %, distress of bank", (0.15, 0.26, 0.30), uniform.distress),
        *_each(
            "DebtRank 2012, linear, distress of bank", (0.112, 0.082, 0.040), linear.distress, "each passes on once"
        ),
    ]


def _debtrank_2015() -> list[Check]:
    third = debtrank_2015(EXPOSURES, EQUITY, (0, 0, 1), WEIGHTS)
    uniform = debtrank_2015(EXPOSURES, EQUITY, (0.1, 0.1, 0.1), WEIGHTS)
    linear = debtrank_2015(LINEAR, (1, 1, 1), LINEAR_SHOCK)
    solved = "solves (I - Λ) h = h(0)"
    return [
        near("DebtRank 2015 of bank 3", 0.75, third.rank, absolute=TOLERANCE),
        near("DebtRank 2015, all lose 10 %", 0.871429, uniform.rank, absolute=TOLERANCE),
        *_each("DebtRank 2015, all lose 10 %, distress of bank", (0.6, 1, 1), uniform.distress),
        *_each("DebtRank 2015, linear, distress of bank", (0.123503, 0.092129, 0.050776), linear.distress, solved),
    ]


def _greenwood_landier_thesmar() -> list[Check]:
    toy = greenwood_landier_thesmar((100, 80), ((0.5, 0.5), (0.2, 0.8)), (9, 9), (0.001, 0.002), (-0.02, 0.0))
    return [
        *_each("fire sales, direct loss of bank", (1.00, 0.32), toy.direct_losses),
        *_each("fire sales, sales of asset", (5.076, 6.804), toy.sales),
        *_each("fire sales, price change of asset", (-0.005076, -0.013608), toy.price_changes),
        *_each("fire sales, second-round loss of bank", (0.9342, 0.952128), toy.second_round_losses),
        near("fire sales, aggregate vulnerability", 0.104796, toy.aggregate_vulnerability, absolute=TOLERANCE),
    ]
