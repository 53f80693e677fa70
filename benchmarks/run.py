"""Run every benchmark and write ``results.json`` and the measured part of ``README.md`` beside this file.

$ python benchmarks/run.py            # all of it, some minutes; --quick for a look that writes nothing
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from catallaxy.batch.bench import bench
from catallaxy.batch.bench_budget import budget_table

HERE = Path(__file__).parent
BEGIN, END = "<!-- measured -->", "<!-- end of measured -->"


def table(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> str:
    """Return a Markdown table of some keys of ``rows``, under their headings."""
    lines = ["| " + " | ".join(columns.values()) + " |", "|" + "--:|" * len(columns)]
    for row in rows:
        cells = [row[key] if isinstance(row[key], str) else f"{row[key]:,}" for key in columns]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def page(found: Mapping[str, Any]) -> str:
    """Return the measured part of the page."""
    machine, versions = found["machine"], found["versions"]
    named = ", ".join(f"{name} {version}" for name, version in versions.items() if name != "processor")
    books = {
        "books": "books", "messages_per_second": "messages/s", "messages_per_second_min": "least",
        "messages_per_second_max": "most", "ns_per_order": "ns an order", "ns_per_cancel": "ns a cancel",
        "routing_ns_per_order": "ns to route an order", "ratio": "ratio, routing included",
    }  # fmt: skip
    ticks = {
        "traders": "traders", "activity": "activity", "ms": "ms", "ms_min": "least", "ms_max": "most",
        "messages": "messages", "trades": "trades", "ns_per_trader": "ns a trader", "ratio": "ratio",
        "peak_rss_mb": "peak MB",
    }  # fmt: skip
    economies = {
        "scenario": "scenario", "households": "households", "month_ms": "ms a month end", "month_ms_min": "least",
        "month_ms_max": "most", "day_ms": "ms a day end", "year_s": "s a year", "identities_share": "identities",
        "peak_rss_mb": "peak MB",
    }  # fmt: skip
    stages = [
        f"| {case['traders']:,} at {case['activity']} | "
        + " | ".join(f"{case['stages'][name]:.2f}" for name in found["ticks"][0]["stages"]) + " |"
        for case in found["ticks"]
    ]  # fmt: skip
    names = list(found["ticks"][0]["stages"])
    recording, identities, start = found["recording"], found["identities"], found["start"]
    return "\n\n".join(
        [
            f"{time.strftime('%Y-%m-%d')}, {machine['processor']}, {machine['cores']} cores, "
            f"{machine['memory_gb']} GB, {machine['system']}, load averages {machine['load_average']} before and "
            f"{machine['load_average_after']} after (1, 5, 15 minutes; other work of the machine included). "
            f"{named}. "
            f"Calibration: {found['calibration_ns']} ns a Philox block.",
            "## Against the budget",
            budget_table(found),
            "## The closed economy",
            table(found["economy"], economies),
            "## Order book",
            table(found["order_book"], books),
            "## Ticks",
            table(found["ticks"], ticks),
            "CPU milliseconds of a tick by stage:",
            "\n".join(["| | " + " | ".join(names) + " |", "|---|" + "--:|" * len(names), *stages]),
            "## Recording, identities, start",
            f"A tick of {recording['traders']:,} traders takes {recording['off_ms']} ms without tables of trading, "
            f"{recording['memory_ms']} ms with the default tables in memory "
            f"({100 * recording['memory_share']:+.1f} %), "
            f"{recording['tables_ms']} ms with them and the journal in a folder "
            f"({100 * recording['tables_share']:+.1f} %) and {recording['folder_ms']} ms with a checkpoint "
            f"every 20 days as well ({100 * recording['folder_share']:+.1f} %); that run's memory peaks at "
            f"{recording['folder_peak_rss_mb']:,.0f} MB. Identities take {identities['ms']} ms, a share of "
            f"{100 * identities['share']:.2f} %: {identities['each_tick_ms']} ms each tick, and a recount of "
            f"{identities['recount_ms']} ms at day end.",
            f"CPU seconds: `import catallaxy` {start['import_catallaxy_s']} ({start['import_catallaxy_s_min']} to "
            f"{start['import_catallaxy_s_max']}), `from catallaxy import Economy` {start['import_economy_s']} "
            f"({start['import_economy_s_min']} to {start['import_economy_s_max']}), first tick of the default scenario "
            f"with compiled kernels at hand {start['first_tick_warm_s']} ({start['first_tick_warm_s_min']} to "
            f"{start['first_tick_warm_s_max']}).",
        ]
    )


def main() -> None:
    """Measure, print the budget, and write the page unless it was only a look."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--quick", action="store_true", help="fewer and smaller cases; writes nothing")
    quick = options.parse_args().quick
    found = bench(quick=quick)
    print(budget_table(found))
    if quick:
        return
    (HERE / "results.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    readme = HERE / "README.md"
    before, _, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    readme.write_text(f"{before}{BEGIN}\n{page(found)}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
