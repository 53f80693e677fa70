"""Schedule and clock: stages by name and in order, and how ticks make days."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import PlugInError
from catallaxy.model.clock import Clock
from catallaxy.model.scenario import Scenario
from catallaxy.model.schedule import Schedule, Stage, When
from catallaxy.model.stages import default_schedule
from tests.model.small_economy import ran, small


def names(schedule: Schedule) -> list[str]:
    return [stage.name for stage in schedule]


def test_a_tick_is_one_page_of_stages() -> None:
    assert names(default_schedule(Scenario())) == [
        "inject", "anchor", "decide", "trade", "mark", "oversee", "identities", "observe", "close day", "seal",
        "publish",
    ]  # fmt: skip
    lines = str(small().schedule).splitlines()
    assert len(lines) == 11
    assert lines[3] == "trade       each round    cancels, then checks and reservations, matching, settlement"


def test_a_user_stage_runs_after_or_before_the_one_it_names() -> None:
    economy = small()
    seen: list[tuple[int, int]] = []

    def toast(economy: Any) -> None:
        """Cheers.

        Not a word more on the schedule.
        """
        seen.append((economy.tick, economy.exchange.counters.messages))

    def yawn(economy: Any) -> None:
        seen.append((economy.tick, economy.exchange.counters.messages))

    economy.schedule.after("trade", toast)
    economy.schedule.before("decide", yawn)
    assert names(economy.schedule)[2:6] == ["yawn", "decide", "trade", "toast"]
    assert economy.schedule["toast"].sentence == "Cheers."
    assert economy.schedule["yawn"].sentence == "a user's stage"
    economy.run(ticks=3)
    assert [tick for tick, _ in seen] == [1, 1, 2, 2, 3, 3]
    assert [messages for _, messages in seen[::2]] == [0, 0, 0]
    assert all(messages > 0 for _, messages in seen[1::2])


def test_a_user_stage_changes_nothing_by_being_there() -> None:
    economy = small()
    economy.schedule.after("mark", Stage("nothing", When.TICK, lambda economy: None, "does nothing"))
    economy.run(ticks=12)
    assert economy.chain_head == ran(12).chain_head


@pytest.mark.parametrize(
    ("neighbour", "rounds", "times"), [("trade", 1, 25), ("trade", 3, 75), ("mark", 3, 25), ("close day", 3, 2)]
)
def test_a_plain_function_runs_as_often_as_its_neighbour(neighbour: str, rounds: int, times: int) -> None:
    economy = small(exchange__rounds=rounds)
    seen: list[int] = []
    economy.schedule.after(neighbour, lambda economy: seen.append(economy.tick))
    economy.run(ticks=25)
    assert len(seen) == times


def test_rounds_are_numbered_within_a_tick() -> None:
    economy = small(exchange__rounds=3)
    seen: list[int] = []
    economy.schedule.before("decide", lambda economy: seen.append(economy.round_))
    economy.run(ticks=2)
    assert seen == [0, 1, 2, 0, 1, 2]
    assert economy.round_ == 0


def test_the_stage_of_a_day_end_runs_at_day_ends_only() -> None:
    economy = small()
    days: list[int] = []
    economy.schedule.after("close day", Stage("dinner", When.DAY, lambda economy: days.append(economy.tick), "dinner"))
    economy.run(ticks=35)
    assert days == [10, 20, 30]


def test_two_stages_cannot_share_a_name() -> None:
    economy = small()
    with pytest.raises(PlugInError) as caught:
        economy.schedule.after("mark", Stage("trade", When.TICK, lambda economy: None, ""))
    assert str(caught.value) == "a stage called 'trade' exists already; give yours another name"


def test_an_unknown_neighbour_names_the_nearest() -> None:
    for add in (small().schedule.after, small().schedule.before):
        with pytest.raises(PlugInError) as caught:
            add("tarde", lambda economy: None)
        assert str(caught.value) == "no stage 'tarde'; did you mean 'trade'?"


def test_stages_count_their_runs() -> None:
    economy = small(exchange__rounds=2)
    economy.run(ticks=20)
    assert {name: economy.schedule[name].runs for name in ("inject", "trade", "close day")} == {
        "inject": 20, "trade": 40, "close day": 2,
    }  # fmt: skip
    assert not any(stage.failed for stage in economy.schedule)


# The clock


@given(st.integers(1, 400), st.integers(1, 10_000))
def test_every_tick_has_a_place_in_one_day(ticks_per_day: int, tick: int) -> None:
    clock = Clock(ticks_per_day)
    day, place = clock.day_of(tick), clock.tick_of_day(tick)
    assert (day - 1) * ticks_per_day + place == tick
    assert 1 <= place <= ticks_per_day
    assert clock.is_day_end(tick) == (place == ticks_per_day)


def test_the_opening_is_day_zero() -> None:
    assert Clock(30).day_of(0) == 0
    assert (small().day, ran(1).day, ran(10).day, ran(11).day) == (0, 1, 1, 2)


@pytest.mark.parametrize(("minutes", "ticks"), [(0.0, 1), (1.0, 1), (13.0, 1), (26.0, 2), (390.0, 30), (3900.0, 300)])
def test_minutes_become_ticks_and_never_none(minutes: float, ticks: int) -> None:
    assert Clock(30).ticks_in(minutes) == ticks
