"""The bar alone: the pace it shows, and a reset that names what it does before it does it."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("solara")
pytest.importorskip("playwright")

from playwright.sync_api import expect

from catallaxy.visualization.desk import PACES
from tests.visualization.browser.staged import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]
NAMED = "reset to seed 7: ends this run"


def told(bare: Any, **more: Any) -> Stage:
    """Return a bar that has heard of a world; it keeps its colours, for which a page needs an address."""
    bare.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
    bare.goto("http://localhost/")
    stage = Stage(bare, "bar", paces=list(PACES), testid="bar")
    state = {"state": "paused", "pace": 30.0, "scenario": "markets", "seed": "7", "date": "", "tick": 3, "notes": []}
    stage.tell(**state | more)
    return stage


def shown(stage: Stage) -> str:
    return str(stage.part("pace").evaluate("(one) => one.selectedOptions[0]?.textContent"))


@pytest.mark.parametrize(
    ("pace", "words"),
    [(0.0, "full speed"), (1.0, "1 tick/s"), (30.0, "30 ticks/s"), (50.0, "50 ticks/s"), (0.5, "0.5 ticks/s")],
)
def test_the_pace_shown_is_the_one_aimed_at_also_one_that_nobody_may_choose(bare: Any, pace: float, words: str) -> None:
    stage = told(bare, pace=pace)

    assert shown(stage) == words
    options = stage.part("pace").locator("option")
    paces = [float(str(one.get_attribute("value"))) for one in options.all()]
    assert paces == [*sorted({*PACES, pace} - {0.0}), 0.0]


def test_a_reset_names_its_effect_and_happens_at_the_second_press(bare: Any) -> None:
    stage = told(bare)
    reset = stage.part("reset")

    reset.focus()
    reset.press("Enter")
    expect(reset).to_have_text(NAMED)
    assert stage.said == []
    reset.press("Enter")

    expect(reset).to_have_text("reset")
    assert stage.said == [{"act": "reset"}]


def test_a_reset_is_let_be_by_escape_by_leaving_it_and_by_waiting(bare: Any) -> None:
    stage = told(bare)
    reset = stage.part("reset")
    for leave in (
        lambda: reset.press("Escape"),
        lambda: stage.part("play").focus(),
        lambda: stage.page.wait_for_timeout(4_500),
    ):
        reset.click()
        expect(reset).to_have_text(NAMED)
        leave()
        expect(reset).to_have_text("reset")

    assert stage.said == []


def test_a_double_click_resets_nothing(bare: Any) -> None:
    stage = told(bare)

    stage.part("reset").dblclick()

    expect(stage.part("reset")).to_have_text(NAMED)
    assert stage.said == []
