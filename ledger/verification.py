"""Verification: does a run folder hold what its blocks sealed? Nothing is simulated.

Every row of every table is read once, its canonical digest by tick is computed anew and compared with
the block of that tick; the blocks are compared with each other, with the manifest's scenario, seed and
chain head, and with the seals in the journal. All of these lie in the same folder and carry no key: only
a chain head that was kept elsewhere, given as ``head``, shows that nobody rewrote them together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow.compute as pc

from ..core.errors import CorruptTable, TamperedRun
from .blocks import Block, first_break, genesis_of, read_blocks
from .journal import JOURNAL, read_journal
from .manifest import Manifest
from .parts import CLOSING, buffer_columns, parts_of, read_part, tick_digests
from .run_store import read_layout
from .store import BLOCKS
from .tables import digest


@dataclass(frozen=True, order=True)
class Problem:
    """Where a run first differs from its seals: the tick, the table (or file), what is wrong, in how many ticks."""

    tick: int
    table: str
    what: str
    ticks: int = 1

    def __str__(self) -> str:
        more = f" (and {self.ticks - 1} more ticks)" if self.ticks > 1 else ""
        return f"tick {self.tick}, {self.table}: {self.what}{more}"


@dataclass
class Verification:
    """What was found: blocks and rows checked, the chain head, and the problems in order of ticks.

    ``unsealed`` rows are those that a killed run wrote beyond its last stored block; resuming drops them.
    """

    ticks: int = 0
    rows: int = 0
    unsealed: int = 0
    head: str = ""
    problems: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether there was no problem."""
        return not self.problems

    def raise_if_tampered(self) -> None:
        """Raise `TamperedRun`, which names the first tick and table, if there was a problem."""
        if self.problems:
            raise TamperedRun(self.problems[0].tick, f"{self.problems[0].table} ({self.problems[0].what})")


def verify(folder: Path | str, head: str | None = None) -> Verification:
    """Check a run folder against its chain of blocks.

    Parameters
    ----------
    head
        The last block's hash as it was noted elsewhere. Without it, a folder whose tables, blocks,
        journal and manifest were all rewritten to agree passes.

    Raises
    ------
    NotARun, CorruptTable, VersionMismatch
        When there is no readable manifest to start from. Anything else that cannot be read is a problem.
    """
    folder = Path(folder)
    manifest = Manifest.read(folder)
    schemas, _ = read_layout(folder)
    found = Verification()
    try:
        chain = _stored_blocks(folder)
        chain_break = first_break(chain, genesis_of(manifest), (manifest.first_tick, manifest.first_tick + 1))
    except CorruptTable as error:
        found.problems.append(Problem(manifest.first_tick, BLOCKS, str(error)))
        return found
    if chain_break is not None:
        found.problems.append(Problem(chain_break[0], BLOCKS, chain_break[1]))
    found.ticks, found.head = len(chain), chain[-1].hash if chain else genesis_of(manifest)
    found.problems += _check_ends(chain, manifest, found.head, head)
    finished = bool(manifest.finished)
    found.problems += _check_journal(folder, chain, finished)
    for name in sorted({*schemas, *(name for block in chain for name in block.tables)} - {BLOCKS}):
        _check_table(folder, name, chain, finished, found)
    found.problems += _check_facts(folder, manifest)
    found.problems.sort()
    return found


def _stored_blocks(folder: Path) -> list[Block]:
    blocks: list[Block] = []
    for part in parts_of(folder, BLOCKS):
        rows = read_part(part.path)[1].to_pylist()
        try:
            blocks += read_blocks(rows)
        except (ValueError, TypeError) as error:
            raise CorruptTable(str(part.path), str(error)) from error
    return blocks


