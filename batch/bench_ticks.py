"""Benchmarks of whole ticks, each in a process of its own so that its peak memory is its own.

``python -m catallaxy.batch.bench_ticks '{"traders": 10000, "activity": 0.1}'`` prints one JSON object.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import RunError
from ..ledger.manifest import peak_rss_bytes
from ..model.economy import Economy
from ..model.stages import recount
from .bench_timing import Calibration, Spread, timed

MODULE = "catallaxy.batch.bench_ticks"
DAY = 30
_RECORDING: dict[str, dict[str, Any]] = {
    "memory": {},
    "nothing": {"trades": False, "bars": False, "quotes": False, "depth_levels": 0},
    "tables": {"checkpoint_days": 1_000},
    "folder": {},
}


def settings_of(traders: int, activity: float, recording: Mapping[str, Any]) -> dict[str, Any]:
    """Return the overrides of a case: the default mix on 20 stocks, and market makers as active as everybody else."""
    return {
        "traders": {"number": traders, "activity": activity},
        "strategy": {"market_maker": {"activity": activity}},
        "anchor": {"source": "walk"},
        "recording": {"ring_days": 1, **recording},
    }


def tick_case(
    *, traders: int, activity: float, days: int = 5, warm_up: int = DAY, ticks_per_day: int = DAY,
    record: str = "memory", stocks: int = 20,
) -> dict[str, Any]:  # fmt: skip
    """Return what a tick of a population costs: CPU milliseconds over whole days after a warm-up, and stages.

    Parameters
    ----------
    days : int
        Repeats; each is a trading day, so that day ends are in the mean.
    warm_up : int
        Ticks before the first that counts: compilation, first orders.
    record : {"memory", "nothing", "tables", "folder"}
        The default tables in memory, no tables of trading at all, the default tables in a temporary folder
        without a checkpoint while it is timed, or such a folder with the default checkpoints.
    """
    with tempfile.TemporaryDirectory(prefix="catallaxy-bench-") as place:
        overrides = settings_of(traders, activity, _RECORDING[record])
        overrides |= {"clock": {"ticks_per_day": ticks_per_day}, "stocks": {"number": stocks}}
        found: dict[str, Any] = {}
        built = timed(lambda: found.update(economy=_economy(overrides, record, place)), time.process_time)
        economy: Economy = found["economy"]
        for _ in range(warm_up):
            economy.step()
        return _measured(economy, days) | {"setup_s": round(built, 3)}


def _economy(overrides: dict[str, Any], record: str, place: str) -> Economy:
    return Economy("markets", rng=7, out=Path(place) / "run" if record in ("tables", "folder") else None, **overrides)


def _measured(economy: Economy, days: int) -> dict[str, Any]:
    ticks = economy.clock.ticks_per_day
    traders, sent, traded = economy.settings.traders.number, economy.messages_sent, economy.trades_made
    for stage in economy.schedule:
        stage.seconds = 0.0

    def day() -> None:
        for _ in range(ticks):
            economy.step()

    calibration = Calibration()
    with calibration.around() as ruler:
        each = [1e3 * timed(day, time.process_time) / ticks for _ in range(days)]
    spread = Spread.of(each)
    stages = {stage.name: round(1e3 * stage.seconds / (days * ticks), 4) for stage in economy.schedule}
    whole_count = Spread.of([timed(lambda: recount(economy), time.process_time) for _ in range(5)])
    economy.close()
    return {
        "traders": traders,
        "activity": economy.settings.traders.activity,
        **spread.named("ms"),
        "ms_mean": round(sum(each) / days, 3),
        "repeats": days,
        "ticks": days * ticks,
        "messages": round((economy.messages_sent - sent) / (days * ticks), 1),
        "trades": round((economy.trades_made - traded) / (days * ticks), 1),
        "peak_rss_mb": round(peak_rss_bytes() / 1e6, 1),
        "ns_per_trader": round(1e6 * spread.median / max(1, traders), 1),
        "calibration_ns": round(ruler.ns, 2),
        "ratio": round(1e6 * spread.median / max(1, traders) / ruler.ns, 2),
        "recount_ms": round(1e3 * whole_count.median, 3),
        "stages": stages,
    }


def in_own_process(case: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return `tick_case` of ``case``, measured in a process of its own."""
    found: dict[str, Any] = json.loads(last_line(["-m", MODULE, json.dumps(dict(case))], environment))
    return found


def last_line(arguments: list[str], environment: Mapping[str, str] | None = None) -> str:
    """Return the last line that a Python process prints; raise `RunError` with its complaint when it fails."""
    done = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, check=False,
        env=None if environment is None else dict(environment),
    )  # fmt: skip
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise RunError(f"a benchmark failed: {said[-1] if said else f'exit code {done.returncode}'}")
    return done.stdout.splitlines()[-1]


if __name__ == "__main__":
    print(json.dumps(tick_case(**json.loads(sys.argv[1]))))
