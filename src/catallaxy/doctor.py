"""What the package needs of a machine, looked at one by one: what was found, and the remedy where it is not right."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from .ledger.manifest import package_version

PYTHON = (3, 11)
ROOM_MB = 1_000


@dataclass(frozen=True)
class Check:
    """One thing looked at. ``ok`` is None for something optional that is not there."""

    name: str
    found: str
    ok: bool | None = True
    remedy: str = ""

    @property
    def is_failure(self) -> bool:
        """Whether something required is not right."""
        return self.ok is False

    @property
    def mark(self) -> str:
        """A word at the head of the line."""
        return {True: "ok", False: "FAIL", None: "-"}[self.ok]


def checks() -> list[Check]:
    """Look at everything, what is required first."""
    return [_python(), *_packages(), _folder(), _room(), _cache(), *_extras(), *_scripts(), *_terminal()]


def _python() -> Check:
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= PYTHON:
        return Check("Python", f"{found} on {sys.platform}")
    return Check(
        "Python", found, False, f"install Python {PYTHON[0]}.{PYTHON[1]} or newer and make the environment anew"
    )


def _packages() -> Iterator[Check]:
    """Every package that the installed metadata require, imported for real."""
    version = package_version()
    if version == "not installed":
        yield Check(
            "catallaxy", "runs from a checkout", None, "pip install . tells what it needs; nothing to compare with"
        )
    else:
        yield Check("catallaxy", version)
    for name, bounds, extra in requirements():
        if not extra:
            yield _package(name, bounds)


def requirements() -> Iterator[tuple[str, str, str]]:
    """Yield (package, version bounds, extra or empty) of everything the package declares."""
    try:
        lines = metadata.requires("catallaxy") or []
    except metadata.PackageNotFoundError:
        return
    for line in lines:
        need, _, marker = line.partition(";")
        match = re.match(r"\s*([A-Za-z0-9_.-]+)\s*(?:\[[^]]*])?\s*\(?([^)]*)\)?", need)
        extra = re.search(r"extra\s*==\s*[\"']([\w-]+)[\"']", marker)
        if match is not None:
            yield match[1], match[2].strip(), extra[1] if extra else ""


def _package(name: str, bounds: str) -> Check:
    again = f"pip install --upgrade '{name}{bounds}'"
    try:
        version = metadata.version(name)
        importlib.import_module(name)
    except metadata.PackageNotFoundError:
        return Check(name, "not installed", False, again)
    except Exception as error:  # whatever a broken installation raises when it is imported
        return Check(name, f"{version}, but it cannot be imported: {error}", False, f"{again} --force-reinstall")
    if not within(version, bounds):
        return Check(name, f"{version}; due: {bounds}", False, again)
    return Check(name, version)


def within(version: str, bounds: str) -> bool:
    """Return whether a version keeps bounds such as ``>=3.3,<4``.

    Examples
    --------
    >>> within("3.3.1", ">=3.3,<4"), within("4.0", ">=3.3,<4")
    (True, False)
    """
    for bound in filter(None, bounds.split(",")):
        match = re.match(r"\s*(>=|<=|==|!=|~=|<|>)\s*([\d.]+)", bound)
        if match is not None and not _KEEPS[match[1]](_numbers(version), _numbers(match[2])):
            return False
    return True


_Numbers = tuple[int, ...]
_KEEPS: dict[str, Callable[[_Numbers, _Numbers], bool]] = {
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "~=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
}


def _numbers(version: str) -> _Numbers:
    """Return the release of a version, three numbers at least."""
    found = [int(part) for part in re.findall(r"\d+", re.split(r"[^\d.]", version, maxsplit=1)[0])]
    return tuple(found + [0] * (3 - len(found)))


def _folder() -> Check:
    here = Path.cwd()
    try:
        with tempfile.TemporaryFile(dir=here):
            return Check("runs can be written", f"in {here}")
    except OSError as error:
        remedy = "go to a folder that you may write, or give `catallaxy run --out` one"
        return Check("runs can be written", f"not in {here}: {error.strerror}", False, remedy)


def _room() -> Check:
    free = shutil.disk_usage(Path.cwd()).free // 1_000_000
    if free >= ROOM_MB:
        return Check("disk", f"{free:,} MB free")
    return Check(
        "disk", f"{free:,} MB free", None, f"a year of the main job takes some 500 MB; make room for {ROOM_MB} MB"
    )


def _cache() -> Check:
    """Machine code is kept where it can be; without that, everything works and starts slowly."""
    try:
        from .core.kernel import cache_folder
    except Exception as error:  # Numba itself may be what is broken; its own line says so
        return Check("compiled code", f"cannot be made: {error}", False, "mend the packages above")
    if os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0"):
        return Check(
            "compiled code", "switched off", None, "unset NUMBA_DISABLE_JIT; ticks are 100 times slower with it"
        )
    folder = cache_folder()
    if folder is None:
        remedy = "set CATALLAXY_CACHE to a folder that you may write; until then every run compiles for about 10 s"
        return Check("compiled code", "no folder to keep it in", None, remedy)
    place = Path(folder).parent
    megabytes = sum(file.stat().st_size for file in place.rglob("*") if file.is_file()) / 1e6
    return Check("compiled code", f"kept in {place} ({megabytes:,.0f} MB)")


_PURPOSES = {
    "data": "real anchors (S&P 500, NASDAQ, WTI, US macro) and figures",
    "dashboard": "the dashboard",
    "dev": "tests and style checks",
}


def _extras() -> Iterator[Check]:
    """Optional packages, by the extra that brings them."""
    extras: dict[str, list[tuple[str, str]]] = {}
    for name, bounds, extra in requirements():
        if extra:
            extras.setdefault(extra, []).append((name, bounds))
    for extra, packages in extras.items():
        missing = [name for name, bounds in packages if not _is_there(name, bounds)]
        purpose = _PURPOSES.get(extra, "optional")
        if missing:
            remedy = f"for {purpose}: pip install 'catallaxy[{extra}]'"
            yield Check(f"extra [{extra}]", f"missing: {', '.join(missing)}", None, remedy)
        else:
            yield Check(f"extra [{extra}]", purpose)


def _scripts() -> Iterator[Check]:
    """What the pages of the dashboard load, once its packages are there; without it no browser shows anything."""
    from .visualization.assets import assets_folder, missing_assets, missing_packages

    if missing_packages():
        return
    if missing := missing_assets():
        found = f"missing in {assets_folder()}: {', '.join(missing)}"
        yield Check("dashboard's scripts", found, None, "pip install --force-reinstall 'solara-assets>=1.58'")
    else:
        yield Check("dashboard's scripts", "installed; it works offline")


def _is_there(name: str, bounds: str) -> bool:
    try:
        return within(metadata.version(name), bounds)
    except metadata.PackageNotFoundError:
        return False


def _terminal() -> Iterator[Check]:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding == "utf8":
        yield Check("terminal", "UTF-8")
    else:
        yield Check(
            "terminal", f"{encoding or 'unknown'} encoding", None, "set PYTHONIOENCODING=utf-8 to see every letter"
        )
