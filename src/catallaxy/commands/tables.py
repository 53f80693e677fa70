"""``export`` and ``query``: the tables of a run, to a file or by SQL."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ..core.errors import OutOfBounds, ScenarioError, nearest
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
        Path | None, typer.Option(help="File to write, which may not exist; standard output if left out (csv only).")
    ] = None,
) -> None:
    """Write a table of a run to one file."""
    chosen = form or (Format.parquet if out is not None and out.suffix == ".parquet" else Format.csv)
    if out is None and chosen is Format.parquet:
        raise ScenarioError("--format parquet needs a file to write; give --out")
    if out is not None and out.exists():
        raise ScenarioError(f"{shown(out)} exists; choose another --out, or remove it")
    schema, pieces = _pieces(run, table)
    if out is None:
        sys.stdout.flush()
        _write(chosen, sys.stdout.buffer, schema, pieces)
        return
    rows = _write_whole(out, chosen, schema, pieces)
    print(f"{rows:,} rows of {table} in {shown(out)}", file=sys.stderr)


def _pieces(run: Path, table: str) -> tuple[Any, Iterator[Any]]:
    """Return a table's Arrow schema and its rows, a part at a time."""
    from ..ledger.parts import arrow_schema, parts_of, plain, read_part
    from ..ledger.run_store import read_layout
    from ..model.closing import FOLDER

    schemas, _ = read_layout(run)
    if table not in schemas:
        raise OutOfBounds("--table", table, f"give a table of the run{nearest(table, schemas)}")
    files = [part.path for part in parts_of(run, table)]
    closing = run / FOLDER / f"{table}.parquet"
    if closing.is_file() and not files:
        files.append(closing)
    return arrow_schema(schemas[table]), (plain(*read_part(file)) for file in files)


def _write_whole(out: Path, chosen: Format, schema: Any, pieces: Iterator[Any]) -> int:
    """Write beside ``out`` and rename, so that a file that is there is whole."""
    temporary = out.with_name(f"{out.name}.tmp")
    try:
        with temporary.open("wb") as file:
            rows = _write(chosen, file, schema, pieces)
        os.replace(temporary, out)
    except OSError as error:
        raise ScenarioError(f"cannot write {shown(out)}: {error.strerror or error}") from None
    finally:
        temporary.unlink(missing_ok=True)
    return rows


def _write(chosen: Format, file: Any, schema: Any, pieces: Iterator[Any]) -> int:
    from pyarrow.csv import CSVWriter
    from pyarrow.parquet import ParquetWriter

    rows = 0
    with ParquetWriter(file, schema) if chosen is Format.parquet else CSVWriter(file, schema) as writer:
        for piece in pieces:
            writer.write_table(piece)
            rows += piece.num_rows
    return rows


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
