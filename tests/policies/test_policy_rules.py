"""Rules for the policy rate: published points, what they share, and what each one answers to."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds, UnusableSeries
from catallaxy.policies.expectations import ExpectationSettings
from catallaxy.policies.monetary import MonetarySettings, corridor, okun_gap
from catallaxy.policies.policy_rule import Memory, PolicyRule, Readings, check_rule, decide, policy_rule, policy_rules

BUILT_IN = {
    "taylor", "taylor_1999", "first_difference", "strict_target", "price_level_target", "money_growth",
    "nominal_gdp_target", "fixed", "path",
}  # fmt: skip
ANSWERING = sorted(BUILT_IN - {"fixed", "path", "money_growth"})
rates = st.floats(-0.2, 0.5)


def readings(
    inflation: float = 0.02, gap: float = 0.0, rate: float = 0.03, month: int = 1, **levels: float
) -> Readings:
    levels = {"price_level": 1.0, "money": 1.0, "nominal_gdp": 1.0} | levels
    return Readings(month, inflation, 0.02, gap, rate, **levels)


def at_once(rule: str = "taylor", **fields: Any) -> MonetarySettings:
    return MonetarySettings(**{"rule": rule, "smoothing": 0.0} | fields)


@pytest.mark.parametrize(("inflation", "gap", "rate"), [(0.02, 0.0, 0.04), (0.04, 0.02, 0.08), (-0.01, -0.06, -0.035)])
def test_taylors_rule_gives_taylors_rates(inflation: float, gap: float, rate: float) -> None:
    """Taylor (1993): r* = π* = 2 %, weights of a half; the last one before the bound."""
    decided = decide(at_once(neutral_rate=0.02), readings(inflation, gap))

    assert decided.asked == pytest.approx(rate, abs=1e-14)
    assert decided.shadow == decided.asked
    assert decided.rate == max(decided.shadow, 0.0)


def test_every_preset_is_found_by_name() -> None:
    assert set(policy_rules()) >= BUILT_IN
    assert not [name for name in policy_rules() if name.startswith("_")]


@pytest.mark.parametrize("rule", sorted(BUILT_IN - {"path"}))
def test_in_the_steady_state_every_rule_asks_for_the_neutral_rate(rule: str) -> None:
    """With inflation on target, no gap and levels on their paths, i = r* + π*."""
    bank, memory = policy_rule(at_once(rule)), None
    for month in (1, 2, 13, 14):
        growth = 1.02 ** ((month - 1) / 12)
        month_of = readings(month=month, price_level=3 * growth, money=7 * growth, nominal_gdp=9 * growth)
        decided = bank.decide(month_of, memory)
        memory = decided.memory

        assert decided.rate == pytest.approx(0.03, abs=1e-14)


@pytest.mark.parametrize("rule", ANSWERING)
@given(first=rates, second=rates)
def test_more_inflation_never_lowers_the_rate(rule: str, first: float, second: float) -> None:
    low, high = sorted((first, second))
    settings = at_once(rule)

    assert decide(settings, readings(low)).rate <= decide(settings, readings(high)).rate


@given(inflation=rates, gap=st.floats(-0.5, 0.5), previous=st.floats(0.0, 0.3), bound=st.floats(-0.0075, 0.05))
def test_the_floor_holds_and_the_shadow_rate_is_kept(
    inflation: float, gap: float, previous: float, bound: float
) -> None:
    decided = decide(MonetarySettings(lower_bound=bound), readings(inflation, gap, previous))

    assert decided.rate >= bound
    assert decided.rate == max(decided.shadow, bound)
    assert decided.memory["shadow"] == decided.shadow
    assert ("lower bound" in decided.reason) == (decided.shadow < bound)


def test_smoothing_closes_a_quarter_of_the_distance_each_month() -> None:
    """ρ = 0.75: after n months 1 - 0.75^n of the way from 3 % to the 5.5 % asked for."""
    bank, rate, memory = policy_rule(MonetarySettings()), 0.03, None
    for month in range(1, 7):
        decided = bank.decide(readings(0.0366666666666667, rate=rate, month=month), memory)
        rate, memory = decided.rate, decided.memory
        assert rate == pytest.approx(0.055 - 0.025 * 0.75**month, abs=1e-12)


def test_a_long_stay_at_the_bound_is_remembered() -> None:
    """Two banks at zero see the same recovery; the one whose shadow rate fell lower lifts off later."""
    settings = MonetarySettings()
    bank = policy_rule(settings)
    deep = {"rule": "taylor", "shadow": -0.05, "own": {}}
    shallow = {"rule": "taylor", "shadow": -0.001, "own": {}}
    month_of = readings(0.02, rate=0.0)

    assert bank.decide(month_of, shallow).rate > 0.0
    assert bank.decide(month_of, deep).rate == 0.0


def test_a_rate_moved_by_a_shock_comes_back_by_smoothing() -> None:
    """A hundred points on top of 3 %: the memory's shadow rate is not what counts above the bound."""
    bank = policy_rule(MonetarySettings())
    memory = bank.decide(readings()).memory

    assert bank.decide(readings(rate=0.04), memory).rate == pytest.approx(0.0375)


