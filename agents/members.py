"""`Members`: who is in a set of agents at one moment, as integer codes in order.

A code >= 0 is the row of a column trader, code -1 - k is object k. So a set of 100,000 traders is one
array, its attributes are columns, and handles are made only for whoever looks at single agents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.errors import NoSuchColumn
from ..core.units import BoolArray, IntArray
from .handles import FIRST_TRADER_ID, TraderHandle

if TYPE_CHECKING:
    from .populated_model import PopulatedModel

MISSING = object()


class Members:
    """Agents of one model, each once, in order; immutable."""

    def __init__(self, model: PopulatedModel, codes: IntArray, objects: tuple[Any, ...] = ()) -> None:
        self.model, self.codes, self.objects = model, codes, objects

    @classmethod
    def of(cls, model: PopulatedModel, agents: Iterable[Any]) -> Members:
        """Return ``agents`` as members, in their order, repetitions left out."""
        numbers: dict[Any, int] = {}
        codes = dict.fromkeys(
            agent.row if is_row(agent, model) else -1 - numbers.setdefault(agent, len(numbers)) for agent in agents
        )
        return cls(model, np.fromiter(codes, np.int64, len(codes)), tuple(numbers))

    def __len__(self) -> int:
        return int(self.codes.shape[0])

    def __iter__(self) -> Iterator[Any]:
        return map(self.agent, self.codes.tolist())

    def agent(self, code: int) -> Any:
        """Return the agent with this code."""
        return TraderHandle(self.model, code) if code >= 0 else self.objects[-1 - code]

    def code(self, agent: Any) -> int | None:
        """Return the code of ``agent``, or None for a stranger; the code of a row may not be among `codes`."""
        if is_row(agent, self.model):
            return int(agent.row)
        return next((-1 - k for k, held in enumerate(self.objects) if held is agent), None)

    def take(self, index: Any) -> Members:
        """Return the members at ``index``: positions, a mask or a slice."""
        return Members(self.model, self.codes[index], self.objects)

    def still_here(self) -> Members:
        """Return them without rows that have left the economy and objects that are None."""
        here = np.ones(len(self), bool)
        rows = self.codes >= 0
        if rows.any():
            here[rows] = self.model.roster.column("active")[self.codes[rows]]
        if any(held is None for held in self.objects):
            gone = np.array([-1 - k for k, held in enumerate(self.objects) if held is None], np.int64)
            here &= ~np.isin(self.codes, gone)
            objects = tuple(held for held in self.objects if held is not None)
            numbers = {held: -1 - k for k, held in enumerate(objects)}
            return self.take(here)._numbered(numbers, objects)
        return self if here.all() else self.take(here)

    @property
    def all_rows(self) -> bool:
        """Whether all are column traders."""
        return not self.objects or not bool((self.codes < 0).any())

    @property
    def rows(self) -> IntArray:
        """The rows of the column traders among them, in order."""
        return self.codes[self.codes >= 0] if self.objects else self.codes

    def are(self, kind: Any) -> BoolArray:
        """Return who is an instance of ``kind``, a class or a tuple of classes."""
        out = np.full(len(self), issubclass(TraderHandle, kind))
        for at in np.flatnonzero(self.codes < 0).tolist():
            out[at] = isinstance(self.agent(int(self.codes[at])), kind)
        return out

    # Attributes

    def column(self, name: str) -> Any:
        """Return the values of the column traders among them as an array; raise `NoSuchColumn`."""
        roster = self.model.roster
        if name == "unique_id":
            return roster.owner_ids()[self.rows] + FIRST_TRADER_ID
        values = roster.column(name)[self.rows]
        if np.ma.is_masked(values):
            raise NoSuchColumn(name, roster.column_names)
        return np.asarray(values)

    def values(self, name: str, default: Any = MISSING) -> list[Any]:
        """Return everybody's attribute in order, ``default`` where it is missing (else the error)."""
        of_rows = self._of_rows(name, default)
        if not self.objects:
            return of_rows
        out: list[Any] = []
        taken = 0
        for at in np.flatnonzero(self.codes < 0).tolist():
            ahead = at - len(out)
            out += of_rows[taken : taken + ahead]
            taken += ahead
            out.append(_attribute(self.agent(int(self.codes[at])), name, default))
        return out + of_rows[taken:]

    def _of_rows(self, name: str, default: Any) -> list[Any]:
        rows = self.rows
        if not rows.shape[0]:
            return []
        if name in ("model", "row", "unique_id") or not hasattr(TraderHandle, name):
            return self._of_columns(name, default)
        return [_attribute(TraderHandle(self.model, row), name, default) for row in rows.tolist()]

    def _of_columns(self, name: str, default: Any) -> list[Any]:
        if name == "model":
            return [self.model] * len(self.rows)
        if name == "row":
            return list(self.rows.tolist())
        if default is MISSING or name == "unique_id":
            return list(self.column(name).tolist())
        try:
            values = self.model.roster.column(name)[self.rows]
        except NoSuchColumn:
            return [default] * len(self.rows)
        unknown = np.ma.getmaskarray(values)
        plain = np.ma.getdata(values).tolist()
        return [default if missing else value for value, missing in zip(plain, unknown.tolist(), strict=True)]

    def order(self, key: Callable[[Any], Any] | str, *, ascending: bool) -> IntArray:
        """Return positions sorted by attribute or function; equals keep their order, also descending."""
        if isinstance(key, str) and self.all_rows and not hasattr(TraderHandle, key):
            values = self.column(key)
            if ascending:
                return np.argsort(values, kind="stable")
            return (len(self) - 1 - np.argsort(values[::-1], kind="stable"))[::-1]
        keys = self.values(key) if isinstance(key, str) else [key(agent) for agent in self]
        return np.array(sorted(range(len(self)), key=keys.__getitem__, reverse=not ascending), np.int64)

    # Algebra

    def joined(self, other: Members) -> tuple[Members, Members]:
        """Return both with one numbering of their objects, so that codes can be compared."""
        objects = tuple(dict.fromkeys((*self.objects, *other.objects)))
        numbers = {held: -1 - k for k, held in enumerate(objects)}
        return tuple(side._numbered(numbers, objects) for side in (self, other))  # type: ignore[return-value] # two

    def _numbered(self, numbers: dict[Any, int], objects: tuple[Any, ...]) -> Members:
        if not self.objects:
            return Members(self.model, self.codes, objects)
        new = np.array([numbers.get(held, 0) for held in self.objects], np.int64)
        codes = self.codes.copy()
        codes[codes < 0] = new[-1 - codes[codes < 0]]
        return Members(self.model, codes, objects)

    def among(self, other: Members) -> BoolArray:
        """Return which of them are in ``other``, after `joined`."""
        return np.isin(self.codes, other.codes)

    def then(self, other: Members) -> Members:
        """Return them, then those of ``other`` who are not among them, after `joined`."""
        return Members(self.model, np.concatenate([self.codes, other.codes[~other.among(self)]]), self.objects)


def is_row(agent: Any, model: PopulatedModel) -> bool:
    """Return whether ``agent`` is a column trader of ``model``."""
    return isinstance(agent, TraderHandle) and agent.model is model


def _attribute(agent: Any, name: str, default: Any) -> Any:
    return getattr(agent, name) if default is MISSING else getattr(agent, name, default)
