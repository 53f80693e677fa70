"""Banks' books in a running economy, as the rules read them, and what liquidity lets banks lend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..agents.bank_liquidity import liquidity_books
from ..agents.insured_deposits import deposit_limit
from ..core.units import IntArray
from ..policies.bank_behaviour import HUGE
from ..policies.liquidity_rules import loan_room
from ..policies.prudential import BankBooks

if TYPE_CHECKING:
    from .economy import Economy


def bank_books(economy: Economy) -> BankBooks:
    """Return the books of all banks with their deposits told apart, as capital and liquidity rules read them."""
    assert economy.closed is not None
    insured = deposit_limit(economy.ledger, economy.settings.deposit_insurance)
    return liquidity_books(
        economy.ledger, economy.closed.banks, insured_up_to=insured, repaid=economy.settings.firms.amortisation
    )


def spare_liquidity(economy: Economy) -> IntArray:
    """Return (banks,) what liquid assets and stable funding bear beyond their minima, minor units."""
    room = loan_room(economy.prudential, bank_books(economy))
    return np.floor(np.clip(room, 0.0, HUGE)).astype(np.int64)
