"""``export`` and ``query``: the tables of a run, to a file or by SQL."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..core.errors import ScenarioError
from .options import Json, Run, examples
from .text import aligned, as_json, shown


class Format(StrEnum):
    """Formats of exported tables."""

    csv = "csv"
    parquet = "parquet"


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(
        epilog=examples(
            "export runs/small --table trades --out trades.csv",
            "export runs/small --table bars --format parquet --out bars.parquet",
        )
    )(export)
    app.command(
        epilog=examples(
            'query runs/small "SELECT symbol, sum(quantity) AS lots FROM trades GROUP BY symbol ORDER BY lots DESC"',
            'query runs/small "SELECT * FROM world" --csv > world.csv',
        )
    )(query)


def export(
    run: Run,
    table: Annotated[str, typer.Option(help="Name of the table.", show_default=False)],
    form: Annotated[
        Format | None, typer.Option("--format", help="csv or parquet; what --out ends with if left out, else csv.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write, which may not exist; TABLE.FORMAT here if left out.")
    ] = None,
) -> None:
    """Write a table of a run to one file."""
    from ..batch.export import export as write

    chosen = form or (Format.parquet if out is not None and out.suffix == ".parquet" else Format.csv)
    print(shown(write(run, table, chosen.value, out or Path(f"{table}.{chosen.value}"))))


def query(
    run: Run,
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT; each table is there by its name.")],
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV.")] = False,
    rows: Annotated[int, typer.Option(help="Rows to print at most in the table for people; 0 is all.", min=0)] = 50,
) -> None:
    """Answer an SQL query from the tables of a run."""
    from ..ledger.query import query as ask

    if json and csv:
        raise ScenarioError("give --json or --csv, not both")
    answer = ask(run, sql)
    if json:
        print(as_json(answer.to_pylist()))
    elif csv:
        from pyarrow.csv import write_csv

        sys.stdout.flush()
        write_csv(answer, sys.stdout.buffer)
    else:
        seen = answer.slice(0, rows or None)
        print(aligned([list(row.values()) for row in seen.to_pylist()], answer.column_names))
        if seen.num_rows < answer.num_rows:
            print(
                f"{seen.num_rows:,} of {answer.num_rows:,} rows; --rows 0, --csv or --json gives all", file=sys.stderr
            )
