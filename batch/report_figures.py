"""The figures of a report: what each shows, from the arrays of a run. Pure data, drawn elsewhere."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import erfc

from ..core.units import FloatArray
from .fact_statistics import autocorrelations, varies
from .figures import GROUPS, Band, Bars, Candles, Dots, Figure, Line, Mark, Rule, Stems, thinned
from .report_page import count
from .run_data import Group, RunData

ENOUGH_DAYS = 20  # daily returns from which shapes are drawn of days, not of ticks
_SHORT = (3.0, 3.0)


def index_figure(run: RunData) -> Figure | None:
    """Return the index of last prices and of fundamental values, tick by tick, with shocks marked."""
    world = run.world
    if not world["tick"].size or world["index"].max() <= 0.0:
        return None
    day = world["tick"] / run.ticks_per_day
    index, anchor = thinned(day, world["index"]), thinned(day, world["anchor"])
    marks: list[Mark] = [
        Line(*anchor, label="anchor: fundamental values", tone="second", width=1.0),
        Line(*index, label="index: last prices", width=1.7),
    ]
    shocks = [row for row in run.records("events") if str(row["event"]).startswith("shock:")]
    marks += [Rule(row["tick"] / run.ticks_per_day, str(row["event"])[6:].replace("_", " "), "down") for row in shocks]
    change = 100.0 * (world["index"][-1] / 100.0 - 1.0)
    return Figure(
        "index", "Index and anchor", "trading day", "points, opening = 100", tuple(marks), wide=True,
        note="The anchor moves no price: traders read fundamental values, and prices come from their trades.",
        alt=f"Line chart of the index and its anchor; the index ends at {world['index'][-1]:.2f}, {change:+.2f} %.",
    )  # fmt: skip


def candle_figures(run: RunData, number: int = 2) -> list[Figure]:
    """Return candles of the largest symbols: daily, or by tick in a run of less than three days."""
    figures = []
    for symbol in run.by_weight[:number]:
        daily = run.bars(symbol, run.ticks_per_day)
        bars, unit = (daily, "trading day") if daily.x.size >= 3 else (run.bars(symbol, 1), "tick")
        if not bars.x.size:
            continue
        keep = slice(max(0, bars.x.size - 260), None)
        first, high, low, last = (column[keep] / 100.0 for column in (bars.open, bars.high, bars.low, bars.close))
        figures.append(
            Figure(
                f"candles-{symbol}", symbol, unit, "price, currency units",
                (Candles(bars.x[keep], first, high, low, last, bars.volume[keep]),),
                note=f"{'Bars of single ticks' if unit == 'tick' else 'Daily bars'} of trades. "
                f"Volume below; its highest bar is {count(round(bars.volume[keep].max()))} lots.",
                alt=f"Candles of {symbol}, last close {last[-1]:.2f}.",
            )
        )  # fmt: skip
    return figures


def returns_of(run: RunData) -> tuple[FloatArray, str]:
    """Return the index returns that shapes are drawn of: of days, or of ticks where there are too few days."""
    daily = log_returns(run.daily_index[0])
    if daily.size >= ENOUGH_DAYS:
        return daily, "days"
    return log_returns(run.world["index"]), "ticks"


def log_returns(levels: FloatArray) -> FloatArray:
    """Return log returns; none of an index that is 0, as where nobody owns a share."""
    return np.diff(np.log(levels)) if levels.size and levels.min() > 0.0 else np.empty(0)


def standardised(returns: FloatArray) -> FloatArray:
    """Return returns less their mean, over their standard deviation; none where nothing varies."""
    return (returns - returns.mean()) / returns.std() if varies(returns) else np.empty(0)


def tail_figure(run: RunData, real: FloatArray | None) -> Figure | None:
    """Return the share of returns beyond x standard deviations, both axes logarithmic."""
    returns, unit = returns_of(run)
    ours = standardised(returns)
    if ours.size < ENOUGH_DAYS:
        return None
    x = np.linspace(0.25, 4.2, 80)
    marks: list[Mark] = [Line(x, erfc(x / math.sqrt(2.0)), "normal", "muted", 1.2, _SHORT)]
    stocks = run.stock_returns()
    if stocks.size > 200:
        marks.append(Line(*_beyond(stocks), f"{len(run.symbols)} stocks, pooled", "up", 1.3, steps=True))
    if real is not None:
        marks.append(Line(*_beyond(standardised(real)), "S&P 500, 1999-2018", "second", 1.6, steps=True))
    marks.append(Dots(*_beyond(ours), f"index, {ours.size:,} {unit}", "accent", 10.0))
    return Figure(
        "tail", "Tails of returns", "|return|, standard deviations", "share beyond", tuple(marks),
        log_x=True, log_y=True,
        note="Heavier tails lie above the normal curve. Each series is scaled by its own standard deviation.",
        alt="Complementary distribution of absolute returns on logarithmic axes, beside the S&P 500 and the normal.",
    )  # fmt: skip


def _beyond(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return sorted absolute values above a quarter and the share at or beyond each, thinned in the middle."""
    size = np.sort(np.abs(values))
    share = (size.size - np.arange(size.size)) / size.size
    keep = size >= 0.25
    size, share = size[keep], share[keep]
    if size.size > 300:
        rows = np.unique(
            np.concatenate([np.linspace(0, size.size - 61, 240).astype(int), np.arange(size.size - 60, size.size)])
        )
        size, share = size[rows], share[rows]
    return size, share


