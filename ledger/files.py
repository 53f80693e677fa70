"""Files that are there whole or not at all.

Every file of a run is written under a temporary name, forced to the disk and then renamed, so that a
process killed at any moment leaves the old file, the new file, or a ``.tmp`` that `sweep` removes.
Whatever goes wrong with the disk surfaces as one error, `RunFolderUnwritable`.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ..core.errors import RunFolderUnwritable

TEMPORARY = ".tmp"


def canonical_json(value: Any) -> bytes:
    """Return ``value`` as the one JSON text that stands for it: sorted keys, no spaces, no NaN, UTF-8.

    Examples
    --------
    >>> canonical_json({"b": 2, "a": [1, 340282366920938463463374607431768211455]})
    b'{"a":[1,340282366920938463463374607431768211455],"b":2}'
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an error of the disk into `RunFolderUnwritable`, which names the file and the cause."""
    try:
        yield
    except OSError as error:
        raise RunFolderUnwritable(str(path), error.strerror or str(error)) from error


def write_whole(path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    """Write ``pieces`` to ``path`` so that it holds all of them or is left as it was; its folder is made."""
    temporary = path.with_name(path.name + TEMPORARY)
    with writing(path):
        if not path.parent.exists():
            path.parent.mkdir(exist_ok=True)
            sync_folder(path.parent.parent)
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o644)
            try:
                for piece in pieces:
                    write_all(handle, piece)
                os.fsync(handle)
            finally:
                os.close(handle)
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)


def write_all(handle: int, piece: bytes | memoryview) -> None:
    """Write every byte of ``piece``; the system may take them in several bites."""
    rest = memoryview(piece).cast("B")
    while rest:
        rest = rest[os.write(handle, rest) :]


def remove(path: Path) -> None:
    """Remove a file for good; that it is gone already is no error."""
    with writing(path):
        path.unlink(missing_ok=True)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Force renames and removals in ``folder`` to the disk (where folders can be opened, as on POSIX)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(folder: Path) -> int:
    """Remove what a killed writer left half-written under ``folder``; return the number of files."""
    stale = sorted(folder.rglob(f"*{TEMPORARY}"))
    for path in stale:
        remove(path)
    return len(stale)
