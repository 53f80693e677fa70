"""What every shock has: the tick at which it comes, and for those that last, the tick at which it goes."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from ..core.parameters import Parameters
from ..core.units import Tick

EVERYWHERE, MACRO, CLOSED = ("none", "reduced", "full"), ("reduced", "full"), ("full",)


class Dated(Parameters):
    """A shock that comes once, at a tick."""

    forms: ClassVar[tuple[str, ...]] = EVERYWHERE
    at: int = Field(ge=1, description="first tick in force")

    def is_in_force(self, tick: Tick) -> bool:
        """Return whether ``tick`` lies in the shock's dates."""
        return self.at == tick


class Lasting(Dated):
    """A shock that is in force from a tick until another."""

    until: int | None = Field(None, ge=1, description="last tick in force; unset: to the end of the run")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Lasting:
        if self.until is not None and self.until < self.at:
            raise ValueError(f"until is {self.until}, before at = {self.at}; give a later tick")
        return self

    def is_in_force(self, tick: Tick) -> bool:
        """Return whether ``tick`` lies in the shock's dates."""
        return self.at <= tick and (self.until is None or tick <= self.until)
