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
    assert str(caught.value) == "traders, activity is 7 wake-ups a tick; give more than 0 and at most 1 wake-ups a tick"
    desk.note(str(caught.value), "error")  # as a tab does with what is raised
    assert feed(desk, seen)[0] == {"values": {}}  # nothing moved: whoever waits shows what holds


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"change": 5},
        {"change": []},
        {"change": {}},
        {"change": {RATE: "0.2"}},
        {"change": {"x" * 9_999: 1}},
        {"change": {RATE: 10**400}},
        {"change": {RATE: "9" * 9_999}},
    ],
)
def test_a_crafted_message_changes_nothing(desk: Desk, said: dict[str, Any]) -> None:
    with pytest.raises(CatallaxyError) as caught:
        levers.act(desk)(said)
    assert len(str(caught.value)) < 300
    desk.step()
    assert desk.look(lambda economy: economy.settings is economy.baseline)


@pytest.fixture(scope="module")
def ruled() -> Iterator[Desk]:
    """A desk over a closed economy whose regulator requires more capital in ticks 3 to 5."""
    rule = {"rule": "capital_requirement", "at": 3, "until": 5, "settings": {"total": 0.2}}
    changes = {"traders": {"number": 150}, "firms": {"number": 6}, "banks": {"number": 3}}
    with Desk("economy-coarse", seed=7, changes={**changes, "regulator": {"schedule": [rule]}}) as opened:
        yield opened


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("treasury.income_tax", 0.99, "treasury, income tax is 99 %; give 0 % to 90 %"),
        ("treasury.income_tax", 1e300, "treasury, income tax is 1e+302 %; give 0 % to 90 %"),
        ("central_bank.neutral_rate", -0.5, "central bank, neutral rate is -50 % a year; give -5 % to 10 % a year"),
        ("central_bank.money_weight", 0, "central bank, money weight is 0; give more than 0 and at most 10"),
        (
            "treasury.lowest_tax",
            0.8,
            "treasury, lowest tax is 80 %; lowest tax 80 %, income tax 27 %, highest tax 47 %: "
            "give them in ascending order",
        ),
        ("treasury.income_tax", "99 %", "treasury.income_tax is '99 %'; give a number"),
        ("treasury.income_tax", float("nan"), "treasury.income_tax is 'nan'; give a number"),
    ],
)
def test_a_refusal_speaks_in_the_unit_that_was_typed(ruled: Desk, key: str, value: Any, sentence: str) -> None:
    with pytest.raises(OutOfBounds) as caught:
        levers.act(ruled)({"change": {key: value}})
    assert str(caught.value) == sentence
    assert ruled.look(lambda economy: economy.settings_asked is economy.baseline)


def test_a_lever_that_a_rule_overrules_says_so_while_it_does(ruled: Desk) -> None:
    """A minimum of 20 % from tick 3 to 5; before and after, the banks' own standard holds and the rule waits."""
    feed = levers.feed(("prudential", "regulator"))
    own, rule = "prudential.total", "regulator.capital_requirement.total"
    told, seen = feed(ruled, None)
    assert told is not None
    assert own not in told["over"]
    assert told["over"][rule] == "the rule capital requirement is not in force: a change waits until it is"

    heard = {}
    for tick in range(1, 7):
        ruled.step()
        told, seen = feed(ruled, seen)
        standard = ruled.look(lambda economy: economy.prudential.total)
        assert standard == (0.2 if 3 <= tick <= 5 else 0.08)
        if told is not None:
            heard[tick] = told["over"].get(own), told["over"].get(rule)

    assert heard == {
        3: ("no effect while the rule capital requirement is in force, which says 20 %", None),
        6: (None, "the rule capital requirement is not in force: a change waits until it is"),
    }


def test_after_a_reset_everything_is_told_and_is_the_baseline(desk: Desk) -> None:
    levers.act(desk)({"change": {RATE: 0.4}})
    desk.step()
    desk.reset()
    told, _seen = levers.feed(("traders",))(desk, None)
    assert told is not None
    lever = told["sections"][0]["levers"][0]
    assert (lever["value"], lever["asked"], lever["baseline"]) == (0.1, 0.1, 0.1)
