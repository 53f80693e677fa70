"""`PopulatedModel`: a Mesa model whose ``agents`` are registered agents and column traders together."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.mesa_adaptor import ModelBase
from ..core.units import IntArray
from .agent_sets import CompositeAgents, TraderSet
from .handles import Roster, TraderHandle


class PopulatedModel(ModelBase):
    """A ``mesa.Model`` with column traders beside the agents that are registered with Mesa.

    A subclass sets ``self.roster`` as soon as its population stands; before that there are no column
    traders. ``traders`` is the array way to them, ``agents`` the Mesa way to everybody.
    """

    roster: Roster

    @property
    def traders(self) -> TraderSet:
        """The active column traders, live."""
        return TraderSet(self)

    @property
    def agents(self) -> CompositeAgents:
        """Every agent, live: first those registered with Mesa, then the column traders by row."""
        return CompositeAgents(self)

    @agents.setter
    def agents(self, agents: Any) -> None:
        raise AttributeError("agents cannot be assigned; agents register themselves when they are made")

    @property
    def agent_types(self) -> list[type]:
        """The classes that have a member among `agents`."""
        return list(self.agents_by_type)

    @property
    def agents_by_type(self) -> dict[type, Any]:
        """The agents of each class: Mesa's own sets, and `TraderSet` for the column traders."""
        kinds: dict[type, Any] = self.registered_by_type
        traders = self.traders
        return kinds | {TraderHandle: traders} if len(traders) else kinds

    def active_rows(self) -> IntArray:
        """Return the rows of column traders that have not left, ascending."""
        roster: Roster | None = getattr(self, "roster", None)
        return np.zeros(0, np.int64) if roster is None else np.flatnonzero(roster.column("active"))

    @property
    def roster_symbols(self) -> tuple[str, ...]:
        """The symbols that column traders can hold."""
        return tuple(n.removeprefix("position:") for n in self.roster.column_names if n.startswith("position:"))

    def remove_all_agents(self) -> None:
        """Let every column trader leave (each estate is posted), then every registered agent."""
        for row in self.active_rows():
            self.roster.remove(int(row))
        super().remove_all_agents()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_handles"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)  # a handle loaded before us may have begun `_handles`
