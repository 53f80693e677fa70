"""Draws are NumPy's Philox, spread as they claim, and nobody's draws depend on anybody else's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from catallaxy.core.randomness import PRIORITY, WAKE, Draws, component_key, exponential, high_product, philox, unit

WORD = st.integers(0, 2**64 - 1)
COUNT = st.integers(0, 2**62)

Scaled = Callable[[int], int]


def numpys_philox(key: int, purpose: int, ordinal: int, tick: int, block: int, round_: int) -> tuple[int, ...]:
    """Return NumPy's four draws for a counter; NumPy adds one to its 256-bit counter before it draws."""
    counter = (ordinal + (tick << 64) + (block << 128) + (round_ << 192) - 1) % 2**256
    words = [(counter >> shift) % 2**64 for shift in (0, 64, 128, 192)]
    generator = np.random.Philox(key=np.array([key, purpose], np.uint64), counter=np.array(words, np.uint64))
    return tuple(int(word) for word in generator.random_raw(4))


@given(key=WORD, purpose=st.integers(0, 2**16 - 1), ordinal=COUNT, tick=COUNT, block=COUNT, round_=COUNT)
def test_a_block_of_draws_equals_numpys_philox(
    key: int, purpose: int, ordinal: int, tick: int, block: int, round_: int
) -> None:
    ours = philox(np.uint64(key), purpose, ordinal, tick, block, round_)

    assert tuple(int(word) for word in ours) == numpys_philox(key, purpose, ordinal, tick, block, round_)


def test_the_first_counter_of_all_equals_numpys_philox() -> None:
    assert tuple(map(int, philox(np.uint64(0), 0, 0, 0, 0, 0))) == numpys_philox(0, 0, 0, 0, 0, 0)


@given(a=WORD, b=WORD)
def test_the_high_product_is_the_upper_half_of_the_exact_product(a: int, b: int) -> None:
    with np.errstate(over="ignore"):
        assert int(high_product(np.uint64(a), np.uint64(b))) == (a * b) >> 64


def test_a_unit_draw_lies_in_zero_to_one_without_one() -> None:
    assert unit(np.uint64(0)) == 0.0
    assert unit(np.uint64(2**64 - 1)) == 1.0 - 2.0**-53


def test_uniforms_are_uniform_and_independent_of_their_neighbours(scaled: Scaled) -> None:
    n = scaled(200_000)
    draws = Draws.of(seed=7, component="test", tick=3)

    lanes = [draws.uniform(np.arange(n), number=number) for number in range(6)]

    for lane in lanes:
        assert stats.kstest(lane, "uniform").pvalue > 1e-4
    limit = 5 / np.sqrt(n)
    correlations = np.corrcoef(lanes) - np.eye(len(lanes))
    assert abs(correlations).max() < limit
    assert abs(np.corrcoef(lanes[0][1:], lanes[0][:-1])[0, 1]) < limit


@pytest.mark.parametrize("moved", ["seed", "component", "tick", "round_", "purpose", "number"])
def test_every_coordinate_gives_a_stream_of_its_own(moved: str, scaled: Scaled) -> None:
    n = scaled(100_000)

    def draw(
        seed: int = 1, component: str = "a", tick: int = 5, round_: int = 0, purpose: int = WAKE, number: int = 0
    ) -> np.ndarray:
        return Draws.of(seed, component, tick, round_).uniform(np.arange(n), purpose, number)

    other = {"seed": 2, "component": "b", "tick": 6, "round_": 1, "purpose": PRIORITY, "number": 1}[moved]
    here, there = draw(), draw(**{moved: other})

    assert abs(np.corrcoef(here, there)[0, 1]) < 5 / np.sqrt(n)
    assert not np.intersect1d(here, there).size > n // 1000


def test_normals_have_the_distribution_they_claim(scaled: Scaled) -> None:
    sample = Draws.of(seed=11, component="test").normal(np.arange(scaled(50_000)))

    assert stats.kstest(sample, "norm").pvalue > 1e-4
    assert abs(sample.mean()) < 5 / np.sqrt(sample.size)
    assert sample.var() == pytest.approx(1.0, abs=5 * np.sqrt(2 / sample.size))


def test_exponentials_have_the_distribution_they_claim(scaled: Scaled) -> None:
    uniforms = Draws.of(seed=12, component="test").uniform(np.arange(scaled(50_000)))

    sample = np.array([exponential(first) for first in uniforms])

    assert stats.kstest(sample, "expon").pvalue > 1e-4
    assert exponential(0.0) == 0.0


def test_integers_reach_every_value_below_the_limit_equally(scaled: Scaled) -> None:
    sample = Draws.of(seed=13, component="test").integers(np.arange(scaled(60_000)), 6)

    counts = np.bincount(sample, minlength=6)

    assert counts.size == 6
    assert stats.chisquare(counts).pvalue > 1e-4


def test_a_draw_depends_on_its_ordinal_and_not_on_its_row() -> None:
    draws = Draws.of(seed=7, component="noise", tick=3)

    alone, among_others = draws.normal([41]), draws.normal([3, 41, 0])

    assert alone[0] == among_others[1]


def test_asking_twice_or_asking_others_first_changes_nothing() -> None:
    draws = Draws.of(seed=7, component="noise", tick=3)
    before = draws.uniform([0, 1, 2])

    Draws.of(seed=7, component="newcomer", tick=3).uniform(np.arange(1000))
    draws.uniform(np.arange(1000), number=9)

    np.testing.assert_array_equal(draws.uniform([0, 1, 2]), before)


def test_the_key_of_a_component_is_the_head_of_a_digest() -> None:
    """Known, so that stored runs of one version stay repeatable: a change here is a change of every run."""
    digest = hashlib.sha256(b"7:noise").digest()

    assert component_key(7, "noise") == int.from_bytes(digest[:8], "little")


def test_components_and_seeds_do_not_share_keys() -> None:
    keys = {component_key(seed, name) for seed in range(200) for name in ("noise", "herder", "1:noise", "anchor")}

    assert len(keys) == 800


def test_no_ordinals_give_no_draws() -> None:
    assert Draws.of(seed=1, component="empty").uniform([]).shape == (0,)
