"""What can be held and owed: every instrument has an issuer and a currency from the day it exists."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from ..core.units import IntArray, OwnerId


class InstrumentKind(StrEnum):
    """Rows of the balance-sheet matrix."""

    DEPOSIT = "deposit"
    RESERVES = "reserves"
    SHARE = "share"
    BOND = "bond"
    LOAN = "loan"


@dataclass(frozen=True)
class Instrument:
    """A claim on its issuer: money is a deposit at a bank, a share a claim on a firm.

    ``dense`` instruments have a column in the accounts; the others live in contract rows, whose debtor
    is the issuer. A deposit that ``settles_in`` reserves (their column) is owed by each holder's house bank.
    """

    name: str
    kind: InstrumentKind
    currency: str
    issuer: OwnerId
    dense: bool = True
    settles_in: int = -1


class Instruments:
    """The list of instruments; the dense ones come first to last in the columns of the accounts."""

    def __init__(self) -> None:
        self.dense: list[Instrument] = []
        self.contractual: list[Instrument] = []

    def add(self, instrument: Instrument) -> int:
        """Register ``instrument`` and return its number among its sort (dense or contractual)."""
        if instrument.name in {known.name for known in (*self.dense, *self.contractual)}:
            raise ValueError(f"instrument {instrument.name!r} exists already")
        rows = self.dense if instrument.dense else self.contractual
        rows.append(instrument)
        return len(rows) - 1

    def replace_issuer(self, number: int, issuer: OwnerId) -> None:
        """Let another owner issue dense instrument ``number``."""
        self.dense[number] = replace(self.dense[number], issuer=issuer)

    @property
    def issuers(self) -> IntArray:
        """Owner id of the issuer of every dense instrument."""
        return np.array([instrument.issuer for instrument in self.dense], np.int64)

    @property
    def settles(self) -> IntArray:
        """The column in which every dense instrument settles between banks, -1 where it has one issuer."""
        return np.array([instrument.settles_in for instrument in self.dense], np.int64)

    def state(self) -> dict[str, Any]:
        """Return plain values from which `restore` rebuilds the list."""
        return {"instruments": [asdict(instrument) for instrument in (*self.dense, *self.contractual)]}

    def restore(self, values: dict[str, Any]) -> None:
        """Take the state returned by `state`."""
        self.dense, self.contractual = [], []
        for row in values["instruments"]:
            self.add(Instrument(**{**row, "kind": InstrumentKind(row["kind"])}))
