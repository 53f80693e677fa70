"""The one door to compiled code: ``@kernel``.

Kernels take scalars and arrays, compute, and return; they know no class and raise no prose. With
``NUMBA_DISABLE_JIT=1`` the same functions run as plain Python.

Machine code is cached in a folder named after a digest of the kernel's file and of every file of ours
that it imports, directly or not, so that an edited helper or constant in another file can never leave
stale code behind. The folder is in ``$CATALLAXY_CACHE``, else the user's cache; where nothing is
writable, kernels are compiled afresh in each process and everything still works.
"""

from __future__ import annotations

import functools
import hashlib
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import numba
import numpy as np

P = ParamSpec("P")
R = TypeVar("R")


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
    source = Path(function.__code__.co_filename)
    folder = cache_folder(source) if source.is_file() else None  # what is typed at a prompt has no file to go by
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
def cache_folder(source: Path = Path(__file__)) -> str | None:
    """Return the folder for the machine code of kernels in ``source``, or None when no place can be written."""
    for base in _candidates():
        folder = base / source_digest(source)
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
def source_digest(source: Path = Path(__file__)) -> str:
    """Return a short digest of Python's, Numba's and NumPy's versions, of ``source`` and of all it imports from us."""
    digest = hashlib.sha256(f"{sys.version_info[:3]} {numba.__version__} {np.__version__}".encode())
    for path in sorted(_with_imports(source.resolve())):
        digest.update(path.name.encode())
        digest.update(_text(path).encode())
    return f"{source.stem}-{digest.hexdigest()[:16]}"


def _with_imports(source: Path) -> set[Path]:
    """Return ``source`` and every file it reaches through relative imports at the top of modules."""
    found: set[Path] = set()
    waiting = [source]
    while waiting:
        path = waiting.pop()
        if path not in found and path.is_file():
            found.add(path)
            waiting += _imports(path)
    return found


@functools.cache
def _imports(path: Path) -> tuple[Path, ...]:
    targets: list[Path] = []
    for dots, module, names in _RELATIVE.findall(_text(path)):
        place = path.parents[len(dots) - 1].joinpath(*filter(None, module.split(".")))
        targets += [place.with_suffix(".py"), place / "__init__.py"]
        targets += [place / f"{name}.py" for name in re.findall(r"\w+", names)]
    return tuple(targets)


@functools.cache
def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""  # typed at a prompt, or in a zip: there is nothing on disk that could go stale


_RELATIVE = re.compile(r"^from (\.+)([\w.]*) import (\([^)]*\)|[^\n]*)", re.MULTILINE)
