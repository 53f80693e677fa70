"""How the central bank sets its rate: what it reads, what it decides, and the plug point for rules.

A rule asks for a rate i*; what is common to all rules follows here, once a month:

    shadow = ρ before + (1 - ρ) i*,   rate = max(shadow, lower bound),

where ``before`` is last month's rate, or last month's shadow rate while the bound held the rate up. So a
rate moved by a shock decays with ρ, and a long stay at the bound is remembered. Rules are pure: what one
must remember comes in as ``memory`` and goes out with the decision. All rates are annual fractions.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Any, ClassVar, TypeAlias

from ..core.errors import OutOfBounds, SeriesChanged, UnknownKey, UnusableSeries
from .expectations import ExpectationSettings
from .monetary import SECTION, MonetarySettings

Memory: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True)
class Readings:
    """What the central bank knows when it decides; rates and growth are fractions a year.

    Parameters
    ----------
    month : int
        1 is the first month of the run.
    inflation_12m, expected_inflation : float
        π over the last twelve months, and what the public expects.
    gap : float
        y, log deviation of output from potential: 0.01 is 1 %.
    previous_rate : float
        The policy rate now in force.
    price_level, money, nominal_gdp : float
        Levels, in any unit that stays the same; only the rules that need one read it.
    """

    month: int
    inflation_12m: float
    expected_inflation: float
    gap: float
    previous_rate: float
    price_level: float = math.nan
    money: float = math.nan
    nominal_gdp: float = math.nan

    def level(self, name: str, rule: str) -> float:
        """Return a level by its name; raise `UnusableSeries` where it is unknown or not above 0."""
        value = float(getattr(self, name))
        if not (math.isfinite(value) and value > 0.0):
            raise UnusableSeries(f"reading {name} of month {self.month}", f"is {value}; rule {rule} needs it above 0")
        return value


@dataclass(frozen=True)
class RateDecision:
    """A month's decision: the ``rate`` in force, the ``shadow`` rate without a bound, the rate ``asked`` for, and why.

    ``memory`` is what `PolicyRule.decide` wants to be given next month; it is plain JSON.
    """

    rate: float
    shadow: float
    asked: float
    reason: str
    memory: Memory


class PolicyRule(ABC):
    """How a rate follows from readings; found in scenarios by its ``name``.

    A subclass says what it asks for, and, where it must look back, what it remembers. One that is
    not ``smoothed`` gets its rate at once. Packages offer rules under the entry-point group
    ``catallaxy.policy_rules``.

    Examples
    --------
    >>> class Backward(PolicyRule):
    ...     '''Raises the rate by as much as inflation exceeds the target.'''
    ...     def asked(self, readings, memory, before):
    ...         return before + readings.inflation_12m - self.settings.target
    >>> month = Readings(month=1, inflation_12m=0.03, expected_inflation=0.02, gap=0.0, previous_rate=0.03)
    >>> round(decide(MonetarySettings(rule="backward", smoothing=0.5), month).rate, 6)
    0.035
    """

    name: ClassVar[str]
    smoothed: ClassVar[bool] = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        if not cls.__name__.startswith("_"):
            _REGISTRY[cls.name] = cls

    def __init__(self, settings: MonetarySettings) -> None:
        self.settings = settings
        self.digest = ""  # of data from outside the scenario, for a rule that reads some

    def check_data(self, digest: str) -> None:
        """Raise `SeriesChanged` where a stored run began with data of another ``digest``."""
        if digest != self.digest:
            raise SeriesChanged(f"rate path {self.settings.path}", digest, self.digest)

    @abstractmethod
    def asked(self, readings: Readings, memory: Memory, before: float) -> float:
        """Return i*, without smoothing or bound; ``before`` is last month's rate, or its shadow at the bound."""

    def remember(self, readings: Readings, memory: Memory) -> Memory:
        """Return what the rule must know of the past, this month included; called before `asked`."""
        return memory

    def weakness(self) -> tuple[str, object, str] | None:
        """Return (field, value, remedy) where the rule does not anchor inflation by itself, else None.

        The Taylor principle: nominal rates must rise by more than inflation does, so φ_π > 1
        (Woodford 2003, "Interest and Prices", chapter 4). It is necessary, not sufficient: a bound that
        binds, or a reaction too strong for the lags of the economy, may still end in a spiral.
        """
        return None if self.settings.phi_pi > 1.0 else ("phi_pi", self.settings.phi_pi, "raise phi_pi above 1")

    def decide(self, readings: Readings, memory: Memory | None = None) -> RateDecision:
        """Return the rate for the month; ``memory`` is that of the last decision, None in the first month."""
        bound, old = self.settings.lower_bound, memory or {}
        held = "shadow" in old and readings.previous_rate <= bound
        before = min(float(old["shadow"]), readings.previous_rate) if held else readings.previous_rate
        own = self.remember(readings, old.get("own", {}) if old.get("rule") == self.name else {})
        asked = self.asked(readings, own, before)
        share = self.settings.smoothing if self.smoothed else 0.0
        shadow = share * before + (1.0 - share) * asked
        if not math.isfinite(shadow):
            raise UnusableSeries(f"rate of the rule {self.name}", f"is {shadow}; its readings were {readings}")
        rate = max(shadow, bound)
        return RateDecision(rate, shadow, asked, self._reason(asked, shadow, bound),
                            {"rule": self.name, "shadow": shadow, "own": dict(own)})  # fmt: skip

    def _reason(self, asked: float, shadow: float, bound: float) -> str:
        parts = [f"{self.name} asks for {100 * asked:.2f} %"]
        if shadow != asked:
            parts.append(f"smoothed to {100 * shadow:.2f} %")
        if shadow < bound:
            parts.append(f"held at the lower bound of {100 * bound:.2f} %")
        return ", ".join(parts)


