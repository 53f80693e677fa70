"""The report of a run: one HTML file that opens offline, drawn from the run's tables and manifest.

Examples
--------
>>> write_report("runs/markets-7-1")  # doctest: +SKIP
PosixPath('runs/markets-7-1/report.html')
"""

from __future__ import annotations

import math
import shlex
from collections import Counter
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from ..core.schemas import TABLES
from ..core.units import TRADING_DAYS_PER_YEAR, FloatArray
from ..ledger.files import write_whole
from . import report_figures as figures
from .drawing import need_matplotlib, svg
from .fact_reference import sp500_sample
from .facts import Fact, facts_of, summary
from .figures import Figure
from .microstructure_facts import microstructure_facts
from .repeat import how_to_repeat
from .report_page import NONE, aside, code, count, figure_of, grid, money, number, page, signed, table, tile
from .run_data import RunData

REPORT = "report.html"
_HALF, _WHOLE, _NARROW = (470, 290), (1060, 340), (400, 290)
_MOST_ROWS = 40
_STATES = {
    "closed": "complete",
    "halted": "halted: a stage failed, and the run ends with the last tick that was sealed",
    "open": "not closed: it goes on, or was killed; this is what the tables hold so far",
}


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
        ("market", "The market", grid(_shown(figures.index_figure(run)), *map(_shown, figures.candle_figures(run)))),
        ("returns", "Returns beside the real S&P 500", _returns(run, real)),
        ("facts", "Stylised facts", _facts(run)),
        ("liquidity", "Liquidity", grid(_shown(figures.spread_figure(run)), _shown(figures.depth_figure(run)))),
        ("wealth", "Who gained", _wealth(run)),
        ("events", "Events and alerts", _events(run)),
        ("machine", "What it took", _machine(run)),
        ("repeat", "How to repeat it", _repeat(run)),
        ("tables", "Tables", _tables(run)),
    )
    footer = (
        f"Written by catallaxy {escape(run.manifest.versions.get('catallaxy', ''))} from the tables in this folder. "
        "Everything is in this file; it asks nothing of any network."
    )
    return page(f"{name}, seed {run.manifest.seed} \u00b7 catallaxy", _header(run, name), sections, footer)


def _shown(figure: Figure | None) -> str:
    """Return a figure drawn for the page; a wide one is drawn for phones as well."""
    if figure is None:
        return ""
    sizes = (_WHOLE, _NARROW) if figure.wide else (_HALF,)
    return figure_of(figure, [svg(figure, width=width, height=height) for width, height in sizes])


# -- the top of the page --------------------------------------------------------------------------


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
        f'<p class="meta">{words}<span class="state">{state}</span></p></header>'
        f'<dl class="tiles">{"".join(_tiles(run))}</dl>'
    )


def _tiles(run: RunData) -> list[str]:
    world, counts, manifest = run.world, run.counts, run.manifest
    index, anchor = (
        float(world[key][-1]) if world[key].size and world[key][-1] > 0 else None for key in ("index", "anchor")
    )
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
        tile("Identities checked", count(counts["identities"]),
             "none violated" if run.status == "closed" else "told when a run is closed" if run.status == "open" else "halted"),
        tile("CPU time", f"{manifest.cpu_seconds:.1f} s" if timed else NONE, each if timed else "told when a run is closed"),
    ]  # fmt: skip


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


# -- returns and facts ----------------------------------------------------------------------------


def _returns(run: RunData, real: FloatArray | None) -> str:
    shown = [figures.tail_figure(run, real), figures.density_figure(run, real), *figures.memory_figures(run, real)]
    drawn = grid(*map(_shown, shown))
    if not drawn:
        return aside(f"Too few returns that vary: {figures.ENOUGH_DAYS} are needed to draw their distribution.")
    missing = "" if real is not None else aside(
        "The S&P 500 is not shown: its series comes with the package arch; pip install 'catallaxy[data]'."
    )  # fmt: skip
    return missing + drawn


def _facts(run: RunData) -> str:
    closes, _anchor, volume = run.daily_index
    moves = figures.log_returns(closes)
    found = [*facts_of(moves, volume[1:] if moves.size else np.empty(0)), *microstructure_facts(run.tape)]
    counts = summary(found)
    said = ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number)
    head = ("fact", "here", "verdict", "real S&amp;P 500", "accepted")
    intro = (
        f'<p class="intro">What daily index returns and trading have in common everywhere, looked for in this run: '
        f"{escape(said)}. Very different models pass most of these; passing does not show that a mechanism is right.</p>"
    )
    return intro + table(head, map(_fact_row, found), name="Stylised facts")


def _fact_row(fact: Fact) -> tuple[str, ...]:
    real = number(fact.reference)
    if fact.reference_low is not None:
        real += f"<small>{number(fact.reference_low)} to {number(fact.reference_high)}</small>"
    if math.isinf(fact.low):
        accepted = f"{number(fact.high)} or less"
    elif math.isinf(fact.high):
        accepted = f"{number(fact.low)} or more"
    else:
        accepted = f"{number(fact.low)} to {number(fact.high)}"
    classes = {"pass": ("pass", "✓ pass"), "miss": ("miss", "✕ miss")}
    kind, words = classes.get(fact.verdict, ("few", fact.verdict))
    few = f"<small>{count(fact.bars)} of {count(fact.least)}</small>" if fact.verdict == "too few bars" else ""
    verdict = f'<span class="verdict {kind}">{words}</span>{few}'
    name = f"{escape(fact.name)}<small>{escape(fact.statistic)}</small>"
    return name, number(fact.value), verdict, real, accepted


def _tables(run: RunData) -> str:
    rows = [
        (f"<code>{name}</code>", escape(_sentence(run, name)), count(number))
        for name, number in sorted(run.rows.items(), key=lambda item: (item[1] == 0, item[0]))
    ]
    folder = shlex.quote(str(run.folder))
    example = "SELECT symbol, count(*) AS trades, sum(quantity) AS lots FROM trades GROUP BY symbol ORDER BY lots DESC"
    return table(("table", "what it holds", "rows"), rows, left=2, name="Tables of the run") + code(
        f'catallaxy query {folder} "{example}"\ncatallaxy export {folder} --table trades --format csv --out trades.csv'
    )


def _sentence(run: RunData, name: str) -> str:
    schema: Any = run.store.schemas.get(name) or TABLES.get(name)
    return schema.description if schema is not None else ""
