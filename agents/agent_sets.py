"""Mesa's ``AgentSet`` over rows of arrays: `TraderSet`, and `CompositeAgents` with registered agents too.

Every operation does what it does in Mesa or raises `ActsInColumns` with the array way. None is
inherited: Mesa's own build sets of weak references, from which lazy handles vanish at once.
"""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, Self

import numpy as np

from ..core.errors import ActsInColumns, PopulationError
from ..core.mesa_adaptor import GroupBy
from ..core.units import IntArray
from .handles import PER_AGENT_ACTS, TraderHandle, refuse
from .members import MISSING, Members, is_row
from .set_algebra import SetAlgebra

if TYPE_CHECKING:
    from .populated_model import PopulatedModel

INFINITY = float("inf")


class LazyAgents(SetAlgebra):
    """An ``AgentSet`` whose column traders are rows.

    Parameters
    ----------
    model : PopulatedModel
        Whose agents.
    members : Members, optional
        Who is in it. When None the set is *live*: it always holds everybody, and cannot be changed.
        Registered agents are held weakly, as in Mesa; column traders who have left are left out.
    """

    name: ClassVar[str] = "agents"

    def __init__(self, model: PopulatedModel, members: Members | None = None) -> None:
        self.model = model
        self._codes: IntArray | None = None
        if members is not None:
            self._hold(members)

    @property
    def random(self) -> Random:
        """The model's generator for users' agents; it shuffles."""
        return self.model.random  # type: ignore[no-any-return] # a Random, which Mesa does not say

    def _hold(self, members: Members) -> None:
        self._codes = members.codes
        self._refs = tuple(weakref.ref(held) for held in members.objects)
        self._known: frozenset[int] | None = None

    def _everybody(self) -> Members:
        raise NotImplementedError

    def members(self) -> Members:
        """Return who is in the set now."""
        if self._codes is None:
            return self._everybody()
        return Members(self.model, self._codes, tuple(ref() for ref in self._refs)).still_here()

    def _made(self, members: Members) -> LazyAgents:
        return (TraderSet if members.all_rows else CompositeAgents)(self.model, members)

    def _become(self, members: Members) -> Self:
        if self._codes is None:
            raise PopulationError(
                f"model.{self.name} always holds everybody and cannot be changed; change model.{self.name}.copy(), "
                "and let an agent leave with agent.remove()"
            )
        self._hold(members)
        return self

    # Looking

    def __len__(self) -> int:
        return len(self.members())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.members())

    def __reversed__(self) -> Iterator[Any]:
        return iter(self.members().take(slice(None, None, -1)))

    def __contains__(self, agent: object) -> bool:
        if not is_row(agent, self.model):
            return any(held is agent for held in self._objects())
        if not agent.active:  # type: ignore[attr-defined] # is_row: a handle
            return False
        if self._codes is None:
            return True
        if self._known is None:
            self._known = frozenset(self._codes.tolist())
        return agent.row in self._known  # type: ignore[attr-defined] # is_row: a handle

    def _objects(self) -> Iterable[Any]:
        return self.model.registered if self._codes is None else (ref() for ref in self._refs)

    def __getitem__(self, item: Any) -> Any:
        members = self.members()
        if isinstance(item, slice):
            return list(members.take(item))
        return members.agent(int(members.codes[item]))

    def to_list(self) -> list[Any]:
        """Return the agents in a list; column traders as handles."""
        return list(self.members())

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """Return the position of an agent; raise ValueError when it is not there."""
        members = self.members()
        code = members.code(value)
        codes = members.codes.tolist()
        if code is None or code not in codes:
            raise ValueError(f"{value!r} is not in the set")
        return int(codes.index(code, start, len(codes) if stop is None else stop))

    def count(self, value: Any) -> int:
        """Return 1 when the agent is in the set, else 0."""
        return int(value in self)

    def __repr__(self) -> str:
        kind = "live" if self._codes is None else "fixed"
        return f"<{type(self).__name__} of {len(self)} agents, {kind}>"

    # Choosing and ordering

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: Any = INFINITY,
        inplace: bool = False,
        agent_type: Any = None,
    ) -> LazyAgents:
        """Return the agents of a type that pass a filter, at most so many (a float up to 1 is a fraction).

        The filter gets one handle at a time; ``traders.where(mask)`` takes a whole column at once.
        """
        if filter_func is None and agent_type is None and at_most == INFINITY:
            return self if inplace else self.copy()
        members = self.members()
        if isinstance(at_most, float) and at_most <= 1.0:
            at_most = int(len(members) * at_most)
        if agent_type is not None:
            members = members.take(members.are(agent_type))
        if filter_func is not None:
            members = members.take(_first_passing(members, filter_func, at_most))
        elif at_most != INFINITY:
            members = members.take(slice(max(0, math.ceil(at_most))))
        return self._become(members) if inplace else self._made(members)

    def shuffle(self, inplace: bool = False) -> LazyAgents:
        """Return the agents in random order, the same order as Mesa's from the same ``random``."""
        members = self.members()
        codes = members.codes.tolist()
        self.random.shuffle(codes)
        members = Members(self.model, np.array(codes, np.int64), members.objects)
        return self._become(members) if inplace else self._made(members)

    def sort(self, key: Callable[[Any], Any] | str, ascending: bool = False, inplace: bool = False) -> LazyAgents:
        """Return the agents sorted by attribute or function, largest first unless ``ascending``."""
        members = self.members()
        members = members.take(members.order(key, ascending=ascending))
        return self._become(members) if inplace else self._made(members)

    def groupby(self, by: Callable[[Any], Any] | str, result_type: str = "agentset") -> GroupBy:
        """Return a ``GroupBy`` of sets (or of lists) by attribute or function, in order of appearance."""
        members = self.members()
        keys = members.values(by) if isinstance(by, str) else [by(agent) for agent in members]
        places: dict[Any, list[int]] = {}
        for at, key in enumerate(keys):
            places.setdefault(key, []).append(at)
        groups = {key: members.take(np.array(where, np.int64)) for key, where in places.items()}
        if result_type == "agentset":
            return _Groups({key: self._made(group) for key, group in groups.items()})
        return _Groups({key: list(group) for key, group in groups.items()})

    def copy(self) -> LazyAgents:
        """Return a set of those who are in now, to change at will."""
        return type(self)(self.model, self.members())

    __copy__ = copy

    # Attributes

    def get(self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None) -> list[Any]:
        """Return everybody's attribute, or lists of several attributes."""
        if handle_missing not in ("error", "default"):
            raise ValueError(f"Unknown handle_missing option: {handle_missing}, should be one of 'error' or 'default'")
        default = MISSING if handle_missing == "error" else default_value
        members = self.members()
        if isinstance(attr_names, str):
            return members.values(attr_names, default)
        if not attr_names:
            return [[] for _ in range(len(members))]
        return [list(row) for row in zip(*(members.values(name, default) for name in attr_names), strict=True)]

    def set(self, attr_name: str, value: Any) -> Self:
        """Assign one value to everybody (a `TraderSet` also takes an array with a value for each)."""
        members = self.members()
        if members.rows.shape[0]:
            self.model.roster.set_column(attr_name, members.rows, value)
        for code in members.codes[members.codes < 0].tolist():
            setattr(members.agent(code), attr_name, value)
        return self

    def agg(self, attribute: str, func: Any) -> Any:
        """Return ``func`` of everybody's attribute, or a list for several functions."""
        members = self.members()
        functions = (func,) if callable(func) else tuple(func)
        if members.all_rows and all(_of_numpy(f) for f in functions) and not hasattr(TraderHandle, attribute):
            values: Any = members.column(attribute)
        else:
            values = members.values(attribute)
        results = [function(values) for function in functions]
        return results[0] if callable(func) else results

    # Acting

    def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method or function for each agent that is still there when its turn comes."""
        self._call(self.members(), method, args, kwargs)
        return self

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Self:
        """Call a method or function for each agent in random order."""
        self._call(self.shuffle().members(), method, args, kwargs)
        return self

    def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Return the results of a method or function for each agent."""
        return self._call(self.members(), method, args, kwargs)

    def _call(
        self, members: Members, method: str | Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> list[Any]:
        if isinstance(method, str) and members.rows.shape[0]:
            if method in PER_AGENT_ACTS:
                refuse(method)
            getattr(TraderHandle, method)  # an unknown method fails before anybody has acted
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self._in_turn(members)]
        return [method(agent, *args, **kwargs) for agent in self._in_turn(members)]

    def _in_turn(self, members: Members) -> Iterator[Any]:
        """Yield the members, leaving out those who have left since the first turn."""
        registered, live = self.model.registered, self._codes is None
        for agent in members:
            row = is_row(agent, self.model)
            if agent.active if row else (not live or agent in registered):
                yield agent

    # Changing

    def add(self, agent: Any) -> None:
        """Add an agent."""
        if agent not in self:
            mine, theirs = self.members().joined(Members.of(self.model, (agent,)))
            self._become(mine.then(theirs))

    def discard(self, agent: Any) -> None:
        """Take an agent out, if it is in; it stays in the model."""
        if agent in self:
            self._become(self._without((agent,)))

    def remove(self, agent: Any) -> None:
        """Take an agent out; raise KeyError when it is not in; it stays in the model."""
        if agent not in self:
            raise KeyError(agent)
        self._become(self._without((agent,)))

    def pop(self) -> Any:
        """Take out and return the first agent; raise KeyError when empty."""
        for agent in self.members():
            self.remove(agent)
            return agent
        raise KeyError("pop from an empty set")

    def clear(self) -> None:
        """Take everybody out."""
        self._become(Members(self.model, np.zeros(0, np.int64)))

    def _update(self, agents: Iterable[Any]) -> Self:
        return self._become(Members.of(self.model, agents))

    # Leaving and coming back

    def __getstate__(self) -> dict[str, Any]:
        if self._codes is None:
            return {"model": self.model, "codes": None, "objects": ()}
        members = self.members()
        return {"model": self.model, "codes": members.codes, "objects": members.objects}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.model = state["model"]
        self._codes = None
        if state["codes"] is not None:
            self._hold(Members(self.model, state["codes"], tuple(state["objects"])))

    @property
    def _agents(self) -> NoReturn:
        """What Mesa's own methods read; none of them may run on rows without anybody noticing."""
        raise ActsInColumns("set of objects", "this Mesa operation is not carried over; use traders.column(name)")


