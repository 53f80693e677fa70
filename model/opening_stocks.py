"""The opening of the closed economy: consistent stocks, posted one by one from nothing.

Opening stocks that do not fit each other make a crisis in the first year. So they are computed from one steady state:
banks hold what their deposits, reserves and equity leave over in government bonds; the central bank holds the bonds
that stand behind reserves and the treasury's balance; and shares are worth what their dividends are.
"""

from __future__ import annotations

import numpy as np

from ..agents.bank_failure import Authorities
from ..agents.banks import Banks
from ..agents.depositors import Depositors
from ..agents.endowment import opening_wealth
from ..agents.firms import Firms
from ..agents.households import Households
from ..agents.population import Population
from ..agents.strategies.holder import Holder
from ..agents.valuation import share_values
from ..core.errors import OutOfBounds
from ..core.randomness import BIRTH, Draws
from ..core.units import FloatArray, IntArray, Sector
from ..ledger.chart import BOND, FIRST_SHARE, LOAN, open_chart
from ..ledger.instruments import Instrument, InstrumentKind
from ..ledger.ledger import Ledger
from ..markets.bank_slots import slots_of
from ..markets.index_numbers import PriceIndices
from ..markets.interbank import InterbankMarket
from ..markets.listing import Listings
from ..markets.networks import build_network
from ..markets.resources import Resources
from ..policies.asset_purchases import mean_expected_rate, term_yield
from ..policies.expectations import Expectations
from ..policies.monetary import corridor
from ..policies.policy_rule import policy_rule
from .closed_economy import MONTHS_PER_YEAR, ClosedEconomy
from .genesis import CURRENCY, OPENING, Institutions
from .scenario import Scenario, closed_symbols, extracted

_SIZE, _LOTS, _BANK = 16, 128, 17


