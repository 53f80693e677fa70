"""Where anchors get real closes: series that other packages bundle, and a user's CSV or Parquet file.

Bundled series are read at run time from the installed packages ``arch`` and ``statsmodels`` (the extra
``data``) and are never copied; only the data file is opened, because importing those packages takes
seconds. A row is a trading day. A gap inside a bundled series (a holiday of WTI) and a day on which only
other symbols of a file have a close carry the last close forward. A user's bad row is never repaired:
the error names it.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..core.errors import (
    BadRow,
    EmptyAnchor,
    MissingColumn,
    MissingPackage,
    UnknownSeries,
    UnreadableSeries,
    UnsortedAnchor,
)
from ..core.units import FloatArray

Dates: TypeAlias = NDArray[np.datetime64]
Table: TypeAlias = Mapping[str, list[Any]]
SUFFIXES = (".csv", ".csv.gz", ".parquet")


@dataclass(frozen=True)
class Series:
    """Dated closes, oldest first: one column for an index, or a column a symbol.

    Parameters
    ----------
    name : str
        For people: a title, or the file's name.
    source : str
        What a scenario says to get it: ``sp500``, or a path.
    dates : Dates
        (rows,) days, strictly rising.
    closes : FloatArray
        (rows, columns) closes above 0; nan only before a symbol's first close.
    symbols : tuple of str
        (columns,) names, or empty for an index.
    days_per_row : int
        Trading days between two rows: 1 for daily data, 63 for quarterly.
    """

    name: str
    source: str
    dates: Dates
    closes: FloatArray
    symbols: tuple[str, ...] = ()
    days_per_row: int = 1

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.dates)

    @property
    def digest(self) -> str:
        """SHA-256 of what the series holds, wherever it was read from."""
        whole = hashlib.sha256(f"{self.days_per_row} {' '.join(self.symbols)}\n".encode())
        whole.update(self.dates.astype("<i8").tobytes())
        whole.update(self.closes.astype("<f8").tobytes())
        return whole.hexdigest()

    def chosen(self, symbols: Sequence[str]) -> Series:
        """Return the columns of ``symbols``, in that order, from the day on which all of them have a close."""
        for symbol in symbols:
            if symbol not in self.symbols:
                raise UnknownSeries(symbol, self.symbols, within=self.source)
        closes = self.closes[:, [self.symbols.index(symbol) for symbol in symbols]]
        known = ~np.isnan(closes).any(axis=1)
        return replace(self, dates=self.dates[known], closes=closes[known], symbols=tuple(symbols))


@dataclass(frozen=True)
class Bundled:
    """A series that an installed package carries: which file, and how to read a row of it."""

    title: str
    package: str
    file: str
    close: str
    day_columns: tuple[str, ...]
    day: Callable[..., str]
    days_per_row: int = 1


def _american(text: str) -> str:
    month, day, year = text.split("/")
    return f"{year}-{month:0>2}-{day:0>2}"


def _quarter_end(year: str, quarter: str) -> str:
    return f"{year}-{('03-31', '06-30', '09-30', '12-31')[int(quarter) - 1]}"


BUNDLED: Mapping[str, Bundled] = {
    "sp500": Bundled("S&P 500", "arch", "data/sp500/sp500.csv.gz", "Close", ("Date",), _american),
    "nasdaq": Bundled("NASDAQ Composite", "arch", "data/nasdaq/nasdaq.csv.gz", "Close", ("Date",), _american),
    "wti": Bundled("WTI crude oil", "arch", "data/wti/wti.csv.gz", "DCOILWTICO", ("Date",), _american),
    "gdp": Bundled(
        "US real GDP",
        "statsmodels",
        "datasets/macrodata/macrodata.csv",
        "realgdp",
        ("year", "quarter"),
        _quarter_end,
        63,
    ),
}


def load_series(source: str, *, known: Sequence[str] = ()) -> Series:
    """Return a bundled series by its name, or the closes of a CSV or Parquet file by its path.

    A file has the columns ``date`` (ISO), ``close`` and, where each stock has its own series,
    ``symbol``, in any case and order; others are ignored. Its rows rise by date, for each symbol.

    Parameters
    ----------
    source : str
        ``sp500``, ``nasdaq``, ``wti``, ``gdp``, or a path that ends in .csv, .csv.gz or .parquet.
    known : sequence of str
        Names beside the bundled ones that the error for an unknown source may suggest.

    Examples
    --------
    >>> series = load_series("sp500")
    >>> len(series), str(series.dates[-1]), float(series.closes[-1, 0])
    (5031, '2018-12-31', 2506.850098)
    """
    if source in BUNDLED:
        return _load_bundled(source, BUNDLED[source])
    path = Path(source).expanduser()
    if not path.is_file():
        raise UnknownSeries(source, (*BUNDLED, *known))
    suffix = next((end for end in SUFFIXES if path.name.lower().endswith(end)), None)
    if suffix is None:
        raise UnreadableSeries(source, f"give a file that ends in {', '.join(SUFFIXES)}")
    table = _parquet_table(path, source) if suffix == ".parquet" else _csv_table(path, source)
    return _series(path.name, source, table)


def _load_bundled(source: str, bundled: Bundled) -> Series:
    spec = find_spec(bundled.package)
    places = (spec.submodule_search_locations if spec is not None else None) or ()
    path = next((file for file in (Path(place) / bundled.file for place in places) if file.is_file()), None)
    if path is None:
        raise MissingPackage(source, bundled.package)
    table = _csv_table(path, source)
    days = [bundled.day(*cells) for cells in zip(*(table[name] for name in bundled.day_columns), strict=True)]
    kept = {"date": days, "close": _carried(table[bundled.close])}
    return replace(_series(bundled.title, source, kept), days_per_row=bundled.days_per_row)


def _carried(cells: list[str], gap: str = ".") -> list[str]:
    """Return ``cells`` with each gap (the mark of the Federal Reserve's data service) replaced by what came before."""
    out: list[str] = []
    for cell in cells:
        out.append(out[-1] if cell == gap and out else cell)
    return out


def _csv_table(path: Path, source: str) -> Table:
    opener = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableSeries(source, str(error)) from error
    if not rows:
        raise EmptyAnchor(source)
    header, *body = rows
    return {name: [row[i] if i < len(row) else "" for row in body] for i, name in enumerate(header)}


def _parquet_table(path: Path, source: str) -> Table:
    import pyarrow
    import pyarrow.parquet

    try:
        names = pyarrow.parquet.read_schema(path).names
        wanted = [name for name in names if name.strip().lower() in ("date", "close", "symbol")]
        columns: Table = pyarrow.parquet.ParquetFile(path).read(columns=wanted).to_pydict()
    except (OSError, pyarrow.ArrowException) as error:
        raise UnreadableSeries(source, str(error)) from error
    return {name: columns.get(name, []) for name in names}


def _series(name: str, source: str, table: Table) -> Series:
    """Check every row, in the order of the file, and return the closes of each symbol on one calendar."""
    dates, closes = _column(table, "date", source), _column(table, "close", source)
    symbols = _column(table, "symbol", source) if _has(table, "symbol") else None
    days: dict[str, list[date]] = {}
    prices: dict[str, list[float]] = {}
    for i, (when, close) in enumerate(zip(dates, closes, strict=True)):
        symbol = "" if symbols is None else _symbol(symbols[i], source, i + 1)
        day, price = _day(when, source, i + 1), _price(close, source, i + 1)
        earlier = days.setdefault(symbol, [])
        if earlier and day <= earlier[-1]:
            raise UnsortedAnchor(source, i + 1, day.isoformat(), earlier[-1].isoformat())
        earlier.append(day)
        prices.setdefault(symbol, []).append(price)
    calendar = np.unique(np.array([day for some in days.values() for day in some], "datetime64[D]"))
    if len(calendar) < 2:
        raise EmptyAnchor(source, len(calendar))
    grid = np.column_stack([_on(calendar, days[symbol], prices[symbol]) for symbol in days])
    return Series(name, source, calendar, grid, () if symbols is None else tuple(days))


def _on(calendar: Dates, days: list[date], prices: list[float]) -> FloatArray:
    """Return the newest close on each day of the calendar; nan before the first."""
    newest = np.searchsorted(np.array(days, "datetime64[D]"), calendar, side="right") - 1
    closes: FloatArray = np.where(newest >= 0, np.array(prices)[newest], np.nan)
    return closes


def _has(table: Table, column: str) -> bool:
    return any(name.strip().lower() == column for name in table)


def _column(table: Table, column: str, source: str) -> list[Any]:
    for name in table:
        if name.strip().lower() == column:
            return table[name]
    raise MissingColumn(source, column, tuple(table))


def _day(cell: Any, source: str, row: int) -> date:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    try:
        return datetime.fromisoformat(cell.strip()).date()
    except (AttributeError, ValueError):
        raise BadRow(source, row, "date", _shown(cell)) from None


def _price(cell: Any, source: str, row: int) -> float:
    try:
        price = float(cell)
    except (TypeError, ValueError):
        raise BadRow(source, row, "close", _shown(cell)) from None
    if not (math.isfinite(price) and price > 0.0):
        raise BadRow(source, row, "close", _shown(cell))
    return price


def _symbol(cell: Any, source: str, row: int) -> str:
    symbol = "" if cell is None else str(cell).strip()
    if not symbol:
        raise BadRow(source, row, "symbol", "empty")
    return symbol


def _shown(cell: Any) -> str:
    text = "" if cell is None else str(cell).strip()
    return text or "empty"
