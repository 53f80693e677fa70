"""Closed economies small enough for every test to make its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from catallaxy.ledger import identities
from catallaxy.model.closed_economy import ClosedEconomy
from catallaxy.model.economy import Economy

CLOSED: dict[str, Any] = {
    "traders__number": 150,
    "traders__activity": 0.1,
    "firms__number": 6,
    "banks__number": 3,
    "clock__ticks_per_day": 1,
    "recording__checkpoint_days": 5,
    "recording__part_days": 5,
    "recording__ring_days": 200,
    "identities": "full",
}


def closed(*shocks: dict[str, Any], seed: int = 1, out: Path | None = None, **changes: Any) -> Economy:
    """Return a closed economy of 150 households, days of one tick and three banks that checks every account."""
    return Economy("economy-coarse", rng=seed, out=out, shocks=shocks, **(CLOSED | changes))


def lived(days: int, *shocks: dict[str, Any], **changes: Any) -> Economy:
    """Return a small closed economy after ``days``."""
    economy = closed(*shocks, **changes)
    economy.run(days=days)
    return economy


def behind(economy: Economy) -> ClosedEconomy:
    """Return what is behind the market."""
    assert economy.closed is not None
    return economy.closed


def events(economy: Economy, name: str) -> list[dict[str, Any]]:
    """Return the rows of table events of one kind."""
    rows = economy.table("events")
    rows = rows[rows["event"] == name]
    return [
        {"tick": tick, "symbol": symbol, **json.loads(payload)}
        for tick, symbol, payload in rows[["tick", "symbol", "payload"]].itertuples(index=False)
    ]


def assert_closed(economy: Economy) -> None:
    """Check that every instrument closes, and that nobody but banks' reserves is below nothing."""
    identities.instruments_close(economy.ledger)
    identities.contracts_close(economy.ledger)
    identities.recount_agrees(economy.ledger)
    assert not economy.balance_sheet().sum(axis=1).any()
    identities.reserves_covered(economy.ledger)
