"""The regulator at work: a crash halts a book, an auction reopens it, a tax reaches the treasury, all to the unit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import CatallaxyError, Halted
from catallaxy.model.economy import Economy
from catallaxy.model.runs import replay, resume
from catallaxy.model.scenario import load_scenario
from tests.model.small_economy import assert_lawful, assert_same_rows, assert_same_run, everything, results, small

FLOOD: dict[str, Any] = {
    "kind": "order_flood",
    "at": 12,
    "until": 14,
    "side": "sell",
    "size": 0.5,
    "symbols": ("AAPL",),
}
BREAKER: dict[str, Any] = {
    "rule": "circuit_breaker",
    "settings": {"fall": 0.05, "halt_minutes": 80, "auction_minutes": 80, "symbols": ("AAPL",)},  # two ticks each
}
TAX: dict[str, Any] = {"rule": "transaction_tax", "preset": "sweden"}
CRASH: dict[str, Any] = {"regulator__schedule": [BREAKER], "shocks": (FLOOD,)}
END = 30


def crash(ticks: int = END, out: Path | None = None, **changes: Any) -> Economy:
    """Return a small economy after ``ticks``, in which a flood of orders makes AAPL fall under a breaker."""
    economy = small(out=out, **(CRASH | changes))
    economy.run(ticks=ticks)
    return economy


def phases(economy: Economy, symbol: str = "AAPL") -> list[tuple[int, str]]:
    """Return tick and name of the events that changed the phase of a book."""
    events = economy.table("events")
    events = events[(events["symbol"] == symbol) & events["event"].isin(["halt", "auction", "resume"])]
    return list(events[["tick", "event"]].itertuples(index=False, name=None))


def trades(economy: Economy, symbol: str = "AAPL") -> pd.DataFrame:
    frame: pd.DataFrame = economy.table("trades")
    return frame[frame["symbol"] == symbol]


# Halts


def test_a_crash_halts_the_book_and_an_auction_reopens_it() -> None:
    economy = crash()
    halt = phases(economy)[0][0]
    assert phases(economy)[:3] == [(halt, "halt"), (halt + 2, "auction"), (halt + 4, "resume")]
    assert 13 <= halt <= 15
    assert phases(economy, "TSLA") == []
    reason = economy.table("events").query("event == 'halt'")["payload"].iloc[0]
    assert reason.startswith('{"reason": "circuit_breaker: -')


def test_nobody_trades_before_the_auction_and_then_everybody_at_one_price() -> None:
    economy = crash()
    halt = phases(economy)[0][0]
    ticks = set(trades(economy)["tick"])
    assert halt - 1 in ticks
    assert not ticks & set(range(halt, halt + 4))
    told = json.loads(economy.table("events").query("event == 'resume'")["payload"].iloc[0])
    first = trades(economy).query(f"tick == {halt + 4}")
    auction = first[first["quantity"].cumsum() <= told["lots"]]
    assert int(auction["quantity"].sum()) == told["lots"] > 0
    assert set(auction["price"]) == {told["price"]}


def test_orders_gather_while_the_book_is_called_and_none_while_it_is_halted() -> None:
    economy = small(**CRASH)
    economy.run(ticks=13)
    while not economy.exchange.listings.halted[0]:
        economy.step()
    before = economy.exchange.books.resting()
    number = economy.submit(economy.traders[3], {"type": "BUY", "symbol": "AAPL", "quantity": 1})
    economy.step()
    assert results(economy, number)[0][0] == "HALTED"
    assert len(economy.exchange.books.resting()) <= len(before)
    number = economy.submit(economy.traders[3], {"type": "BUY", "symbol": "AAPL", "quantity": 1})
    economy.step()
    assert economy.exchange.books.called.tolist() == [True, False]
    assert economy.quote("AAPL")[:2] == (None, None)
    assert results(economy, number) == [("ACCEPTED", "pending")]  # a market order waits for the auction
    assert economy.exchange.auctions.indication(0, tick_size=1, reference=1).lots > 0


def test_a_shock_that_halts_a_called_book_postpones_its_auction() -> None:
    halt = phases(crash())[0][0]
    shock = {"kind": "symbol_halt", "at": halt + 3, "until": halt + 6, "symbols": ("AAPL",)}
    economy = crash(shocks=(FLOOD, shock))
    assert phases(economy)[:4] == [
        (halt, "halt"), (halt + 2, "auction"), (halt + 3, "halt"), (halt + 7, "resume"),
    ]  # fmt: skip
    assert not set(trades(economy)["tick"]) & set(range(halt, halt + 7))


def test_the_whole_market_halts_once_a_day_at_each_level() -> None:
    rule = {
        "rule": "market_wide_breaker",
        "settings": {"levels": (0.01, 0.02), "closing_level": 0.2, "quiet_minutes": 0},
    }
    flood = {**FLOOD, "until": 29, "symbols": ()}
    economy = crash(regulator__schedule=[rule], shocks=(flood,))
    events = economy.table("events").query("event == 'halt'")
    halts = events["payload"].str.extract("level ([0-9]+)%")[0].to_frame("level")
    halts["day"] = (events["tick"] - 1) // 10
    assert len(halts) >= 4
    assert (halts.value_counts() == len(economy.symbols)).all()  # every book, and once


@pytest.mark.parametrize("changes", [{}, {"exchange__rounds": 2}, {"exchange__arrivals": "sequential"}], ids=str)
def test_halts_and_auctions_keep_every_identity(changes: dict[str, Any]) -> None:
    economy = small(**(CRASH | changes | {"regulator__schedule": [BREAKER, TAX], "exchange__taker_fee_ppm": 300}))
    for _ in range(END):
        economy.step()
        assert_lawful(economy)
    assert len(phases(economy)) >= 3


# The tax


def test_the_tax_is_taken_from_both_sides_of_every_trade_and_arrives_at_the_treasury() -> None:
    economy = small(regulator__schedule=[{**TAX, "at": 6, "until": 25}])
    had = economy.ledger.balance(economy.institutions.treasury, 0)
    economy.run(ticks=END)
    rows = economy.table("trades")
    taxed = rows[(rows["tick"] >= 6) & (rows["tick"] <= 25)]
    due = int(2 * ((taxed["price"] * taxed["quantity"]) // 100).sum())  # 100 basis points, rounded down
    assert due > 0
    assert economy.ledger.balance(economy.institutions.treasury, 0) - had == due
    flows = economy.table("flows")
    assert int(flows[flows["kind"] == "transaction tax"]["amount"].sum()) == due


def test_a_rate_that_changes_again_and_again_keeps_every_identity() -> None:
    schedule = [{**TAX, "at": at, "until": at + 2, "settings": {"rate": rate}} for at, rate in
                ((3, 0.01), (6, 0.05), (9, 0.0), (12, 0.001), (20, 0.02))]  # fmt: skip
    economy = small(regulator__schedule=schedule, exchange__maker_fee_ppm=100, exchange__taker_fee_ppm=2_000)
    rates = []
    for _ in range(25):
        economy.step()
        assert_lawful(economy)
        rates.append(economy.exchange.tax_ppm)
    assert rates[2:15] == [10_000] * 3 + [50_000] * 3 + [0] * 3 + [1_000] * 3 + [0]
    events = economy.table("events")
    for event in ("switch", "tax"):
        assert events[events["event"] == event]["tick"].tolist() == [3, 6, 9, 12, 15, 20, 23]


def test_a_new_rate_reopens_the_books_by_auction() -> None:
    economy = small(regulator__schedule=[{**TAX, "at": 12}])
    economy.run(ticks=20)
    assert phases(economy) == [(12, "auction"), (13, "resume")]
    assert not (economy.table("trades")["tick"] == 12).any()


# Requirements


def test_banks_are_judged_by_the_rules_in_force() -> None:
    schedule = [{"rule": "capital_requirement", "at": 3, "until": 5, "settings": {"total": 0.2}}]
    economy = small(regulator__schedule=schedule)
    totals = []
    for _ in range(7):
        economy.step()
        totals.append(economy.prudential.total)
    assert totals == [0.08, 0.08, 0.2, 0.2, 0.2, 0.08, 0.08]


# Repetition


def test_a_scenario_without_a_regulator_says_nothing_of_one() -> None:
    economy = small()
    assert economy.regulator is None
    assert "regulator" not in economy.settings.effective()


@pytest.mark.parametrize("stop", range(12, 22))
def test_a_run_resumed_inside_a_halt_or_an_auction_is_the_run_that_never_stopped(stop: int, tmp_path: Path) -> None:
    changes = {"regulator__schedule": [BREAKER, {**TAX, "at": 17}, {"rule": "market_wide_breaker"}]}
    whole = crash(**changes)
    crash(stop, tmp_path / "run", **changes).close()
    economy = resume(tmp_path / "run")
    economy.run(ticks=END - stop)
    assert everything(economy) == everything(whole)
    assert_same_rows(economy, whole)
    economy.close()
    assert replay(tmp_path / "run") is None


@pytest.mark.parametrize("stored", [False, True], ids=["memory", "folder"])
@pytest.mark.parametrize("stage", ["inject", "oversee", "seal"])
def test_a_tick_that_fails_inside_an_auction_leaves_no_trace(stage: str, stored: bool, tmp_path: Path) -> None:
    whole = crash()
    at = next(tick for tick, event in phases(whole) if event == "resume")
    economy = small(out=tmp_path / "run" if stored else None, **CRASH)
    run, blown = economy.schedule[stage].run, []

    def fuse(model: Economy) -> None:
        run(model)
        if model.tick == at and not blown:
            blown.append(at)
            raise RuntimeError("the fuse blew")

    economy.schedule[stage].run = fuse
    with pytest.raises(Halted):
        economy.run(ticks=END)
    economy.recover()
    economy.run(ticks=END - economy.tick)
    assert_same_run(economy, whole)
    economy.close()


RULES = st.one_of(
    st.fixed_dictionaries({"rule": st.just("transaction_tax"), "settings": st.fixed_dictionaries(
        {"rate": st.sampled_from([0.0, 0.0001, 0.05])})}),
    st.fixed_dictionaries({"rule": st.just("circuit_breaker"), "settings": st.fixed_dictionaries({
        "fall": st.sampled_from([0.001, 0.02]), "either_way": st.booleans(),
        "reference": st.sampled_from(["close", "mean"]), "halt_minutes": st.sampled_from([10.0, 200.0])})}),
    st.fixed_dictionaries({"rule": st.just("market_wide_breaker"), "settings": st.fixed_dictionaries({
        "levels": st.sampled_from([(0.001,), (0.002, 0.01)]), "auction_minutes": st.sampled_from([10.0, 300.0])})}),
)  # fmt: skip


@given(
    st.integers(0, 2**32),
    st.lists(st.tuples(st.integers(1, 12), st.integers(0, 6), RULES), min_size=1, max_size=5),
    st.lists(
        st.tuples(st.integers(1, 12), st.integers(0, 4), st.sampled_from(["symbol_halt", "order_flood"])), max_size=3
    ),
    st.sampled_from([0, 99_999]), st.booleans(), st.sampled_from(["batch", "sequential"]),
)  # fmt: skip
def test_whatever_is_switched_nothing_is_lost(
    seed: int, rules: list[Any], shocks: list[Any], fee: int, prevention: bool, arrivals: str
) -> None:
    flood = {"side": "sell", "size": 0.3}
    economy = small(
        seed, traders__number=40, clock__ticks_per_day=4, exchange__taker_fee_ppm=fee, exchange__arrivals=arrivals,
        exchange__self_trade_prevention=prevention,
        regulator__schedule=[{**rule, "at": at, "until": at + lasts} for at, lasts, rule in rules],
        shocks=[
            {"kind": kind, "at": at, "until": at + lasts} | (flood if kind == "order_flood" else {})
            for at, lasts, kind in shocks
        ],
    )  # fmt: skip
    issued = economy.ledger.issued.tolist()
    for _ in range(12):
        economy.step()
        assert_lawful(economy)
        assert economy.ledger.issued.tolist() == issued
        called = economy.exchange.books.called
        for book in range(2):
            bids, asks = economy.exchange.books.depth(book, 1)
            assert called[book] or not (bids and asks) or bids[0][0] < asks[0][0]


# What cannot be used


@pytest.mark.parametrize(
    ("regulator", "message"),
    [
        (
            {"schedule": [{**BREAKER, "settings": {"symbols": ["GONE"]}}]},
            "regulator.schedule[0].settings.symbols is 'GONE'; listed are AAPL",
        ),
        ({"schedule": [{"rule": "short_bam"}]}, "unknown key 'regulator.schedule[0].rule.short_bam'"),
        ({"schedul": []}, "unknown key 'regulator.schedul'; did you mean 'regulator.schedule'?"),
        ({"buffer": {}}, "regulator: the buffer is part of capital_requirement"),
        ({"volatility": {"on_above": 0.1}}, "regulator.volatility: off_below is 0.25, above on_above = 0.1"),
    ],
)
def test_a_scenario_with_a_bad_regulator_is_refused_before_anything_runs(
    regulator: dict[str, Any], message: str
) -> None:
    with pytest.raises(CatallaxyError) as caught:
        load_scenario("markets", {"regulator": regulator})
    assert str(caught.value).startswith(message)


def test_a_toml_file_names_rules_by_their_tables(tmp_path: Path) -> None:
    path = tmp_path / "taxed.toml"
    path.write_text(
        '[[regulator.schedule]]\nrule = "transaction_tax"\nat = 5\npreset = "italy"\n\n'
        '[[regulator.schedule]]\nrule = "circuit_breaker"\npreset = "luld_tier_2"\n'
        "settings = { halt_minutes = 10 }\n"
    )
    scenario = load_scenario(path)
    assert scenario.regulator is not None
    tax, breaker = scenario.regulator.schedule
    assert (tax["at"], tax["settings"]) == (5, {"rate": 0.001})
    assert (breaker["settings"]["fall"], breaker["settings"]["halt_minutes"]) == (0.1, 10.0)
    assert load_scenario(scenario.effective()).effective() == scenario.effective()
