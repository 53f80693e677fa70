"""Moods in an economy: what a day does to them, what they do to orders, and that they are off unless asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catallaxy.agents.mood_inputs import BOUGHT, BUYS, SELLS, SOLD, market_inputs
from catallaxy.model.economy import Economy
from catallaxy.model.moods import day_closes
from catallaxy.model.runs import replay, resume
from tests.model.small_economy import assert_lawful, assert_same_run, everything, ran, small

MOODY: dict[str, Any] = {"psychology__enabled": True}
SCALES = ("noise", "order_size", "chartist", "fundamentalist", "risk_aversion", "leverage")


def test_without_psychology_every_scale_is_one_and_nothing_is_recorded() -> None:
    economy = ran(20)
    assert economy.psychology is None
    for scale in SCALES:
        assert getattr(economy.market().arrays, f"{scale}_scale").tolist() == [1.0, 1.0]
    assert economy.table("sentiment").empty
    assert "feel" not in [stage.name for stage in economy.schedule]
    assert "psychology" not in economy.settings.effective()


def test_moods_that_move_nothing_leave_a_run_as_it_is() -> None:
    """With all weights at 0 the trades are those of a run without moods."""
    weights = (
        "sentiment", "fear", "greed", "herding", "chartist", "fundamentalist", "risk_aversion", "leverage",
    )  # fmt: skip
    numb = ran(60, **MOODY, **{f"psychology__{name}_weight": 0.0 for name in weights})
    calm = ran(60)
    assert numb.table("trades").values.tolist() == calm.table("trades").values.tolist()
    assert numb.table("sentiment")["sentiment"].any()


def test_moods_change_orders_from_the_second_day_on() -> None:
    moody, calm = ran(60, **MOODY), ran(60)
    ours, theirs = (economy.table("trades") for economy in (moody, calm))
    assert ours[ours["tick"] <= 10].values.tolist() == theirs[theirs["tick"] <= 10].values.tolist()
    assert ours.values.tolist() != theirs.values.tolist()
    assert_lawful(moody)


def test_a_day_is_what_takers_did_and_how_prices_closed() -> None:
    """The counts of the day are those of table trades, and the moods those of a psychology fed by hand."""
    economy = small(**MOODY)
    assert economy.psychology is not None
    economy.run(ticks=9)
    trades = economy.table("trades")
    for book, symbol in enumerate(economy.symbols):
        rows = trades[trades["symbol"] == symbol]
        for side, (lots, orders) in enumerate(((BOUGHT, BUYS), (SOLD, SELLS))):
            part = rows[rows["aggressor"] == side]
            assert economy.taken[lots, book] == part["quantity"].sum()
            assert economy.taken[orders, book] == part.groupby(["tick", "taker_order"]).ngroups
    economy.step()
    trades = economy.table("trades")
    sides = np.zeros((4, 2), np.int64)
    for book, symbol in enumerate(economy.symbols):
        rows = trades[trades["symbol"] == symbol]
        for side, (lots, orders) in enumerate(((BOUGHT, BUYS), (SOLD, SELLS))):
            part = rows[rows["aggressor"] == side]
            sides[lots, book], sides[orders, book] = part["quantity"].sum(), part["taker_order"].nunique()
    by_hand = small(**MOODY).psychology
    assert by_hand is not None
    closes = np.vstack([economy.opening, economy.exchange.last])
    by_hand.note_day(*market_inputs(closes, sides, margin_share=0.0))
    assert by_hand.index.tolist() == economy.psychology.index.tolist()
    assert not economy.taken.any()


def test_closes_go_back_a_year_and_a_day_at_most() -> None:
    economy = small(clock__ticks_per_day=1)
    for day in range(1, 301):
        economy.tape.note_day(np.array([100.0 + day, 50.0]))
    closes = day_closes(economy.tape, np.array([999, 50]))
    assert closes.shape == (253, 2)
    assert closes[:, 0].tolist() == [*(100.0 + day for day in range(49, 301)), 999.0]


def test_every_day_has_a_row_for_each_symbol_and_one_for_the_market() -> None:
    economy = ran(30, **MOODY)
    psychology, rows = economy.psychology, economy.table("sentiment")
    assert psychology is not None
    assert rows[["tick", "symbol"]].values.tolist() == [[t, s] for t in (10, 20, 30) for s in (*economy.symbols, "")]
    last = rows[rows["tick"] == 30]
    assert last["sentiment"].tolist() == [*psychology.index.tolist(), psychology.sentiment]
    assert last["sentiment_01"].tolist() == ((last["sentiment"] + 1) / 2).tolist()
    assert ((rows["fear"] == 0) | (rows["greed"] == 0)).all()
    assert set(last["disagreement"]) == {psychology.disagreement}
    plain = 1 + 0.3 * last["fear"] + 0.3 * last["greed"] + 0.5 * last["herding"] + 0.4 * last["sentiment"].abs()
    assert last["volatility_multiplier"].tolist() == pytest.approx(plain.tolist())


def test_a_moody_run_goes_on_from_a_checkpoint_and_plays_again(tmp_path: Path) -> None:
    economy = small(out=tmp_path / "run", **MOODY)
    economy.run(ticks=34)
    economy.close()
    economy = resume(tmp_path / "run")
    economy.run(ticks=21)
    whole = ran(55, **MOODY)
    assert everything(economy) == everything(whole)
    assert economy.table("sentiment").values.tolist() == whole.table("sentiment").values.tolist()
    economy.close()
    assert replay(tmp_path / "run") is None


def test_a_failed_tick_leaves_no_mood_behind() -> None:
    economy = small(**MOODY)
    economy.run(ticks=25)

    def fail(_: Economy) -> None:
        raise RuntimeError("a stage that fails")

    sound = economy.schedule["observe"].run
    economy.schedule["observe"].run = fail
    with pytest.raises(Exception, match="a stage that fails"):
        economy.run(ticks=10)
    economy.schedule["observe"].run = sound
    economy.recover()
    assert_same_run(economy, ran(25, **MOODY))


def test_households_of_a_closed_economy_have_moods() -> None:
    economy = Economy(
        "economy-coarse", rng=1, traders__number=150, firms__number=6, banks__number=3, clock__ticks_per_day=1,
        identities="full", **MOODY,
    )  # fmt: skip
    economy.run(days=22)
    psychology = economy.psychology
    assert psychology is not None
    assert psychology.memory.size == 160  # with ten holders
    assert psychology.symbols == economy.symbols
    assert economy.table("sentiment")["sentiment"].any()
