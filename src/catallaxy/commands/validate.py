"""``validate``: long runs of the closed economy against bands of a steady state and facts of the business cycle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..core.errors import ScenarioError
from .batches import batch, check_jobs
from .options import Json, Quiet, examples, whole
from .text import aligned, as_json, shown

if TYPE_CHECKING:
    from ..batch.validation import ValidationResult


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command(epilog=examples("validate --quick", "validate --full --jobs 4 --out runs/validation"))(validate)


def validate(
    full: Annotated[bool, typer.Option("--full", help="Forty years, five seeds, and a run at full size.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Five years, two seeds.")] = False,
    jobs: Annotated[
        int | None, typer.Option(parser=whole, metavar="N", help="Processes; one for each core if left out.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Folder for results; runs/validation-PLAN if left out.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Run the closed economy for decades and judge it.

    Averages against bands of a steady state, cycles against those of the United States. Thirty years and two seeds
    if neither --full nor --quick is given. Finished runs are kept in the folder: the same command goes on with what
    was stopped. The exit code is 1 if a band is missed or a run halted; facts may be missed, and are told.
    """
    from ..batch.stored_runs import cores
    from ..batch.validation import validate as judge
    from ..batch.validation_plan import plan_named

    if full and quick:
        raise ScenarioError("give --full or --quick, not both")
    check_jobs(jobs)
    plan = plan_named("full" if full else "quick" if quick else "usual")
    folder = out or Path("runs") / f"validation-{plan.name}"
    with batch(quiet, folder) as tell:
        result = judge(plan, jobs=jobs or cores(), out=folder, progress=tell)
    _tell(result, folder, json)
    raise typer.Exit(0 if result.passes else 1)


def _tell(result: ValidationResult, folder: Path, json: bool) -> None:
    from ..batch.validation_report import BAND_COLUMNS, FACT_COLUMNS, bands_of, facts_of, gate_words, plain, runs_of

    if json:
        print(as_json({**plain(result), "folder": shown(folder)}))
        return
    for columns, rows in ((BAND_COLUMNS, bands_of(result)), (FACT_COLUMNS, facts_of(result))):
        print(aligned([[_rounded(row[column]) for column in columns] for row in rows], columns) + "\n")
    halted = [f"{run['scenario']}, seed {run['seed']}: {run['cause']}" for run in runs_of(result) if run["cause"]]
    facts = [("gate", gate_words(result)), *(("halted", cause) for cause in halted)]
    print(aligned([*facts, ("folder", shown(folder)), ("CPU", f"{result.cpu_seconds:,.1f} s")]))


def _rounded(value: object) -> object:
    return float(f"{value:.3g}") if isinstance(value, float) else value
