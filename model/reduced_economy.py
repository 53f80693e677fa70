"""An economy in three equations behind a market without firms: rates that follow inflation, values that follow rates.

Once a month the central bank decides by its rule, and the `ReducedForm` takes a step with the yearly return of the
index. Fundamental values are those of the anchor times a duration effect: a perpetuity's price moves with one over
its discount rate (Gordon 1959), so

    v = anchor × (r₀ + ρ - g) / (r + ρ - g),

r the long real yield, r₀ that of the opening, ρ the equity premium and g growth, as in the closed economy. Nothing is
posted: a market's money and shares do not answer to three equations, what traders believe does. There are no goods, so
commodity prices stand still.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from ..policies.asset_purchases import mean_expected_rate, term_yield
from ..policies.policy_rule import Readings, policy_rule
from ..policies.reduced_form import MonthOfEconomy, ReducedForm

if TYPE_CHECKING:
    from .economy import Economy
    from .scenario import Scenario

MONTHS_PER_YEAR = 12


class ReducedEconomy:
    """The three equations, the central bank's rule, and what they do to fundamental values; a part with a state.

    Attributes
    ----------
    rate, shadow, wedge : float
        What the rule decided, the same without a bound, and what shocks add to it; a year.
    month : MonthOfEconomy
        The month that ended last.
    factor : float
        By which fundamental values are multiplied; 1 at the opening.

    Examples
    --------
    >>> from catallaxy.model.scenario import load_scenario
    >>> behind = ReducedEconomy(load_scenario("markets", {"macro": {"form": "reduced"}}), seed=7)
    >>> behind.force(0.01)
    >>> round(behind.policy_rate, 6), behind.factor < 0.96
    (0.032, True)
    """

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.settings, target = scenario, scenario.central_bank.target
        self.form = ReducedForm(scenario.reduced_form, seed, scenario.central_bank, scenario.expectations)
        self.rule = policy_rule(scenario.central_bank)
        self.rate = self.shadow = scenario.macro.policy_rate
        self.wedge = 0.0
        self.memory: dict[str, Any] = {}
        self.month = MonthOfEconomy(0, target, target, 0.0, target, 1.0, 1.0)
        self.indices = [100.0]
        self.factor = 1.0
        self._opening_discount = self.discount

    @property
    def policy_rate(self) -> float:
        """The policy rate in force, a year: the rule's, and what shocks add to it, not below the bound."""
        return max(self.rate + self.wedge, self.rule.settings.lower_bound) if self.wedge else self.rate

    @property
    def long_yield(self) -> float:
        """The ten-year yield that follows from the policy rates expected."""
        s, bank = self.settings.asset_purchases, self.settings.central_bank
        long_run = bank.neutral_rate + bank.target
        mean = mean_expected_rate(s, self.shadow + self.wedge, long_run, lower_bound=bank.lower_bound)
        return term_yield(s, mean, 0.0)

    @property
    def discount(self) -> float:
        """Rate r + ρ - g at which real dividends are discounted, a year; inflation is expected to return to target."""
        s, target = self.settings.valuation, self.settings.central_bank.target
        expected = mean_expected_rate(self.settings.asset_purchases, self.form.expectations.expected, target)
        real = self.long_yield - expected
        return max(real + s.equity_premium - s.growth, s.least_yield)

    def force(self, wedge: float) -> None:
        """Let shocks add ``wedge`` to the policy rate; values follow at once."""
        self.wedge = wedge
        self.value()

    def set_policy(self, settings: Scenario) -> None:
        """Let the equations, the public and the central bank follow other settings from the next month end on."""
        self.settings = settings
        self.form.set_policy(settings.reduced_form, settings.central_bank, settings.expectations)
        if self.rule.settings != settings.central_bank:
            self.rule = policy_rule(settings.central_bank)

    def value(self) -> None:
        """Renew the factor on fundamental values."""
        self.factor = self._opening_discount / self.discount

    def decide_rate(self, money: float) -> Readings:
        """Let the central bank decide on what the last month brought, and return what it read."""
        readings = replace(self.month.readings(self.rate), month=self.month.month + 1, money=money)
        decision = self.rule.decide(readings, self.memory)
        self.rate, self.shadow, self.memory = decision.rate, decision.shadow, dict(decision.memory)
        return readings

    def step(self, index: float, sentiment: float) -> None:
        """Let a month pass that ended with the share ``index``."""
        self.indices = [*self.indices[-MONTHS_PER_YEAR:], index]
        year = math.log(index / self.indices[0])
        self.month = self.form.step(self.month.month + 1, year, 0.0, self.policy_rate, sentiment)
        self.value()

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` goes on."""
        arrays, values = self.form.state()
        names = ("rate", "shadow", "wedge", "memory", "indices", "factor")
        own = {name: getattr(self, name) for name in names}
        own |= {"month": asdict(self.month), "rule_data": self.rule.digest}
        return dict(arrays), own | {"form": values}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self.rule.check_data(values["rule_data"])
        self.form.restore(dict(arrays), values["form"])
        for name in ("rate", "shadow", "wedge", "factor"):
            setattr(self, name, float(values[name]))
        self.memory, self.indices = dict(values["memory"]), [float(index) for index in values["indices"]]
        self.month = MonthOfEconomy(**values["month"])


def reduced_of(economy: Economy) -> ReducedEconomy:
    """Return the three equations; stages of their month exist only with them."""
    assert economy.reduced is not None
    return economy.reduced


def reduced_row(economy: Economy, reduced: ReducedEconomy) -> dict[str, Any]:
    """Return what the month's row of table macro can say; the price level is 100 at the opening."""
    month, mood = reduced.month, economy.psychology
    return {
        "month": month.month, "inflation": month.inflation_12m, "expected_inflation": month.expected_inflation,
        "output_gap": month.gap, "policy_rate": reduced.policy_rate, "shadow_rate": reduced.shadow,
        "long_yield": reduced.long_yield, "price_level": 100.0 * month.price_level, "index": economy.index,
        "deposits": int(economy.ledger.issued[economy.ledger.money]),
        "sentiment": 0.0 if mood is None else mood.sentiment,
    }  # fmt: skip


def decide_rate(economy: Economy) -> None:
    """Let the central bank set its rate; the money that a rule may look at is all deposits."""
    reduced = reduced_of(economy)
    before = reduced.policy_rate
    readings = reduced.decide_rate(float(economy.ledger.issued[economy.ledger.money]))
    economy.recorder.note_rate(before, reduced.policy_rate, readings, owner=economy.institutions.central_bank)


def step_month(economy: Economy) -> None:
    """Let the month pass, and write its row."""
    reduced = reduced_of(economy)
    reduced.step(economy.index, 0.0 if economy.psychology is None else economy.psychology.sentiment)
    economy.recorder.note_reduced(reduced)
