"""The report of a run: one HTML file that opens offline, drawn from the run's tables and manifest.

Examples
--------
>>> write_report("runs/markets-7-1")  # doctest: +SKIP
PosixPath('runs/markets-7-1/report.html')
"""

from __future__ import annotations

import math
from html import escape
from pathlib import Path

import numpy as np

from ..core.units import TRADING_DAYS_PER_YEAR, FloatArray
from ..ledger.files import write_whole
from . import report_figures as figures
from .drawing import need_matplotlib
from .fact_reference import sp500_sample
from .macro_section import macro_section
from .repeat import changes_of
from .report_page import NONE, count, grid, page, signed, tile
from .report_sections import (
    events_section,
    facts_section,
    machine_section,
    repeat_section,
    returns_section,
    shown,
    tables_section,
    wealth_section,
)
from .run_data import RunData

REPORT = "report.html"
_STATES = {
    "closed": "complete",
    "halted": "halted: a stage failed, and the run ends with the last tick that was sealed",
    "open": "not closed: it goes on, or was killed; this is what the tables hold so far",
}
_LATER = "told when a run is closed"
_CHECKED = {"closed": "none violated", "halted": "the run was halted", "open": _LATER}


def write_report(run_dir: str | Path) -> Path:
    """Write ``report.html`` into a run folder and return its path; an older one is replaced.

    Parameters
    ----------
    run_dir : path
        A run folder: of a run that is closed, goes on, or was killed.

    Raises
    ------
    MissingExtra
        Without matplotlib; the message says how to install it.
    NotARun, CorruptTable, RunFolderUnwritable
        When the folder cannot be read or written.
    """
    need_matplotlib("the report")
    run = RunData(run_dir)
    path = run.folder / REPORT
    write_whole(path, [report_of(run).encode("utf-8")])
    return path


def report_of(run: RunData) -> str:
    """Return the report of a run as HTML."""
    sample = sp500_sample()
    real = None if sample is None else sample.returns
    name = str(run.manifest.scenario.get("name", "unnamed"))
    sections = (
        ("market", "The market", grid(shown(figures.index_figure(run)), *map(shown, figures.candle_figures(run)))),
        ("economy", "The economy", macro_section(run)),
        ("returns", "Returns beside the real S&P 500", returns_section(run, real)),
        ("facts", "Stylised facts", facts_section(run)),
        ("liquidity", "Liquidity", grid(shown(figures.spread_figure(run)), shown(figures.depth_figure(run)))),
        ("wealth", "Who gained", wealth_section(run)),
        ("events", "Events and alerts", events_section(run)),
        ("machine", "What it took", machine_section(run)),
        ("repeat", "How to repeat it", repeat_section(run)),
        ("tables", "Tables", tables_section(run)),
    )
    footer = (
        f"Written by catallaxy {escape(run.manifest.versions.get('catallaxy', ''))} from the tables in this folder. "
        "Everything is in this file; it asks nothing of any network."
    )
    return page(f"{name}, seed {run.manifest.seed} \u00b7 catallaxy", _header(run, name), sections, footer)


def _header(run: RunData, name: str) -> str:
    manifest, counts = run.manifest, run.counts
    days = run.last_tick // run.ticks_per_day
    began = f"tick {count(run.last_tick)}" + (f", day {count(days)}" if days else "")
    facts = [f"seed {manifest.seed}", began, f"{count(counts['traders'])} traders", f"{count(len(run.symbols))} stocks"]
    words = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    state = escape(_STATES.get(run.status, run.status))
    return (
        f'<header><p class="eyebrow">catallaxy run report</p><h1>{escape(name)}</h1>'
        f'<p class="lede">{escape(str(manifest.scenario.get("description", "")))}</p>'
        f"{_changed(run)}"
        f'<p class="meta">{words}<span class="state">{state}</span></p></header>'
        f'<dl class="tiles">{"".join(_tiles(run))}</dl>'
    )


def _changed(run: RunData) -> str:
    """Return how the scenario differs from the one that ships under its name, of which the description speaks."""
    changes = changes_of(run.manifest) or ()
    named = ", ".join(f"<code>{escape(change)}</code>" for change in changes)
    return f'<p class="changed">with {named}</p>' if named else ""


def _tiles(run: RunData) -> list[str]:
    world, counts, manifest = run.world, run.counts, run.manifest
    index, anchor = (float(world[key][-1]) if np.any(world[key]) else None for key in ("index", "anchor"))
    volatility = _volatility(run.daily_index[0])
    spreads = [float(np.median(spread)) for spread in run.spreads().values() if spread.size]
    messages, trades = counts["messages"] or 0, counts["trades"] or 0
    each = f"{1e3 * manifest.cpu_seconds / run.last_tick:.2f} ms a tick" if run.last_tick else ""
    timed = bool(manifest.finished) and manifest.cpu_seconds > 0
    return [
        _level("Index", index, "since the opening"),
        _level("Anchor", anchor, "fundamental values"),
        tile("Volatility", NONE if volatility is None else f"{volatility:.1f} %", "of the index, a year"),
        tile("Median spread", f"{np.median(spreads):.1f} bp" if spreads else NONE, "of the mid-price, over symbols"),
        tile("Trades", count(trades), f"{trades / run.last_tick:,.0f} a tick" if run.last_tick else ""),
        tile("Messages", count(messages), f"{trades / messages:.2f} trades a message" if messages else ""),
        tile("Identities checked", count(counts["identities"]), _CHECKED.get(run.status, "")),
        tile("CPU time", f"{manifest.cpu_seconds:.1f} s" if timed else NONE, each if timed else _LATER),
    ]


def _level(label: str, value: float | None, note: str) -> str:
    if value is None:
        return tile(label, NONE)
    change = value - 100.0
    tone = "up" if round(change, 2) > 0 else "down" if round(change, 2) < 0 else ""
    return tile(label, f"{value:.2f}", f"{signed(change, 2, ' %')} {note}", tone)


def _volatility(closes: FloatArray) -> float | None:
    """Return the yearly standard deviation of daily log returns in percent; None before the third day."""
    moves = figures.log_returns(closes)
    return 100.0 * float(moves.std(ddof=1)) * math.sqrt(TRADING_DAYS_PER_YEAR) if moves.size >= 2 else None
