"""The labour market: who leaves, who is dismissed and who is hired, against slow plain twins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.randomness import Draws
from catallaxy.core.units import FloatArray, IntArray
from catallaxy.markets import labour
from catallaxy.markets.labour import UNEMPLOYED, jobs_found, match, separate

RETIRED = -2
KEY = 20_240_229


@dataclass
class Town:
    """Workers and firms one can see whole."""

    employer: IntArray
    keep: IntArray
    vacancies: IntArray
    wage: FloatArray

    @property
    def workers(self) -> IntArray:
        """(firms,) how many work at each firm."""
        return np.bincount(self.employer[self.employer >= 0], minlength=self.wage.size).astype(np.int64)


def town(employer: list[int], firms: int = 2, keep: int = 10_000, vacancies: int = 0, wage: float = 1.0) -> Town:
    """Return a town whose firms are all alike."""
    return Town(
        np.array(employer, np.int64), np.full(firms, keep, np.int64), np.full(firms, vacancies, np.int64),
        np.full(firms, wage),
    )  # fmt: skip


@st.composite
def towns(draw: st.DrawFn) -> Town:
    """Return any town of up to 40 people and six firms, with ties of wages."""
    firms = draw(st.integers(1, 6))
    people = draw(st.lists(st.integers(RETIRED, firms - 1), max_size=40))
    column = [draw(st.lists(st.integers(0, 12), min_size=firms, max_size=firms)) for _ in range(2)]
    wage = draw(st.lists(st.sampled_from([0.5, 1.0, 1.0, 2.0, 3.25]), min_size=firms, max_size=firms))
    return Town(np.array(people, np.int64), np.array(column[0]), np.array(column[1]), np.array(wage))


def uniform(purpose: int, ordinal: int, month: int, number: int = 0) -> float:
    return float(Draws(KEY, month).uniform([ordinal], purpose, number)[0])


def part(who: Town, separation: float, month: int = 3) -> tuple[IntArray, IntArray, int]:
    """Return employers and workers after `separate`, and how many it let go."""
    employer, workers = who.employer.copy(), who.workers
    gone = separate(employer, workers, who.keep, separation, np.uint64(KEY), month)
    return employer, workers, gone


def hire(who: Town, applications: int, month: int = 3, most: int = 10_000) -> tuple[IntArray, IntArray, IntArray, int]:
    """Return employers, workers and vacancies after `match`, and how many it hired."""
    employer, workers, vacancies = who.employer.copy(), who.workers, who.vacancies.copy()
    hired = match(employer, workers, vacancies, who.wage, applications, most, np.uint64(KEY), month)
    return employer, workers, vacancies, hired


# -- twins --------------------------------------------------------------------------------------


def plain_separate(who: Town, separation: float, month: int = 3) -> tuple[list[int], list[int], int]:
    """Return what `separate` does, one obvious step at a time."""
    employer, gone = who.employer.tolist(), 0
    for h, f in enumerate(employer):
        if f >= 0 and uniform(labour._LEAVE, h, month, 0) < separation:
            employer[h] = UNEMPLOYED
            gone += 1
    for f in range(who.wage.size):
        staff = sorted((uniform(labour._LEAVE, h, month, 1), h) for h, firm in enumerate(employer) if firm == f)
        for _, h in staff[: max(0, len(staff) - int(who.keep[f]))]:
            employer[h] = UNEMPLOYED
            gone += 1
    return employer, [employer.count(f) for f in range(who.wage.size)], gone


def plain_match(
    who: Town, applications: int, month: int = 3, most: int = 10_000
) -> tuple[list[int], list[int], list[int], int]:
    """Return what `match` does, one obvious step at a time."""
    employer, vacancies, hired = who.employer.tolist(), who.vacancies.tolist(), 0
    seekers = [h for h, f in enumerate(employer) if f == UNEMPLOYED]
    for h in sorted(seekers, key=lambda h: (uniform(labour._ORDER, h, month), h)):
        asked = [int(uniform(labour._ASK, h, month, number) * len(vacancies)) for number in range(applications)]
        open_ = [f for f in asked if vacancies[f] > 0]
        if open_ and hired < most:
            best = max(open_, key=lambda f: who.wage[f])  # the first of the best, as asked
            employer[h] = best
            vacancies[best] -= 1
            hired += 1
    return employer, [employer.count(f) for f in range(who.wage.size)], vacancies, hired


@given(towns(), st.sampled_from([0.0, 0.015, 0.3, 1.0]), st.integers(1, 500))
def test_who_leaves_agrees_with_the_plain_twin(who: Town, separation: float, month: int) -> None:
    employer, workers, gone = part(who, separation, month)
    assert (employer.tolist(), workers.tolist(), gone) == plain_separate(who, separation, month)


@given(towns(), st.integers(1, 9), st.integers(1, 500), st.sampled_from([0, 1, 5, 10_000]))
def test_who_is_hired_agrees_with_the_plain_twin(who: Town, applications: int, month: int, most: int) -> None:
    employer, workers, vacancies, hired = hire(who, applications, month, most)
    plain = plain_match(who, applications, month, most)
    assert (employer.tolist(), workers.tolist(), vacancies.tolist(), hired) == plain


# -- laws ---------------------------------------------------------------------------------------


@given(towns(), st.floats(0.0, 1.0))
def test_separations_only_end_jobs_and_leave_no_firm_above_what_it_keeps(who: Town, separation: float) -> None:
    employer, workers, gone = part(who, separation)
    changed = employer != who.employer
    assert (who.employer[changed] >= 0).all()
    assert (employer[changed] == UNEMPLOYED).all()
    assert gone == changed.sum()
    assert workers.tolist() == np.bincount(employer[employer >= 0], minlength=workers.size).tolist()
    assert (workers <= who.keep).all()


@given(towns())
def test_a_firm_dismisses_no_more_than_it_must(who: Town) -> None:
    _, workers, _ = part(who, 0.0)
    assert workers.tolist() == np.minimum(who.workers, who.keep).tolist()


@given(towns(), st.integers(1, 12))
def test_nobody_is_hired_twice_and_no_vacancy_filled_twice(who: Town, applications: int) -> None:
    employer, workers, vacancies, hired = hire(who, applications)
    changed = employer != who.employer
    assert (who.employer[changed] == UNEMPLOYED).all()  # the employed stay, the retired rest
    assert hired == changed.sum() <= min((who.employer == UNEMPLOYED).sum(), who.vacancies.sum())
    assert workers.tolist() == np.bincount(employer[employer >= 0], minlength=workers.size).tolist()
    assert (workers - who.workers).tolist() == (who.vacancies - vacancies).tolist()
    assert (vacancies >= 0).all()


@given(towns())
def test_who_asks_everybody_finds_a_job_where_there_is_one(who: Town) -> None:
    """With 200 applications to six firms at most, no seeker misses one."""
    _, _, _, hired = hire(who, 200)
    assert hired == min((who.employer == UNEMPLOYED).sum(), who.vacancies.sum())


@given(st.floats(0.01, 3.0), st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 1_000))
def test_more_vacancies_and_more_seekers_find_more_jobs(efficiency: float, seekers: int, open_: int, more: int) -> None:
    found = jobs_found(efficiency, seekers, open_)
    assert 0 <= found <= seekers
    assert jobs_found(efficiency, seekers, open_ + more) >= found
    assert jobs_found(efficiency, seekers + more, open_) >= found


def test_jobs_are_found_by_the_root_of_seekers_times_vacancies() -> None:
    assert [jobs_found(0.5, 100, v) for v in (0, 36, 100, 1_600)] == [0, 30, 50, 100]


def test_the_best_paid_of_those_asked_is_taken() -> None:
    who = town([UNEMPLOYED] * 60, firms=5, vacancies=60)
    who.wage = np.array([3.0, 1.0, 5.0, 2.0, 4.0])
    employer, _, _, hired = hire(who, 3)
    asked = [[int(uniform(labour._ASK, h, 3, n) * 5) for n in range(3)] for h in range(60)]
    assert hired == 60
    assert employer.tolist() == [max(firms, key=lambda f: who.wage[f]) for firms in asked]


def test_a_tie_of_wages_goes_to_the_firm_asked_first() -> None:
    employer, _, _, _ = hire(town([UNEMPLOYED] * 60, firms=5, vacancies=60), 4)
    assert employer.tolist() == [int(uniform(labour._ASK, h, 3, 0) * 5) for h in range(60)]


def test_the_last_vacancy_goes_to_whoever_comes_first() -> None:
    employer, _, vacancies, hired = hire(town([UNEMPLOYED] * 9, firms=1, vacancies=1), 2)
    first = min(range(9), key=lambda h: uniform(labour._ORDER, h, 3))
    assert (hired, vacancies.tolist(), np.flatnonzero(employer == 0).tolist()) == (1, [0], [first])


def test_as_many_leave_as_the_rate_says(scaled: Callable[[int], int]) -> None:
    size = scaled(40_000)
    _, _, gone = part(town([0, 1] * (size // 2), keep=size), 0.015)
    assert abs(gone - 0.015 * size) < 4.0 * np.sqrt(0.015 * 0.985 * size) + 1.0


def test_the_dismissed_are_a_fair_sample(scaled: Callable[[int], int]) -> None:
    """Half of the rows are dismissed; the first rows are not favoured over the last."""
    size = scaled(20_000)
    employer, _, _ = part(town([0] * size, firms=1, keep=size // 2), 0.0)
    stayed = int((employer[: size // 2] == 0).sum())
    assert abs(stayed - size / 4) < 4.0 * np.sqrt(size / 16) + 1.0


# -- draws of one's own -------------------------------------------------------------------------


def test_a_newcomer_changes_nobody_s_leaving() -> None:
    staff = [0, 1] * 200
    before, _, _ = part(town(staff), 0.2)
    after, _, _ = part(town([*staff, 0, 1, UNEMPLOYED]), 0.2)
    assert before.tolist() == after[:400].tolist()


def test_a_newcomer_elsewhere_changes_nobody_s_dismissal() -> None:
    staff = [0, 1] * 50
    before, _, _ = part(town(staff, firms=3, keep=20), 0.1)
    after, _, _ = part(town([*staff, 2, 2, RETIRED], firms=3, keep=20), 0.1)
    assert before.tolist() == after[:100].tolist()


def test_a_newcomer_changes_no_job_where_there_are_enough() -> None:
    seekers = [UNEMPLOYED] * 100
    before, *_ = hire(town(seekers, firms=7, vacancies=200), 4)
    after, *_ = hire(town([*seekers, UNEMPLOYED], firms=7, vacancies=200), 4)
    assert before.tolist() == after[:100].tolist()


def test_another_month_and_another_key_draw_anew() -> None:
    who = town([0, 1] * 100)
    march, april = (part(who, 0.3, month)[0].tolist() for month in (3, 4))
    assert march != april
    employer, workers = who.employer.copy(), who.workers
    separate(employer, workers, who.keep, 0.3, np.uint64(KEY + 1), 3)
    assert employer.tolist() != march


@pytest.mark.parametrize("people", [[], [RETIRED] * 3, [UNEMPLOYED] * 3])
def test_without_workers_or_vacancies_nothing_happens(people: list[int]) -> None:
    who = town(people, keep=0)
    assert part(who, 1.0)[2] == 0
    assert hire(who, 4)[3] == 0
