"""The matrices of a stock-flow-consistent economy, read from a ledger: balance sheet, transactions, revaluations.

Columns are sectors. In the *balance-sheet matrix* an asset is positive and a liability negative, so a row of
claims sums to 0; net worth balances every column. In the *transactions-flow matrix* a receipt is positive and a
payment negative; below come the changes of claims, where acquiring an asset is a use of funds (negative) and
issuing a liability a source (positive), so that rows and columns sum to 0. Changes of prices are in neither but in
the *revaluation matrix*, and so is what was written off:

change of net worth = flows + revaluations + write-offs, exactly, for every sector.

W. Godley and M. Lavoie (2007), "Monetary Economics", chapter 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from ..core.units import SECTORS, IntArray
from .instruments import InstrumentKind
from .matrix_text import SUM, Row, as_html, as_text

if TYPE_CHECKING:
    from .ledger import Ledger
    from .periods import Totals

_COLUMNS = [str(sector) for sector in SECTORS]


class Matrix:
    """What the three matrices have in common: a frame, an array, a file and a layout for readers."""

    title: str

    def to_pandas(self) -> pd.DataFrame:
        """Return all rows by name and sector, integers."""
        raise NotImplementedError

    def rows(self) -> tuple[list[Row], Row]:
        """Return the lines of the printed layout, and the one under the line."""
        raise NotImplementedError

    def to_numpy(self) -> IntArray:
        """Return the same as an (rows, sectors) array."""
        return np.asarray(self.to_pandas().to_numpy(), np.int64)

    def to_csv(self, path: str | Path) -> Path:
        """Write the rows of `to_pandas` to a file and return its path."""
        target = Path(path)
        self.to_pandas().to_csv(target)
        return target

    @property
    def index(self) -> Any:
        """Names of the rows."""
        return self.to_pandas().index

    @property
    def columns(self) -> Any:
        """The sectors."""
        return self.to_pandas().columns

    @property
    def loc(self) -> Any:
        """Rows and sectors by name, as pandas has them."""
        return self.to_pandas().loc

    def __getitem__(self, key: Any) -> Any:
        return self.to_pandas()[key]

    def sum(self, axis: Literal[0, 1] = 0) -> Any:
        """Return the sums of columns (0) or of rows (1)."""
        return self.to_pandas().sum(axis=axis)

    def __str__(self) -> str:
        return as_text(self.title, *self.rows())

    def _repr_html_(self) -> str:
        return as_html(self.title, *self.rows())


def _shares_together(ledger: Ledger) -> list[tuple[str, IntArray]]:
    """Return the rows of a printed layout as (label, numbers of instruments): shares by the sector that issues them."""
    groups: dict[str, list[int]] = {}
    for number, name in enumerate(ledger.names):
        label = name
        if number < len(ledger.instruments.dense) and ledger.instruments.dense[number].kind is InstrumentKind.SHARE:
            label = f"shares of {ledger.owners.sector_of(ledger.instruments.dense[number].issuer)}"
        groups.setdefault(label, []).append(number)
    return [(label, np.array(numbers, np.int64)) for label, numbers in groups.items()]


def _by_name(names: list[str], array: IntArray, label: str) -> pd.DataFrame:
    return pd.DataFrame(array, index=pd.Index(names, name=label), columns=_COLUMNS)


@dataclass(frozen=True)
class BalanceSheet(Matrix):
    """The balance-sheet matrix at one moment.

    Attributes
    ----------
    names : list of str
        Instruments.
    net : (instruments, sectors) int64
        Assets less liabilities, minor units, of shares lots.
    marks : (instruments,) int64
        Minor units for one of them.
    real : mapping of str to (sectors,) int64
        What nobody owes: capital and inventories, minor units.

    Examples
    --------
    >>> from catallaxy.core.units import Sector
    >>> from catallaxy.ledger.chart import open_chart
    >>> from catallaxy.ledger.ledger import Ledger
    >>> ledger = Ledger()
    >>> central_bank = ledger.add_owners(1, sector=Sector.CENTRAL_BANK, kind="central bank")[0]
    >>> treasury = ledger.add_owners(1, sector=Sector.GOVERNMENT, kind="treasury")[0]
    >>> bank = ledger.add_owners(1, sector=Sector.BANKS, kind="bank")[0]
    >>> anna = ledger.add_owners(1, sector=Sector.HOUSEHOLDS, kind="household", house_bank=bank)[0]
    >>> open_chart(ledger, "USD", central_bank=central_bank, treasury=treasury)
    >>> ledger.pay("helicopter", payer=central_bank, payee=anna, amount=700)
    >>> print(BalanceSheet.of(ledger))
    Balance sheet, minor units
                  H     B    CB  Σ
    deposit    +700  -700        0
    reserves         +700  -700  0
    net worth  -700        +700  0
    ------------------------------
    Σ             0     0     0  0
    """

    names: list[str]
    net: IntArray
    marks: IntArray
    real: Mapping[str, IntArray] = field(default_factory=dict)
    groups: list[tuple[str, IntArray]] = field(default_factory=list, repr=False)
    title: str = "Balance sheet, minor units"

    @classmethod
    def of(cls, ledger: Ledger, real: Mapping[str, IntArray] | None = None) -> BalanceSheet:
        """Read a ledger; ``real`` are assets without a debtor, (sectors,) minor units each."""
        ones = np.ones(len(ledger.instruments.contractual), np.int64)
        marks = np.concatenate([ledger.marks, ones])
        return cls(ledger.names, ledger.net_positions(), marks, dict(real or {}), _shares_together(ledger))

    def to_pandas(self) -> pd.DataFrame:
        """Return claims by instrument and sector: minor units, of shares lots."""
        return _by_name(self.names, self.net, "instrument")

    def valued(self) -> pd.DataFrame:
        """Return everything in minor units, shares at their marks, with real assets and the balancing net worth."""
        names = [*self.names, *self.real, "net worth"]
        return _by_name(names, np.vstack([self._values(), *self.real.values(), -self.net_worth()]), "row")

    def net_worth(self) -> IntArray:
        """Return (sectors,) real assets and claims less liabilities, minor units."""
        return np.asarray(self._values().sum(axis=0) + sum(self.real.values(), np.zeros(len(SECTORS), np.int64)))

    def _values(self) -> IntArray:
        return self.net * self.marks[:, None]

    def rows(self) -> tuple[list[Row], Row]:
        """See `Matrix.rows`: shares of a sector in one row at their marks; net worth balances."""
        values = self._values()
        lines = [Row(label, values[numbers].sum(axis=0)) for label, numbers in self.groups]
        lines += [Row(name, amounts) for name, amounts in self.real.items()]
        lines.append(Row("net worth", -self.net_worth()))
        return lines, Row(SUM, np.sum([row.amounts for row in lines], axis=0))


@dataclass(frozen=True)
class FlowMatrix(Matrix):
    """The transactions-flow matrix of a period; every row and every column sums to 0.

    What was paid for a claim of the same amount is no receipt or payment but a change of that claim. Shares are
    valued at the marks with which each day began, so what a trade at another price gained or lost is in row ``trade``.

    Attributes
    ----------
    period : str
        ``day``, ``month``, ``year`` or ``run``.
    kinds : list of str
        Kinds of posting.
    gains, within : (kinds, sectors) int64
        Receipts less payments, and what was paid inside a sector; minor units.
    names : list of str
        Instruments.
    acquired : (instruments, sectors) int64
        Change of assets less change of liabilities through transactions, minor units.
    """

    period: str
    kinds: list[str]
    gains: IntArray
    within: IntArray
    names: list[str]
    acquired: IntArray
    groups: list[tuple[str, IntArray]] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, ledger: Ledger, period: str = "day", *, ended: bool = False) -> FlowMatrix:
        """Read a period of a ledger: that under way, or the one that ended last."""
        totals, closing = ledger.totals(period, ended=ended)
        acquired = acquisitions(ledger, totals, closing)
        kinds = ledger.kinds[: len(totals.gains)]
        return cls(period, kinds, totals.gains, totals.within, ledger.names, acquired, _shares_together(ledger))

    @property
    def title(self) -> str:  # type: ignore[override]
        """What it shows."""
        return f"Transactions of the {self.period}, minor units"

    def to_pandas(self) -> pd.DataFrame:
        """Return receipts and payments by kind, then changes of claims by instrument; minor units."""
        names = [*self.kinds, *(f"change of {name}" for name in self.names)]
        return _by_name(names, np.concatenate([self.gains, -self.acquired]), "row")

    def saving(self) -> IntArray:
        """Return (sectors,) what transactions added to net worth, minor units."""
        return np.asarray(self.gains.sum(axis=0), np.int64)

    def rows(self) -> tuple[list[Row], Row]:
        """See `Matrix.rows`: payments inside a sector as ±, shares of a sector in one row."""
        lines = [Row(kind, self.gains[k], self.within[k]) for k, kind in enumerate(self.kinds)]
        lines = [row for row in lines if row.shown]
        lines += [Row(f"change of {label}", -self.acquired[numbers].sum(axis=0)) for label, numbers in self.groups]
        return lines, Row(SUM, np.sum([row.amounts for row in lines], axis=0))


@dataclass(frozen=True)
class Revaluations(Matrix):
    """What changes of prices, and losses, did to net worth in a period; every row sums to 0.

    Attributes
    ----------
    revalued, lost : (instruments, sectors) int64
        Through changes of marks, and through write-offs at the marks before; minor units.
    """

    period: str
    names: list[str]
    revalued: IntArray
    lost: IntArray
    groups: list[tuple[str, IntArray]] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, ledger: Ledger, period: str = "day", *, ended: bool = False) -> Revaluations:
        """Read a period of a ledger: that under way, or the one that ended last."""
        totals, _closing = ledger.totals(period, ended=ended)
        return cls(period, ledger.names, totals.revalued, totals.lost, _shares_together(ledger))

    @property
    def title(self) -> str:  # type: ignore[override]
        """What it shows."""
        return f"Revaluations of the {self.period}, minor units"

    def to_pandas(self) -> pd.DataFrame:
        """Return what changes of prices brought, by instrument and sector; minor units."""
        return _by_name(self.names, self.revalued, "instrument")

    def written_off(self) -> pd.DataFrame:
        """Return what write-offs took from holders and released issuers from, minor units."""
        return _by_name(self.names, self.lost, "instrument")

    def total(self) -> IntArray:
        """Return (sectors,) revaluations and write-offs together, minor units."""
        return np.asarray((self.revalued + self.lost).sum(axis=0), np.int64)

    def rows(self) -> tuple[list[Row], Row]:
        """See `Matrix.rows`: revaluations, then write-offs; shares of a sector in one row."""
        lines = [Row(label, self.revalued[numbers].sum(axis=0)) for label, numbers in self.groups]
        lines += [Row(f"written off: {label}", self.lost[numbers].sum(axis=0)) for label, numbers in self.groups]
        return lines, Row(SUM, self.total())


def acquisitions(ledger: Ledger, totals: Totals, closing: IntArray) -> IntArray:
    """Return (instruments, sectors) what transactions changed of each claim, minor units.

    Of claims at face it is counted from the balance sheets: closing less opening, write-offs left out. Of shares
    it is what was delivered, at the marks of each day.
    """
    out = closing - totals.opening - totals.lost
    for number, instrument in enumerate(ledger.instruments.dense):
        if instrument.kind is InstrumentKind.SHARE:
            out[number] = totals.acquired[number]
    return out
