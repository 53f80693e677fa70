"""Margin accounts at a bank: what it lends, when it calls, what it sells, and who bears what is missing."""

from __future__ import annotations

from typing import Any

import numpy as np

from catallaxy.agents.margin_accounts import MarginAccounts, Shares, Standing
from catallaxy.core.units import Sector
from catallaxy.ledger.chart import BOND, MARGIN_LOAN
from catallaxy.ledger.instruments import Instrument, InstrumentKind
from catallaxy.markets.margin_rules import MarginSettings, call_price
from catallaxy.policies.prudential import PrudentialSettings
from tests.agents.bank_world import TREASURY, Books, World, world_of

RULES = PrudentialSettings(large_exposure=1.0)


class Brokerage:
    """A bank with margin accounts of its first households, and one or two stocks of its firm."""

    def __init__(
        self, cash: tuple[int, ...], lots: tuple[int, ...], price: int = 10_000, second: int = 0, **settings: Any
    ) -> None:
        self.world: World = world_of(Books(reserves=900_000_000, bonds=900_000_000, deposits=(*cash, 1_000)))
        self.ledger, self.clients = self.world.ledger, self.world.households[0][: len(cash)]
        firm = self.world.firms[0]
        self.shares = [
            self.ledger.add_instrument(Instrument(name, InstrumentKind.SHARE, "USD", firm)) for name in ("A", "B")
        ]
        self.ledger.post("opening", self.shares[0], payer=firm, payee=self.clients, amount=np.array(lots))
        self.ledger.post("opening", self.shares[1], payer=firm, payee=self.clients, amount=second)
        self.prices = np.array([price, 1_000])
        self.accounts = MarginAccounts(MarginSettings(on=True, **settings), np.array(self.clients), books=2, banks=1)
        self.accounts.open(self.ledger, self.at(price))
        self.accounts.set_lines(self.ledger, self.world.banks, RULES)
        self.accounts.volume[:] = 50.0

    def at(self, price: int) -> Shares:
        """Return the collateral at a price of the first stock, cents."""
        return Shares(np.array(self.shares), np.array([price, 1_000]), np.ones(2, np.int64))

    def lend(self, *wanted: int, price: int = 10_000) -> list[int]:
        """Let clients ask for money, at a price of the stock."""
        rows = np.arange(len(wanted))
        return self.accounts.lend(
            self.ledger, self.world.banks, RULES, self.at(price), rows, np.array(wanted)
        ).tolist()  # fmt: skip

    def buy(self, client: int, lots: int, price: int) -> None:
        """Let a client buy shares of the other household of the bank, who has plenty."""
        firm = self.world.firms[0]
        self.ledger.pay("trade", payer=self.clients[client], payee=firm, amount=lots * price)
        self.ledger.post("trade", self.shares[0], payer=firm, payee=self.clients[client], amount=lots)

    def sell(self, client: int, lots: int, price: int, stock: int = 0) -> None:
        """Let a client sell shares."""
        firm = self.world.firms[0]
        self.ledger.pay("trade", payer=self.world.owner(0), payee=self.clients[client], amount=lots * price)
        self.ledger.post("trade", self.shares[stock], payer=self.clients[client], payee=firm, amount=lots)

    def events(self, price: int, day: int, grace: int = 1) -> list[str]:
        """Review the accounts at a price and return the names of the events."""
        return [n.event for n in self.accounts.review(self.ledger, self.at(price), day=day, grace=grace)]

    def settle(self, price: int, day: int = 2) -> list[tuple[str, dict[str, Any]]]:
        """Settle sales at a price and return the events."""
        notices = self.accounts.settle(self.ledger, self.at(price), day=day)
        return [(n.event, n.facts) for n in notices]

    @property
    def standing(self) -> list[Standing]:
        """How the accounts stand."""
        return [Standing(number) for number in self.accounts.standing.tolist()]


def levered(**settings: Any) -> Brokerage:
    """Return a client who has bought 100 shares at 100.00, half of them on margin."""
    brokerage = Brokerage((500_000,), (0,), **settings)
    assert brokerage.lend(500_000) == [500_000]
    brokerage.buy(0, 100, 10_000)
    return brokerage


# -- lending ---------------------------------------------------------------------------------------


