"""Anchors move fundamental values: by real closes, hit exactly, or by walks whose law is known."""

from __future__ import annotations

import gzip
import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from catallaxy.core.errors import (
    BadRow,
    DataError,
    EmptyAnchor,
    MissingColumn,
    MissingPackage,
    OutOfBounds,
    PlugInError,
    SeriesChanged,
    UnknownSeries,
    UnreadableSeries,
    UnsortedAnchor,
)
from catallaxy.core.randomness import Draws, component_key
from catallaxy.model import anchor_sources
from catallaxy.model.anchor_kernels import OWN_PATH, fill_bridges, fill_momentum_walk, keyed_normal
from catallaxy.model.anchor_sources import load_series
from catallaxy.model.anchors import ANCHORS, AnchorContext, AnchorSettings, build_anchor, register_anchor
from catallaxy.model.fundamental import ConstantAnchor, FundamentalPath, check_anchor
from catallaxy.model.series_anchor import SeriesAnchor
from catallaxy.model.ticker_feed import TickerRecipe
from catallaxy.model.walk_anchor import WalkRecipe

TICKS = 6
WINDOW_START, WINDOW_END = "2017-12-29", "2018-12-31"


def path_of(
    settings: AnchorSettings | None = None,
    *,
    symbols: str = "AAPL TSLA IBM",
    days: int = 5,
    seed: int = 7,
    **fields: Any,
) -> FundamentalPath:
    names = symbols.split()
    return build_anchor(
        settings or AnchorSettings(**fields),
        symbols=names,
        days=days,
        ticks_per_day=TICKS,
        seed=seed,
        initial_prices=np.arange(1, len(names) + 1) * 100_00,
    )


def told(path: FundamentalPath, ticks: range) -> list[list[float]]:
    return [path.values(tick).tolist() for tick in ticks]


def csv_of(folder: Path, text: str, name: str = "prices.csv") -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


# -- bundled series ---------------------------------------------------------------------------


def test_the_bundled_series_hold_what_their_packages_document() -> None:
    facts = {}
    for source in ("sp500", "nasdaq", "wti", "gdp"):
        series = load_series(source)
        facts[source] = (len(series), str(series.dates[0]), str(series.dates[-1]), float(series.closes[-1, 0]))

    assert facts == {
        "sp500": (5031, "1999-01-04", "2018-12-31", 2506.850098),
        "nasdaq": (5031, "1999-01-04", "2018-12-31", 6635.279785),
        "wti": (8611, "1986-01-02", "2019-01-03", 46.92),
        "gdp": (203, "1959-03-31", "2009-09-30", 12990.341),
    }


def test_the_default_window_is_the_last_252_closes_of_the_sp500() -> None:
    path = path_of()

    assert path.name == "S&P 500"
    assert (len(path.dates), str(path.dates[0]), str(path.dates[-1])) == (252, WINDOW_START, WINDOW_END)
    assert (path.closes[0], path.closes[-1]) == (2673.610107, 2506.850098)
    assert path.index(0) == 2687.540039  # the close of 2017-12-28, the row before the window
    assert float(path.returns.std(ddof=1)) * math.sqrt(252) == pytest.approx(0.1710, abs=1e-4)


def test_a_holiday_of_wti_carries_the_last_close_forward() -> None:
    series = load_series("wti")
    place = {str(day): i for i, day in enumerate(series.dates)}

    new_year, last = place["2019-01-01"], place["2018-12-31"]

    assert series.closes[new_year, 0] == series.closes[last, 0] == 45.15
    assert series.closes[place["2019-01-02"], 0] == 46.31


def test_quarters_are_bridged_to_days_and_every_quarter_is_hit() -> None:
    path = path_of(source="gdp", window=252)
    series = load_series("gdp")

    assert len(path.dates) == 252
    assert path.closes[62::63].tolist() == series.closes[-4:, 0].tolist()
    assert [str(day) for day in path.dates[62::63]] == ["2008-12-31", "2009-03-31", "2009-06-30", "2009-09-30"]
    assert bool((np.diff(path.dates).astype(int) >= 1).all())
    assert path.index(63 * TICKS) == series.closes[-4, 0]


def test_a_longer_window_moves_no_bridged_day() -> None:
    short, long = (path_of(source="gdp", window=window).closes for window in (100, 200))
    assert long[-100:].tolist() == short.tolist()


