"""Banks that fail: who bears the loss, who goes on, and that nothing is made or lost on the way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.agents.bank_failure import BankFailure
from catallaxy.agents.joint_failure import BadLoans, Valuation
from catallaxy.core.errors import OutOfBounds
from catallaxy.core.units import OwnerId, Sector
from catallaxy.ledger import identities
from catallaxy.ledger.chart import ADVANCE, BOND, DEPOSIT, INTERBANK, LOAN, RESERVES
from catallaxy.ledger.contracts import AMOUNT
from catallaxy.ledger.ledger import Ledger
from catallaxy.policies.deposit_insurance import DepositInsuranceSettings
from catallaxy.policies.prudential import PrudentialSettings, Standing
from catallaxy.policies.resolution import Cause, LossByLayer, ResolutionSettings
from tests.agents.bank_world import (
    CENTRAL_BANK,
    EXCHANGE,
    FUND,
    SHARES,
    TREASURY,
    VEHICLE,
    Books,
    World,
    assert_gone,
    healthy,
    world_of,
)

RULES = PrudentialSettings()
TEXTBOOK = Books(loans=960, deposits=(250, 100, 100, 100, 100, 100, 100))  # 700 insured, 150 not; equity 50


def bad(amounts: dict[int, int]) -> Valuation:
    """Return a valuation that finds so much bad of the loans of each bank, by owner id."""

    def value(ledger: Ledger, bank: OwnerId) -> BadLoans:
        numbers = ledger.contracts.of(LOAN, creditor=bank)
        found = np.zeros(numbers.size, np.int64)
        found[:1] = amounts.get(bank, 0)
        return BadLoans(numbers, found)

    return value


def resolve(world: World, illiquid: tuple[int, ...] = (), **changes: object) -> list[BankFailure]:
    return world.resolution(**changes).resolve_to_fixed_point(world.ledger, world.banks, illiquid, tick=7)


def textbook(loss: int, *others: Books, fund: int = 10_000) -> tuple[World, list[BankFailure]]:
    """Return the bank of the worked numbers after a ``loss``, beside a healthy one that lent it 60, and ``others``."""
    world = world_of(TEXTBOOK, healthy(), *others, interbank=[(0, 1, 60)], fund=fund)
    assert world.equity()[0] == 50
    return world, resolve(world, (0,), valuation=bad({world.owner(0): loss}))


@pytest.mark.parametrize(("loss", "losses"), [(120, LossByLayer(50, 60, 10, 0)), (300, LossByLayer(50, 60, 150, 40))])
def test_the_worked_numbers_reach_every_book(loss: int, losses: LossByLayer) -> None:
    world, failures = textbook(loss)
    failed, healthy_bank = world.firms[0] - 2, world.owner(1)
    assert [(event.losses, event.taker, event.bridge) for event in failures] == [(losses, healthy_bank, False)]
    assert failures[0].bank == failed
    assert failures[0].cause is Cause.ILLIQUID
    assert_gone(world, failed)
    assert int(world.ledger.issued[world.shares[0]]) == 0
    assert world.deposits(world.households[0]) == [250 - losses.uninsured, *[100] * 6]
    assert (failures[0].fund_paid, failures[0].treasury_paid) == (losses.insured, 0)
    assert world.ledger.balance(FUND, RESERVES) == 10_000 - losses.insured
    assert world.equity()[1] == 7_160 - losses.interbank  # 5,000 + 2,000 + 1,000 + 60 - 900 before
    assert int(world.ledger.contracts.claims[LOAN, VEHICLE]) == loss
    assert int(world.ledger.contracts.debts[LOAN, world.firms[0]]) == 960


def test_the_lenders_of_a_bank_share_its_default_in_proportion_to_the_cent() -> None:
    books = [Books(reserves=500, loans=1_000, deposits=(100,) * 3) for _ in range(3)]
    world = world_of(TEXTBOOK, *books, healthy(), interbank=[(0, 1, 30), (0, 2, 20), (0, 3, 10)])
    before = world.equity()
    resolve(world, (0,), valuation=bad({world.owner(0): 71}))
    assert [a - b for a, b in zip(before, world.equity(), strict=True)][1:] == [10, 7, 4, 0]  # paid 19.5, 13 and 6.5


def test_customers_loans_and_reserves_go_where_the_bank_that_takes_over_is() -> None:
    world, failures = textbook(120)
    ledger, taker = world.ledger, failures[0].taker
    customers = [*world.households[0], world.firms[0]]
    assert set(ledger.owners.column("house_bank")[customers].tolist()) == {taker}
    assert int(ledger.contracts.claims[LOAN, taker]) == 1_000 + 960 - 120
    assert int(ledger.owed[taker]) == 900 + 840
    assert ledger.contracts.of(INTERBANK).size == 0
    assert not world.banks.open[0]
    assert world.banks.failures.tolist() == [1, 0]


def test_a_sound_bank_is_left_alone_and_a_weak_one_has_to_show_a_plan() -> None:
    world = world_of(
        Books(reserves=96, loans=1_000, deposits=(100,) * 9 + (96,)),  # 10 %
        Books(reserves=0, loans=1_000, deposits=(100,) * 9 + (60,)),  # 4 %
    )
    assert world.resolution().standing(world.ledger, world.banks).tolist() == [Standing.IN_BUFFER, Standing.PLAN]
    assert resolve(world) == []


@pytest.mark.parametrize(("deposits", "cause"), [(971, Cause.UNDERCAPITALISED), (1_001, Cause.INSOLVENT)])
def test_a_bank_below_three_percent_or_without_equity_is_resolved(deposits: int, cause: Cause) -> None:
    world = world_of(Books(loans=1_000, deposits=(deposits - 100, 100)), healthy())
    (failure,) = resolve(world)
    assert (failure.slot, failure.cause, failure.taker) == (0, cause, world.owner(1))
    assert_gone(world, failure.bank)


def test_what_is_left_of_equity_goes_to_the_shareholders_and_to_nobody_else() -> None:
    world = world_of(Books(loans=1_000, deposits=(100,) * 9 + (80,)), healthy())
    assert world.equity()[0] == 20
    had = world.deposits([row[0] for row in world.households])
    (failure,) = resolve(world, valuation=bad({world.owner(0): 5}))
    assert failure.losses == LossByLayer(equity=5)
    assert failure.left == 15
    assert [a - b for a, b in zip(world.deposits([row[0] for row in world.households]), had, strict=True)] == [8, 7]
    assert world.equity()[1] == 7_100
    assert_gone(world, failure.bank)


def test_the_fund_pays_what_it_has_and_the_treasury_issues_bonds_for_the_rest() -> None:
    world, (failure,) = textbook(300, fund=15)
    assert (failure.fund_paid, failure.treasury_paid) == (15, 25)
    assert world.ledger.balance(FUND, RESERVES) == 0
    assert world.ledger.balance(TREASURY, RESERVES) == 500
    assert world.ledger.balance(failure.taker, BOND) == 2_025
    assert ("bond", "bond issue", "G", "B", 25) in world.ledger.flow_rows()
    assert ("deposit", "resolution outlay", "G", "B", 25) in world.ledger.flow_rows()


def test_without_an_acquirer_a_bridge_bank_of_the_state_takes_the_slot() -> None:
    weak = Books(reserves=50, loans=1_000, deposits=(100,) * 9 + (40,))  # 11 %, too little for more loans
    world = world_of(TEXTBOOK, weak, interbank=[(0, 1, 60)])
    (failure,) = resolve(world, (0,), valuation=bad({world.owner(0): 300}))
    ledger, banks = world.ledger, world.banks
    assert failure.bridge
    assert failure.taker == world.owner(0) != failure.bank
    assert banks.open.all()
    assert ledger.owners.sector_of(failure.taker) is Sector.BANKS
    assert ledger.owners.kind_of(failure.taker) == "bank"
    assert failure.capital == 70  # 10.5 % of the 660 of loans that are good, rounded up
    assert world.equity()[0] == 70
    assert banks.capital_ratio(ledger, RULES)[0] >= 0.105
    assert ledger.balance(TREASURY, world.shares[0]) == 2 * SHARES == ledger.issued[world.shares[0]]
    assert int(ledger.issuer[world.shares[0]]) == failure.taker
    assert ledger.balance(TREASURY, RESERVES) == 500
    assert_gone(world, failure.bank)


def test_the_candidate_that_would_be_healthiest_takes_over() -> None:
    small = Books(reserves=3_000, loans=1_000, deposits=(100,) * 9)
    world = world_of(TEXTBOOK, small, healthy(), small, interbank=[(0, 1, 60)])
    (failure,) = resolve(world, (0,), valuation=bad({world.owner(0): 120}))
    assert failure.taker == world.owner(2)


def test_a_bank_that_could_not_borrow_the_missing_reserves_takes_nobody_over() -> None:
    drained = replace(TEXTBOOK, reserves=-3_000, loans=3_960)
    poor = Books(reserves=10, loans=300, bonds=0, deposits=(100,))
    world = world_of(drained, poor)
    world.ledger.post("opening", BOND, payer=TREASURY, payee=world.owner(1), amount=1)
    (failure,) = resolve(world, (0,), prudential=PrudentialSettings(weight_firms=0.0))
    assert failure.bridge  # 4,260 of loans are collateral for 2,982 of reserves; 2,990 are missing
    assert (failure.left, failure.lent) == (110, 3_000 + 55)  # half of what is left stays with a customer
    world = world_of(drained, replace(poor, reserves=200))
    (failure,) = resolve(world, (0,), prudential=PrudentialSettings(weight_firms=0.0))
    assert (failure.bridge, failure.taker) == (False, world.owner(1))


def test_a_bank_without_reserves_leaves_nobody_short_at_the_end_of_the_day() -> None:
    world = world_of(Books(reserves=-300, loans=1_260, deposits=TEXTBOOK.deposits), Books(reserves=50, deposits=(40,)))
    (failure,) = resolve(world, (0,))
    assert failure.bridge
    assert (failure.left, failure.lent) == (110, 300 + 55)  # half of what is left stays with a customer
    assert world.ledger.contracts.debts[ADVANCE, failure.taker] == failure.lent
    identities.reserves_covered(world.ledger)


def test_advances_of_the_central_bank_are_senior_and_go_along() -> None:
    world = world_of(replace(TEXTBOOK, loans=1_060, advances=100), healthy())
    (failure,) = resolve(world, valuation=bad({world.owner(0): 1_000}), illiquid=(0,))
    assert failure.losses == LossByLayer(equity=110, uninsured=150, insured=700, senior=40)
    assert (failure.fund_paid, failure.treasury_paid) == (700, 40)
    assert world.ledger.contracts.debts[ADVANCE, failure.taker] == 100
    assert world.deposits(world.households[0]) == [100] * 7


def test_what_two_banks_owe_each_other_goes_out_when_one_takes_the_other_over() -> None:
    world = world_of(TEXTBOOK, healthy(), interbank=[(0, 1, 60), (1, 0, 25)])
    before = world.equity()
    (failure,) = resolve(world, (0,))
    assert failure.losses == LossByLayer()
    assert failure.left == before[0] == 75
    assert world.ledger.contracts.of(INTERBANK).size == 0
    assert world.equity()[1] == before[1]


def test_a_default_ruins_the_lender_and_then_the_lender_s_lender() -> None:
    """Three banks in a chain, each lent more to the one before it than it has equity."""
    first = Books(loans=500, deposits=(100,) * 3)  # owes 150, equity 50
    second = Books(loans=300, deposits=(100,) * 2)  # is owed 150, owes 160, equity 90
    third = Books(loans=200, deposits=(100,) * 2)  # is owed 160, owes nothing, equity 160
    world = world_of(first, second, third, healthy(), interbank=[(0, 1, 150), (1, 2, 160)])
    assert world.equity()[:3] == [50, 90, 160]
    failures = resolve(world, (0,), valuation=bad({world.owner(0): 200, world.owner(1): 100}))
    assert [(event.slot, event.cause, event.round) for event in failures] == [
        (0, Cause.ILLIQUID, 1), (1, Cause.CONTAGION, 1), (2, Cause.UNDERCAPITALISED, 2),
    ]  # fmt: skip
    assert failures[0].losses == LossByLayer(equity=50, interbank=150)
    assert failures[1].losses == LossByLayer(equity=90, interbank=160)  # 150 lost to the first, 100 on its loans
    assert failures[2].losses == LossByLayer()  # it lost all its equity, 160, and no more
    assert [event.taker for event in failures] == [world.owner(3)] * 3


def test_a_lender_that_falls_below_three_percent_is_resolved_in_the_next_round() -> None:
    lender = Books(loans=1_000, deposits=(100,) * 10)
    world = world_of(TEXTBOOK, lender, healthy(), interbank=[(0, 1, 60)])
    assert world.equity()[1] == 60
    failures = resolve(world, (0,), valuation=bad({world.owner(0): 95}))
    assert [(event.slot, event.round, event.cause) for event in failures] == [
        (0, 1, Cause.ILLIQUID), (1, 2, Cause.UNDERCAPITALISED),
    ]  # fmt: skip
    assert [event.taker for event in failures] == [world.owner(2)] * 2
    assert world.banks.open.tolist() == [False, False, True]


def test_what_is_insured_in_the_morning_is_insured_in_every_round() -> None:
    """Deposits cut in the first round lower the median, but no insured deposit of the second is cut for that."""
    first = Books(loans=960, deposits=(300, 300, 300))
    second = Books(loans=400, deposits=(200, 200))
    world = world_of(first, second, interbank=[(0, 1, 60)])
    half = DepositInsuranceSettings(limit=0.5)  # 150 before, 75 after the first round
    failures = resolve(world, (0,), insurance=half, valuation=bad({world.owner(0): 600, world.owner(1): 350}))
    assert [(event.round, event.losses) for event in failures] == [
        (1, LossByLayer(interbank=60, uninsured=450, insured=90)), (2, LossByLayer(uninsured=100, insured=250)),
    ]  # fmt: skip
    assert world.deposits([*world.households[0], *world.households[1]]) == [150] * 5


def test_a_claim_on_the_bank_it_takes_over_needs_no_capital_any_more() -> None:
    world = world_of(Books(loans=1_000, deposits=(100,) * 4), Books(reserves=10, deposits=(100,) * 5),
                     interbank=[(0, 1, 600)])  # fmt: skip
    (failure,) = resolve(world)
    assert (failure.bridge, failure.taker) == (False, world.owner(1))
    assert world.banks.capital_ratio(world.ledger, RULES)[1] == pytest.approx(0.11)


def test_banks_that_owe_each_other_in_a_ring_fail_together_and_end_as_bridges() -> None:
    ring = [(0, 1, 300), (1, 2, 300), (2, 0, 300)]
    books = Books(loans=400, deposits=(250, 100, 100), corporate=100)
    world = world_of(books, books, books, interbank=ring, fund=20)
    owners = [world.owner(slot) for slot in range(3)]
    assert world.equity() == [-150] * 3
    assert {event.cause for event in resolve(world)} == {Cause.INSOLVENT}
    assert all(owner > max(map(max, world.households)) for owner in map(int, world.banks.owners))
    assert world.banks.open.all()
    assert (world.banks.capital_ratio(world.ledger, RULES) >= 0.105).all()
    assert world.ledger.balance(FUND, RESERVES) == 20
    for owner in owners:
        assert_gone(world, owner)


def test_all_banks_fail_at_once_with_an_empty_fund_and_no_insured_deposit_is_touched() -> None:
    books = Books(loans=1_000, deposits=(300, 100, 100, 100, 100), corporate=400)
    world = world_of(books, books, books, fund=0, interbank=[(0, 1, 90), (1, 2, 80), (2, 0, 70)])
    spoilt = bad({world.owner(slot): 900 for slot in range(3)})
    failures = resolve(world, (0, 1, 2), valuation=spoilt)
    assert all(event.bridge and event.fund_paid == 0 and event.treasury_paid > 0 for event in failures)
    for households in world.households:
        assert world.deposits(households) == [100] * 5
    assert world.deposits(world.firms) == [100] * 3
    assert all(event.treasury_paid == event.losses.public for event in failures)
    identities.reserves_covered(world.ledger)


def test_a_bank_without_customers_is_resolved_like_any_other() -> None:
    world = world_of(Books(loans=100), healthy(), interbank=[(0, 1, 120)])
    (failure,) = resolve(world)
    assert failure.losses == LossByLayer(interbank=20)
    assert failure.cause is Cause.INSOLVENT
    assert_gone(world, failure.bank)
    empty = world_of(Books(), Books(), healthy())
    failures = resolve(empty, (0, 1))
    assert [(event.losses, event.capital) for event in failures] == [(LossByLayer(), 0)] * 2


def test_banks_that_are_not_listed_leave_what_is_left_to_the_fund() -> None:
    world = world_of(Books(loans=1_000, deposits=(100,) * 9 + (80,)), healthy(), listed=False)
    (failure,) = resolve(world)
    assert failure.left == 20
    assert world.ledger.balance(FUND, RESERVES) == 10_020
    assert_gone(world, failure.bank)


def test_the_fund_gets_what_a_bank_that_fails_as_well_would_have_got_as_a_shareholder() -> None:
    world = world_of(Books(loans=1_000, deposits=(100,) * 9 + (80,)), TEXTBOOK, healthy())
    first = world.households[0][0]
    world.ledger.post("sale", world.shares[0], payer=first, payee=world.owner(1), amount=SHARES)
    failures = resolve(world, (1,), valuation=bad({world.owner(1): 120}))
    assert failures[0].left == 20
    assert world.ledger.balance(FUND, RESERVES) == 10_000 + 7
    assert failures[1].losses == LossByLayer(equity=110, uninsured=10)


def test_securities_of_a_failed_bank_go_along() -> None:
    world = world_of(replace(TEXTBOOK, bonds=40), healthy())
    holder = world.households[1][0]
    world.ledger.post("sale", world.shares[1], payer=holder, payee=world.owner(0), amount=12)
    (failure,) = resolve(world, (0,))
    assert world.ledger.balance(failure.taker, BOND) == 2_040
    assert int(world.ledger.issued[world.shares[1]]) == 2 * SHARES - 12  # the taker's own shares: nobody holds them
    assert_gone(world, failure.bank)


def test_orders_are_cancelled_before_shares_vanish_and_before_deposits_fall() -> None:
    world = world_of(TEXTBOOK, healthy(), interbank=[(0, 1, 60)])
    ledger, rich = world.ledger, world.households[0][0]

    def hold(instrument: int, amount: int) -> None:
        row = np.array([rich]), np.array([instrument]), np.array([amount])
        ledger.reserve(*row, np.array([True]))

    def release(instrument: int) -> None:
        bound = ledger.holdings[rich, instrument, 1]
        ledger.release(np.array([rich]), np.array([instrument]), np.array([bound]))

    hold(world.shares[0], 400)
    hold(DEPOSIT, 245)
    value = bad({world.owner(0): 120})
    with pytest.raises(OutOfBounds) as caught:
        resolve(world, (0,), valuation=value)
    assert str(caught.value) == "BANK0 reserved by orders is 400; cancel every order in its book first"
    told: list[object] = []

    def cancel_book(slot: int) -> None:
        told.append(slot)
        release(world.shares[0])

    with pytest.raises(OutOfBounds) as caught:
        resolve(world, (0,), valuation=value, before_shares_vanish=cancel_book)
    assert str(caught.value) == (
        f"a depositor is {rich}; its bank fails and its deposit falls by more than is free; cancel its orders first"
    )

    def cancel_of(owners: object) -> None:
        told.append(np.asarray(owners).tolist())
        release(DEPOSIT)

    world = world_of(TEXTBOOK, healthy(), interbank=[(0, 1, 60)])
    ledger = world.ledger
    hold(world.shares[0], 400)
    hold(DEPOSIT, 245)
    resolve(world, (0,), valuation=value, before_shares_vanish=cancel_book, before_deposits_fall=cancel_of)
    assert told == [0, 0, [rich]]
    assert world.deposits([rich]) == [240]


def test_a_customer_s_reserved_money_moves_along_untouched() -> None:
    world = world_of(TEXTBOOK, healthy(), interbank=[(0, 1, 60)])
    poor = world.households[0][3]
    world.ledger.reserve(np.array([poor]), np.array([DEPOSIT]), np.array([80]), np.array([True]))
    (failure,) = resolve(world, (0,))
    assert world.ledger.holdings[poor, DEPOSIT].tolist() == [20, 80]
    assert int(world.ledger.owners.column("house_bank")[poor]) == failure.taker


def test_a_valuation_that_does_not_fit_is_refused() -> None:
    world = world_of(TEXTBOOK, healthy())
    other = world.ledger.contracts.of(LOAN, creditor=world.owner(1))
    own = world.ledger.contracts.of(LOAN, creditor=world.owner(0))
    for numbers, amounts in ((other, [1]), (own, [961]), (own, [-1]), (np.repeat(own, 2), [1, 1])):
        value = BadLoans(numbers, np.array(amounts))
        with pytest.raises(OutOfBounds) as caught:
            resolve(world, (0,), valuation=lambda ledger, bank, value=value: value)
        assert str(caught.value) == (
            f"a valuation's contract is {int(numbers[0])}; "
            "give loans of bank 5, each once, and of each at most what is owed"
        )
    assert world.equity()[0] == 110


def test_the_settings_say_which_share_of_loans_is_bad() -> None:
    world = world_of(replace(TEXTBOOK, loans=965), healthy())
    (failure,) = resolve(world, (0,), settings=ResolutionSettings(bad_loans=0.25))
    assert failure.losses == LossByLayer(equity=115, uninsured=126)
    assert world.ledger.contracts.rows[world.ledger.contracts.of(LOAN, creditor=VEHICLE), AMOUNT].tolist() == [241]


def test_a_later_bridge_bank_can_fail_again() -> None:
    world = world_of(TEXTBOOK, Books(deposits=(100,), reserves=100))
    (first,) = resolve(world, (0,), valuation=bad({world.owner(0): 120}))
    world.ledger.write_off(world.ledger.contracts.of(LOAN, creditor=first.taker), 200)
    (second,) = resolve(world)
    assert (second.bank, second.bridge, second.cause) == (first.taker, True, Cause.INSOLVENT)
    assert world.banks.failures.tolist() == [2, 0]
    assert world.ledger.balance(TREASURY, world.shares[0]) == 2 * SHARES


def test_the_same_failure_gives_the_same_bytes() -> None:
    one, two = textbook(300), textbook(300)
    assert one[1] == two[1]
    first, second = one[0].ledger.state(), two[0].ledger.state()
    assert all(np.array_equal(array, second[0][name]) for name, array in first[0].items())
    assert first[1] == second[1]


AMOUNTS = st.integers(0, 400)
BOOKS = st.builds(
    Books,
    reserves=st.integers(-200, 600),
    bonds=AMOUNTS,
    loans=st.integers(0, 1_500),
    deposits=st.lists(AMOUNTS, min_size=1, max_size=4),
    corporate=AMOUNTS,
    advances=st.integers(0, 200),
)


@given(
    st.lists(BOOKS, min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 500)), max_size=6),
    st.lists(st.booleans(), min_size=4, max_size=4),
    st.floats(0.0, 1.0),
    st.integers(0, 600),
)
def test_whatever_fails_every_law_holds_and_losses_follow_rank(
    books: list[Books], lent: list[tuple[int, int, int]], dry: list[bool], spoilt: float, fund: int
) -> None:
    """Identities hold after every posting (the ledger checks itself), the insured lose nothing, and rank is kept."""
    count = len(books)
    interbank = [(a % count, b % count, x) for a, b, x in lent if a % count != b % count]
    world = world_of(*books, interbank=interbank, fund=fund, shareholders=[EXCHANGE])
    ledger, central_bank = world.ledger, int(world.ledger.issued[RESERVES])
    everybody = np.array([owner for rows in (*world.households, world.firms) for owner in rows])
    before = ledger.holdings[everybody, DEPOSIT].sum(axis=1)
    limit = int(np.median([amount for book in books for amount in book.deposits]))
    owners = world.banks.owners.copy()
    uninsured = {slot: sum(max(0, x - limit) for x in (*book.deposits, book.corporate))
                 for slot, book in enumerate(books)}  # fmt: skip
    debts = world.banks.debts(ledger, INTERBANK)
    illiquid = tuple(slot for slot in range(count) if dry[slot] or world.banks.reserves(ledger)[slot] < 0)

    failures = resolve(world, illiquid, settings=ResolutionSettings(bad_loans=spoilt))

    first = [event for event in failures if event.round == 1]
    for event in first:
        losses = event.losses
        assert losses.interbank == 0 or event.left == 0
        assert losses.uninsured == 0 or losses.interbank == debts[event.slot]
        assert losses.public == 0 or losses.uninsured == uninsured[event.slot]
        assert losses.senior == 0 or losses.insured == ledger_insured(books[event.slot], limit)
    for event in failures:
        assert event.fund_paid + event.treasury_paid == event.losses.public
        assert event.fund_paid == min(fund, event.losses.insured)
        fund -= event.fund_paid
        assert_gone(world, event.bank)
    after = ledger.holdings[everybody, DEPOSIT].sum(axis=1)
    assert (after >= np.minimum(before, limit)).all()
    assert int((before - after).sum()) == sum(event.losses.uninsured for event in failures)
    assert ledger.balance(EXCHANGE, RESERVES) == sum(event.left for event in failures)
    assert int(ledger.issued[RESERVES]) == central_bank + sum(event.lent for event in failures)
    identities.reserves_covered(ledger)
    still = world.resolution().causes(ledger, world.banks)
    assert not still or max(event.round for event in failures) == count
    assert set(owners.tolist()) >= {event.bank for event in first}
    assert int(ledger.contracts.debts[ADVANCE].sum()) == int(ledger.contracts.claims[ADVANCE, CENTRAL_BANK])


def ledger_insured(book: Books, limit: int) -> int:
    return sum(min(x, limit) for x in (*book.deposits, book.corporate))
