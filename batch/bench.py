"""The benchmark of this machine: matching, ticks, recording, identities, start.

Every figure is CPU time of one process, after a warm-up, the median of five or more repeats with least and
most, beside a calibration loop (see `catallaxy.batch.bench_timing`). Nothing is asserted here: what the
project aims at, and by how much it is met, is in ``benchmarks/README.md``.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Mapping
from typing import Any

import numba

from ..ledger.manifest import environment
from .bench_book import book_case
from .bench_economy import in_own_process as economy_in_own_process
from .bench_ticks import in_own_process, last_line
from .bench_timing import Calibration, Spread

_IMPORT = "import time; t = time.process_time(); {}; print(time.process_time() - t)"
_FIRST_TICK = (
    "from catallaxy.model.economy import Economy; import time; t = time.process_time(); "
    "Economy('markets', rng=7, anchor__source='walk').step(); print(time.process_time() - t)"
)


def bench(quick: bool = False) -> dict[str, Any]:
    """Return what this machine does, as plain values; ``quick`` takes under a minute, all of it several.

    Ticks are of the default mix on 20 stocks, market makers as active as everybody else (by default they
    are awake in every tick), with the default tables in memory for a day; ``recording`` and ``identities``
    are shares of the same tick.

    Examples
    --------
    >>> bench(quick=True)["order_book"][0]["messages_per_second"]  # doctest: +SKIP
    16873012
    """
    calibration = Calibration()
    with tempfile.TemporaryDirectory(prefix="catallaxy-bench-") as cache:
        processes = with_byte_code(cache)
        found: dict[str, Any] = {
            "machine": machine(),
            "versions": environment(),
            "calibration_ns": round(Spread.of(calibration.sample()).median, 2),
            "order_book": order_book(calibration, quick),
            "ticks": ticks(quick, processes),
            **shares(quick, processes),
            "economy": economies(quick, processes),
            "start": start(2 if quick else 5, processes),
        }
    found["machine"]["load_average_after"] = _load()
    return found


def with_byte_code(cache: str) -> dict[str, str]:
    """Return an environment in which imports find compiled byte code, as they do from the second time on."""
    ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return ours | {"PYTHONPYCACHEPREFIX": cache}


def machine() -> dict[str, Any]:
    """Return what the figures depend on: processor, cores, memory, load."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": _memory_gb(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_average": _load(),
        "compiled": not numba.config.DISABLE_JIT,
    }


def _load() -> list[float] | None:
    return [round(load, 2) for load in os.getloadavg()] if hasattr(os, "getloadavg") else None


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()


def _memory_gb() -> float | None:
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1)
    except (AttributeError, ValueError, OSError):
        return None


def order_book(calibration: Calibration, quick: bool) -> list[dict[str, Any]]:
    """Return the order book's cases: 1, 20 and, unless quick, 200 books."""
    messages, repeats, counts = (100_000, 5, (1, 20)) if quick else (1_000_000, 7, (1, 20, 200))
    return [book_case(calibration, books=books, messages=messages, repeats=repeats) for books in counts]


def ticks(quick: bool, processes: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the cases of whole ticks, each measured in a process of its own."""
    sizes = [(10_000, 0.1), (100_000, 0.1)]
    if not quick:
        sizes += [(10_000, 1.0), (100_000, 1.0), (1_000_000, 0.1)]
    return [in_own_process({"traders": traders, "activity": activity}, processes) for traders, activity in sizes]


def economies(quick: bool, processes: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the cases of the closed economy: as it ships, ten times as large, and the coarse one."""
    cases: list[dict[str, Any]] = [{"scenario": "economy-coarse", "months": 3 if quick else 12}]
    if not quick:
        cases += [{"scenario": "economy"}, {"scenario": "economy", "traders": 100_000, "activity": 0.01, "months": 2}]
    return [economy_in_own_process(case, processes) for case in cases]


def shares(quick: bool, processes: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return the shares of recording and of identities in a tick of 100,000 traders (10,000 when quick).

    The ways to record differ by less than the machine's mood from minute to minute, so that they take
    turns. A folder's buffers grow to their size in the first part (5 days), which is the warm-up; the days
    that count are long enough for four parts, and the figure is a mean.
    """
    traders, rounds, days = (10_000, 1, 10) if quick else (100_000, 3, 20)
    found: dict[str, list[dict[str, Any]]] = {"nothing": [], "memory": [], "tables": [], "folder": []}
    for _ in range(rounds):
        for record, cases in found.items():
            case = {"traders": traders, "activity": 0.1, "days": days, "warm_up": 180, "record": record}
            cases.append(in_own_process(case, processes))
    mean = {record: Spread.of([case["ms_mean"] for case in cases]) for record, cases in found.items()}
    off, day = mean["nothing"].median, 30
    memory = found["memory"][0]
    identities = memory["stages"]["identities"] + memory["recount_ms"] / day
    return {
        "recording": {
            "traders": traders,
            "activity": 0.1,
            "off_ms": round(off, 3),
            **{f"{record}_ms": round(mean[record].median, 3) for record in ("memory", "tables", "folder")},
            **{
                f"{record}_share": round(mean[record].median / off - 1.0, 3)
                for record in ("memory", "tables", "folder")
            },
            "folder_peak_rss_mb": found["folder"][0]["peak_rss_mb"],
        },
        "identities": {
            "traders": traders,
            "each_tick_ms": memory["stages"]["identities"],
            "recount_ms": memory["recount_ms"],
            "ms": round(identities, 4),
            "share": round(identities / mean["memory"].median, 4),
        },
    }


def start(repeats: int, processes: Mapping[str, str]) -> dict[str, float]:
    """Return CPU seconds to import the package, to import `Economy`, and to the end of the first tick, warm."""
    cases = {
        "import_catallaxy_s": _IMPORT.format("import catallaxy"),
        "import_economy_s": _IMPORT.format("from catallaxy import Economy"),
        "first_tick_warm_s": _FIRST_TICK,
    }
    found: dict[str, float] = {}
    for name, program in cases.items():
        found |= Spread.of([float(last_line(["-c", program], processes)) for _ in range(repeats + 1)][1:]).named(name)
    return found
