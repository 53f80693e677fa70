"""``facts`` and ``replicate``: what a run has in common with real markets, and with published results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..core.errors import ScenarioError
from .options import Json, Quiet, Run, examples
from .text import aligned, as_json

if TYPE_CHECKING:
    from ..batch.facts import Fact


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(epilog=examples("facts runs/small", "facts runs/small --symbol AAPL --json"))(facts)
    app.command(epilog=examples("replicate gode-sunder", "replicate --all --quick --json"))(replicate)


def facts(
    run: Run,
    symbol: Annotated[str | None, typer.Option(help="Measure this stock; the index if left out.")] = None,
    json: Json = False,
) -> None:
    """Measure stylised facts beside the real ones."""
    from ..batch.run_facts import facts_of_run

    found = facts_of_run(run, symbol=symbol)
    if json:
        print(as_json([fact.as_row() for fact in found]))
    else:
        print(aligned([_fact(fact) for fact in found], ("fact", "found", "accepted", "real", "verdict")))


def _fact(fact: Fact) -> tuple[str, ...]:
    return (
        fact.name,
        "" if fact.value is None else f"{fact.value:.3g}",
        f"{fact.low:.3g} to {fact.high:.3g}",
        "" if fact.reference is None else f"{fact.reference:.3g}",
        f"{fact.verdict}: {fact.note}" if fact.note else fact.verdict,
    )


def replicate(
    name: Annotated[str | None, typer.Argument(help="Name of a replication.", show_default=False)] = None,
    everything: Annotated[bool, typer.Option("--all", help="Run every replication.")] = False,
    quick: Annotated[bool, typer.Option(help="Shorter runs, same tolerances.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Compute published results again.

    Ours stand beside the published ones; the exit code is 1 if one is missed.
    """
    from ..batch.replications import REPLICATIONS
    from ..batch.replications import replicate as again
    from ..progress import progress

    if (name is None) != everything:
        raise ScenarioError(f"give the name of a replication or --all; known: {', '.join(REPLICATIONS)}")
    watch = progress(quiet)
    rows = []
    for each in [name] if name is not None else REPLICATIONS:
        if everything:
            watch.note(f"replicating {each}")
        rows += again(each, quick).as_rows()
    if json:
        print(as_json(rows))
    else:
        header = ("replication", "name", "published", "ours", "tolerance", "verdict")
        print(aligned([[row[column] for column in header] for row in rows], header))
    raise typer.Exit(1 if any(row["verdict"] == "fail" for row in rows) else 0)