class TraderSet(LazyAgents):
    """Column traders: the array way (`rows`, `column`, `where`) and Mesa's way to the same set.

    Examples
    --------
    >>> rich = economy.traders.where(economy.traders.column("wealth") > 10_000_00)  # doctest: +SKIP
    >>> rich.agg("cash", np.mean)  # doctest: +SKIP
    """

    name = "traders"

    def _everybody(self) -> Members:
        return Members(self.model, self.model.active_rows())

    def _hold(self, members: Members) -> None:
        if not members.all_rows:
            raise PopulationError("a TraderSet holds column traders only; join other agents with traders | {agent}")
        super()._hold(Members(members.model, members.codes))

    @property
    def rows(self) -> IntArray:
        """Rows in the roster, in the order of the set."""
        return self.members().codes

    def column(self, name: str) -> Any:
        """Return an array of everybody's attribute, in the order of the set."""
        return self.members().column(name)

    def where(self, mask: Any) -> TraderSet:
        """Return those for whom ``mask`` (one bool each) holds."""
        members = self.members()
        chosen = np.asarray(mask, bool)
        if chosen.shape != (len(members),):
            due = f"give one bool for each of the {len(members)} traders"
            raise PopulationError(f"the mask has shape {chosen.shape}; {due}")
        return TraderSet(self.model, members.take(chosen))


