"""The store keeps what was sealed, and a folder survives whatever ends its writer."""

from __future__ import annotations

import errno
import itertools
import multiprocessing
import os
import random
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import (
    BadQuery,
    CorruptTable,
    NotARun,
    RunError,
    RunFolderBusy,
    RunFolderExists,
    RunFolderUnwritable,
    VersionMismatch,
)
from catallaxy.core.schemas import TABLES, Column, TableSchema
from catallaxy.ledger import run_store
from catallaxy.ledger.files import TEMPORARY, canonical_json
from catallaxy.ledger.journal import JOURNAL
from catallaxy.ledger.parts import all_parts, buffer_columns, read_part, tick_digests, write_part
from catallaxy.ledger.run_store import FolderStore, MemoryStore, query, read_layout
from catallaxy.ledger.store import BufferedStore
from catallaxy.ledger.tables import TableBuffer, canonical
from catallaxy.ledger.verification import verify
from tests.ledger.small_run import PART_TICKS, SmallRun, append_rows, table_files, write_until_killed

EVERY_TYPE = TableSchema(
    "sample",
    "A column of each type.",
    tuple(
        Column(name, name if name not in ("tick", "word") else {"tick": "int32", "word": "string"}[name], "", "")  # type: ignore[arg-type]
        for name in ("tick", "int8", "int64", "float64", "bool", "word", "json")
    ),
)
SCHEMAS = {"sample": EVERY_TYPE}
FORMATS = {"int8": "b", "int32": "i", "int64": "q", "float64": "d", "bool": "?"}


@pytest.fixture(autouse=True)
def quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk in this process; writers that are killed are other processes, and do."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=80) | st.sampled_from(["A", "BB", ""])
rows_of_a_tick = st.lists(
    st.tuples(
        st.integers(-128, 127), st.integers(-(2**63), 2**63 - 1), st.floats(), st.booleans(), words,
        st.dictionaries(words, st.integers() | words, max_size=2).map(lambda value: canonical_json(value).decode()),
    ),
    max_size=12,
)  # fmt: skip


def columns_of(tick: int, rows: list[tuple[Any, ...]]) -> dict[str, Any]:
    """Return rows as columns of `EVERY_TYPE`."""
    names = EVERY_TYPE.names[1:]
    return {"tick": [tick] * len(rows)} | {name: [row[i] for row in rows] for i, name in enumerate(names)}


def plain_canonical(schema: TableSchema, columns: Mapping[str, Any]) -> bytes:
    """Return the canonical bytes, spelled out value by value."""
    rows = len(columns["tick"])
    header = [schema.name, schema.version, rows, [[column.name, column.type] for column in schema.columns]]
    text = canonical_json(header)
    for column in schema.columns:
        values = columns[column.name]
        if column.type in ("string", "json"):
            encoded = [value.encode("utf-8") for value in values]
            text += b"".join(struct.pack("<i", len(value)) for value in encoded) + b"".join(encoded)
        else:
            text += b"".join(
                struct.pack("<" + FORMATS[column.type], float("nan") if value != value else value) for value in values
            )
    return text


def quote(store: BufferedStore, tick: int, *, bid: int = 99) -> None:
    """Write one quote."""
    row = {"symbol": "A", "bid": bid, "ask": 101, "bid_quantity": 1, "ask_quantity": 1, "last": 0, "fundamental": 0.5}
    store.append("quotes", {"tick": tick, **row})


# -- canonical bytes --------------------------------------------------------------------------


@given(rows_of_a_tick)
def test_canonical_bytes_are_those_written_out_value_by_value(rows: list[tuple[Any, ...]]) -> None:
    """Twin: vectorised and spelled out agree, whatever the values."""
    columns = columns_of(3, rows)

    assert canonical(EVERY_TYPE, columns) == plain_canonical(EVERY_TYPE, columns)


