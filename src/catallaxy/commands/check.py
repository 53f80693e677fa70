"""``verify`` and ``replay``: whether a stored run is what was sealed, and whether it comes out again."""

from __future__ import annotations

from typing import Annotated

import typer

from .options import Json, Quiet, Run, examples
from .text import as_json, shown


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(epilog=examples("verify runs/small", "verify runs/small --head 3f9a0c..."))(verify)
    app.command(epilog=examples("replay runs/small"))(replay)


def verify(
    run: Run,
    head: Annotated[
        str | None, typer.Option(metavar="HASH", help="The chain head as it was noted elsewhere when the run ended.")
    ] = None,
    json: Json = False,
) -> None:
    """Check a run against its chain of blocks.

    Nothing is simulated; the exit code is 1 if they differ.
    Whoever can write the folder can rewrite the whole chain, so only a chain head that was kept elsewhere proves
    that nothing was changed: give it with --head.
    """
    from ..ledger.verification import verify as check

    found = check(run, head)
    if json:
        problems = [{"tick": p.tick, "table": p.table, "what": p.what, "ticks": p.ticks} for p in found.problems]
        facts = {"run_dir": shown(run), "ok": found.ok, "ticks": found.ticks, "rows": found.rows}
        print(as_json({**facts, "unsealed": found.unsealed, "chain_head": found.head, "problems": problems}))
    elif found.ok:
        kept = "the chain head is the one you gave" if head else "give --head to compare with one kept elsewhere"
        print(f"{shown(run)}: {found.ticks:,} blocks and {found.rows:,} rows are as they were sealed")
        print(f"chain head {found.head}; {kept}")
    else:
        print(f"{shown(run)} is not as it was sealed:")
        for problem in found.problems:
            print(f"  {problem}")
    raise typer.Exit(0 if found.ok else 1)


def replay(run: Run, json: Json = False, quiet: Quiet = False) -> None:
    """Compute a run again and compare.

    From scenario, seed and journal; where a tick differs, it is named and the exit code is 1.
    """
    from ..ledger.manifest import Manifest
    from ..model.runs import replay as again
    from ..progress import Paced, progress
    from .session import log_to_stderr, say_if_cold

    manifest = Manifest.read(run)
    watch = progress(quiet)
    log_to_stderr(quiet)
    say_if_cold(watch)
    watch.begin(max(manifest.last_tick, 0))
    try:
        differs = again(run, Paced(watch))
    finally:
        watch.end()
    if json:
        facts = {"run_dir": shown(run), "identical": differs is None, "first_difference": differs}
        print(as_json({**facts, "ticks": manifest.last_tick, "chain_head": manifest.head}))
    elif differs is None:
        print(f"{shown(run)}: {manifest.last_tick:,} ticks came out the same, chain head {manifest.head}")
    else:
        print(f"{shown(run)}: tick {differs:,} is the first that came out differently")
    raise typer.Exit(0 if differs is None else 1)
