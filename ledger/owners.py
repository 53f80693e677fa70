"""The registry of everyone who can hold or owe something: one append-only table, ids never reused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..core.units import SECTOR_CODE, SECTORS, IntArray, OwnerId, Sector

NOBODY: OwnerId = -1
_COLUMNS = ("sector", "kind", "country", "house_bank", "beneficial", "born", "died")


class Owners:
    """Owners 0, 1, 2, ...: the id is the row of every array that the ledger keeps.

    Columns: ``sector`` (code in `SECTORS`), ``kind`` and ``country`` (codes in `kinds`,
    `countries`), ``house_bank`` and ``beneficial`` (owner ids), ``born`` and ``died`` (ticks; -1
    while alive). Arrays have capacity beyond `size` and grow only between ticks.

    Examples
    --------
    >>> owners = Owners()
    >>> owners.add(3, sector=Sector.HOUSEHOLDS, kind="noise")
    range(0, 3)
    >>> owners.size
    3
    """

    def __init__(self) -> None:
        self.size = 0
        self.kinds: list[str] = []
        self.countries: list[str] = []
        self._data: IntArray = np.zeros((len(_COLUMNS), 16), np.int64)

    def add(
        self,
        count: int,
        *,
        sector: Sector,
        kind: str,
        country: str = "home",
        house_bank: OwnerId = NOBODY,
        born: int = 0,
    ) -> range:
        """Append ``count`` owners of one kind and return their ids; each is its own beneficial owner."""
        first, last = self.size, self.size + count
        self._reserve(last)
        ids = np.arange(first, last)
        values = (
            SECTOR_CODE[sector],
            _code(self.kinds, kind),
            _code(self.countries, country),
            house_bank,
            ids,
            born,
            -1,
        )
        for column, value in zip(self._data, values, strict=True):
            column[first:last] = value
        self.size = last
        return range(first, last)

    def _reserve(self, size: int) -> None:
        if size > self._data.shape[1]:
            grown = np.zeros((len(_COLUMNS), max(size, 2 * self._data.shape[1])), np.int64)
            grown[:, : self.size] = self._data[:, : self.size]
            self._data = grown

    def column(self, name: str) -> IntArray:
        """Return the (size,) column ``name``, a view that may be written."""
        return self._data[_COLUMNS.index(name), : self.size]

    @property
    def sectors(self) -> IntArray:
        """The sector code of every owner."""
        return self.column("sector")

    def sector_of(self, owner: OwnerId) -> Sector:
        """Return the sector of one owner."""
        return SECTORS[int(self.sectors[owner])]

    def kind_of(self, owner: OwnerId) -> str:
        """Return the kind of one owner."""
        return self.kinds[int(self.column("kind")[owner])]

    def is_active(self, owner: OwnerId) -> bool:
        """Return whether the id exists and its owner has not died."""
        return 0 <= owner < self.size and int(self.column("died")[owner]) < 0

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the registry."""
        arrays = {"owners": self._data[:, : self.size].copy()}
        return arrays, {"kinds": list(self.kinds), "countries": list(self.countries)}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self._data = np.array(arrays["owners"], np.int64)
        self.size = self._data.shape[1]
        self.kinds, self.countries = list(values["kinds"]), list(values["countries"])


def _code(names: list[str], name: str) -> int:
    if name not in names:
        names.append(name)
    return names.index(name)
