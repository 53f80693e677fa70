"""What a replication says: one check for each published number, with ours beside it and a verdict."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

Verdict = Literal["pass", "fail", "documented negative"]


@dataclass(frozen=True)
class Check:
    """A published number and ours.

    Parameters
    ----------
    name : str
        What was measured.
    published : float or None
        The number in the paper; None where it prints no number and only the sign or order is known.
    ours : float
        Our number.
    tolerance : str
        What counts as agreement, in words: ``"± 2 %"``, ``">= 99"``.
    verdict : {"pass", "fail", "documented negative"}
        A documented negative shows what goes wrong under another reading of the paper, on purpose.
    note, source : str
        A remark, and where the number stands.
    seconds : float
        CPU time of the computation the check belongs to.
    """

    name: str
    published: float | None
    ours: float
    tolerance: str
    verdict: Verdict
    note: str = ""
    source: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Replication:
    """All checks of one replication."""

    name: str
    checks: tuple[Check, ...]
    quick: bool
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """``"fail"`` when a check failed, else ``"pass"``; documented negatives do not count."""
        return "fail" if any(check.verdict == "fail" for check in self.checks) else "pass"

    def as_rows(self) -> list[dict[str, Any]]:
        """Return the checks as plain values, one dict each, for JSON and tables."""
        return [{"replication": self.name, **asdict(check)} for check in self.checks]


def near(
    name: str, published: float, ours: float, *, relative: float = 0.0, absolute: float = 0.0, note: str = ""
) -> Check:
    """Return a check that passes when ours is within a relative and an absolute distance of the published number.

    Examples
    --------
    >>> near("spread", 0.10, 0.0999, relative=0.02).verdict
    'pass'
    """
    due = relative * abs(published) + absolute
    words = [f"{100 * relative:g} %"] * (relative > 0) + [f"{absolute:g}"] * (absolute > 0)
    tolerance = f"± {' and '.join(words)}" if words else "exact"
    return Check(name, published, ours, tolerance, "pass" if abs(ours - published) <= due else "fail", note)


def within(
    name: str,
    published: float | None,
    ours: float,
    *,
    least: float = float("-inf"),
    most: float = float("inf"),
    note: str = "",
) -> Check:
    """Return a check that passes when ours lies in [least, most].

    Examples
    --------
    >>> within("efficiency", 99.9, 99.8, least=99).tolerance
    '>= 99'
    """
    if least > float("-inf"):
        tolerance = f"{least:g} to {most:g}" if most < float("inf") else f">= {least:g}"
    else:
        tolerance = f"<= {most:g}"
    return Check(name, published, ours, tolerance, "pass" if least <= ours <= most else "fail", note)


def negative(name: str, published: float, ours: float, *, least: float, most: float, note: str) -> Check:
    """Return a documented negative: a reading that must miss, and must miss as known, else the check fails."""
    held = least <= ours <= most
    return Check(
        name, published, ours, f"misses: {least:g} to {most:g}", "documented negative" if held else "fail", note
    )


def timed(name: str, source: str, quick: bool, checks: Callable[[], list[Check]]) -> Replication:
    """Run ``checks`` and return them as a replication, with the source and the CPU time filled in."""
    start = time.process_time()
    found = checks()
    seconds = time.process_time() - start
    return Replication(
        name, tuple(replace(c, source=c.source or source, seconds=seconds) for c in found), quick, seconds
    )
