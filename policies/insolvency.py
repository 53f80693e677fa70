"""Insolvency of firms and households: in which order an estate is paid out.

Wages come first, then taxes, then banks; owners get what is left (United States Code, title 11, section 507;
European Union, Directive 2008/94/EC for wages). Within a class everybody gets the same share.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import OutOfBounds
from ..ledger.posting import largest_remainder


def estate_waterfall(estate: int, classes: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return what each claim is paid: a class is paid in full before the next gets anything.

    Within the class that is not paid in full, claims share by largest remainder.

    Parameters
    ----------
    estate : int
        What there is to pay with, minor units.
    classes : sequence of sequences of int
        Claims by class, first in rank first, minor units.

    Raises
    ------
    OutOfBounds
        The estate or a claim is below 0.

    Examples
    --------
    >>> estate_waterfall(100, [[30, 20], [25], [40, 20]])
    [[30, 20], [25], [17, 8]]
    """
    if estate < 0:
        raise OutOfBounds("estate", estate, "give an amount of 0 or more")
    paid, left = [], estate
    for rank, claims in enumerate(classes):
        wrong = [claim for claim in claims if claim < 0]
        if wrong:
            raise OutOfBounds(f"a claim of class {rank}", wrong[0], "give an amount of 0 or more")
        due = sum(claims)
        paid.append(list(claims) if due <= left else largest_remainder(left, list(claims)))
        left -= sum(paid[-1])
    return paid