def test_reading_a_bundled_series_imports_neither_arch_nor_statsmodels() -> None:
    code = (
        "import sys; from catallaxy.model.anchor_sources import load_series; load_series('sp500'); load_series('gdp');"
        "assert not {'arch', 'statsmodels'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_missing_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchor_sources, "find_spec", lambda name: None)
    with pytest.raises(MissingPackage) as caught:
        path_of()
    assert str(caught.value) == (
        "anchor 'sp500' reads data that the package 'arch' brings; install it with: pip install 'catallaxy[data]'"
    )


# -- from closes to values --------------------------------------------------------------------


def test_the_bridge_hits_every_close_exactly() -> None:
    path = path_of()
    assert [path.index(day * TICKS) for day in range(1, 253)] == path.closes.tolist()


def test_values_open_at_the_opening_prices() -> None:
    path = path_of()
    assert path.values(0).tolist() == [100_00.0, 200_00.0, 300_00.0]


def test_without_own_noise_a_value_takes_gain_times_beta_of_the_index_return() -> None:
    path = path_of(gain=0.5, beta_low=2.0, beta_high=2.0, idiosyncratic_volatility=0.0)
    for tick in (1, 5, TICKS, 100 * TICKS + 3, 252 * TICKS):
        expected = np.array([100_00.0, 200_00.0, 300_00.0]) * path.index(tick) / path.index(0)
        assert path.values(tick) == pytest.approx(expected, rel=1e-12)


def test_own_noise_and_betas_have_the_spread_they_claim() -> None:
    symbols = " ".join(f"S{i}" for i in range(400))
    noise = path_of(symbols=symbols, gain=0.0, idiosyncratic_volatility=0.2)
    run = SeriesAnchor(load_series("sp500"), AnchorSettings(gain=1.0), symbols=symbols.split(), ticks_per_day=1, seed=3)

    opening = noise.values(0)
    day = np.log(noise.values(TICKS) / opening)
    tick = np.log(noise.values(1) / opening)

    assert float(day.std()) * math.sqrt(252) == pytest.approx(0.2, rel=0.1)
    assert float(tick.std()) * math.sqrt(252 * TICKS) == pytest.approx(0.2, rel=0.1)
    assert 0.6 <= run.loadings.min() < 0.62 < 1.38 < run.loadings.max() <= 1.4
    assert float(run.loadings.mean()) == pytest.approx(1.0, abs=0.03)


def test_tick_returns_of_the_bridged_index_have_the_volatility_of_the_daily_ones() -> None:
    path = path_of()
    ticks = np.diff(np.log([path.index(tick) for tick in range(252 * TICKS + 1)]))
    daily = np.diff(np.log([path.index(day * TICKS) for day in range(253)]))
    assert float(ticks.std()) * math.sqrt(TICKS) == pytest.approx(float(daily.std()), rel=0.08)


def test_a_bridge_of_zero_is_a_straight_line_in_logs() -> None:
    path = path_of(bridge=0.0)
    logs = np.log([path.index(tick) for tick in range(TICKS + 1)])
    assert np.diff(logs) == pytest.approx(np.full(TICKS, (logs[-1] - logs[0]) / TICKS), rel=1e-9)


def test_a_run_longer_than_the_window_repeats_its_returns_from_the_level_reached(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    source = csv_of(tmp_path, "date,close\n2020-01-01,100\n2020-01-02,110\n2020-01-03,88\n")
    with caplog.at_level("INFO", logger="catallaxy"):
        path = path_of(source=source, days=5)

    closes = [path.index(day * TICKS) for day in range(6)]

    assert closes == pytest.approx([100, 110, 88, 96.8, 77.44, 85.184])
    assert caplog.messages == ["prices.csv holds 2 days; a run of 5 repeats its returns"]


def test_a_shorter_window_opens_at_the_close_before_it(tmp_path: Path) -> None:
    source = csv_of(tmp_path, "date,close\n2020-01-01,100\n2020-01-02,110\n2020-01-03,88\n")
    path = path_of(source=source, window=1)
    assert (path.index(0), path.closes.tolist(), [str(day) for day in path.dates]) == (110.0, [88.0], ["2020-01-03"])


# -- draws belong to stock and day ------------------------------------------------------------

EVERY_SOURCE = ("sp500", "gdp", "walk", "ticker", "none")


@pytest.mark.parametrize("source", EVERY_SOURCE)
def test_the_same_seed_gives_the_same_values_and_another_seed_others(source: str) -> None:
    ticks = range(5 * TICKS)
    assert told(path_of(source=source), ticks) == told(path_of(source=source), ticks)
    same = told(path_of(source=source, seed=8), ticks) == told(path_of(source=source), ticks)
    assert same == (source == "none")


@pytest.mark.parametrize("source", EVERY_SOURCE)
def test_a_longer_run_and_more_stocks_change_nobody_elses_path(source: str) -> None:
    short = told(path_of(source=source, days=3), range(3 * TICKS + 1))
    more = told(path_of(source=source, days=500, symbols="AAPL TSLA IBM AMD DIS"), range(3 * TICKS + 1))
    assert [row[:3] for row in more] == short


@pytest.mark.parametrize("source", EVERY_SOURCE)
def test_ticks_may_be_asked_in_any_order(source: str) -> None:
    forward = path_of(source=source)
    expected = {tick: forward.values(tick).tolist() for tick in range(8 * TICKS)}
    jumping = path_of(source=source)
    for tick in (40, 3, 47, 0, 12, 11, 40):
        assert jumping.values(tick).tolist() == expected[tick]


@pytest.mark.parametrize("source", EVERY_SOURCE)
@pytest.mark.parametrize("tick", [0, 1, TICKS, 3 * TICKS + 2])
def test_a_restored_path_goes_on_as_if_never_stopped(source: str, tick: int) -> None:
    path, fresh = path_of(source=source), path_of(source=source)
    path.values(tick)

    fresh.restore(path.state())

    ticks = range(tick, tick + 3 * TICKS)
    assert told(fresh, ticks) == told(path, ticks)
    assert [fresh.index(t) for t in ticks] == [path.index(t) for t in ticks]
    assert told(fresh, range(TICKS)) == told(path_of(source=source), range(TICKS))


def test_values_handed_out_stay_as_they_were_and_cannot_be_written() -> None:
    path = path_of()
    first = path.values(1)
    before = first.tolist()
    path.values(20 * TICKS)

    assert first.tolist() == before
    for values in (first, path.values(0)):
        with pytest.raises(ValueError, match="read-only"):
            values[0] = 1.0


def test_the_number_of_ticks_changes_no_close() -> None:
    def closes(ticks: int) -> list[list[float]]:
        prices = np.array([100_00, 50_00])
        path = build_anchor(
            AnchorSettings(), symbols=["A", "B"], days=4, ticks_per_day=ticks, seed=1, initial_prices=prices
        )
        return [path.values(day * ticks).tolist() for day in range(5)]

    assert closes(1) == closes(13) == closes(30)


def test_changed_data_refuse_a_stored_state(tmp_path: Path) -> None:
    text = "date,close\n2020-01-01,100\n2020-01-02,110\n2020-01-03,88\n"
    source = csv_of(tmp_path, text)
    state = path_of(source=source).state()
    csv_of(tmp_path, text.replace("88", "87"))
    changed = path_of(source=source)

    with pytest.raises(SeriesChanged) as caught:
        changed.restore(state)

    assert str(caught.value) == (
        f"anchor prices.csv has digest {changed.digest[:12]}, the run began with {state['digest'][:12]}; "
        "put the data back as they were to resume"
    )


# -- walks ------------------------------------------------------------------------------------


def test_the_walk_has_the_drift_and_the_mean_square_volatility_it_claims() -> None:
    names = " ".join(f"S{i}" for i in range(1000))
    recipe = WalkRecipe(drift=0.5, drift_dispersion=0.0, volatility=0.4, volatility_of_volatility=0.3)
    path = path_of(AnchorSettings(source="walk", walk=recipe), symbols=names)

    growth = path.values(5 * TICKS) / path.values(0)
    day = np.log(path.values(TICKS) / path.values(0))

    assert float((day**2).mean()) * 252 == pytest.approx(0.16, rel=0.15)
    assert float(growth.mean()) == pytest.approx(math.exp(0.5 * 5 / 252), abs=0.006)
    assert float(pd.Series(day).kurt()) > 0.2  # a mixture of normals has fat tails


def test_stocks_of_a_walk_draw_drifts_of_their_own() -> None:
    names = " ".join(f"S{i}" for i in range(500))
    recipe = WalkRecipe(drift=0.1, drift_dispersion=0.2, volatility=0.0)
    path = path_of(AnchorSettings(source="walk", walk=recipe), symbols=names)
    drifts = np.log(path.values(TICKS) / path.values(0)) * 252
    assert (float(drifts.mean()), float(drifts.std())) == pytest.approx((0.1, 0.2), abs=0.03)


def test_a_step_of_the_ticker_feed_moves_a_value_by_a_tenth_of_a_percent() -> None:
    path = path_of(source="ticker", symbols=" ".join(f"S{i}" for i in range(300)))
    steps = [np.log(path.values(tick) / path.values(tick - 1)) for tick in range(60, 68)]
    assert float(np.std(steps)) == pytest.approx(0.001, rel=0.06)


def test_momentum_makes_steps_of_the_feed_alike_and_decays_as_set() -> None:
    recipe = TickerRecipe(momentum=1.0, reversion=0.0, decay=0.95)
    path = path_of(AnchorSettings(source="ticker", ticker=recipe), symbols=" ".join(f"S{i}" for i in range(300)))
    start = 60  # momentum starts at rest and has its full spread by then
    logs = np.log([path.values(tick) for tick in range(start, start + 12)])
    steps = np.diff(logs, axis=0)
    assert float(np.corrcoef(steps[0], steps[1])[0, 1]) == pytest.approx(0.95, abs=0.02)
    assert float(np.corrcoef(steps[0], steps[10])[0, 1]) == pytest.approx(0.95**10, abs=0.08)


def test_mean_reversion_pulls_the_feed_back_to_its_opening_price() -> None:
    names = " ".join(f"S{i}" for i in range(300))
    spreads = {}
    for reversion in (0.0, 0.05):
        recipe = TickerRecipe(momentum=0.0, reversion=reversion)
        path = path_of(AnchorSettings(source="ticker", ticker=recipe), symbols=names)
        spreads[reversion] = float(np.log(path.values(12 * TICKS) / path.values(0)).std())
    assert spreads[0.0] == pytest.approx(0.001 * math.sqrt(12 * TICKS), rel=0.1)
    assert spreads[0.05] == pytest.approx(0.001 / math.sqrt(1 - 0.95**2), rel=0.1)


def test_the_feeds_published_numbers_are_its_defaults() -> None:
    recipe = TickerRecipe()
    assert (recipe.decay, recipe.move) == (0.95, 0.001)


def test_the_anchor_none_stays_at_the_opening_prices() -> None:
    path = path_of(source="none")
    assert path.values(777).tolist() == path.values(0).tolist()
    assert (path.index(777), len(path.dates), len(path.closes)) == (100.0, 0, 0)


# -- kernels and their plain twins ------------------------------------------------------------


def test_the_kernels_draw_is_that_of_draws() -> None:
    key = component_key(7, "anchor")
    draws = Draws.of(7, "anchor", tick=9)
    for number in range(5):
        ours = [float(keyed_normal(np.uint64(key), OWN_PATH, ordinal, 9, number)) for ordinal in range(4)]
        assert ours == draws.normal(np.arange(4), OWN_PATH, number).tolist()


def test_the_bridge_kernel_equals_its_plain_twin() -> None:
    starts, ends, sds = np.array([0.0, 0.5]), np.array([0.1, 0.4]), np.array([0.01, 0.2])
    out = np.empty((5, 2))
    fill_bridges(out, starts, ends, sds, np.array([3, 8]), np.uint64(component_key(7, "anchor")), OWN_PATH, 4)

    draws = Draws.of(7, "anchor", tick=4)
    for column, ordinal in enumerate((3, 8)):
        steps = [float(draws.normal([ordinal], OWN_PATH, k)[0]) / math.sqrt(5) for k in range(5)]
        walk = np.cumsum(steps)
        shares = np.arange(1, 6) / 5
        line = starts[column] + shares * (ends[column] - starts[column])
        assert out[:, column] == pytest.approx(line + sds[column] * (walk - shares * walk[-1]), abs=1e-14)
        assert out[-1, column] == ends[column]


def test_the_momentum_kernel_equals_its_plain_twin() -> None:
    logs, momentum = np.array([0.2]), np.array([-0.5])
    out = np.empty((3, 1))
    key = np.uint64(component_key(7, "anchor"))
    fill_momentum_walk(out, logs, momentum, np.array([6]), key, 2, 2, 0.001, 0.3, 0.95, 0.01)

    draws = Draws.of(7, "anchor", tick=2)
    x, m, expected = 0.2, -0.5, []
    for step in range(6):
        drift, shock = (float(draws.normal([6], OWN_PATH, 2 * step + k)[0]) for k in (0, 1))
        m = 0.95 * m + math.sqrt(1 - 0.95**2) * drift
        x += 0.001 * (math.sqrt(1 - 0.3**2) * shock + 0.3 * m) - 0.01 * x
        expected += [x] if step % 2 else []
    assert out[:, 0] == pytest.approx(expected, abs=1e-15)
    assert (float(logs[0]), float(momentum[0])) == pytest.approx((x, m), abs=1e-15)


# -- a user's file ----------------------------------------------------------------------------

LONG = """date,close,symbol
2020-01-02,10,TSLA
2020-01-02,100,AAPL
2020-01-03,110,AAPL
2020-01-06,12,TSLA
2020-01-06,99,AAPL
2020-01-07,15,TSLA
"""


def test_each_symbol_of_a_file_drives_its_own_stock_and_missing_days_carry_forward(tmp_path: Path) -> None:
    path = path_of(source=csv_of(tmp_path, LONG), symbols="AAPL TSLA", gain=1.0)
    relative = [(path.values(day * TICKS) / path.values(0)).tolist() for day in range(4)]
    assert relative == [pytest.approx(row) for row in ([1, 1], [1.1, 1], [0.99, 1.2], [0.99, 1.5])]
    assert path.index(2 * TICKS) == pytest.approx(100 * (0.99 + 1.2) / 2)


def test_a_stock_without_closes_in_the_file_is_named(tmp_path: Path) -> None:
    source = csv_of(tmp_path, LONG)
    with pytest.raises(UnknownSeries) as caught:
        path_of(source=source, symbols="AAPL TSLB")
    assert str(caught.value) == f"no anchor 'TSLB' in {source}; did you mean 'TSLA'?"


def test_symbols_start_on_the_day_on_which_all_have_a_close(tmp_path: Path) -> None:
    late = LONG.replace("2020-01-02,10,TSLA\n", "")
    path = path_of(source=csv_of(tmp_path, late), symbols="AAPL TSLA")
    assert [str(day) for day in path.dates] == ["2020-01-07"]


def test_symbols_that_never_meet_are_refused(tmp_path: Path) -> None:
    source = csv_of(tmp_path, "date,close,symbol\n2020-01-02,1,AAPL\n2020-01-03,2,AAPL\n2020-01-03,5,TSLA\n")
    with pytest.raises(EmptyAnchor) as caught:
        path_of(source=source, symbols="AAPL TSLA")
    assert str(caught.value) == f"{source} has one row; an anchor needs at least two dated closes"


@pytest.mark.parametrize("dates", ["text", "date", "timestamp"])
def test_csv_and_parquet_of_the_same_closes_are_the_same_anchor(tmp_path: Path, dates: str) -> None:
    frame = pd.read_csv(csv_of(tmp_path, LONG))
    if dates != "text":
        frame["date"] = pd.to_datetime(frame["date"])
    if dates == "date":
        frame["date"] = frame["date"].dt.date
    frame.assign(volume=1).to_parquet(tmp_path / "prices.parquet")
    (tmp_path / "prices.csv.gz").write_bytes(gzip.compress(LONG.encode()))

    digests = {load_series(str(tmp_path / f"prices{end}")).digest for end in (".csv", ".csv.gz", ".parquet")}

    assert len(digests) == 1


def test_headings_may_be_in_any_case_and_order_with_other_columns_between(tmp_path: Path) -> None:
    text = "\ufeffClose ,Open,DATE\n100,1,2020-01-01T00:00:00\n\n110,2,2020-01-02 16:00:00\n"
    series = load_series(csv_of(tmp_path, text))
    assert series.closes[:, 0].tolist() == [100.0, 110.0]
    assert series.dates.astype(date).tolist() == [date(2020, 1, 1), date(2020, 1, 2)]


HEAD = "date,close\n2020-01-01,100\n"
BAD_FILES = {
    "a close that is nan": (HEAD + "2020-01-02,nan\n", BadRow, " row 2: close is nan; "),
    "an infinite close": (HEAD + "2020-01-02,inf\n", BadRow, " row 2: close is inf; "),
    "an empty close": (HEAD + "2020-01-02,\n", BadRow, " row 2: close is empty; "),
    "a row that ends early": (HEAD + "2020-01-02\n", BadRow, " row 2: close is empty; "),
    "a close that is a word": (HEAD + "2020-01-02,ten\n", BadRow, " row 2: close is ten; "),
    "a close of zero": (HEAD + "2020-01-02,0\n", BadRow, " row 2: close is 0; "),
    "a negative close": (HEAD + "2020-01-02,-37.63\n", BadRow, " row 2: close is -37.63; "),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_row_that_cannot_be_a_price_is_named(tmp_path: Path, case: str) -> None:
    text, kind, words = BAD_FILES[case]
    source = csv_of(tmp_path, text)
    with pytest.raises(kind) as caught:
        load_series(source)
    assert str(caught.value) == f"{source}{words}give a number above 0, or leave the row out"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + "yesterday,5\n", "{0} row 2: date is yesterday; give an ISO date"),
        (HEAD + "1/2/2020,5\n", "{0} row 2: date is 1/2/2020; give an ISO date"),
        (HEAD + ",5\n", "{0} row 2: date is empty; give an ISO date"),
        ("date,close,symbol\n2020-01-01,5, \n", "{0} row 1: symbol is empty; give the symbol of a stock"),
    ],
)
def test_a_row_without_its_day_or_symbol_is_named(tmp_path: Path, text: str, message: str) -> None:
    source = csv_of(tmp_path, text)
    with pytest.raises(BadRow) as caught:
        load_series(source)
    assert str(caught.value) == message.format(source)


