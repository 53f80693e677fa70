"""Text columns as whole numbers: each distinct string is kept once and rows hold its code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .files import canonical_json

Codes: TypeAlias = npt.NDArray[np.int32]
Coded: TypeAlias = tuple[Codes, tuple[str, ...]]

_SHORT = 64


class Words:
    """The distinct strings of a column, in the order in which they came."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names: list[str] = list(names)
        self._codes = {name: code for code, name in enumerate(self.names)}
        self._known: dict[tuple[str, ...], Codes] = {}

    def encode(self, value: Any, where: str, kind: str) -> Codes | int:
        """Return the codes of a string, a sequence of strings, or a pair (codes, names).

        In a ``json`` column anything that is not a string is turned into its canonical JSON first.
        """
        if isinstance(value, str):
            return self._code(value, where, kind)
        if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], np.ndarray):
            return self._translate(value[0], tuple(value[1]), where, kind)
        if isinstance(value, np.ndarray) and value.ndim:
            value = value.tolist()
        if isinstance(value, list | tuple):
            return np.fromiter((self._code(word, where, kind) for word in value), np.int32, len(value))
        return self._code(value, where, kind)

    def decode(self, codes: npt.NDArray[Any], *, ordered: bool) -> Coded:
        """Return the rows as (codes, names); ``ordered`` names only what occurs, by first appearance."""
        if not ordered and len(self.names) <= len(codes):
            return codes, tuple(self.names)
        fresh, order = first_appearance(codes, len(self.names))
        return fresh, tuple(self.names[code] for code in order)

    def _code(self, word: Any, where: str, kind: str) -> int:
        if not isinstance(word, str):
            if kind != "json":
                raise ValueError(f"{where} is {word!r}; due: text")
            word = canonical_json(word).decode("utf-8")
        code = self._codes.get(word)
        if code is None:
            word = str(word)
            try:
                word.encode("utf-8")
            except UnicodeEncodeError as error:
                raise ValueError(f"{where} is {word!r}, which is not valid Unicode") from error
            code = self._codes[word] = len(self.names)
            self.names.append(word)
        return code

    def _translate(self, codes: npt.NDArray[Any], names: tuple[str, ...], where: str, kind: str) -> Codes:
        """Return codes of another list of names as codes of this one."""
        if codes.dtype.kind not in "iu" or (codes.size and not 0 <= int(codes.min()) <= int(codes.max()) < len(names)):
            raise ValueError(f"{where}: codes must be integers from 0 to {len(names) - 1}, the positions of the names")
        table = self._known.get(names)
        if table is None:
            table = np.array([self._code(name, where, kind) for name in names], np.int32)
            self._known = {names: table}
        fresh: Codes = table[codes]
        return fresh


def first_appearance(codes: npt.NDArray[Any], size: int) -> tuple[Codes, npt.NDArray[np.intp]]:
    """Return (new codes, old codes in the order in which they first appear); old codes are below ``size``.

    Examples
    --------
    >>> fresh, order = first_appearance(np.array([4, 1, 4]), 5)
    >>> fresh.tolist(), order.tolist()
    ([0, 1, 0], [4, 1])
    """
    if size > len(codes):
        used, first, inverse = np.unique(codes, return_index=True, return_inverse=True)
        rank = np.argsort(first)
        back = np.empty(len(rank), np.int32)
        back[rank] = np.arange(len(rank), dtype=np.int32)
        return back[inverse.reshape(-1)], used[rank].astype(np.intp)
    first = np.full(size, len(codes), np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    order = np.argsort(first, kind="stable")[: int(np.count_nonzero(first < len(codes)))]
    table = np.zeros(size, np.int32)
    table[order] = np.arange(len(order), dtype=np.int32)
    return table[codes], order


def joined(column: Coded) -> Iterator[memoryview | bytes]:
    """Yield the canonical bytes of a text column: int32 lengths, then all bytes in order."""
    codes, names = column
    if not len(codes):
        return
    words = [name.encode("utf-8") for name in names]
    lengths = np.array([len(word) for word in words], "<i4")
    yield lengths[codes].data.cast("B")
    longest = int(lengths.max())
    if longest == 0:
        return
    if longest > _SHORT:
        yield b"".join([words[code] for code in codes.tolist()])
        return
    table = np.frombuffer(b"".join(word.ljust(longest, b"\0") for word in words), np.uint8).reshape(-1, longest)
    rows = table[codes]
    if int(lengths.min()) < longest:
        rows = rows[np.arange(longest) < lengths[codes][:, None]]
    yield np.ascontiguousarray(rows).data.cast("B")
