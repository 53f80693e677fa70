"""The closed economy: who works, produces, lends and governs behind the market, and what they remember.

`ClosedEconomy` holds the components; `model.opening_stocks` founds them, and the stages of a month end and of a
day end, listed in `model.stages`, move them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from ..agents.bank_failure import Authorities
from ..agents.banks import Banks
from ..agents.depositors import Depositors
from ..agents.firms import Firms
from ..agents.households import Households
from ..core.parameters import Parameters
from ..core.units import SECTOR_CODE, FloatArray, IntArray, OwnerId, Sector
from ..ledger.chart import BOND, FIRST_SHARE, LOAN, RESERVES
from ..ledger.ledger import Ledger
from ..markets.index_numbers import PriceIndices
from ..markets.interbank import InterbankDay, InterbankMarket
from ..markets.resources import Resources
from ..policies.asset_purchases import Phase
from ..policies.expectations import Expectations
from ..policies.policy_rule import PolicyRule
from .national_accounts import Accounts
from .reports import MacroHistory

if TYPE_CHECKING:
    from .economy import Economy

MONTHS_PER_YEAR = 12


class MacroSettings(Parameters):
    """Whether the economy behind the market is simulated, and from which stocks it starts (in years of GDP)."""

    form: Literal["none", "reduced", "full"] = Field(
        "none", description="none: a market alone; reduced: three equations; full: the closed economy"
    )
    household_deposits: float = Field(0.95, ge=0.0, le=10.0, description="deposits of households at the opening")
    household_bonds: float = Field(0.10, ge=0.0, le=10.0, description="government bonds of households at the opening")
    loans: float = Field(0.67, ge=0.0, le=10.0, description="loans to firms at the opening")
    reserves: float = Field(0.05, ge=0.001, le=10.0, description="reserves of banks at the opening")
    capital_ratio: float = Field(0.144, gt=0.0, le=1.0, description="banks' equity over loans to firms at the opening")
    unemployment: float = Field(0.064, ge=0.0, lt=1.0, description="unemployment at the opening")
    markup: float = Field(0.55, gt=0.0, le=5.0, description="markup of consumer firms at the opening")
    policy_rate: float = Field(0.022, ge=-0.01, le=1.0, description="policy rate at the opening, a year")
    free_float: float = Field(
        0.40, gt=0.0, le=1.0, description="part of the shares that traders hold; the rest is the group holder's, if any"
    )
    share_price: int = Field(2_000, ge=100, le=10_000_000, description="mean opening price of a share, cents")


@dataclass
class Memory:
    """Numbers the economy carries from month to month; rates a year, money in minor units.

    ``rate`` is what the rule decided; `ClosedEconomy.policy_rate` is in force, with the ``wedge`` of shocks.
    """

    month: int = 0
    rate: float = 0.0
    wedge: float = 0.0
    shadow: float = 0.0
    long_yield: float = 0.0
    coupon: float = 0.0
    phase: str = str(Phase.IDLE)
    rule: dict[str, Any] = field(default_factory=dict)
    tax: float = 0.0
    benefit: int = 0
    unemployment: float = 0.0
    slack: float = 0.0
    openings: float = 0.0
    price: float = 0.0
    deferred: int = 0
    late_profit: int = 0
    bought: int = 0
    output: int = 0
    permit_price: list[float] = field(default_factory=list)
    permit_base: list[float] = field(default_factory=list)
    gdp: list[int] = field(default_factory=list)
    failures: int = 0
    bank_failures: int = 0
    price0: float = 0.0
    rationed: float = 1.0
    taste: float = 0.0
    facility: float = 0.0
    missed: list[int] = field(default_factory=list)
    demanded: dict[str, list[float]] = field(default_factory=dict)  # price and demand of the month before


class ClosedEconomy:
    """Firms, households, banks, central bank and treasury around one ledger.

    Attributes
    ----------
    central_bank, treasury, insurance, operator : int
        Owner ids; ``insurance`` is the deposit insurance fund.
    memory : Memory
        What is carried from month to month.
    values : (books,) float64
        Fundamental value of a share of every listed firm and bank, price units.
    spread : (books,) float64
        One over the part of each stock in the value of all shares that float (`MarketArrays`).
    """

    def __init__(
        self,
        *,
        central_bank: OwnerId,
        treasury: OwnerId,
        insurance: OwnerId,
        operator: OwnerId,
        firms: Firms,
        banks: Banks,
        households: Households,
        resources: Resources,
        intensity: FloatArray,
        expectations: Expectations,
        indices: PriceIndices,
        rule: PolicyRule,
        interbank: InterbankMarket,
        depositors: Depositors,
        authorities: Authorities,
    ) -> None:
        self.central_bank, self.treasury, self.insurance, self.operator = central_bank, treasury, insurance, operator
        self.firms, self.banks, self.households = firms, banks, households
        self.resources, self.intensity = resources, intensity
        self.expectations, self.indices, self.rule = expectations, indices, rule
        self.interbank, self.depositors, self.authorities = interbank, depositors, authorities
        self.interbank_day: InterbankDay | None = None
        self.illiquid: IntArray = np.zeros(0, np.int64)
        self.memory = Memory()
        self.accounts, self.history = Accounts(), MacroHistory()
        self.memory.missed = [0] * firms.size
        self.values: FloatArray = np.ones(firms.size + banks.size)
        self.spread: FloatArray = np.full(self.values.size, float(self.values.size))

    @property
    def annual_gdp(self) -> int:
        """Nominal GDP of the last twelve months, or of a year at the pace of the months so far."""
        months = self.memory.gdp[-MONTHS_PER_YEAR:]
        return max(1, sum(months) * MONTHS_PER_YEAR // max(len(months), 1))

    @property
    def policy_rate(self) -> float:
        """The policy rate in force, a year: the rule's, and what shocks add to it, not below the bound."""
        m = self.memory
        return max(m.rate + m.wedge, self.rule.settings.lower_bound) if m.wedge else m.rate

    @property
    def real_loan_rate(self) -> float:
        """Mean loan rate less expected inflation, a year."""
        return float(self.banks.loan_rate.mean()) - self.expectations.expected

    def cash(self, ledger: Ledger) -> IntArray:
        """Return (firms,) free deposits."""
        return np.asarray(ledger.holdings[self.firms.owners, ledger.money, 0])

    def debt(self, ledger: Ledger) -> IntArray:
        """Return (firms,) bank loans."""
        return np.asarray(ledger.contracts.debts[LOAN, self.firms.owners])

    def unit_cost(self) -> FloatArray:
        """Return (firms,) labour and material of a unit at today's wages and prices, minor units."""
        return self.firms.wage / self.productivity() + self.material_costs()

    def productivity(self) -> FloatArray:
        """Return (firms,) units that a worker makes in a month; extraction gets dearer as reserves shrink."""
        factor = np.ones(self.firms.size)
        for f in np.flatnonzero(self.firms.is_resource).tolist():
            factor[f] = 1.0 / self.resources.extraction_cost(int(self.firms.resource[f]))
        return self.firms.settings.productivity * factor

    def resource_prices(self) -> FloatArray:
        """Return (resources,) price of a unit: of those who extract it, by what they have to sell, or of the permit."""
        prices = np.array(self.memory.permit_price)
        for k in np.unique(self.firms.resource[self.firms.is_resource]).tolist():
            sellers = np.flatnonzero(self.firms.resource == k)
            price, stock = self.firms.price[sellers], self.firms.inventory[sellers] + 1
            prices[k] = price[0] if sellers.size == 1 else (price * stock).sum() / stock.sum()
        return prices

    def material_cost(self) -> float:
        """Return what the resources in a unit of consumer good cost, minor units."""
        return float((self.intensity * self.resource_prices()).sum())

    def material_costs(self) -> FloatArray:
        """Return (firms,) what each firm's unit needs of resources, minor units; extraction needs none."""
        return np.where(self.firms.is_resource, 0.0, self.material_cost())

    def firm_equity(self, ledger: Ledger) -> FloatArray:
        """Return (firms,) book equity: cash, inventory at cost, capital at today's price of goods, less debt."""
        cash = ledger.owned(ledger.money, self.firms.owners)
        bonds = ledger.owned(BOND, self.firms.owners)
        real = self.firms.inventory * self.unit_cost() + self.firms.capital * self.memory.price
        return np.asarray(cash + bonds + real - self.debt(ledger), np.float64)

    def treasury_cash(self, ledger: Ledger) -> int:
        """Return the treasury's balance at the central bank."""
        return int(ledger.holdings[self.treasury, RESERVES, 0])

    def public_debt(self, ledger: Ledger) -> int:
        """Return bonds outstanding at face."""
        return int(ledger.issued[BOND])

    def share_columns(self) -> IntArray:
        """Return (books,) columns of the shares: firms, then banks."""
        return np.arange(FIRST_SHARE, FIRST_SHARE + self.firms.size + self.banks.size, dtype=np.int64)

    def liquid(self, ledger: Ledger) -> IntArray:
        """Return (households,) deposits and bonds."""
        who = self.households.slice()
        return ledger.owned(ledger.money, who) + ledger.owned(BOND, who)

    def deposits_of(self, ledger: Ledger, sector: Sector) -> int:
        """Return the deposits of a sector."""
        return int(ledger.held[ledger.money, SECTOR_CODE[sector]])

    # -- memory -------------------------------------------------------------------------------

    def parts(self) -> dict[str, Any]:
        """Return the components that keep a state of their own, by name."""
        return {
            "firms": self.firms, "banks": self.banks, "households": self.households, "resources": self.resources,
            "expectations": self.expectations, "indices": self.indices, "interbank": self.interbank,
            "depositors": self.depositors, "accounts": self.accounts, "history": self.history,
        }  # fmt: skip

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` goes on."""
        arrays: dict[str, Any] = {"values": self.values.copy(), "spread": self.spread.copy()}
        values: dict[str, Any] = {"memory": asdict(self.memory), "rule_data": self.rule.digest}
        for name, part in self.parts().items():
            part_arrays, part_values = part.state()
            arrays |= {f"{name}.{key}": array for key, array in part_arrays.items()}
            values[name] = part_values
        return arrays, values

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        self.rule.check_data(values["rule_data"])
        self.values = np.array(arrays["values"], np.float64)
        self.spread = np.array(arrays["spread"], np.float64)
        self.memory = Memory(**values["memory"])
        for name, part in self.parts().items():
            prefix = f"{name}."
            own = {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
            part.restore(own, values[name])


def closed_of(economy: Economy) -> ClosedEconomy:
    """Return the closed economy; stages of the month exist only with one."""
    assert economy.closed is not None
    return economy.closed
