"""`Parameters`: frozen, bounded, documented settings, and the errors a wrong one gives.

A component declares its settings as a subclass beside itself. Every field has a unit, a bound and a
sentence; from that one declaration come error messages, reference docs, sliders and the overrides
(``traders__number=500`` in Python, ``--set traders.number=500`` on the command line).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from .errors import REQUIRED, OutOfBounds, ScenarioError, UnknownKey


class Parameters(BaseModel):
    """Base of all settings: frozen, unknown keys forbidden, defaults validated.

    Examples
    --------
    >>> from pydantic import Field
    >>> class Clock(Parameters):
    ...     days: int = Field(252, ge=1, description="trading days")
    >>> Clock.of({"days": 0}, at="clock")
    Traceback (most recent call last):
    ...
    catallaxy.core.errors.OutOfBounds: clock.days is 0; Input should be greater than or equal to 1
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)

    @classmethod
    def of(cls, values: Mapping[str, Any], at: str = "") -> Self:
        """Validate ``values``; raise `UnknownKey` or `OutOfBounds` naming the key as ``at.key``."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            raise _translated(error, cls, at) from None

    def replaced(self, changes: Mapping[str, Any], at: str = "") -> Self:
        """Return a copy with nested ``changes`` merged in, validated again as a whole."""
        return type(self).of(overlaid(type(self), self.model_dump(), changes), at)


def _translated(error: ValidationError, model: type[Parameters], at: str) -> ScenarioError:
    first = error.errors()[0]
    path = [str(part) for part in first["loc"]]
    key = ".".join(([at] if at else []) + path)
    if first["type"] == "extra_forbidden":
        return UnknownKey(key, tuple(sorted(_siblings(model, path[:-1], at))))
    return refused_value(key, first)


def refused_value(key: str, problem: Mapping[str, Any]) -> OutOfBounds:
    """Return the error for one of pydantic's ``problem`` values; a field that is missing has no value to show."""
    if problem["type"] == "missing":
        return OutOfBounds(key, None, REQUIRED)
    return OutOfBounds(key, problem.get("input"), str(problem["msg"]).removeprefix("Value error, "))


def _siblings(model: type[BaseModel], path: list[str], at: str) -> list[str]:
    prefix = ([at] if at else []) + path
    here: type[BaseModel] | None = model
    for part in path:
        field = here.model_fields.get(part) if here is not None else None
        here = nested(field) if field is not None else None
    return [".".join([*prefix, name]) for name in (here.model_fields if here is not None else ())]


def nested(field: FieldInfo) -> type[Parameters] | None:
    """Return the `Parameters` class that a field holds, or None."""
    for kind in (field.annotation, *get_args(field.annotation)):
        if isinstance(kind, type) and issubclass(kind, Parameters):
            return kind
    return None


class Table(dict[str, Any]):
    """Settings named one by one: laid over what is there, where a plain mapping takes its place."""


def overlaid(model: type[Parameters], base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with ``changes`` laid over it: section by section, a field with a mapping as a whole.

    Examples
    --------
    >>> class Traders(Parameters):
    ...     number: int = 10
    ...     mix: dict[str, float] = {"noise": 1.0}
    >>> class Model(Parameters):
    ...     traders: Traders = Traders()
    >>> overlaid(Model, Model().model_dump(), {"traders": {"mix": {"herder": 1.0}}})
    {'traders': {'number': 10, 'mix': {'herder': 1.0}}}
    >>> overlaid(Model, Model().model_dump(), unflattened({"traders__mix__herder": 1.0}))
    {'traders': {'number': 10, 'mix': {'noise': 1.0, 'herder': 1.0}}}
    """
    out = dict(base)
    for key, value in changes.items():
        field, old = model.model_fields.get(key), out.get(key)
        section = nested(field) if field is not None else None
        if section is not None and isinstance(value, Mapping):
            out[key] = overlaid(section, old or {}, value)
        elif isinstance(value, Table) and isinstance(old, Mapping):
            out[key] = _merged(old, value)
        else:
            out[key] = value
    return out


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(base)
    for key, value in changes.items():
        old = out.get(key)
        out[key] = _merged(old, value) if isinstance(value, Table) and isinstance(old, Mapping) else value
    return out


def unflattened(flat: Mapping[str, Any], separator: str = "__") -> Table:
    """Return nested tables from flat overrides.

    Examples
    --------
    >>> unflattened({"traders__number": 500})
    {'traders': {'number': 500}}
    """
    out = Table()
    for key, value in flat.items():
        *tables, name = key.split(separator)
        here = out
        for table in tables:
            inner = here.setdefault(table, Table())
            if not isinstance(inner, Table):
                raise OutOfBounds(key, value, f"{table} is given as a whole as well, as {inner!r}; give one of them")
            here = inner
        if name in here:
            raise OutOfBounds(key, value, f"{name} is given in parts as well, as {here[name]!r}; give one of them")
        here[name] = value
    return out


def fields_of(model: type[Parameters], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield every leaf field with its dotted key, in the order of declaration."""
    for name, field in model.model_fields.items():
        inner = nested(field)
        if inner is None:
            yield prefix + name, field
        else:
            yield from fields_of(inner, f"{prefix}{name}.")
