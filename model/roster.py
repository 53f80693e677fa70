"""The columns of all column traders together, in the order in which their populations are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import BalanceIsPosted, NoSuchColumn
from ..core.units import IntArray

if TYPE_CHECKING:
    from .economy import Economy

_POSTED = ("cash", "reserved_cash", "wealth", "portfolio_value")
_FIXED = ("owner", "ordinal", "group", "active", "step_awake")


class EconomyRoster:
    """Implements `catallaxy.agents.handles.Roster` on an economy's populations and ledger."""

    def __init__(self, economy: Economy) -> None:
        self.economy = economy

    @property
    def size(self) -> int:
        """Number of column traders ever born."""
        return sum(population.size for population in self.economy.populations)

    def owner_ids(self) -> IntArray:
        """Return (size,) owner ids."""
        parts = [population.owners for population in self.economy.populations]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    @property
    def column_names(self) -> tuple[str, ...]:
        """Every name that `column` knows."""
        own = {name for population in self.economy.populations for name in population.state}
        positions = tuple(f"position:{symbol}" for symbol in self.economy.symbols)
        return (*_FIXED, *_POSTED, *sorted(own), *positions)

    def column(self, name: str) -> Any:
        """Return (size,) values, masked where a trader's strategy has no such column."""
        return self._values(name, None)

    def cell(self, name: str, row: int) -> Any:
        """Return the value of one row."""
        return self._values(name, row)

    def _values(self, name: str, row: int | None) -> Any:
        economy = self.economy
        if name.startswith("position:") and name.removeprefix("position:") in economy.symbols:
            book = economy.symbols.index(name.removeprefix("position:"))
            security = int(economy.exchange.listings.security[book])
            return self._picked(lambda owners: economy.ledger.owned(security, owners), row)
        if name in ("owner",):
            return self._picked(lambda owners: owners, row)
        if name == "active":
            return self._picked(lambda owners: economy.ledger.owners.column("died")[owners] < 0, row)
        if name == "cash":
            return self._picked(economy.cash_of, row)
        if name == "reserved_cash":
            money = int(economy.exchange.listings.money[0])
            return self._picked(lambda owners: economy.ledger.holdings[owners, money, 1], row)
        if name == "portfolio_value":
            return self._picked(economy.portfolio_value, row)
        if name == "wealth":
            return self._picked(lambda owners: economy.cash_of(owners) + economy.portfolio_value(owners), row)
        return self._own(name, row)

    def _picked(self, values: Any, row: int | None) -> Any:
        owners = self.owner_ids()
        return values(owners) if row is None else values(owners[row : row + 1])[0].item()

    def _own(self, name: str, row: int | None) -> Any:
        parts: list[Any] = []
        found = False
        for population in self.economy.populations:
            if name == "group":
                part: Any = np.full(population.size, population.name)
            elif name == "ordinal":
                part = np.arange(population.size)
            elif name == "step_awake":
                part = population.wake
            elif name in population.state:
                part = population.state[name]
            else:
                parts.append(np.ma.masked_all(population.size))  # type: ignore[no-untyped-call] # NumPy's masked arrays are untyped
                continue
            found = True
            parts.append(part)
        if not found:
            raise NoSuchColumn(name, self.column_names)
        masked = any(isinstance(part, np.ma.MaskedArray) for part in parts)
        column = _joined(parts) if masked else np.concatenate(parts)
        if row is None:
            return column
        value = column[row]
        if value is np.ma.masked:
            raise NoSuchColumn(name, self.column_names)
        return value.item()

    def set_column(self, name: str, rows: IntArray, values: Any) -> None:
        """Assign to a strategy's own column; raise `BalanceIsPosted` for what the ledger keeps."""
        if name in _POSTED or name.startswith("position:"):
            raise BalanceIsPosted(name)
        wanted = np.broadcast_to(np.asarray(values), np.shape(rows))
        first, found = 0, False
        for population in self.economy.populations:
            inside = (rows >= first) & (rows < first + population.size)
            if name in population.state:
                found = True
                population.state[name][rows[inside] - first] = wanted[inside]
            first += population.size
        if not found:
            raise NoSuchColumn(name, self.column_names)
        self.economy.note_by_hand(
            {"type": "SET", "column": name, "rows": np.asarray(rows).tolist(), "values": wanted.tolist()}
        )

    def remove(self, row: int) -> None:
        """Let one trader leave: orders cancelled, estate posted to the treasury, row inactive."""
        for population in self.economy.populations:
            if row < population.size:
                self.economy.retire(population, row)
                return
            row -= population.size


def _joined(parts: list[Any]) -> Any:
    return np.ma.concatenate(parts)  # type: ignore[no-untyped-call] # NumPy's masked arrays are untyped
