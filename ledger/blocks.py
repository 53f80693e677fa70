"""The chain of blocks: each sealed tick names the one before it and the digests of its rows.

    hash[t] = SHA-256(canonical JSON of {previous: hash[t-1], tick, messages, tables, state})

The first block's ``previous`` is `genesis`, a digest of the effective scenario and the seed. No key is
involved: whoever can rewrite the folder can rewrite the whole chain. So a chain proves that a run is
unchanged only against a chain head (the last block's hash) that was kept somewhere else; without one,
`verification.verify` finds damage and careless edits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .files import canonical_json
from .manifest import Manifest
from .store import BLOCKS, Store

BLOCK_VERSION = 1


@dataclass(frozen=True)
class Block:
    """The seal of one tick."""

    tick: int
    previous: str
    hash: str
    messages: str
    tables: dict[str, str]
    state: str = ""

    def row(self) -> dict[str, Any]:
        """Return the block as a row of table ``blocks``."""
        return {
            "tick": self.tick, "previous": self.previous, "hash": self.hash, "messages": self.messages,
            "tables": self.tables, "state": self.state,
        }  # fmt: skip


def genesis(values: Mapping[str, Any]) -> str:
    """Return what the first block follows: the digest of a run's scenario and seed.

    Examples
    --------
    >>> genesis({"scenario": {"name": "markets"}, "seed": 7})[:16]
    '3a0012ce81e0d4cb'
    """
    return hashlib.sha256(canonical_json({"genesis": BLOCK_VERSION, **values})).hexdigest()


def genesis_of(manifest: Manifest) -> str:
    """Return the genesis of the run that ``manifest`` describes; a branch has its parent in it too."""
    parent = {"parent": manifest.parent} if manifest.parent is not None else {}
    return genesis({"scenario": manifest.scenario, "seed": manifest.seed, **parent})


def seal_block(previous: str, tick: int, messages: str, tables: Mapping[str, str], state: str = "") -> Block:
    """Return the block of ``tick``.

    Parameters
    ----------
    previous
        Hash of the block before, or `genesis`.
    messages
        Digest of the tick's canonical messages, see `tables.digest_arrays`.
    tables
        Digest of the tick's rows by table, as `Store.seal` returns them.
    state
        Digest of the full state, where it was taken.
    """
    return Block(tick, previous, _hash(previous, tick, messages, tables, state), messages, dict(tables), state)


def record_block(store: Store, block: Block) -> None:
    """Add ``block`` to the table ``blocks``, which is sealed by this alone."""
    store.append(BLOCKS, block.row())


def read_blocks(rows: list[dict[str, Any]]) -> list[Block]:
    """Return rows of table ``blocks`` as blocks; nothing is checked."""
    return [Block(**{**row, "tables": json.loads(row["tables"])}) for row in rows]


def first_break(chain: list[Block], start: str, ticks: tuple[int, ...]) -> tuple[int, str] | None:
    """Return the tick of the first block that does not follow from the one before, and why; None if all do.

    ``start`` is the genesis, ``ticks`` are the ticks that the first block may have.
    """
    previous, due = start, ticks
    for block in chain:
        if block.tick not in due:
            return block.tick, f"is a block where tick {due[-1]} is due"
        if block.previous != previous:
            before = "genesis" if previous == start else "block before"
            return block.tick, f"does not follow the {before}"
        if block.hash != _hash(block.previous, block.tick, block.messages, block.tables, block.state):
            return block.tick, "does not have its hash"
        previous, due = block.hash, (block.tick + 1,)
    return None


def _hash(previous: str, tick: int, messages: str, tables: Mapping[str, str], state: str) -> str:
    header = {
        "block": BLOCK_VERSION, "previous": previous, "tick": tick, "messages": messages, "tables": dict(tables),
        "state": state,
    }  # fmt: skip
    return hashlib.sha256(canonical_json(header)).hexdigest()
