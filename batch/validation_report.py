"""What a validation writes, and how it is told.

``bands.csv``, ``facts.csv``   every band and fact: range, median, seeds that keep it, verdict, source
``runs.csv``                   every run: scenario, seed, status, CPU seconds
``validation.md``              both tables, and whether the gate is passed
``validation.json``            the same as plain values, with recipe and versions
``runs/``                      the finished runs, read again by whoever goes on
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..ledger.files import write_whole
from ..ledger.manifest import environment, now
from .batch_files import csv_bytes, json_bytes
from .stored_runs import code_digest

if TYPE_CHECKING:
    from .validation import JobResult, Judged, ValidationResult

VALIDATION = "validation.json"
BAND_COLUMNS = ("scenario", "name", "statistic", "median", "accepted", "kept", "verdict")
FACT_COLUMNS = ("scenario", "key", "name", "median", "accepted", "us", "kept", "verdict")


def write_validation(result: ValidationResult, folder: Path) -> None:
    """Write tables, page and facts of a validation."""
    import pandas as pd

    for name, rows in (("bands", bands_of(result)), ("facts", facts_of(result)), ("runs", runs_of(result))):
        write_whole(folder / f"{name}.csv", [csv_bytes(pd.DataFrame(rows))])
    write_whole(folder / "validation.md", [page_of(result).encode()])
    write_whole(folder / VALIDATION, [json_bytes(plain(result))])


def plain(result: ValidationResult) -> dict[str, Any]:
    """Return everything as plain values."""
    return {
        "kind": "validation",
        "name": result.plan.name,
        "status": "finished",
        "finished": now(),
        "passes": result.passes,
        "gate": gate_words(result),
        "versions": environment(),
        "code": code_digest(),
        "cpu_seconds": result.cpu_seconds,
        "runs": runs_of(result),
        "bands": bands_of(result),
        "facts": facts_of(result),
    }


def bands_of(result: ValidationResult) -> list[dict[str, Any]]:
    """Return a row for each job and band."""
    return [_row(job, band) for job in result.jobs for band in job.bands]


def facts_of(result: ValidationResult) -> list[dict[str, Any]]:
    """Return a row for each job and fact."""
    return [_row(job, fact) for job in result.jobs for fact in job.facts]


def _row(job: JobResult, found: Judged) -> dict[str, Any]:
    return {
        "scenario": job.job.name,
        "key": found.key,
        "name": found.name,
        "statistic": found.statistic,
        "low": found.low,
        "high": found.high,
        "accepted": accepted(found.low, found.high),
        "us": found.us,
        "median": found.median,
        "kept": f"{found.kept} of {found.asked}",
        "verdict": found.verdict,
        "gate": found.gate,
        "note": found.note,
        "source": found.source,
    }


def runs_of(result: ValidationResult) -> list[dict[str, Any]]:
    """Return a row for each run."""
    return [
        {
            "scenario": job.job.name,
            "seed": seed,
            "status": "halted" if run.halted else "finished",
            "months": run.values.shape[0],
            "cpu_seconds": run.cpu_seconds,
            "cause": run.halted,
        }
        for job in result.jobs
        for seed, run in enumerate(job.outcomes, 1)
    ]


def accepted(low: float, high: float) -> str:
    """Return a range in words.

    Examples
    --------
    >>> accepted(0.5, 1.0), accepted(float("-inf"), 0.0)
    ('0.5 to 1', 'at most 0')
    """
    if math.isinf(low):
        return f"at most {high:g}"
    return f"at least {low:g}" if math.isinf(high) else f"{low:g} to {high:g}"


def gate_words(result: ValidationResult) -> str:
    """Return whether the closed economy may be what runs by default, and what stands in the way."""
    if not result.gate:
        return "nothing of the gate was measured"
    if all(fact.verdict == "too short" for fact in result.gate):
        return "not measured, for the runs are too short"
    missed = [f"{fact.key} {fact.name}" for fact in result.gate if fact.verdict != "pass"]
    return f"not passed: {', '.join(dict.fromkeys(missed))}" if missed else "passed"


def page_of(result: ValidationResult) -> str:
    """Return a validation as Markdown."""
    lines = [f"# Validation, {result.plan.name}", ""]
    for job in result.jobs:
        settings = ", ".join(f"{key} = {value}" for key, value in job.job.settings.items())
        named = f"{job.job.name} ({settings})" if settings else job.job.name
        lines += [
            f"{named}: {len(job.outcomes)} seeds of {job.job.years} years, "
            f"the first {job.job.burn_in} not measured; {len(job.halted)} halted.",
            *(f"Seed {seed} {cause.partition('; the tick')[0]}." for seed, cause in job.halted.items()),
            "",
        ]
    lines += ["## Bands of the steady state", "", *_table(BAND_COLUMNS, bands_of(result)), ""]
    lines += ["## Facts of the business cycle", "", *_table(FACT_COLUMNS, facts_of(result)), ""]
    lines += [f"Gate: {gate_words(result)}.", ""]
    return "\n".join(lines)


def _table(columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> list[str]:
    head = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return head + ["| " + " | ".join(_cell(row, column) for column in columns) + " |" for row in rows]


def _cell(row: dict[str, Any], column: str) -> str:
    value = row[column]
    if column == "verdict" and row["note"]:
        return f"{value}: {row['note']}"
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return f"{value:.3g}" if isinstance(value, float) else str(value)
