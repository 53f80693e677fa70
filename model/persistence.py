"""The memory of an economy: its run folder, journal, chain and checkpoints, and the way back from them.

Recovery is recomputation: the newest checkpoint is loaded and the run goes on from it with the
commands that the journal holds, and every seal it makes again must be the one made before.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import RunError
from ..core.units import Tick
from ..ledger import checkpoint
from ..ledger.blocks import Block
from ..ledger.files import writing
from ..ledger.journal import JOURNAL, Entry, Journal
from ..ledger.manifest import Manifest, folder_bytes, now, peak_rss_bytes
from ..ledger.run_store import FolderStore
from ..ledger.store import MemoryStore, Store
from .closing import remove_closing, write_closing
from .commands import Command
from .snapshot import Snapshot

if TYPE_CHECKING:
    from .economy import Economy

RUNNING, CLOSED, HALTED = "running", "closed", "halted"


class Memory:
    """Where an economy's rows, commands, seals and checkpoints go: a folder, or memory.

    Attributes
    ----------
    history : dict of int to list of Command
        Commands by the tick that applied them.
    sealed_before : int
        Last tick that was sealed before this economy began to run again; 0 for a new run.
    """

    def __init__(self, economy: Economy, folder: Path | None) -> None:
        self.economy, self.folder = economy, folder
        self.store: Store = self._ring()
        self.journal: Journal | None = None
        self.manifest = Manifest(economy.settings.effective(), economy.seed, genesis=economy.chain_head)
        self.history: dict[Tick, list[Command]] = {}
        self.sealed_before: Tick = 0
        self.resumed_from: Tick = 0
        self.closed = False
        self.closing: dict[str, str] = {}  # digests of the closing tables
        self._began = (time.perf_counter(), time.process_time())

    def _ring(self) -> MemoryStore:
        return MemoryStore(self.economy.settings.recording.ring_days * self.economy.clock.ticks_per_day)

    # -- beginning ----------------------------------------------------------------------------

    def begin(self) -> None:
        """Open the folder of a new run, with manifest, journal and the checkpoint of the opening."""
        self.economy.snapshot = Snapshot.of(self.economy)
        if self.folder is None:
            return
        part_ticks = self.economy.settings.recording.part_days * self.economy.clock.ticks_per_day
        self.store = FolderStore.create(self.folder, part_ticks=part_ticks)
        self.journal = Journal.create(self.folder / JOURNAL)
        self.write_manifest(RUNNING)
        self.save_checkpoint()

    def continue_in(self, folder: Path, manifest: Manifest) -> None:
        """Take over a stored run: its newest checkpoint, then again up to its last seal."""
        path = checkpoint.newest(folder)
        if path is None:
            raise RunError(f"{folder} holds no checkpoint that can be read; start the run again")
        self.store = FolderStore.resume(folder, checkpoint.tick_of(path))
        self.folder, self.manifest = folder, manifest
        self.economy.restore(*checkpoint.load(path))
        checkpoint.drop_after(folder, self.economy.tick)
        self.resumed_from = self.economy.tick
        self.journal = Journal.resume(folder / JOURNAL, self.economy.tick)
        self.history = commands_by_tick(self.journal.entries)
        self.economy.count_from(max((c.sequence for some in self.history.values() for c in some), default=0))
        self.sealed_before = max(self.journal.expected, default=0)
        remove_closing(folder)
        self.write_manifest(RUNNING)
        self.run_again(self.sealed_before)

    def run_again(self, last: Tick) -> None:
        """Step until ``last``, with the commands of the history."""
        self.sealed_before = last
        while self.economy.tick < last:
            self.economy.step()

    # -- each tick ----------------------------------------------------------------------------

    def stamped(self, queued: list[Command]) -> list[Command]:
        """Return the commands of this tick, written down; while running again, those of the history."""
        tick = self.economy.tick
        if tick <= self.sealed_before or tick in self.history:
            self.economy.requeue(queued)
            return self.history.get(tick, [])
        if queued:
            try:
                self._write_down(tick, queued)
            except Exception:
                self.economy.requeue(queued)  # none of them was applied; they wait for the next attempt
                raise
            self.history[tick] = queued
        return queued

    def _write_down(self, tick: Tick, commands: list[Command]) -> None:
        if self.journal is not None:
            for command in commands:
                write_down(self.journal, tick, command)
            self.journal.sync()

    def note_block(self, block: Block) -> None:
        """Write a block and its seal; cut parts and checkpoint when they are due."""
        self._declare_objects()
        self.store.append("blocks", block.row())
        if self.journal is not None:
            self.journal.seal(block.tick, block.hash)
        self.store.flush(block.tick)
        self.economy.chain_head = block.hash
        if self.folder is not None and block.tick % self.economy.checkpoint_ticks == 0:
            self.save_checkpoint()

    def _declare_objects(self) -> None:
        """Say in the manifest, before a tick of theirs is sealed, that object traders are in this run."""
        count = len(self.economy.floor.traders)
        if self.folder is not None and count != self.manifest.facts.get("object_traders", 0):
            self.manifest.facts = {**self.manifest.facts, "object_traders": count}
            self.manifest.write(self.folder)

    def discard(self) -> None:
        """Forget the rows of the tick that failed."""
        self.store.discard()

    def save_checkpoint(self) -> None:
        """Write the whole state beside the tables, and let old checkpoints go."""
        assert self.folder is not None
        tick = self.economy.tick
        self.store.sync(tick)
        if self.journal is not None:
            self.journal.sync()
        path = checkpoint.path_for(self.folder, tick)
        with writing(path.parent):
            path.parent.mkdir(exist_ok=True)
        checkpoint.save(path, *self.economy.state(copy=False))
        checkpoint.prune(self.folder, keep=self.economy.settings.recording.keep_checkpoints)

    # -- going back ---------------------------------------------------------------------------

    def recover(self) -> None:
        """After a halt: back to the newest checkpoint, or to the opening, and again to the last seal."""
        economy, sealed, sequence = self.economy, self.economy.tick, self.economy.sequence
        if economy.floor.traders:
            raise RunError(
                "an economy with object traders cannot be wound back, for they are code; make it again and run it again"
            )
        economy.found()
        if self.folder is None:
            self.store = self._ring()
        else:
            path = checkpoint.newest(self.folder, sealed)
            if path is None:
                raise RunError(f"{self.folder} holds no checkpoint that can be read; start the run again")
            checkpoint.drop_after(self.folder, checkpoint.tick_of(path))
            self.store.rewind(checkpoint.tick_of(path))
            economy.restore(*checkpoint.load(path))
            if self.journal is not None:
                self.journal.close()
            self.journal = Journal.resume(self.folder / JOURNAL, economy.tick)
        economy.count_from(sequence)
        economy.set_clock(economy.tick)
        economy.datacollector.rewind(economy.tick)
        self.run_again(sealed)

    # -- the end ------------------------------------------------------------------------------

    def close(self) -> None:
        """Write the tail parts, a last checkpoint, the closing tables and the manifest."""
        if self.closed:
            return
        self.closed = True
        if self.folder is None:
            return
        if self.economy.halted and isinstance(self.store, FolderStore) and self.store.sealed_tick > self.economy.tick:
            self.abandon()  # it failed while it was being sealed
            return
        status = HALTED if self.economy.halted else CLOSED
        if not self.economy.halted:
            self.save_checkpoint()
            self.closing = write_closing(self.economy, self.folder)
        self.store.close(self.economy.tick)
        if self.journal is not None:
            for command in self.economy.queued:  # what still waits is there when the run goes on
                write_down(self.journal, self.economy.tick + 1, command)
            self.journal.end(self.economy.tick, status)
            self.journal.close()
        self.write_manifest(status)

    def abandon(self) -> None:
        """Leave the folder as a killed process does, to be resumed."""
        if isinstance(self.store, FolderStore):
            self.store.abandon()
        if self.journal is not None:
            self.journal.close()

    def write_manifest(self, reason: str) -> None:
        """Write what is needed to repeat the run, and how far it came."""
        assert self.folder is not None
        economy, manifest = self.economy, self.manifest
        wall, cpu = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        manifest.reason, manifest.finished = reason, "" if reason == RUNNING else now()
        manifest.last_tick, manifest.head = economy.tick, economy.chain_head if economy.tick else ""
        manifest.state = "" if economy.halted else economy.state_hash()
        manifest.timing = {stage.name: round(stage.seconds, 6) for stage in economy.schedule} | {"wall": round(wall, 3)}
        manifest.cpu_seconds = round(cpu, 3)
        manifest.peak_rss_bytes = peak_rss_bytes()
        manifest.bytes_per_tick = round(folder_bytes(self.folder) / max(economy.tick, 1), 1)
        manifest.facts = economy.facts() | {"closing": self.closing}
        manifest.write(self.folder)


def write_down(journal: Journal, tick: Tick, command: Command) -> None:
    """Write a command, or its refusal, into the journal."""
    refusal = command.payload.get("refused")
    if refusal is None:
        journal.command(tick, command.source, command.sequence, command.to_json(), durable=False)
    else:
        journal.refusal(tick, command.source, command.sequence, command.to_json(), refusal["reason"])


def commands_by_tick(entries: Sequence[Entry]) -> dict[Tick, list[Command]]:
    """Return a journal's commands and refusals by the tick that applied them, in order of sequence."""
    by_tick: dict[Tick, list[Command]] = {}
    for entry in entries:
        if entry.kind in ("command", "refusal") and entry.command is not None:
            values = entry.command
            command = Command(entry.sequence, entry.source, int(values["owner"]), dict(values["payload"]))
            by_tick.setdefault(entry.tick, []).append(command)
    return by_tick
