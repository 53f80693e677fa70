"""The door for everything from outside: typed actions and commands, validated before they count.

Actions are one union told apart by ``type`` (BUY, SELL, SHORT, COVER, CANCEL). Every refusal has a
reason code of `catallaxy.markets.orders.Reason`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from ..core.errors import OutOfBounds
from ..core.parameters import Parameters, refused_value
from ..core.units import OrderId, OwnerId, Tick

LARGEST = 10**15  # far beyond any use, far below what 64 bits hold
Symbol = Annotated[str, Field(min_length=1, max_length=10, pattern=r"^[A-Z0-9][A-Z0-9.\-]*$")]


class _Order(Parameters):
    symbol: Symbol = Field(description="listed symbol")
    quantity: int = Field(strict=True, ge=1, le=1_000_000, description="lots")
    order_type: Literal["MARKET", "LIMIT"] = Field(
        "MARKET", description="MARKET pays at most the collar; unset: LIMIT where there is a price"
    )
    price: int | None = Field(
        None, strict=True, ge=1, le=LARGEST, description="price units; due for a LIMIT order only"
    )
    life: int | None = Field(
        None, strict=True, ge=1, le=LARGEST, description="ticks a LIMIT order rests; unset: until cancelled"
    )

    @model_validator(mode="before")
    @classmethod
    def _a_price_means_a_limit(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and values.get("price") is not None and "order_type" not in values:
            return {**values, "order_type": "LIMIT"}
        return values

    @model_validator(mode="after")
    def _price_matches_type(self) -> _Order:
        if self.order_type == "LIMIT" and self.price is None:
            raise ValueError("a LIMIT order needs a price")
        if self.order_type == "MARKET" and self.price is not None:
            raise ValueError("a MARKET order takes no price; give order_type LIMIT or leave the price out")
        return self


class Buy(_Order):
    """Buy lots of a symbol."""

    type: Literal["BUY"] = "BUY"


class Sell(_Order):
    """Sell lots that the agent holds."""

    type: Literal["SELL"] = "SELL"


class Short(_Order):
    """Sell lots borrowed for the purpose; refused until securities lending exists."""

    type: Literal["SHORT"] = "SHORT"


class Cover(_Order):
    """Buy back lots that were sold short; without a short position there is nothing to cover."""

    type: Literal["COVER"] = "COVER"


class Cancel(Parameters):
    """Cancel the agent's own live order."""

    type: Literal["CANCEL"] = "CANCEL"
    order: OrderId = Field(strict=True, ge=1, le=LARGEST, description="public id of the order")


Action = Annotated[Buy | Sell | Short | Cover | Cancel, Field(discriminator="type")]
ACTION_TYPES: tuple[str, ...] = ("BUY", "SELL", "SHORT", "COVER", "CANCEL")
_ADAPTER: TypeAdapter[Any] = TypeAdapter(Action)
_DEPTH, _LONGEST = 4, 1_000


def parse_action(values: Mapping[str, Any] | Parameters) -> Buy | Sell | Short | Cover | Cancel:
    """Return the action that plain values describe; raise `OutOfBounds` naming the field and what is due.

    Examples
    --------
    >>> parse_action({"type": "BUY", "symbol": "AAPL", "quantity": 5}).quantity
    5
    """
    if isinstance(values, (Buy, Sell, Short, Cover, Cancel)):
        return values
    plain = plain_values(values)
    if plain.get("type") == "CANCEL_ORDER":  # the same action under its longer name
        plain["type"] = "CANCEL"
        plain["order"] = plain.pop("order_id", plain.get("order"))
    try:
        action: Buy | Sell | Short | Cover | Cancel = _ADAPTER.validate_python(plain)
    except ValidationError as error:
        first = error.errors()[0]
        if first["type"] in ("union_tag_invalid", "union_tag_not_found"):
            raise OutOfBounds("action.type", plain.get("type"), f"give one of {', '.join(ACTION_TYPES)}") from None
        path = [str(part) for part in first["loc"] if str(part) not in ACTION_TYPES]
        raise refused_value(".".join(["action", *path]), first) from None
    return action


def plain_values(values: Mapping[str, Any] | Parameters) -> dict[str, Any]:
    """Return what came from outside as plain JSON values, whatever it was: it is journalled even when refused.

    NumPy's numbers become Python's; what JSON cannot hold becomes its text.

    Examples
    --------
    >>> plain_values({"quantity": np.int64(5), "price": float("nan"), "who": {1, 1}})
    {'quantity': 5, 'price': 'nan', 'who': '{1}'}
    """
    given = values.model_dump(mode="json") if isinstance(values, Parameters) else values
    if not isinstance(given, Mapping):
        return {"type": _text(given)}
    return {_text(key): _plain(value) for key, value in dict(given).items()}


def _plain(value: Any, depth: int = 0) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, int) and value.bit_length() > 1_000:
        return f"a number of {value.bit_length()} bits"
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if depth < _DEPTH and isinstance(value, Mapping):
        return {_text(key): _plain(inner, depth + 1) for key, inner in value.items()}
    if depth < _DEPTH and isinstance(value, (list, tuple)):
        return [_plain(inner, depth + 1) for inner in value]
    return _text(value)


def _text(value: Any) -> str:
    return str(value).encode("utf-8", "replace").decode("utf-8")[:_LONGEST]


@dataclass(frozen=True)
class Command:
    """Something from outside, stamped: it takes effect in the next tick, in order of ``sequence``.

    ``payload`` is an action of ``owner``, or with ``owner`` -1 ``{"type": "SHOCK", ...}`` or
    ``{"type": "CHANGE", "changes": {key: value}}``.
    """

    sequence: int
    source: str
    owner: OwnerId
    payload: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the journal."""
        return {"owner": self.owner, "payload": self.payload}


@dataclass(frozen=True)
class ActionResult:
    """What became of a command in the tick in which it was applied."""

    sequence: int
    tick: Tick
    success: bool
    reason: str
    message: str
    order: OrderId | None = None
    filled: int = 0
    average_price: float | None = None