@given(st.lists(rows_of_a_tick, min_size=1, max_size=4))
def test_rows_read_back_from_parquet_have_the_digests_that_were_sealed(
    tmp_path_factory: pytest.TempPathFactory, ticks: list[list[tuple[Any, ...]]]
) -> None:
    """Write, read, digest: the same digests tick by tick, and the same bytes when it is written again."""
    folder = tmp_path_factory.mktemp("parts")
    buffer = TableBuffer(EVERY_TYPE)
    sealed = {}
    for tick, rows in enumerate(ticks, start=1):
        if rows:
            buffer.append(columns_of(tick, rows))
            sealed[tick] = buffer.seal()
    write_part(folder / "a.parquet", EVERY_TYPE, buffer.slice()[1])

    schema, table = read_part(folder / "a.parquet")

    assert schema == EVERY_TYPE
    assert {tick: digest for tick, _, digest in tick_digests(schema, table)} == sealed
    write_part(folder / "b.parquet", schema, buffer_columns(schema, table))
    assert (folder / "a.parquet").read_bytes() == (folder / "b.parquet").read_bytes()


@given(rows_of_a_tick, st.integers(0, 12))
def test_a_digest_does_not_depend_on_how_rows_were_appended(rows: list[tuple[Any, ...]], cut: int) -> None:
    """One batch or two, plain strings or codes of other names: the same seal."""
    whole, split = TableBuffer(EVERY_TYPE), TableBuffer(EVERY_TYPE)
    whole.append(columns_of(1, rows))
    for piece in (rows[:cut], rows[cut:]):
        columns = columns_of(1, piece)
        names = ("never used", *sorted(set(columns["word"]), reverse=True))
        codes = np.array([names.index(word) for word in columns["word"]], np.int64)
        split.append({**columns, "word": (codes, names)})

    assert whole.seal() == split.seal()


def test_many_rows_of_many_ticks_survive_growth() -> None:
    """The arrays grow and no row is lost."""
    store = MemoryStore(keep_ticks=10_000)
    for tick in range(1, 501):
        quote(store, tick, bid=tick)
        store.seal(tick)

    assert store.read("quotes", ["bid"]).column("bid").to_pylist() == list(range(1, 501))


# -- appending --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bidd": 1}, r"quotes: columns missing: \[\], unknown: \['bidd'\]"),
        ({"bid": None}, r"quotes: columns missing: \['bid'\], unknown: \[\]"),
        ({"bid": [1, 2], "ask": [1, 2, 3]}, r"quotes: columns differ in length: \{'bid': 2, 'ask': 3\}"),
        ({"bid": 0.5}, r"quotes.bid is of type float64; due: int64"),
        ({"bid": 2**63}, r"quotes.bid is 9223372036854775808, which is no int64"),
        ({"tick": np.array([2**31])}, r"quotes.tick ranges from 2147483648 to 2147483648, which is no int32"),
        ({"bid": np.array([2**64 - 1], np.uint64)}, r"which is no int64"),
        ({"bid": True}, r"quotes.bid is of type bool; due: int64"),
        ({"bid": np.ones((2, 2), np.int64)}, r"a column has one dimension, not 2"),
        ({"symbol": 7}, r"quotes.symbol is 7; due: text"),
        ({"symbol": "\ud800"}, r"which is not valid Unicode"),
        ({"symbol": (np.array([1]), ("A",))}, r"quotes.symbol: codes must be integers from 0 to 0"),
        ({"symbol": (np.array([-1]), ("A",))}, r"quotes.symbol: codes must be integers from 0 to 0"),
    ],
)
def test_rows_that_do_not_fit_are_refused_and_leave_nothing(change: dict[str, Any], message: str) -> None:
    """The error names table and column, and the next rows are as if nothing had been tried."""
    store = MemoryStore()
    row: dict[str, Any] = {
        "tick": 1, "symbol": "A", "bid": 1, "ask": 2, "bid_quantity": 1, "ask_quantity": 1, "last": 0,
        "fundamental": 1.0, **change,
    }  # fmt: skip
    with pytest.raises(ValueError, match=message):
        store.append("quotes", {name: value for name, value in row.items() if value is not None})

    assert store.seal(1) == {}
    assert store.rows("quotes") == 0


