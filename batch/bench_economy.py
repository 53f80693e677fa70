"""Benchmarks of the closed economy: what a month end, a day end and a year cost, in a process of its own.

``python -m catallaxy.batch.bench_economy '{"scenario": "economy-coarse", "months": 12}'`` prints one JSON object.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import Any

from ..ledger.manifest import peak_rss_bytes
from ..model.clock import DAYS_PER_MONTH
from ..model.economy import Economy
from ..model.schedule import When
from .bench_ticks import last_line
from .bench_timing import Spread, timed

MODULE = "catallaxy.batch.bench_economy"
MONTHS_PER_YEAR = 12


def economy_case(
    *, scenario: str = "economy", months: int = 3, traders: int | None = None, activity: float | None = None
) -> dict[str, Any]:
    """Return CPU times of a closed economy after a first month, which compiles and warms up.

    ``month_ms`` is the sum of the stages of a month end, ``day_ms`` of those of a day end with the recount and the
    day's rows; ``year_s`` is a whole year at the pace of the months measured.
    """
    overrides: dict[str, Any] = {} if traders is None else {"traders__number": traders}
    overrides |= {} if activity is None else {"traders__activity": activity}
    economy = Economy(scenario, rng=7, **overrides)
    economy.run(days=DAYS_PER_MONTH)
    before = {stage.name: (stage.seconds, stage.runs) for stage in economy.schedule}
    each, month_ms = [], []
    for _ in range(months):
        start = _seconds(economy, When.MONTH)
        each.append(timed(lambda: economy.run(days=DAYS_PER_MONTH), time.process_time))
        month_ms.append(1e3 * (_seconds(economy, When.MONTH) - start))
    days = sum(s.seconds - before[s.name][0] for s in economy.schedule if s.when is When.DAY)
    identities = sum(s.seconds - before[s.name][0] for s in economy.schedule if s.name in ("identities", "accounts"))
    return {
        "scenario": scenario,
        "households": economy.closed.households.size if economy.closed is not None else 0,
        "months": months,
        **Spread.of(month_ms).named("month_ms"),
        "day_ms": round(1e3 * days / (months * DAYS_PER_MONTH), 3),
        "year_s": round(MONTHS_PER_YEAR * sum(each) / months, 2),
        "identities_share": round(identities / sum(each), 4),
        "peak_rss_mb": round(peak_rss_bytes() / 1e6, 1),
        "stages": {
            s.name: round(1e3 * (s.seconds - before[s.name][0]) / max(s.runs - before[s.name][1], 1), 3)
            for s in economy.schedule
        },
    }


def _seconds(economy: Economy, when: When) -> float:
    return sum(stage.seconds for stage in economy.schedule if stage.when is when)


def in_own_process(case: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return `economy_case` of ``case``, measured in a process of its own."""
    found: dict[str, Any] = json.loads(last_line(["-m", MODULE, json.dumps(dict(case))], environment))
    return found


if __name__ == "__main__":
    print(json.dumps(economy_case(**json.loads(sys.argv[1]))))
