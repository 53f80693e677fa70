"""The page of scenarios: every shock has a form made from its declaration, and nothing crafted gets past it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("solara", reason="the dashboard is an extra")
pytest.importorskip("anywidget", reason="the dashboard is an extra")

from catallaxy.core.errors import CatallaxyError, OutOfBounds, UnknownScenario
from catallaxy.model.scenario import load_scenario, scenario_names
from catallaxy.model.shocks import SHOCK_KINDS, parse_shock
from catallaxy.visualization import feeds_scenarios as feeds
from catallaxy.visualization.branch import MEASURES, branch_here, branch_of, end_branch
from catallaxy.visualization.desk import Desk
from catallaxy.visualization.forms import Mailbox, filled
from catallaxy.visualization.listing import Ask
from catallaxy.visualization.pages.asking import forms_act
from catallaxy.visualization.shock_forms import (
    AFTER,
    AskedShock,
    effect,
    effect_once_confirmed,
    read_form,
    shock_form,
    shock_groups,
    shock_rows,
)

SMALL = {"traders": {"number": 150}, "firms": {"number": 6}, "banks": {"number": 3}, "clock": {"ticks_per_day": 2}}
TINY = {"traders": {"number": 60}, "stocks": {"number": 2}, "anchor": {"source": "walk"}, "clock": {"ticks_per_day": 5}}


@pytest.fixture(scope="module")
def economy_desk() -> Iterator[Desk]:
    with Desk("economy-coarse", seed=3, changes=SMALL, days=252) as desk:
        yield desk


@pytest.fixture
def market_desk() -> Iterator[Desk]:
    with Desk("markets", seed=3, changes=TINY) as desk:
        yield desk


def said(kind: str, **values: Any) -> dict[str, Any]:
    """Return what a browser sends for a filled form."""
    return {"ask": "inject", "group": kind, "values": values}


# -- forms ----------------------------------------------------------------------------------------


def test_every_kind_of_shock_has_a_group_whose_fields_are_those_of_its_declaration(economy_desk: Desk) -> None:
    groups = {group["key"]: group for group in shock_groups(economy_desk.run.scenario)}
    assert tuple(groups) == SHOCK_KINDS
    loss = {field["name"]: field for field in groups["bank_loss"]["fields"]}
    assert loss["bank"]["options"] == ["B01", "B02", "B03"]
    assert (loss["share"]["above"], loss["share"]["most"], loss["share"]["required"]) == (0.0, 1.0, True)
    strike = {field["name"]: field for field in groups["resource_strike"]["fields"]}
    assert strike["resource"]["options"][0] == economy_desk.run.scenario.resources[0].name
    assert strike["months"]["kind"] == "integer"
    assert [field["name"] for field in groups["rate_change"]["fields"]] == ["size", "lasts"]
    assert all(field["text"] for group in groups.values() for field in group["fields"])
    json.dumps(shock_form(economy_desk), allow_nan=False)


def test_a_scenario_offers_only_shocks_it_can_have(market_desk: Desk) -> None:
    form = shock_form(market_desk)
    usable = [group["key"] for group in form["groups"] if not group["off"]]
    assert usable == ["fundamental_jump", "order_flood", "symbol_halt"]
    assert form["group"] == "fundamental_jump"
    off = {group["key"]: group["off"] for group in form["groups"]}
    assert off["mood"] == "it needs moods"
    assert off["wage_push"] == "it needs an economy behind the market"


def test_a_filled_form_is_a_shock_whose_dates_follow_the_tick() -> None:
    asked = AskedShock({"kind": "rate_change", "size": 0.01}, after=0, lasts=10, horizon=5)
    assert asked(7) == {"kind": "rate_change", "size": 0.01, "at": 8, "until": 17}
    later = AskedShock({"kind": "wage_push", "size": 0.1}, after=20, lasts=None, horizon=5)
    assert later(7) == {"kind": "wage_push", "size": 0.1, "at": 27}


def test_reading_a_form_takes_days_and_leaves_out_what_is_empty(economy_desk: Desk) -> None:
    asked = read_form(
        economy_desk, said("fundamental_jump", size="-0.15", symbols=["C001"], after=3, lasts="", horizon="21")
    )
    assert (asked.after, asked.lasts, asked.horizon) == (6, None, 21)
    assert parse_shock(asked(0)).model_dump() == {
        "at": 6, "until": None, "symbols": ("C001",), "kind": "fundamental_jump", "size": -0.15,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("group", "values", "word"),
    [
        ("earthquake", {}, "kind of shock"),
        (None, {}, "kind of shock"),
        (["mood"], {}, "kind of shock"),
        ("wage_push", {"size": 5}, "size"),
        ("wage_push", {"size": math.nan}, "size"),
        ("wage_push", {"size": "much"}, "size"),
        ("wage_push", {"size": 10**400}, "size"),
        ("wage_push", {"size": "9" * 9_999}, "size"),
        ("wage_push", {"size": {"a": 1}}, "size"),
        ("wage_push", {}, "size"),
        ("wage_push", {"size": 0.1, "after": -1}, "strikes in"),
        ("wage_push", {"size": 0.1, "after": 1.5}, "after"),
        ("wage_push", {"size": 0.1, "after": 253}, "the run ends with tick 504"),
        ("wage_push", {"size": 0.1, "after": 1e300}, "after"),
        ("wage_push", {"size": 0.1, "horizon": 10**9}, "branch for"),
        ("wage_push", {"size": 0.1, "at": 3}, "at"),
        ("wage_push", "everything", "form"),
        ("bank_loss", {"bank": "B99", "share": 0.1}, "bank"),
        ("fundamental_jump", {"size": 0.1, "symbols": ["NOPE"]}, "symbols"),
        ("fundamental_jump", {"size": 0.1, "symbols": "C001"}, "symbols"),
        ("mood", {"size": 0.1}, "kind"),
    ],
)
def test_what_a_form_cannot_mean_is_refused_by_name(economy_desk: Desk, group: Any, values: Any, word: str) -> None:
    with pytest.raises(CatallaxyError, match=word) as caught:
        read_form(economy_desk, {"group": group, "values": values})
    assert len(str(caught.value)) < 300


def test_infinity_is_no_number_of_days() -> None:
    with pytest.raises(OutOfBounds, match="after"):
        filled([AFTER], {"after": math.inf})


def test_an_effect_is_named_with_its_size_and_dates() -> None:
    flood = parse_shock({"kind": "order_flood", "side": "sell", "size": 0.5, "at": 1, "until": 5, "symbols": ("AAPL",)})
    assert effect(flood, 5) == (
        "Order flood, symbols AAPL, side sell, size +0.5: from tick 1 (year 1, month 1, day 1) to tick 5."
    )


def test_a_refusal_is_told_to_the_form_that_asked_and_nothing_unnamed_is_done() -> None:
    mail, done = Mailbox(lambda desk: {"actions": []}), []

    def refuse(_said: dict[str, Any]) -> None:
        raise OutOfBounds("size", 5, "give less")

    act = forms_act(mail, {"inject": refuse}, {"inject": done.append})
    act({"ask": "inject"})
    act({"ask": "format the disk"})
    act({"do": ["inject"]})
    act({})
    assert done == []
    told, seen = mail.feed(None, None)  # type: ignore[arg-type]
    assert told == {"actions": [], "answer": {"wrong": "size is 5; give less", "field": "size"}}
    assert mail.feed(None, seen)[0] is None  # type: ignore[arg-type]
    act({"do": "inject", "values": {}})
    assert done == [{"do": "inject", "values": {}}]


# -- what the page tells --------------------------------------------------------------------------


def test_the_scenarios_that_ship_are_told_with_their_own_words_and_sizes() -> None:
    rows = {row.key: row.cells for row in feeds.scenario_rows()}
    assert tuple(rows) == scenario_names()
    hike = load_scenario("rate-hike")
    assert rows["rate-hike"] == ("rate-hike", hike.description, "closed", 1_000, 22, 630, 1)
    assert rows["markets"][2] == "market only"


def test_the_list_is_told_once_and_again_when_another_question_is_asked(market_desk: Desk) -> None:
    asks = [Ask()]
    feed = feeds.scenarios(lambda: asks[0], lambda: "panic")
    told, seen = feed(market_desk, None)
    assert told is not None
    assert [row["key"] for row in told["rows"] if row["selected"]] == ["panic"]
    assert feed(market_desk, seen)[0] is None
    asks[0] = Ask(filter="oil")
    again = feed(market_desk, seen)[0]
    assert again is not None
    assert [row["key"] for row in again["rows"]] == ["oil-shock"]


def test_shocks_are_told_as_pending_in_force_over_and_struck(market_desk: Desk) -> None:
    market_desk.inject({"kind": "fundamental_jump", "size": -0.1, "at": 2, "until": 3})
    market_desk.inject({"kind": "symbol_halt", "at": 30})
    assert [row.cells[0] for row in market_desk.look(shock_rows)] == ["pending", "pending"]  # both wait for a tick
    market_desk.step(2)
    rows = market_desk.look(shock_rows)
    assert [row.cells[:2] for row in rows] == [("in force", "fundamental jump"), ("pending", "symbol halt")]
    assert rows[0].cells[4] == "size \u22120.1"
    market_desk.step(2)
    assert [row.cells[0] for row in market_desk.look(shock_rows)] == ["pending", "over"]


def test_a_scenario_that_cannot_be_opened_leaves_the_world_under_way(market_desk: Desk) -> None:
    market_desk.step(2)
    before = market_desk.run
    with pytest.raises(UnknownScenario):
        market_desk.load("market")
    assert market_desk.run is before
    assert market_desk.state == "paused"
    form = feeds.open_form(market_desk, "markets")
    assert form["fields"][0]["value"] == 3
    assert filled(form["fields"], {"seed": "12"}) == {"seed": 12}


def test_a_branch_is_told_whole_then_what_is_new_and_gone_when_it_is_closed(market_desk: Desk) -> None:
    feed, none = feeds.comparison(MEASURES[0]), feeds.comparison(MEASURES[1])
    told, seen = feed(market_desk, None)
    assert told == {"empty": "\u00a0"}
    assert feeds.branch_status(market_desk)["actions"] == []
    branch_here(
        market_desk.world, days=2, shock=lambda tick: {"kind": "fundamental_jump", "size": -0.5, "at": tick + 1}
    )
    told, seen = feed(market_desk, seen)
    assert told is not None
    assert told["rows"] == [[0.0, 100.0, 100.0, 0.0]]
    assert feed(market_desk, seen)[0] is None

    market_desk.step(3)

    told, seen = feed(market_desk, seen)
    assert told is not None
    assert "option" not in told
    assert [row[0] for row in told["rows"]] == [0.2, 0.4, 0.6]
    assert told["rows"][-1][1] == pytest.approx(market_desk.run.snapshot.index, abs=1e-4)
    missing, _ = none(market_desk, None)
    assert missing == {"empty": "Output: this scenario has no economy."}
    assert "fundamental jump in the branch alone" in feeds.branch_status(market_desk)["text"]
    json.dumps(feeds.comparison_option(MEASURES[0]), allow_nan=False)
    end_branch(market_desk.world)
    assert feed(market_desk, seen)[0] == {"empty": "\u00a0"}


def test_a_branch_ends_with_the_world_it_was_made_of(market_desk: Desk) -> None:
    branch_here(market_desk.world, days=2)
    market_desk.reset()
    assert branch_of(market_desk.world) is None


# -- dates while the world plays -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "values", "paused", "playing"),
    [
        ("symbol_halt", {"lasts": 2}, "from tick 1 (year 1, month 1, day 1) to tick 10.",
         "from the next tick once you confirm (now tick 1\u2009234) for 2 days."),
        ("symbol_halt", {"after": 1}, "from tick 5 (year 1, month 1, day 1) to the end of the run.",
         "from 1 day after you confirm (now tick 1\u2009234) to the end of the run."),
        ("order_flood", {"side": "sell", "size": 0.5, "after": 3, "lasts": 1}, "from tick 15",
         "from 3 days after you confirm (now tick 1\u2009234) for 1 day."),
    ],
)  # fmt: skip
def test_a_tick_is_promised_only_while_the_world_stands_still(
    market_desk: Desk, monkeypatch: pytest.MonkeyPatch, kind: str, values: dict[str, Any], paused: str, playing: str
) -> None:
    asked = read_form(market_desk, said(kind, **values))
    assert paused in feeds.told_effect(market_desk, asked, alone=False)

    snapshot = replace(market_desk.run.snapshot, tick=1_234)
    monkeypatch.setattr(type(market_desk), "state", "playing")
    monkeypatch.setattr(type(market_desk.run), "snapshot", snapshot)
    told = feeds.told_effect(market_desk, asked, alone=False)

    assert f": {playing} " in told
    assert "tick 1 " not in told


def test_what_strikes_once_is_told_so_too() -> None:
    now = AskedShock({"kind": "helicopter", "size": 0.1}, after=0, lasts=None, horizon=5)
    later = AskedShock({"kind": "helicopter", "size": 0.1}, after=10, lasts=None, horizon=5)
    told = [effect_once_confirmed(parse_shock(asked(7)), asked, 7, 5) for asked in (now, later)]
    assert told[0].endswith(": at the next tick once you confirm (now tick 7).")
    assert told[1].endswith(": 2 days after you confirm (now tick 7).")
