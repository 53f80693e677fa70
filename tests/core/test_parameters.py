"""Settings are checked once, where they are made, and a wrong one is named with its remedy."""

from __future__ import annotations

import pytest
from pydantic import Field, ValidationError

from catallaxy.core.errors import OutOfBounds, UnknownKey
from catallaxy.core.parameters import Parameters, fields_of, nested, overlaid, unflattened


class Clock(Parameters):
    days: int = Field(252, ge=1, description="trading days")
    ticks_per_day: int = Field(30, ge=1, le=1440, description="ticks a day")


class World(Parameters):
    name: str = Field("world", description="its name")
    growth: float = Field(0.02, gt=-1.0, description="growth a year, as a fraction")
    clock: Clock = Field(Clock(), description="the calendar")
    other: Clock | None = Field(None, description="a second calendar, or none")


def test_defaults_make_a_world() -> None:
    assert World.of({}).clock.days == 252


def test_a_value_out_of_bounds_is_named_by_its_dotted_key() -> None:
    with pytest.raises(OutOfBounds) as caught:
        World.of({"clock": {"days": 0}})

    assert str(caught.value) == "clock.days is 0; Input should be greater than or equal to 1"


def test_the_place_of_a_table_goes_before_its_keys() -> None:
    with pytest.raises(OutOfBounds) as caught:
        Clock.of({"ticks_per_day": 2000}, at="clock")

    assert str(caught.value) == "clock.ticks_per_day is 2000; Input should be less than or equal to 1440"


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nmae": "x"}, "unknown key 'nmae'; did you mean 'name'?"),
        ({"clock": {"dasy": 3}}, "unknown key 'clock.dasy'; did you mean 'clock.days'?"),
        ({"qqqqq": 3}, "unknown key 'qqqqq'; known: clock, growth, name, other"),
        ({"other": {"day": 3}}, "unknown key 'other.day'; did you mean 'other.days'?"),
    ],
)
def test_an_unknown_key_names_the_nearest_one_at_its_place(values: dict[str, object], message: str) -> None:
    with pytest.raises(UnknownKey) as caught:
        World.of(values)

    assert str(caught.value) == message


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_is_refused(value: float) -> None:
    with pytest.raises(OutOfBounds) as caught:
        World.of({"growth": value})

    assert str(caught.value) == f"growth is {value!r}; Input should be a finite number"


def test_text_is_no_number() -> None:
    with pytest.raises(OutOfBounds) as caught:
        World.of({"clock": {"days": "many"}})

    assert caught.value.key == "clock.days"
    assert caught.value.value == "many"


def test_settings_are_frozen() -> None:
    world = World()

    with pytest.raises(ValidationError):
        world.name = "other"  # type: ignore[misc]  # the point of the test

    assert world.name == "world"


def test_a_wrong_default_is_found_when_settings_are_made() -> None:
    class Careless(Parameters):
        days: int = Field(0, ge=1, description="a default that its own bound forbids")

    with pytest.raises(OutOfBounds) as caught:
        Careless.of({})

    assert caught.value.key == "days"


def test_replacing_merges_table_by_table_and_leaves_the_original_alone() -> None:
    world = World()

    changed = world.replaced({"clock": {"days": 5}})

    assert (changed.clock.days, changed.clock.ticks_per_day) == (5, 30)
    assert world.clock.days == 252


def test_replacing_checks_again() -> None:
    with pytest.raises(OutOfBounds):
        World().replaced({"clock": {"days": -5}})


def test_flat_overrides_become_tables() -> None:
    assert unflattened({"clock__days": 5, "clock__ticks_per_day": 10, "name": "x"}) == {
        "clock": {"days": 5, "ticks_per_day": 10},
        "name": "x",
    }
    assert unflattened({"clock.days": 5}, ".") == {"clock": {"days": 5}}


def test_a_mapping_takes_the_place_of_a_field_and_parts_of_it_are_laid_over_it() -> None:
    class Mixed(Parameters):
        mix: dict[str, float] = Field({"a": 1.0})
        clock: Clock = Clock()

    base = Mixed().model_dump()
    assert overlaid(Mixed, base, {"mix": {"b": 2.0}})["mix"] == {"b": 2.0}
    assert overlaid(Mixed, base, unflattened({"mix__b": 2.0}))["mix"] == {"a": 1.0, "b": 2.0}
    assert overlaid(Mixed, base, {"clock": {"days": 5}})["clock"] == {**base["clock"], "days": 5}


@pytest.mark.parametrize("flat", [{"clock": 5, "clock__days": 3}, {"clock__days": 3, "clock": 5}])
def test_a_section_given_as_a_whole_and_in_parts_is_refused(flat: dict[str, int]) -> None:
    with pytest.raises(OutOfBounds, match="give one of them"):
        unflattened(flat)


def test_fields_are_listed_with_dotted_keys_in_the_order_of_declaration() -> None:
    assert [key for key, _ in fields_of(World)] == [
        "name",
        "growth",
        "clock.days",
        "clock.ticks_per_day",
        "other.days",
        "other.ticks_per_day",
    ]


def test_an_optional_table_is_still_a_table() -> None:
    assert nested(World.model_fields["other"]) is Clock
    assert nested(World.model_fields["name"]) is None
