"""The chart of accounts of the closed economy: which number each instrument has.

Rows of the balance-sheet matrix (Godley and Lavoie 2007, chapter 2). Deposits settle in reserves, so that
`Ledger.pay` moves both; shares follow from `FIRST_SHARE`, one for each book.
"""

from __future__ import annotations

from ..core.units import OwnerId
from .instruments import Instrument, InstrumentKind
from .ledger import Ledger
from .owners import NOBODY

DEPOSIT, RESERVES, BOND, FIRST_SHARE = 0, 1, 2, 3
LOAN, MARGIN_LOAN, INTERBANK, ADVANCE = 0, 1, 2, 3


def open_chart(ledger: Ledger, currency: str, *, central_bank: OwnerId, treasury: OwnerId) -> None:
    """Register money, the government bond (at face, minor units) and the kinds of loans in an empty ledger."""
    kind = InstrumentKind
    for instrument in (
        Instrument("deposit", kind.DEPOSIT, currency, NOBODY, settles_in=RESERVES),
        Instrument("reserves", kind.RESERVES, currency, central_bank),
        Instrument("bond", kind.BOND, currency, treasury),
        Instrument("loan", kind.LOAN, currency, NOBODY, dense=False),
        Instrument("margin loan", kind.LOAN, currency, NOBODY, dense=False),
        Instrument("interbank loan", kind.LOAN, currency, NOBODY, dense=False),
        Instrument("advance", kind.LOAN, currency, NOBODY, dense=False),
    ):
        ledger.add_instrument(instrument)
