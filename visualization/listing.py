"""Answers to a grid: rows sorted, filtered and cut into pages here, whatever the browser asks for.

A browser may ask anything, so `Ask.of` takes only what it knows; a row without a value in the sorted column comes last
whichever way it is sorted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

from .desk import Desk
from .live import Feed, Message

PER_PAGE = 20
_LONGEST = 80


@dataclass(frozen=True)
class Column:
    """A column of a grid; ``form`` is one of ``FORMS`` in ``web/common.js``."""

    key: str
    label: str
    form: str = "text"
    title: str = ""

    def told(self) -> dict[str, Any]:
        """Return the column as a grid takes it."""
        return {"key": self.key, "label": self.label, "form": self.form, "title": self.title, "sortable": True}


class Row(NamedTuple):
    """A row: what it is known by, a value for each column, and the tone of it all."""

    key: str
    cells: tuple[Any, ...]
    tone: str = ""


@dataclass(frozen=True)
class Ask:
    """What a browser wants to see of a table."""

    sort: str | None = None
    down: bool = True
    filter: str = ""
    page: int = 0

    @classmethod
    def of(cls, said: Any, columns: Sequence[Column], before: Ask | None = None) -> Self:
        """Return what a message asks for, without what makes no sense.

        Examples
        --------
        >>> Ask.of({"sort": "price", "page": -3, "filter": 7}, [Column("price", "price")])
        Ask(sort='price', down=True, filter='', page=0)
        """
        values = said if isinstance(said, dict) else {}
        sort, text, page = values.get("sort"), values.get("filter"), values.get("page")
        usual = before or cls()
        return cls(
            sort if isinstance(sort, str) and sort in {column.key for column in columns} else usual.sort,
            bool(values.get("down", usual.down)),
            text[:_LONGEST] if isinstance(text, str) else "",
            max(0, page) if isinstance(page, int) and not isinstance(page, bool) else 0,
        )


def known(value: Any, places: int = 9) -> float | None:
    """Return a number, to so many decimal places, or None where there is none."""
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), places)


def chosen(rows: Iterable[Row], columns: Sequence[Column], ask: Ask) -> list[Row]:
    """Return the rows that hold every word of the filter, sorted as asked, else as they come.

    Examples
    --------
    >>> rows = [Row("a", ("oil", 2.0)), Row("b", ("land", None)), Row("c", ("water", 5.0))]
    >>> columns = [Column("name", "name"), Column("price", "price", "number")]
    >>> [row.key for row in chosen(rows, columns, Ask(sort="price", down=True))]
    ['c', 'a', 'b']
    """
    words = ask.filter.lower().split()
    found = [row for row in rows if all(word in _text(row) for word in words)] if words else list(rows)
    place = next((i for i, column in enumerate(columns) if column.key == ask.sort), None)
    if place is None:
        return found
    given = [row for row in found if row.cells[place] not in (None, "")]
    given.sort(key=lambda row: row.cells[place], reverse=ask.down)
    return given + [row for row in found if row.cells[place] in (None, "")]


def _text(row: Row) -> str:
    return " ".join(str(cell) for cell in row.cells if isinstance(cell, str)).lower()


def answer(
    rows: Iterable[Row],
    columns: Sequence[Column],
    ask: Ask,
    *,
    things: str,
    selected: str = "",
    per_page: int = PER_PAGE,
    none: str = "no rows",
) -> Message:
    """Return the message that shows one page of a table; ``things`` names what its rows are."""
    found = chosen(rows, columns, ask)
    pages = max(1, -(-len(found) // per_page))
    here = replace(ask, page=min(ask.page, pages - 1))
    shown = found[here.page * per_page : (here.page + 1) * per_page]
    place = f", page {here.page + 1} of {pages}" if pages > 1 else ""
    return {
        "columns": [column.told() for column in columns],
        "rows": [
            {"key": row.key, "cells": list(row.cells), "tone": row.tone, "selected": row.key == selected}
            for row in shown
        ],
        "ask": {"sort": here.sort, "down": here.down, "page": here.page},
        "pages": pages, "status": f"{counted(len(found), things)}{place}", "none": none,
    }  # fmt: skip


def counted(number: int, things: str) -> str:
    """Return how many of something there are; ``things`` is a plural, and what follows its comma stays.

    Examples
    --------
    >>> counted(2, "folders"), counted(1, "folders"), counted(1, "entries"), counted(1, "symbols, day 3")
    ('2 folders', '1 folder', '1 entry', '1 symbol, day 3')
    """
    noun, comma, rest = things.partition(",")
    if number == 1:
        noun = f"{noun[:-3]}y" if noun.endswith("ies") else noun.removesuffix("s")
    return f"{number} {noun}{comma}{rest}"


def when_new(read: Callable[[Desk], Message]) -> Feed:
    """Return the feed of a panel that shows everything there is: it is told again whenever that has changed."""

    def feed(desk: Desk, seen: Message | None) -> tuple[Message | None, Message | None]:
        told = read(desk)
        return (None, seen) if told == seen else (told, told)

    return feed
