"""Stored runs: go on with one, or compute one again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ..core.errors import Halted, RunError, TamperedRun
from ..core.units import Tick
from ..ledger.journal import JOURNAL, read_journal
from ..ledger.manifest import Manifest
from .economy import Economy
from .persistence import commands_by_tick


def resume(folder: str | Path) -> Economy:
    """Return the economy of a stored run, at its last seal, ready to go on in the same folder.

    The newest checkpoint is loaded and the ticks after it are computed again from the journal; each
    must seal to the block it was sealed to before.

    Raises
    ------
    NotARun, VersionMismatch, CorruptTable, TamperedRun
        When the folder is not a run, was written by another version, or does not hold what was sealed.
    """
    path = Path(folder)
    economy, manifest = _opened(path)
    try:
        economy.memory.continue_in(path, manifest)
    except BaseException as error:
        economy.memory.abandon()
        if isinstance(error, Halted) and isinstance(error.__cause__, TamperedRun):
            raise error.__cause__ from None
        raise
    return economy


def replay(folder: str | Path, progress: Callable[[Tick, Tick], None] | None = None) -> Tick | None:
    """Compute a stored run again from scenario, seed and journal; return the first tick that differs, or None.

    A difference in the state at the end, while every block agrees, is reported as the last tick.
    """
    path = Path(folder)
    economy, manifest = _opened(path)
    if economy.chain_head != manifest.genesis:
        return 0
    entries = read_journal(path / JOURNAL)
    economy.memory.history = commands_by_tick(entries)
    seals = {entry.tick: entry.hash for entry in entries if entry.kind == "seal"}
    for tick in range(1, max(seals, default=0) + 1):
        try:
            economy.step()
        except Halted:
            return tick
        if economy.chain_head != seals.get(tick):
            return tick
        if progress is not None:
            progress(tick, len(seals))
    ended = bool(manifest.finished) and manifest.last_tick == economy.tick
    if ended and manifest.state and manifest.state != economy.state_hash():
        return economy.tick
    return None


def _opened(path: Path) -> tuple[Economy, Manifest]:
    manifest = Manifest.read(path)
    manifest.check_versions()
    if manifest.facts.get("object_traders"):
        raise RunError(
            f"{path} had {manifest.facts['object_traders']} object traders, which are code and not in its checkpoint; "
            "run the program that made it again"
        )
    return Economy(manifest.scenario, rng=manifest.seed), manifest
