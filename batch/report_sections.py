"""The sections of a report: each returns its HTML, or says in a remark why there is nothing to show."""

from __future__ import annotations

import math
import shlex
from collections import Counter
from html import escape
from typing import Any

import numpy as np

from ..core.schemas import TABLES
from ..core.units import FloatArray
from . import report_figures as figures
from .drawing import svg
from .facts import Fact, facts_of, summary
from .figures import Figure
from .microstructure_facts import microstructure_facts
from .repeat import how_to_repeat
from .report_page import NONE, aside, code, count, figure_of, grid, money, number, table
from .run_data import RunData

_HALF, _WHOLE, _NARROW = (470, 290), (1060, 340), (400, 290)
_MOST_ROWS = 40


def shown(figure: Figure | None) -> str:
    """Return a figure drawn for the page; a wide one is drawn for phones as well."""
    if figure is None:
        return ""
    sizes = (_WHOLE, _NARROW) if figure.wide else (_HALF,)
    return figure_of(figure, [svg(figure, width=width, height=height) for width, height in sizes])


# -- returns and facts ----------------------------------------------------------------------------


def returns_section(run: RunData, real: FloatArray | None) -> str:
    """Return the distribution and memory of returns, beside the real S&P 500."""
    charts = [figures.tail_figure(run, real), figures.density_figure(run, real), *figures.memory_figures(run, real)]
    drawn = grid(*map(shown, charts))
    if not drawn:
        return aside(f"Too few returns that vary: {figures.ENOUGH_DAYS} are needed to draw their distribution.")
    missing = "" if real is not None else aside(
        "The S&P 500 is not shown: its series comes with the package arch; pip install 'catallaxy[data]'."
    )  # fmt: skip
    return missing + drawn


def facts_section(run: RunData) -> str:
    """Return the table of stylised facts."""
    closes, _anchor, volume = run.daily_index
    moves = figures.log_returns(closes)
    found = [*facts_of(moves, volume[1:] if moves.size else np.empty(0)), *microstructure_facts(run.tape)]
    counts = summary(found)
    said = ", ".join(f"{number} {verdict}" for verdict, number in counts.items() if number)
    head = ("fact", "here", "verdict", "real S&amp;P 500", "accepted")
    intro = (
        '<p class="intro">What daily index returns and trading have in common everywhere, looked for in this run: '
        f"{escape(said)}. Very different models pass most of these; that does not show that a mechanism is right.</p>"
    )
    return intro + table(head, map(_fact_row, found), name="Stylised facts")


def _fact_row(fact: Fact) -> tuple[str, ...]:
    real = number(fact.reference)
    if fact.reference_low is not None:
        real += f"<small>{number(fact.reference_low)} to {number(fact.reference_high)}</small>"
    if math.isinf(fact.low):
        accepted = f"{number(fact.high)} or less"
    elif math.isinf(fact.high):
        accepted = f"{number(fact.low)} or more" if not 0.0 < fact.low < 1e-6 else "above 0"
    else:
        accepted = f"{number(fact.low)} to {number(fact.high)}"
    classes = {"pass": ("pass", "✓ pass"), "miss": ("miss", "✕ miss")}
    kind, words = classes.get(fact.verdict, ("few", fact.verdict))
    few = f"<small>{count(fact.bars)} of {count(fact.least)}</small>" if fact.verdict == "too few bars" else ""
    verdict = f'<span class="verdict {kind}">{words}</span>{few}'
    name = f"{escape(fact.name)}<small>{escape(fact.statistic)}</small>"
    return name, number(fact.value), verdict, real, accepted


# -- people, events, machine ----------------------------------------------------------------------


def wealth_section(run: RunData) -> str:
    """Return who gained: a chart and a table of strategies."""
    groups = run.groups
    if not groups:
        return aside("Groups are counted at day end: no day has ended yet, or nobody trades.")
    head = ("strategy", "traders", "wealth a trader", "in cash", "orders", "lots traded")
    rows = (
        (
            escape(group.name.replace("_", " ")), count(group.traders), money(group.wealth[-1] / max(group.traders, 1)),
            f"{100.0 * group.cash[-1] / group.wealth[-1]:.1f} %" if group.wealth[-1] else NONE,
            count(group.orders), count(group.volume),
        )
        for group in groups
    )  # fmt: skip
    drawn = shown(figures.wealth_figure(groups))
    return f'<div class="stack">{grid(drawn)}{table(head, rows, name="Strategies at the end")}</div>'


