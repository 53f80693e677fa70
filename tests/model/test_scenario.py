"""Scenarios: where they come from, and what is said about a mistake in one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catallaxy.agents.strategies.noise import NoiseSettings
from catallaxy.core.errors import CatallaxyError, OutOfBounds, ScenarioError, UnknownKey, UnknownScenario
from catallaxy.model.economy import Economy
from catallaxy.model.scenario import Scenario, load_scenario, parse_set, scenario_names


def refused(source: Any, overrides: dict[str, Any] | None = None, kind: type[CatallaxyError] = ScenarioError) -> str:
    """Return what is said about a scenario that cannot be used."""
    with pytest.raises(kind) as caught:
        load_scenario(source, overrides)
    return str(caught.value)


def test_the_scenarios_that_ship_load_and_keep_their_name() -> None:
    assert set(scenario_names()) >= {"markets", "living-economy"}
    for name in scenario_names():
        assert load_scenario(name).name == name


def test_an_unknown_scenario_names_the_nearest() -> None:
    assert refused("marktes", kind=UnknownScenario) == "no scenario 'marktes'; did you mean 'markets'?"
    with pytest.raises(UnknownScenario) as caught:
        Economy("marktes")
    assert str(caught.value) == "no scenario 'marktes'; did you mean 'markets'?"


def test_a_file_that_is_not_there_is_said_to_be_unknown() -> None:
    assert refused("nowhere/markets.toml", kind=UnknownScenario).startswith("no scenario 'nowhere/markets.toml'")


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("name = ")
    assert refused(path).startswith(f"{path} is not valid TOML: ")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"traders": {"numbr": 5}}, "unknown key 'traders.numbr'; did you mean 'traders.number'?"),
        ({"tradrs": {"number": 5}}, "unknown key 'tradrs'; did you mean 'traders'?"),
        ({"traders": {"number": -1}}, "traders.number is -1; Input should be greater than or equal to 0"),
        ({"traders": {"activity": 0.0}}, "traders.activity is 0.0; Input should be greater than 0"),
        ({"traders": {"activity": float("nan")}}, "traders.activity is nan; Input should be a finite number"),
        ({"clock": {"days": 0}}, "clock.days is 0; Input should be greater than or equal to 1"),
        ({"exchange": {"collar": 1.0}}, "exchange.collar is 1.0; Input should be less than 1"),
        ({"exchange": {"rounds": 0}}, "exchange.rounds is 0; Input should be greater than or equal to 1"),
        ({"threads": 0}, "threads is 0; Input should be greater than or equal to 1"),
        ({"identities": "none"}, "identities is 'none'; Input should be 'fast' or 'full'"),
        ({"strategy": {"noise": {"widht": 0.1}}},
         "unknown key 'strategy.noise.widht'; did you mean 'strategy.noise.width'?"),
        ({"strategy": {"noise": {"width": 9.0}}},
         "strategy.noise.width is 9.0; Input should be less than or equal to 0.5"),
        ({"strategy": {"nose": {}}}, "unknown key 'strategy.nose'; did you mean 'strategy.noise'?"),
        ({"traders": {"mix": {"nose": 1}}}, "unknown key 'traders.mix.nose'; did you mean 'traders.mix.noise'?"),
        ({"traders": {"extra": {"nose": 1}}}, "unknown key 'traders.extra.nose'; did you mean 'traders.extra.noise'?"),
        ({"traders": {"muted": ("nose",)}}, "unknown key 'traders.muted.nose'; did you mean 'traders.muted.noise'?"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_what_was_due(values: dict[str, Any], message: str) -> None:
    assert refused(values) == message
    assert refused("markets", values) == message


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"mix": {"noise": -0.5, "herder": 1.0}}, "mix.noise is -0.5; give a share of 0 or more"),
        ({"mix": {}}, "mix has no positive share; name at least one strategy, or set number = 0"),
        ({"extra": {"noise": -1}}, "extra.noise is -1; give 0 or more traders"),
    ],
)
def test_a_mix_that_makes_no_sense_is_refused(values: dict[str, Any], message: str) -> None:
    assert message in refused({"traders": values})


def test_symbols_must_be_as_many_as_the_stocks_and_differ() -> None:
    assert "symbols names 1 stocks, but number is 2; make them agree" in refused(
        {"stocks": {"number": 2, "symbols": ("A",)}}
    )
    assert "symbols repeat; give each stock its own" in refused({"stocks": {"number": 2, "symbols": ("A", "A")}})
    assert "opening_low is 500, above opening_high = 400" in refused(
        {"stocks": {"opening_low": 500, "opening_high": 400}}
    )


def test_overrides_lie_over_the_file_and_leave_the_rest_alone() -> None:
    scenario = load_scenario("markets", {"traders": {"number": 5}, "strategy": {"noise": {"width": 0.01}}})
    plain = load_scenario("markets")
    assert (scenario.traders.number, scenario.settings_of("noise").width) == (5, 0.01)
    assert scenario.clock == plain.clock
    assert scenario.settings_of("herder") == plain.settings_of("herder")


def test_the_effective_scenario_writes_out_every_default_and_loads_to_itself() -> None:
    effective = load_scenario("markets", {"traders": {"number": 5}}).effective()
    assert effective["strategy"]["noise"]["width"] == NoiseSettings().width
    again = Scenario.of(effective)
    assert again.effective() == effective
    assert again.traders.number == 5


def test_groups_add_up_and_extras_come_on_top() -> None:
    traders = load_scenario("markets", {"traders": {"number": 101, "extra": {"noise": 3, "herder": 0}}}).traders
    groups = traders.groups()
    assert sum(groups.values()) == 104
    alone = load_scenario("markets", {"traders": {"number": 101}}).traders.groups()
    assert groups == alone | {"noise": alone["noise"] + 3}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_an_economy_of_hardly_anybody_runs(number: int) -> None:
    economy = Economy(rng=1, traders__number=number, stocks__number=1, anchor__source="walk", identities="full")
    economy.run(ticks=31)
    assert int(economy.balance_sheet().to_numpy().sum()) == 0
    assert economy.roster.size == number


# Words of the command line


def test_assignments_are_toml_and_bare_words_are_text() -> None:
    assert parse_set(["a.b=1", "a.c=true", "d=word", "e=[1, 2]", "f.g.h=0.5", 'i="x=y"']) == {
        "a": {"b": 1, "c": True}, "d": "word", "e": [1, 2], "f": {"g": {"h": 0.5}}, "i": "x=y",
    }  # fmt: skip
    assert parse_set(["a=1", "a=2"]) == {"a": 2}
    assert parse_set([]) == {}


@pytest.mark.parametrize("word", ["traders", "=5", ".number=5", "traders.=5", "traders..number=5"])
def test_an_assignment_without_a_key_or_a_value_says_what_to_give(word: str) -> None:
    with pytest.raises(OutOfBounds) as caught:
        parse_set([word])
    assert str(caught.value) == f"--set is {word!r}; give component.field=value, such as traders.number=500"


@pytest.mark.parametrize("words", [("traders=5", "traders.number=3"), ("traders.number=3", "traders=5")])
def test_a_table_and_its_field_cannot_both_be_assigned(words: tuple[str, str]) -> None:
    with pytest.raises(OutOfBounds) as caught:
        parse_set(words)
    other = words[0].partition("=")[0]
    assert str(caught.value) == f"--set is {words[1]!r}; {other} is set as well; give one of them"


def test_unknown_keys_survive_the_trip_from_a_worker() -> None:
    import pickle

    error = UnknownKey("traders.numbr", ("traders.number",))
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