_REGISTRY: dict[str, type[PolicyRule]] = {}


def policy_rules() -> dict[str, type[PolicyRule]]:
    """Return every known rule by name: built in, imported, or offered by an installed package."""
    from . import rate_rules as built_in

    assert built_in is not None
    for point in entry_points(group="catallaxy.policy_rules"):
        if point.name not in _REGISTRY:
            point.load()
    return dict(_REGISTRY)


def found(name: str) -> type[PolicyRule] | None:
    """Return the rule of that name, or None."""
    return _REGISTRY[name] if name in _REGISTRY else policy_rules().get(name)


def policy_rule(settings: MonetarySettings) -> PolicyRule:
    """Return the rule that ``settings`` name, ready to decide; raise `UnknownKey` where nothing offers it any more."""
    rule = found(settings.rule)
    if rule is None:
        raise UnknownKey(f"{SECTION}.rule.{settings.rule}", tuple(f"{SECTION}.rule.{name}" for name in policy_rules()))
    return rule(settings)


def decide(settings: MonetarySettings, readings: Readings, memory: Memory | None = None) -> RateDecision:
    """Return one decision of the rule that ``settings`` name.

    A central bank keeps the `policy_rule` itself, so that a path is read from its file once.

    Examples
    --------
    >>> taylor_1993 = MonetarySettings(neutral_rate=0.02, smoothing=0.0)
    >>> month = Readings(month=1, inflation_12m=0.04, expected_inflation=0.02, gap=0.02, previous_rate=0.04)
    >>> decided = decide(taylor_1993, month)
    >>> round(decided.rate, 12), decided.reason
    (0.08, 'taylor asks for 8.00 %')
    """
    return policy_rule(settings).decide(readings, memory)


def check_rule(settings: MonetarySettings, expectations: ExpectationSettings, allow_unstable: bool = False) -> None:
    """Refuse a rule that leaves inflation to expectations which have no anchor of their own.

    Raises
    ------
    OutOfBounds
        Naming the field and the remedies, unless ``allow_unstable`` here or in ``settings``.

    Examples
    --------
    >>> check_rule(MonetarySettings(phi_pi=0.8), ExpectationSettings(rule="naive"))
    Traceback (most recent call last):
    ...
    catallaxy.core.errors.OutOfBounds: central_bank.phi_pi is 0.8; with naive expectations nothing brings inflation \
back: raise phi_pi above 1, use anchored expectations, or set central_bank.allow_unstable = true
    """
    weak = policy_rule(settings).weakness()
    if weak is None or expectations.anchored or allow_unstable or settings.allow_unstable:
        return
    field, value, remedy = weak
    raise OutOfBounds(
        f"{SECTION}.{field}",
        value,
        f"with {expectations.rule} expectations nothing brings inflation back: {remedy}, use anchored expectations, "
        f"or set {SECTION}.allow_unstable = true",
    )
