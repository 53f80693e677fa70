"""The stylised facts of a stored run: of its index, or of one symbol, and of its trading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import OutOfBounds
from ..core.units import FloatArray, IntArray
from ..ledger.run_store import FolderStore, Store
from .facts import Fact, facts_of
from .microstructure_facts import Tape, microstructure_facts


def facts_of_run(folder: str | Path, *, symbol: str | None = None) -> list[Fact]:
    """Return the facts of the run in ``folder``.

    Parameters
    ----------
    folder : path
        A run folder.
    symbol : str, optional
        Measure this symbol's daily closes and volume; left out, the index and the whole volume.
    """
    return facts_of_store(FolderStore.open(Path(folder)), symbol=symbol)


def facts_of_store(store: Store, *, symbol: str | None = None) -> list[Fact]:
    """Return the facts of the tables in ``store``, on the disk or in memory; see `facts_of_run`."""
    if symbol is None:
        daily = daily_index(store.read("world", ("day", "index", "volume")))
    else:
        daily = daily_closes(store.read("bars", ("symbol", "interval", "close", "volume")), symbol)
    quotes = store.read("quotes", ("symbol", "bid", "ask"))
    trades = store.read("trades", ("symbol", "price", "quantity", "aggressor"))
    return facts_of(*daily) + microstructure_facts(tape_of(quotes, trades))


def daily_index(world: Any) -> tuple[FloatArray, FloatArray]:
    """Return log returns of the index from day to day, and each day's volume, from the table ``world``."""
    day, volume = _column(world, "day"), _column(world, "volume")
    index = _column(world, "index").astype(np.float64)
    last = np.flatnonzero(np.append(day[1:] != day[:-1], True)) if day.size else np.empty(0, np.int64)
    lots = np.add.reduceat(volume, np.append(0, last[:-1] + 1)) if day.size else volume
    return np.diff(np.log(index[last])), lots[1:].astype(np.float64)


def daily_closes(bars: Any, symbol: str) -> tuple[FloatArray, FloatArray]:
    """Return log returns of a symbol's daily closes, and its volumes, from the table ``bars``."""
    names = np.asarray(bars.column("symbol").to_pylist(), dtype=object)
    if symbol not in names:
        raise OutOfBounds("symbol", symbol, f"give one of {', '.join(sorted(set(names.tolist())))}")
    interval = _column(bars, "interval")
    daily = (names == symbol) & (interval == interval.max()) & (interval > 1)
    close, volume = _column(bars, "close")[daily].astype(np.float64), _column(bars, "volume")[daily]
    return np.diff(np.log(close)), volume[1:].astype(np.float64)


def tape_of(quotes: Any, trades: Any) -> Tape:
    """Return the columns that facts of trading need, from the tables ``quotes`` and ``trades``."""
    names: dict[str, int] = {}
    return Tape(
        _numbered(quotes, names), _column(quotes, "bid").astype(np.float64), _column(quotes, "ask").astype(np.float64),
        _numbered(trades, names), _column(trades, "price").astype(np.float64),
        _column(trades, "quantity").astype(np.float64), _column(trades, "aggressor").astype(np.int64),
    )  # fmt: skip


def _column(table: Any, name: str) -> Any:
    return table.column(name).to_numpy()


def _numbered(table: Any, names: dict[str, int]) -> IntArray:
    encoded = table.column("symbol").combine_chunks().dictionary_encode()
    codes = np.array([names.setdefault(name, len(names)) for name in encoded.dictionary.to_pylist()], np.int64)
    return codes[encoded.indices.to_numpy()] if codes.size else np.empty(0, np.int64)
