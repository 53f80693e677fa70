"""The world: ticks in a thread of its own, and visitors who are let in between them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from catallaxy.core.errors import Halted, OutOfBounds, RunError
from catallaxy.model.economy import Economy
from catallaxy.model.snapshot import Snapshot
from catallaxy.model.world import World
from tests.model.small_economy import small

PATIENCE = 60.0


@pytest.fixture
def world() -> Iterator[World]:
    """A world of 80 traders that goes as fast as it can once it plays."""
    with World(small(identities="fast")) as world:
        yield world


def reach(world: World, tick: int) -> None:
    """Wait until a tick is sealed."""
    within(lambda: world.snapshot.tick >= tick)


def within(happened: Callable[[], bool], patience: float = PATIENCE) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.002)


def fails_at(world: World, tick: int) -> None:
    """Let a stage fail in a tick to come."""

    def fail(economy: Economy) -> None:
        """Fail."""
        if economy.tick == tick:
            raise ZeroDivisionError("made to fail")

    world.economy.schedule.after("trade", fail)


def test_whoever_looks_waits_for_one_tick_at_most(world: World) -> None:
    """However fast ticks follow each other, they let in who has asked before the next one begins."""
    world.play()
    reach(world, 5)

    waited = []
    for _ in range(50):
        asked_after = world.economy.tick  # the tick in progress, or the last one
        waited.append(world.look(lambda economy: economy.tick) - asked_after)

    assert max(waited) <= 1
    assert world.is_playing


def test_many_visitors_do_not_stop_the_world(world: World) -> None:
    """Ticks go on while several look again and again without a pause."""
    ended = threading.Event()

    def stare() -> None:
        while not ended.is_set():
            world.look(lambda economy: time.sleep(0.001))

    visitors = [threading.Thread(target=stare) for _ in range(4)]
    world.play()
    for visitor in visitors:
        visitor.start()
    try:
        before = world.snapshot.tick
        within(lambda: world.snapshot.tick >= before + 10)
    finally:
        ended.set()
        for visitor in visitors:
            visitor.join()


def test_nobody_looks_while_a_tick_is_under_way(world: World) -> None:
    under_way = threading.Event()

    def begin(_economy: Economy) -> None:
        """Begin a tick."""
        under_way.set()

    def end(_economy: Economy) -> None:
        """End a tick."""
        under_way.clear()

    names = [stage.name for stage in world.economy.schedule]
    world.economy.schedule.before(names[0], begin)
    world.economy.schedule.after(names[-1], end)
    world.play()
    reach(world, 3)

    assert not any(world.look(lambda _economy: under_way.is_set()) for _ in range(50))


def test_after_a_pause_no_tick_follows(world: World) -> None:
    for _ in range(40):
        world.play()
        reach(world, world.snapshot.tick + 1)
        world.pause()
        paused_at = world.economy.tick
        time.sleep(0.003)
        assert (world.economy.tick, world.snapshot.tick) == (paused_at, paused_at)


def test_a_tick_that_waited_for_a_visitor_sees_the_pause_meanwhile(world: World) -> None:
    """The thread has decided to step and waits for the lock; a pause in between must still hold it back."""
    world.play()
    reach(world, 2)

    def pause_from_inside(economy: Economy) -> int:
        pausing = threading.Thread(target=world.pause)
        pausing.start()
        within(lambda: not world.is_playing)
        return economy.tick

    tick = world.look(pause_from_inside)
    world.pause()

    assert world.economy.tick == tick


def test_a_world_that_fails_keeps_its_last_sealed_tick_and_lets_visitors_in(world: World) -> None:
    fails_at(world, 6)
    world.play()

    with pytest.raises(Halted) as caught:
        world.wait(PATIENCE)

    assert str(caught.value).startswith("halted in tick 6, stage 'fail': ZeroDivisionError: made to fail")
    assert (world.snapshot.tick, world.is_playing, world.rate) == (5, False, 0.0)
    assert world.look(lambda economy: economy.tick) == 5


def test_a_watcher_that_fails_stops_the_world_and_is_told(world: World) -> None:
    def watch(snapshot: object) -> None:
        raise KeyError("made to fail")

    world.watch(watch)
    world.play()

    with pytest.raises(KeyError):
        world.wait(PATIENCE)
    assert not world.is_playing


def test_the_rate_is_that_of_the_last_second_and_nothing_while_paused(world: World) -> None:
    world.pace = 0.02
    world.play()
    reach(world, 30)

    rate = world.rate
    world.pause()

    assert 10.0 < rate < 60.0
    assert world.rate == 0.0


def test_a_world_stops_where_it_was_told_and_can_go_on(world: World) -> None:
    world.play(until=4)
    world.wait(PATIENCE)
    first = world.snapshot.tick
    world.play(until=7)
    world.wait(PATIENCE)

    assert (first, world.snapshot.tick) == (4, 7)


@pytest.mark.parametrize("pace", [-0.1, 1e7, float("nan")])
def test_a_pace_that_no_clock_has_is_refused(world: World, pace: float) -> None:
    with pytest.raises(OutOfBounds) as caught:
        world.pace = pace

    assert str(caught.value) == f"pace is {pace!r}; give seconds for a tick, 0 or more"


def test_a_world_that_has_ended_does_not_play(world: World) -> None:
    world.play()
    world.close()
    world.close()

    with pytest.raises(RuntimeError, match="this world has ended"):
        world.play()


def test_a_tick_is_told_before_anybody_makes_another() -> None:
    told: list[tuple[int, int]] = []

    def watch(snapshot: Snapshot) -> None:
        time.sleep(0.01)
        told.append((snapshot.tick, world.economy.tick))

    with World(small()) as world:
        world.watch(watch)
        steppers = [threading.Thread(target=world.step) for _ in range(4)]
        for stepper in steppers:
            stepper.start()
        for stepper in steppers:
            stepper.join()

    assert told == [(tick, tick) for tick in range(1, 5)]


def test_a_step_by_hand_is_refused_while_the_world_plays() -> None:
    with World(small(), pace=0.5) as world:
        world.play()
        with pytest.raises(RunError, match="pause it before stepping by hand"):
            world.step()
