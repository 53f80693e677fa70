"""The closing tables: what everybody owned when a run was closed.

They restate the last checkpoint for readers, are not part of the chain, and go when the run goes on.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.schemas import TABLES
from ..ledger.files import writing
from ..ledger.parts import CLOSING, write_part
from ..ledger.tables import TableBuffer

if TYPE_CHECKING:
    from .economy import Economy


def write_closing(economy: Economy, folder: Path) -> dict[str, str]:
    """Write tables positions and snapshots of the last sealed tick into ``folder/closing``; return their digests."""
    symbols = economy.symbols
    owners = economy.trader_owners()
    parts = []
    for book, security in enumerate(economy.exchange.listings.security.tolist()):
        lots = economy.ledger.owned(security, owners)
        held = np.flatnonzero(lots)
        parts.append((owners[held], np.full(held.shape[0], book, np.int64), lots[held]))
    owner, code, quantity = (np.concatenate(column) for column in zip(*parts, strict=True))
    rows = {"tick": economy.tick, "owner": owner, "symbol": (code, symbols), "quantity": quantity}
    wealth = economy.recorder.wealth_rows()
    return {"positions": _write(folder, "positions", rows), "snapshots": _write(folder, "snapshots", wealth)}


def _write(folder: Path, table: str, rows: Mapping[str, Any]) -> str:
    buffer = TableBuffer(TABLES[table])
    buffer.append(rows)
    digest = buffer.seal()
    _count, columns = buffer.slice()
    target = folder / CLOSING / f"{table}.parquet"
    with writing(target.parent):
        target.parent.mkdir(exist_ok=True)
    write_part(target, TABLES[table], columns)
    return digest


def remove_closing(folder: Path) -> None:
    """Remove the closing tables of a run that goes on."""
    shutil.rmtree(folder / CLOSING, ignore_errors=True)
