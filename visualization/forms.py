"""Forms from settings: what each field is and may be comes from the same declaration that checks it.

A form is told as plain values to the panel `Form`; what comes back is text and numbers that anybody may have written,
so nothing of it is used before the settings themselves have accepted it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from ..core.errors import OutOfBounds
from ..model.levers import worded
from .desk import Desk
from .live import Feed, Message

Choices = Mapping[str, tuple[str, ...]]
_ENDS = {"least": "at least", "above": "more than", "most": "at most", "below": "less than"}


def field_of(name: str, info: FieldInfo, choices: Choices = {}) -> dict[str, Any]:
    """Return a field of a form: its kind, bounds, default and sentence.

    Parameters
    ----------
    name : str
        Key of the setting.
    info : FieldInfo
        Its declaration.
    choices : mapping
        Names among which a visitor chooses, by key.

    Examples
    --------
    >>> from catallaxy.model.economy_shocks import Run
    >>> field_of("share", Run.model_fields["share"])["most"]
    1.0
    >>> field_of("bank", Run.model_fields["bank"], {"bank": ("B01", "B02")})["options"]
    ['B01', 'B02']
    """
    kind, options = _kind(info.annotation)
    known = choices.get(name)
    if known is not None:
        kind, options = ("choices" if kind == "texts" else "choice"), list(known)
        if not info.is_required() and kind == "choice":
            options = ["", *options]
    told: dict[str, Any] = {
        "name": name, "label": name.replace("_", " "), "kind": kind, "text": info.description or "",
        "value": None if info.is_required() or info.default in (None, ()) else info.default,
        "required": info.is_required(),
    }  # fmt: skip
    if options:
        told["options"] = options
        told["value"] = told["value"] or (options[0] if kind == "choice" else None)
    for rule in info.metadata:
        for attribute, key in (("ge", "least"), ("gt", "above"), ("le", "most"), ("lt", "below")):
            if getattr(rule, attribute, None) is not None:
                told[key] = getattr(rule, attribute)
    return told


def _kind(annotation: Any) -> tuple[str, list[str]]:
    if get_origin(annotation) in (Union, UnionType):
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    if get_origin(annotation) is Literal:
        return "choice", [str(option) for option in get_args(annotation)]
    if get_origin(annotation) is tuple:
        return "texts", []
    return {int: "integer", float: "number"}.get(annotation, "text"), []


def filled(fields: list[dict[str, Any]], said: Any) -> dict[str, Any]:
    """Return what a visitor filled in, by key, without what was left empty; what no field asks for is refused."""
    if not isinstance(said, Mapping):
        raise OutOfBounds("form", _shown(said), "give values by name")
    known = {one["name"]: one for one in fields}
    values: dict[str, Any] = {}
    for name, value in said.items():
        if name not in known:
            raise OutOfBounds(str(name)[:40], _shown(value), f"the form asks for {', '.join(known)}")
        if value not in (None, "", []):
            values[str(name)] = _parsed(known[name], value)
    return values


def _parsed(told: Mapping[str, Any], value: Any) -> Any:
    kind, name, shown = told["kind"], told["name"], _shown(value)
    if kind in ("integer", "number"):
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise OutOfBounds(name, shown, "give a number") from None
        if kind == "integer" and (number != int(number) if abs(number) < 1e15 else True):
            raise OutOfBounds(name, shown, "give a whole number")
        if not is_allowed(told, number):
            raise OutOfBounds(told.get("label", name), shown, allowed(told, told.get("unit", "")))
        return int(number) if kind == "integer" else number
    if kind == "choices":
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise OutOfBounds(name, shown, "give a list of names")
        return tuple(value)
    if not isinstance(value, str):
        raise OutOfBounds(name, shown, "give a word")
    return value


def _shown(value: Any) -> Any:
    """Return a value as a refusal may show it: a line at most, whatever came from outside."""
    short = value is None or isinstance(value, bool | float) or (isinstance(value, int) and abs(value) < 1e15)
    return value if short else str(value)[:60]


def is_allowed(told: Mapping[str, Any], number: float) -> bool:
    """Return whether a field's bounds allow a number."""
    least, most = told.get("least", -math.inf), told.get("most", math.inf)
    above, below = told.get("above", -math.inf), told.get("below", math.inf)
    return math.isfinite(number) and least <= number <= most and above < number < below


def allowed(told: Mapping[str, Any], unit: str = "") -> str:
    """Return which numbers a field allows, in a unit; of one in per cent the bounds are fractions.

    Examples
    --------
    >>> allowed({"least": 0.0, "most": 0.9}, "% a year"), allowed({"above": 0.0, "most": 1.0}), allowed({})
    ('give 0 % to 90 % a year', 'give more than 0 and at most 1', 'give a finite number')
    """
    short = "%" if unit.startswith("%") else ""
    if "least" in told and "most" in told:
        return f"give {worded(told['least'], short)} to {worded(told['most'], unit)}"
    ends = [(word, told[end]) for end, word in _ENDS.items() if end in told]
    said = [f"{word} {worded(end, unit if place == len(ends) else short)}" for place, (word, end) in enumerate(ends, 1)]
    return f"give {' and '.join(said) or 'a finite number'}"


@dataclass
class Mailbox:
    """What a form of one tab is to be told: the form itself whenever it changes, and an answer once."""

    form: Callable[[Desk], Message]
    answers: list[Message] = field(default_factory=list)

    def answer(self, **said: Any) -> None:
        """Tell the form something, once: ``confirm`` with a sentence and what it leads to, or ``done``."""
        self.answers.append({"answer": said})

    @property
    def feed(self) -> Feed:
        """The feed of the form."""

        def feed(desk: Desk, seen: Message | None) -> tuple[Message | None, Message]:
            form = self.form(desk)
            answer = self.answers.pop(0) if self.answers else {}
            if form == seen:
                return (answer or None), form
            return {**form, **answer}, form

        return feed
