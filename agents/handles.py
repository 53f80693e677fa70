"""Handles: what a user holds when they hold one of the column traders.

A column trader is a row of arrays. A `TraderHandle` is a view of that row which walks and talks like
a ``mesa.Agent``: it is made when somebody asks for it, never registered, and gone when nobody holds
it. All it knows is read from the columns, so nothing can be lost with it.
"""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import mesa
import numpy as np

from ..core.errors import ActsInColumns, NoSuchColumn
from ..core.units import IntArray

if TYPE_CHECKING:
    from .populated_model import PopulatedModel

FIRST_TRADER_ID = 10**9
"""Column traders' ``unique_id`` is this plus the owner id; registered agents count from 1 and stay below."""

PER_AGENT_ACTS: Mapping[str, str] = {
    "step": "their strategy decides for all at once in `decide`; for agents with a step, subclass Trader",
    "advance": "their strategy decides for all at once in `decide`; for agents with a step, subclass Trader",
    "create_agents": "the scenario says how many there are (traders__number=...)",
    "from_dataframe": "the scenario says how many there are (traders__number=...)",
}
"""What an ordinary agent can do and a row cannot, with the way that is open instead."""


class Roster(Protocol):
    """The columns of all column traders, by row; the economy keeps it."""

    @property
    def size(self) -> int:
        """Number of column traders ever born."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """Every name that `column` and `cell` know, ``position:SYMBOL`` among them."""

    def owner_ids(self) -> IntArray:
        """Return (size,) owner ids."""

    def column(self, name: str) -> Any:
        """Return (size,) values, masked where a trader has no such attribute; or raise `NoSuchColumn`."""

    def cell(self, name: str, row: int) -> Any:
        """Return ``column(name)[row]`` without computing the column."""

    def set_column(self, name: str, rows: IntArray, values: Any) -> None:
        """Assign; raise `BalanceIsPosted` for what the ledger keeps and `NoSuchColumn` for unknown names."""

    def remove(self, row: int) -> None:
        """Post the trader's estate, cancel its orders and mark the row inactive."""


class TraderHandle(mesa.Agent):  # type: ignore[misc] # Mesa ships no types
    """One column trader, seen as a ``mesa.Agent``.

    Attributes are the columns: ``handle.cash``, ``handle.wealth``, ``handle.group``, and whatever the
    strategy keeps. Handles of the same row are equal, and the same object while one of them is held.

    Parameters
    ----------
    model : PopulatedModel
        The economy.
    row : int
        Row in the roster, from 0.
    """

    model: PopulatedModel
    row: int

    def __new__(cls, model: PopulatedModel, row: int) -> TraderHandle:
        """Return the handle of ``row``, the same one while anybody holds it."""
        held: weakref.WeakValueDictionary[int, TraderHandle] | None = model.__dict__.get("_handles")
        if held is None:
            held = model.__dict__["_handles"] = weakref.WeakValueDictionary()
        handle = held.get(row)
        if handle is None:
            handle = object.__new__(cls)
            object.__setattr__(handle, "model", model)
            object.__setattr__(handle, "row", int(row))
            held[row] = handle
        return handle

    def __init__(self, model: PopulatedModel, row: int) -> None:
        """Leave ``Agent.__init__`` out: it would register the handle, and Mesa would keep it for ever."""

    @property
    def unique_id(self) -> int:
        """The owner id, moved above the ids of registered agents."""
        return FIRST_TRADER_ID + int(self.model.roster.owner_ids()[self.row])

    def position(self, symbol: str) -> int:
        """Return the lots of ``symbol`` held, free and reserved."""
        return int(self.__getattr__(f"position:{symbol}"))

    @property
    def positions(self) -> dict[str, int]:
        """The lots held by symbol, of every symbol held at all."""
        return {symbol: lots for symbol in self.model.roster_symbols if (lots := self.position(symbol))}

    def remove(self) -> None:
        """Leave the economy: orders are cancelled, the estate is posted, the row falls silent."""
        self.model.roster.remove(self.row)

    def step(self) -> NoReturn:
        """Refuse: column traders act together."""
        refuse("step")

    def advance(self) -> NoReturn:
        """Refuse: column traders act together."""
        refuse("advance")

    @classmethod
    def create_agents(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: column traders are born with the scenario."""
        refuse("create_agents")

    @classmethod
    def from_dataframe(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: column traders are born with the scenario."""
        refuse("from_dataframe")

    def __getattr__(self, name: str) -> Any:
        """Return the trader's value in the column ``name``."""
        if name.startswith("__"):  # copy and pickle ask for these before there is a model
            raise AttributeError(name)
        value = self.model.roster.cell(name, self.row)
        if value is np.ma.masked:
            raise NoSuchColumn(name, self.model.roster.column_names)
        return value.item() if isinstance(value, np.generic) else value

    def __setattr__(self, name: str, value: Any) -> None:
        if hasattr(type(self), name) or name in ("model", "row"):
            raise AttributeError(f"{name} of a column trader cannot be assigned")
        self.model.roster.set_column(name, np.array([self.row], np.int64), value)

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{name} of a column trader cannot be deleted")

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *(name for name in self.model.roster.column_names if name.isidentifier())})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TraderHandle):
            return NotImplemented
        return self.model is other.model and self.row == other.row

    def __hash__(self) -> int:
        return hash((id(self.model), self.row))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.model, self.row)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id} row {self.row}>"


def refuse(act: str) -> NoReturn:
    """Raise `ActsInColumns` for one of `PER_AGENT_ACTS`."""
    raise ActsInColumns(f"{act}()", PER_AGENT_ACTS[act])
