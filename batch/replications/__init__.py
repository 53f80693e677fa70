"""Published results, replicated on the public interface: one file each, found by name.

>>> from catallaxy.batch.replications import replicate
>>> replicate("roll", quick=True).verdict
'pass'
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

from ...core.errors import OutOfBounds, nearest
from .check import Check, Replication, Verdict

REPLICATIONS = (
    "gode_sunder",
    "cliff",
    "poisson_book",
    "avellaneda_stoikov",
    "roll",
    "taylor",
    "hotelling",
    "sim",
    "pc",
    "contagion",
)

__all__ = ["REPLICATIONS", "Check", "Replication", "Verdict", "replicate", "replicate_all"]


def replicate(name: str, quick: bool = False) -> Replication:
    """Run the replication ``name`` of `REPLICATIONS`; ``quick`` runs are shorter, with the same tolerances.

    Hyphens may stand for underscores.
    """
    known = name.replace("-", "_")
    if known not in REPLICATIONS:
        raise OutOfBounds("replication", name, f"give a known one{nearest(known, REPLICATIONS)}")
    return cast("Replication", import_module(f".{known}", __name__).replicate(quick=quick))


def replicate_all(quick: bool = False) -> list[Replication]:
    """Run every replication, in the order of `REPLICATIONS`."""
    return [replicate(name, quick) for name in REPLICATIONS]
