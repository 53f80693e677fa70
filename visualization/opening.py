"""How a run was opened, and what opening a scenario does to the changes that were made in it.

What `catallaxy run` takes is known of a run: a name or a file, and the words of ``--set``. The same scenario is opened
again with its changes, a file read anew; another one is opened as it ships.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..core.parameters import unflattened
from ..model.scenario import parse_set
from .desk import Desk, Run

_NAMED = 6
_LONGEST = 40


@dataclass(frozen=True)
class Opening:
    """What a run is the opening of: a scenario's name or file, and by key what was changed in it."""

    name: str
    changes: Mapping[str, Any]

    @classmethod
    def of(cls, run: Run) -> Opening:
        """Return how a run was opened."""
        name, *more = _words(run.given) or (run.scenario.name,)
        return cls(name, {**dict(_flat(parse_set(more[1::2]))), **dict(_flat(run.changes))})

    def told_changes(self) -> str:
        """Return the changes in words; empty where there is none.

        Examples
        --------
        >>> Opening("markets", {"traders.number": 300, "anchor.source": "walk"}).told_changes()
        'traders.number = 300, anchor.source = walk'
        """
        told = [f"{key} = {_value(value)}" for key, value in self.changes.items()]
        more = f" and {len(told) - _NAMED} more" if len(told) > _NAMED else ""
        return ", ".join(told[:_NAMED]) + more


def _words(given: str) -> list[str]:
    """Return a scenario and its ``--set`` words; a path with spaces is one word."""
    try:
        words = shlex.split(given)
    except ValueError:
        return [given]
    if not words:
        return []
    return words if len(words) % 2 and all(word == "--set" for word in words[1::2]) else [given]


def _flat(nested: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield settings by key."""
    for name, value in nested.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 2] + " …"


def told_opening(run: Run, wanted: str) -> str:
    """Return what opening a scenario does to the run under way and to its changes."""
    opening = Opening.of(run)
    ends = f"Opening {wanted} ends {run.scenario.name} at tick {run.snapshot.tick}, for all who watch"
    if not opening.changes:
        return f"{ends}."
    way = "it opens again with" if wanted == opening.name else "it opens without"
    return f"{ends}; {way} {opening.told_changes()}."


def open_scenario(desk: Desk, wanted: str, seed: int | None) -> None:
    """Open a scenario; the one under way again with its changes, from its file where it has one."""
    run, opening = desk.run, Opening.of(desk.run)
    if wanted != opening.name:
        desk.load(wanted, seed=seed)
    elif run.given:
        desk.load(wanted, seed=seed, changes=unflattened(opening.changes, "."), given=run.given)
    else:
        desk.load(run.scenario, seed=seed, changes=run.changes)
