"""Shocks: small dated values that say who, what, how much, from when and until when.

A shock is a pure statement; what it does in a tick follows from whether the tick lies in its
dates. So nothing has to be undone, and a run with shocks replays like any other. No shock writes a
traded price: it moves fundamentals, sends orders or closes a book, or something behind the market (`economy_shocks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from ..core.errors import OutOfBounds, UnknownKey, nearest
from ..core.parameters import refused_value
from .dated import Dated, Lasting
from .economy_shocks import (
    BankLoss,
    CreditCrunch,
    DemandShift,
    Helicopter,
    InflationScare,
    Mood,
    RateChange,
    ResourceDiscovery,
    ResourceStrike,
    Run,
    WagePush,
)

if TYPE_CHECKING:
    from .scenario import Scenario


class _OfStocks(Lasting):
    symbols: tuple[str, ...] = Field((), description="stocks concerned; empty: all")


class FundamentalJump(_OfStocks):
    """The fundamental value of some stocks is multiplied by 1 + size while the shock is in force."""

    kind: Literal["fundamental_jump"] = "fundamental_jump"
    size: float = Field(gt=-1.0, le=10.0, description="relative change; -0.15 is a fall of 15 %")


class OrderFlood(_OfStocks):
    """Every tick, traders send market orders for a share of what they could buy or sell."""

    kind: Literal["order_flood"] = "order_flood"
    side: Literal["buy", "sell"] = Field(description="side of the flood")
    size: float = Field(gt=0.0, le=1.0, description="share of free lots sold, or of free cash spent, in each tick")
    who: str = Field("", description="population that floods; empty: every trader")


class SymbolHalt(_OfStocks):
    """Some books take no new orders while the shock is in force; cancellations still work."""

    kind: Literal["symbol_halt"] = "symbol_halt"


AnyShock: TypeAlias = (
    FundamentalJump | OrderFlood | SymbolHalt | Mood | RateChange | InflationScare | WagePush | DemandShift
    | ResourceStrike | ResourceDiscovery | BankLoss | Run | CreditCrunch | Helicopter
)  # fmt: skip
Shock = Annotated[AnyShock, Field(discriminator="kind")]
_CLASSES: dict[str, type[Dated]] = {kind.model_fields["kind"].default: kind for kind in get_args(AnyShock)}
SHOCK_KINDS: tuple[str, ...] = tuple(_CLASSES)
_ADAPTER: TypeAdapter[Any] = TypeAdapter(Shock)


def parse_shock(values: Mapping[str, Any], at: str = "shock") -> AnyShock:
    """Return the shock that plain values describe; raise `OutOfBounds` or `UnknownKey` naming the field.

    Examples
    --------
    >>> parse_shock({"kind": "fundamental_jump", "at": 5, "size": -0.1}).is_in_force(6)
    True
    """
    try:
        shock: AnyShock = _ADAPTER.validate_python(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        path = [str(part) for part in first["loc"] if str(part) not in SHOCK_KINDS]
        key = ".".join([at, *path])
        if first["type"] == "extra_forbidden":
            kind = _CLASSES.get(str(values.get("kind")))
            known = tuple(f"{at}.{name}" for name in kind.model_fields) if kind else ()
            raise UnknownKey(key, known) from None
        if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
            raise OutOfBounds(f"{at}.kind", values.get("kind"), f"give one of {', '.join(SHOCK_KINDS)}") from None
        raise refused_value(key, first) from None
    return shock


def check_shock(shock: AnyShock, scenario: Scenario, at: str = "shock") -> None:
    """Raise `OutOfBounds` where a shock cannot strike what a scenario has, with the names or settings that would do."""
    if scenario.macro.form not in shock.forms:
        forms = " or ".join(f'"{form}"' for form in shock.forms)
        raise OutOfBounds(f"{at}.kind", shock.kind, f"it needs an economy behind the market: macro.form = {forms}")
    if isinstance(shock, Mood) and not scenario.psychology.enabled:
        raise OutOfBounds(f"{at}.kind", shock.kind, "it needs moods: psychology.enabled = true")
    if isinstance(shock, (FundamentalJump, OrderFlood, SymbolHalt, Mood)):
        books_of(shock, scenario.symbols(), at)
    if isinstance(shock, OrderFlood) and shock.who and shock.who not in scenario.traders.groups():
        groups = ", ".join(scenario.traders.groups())
        raise OutOfBounds(f"{at}.who", shock.who, f"the groups are {groups}; leave it empty for all of them")
    if isinstance(shock, (BankLoss, Run)):
        _check_target(f"{at}.bank", shock.bank, scenario.symbols()[-scenario.banks.number :], "banks")
    if isinstance(shock, (ResourceStrike, ResourceDiscovery)):
        _check_target(f"{at}.resource", shock.resource, tuple(one.name for one in scenario.resources), "resources")


def _check_target(key: str, name: str, known: tuple[str, ...], what: str) -> None:
    if name not in known:
        raise OutOfBounds(key, name, f"{what} are {', '.join(known)}{nearest(name, known)}")


def books_of(
    shock: FundamentalJump | OrderFlood | SymbolHalt | Mood, symbols: tuple[str, ...], at: str = "shock"
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the book numbers a shock concerns; raise `OutOfBounds` on a symbol that is not listed."""
    for symbol in shock.symbols:
        if symbol not in symbols:
            raise OutOfBounds(f"{at}.symbols", symbol, f"listed are {', '.join(symbols)}")
    chosen = shock.symbols or symbols
    return np.array([symbols.index(symbol) for symbol in chosen], np.int64)