def density_figure(run: RunData, real: FloatArray | None) -> Figure | None:
    """Return the density of standardised returns on a logarithmic scale."""
    returns, unit = returns_of(run)
    ours = standardised(returns)
    if ours.size < ENOUGH_DAYS:
        return None
    x = np.linspace(-4.0, 4.0, 121)
    marks: list[Mark] = [Line(x, np.exp(-x * x / 2.0) / math.sqrt(2.0 * math.pi), "normal", "muted", 1.2, _SHORT)]
    if real is not None:
        marks.append(Line(*_density(standardised(real), 49), "S&P 500, 1999-2018", "second", 1.6))
    marks.append(Dots(*_density(ours, 25 if ours.size < 1_000 else 49), f"index, {ours.size:,} {unit}", "accent", 12.0))
    return Figure(
        "density", "Distribution of returns", "return, standard deviations", "density", tuple(marks), log_y=True,
        note="" if unit == "days" else f"Fewer than {ENOUGH_DAYS} daily returns: those of single ticks are drawn.",
        alt="Density of standardised returns on a logarithmic scale, beside the S&P 500 and the normal.",
    )  # fmt: skip


def _density(values: FloatArray, bins: int) -> tuple[FloatArray, FloatArray]:
    heights, edges = np.histogram(values, bins=bins, range=(-6.0, 6.0))
    found = heights > 0
    middles = (edges[:-1] + edges[1:]) / 2.0
    return middles[found], (heights / (values.size * (edges[1] - edges[0])))[found]


def memory_figures(run: RunData, real: FloatArray | None) -> list[Figure]:
    """Return the autocorrelations of returns and of their absolute values."""
    returns, unit = returns_of(run)
    if returns.size < ENOUGH_DAYS or not varies(returns):
        return []
    return [
        _memory("memory", "Autocorrelation of returns", returns, real, unit,
                "Real daily returns hardly remember: beyond lag 1 almost all lie in the band."),
        _memory("clustering", "Autocorrelation of absolute returns", np.abs(returns),
                None if real is None else np.abs(real), unit,
                "Real volatility clusters: this stays above zero for months."),
    ]  # fmt: skip


