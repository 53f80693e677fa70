"""Banks: capital and liquidity read from the ledger, what they charge, lend and pay out, and what they remember."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.agents.bank_lending import agree_loans, lending_room, post_loans
from catallaxy.agents.bank_liquidity import liquidity_books
from catallaxy.agents.banks import BankSettings, probability_of_default
from catallaxy.core.errors import OutOfBounds
from catallaxy.core.units import Sector
from catallaxy.ledger.chart import BOND, LOAN
from catallaxy.ledger.contracts import AMOUNT
from catallaxy.markets.credit import grant
from catallaxy.policies.bank_behaviour import BehaviourSettings, Instructions
from catallaxy.policies.liquidity_rules import liquidity_coverage_ratio, net_stable_funding_ratio
from catallaxy.policies.prudential import BankBooks, PrudentialSettings
from tests.markets.small_banking import DEPOSIT_EACH, FIRMS, HOUSEHOLDS, LOAN_EACH, RULES, TERMS, TREASURY, SmallBanking

FIRM_WEIGHT = RULES.weight_firms
LENIENT = PrudentialSettings(large_exposure=10.0)


def with_ratio(ratio: float) -> SmallBanking:
    """Return banks whose capital ratio is ``ratio``."""
    return SmallBanking(capital_ratio=ratio)


def heed(world: SmallBanking) -> Instructions:
    return world.banks.heed(RULES, BehaviourSettings(), told_apart(world))


def told_apart(world: SmallBanking) -> BankBooks:
    return liquidity_books(world.ledger, world.banks, insured_up_to=DEPOSIT_EACH, repaid=0.02)


def test_capital_is_book_equity_over_loans_at_their_weights() -> None:
    world = with_ratio(0.14)

    assert world.equity() == [1_400_000, 1_400_000, 700_000, 700_000]
    assert world.banks.risk_weighted_assets(world.ledger, RULES).tolist() == [1e7, 1e7, 5e6, 5e6]
    assert world.banks.capital_ratio(world.ledger, RULES) == pytest.approx([0.14] * 4)
    assert world.banks.leverage_ratio(world.ledger)[0] == pytest.approx(1.4 / 61.4)


def test_a_write_off_lowers_the_capital_ratio_and_makes_default_likelier() -> None:
    world = with_ratio(0.14)
    before = world.banks.default_probability(world.ledger, RULES)

    loans = world.ledger.contracts.of(LOAN, debtor=world.firm(2))
    world.ledger.write_off(loans, world.ledger.contracts.rows[loans, AMOUNT])
    after = world.banks.default_probability(world.ledger, RULES)

    assert world.banks.capital_ratio(world.ledger, RULES)[2] == -np.inf
    assert before == pytest.approx(1.0 / (1.0 + np.exp(60.0 * 0.08)))
    assert (after[2], after[0]) == (1.0, before[0])


def test_the_probability_of_default_is_a_half_at_six_percent() -> None:
    assert probability_of_default(BankSettings(), np.array([0.06]))[0] == 0.5


def test_rates_are_the_policy_rate_and_spreads_and_deposits_never_cost() -> None:
    world = with_ratio(0.14)

    world.banks.set_rates(0.03)
    assert world.banks.loan_rate == pytest.approx([0.05] * 4)
    assert world.banks.deposit_rate == pytest.approx([0.02] * 4)
    world.banks.set_rates(0.004)
    assert world.banks.deposit_rate.tolist() == [0.0] * 4


def test_fifty_basis_points_are_added_for_each_point_of_capital_that_is_short() -> None:
    world = with_ratio(0.085)

    told = heed(world)
    world.banks.set_rates(0.03)

    assert world.banks.loan_rate == pytest.approx([0.05 + 0.5 * 0.02] * 4)
    assert not world.banks.lending.any()
    assert not told.lending.any()
    assert not world.banks.dividends_payable(RULES, told_apart(world)).any()
    assert not world.banks.may_lend(world.ledger, RULES).any()


def test_a_bank_that_recovers_lends_again_at_its_usual_rate() -> None:
    world = with_ratio(0.085)
    heed(world)
    world.ledger.pay("grant", payer=TREASURY, payee=world.bank(2), amount=2_000_000)
    world.ledger.pay("grant", payer=TREASURY, payee=world.bank(3), amount=0)

    heed(world)
    world.banks.set_rates(0.03)

    assert world.banks.lending.tolist() == [False, False, True, False]
    assert world.banks.loan_rate[2] == pytest.approx(0.05)


def test_wishes_of_a_closed_bank_are_none() -> None:
    world = with_ratio(0.02)
    world.banks.open[1] = False

    told = heed(world)

    assert told.rights_issue[0] > 0
    assert (told.rights_issue[1], told.shrink_loans[1], bool(told.lending[1])) == (0, 0, False)
    assert world.banks.extra_spread[1] == 0.0


def test_a_fifth_of_the_equity_above_thirteen_percent_is_paid_out() -> None:
    rules = PrudentialSettings(leverage=0.0)
    rich, poor = with_ratio(0.14), with_ratio(0.12)

    assert rich.banks.dividends_payable(rules, told_apart(rich)).tolist() == [
        20_000, 20_000, 10_000, 10_000,
    ]  # fmt: skip
    assert poor.banks.dividends_payable(rules, told_apart(poor)).tolist() == [0] * 4


def test_what_the_leverage_ratio_needs_is_not_paid_out() -> None:
    world = with_ratio(0.20)

    payable = world.banks.dividends_payable(RULES, told_apart(world))

    assets = 60_000_000 + 2_000_000
    assert payable[0] == int(0.2 * (2_000_000 - 0.03 * assets)) < int(0.2 * (2_000_000 - 1_300_000))


def test_the_outflow_of_a_day_widens_what_a_bank_expects() -> None:
    world = SmallBanking()
    world.ledger.pay("gift", payer=world.household(0), payee=world.household(1), amount=1_000)

    outflow = world.banks.note_outflow(world.ledger)

    assert outflow.tolist() == [1_000, -1_000, 0, 0]
    assert world.banks.outflow_variance == pytest.approx([0.06 * 1e6, 0.06 * 1e6, 0.0, 0.0])


def test_a_successor_remembers_nothing_and_has_had_no_outflow() -> None:
    world = SmallBanking()
    world.banks.outflow_variance[:] = 9.0
    world.banks.interest_carried[:] = 0.4
    owner = world.ledger.add_owners(1, sector=Sector.BANKS, kind="bank")[0]
    world.banks.open[1] = world.banks.lending[1] = False

    world.banks.succeed(1, owner)

    assert (world.banks.slot_of(owner), bool(world.banks.open[1]), bool(world.banks.lending[1])) == (1, True, True)
    assert world.banks.note_outflow(world.ledger)[1] == 0
    assert (world.banks.outflow_variance[1], world.banks.interest_carried[1]) == (0.0, 0.0)


def test_bonds_and_loans_are_collateral_after_haircuts_that_stress_raises() -> None:
    world = SmallBanking()
    bonds = int(world.ledger.holdings[world.bank(2), BOND].sum())

    calm = world.banks.advance_limit(world.ledger, TERMS)
    stress = world.banks.advance_limit(world.ledger, TERMS, haircut=0.5)

    assert calm[2] == int(0.98 * bonds) + int(0.7 * LOAN_EACH)
    assert stress[2] == pytest.approx(0.48 * bonds + 0.2 * LOAN_EACH, abs=2)
    assert not world.banks.advance_limit(world.ledger, TERMS, haircut=1.0).any()
    with pytest.raises(OutOfBounds, match=r"haircut is 1\.2; give a number between 0 and 1"):
        world.banks.advance_limit(world.ledger, TERMS, haircut=1.2)


def test_deposits_are_told_apart_for_the_liquidity_ratios() -> None:
    world = SmallBanking()
    world.ledger.pay("gift", payer=world.household(4), payee=world.household(0), amount=1_000_000)

    books = liquidity_books(world.ledger, world.banks, insured_up_to=DEPOSIT_EACH - 1_000, repaid=0.02)

    assert books.insured_deposits.sum() == (HOUSEHOLDS + FIRMS) * (DEPOSIT_EACH - 1_000) - 999_000
    assert books.retail_deposits.tolist() == [9_000 + 1_000_000, 10_000, 10_000, 10_000]
    assert books.corporate_deposits.tolist() == [2_000, 2_000, 1_000, 1_000]
    assert (books.insured_deposits + books.retail_deposits + books.corporate_deposits).tolist() == (
        world.banks.deposits(world.ledger).tolist()
    )
    assert books.repayments_due.tolist() == [200_000, 200_000, 100_000, 100_000]
    assert (liquidity_coverage_ratio(RULES, books) > 1.0).all()
    assert (net_stable_funding_ratio(books) > 1.0).all()
    with pytest.raises(OutOfBounds, match="give the share of loans repaid in a month"):
        liquidity_books(world.ledger, world.banks, insured_up_to=0, repaid=2.0)


def test_room_to_lend_ends_where_minimum_and_buffer_are_just_met() -> None:
    world = with_ratio(0.14)
    rules = PrudentialSettings(leverage=0.0)

    room = lending_room(world.ledger, world.banks, rules, weight=FIRM_WEIGHT)

    assert room[0] == int(1_400_000 / 0.105 - 10_000_000)
    grant(world.ledger, world.bank(0), world.firm(0), int(room[0]), LOAN)
    assert world.banks.capital_ratio(world.ledger, rules)[0] == pytest.approx(0.105, abs=1e-8)
    assert world.banks.may_lend(world.ledger, rules)[0]
    grant(world.ledger, world.bank(0), world.firm(0), 100, LOAN)
    assert not world.banks.may_lend(world.ledger, rules)[0]


def test_a_bank_at_its_leverage_limit_has_no_room() -> None:
    world = with_ratio(0.14)

    assert world.banks.leverage_ratio(world.ledger)[0] < RULES.leverage
    assert not lending_room(world.ledger, world.banks, RULES, weight=FIRM_WEIGHT).any()


def test_a_large_loan_is_syndicated_and_no_bank_exceeds_its_limit() -> None:
    world = with_ratio(0.40)
    world.banks.set_rates(0.03)
    world.banks.loan_rate[3] = 0.04
    newcomer = world.household(0)
    limit = world.banks.exposure_limit(world.ledger, RULES)
    assert limit.tolist() == [1_000_000, 1_000_000, 500_000, 500_000]

    loans = agree_loans(
        world.ledger, world.banks, RULES, debtors=np.array([newcomer]), wanted=np.array([1_700_000]),
        first=np.array([0]), weight=FIRM_WEIGHT,
    )  # fmt: skip
    post_loans(world.ledger, world.banks, loans, LOAN)

    world.check()
    assert (loans.slots.tolist(), loans.amounts.tolist()) == ([0, 3, 1], [1_000_000, 500_000, 200_000])
    assert loans.refused.tolist() == [0]
    assert world.money(newcomer) == DEPOSIT_EACH + 1_700_000


def test_who_owes_a_bank_much_already_gets_nothing_more_from_it() -> None:
    world = with_ratio(0.40)

    loans = agree_loans(
        world.ledger, world.banks, RULES, debtors=np.array([world.firm(2)]), wanted=np.array([9_000_000]),
        first=np.array([2]), weight=FIRM_WEIGHT,
    )  # fmt: skip

    assert loans.slots.tolist() == [0, 1, 3]
    assert loans.refused.tolist() == [9_000_000 - 2_500_000]


def test_an_applicant_asks_a_bank_that_exists_for_an_amount() -> None:
    world = SmallBanking()
    for wanted, first, message in ((-1, 0, "wanted is -1; give 0 to"), (5, -1, "first is -1; give 0 to 3")):
        with pytest.raises(OutOfBounds, match=message):
            agree_loans(
                world.ledger, world.banks, RULES, debtors=np.array([world.firm(0)]), wanted=np.array([wanted]),
                first=np.array([first]), weight=FIRM_WEIGHT,
            )  # fmt: skip


@given(
    st.lists(st.tuples(st.integers(0, FIRMS - 1), st.integers(0, 8_000_000), st.integers(0, 3)), max_size=8),
    st.sampled_from([0.05, 0.11, 0.30, 0.60]),
    st.sampled_from([RULES, LENIENT]),
)
def test_whatever_is_wanted_capital_and_exposure_rules_hold_after_it_is_lent(
    wishes: list[tuple[int, int, int]], ratio: float, rules: PrudentialSettings
) -> None:
    world = with_ratio(ratio)
    owed = np.array([[world.ledger.contracts.rows[world.ledger.contracts.of(LOAN, creditor=b, debtor=f), 3].sum()
                      for b in world.banks.owners.tolist()] for f in range(46, 52)])  # fmt: skip
    free = world.banks.may_lend(world.ledger, rules)
    debtors = np.array([world.firm(firm) for firm, _, _ in wishes], np.int64)
    wanted = np.array([amount for _, amount, _ in wishes], np.int64)
    first = np.array([slot for _, _, slot in wishes], np.int64)

    loans = agree_loans(
        world.ledger, world.banks, rules, debtors=debtors, wanted=wanted, first=first, weight=FIRM_WEIGHT
    )
    limit = world.banks.exposure_limit(world.ledger, rules)
    post_loans(world.ledger, world.banks, loans, LOAN)

    world.check()
    assert int(loans.amounts.sum() + loans.refused.sum()) == int(wanted.sum())
    assert (loans.refused >= 0).all()
    assert (world.banks.may_lend(world.ledger, rules) == free).all()
    for firm in range(FIRMS):
        for slot, bank in enumerate(world.banks.owners.tolist()):
            numbers = world.ledger.contracts.of(LOAN, creditor=bank, debtor=world.firm(firm))
            now = int(world.ledger.contracts.rows[numbers, 3].sum())
            assert now == owed[firm, slot] or now <= limit[slot]


def test_banks_are_rebuilt_from_their_state() -> None:
    one, other = SmallBanking(), SmallBanking()
    one.ledger.pay("gift", payer=one.household(0), payee=one.household(1), amount=999_999)
    one.end_day()
    arrays, values = one.banks.state()

    other.banks.restore(arrays, json.loads(json.dumps(values)))

    again, _ = other.banks.state()
    assert all(
        np.array_equal(array, again[name]) and array.dtype == again[name].dtype for name, array in arrays.items()
    )
    arrays["open"][0] = False
    assert one.banks.open[0]
