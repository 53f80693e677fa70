"""catallaxy: agent-based modelling of closed financial economies, on Mesa.

Every name below is fetched from its room when it is first asked for, so that ``import catallaxy`` is light.

Examples
--------
>>> from catallaxy import Economy
>>> economy = Economy("markets", rng=7, traders__number=100, stocks__number=2, anchor__source="walk")
>>> economy.run(ticks=5)
>>> economy.tick
5
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .agents.check_strategy import check_strategy as check_strategy
    from .agents.strategy import Strategy as Strategy
    from .agents.strategy import StrategySettings as StrategySettings
    from .agents.traders import Trader as Trader
    from .batch.experiment import run_experiment as run_experiment
    from .batch.plotting import plot as plot
    from .batch.replications import replicate as replicate
    from .batch.run_facts import facts_of_run as facts
    from .core.errors import CatallaxyError as CatallaxyError
    from .core.units import Sector as Sector
    from .core.units import Side as Side
    from .ledger.instruments import Instrument as Instrument
    from .ledger.instruments import InstrumentKind as InstrumentKind
    from .ledger.ledger import Ledger as Ledger
    from .ledger.query import query as query
    from .ledger.verification import verify as verify
    from .markets.order_book import OrderBook as OrderBook
    from .model.economy import Economy as Economy
    from .model.runs import replay as replay
    from .model.runs import resume as resume
    from .model.scenario import Scenario as Scenario
    from .model.scenario import load_scenario as load_scenario
    from .model.schedule import Schedule as Schedule
    from .model.schedule import Stage as Stage
    from .model.schedule import When as When
    from .visualization.notebook import show as show

    __version__: str

_HOMES: dict[str, str] = {
    "Economy": "model.economy:Economy",
    "Scenario": "model.scenario:Scenario",
    "load_scenario": "model.scenario:load_scenario",
    "Strategy": "agents.strategy:Strategy",
    "StrategySettings": "agents.strategy:StrategySettings",
    "check_strategy": "agents.check_strategy:check_strategy",
    "Trader": "agents.traders:Trader",
    "OrderBook": "markets.order_book:OrderBook",
    "Side": "core.units:Side",
    "resume": "model.runs:resume",
    "replay": "model.runs:replay",
    "verify": "ledger.verification:verify",
    "query": "ledger.query:query",
    "facts": "batch.run_facts:facts_of_run",
    "plot": "batch.plotting:plot",
    "show": "visualization.notebook:show",
    "replicate": "batch.replications:replicate",
    "run_experiment": "batch.experiment:run_experiment",
    "Ledger": "ledger.ledger:Ledger",
    "Instrument": "ledger.instruments:Instrument",
    "InstrumentKind": "ledger.instruments:InstrumentKind",
    "Sector": "core.units:Sector",
    "Schedule": "model.schedule:Schedule",
    "Stage": "model.schedule:Stage",
    "When": "model.schedule:When",
    "CatallaxyError": "core.errors:CatallaxyError",
}

__all__ = [
    "Economy",
    "Scenario",
    "load_scenario",
    "Strategy",
    "StrategySettings",
    "check_strategy",
    "Trader",
    "OrderBook",
    "Side",
    "resume",
    "replay",
    "verify",
    "query",
    "facts",
    "plot",
    "show",
    "replicate",
    "run_experiment",
    "Ledger",
    "Instrument",
    "InstrumentKind",
    "Sector",
    "Schedule",
    "Stage",
    "When",
    "CatallaxyError",
    "__version__",
]


def __getattr__(name: str) -> Any:
    """Fetch a public name from its room (PEP 562); later uses find it here."""
    if name == "__version__":
        from .ledger.manifest import package_version

        value: Any = package_version()
    elif name in _HOMES:
        from importlib import import_module

        room, _, attribute = _HOMES[name].partition(":")
        value = getattr(import_module(f".{room}", __name__), attribute)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """Return the public names beside what is loaded."""
    return sorted({*globals(), *__all__})
