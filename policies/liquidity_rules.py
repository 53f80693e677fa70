"""Liquid assets against a month's run, and stable funding: the two liquidity ratios of Basel III.

Basel Committee on Banking Supervision: "The Liquidity Coverage Ratio and liquidity risk monitoring tools", 2013;
"The net stable funding ratio", 2014. All banks (n,) at once; amounts are minor units.
"""

from __future__ import annotations

import numpy as np

from ..core.units import FloatArray
from .prudential import ROUNDING, BankBooks, PrudentialSettings, ratio_of

# Shares of a debt that is stable, and of an asset that needs stable funding (BCBS 2014).
AVAILABLE = {"total_capital": 1.0, "insured_deposits": 0.95, "retail_deposits": 0.90, "corporate_deposits": 0.50}
REQUIRED = {"bonds": 0.05, "interbank_loans": 0.15, "loans": 0.85, "margin_loans": 0.50, "equities": 0.50}


def net_outflow(settings: PrudentialSettings, books: BankBooks) -> FloatArray:
    """Return what leaves in thirty days of stress: run-offs, less inflows up to 75 % of them; minor units."""
    s = settings
    outflow = (
        s.run_off_stable * books.insured_deposits
        + s.run_off_retail * books.retail_deposits
        + s.run_off_corporate * books.corporate_deposits
        + s.run_off_financial * books.interbank_debt
    )
    inflow = s.inflow_loans * books.repayments_due + books.interbank_loans
    net: FloatArray = outflow - np.minimum(inflow, s.inflow_cap * outflow)
    return net


def liquidity_coverage_ratio(settings: PrudentialSettings, books: BankBooks) -> FloatArray:
    """Return reserves and bonds over the net outflow of a month; infinite where nothing leaves.

    Examples
    --------
    >>> books = BankBooks.of(reserves=20, bonds=30, insured_deposits=400, corporate_deposits=50, repayments_due=20)
    >>> liquidity_coverage_ratio(PrudentialSettings(), books).round(6).tolist()
    [1.666667]
    """
    return ratio_of(books.reserves + books.bonds, net_outflow(settings, books))


def stable_funding(books: BankBooks) -> tuple[FloatArray, FloatArray]:
    """Return stable funding available and required, minor units.

    Debt to banks and to the central bank counts nothing (it is short), nor do reserves; repayments due
    within a month are taken from loans, at half their amount.
    """
    available = sum((share * getattr(books, item) for item, share in AVAILABLE.items()), np.zeros(books.loans.shape))
    required = sum((share * getattr(books, item) for item, share in REQUIRED.items()), np.zeros(books.loans.shape))
    soon = np.minimum(books.repayments_due, books.loans)
    return available, required - (REQUIRED["loans"] - 0.5) * soon


def net_stable_funding_ratio(books: BankBooks) -> FloatArray:
    """Return stable funding available over required; infinite where none is required.

    Examples
    --------
    >>> books = BankBooks.of(reserves=100, bonds=200, loans=700, insured_deposits=600, common_equity=100)
    >>> net_stable_funding_ratio(books).round(6).tolist()
    [1.107438]
    """
    return ratio_of(*stable_funding(books))


def loan_room(settings: PrudentialSettings, books: BankBooks) -> FloatArray:
    """Return what loans could grow by until a liquidity minimum is just met; below 0, what they must shrink by.

    A loan is drawn at once, so it takes as much of liquid assets; it needs 0.85 of stable funding. A minimum of 0
    limits nothing.

    Examples
    --------
    >>> books = BankBooks.of(reserves=[30, 10, 20], retail_deposits=200, loans=100, common_equity=[0, 0, -180])
    >>> loan_room(PrudentialSettings(), books).round(6).tolist()
    [10.0, -10.0, -100.0]
    """
    room: FloatArray = np.full(books.loans.shape, np.inf)
    if settings.liquidity_coverage > 0.0:
        room = books.reserves + books.bonds - settings.liquidity_coverage * net_outflow(settings, books)
    if settings.stable_funding > 0.0:
        available, required = stable_funding(books)
        room = np.minimum(room, (available / settings.stable_funding - required) / REQUIRED["loans"])
    return room


def liquidity_shortfall(settings: PrudentialSettings, books: BankBooks) -> FloatArray:
    """Return what is missing of liquid assets or of stable funding, the larger, over all assets; 0 if nothing.

    Examples
    --------
    >>> books = BankBooks.of(reserves=[30, 10, 20], retail_deposits=200, loans=[100, 90, 80], common_equity=30)
    >>> liquidity_shortfall(PrudentialSettings(), books).tolist()
    [0.0, 0.1, 0.0]
    """
    missing = np.maximum(
        settings.liquidity_coverage * net_outflow(settings, books) - (books.reserves + books.bonds), 0.0
    )
    available, required = stable_funding(books)
    missing = np.maximum(missing, settings.stable_funding * required - available)
    size = books.exposure.astype(np.float64)
    short = np.divide(missing, size, out=np.zeros(size.shape), where=size > 0.0)
    return np.where(short > ROUNDING, short, 0.0)
