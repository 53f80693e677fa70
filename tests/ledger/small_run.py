"""A run that one can see whole: a counter stands in for the economy, everything else is real."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Self

import numpy as np
import pandas  # noqa: F401  (pyarrow imports it at its first conversion: once here, not in each forked writer)

from catallaxy.ledger import checkpoint
from catallaxy.ledger.blocks import genesis_of, record_block, seal_block
from catallaxy.ledger.journal import JOURNAL, Journal
from catallaxy.ledger.manifest import Manifest
from catallaxy.ledger.run_store import FolderStore
from catallaxy.ledger.store import Store
from catallaxy.ledger.tables import digest_arrays

PART_TICKS = 10
CHECKPOINT_TICKS = 7  # not a divisor, so that checkpoints fall inside parts
SYMBOLS = ("ACME", "BÖRSE", "C")


def append_rows(store: Store, tick: int, state: np.ndarray) -> None:
    """Write the rows of a tick: a function of the tick and the state alone."""
    draw = np.random.default_rng(tick)
    rows = int(draw.integers(0, 6))
    if rows:
        store.append(
            "trades",
            {
                "tick": tick, "symbol": (draw.integers(0, 3, rows), SYMBOLS), "price": draw.integers(90, 110, rows),
                "quantity": draw.integers(1, 9, rows), "maker": draw.integers(0, 50, rows), "taker": 7,
                "maker_order": np.arange(rows), "taker_order": int(state[0]), "aggressor": 1,
            },
        )  # fmt: skip
    quotes = {"bid": 99, "ask": 101, "bid_quantity": 5, "ask_quantity": 5, "last": 100, "fundamental": draw.random(3)}
    store.append("quotes", {"tick": tick, "symbol": list(SYMBOLS), **quotes})
    if tick % 9 == 0:
        event = {"event": "HALT", "owner": -1, "target": -1, "symbol": "ACME", "payload": {"at": tick}}
        store.append("events", {"tick": tick, **event})


class SmallRun:
    """Store, journal, chain, checkpoints and manifest of one run, used as an economy uses them."""

    def __init__(self, folder: Path, store: FolderStore, journal: Journal, manifest: Manifest) -> None:
        self.folder, self.store, self.journal, self.manifest = folder, store, journal, manifest
        self.tick, self.head = 0, manifest.genesis
        self.state = np.zeros(4, np.int64)

    @classmethod
    def create(cls, folder: Path) -> Self:
        """Begin a run."""
        store = FolderStore.create(folder, part_ticks=PART_TICKS)
        manifest = Manifest(scenario={"name": "small", "traders": 3}, seed=11, created="2026-01-01T00:00:00Z")
        manifest.genesis = genesis_of(manifest)
        run = cls(folder, store, Journal.create(folder / JOURNAL), manifest)
        manifest.write(folder)
        run.keep()
        return run

    @classmethod
    def resume(cls, folder: Path, at_most: int | None = None) -> Self:
        """Go on from the newest whole checkpoint."""
        path = checkpoint.newest(folder, at_most)
        assert path is not None
        arrays, values = checkpoint.load(path)
        tick = checkpoint.tick_of(path)
        checkpoint.drop_after(folder, tick)
        store = FolderStore.resume(folder, tick)
        run = cls(folder, store, Journal.resume(folder / JOURNAL, tick), Manifest.read(folder))
        run.tick, run.head, run.state = tick, values["head"], arrays["state"]
        return run

    def step(self) -> None:
        """Run one tick."""
        tick = self.tick + 1
        if tick % 5 == 0:
            self.journal.command(tick, "test", tick, {"add": tick})
        self.state += tick
        append_rows(self.store, tick, self.state)
        tables = self.store.seal(tick)
        messages = digest_arrays({"messages": np.arange(tick % 4)})
        block = seal_block(self.head, tick, messages, tables, digest_arrays({"state": self.state}))
        record_block(self.store, block)
        self.journal.seal(tick, block.hash)
        self.store.flush(tick)
        self.tick, self.head = tick, block.hash
        if tick % CHECKPOINT_TICKS == 0:
            self.keep()

    def run_to(self, tick: int) -> Self:
        """Run until ``tick`` is sealed."""
        while self.tick < tick:
            self.step()
        return self

    def keep(self) -> None:
        """Make a checkpoint: rows and journal first, then the state, then the manifest."""
        self.store.sync(max(self.tick, self.store.sealed_tick))
        self.journal.sync()
        checkpoint.save(checkpoint.path_for(self.folder, self.tick), {"state": self.state}, {"head": self.head})
        checkpoint.prune(self.folder, 2)
        if self.tick:
            self._note()

    def finish(self) -> Self:
        """End the run."""
        self.store.close(self.tick)
        self.journal.end(self.tick, "done")
        self.journal.close()
        self.manifest.finished = "2026-01-01T00:00:01Z"
        self._note()
        return self

    def kill(self) -> None:
        """Leave as a killed process does."""
        self.store.abandon()
        self.journal.close()

    def _note(self) -> None:
        self.manifest.last_tick, self.manifest.head = self.tick, self.head
        self.manifest.write(self.folder)


def table_files(folder: Path) -> dict[str, bytes]:
    """Return every part file of a run with its bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.parquet"))}


def write_until_killed(folder: str) -> None:
    """Create or resume the run in ``folder``, and step until somebody ends this process."""
    logging.disable(logging.CRITICAL)
    path = Path(folder)
    begun = path.is_dir() and checkpoint.newest(path) is not None
    run = SmallRun.resume(path) if begun else SmallRun.create(path)
    while True:
        run.step()