def test_a_margin_loan_creates_the_deposit_it_pays_out() -> None:
    brokerage = Brokerage((500_000,), (0,))
    before, worth = int(brokerage.world.banks.deposits(brokerage.ledger)[0]), brokerage.world.equity()[0]

    lent = brokerage.lend(300_000)

    assert lent == [300_000]
    assert int(brokerage.world.banks.deposits(brokerage.ledger)[0]) == before + 300_000
    assert brokerage.accounts.debts(brokerage.ledger).tolist() == [300_000]
    assert brokerage.world.equity()[0] == worth
    assert brokerage.ledger.balance_sheet().loc["margin loan"].sum() == 0


def test_no_more_is_lent_than_the_initial_margin_allows() -> None:
    assert Brokerage((500_000,), (0,)).lend(900_000) == [500_000]
    assert Brokerage((500_000,), (0,), initial=0.2, maintenance=0.1).lend(9_000_000) == [2_000_000]


def test_shares_count_for_what_may_be_borrowed_at_their_last_price() -> None:
    assert Brokerage((0,), (50,)).lend(900_000, price=6_000) == [300_000]


def test_a_bank_lends_its_line_and_no_more() -> None:
    """Clients are served in order; the line of the day shrinks with every loan."""
    brokerage = Brokerage((500_000, 500_000), (0, 0))
    brokerage.accounts.lines[:] = 700_000

    assert brokerage.lend(500_000, 500_000) == [500_000, 200_000]
    assert brokerage.accounts.lines.tolist() == [0]


