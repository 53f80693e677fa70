"""How to repeat a stored run: the command or the lines of Python that give the same bytes.

A command is only given when it leads to the very scenario in the manifest, which is tried here.
"""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import CatallaxyError
from ..ledger.manifest import Manifest
from ..model.scenario import load_scenario, parse_set, scenario_names


@dataclass(frozen=True)
class Recipe:
    """What to type; ``note`` says what else it takes."""

    command: str
    note: str = ""


def how_to_repeat(manifest: Manifest, folder: Path, last_tick: int, *, from_outside: bool = False) -> Recipe:
    """Return how to make the run again up to ``last_tick``.

    Parameters
    ----------
    manifest : Manifest
        The run's: scenario and seed.
    folder : path
        Where it is stored, for what only the folder knows.
    from_outside : bool
        Whether actions or shocks were submitted while it ran; they are in its journal.
    """
    if manifest.facts.get("object_traders"):
        return Recipe("", "Run the program that made it again: object traders are code, and in no folder.")
    if from_outside:
        return Recipe(
            f"catallaxy replay {shlex.quote(str(folder))}",
            "Actions or shocks came in while it ran; replay takes them from the journal.",
        )
    command = _command(manifest, last_tick)
    if command is not None:
        return Recipe(command)
    lines = (
        "import json, catallaxy",
        f"scenario = json.load(open({str(folder / 'manifest.json')!r}))['scenario']",
        f"catallaxy.Economy(scenario, rng={manifest.seed}, out='again').run(ticks={max(last_tick, 1)})",
    )
    return Recipe("\n".join(lines), "In Python, for this scenario is not one that ships with a few settings changed.")


def changes_of(manifest: Manifest) -> tuple[str, ...] | None:
    """Return what ``--set`` must say to make the run's scenario of the one whose name it has.

    None when no scenario of that name ships, or when changes alone do not lead to it.
    """
    name = str(manifest.scenario.get("name", ""))
    if name not in scenario_names():
        return None
    try:
        changes = tuple(_changes(load_scenario(name).effective(), manifest.scenario))
        if load_scenario(name, parse_set(changes)).effective() != manifest.scenario:
            return None
    except CatallaxyError:
        return None
    return changes


def _command(manifest: Manifest, last_tick: int) -> str | None:
    name, changes = str(manifest.scenario.get("name", "")), changes_of(manifest)
    if changes is None:
        return None
    clock = manifest.scenario["clock"]
    words = ["catallaxy", "run", name, "--seed", str(manifest.seed)]
    if last_tick != clock["ticks_per_day"] * clock["days"]:
        words += ["--ticks", str(max(last_tick, 1))]
    for change in changes:
        words += ["--set", change]
    return shlex.join(words)


def _changes(ours: Mapping[str, Any], theirs: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """Yield ``a.b=value`` for each value of ``theirs`` that is not the same in ``ours``."""
    for key, value in theirs.items():
        if isinstance(value, Mapping) and isinstance(ours.get(key), Mapping) and value:
            yield from _changes(ours[key], value, f"{at}{key}.")
        elif ours.get(key) != value or key not in ours:
            yield f"{at}{key}={_toml(value)}"


def _toml(value: Any) -> str:
    """Return a JSON value as TOML writes it on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, float) and not math.isfinite(value):
        return "inf" if value > 0 else "-inf"
    return json.dumps(value)
