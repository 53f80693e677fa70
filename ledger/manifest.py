"""The manifest: what a run is, what made it, how far it came and what its chain of blocks ends with.

It is one JSON file, ``manifest.json``, replaced as a whole. The effective scenario and the seed in it are
what the chain begins with (see `blocks.genesis`); wall clock, timing and sizes are for information.
"""

from __future__ import annotations

import functools
import json
import platform
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from importlib import metadata
from pathlib import Path
from typing import Any

from ..core.errors import CorruptTable, NotARun, VersionMismatch
from .files import canonical_json, write_whole

MANIFEST = "manifest.json"
MANIFEST_VERSION = 1
_PACKAGES = ("catallaxy", "mesa", "numba", "numpy", "pyarrow", "scipy")


@dataclass
class Manifest:
    """Facts about a run; times of day are ISO 8601 in UTC, ``-1`` stands for a tick that has not come."""

    scenario: dict[str, Any]
    seed: int
    versions: dict[str, str] = field(default_factory=lambda: environment())
    created: str = field(default_factory=lambda: now())
    first_tick: int = 0
    last_tick: int = -1
    finished: str = ""  # wall clock of the end; empty while the run goes on, or after it was killed
    reason: str = ""
    parent: dict[str, Any] | None = None  # of a branch: {"run": ..., "tick": ..., "head": ...}
    genesis: str = ""
    head: str = ""  # hash of the block of last_tick
    state: str = ""  # digest of the full state at last_tick
    timing: dict[str, float] = field(default_factory=dict)  # seconds of wall clock, by stage
    cpu_seconds: float = 0.0
    bytes_per_tick: float = 0.0
    peak_rss_bytes: int = 0
    facts: dict[str, Any] = field(default_factory=dict)  # counts of the run so far: traders, messages, trades, ...
    schema: int = MANIFEST_VERSION

    def write(self, folder: Path | str) -> None:
        """Write ``manifest.json`` into ``folder``, whole or not at all."""
        values = asdict(self)
        canonical_json(values)  # refuses NaN and whatever is not JSON, before the old manifest is touched
        text = json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
        write_whole(Path(folder) / MANIFEST, [text.encode("utf-8"), b"\n"])

    @classmethod
    def read(cls, folder: Path | str) -> Manifest:
        """Read the manifest of the run in ``folder``."""
        path = Path(folder) / MANIFEST
        try:
            values = json.loads(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            raise NotARun(str(folder)) from None
        except (OSError, ValueError, RecursionError) as error:
            raise CorruptTable(str(path), str(error)) from error
        return cls._from(path, values)

    @classmethod
    def _from(cls, path: Path, values: Any) -> Manifest:
        if not isinstance(values, dict) or type(values.get("schema")) is not int:
            raise CorruptTable(str(path), "it gives no schema version")
        if values["schema"] > MANIFEST_VERSION:
            raise VersionMismatch(str(path), f"version {values['schema']}", f"version {MANIFEST_VERSION}")
        for fact in fields(cls):
            if fact.name not in values:
                raise CorruptTable(str(path), f"{fact.name!r} is missing")
            empty = values[fact.name] is None and fact.default is None
            if not empty and not isinstance(values[fact.name], _TYPES[str(fact.type).partition("[")[0]]):
                raise CorruptTable(str(path), f"{fact.name!r} is {values[fact.name]!r}; due: {fact.type}")
        if unknown := sorted(set(values) - {fact.name for fact in fields(cls)}):
            raise CorruptTable(str(path), f"{unknown[0]!r} is unknown")
        return cls(**values)

    def check_versions(self) -> None:
        """Refuse to resume or replay what other versions, or another type of processor, have made."""
        for name, ours in environment().items():
            stored = self.versions.get(name, "nothing")
            if stored != ours:
                raise VersionMismatch(f"run ({name})", stored, ours)


_TYPES: Mapping[str, tuple[type, ...]] = {
    "dict": (dict,), "int": (int,), "str": (str,), "float": (int, float),
}  # fmt: skip


def now() -> str:
    """Return the wall clock: informational, never an input of a run."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


@functools.cache
def package_version(package: str = "catallaxy") -> str:
    """Return the installed version of ``package``; ``not installed`` for one that runs from a checkout."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


@functools.cache
def _environment() -> tuple[tuple[str, str], ...]:
    from llvmlite import binding  # type: ignore[import-untyped]

    versions = {package: package_version(package) for package in _PACKAGES}
    versions["python"] = platform.python_version()
    versions["processor"] = f"{sys.platform} {platform.machine()} {binding.get_host_cpu_name()}"
    return tuple(sorted(versions.items()))


def environment() -> dict[str, str]:
    """Return what decides over the bytes of a run beside scenario and seed: versions, type of processor."""
    return dict(_environment())


def peak_rss_bytes() -> int:
    """Return the most memory that this process ever held; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def folder_bytes(folder: Path | str) -> int:
    """Return the size of all files under ``folder``."""
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())
