"""Events as people read them: a name, what happened, and whether it asks to be looked at.

Table events keeps facts in minor units and fractions; here they become money, per cent and words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

_WARNINGS = ("halt", "fail", "bankrupt", "run", "resol", "margin", "catastrophe", "shock", "default", "forced")
_MONEY = frozenset({
    "amount", "called", "capital", "equity", "fund_paid", "interbank_lost", "left", "lent", "loan", "loans_repaid",
    "lost", "position", "price", "raised", "sold_for", "treasury_paid", "uninsured_lost", "wished", "written_off",
})  # fmt: skip
_PER_CENT = frozenset({"share", "inflation", "output_gap"})


class Told(NamedTuple):
    """An event in words."""

    name: str
    text: str
    tone: str


def told(event: str, facts: Mapping[str, Any]) -> Told:
    """Return an event of table events in words.

    Examples
    --------
    >>> told("policy_rate", {"before": 0.031, "after": 0.0335, "inflation": 0.0277, "output_gap": -0.004}).text
    '3.10 % → 3.35 %, inflation 2.77 %, output gap −0.40 %'
    >>> told("resource:discovery", {"resource": "oil", "units": 418751, "share": 0.0164042, "until": 0})
    Told(name='discovery', text='oil: 418\u2009751 units found, 1.64 % of the opening reserves', tone='info')
    >>> told("firm_failure", {"written_off": 123456, "raised": 0})
    Told(name='firm failure', text='written off 1\u2009234.56', tone='warn')
    >>> told("bank_failure", {"cause": "illiquid", "bridge": False, "taker": "B02", "lent": 100}).text
    'illiquid, taken over by B02, lent 1.00'
    """
    name = event.removeprefix("resource:").replace("shock:", "shock: ").replace("_", " ")
    tone = "warn" if any(word in event for word in _WARNINGS) else "info"
    if event.startswith("shock:"):  # sizes of shocks are in units of their own
        return Told(name, in_words({key: value for key, value in facts.items() if key not in ("kind", "at")}), tone)
    return Told(name, _SENTENCES.get(event, in_units)(facts), tone)


def in_units(facts: Mapping[str, Any]) -> str:
    """Return facts as a line: money in currency units, shares in per cent; zeros and what is missing are left out."""
    return ", ".join(
        f"{name.replace('_', ' ')} {_measured(name, value)}" for name, value in facts.items() if value not in _NOTHING
    )


def in_words(facts: Mapping[str, Any]) -> str:
    """Return facts as a line to read; what was not given is left out.

    Examples
    --------
    >>> in_words({"size": -0.6, "half_life_days": None, "symbols": ["OIL", "LAND"], "either_way": True})
    'size −0.6, symbols OIL LAND, either way yes'
    """
    given = {name: value for name, value in facts.items() if value not in (None, "", [], (), {})}
    return ", ".join(f"{name.replace('_', ' ')} {shown(value)}" for name, value in given.items())


def shown(value: Any) -> str:
    """Return one fact."""
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}".replace(",", "\u2009").replace("-", "\u2212")
        case float():
            return f"{value:.6g}".replace("-", "\u2212")
        case dict():
            return in_words(value)
        case list() | tuple():
            return " ".join(shown(one) for one in value)
        case _:
            return str(value).replace("_", " ")


def per_cent(fraction: float) -> str:
    """Return a fraction in per cent."""
    return f"{100.0 * fraction:.2f} %".replace("-", "\u2212")


_NOTHING: tuple[Any, ...] = (None, "", 0, [], (), {})


def _measured(name: str, value: Any) -> str:
    if name in _MONEY and isinstance(value, int | float):
        return f"{value / 100:,.2f}".replace(",", "\u2009").replace("-", "\u2212")
    if name in _PER_CENT and isinstance(value, int | float):
        return per_cent(value)
    return shown(value)


def _rate(facts: Mapping[str, Any]) -> str:
    read = {name: facts[name] for name in ("inflation", "output_gap") if name in facts}
    why = ", ".join(f"{name.replace('_', ' ')} {per_cent(value)}" for name, value in read.items())
    return ", ".join(part for part in (f"{per_cent(facts['before'])} → {per_cent(facts['after'])}", why) if part)


def _found(facts: Mapping[str, Any]) -> str:
    what, units = shown(facts["resource"]), shown(facts["units"])
    return f"{what}: {units} units found, {per_cent(facts['share'])} of the opening reserves"


def _struck(facts: Mapping[str, Any]) -> str:
    what = shown(facts["resource"])
    if facts.get("until"):
        return f"{what}: {per_cent(facts['share'])} of the capacity blocked until month {facts['until']}"
    return f"{what}: {shown(facts['units'])} units lost, {per_cent(facts['share'])} of the reserves"


def _changed(facts: Mapping[str, Any]) -> str:
    where = shown(facts["setting"]).replace(".", ", ")
    return f"{where}: {shown(facts['before'])} → {shown(facts['after'])}, from the {shown(facts['effect'])}"


def _switched(facts: Mapping[str, Any]) -> str:
    old, new = facts.get("old"), facts.get("new")
    way = "ends" if new is None else "comes into force" if old is None else "changes"
    settings = in_words(new or {})
    return f"{shown(facts['rule'])} {way}" + (f" ({settings})" if settings else "") + f": {facts['reason']}"


def _failed(facts: Mapping[str, Any]) -> str:
    taker = "a bridge bank of the state" if facts.get("bridge") else facts.get("taker") or "another bank"
    borne = in_units({name: value for name, value in facts.items() if name not in ("cause", "bridge", "taker")})
    return ", ".join(part for part in (shown(facts["cause"]), f"taken over by {taker}", borne) if part)


_SENTENCES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "policy_rate": _rate, "resource:discovery": _found, "resource:catastrophe": _struck, "changed": _changed,
    "switch": _switched, "bank_failure": _failed,
}  # fmt: skip
