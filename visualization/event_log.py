"""The log of a run: events, actions and alerts in the order in which they happened, read from its tables as they grow.

A run without a folder keeps its tables for some days only; what the recorder still knows of before is put in front.
Rows are read from the store, where sealed ones stay as they are, so that no tick waits for a log.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from typing import Any, NamedTuple

from ..model.economy import Economy
from .desk import Desk
from .wording import told

MOST = 20_000
"""Entries that are kept; older ones are let go."""
TABLES = ("actions", "events", "alerts")
_LONGEST = 160


class Entry(NamedTuple):
    """Something that happened; ``payload`` is all that is known of it, as JSON."""

    number: int
    tick: int
    kind: str
    name: str
    symbol: str
    owner: int | None
    text: str
    payload: str
    tone: str


class EventLog:
    """What has happened in the run under way, oldest first."""

    def __init__(self) -> None:
        self.entries: deque[Entry] = deque(maxlen=MOST)
        self._epoch = self._until = self._number = 0

    def follow(self, desk: Desk) -> list[Entry]:
        """Read what has been sealed since; return the new entries. With another run it begins anew."""
        run = desk.run
        if run.epoch != self._epoch:
            self.entries.clear()
            self._epoch, self._until, self._number = run.epoch, 0, 0
        sealed = run.snapshot.tick
        if sealed <= self._until:
            return []
        store, fresh = run.world.economy.store, []
        if not self._until:
            kept = getattr(store, "keep_ticks", None)
            before = 0 if kept is None else sealed - kept
            fresh += [self._entry("events", row) for row in desk.look(lambda e: remembered(e, before))]
        rows = [
            (row["tick"], place, row)
            for place, table in enumerate(TABLES)
            for row in store.read(table, first=self._until + 1, last=sealed).to_pylist()
        ]
        rows.sort(key=lambda row: row[:2])
        fresh += [self._entry(TABLES[place], row) for _, place, row in rows]
        self._until = sealed
        self.entries.extend(fresh)
        return fresh

    def _entry(self, table: str, row: Mapping[str, Any]) -> Entry:
        self._number += 1
        return entry(self._number, table, row)


def remembered(economy: Economy, until: int) -> list[dict[str, Any]]:
    """Return the newest events up to tick ``until`` as rows of table events, from the recorder."""
    return [
        {**happened._asdict(), "payload": json.dumps(happened.facts, sort_keys=True)}
        for happened in economy.recorder.happened
        if happened.tick <= until
    ]


def entry(number: int, table: str, row: Mapping[str, Any]) -> Entry:
    """Return a row of one of the three tables as an entry."""
    match table:
        case "events":
            name, text, tone = told(str(row["event"]), json.loads(row["payload"]))
            return _made(number, row, "event", name, row["owner"], text, row["payload"], tone)
        case "actions":
            result = json.loads(row["result"])
            success = bool(row["success"])
            text = "taken" if success else f"refused: {result.get('reason')}"
            text = " · ".join(
                part for part in (f"from {row['source']}", text, str(result.get("message") or "")) if part
            )
            whole = json.dumps({"action": json.loads(row["payload"]), "result": result})
            tone = "info" if success else "warn"
            return _made(number, row, "action", str(row["action"]), row["owner"], text, whole, tone)
        case _:
            names = ("rule", "level", "value", "threshold", "message")
            whole = json.dumps({name: row[name] for name in names})
            tone = "error" if row["level"] == "ERROR" else "warn"
            return _made(number, row, "alert", str(row["rule"]), -1, str(row["message"]), whole, tone)


def _made(
    number: int, row: Mapping[str, Any], kind: str, name: str, owner: int, text: str, payload: str, tone: str
) -> Entry:
    words = name.replace("_", " ")
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 2] + " …"
    return Entry(
        number, row["tick"], kind, words, row.get("symbol", ""), owner if owner >= 0 else None, short, payload, tone
    )
