"""Everything that differs between Mesa 3.3 and 3.5, in one place.

`ModelBase` is the ``mesa.Model`` that an economy builds on. On every Mesa line it has the same seed
rules, the same agent numbers and the same step counter, frees its memory when it goes, and keeps the
names that newer lines reserve (``scenario``, ``time``, ...) out of the way of ours. `Collector` is the
``DataCollector`` whose rows `mesa.batch_run` finds on every line, also when they are collected daily.
"""

from __future__ import annotations

import operator
import secrets
import sys
from bisect import bisect_right
from collections.abc import ItemsView, Mapping, Sequence
from typing import Any

import mesa
import numpy as np
from mesa.agent import AgentSet

from .errors import OutOfBounds, PlugInError

try:
    from mesa.agentset import GroupBy  # 3.4 and later
except ImportError:
    from mesa.agent import GroupBy

__all__ = [
    "AgentSet",
    "Collector",
    "GroupBy",
    "ModelBase",
    "RESERVED",
    "as_seed",
    "restore_rng",
    "rng_state",
    "taken_apart",
]

SEED_LIMIT = 2**63

RESERVED = frozenset(
    {"agent_id_counter", "data_registry", "run_for", "run_until", "scenario", "schedule_event", "schedule_recurring"}
    | {"time", "batch", "clear_all_subscriptions", "notify", "observables", "observe", "subscribers", "suppress"}
    | {"unobserve"}
)
"""Public names that Mesa's ``Model`` has on some line we support but not on all: never ours to define."""


def as_seed(rng: object) -> int:
    """Return the seed of a run: ``rng`` itself, or a number drawn from the system when it is None.

    Examples
    --------
    >>> as_seed(np.int64(7))
    7
    >>> as_seed(-1)
    Traceback (most recent call last):
    ...
    catallaxy.core.errors.OutOfBounds: rng is -1; give a whole number from 0 to 2**63 - 1, or None to draw one
    """
    if rng is None:
        return secrets.randbits(32)
    try:
        seed = -1 if isinstance(rng, bool) else operator.index(rng)  # type: ignore[arg-type] # raises if it is none
    except TypeError:
        seed = -1
    if not 0 <= seed < SEED_LIMIT:
        raise OutOfBounds("rng", rng, "give a whole number from 0 to 2**63 - 1, or None to draw one")
    return seed