def test_taylor_1999_answers_twice_as_much_to_the_gap() -> None:
    rates_of = {rule: decide(at_once(rule), readings(gap=0.02)).rate for rule in ("taylor", "taylor_1999")}

    assert rates_of == pytest.approx({"taylor": 0.04, "taylor_1999": 0.05})
    assert decide(at_once("taylor_1999", phi_y=0.5), readings(gap=0.02)).rate == pytest.approx(0.04)


def test_a_strict_target_leaves_the_gap_alone() -> None:
    settings = at_once("strict_target", phi_y=3.0)

    assert decide(settings, readings(gap=0.05)).rate == decide(settings, readings(gap=-0.05)).rate


def test_the_first_difference_rule_moves_by_steps_and_knows_no_neutral_rate() -> None:
    """A point of excess inflation for a month: a third of half a point. The gap counts by its change in a year."""
    bank = policy_rule(at_once("first_difference", neutral_rate=0.09))
    memory = bank.decide(readings(gap=-0.03, rate=0.05)).memory
    for month in range(2, 13):
        memory = bank.decide(readings(gap=0.0, rate=0.05, month=month), memory).memory

    decided = bank.decide(readings(0.03, gap=0.01, rate=0.05, month=13), memory)

    assert decided.rate == pytest.approx(0.05 + (0.5 * 0.01 + 0.5 * 0.04) / 3)
    assert len(bank.decide(readings(month=14), decided.memory).memory["own"]["gaps"]) == 13


def test_a_price_level_target_makes_good_what_was_missed() -> None:
    """After a year without inflation the price level is 2 % behind: inflation back on target is not enough."""
    bank = policy_rule(at_once("price_level_target"))
    memory = bank.decide(readings(month=1, price_level=1.0)).memory

    behind = bank.decide(readings(0.02, month=13, price_level=1.0), memory)

    assert behind.rate == pytest.approx(0.03 - 0.5 * math.log(1.02))


def test_nominal_gdp_and_money_are_held_to_their_paths() -> None:
    gdp = policy_rule(at_once("nominal_gdp_target", trend_growth=0.01))
    money = policy_rule(at_once("money_growth", money_growth=0.05, money_weight=2.0))
    start = readings(month=1, nominal_gdp=50.0, money=20.0)

    fast = gdp.decide(readings(month=13, nominal_gdp=50.0 * 1.06), gdp.decide(start).memory)
    plenty = money.decide(readings(month=13, money=20.0 * 1.10), money.decide(start).memory)

    assert fast.rate == pytest.approx(0.03 + 0.5 * math.log(1.06 / 1.03))
    assert plenty.rate == pytest.approx(0.03 + 2.0 * math.log(1.10 / 1.05))


def test_a_level_that_is_unknown_is_asked_for_by_name() -> None:
    with pytest.raises(UnusableSeries) as caught:
        decide(at_once("money_growth"), readings(month=3, money=math.nan))

    assert str(caught.value) == "reading money of month 3 is nan; rule money_growth needs it above 0"


def test_a_rule_that_takes_over_starts_its_own_path() -> None:
    """What another rule remembered is not mistaken for its own."""
    prices = decide(at_once("price_level_target"), readings(month=1, price_level=5.0)).memory

    taken_over = decide(at_once("nominal_gdp_target"), readings(month=7, nominal_gdp=80.0), prices)

    assert taken_over.memory["own"] == {"month": 7, "level": 80.0}
    assert taken_over.rate == pytest.approx(0.03)


