"""The interbank market: who is short borrows overnight from partners it trusts, inside limits and corridor."""

from __future__ import annotations

import json

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import OutOfBounds
from catallaxy.ledger.chart import INTERBANK
from catallaxy.ledger.contracts import AMOUNT, CREDITOR
from catallaxy.markets.interbank import InterbankDay, InterbankMarket, InterbankSettings, relations_matrix
from catallaxy.markets.interbank_kernels import match_requests
from catallaxy.markets.networks import NetworkSettings, build_network
from tests.markets.small_banking import BANKS, RATE, SmallBanking

CALM = [0.0] * BANKS
RICH = 1_000_000


def lent(world: SmallBanking) -> dict[tuple[int, int], int]:
    """Return (lender, borrower): amount of the loans that are out."""
    out = world.market.exposures(world.ledger, world.banks)
    return {(int(a), int(b)): int(out[a, b]) for a, b in zip(*np.nonzero(out), strict=True)}


def target(world: SmallBanking, slot: int) -> int:
    return int(world.market.targets(world.ledger, world.banks)[slot])


def above_target(world: SmallBanking, *surplus: int) -> None:
    """Give banks reserves of their target and a surplus, below 0 a deficit."""
    world.set_reserves(*(target(world, slot) + amount for slot, amount in enumerate(surplus)))


def test_a_bank_that_is_short_borrows_what_it_lacks_to_its_target() -> None:
    world = SmallBanking()
    above_target(world, -3_000, 10_000, 0, 0)

    day = world.lend(probability=CALM)

    assert lent(world) == {(1, 0): 3_000}
    assert world.reserves()[0] == target(world, 0)
    assert (day.volume, day.loans, day.needed.tolist(), day.unmet.tolist()) == (3_000, 1, [3_000, 0, 0, 0], [0] * BANKS)


def test_the_target_is_two_percent_of_deposits_and_a_margin_for_a_bad_day() -> None:
    world = SmallBanking()
    world.banks.outflow_variance[:] = [0.0, 100.0**2, 0.0, 0.0]

    assert world.market.targets(world.ledger, world.banks).tolist() == [1_200_000, 1_200_165, 1_100_000, 1_100_000]


def test_without_a_partner_there_is_no_loan() -> None:
    world = SmallBanking(nx.DiGraph([(1, 2), (0, 1)]))
    above_target(world, -3_000, 10_000, 0, 0)

    day = world.lend(probability=CALM)

    assert lent(world) == {}
    assert (day.asked, day.refused, day.unmet[0]) == (0, 0, 3_000)
    assert np.isnan(day.mean_rate)


def test_the_edge_of_a_relationship_runs_from_creditor_to_debtor() -> None:
    world = SmallBanking(nx.DiGraph([(1, 0)]))
    above_target(world, -3_000, 10_000, 0, 0)
    assert world.lend(probability=CALM).volume == 3_000

    world = SmallBanking(nx.DiGraph([(0, 1)]))
    above_target(world, -3_000, 10_000, 0, 0)
    assert world.lend(probability=CALM).volume == 0


def test_who_is_overdrawn_is_served_before_anyone_fills_up() -> None:
    world = SmallBanking(np.array([[0, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]], np.bool_))
    world.set_reserves(-1_000, target(world, 1) + 1_500, 5_000, target(world, 3))

    day = world.lend(probability=CALM)

    assert lent(world) == {(1, 0): 1_500}
    assert day.unmet.tolist() == [target(world, 0) + 1_000 - 1_500, 0, target(world, 2) - 5_000, 0]


def test_the_most_trusted_partner_is_asked_first_and_equals_in_order_of_slots() -> None:
    world = SmallBanking()
    above_target(world, 5_000, 5_000, -4_000, 5_000)
    world.market.distrust[2, 0] = world.market.distrust[0, 2] = 0.5

    world.lend(probability=CALM)

    assert lent(world) == {(1, 2): 4_000}


