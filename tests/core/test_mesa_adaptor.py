"""The adaptor: the same behaviour on every Mesa line that is supported."""

from __future__ import annotations

import gc
import json
import pickle
import random
import weakref
from typing import Any

import mesa
import numpy as np
import pytest

from catallaxy.core.errors import OutOfBounds, PlugInError
from catallaxy.core.mesa_adaptor import RESERVED, Collector, ModelBase, as_seed, restore_rng, rng_state, taken_apart

HAS_EVENTS = hasattr(mesa.Model, "schedule_event")
DUE = "give a whole number from 0 to 2**63 - 1, or None to draw one"


class Tally(ModelBase):
    """Counts its ticks; fails in the tick that ``fails_in`` names."""

    def __init__(self, rng: int | None = 7) -> None:
        super().__init__(rng=rng)
        self.ticks: list[int] = []
        self.fails_in: int | None = None
        self.error: type[BaseException] = RuntimeError

    def step(self) -> None:
        if self.fails_in == self.steps:
            raise self.error("a stage failed")
        self.ticks.append(self.steps)


class Clerk(mesa.Agent):
    """An ordinary agent."""


# Seeds


@pytest.mark.parametrize("rng", [7, np.int64(7), np.uint8(7)])
def test_whole_numbers_of_any_kind_are_the_same_seed(rng: Any) -> None:
    model = Tally(rng)
    assert (model.seed, type(model.seed)) == (7, int)
    assert model.random.random() == random.Random(7).random()
    assert model.rng.random() == np.random.default_rng(7).random()


def test_a_seed_is_drawn_and_recorded_when_none_is_given() -> None:
    first, second = Tally(None), Tally(None)
    assert first.seed != second.seed
    assert Tally(first.seed).random.random() == first.random.random()
    assert Tally(first.seed).rng.random() == first.rng.random()


@pytest.mark.parametrize("rng", [-1, 2**63, 1.0, "7", True, [1, 2]])
def test_anything_else_is_no_seed(rng: Any) -> None:
    with pytest.raises(OutOfBounds) as caught:
        as_seed(rng)
    assert str(caught.value) == f"rng is {rng!r}; {DUE}"


def test_resetting_repeats_the_same_draws_without_a_warning() -> None:
    model = Tally()
    draws = model.random.random(), model.rng.random()
    model.reset_randomizer()
    model.reset_rng()
    assert (model.random.random(), model.rng.random()) == draws
    model.reset_randomizer(8)
    model.reset_rng(8)
    other = model.random.random(), model.rng.random()
    model.reset_randomizer()
    model.reset_rng()
    assert (model.random.random(), model.rng.random()) == other != draws
    assert model.seed == 7


# Time


def test_a_step_counts_before_it_acts() -> None:
    model = Tally()
    model.step()
    model.step()
    assert (model.steps, model.ticks) == (2, [1, 2])


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_failed_step_has_not_happened_and_can_be_tried_again(error: type[BaseException]) -> None:
    model = Tally()
    model.step()
    model.fails_in, model.error = 2, error
    for _ in range(2):
        with pytest.raises(error):
            model.step()
        assert (model.steps, model.ticks) == (1, [1])
        assert getattr(model, "time", 1.0) == 1.0
    model.fails_in = None
    model.step()
    model.step()
    assert (model.steps, model.ticks) == (3, [1, 2, 3])
    assert getattr(model, "time", 3.0) == 3.0


def test_the_clock_can_be_set_to_a_checkpoint() -> None:
    model = Tally()
    model.set_clock(500)
    model.step()
    model.set_clock(20)
    model.step()
    model.step()
    assert model.ticks == [501, 21, 22]
    assert getattr(model, "time", 22.0) == 22.0


@pytest.mark.skipif(not HAS_EVENTS, reason="this Mesa has no event queue")
def test_an_event_that_fails_after_the_step_leaves_the_step_done() -> None:
    model = Tally()

    def fail() -> None:
        raise RuntimeError("an event failed")

    model.schedule_event(fail, at=1.0)
    with pytest.raises(RuntimeError):
        model.step()
    model.step()
    assert (model.steps, model.ticks) == (2, [1, 2])


@pytest.mark.skipif(not HAS_EVENTS, reason="this Mesa has no event queue")
def test_users_events_still_happen_in_their_tick() -> None:
    model = Tally()
    seen: list[int] = []

    def look() -> None:
        seen.append(model.steps)

    model.schedule_event(look, at=2.5)
    for _ in range(4):
        model.step()
    assert seen == [2]


# Agents


def test_agents_count_from_one_in_each_model() -> None:
    for model in (Tally(), Tally()):
        Clerk(model)
        Clerk(model)
        assert [agent.unique_id for agent in model.registered] == [1, 2]
        assert list(model.registered_by_type) == [Clerk]


def test_numbers_go_on_after_pickling() -> None:
    model = Tally()
    Clerk(model)
    model.step()
    again = pickle.loads(pickle.dumps(model))
    assert Clerk(again).unique_id == 2
    again.step()
    assert (again.ticks, model.ticks) == ([1, 2], [1])


def test_a_model_is_freed_when_nobody_holds_it() -> None:
    model = Tally()
    Clerk(model)
    model.step()
    gone = weakref.ref(model)
    del model
    gc.collect()
    assert gone() is None


# Names


def test_mesas_new_names_are_refused_to_subclasses() -> None:
    with pytest.raises(PlugInError) as caught:
        type("Late", (Tally,), {"time": 3, "scenario": "markets"})
    assert str(caught.value) == "Late defines scenario, time; newer Mesa keeps that name for itself"