@pytest.mark.parametrize(
    ("rows", "shown"), [("2020-01-03,1\n2020-01-02,1\n", "2020-01-02"), ("2020-01-03,1\n2020-01-03,2\n", "2020-01-03")]
)
def test_dates_that_run_backwards_or_repeat_are_named(tmp_path: Path, rows: str, shown: str) -> None:
    source = csv_of(tmp_path, HEAD + rows)
    with pytest.raises(UnsortedAnchor) as caught:
        load_series(source)
    assert str(caught.value) == (
        f"{source} row 3: date {shown} does not come after 2020-01-03; "
        "sort the file by date and keep one row a day and symbol"
    )


@pytest.mark.parametrize(("text", "found"), [("", "no rows"), ("date,close\n", "no rows"), (HEAD, "one row")])
def test_a_file_with_too_few_rows_is_refused(tmp_path: Path, text: str, found: str) -> None:
    source = csv_of(tmp_path, text)
    with pytest.raises(EmptyAnchor) as caught:
        path_of(source=source)
    assert str(caught.value) == f"{source} has {found}; an anchor needs at least two dated closes"


def test_a_missing_column_is_named_with_those_found(tmp_path: Path) -> None:
    source = csv_of(tmp_path, "date,price\n2020-01-01,5\n")
    with pytest.raises(MissingColumn) as caught:
        load_series(source)
    assert str(caught.value) == f"{source} has no column 'close'; found: date, price"


