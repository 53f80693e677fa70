r"""The journal: what came from outside, and the seal of every tick, in the order in which it happened.

Each line is the CRC-32 of a JSON text, a space, and that text. A command is on the disk before the tick
applies it. A process killed while it writes leaves a torn last line, which readers drop; a bad line
before the last one is damage, and an error.
"""

from __future__ import annotations

import json
import os
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self, cast

from ..core.errors import CorruptTable, RunFolderExists, RunFolderUnwritable, TamperedRun, VersionMismatch
from .files import canonical_json, write_all, write_whole, writing

JOURNAL = "journal.jsonl"
JOURNAL_VERSION = 1
Kind = Literal["command", "refusal", "seal", "end"]
_KINDS = ("command", "refusal", "seal", "end")
Key = tuple[str, int, str, int]


@dataclass(frozen=True)
class Entry:
    """A line of the journal."""

    kind: Kind
    tick: int
    source: str = ""
    sequence: int = -1
    command: dict[str, Any] | None = None
    reason: str = ""
    hash: str = ""

    @property
    def key(self) -> Key:
        """What no two commands, and no two refusals, of a run share."""
        return self.kind, self.tick, self.source, self.sequence


class Journal:
    """The journal of a run that is being written; made by `create` or `resume`."""

    def __init__(self, path: Path, handle: int, size: int) -> None:
        self.path = path
        self.entries: list[Entry] = []
        self.expected: dict[int, str] = {}
        self._known: dict[Key, Entry] = {}
        self._handle: int | None = handle
        self._size = size

    @classmethod
    def create(cls, path: Path | str) -> Self:
        """Begin a journal at ``path``, where none may be."""
        path = Path(path)
        if path.exists():
            raise RunFolderExists(str(path))
        write_whole(path, [_line({"journal": JOURNAL_VERSION})])
        return cls.resume(path, -1)

    @classmethod
    def resume(cls, path: Path | str, tick: int) -> Self:
        """Open a journal to go on after ``tick``, from which the run is computed again.

        A torn last line is cut off. Commands after ``tick`` are in `entries`, to be applied again, and the
        seals after it in `expected`: what is written again must equal what stands there, else `TamperedRun`.
        """
        path = Path(path)
        entries, size = _parse(path)
        with writing(path):
            handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
            os.ftruncate(handle, size)
            os.lseek(handle, size, os.SEEK_SET)
            os.fsync(handle)
        journal = cls(path, handle, size)
        journal.entries = [entry for entry in entries if entry.tick > tick]
        journal.expected = {entry.tick: entry.hash for entry in journal.entries if entry.kind == "seal"}
        journal._known = {entry.key: entry for entry in journal.entries if entry.kind in ("command", "refusal")}
        return journal

    def commands(self, tick: int) -> list[Entry]:
        """Return the commands that a resumed run has to apply again in ``tick``, refused ones included."""
        return [entry for entry in self.entries if entry.kind == "command" and entry.tick == tick]

    def command(self, tick: int, source: str, sequence: int, command: dict[str, Any], *, durable: bool = True) -> None:
        """Note a command before it is applied; with ``durable=False`` call `sync` before it is."""
        self._note(Entry("command", tick, source, sequence, command), durable=durable)

    def refusal(self, tick: int, source: str, sequence: int, command: dict[str, Any], reason: str) -> None:
        """Note that a command was refused, with the code of the reason."""
        self._note(Entry("refusal", tick, source, sequence, command, reason), durable=False)

    def seal(self, tick: int, block: str) -> None:
        """Note the hash of a tick's block; when the tick is computed again, compare it with the first."""
        due = self.expected.pop(tick, None)
        if due is None:
            self._write(_line({"kind": "seal", "tick": tick, "hash": block}), durable=False)
        elif due != block:
            self.expected[tick] = due
            raise TamperedRun(tick, f"block {block[:12]}, computed again,")

    def end(self, tick: int, reason: str) -> None:
        """Note that the run ended, and why."""
        self._write(_line({"kind": "end", "tick": tick, "reason": reason}), durable=True)

    def sync(self) -> None:
        """Have every line on the disk."""
        with writing(self.path):
            os.fsync(self._open())

    def close(self) -> None:
        """Let go of the file; twice is once."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _note(self, entry: Entry, *, durable: bool) -> None:
        before = self._known.get(entry.key)
        if before is None:
            values = {name: value for name, value in vars(entry).items() if name not in ("reason", "hash") or value}
            self._write(_line(values), durable=durable)
        elif canonical_json(vars(before)) != canonical_json(vars(entry)):
            raise TamperedRun(entry.tick, f"{entry.kind} {entry.sequence} from {entry.source!r}, computed again,")

    def _write(self, line: bytes, *, durable: bool) -> None:
        """Append a line; when the disk takes only some of it, take that back."""
        handle = self._open()
        with writing(self.path):
            try:
                write_all(handle, line)
                if durable:
                    os.fsync(handle)
            except OSError:
                self._take_back(handle)
                raise
        self._size += len(line)

    def _take_back(self, handle: int) -> None:
        try:
            os.ftruncate(handle, self._size)
            os.lseek(handle, self._size, os.SEEK_SET)
        except OSError:
            self.close()  # a torn line is the last one now, and nothing may follow it
            raise

    def _open(self) -> int:
        if self._handle is None:
            raise RunFolderUnwritable(str(self.path), "the journal is closed")
        return self._handle


def read_journal(path: Path | str) -> list[Entry]:
    """Return the entries of a journal; a torn last line is left out.

    Raises
    ------
    CorruptTable
        When a line before the last does not have its checksum, or the file is no journal.
    """
    return _parse(Path(path))[0]


def _line(values: dict[str, Any]) -> bytes:
    text = canonical_json(values)
    return b"%08x %s\n" % (zlib.crc32(text), text)


def _parse(path: Path) -> tuple[list[Entry], int]:
    """Return the entries and the number of bytes up to the end of the last whole line."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise CorruptTable(str(path), error.strerror or str(error)) from error
    lines = [line for line in re.split(rb"(?<=\n)", raw) if line]
    entries: list[Entry] = []
    size = 0
    for number, line in enumerate(lines, start=1):
        values = _values(line)
        if values is None:
            if number < len(lines) or number == 1:
                raise CorruptTable(str(path), f"line {number} does not have its checksum")
            break
        if number == 1:
            _check_version(path, values)
        else:
            entries.append(_entry(path, number, values))
        size += len(line)
    if not lines:
        raise CorruptTable(str(path), "it is empty")
    return entries, size


def _values(line: bytes) -> dict[str, Any] | None:
    """Return what a line says, None when it is torn or damaged."""
    if line[-1:] != b"\n" or line[8:9] != b" " or line[:8] != b"%08x" % zlib.crc32(line[9:-1]):
        return None
    try:
        values = json.loads(line[9:-1])
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", values) if isinstance(values, dict) else None


def _check_version(path: Path, values: dict[str, Any]) -> None:
    version = values.get("journal")
    if type(version) is not int:
        raise CorruptTable(str(path), "its first line gives no version")
    if version > JOURNAL_VERSION:
        raise VersionMismatch(str(path), f"version {version}", f"version {JOURNAL_VERSION}")


def _entry(path: Path, number: int, values: dict[str, Any]) -> Entry:
    try:
        entry = Entry(**values)
    except TypeError as error:
        raise CorruptTable(str(path), f"line {number}: {error}") from error
    if entry.kind not in _KINDS or type(entry.tick) is not int:
        raise CorruptTable(str(path), f"line {number} is of no known kind")
    return entry
