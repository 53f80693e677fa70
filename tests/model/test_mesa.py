"""An economy as a Mesa model: batch runs, the dashboard and its Reset, on every Mesa line."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import mesa
import pytest

from catallaxy.core.errors import OutOfBounds
from catallaxy.core.mesa_adaptor import AgentSet
from catallaxy.model.economy import Economy

SMALL: dict[str, Any] = {
    "scenario": "markets",
    "traders__number": 60,
    "stocks__number": 1,
    "anchor__source": "walk",
    "clock__ticks_per_day": 10,
}
HAS_RNG = "rng" in inspect.signature(mesa.batch_run).parameters


def batch(parameters: dict[str, Any], **settings: Any) -> list[dict[str, Any]]:
    """Run a batch of 25 ticks, two and a half days."""
    rows: list[dict[str, Any]] = mesa.batch_run(
        Economy, SMALL | parameters, max_steps=25, display_progress=False, **settings
    )
    return rows


def alone(**settings: Any) -> Economy:
    """Return the same economy, run by itself to its last day end."""
    economy = Economy(**(SMALL | settings))
    economy.run(days=2)
    return economy


# Batch runs


def test_a_batch_repeats_single_runs_seed_by_seed() -> None:
    rows = batch({"rng": [1, 2], "traders__activity": [0.1, 0.5]})
    assert [(row["seed"], row["traders__activity"]) for row in rows] == [(1, 0.1), (1, 0.5), (2, 0.1), (2, 0.5)]
    for row in rows:
        economy = alone(rng=row["seed"], traders__activity=row["traders__activity"])
        assert (row["index"], row["day"]) == (economy.index, 2)


@pytest.mark.skipif(not HAS_RNG, reason="this Mesa's batch_run takes iterations instead")
def test_a_batch_takes_seeds_of_its_own_argument() -> None:
    assert [row["seed"] for row in batch({}, rng=[5, 6])] == [5, 6]


@pytest.mark.filterwarnings("ignore:The `iterations` keyword:DeprecationWarning")
def test_iterations_draw_and_record_their_seeds() -> None:
    first, second = batch({}, iterations=2)
    assert first["seed"] != second["seed"]
    assert alone(rng=first["seed"]).index == first["index"]


def test_every_day_can_be_had() -> None:
    rows = batch({"rng": 3}, data_collection_period=1)
    assert sorted({row["day"] for row in rows}) == [0, 1, 2]
    assert {row["index"] for row in rows if row["day"] == 2} == {alone(rng=3).index}


def test_a_batch_shorter_than_a_day_reports_the_opening() -> None:
    (row,) = mesa.batch_run(Economy, SMALL | {"rng": 3}, max_steps=4, display_progress=False)
    assert (row["day"], row["index"]) == (0, 100.0)


def test_an_economy_stops_running_when_the_scenario_ends() -> None:
    """Batch runs, ``run_model`` and the dashboard's play button go on while ``running``."""
    economy = Economy(**SMALL, rng=3, clock__days=2)
    while economy.running and economy.tick < 30:
        economy.step()
    assert (economy.tick, economy.running) == (20, False)


@pytest.mark.slow
def test_a_batch_runs_in_processes_of_its_own() -> None:
    parallel = batch({"rng": [1, 2]}, number_processes=2)
    assert sorted((row["seed"], row["index"]) for row in parallel) == [(s, alone(rng=s).index) for s in (1, 2)]


# The constructor


def test_seed_is_another_word_for_rng() -> None:
    assert Economy(**SMALL, seed=5).seed == 5
    assert Economy(**SMALL, seed=5, rng=5).seed == 5
    with pytest.raises(OutOfBounds) as caught:
        Economy(**SMALL, seed=5, rng=6)
    assert str(caught.value) == "seed is 5; rng says 6; give one of them"


def test_the_signature_suits_mesas_dashboard() -> None:
    """Mesa 3.3 accepts settings it does not know only when the rest is called ``kwargs``."""
    parameters = inspect.signature(Economy.__init__).parameters
    assert parameters["kwargs"].kind is inspect.Parameter.VAR_KEYWORD
    assert not any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters.values())
    assert {"rng", "seed", "scenario"} <= set(parameters)


@pytest.mark.skipif(not hasattr(mesa.Model, "schedule_event"), reason="this Mesa has no Scenario")
def test_a_mesa_scenario_gives_seed_and_overrides() -> None:
    from mesa.experimental.scenarios import Scenario

    economy = Economy(Scenario(rng=5, **SMALL))
    assert (economy.seed, economy.settings.name, economy.settings.traders.number) == (5, "markets", 60)
    assert economy.scenario is None


# Agents


def test_all_agents_act_as_mesas() -> None:
    economy = alone(rng=4)
    agents = economy.agents
    assert isinstance(agents, AgentSet)
    assert agents.select(agent_type=mesa.Agent) == agents
    traders = economy.traders
    assert traders.agg("cash", sum) == int(economy.roster.column("cash").sum())
    some = traders.sort("wealth").select(at_most=5)
    assert some.get("wealth") == sorted(traders.get("wealth"), reverse=True)[:5]
    assert [handle.wealth for handle in some] == some.get("wealth")
    assert sum(traders.groupby("group").count().values()) == len(traders) == 60


# The dashboard


@pytest.fixture
def clicks() -> Iterator[Any]:
    """A dashboard without a browser: ``clicks(element)`` shows it and returns a function that clicks."""
    solara, ipyvuetify = pytest.importorskip("solara"), pytest.importorskip("ipyvuetify")
    pytest.importorskip("altair")
    from mesa.visualization import solara_viz

    if "TabsItems" in inspect.getsource(solara_viz) and not hasattr(solara.v, "TabsItems"):
        pytest.skip("the dashboard of this Mesa needs ipyvuetify before 3")
    shown: list[Any] = []

    def show(element: Any) -> Any:
        # Controls are in a sidebar, which only a layout shows.
        _box, context = solara.render(solara.AppLayout(children=[element]), handle_error=False)
        shown.append(context)

        def click(label: str) -> None:
            context.find(ipyvuetify.Btn, children=[label]).widget.click()

        return click

    yield show
    for context in shown:
        context.close()


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning", "ignore::FutureWarning")
def test_the_dashboard_steps_and_resets_to_its_parameters(clicks: Any) -> None:
    import solara
    from mesa.visualization import SolaraViz

    model = solara.reactive(Economy(**(SMALL | {"traders__number": 40}), rng=1))
    slider = {"type": "SliderInt", "label": "traders", "value": 60, "min": 1, "max": 99, "step": 1}
    parameters = SMALL | {"rng": 9, "stocks__number": 2, "traders__number": slider}
    click = clicks(SolaraViz(model, model_params=parameters))

    click("Step")
    before = model.value
    assert (before.tick, before.seed, before.settings.traders.number) == (1, 1, 40)

    click("Reset")
    after = model.value
    assert after is not before
    assert (after.tick, after.seed, after.running) == (0, 9, True)
    assert (after.settings.name, after.settings.traders.number, after.settings.stocks.number) == ("markets", 60, 2)

    click("Step")
    assert (model.value.tick, before.tick) == (1, 1)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning", "ignore::FutureWarning")
def test_the_documented_page_opens_steps_and_resets(clicks: Any) -> None:
    pytest.importorskip("solara")
    pytest.importorskip("altair")
    from catallaxy.visualization import app

    click = clicks(app.Page())
    click("Step")
    click("Reset")
    click("Step")