def events_section(run: RunData) -> str:
    """Return shocks, halts and alerts."""
    events, alerts = run.records("events"), run.records("alerts")
    blocks = []
    if events:
        blocks.append(table(("tick", "event", "symbol", "facts"), map(_event_row, events[:_MOST_ROWS]), left=4))
        blocks.append(_more(len(events)))
    if alerts:
        tally = Counter((str(row["rule"]), str(row["level"])) for row in alerts)
        rows = [(escape(rule), escape(level), count(times)) for (rule, level), times in tally.most_common()]
        blocks.append(table(("alert rule", "level", "times"), rows, left=2, name="Alerts by rule"))
        latest = [(count(row["tick"]), escape(row["rule"]), escape(row["message"])) for row in alerts[:_MOST_ROWS]]
        blocks.append(table(("tick", "rule", "message"), latest, left=3, name="Alerts"))
        blocks.append(_more(len(alerts)))
    if not blocks:
        return aside("No shock, halt or alert in this run.")
    return f'<div class="stack">{"".join(blocks)}</div>'


def _event_row(row: dict[str, Any]) -> tuple[str, ...]:
    facts = f"<code>{escape(row['payload'])}</code>"
    return count(row["tick"]), escape(row["event"]), escape(row["symbol"] or NONE), facts


def _more(rows: int) -> str:
    return aside(f"The first {_MOST_ROWS} of {rows:,} rows.") if rows > _MOST_ROWS else ""


def machine_section(run: RunData) -> str:
    """Return what the run took: CPU time by stage, memory, bytes."""
    manifest = run.manifest
    drawn = shown(figures.stage_figure(run))
    if not drawn:
        return aside("Stages are timed in the manifest of a run that was closed.")
    seconds = figures.stage_seconds(run)
    whole = sum(seconds.values())
    rows: list[tuple[str, ...]] = [
        (escape(name), f"{value:.2f}", f"{100.0 * value / whole:.1f} %") for name, value in seconds.items()
    ]
    rows += [
        ("<b>all of the run</b>", f"<b>{manifest.cpu_seconds:.2f}</b>", ""),
        ("wall clock", f"{manifest.timing.get('wall', 0.0):.2f}", ""),
        ("most memory, MB", f"{manifest.peak_rss_bytes / 1e6:,.0f}", ""),
        ("folder, bytes a tick", count(round(manifest.bytes_per_tick)), ""),
    ]
    listed = table(("stage", "CPU seconds", "share"), rows, name="CPU time by stage")
    return f'<div class="grid">{drawn}{listed}</div>'


# -- repeating and reading ------------------------------------------------------------------------


def repeat_section(run: RunData) -> str:
    """Return what to type to make the run again, and the hashes that it must lead to."""
    manifest = run.manifest
    outside = run.rows.get("actions", 0) > 0
    recipe = how_to_repeat(manifest, run.folder, run.last_tick, from_outside=outside)
    versions = ", ".join(f"{name} {version}" for name, version in manifest.versions.items() if name != "processor")
    pairs: list[tuple[str, str]] = [
        ("seed", str(manifest.seed)),
        ("chain head", f'<span class="hash">{escape(run.chain_head)}</span>'),
        ("genesis", f'<span class="hash">{escape(manifest.genesis)}</span>'),
        ("state", f'<span class="hash">{escape(manifest.state) if manifest.finished else NONE}</span>'),
        ("versions", escape(versions)),
        ("processor", escape(manifest.versions.get("processor", ""))),
        ("began, ended", f"{escape(manifest.created)}, {escape(manifest.finished) or NONE}"),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in pairs)
    folder = shlex.quote(str(run.folder))
    return (
        '<p class="intro">Same scenario, seed, versions and type of processor: the same bytes, up to this chain head. '
        "A chain proves only against a head that was kept elsewhere.</p>"
        + (code(recipe.command) if recipe.command else "")
        + (aside(recipe.note) if recipe.note else "")
        + code(f"catallaxy verify {folder}\ncatallaxy replay {folder}")
        + f'<dl class="facts">{listed}</dl>'
    )


def tables_section(run: RunData) -> str:
    """Return the tables of the run, their rows, and how to query them."""
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