def test_a_line_is_a_part_of_equity_less_what_is_lent() -> None:
    brokerage = Brokerage((500_000,), (0,), book_limit=0.5)
    equity = brokerage.world.equity()[0]
    brokerage.lend(400_000)

    brokerage.accounts.set_lines(brokerage.ledger, brokerage.world.banks, RULES)

    assert brokerage.accounts.lines.tolist() == [equity // 2 - 400_000]


def test_a_closed_bank_lends_nothing() -> None:
    brokerage = Brokerage((500_000,), (0,))
    brokerage.world.banks.open[0] = False

    brokerage.accounts.set_lines(brokerage.ledger, brokerage.world.banks, RULES)

    assert brokerage.lend(100_000) == [0]


def test_interest_is_paid_by_the_day_and_added_where_money_is_missing() -> None:
    brokerage = Brokerage((500_000, 500_000), (0, 0), spread=0.0252)
    brokerage.lend(500_000, 500_000)
    brokerage.buy(0, 100, 10_000)
    bank = brokerage.world.equity()[0]

    due = brokerage.accounts.pay_interest(brokerage.ledger, 0.0)

    assert due == 100
    assert brokerage.accounts.debts(brokerage.ledger).tolist() == [500_050, 500_000]
    assert brokerage.accounts.cash(brokerage.ledger).tolist() == [0, 999_950]
    assert brokerage.world.equity()[0] == bank + 100


def test_idle_money_repays_at_the_end_of_a_day() -> None:
    brokerage = Brokerage((500_000,), (0,))
    brokerage.lend(300_000)

    repaid = brokerage.accounts.repay(brokerage.ledger, np.array([True]))

    assert repaid == 300_000
    assert brokerage.accounts.debts(brokerage.ledger).tolist() == [0]
    assert brokerage.accounts.cash(brokerage.ledger).tolist() == [500_000]


# -- calls -----------------------------------------------------------------------------------------


def test_a_call_comes_below_the_price_of_the_formula_and_not_at_it() -> None:
    """5,000 on 100 shares at a maintenance margin of 25 % is called below 66.67."""
    brokerage = levered()
    price = float(call_price(500_000, 100, 0.25))

    assert brokerage.events(int(np.ceil(price)), day=1) == []
    assert brokerage.standing == [Standing.OPEN]
    assert brokerage.events(int(np.floor(price)), day=2) == ["margin_call"]
    assert brokerage.standing == [Standing.CALLED]


def test_a_call_says_what_would_meet_it() -> None:
    brokerage = levered()

    (notice,) = brokerage.accounts.review(brokerage.ledger, brokerage.at(6_000), day=1, grace=1)

    assert notice.facts == {"position": 600_000, "loan": 500_000, "called": 50_000, "due": 2}
    assert brokerage.accounts.share == 1.0


def test_a_call_is_met_by_a_price_that_comes_back() -> None:
    brokerage = levered()
    brokerage.events(6_000, day=1)

    assert brokerage.events(7_000, day=2) == ["margin_call_met"]
    assert brokerage.standing == [Standing.OPEN]
    assert brokerage.accounts.share == 0.0


def test_a_call_is_met_by_money_that_came_in() -> None:
    brokerage = levered()
    brokerage.events(6_000, day=1)
    brokerage.ledger.pay("gift", payer=brokerage.world.owner(0), payee=brokerage.clients[0], amount=50_000)
    brokerage.accounts.repay(brokerage.ledger, np.array([True]))

    assert brokerage.events(6_000, day=2) == ["margin_call_met"]


def test_who_is_under_a_call_may_not_borrow() -> None:
    brokerage = levered()
    brokerage.events(6_000, day=1)

    assert brokerage.lend(10_000, price=100_000) == [0]


def test_sales_begin_after_the_days_of_grace_and_at_once_without_any() -> None:
    patient, stressed = levered(), levered()

    assert patient.events(6_000, day=1, grace=2) == ["margin_call"]
    assert patient.events(6_000, day=2, grace=2) == []
    assert patient.events(6_000, day=3, grace=2) == ["forced_sale"]
    assert stressed.events(6_000, day=1, grace=0) == ["margin_call", "forced_sale"]
    assert patient.standing == stressed.standing == [Standing.SELLING]


# -- forced sales ----------------------------------------------------------------------------------


def sold_off(**settings: Any) -> Brokerage:
    """Return the levered client of whom the bank sells shares at 60.00."""
    brokerage = levered(**settings)
    brokerage.events(6_000, day=1, grace=0)
    return brokerage


def test_a_tick_sells_at_most_a_fifth_of_its_usual_volume() -> None:
    """4,000 has to be sold, 67 shares at 60.00; of 50 that change hands in a tick the bank may sell 10."""
    brokerage = sold_off()

    sales = brokerage.accounts.sales(brokerage.ledger, brokerage.at(6_000))

    assert (sales.rows.tolist(), sales.books.tolist(), sales.lots.tolist()) == ([0], [0], [10])


def test_no_more_is_sold_than_brings_the_loan_back_to_the_initial_margin() -> None:
    brokerage = sold_off()
    brokerage.accounts.volume[:] = 1e6

    sales = brokerage.accounts.sales(brokerage.ledger, brokerage.at(6_000))

    assert sales.lots.tolist() == [67]


def test_what_is_below_a_lot_is_kept_for_the_next_tick() -> None:
    """At 2 shares a tick, a fifth is 0.4: one share may be sold in the third tick, then in the fifth."""
    brokerage = sold_off()
    brokerage.accounts.volume[:] = 2.0

    sold = [int(brokerage.accounts.sales(brokerage.ledger, brokerage.at(6_000)).lots.sum()) for _ in range(5)]

    assert sold == [0, 0, 1, 0, 1]


def test_two_clients_share_what_the_market_bears() -> None:
    brokerage = Brokerage((500_000, 500_000), (0, 0))
    brokerage.lend(500_000, 500_000)
    brokerage.buy(0, 100, 10_000)
    brokerage.buy(1, 100, 10_000)
    brokerage.events(6_000, day=1, grace=0)

    sales = brokerage.accounts.sales(brokerage.ledger, brokerage.at(6_000))

    assert sales.lots.tolist() == [5, 5]


def test_stocks_are_sold_in_proportion() -> None:
    brokerage = Brokerage((500_000,), (0,), second=200)
    brokerage.lend(700_000)
    brokerage.buy(0, 120, 10_000)
    brokerage.accounts.volume[:] = 1e6
    brokerage.events(5_000, day=1, grace=0)

    sales = brokerage.accounts.sales(brokerage.ledger, brokerage.at(5_000))

    assert sales.books.tolist() == [0, 1]
    assert abs(sales.lots[0] / 120 - sales.lots[1] / 200) < 0.01


def test_sales_end_when_the_loan_is_within_the_initial_margin() -> None:
    brokerage = sold_off()
    brokerage.sell(0, 66, 6_000)
    assert brokerage.settle(6_000) == []
    assert brokerage.accounts.sales(brokerage.ledger, brokerage.at(6_000)).lots.tolist() == [1]
    brokerage.sell(0, 1, 6_000)

    ((event, facts),) = brokerage.settle(6_000)

    assert event == "forced_sale_ended"
    assert facts == {"position": 33 * 6_000, "loan": 500_000 - 67 * 6_000}
    assert brokerage.accounts.sales(brokerage.ledger, brokerage.at(6_000)).lots.tolist() == []


def test_a_surplus_is_the_clients() -> None:
    brokerage = sold_off()
    brokerage.sell(0, 100, 6_000)

    assert brokerage.settle(6_000)[0][0] == "forced_sale_ended"
    assert brokerage.accounts.cash(brokerage.ledger).tolist() == [100_000]
    assert brokerage.accounts.debts(brokerage.ledger).tolist() == [0]


def test_a_shortfall_is_the_banks_loss_to_the_cent() -> None:
    """The last share went at 40.00: of 5,000 the bank gets 4,000 and loses 1,000."""
    brokerage = sold_off()
    brokerage.sell(0, 100, 4_000)
    before = brokerage.world.equity()[0]

    (default, closed) = brokerage.settle(4_000)

    assert default == ("margin_default", {"bonds": 0, "written_off": 100_000})
    assert closed[0] == "margin_account_closed"
    assert brokerage.world.equity()[0] == before - 100_000
    assert brokerage.accounts.debts(brokerage.ledger).tolist() == [0]
    assert brokerage.standing == [Standing.CLOSED]
    assert int(brokerage.ledger.contract_losses[MARGIN_LOAN].sum()) == 100_000


def test_bonds_are_taken_before_anything_is_written_off() -> None:
    brokerage = sold_off()
    brokerage.ledger.post("gift", BOND, payer=TREASURY, payee=brokerage.clients[0], amount=60_000)
    brokerage.sell(0, 100, 4_000)

    assert brokerage.settle(4_000)[0] == ("margin_default", {"bonds": 60_000, "written_off": 40_000})


def test_a_loss_of_nine_tenths_closes_an_account_until_it_may_come_back() -> None:
    """Equity of 500 out of 5,000: the bank sells until nothing is owed; after 100 days the client may borrow again."""
    brokerage = levered(exit_at=0.10, return_days=100)

    assert brokerage.events(5_499, day=1) == ["margin_call", "forced_sale"]
    assert brokerage.standing == [Standing.CLOSING]
    brokerage.sell(0, 100, 5_499)
    assert [event for event, _ in brokerage.settle(5_499, day=1)] == ["margin_account_closed"]
    assert brokerage.lend(1_000) == [0]
    assert brokerage.events(5_499, day=100) == []
    assert brokerage.events(5_499, day=101) == ["margin_account_opened"]
    assert brokerage.accounts.opening.tolist() == [49_900]
    assert brokerage.lend(1_000) == [1_000]


def test_who_comes_back_with_nothing_stays_closed_as_long_again() -> None:
    brokerage = sold_off(return_days=10)
    brokerage.sell(0, 100, 4_000)
    brokerage.settle(4_000, day=2)

    assert brokerage.events(4_000, day=12) == []
    assert brokerage.standing == [Standing.CLOSED]
    assert brokerage.accounts.back.tolist() == [22]


def test_a_loan_that_another_bank_took_over_is_served_there() -> None:
    """Claims follow a failed bank's assets; the client repays whom it owes."""
    brokerage = levered()
    heir = brokerage.ledger.add_owners(1, sector=Sector.BANKS, kind="bank")[0]
    (number,) = brokerage.ledger.contracts.of(MARGIN_LOAN).tolist()
    brokerage.ledger.assign("purchase and assumption", number, heir)
    brokerage.sell(0, 10, 10_000)

    assert brokerage.accounts.repay(brokerage.ledger, np.array([True])) == 100_000
    assert int(brokerage.ledger.contracts.claims[MARGIN_LOAN, heir]) == 400_000


def test_accounts_restored_go_on_as_they_were() -> None:
    brokerage = sold_off()
    brokerage.accounts.volume[:] = 2.0
    brokerage.accounts.sales(brokerage.ledger, brokerage.at(6_000))
    twin = MarginAccounts(brokerage.accounts.settings, np.zeros(0, np.int64), books=2, banks=1)

    twin.restore(*brokerage.accounts.state())

    for _ in range(4):
        ours, theirs = (
            a.sales(brokerage.ledger, brokerage.at(6_000)).lots.tolist() for a in (brokerage.accounts, twin)
        )
        assert ours == theirs
    assert twin.share == brokerage.accounts.share
