"""The tables of an economy that is in memory, read as those of a stored run are."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from ..ledger.manifest import Manifest
from .run_data import Coded, RunData

if TYPE_CHECKING:
    from ..model.economy import Economy


class LiveRun(RunData):
    """What an economy has recorded until now; without a folder, recent days and all months.

    Examples
    --------
    >>> from catallaxy import Economy
    >>> economy = Economy("markets", rng=7, traders__number=60, stocks__number=2, anchor__source="walk")
    >>> economy.run(ticks=5)
    >>> run = LiveRun(economy)
    >>> run.last_tick, run.symbols == economy.symbols, run.chain_head == economy.chain_head
    (5, True, True)
    """

    def __init__(self, economy: Economy) -> None:
        self.economy = economy
        self.folder = Path(economy.memory.folder or "")
        self.manifest = Manifest(economy.settings.effective(), int(economy.seed), facts=economy.facts())
        self.manifest.timing = {stage.name: stage.seconds for stage in economy.schedule}
        self.store = economy.store
        self.ticks_per_day = economy.clock.ticks_per_day

    @property
    def last_tick(self) -> int:
        """The last tick that was sealed."""
        return self.economy.tick

    @property
    def chain_head(self) -> str:
        """Hash of the newest block."""
        return self.economy.chain_head

    @cached_property
    def rows(self) -> dict[str, int]:
        """Rows of every table."""
        return {name: self.store.rows(name) for name in self.store.schemas}

    def _table(self, table: str, columns: tuple[str, ...], text: str = "symbol") -> tuple[Coded, dict[str, Any]]:
        rows = self.store.read(table, (text, *columns))
        words = rows.column(text).combine_chunks()
        words = words.chunk(0) if isinstance(words, pa.ChunkedArray) and words.num_chunks else words
        coded = words.dictionary_encode() if len(words) else pa.array([], pa.string()).dictionary_encode()
        coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
        codes = Coded(np.asarray(coded.indices.to_numpy(), np.int64), tuple(coded.dictionary.to_pylist()))
        return codes, {name: rows.column(name).to_numpy() for name in columns}
