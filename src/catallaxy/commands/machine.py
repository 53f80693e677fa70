"""``bench``, ``warmup`` and ``doctor``: how fast this machine is, and whether everything is in place."""

from __future__ import annotations

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
    if json:
        print(as_json(found))
        return
    for name, value in found.items():
        if isinstance(value, list) and value:
            print(f"{name}\n{aligned([list(row.values()) for row in value], list(value[0]))}\n")
        else:
            print(aligned([(name, _brief(value))]) + "\n")


def _brief(value: Any) -> Any:
    return ", ".join(f"{key} {item}" for key, item in value.items()) if isinstance(value, dict) else value


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
    seconds, folder = round(time.perf_counter() - start, 2), cache_folder()
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
