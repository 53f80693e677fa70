"""Depositors who run: how many, where to, and what a run does to a bank."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.agents.depositors import Depositors, Moves, RunSettings, run_probability
from catallaxy.agents.depositors_kernels import LOOK, MEET
from catallaxy.core.errors import OutOfBounds
from catallaxy.core.randomness import DECIDE, Draws
from catallaxy.core.units import Sector
from catallaxy.ledger.chart import DEPOSIT, RESERVES
from tests.agents.bank_world import Books, World, world_of
from tests.ledger.test_bank_money import check

SOUND = 0.15


def crowd(*sizes: int, deposit: int = 1_000, reserves: int = 0) -> World:
    """Return banks with so many households each, all with the same deposit, and firms without money."""
    return world_of(*(Books(deposits=(deposit,) * size, reserves=reserves) for size in sizes), checked=False)


def run(
    world: World, ratios: list[float], *, settings: RunSettings | None = None, limit: int = 0, fear: float = 0.0,
    day: int = 1, seed: int = 5, depositors: Depositors | None = None,
) -> Moves:  # fmt: skip
    who = depositors or Depositors(settings or RunSettings())
    moves = who.day(world.ledger, world.banks, np.array(ratios), fear=fear, limit=limit, day=day, seed=seed)
    check(world.ledger)
    return moves


def near(count: int, n: int, p: float) -> bool:
    """Return whether a count is within four standard deviations of its binomial mean."""
    return abs(count - n * p) <= 4.0 * np.sqrt(n * p * (1.0 - p)) + 1e-9


def test_who_leaves_takes_the_account_and_the_reserves_to_the_safer_bank() -> None:
    world = crowd(200, 50)
    money = int(world.ledger.issued[DEPOSIT])
    moves = run(world, [0.0, SOUND])
    assert 0 < moves.owners.size < 200
    assert set(moves.owners.tolist()) <= set(world.households[0])
    assert set(moves.source.tolist()) == {world.owner(0)}
    assert set(moves.target.tolist()) == {world.owner(1)}
    assert moves.total == 1_000 * moves.owners.size
    assert world.banks.reserves(world.ledger).tolist() == [-moves.total, moves.total]
    assert world.banks.deposits(world.ledger).tolist() == [200_000 - moves.total, 50_000 + moves.total]
    assert int(world.ledger.issued[DEPOSIT]) == money


@pytest.mark.parametrize(("ratio", "fear"), [(0.03, 0.0), (0.09, 0.4), (0.105, 1.0), (-0.02, 0.0)])
def test_the_share_that_leaves_is_the_probability_of_the_formula(
    ratio: float, fear: float, scaled: Callable[[int], int]
) -> None:
    size = scaled(30_000)
    moves = run(crowd(size, 10), [ratio, SOUND + 0.2], fear=fear)
    p = run_probability(RunSettings(), ratio, neighbours_moved=0.0, fear=fear, insured=False)
    assert near(moves.owners.size, size, p)


def test_the_insured_hardly_run(scaled: Callable[[int], int]) -> None:
    size = scaled(30_000)
    moves = run(crowd(size, 10), [0.0, SOUND], limit=1_000)
    p = run_probability(RunSettings(), 0.0, neighbours_moved=0.0, fear=0.0, insured=True)
    assert p == pytest.approx(1.0 - np.exp(-0.2 * 1.5 / 20.0))
    assert near(moves.owners.size, size, p)


def test_nobody_leaves_a_bank_with_enough_capital_in_calm_times() -> None:
    world = crowd(500, 500)
    assert run(world, [0.105, SOUND]).owners.size == 0
    assert run(world, [0.20, np.inf], fear=1.0).owners.size == 0


def test_neighbours_who_ran_make_others_run(scaled: Callable[[int], int]) -> None:
    size = scaled(20_000)
    world = crowd(size, 10)
    depositors = Depositors(RunSettings())
    ran = np.array(world.households[0][: size // 4])
    world.ledger.move_house_bank(ran, world.owner(1))
    run(world, [SOUND, SOUND], depositors=depositors)
    depositors.left_bank[ran], depositors.left_day[ran] = world.owner(0), 1
    stayed = size - ran.size
    moves = run(world, [0.10, SOUND], depositors=depositors, day=2)
    among = stats_of_neighbours(0.10, 0.25)
    assert near(moves.owners.size, stayed, among)
    alone = run_probability(RunSettings(), 0.10, neighbours_moved=0.0, fear=0.0, insured=False)
    assert among > 2.0 * alone


def stats_of_neighbours(ratio: float, share: float) -> float:
    """Return the mean probability when each of six neighbours has run with a chance of ``share``."""
    total = 0.0
    for ran in range(7):
        weight = np.prod([(6 - i) / (i + 1) for i in range(ran)]) * share**ran * (1.0 - share) ** (6 - ran)
        p = run_probability(RunSettings(), ratio, neighbours_moved=ran / 6, fear=0.0, insured=False)
        total += float(weight) * p
    return total


def test_those_who_ran_are_forgotten_after_a_month_and_when_they_come_back() -> None:
    world, depositors = crowd(20, 20), Depositors(RunSettings(memory=21, speed=10.0, capital_weight=100.0))
    first = run(world, [0.0, SOUND], depositors=depositors)
    assert first.owners.size == 20
    assert set(depositors.left_day[first.owners].tolist()) == {1}
    slot_of = np.array([-1, *[-1] * (world.ledger.owners.size)])
    slot_of[world.banks.owners] = [0, 1]
    slots = np.where(np.isin(np.arange(world.ledger.owners.size), world.households), 1, -1)
    assert depositors._runners(slot_of, slots, 2, 22).tolist() == [20, 0]
    assert depositors._runners(slot_of, slots, 2, 23).tolist() == [0, 0]
    world.ledger.move_house_bank(first.owners[:5], world.owner(0))
    slots[first.owners[:5]] = 0
    assert depositors._runners(slot_of, slots, 2, 22).tolist() == [15, 0]


def test_who_leaves_looks_at_three_banks_and_takes_the_safest(scaled: Callable[[int], int]) -> None:
    ratios, sizes = [0.0, 0.12, 0.13, 0.14, 0.16], (scaled(4_000), 1, 1, 1, 1)
    world = crowd(*sizes)
    moves = run(world, ratios, settings=RunSettings(speed=10.0))
    counts = [int((moves.target == world.owner(slot)).sum()) for slot in range(5)]
    assert counts[:3] == [0, 0, 0]
    assert near(counts[4], moves.owners.size, 0.75)  # the safest of four is among three of them
    assert counts[3] + counts[4] == moves.owners.size
    world = crowd(*sizes)
    assert set(run(world, ratios, settings=RunSettings(speed=10.0, sample=64)).target.tolist()) == {world.owner(4)}


def test_nobody_moves_to_a_bank_that_is_no_safer_or_closed() -> None:
    settings = RunSettings(speed=10.0)
    assert run(crowd(200, 200), [0.0, 0.0], settings=settings).owners.size == 0
    world = crowd(200, 200, 200)
    world.banks.open[2] = False
    moves = run(world, [0.0, 0.01, SOUND], settings=settings)
    assert set(moves.target.tolist()) == {world.owner(1)}


def test_a_single_bank_an_empty_network_or_a_switch_lets_nobody_run() -> None:
    assert run(crowd(50), [0.0]).owners.size == 0
    assert run(crowd(50, 50), [0.0, SOUND], settings=RunSettings(on=False)).owners.size == 0
    assert run(world_of(Books(), Books(), listed=False), [0.0, SOUND]).owners.size == 0
    assert run(crowd(50, 50), [0.0, SOUND], settings=RunSettings(speed=0.0)).owners.size == 0
    assert run(crowd(50, 50), [-np.inf, SOUND], settings=RunSettings(speed=0.0)).owners.size == 0
    lonely = run(crowd(400, 1), [0.0, SOUND], settings=RunSettings(neighbours=0))
    assert 0 < lonely.owners.size < 400


def test_a_run_leaves_a_bank_without_reserves() -> None:
    world, depositors = crowd(300, 10, reserves=100_000), Depositors(RunSettings())
    for day in range(1, 30):
        run(world, [0.02, SOUND], depositors=depositors, day=day)
    assert world.ledger.holdings[world.owner(0), RESERVES, 0] < 0
    assert int(world.banks.deposits(world.ledger).sum()) == 310_000


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    def months(seed: int) -> list[bytes]:
        world, depositors = crowd(300, 200, 100), Depositors(RunSettings())
        days = [run(world, [0.05, 0.09, 0.2], depositors=depositors, day=day, seed=seed) for day in range(5)]
        return [part.tobytes() for moves in days for part in (moves.owners, moves.source, moves.target, moves.amounts)]

    assert months(5) == months(5)
    assert months(5) != months(6)


def test_newcomers_of_another_kind_move_nobody_s_draws() -> None:
    plain, larger = crowd(500, 10), crowd(500, 10)
    fund = larger.ledger.add_owners(40, sector=Sector.HOUSEHOLDS, kind="fund", house_bank=larger.owner(1))
    larger.ledger.pay("opening", payer=larger.owner(1), payee=fund, amount=7)
    assert np.array_equal(run(plain, [0.0, SOUND]).owners, run(larger, [0.0, SOUND]).owners)


def test_memory_survives_a_checkpoint() -> None:
    one, two = crowd(300, 200), crowd(300, 200)
    first, second = Depositors(RunSettings()), Depositors(RunSettings())
    run(one, [0.02, SOUND], depositors=first)
    run(two, [0.02, SOUND], depositors=second)
    again = Depositors(RunSettings())
    again.restore(*second.state())
    a, b = (run(world, [0.02, SOUND], depositors=who, day=2) for world, who in ((one, first), (two, again)))
    assert np.array_equal(a.owners, b.owners)
    assert all(np.array_equal(first.state()[0][name], again.state()[0][name]) for name in ("left_bank", "left_day"))


def test_what_is_no_number_is_refused() -> None:
    world = crowd(5, 5)
    for ratios, fear, message in (
        ([0.1], 0.0, "the shape of capital_ratios is (1,); (2,) is due, one a slot"),
        ([0.1, float("nan")], 0.0, "capital_ratios[1] is 'nan'; give a number for every open bank"),
        ([0.1, 0.1], 1.5, "fear is 1.5; give a number between 0 and 1"),
    ):
        with pytest.raises(OutOfBounds) as caught:
            run(world, ratios, fear=fear)
        assert str(caught.value) == message


def plain_day(
    world: World, depositors: Depositors, ratios: list[float], fear: float, limit: int, day: int, seed: int
) -> dict[int, int]:
    """Return where everybody goes, one by one: the slow twin."""
    ledger, banks, s = world.ledger, world.banks, depositors.settings
    keeper = ledger.owners.column("house_bank")
    slot = {int(bank): i for i, bank in enumerate(banks.owners) if banks.open[i]}
    home = {j: slot[int(keeper[j])] for j in range(ledger.owners.size)
            if int(keeper[j]) in slot and ledger.balance(j, DEPOSIT) > 0}  # fmt: skip
    gone, seen_of_kind = {}, dict[str, int]()
    for j in range(ledger.owners.size):
        kind = ledger.owners.kind_of(j)
        ordinal = seen_of_kind.get(kind, 0)
        seen_of_kind[kind] = ordinal + 1
        if j not in home:
            continue
        draws, here = Draws.of(seed, f"depositors of {kind}", day), home[j]
        others = sum(1 for other in home.values() if other == here) - 1
        ran = sum(1 for i in range(depositors.left_bank.shape[0])
                  if 0 <= depositors.left_day[i] >= day - s.memory and home.get(i) != here
                  and slot.get(int(depositors.left_bank[i])) == here)  # fmt: skip
        met = [int(float(draws.uniform([ordinal], MEET, k)[0]) * (others + ran)) for k in range(s.neighbours)]
        moved = sum(1 for who in met if who >= others) / s.neighbours if s.neighbours and ran else 0.0
        p = run_probability(
            s, ratios[here], neighbours_moved=moved, fear=fear, insured=ledger.balance(j, DEPOSIT) <= limit
        )
        if float(draws.uniform([ordinal], DECIDE)[0]) >= p:
            continue
        left = sorted(i for i in slot.values() if i != here)
        looked = [left.pop(int(float(draws.uniform([ordinal], LOOK, k)[0]) * len(left)))
                  for k in range(min(s.sample, len(left)))]  # fmt: skip
        best = max(looked, key=lambda i: (ratios[i], -i), default=here)
        if ratios[best] > ratios[here]:
            gone[j] = int(banks.owners[best])
    return gone


RATIO = st.one_of(st.floats(-0.1, 0.3), st.sampled_from([-np.inf, np.inf, 0.0, 0.105]))


@given(
    st.lists(st.tuples(st.lists(st.integers(0, 300), max_size=8), RATIO, st.booleans()), min_size=1, max_size=6),
    st.floats(0.0, 1.0),
    st.integers(0, 300),
    st.integers(0, 8),
    st.integers(1, 7),
)
def test_the_kernel_agrees_with_its_plain_twin(
    banks: list[tuple[list[int], float, bool]], fear: float, limit: int, neighbours: int, sample: int
) -> None:
    world = world_of(*(Books(deposits=deposits, corporate=5) for deposits, _, _ in banks), listed=False, checked=False)
    settings = RunSettings(speed=3.0, neighbours=neighbours, sample=sample, memory=1, insured_factor=0.5)
    depositors, ratios = Depositors(settings), [ratio for _, ratio, _ in banks]
    run(world, ratios, depositors=depositors, day=0)
    for slot, (deposits, _, open_) in enumerate(banks):
        world.banks.open[slot] = open_ or bool(deposits)
    for day in (1, 2, 3):
        expected = plain_day(world, depositors, ratios, fear, limit, day, 5)
        moves = run(world, ratios, depositors=depositors, fear=fear, limit=limit, day=day)
        assert dict(zip(moves.owners.tolist(), moves.target.tolist(), strict=True)) == expected
