"""Pages and runs: a page is laid out anew for a run that needs another layout, and stays for one that does not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytest.importorskip("solara")

from catallaxy.visualization.desk import Desk
from catallaxy.visualization.epoch import laid_out_by
from catallaxy.visualization.frame import component, hold, ui

TINY: dict[str, Any] = {"traders": {"number": 50}, "stocks": {"number": 2}, "anchor": {"source": "walk"}}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk("markets", seed=1, changes=TINY) as opened:
        hold(opened)
        yield opened
        hold(None)


def until(done: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Wait until something is so, or the time is over; return whether it is."""
    end = time.monotonic() + seconds
    while not done() and time.monotonic() < end:
        time.sleep(0.05)
    return done()


def test_only_another_layout_makes_a_page_anew(desk: Desk) -> None:
    made: list[str] = []
    drawn: list[int] = []

    @laid_out_by(lambda desk: desk.run.scenario.psychology.enabled)
    @component
    def paper() -> None:
        ui.use_memo(lambda: made.append(desk.run.scenario.name), [])
        drawn.append(desk.run.epoch)
        ui.Text("paper")

    _, shown = ui.render(paper(), handle_error=False)
    try:
        assert len(made) == 1
        desk.reset()
        time.sleep(1.2)
        assert len(made) == 1
        desk.load("markets", seed=1, changes=TINY | {"psychology": {"enabled": True}})
        assert until(lambda: len(made) == 2)
        assert drawn[-1] == desk.run.epoch
    finally:
        shown.close()
