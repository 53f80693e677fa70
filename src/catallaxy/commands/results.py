"""What a run comes to: one mapping, printed as a table for people or as one JSON object for programs."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import numpy as np

from ..batch.run_facts import daily_index
from ..core.units import TRADING_DAYS_PER_YEAR
from ..markets.measures import relative_spread
from ..model.economy import Economy
from .session import Outcome
from .text import aligned, shown

_ECONOMY = (
    ("unemployment", "unemployment", ""),
    ("inflation", "inflation", " a year"),
    ("rate", "policy_rate", " a year"),
)


def results_of(economy: Economy, outcome: Outcome, folder: Path, report: Path | None) -> dict[str, Any]:
    """Return everything worth knowing about a run that was just driven and closed."""
    wall, cpu = time.perf_counter() - outcome.began[0], time.process_time() - outcome.began[1]
    return {
        "scenario": economy.settings.name,
        "seed": economy.seed,
        "ticks": economy.tick,
        "traders": int(economy.trader_owners().shape[0]),
        "messages": economy.messages_sent,
        "trades": economy.trades_made,
        "seconds": round(wall, 3),
        "cpu_seconds": round(cpu, 3),
        "ticks_per_second": round(outcome.ticks / outcome.seconds, 2) if outcome.ticks else 0.0,
        "peak_rss_mb": round(outcome.peak_bytes / 1e6, 1),
        "state_hash": economy.state_hash() if outcome.halted is None else None,
        "chain_head": economy.chain_head,
        "identities_checked": economy.identities_checked,
        "violations": outcome.violations,
        "run_dir": shown(folder),
        "status": outcome.status,
        "first_tick": outcome.first + 1,
        "days": economy.day,
        "stocks": len(economy.symbols),
        "index": economy.index,
        "anchor": economy.anchor_index,
        "spread": closing_spread(economy),
        "volatility": index_volatility(economy),
        **economy_of(economy),
        "report": None if report is None else shown(report),
    }


def closing_spread(economy: Economy) -> float | None:
    """Return the median over stocks of the relative spread at the end; None where no book has two sides."""
    quotes = economy.exchange.quotes
    both = quotes[(quotes[:, 2] > 0) & (quotes[:, 3] > 0)]
    return float(np.median(relative_spread(both[:, 0], both[:, 1]))) if both.shape[0] else None


def economy_of(economy: Economy) -> dict[str, float | None]:
    """Return the closed economy's rates at the end, fractions (a year); None where there is none, or no month ended."""
    closed = economy.closed
    if closed is None or not closed.memory.month:
        return dict.fromkeys(("unemployment", "inflation", "policy_rate"))
    inflation = closed.indices.inflation
    return {
        "unemployment": closed.memory.unemployment,
        "inflation": None if math.isnan(inflation) else inflation,
        "policy_rate": closed.policy_rate,
    }


def index_volatility(economy: Economy) -> float | None:
    """Return the yearly standard deviation of the index's daily log returns; None before the third day."""
    returns, _volume = daily_index(economy.store.read("world", ["day", "index", "volume"]))
    if returns.size < 2:
        return None
    return float(returns.std(ddof=1)) * math.sqrt(TRADING_DAYS_PER_YEAR)


def table(results: dict[str, Any]) -> str:
    """Return the results for people."""
    spread, volatility = results["spread"], results["volatility"]
    rows = [
        ("index", f"{results['index']:.2f}"),
        ("anchor", f"{results['anchor']:.2f}"),
        ("volatility", "" if volatility is None else f"{100 * volatility:.1f} % a year"),
        ("spread", "" if spread is None else f"{1e4 * spread:.1f} bp"),
        *((name, _percent(results[key], unit)) for name, key, unit in _ECONOMY),
        ("trades", f"{results['trades']:,}"),
        ("messages", f"{results['messages']:,}"),
        ("identities", f"{results['identities_checked']:,} checked, {results['violations']} violated"),
        ("speed", f"{results['ticks_per_second']:,.0f} ticks/s"),
        ("time", f"{results['seconds']:.1f} s, {results['cpu_seconds']:.1f} s of CPU"),
        ("memory", f"{results['peak_rss_mb']:,.0f} MB at most"),
        ("chain head", results["chain_head"]),
        ("folder", results["run_dir"]),
        ("report", results["report"]),
    ]
    return f"{title(results)}\n\n{aligned([row for row in rows if row[1]])}"


def _percent(value: float | None, unit: str) -> str:
    return "" if value is None else f"{100 * value:.1f} %{unit}"


def title(results: dict[str, Any]) -> str:
    """Return the first line: what ran, how far."""
    return (
        f"{results['scenario']}, seed {results['seed']}: day {results['days']}, tick {results['ticks']:,}, "
        f"{results['traders']:,} traders, {results['stocks']} stocks"
    )
