"""The national accounts of a month: GDP three ways, inventories at cost, and the stocks with which a month begins.

*Expenditure* is what final buyers paid, and the change of inventories; *production* what firms added to the value
of what they bought; *income* wages, taxes on production and the gross operating surplus. The three are read from
different records: payments by kind, the firms' own books, and the change of the firms' money and debts. That they
agree is identity A8 (`macro_identities`), and so is that what sectors save is what firms invest.

Inventories are kept at average cost, as in firms' books: a month's wages and materials go in, and what is sold takes
out its share. So no holding gain is counted as output (System of National Accounts 2008, 6.104-6.113).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..core.units import SECTOR_CODE, SECTORS, FloatArray, IntArray, Sector
from ..ledger.ledger import Ledger
from ..ledger.periods import MONTH, Totals

if TYPE_CHECKING:
    from .closed_economy import ClosedEconomy

CONSUMPTION, INVESTMENT, GOVERNMENT, MATERIALS = "consumption", "investment", "government purchases", "materials"
WAGES = ("wages", "wages of a failed firm")
TAXES_ON_PRODUCTION = ("permits",)
PRODUCTION_KINDS = (CONSUMPTION, INVESTMENT, GOVERNMENT, MATERIALS, *WAGES, *TAXES_ON_PRODUCTION)
_FIRMS = SECTOR_CODE[Sector.FIRMS]
_RESOURCES = ("reserves", "discovered", "renewed", "extracted", "lost")
_COUNTS = ("inventory", "capital", "cost", "change")
_QUARTER = ("earnings", "revenue", "_quarter", "_replaced")
_MONTHS_PER_YEAR, _MONTHS_PER_QUARTER = 12, 3


@dataclass(frozen=True)
class NationalAccounts:
    """GDP of a month three ways; minor units.

    Attributes
    ----------
    consumption, investment, government, inventories : int
        What households, firms and the state paid for final goods, and the change of inventories at cost.
    value_added : int
        Sales and change of inventories of all firms less what they bought to use up.
    wages, taxes, surplus : int
        Wages, net taxes on production, and the gross operating surplus of firms: what they paid out, saved and
        invested, less what they received otherwise.
    saving : int
        What all sectors together did not spend of their income on goods to use up; firms by their own books.
    """

    consumption: int = 0
    investment: int = 0
    government: int = 0
    inventories: int = 0
    value_added: int = 0
    wages: int = 0
    taxes: int = 0
    surplus: int = 0
    saving: int = 0

    @property
    def expenditure(self) -> int:
        """C + G + I + ΔINV."""
        return self.consumption + self.government + self.investment + self.inventories

    @property
    def production(self) -> int:
        """Value added, and taxes on production."""
        return self.value_added + self.taxes

    @property
    def income(self) -> int:
        """Wages, taxes on production and gross operating surplus."""
        return self.wages + self.taxes + self.surplus

    @property
    def gdp(self) -> int:
        """Gross domestic product at market prices: the expenditure side, to which the others are equal."""
        return self.expenditure


class Accounts:
    """Keeps the national accounts of a closed economy; a part with a state.

    Attributes
    ----------
    month : NationalAccounts
        Of the month that was closed last.
    inventory, capital : (firms,) int64
        Units with which the month under way began.
    cost : (firms,) int64
        Inventories at average cost then, minor units.
    change : (firms,) int64
        Change of inventories at cost in the month that was closed last, minor units.
    resources : mapping of str to (resources,) int64
        Reserves then, and what had been discovered, renewed, extracted and lost since the opening;
        ``resource_changes`` are those of the month that was closed last.
    base_prices : (firms,) float64
        Unit value of each firm's first month with sales, minor units; NaN before it.
    failures : (int, int)
        Firms and banks that failed in the month that was closed last.
    earnings, revenue : (firms,) int64
        Profit and sales of the quarter that each firm reported last, in its own books, minor units; 0 before the first.
    """

    def __init__(self) -> None:
        self.month = NationalAccounts()
        self.inventory = self.capital = self.cost = self.change = np.zeros(0, np.int64)
        self.resources: dict[str, IntArray] = {}
        self.resource_changes: dict[str, IntArray] = {}
        self.base_prices: FloatArray = np.zeros(0)
        self.failures = (0, 0)
        self.earnings = self.revenue = np.zeros(0, np.int64)
        self._replaced: IntArray = np.zeros(0, np.int64)
        self._quarter: IntArray = np.zeros((2, 0), np.int64)  # profit and sales of the quarter under way
        self._months = 0
        self._failed = (0, 0)
        self._gdp: list[int] = []

    def open(self, c: ClosedEconomy) -> None:
        """Take the stocks of the opening; inventories are valued at what a unit costs to make."""
        self.cost = np.rint(c.firms.inventory * c.unit_cost()).astype(np.int64)
        self.change = np.zeros_like(self.cost)
        self.base_prices = np.full(c.firms.size, np.nan)
        self._quarter, self._replaced = np.zeros((2, c.firms.size), np.int64), c.firms.failures.copy()
        self.earnings, self.revenue = self._quarter.copy()
        self._note_stocks(c)

    def close_month(self, c: ClosedEconomy, ledger: Ledger) -> NationalAccounts:
        """Compute the accounts of the month and carry inventories on at cost."""
        cost = closing_costs(self.cost, self.inventory, c)
        self.change, self.cost = cost - self.cost, cost
        self.month = accounts_of_month(c, ledger, self.change)
        return self.month

    def begin_month(self, c: ClosedEconomy) -> None:
        """Once the closed month was checked, note with which stocks and counts the next begins."""
        self._gdp = [*self._gdp, self.month.gdp][-_MONTHS_PER_YEAR:]
        first = np.isnan(self.base_prices) & (c.firms.sold > 0)
        self.base_prices[first] = c.firms.revenue[first] / c.firms.sold[first]
        failed = int(c.firms.failures.sum()), int(c.banks.failures.sum())
        self.failures = failed[0] - self._failed[0], failed[1] - self._failed[1]
        self._failed = failed
        self.resource_changes = {name: getattr(c.resources, name) - self.resources[name] for name in _RESOURCES}
        self._note_quarter(c)
        self._note_stocks(c)

    def _note_quarter(self, c: ClosedEconomy) -> None:
        """Add the month to the quarter, and report it when it is over; a successor does not report what was before."""
        new = c.firms.failures != self._replaced
        self._quarter += np.stack([profits(c), c.firms.revenue])
        self._quarter[:, new] = 0
        self.earnings, self.revenue = (np.where(new, 0, row) for row in (self.earnings, self.revenue))
        self._replaced = c.firms.failures.copy()
        self._months += 1
        if self._months % _MONTHS_PER_QUARTER == 0:
            self.earnings, self.revenue = self._quarter.copy()
            self._quarter[:] = 0

    def _note_stocks(self, c: ClosedEconomy) -> None:
        self.inventory, self.capital = c.firms.inventory.copy(), c.firms.capital.copy()
        self.resources = {name: getattr(c.resources, name).copy() for name in _RESOURCES}

    @property
    def annual_gdp(self) -> float:
        """GDP of the last twelve months, or of a year at the pace of those there are; minor units."""
        return _MONTHS_PER_YEAR * sum(self._gdp) / max(len(self._gdp), 1)

    def state(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return arrays and values from which `restore` goes on."""
        arrays: dict[str, Any] = {name: getattr(self, name).copy() for name in (*_COUNTS, *_QUARTER)}
        arrays["base_prices"] = self.base_prices.copy()
        for name in ("resources", "resource_changes"):
            arrays |= {f"{name}.{key}": array.copy() for key, array in getattr(self, name).items()}
        counts = {"failures": list(self.failures), "failed": list(self._failed), "gdp": list(self._gdp)}
        return arrays, {"month": asdict(self.month), "months": self._months, **counts}

    def restore(self, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Take the state returned by `state`."""
        for name in (*_COUNTS, *_QUARTER):
            setattr(self, name, np.array(arrays[name], np.int64))
        self.base_prices = np.array(arrays["base_prices"], np.float64)
        for name in ("resources", "resource_changes"):
            found = {key: f"{name}.{key}" for key in _RESOURCES if f"{name}.{key}" in arrays}
            setattr(self, name, {key: np.array(arrays[path], np.int64) for key, path in found.items()})
        self.month = NationalAccounts(**values["month"])
        self.failures = int(values["failures"][0]), int(values["failures"][1])
        self._failed = int(values["failed"][0]), int(values["failed"][1])
        self._gdp = [int(value) for value in values["gdp"]]
        self._months = int(values["months"])


def closing_costs(cost: IntArray, opening: IntArray, c: ClosedEconomy) -> IntArray:
    """Return (firms,) inventories at average cost: the month's costs go in, and what was sold takes its share out.

    A firm that had and made nothing keeps nothing: what it spent is lost.
    """
    firms, out = c.firms, np.zeros_like(cost)
    columns = (cost, firms.wages, firms.material, opening, firms.produced, firms.sold)
    for f, (before, wages, material, had, made, sold) in enumerate(zip(*(x.tolist() for x in columns), strict=True)):
        pool, units = before + wages + material, had + made
        out[f] = pool - (pool * sold // units if units > 0 else pool)
    return out


def accounts_of_month(c: ClosedEconomy, ledger: Ledger, inventories: IntArray) -> NationalAccounts:
    """Return GDP three ways for the month under way, before the ledger closes it.

    Parameters
    ----------
    inventories : (firms,) int64
        Change of each firm's inventories at cost, minor units.
    """
    firms, stocks = c.firms, int(inventories.sum())
    totals, _ = ledger.totals(MONTH)
    paid = ledger.paid
    taxes = paid(*TAXES_ON_PRODUCTION, payer=Sector.FIRMS)
    investment = paid(INVESTMENT, payer=Sector.FIRMS)
    value_added, wages = int((firms.revenue - firms.material).sum()) + stocks, paid(*WAGES, payer=Sector.FIRMS)
    return NationalAccounts(
        consumption=paid(CONSUMPTION), investment=investment, government=paid(GOVERNMENT), inventories=stocks,
        value_added=value_added, wages=wages, taxes=taxes,
        surplus=_retained(ledger, totals) - _otherwise(ledger, totals) + investment + stocks,
        saving=value_added - wages + _transfers(ledger, totals),
    )  # fmt: skip


def _retained(ledger: Ledger, totals: Totals) -> int:
    """Return by how much firms' money and claims less debts have grown, counted owner by owner; shares left out."""
    owners = np.flatnonzero(ledger.owners.sectors == _FIRMS)
    now = sum(int(ledger.holdings[owners, number].sum()) for number in _face(ledger))
    now += int(ledger.contracts.claims[:, owners].sum() - ledger.contracts.debts[:, owners].sum())
    rows = [*_face(ledger), *range(len(ledger.instruments.dense), len(totals.opening))]
    return now - int(totals.opening[rows, _FIRMS].sum()) - int(totals.lost[rows, _FIRMS].sum())


def _otherwise(ledger: Ledger, totals: Totals) -> int:
    """Return what firms received, net, that is neither a sale nor a cost: credit is none of it, interest paid is."""
    other = [number for number, kind in enumerate(ledger.kinds) if kind not in PRODUCTION_KINDS]
    shares = [number for number in range(len(ledger.instruments.dense)) if number not in _face(ledger)]
    return int(totals.gains[other, _FIRMS].sum()) - int(totals.acquired[shares, _FIRMS].sum())


def _transfers(ledger: Ledger, totals: Totals) -> int:
    """Return what all sectors received, net, but firms for what they sold and spent to produce."""
    made = [number for number, kind in enumerate(ledger.kinds) if kind in PRODUCTION_KINDS]
    return int(totals.gains.sum()) - int(totals.gains[made, _FIRMS].sum())


def profits(c: ClosedEconomy) -> IntArray:
    """Return (firms,) sales and change of inventories less wages, materials, interest and worn capital, minor units."""
    firms = c.firms
    worn = np.rint(firms.worn * c.memory.price).astype(np.int64)
    profit: IntArray = firms.revenue + c.accounts.change - firms.wages - firms.material - firms.interest - worn
    return profit


def _face(ledger: Ledger) -> list[int]:
    return [number for number, instrument in enumerate(ledger.instruments.dense) if instrument.kind != "share"]


def real_assets(c: ClosedEconomy) -> dict[str, IntArray]:
    """Return (sectors,) capital at today's price of goods and inventories at cost, minor units: firms have them.

    Inventories are those with which the month began.
    """
    out = {name: np.zeros(len(SECTORS), np.int64) for name in ("fixed capital", "inventories")}
    out["fixed capital"][_FIRMS] = round(float(c.firms.capital.sum()) * c.memory.price)
    out["inventories"][_FIRMS] = int(c.accounts.cost.sum())
    return out
