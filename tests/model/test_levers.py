"""Settings that change while a world runs: they move what they should, replay, and are refused with one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catallaxy.core.errors import Halted, OutOfBounds, ScenarioError, UnknownKey
from catallaxy.model.changes import changes_between, with_changes
from catallaxy.model.economy import Economy
from catallaxy.model.levers import LEVERS, Lever, effects
from catallaxy.model.runs import replay, resume
from catallaxy.model.scenario import load_scenario
from catallaxy.model.world import World
from tests.model.closed_economy import assert_closed, behind, closed, events
from tests.model.small_economy import assert_lawful, assert_same_run, everything, small

pytestmark = pytest.mark.compiled  # economies of many months: minutes without compilation

MONTH = 21  # ticks, where a day is one
TAX: dict[str, Any] = {"rule": "transaction_tax", "settings": {"rate": 0.001}}
EVERYWHERE: dict[str, Any] = {
    "margin__on": True,
    "psychology__enabled": True,
    "regulator__schedule": [TAX, {"rule": "circuit_breaker", "settings": {"fall": 0.2}}],
}
WORLDS: dict[str, dict[str, Any]] = {
    "a market": {"regulator__schedule": [TAX], "psychology__enabled": True},
    "three equations": {"macro__form": "reduced", "clock__ticks_per_day": 2},
    "tickers": {"traders__mix": {"market_maker": 0.2, "ticker_producer": 0.8}, "anchor__source": "ticker"},
}


def month(**changes: float) -> Economy:
    """Return a closed economy at its first month end; ``changes`` of the central bank were asked for on day 5."""
    economy = closed()
    economy.run(days=5)
    if changes:
        economy.change({f"central_bank.{name}": value for name, value in changes.items()})
    economy.run(days=MONTH - 5)
    return economy


def moved(lever: Lever) -> Any:
    """Return another value of a lever: a step away, the other position, another word."""
    if lever.kind == "bool":
        return not lever.value
    if lever.kind == "choice":
        return next(word for word in lever.choices if word != lever.value)
    assert lever.low is not None
    assert lever.high is not None
    assert lever.step is not None
    value = lever.low if lever.value is None else lever.value
    other = value + lever.step if value + lever.step <= lever.high else value - lever.step
    return int(other) if lever.kind == "int" else float(f"{other:.9g}")


def withheld(economy: Economy) -> int:
    """Return the income tax of the month that has ended."""
    flows = economy.flows("month")
    return int(flows.gains[flows.kinds.index("income tax")].max())


def refusal(economy: Economy, key: str, value: Any) -> OutOfBounds | None:
    """Return why a setting cannot change alone, or None."""
    try:
        with_changes(economy.settings, {key: value})
    except OutOfBounds as error:
        return error
    return None


def move_everything(economy: Economy) -> dict[str, Any]:
    """Ask for a change of every lever that may change alone; return what was asked for."""
    wished = {lever.key: moved(lever) for lever in economy.levers()}
    asked = {key: value for key, value in wished.items() if refusal(economy, key, value) is None}
    economy.change(asked)
    return asked


# What a change does


def test_the_policy_rate_follows_a_neutral_rate_from_the_next_month_end() -> None:
    before, after = month(), month(neutral_rate=0.03)
    moved_by = behind(after).memory.rate - behind(before).memory.rate
    assert moved_by == pytest.approx((0.03 - 0.01) * (1.0 - before.settings.central_bank.smoothing))
    assert behind(after).memory.shadow - behind(before).memory.shadow == pytest.approx(moved_by)


def test_the_policy_rate_follows_the_weights_of_the_rule() -> None:
    """At the first month end inflation is what is expected, so only the gap tells rules apart."""
    before, after = month(), month(phi_y=2.0)
    gap = behind(before).memory.slack
    assert behind(after).memory.rate != behind(before).memory.rate
    assert behind(after).memory.slack == gap


def test_another_rule_decides_from_the_next_month_end() -> None:
    economy = closed()
    economy.change({"central_bank.rule": "fixed", "central_bank.fixed_rate": 0.07, "central_bank.allow_unstable": True})
    economy.run(days=MONTH)
    assert behind(economy).memory.rate == 0.07
    assert behind(economy).memory.rule["rule"] == "fixed"


def test_an_income_tax_is_withheld_at_its_new_rate() -> None:
    rates, paid = [], []
    for changes in ({}, {"treasury.lowest_tax": 0.1, "treasury.income_tax": 0.1}):
        economy = closed()
        if changes:
            economy.change(changes)
        economy.run(days=MONTH)
        rates.append(behind(economy).memory.tax)
        paid.append(withheld(economy))
        assert_closed(economy)
    assert rates[0] - rates[1] == pytest.approx(0.17)
    assert 0.2 < paid[1] / paid[0] < 0.6


def test_traders_wake_as_often_as_they_are_told() -> None:
    """Eighty traders at 0.3 wake 24 times a tick, at 0.05 four times; who sleeps does not sleep on at the old rate."""
    sent = {}
    for activity in (None, 0.05, 1.0):
        economy = small()
        economy.run(ticks=20)
        if activity is not None:
            economy.change({"traders.activity": activity})
        before = economy.messages_sent
        economy.run(ticks=10)
        sent[activity] = economy.messages_sent - before
        assert_lawful(economy)
    assert sent[0.05] < 0.5 * sent[None]
    assert sent[1.0] > 1.8 * sent[None]


def test_a_trader_who_left_wakes_no_more_whatever_the_rate() -> None:
    economy = small()
    economy.traders[3].remove()
    population = economy.populations[0]
    asleep = population.wake.max()
    economy.change({"traders.activity": 1.0})
    economy.run(ticks=3)
    assert population.wake.max() == asleep > 10**9


def test_fewer_tickers_trade() -> None:
    economy = Economy("ticker", rng=3, traders__number=60, stocks__number=4)
    economy.run(ticks=10)
    economy.change({"strategy.ticker_producer.active_tickers": 1})
    economy.run(ticks=30)
    bars = economy.table("bars")
    late = bars[(bars["tick"] > 11) & (bars["interval"] == 1)]
    traded = late.groupby("symbol")["volume"].sum()
    assert traded[economy.symbols[0]] > 0
    assert not traded[list(economy.symbols[1:])].any()


def test_a_transaction_tax_changes_its_rate_and_not_its_dates() -> None:
    economy = small(regulator__schedule=[{**TAX, "at": 5}])
    economy.change({"regulator.transaction_tax.rate": 0.02})
    economy.run(ticks=4)
    assert economy.exchange.tax_ppm == 0
    economy.run(ticks=10)
    assert economy.exchange.tax_ppm == 20_000
    economy.change({"regulator.transaction_tax.rate": 0.01})
    economy.run(ticks=10)
    assert economy.exchange.tax_ppm == 10_000
    assert_lawful(economy)


def test_a_change_is_an_event_and_an_action_with_what_was_before() -> None:
    economy = closed()
    number = economy.change({"treasury.profit_tax": 0.3, "traders.activity": 0.1})
    assert [lever.asked for lever in economy.levers() if lever.key == "treasury.profit_tax"] == [0.3]
    economy.step()
    fact = {"setting": "treasury.profit_tax", "before": 0.2, "after": 0.3, "effect": "next month end"}
    assert events(economy, "changed") == [{"tick": 1, "symbol": "", **fact}]  # the other was what it is
    assert economy.results[number].success
    assert economy.table("actions")["action"].tolist() == ["CHANGE"]
    lever = next(lever for lever in economy.levers() if lever.key == "treasury.profit_tax")
    assert (lever.value, lever.asked, lever.baseline) == (0.3, 0.3, 0.2)


# Every lever


def test_every_lever_can_be_moved_and_every_account_still_closes() -> None:
    economy = closed(**EVERYWHERE)
    economy.run(days=3)
    asked = move_everything(economy)
    assert len(asked) > 0.95 * len(economy.levers())
    economy.run(days=2 * MONTH)
    assert {key: new for key, (_, new) in changes_between(economy.baseline, economy.settings).items()} == asked
    assert_closed(economy)


def test_every_component_holds_the_section_that_is_in_force() -> None:
    economy = closed(**EVERYWHERE)
    asked = move_everything(economy)
    economy.step()
    c, s = behind(economy), economy.settings
    held = [
        (c.firms, s.firms), (c.households, s.households), (c.banks, s.banks), (c.interbank, s.interbank),
        (c.depositors, s.runs), (c.expectations, s.expectations), (c.rule, s.central_bank), (economy.margin, s.margin),
        (economy.psychology, s.psychology), (economy.exchange, s.exchange), (economy.regulator, s.regulator),
    ]  # fmt: skip
    for component, section in held:
        assert component is not None
        assert component.settings is section
    assert c.expectations.target == s.central_bank.target == asked["central_bank.target"]
    assert {rule.name: rule.threshold for rule in economy.alerts.rules}["inflation"] == s.alerts.inflation
    assert {p.activity for p in economy.populations if p.name != "market_maker"} == {s.traders.activity}


def test_sliders_lie_within_the_schema_and_around_the_baseline() -> None:
    economy = closed(**EVERYWHERE)
    for lever in economy.levers():
        assert lever.description, lever.key
        if lever.kind in ("bool", "choice"):
            assert lever.low is lever.high is lever.step is None
            assert (lever.baseline in lever.choices) == (lever.kind == "choice"), lever.key
            continue
        low, high, step = lever.low, lever.high, lever.step
        assert low is not None
        assert high is not None
        assert step is not None
        assert low < high, lever.key
        assert 0.0 < step <= (high - low) / 10.0, lever.key
        assert lever.baseline is None or low <= lever.baseline <= high, lever.key
        for end in (low, high):
            refused = refusal(economy, lever.key, int(end) if lever.kind == "int" else end)
            assert refused is None or "Input should be" not in refused.due, lever.key  # but two may not go together


def test_what_a_scenario_lacks_has_no_lever() -> None:
    sections = {lever.section for lever in small().levers()}
    assert sections == {"traders", "strategy.market_maker", "exchange", "alerts"}
    assert {"central_bank", "expectations"} < {lever.section for lever in small(**WORLDS["three equations"]).levers()}
    assert "firms" not in {lever.section for lever in small(**WORLDS["three equations"]).levers()}


def test_every_lever_is_a_field_of_the_schema() -> None:
    scenario = load_scenario("economy-coarse")
    keys = [f"{group.section}.{name}" for group in LEVERS for name in group.fields.split()]
    assert len(keys) == len(set(keys))
    for key in effects(scenario):
        section, _, name = key.rpartition(".")
        holder = scenario.settings_of(section.split(".")[1]) if "." in section else getattr(scenario, section)
        assert name in type(holder).model_fields, key


# The same again


@pytest.mark.parametrize("changes", WORLDS.values(), ids=WORLDS)
def test_the_same_changes_in_the_same_ticks_are_the_same_run(changes: dict[str, Any]) -> None:
    def told(move: bool) -> Economy:
        economy = small(**changes)
        economy.run(ticks=13)
        if move:
            move_everything(economy)
        economy.run(ticks=37)
        return economy

    assert_same_run(told(True), told(True))
    assert told(False).chain_head != told(True).chain_head


@pytest.mark.parametrize("changes", WORLDS.values(), ids=WORLDS)
def test_a_state_goes_on_with_the_settings_that_were_in_force(changes: dict[str, Any]) -> None:
    """A checkpoint in the midst of a day and of a month, taken after every lever was moved."""
    economy = small(**changes)
    economy.run(ticks=13)
    move_everything(economy)
    economy.run(ticks=4)
    twin = small(**changes)
    twin.restore(*economy.state())
    assert twin.settings == economy.settings != economy.baseline
    economy.run(ticks=40)
    twin.run(ticks=40)
    assert everything(twin) == everything(economy)


def test_a_stored_run_with_changes_replays_and_goes_on(tmp_path: Path) -> None:
    """Stopped between a checkpoint (day 10) and the next, gone on with, and made again from its journal."""
    whole = closed(**EVERYWHERE)
    stored = closed(out=tmp_path / "run", **EVERYWHERE)
    for economy in (whole, stored):
        economy.run(days=7)
        move_everything(economy)
        economy.run(days=5)
        economy.change({"central_bank.neutral_rate": 0.02})
        economy.run(days=2)
    stored.memory.abandon()
    again = resume(tmp_path / "run")
    assert again.settings.central_bank.neutral_rate == 0.02
    assert everything(again) == everything(whole)
    for economy in (whole, again):
        economy.run(days=MONTH)
    assert everything(again) == everything(whole)
    again.close()
    assert replay(tmp_path / "run") is None


@pytest.mark.parametrize("stored", [False, True])
def test_changes_survive_a_halt(stored: bool, tmp_path: Path) -> None:
    economy = small(out=tmp_path / "run" if stored else None)
    economy.run(ticks=8)
    economy.change({"traders.activity": 0.7})
    economy.run(ticks=25)
    head = economy.chain_head
    economy.change({"traders.activity": 0.1})
    economy.halted = Halted(economy.tick + 1, "test", "on purpose")
    economy.recover()
    assert (economy.chain_head, economy.settings.traders.activity) == (head, 0.7)
    economy.step()
    assert economy.settings.traders.activity == 0.1


def test_without_a_group_the_same_changes_are_made() -> None:
    economy = small()
    economy.change({"traders.activity": 0.6})
    economy.run(ticks=20)
    without = economy.counterfactual(without="noise")
    assert without is not None


# What is refused

CASES: list[tuple[Any, type[ScenarioError], str]] = [
    ({"central_bank.neutral_rat": 0.01}, UnknownKey, "did you mean 'central_bank.neutral_rate'?"),
    ({"nonsense": 1}, UnknownKey, "known: alerts, "),
    ({"traders.number": 5}, OutOfBounds, "cannot change while a world runs: start one with --set traders.number=5"),
    ({"strategy.noise.size": 5}, OutOfBounds, "start one with --set strategy.noise.size=5"),
    ({"psychology.fear_weight": 1.0}, OutOfBounds, "this world has nothing that it would change"),
    ({"central_bank.neutral_rate": 0.5}, OutOfBounds, "central_bank.neutral_rate is 0.5; Input should be less than"),
    ({"central_bank.neutral_rate": "0.01"}, OutOfBounds, "central_bank.neutral_rate is '0.01'; give a number"),
    ({"central_bank.neutral_rate": True}, OutOfBounds, "give a number"),
    ({"central_bank.neutral_rate": None}, OutOfBounds, "give a number"),
    ({"central_bank.neutral_rate": float("nan")}, OutOfBounds, "give a number"),
    ({"central_bank.neutral_rate": {"a": ["b"] * 100}}, OutOfBounds, "give a number"),
    ({"asset_purchases.enabled": 1}, OutOfBounds, "asset_purchases.enabled is 1; give true or false"),
    ({"expectations.rule": 3}, OutOfBounds, "give a word"),
    ({"central_bank.rule": "tailor"}, OutOfBounds, "did you mean 'taylor'?"),
    ({"exchange.order_life": 2.5}, OutOfBounds, "exchange.order_life is 2.5; Input should be a valid integer"),
    ({"treasury.income_tax": 0.8}, OutOfBounds, "treasury.income_tax is 0.8; lowest_tax 0.17, income_tax 0.8"),
    ({"expectations.rule": "naive", "central_bank.phi_pi": 0.5}, OutOfBounds, "raise phi_pi above 1"),
    ({}, OutOfBounds, "give new values by key"),
    ([("traders.activity", 0.5)], OutOfBounds, "give new values by key"),
]


@pytest.mark.parametrize(("changes", "error", "words"), CASES, ids=[str(case[0])[:40] for case in CASES])
def test_what_cannot_be_is_refused_in_a_sentence(changes: Any, error: type[ScenarioError], words: str) -> None:
    economy = closed()
    with pytest.raises(error) as caught:
        economy.change(changes)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 400
    assert not economy.queued
    assert economy.settings is economy.baseline


def test_a_change_may_rest_on_one_that_waits() -> None:
    economy = closed()
    economy.change({"treasury.highest_tax": 0.9})
    economy.change({"treasury.income_tax": 0.8})
    economy.step()
    assert economy.settings.treasury.income_tax == 0.8


def test_a_change_whose_ground_has_gone_is_refused_in_the_journal(tmp_path: Path) -> None:
    """A run is closed while a change waits; who goes on does not see it, and asks for what it rules out."""
    economy = closed(out=tmp_path / "run")
    economy.run(days=2)
    economy.change({"treasury.highest_tax": 0.3})
    economy.close()
    again = resume(tmp_path / "run")
    number = again.change({"treasury.income_tax": 0.4})
    again.run(days=2)
    assert again.settings.treasury.highest_tax == 0.3
    assert again.settings.treasury.income_tax == 0.27
    assert (again.results[number].success, again.results[number].reason) == (False, "INVALID_ACTION")
    again.close()
    assert replay(tmp_path / "run") is None


def test_what_the_scenario_leaves_unset_can_be_set_and_unset_again() -> None:
    economy = closed()
    economy.change({"central_bank.fixed_rate": 0.05, "central_bank.phi_y": 1})
    economy.step()
    assert (economy.settings.central_bank.fixed_rate, economy.settings.central_bank.phi_y) == (0.05, 1.0)
    economy.change({"central_bank.fixed_rate": None, "central_bank.phi_y": None})
    economy.step()
    assert economy.settings == economy.baseline


def test_a_world_takes_changes_between_ticks() -> None:
    with World(small()) as world:
        world.play(until=200)
        world.change({"traders.activity": 0.9})
        world.wait(60)
        assert world.look(lambda economy: economy.settings.traders.activity) == 0.9