def _check_ends(chain: list[Block], manifest: Manifest, stored: str, head: str | None) -> list[Problem]:
    """Compare both ends of the chain with the manifest, and its end with a head from elsewhere."""
    problems = []
    hashes = {block.tick: block.hash for block in chain}
    last = chain[-1].tick if chain else manifest.first_tick
    if manifest.genesis != genesis_of(manifest):
        problems.append(Problem(manifest.first_tick, "manifest.json", "its genesis is not that of scenario and seed"))
    if manifest.head and hashes.get(manifest.last_tick, "") != manifest.head:
        problems.append(Problem(manifest.last_tick, "manifest.json", "its chain head is not the last block"))
    if manifest.finished and manifest.last_tick != last:
        problems.append(Problem(min(manifest.last_tick, last) + 1, BLOCKS, f"ends at {last}, not {manifest.last_tick}"))
    if head is not None and head != stored:
        problems.append(Problem(last, BLOCKS, f"the chain head is {stored[:16]}..., not {head[:16]}..."))
    return problems


def _check_facts(folder: Path, manifest: Manifest) -> list[Problem]:
    """Compare the closing tables with their digests in the manifest, and its totals with table world."""
    problems, last = [], manifest.last_tick
    for name, sealed in dict(manifest.facts.get("closing", {})).items():
        path = folder / CLOSING / f"{name}.parquet"
        try:
            schema, table = read_part(path)
            if digest(schema, table.num_rows, buffer_columns(schema, table)) != sealed:
                problems.append(Problem(last, f"{CLOSING}/{name}", "its rows are not those of the end of the run"))
        except CorruptTable as error:
            problems.append(Problem(last, f"{CLOSING}/{name}", str(error)))
    if manifest.finished:
        try:
            world = [read_part(part.path, ["messages", "trades"])[1] for part in parts_of(folder, "world")]
        except CorruptTable:
            return problems  # the table itself is reported
        for name in ("messages", "trades"):
            total = sum(int(pc.sum(part.column(name)).as_py() or 0) for part in world)
            if world and manifest.facts.get(name, total) != total:
                wrong = f"it says {manifest.facts[name]} {name}, table world {total}"
                problems.append(Problem(last, "manifest.json", wrong))
    return problems


def _check_journal(folder: Path, chain: list[Block], finished: bool) -> list[Problem]:
    """Compare each block with the journal's seal of its tick."""
    try:
        entries = read_journal(folder / JOURNAL)
    except CorruptTable as error:
        return [Problem(chain[0].tick if chain else 0, JOURNAL, str(error))]
    seals = {entry.tick: entry.hash for entry in entries if entry.kind == "seal"}
    hashes = {block.tick: block.hash for block in chain}
    wrong = {tick: "its seal is not the block's hash" for tick, hash_ in hashes.items() if seals.get(tick) != hash_}
    wrong |= {tick: "its seal is missing" for tick in wrong if tick not in seals}
    if finished:
        wrong |= {tick: "it seals a tick that has no block" for tick in seals if tick not in hashes}
    return _gathered(JOURNAL, wrong)


def _check_table(folder: Path, name: str, chain: list[Block], finished: bool, found: Verification) -> None:
    """Compare a table's rows, tick by tick, with the digests in the blocks."""
    due = {block.tick: block.tables[name] for block in chain if name in block.tables}
    last = chain[-1].tick if chain else -1
    wrong: dict[int, str] = {}
    seen: set[int] = set()
    try:
        parts = parts_of(folder, name)
    except CorruptTable as error:
        found.problems.append(Problem(min(due, default=0), name, str(error)))
        return
    for part in parts:
        try:
            schema, table = read_part(part.path)
            for tick, rows, digest in tick_digests(schema, table):
                if tick > last and not finished:
                    found.unsealed += rows
                    continue
                found.rows += rows
                if due.get(tick) != digest or tick in seen or not part.first <= tick <= part.last:
                    what = "rows are not those that were sealed" if tick in due else "rows that nobody sealed"
                    wrong.setdefault(tick, what)
                seen.add(tick)
        except CorruptTable as error:
            wrong[part.first] = str(error)
            seen.update(range(part.first, part.last + 1))
    wrong |= {tick: "sealed rows are missing" for tick in due if tick not in seen}
    found.problems += _gathered(name, wrong)


def _gathered(table: str, wrong: dict[int, str]) -> list[Problem]:
    """Return one problem that names the first tick of ``wrong``, or none."""
    return [Problem(min(wrong), table, wrong[min(wrong)], len(wrong))] if wrong else []
