"""Plain values as TOML, for scenarios that are shown, saved and run again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any


def as_toml(values: Mapping[str, Any]) -> str:
    """Return values as TOML text. None is left out: TOML has no word for what is unset.

    Examples
    --------
    >>> print(as_toml({"name": "a", "clock": {"days": 2}, "shocks": [{"at": 3}]}))
    name = "a"
    <BLANKLINE>
    [clock]
    days = 2
    <BLANKLINE>
    [[shocks]]
    at = 3
    """
    return "\n".join(_lines(values, "")).strip("\n")


def _lines(values: Mapping[str, Any], path: str) -> Iterator[str]:
    for key, value in values.items():
        if value is not None and not isinstance(value, Mapping) and not _is_tables(value):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in values.items():
        inner = f"{path}.{_key(key)}" if path else _key(key)
        if isinstance(value, Mapping):
            if not value or any(not isinstance(item, Mapping) for item in value.values()):
                yield f"\n[{inner}]"
            yield from _lines(value, inner)
        elif _is_tables(value):
            for table in value:
                yield f"\n[[{inner}]]"
                yield from _lines(table, inner)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else repr(value)