def test_parquet_names_the_same_bad_rows_as_csv(tmp_path: Path) -> None:
    days = ["2020-01-01", "2020-01-02"]
    source = str(tmp_path / "prices.parquet")
    frames = {
        "close is nan": pd.DataFrame({"date": days, "close": [1.0, float("nan")]}),
        "close is -2.0": pd.DataFrame({"date": days, "close": [1.0, -2.0]}),
        "close is empty": pd.DataFrame({"date": days, "close": ["1", None]}),
    }
    for words, frame in frames.items():
        frame.to_parquet(source)
        with pytest.raises(BadRow) as caught:
            load_series(source)
        missing = "close is empty" if words == "close is nan" else words  # pandas writes nan as a missing value
        assert str(caught.value) == f"{source} row 2: {missing}; give a number above 0, or leave the row out"
    pd.DataFrame({"date": days}).to_parquet(source)
    with pytest.raises(MissingColumn) as missing_column:
        load_series(source)
    assert str(missing_column.value) == f"{source} has no column 'close'; found: date"


def test_files_that_are_not_what_their_names_say_are_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole.parquet"
    pd.DataFrame({"date": ["2020-01-01", "2020-01-02"], "close": [1.0, 2.0]}).to_parquet(whole)
    cases = {
        "cut.parquet": whole.read_bytes()[:-20],
        "cut.csv.gz": gzip.compress(LONG.encode())[:-12],
        "binary.csv": b"\xff\xfe\x00\x81",
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableSeries) as caught:
            load_series(str(tmp_path / name))
        assert str(caught.value).startswith(f"{tmp_path / name} cannot be read: ")
    (tmp_path / "prices.txt").write_text(LONG)
    with pytest.raises(UnreadableSeries) as odd:
        load_series(str(tmp_path / "prices.txt"))
    assert str(odd.value).endswith("prices.txt cannot be read: give a file that ends in .csv, .csv.gz, .parquet")