def test_an_unknown_table_or_column_names_the_nearest() -> None:
    """A misspelt name is answered with the right one."""
    with pytest.raises(ValueError, match="did you mean 'trades'"):
        MemoryStore().append("trade", {})
    with pytest.raises(ValueError, match="did you mean 'price'"):
        MemoryStore().read("trades", ["prize"])


def test_a_buffer_keeps_its_own_copy_of_the_rows() -> None:
    """The caller may use its arrays again."""
    store, bids = MemoryStore(), np.array([5, 6])
    store.append(
        "quotes",
        {
            "tick": 1,
            "symbol": "A",
            "bid": bids,
            "ask": 9,
            "bid_quantity": 1,
            "ask_quantity": 1,
            "last": 0,
            "fundamental": 0,
        },
    )
    bids[:] = 0
    store.seal(1)

    assert store.read("quotes", ["bid"]).column("bid").to_pylist() == [5, 6]


# -- sealing ----------------------------------------------------------------------------------


def test_nobody_reads_a_row_before_its_tick_is_sealed() -> None:
    """Discarded rows were never there."""
    store = MemoryStore()
    quote(store, 1)
    assert store.rows("quotes") == 0
    digest = store.seal(1)

    quote(store, 2, bid=50)
    assert store.read("quotes").num_rows == 1
    store.discard()

    assert store.seal(2) == {}
    assert store.read("quotes", ["bid"]).column("bid").to_pylist() == [99]
    assert list(digest) == ["quotes"]


def test_a_row_of_another_tick_cannot_be_sealed() -> None:
    """The error names both ticks; so does sealing a tick twice."""
    store = MemoryStore()
    quote(store, 4)
    with pytest.raises(ValueError, match="quotes holds a row of tick 4 when tick 5 is sealed"):
        store.seal(5)
    store.seal(4)
    with pytest.raises(ValueError, match="tick 4 cannot be sealed after tick 4"):
        store.seal(4)


def test_a_memory_store_keeps_recent_ticks_only() -> None:
    """Old rows are let go and their room is used again."""
    store = MemoryStore(keep_ticks=3)
    for tick in range(1, 4001):
        store.append(
            "events", {"tick": tick, "event": f"E{tick}", "owner": 1, "target": -1, "symbol": "", "payload": "{}"}
        )
        store.seal(tick)

    assert store.read("events", ["event"]).column("event").to_pylist() == ["E3998", "E3999", "E4000"]
    assert store.rows("events") == 3
    held = store._buffers["events"]
    assert held.size < 3000
    assert len(held._words["event"].names) < 3000


def test_a_memory_store_can_be_wound_back() -> None:
    """After recovery the same ticks are sealed again."""
    store = MemoryStore()
    digests = []
    for tick in (1, 2, 3):
        quote(store, tick, bid=tick)
        digests.append(store.seal(tick))
    quote(store, 4)
    store.rewind(1)

    quote(store, 2, bid=2)
    assert store.seal(2) == digests[1]
    assert store.read("quotes", ["tick"]).column("tick").to_pylist() == [1, 2]


# -- the folder -------------------------------------------------------------------------------


def test_parts_end_at_multiples_of_their_length_and_the_tail_at_the_last_tick(tmp_path: Path) -> None:
    """The names say so, and reading joins them."""
    SmallRun.create(tmp_path / "run").run_to(25).finish()
    names = [part.path.name for part in all_parts(tmp_path / "run", "quotes")]
    assert names == ["000000000-000000010.parquet", "000000011-000000020.parquet", "000000021-000000025.parquet"]

    store = FolderStore.open(tmp_path / "run")

    assert store.rows("quotes") == 75
    assert set(store.read("quotes", ["tick"], first=10, last=11).column("tick").to_pylist()) == {10, 11}
    assert store.read("quotes", ["fundamental"]).column_names == ["fundamental"]
    assert store.read("alerts").num_rows == 0
    assert not list((tmp_path / "run").rglob(f"*{TEMPORARY}"))