def test_rates_rise_with_the_borrowers_risk_and_stay_in_the_corridor() -> None:
    rates = []
    for probability in (0.0, 0.05, 0.5, 1.0):
        world = SmallBanking()
        above_target(world, -3_000, 10_000, 0, 0)
        rates.append(world.lend(probability=[probability, 0.0, 0.0, 0.0]).mean_rate)

    assert rates == pytest.approx([RATE + 0.0005, RATE + 0.001, RATE + 0.0025, RATE + 0.0025], abs=1e-15)


def test_no_borrower_owes_a_lender_more_than_its_limit() -> None:
    world = SmallBanking()
    equity = world.equity()
    above_target(world, 30 * RICH, 0, 0, 0)
    world.set_reserves(target(world, 0) + 30 * RICH, -20 * RICH, target(world, 2), target(world, 3))

    day = world.lend(probability=CALM)

    assert lent(world) == {(0, 1): equity[0] // 4}
    assert day.unmet[1] == 20 * RICH + target(world, 1) - equity[0] // 4
    assert (day.asked, day.refused) == (1, 0)
    assert world.lend(probability=CALM, fear=0.0).refused == 1  # asked again, it has no room left


def test_fear_lowers_limits_and_freezes_the_market() -> None:
    refused = []
    for fear in (0.0, 0.5, 1.0):
        world = SmallBanking()
        world.set_reserves(30 * RICH, -20 * RICH, 0, 0)
        day = world.lend(probability=CALM, fear=fear)
        assert lent(world).get((0, 1), 0) == int(world.equity()[0] * 0.25 * (1.0 - fear))
        refused.append(day.refused == day.asked)

    assert refused == [False, False, True]
    assert (day.volume, day.refused) == (0, 3)


def test_a_bank_without_capital_lends_nothing() -> None:
    world = SmallBanking(capital_ratio=-0.01)
    above_target(world, -3_000, 10_000, 0, 0)

    day = world.lend(probability=CALM)

    assert day.volume == 0
    assert day.refused == day.asked > 0


def test_a_refusal_costs_trust_and_trust_recovers() -> None:
    world = SmallBanking(refusal_distrust=0.4, recovery=0.25)
    above_target(world, -3_000, 10_000, 0, 0)

    world.lend(probability=CALM, fear=1.0)
    assert world.market.distrust[0].tolist() == [0.0, 0.4, 0.0, 0.0]
    above_target(world, 0, 0, 0, 0)
    world.lend(probability=CALM)
    assert world.market.distrust[0, 1] == pytest.approx(0.3)


def test_a_default_lowers_what_others_lend_to_that_bank_by_a_factor_e() -> None:
    world = SmallBanking()
    world.set_reserves(30 * RICH, -20 * RICH, target(world, 2), target(world, 3))
    world.market.note_default(1)

    world.lend(probability=CALM)

    assert lent(world) == {(0, 1): int(world.equity()[0] * 0.25 * np.exp(-1.0))}
    assert world.market.distrust[1, 1] == 0.0


def test_loans_are_repaid_the_day_after_with_interest_that_one_side_pays_and_the_other_gets() -> None:
    world = SmallBanking()
    world.set_reserves(30 * RICH, -1_000_000, target(world, 2), target(world, 3))
    volume = world.lend(probability=CALM).volume
    equity, reserves = world.equity(), world.reserves()

    repaid = world.market.repay(world.ledger, world.banks)

    world.check()
    interest = round(volume * (RATE + 0.0005) / 252)
    assert (repaid.principal, repaid.interest, repaid.unpaid.tolist()) == (volume, interest, [])
    assert [after - before for after, before in zip(world.equity(), equity, strict=True)] == [interest, -interest, 0, 0]
    assert world.reserves()[1] == reserves[1] - volume - interest
    assert lent(world) == {}


def test_at_a_negative_rate_the_lender_pays() -> None:
    world = SmallBanking(base_spread=0.0)
    world.set_reserves(30 * RICH, -1_000_000, target(world, 2), target(world, 3))
    volume = world.lend(probability=CALM, rate=-0.0075).volume

    assert world.market.repay(world.ledger, world.banks).interest == round(-0.0075 * volume / 252) < 0
    world.check()


def test_a_closed_bank_neither_lends_nor_repays() -> None:
    world = SmallBanking()
    above_target(world, -3_000, 10_000, -3_000, 0)
    world.lend(probability=CALM)
    world.banks.open[0] = False
    world.banks.open[1] = False

    repaid = world.market.repay(world.ledger, world.banks)
    above_target(world, 10_000, 10_000, -500, 0)
    day = world.lend(probability=CALM)

    assert (repaid.principal, repaid.unpaid.shape) == (3_000, (1,))
    assert (day.volume, day.asked) == (0, 0)
    assert lent(world) == {(1, 0): 3_000}
    world.banks.open[0] = True
    assert world.market.repay(world.ledger, world.banks).principal == 3_000


def test_a_claim_keeps_its_rate_when_another_bank_takes_it_over() -> None:
    world = SmallBanking()
    above_target(world, -300_000, RICH, 0, 0)
    world.lend(probability=CALM)
    number = int(world.ledger.contracts.of(INTERBANK)[0])
    world.ledger.kind("takeover")
    world.ledger.assign("takeover", number, world.bank(3))

    equity = world.equity()[3]
    repaid = world.market.repay(world.ledger, world.banks)

    assert repaid.interest == world.equity()[3] - equity == round(300_000 * (RATE + 0.0005) / 252)
    assert int(world.ledger.contracts.rows[number, CREDITOR]) == world.bank(3)


def test_a_loan_on_top_of_one_that_is_out_has_the_mean_rate() -> None:
    world = SmallBanking()
    above_target(world, -1_000, RICH, 0, 0)
    world.lend(probability=CALM)
    above_target(world, -3_000, RICH, 0, 0)
    world.lend(probability=[0.05, 0.0, 0.0, 0.0])

    number = world.ledger.contracts.of(INTERBANK)
    assert world.ledger.contracts.rows[number, AMOUNT].tolist() == [4_000]
    assert world.market.rates_of(number)[0] == pytest.approx(RATE + 0.0005 + 0.75 * 0.0005, abs=1e-15)


def test_a_loan_that_the_market_did_not_make_needs_a_rate_first() -> None:
    world = SmallBanking()
    number = world.ledger.lend("opening", INTERBANK, creditor=world.bank(0), debtor=world.bank(1), amount=252_000)

    with pytest.raises(OutOfBounds, match=f"unknown for contract {number[0]}'; agree it first"):
        world.market.repay(world.ledger, world.banks)
    world.market.agree(world.ledger, number, 0.05, np.array([252_000]))

    assert world.market.repay(world.ledger, world.banks).interest == 50


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"probability": [0.1, np.nan, 0.0, 0.0]}, "give a number for each bank"),
        ({"fear": np.nan}, "fear is nan; give a number from 0 to 1"),
        ({"fear": -0.5}, "fear is -0.5; give a number from 0 to 1"),
    ],
)
def test_what_is_no_number_is_refused(arguments: dict[str, object], message: str) -> None:
    world = SmallBanking()
    before = world.bytes()

    with pytest.raises(OutOfBounds, match=message):
        world.lend(**arguments)  # type: ignore[arg-type]

    assert world.bytes() == before


