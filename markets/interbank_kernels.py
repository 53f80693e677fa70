"""The matching of banks that need reserves with partners that have some to lend."""

from __future__ import annotations

from ..core.kernel import kernel
from ..core.units import BoolArray, IntArray


@kernel
def match_requests(
    borrower: IntArray,
    need: IntArray,
    partners: IntArray,
    surplus: IntArray,
    room: IntArray,
    loans: IntArray,
    asked: BoolArray,
) -> None:
    """Serve requests in order; each borrower asks its partners in their order until its need is met.

    ``borrower`` and ``need`` are (requests,), minor units; ``partners`` (banks, banks) lists in row b whom b asks,
    closed by -1. ``surplus`` (banks,) and ``room`` (lender, borrower) are lowered in place, ``loans`` (lender,
    borrower) raised; ``asked`` (lender, borrower) marks who was asked while it had something to lend.
    No validation: needs are 0 or more.
    """
    for r in range(borrower.shape[0]):
        b, left = borrower[r], need[r]
        for k in range(partners.shape[1]):
            lender = partners[b, k]
            if lender < 0 or left == 0:
                break
            if surplus[lender] <= 0:
                continue
            asked[lender, b] = True
            x = min(left, surplus[lender], room[lender, b])
            if x > 0:
                loans[lender, b] += x
                surplus[lender] -= x
                room[lender, b] -= x
                left -= x
