"""One writer a run folder.

The lock is the system's own (``flock``, on Windows ``msvcrt.locking``): it vanishes with the process
that holds it, however that process ended. Where a file system offers neither, the name of the lock
file's owner stands in for it, and a lock whose process is gone counts as free.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import sys
from pathlib import Path

from ..core.errors import RunFolderBusy, RunFolderUnwritable

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_UNSUPPORTED = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


class RunLock:
    """The right to write ``folder``, held until `release` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / ".lock"
        self._handle: int | None = None
        self._token: Path | None = None
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise RunFolderUnwritable(str(folder), error.strerror or str(error)) from error
        try:
            if not _locked(handle, folder):
                self._token = _claim(folder)
        except BaseException:
            os.close(handle)
            raise
        self._handle = handle

    def release(self) -> None:
        """Let others write; twice is once."""
        if self._token is not None:
            with contextlib.suppress(OSError):
                self._token.unlink(missing_ok=True)
            self._token = None
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _locked(handle: int, folder: Path) -> bool:
    """Take the system's lock; False where the file system knows none, RunFolderBusy when it is taken."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _UNSUPPORTED:
            return False
        raise RunFolderBusy(str(folder), "another process") from error
    return True


def _claim(folder: Path) -> Path:
    """Create the token ``.lock.owner``, taking over one whose process on this machine is gone."""
    token = folder / ".lock.owner"
    name = f"{socket.gethostname()} {os.getpid()}"
    for _ in range(2):
        try:
            with token.open("x", encoding="utf-8") as file:
                file.write(name)
            return token
        except FileExistsError:
            holder = token.read_text(encoding="utf-8").split()
            if len(holder) == 2 and holder[0] == socket.gethostname() and not _alive(int(holder[1])):
                token.unlink(missing_ok=True)
                continue
            raise RunFolderBusy(str(folder), f"process {' '.join(holder[::-1])}") from None
    raise RunFolderBusy(str(folder), "another process")


def _alive(process: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
