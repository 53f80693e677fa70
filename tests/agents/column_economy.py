"""A tiny economy of column traders, and the same people as plain Mesa agents, to compare with."""

from __future__ import annotations

from typing import Any

import mesa
import numpy as np

from catallaxy.agents.populated_model import PopulatedModel
from catallaxy.core.errors import BalanceIsPosted, NoSuchColumn
from catallaxy.core.mesa_adaptor import Collector

POSTED = ("owner", "cash", "wealth", "group", "active", "position:AAA")


class Columns:
    """A roster whose cash is kept by nobody but itself."""

    column_names = (*POSTED, "mood", "horizon")

    def __init__(self, number: int) -> None:
        row = np.arange(number)
        self.size = number
        self.columns: dict[str, Any] = {
            "owner": row + 5,
            "cash": (row * 7919) % 13 * 100,
            "wealth": (row * 7919) % 13 * 100 + row,
            "group": np.array(["noise", "herder", "maker"])[row % 3],
            "active": np.ones(number, bool),
            "position:AAA": row % 4,
            "mood": np.zeros(number),
            "horizon": np.ma.masked_array(row * 2, mask=row % 3 != 1),
        }
        self.estates: list[int] = []

    def owner_ids(self) -> Any:
        return self.columns["owner"]

    def column(self, name: str) -> Any:
        if name not in self.columns:
            raise NoSuchColumn(name, self.column_names)
        return self.columns[name]

    def cell(self, name: str, row: int) -> Any:
        return self.column(name)[row]

    def set_column(self, name: str, rows: Any, values: Any) -> None:
        if name in POSTED:
            raise BalanceIsPosted(name)
        self.column(name)[rows] = values

    def remove(self, row: int) -> None:
        self.estates.append(row)
        self.columns["active"][row] = False


class Institution(mesa.Agent):
    """A registered agent with a balance sheet of its own."""

    def __init__(self, model: Any, cash: int) -> None:
        super().__init__(model)
        self.cash = cash
        self.acted = 0

    def step(self) -> None:
        self.acted += 1


class ColumnEconomy(PopulatedModel):
    """Institutions and column traders; the scenario is a name, and overrides are kept."""

    def __init__(self, scenario: str = "markets", *, rng: int | None = None, seed: int | None = None,
                 **kwargs: Any) -> None:  # fmt: skip
        super().__init__(rng=rng if seed is None else seed)
        self.settings, self.overrides = scenario, kwargs
        for cash in range(int(kwargs.get("institutions", 2))):
            Institution(self, cash * 1000)
        self.roster = Columns(int(kwargs.get("traders__number", 12)))
        self.shocks = [0.0]
        self.datacollector = Collector(model_reporters={"cash": "total_cash", "shock": "last_shock", "seed": "seed"})
        self.datacollector.collect(self)

    @property
    def total_cash(self) -> int:
        return int(self.roster.columns["cash"].sum()) + self.steps

    @property
    def last_shock(self) -> float:
        return self.shocks[-1]

    def step(self) -> None:
        if self.overrides.get("fails_at") == self.steps:
            raise RuntimeError("a stage failed")
        self.shocks.append(self.random.random() + self.rng.random())
        if self.steps % 30 == 0:
            self.datacollector.collect(self)


class Person(mesa.Agent):
    """A trader as an ordinary agent."""

    def __init__(self, model: Any, economy: ColumnEconomy, row: int) -> None:
        super().__init__(model)
        self.row = row
        for name in ("owner", "cash", "wealth", "group", "mood"):
            setattr(self, name, economy.roster.columns[name][row].item())

    def richer(self, than: int) -> bool:
        return bool(self.cash > than)


def plain_twin(economy: ColumnEconomy, rng: int) -> mesa.Model:
    """Return a plain Mesa model with the same institutions and traders, in the same order."""
    twin = mesa.Model(rng=rng)
    for institution in economy.registered:
        Institution(twin, institution.cash)
    for row in range(economy.roster.size):
        Person(twin, economy, row)
    return twin
