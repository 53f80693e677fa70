"""Shocks: small dated values that say who, what, how much, from when and until when.

A shock is a pure statement; what it does in a tick follows from whether the tick lies in its
dates. So nothing has to be undone, and a run with shocks replays like any other. No shock writes a
traded price: it moves fundamentals, sends orders or closes a book.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from ..core.errors import OutOfBounds, UnknownKey
from ..core.parameters import Parameters, refused_value
from ..core.units import Tick


class _Dated(Parameters):
    at: int = Field(ge=1, description="first tick in force")
    until: int | None = Field(None, ge=1, description="last tick in force; unset: to the end of the run")
    symbols: tuple[str, ...] = Field((), description="stocks concerned; empty: all")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> _Dated:
        if self.until is not None and self.until < self.at:
            raise ValueError(f"until is {self.until}, before at = {self.at}; give a later tick")
        return self

    def is_in_force(self, tick: Tick) -> bool:
        """Return whether ``tick`` lies in the shock's dates."""
        return self.at <= tick and (self.until is None or tick <= self.until)


class FundamentalJump(_Dated):
    """The fundamental value of some stocks is multiplied by 1 + size while the shock is in force."""

    kind: Literal["fundamental_jump"] = "fundamental_jump"
    size: float = Field(gt=-1.0, le=10.0, description="relative change; -0.15 is a fall of 15 %")


class OrderFlood(_Dated):
    """Every tick, traders send market orders for a share of what they could buy or sell."""

    kind: Literal["order_flood"] = "order_flood"
    side: Literal["buy", "sell"] = Field(description="side of the flood")
    size: float = Field(gt=0.0, le=1.0, description="share of free lots sold, or of free cash spent, in each tick")
    who: str = Field("", description="population that floods; empty: every trader")


class SymbolHalt(_Dated):
    """Some books take no new orders while the shock is in force; cancellations still work."""

    kind: Literal["symbol_halt"] = "symbol_halt"


Shock = Annotated[FundamentalJump | OrderFlood | SymbolHalt, Field(discriminator="kind")]
SHOCK_KINDS: tuple[str, ...] = ("fundamental_jump", "order_flood", "symbol_halt")
_ADAPTER: TypeAdapter[Any] = TypeAdapter(Shock)


def parse_shock(values: Mapping[str, Any], at: str = "shock") -> FundamentalJump | OrderFlood | SymbolHalt:
    """Return the shock that plain values describe; raise `OutOfBounds` or `UnknownKey` naming the field.

    Examples
    --------
    >>> parse_shock({"kind": "fundamental_jump", "at": 5, "size": -0.1}).is_in_force(6)
    True
    """
    try:
        shock: FundamentalJump | OrderFlood | SymbolHalt = _ADAPTER.validate_python(dict(values))
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


_CLASSES: dict[str, type[_Dated]] = {
    "fundamental_jump": FundamentalJump,
    "order_flood": OrderFlood,
    "symbol_halt": SymbolHalt,
}


def check_shock(shock: _Dated, symbols: tuple[str, ...], groups: tuple[str, ...], at: str = "shock") -> None:
    """Raise `OutOfBounds` where a shock concerns a symbol that is not listed or a group that does not trade."""
    books_of(shock, symbols, at)
    who = shock.who if isinstance(shock, OrderFlood) else ""
    if who and who not in groups:
        raise OutOfBounds(f"{at}.who", who, f"the groups are {', '.join(groups)}; leave it empty for all of them")


def books_of(shock: _Dated, symbols: tuple[str, ...], at: str = "shock") -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the book numbers a shock concerns; raise `OutOfBounds` on a symbol that is not listed."""
    for symbol in shock.symbols:
        if symbol not in symbols:
            raise OutOfBounds(f"{at}.symbols", symbol, f"listed are {', '.join(symbols)}")
    chosen = shock.symbols or symbols
    return np.array([symbols.index(symbol) for symbol in chosen], np.int64)