def test_a_graph_of_other_banks_is_refused() -> None:
    with pytest.raises(OutOfBounds, match="a node of the interbank network is 7; nodes are the slots 0 to 3"):
        relations_matrix(nx.DiGraph([(0, 7)]), 4)
    with pytest.raises(OutOfBounds, match=r"the shape of relations is \(3, 3\); \(4, 4\) is due, one row a lender"):
        relations_matrix(np.ones((3, 3), np.bool_), 4)


def test_a_network_that_is_built_for_banks_is_taken_with_all_its_edges() -> None:
    graph = build_network(NetworkSettings(), banks=10, seed=7)

    known = relations_matrix(graph, 10)

    assert set(zip(*(part.tolist() for part in np.nonzero(known)), strict=True)) == set(graph.edges)


def plain_match(
    requests: list[tuple[int, int]], partners: list[list[int]], surplus: list[int], room: list[list[int]]
) -> tuple[dict[tuple[int, int], int], set[tuple[int, int]]]:
    """Serve requests one by one, a unit at a time."""
    loans: dict[tuple[int, int], int] = {}
    asked = set()
    for borrower, need in requests:
        for lender in partners[borrower]:
            if need and surplus[lender] > 0:
                asked.add((lender, borrower))
            while need and surplus[lender] > 0 and room[lender][borrower] > 0:
                loans[lender, borrower] = loans.get((lender, borrower), 0) + 1
                surplus[lender] -= 1
                room[lender][borrower] -= 1
                need -= 1
    return loans, asked


