"""``bench``, ``warmup`` and ``doctor``: how fast this machine is, and whether everything is in place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from .options import Json, Quiet, examples
from .text import aligned, as_json


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(epilog=examples("bench", "bench --quick --json"))(bench)
    app.command(epilog=examples("warmup"))(warmup)
    app.command(epilog=examples("doctor"))(doctor)


def bench(
    quick: Annotated[bool, typer.Option(help="Fewer sizes and repetitions.")] = False, json: Json = False
) -> None:
    """Measure this machine: matching, ticks, start."""
    from ..batch.bench import bench as measure

    found = measure(quick=quick)
    print(as_json(found) if json else _bench_table(found))


_COLUMNS = {
    "order_book": ("books", "messages_per_second", "ns_per_message"),
    "ticks": ("traders", "activity", "ms", "messages", "peak_rss_mb"),
}


def _bench_table(found: Mapping[str, Any]) -> str:
    """Return the main figures, and how each stands against what the project aims at."""
    from ..batch.bench_budget import TARGETS, standing

    parts = [f"{found['machine']['processor']}, {found['calibration_ns']} ns for a calibration loop"]
    for name, columns in _COLUMNS.items():
        header = [column.replace("_", " ") for column in columns]
        parts.append(aligned([[row[column] for column in columns] for row in found[name]], header))
    values = [(target, target.measure(found)) for target in TARGETS]
    rows = [(t.name, None if v is None else float(f"{v:.3g}"), t.unit, standing(t, v)) for t, v in values]
    return "\n\n".join([*parts, aligned(rows, ("figure", "measured", "unit", "against the budget"))])


def warmup(json: Json = False, quiet: Quiet = False) -> None:
    """Compile every kernel now and keep the result."""
    import time

    from ..core.kernel import cache_folder
    from ..progress import progress
    from .session import cold
    from .warm import compile_everything

    start = time.perf_counter()
    note = cold()
    if note:
        progress(quiet).note(note)
    compile_everything()
    seconds, kernels = round(time.perf_counter() - start, 2), cache_folder()
    folder = None if kernels is None else str(Path(kernels).parent)
    if json:
        print(as_json({"seconds": seconds, "was_cold": bool(note), "folder": folder}))
    else:
        print(f"ready after {seconds} s; machine code is " + (f"in {folder}" if folder else "kept nowhere"))


def doctor(json: Json = False) -> None:
    """Say what is missing or broken, with the remedy.

    The exit code is 1 if something required is.
    """
    from ..doctor import checks

    found = checks()
    if json:
        print(as_json([vars(check) for check in found]))
    else:
        print(aligned([(check.mark, check.name, check.found) for check in found]))
        for check in found:
            if check.remedy:
                print(f"\n{check.name}: {check.remedy}")
    raise typer.Exit(1 if any(check.is_failure for check in found) else 0)
