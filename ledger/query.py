"""SQL over the tables of a run, by DuckDB, straight from the Parquet parts.

Each table is a view of its name, with the rows that were written when the run was closed; one without
rows is there, and empty. A query can only select: DuckDB reaches no file but these, and nothing is written.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import BadQuery
from ..core.schemas import TableSchema
from .parts import CLOSING, Table, parts_of

if TYPE_CHECKING:
    import duckdb

_SQL_TYPES = {
    "int8": "TINYINT", "int32": "INTEGER", "int64": "BIGINT", "float64": "DOUBLE", "bool": "BOOLEAN",
    "string": "VARCHAR", "json": "VARCHAR",
}  # fmt: skip


def query(folder: Path | str, sql: str) -> Table:
    """Return the answer to one SELECT over the run in ``folder`` as a `pyarrow.Table`.

    Rows are those on the disk: of a run in progress, up to its last part. Raises `BadQuery` with
    DuckDB's own words when the query is not a SELECT or cannot be answered.

    Examples
    --------
    >>> query("runs/a", "SELECT symbol, sum(quantity) AS lots FROM trades GROUP BY symbol")  # doctest: +SKIP
    """
    import duckdb

    from .run_store import read_layout

    schemas, _ = read_layout(Path(folder))
    with duckdb.connect(":memory:", config={"threads": 1, "python_enable_replacements": False}) as connection:
        _only_select(connection, sql)
        _make_views(connection, Path(folder), schemas)
        try:
            return connection.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise BadQuery(sql, str(error).strip()) from error


def _only_select(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    import duckdb

    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise BadQuery(sql, str(error).strip()) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise BadQuery(sql, "give one SELECT; the tables of a run are read only")


def _make_views(connection: duckdb.DuckDBPyConnection, folder: Path, schemas: dict[str, TableSchema]) -> None:
    """Make a view of each table, then shut every other door to the file system."""
    paths = []
    for name, schema in schemas.items():
        parts = [str(part.path.resolve()) for part in parts_of(folder, name)]
        closing = (folder / CLOSING / f"{name}.parquet").resolve()
        paths += [*parts, str(closing)] if closing.is_file() else parts
        sources = [f"SELECT * FROM read_parquet([{', '.join(map(_quoted, parts))}])"] if parts else []
        if closing.is_file():  # its rows count for a tick that no part holds
            sealed = f"coalesce((SELECT max(tick) FROM ({sources[0]})), -1)" if parts else "-1"
            sources.append(f"SELECT * FROM read_parquet([{_quoted(str(closing))}]) WHERE tick > {sealed}")
        if not sources:
            columns = ", ".join(f'CAST(NULL AS {_SQL_TYPES[c.type]}) AS "{c.name}"' for c in schema.columns)
            sources = [f"SELECT {columns} FROM (SELECT 1) WHERE false"]
        connection.execute(f'CREATE VIEW "{name}" AS {" UNION ALL BY NAME ".join(sources)}')
    connection.execute(f"SET allowed_paths = [{', '.join(map(_quoted, paths))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
