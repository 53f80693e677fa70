"""What a report needs of a stored run, read once and column by column.

A run that goes on, or was killed, has a manifest of its beginning: what the tables hold tells how far
it came. Whatever was not recorded is an empty array, never an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ..core.units import FloatArray, IntArray
from ..ledger.manifest import Manifest
from ..ledger.parts import parts_of
from ..ledger.run_store import FolderStore
from .microstructure_facts import Tape

_ATTEMPTS = 3


@dataclass(frozen=True)
class Bars:
    """Bars of one symbol, oldest first; ``x`` is the day or the tick."""

    x: FloatArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray


@dataclass(frozen=True)
class Group:
    """A population at the end of each day; wealth in minor units."""

    name: str
    day: FloatArray
    traders: int
    wealth: FloatArray
    cash: IntArray
    shares: IntArray
    orders: int
    volume: int


@dataclass(frozen=True)
class Coded:
    """A text column as numbers into ``names``."""

    codes: IntArray
    names: tuple[str, ...]

    def of(self, name: str) -> Any:
        """Return the rows that hold ``name``."""
        return self.codes == (self.names.index(name) if name in self.names else -1)


class RunData:
    """The tables of a run folder as arrays.

    Raises
    ------
    NotARun, CorruptTable, VersionMismatch
        When the folder holds no run, or one that cannot be read.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.manifest = Manifest.read(self.folder)
        self.store = FolderStore.open(self.folder)
        self.ticks_per_day = int(self.manifest.scenario.get("clock", {}).get("ticks_per_day", 1))

    # -- how far it came ----------------------------------------------------------------------

    @property
    def status(self) -> str:
        """closed, halted, or open: still going on, or killed."""
        return self.manifest.reason if self.manifest.finished else "open"

    @cached_property
    def last_tick(self) -> int:
        """The last tick that the tables hold, or that the manifest of an ended run names."""
        ticks = self.world["tick"]
        return int(ticks[-1]) if ticks.size else max(self.manifest.last_tick, 0)

    @cached_property
    def chain_head(self) -> str:
        """Hash of the newest block on the disk."""
        if self.manifest.finished:
            return self.manifest.head
        hashes = self.store.read("blocks", ["hash"], first=self.last_tick).column("hash").to_pylist()
        return str(hashes[-1]) if hashes else self.manifest.head

    @cached_property
    def counts(self) -> dict[str, int | None]:
        """Traders, messages, trades and identities checked; None where an unfinished run does not tell."""
        facts = self.manifest.facts
        world = self.world
        groups = {group.name: group.traders for group in self.groups}
        traders = facts.get("traders", sum(groups.values()) if groups else None)
        return {
            "traders": traders,
            "messages": int(world["messages"].sum()),
            "trades": int(world["trades"].sum()),
            "identities": facts.get("identities_checked") if self.manifest.finished else None,
        }

    @cached_property
    def rows(self) -> dict[str, int]:
        """Rows of every table, closing tables included."""
        counted = {name: self.store.rows(name) for name in self.store.schemas}
        for path in sorted((self.folder / "closing").glob("*.parquet")):
            counted[path.stem] = counted.get(path.stem, 0) + int(pq.ParquetFile(path).metadata.num_rows)
        return counted

    # -- tables -------------------------------------------------------------------------------

    @cached_property
    def world(self) -> dict[str, Any]:
        """The columns of table world."""
        table = self.store.read("world")
        return {name: table.column(name).to_numpy() for name in table.column_names}

    @cached_property
    def daily_index(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Index and anchor at the end of each finished day, and the lots that traded on it."""
        day, tick = self.world["day"], self.world["tick"]
        ends = np.flatnonzero(tick % self.ticks_per_day == 0)
        if not ends.size:
            return np.empty(0), np.empty(0), np.empty(0)
        lots = np.bincount(day, weights=self.world["volume"].astype(np.float64))
        return self.world["index"][ends], self.world["anchor"][ends], lots[day[ends]]

    @cached_property
    def _bars(self) -> tuple[Coded, dict[str, Any]]:
        return self._table("bars", ("tick", "interval", "open", "high", "low", "close", "volume", "turnover"))

    def bars(self, symbol: str, interval: int) -> Bars:
        """Return the bars of a symbol: of days (``interval`` = ticks of a day), or of ticks (1)."""
        symbols, columns = self._bars
        chosen = np.flatnonzero(symbols.of(symbol) & (columns["interval"] == interval))
        _, firsts = np.unique(columns["tick"][chosen], return_index=True)  # where a day has one tick, each bar is twice
        chosen = chosen[firsts]
        x = columns["tick"][chosen] / interval
        names = ("open", "high", "low", "close", "volume")
        return Bars(x, *(columns[name][chosen].astype(np.float64) for name in names))

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The symbols, in book order."""
        return self._bars[0].names or self._quotes[0].names

    @cached_property
    def last_prices(self) -> dict[str, int]:
        """Price of each symbol's last bar of whatever length; empty where no bars were recorded."""
        symbols, columns = self._bars
        return {name: int(columns["close"][symbols.of(name)][-1]) for name in self.symbols if symbols.of(name).any()}

    @cached_property
    def by_weight(self) -> tuple[str, ...]:
        """The symbols by their capitalisation at the end, the largest first."""
        table = self.store.read("balances", ("instrument", "liability"))
        issued = dict(zip(table.column("instrument").to_pylist(), table.column("liability").to_pylist(), strict=True))
        last = self.last_prices
        return tuple(sorted(last, key=lambda name: (-last[name] * issued.get(name, 1), name)))

    def stock_returns(self) -> FloatArray:
        """Return daily log returns of every symbol, each by its own standard deviation, in one array."""
        found = []
        for symbol in self.symbols:
            close = self.bars(symbol, self.ticks_per_day).close if self.ticks_per_day > 1 else np.empty(0)
            moves = np.diff(np.log(close)) if close.size > 2 else np.empty(0)
            if moves.size and moves.std() > 0.0:
                found.append((moves - moves.mean()) / moves.std())
        return np.concatenate(found) if found else np.empty(0)

    @cached_property
    def _quotes(self) -> tuple[Coded, dict[str, Any]]:
        return self._table("quotes", ("bid", "ask"))

    def spreads(self) -> dict[str, FloatArray]:
        """Return each symbol's spreads in basis points of the mid-price, of the ticks with both sides."""
        symbols, columns = self._quotes
        bid, ask = columns["bid"].astype(np.float64), columns["ask"].astype(np.float64)
        both = (bid > 0) & (ask > 0)
        share = 2e4 * (ask - bid) / np.maximum(ask + bid, 1.0)
        return {name: share[both & symbols.of(name)] for name in symbols.names}

    def depth(self) -> tuple[FloatArray, FloatArray]:
        """Return (levels,) mean lots at each level of the bids and of the asks, over symbols and days."""
        table = self.store.read("book", ("side", "level", "quantity"))
        side, level = table.column("side").to_numpy(), table.column("level").to_numpy()
        lots = table.column("quantity").to_numpy().astype(np.float64)
        most = int(level.max(initial=0)) + 1
        sums = [np.bincount(level[side == s], weights=lots[side == s], minlength=most)[1:] for s in (0, 1)]
        rows = [np.maximum(1, np.bincount(level[side == s], minlength=most)[1:]) for s in (0, 1)]
        return sums[0] / rows[0], sums[1] / rows[1]

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Every population, in order of name."""
        names = ("tick", "traders", "wealth", "cash", "shares", "orders", "volume")
        groups, columns = self._table("agents", names, text="group")
        found = []
        for name in sorted(groups.names):
            row = {key: column[groups.of(name)] for key, column in columns.items()}
            found.append(
                Group(
                    name, row["tick"] / self.ticks_per_day, int(row["traders"][-1]), row["wealth"].astype(np.float64),
                    row["cash"], row["shares"], int(row["orders"].sum()), int(row["volume"].sum()),
                )
            )  # fmt: skip
        return tuple(found)

    @cached_property
    def tape(self) -> Tape:
        """What facts of trading need of quotes and trades."""
        quotes, quoted = self._quotes
        trades, traded = self._table("trades", ("price", "quantity", "aggressor"))
        numbers = {name: number for number, name in enumerate(quotes.names)}
        codes = np.array([numbers.setdefault(name, len(numbers)) for name in trades.names], np.int64)
        return Tape(
            quotes.codes, quoted["bid"].astype(np.float64), quoted["ask"].astype(np.float64),
            codes[trades.codes] if codes.size else trades.codes, traded["price"].astype(np.float64),
            traded["quantity"].astype(np.float64), traded["aggressor"].astype(np.int64),
        )  # fmt: skip

    def records(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a small table as mappings."""
        rows: list[dict[str, Any]] = self.store.read(table).to_pylist()
        return rows

    # -- reading ------------------------------------------------------------------------------

    def _table(self, table: str, columns: tuple[str, ...], text: str = "symbol") -> tuple[Coded, dict[str, Any]]:
        """Return a table's text column, coded, and its numbers; text is never spelled out row by row."""
        for _ in range(_ATTEMPTS):
            try:
                pieces = [_part(part.path, (text, *columns), text) for part in parts_of(self.folder, table)]
                break
            except FileNotFoundError:  # the writer has just replaced a tail
                continue
        else:
            pieces = []
        if not pieces:
            return Coded(np.empty(0, np.int64), ()), {name: np.empty(0, np.int64) for name in columns}
        whole = pa.concat_tables(pieces).unify_dictionaries().combine_chunks()
        words = whole.column(text)
        words = words.chunk(0) if words.num_chunks else pa.array([], pa.string()).dictionary_encode()
        names = tuple(words.dictionary.to_pylist())
        return Coded(words.indices.to_numpy(), names), {name: whole.column(name).to_numpy() for name in columns}


def _part(path: Path, columns: tuple[str, ...], text: str) -> Any:
    with pq.ParquetFile(path, read_dictionary=[text]) as file:
        return file.read(list(columns))