def test_reading_a_run_in_progress_joins_parts_and_memory(tmp_path: Path) -> None:
    """Rows in memory and in a tail on the disk are the same rows, once."""
    run = SmallRun.create(tmp_path / "run").run_to(18)

    assert run.store.rows("quotes") == 54
    assert run.store.read("quotes", ["tick"]).column("tick").to_pylist() == [t for t in range(1, 19) for _ in range(3)]
    assert FolderStore.open(tmp_path / "run").rows("quotes") == 42  # up to the checkpoint at 14
    run.kill()


def test_metadata_of_a_part_tell_schema_version_and_units(tmp_path: Path) -> None:
    """A part explains itself."""
    run = SmallRun.create(tmp_path / "run").run_to(10).finish()
    schema, table = read_part(all_parts(run.folder, "trades")[0].path)

    assert schema == TABLES["trades"]
    assert table.schema.field("price").type == "int64"
    assert table.schema.field("symbol").type == "string"
    assert table.schema.field("aggressor").type == "int8"


@pytest.mark.parametrize("at_most", [0, 7, 14, 21, 28])
@pytest.mark.parametrize("killed", [28, 30, 33])
def test_a_resumed_run_has_the_files_of_one_that_never_stopped(tmp_path: Path, killed: int, at_most: int) -> None:
    """From any checkpoint, before, at or after a boundary, byte for byte."""
    whole = SmallRun.create(tmp_path / "whole").run_to(37).finish()
    run = SmallRun.create(tmp_path / "run")
    while run.tick < killed:
        run.step()
        if run.tick <= at_most and run.tick % 7 == 0:
            shutil.copytree(run.folder / "checkpoints", tmp_path / "kept", dirs_exist_ok=True)
    run.kill()
    if at_most:  # pruned ones come back, as from a backup
        shutil.copytree(tmp_path / "kept", run.folder / "checkpoints", dirs_exist_ok=True)

    resumed = SmallRun.resume(run.folder, at_most)
    assert resumed.tick == at_most
    assert all(part.last <= at_most for name in TABLES for part in all_parts(run.folder, name))
    resumed.run_to(37).finish()

    assert table_files(run.folder) == table_files(whole.folder)
    assert resumed.head == whole.head
    assert verify(run.folder, head=whole.head).ok


def test_a_store_can_be_wound_back_while_it_is_open(tmp_path: Path) -> None:
    """In-process recovery leaves the folder as resuming does."""
    whole = SmallRun.create(tmp_path / "whole").run_to(30).finish()
    run = SmallRun.create(tmp_path / "run").run_to(24)
    append_rows(run.store, 25, run.state)
    run.kill()

    resumed = SmallRun.resume(run.folder)
    resumed.run_to(23)
    resumed.store.rewind(21)
    assert resumed.store.read("quotes", ["tick"]).column("tick").to_pylist()[-1] == 21
    resumed.kill()

    assert table_files(SmallRun.resume(run.folder).run_to(30).finish().folder) == table_files(whole.folder)


def test_resuming_after_a_tick_that_the_tables_do_not_reach_is_refused(tmp_path: Path) -> None:
    """A checkpoint without its rows is no place to go on from."""
    run = SmallRun.create(tmp_path / "run").run_to(14)
    run.kill()
    for part in all_parts(run.folder, "blocks")[1:]:
        part.path.unlink()

    with pytest.raises(CorruptTable, match="its tables end at tick 10, before tick 14"):
        FolderStore.resume(run.folder, 14)