@pytest.mark.parametrize(
    ("source", "words"),
    [("sp50", "; did you mean 'sp500'?"), ("gone.csv", ": there is no such file")],
)
def test_an_unknown_source_suggests_a_known_one(source: str, words: str) -> None:
    with pytest.raises(UnknownSeries) as caught:
        path_of(source=source)
    assert str(caught.value) == f"no anchor {source!r}{words}"


def test_settings_out_of_bounds_are_named() -> None:
    cases: dict[str, Callable[[], object]] = {
        "anchor.window is 0; Input should be greater than or equal to 1": lambda: AnchorSettings.of(
            {"window": 0}, at="anchor"
        ),
        "anchor.beta_high is 0.1; give a number not below beta_low, which is 0.6": lambda: AnchorSettings.of(
            {"beta_high": 0.1}, at="anchor"
        ),
        "anchor.ticker.decay is 1.0; Input should be less than 1": lambda: AnchorSettings.of(
            {"ticker": {"decay": 1.0}}, at="anchor"
        ),
    }
    for message, act in cases.items():
        with pytest.raises(OutOfBounds) as caught:
            act()
        assert str(caught.value) == message


def test_errors_of_anchors_survive_the_trip_from_a_worker() -> None:
    errors: list[DataError] = [
        EmptyAnchor("a.csv", 1),
        BadRow("a.csv", 2, "close", "nan"),
        UnknownSeries("x", ("xy",), within="a.csv"),
        UnreadableSeries("a.csv", "torn"),
        MissingColumn("a.csv", "close", ("date",)),
        MissingPackage("sp500", "arch"),
        SeriesChanged("a.csv", "0" * 64, "1" * 64),
    ]
    for error in errors:
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