class ModelBase(mesa.Model):  # type: ignore[misc] # Mesa ships no types
    """A ``mesa.Model`` that behaves the same on every Mesa line from 3.3.

    Parameters
    ----------
    rng : int, optional
        Seed of the run; drawn and recorded in `seed` when None.

    Notes
    -----
    A subclass overrides `step` as a method of its class, because Mesa wraps it in the constructor. A
    step that raises leaves ``steps`` (and Mesa's clock) where they were, so that it can be tried again.

    Examples
    --------
    >>> class Clock(ModelBase):
    ...     def step(self) -> None:
    ...         print("tick", self.steps)
    >>> model = Clock(rng=7)
    >>> model.step()
    tick 1
    >>> model.seed, model.steps
    (7, 1)
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        taken = sorted(RESERVED & cls.__dict__.keys())
        if taken:
            raise PlugInError(f"{cls.__name__} defines {', '.join(taken)}; newer Mesa keeps that name for itself")
        super().__init_subclass__(**kwargs)

    def __init__(self, rng: int | None = None) -> None:
        seed = as_seed(rng)
        super().__init__(rng=seed)
        self.seed = seed
        self._rng: Mapping[str, Any] = self.rng.bit_generator.state
        self._seed = seed  # 3.3 leaves it None, and then reset_randomizer would draw anew
        if not hasattr(self, "agent_id_counter"):
            self.agent_id_counter = 1  # 3.3 counts in a dict of the class instead
        self._mesa_step = self.step
        self.__dict__["step"] = self._step_or_stay

    # Time

    def step(self) -> None:
        """Advance by one tick; subclasses say how."""

    def _step_or_stay(self) -> None:
        """Step as Mesa does; when our step fails, put Mesa's counters back and let the error pass."""
        steps, sealed = self.steps, self._default_steps()
        try:
            self._mesa_step()
        except BaseException:
            if sealed is None or self._default_steps() == sealed:
                self.set_clock(steps)
            raise

    def _default_steps(self) -> int | None:
        """Return how often Mesa's event queue has completed our step; None where there is no queue."""
        generator = getattr(self, "_default_schedule", None)
        return None if generator is None else int(generator.execution_count)

    def set_clock(self, steps: int) -> None:
        """Let ``steps`` ticks have passed, as after loading a checkpoint.

        Where Mesa has a clock of its own it follows, and its next event is the tick after.
        """
        self.steps = steps
        if hasattr(self, "time"):
            self.time = float(steps)
        generator = getattr(self, "_default_schedule", None)
        if generator is not None:
            generator._current_event.cancel()
            generator._schedule_next(steps + 1.0)

    # Agents

    def register_agent(self, agent: Any) -> None:
        """Register ``agent`` and number it; numbers count from 1 in each model."""
        counters = getattr(mesa.Agent, "_ids", None)
        if counters is not None:  # 3.3: this dict would keep the model, and all it holds, alive for ever
            counters.pop(self, None)
            agent.unique_id = self.agent_id_counter
            self.agent_id_counter += 1
        super().register_agent(agent)

    @property
    def registered(self) -> Any:
        """The agents registered with Mesa itself, as Mesa's own live set."""
        return self._all_agents

    @property
    def registered_by_type(self) -> dict[type, Any]:
        """Mesa's own live sets of registered agents, by type."""
        return dict(self._agents_by_type)

    # Names that Mesa 3.5 owns

    @property
    def scenario(self) -> None:
        """Always None: our scenario is in ``settings``.

        Mesa 3.5 owns this name, and Reset in its dashboard would replace our ``scenario=`` argument by
        a new ``mesa.Scenario`` if it found one here.
        """
        return None

    @scenario.setter
    def scenario(self, scenario: Any) -> None:
        if isinstance(scenario, str) or "_default_schedule" in self.__dict__:
            raise AttributeError("scenario cannot be assigned; make a new model with scenario=...")
        scenario.model = self

    # Randomness of users' own agents

    def reset_randomizer(self, seed: int | None = None) -> None:
        """Start ``self.random`` again, from ``seed`` or from the seed it was last started with."""
        self._seed = self._seed if seed is None else as_seed(seed)
        self.random.seed(self._seed)

    def reset_rng(self, rng: Any = None) -> None:
        """Start ``self.rng`` again, from ``rng`` or from the state it was last started with."""
        if rng is None:
            self.rng = _generator(self._rng)
        else:
            self.rng = np.random.default_rng(rng)
            self._rng = self.rng.bit_generator.state


def _generator(state: Mapping[str, Any]) -> np.random.Generator:
    bits = getattr(np.random, state["bit_generator"])()
    bits.state = state
    return np.random.Generator(bits)


def rng_state(model: mesa.Model) -> dict[str, Any]:
    """Return the states of ``model.random`` and ``model.rng`` as JSON values.

    Examples
    --------
    >>> model = ModelBase(rng=7)
    >>> state = rng_state(model)
    >>> draw = model.random.random(), model.rng.random()
    >>> restore_rng(model, state)
    >>> draw == (model.random.random(), model.rng.random())
    True
    """
    version, words, gauss = model.random.getstate()
    bits = model.rng.bit_generator
    seeds = bits.seed_seq
    return {
        "random": {"version": version, "words": list(words), "gauss": gauss},
        "rng": _plain(bits.state),
        "spawned": getattr(seeds, "n_children_spawned", None),
        "entropy": _plain(getattr(seeds, "entropy", None)),
        "spawn_key": _plain(getattr(seeds, "spawn_key", ())),
    }


def restore_rng(model: mesa.Model, state: Mapping[str, Any]) -> None:
    """Put ``model.random`` and ``model.rng`` into a state from `rng_state`, in place where possible.

    A generator that has spawned a different number of children than the stored one is replaced, so
    that later ``spawn`` calls give the same children as well.
    """
    stored = state["random"]
    model.random.setstate((stored["version"], tuple(stored["words"]), stored["gauss"]))
    numbers = _rebuilt(state["rng"])
    bits = model.rng.bit_generator
    seeds = bits.seed_seq
    same_kind = type(bits).__name__ == numbers["bit_generator"]
    if not (same_kind and getattr(seeds, "n_children_spawned", None) == state["spawned"]):
        if state["spawned"] is not None:
            seeds = np.random.SeedSequence(
                _rebuilt(state["entropy"]),
                spawn_key=tuple(_rebuilt(state["spawn_key"])),
                n_children_spawned=state["spawned"],
            )
        bits = getattr(np.random, numbers["bit_generator"])(seeds)
        model.rng = np.random.Generator(bits)
    bits.state = numbers