def test_a_part_between_boundary_and_checkpoint_that_is_too_short_is_refused(tmp_path: Path) -> None:
    """So is one table that ends before the others."""
    run = SmallRun.create(tmp_path / "run").run_to(14)
    run.kill()
    tail = all_parts(run.folder, "quotes")[-1].path
    tail.rename(tail.with_name("000000011-000000012.parquet"))

    with pytest.raises(CorruptTable, match="it ends before tick 14"):
        FolderStore.resume(run.folder, 14)


def test_stale_temporary_files_are_swept_on_resume(tmp_path: Path) -> None:
    """What a killed writer left half-written is no part of the run."""
    run = SmallRun.create(tmp_path / "run").run_to(12)
    run.kill()
    stale = run.folder / "quotes" / f"000000011-000000020.parquet{TEMPORARY}"
    stale.write_bytes(b"half")

    SmallRun.resume(run.folder).kill()

    assert not stale.exists()


def test_a_folder_that_holds_something_is_not_taken(tmp_path: Path) -> None:
    """Neither a run nor anything else is overwritten; an empty folder may be used."""
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunFolderExists):
        FolderStore.create(tmp_path)
    with pytest.raises(RunFolderExists):
        FolderStore.create(tmp_path / "file")
    FolderStore.create(tmp_path / "empty").abandon()
    with pytest.raises(NotARun):
        FolderStore.open(tmp_path)


def test_only_one_writer_holds_a_folder(tmp_path: Path) -> None:
    """A second writer is refused, readers are not, and the lock goes with the first."""
    first = FolderStore.create(tmp_path / "run")
    with pytest.raises(RunFolderBusy, match="is being written by another process"):
        FolderStore.resume(tmp_path / "run", 0)
    reader = FolderStore.open(tmp_path / "run")
    with pytest.raises(RunError, match="open to read"):
        quote(reader, 1)

    first.abandon()
    FolderStore.resume(tmp_path / "run", 0).abandon()


