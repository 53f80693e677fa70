"""Sliders of settings that change: what they are told, what a move of one does, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from catallaxy.core.errors import CatallaxyError, OutOfBounds
from catallaxy.model.economy import Economy
from catallaxy.visualization import levers
from catallaxy.visualization.desk import Desk

TINY: dict[str, Any] = {"traders": {"number": 60}, "stocks": {"number": 2}, "anchor": {"source": "walk"}}
RATE = "traders.activity"


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A desk over a small market, paused at its opening."""
    with Desk("markets", seed=7, changes=TINY) as opened:
        yield opened


def keys(told: dict[str, Any]) -> dict[str, list[str]]:
    return {section["name"]: [lever["key"] for lever in section["levers"]] for section in told["sections"]}


def test_a_section_is_told_with_what_a_slider_needs(desk: Desk) -> None:
    told, _seen = levers.feed(("traders",))(desk, None)
    assert told == {
        "sections": [
            {
                "name": "traders",
                "about": "who trades and with what",
                "levers": [
                    {
                        "key": RATE, "label": "activity", "description": "mean wake-ups of a trader in a tick",
                        "kind": "float", "unit": "wake-ups a tick", "effect": "next tick", "choices": (), "value": 0.1,
                        "asked": 0.1, "baseline": 0.1, "low": 0.005, "high": 1.0, "step": 0.005,
                    }
                ],
            }
        ]
    }  # fmt: skip


def test_sections_come_in_the_order_asked_for_and_all_of_them_unasked(desk: Desk) -> None:
    told, _seen = levers.feed(("alerts", "strategy", "traders"))(desk, None)
    assert list(keys(told or {})) == ["alerts", "strategy.market_maker", "traders"]
    everything, _seen = levers.feed()(desk, None)
    assert sum(map(len, keys(everything or {}).values())) == len(desk.look(Economy.levers))


def test_a_scenario_without_such_settings_says_so(desk: Desk) -> None:
    told, _seen = levers.feed(("central_bank", "treasury"))(desk, None)
    assert told == {"empty": "this scenario has no settings of this kind that may change while it runs"}


def test_only_what_changes_is_told_again(desk: Desk) -> None:
    """Asked for while paused it waits; a tick later it holds; ticks that change nothing tell nothing."""
    feed, change = levers.feed(), levers.act(desk)
    _told, seen = feed(desk, None)
    assert feed(desk, seen)[0] is None
    change({"change": {RATE: 0.4}})
    told, seen = feed(desk, seen)
    assert told == {"values": {RATE: [0.1, 0.4]}}
    desk.step()
    told, seen = feed(desk, seen)
    assert told == {"values": {RATE: [0.4, 0.4]}}
    desk.step()
    assert feed(desk, seen)[0] is None
    assert desk.look(lambda economy: economy.settings.traders.activity) == 0.4
    assert [note.text for note in desk.notes] == [
        "traders, activity: 0.1 wake-ups a tick → 0.4 wake-ups a tick, from the next tick"
    ]


def test_a_refusal_is_a_sentence_and_the_slider_hears_what_holds(desk: Desk) -> None:
    feed = levers.feed()
    _told, seen = feed(desk, None)
    with pytest.raises(OutOfBounds) as caught:
        levers.act(desk)({"change": {RATE: 7.0}})
    assert str(caught.value) == f"{RATE} is 7.0; Input should be less than or equal to 1"
    desk.note(str(caught.value), "error")  # as a tab does with what is raised
    assert feed(desk, seen)[0] == {"values": {}}  # nothing moved: whoever waits shows what holds


@pytest.mark.parametrize(
    "said", [{}, {"change": 5}, {"change": []}, {"change": {}}, {"change": {RATE: "0.2"}}, {"change": {"x" * 9_999: 1}}]
)
def test_a_crafted_message_changes_nothing(desk: Desk, said: dict[str, Any]) -> None:
    with pytest.raises(CatallaxyError) as caught:
        levers.act(desk)(said)
    assert len(str(caught.value)) < 300
    desk.step()
    assert desk.look(lambda economy: economy.settings is economy.baseline)


def test_after_a_reset_everything_is_told_and_is_the_baseline(desk: Desk) -> None:
    levers.act(desk)({"change": {RATE: 0.4}})
    desk.step()
    desk.reset()
    told, _seen = levers.feed(("traders",))(desk, None)
    assert told is not None
    lever = told["sections"][0]["levers"][0]
    assert (lever["value"], lever["asked"], lever["baseline"]) == (0.1, 0.1, 0.1)
