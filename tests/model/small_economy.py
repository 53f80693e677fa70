"""Economies small enough for every test to make its own, and how two of them are compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pandas.testing

from catallaxy.core.schemas import TABLES
from catallaxy.ledger import identities
from catallaxy.model.economy import Economy

SMALL: dict[str, Any] = {
    "traders__number": 80,
    "traders__activity": 0.3,
    "stocks__number": 2,
    "anchor__source": "walk",
    "clock__ticks_per_day": 10,
    "recording__part_days": 1,
    "recording__checkpoint_days": 2,
    "recording__digest_every": 7,
    "recording__ring_days": 100,
    "identities": "full",
}


def small(seed: int = 7, out: Path | None = None, **changes: Any) -> Economy:
    """Return an economy of 80 traders, two stocks and days of ten ticks that checks every account each tick."""
    return Economy("markets", rng=seed, out=out, **(SMALL | changes))


def ran(ticks: int, seed: int = 7, out: Path | None = None, **changes: Any) -> Economy:
    """Return a small economy after ``ticks``."""
    economy = small(seed, out, **changes)
    economy.run(ticks=ticks)
    return economy


def everything(economy: Economy) -> tuple[str, str, int, str]:
    """Return what two equal economies share: chain head, digest of all arrays, tick, and every plain value."""
    values = json.dumps(economy.state()[1], sort_keys=True)
    return economy.chain_head, economy.state_hash(), economy.tick, values


def assert_same_rows(one: Economy, other: Economy) -> None:
    """Compare every table, row by row."""
    for table in TABLES:
        pandas.testing.assert_frame_equal(one.table(table), other.table(table), obj=table)


def assert_same_run(one: Economy, other: Economy) -> None:
    """Compare the states and all that was recorded."""
    assert everything(one) == everything(other)
    assert_same_rows(one, other)
    pandas.testing.assert_frame_equal(collected(one), collected(other))
    assert (one.index, one.anchor_index, one.facts()) == (other.index, other.anchor_index, other.facts())


def collected(economy: Economy) -> pd.DataFrame:
    """Return what Mesa's data collector has gathered."""
    frame: pd.DataFrame = economy.datacollector.get_model_vars_dataframe()
    return frame


def assert_lawful(economy: Economy) -> None:
    """Check every identity, and that nobody has less than nothing."""
    identities.instruments_close(economy.ledger)
    identities.contracts_close(economy.ledger)
    identities.recount_agrees(economy.ledger)
    identities.reservations_agree(economy.ledger, economy.exchange.reserved())
    identities.net_worth_sums_to_zero(economy.ledger)
    assert int(economy.ledger.holdings.min()) >= 0
    assert not economy.balance_sheet().sum(axis=1).any()


def trades_by_ordinal(economy: Economy) -> list[tuple[Any, ...]]:
    """Return all trades with their sides named by group and ordinal, which outlast a change of owner ids."""
    name: dict[int, tuple[str, int]] = {}
    for population in economy.populations:
        name |= {owner: (population.name, row) for row, owner in enumerate(population.owners.tolist())}
    rows = economy.table("trades")[["tick", "symbol", "price", "quantity", "maker", "taker"]]
    return [(t, s, p, q, name.get(m), name.get(k)) for t, s, p, q, m, k in rows.itertuples(index=False)]


def prices(economy: Economy) -> np.ndarray[Any, Any]:
    """Return (ticks, stocks) closes of every tick."""
    bars = economy.table("bars")
    bars = bars[bars["interval"] == 1]
    return bars["close"].to_numpy().reshape(-1, len(economy.symbols))


def results(economy: Economy, *numbers: int) -> list[tuple[str, str]]:
    """Return reason and message of commands."""
    return [(economy.results[number].reason, economy.results[number].message) for number in numbers]