def test_where_no_lock_exists_its_owner_s_name_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A living owner keeps others out, a dead one does not."""
    fcntl = pytest.importorskip("fcntl")

    def unsupported(*_: object) -> None:
        raise OSError(errno.ENOLCK, "no locks here")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    store = FolderStore.create(tmp_path / "run")
    with pytest.raises(RunFolderBusy, match=f"process {os.getpid()}"):
        FolderStore.resume(tmp_path / "run", 0)
    store.abandon()
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host = os.uname().nodename
    (tmp_path / "run" / ".lock.owner").write_text(f"{host} {dead.pid}")

    FolderStore.resume(tmp_path / "run", 0).abandon()


def test_a_boundary_that_was_not_flushed_is_an_error(tmp_path: Path) -> None:
    """A part cannot be forgotten in silence, nor can rows that were neither sealed nor discarded."""
    store = FolderStore.create(tmp_path / "run", part_ticks=5)
    quote(store, 5)
    store.seal(5)
    quote(store, 6)
    with pytest.raises(ValueError, match=r"rows neither sealed nor discarded: \{'quotes': 1\}"):
        store.flush(5)
    with pytest.raises(ValueError, match=r"flush\(5\) was left out"):
        store.seal(6)
    store.abandon()


# -- broken files and full disks --------------------------------------------------------------


@pytest.mark.parametrize("keep", [0, 3, 100, -9])
def test_a_truncated_part_is_named(tmp_path: Path, keep: int) -> None:
    """Wherever the file ends, the error gives its path."""
    run = SmallRun.create(tmp_path / "run").run_to(10).finish()
    path = all_parts(run.folder, "quotes")[0].path
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises(CorruptTable) as caught:
        FolderStore.open(run.folder).read("quotes")
    assert caught.value.path == str(path)


def test_no_flipped_byte_of_a_part_is_read_as_rows(tmp_path: Path) -> None:
    """Pages carry checksums: a flip in one is found by reading it; a flip in the footer at the latest by verify."""
    run = SmallRun.create(tmp_path / "run").run_to(10).finish()
    path = all_parts(run.folder, "quotes")[0].path
    whole = path.read_bytes()
    due = {tick: digest for tick, _, digest in tick_digests(*read_part(path))}
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        try:
            found = {tick: digest for tick, _, digest in tick_digests(*read_part(path))}
        except CorruptTable:
            continue
        assert found == due or (at >= footer and not verify(run.folder).ok)


def test_a_part_of_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """A reader does not guess what a newer version means."""
    newer = TableSchema("trades", "", TABLES["trades"].columns, version=2)
    store = FolderStore.create(tmp_path / "run", schemas={"trades": newer})
    store.append("trades", {name: "A" if name == "symbol" else 1 for name in newer.names})
    store.seal(1)
    store.close(1)

    with pytest.raises(VersionMismatch, match="table trades was written as version 2, this is version 1"):
        FolderStore.open(tmp_path / "run").read("trades")


@pytest.mark.parametrize("broken", ["write", "replace", "fsync"])
def test_a_full_disk_leaves_whole_tables_and_the_rows_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """The error names the cause; once there is room, the same flush writes everything."""
    whole = SmallRun.create(tmp_path / "whole").run_to(20).finish()
    run = SmallRun.create(tmp_path / "run").run_to(19)
    real = getattr(os, broken)
    calls = itertools.count()

    def fail(*args: Any) -> Any:
        if next(calls) < 3:
            return real(*args)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, broken, fail)
        with pytest.raises(RunFolderUnwritable, match="No space left on device"):
            run.step()
    for path in run.folder.rglob("*.parquet"):
        read_part(path)

    run.store.flush(20)
    assert FolderStore.open(run.folder).rows("quotes") == 60
    run.kill()
    assert table_files(SmallRun.resume(run.folder).run_to(20).finish().folder) == table_files(whole.folder)


@pytest.mark.parametrize("written", range(4))
def test_a_writer_killed_between_two_tables_leaves_a_run_that_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """Blocks come last, so no stored block speaks of rows that were not written yet."""
    whole = SmallRun.create(tmp_path / "whole").run_to(30).finish()
    run = SmallRun.create(tmp_path / "run").run_to(19)
    calls = itertools.count()

    def killed_after(*args: Any) -> None:
        if next(calls) == written:
            raise KeyboardInterrupt
        write_part(*args)

    with monkeypatch.context() as patch:
        patch.setattr(run_store, "write_part", killed_after)
        with pytest.raises(KeyboardInterrupt):
            run.step()
    run.kill()
    found = verify(run.folder)
    assert found.ok, found.problems
    assert found.ticks == 14
    assert (found.unsealed > 0) == (written > 0)

    assert table_files(SmallRun.resume(run.folder).run_to(30).finish().folder) == table_files(whole.folder)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 300 kB, where the system lets us."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting needs root on Linux; the patched disks above stand in")
    mount = tmp_path / "disk"
    mount.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(mount)], capture_output=True).returncode:
        pytest.skip("this container may not mount; the patched disks above stand in")
    try:
        yield mount
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_really_full_disk_ends_the_run_and_keeps_what_was_sealed(tiny_disk: Path) -> None:
    """Everything that is on the disk can be read, and the run goes on once there is room."""
    run = SmallRun.create(tiny_disk / "run")
    ballast = tiny_disk / "ballast"
    run.run_to(15)
    with pytest.raises(OSError, match="No space left"):
        ballast.write_bytes(bytes(300_000))
    with pytest.raises(RunFolderUnwritable, match="No space left on device"):
        run.run_to(200)
    run.kill()
    for path in run.folder.rglob("*.parquet"):
        read_part(path)

    ballast.unlink()
    resumed = SmallRun.resume(run.folder).run_to(22)

    assert verify(resumed.finish().folder).ok


# -- queries ----------------------------------------------------------------------------------


def test_sql_sees_every_table_also_empty_ones(tmp_path: Path) -> None:
    """Views have the tables' names and types, and stale shorter tails are not counted twice."""
    run = SmallRun.create(tmp_path / "it's a run").run_to(24).finish()
    tail = all_parts(run.folder, "quotes")[-1].path
    shutil.copy(tail, tail.with_name("000000021-000000022.parquet"))

    answer = query(run.folder, "SELECT symbol, count(*) AS rows FROM quotes GROUP BY symbol ORDER BY symbol")

    assert answer.to_pylist() == [{"symbol": symbol, "rows": 24} for symbol in ("ACME", "BÖRSE", "C")]
    assert query(run.folder, "SELECT count(*) AS n FROM alerts").to_pylist() == [{"n": 0}]
    assert query(run.folder, "SELECT json_extract(payload, '$.at') AS at FROM events").num_rows == 2


