"""Firms: what they make, charge, pay and plan. Consumer-good firms come first, resource firms after them.

The rules are those of small macroeconomic agent-based models (Delli Gatti and others 2011; Caiani and others
2016, JEDC 69, 375-408): adaptive expectations of sales, a markup over unit cost that answers to inventories,
wages that follow expected inflation and slack, whose common growth is not below zero, investment that follows
utilisation and the real loan rate, and a target of debt to capital.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from ..core.parameters import Parameters
from ..core.units import FloatArray, IntArray


class FirmSettings(Parameters):
    """How many firms there are and how they decide; times are months, rates a year."""

    number: int = Field(36, ge=1, le=2_000, description="consumer-good firms; resource firms come on top")
    productivity: int = Field(100, ge=1, le=10_000, description="units of output of a worker in a month")
    wage: int = Field(300_000, ge=1_000, le=100_000_000, description="opening wage of a month, cents")
    capital_output: float = Field(20.4, gt=0.0, le=1_000.0, description="capital for a unit of output a month, units")
    depreciation: float = Field(0.008, ge=0.0, le=0.2, description="share of capital that wears out in a month")
    sales_memory: float = Field(0.7, ge=0.0, lt=1.0, description="weight of old expectations in expected sales")
    inventory_target: float = Field(0.5, ge=0.0, le=5.0, description="inventory wanted, in months of expected sales")
    inventory_speed: float = Field(0.25, gt=0.0, le=1.0, description="part of the gap to it made up in a month")
    resource_inventory: float = Field(
        2.0, ge=0.0, le=24.0, description="the same of resource firms, whose goods all need"
    )
    markup: float = Field(0.5, ge=0.0, le=5.0, description="normal markup over unit cost")
    resource_markup: float = Field(0.60, ge=0.0, le=5.0, description="normal markup of resource firms")
    markup_step: float = Field(0.03, ge=0.0, le=1.0, description="largest monthly change of a markup, as a share of it")
    markup_return: float = Field(0.02, ge=0.0, le=1.0, description="part of the way back to normal in a month")
    price_weight: float = Field(0.5, ge=0.0, lt=1.0, description="weight of the old price in the new one")
    wage_slack: float = Field(0.3, ge=0.0, le=10.0, description="wage growth for unemployment one below normal, a year")
    wage_floor: bool = Field(True, description="whether the common part of wage growth is never below zero")
    wage_noise: float = Field(0.002, ge=0.0, le=0.1, description="largest random part of a month's wage change")
    wage_return: float = Field(0.02, ge=0.0, le=1.0, description="part of the way to the mean log wage in a month")
    normal_unemployment: float = Field(0.06, ge=0.0, le=0.5, description="unemployment at which real wages stand still")
    separation: float = Field(0.015, ge=0.0, le=1.0, description="part of the workers who leave in a month")
    applications: int = Field(8, ge=1, le=100, description="firms that an unemployed worker asks in a month")
    matching: float = Field(
        0.5, gt=0.0, le=5.0, description="efficiency A of matching, jobs found a month are A (seekers × vacancies)^½"
    )
    hiring: float = Field(0.07, gt=0.0, le=1.0, description="part of the gap to the wanted workforce closed in a month")
    hours: float = Field(
        0.17, ge=0.0, lt=1.0, description="most by which hours are longer or shorter than normal, as a share"
    )
    utilisation: float = Field(0.85, gt=0.0, le=1.0, description="normal use of capacity")
    accelerator: float = Field(0.011, ge=0.0, le=1.0, description="investment for utilisation one above normal")
    investment_rate: float = Field(0.14, ge=0.0, le=10.0, description="fall of a year's investment rate for real rates")
    hurdle: float = Field(0.02, ge=-0.2, le=0.5, description="real loan rate at which investment is normal")
    spirits: float = Field(0.055, ge=0.0, le=1.0, description="rise of a month's investment rate for households' taste")
    investment_memory: float = Field(
        0.7, ge=0.0, lt=1.0, description="weight of last month's investment (time to plan)"
    )
    cash_share: float = Field(0.80, ge=0.0, le=1.0, description="part of cash that may go into investment in a month")
    debt_target: float = Field(0.35, ge=0.0, le=2.0, description="debt wanted, as a share of capital at today's prices")
    debt_speed: float = Field(0.05, ge=0.0, le=1.0, description="part of the gap to it borrowed in a month")
    amortisation: float = Field(0.02, ge=0.0, le=1.0, description="part of debt repaid in a month")
    liquidity: float = Field(1.2, ge=0.0, le=24.0, description="cash kept, in costs of a normal month")
    payout: float = Field(0.5, ge=0.0, le=1.0, description="part of the cash above it paid out in a month")
    dividend_half_life: float = Field(12.0, gt=0.0, le=240.0, description="half-life of the dividend average, months")
    fire_sale: float = Field(0.65, gt=0.0, le=1.0, description="price of a failed firm's capital, share of replacement")
    founding_share: float = Field(0.05, gt=0.0, le=1.0, description="most of a founder's deposits put into a new firm")


class Firms:
    """Firms as columns; a slot keeps row, book and symbol for life, a successor in it gets an owner id of its own.

    Integers are minor units, units of goods or workers; ``price`` and ``wage`` are kept as floats and posted rounded.
    Counts of the month: goods were ``produced`` and ``sold``, capital was ``bought``, ``worn`` and
    ``scrapped`` (units); ``used`` is the output for which there were resources.
    """

    integers = (
        "owners", "resource", "capital", "inventory", "workers", "wanted", "vacancies", "produced", "sold", "unmet",
        "used", "bought", "worn", "scrapped", "revenue", "wages", "material", "interest", "investment",
        "borrowed", "dividend", "failures", "chief", "founded",
    )  # fmt: skip
    floats = ("price", "wage", "markup", "expected_sales", "planned_investment", "dividend_year", "profit_year")

    def __init__(self, settings: FirmSettings, owners: range, resource: IntArray) -> None:
        self.settings = settings
        count = len(owners)
        for name in self.integers:
            setattr(self, name, np.zeros(count, np.int64))
        for name in self.floats:
            setattr(self, name, np.zeros(count))
        self.owners: IntArray = np.array(owners, np.int64)
        self.resource: IntArray = resource
        self.chief: IntArray = np.full(count, -1, np.int64)
        self.wage: FloatArray = np.full(count, float(settings.wage))
        self.markup: FloatArray = np.full(count, settings.markup)

    # declared for readers and type checkers; all are made in __init__
    capital: IntArray
    inventory: IntArray
    workers: IntArray
    wanted: IntArray
    vacancies: IntArray
    produced: IntArray
    sold: IntArray
    unmet: IntArray
    used: IntArray
    bought: IntArray
    worn: IntArray
    scrapped: IntArray
    revenue: IntArray
    wages: IntArray
    material: IntArray
    interest: IntArray
    investment: IntArray
    borrowed: IntArray
    dividend: IntArray
    failures: IntArray
    founded: IntArray
    price: FloatArray
    expected_sales: FloatArray
    planned_investment: FloatArray
    dividend_year: FloatArray
    profit_year: FloatArray

    @property
    def size(self) -> int:
        """Number of slots."""
        return int(self.owners.shape[0])

    @property
    def is_resource(self) -> Any:
        """(firms,) bool: whether the firm extracts a resource."""
        return self.resource >= 0

    @property
    def posted_price(self) -> IntArray:
        """(firms,) price of a unit, minor units."""
        return np.maximum(np.rint(self.price), 1.0).astype(np.int64)

    @property
    def posted_wage(self) -> IntArray:
        """(firms,) wage of a month, minor units."""
        return np.maximum(np.rint(self.wage), 1.0).astype(np.int64)

    @property
    def capacity(self) -> FloatArray:
        """(firms,) units that the capital can make in a month."""
        return self.capital / self.settings.capital_output

    def expect(self) -> None:
        """Renew expected sales: s' = m s + (1 - m) (sales + unmet demand)."""
        m = self.settings.sales_memory
        self.expected_sales = np.maximum(m * self.expected_sales + (1.0 - m) * (self.sold + self.unmet), 1.0)

    def wanted_output(self) -> FloatArray:
        """Return (firms,) output for expected sales and part of the inventory gap: min(s + a (inv* - inv), κK)."""
        need = self.expected_sales + self.settings.inventory_speed * (self.inventory_goal() - self.inventory)
        return np.clip(need, 0.0, self.capacity)

    def plan_workforce(self, productivity: FloatArray, usable: FloatArray) -> None:
        """Set the wanted workforce for the ``usable`` part of wanted output; a part ``hiring`` of the gap is closed."""
        gap = np.rint(usable * self.wanted_output() / productivity) - self.workers
        step = np.sign(gap) * np.ceil(self.settings.hiring * np.abs(gap))  # a small firm takes at least one step
        self.wanted = np.maximum(self.workers + step, 0.0).astype(np.int64)

    def effort(self, productivity: FloatArray) -> FloatArray:
        """Return (firms,) hours worked over normal ones: firms hoard labour in slumps and work longer in booms.

        e = wanted output / (workers × productivity) in 1 ± hours (Okun 1962; Burnside, Eichenbaum and Rebelo 1993).
        """
        usual = np.maximum(self.workers * productivity, 1.0)
        return np.asarray(np.clip(self.wanted_output() / usual, 1.0 - self.settings.hours, 1.0 + self.settings.hours))

    def plan_investment(self, real_loan_rate: float, taste: float = 0.0) -> None:
        """Plan investment in units: I = [δ + a (util - normal) - b (r_L - π^e - hurdle) / 12 + s taste] K, smoothed.

        The last term lets firms share the mood of their customers (Keynes 1936, chapter 12).
        """
        s = self.settings
        use = np.minimum(self.expected_sales / np.maximum(self.capacity, 1e-9), 1.5)
        rate = s.depreciation + s.accelerator * (use - s.utilisation)
        rate -= s.investment_rate * (real_loan_rate - s.hurdle) / 12.0
        wish = np.maximum(rate + s.spirits * taste, 0.0) * self.capital
        tools = s.capital_output * np.minimum(self.expected_sales, s.productivity)  # of one worker, to begin with
        wish = np.maximum(wish, tools - self.capital)
        self.planned_investment = s.investment_memory * self.planned_investment + (1.0 - s.investment_memory) * wish

    def set_wages(self, expected_inflation: float, unemployment: float, noise: FloatArray) -> None:
        """Raise wages: w' = w [1 + max(0, π^e/12 + θ (u* - u)/12) + noise], with reversion to the mean log wage."""
        s = self.settings
        growth = expected_inflation / 12.0 + s.wage_slack * (s.normal_unemployment - unemployment) / 12.0
        growth = max(growth, 0.0) if s.wage_floor else growth
        log_wage = np.log(self.wage)
        pulled = log_wage + s.wage_return * (log_wage.mean() - log_wage)
        self.wage = np.exp(pulled) * (1.0 + growth + s.wage_noise * (2.0 * noise - 1.0))

    def set_prices(self, unit_cost: FloatArray, expected_inflation: float, noise: FloatArray) -> None:
        """Set prices of consumer goods: p' = ½ p (1 + π^e/12) + ½ (unit cost) (1 + μ); the markup answers inventories.

        μ' = μ [1 + step U clip((inv* - inv)/inv*, -1, 1)] + return (μ0 - μ), within [0.02, 1].
        """
        s, goods = self.settings, ~self.is_resource
        gap = self.inventory_gap()
        moved = self.markup * (1.0 + s.markup_step * noise * gap) + s.markup_return * (s.markup - self.markup)
        self.markup = np.where(goods, np.clip(moved, 0.02, 1.0), self.markup)
        old = self.price * (1.0 + expected_inflation / 12.0)
        new = s.price_weight * old + (1.0 - s.price_weight) * unit_cost * (1.0 + self.markup)
        self.price = np.where(goods, new, self.price)

    def set_resource_prices(self, unit_labour_cost: FloatArray) -> None:
        """Set prices of resources: p' = max(1.02 w/A, 0.9 p + 0.1 (w/A) (1 + μ0) (1 + ½ inventory gap))."""
        norm = unit_labour_cost * (1.0 + self.settings.resource_markup) * (1.0 + 0.5 * self.inventory_gap())
        new = np.maximum(1.02 * unit_labour_cost, 0.9 * self.price + 0.1 * norm)
        self.price = np.where(self.is_resource, new, self.price)

    def inventory_goal(self) -> FloatArray:
        """Return (firms,) units wanted in stock: months of expected sales, more of resources than of goods."""
        months = np.where(self.is_resource, self.settings.resource_inventory, self.settings.inventory_target)
        return np.asarray(months * self.expected_sales, np.float64)

    def inventory_gap(self) -> FloatArray:
        """Return (firms,) (inv* - inv) / inv*, clipped to [-1, 1]."""
        goal = np.maximum(self.inventory_goal(), 1.0)
        return np.asarray(np.clip((goal - self.inventory) / goal, -1.0, 1.0), np.float64)

    def liquidity_goal(self, material_cost: FloatArray) -> FloatArray:
        """Return (firms,) cash kept for the wages and materials of a normal month."""
        normal = self.expected_sales * (self.wage / self.settings.productivity + material_cost)
        return np.asarray(self.settings.liquidity * normal, np.float64)

    def wanted_loans(self, debt: IntArray, cash: IntArray, price_level: float, material_cost: FloatArray) -> IntArray:
        """Return (firms,) new loans wanted: a part of the gap to the debt target, and what the month's costs lack.

        The target is a share of the capital that expected sales use, over its normal use: firms borrow against what
        they earn (Lian and Ma 2021, QJE 136, 229-291).
        """
        s = self.settings
        used = np.minimum(self.expected_sales * s.capital_output / s.utilisation, 1.5 * self.capital)
        gap = s.debt_speed * (s.debt_target * used * price_level - debt)
        lacking = self.wanted * (self.wage + s.productivity * material_cost) - cash
        return np.asarray(np.maximum(np.floor(np.maximum(gap, lacking)), 0.0), np.float64).astype(np.int64)

    def sell(self, sellers: IntArray, units: IntArray, price: IntArray) -> None:
        """Take (n,) units that distinct sellers sold at given prices from their inventories, and note the revenue."""
        self.inventory[sellers] -= units
        self.sold[sellers] += units
        self.revenue[sellers] += units * price

    def start_month(self) -> None:
        """Forget the counts of the month before."""
        for name in (
            "produced", "sold", "unmet", "used", "bought", "worn", "scrapped", "revenue", "wages",
            "material", "interest", "investment", "borrowed", "dividend",
        ):  # fmt: skip
            getattr(self, name)[:] = 0

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` rebuilds the firms."""
        return {name: getattr(self, name).copy() for name in (*self.integers, *self.floats)}, {}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        for name in (*self.integers, *self.floats):
            setattr(self, name, np.array(arrays[name]))