# -- the plug point ---------------------------------------------------------------------------


@pytest.mark.parametrize("source", EVERY_SOURCE)
def test_the_anchors_at_hand_pass_the_checker(source: str) -> None:
    path = path_of(source=source)
    check_anchor(path._anchor, stocks=3, ticks_per_day=TICKS)


class Forgetful(ConstantAnchor):
    """Counts its days but leaves the count out of its state."""

    days = 0

    def next_day(self) -> Any:
        self.days += 1
        index, moves = super().next_day()
        return index, moves + self.days


class Endless(ConstantAnchor):
    def next_day(self) -> Any:
        index, moves = super().next_day()
        return index, moves + np.inf


def test_the_checker_names_what_an_anchor_does_wrong() -> None:
    cases = {
        "anchor none: day 1 differs after restore; state() leaves something out": Forgetful(3, TICKS),
        "anchor none: moves of day 1 holds something that is no finite float": Endless(3, TICKS),
        "anchor none: moves of day 1 has shape (6, 2), due is (6, 3)": ConstantAnchor(2, TICKS),
    }
    for message, anchor in cases.items():
        with pytest.raises(PlugInError) as caught:
            check_anchor(anchor, stocks=3, ticks_per_day=TICKS)
        assert str(caught.value) == message


def test_a_users_anchor_is_found_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    class Doubling(ConstantAnchor):
        name = "doubling"

        def next_day(self) -> Any:
            index, moves = super().next_day()
            return index, moves + math.log(2.0)

    def build(settings: AnchorSettings, run: AnchorContext) -> Doubling:
        return Doubling(len(run.symbols), run.ticks_per_day)

    monkeypatch.setattr("catallaxy.model.anchors.ANCHORS", dict(ANCHORS))
    register_anchor("doubling", build)

    path = path_of(source="doubling", symbols="AAPL")

    assert (path.name, path.values(1).tolist()) == ("doubling", [pytest.approx(200_00.0)])