@pytest.mark.parametrize(
    ("sql", "cause"),
    [
        ("SELECT prize FROM trades", "price"),
        ("SELEC", "syntax error"),
        ("SELECT * FROM trade", "trades"),
        ("SELECT 1; SELECT 2", "give one SELECT"),
        ("DROP VIEW trades", "read only"),
        ("COPY trades TO 'x.csv'", "read only"),
        ("SELECT * FROM read_csv('/etc/hostname')", "disabled by configuration"),
        ("SELECT * FROM sql_of_the_caller", "does not exist"),
        ("", "give one SELECT"),
    ],
)
def test_a_query_that_cannot_be_answered_says_why(tmp_path: Path, sql: str, cause: str) -> None:
    """And can neither write nor read anything but the parts."""
    sql_of_the_caller = read_layout(SmallRun.create(tmp_path / "other").run_to(1).finish().folder)
    assert sql_of_the_caller  # a variable that DuckDB must not find
    run = SmallRun.create(tmp_path / "run").run_to(10).finish()

    with pytest.raises(BadQuery, match=cause):
        query(run.folder, sql)


# -- kill -9 ----------------------------------------------------------------------------------


def kill_repeatedly(tmp_path: Path, kills: int) -> None:
    """Kill a writer again and again at any moment; then nothing may be broken and the run must go on exactly."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        pytest.skip("this system cannot fork")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.ledger.small_run"])
    folder, delay = tmp_path / "run", random.Random(5)
    SmallRun.create(folder).kill()  # before its first checkpoint there is no run to go on with
    journal = folder / JOURNAL
    for _ in range(kills):
        size = journal.stat().st_size
        writer = context.Process(target=write_until_killed, args=(str(folder),))
        writer.start()
        deadline = time.monotonic() + 30
        while journal.stat().st_size <= size:
            assert writer.is_alive(), "the writer could not go on"
            assert time.monotonic() < deadline, "the writer does not write"
            time.sleep(0.002)
        time.sleep(delay.uniform(0.0, 0.08))
        writer.kill()
        writer.join()
        assert writer.exitcode == -9
        for path in folder.rglob("*.parquet"):
            read_part(path)
        found = verify(folder)
        assert found.ok, found.problems

    run = SmallRun.resume(folder)
    target = max([*run.journal.expected, run.tick]) + PART_TICKS + 3
    run.run_to(target).finish()
    whole = SmallRun.create(tmp_path / "whole").run_to(target).finish()
    assert table_files(folder) == table_files(whole.folder)
    assert run.head == whole.head
    assert journal.read_bytes() == (whole.folder / JOURNAL).read_bytes()
    assert target > kills


def test_a_writer_killed_25_times_leaves_no_broken_file_and_goes_on_exactly(tmp_path: Path) -> None:
    """Files at the end equal those of a run that nobody killed."""
    kill_repeatedly(tmp_path, 25)


@pytest.mark.slow
def test_a_writer_killed_100_times_leaves_no_broken_file_and_goes_on_exactly(tmp_path: Path) -> None:
    """The same, longer."""
    kill_repeatedly(tmp_path, 100)
