"""The state of an economy: every array and value from which a run continues to the byte."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..core.mesa_adaptor import restore_rng, rng_state
from ..markets.exchange import Counters
from .changes import changes_between, put_in_force, with_changes
from .shocks import parse_shock

if TYPE_CHECKING:
    from .economy import Economy

State: TypeAlias = tuple[dict[str, Any], dict[str, Any]]

_COUNTS = ("tick", "identities_checked", "messages_sent", "trades_made", "day_volume", "agent_id_counter")


def state_of(economy: Economy, *, copy: bool = True) -> State:
    """Return (arrays, JSON values), arrays named ``component/array``; without ``copy`` the accounts are views."""
    path = economy.path.state()
    group_of = economy.group_of[: economy.ledger.owners.size]  # it grows ahead of them
    own = {"fundamental": economy.fundamental, "group_of": group_of, "halted_books": economy.halted_books}
    arrays: dict[str, Any] = {name: array.copy() for name, array in own.items()}
    arrays |= {f"path/{name}": value for name, value in path.items() if isinstance(value, np.ndarray)}
    values: dict[str, Any] = {name: int(getattr(economy, name)) for name in _COUNTS}
    values |= {
        "sequence": economy.sequence,
        "chain_head": economy.chain_head,
        "shocks": [shock.model_dump(mode="json") for shock in economy.shocks],
        "mesa": rng_state(economy),
        "recorder": economy.recorder.state(),
        "alerts": economy.alerts.state(),
        "changes": {key: value for key, (_, value) in changes_between(economy.baseline, economy.settings).items()},
        "path": {name: value for name, value in path.items() if not isinstance(value, np.ndarray)},
    }
    parts: dict[str, State] = {
        "ledger": economy.ledger.state(copy=copy),
        "exchange": economy.exchange.state(),
        "tape": economy.tape.state(),
        "regimes": economy.regimes.state(),
    }
    parts |= {f"population.{population.name}": population.saved() for population in economy.populations}
    if economy.closed is not None:
        parts["closed"] = economy.closed.state()
    if economy.regulator is not None:
        parts["regulator"] = economy.regulator.state()
    if economy.reduced is not None:
        parts["reduced"] = economy.reduced.state()
    if economy.margin is not None:
        parts["margin"] = economy.margin.state()
    if economy.psychology is not None:
        parts["psychology"] = economy.psychology.state()
        arrays["taken"] = economy.taken.copy()
    for name, (part_arrays, part_values) in parts.items():
        arrays |= {f"{name}/{key}": array for key, array in part_arrays.items()}
        values[name] = part_values
    return arrays, values


def restore_state(economy: Economy, arrays: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Put ``economy``, founded from the same scenario and seed, into a state from `state_of`."""
    if values["changes"]:
        put_in_force(economy, with_changes(economy.baseline, values["changes"]))
    economy.ledger.restore(_part(arrays, "ledger"), values["ledger"])
    economy.exchange.restore(_part(arrays, "exchange"), values["exchange"])
    economy.tape.restore(_part(arrays, "tape"), values["tape"])
    economy.regimes.restore(_part(arrays, "regimes"), values["regimes"])
    for population in economy.populations:
        name = f"population.{population.name}"
        population.restore(_part(arrays, name), values[name])
    if economy.closed is not None:
        economy.closed.restore(_part(arrays, "closed"), values["closed"])
    if economy.regulator is not None:
        economy.regulator.restore(_part(arrays, "regulator"), values["regulator"])
    if economy.reduced is not None:
        economy.reduced.restore(_part(arrays, "reduced"), values["reduced"])
    if economy.margin is not None:
        economy.margin.restore(_part(arrays, "margin"), values["margin"])
        economy.margin_share = economy.margin.share
    if economy.psychology is not None:
        economy.psychology.restore(_part(arrays, "psychology"), values["psychology"])
        economy.taken = np.array(arrays["taken"], np.int64)
    economy.path.restore({**_part(arrays, "path"), **values["path"]})
    economy.fundamental = np.array(arrays["fundamental"], np.float64)
    economy.group_of = np.array(arrays["group_of"], np.int64)
    economy.halted_books = np.array(arrays["halted_books"], np.bool_)
    for name in _COUNTS:
        setattr(economy, name, int(values[name]))
    economy.count_from(int(values["sequence"]))
    economy.chain_head = str(values["chain_head"])
    economy.shocks = [parse_shock(shock) for shock in values["shocks"]]
    economy.recorder.restore(copy.deepcopy(values["recorder"]))
    economy.alerts.restore(values["alerts"])
    economy.counters = Counters()
    restore_rng(economy, values["mesa"])


def _part(arrays: Mapping[str, Any], name: str) -> dict[str, Any]:
    prefix = name + "/"
    return {key.removeprefix(prefix): array for key, array in arrays.items() if key.startswith(prefix)}