def test_the_list_of_reserved_names_is_complete() -> None:
    """What this Mesa has beyond 3.3's model is reserved on every line."""
    known = {
        "agent_types", "agents", "agents_by_type", "deregister_agent", "random", "register_agent", "remove_all_agents",
        "reset_randomizer", "reset_rng", "rng", "run_model", "running", "step", "steps",
    }  # fmt: skip
    public = {name for name in {*dir(mesa.Model), *vars(mesa.Model())} if not name.startswith("_")}
    assert public - known <= RESERVED


def test_the_scenario_that_mesa_looks_for_is_never_there() -> None:
    model = Tally()
    assert model.scenario is None
    for value in ("markets", object()):
        if isinstance(value, str) or HAS_EVENTS:
            with pytest.raises(AttributeError):
                model.scenario = value


def test_our_own_scenarios_pass_through() -> None:
    assert taken_apart("markets", 7) == ("markets", 7, {})
    assert taken_apart({"traders": {"number": 5}}) == ({"traders": {"number": 5}}, None, {})


@pytest.mark.skipif(not HAS_EVENTS, reason="this Mesa has no Scenario")
def test_a_mesa_scenario_is_taken_apart() -> None:
    from mesa.experimental.scenarios import Scenario

    assert taken_apart(Scenario(rng=7, traders__number=5)) == (None, 7, {"traders__number": 5})
    assert taken_apart(Scenario(scenario="markets"), 7) == ("markets", 7, {})
    assert taken_apart(Scenario(rng=7), 7) == (None, 7, {})
    with pytest.raises(OutOfBounds) as caught:
        taken_apart(Scenario(rng=7), 8)
    assert str(caught.value) == "rng is 8; the scenario says 7; give one of them"


# Checkpoints of random numbers


@pytest.mark.parametrize("bits", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_generators_survive_a_trip_through_json(bits: str) -> None:
    model, other = Tally(), Tally(8)
    model.rng = np.random.Generator(getattr(np.random, bits)(5))
    model.random.gauss(0, 1)
    model.rng.normal(size=3)
    model.rng.integers(5, dtype=np.int32)
    model.rng.spawn(2)

    restore_rng(other, json.loads(json.dumps(rng_state(model))))

    assert model.random.gauss(0, 1) == other.random.gauss(0, 1)
    assert model.random.random() == other.random.random()
    assert (
        model.rng.integers(2**31, size=9, dtype=np.int32).tolist()
        == other.rng.integers(2**31, size=9, dtype=np.int32).tolist()
    )
    assert model.rng.normal(size=9).tolist() == other.rng.normal(size=9).tolist()
    assert model.rng.spawn(1)[0].random() == other.rng.spawn(1)[0].random()


def test_generators_are_restored_in_place_where_possible() -> None:
    model = Tally()
    state, held = rng_state(model), (model.random, model.rng)
    draws = model.random.random(), model.rng.random()
    restore_rng(model, state)
    assert (held[0].random(), held[1].random()) == draws


# Data collection


def collected(model: Tally, days: int) -> Collector:
    collector = Collector(model_reporters={"tick": "steps", "seed": lambda m: m.seed}, tables={"notes": ["text"]})
    collector.collect(model)
    for _ in range(days):
        for _ in range(3):
            model.step()
        collector.collect(model)
    return collector


def test_daily_rows_look_like_mesas() -> None:
    collector = collected(Tally(), 3)
    assert collector.model_vars["tick"] == [0, 3, 6, 9]
    frame = collector.get_model_vars_dataframe()
    assert frame["tick"].tolist() == [0, 3, 6, 9]
    assert frame["seed"].tolist() == [7, 7, 7, 7]
    collector.add_table_row("notes", {"text": "kept"})
    assert collector.get_table_dataframe("notes")["text"].tolist() == ["kept"]


def test_batch_run_finds_the_last_row_before_a_step() -> None:
    model = Tally()
    collector = collected(model, 3)
    found = [batch_row(model, collector, step) for step in range(1, 12)]
    assert found == [0, 0, 3, 3, 3, 6, 6, 6, 9, 9, 9]


def test_a_collector_survives_pickling() -> None:
    model = Tally()
    collector = Collector(model_reporters={"tick": "steps"})
    collector.collect(model)
    again = pickle.loads(pickle.dumps(collector))
    model.step()
    again.collect(model)
    assert again.model_vars["tick"] == [0, 1]
    assert collector.model_vars["tick"] == [0]
    assert again.get_model_vars_dataframe()["tick"].tolist() == [0, 1]


def test_rows_after_a_checkpoint_can_be_forgotten() -> None:
    model = Tally()
    collector = Collector(model_reporters={"tick": "steps"}, agent_reporters={"id": "unique_id"})
    Clerk(model)
    for _ in range(4):
        model.step()
        collector.collect(model)
    model.set_clock(2)
    collector.rewind(2)
    model.step()
    collector.collect(model)
    assert collector.model_vars["tick"] == [1, 2, 3]
    assert collector.get_agent_vars_dataframe().index.get_level_values(0).tolist() == [1, 2, 3]
    assert batch_row(model, collector, 2) == 2


def batch_row(model: Tally, collector: Collector, step: int) -> Any:
    """Return what Mesa's batch runner finds for the end of a step."""
    model.datacollector = collector
    shift = 0 if hasattr(mesa.DataCollector(), "_collection_steps") else 1  # 3.3 counts steps from 0
    return mesa.batchrunner._collect_data(model, step - shift)[0]["tick"]
