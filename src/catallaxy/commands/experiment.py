"""``experiment``: what one change does to an economy, from pairs of runs that share their seed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..core.errors import OutOfBounds, ScenarioError
from .batches import batch, check_jobs, dotted
from .options import Json, Quiet, Set, examples, whole
from .text import aligned, as_json, shown

if TYPE_CHECKING:
    from ..batch.experiment_result import ExperimentResult

COLUMNS = ("column", "expected", "window", "mean", "low", "high", "unit", "seeds", "verdict", "source")


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command(
        epilog=examples(
            "experiment --list",
            "experiment fundamental-jump --quick",
            "experiment rate-hike --quick --ablation",
            "experiment fundamental-jump --seeds 20 --jobs 4 --out runs/jump",
        )
    )(experiment)


def experiment(
    name: Annotated[str | None, typer.Argument(help="Name of an experiment.", show_default=False)] = None,
    everything: Annotated[bool, typer.Option("--list", help="List the experiments.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Fewer seeds and a smaller economy.")] = False,
    ablation: Annotated[
        bool, typer.Option("--ablation", help="Ask the market alone, the macro loop alone, and both.")
    ] = False,
    seeds: Annotated[
        int | None,
        typer.Option(parser=whole, metavar="N", help="Pairs of runs, of seeds 1 to N; the experiment's if left out."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(parser=whole, metavar="N", help="Processes; one for each core if left out.")
    ] = None,
    changes: Set = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for results; runs/experiment-NAME if left out."),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make one change and compare, seed by seed.

    Writes responses with 90 % bands (responses.csv), a figure, every run (runs.csv), and a verdict.
    Finished runs are kept in the folder: the same command goes on with what was stopped.
    The exit code is 1 if an expected sign is missed or a run halted.
    """
    from ..batch.experiment_list import EXPERIMENTS, experiment_named

    if (name is None) != everything:
        raise ScenarioError(f"give the name of an experiment or --list; known: {', '.join(EXPERIMENTS)}")
    if name is None:
        rows = [(each.name, each.question) for each in EXPERIMENTS.values()]
        print(as_json([{"name": row[0], "question": row[1]} for row in rows]) if json else aligned(rows))
        return
    _check(seeds, jobs)
    chosen = experiment_named(name)
    if ablation:
        folder = out or Path("runs") / f"ablation-{chosen.name}{'-quick' * quick}"
        _ablate(chosen.name, quick, seeds, jobs, changes, folder, json, quiet)
        return
    folder = out or Path("runs") / f"experiment-{chosen.name}{'-quick' * quick}"
    result = _run(chosen.name, quick, seeds, jobs, changes, folder, quiet)
    _tell(result, folder, json)
    raise typer.Exit(0 if result.is_as_expected else 1)


def _check(seeds: int | None, jobs: int | None) -> None:
    if seeds is not None and seeds < 2:
        raise OutOfBounds("--seeds", seeds, "give a whole number, 2 or more: a band needs several pairs of runs")
    check_jobs(jobs)


def _run(
    name: str, quick: bool, seeds: int | None, jobs: int | None, changes: list[str] | None, folder: Path, quiet: bool
) -> ExperimentResult:
    from ..batch.experiment import run_experiment
    from ..batch.experiment_list import EXPERIMENTS
    from ..batch.stored_runs import cores
    from ..model.scenario import parse_set

    settings = dotted(parse_set(changes or []))
    with batch(quiet, folder) as tell:
        return run_experiment(
            EXPERIMENTS[name], quick=quick, seeds=seeds, settings=settings, jobs=jobs or cores(), out=folder,
            progress=tell,
        )  # fmt: skip


def _ablate(
    name: str, quick: bool, seeds: int | None, jobs: int | None, changes: list[str] | None, folder: Path, json: bool,
    quiet: bool,
) -> None:  # fmt: skip
    """Ask every part of the economy, and tell what each said; a part is a comparison, so no sign is a failure."""
    from ..batch.ablation import run_ablation
    from ..batch.experiment_list import EXPERIMENTS
    from ..batch.stored_runs import cores

    if changes:
        raise ScenarioError("--ablation compares the parts of the experiment as it ships; leave out --set")
    with batch(quiet, folder) as tell:
        found = run_ablation(
            EXPERIMENTS[name], quick=quick, seeds=seeds, jobs=jobs or cores(), out=folder, progress=tell
        )
    print(as_json(found.to_pandas().to_dict("records")) if json else f"{found.page()}\nfolder  {shown(folder)}")


def _tell(result: ExperimentResult, folder: Path, json: bool) -> None:
    from ..batch.experiment_report import FIGURE, facts_of, finding_row

    if json:
        print(as_json({**facts_of(result), "folder": shown(folder)}))
        return
    rows = [finding_row(result, finding) for finding in result.findings]
    print(result.verdict + "\n")
    if rows:
        print(aligned([[row[column] for column in COLUMNS] for row in rows], COLUMNS) + "\n")
    files = ["verdict.md", "responses.csv", "runs.csv", "experiment.json"]
    files += [path.name for path in sorted(folder.glob(f"{FIGURE}.*"))]
    print(aligned([("folder", shown(folder)), ("files", ", ".join(files)), ("CPU", f"{result.cpu_seconds:,.1f} s")]))