@pytest.mark.parametrize("rule", sorted(BUILT_IN - {"path"}))
def test_a_decision_changes_nothing_and_its_memory_survives_json(rule: str) -> None:
    bank = policy_rule(MonetarySettings(rule=rule))
    memory = bank.decide(readings(0.03)).memory
    before = json.dumps(memory)

    first = bank.decide(readings(0.01, month=2), memory)
    second = policy_rule(MonetarySettings(rule=rule)).decide(readings(0.01, month=2), json.loads(before))

    assert json.dumps(memory) == before
    assert first == second


def test_a_fixed_rate_stays() -> None:
    settings = MonetarySettings(rule="fixed", fixed_rate=0.07)

    assert [decide(settings, readings(inflation, rate=0.01)).rate for inflation in (-0.1, 0.4)] == [0.07, 0.07]


@pytest.mark.parametrize("rule", ["naive", "trend_following", "heuristic_switching"])
def test_an_unstable_rule_is_refused_with_its_remedies(rule: Any) -> None:
    with pytest.raises(OutOfBounds) as caught:
        check_rule(MonetarySettings(phi_pi=0.9), ExpectationSettings(rule=rule))

    assert str(caught.value) == (
        f"central_bank.phi_pi is 0.9; with {rule} expectations nothing brings inflation back: raise phi_pi above 1, "
        "use anchored expectations, or set central_bank.allow_unstable = true"
    )


def test_a_peg_is_refused_where_nothing_anchors() -> None:
    with pytest.raises(OutOfBounds, match=r"central_bank\.rule is 'fixed'.*choose a rule that answers to inflation"):
        check_rule(MonetarySettings(rule="fixed"), ExpectationSettings(rule="naive"))


@pytest.mark.parametrize(
    ("settings", "expectations"),
    [
        (MonetarySettings(phi_pi=0.5), ExpectationSettings()),
        (MonetarySettings(phi_pi=1.01), ExpectationSettings(rule="naive")),
        (MonetarySettings(phi_pi=0.5, allow_unstable=True), ExpectationSettings(rule="naive")),
        (MonetarySettings(phi_pi=0.5, rule="money_growth"), ExpectationSettings(rule="naive")),
    ],
)
def test_what_anchors_or_is_meant_is_accepted(settings: MonetarySettings, expectations: ExpectationSettings) -> None:
    check_rule(settings, expectations)
    check_rule(settings.replaced({"phi_pi": 0.5}), ExpectationSettings(rule="naive"), allow_unstable=True)


def test_expectations_without_weight_on_the_target_are_no_anchor() -> None:
    with pytest.raises(OutOfBounds, match=r"central_bank\.phi_pi"):
        check_rule(MonetarySettings(phi_pi=0.5), ExpectationSettings(anchor=0.0))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"rule": "tayler"}, "monetary.rule is 'tayler'; give the name of a policy rule; did you mean 'taylor'?"),
        ({"rule": "path"}, "monetary: the rule path needs a file; give path, a CSV with columns month and rate"),
        ({"fixed_rate": -0.005}, "monetary: fixed_rate -0.005 is below lower_bound 0.0; raise one of them"),
        ({"lower_bound": -0.01}, "monetary.lower_bound is -0.01; Input should be greater than or equal to -0.0075"),
    ],
)
def test_settings_that_cannot_be_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(OutOfBounds) as caught:
        MonetarySettings.of(fields, at="monetary")

    assert str(caught.value) == message


def test_a_rule_of_ones_own_is_found_by_its_name() -> None:
    class NeverMoves(PolicyRule):
        """Half a per cent, whatever happens."""

        smoothed = False

        def asked(self, readings: Readings, memory: Memory, before: float) -> float:
            return 0.005

    assert decide(MonetarySettings(rule="never_moves"), readings()).rate == 0.005


def test_a_rule_that_asks_for_nonsense_is_stopped() -> None:
    with pytest.raises(UnusableSeries, match="rate of the rule taylor is nan"):
        decide(MonetarySettings(), readings(math.nan))


def test_the_corridor_lies_around_the_rate() -> None:
    settings = MonetarySettings(deposit_spread=0.001)

    assert corridor(settings, 0.02) == pytest.approx((0.019, 0.0225))


def test_unemployment_above_the_natural_rate_is_a_negative_gap() -> None:
    assert [okun_gap(MonetarySettings(), rate) for rate in (0.06, 0.07, 0.05)] == pytest.approx([0.0, -0.02, 0.02])