class CompositeAgents(LazyAgents):
    """Registered agents and column traders together: what ``model.agents`` is."""

    def _everybody(self) -> Members:
        objects = tuple(self.model.registered)
        codes = np.concatenate([-1 - np.arange(len(objects)), self.model.active_rows()])
        return Members(self.model, codes, objects)


class _Groups(GroupBy):  # type: ignore[misc] # Mesa ships no types
    """Groups whose attributes are aggregated as columns."""

    def agg(self, attr_name: str, func: Callable[[Any], Any]) -> dict[Any, Any]:
        """Return ``func`` of the attribute in each group."""
        return {key: _aggregated(group, attr_name, func) for key, group in self.groups.items()}


def _aggregated(group: Any, attribute: str, function: Callable[[Any], Any]) -> Any:
    if isinstance(group, LazyAgents):
        return group.agg(attribute, function)
    return function([getattr(agent, attribute) for agent in group])


def _first_passing(members: Members, passes: Callable[[Any], bool], at_most: float) -> IntArray:
    chosen: list[int] = []
    for at, agent in enumerate(members):
        if len(chosen) >= at_most:
            break
        if passes(agent):
            chosen.append(at)
    return np.array(chosen, np.int64)


def _of_numpy(function: Any) -> bool:
    """Return whether a function of a list may as well have the array."""
    return str(getattr(function, "__module__", "")).partition(".")[0] == "numpy"
