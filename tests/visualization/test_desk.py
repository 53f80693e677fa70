"""The desk: one world for all tabs, what may be done with it, and that it can be done again from what was written."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import catallaxy
from catallaxy.core.errors import CatallaxyError, OutOfBounds, RunError, UnknownScenario
from catallaxy.ledger.manifest import Manifest
from catallaxy.model.economy import Economy
from catallaxy.visualization.desk import Desk
from tests.visualization.small_desk import TINY, fail_at, tiny_desk, within


@pytest.fixture
def desk() -> Iterator[Desk]:
    with tiny_desk() as desk:
        yield desk


def played(desk: Desk, ticks: int) -> None:
    """Play until so many ticks more are sealed, then pause."""
    due = desk.run.snapshot.tick + ticks
    desk.play()
    within(lambda: desk.run.snapshot.tick >= due)
    desk.pause()


def test_a_desk_opens_paused_and_steps_one_tick(desk: Desk) -> None:
    before = (desk.state, desk.run.snapshot.tick)

    desk.step()

    assert before == ("paused", 0)
    assert (desk.state, desk.run.snapshot.tick) == ("paused", 1)


def test_a_step_while_playing_pauses_first(desk: Desk) -> None:
    desk.play()
    within(lambda: desk.run.snapshot.tick > 3)

    desk.step()
    tick = desk.run.snapshot.tick

    assert desk.state == "paused"
    assert desk.look(lambda economy: economy.tick) == tick


def test_a_world_goes_on_beyond_the_days_of_its_scenario_and_says_so() -> None:
    with tiny_desk(clock={"ticks_per_day": 5, "days": 3}) as desk:
        played(desk, 20)

        assert desk.state == "paused"
        assert [note.text for note in desk.notes] == ["the 3 days of scenario markets are over; the world goes on"]


def test_play_goes_to_the_days_asked_for_and_no_further() -> None:
    with Desk("markets", seed=7, changes=TINY | {"clock": {"ticks_per_day": 5, "days": 2}}, pace=0, days=3) as desk:
        desk.play()
        within(lambda: desk.state == "finished")
        desk.play()
        desk.step()

        assert (desk.run.snapshot.tick, desk.state) == (15, "finished")


def test_days_are_one_or_more() -> None:
    with pytest.raises(OutOfBounds, match="days is 0; give 1 or more"):
        Desk("markets", changes=TINY, days=0)


def test_a_world_pauses_before_it_fills_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nearly_full = shutil.disk_usage(tmp_path)._replace(free=12_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: nearly_full)
    with tiny_desk(tmp_path) as desk:
        desk.play()
        within(lambda: desk.state == "paused")

        assert desk.run.snapshot.tick == 10  # a day
        assert "12 MB are left" in desk.notes[-1].text


def test_a_reset_opens_the_same_world_again(desk: Desk) -> None:
    played(desk, 12)
    desk.world.look(lambda economy: economy.chain_head)
    first = desk.run
    reached = first.snapshot.tick

    desk.reset()
    desk.step(reached)

    assert (desk.run.epoch, desk.run.seed) == (first.epoch + 1, first.seed)
    assert desk.run.snapshot.chain_head == first.snapshot.chain_head
    assert desk.run.snapshot.index == first.snapshot.index
    assert desk.notes[-1].text == "markets opened, seed 7"


def test_a_reset_while_playing_goes_on_playing(desk: Desk) -> None:
    desk.play()

    desk.reset()

    within(lambda: desk.run.snapshot.tick > 3)
    assert (desk.run.epoch, desk.state) == (2, "playing")


def test_resets_from_several_tabs_at_once_come_one_after_the_other(desk: Desk) -> None:
    tabs = [threading.Thread(target=desk.reset) for _ in range(4)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()

    assert (desk.run.epoch, desk.state) == (5, "paused")
    assert len(desk.notes) == 4
    assert sum(thread.name == "world" for thread in threading.enumerate()) <= 1


def test_a_scenario_that_cannot_be_opened_leaves_the_run_under_way(desk: Desk) -> None:
    desk.play()
    run = desk.run

    with pytest.raises(UnknownScenario) as caught:
        desk.load("marktes")

    assert str(caught.value) == "no scenario 'marktes'; did you mean 'markets'?"
    assert desk.run is run
    assert desk.state == "playing"


def test_another_scenario_replaces_the_world(desk: Desk) -> None:
    desk.load("markets", seed=3, changes=TINY | {"stocks": {"number": 1}})

    assert (len(desk.run.snapshot.symbols), desk.run.seed, desk.state) == (1, 3, "paused")


@pytest.mark.parametrize("pace", [-1, 100_001, float("nan"), "fast", None, True, [30]])
def test_a_pace_that_cannot_be_is_refused_and_the_old_one_stays(desk: Desk, pace: Any) -> None:
    with pytest.raises(OutOfBounds) as caught:
        desk.set_pace(pace)

    assert str(caught.value) == f"pace is {pace!r}; give 0 to 100000 ticks a second, 0 for as fast as it goes"
    assert (desk.pace, desk.world.pace) == (0.0, 0.0)


def test_a_pace_is_kept_over_a_reset(desk: Desk) -> None:
    desk.set_pace(15)

    desk.reset()

    assert (desk.pace, desk.world.pace) == (15.0, 1 / 15)


def test_a_world_that_fails_is_halted_at_its_last_sealed_tick(desk: Desk) -> None:
    fail_at(desk, 5)

    desk.play()
    within(lambda: desk.state == "halted")
    desk.play()
    desk.step()

    assert (desk.run.snapshot.tick, desk.state) == (4, "halted")
    assert desk.look(lambda economy: economy.tick) == 4


def test_a_step_that_fails_is_told_in_a_note_and_a_reset_helps(desk: Desk) -> None:
    fail_at(desk, 1)

    desk.step()
    told, state = desk.notes[-1], desk.state
    desk.reset()
    desk.step()

    assert (told.tone, state) == ("error", "halted")
    assert told.text.startswith("halted in tick 1, stage 'fail': ZeroDivisionError: made to fail")
    assert (desk.run.snapshot.tick, desk.state) == (1, "paused")


def test_a_shock_strikes_at_the_next_tick_and_is_noted(desk: Desk) -> None:
    desk.inject({"kind": "fundamental_jump", "size": -0.5})
    before = desk.run.snapshot.fundamental.sum()

    desk.step()

    assert desk.run.snapshot.fundamental.sum() < 0.8 * before
    assert desk.notes[-1].text == "fundamental jump comes at tick 1"


def test_a_shock_that_cannot_be_is_refused_and_leaves_no_note(desk: Desk) -> None:
    for shock in ({"kind": "fundamental_jmp"}, {"kind": "fundamental_jump", "size": "x"}, {}):
        with pytest.raises(CatallaxyError):
            desk.inject(shock)

    assert desk.notes == ()


def test_a_run_that_cannot_be_closed_does_not_keep_the_next_from_opening(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_economy: Economy) -> None:
        raise RunError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Economy, "close", full)
        desk.reset()

    desk.step()
    assert [note.text for note in desk.notes] == ["the disk is full", "markets opened, seed 7"]
    assert desk.run.snapshot.tick == 1


def test_notes_are_numbered_and_the_oldest_go() -> None:
    with tiny_desk() as desk:
        tabs = [threading.Thread(target=lambda: [desk.note("hello") for _ in range(30)]) for _ in range(3)]
        for tab in tabs:
            tab.start()
        for tab in tabs:
            tab.join()

        assert [note.number for note in desk.notes] == list(range(41, 91))


def test_the_stamp_differs_again_when_a_slow_watcher_has_noted_a_tick(desk: Desk) -> None:
    """A panel that was told in between would otherwise keep what the watcher had noted of the tick before."""
    let_go, noted = threading.Event(), list[int]()

    def note(snapshot: Any) -> None:
        let_go.wait(60.0)
        noted.append(snapshot.tick)

    desk.world.watch(note)
    stepping = threading.Thread(target=desk.step)
    stepping.start()
    within(lambda: desk.run.snapshot.tick == 1)
    between = desk.stamp
    let_go.set()
    stepping.join()

    assert noted == [1]
    assert desk.stamp != between


def test_the_stamp_differs_when_there_is_anything_new(desk: Desk) -> None:
    stamps = [desk.stamp]
    for act in (desk.step, lambda: desk.set_pace(5), lambda: desk.note("hello"), desk.reset, desk.play):
        act()
        stamps.append(desk.stamp)

    assert len(set(stamps)) == len(stamps)


def test_what_was_done_at_the_desk_replays_to_the_same_hash(tmp_path: Path) -> None:
    """Play, submit, inject, change pace, pause, step, close: the folder holds all that mattered."""
    desk = tiny_desk(tmp_path)
    with desk:
        played(desk, 5)
        desk.inject({"kind": "fundamental_jump", "size": -0.3})
        trader = desk.look(lambda economy: int(economy.trader_owners()[0]))
        desk.submit(trader, {"type": "BUY", "symbol": desk.run.snapshot.symbols[0], "quantity": 5})
        desk.set_pace(200)
        played(desk, 15)
        desk.step(2)
        sealed = desk.run.snapshot
    folder = tmp_path / "dashboard-markets-1"
    manifest = Manifest.read(folder)

    assert desk.run.folder == folder
    assert (manifest.reason, manifest.last_tick, manifest.head) == ("closed", sealed.tick, sealed.chain_head)
    assert catallaxy.replay(folder) is None
    undisturbed = Economy("markets", rng=7, **{f"{a}__{b}": v for a, group in TINY.items() for b, v in group.items()})
    undisturbed.run(ticks=sealed.tick)
    assert undisturbed.chain_head != sealed.chain_head


def test_every_run_has_a_folder_of_its_own_and_is_closed(tmp_path: Path) -> None:
    with tiny_desk(tmp_path) as desk:
        desk.step(3)
        desk.reset()
        desk.step()
        desk.close()

    found = {folder.name: Manifest.read(folder) for folder in sorted(tmp_path.iterdir())}
    assert list(found) == ["dashboard-markets-1", "dashboard-markets-2"]
    assert [(m.reason, m.last_tick) for m in found.values()] == [("closed", 3), ("closed", 1)]


def test_a_halted_run_says_so_in_its_manifest(tmp_path: Path) -> None:
    with tiny_desk(tmp_path) as desk:
        fail_at(desk, 4)
        desk.play()
        within(lambda: desk.state == "halted")

    manifest = Manifest.read(tmp_path / "dashboard-markets-1")
    assert (manifest.reason, manifest.last_tick) == ("halted", 3)
