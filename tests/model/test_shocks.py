"""Shocks: dated values that are in force in their dates, undo themselves, and touch no price."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catallaxy.core.errors import OutOfBounds, ScenarioError
from catallaxy.model.runs import replay, resume
from catallaxy.model.scenario import load_scenario
from catallaxy.model.shocks import SHOCK_KINDS, parse_shock
from tests.model.small_economy import assert_lawful, everything, prices, ran, results, small

JUMP: dict[str, Any] = {"kind": "fundamental_jump", "at": 5, "until": 8, "size": -0.5}
FLOOD: dict[str, Any] = {"kind": "order_flood", "at": 5, "until": 6, "side": "sell", "size": 0.5}
HALT: dict[str, Any] = {"kind": "symbol_halt", "at": 5, "until": 8, "symbols": ("AAPL",)}


def values(economy: Any, ticks: int) -> np.ndarray[Any, Any]:
    """Return (ticks, stocks) fundamental values, tick by tick."""
    rows = []
    for _ in range(ticks):
        economy.step()
        rows.append(economy.fundamental.copy())
    return np.array(rows)


# What they do


@pytest.mark.parametrize(("symbols", "columns"), [((), [0, 1]), (("TSLA",), [1]), (("TSLA", "TSLA"), [1])])
def test_a_jump_multiplies_the_fundamental_value_in_its_dates_and_nowhere_else(
    symbols: tuple[str, ...], columns: list[int]
) -> None:
    calm, jumped = values(small(), 12), values(small(shocks=({**JUMP, "symbols": symbols},)), 12)
    due = calm.copy()
    due[4:8, columns] *= 0.5
    assert (jumped == due).all()


def test_a_jump_moves_no_price_by_itself() -> None:
    """With nobody awake who looks at values, prices and trades are those of a run without it."""
    calm, jumped = small(**BLIND), small(shocks=(JUMP,), **BLIND)
    for economy in (calm, jumped):
        economy.run(ticks=20)
    assert (prices(calm) == prices(jumped)).all()
    assert int(calm.trades_made) > 20


BLIND: dict[str, Any] = {"traders__muted": ("fundamentalist", "hybrid")}


def test_jumps_that_overlap_multiply() -> None:
    calm = values(small(), 6)
    both = values(small(shocks=(JUMP, {**JUMP, "at": 6, "until": 6, "size": 1.0})), 6)
    assert both[4].tolist() == (calm[4] * 0.5).tolist()
    assert both[5].tolist() == pytest.approx(calm[5].tolist())


def test_a_shock_without_an_end_lasts() -> None:
    forever = {key: value for key, value in JUMP.items() if key != "until"}
    calm, jumped = values(small(), 30), values(small(shocks=(forever,)), 30)
    assert (jumped[4:] == calm[4:] * 0.5).all()
    assert (jumped[:4] == calm[:4]).all()


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_a_flood_conserves_everything_and_sends_nothing_after_its_end(side: str) -> None:
    calm = ran(12)
    economy = small(shocks=({**FLOOD, "side": side},))
    issued, sent = economy.ledger.issued.tolist(), []
    for _ in range(12):
        economy.step()
        assert_lawful(economy)
        sent.append(economy.counters.messages)
    assert economy.ledger.issued.tolist() == issued
    quiet = calm.table("world")["messages"].tolist()
    assert sent[:4] == quiet[:4]
    assert min(sent[4:6]) > 3 * max(quiet)
    assert max(sent[6:]) < 2 * max(quiet)
    assert economy.exchange.desk.records == {}


def test_a_flood_of_sales_presses_prices_and_one_of_purchases_lifts_them() -> None:
    long = {**FLOOD, "until": 20, "size": 0.3}
    down, up = (ran(20, shocks=({**long, "side": side},)) for side in ("sell", "buy"))
    assert down.index < 0.95 * up.index


def test_only_the_group_that_is_named_floods() -> None:
    economy = ran(4, shocks=({**FLOOD, "who": "momentum"},), recording__orders=True)
    economy.run(ticks=1)
    (momentum,) = [population for population in economy.populations if population.name == "momentum"]
    orders = economy.table("orders")
    flood = orders[(orders["tick"] == 5) & (orders["kind"] == "market")]
    usual = ran(5, recording__orders=True).table("orders")
    extra = len(flood) - len(usual[(usual["tick"] == 5) & (usual["kind"] == "market")])
    assert 0 < extra <= 2 * momentum.size


def test_a_halt_stops_new_orders_and_lifts_itself() -> None:
    economy = small(shocks=(HALT,))
    trader = economy.traders[0]
    order = {"type": "BUY", "symbol": "AAPL", "quantity": 1, "order_type": "LIMIT", "price": 1}
    seen = {}
    for tick in range(1, 12):
        number = economy.submit(trader, order)
        other = economy.submit(trader, {**order, "symbol": "TSLA"})
        economy.step()
        assert_lawful(economy)
        seen[tick] = results(economy, number)[0]
        assert results(economy, other) == [("ACCEPTED", "pending")]
    halted = {tick: told for tick, told in seen.items() if told[0] == "HALTED"}
    assert halted == dict.fromkeys(range(5, 9), ("HALTED", "trading in this symbol is halted"))
    trades = economy.table("trades")
    apple = set(trades[trades["symbol"] == "AAPL"]["tick"])
    assert not apple & {5, 6, 7, 8}
    assert apple & {9, 10, 11}
    events = economy.table("events")
    told = events[events["event"].isin(["halt", "resume"])]
    assert told[["tick", "event", "symbol"]].values.tolist() == [[5, "halt", "AAPL"], [9, "resume", "AAPL"]]


def test_an_order_can_be_cancelled_while_its_symbol_is_halted() -> None:
    economy = small(shocks=(HALT,))
    trader = economy.traders[0]
    order = {"type": "BUY", "symbol": "AAPL", "quantity": 1, "order_type": "LIMIT", "price": 1}
    number = economy.submit(trader, order)
    economy.run(ticks=5)
    cancel = economy.submit(trader, {"type": "CANCEL", "order": economy.results[number].order})
    economy.step()
    assert results(economy, cancel) == [("ACCEPTED", "cancelled")]


# From outside


def test_a_shock_injected_is_the_shock_of_a_scenario_from_then_on() -> None:
    given, injected = small(shocks=(JUMP,)), small()
    number = injected.inject(JUMP)
    assert (values(given, 12) == values(injected, 12)).all()
    assert results(injected, number) == [("ACCEPTED", "in force from tick 5")]


def test_injected_shocks_are_there_after_a_resume_and_play_again(tmp_path: Path) -> None:
    def run(economy: Any, stops: tuple[int, ...]) -> Any:
        for stop in stops:
            while economy.tick < stop:
                if economy.tick == 3:
                    economy.inject({**JUMP, "until": 30})
                    economy.inject({**FLOOD, "until": 26})
                    economy.inject({**HALT, "until": 27})
                economy.step()
            if stop < 35:
                economy.close()
                economy = resume(tmp_path / "run")
        return economy

    economy = run(small(out=tmp_path / "run"), (10, 23, 35))
    assert everything(economy) == everything(run(small(), (35,)))
    economy.close()
    assert replay(tmp_path / "run") is None


def test_shocks_of_a_toml_file_and_of_json_values_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "shaken.toml"
    path.write_text(
        'name = "shaken"\n[[shocks]]\nkind = "fundamental_jump"\nat = 5\nuntil = 8\nsize = -0.5\n'
        '[[shocks]]\nkind = "symbol_halt"\nat = 5\nuntil = 8\nsymbols = ["AAPL"]\n'
    )
    (jump, halt) = load_scenario(path).shocks
    assert parse_shock(jump) == parse_shock(JUMP)
    assert parse_shock(halt) == parse_shock({**HALT, "symbols": ["AAPL"]})


# Refusals


KINDS = ", ".join(SHOCK_KINDS)
BAD = [
    ({**JUMP, "kind": "meteor"}, f"kind is 'meteor'; give one of {KINDS}"),
    ({"at": 5}, f"kind is None; give one of {KINDS}"),
    ({**JUMP, "at": 0}, "at is 0; Input should be greater than or equal to 1"),
    ({**JUMP, "size": -1.0}, "size is -1.0; Input should be greater than -1"),
    ({**JUMP, "size": float("nan")}, "size is nan; Input should be a finite number"),
    ({**FLOOD, "size": 1.5}, "size is 1.5; Input should be less than or equal to 1"),
    ({**FLOOD, "side": "up"}, "side is 'up'; Input should be 'buy' or 'sell'"),
    ({**HALT, "symbols": ("NOPE",)}, "symbols is 'NOPE'; listed are AAPL, TSLA"),
    (
        {**FLOOD, "who": "bulls"},
        "who is 'bulls'; the groups are fundamentalist, herder, hybrid, market_maker, mean_reversion, momentum, noise; "
        "leave it empty for all of them",
    ),
]


@pytest.mark.parametrize(("shock", "message"), BAD)
def test_a_bad_shock_is_refused_when_it_is_given(shock: dict[str, Any], message: str) -> None:
    economy = small()
    with pytest.raises(OutOfBounds) as caught:
        economy.inject(shock)
    assert str(caught.value) == f"shock.{message}"
    economy.step()
    assert economy.results == {}
    with pytest.raises(ScenarioError) as caught_too:
        small(shocks=(JUMP, shock))
    assert str(caught_too.value) == f"shocks[1].{message}"


def test_a_shock_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(OutOfBounds) as caught:
        parse_shock({**JUMP, "until": 4})
    assert "until is 4, before at = 5; give a later tick" in str(caught.value)


def test_an_unknown_key_of_a_shock_names_the_nearest() -> None:
    for shocks, prefix in (((), "shock"), ((JUMP,), "shocks[1]")):
        with pytest.raises(ScenarioError) as caught:
            small(shocks=(*shocks, {**JUMP, "sise": 1})) if shocks else small().inject({**JUMP, "sise": 1})
        assert str(caught.value) == f"unknown key '{prefix}.sise'; did you mean '{prefix}.size'?"


def test_a_shock_for_a_tick_that_is_over_is_refused() -> None:
    economy = ran(5)
    with pytest.raises(OutOfBounds) as caught:
        economy.inject(JUMP)
    assert str(caught.value) == "shock.at is 5; tick 5 is over; give 6 or later"
