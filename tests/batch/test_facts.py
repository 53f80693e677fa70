"""Stylised facts: the statistics against known numbers, the S&P 500, and what bad input gives."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from catallaxy.batch import fact_rules
from catallaxy.batch import fact_statistics as stats
from catallaxy.batch.fact_reference import measured_reference, sp500_sample
from catallaxy.batch.fact_rules import RULES, Sample
from catallaxy.batch.facts import Fact, facts_of, judge, summary
from catallaxy.batch.microstructure_facts import Tape, microstructure_facts, spread_volatility
from catallaxy.batch.run_facts import daily_closes, daily_index, facts_of_run, tape_of
from catallaxy.core.errors import NotARun, OutOfBounds, UnusableSeries
from catallaxy.core.randomness import Draws
from catallaxy.core.units import FloatArray
from catallaxy.ledger.run_store import FolderStore


def gaussian(bars: int, seed: int = 1) -> FloatArray:
    """Return independent normal returns of 1 % a day."""
    return 0.01 * Draws.of(seed, "gaussian").normal(np.arange(bars))


def named(facts: list[Fact]) -> dict[str, Fact]:
    """Return facts by name."""
    return {fact.name: fact for fact in facts}


# Statistics


def test_autocorrelations_by_hand() -> None:
    """An alternating series of four: three products of -1 and two of +1, over four squares."""
    assert stats.autocorrelations(np.array([1.0, -1.0, 1.0, -1.0]), 2).tolist() == [-0.75, 0.5]


def test_moments_by_hand() -> None:
    """Of 0, 0, 0, 4: deviations -1, -1, -1, 3, so m2 = 3, m3 = 6, m4 = 21."""
    values = np.array([0.0, 0.0, 0.0, 4.0])
    assert stats.skewness(values) == pytest.approx(6 / 3**1.5)
    assert stats.excess_kurtosis(values) == pytest.approx(21 / 9 - 3)


def test_hills_exponent_recovers_a_pareto_tail() -> None:
    """A pure Pareto of exponent 3 gives 3, within three standard errors (3 / sqrt(k))."""
    uniform = Draws.of(1, "pareto").uniform(np.arange(40_000))
    assert stats.hill_exponent((1.0 - uniform) ** (-1.0 / 3.0)) == pytest.approx(3.0, abs=3 * 3.0 / math.sqrt(2_000))


def test_returns_add_up_over_blocks_of_days() -> None:
    """The unfinished last block is left out."""
    assert stats.aggregated(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 2).tolist() == [3.0, 7.0]


def test_the_decay_exponent_recovers_a_power_law() -> None:
    """Exactly where the law is exact, also with a few negative lags; NaN when most lags are negative."""
    law = 0.2 * np.arange(1.0, 101.0) ** -0.3
    gaps = np.where(np.arange(100) % 10 == 3, -0.01, law)
    assert stats.power_law_exponent(law) == pytest.approx(0.3)
    assert stats.power_law_exponent(gaps) == pytest.approx(0.3)
    assert math.isnan(stats.power_law_exponent(np.where(np.arange(100) % 3 == 0, law, -law)))
    assert math.isnan(stats.decay_exponent(np.ones(500)))


def test_first_passages_of_a_straight_rise() -> None:
    """At 2 % a day, 5 % takes three days from every start; a fall never comes."""
    returns = np.full(10, 0.02)
    assert stats.median_passage(returns, 0.05) == 3.0
    assert math.isnan(stats.median_passage(returns, -0.05))


def test_first_passages_agree_with_a_plain_twin() -> None:
    """The kernel against a loop over every start and end."""
    path = np.concatenate([[0.0], np.cumsum(gaussian(300))])
    for rise in (0.03, -0.03):
        out = np.empty(path.size, np.int64)
        found = stats.first_passages(out, path, rise)
        due = []
        for start in range(path.size):
            reached = [d for d in range(start + 1, path.size) if (path[d] - path[start]) * np.sign(rise) >= abs(rise)]
            due += [reached[0] - start] if reached else []
        assert out[:found].tolist() == due


def test_arch_lm_sees_clustering_and_only_that() -> None:
    """Independent returns are not rejected; calm and wild half-years are."""
    calm_and_wild = gaussian(2_000) * np.repeat(np.tile([0.5, 2.0], 8), 125)
    assert stats.arch_lm(gaussian(2_000))[1] > 0.01
    assert stats.arch_lm(calm_and_wild)[1] < 1e-6


def test_volume_and_volatility_ignores_a_trend_in_volume() -> None:
    """Volume that grows and swings with abs r is fully correlated once the trend is gone."""
    returns = gaussian(1_000)
    volume = np.exp(0.01 * np.arange(1_000) + 50 * np.abs(returns))
    assert stats.volume_volatility(returns, volume) > 0.99
    assert math.isnan(stats.volume_volatility(returns, np.zeros(1_000)))


def test_the_bootstrap_interval_covers_the_mean() -> None:
    """For independent normals the interval of the mean is about ± 2 σ / sqrt(n)."""
    values = gaussian(2_000)
    low, high = stats.block_bootstrap(lambda rows: float(values[rows].mean()), values.size, block=10)
    assert low < values.mean() < high
    assert high - low == pytest.approx(4 * 0.01 / math.sqrt(2_000), rel=0.35)


# Facts of a series


def test_the_sp500_shows_every_fact() -> None:
    """Published properties of the real series, 5,030 daily returns; Gaussian noise must not share them."""
    pytest.importorskip("arch")
    real = sp500_sample()
    assert real is not None
    found = named(facts_of(real.returns, real.volume))

    assert {fact.verdict for fact in found.values()} == {"pass"}
    due = {
        "no linear autocorrelation": (-0.070, 0.001),
        "heavy tails": (2.94, 0.02),
        "excess kurtosis": (8.2, 0.1),
        "volatility clustering": (0.244, 0.001),
        "slow decay of volatility": (0.30, 0.01),
        "GARCH persistence": (0.987, 0.002),
        "GARCH reaction": (0.102, 0.002),
        "conditional heavy tails": (7.5, 0.1),
        "leverage effect": (-0.125, 0.001),
        "asymmetric volatility": (0.181, 0.003),
        "volume and volatility": (0.30, 0.03),
        "negative skew": (-0.20, 0.01),
    }
    for name, (value, tolerance) in due.items():
        assert found[name].value == pytest.approx(value, abs=tolerance), name
    assert stats.arch_lm(real.returns)[0] == pytest.approx(1142, abs=1)


@pytest.mark.slow
def test_the_numbers_beside_the_facts_are_those_of_the_sp500() -> None:
    """What the rules state as real equals what the bundled series gives, interval included."""
    pytest.importorskip("arch")
    for rule in RULES:
        measured = measured_reference()[rule.name]
        for stated, now in zip(rule.real, measured, strict=True):
            assert (stated is None) == (now is None)
            assert stated is None or now == pytest.approx(stated, rel=0.01)


def test_gaussian_noise_misses_what_markets_have() -> None:
    """Independent normal returns have no tails, no clusters and no leverage, but also no autocorrelation."""
    found = named(facts_of(gaussian(5_000)))
    assert found["no linear autocorrelation"].verdict == "pass"
    for name in (
        "heavy tails", "excess kurtosis", "volatility clustering", "conditional heteroscedasticity",
        "slow decay of volatility", "leverage effect",
    ):  # fmt: skip
        assert found[name].verdict == "miss", name
    assert found["volume and volatility"].verdict == "not measured"


def test_a_year_is_too_short_for_most_facts() -> None:
    """Each fact says how many bars it needs, and its value is left open."""
    found = facts_of(gaussian(252))
    short = [fact for fact in found if fact.verdict == "too few bars"]
    assert {fact.name for fact in found} - {fact.name for fact in short} == {
        "no linear autocorrelation", "volatility clustering", "conditional heteroscedasticity", "volume and volatility",
    }  # fmt: skip
    assert all(fact.value is None and fact.least > 252 for fact in short)
    assert short[0].note == "252 bars; 1000 are needed"
    assert sum(summary(found).values()) == len(RULES)


def test_an_empty_series_has_too_few_bars() -> None:
    """No bars at all is not an error: a run may have just begun."""
    assert {fact.verdict for fact in facts_of([], [])} == {"too few bars"}


def test_a_series_that_never_varies_is_not_measured() -> None:
    """A market without a trade has a constant index; no fact passes by accident."""
    found = facts_of(np.zeros(3_000), np.ones(3_000))
    assert {fact.verdict for fact in found} == {"not measured"}
    assert found[0].note == "the series never varies"


def test_returns_that_are_no_numbers_are_refused() -> None:
    """The row is named."""
    with pytest.raises(UnusableSeries, match="returns is nan at row 1; give finite numbers"):
        facts_of([0.1, math.nan])
    with pytest.raises(UnusableSeries, match="volume has 3 rows and returns has 2"):
        facts_of([0.1, 0.2], [1, 2, 3])


def test_without_arch_the_facts_that_need_it_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """They stay in the list, with the remedy."""
    monkeypatch.setattr(fact_rules, "find_spec", lambda _: None)
    found = named(facts_of(gaussian(1_000)))
    assert found["GARCH persistence"].verdict == "not measured"
    assert found["GARCH persistence"].note == "needs the package arch: pip install 'catallaxy[data]'"
    assert found["heavy tails"].verdict in {"pass", "miss"}


def test_rows_of_facts_are_plain_values() -> None:
    """Open ends are None, because JSON has no infinity."""
    row = named(facts_of([]))["asymmetric volatility"].as_row()
    assert (row["low"], row["high"], row["reference"]) == (1e-9, None, 0.181)


def test_a_range_includes_its_ends() -> None:
    """A value on the edge passes."""
    assert [judge(value, 1.0, 2.0) for value in (0.9, 1.0, 2.0, 2.1)] == ["miss", "pass", "pass", "miss"]


def test_models_are_fitted_once_a_series() -> None:
    """Two facts of one GARCH share the fit."""
    pytest.importorskip("arch")
    sample = Sample(gaussian(1_000))
    assert sample.garch is sample.garch


# Facts of trading and of a stored run


def tape(quotes: list[tuple[int, int, int]], trades: list[tuple[int, int, int, int]]) -> Tape:
    """Return a tape from quotes (symbol, bid, ask) and trades (symbol, price, quantity, aggressor)."""
    q, t = np.array(quotes, np.int64).reshape(-1, 3).T, np.array(trades, np.int64).reshape(-1, 4).T
    return Tape(q[0], q[1] * 1.0, q[2] * 1.0, t[0], t[1] * 1.0, t[2] * 1.0, t[3])


def test_the_spread_counts_only_quotes_with_both_sides() -> None:
    """Half of the quotes lack an ask, the others are two units wide."""
    found = named(microstructure_facts(tape([(0, 99, 101), (0, 99, 0)] * 1_000, [])))
    assert (found["spread of a few ticks"].value, found["spread of a few ticks"].verdict) == (2.0, "pass")
    assert found["memory of order signs"].verdict == "too few bars"
    assert found["cancellations dominate"].verdict == "not measured"


def test_spreads_that_grow_with_volatility_are_fully_correlated() -> None:
    """Symbol s quotes a spread of 2 s and its trades bounce by 2 s."""
    quotes = [(s, 100 - s, 100 + s) for s in range(1, 7)]
    trades = [(s, 100 + (s if bought else -s), 1, bought) for s in range(1, 7) for bought in (0, 1, 0, 1)]
    assert spread_volatility(tape(quotes, trades)) == pytest.approx(1.0)


def test_a_stored_run_is_measured_by_day(tmp_path: Path) -> None:
    """Two ticks a day; the last index of a day counts, and its volumes add up."""
    store = FolderStore.create(tmp_path / "run")
    for tick in range(1, 7):
        day = (tick + 1) // 2
        one = {"tick": [tick], "day": [day], "index": [100.0 * math.exp(0.01 * tick)], "anchor": [100.0]}
        counts = {"messages": [1], "trades": [1], "volume": [tick], "turnover": [1], "market_open": [True]}
        rates = {name: [math.nan] for name in ("interest_rate", "inflation_rate", "gdp_growth")}
        store.append("world", {**one, **counts, **rates, "regime": ["normal"]})
        store.append("quotes", {
            "tick": [tick], "symbol": ["AAA"], "bid": [99], "ask": [101], "bid_quantity": [1], "ask_quantity": [1],
            "last": [100], "fundamental": [100.0],
        })  # fmt: skip
        store.seal(tick)
    store.close(6)
    opened = FolderStore.open(tmp_path / "run")
    returns, volume = daily_index(opened.read("world"))

    assert returns == pytest.approx([0.02, 0.02])
    assert volume.tolist() == [7.0, 11.0]
    assert tape_of(opened.read("quotes"), opened.read("trades")).spreads().tolist() == [2.0] * 6
    assert {fact.verdict for fact in facts_of_run(tmp_path / "run")} == {"too few bars", "not measured"}


def test_a_symbols_days_come_from_its_bars() -> None:
    """Tick bars and other symbols are left out; an unknown symbol is named."""
    bars = pa.table({
        "symbol": ["A", "A", "B", "A", "A"], "interval": [1, 30, 30, 1, 30],
        "close": [100, 100, 7, 105, 110], "volume": [1, 5, 5, 1, 6],
    })  # fmt: skip
    returns, volume = daily_closes(bars, "A")
    assert returns == pytest.approx([math.log(1.1)])
    assert volume.tolist() == [6.0]
    with pytest.raises(OutOfBounds, match="symbol is 'C'; give one of A, B"):
        daily_closes(bars, "C")


def test_facts_of_a_folder_that_is_no_run(tmp_path: Path) -> None:
    """The error names the folder."""
    with pytest.raises(NotARun):
        facts_of_run(tmp_path)


def test_every_rule_states_what_the_real_series_gives() -> None:
    """No fact stands without a real number beside it, and the real market passes."""
    values: list[Any] = [rule.real[0] for rule in RULES]
    assert all(value is not None for value in values)
    assert all(rule.low <= value <= rule.high for rule, value in zip(RULES, values, strict=True))
