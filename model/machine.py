"""How busy the machine is, through the standard library alone; None where the system does not tell.

What is measured here differs from run to run, so nothing of it may reach a sealed table.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

MEMINFO = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")


def memory_share() -> float | None:
    """Return the share of memory in use: of the machine, or of the container's limit if that is nearer.

    On Linux from ``/proc/meminfo`` and the control group; on Windows from the system; elsewhere the
    peak of this process over the physical memory, which can only understate.
    """
    shares = [share for share in (_linux(), _container()) if share is not None]
    if shares:
        return max(shares)
    return _windows() if sys.platform == "win32" else _process_peak()


def cpu_share() -> float | None:
    """Return the machine's load: runnable processes of the last minute over usable processors, 1 is full.

    None where the system keeps no load average (Windows).
    """
    if not hasattr(os, "getloadavg"):
        return None
    try:
        return os.getloadavg()[0] / processors()
    except OSError:
        return None


def processors() -> int:
    """Return the number of processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _linux() -> float | None:
    try:
        lines = MEMINFO.read_text().splitlines()
    except OSError:
        return None
    sizes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines) if rest.split()}
    if "MemTotal" not in sizes or "MemAvailable" not in sizes:
        return None
    return 1.0 - sizes["MemAvailable"] / sizes["MemTotal"]


def _container() -> float | None:
    try:
        used, limit = ((CGROUP / name).read_text().strip() for name in ("memory.current", "memory.max"))
    except OSError:
        return None
    return int(used) / int(limit) if limit.isdigit() and int(limit) else None


def _process_peak() -> float | None:
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return peak / (os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))


def _windows() -> float | None:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_ulong),
            ("load", ctypes.c_ulong),
            *((f"size{i}", ctypes.c_ulonglong) for i in range(7)),
        )

    status = Status(length=ctypes.sizeof(Status))
    found = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))  # type: ignore[attr-defined]
    return status.load / 100.0 if found else None
