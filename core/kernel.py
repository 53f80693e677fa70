"""The one door to compiled code: ``@kernel``.

Kernels take scalars and arrays, compute, and return; they know no class and raise no prose. With
``NUMBA_DISABLE_JIT=1`` the same functions run as plain Python.

Machine code is cached in a folder named after a digest of every source file of the package that
holds a kernel, so that an edited helper in another file can never leave stale code behind. The
folder is ``$CATALLAXY_CACHE``, else the user's cache; where nothing is writable, kernels are
compiled afresh in each process and everything still works.
"""

from __future__ import annotations

import functools
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import numba
import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE_FOLDERS = ("core", "ledger", "markets", "policies", "agents", "model", "batch")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile ``function`` on first use, without the GIL, and cache the result where possible.

    Examples
    --------
    >>> @kernel
    ... def double(x: int) -> int:
    ...     return 2 * x
    >>> double(21)
    42
    """
    if numba.config.DISABLE_JIT:
        return _plain(function)
    folder = cache_folder()
    if folder is None:
        return cast(Callable[P, R], numba.njit(nogil=True)(function))
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = folder
    try:
        return cast(Callable[P, R], numba.njit(nogil=True, cache=True)(function))
    finally:
        numba.config.CACHE_DIR = before


def _plain(function: Callable[P, R]) -> Callable[P, R]:
    """Return ``function`` uncompiled; unsigned arithmetic wraps in silence, as it does when compiled."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with np.errstate(over="ignore"):
            return function(*args, **kwargs)

    return run


@functools.cache
def cache_folder() -> str | None:
    """Return the folder for machine code, or None when no place can be written."""
    for base in _candidates():
        folder = base / source_digest()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return str(folder)
        except OSError:
            continue
    return None


def _candidates() -> list[Path]:
    chosen = os.environ.get("CATALLAXY_CACHE")
    if chosen:
        return [Path(chosen)]
    shared = os.environ.get("XDG_CACHE_HOME")
    places = [Path(shared) / "catallaxy"] if shared else []
    try:
        places.append(Path.home() / ".cache" / "catallaxy")
    except RuntimeError:  # no home directory is known
        pass
    return places


@functools.cache
def source_digest() -> str:
    """Return a short digest of Python's, Numba's and NumPy's versions and of all our sources."""
    digest = hashlib.sha256(f"{sys.version_info[:3]} {numba.__version__} {np.__version__}".encode())
    top = Path(__file__).resolve().parent.parent
    for folder in _PACKAGE_FOLDERS:
        for source in sorted((top / folder).rglob("*.py")):
            digest.update(source.relative_to(top).as_posix().encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
