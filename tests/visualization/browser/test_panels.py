"""Panels alone: what a form asks for, and what pictures say of themselves."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("solara")
pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.visualization.browser.staged import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]


def test_a_form_asks_once_for_a_double_click_and_again_for_another(bare: Any) -> None:
    stage = Stage(bare, "form", testid="branch", label="branch")
    stage.tell(text="A branch.", groups=[], fields=[], actions=[{"key": "keep", "label": "keep it going"}])

    stage.part("act-keep").dblclick()
    assert [one["ask"] for one in stage.said] == ["keep"]
    stage.part("act-keep").press("Enter")

    assert [one["ask"] for one in stage.said] == ["keep"] * 2


def test_a_card_says_what_its_line_and_its_change_span(bare: Any) -> None:
    stage = Stage(bare, "cards")
    stage.tell(symbols=["S001"], sparks=[[]], rows=[[0, 100, 100, 0]], selected="S001")

    expect(stage.part("card-S001")).to_have_attribute("title", "line: last 60 ticks; change: today")


def test_the_tape_says_that_its_arrows_are_of_who_came_last(bare: Any) -> None:
    stage = Stage(bare, "ladder")
    stage.tell(bids=[[99, 1]], asks=[[101, 2]], trades=[[5, 101, 3, 1], [4, 99, 2, -1]], halted=False)

    expect(stage.part("tape")).to_have_attribute("title", "▲ bought, ▼ sold by whoever came last")
    assert [row.inner_text()[0] for row in stage.part("tape").locator(".cx-trade b").all()] == ["▲", "▼"]
