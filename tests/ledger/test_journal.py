"""The journal keeps what came from outside, whatever ends its writer."""

from __future__ import annotations

import errno
import os
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catallaxy.core.errors import CorruptTable, RunFolderExists, RunFolderUnwritable, TamperedRun, VersionMismatch
from catallaxy.ledger.journal import Entry, Journal, read_journal

BUY = {"action": "BUY", "symbol": "ACME", "quantity": 5}


def small_journal(path: Path) -> Path:
    """Write two commands, a refusal, three seals and the end."""
    journal = Journal.create(path)
    journal.command(1, "http", 1, BUY)
    journal.seal(1, "aa")
    journal.command(2, "http", 2, {"action": "SHOCK", "note": "naïve\r\n☃"})
    journal.refusal(2, "http", 2, {"action": "SHOCK"}, "UNKNOWN_SHOCK")
    journal.seal(2, "bb")
    journal.seal(3, "cc")
    journal.end(3, "done")
    journal.close()
    return path


def test_entries_come_back_in_order(tmp_path: Path) -> None:
    """With everything that was noted."""
    assert read_journal(small_journal(tmp_path / "j")) == [
        Entry("command", 1, "http", 1, BUY),
        Entry("seal", 1, hash="aa"),
        Entry("command", 2, "http", 2, {"action": "SHOCK", "note": "naïve\r\n☃"}),
        Entry("refusal", 2, "http", 2, {"action": "SHOCK"}, "UNKNOWN_SHOCK"),
        Entry("seal", 2, hash="bb"),
        Entry("seal", 3, hash="cc"),
        Entry("end", 3, reason="done"),
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\n\"\\é", max_size=3), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.text("abc", max_size=3), json_values, max_size=3))
def test_any_json_command_comes_back(tmp_path_factory: pytest.TempPathFactory, command: dict[str, Any]) -> None:
    """Line ends and big integers included."""
    path = tmp_path_factory.mktemp("journal") / "j"
    journal = Journal.create(path)
    journal.command(1, "x", 1, command)
    journal.close()

    assert read_journal(path)[0].command == command


def test_wherever_a_writer_dies_only_the_torn_line_is_lost(tmp_path: Path) -> None:
    """Cut anywhere: whole lines are read, and a resumed journal goes on right after them."""
    path = small_journal(tmp_path / "j")
    whole = path.read_bytes()
    entries = read_journal(path)
    header = whole.index(b"\n") + 1
    for cut in range(header, len(whole)):
        path.write_bytes(whole[:cut])
        lines = whole[:cut].count(b"\n") - 1
        assert read_journal(path) == entries[:lines]

        journal = Journal.resume(path, 99)
        journal.seal(99, "zz")
        journal.close()
        assert read_journal(path) == [*entries[:lines], Entry("seal", 99, hash="zz")]


def test_a_bad_line_before_the_last_is_damage(tmp_path: Path) -> None:
    """Every flipped byte of every line but the last is found, and names file and line."""
    path = small_journal(tmp_path / "j")
    whole = path.read_bytes()
    last = whole.rstrip(b"\n").rindex(b"\n") + 1
    for at in range(last - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(CorruptTable, match=r"line \d"):
            read_journal(path)


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    """Empty, missing, of a newer version, or of another kind."""
    path = tmp_path / "j"
    with pytest.raises(CorruptTable, match="No such file"):
        read_journal(path)
    path.write_bytes(b"")
    with pytest.raises(CorruptTable, match="it is empty"):
        read_journal(path)
    for text, error in ((b'{"journal":2}', VersionMismatch), (b'{"kind":"seal"}', CorruptTable), (b"[]", CorruptTable)):
        path.write_bytes(b"%08x %s\n" % (zlib.crc32(text), text))
        with pytest.raises(error):
            read_journal(path)
    with pytest.raises(RunFolderExists):
        Journal.create(path)


def test_a_command_is_on_the_disk_when_it_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command is forced to the disk; seals wait for `sync`, commands in bulk may."""
    journal = Journal.create(tmp_path / "j")
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    journal.command(1, "http", 1, BUY)
    assert len(synced) == 1
    journal.command(1, "http", 2, BUY, durable=False)
    journal.refusal(1, "http", 2, BUY, "NO_CASH")
    journal.seal(1, "aa")
    assert len(synced) == 1
    assert len(read_journal(tmp_path / "j")) == 4
    journal.sync()
    assert len(synced) == 2
    journal.close()


def test_a_resumed_run_must_seal_what_was_sealed(tmp_path: Path) -> None:
    """Equal seals and commands are not written twice; other ones stop the run."""
    path = small_journal(tmp_path / "j")
    before = path.read_bytes()
    journal = Journal.resume(path, 1)
    assert journal.expected == {2: "bb", 3: "cc"}
    assert [entry.sequence for entry in journal.commands(2)] == [2]

    journal.command(2, "http", 2, {"action": "SHOCK", "note": "naïve\r\n☃"})
    journal.refusal(2, "http", 2, {"action": "SHOCK"}, "UNKNOWN_SHOCK")
    journal.seal(2, "bb")
    assert path.read_bytes() == before
    with pytest.raises(TamperedRun, match="tick 3: block xx, computed again, does not match its seal"):
        journal.seal(3, "xx")
    with pytest.raises(TamperedRun, match="refusal 2 from 'http'"):
        journal.refusal(2, "http", 2, {"action": "SHOCK"}, "ANOTHER")
    journal.seal(3, "cc")
    journal.seal(4, "dd")
    assert read_journal(path)[-1] == Entry("seal", 4, hash="dd")
    journal.close()


def test_a_full_disk_leaves_no_torn_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was half written is taken back, so the journal can go on once there is room."""
    path = tmp_path / "j"
    journal = Journal.create(path)
    journal.seal(1, "aa")
    real = os.write

    def half(handle: int, data: memoryview) -> int:
        if len(data) < 20:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, data[:-10])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", half)
        with pytest.raises(RunFolderUnwritable, match="No space left on device"):
            journal.command(2, "http", 1, BUY)
    journal.command(2, "http", 1, BUY)
    journal.close()

    assert read_journal(path) == [Entry("seal", 1, hash="aa"), Entry("command", 2, "http", 1, BUY)]
    with pytest.raises(RunFolderUnwritable, match="closed"):
        journal.seal(2, "bb")