def _plain(value: Any) -> Any:
    """Return ``value`` with arrays as lists that remember their dtype, and wide integers as hexadecimal."""
    match value:
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case np.ndarray():
            return {"dtype": value.dtype.str, "values": value.tolist()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case int() | np.integer():
            return int(value) if abs(int(value)) < 2**53 else {"hex": hex(value)}
    return value


def _rebuilt(value: Any) -> Any:
    """Undo `_plain`."""
    match value:
        case {"dtype": dtype, "values": values}:
            return np.array(values, dtype=np.dtype(dtype))
        case {"hex": digits}:
            return int(digits, 16)
        case Mapping():
            return {key: _rebuilt(item) for key, item in value.items()}
        case list():
            return [_rebuilt(item) for item in value]
    return value


def taken_apart(scenario: Any, rng: Any = None, seed: Any = None) -> tuple[Any, Any, dict[str, Any]]:
    """Return (scenario, rng, overrides) from the arguments of a constructor as Mesa may give them.

    ``seed`` is another word for ``rng``: Mesa 3.5's ``batch_run`` passes its own seeds under that name
    to a model that has it, and would overwrite a parameter ``rng`` of the batch if the model had not.
    Mesa 3.5 also lets a model be made as ``Model(scenario=Scenario(rng=1, traders__number=500))``: the
    parameters of such a scenario are overrides of ours, and one called ``scenario`` names ours.
    Anything else passes through; scenario and rng are None where nobody gave them.

    Examples
    --------
    >>> taken_apart("markets", seed=7)
    ('markets', 7, {})
    """
    rng = _one_of("seed", seed, "rng", rng)
    home = sys.modules.get("mesa.experimental.scenarios")
    if home is None or not isinstance(scenario, home.Scenario):
        return scenario, rng, {}
    given = dict(scenario)
    rng = _one_of("rng", rng, "the scenario", given.pop("rng", None))
    return given.pop("scenario", None), rng, given


def _one_of(name: str, value: Any, other_name: str, other: Any) -> Any:
    if value is not None and other is not None and value != other:
        raise OutOfBounds(name, value, f"{other_name} says {other!r}; give one of them")
    return other if value is None else value


class Collector(mesa.DataCollector):  # type: ignore[misc] # Mesa ships no types
    """A ``mesa.DataCollector`` that may collect at any ticks, such as day ends.

    Takes the arguments of ``mesa.DataCollector``. Its frames and lists are Mesa's. Mesa 3.3's
    ``batch_run`` takes item number s of a list for the row of step s, which is right only if every
    step collects; here it gets the last row collected by then, as on 3.5.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not hasattr(self, "_collection_steps"):
            self._collection_steps: list[float] = []
            self.model_vars: dict[str, list[Any]] = _ModelVars(self.model_vars, self._collection_steps)

    def collect(self, model: mesa.Model) -> None:
        """Collect one row of everything that is reported."""
        super().collect(model)
        if isinstance(self.model_vars, _ModelVars):
            self._collection_steps.append(model.steps)

    def rewind(self, steps: int) -> None:
        """Forget the rows collected after ``steps`` ticks, before those are run again."""
        kept = bisect_right(self._collection_steps, steps)
        del self._collection_steps[kept:]
        for column in self.model_vars.values():
            del column[kept:]
        for records in (self._agent_records, self._agenttype_records):
            for step in [step for step in records if step > steps]:
                del records[step]


class _ModelVars(dict[str, Any]):
    """Lists by reporter; ``items()``, which only 3.3's batch runner reads, gives them by step."""

    def __init__(self, columns: Mapping[str, list[Any]], steps: list[float]) -> None:
        super().__init__((name, columns[name]) for name in columns)
        self.steps = steps

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override] # as read-only as the dict's own
        return {name: _RowsByStep(self[name], self.steps) for name in self}.items()

    def __reduce__(self) -> tuple[Any, ...]:
        return _ModelVars, ({name: self[name] for name in self}, self.steps)


class _RowsByStep(Sequence[Any]):
    """A column in which item s is the last row collected by the end of step s (counted from 0)."""

    def __init__(self, rows: list[Any], steps: list[float]) -> None:
        self.rows, self.steps = rows, steps

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, step: Any) -> Any:
        return self.rows[max(bisect_right(self.steps, step + 1) - 1, 0)]
