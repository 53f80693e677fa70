"""Three equations behind a market without firms: they step by month, values follow rates, and nothing is posted."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from catallaxy.core.errors import OutOfBounds, SeriesChanged
from catallaxy.model.economy import Economy
from catallaxy.model.reduced_economy import ReducedEconomy
from catallaxy.model.runs import replay, resume
from catallaxy.policies.policy_rule import Readings, policy_rule
from catallaxy.policies.reduced_form import ReducedForm
from tests.model.small_economy import assert_lawful, everything, ran, small

REDUCED: dict[str, Any] = {"macro__form": "reduced", "clock__ticks_per_day": 2, "traders__activity": 0.6}
MONTH = 42
HIKE: dict[str, Any] = {"kind": "rate_change", "at": 50, "until": 60, "size": 0.01}


def reduced(*shocks: dict[str, Any], out: Path | None = None, **changes: Any) -> Economy:
    return small(out=out, shocks=shocks, **(REDUCED | changes))


def behind(economy: Economy) -> ReducedEconomy:
    assert economy.reduced is not None
    return economy.reduced


def test_a_market_alone_has_nothing_behind_it() -> None:
    economy = ran(10)
    assert economy.reduced is None
    assert "reduced_form" not in economy.settings.effective()
    assert not {"decide rate", "measure"} & {stage.name for stage in economy.schedule}


def test_a_month_is_the_rule_and_the_three_equations() -> None:
    """Two months by hand: the bank decides on the month before, the equations take its rate and the index."""
    economy = reduced()
    s = economy.settings
    rule, form = policy_rule(s.central_bank), ReducedForm(s.reduced_form, economy.seed, s.central_bank, s.expectations)
    money = float(economy.ledger.issued[0])
    first = rule.decide(Readings(1, 0.02, 0.02, 0.0, s.macro.policy_rate, 1.0, money, 1.0))
    economy.run(ticks=MONTH)
    month = form.step(1, math.log(economy.index / 100.0), 0.0, first.rate)
    assert (behind(economy).rate, behind(economy).month) == (first.rate, month)
    second = rule.decide(
        Readings(2, month.inflation_12m, month.expected_inflation, month.gap, first.rate, month.price_level, money,
                 month.nominal_gdp), first.memory,
    )  # fmt: skip
    economy.run(ticks=MONTH)
    assert behind(economy).rate == second.rate
    assert behind(economy).month == form.step(2, math.log(economy.index / 100.0), 0.0, second.rate)


def test_values_are_the_anchor_times_what_rates_make_of_it() -> None:
    economy, calm = reduced(), small(clock__ticks_per_day=2, traders__activity=0.6)
    seen = set()
    for _ in range(3 * MONTH):
        economy.step()
        calm.step()
        assert (economy.fundamental == economy.path.values(economy.tick) * seen_factor(economy, seen)).all()
        assert economy.path.values(economy.tick).tolist() == calm.path.values(economy.tick).tolist()
    assert len(seen) == 3
    assert_lawful(economy)


def seen_factor(economy: Economy, seen: set[float]) -> float:
    """Return the factor with which the tick began: a month end renews it for the tick after."""
    factor = getattr(economy, "_factor", 1.0)
    economy._factor = behind(economy).factor  # type: ignore[attr-defined]
    seen.add(factor)
    return factor


def test_a_hike_lowers_values_at_once_and_gives_them_back() -> None:
    calm, hiked = reduced(), reduced(HIKE)
    ratios, wedges = [], []
    for _ in range(70):
        calm.step()
        hiked.step()
        ratios.append(float(hiked.fundamental[0] / calm.fundamental[0]))
        wedges.append(behind(hiked).policy_rate - behind(hiked).rate)
    assert ratios[:49] == [1.0] * 49
    assert max(ratios[49:60]) < 0.96
    assert ratios[60:] == [1.0] * 10
    assert [round(wedge, 9) for wedge in wedges] == [0.0] * 49 + [0.01] * 11 + [0.0] * 10
    assert behind(hiked).rate == behind(calm).rate


def test_a_hike_over_a_month_end_lowers_the_gap_and_traded_prices() -> None:
    long = {**HIKE, "until": 400, "size": 0.03}
    calm, hiked = reduced(), reduced(long)
    for economy in (calm, hiked):
        economy.run(ticks=4 * MONTH)
    assert behind(hiked).month.gap < behind(calm).month.gap - 0.002
    assert hiked.index < 0.95 * calm.index


def test_a_scare_lowers_real_rates_and_then_the_rule_answers() -> None:
    scare = {"kind": "inflation_scare", "at": 50, "size": 0.05}
    calm, scared = reduced(), reduced(scare)
    for economy in (calm, scared):
        economy.run(ticks=50)
    assert behind(scared).factor > 1.1 * behind(calm).factor
    for economy in (calm, scared):
        economy.run(ticks=2 * MONTH - 50 + MONTH)
    assert behind(scared).rate > behind(calm).rate + 0.001


def test_moods_enter_what_is_expected() -> None:
    panic = {"kind": "mood", "at": 1, "size": -1.0, "half_life_days": 1000}
    moody: dict[str, Any] = {"psychology__enabled": True, "expectations__sentiment": 0.01}
    calm, gloomy = reduced(**moody), reduced(panic, **moody)
    for economy in (calm, gloomy):
        economy.run(ticks=MONTH)
    assert behind(gloomy).month.expected_inflation < behind(calm).month.expected_inflation - 0.005


def test_a_run_goes_on_from_a_checkpoint_and_plays_again(tmp_path: Path) -> None:
    economy = reduced(HIKE, out=tmp_path / "run")
    economy.run(ticks=53)
    economy.close()
    economy = resume(tmp_path / "run")
    economy.run(ticks=45)
    whole = reduced(HIKE)
    whole.run(ticks=98)
    assert everything(economy) == everything(whole)
    economy.close()
    assert replay(tmp_path / "run") is None


def test_a_rule_that_anchors_nothing_is_refused() -> None:
    with pytest.raises(OutOfBounds, match=r"central_bank\.phi_pi is 0\.5; with naive expectations"):
        reduced(central_bank__phi_pi=0.5, expectations__rule="naive")
    reduced(central_bank__phi_pi=0.5, expectations__rule="naive", central_bank__allow_unstable=True)


def test_shocks_to_firms_and_banks_need_them() -> None:
    with pytest.raises(OutOfBounds) as caught:
        reduced({"kind": "wage_push", "at": 5, "size": 0.1})
    assert str(caught.value) == (
        "shocks[0].kind is 'wage_push'; it needs an economy behind the market: macro.form = \"full\""
    )


@pytest.mark.parametrize("form", ["reduced", "full"])
def test_a_run_goes_on_only_with_the_rate_path_it_began_with(tmp_path: Path, form: str) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("month,rate\n1,0.02\n2,0.03\n")
    rule = {"central_bank__rule": "path", "central_bank__path": str(path), "macro__form": form}
    with Economy("economy-coarse", rng=1, out=tmp_path / "run", traders__number=90, firms__number=6,
                 banks__number=3, clock__ticks_per_day=1, **rule) as economy:  # fmt: skip
        economy.run(days=3)

    path.write_text("month,rate\n1,0.02\n2,0.04\n")

    with pytest.raises(SeriesChanged, match=r"rate path .*rates.csv has digest .*; put the data back as they were"):
        resume(tmp_path / "run")


def test_a_decision_that_moves_the_rate_is_an_event_here_too() -> None:
    economy = reduced()
    before = behind(economy).policy_rate
    economy.run(days=21)
    told = economy.table("events").query("event == 'policy_rate'")
    assert behind(economy).policy_rate != before
    assert [json.loads(facts)["after"] for facts in told["payload"]] == [round(behind(economy).policy_rate, 6)]
