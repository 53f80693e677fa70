"""Institutions: real Mesa agents for those who are few, each with one row of the ledger."""

from __future__ import annotations

from typing import Any

import mesa

from ..core.units import OwnerId


class Institution(mesa.Agent):  # type: ignore[misc] # Mesa ships no types
    """The treasury, a bank, the exchange's operator or a listed firm.

    Attributes
    ----------
    owner : int
        Its row of the ledger.
    kind : str
        What it is: treasury, settlement bank, exchange or firm.
    name : str
        The firm's symbol, or the kind.
    """

    def __init__(self, model: Any, owner: OwnerId, kind: str, name: str) -> None:
        super().__init__(model)
        self.owner, self.kind, self.name = owner, kind, name

    def step(self) -> None:
        """Do nothing: until the economy closes around wages and credit, institutions only issue and hold."""

    def __repr__(self) -> str:
        return f"<Institution {self.name} ({self.kind}), owner {self.owner}>"