@given(st.data())
def test_the_matching_agrees_with_its_plain_twin(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 5))
    amounts = st.integers(-3, 12)
    surplus = data.draw(st.lists(amounts, min_size=n, max_size=n))
    room = data.draw(st.lists(st.lists(amounts, min_size=n, max_size=n), min_size=n, max_size=n))
    partners = [data.draw(st.lists(st.sampled_from([k for k in range(n) if k != b]), unique=True)) for b in range(n)]
    requests = data.draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, 20)), max_size=6))
    lists = np.full((n, n), -1, np.int64)
    for b, mine in enumerate(partners):
        lists[b, : len(mine)] = mine
    loans, asked = np.zeros((n, n), np.int64), np.zeros((n, n), np.bool_)
    left, free = np.array(surplus, np.int64), np.array(room, np.int64)

    pairs = np.array(requests, np.int64).reshape(-1, 2)
    match_requests(pairs[:, 0].copy(), pairs[:, 1].copy(), lists, left, free, loans, asked)

    twin_loans, twin_asked = plain_match(requests, partners, surplus, room)
    assert {(int(a), int(b)): int(loans[a, b]) for a, b in zip(*np.nonzero(loans), strict=True)} == twin_loans
    assert {(int(a), int(b)) for a, b in zip(*np.nonzero(asked), strict=True)} == twin_asked
    assert (left.tolist(), free.tolist()) == (surplus, room)


def shocked(world: SmallBanking, seed: int, days: int) -> list[InterbankDay]:
    """Let customers pay each other at random for some days, and return what the market did."""
    rng, out = np.random.default_rng(seed), []
    customers = np.flatnonzero(world.ledger.owners.column("house_bank") >= 0)
    for _ in range(days):
        payer, payee = rng.choice(customers, 2, replace=False)
        world.ledger.pay("gift", payer=payer, payee=payee, amount=rng.integers(0, world.money(int(payer)) + 1))
        out.append(world.end_day().traded)
    return out


def test_the_same_payments_give_the_same_bytes() -> None:
    one, other = SmallBanking(), SmallBanking()

    shocked(one, seed=5, days=30)
    shocked(other, seed=5, days=30)

    assert one.bytes() == other.bytes()


def test_a_market_that_is_restored_goes_on_as_if_nothing_had_happened() -> None:
    one, other = SmallBanking(), SmallBanking()
    shocked(one, seed=5, days=10)
    shocked(other, seed=5, days=10)
    arrays, values = other.market.state()
    other.market = InterbankMarket(InterbankSettings(), np.zeros((BANKS, BANKS), np.bool_), BANKS)
    other.market.restore(arrays, json.loads(json.dumps(values)))

    shocked(one, seed=6, days=10)
    shocked(other, seed=6, days=10)

    assert one.bytes() == other.bytes()


def test_reports_are_plain_numbers() -> None:
    world = SmallBanking()
    above_target(world, -3_000, 10_000, 0, 0)

    day = world.lend(probability=CALM)

    assert json.dumps([day.volume, day.loans, day.mean_rate, day.asked, day.refused])
