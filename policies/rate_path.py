"""A policy rate given month by month in a CSV file.

The file has the columns ``month`` and ``rate``, in any case and order; others are ignored. Months are
1, 2, 3 ... without a gap, 1 being the first of the run; rates are annual fractions, 0.05 for 5 %.
"""

from __future__ import annotations

import csv
import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import MissingColumn, OutOfBounds, UnreadableSeries
from .monetary import SECTION

HIGHEST = 1.0


@dataclass(frozen=True)
class RatePath:
    """Rates of the months 1 to n, as read from ``source``."""

    source: str
    rates: tuple[float, ...]

    @classmethod
    def read(cls, source: str, *, lowest: float = 0.0) -> RatePath:
        """Return the path in the file ``source``; no rate may be below ``lowest``.

        Raises
        ------
        OutOfBounds
            There is no such file.
        MissingColumn, UnreadableSeries
            The file is something else; the error names the row.

        Examples
        --------
        >>> from pathlib import Path
        >>> _ = Path("rates.csv").write_text("month,rate\\n1,0.02\\n2,0.0225\\n")
        >>> RatePath.read("rates.csv").rates
        (0.02, 0.0225)
        """
        rows = _rows(source)
        header, body = [name.strip().lower() for name in rows[0]], rows[1:]
        for column in ("month", "rate"):
            if column not in header:
                raise MissingColumn(source, column, tuple(rows[0]))
        if not body:
            raise UnreadableSeries(source, "it has no rows; give a month and a rate in each")
        at_month, at_rate = header.index("month"), header.index("rate")
        for number, row in enumerate(body, 1):
            _check_month(_cell(row, at_month), number, source)
        return cls(source, tuple(_rate(_cell(row, at_rate), i, source, lowest) for i, row in enumerate(body, 1)))

    def rate(self, month: int) -> float:
        """Return the rate of a month, 1 being the first; the last one stays in force when the file ends."""
        if month < 1:
            raise OutOfBounds("month", month, f"{self.source} gives rates from month 1 on")
        return self.rates[min(month, len(self.rates)) - 1]

    @property
    def digest(self) -> str:
        """SHA-256 of the rates, so that a stored run can tell whether the file was changed."""
        return hashlib.sha256(" ".join(rate.hex() for rate in self.rates).encode()).hexdigest()


def _rows(source: str) -> list[list[str]]:
    path = Path(source).expanduser()
    if not path.is_file():
        raise OutOfBounds(f"{SECTION}.path", source, "there is no such file; give a CSV with columns month and rate")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableSeries(source, str(error)) from error
    if not rows:
        raise UnreadableSeries(source, "it is empty; give a CSV with columns month and rate")
    return rows


def _cell(row: list[str], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _check_month(cell: str, number: int, source: str) -> None:
    try:
        month = int(cell)
    except ValueError:
        raise UnreadableSeries(source, f"row {number}: month is {cell!r}; give a whole number, {number}") from None
    if month != number:
        raise UnreadableSeries(
            source, f"row {number}: month is {month}, due was {number}; months go 1, 2, 3 ... without a gap"
        )


def _rate(cell: str, number: int, source: str, lowest: float) -> float:
    try:
        rate = float(cell)
    except ValueError:
        rate = math.nan
    if not math.isfinite(rate):
        raise UnreadableSeries(source, f"row {number}: rate is {cell!r}; give a number, 0.05 for 5 %")
    if not lowest <= rate <= HIGHEST:
        raise UnreadableSeries(
            source, f"row {number}: rate is {rate}; give a fraction from {lowest:g} to {HIGHEST:g}, 0.05 for 5 %"
        )
    return rate
