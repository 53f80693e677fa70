"""Draws for owners of any kind: one random number each, keyed by its kind and its place within that kind.

Owner ids depend on who else is in an economy; the place within a kind does not, so another population moves
nobody's draws.
"""

from __future__ import annotations

import numpy as np

from ..core.randomness import Draws, component_key
from ..core.units import IntArray, UintArray
from ..ledger.owners import Owners


def ordinals_within_kind(owners: Owners) -> IntArray:
    """Return (owners,) how many of the same kind came before.

    Examples
    --------
    >>> from catallaxy.core.units import Sector
    >>> owners = Owners()
    >>> for kind, count in (("household", 2), ("firm", 1), ("household", 1)):
    ...     _ = owners.add(count, sector=Sector.HOUSEHOLDS, kind=kind)
    >>> ordinals_within_kind(owners).tolist()
    [0, 1, 0, 2]
    """
    kinds = owners.column("kind")
    order = np.argsort(kinds, kind="stable")
    counts = np.bincount(kinds, minlength=len(owners.kinds))
    ordinals = np.empty(kinds.shape[0], np.int64)
    ordinals[order] = np.arange(kinds.shape[0]) - np.repeat(np.cumsum(counts) - counts, counts)
    return ordinals


def keys_by_kind(owners: Owners, seed: int, component: str) -> UintArray:
    """Return (kinds,) the key of a component's draws for owners of each kind."""
    return np.array([component_key(seed, f"{component} of {kind}") for kind in owners.kinds], np.uint64)


def bits_of(owners: Owners, ids: IntArray, seed: int, component: str, tick: int, purpose: int) -> UintArray:
    """Return (n,) raw 64-bit draws of a component for the owners ``ids``."""
    keys, ordinals = keys_by_kind(owners, seed, component), ordinals_within_kind(owners)[ids]
    kinds, bits = owners.column("kind")[ids], np.zeros(len(ids), np.uint64)
    for kind in np.unique(kinds).tolist():
        rows = kinds == kind
        bits[rows] = Draws(int(keys[kind]), tick).bits(ordinals[rows], purpose)
    return bits