class Opening:
    """Founds the closed economy in an empty ledger; the parts come in the order in which a run needs them."""

    def __init__(self, scenario: Scenario, ledger: Ledger, seed: int) -> None:
        self.scenario, self.ledger, self.seed = scenario, ledger, seed
        self.workers = sum(scenario.traders.groups().values())
        if self.workers < 10:
            raise OutOfBounds("traders.number", self.workers, "a closed economy needs 10 households or more")
        self.symbols = closed_symbols(scenario)

    # -- owners and instruments ---------------------------------------------------------------

    def institutions(self) -> Institutions:
        """Register everybody who is not a household; owner ids run from the central bank to the last firm."""
        scenario, add = self.scenario, self.ledger.add_owners
        self.central_bank = add(1, sector=Sector.CENTRAL_BANK, kind="central bank")[0]
        treasury = add(1, sector=Sector.GOVERNMENT, kind="treasury")[0]
        self.insurance = add(1, sector=Sector.GOVERNMENT, kind="deposit insurance fund")[0]
        self.vehicle = add(1, sector=Sector.GOVERNMENT, kind="asset vehicle")[0]
        operator = add(1, sector=Sector.INFRASTRUCTURE, kind="exchange")[0]
        self.bank_owners = add(scenario.banks.number, sector=Sector.BANKS, kind="bank")
        count = scenario.firms.number + len(extracted(scenario))
        self.firm_owners = add(count, sector=Sector.FIRMS, kind="firm")
        open_chart(self.ledger, CURRENCY, central_bank=self.central_bank, treasury=treasury)
        for symbol, owner in zip(self.symbols, (*self.firm_owners, *self.bank_owners), strict=True):
            self.ledger.add_instrument(Instrument(symbol, InstrumentKind.SHARE, CURRENCY, owner))
        self.who = Institutions(
            treasury, self.bank_owners[0], operator, (*self.firm_owners, *self.bank_owners), self.central_bank
        )
        return self.who

    def listings(self) -> Listings:
        """Return an empty listing for every share."""
        books, stocks = len(self.symbols), self.scenario.stocks
        return Listings(
            symbols=self.symbols,
            security=np.arange(FIRST_SHARE, FIRST_SHARE + books, dtype=np.int64),
            money=np.zeros(books, np.int64),
            unit_value=np.ones(books, np.int64),
            tick_size=np.full(books, stocks.tick_size, np.int64),
            round_lot=np.full(books, stocks.round_lot, np.int64),
            halted=np.zeros(books, np.bool_),
        )

    # -- the steady state ---------------------------------------------------------------------

    def economy(self, households: Households, populations: list[Population], ranges: list[range]) -> ClosedEconomy:
        """Return the closed economy with all its real stocks, before any money is posted."""
        self.weight = self._weights(households, populations, ranges)
        self.owning = self._owning(households, populations, ranges)
        scenario, macro = self.scenario, self.scenario.macro
        intensity = np.array([one.intensity for one in scenario.resources])
        dug = extracted(scenario)
        resource = np.array([-1] * scenario.firms.number + dug, np.int64)
        firms = Firms(scenario.firms, self.firm_owners, resource)
        banks = Banks(scenario.banks, self.bank_owners)
        output = self._outputs(firms, intensity)
        use = np.maximum(np.rint(intensity * output[~firms.is_resource].sum()), 1).astype(np.int64)
        resources = Resources(scenario.resources, use, self.seed)
        closed = ClosedEconomy(
            central_bank=self.central_bank, treasury=self.who.treasury, insurance=self.insurance,
            operator=self.who.operator, firms=firms, banks=banks, households=households, resources=resources,
            intensity=intensity, expectations=Expectations(scenario.expectations, scenario.central_bank.target),
            indices=PriceIndices(), rule=policy_rule(scenario.central_bank),
            interbank=InterbankMarket(
                scenario.interbank, build_network(scenario.network, banks.size, self.seed), banks.size
            ),
            depositors=Depositors(scenario.runs),
            authorities=Authorities(self.central_bank, self.who.treasury, self.insurance, self.vehicle),
        )  # fmt: skip
        self._set_prices(closed)
        self._set_stocks(closed, output)
        memory, rate = closed.memory, macro.policy_rate
        memory.rate = memory.shadow = rate
        memory.coupon = rate + scenario.asset_purchases.term_premium
        bonds, bank = scenario.asset_purchases, scenario.central_bank
        mean = mean_expected_rate(bonds, rate, bank.neutral_rate + bank.target, lower_bound=bank.lower_bound)
        memory.long_yield = term_yield(bonds, mean, 0.0)
        memory.unemployment = memory.slack = macro.unemployment
        banks.loan_rate[:] = rate + scenario.banks.loan_spread
        banks.deposit_rate[:] = max(rate - scenario.banks.deposit_spread, 0.0)
        self._employ(closed)
        return closed

    def _outputs(self, firms: Firms, intensity: FloatArray) -> FloatArray:
        """Return (firms,) units a month; sizes of consumer firms differ by up to a fifth either way."""
        s, goods = firms.settings, ~firms.is_resource
        dug = firms.resource[firms.is_resource]
        employed = self.workers * (1.0 - self.scenario.macro.unemployment)
        consumer = employed * s.productivity / (1.0 + intensity[dug].sum())
        u = Draws.of(self.seed, "firms").uniform(np.arange(firms.size), BIRTH, _SIZE)
        weight = np.where(goods, 0.8 + 0.4 * u, 0.0)
        output = consumer * weight / weight.sum()
        output[firms.is_resource] = intensity[dug] * consumer
        return np.asarray(np.maximum(output, 1.0), np.float64)

    def _set_prices(self, closed: ClosedEconomy) -> None:
        firms, s = closed.firms, closed.firms.settings
        labour = s.wage / s.productivity
        firms.markup[:] = np.where(firms.is_resource, s.resource_markup, self.scenario.macro.markup)
        firms.price[:] = labour * (1.0 + s.resource_markup)
        closed.memory.permit_price = [0.1 * labour] * len(self.scenario.resources)
        closed.memory.permit_base = list(closed.memory.permit_price)
        unit = labour + closed.material_cost()
        firms.price[~firms.is_resource] = unit * (1.0 + self.scenario.macro.markup)
        closed.memory.price = float(firms.price[~firms.is_resource].mean())

    def _set_stocks(self, closed: ClosedEconomy, output: FloatArray) -> None:
        firms, s = closed.firms, closed.firms.settings
        firms.capital[:] = np.rint(s.capital_output * output / s.utilisation)
        firms.expected_sales[:] = output
        firms.sold[:] = np.rint(output)
        firms.produced[:] = firms.sold
        firms.inventory[:] = np.rint(np.where(firms.is_resource, 1.0, 0.9) * firms.inventory_goal())
        firms.planned_investment[:] = s.depreciation * firms.capital
        goods = ~firms.is_resource
        closed.memory.output = int(output[goods].sum())
        self.gdp = float((output * firms.price)[goods].sum()) * MONTHS_PER_YEAR
        closed.memory.gdp = [round(self.gdp / MONTHS_PER_YEAR)] * MONTHS_PER_YEAR
        profit = output * (firms.price - closed.unit_cost()) - s.depreciation * firms.capital * closed.memory.price
        loans = self.scenario.macro.loans * self.gdp * self._loan_shares(firms)
        interest = loans * (self.scenario.macro.policy_rate + self.scenario.banks.loan_spread)
        free = np.maximum(MONTHS_PER_YEAR * profit - interest, 0.02 * MONTHS_PER_YEAR * output * firms.price)
        firms.dividend_year[:] = (1.0 - self.scenario.treasury.profit_tax) * free
        self.loans = loans.astype(np.int64)

    def _loan_shares(self, firms: Firms) -> FloatArray:
        """Return (firms,) shares of what is to be lent: by capital, but no borrower near what a bank may lend it."""
        limit = 0.8 * self.scenario.prudential.large_exposure * self.scenario.macro.capital_ratio
        return np.asarray(np.minimum(firms.capital / firms.capital.sum(), limit), np.float64)

    def _employ(self, closed: ClosedEconomy) -> None:
        """Give every household a job or none, at random, so that firms have the workers their output needs."""
        firms, employer = closed.firms, closed.households.employer
        need = np.maximum(np.rint(firms.expected_sales / closed.productivity()), 0).astype(np.int64)
        jobs = np.repeat(np.arange(firms.size), need)[: employer.shape[0]]
        order = np.argsort(Draws.of(self.seed, "labour").uniform(np.arange(employer.shape[0]), BIRTH), kind="stable")
        employer[order[: jobs.shape[0]]] = jobs
        firms.workers[:] = np.bincount(jobs, minlength=firms.size)

    def prices(self, closed: ClosedEconomy) -> IntArray:
        """Return (books,) opening prices: spread around the scenario's, and set the shares that make them fair."""
        banks, macro = closed.banks, self.scenario.macro
        self._spread_over_banks(closed)
        banks.dividend_year[:] = self._bank_earnings(closed)
        real = closed.memory.long_yield - closed.expectations.expected
        dividends = np.concatenate([closed.firms.dividend_year, banks.dividend_year])
        equity = np.concatenate([closed.firms.capital * closed.memory.price, self.bank_equity])
        worth = share_values(self.scenario.valuation, dividends, equity, np.ones(dividends.size, np.int64), real)
        u = Draws.of(self.seed, "stocks").uniform(np.arange(worth.size), BIRTH)
        tick = self.scenario.stocks.tick_size
        price = np.maximum(np.rint(macro.share_price * 0.5 * 4.0**u / tick).astype(np.int64) * tick, tick)
        self.shares = np.maximum(np.rint(worth / price), 1.0).astype(np.int64)
        return price

    def _bank_earnings(self, closed: ClosedEconomy) -> FloatArray:
        """Return (banks,) what banks can pay out in a year for good: all that they earn, taxed, as equity stands still.

        E = i_l L + c B + i_r R - i_d D with the bonds B = D + equity - L - R that `_fund_banks` gives them.
        """
        m, scenario = closed.memory, self.scenario
        keeper = self.ledger.owners.column("house_bank")
        firms = slots_of(closed.banks, keeper[closed.firms.owners])
        deposits = scenario.macro.household_deposits * self.gdp * self.customers
        deposits += np.bincount(firms, 2 * closed.firms.workers * closed.firms.posted_wage, minlength=closed.banks.size)
        lent = self.syndicates.sum(axis=0)
        reserves = scenario.macro.reserves * self.gdp * deposits / deposits.sum()
        bonds = deposits + self.bank_equity - lent - reserves
        reserve_rate, _lending_rate = corridor(scenario.central_bank, m.rate)
        earned = closed.banks.loan_rate * lent + m.coupon * bonds + reserve_rate * reserves
        free = np.maximum(earned - closed.banks.deposit_rate * deposits, 0.0)
        return np.asarray((1.0 - scenario.treasury.profit_tax) * free, np.float64)

    def _spread_over_banks(self, closed: ClosedEconomy) -> None:
        """Choose every customer's bank at random by size, and spread firms' loans over all of them (syndicates)."""
        count = closed.banks.size
        weight = np.arange(1, count + 1, dtype=np.float64) ** -self.scenario.banks.size_exponent
        edges = np.cumsum(weight / weight.sum())
        households = closed.households
        u = Draws.of(self.seed, "customers").uniform(np.arange(households.size), BIRTH, _BANK)
        keeper = self.ledger.owners.column("house_bank")
        keeper[households.owners] = closed.banks.owners[np.minimum(np.searchsorted(edges, u), count - 1)]
        u = Draws.of(self.seed, "firms").uniform(np.arange(closed.firms.size), BIRTH, _BANK)
        keeper[closed.firms.owners] = closed.banks.owners[np.minimum(np.searchsorted(edges, u), count - 1)]
        slot = slots_of(closed.banks, keeper[households.owners])
        self.customers = np.bincount(slot, self.weight, minlength=count)
        # loans follow deposits, so that every bank can fund its own
        self.syndicates = np.floor(self.loans[:, None] * self.customers).astype(np.int64)
        self.bank_equity = self.scenario.macro.capital_ratio * self.syndicates.sum(axis=0) + 1e-4 * self.gdp

    # -- money --------------------------------------------------------------------------------

    def fund(self, closed: ClosedEconomy) -> None:
        """Post every opening balance: deposits, loans, bonds, reserves and shares."""
        macro, ledger, who = self.scenario.macro, self.ledger, self.who
        households, firms, banks = closed.households, closed.firms, closed.banks
        weight = self.weight
        post, pay = ledger.post, ledger.pay
        deposits = np.floor(macro.household_deposits * self.gdp * weight).astype(np.int64)
        keeper = ledger.owners.column("house_bank")
        pay(OPENING, payer=keeper[households.owners], payee=households.owners, amount=deposits)
        wages = firms.workers * firms.posted_wage
        pay(OPENING, payer=keeper[firms.owners], payee=firms.owners, amount=2 * wages + 1)
        f, b = np.nonzero(self.syndicates)
        amount = self.syndicates[f, b]
        ledger.lend(OPENING, LOAN, creditor=banks.owners[b], debtor=firms.owners[f], amount=amount)
        bonds = np.floor(macro.household_bonds * self.gdp * weight).astype(np.int64)
        post(OPENING, BOND, payer=who.treasury, payee=households.owners, amount=bonds)
        self._fund_banks(closed)
        self._issue_shares(closed, self.owning)
        banks.close_day(ledger)

    def _fund_banks(self, closed: ClosedEconomy) -> None:
        """Give banks reserves and the bonds that their sheets need; the central bank bonds for what it owes."""
        ledger, who, banks = self.ledger, self.who, closed.banks
        deposits = banks.deposits(ledger)
        reserves = np.floor(self.scenario.macro.reserves * self.gdp * deposits / deposits.sum()).astype(np.int64)
        lent = self.syndicates.sum(axis=0)
        bonds = deposits + np.rint(self.bank_equity).astype(np.int64) - lent - reserves
        if (bonds < 0).any():
            raise OutOfBounds(
                "macro.loans", self.scenario.macro.loans,
                "banks would lend more than their deposits and equity; lower it, or raise macro.household_deposits",
            )  # fmt: skip
        month = round(self.gdp / MONTHS_PER_YEAR)
        treasury, fund = int(0.35 * month), int(0.0135 * deposits.sum())
        pay, post = ledger.pay, ledger.post
        pay(OPENING, payer=self.central_bank, payee=banks.owners, amount=reserves)
        pay(OPENING, payer=self.central_bank, payee=[who.treasury, self.insurance], amount=[treasury, fund])
        post(OPENING, BOND, payer=who.treasury, payee=banks.owners, amount=bonds)
        post(OPENING, BOND, payer=who.treasury, payee=self.central_bank, amount=int(reserves.sum()) + treasury + fund)

    def _weights(self, households: Households, populations: list[Population], ranges: list[range]) -> FloatArray:
        """Return (households,) shares of wealth: the traders' Pareto draws, over their sum."""
        wealth = np.empty(households.size)
        for population, owners in zip(populations, ranges, strict=True):
            rows = np.arange(len(owners), dtype=np.int64)
            first = owners.start - households.first
            wealth[first : first + len(owners)] = opening_wealth(self.scenario.traders, population.draws(0, 0), rows)
        return np.asarray(wealth / wealth.sum(), np.float64)

    def _owning(self, households: Households, populations: list[Population], ranges: list[range]) -> FloatArray:
        """Return (households,) parts of all shares: what floats by wealth, the rest to owners, who hardly trade."""
        part = self.weight.copy()
        for population, owners in zip(populations, ranges, strict=True):
            if population.name == Holder.name:
                rows = slice(owners.start - households.first, owners.stop - households.first)
                held, floats = part[rows].sum(), self.scenario.macro.free_float
                part *= floats / (1.0 - held)
                part[rows] = self.weight[rows] * (1.0 - floats) / held
        return part

    def _issue_shares(self, closed: ClosedEconomy, part: FloatArray) -> None:
        """Give every household its part of every share in whole lots, fractions rounded at random."""
        households, draws = closed.households, Draws.of(self.seed, "shares")
        ordinals = np.arange(households.size)
        for book, total in enumerate(self.shares.tolist()):
            u = draws.uniform(ordinals, BIRTH, _LOTS + book)
            lots = np.floor(total * part + u).astype(np.int64)
            lots -= lots % self.scenario.stocks.round_lot
            issuer = int(self.who.firms[book])
            self.ledger.post(OPENING, FIRST_SHARE + book, payer=issuer, payee=households.owners, amount=lots)
            if book < closed.firms.size and lots.any():
                closed.firms.chief[book] = households.first + int(np.argmax(lots))