def _memory(name: str, title: str, values: FloatArray, real: FloatArray | None, unit: str, note: str) -> Figure:
    lags = min(40, values.size // 4)
    lag = np.arange(1, lags + 1, dtype=np.float64)
    width = 1.96 / math.sqrt(values.size)
    marks: list[Mark] = [
        Band(-width, width, "95 % band of no memory"),
        Stems(lag, autocorrelations(values, lags), f"index, {values.size:,} {unit}"),
    ]
    if real is not None:
        series = "S&P 500, 1999-2018" if unit == "days" else "S&P 500, lags in days"
        marks.append(Dots(lag, autocorrelations(real, lags), series, "second", 12.0, hollow=True))
    first = float(autocorrelations(values, 1)[0])
    return Figure(
        name, title, f"lag, {unit}", "correlation", tuple(marks), note=note,
        alt=f"{title} by lag with a confidence band; at lag 1 it is {first:.2f}.",
    )  # fmt: skip


def spread_figure(run: RunData) -> Figure | None:
    """Return each symbol's median spread; at most 30 symbols, the largest."""
    medians = {name: float(np.median(spread)) for name, spread in run.spreads().items() if spread.size}
    chosen = [name for name in (run.by_weight or tuple(medians)) if name in medians][:30]
    if not chosen:
        return None
    chosen.sort(key=lambda name: medians[name])
    lengths = np.array([medians[name] for name in chosen])
    return Figure(
        "spread", "Spread by symbol", "median spread, basis points of the mid-price", "",
        (Bars(tuple(chosen), lengths, "", "accent", tuple(f"{length:.1f}" for length in lengths)),),
        note="At the end of each tick that had both a bid and an ask.",
        alt=f"Median spreads from {lengths.min():.1f} to {lengths.max():.1f} basis points.",
    )  # fmt: skip


def depth_figure(run: RunData) -> Figure | None:
    """Return the mean lots resting at each price level, bids and asks."""
    bids, asks = run.depth()
    if not bids.size:
        return None
    level = np.arange(1, bids.size + 1, dtype=np.float64)
    return Figure(
        "depth", "Depth by price level", "price level, 1 is the best", "lots, mean over symbols and days",
        (
            Line(level, bids, "bids", "up", 1.7), Dots(level, bids, "", "up", 20.0),
            Line(level, asks, "asks", "down", 1.7, (4.0, 2.0)), Dots(level, asks, "", "down", 20.0),
            Line(level[[0, -1]], np.zeros(2), "", "line", 0.6),
        ),
        note="Books as they rested at each day's end.",
        alt=f"Mean depth by level; at the best level {bids[0]:.0f} lots bid and {asks[0]:.0f} asked.",
    )  # fmt: skip


def wealth_figure(groups: Sequence[Group]) -> Figure | None:
    """Return each group's wealth against everybody's, 100 at the end of day 1."""
    groups = [group for group in groups if group.wealth.size > 1 and group.wealth[0] > 0]
    if not groups:
        return None
    whole = np.sum([group.wealth for group in groups], axis=0)
    marks = tuple(
        Line(
            group.day,
            100.0 * (group.wealth / group.wealth[0]) / (whole / whole[0]),
            _words(group.name),
            tone,
            ends=True,
        )
        for group, tone in zip(groups, GROUPS, strict=False)
    )
    best = max(marks, key=lambda line: float(line.y[-1]))
    return Figure(
        "wealth", "Wealth by strategy", "trading day", "relative to all traders, day 1 = 100", marks, wide=True,
        note="Deposits and shares at last prices, over the wealth of all: what one gains, others lose, and the "
        "market's own rise is left out.",
        alt=f"Relative wealth of {len(marks)} strategies; {best.label} ends highest at {best.y[-1]:.1f}.",
    )  # fmt: skip


def _words(name: str) -> str:
    return name.replace("_", " ")


def stage_figure(run: RunData) -> Figure | None:
    """Return milliseconds of CPU time per tick by stage, from the manifest."""
    seconds = stage_seconds(run)
    if not seconds or run.last_tick < 1:
        return None
    names = tuple(seconds)
    each = 1e3 * np.array(list(seconds.values())) / run.last_tick
    return Figure(
        "stages", "CPU time by stage", "milliseconds a tick, mean", "",
        (Bars(names, each, "", "second", tuple(f"{value:.2f}" for value in each)),),
        note=f"{each.sum():.2f} ms a tick in stages. Of a resumed run, only the ticks since then are timed.",
        alt=f"CPU time by stage; {names[int(each.argmax())]} takes the most.",
    )  # fmt: skip


def stage_seconds(run: RunData) -> dict[str, float]:
    """Return seconds of CPU time by stage, in order of size; empty before a run was closed."""
    timing = {name: value for name, value in run.manifest.timing.items() if name != "wall" and value > 0.0}
    return dict(sorted(timing.items(), key=lambda item: -item[1]))
