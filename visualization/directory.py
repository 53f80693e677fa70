"""The directory of traders: sorted, filtered and cut into pages where the columns are, and ranked.

It is made of a copy of the accounts (`WealthReel`), so that a question waits for no tick however many traders there
are; a page of rows is all that leaves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ..core.units import BoolArray, FloatArray, IntArray, OwnerId
from ..model.clock import DAYS_PER_MONTH
from .desk import Desk
from .listing import PER_PAGE, Ask, Column
from .rankings import sharpe_now
from .wealth_reel import Accounts, WealthReel

COLUMNS: tuple[Column, ...] = (
    Column("owner", "owner", title="id of the account; a click opens its page"),
    Column("group", "strategy", title="group of traders with one strategy"),
    Column("employer", "employer", title="firm that pays the wage"),
    Column("wealth", "wealth", "money", "deposits, bonds and shares less what was borrowed on margin"),
    Column("cash", "cash", "money", "deposits, those reserved by orders too"),
    Column("bonds", "bonds", "money", "government bonds at face"),
    Column("shares", "shares", "money", "shares at last prices"),
    Column("debt", "debt", "money", "borrowed on margin"),
    Column("since", "since opening", "signed", "change of wealth since the opening, wages and consumption included"),
    Column("today", "today", "signed", "change of wealth since the last day ended"),
    Column("month", "21 days", "signed", "change of wealth over 21 trading days"),
    Column("sharpe", "Sharpe", "ratio", "mean over deviation of daily changes of wealth above the policy rate, a year"),
    Column("trades", "trades", "count", "trades since this world was opened here"),
)
_CLOSED_ONLY = ("employer", "bonds", "debt")
_WORDS = ("group", "employer")
_UNIT: Mapping[str, float] = {"money": 100.0, "signed": 0.01, "ratio": 1.0, "count": 1.0, "text": 1.0}
_FORMS = {column.key: column.form for column in COLUMNS}
_CONDITION = re.compile(r"^([a-z]*)(>=|<=|>|<|=)(-?[\d.]+)([kmbt%]?)$")
_SIZE = {"": 1.0, "%": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}
_NO_JOB = {-1: "unemployed", -2: "retired", -3: ""}


class Directory:
    """Every trader, as columns.

    Attributes
    ----------
    columns : dict of str to (n,) array
        Numbers are minor units, fractions or counts, NaN where nothing is known; words are places in ``words``.
    words : dict of str to (n,) array of str
        What the places in columns of words mean, in alphabetical order.
    """

    def __init__(self, reel: WealthReel, accounts: Accounts, symbols: tuple[str, ...]) -> None:
        self.accounts, self.closed = accounts, bool((accounts.employer > -3).any())
        self.shown = tuple(column for column in COLUMNS if self.closed or column.key not in _CLOSED_ONLY)
        self.keys = tuple(column.key for column in self.shown)
        wealth, owners = accounts.wealth.astype(np.float64), accounts.owners
        self.columns: dict[str, Any] = {"owner": owners, "wealth": wealth}
        self.columns |= {key: getattr(accounts, key) for key in ("cash", "bonds", "shares", "debt", "trades")}
        self.columns["since"] = _change(wealth, reel.opening, owners)
        for key, days in (("today", 1), ("month", DAYS_PER_MONTH)):
            day = reel.before(accounts.day - days)
            self.columns[key] = _change(wealth, None if day is None else day.wealth, owners)
        self.columns["sharpe"] = sharpe_now(reel, owners)
        jobs = {**_NO_JOB, **dict(enumerate(symbols))}
        self.words: dict[str, Any] = {}
        self._name("group", accounts.group, {code: name.replace("_", " ") for code, name in enumerate(reel.groups)})
        self._name("employer", accounts.employer, jobs)

    def _name(self, key: str, codes: IntArray, names: Mapping[int, str]) -> None:
        """Turn codes into places in the alphabetical list of those words that occur."""
        low = int(codes.min()) if codes.size else 0
        used = (np.flatnonzero(np.bincount(codes - low)) + low).tolist() if codes.size else []
        words = sorted({names[code] for code in used})
        place = np.zeros(max(used) - low + 1 if used else 0, np.int64)
        for code in used:
            place[code - low] = words.index(names[code])
        self.words[key], self.columns[key] = words, place[codes - low]

    @property
    def size(self) -> int:
        """How many traders there are."""
        return int(self.accounts.owners.shape[0])

    def found(self, text: str, sort: str) -> BoolArray:
        """Return (n,) who meets every word of a filter: an id, part of a strategy or employer, or a condition.

        A condition compares the sorted column, or one that it names: ``>1000``, ``cash<2k``, ``since>=10%``.
        """
        keep = np.ones(self.size, np.bool_)
        for word in text.lower().replace("_", " ").split():
            keep &= self._meets(word, sort)
        return keep

    def _meets(self, word: str, sort: str) -> BoolArray:
        condition = _CONDITION.match(word)
        if condition is not None:
            key, sign, number, size = condition.groups()
            key = key or sort
            if key not in self.keys or key in _WORDS or number.count(".") > 1 or number in ("-", ".", "-."):
                return np.zeros(self.size, np.bool_)
            limit, values = float(number) * _SIZE[size] * _UNIT[_FORMS[key]], self.columns[key]
            tests: dict[str, Any] = {">": np.greater, "<": np.less, "=": np.equal}
            meets: BoolArray = tests[sign[0]](values, limit)
            return meets | (values == limit) if len(sign) == 2 else meets
        meets = self.columns["owner"] == int(word) if word.isdecimal() and len(word) < 18 else np.zeros(self.size, bool)
        for key in _WORDS:
            if key in self.keys:
                hits = [place for place, name in enumerate(self.words[key]) if word in name.lower()]
                meets |= np.isin(self.columns[key], hits)
        return meets

    def order(self, rows: IntArray, sort: str, *, down: bool) -> IntArray:
        """Return ``rows`` sorted by a column: what is not known comes last, and who is equal in order of ids."""
        values = self.columns[sort][rows]
        return rows[np.argsort(-values if down else values, kind="stable")]

    def cells(self, rows: IntArray, keys: tuple[str, ...]) -> list[list[Any]]:
        """Return the cells of some rows, None for what is not known."""
        table = []
        for key in keys:
            values = self.columns[key][rows]
            if key in _WORDS:
                table.append([self.words[key][place] or None for place in values.tolist()])
            elif key == "owner":
                table.append([str(owner) for owner in values.tolist()])
            else:
                table.append([value if value == value else None for value in values.tolist()])
        return [list(row) for row in zip(*table, strict=True)]

    def page(self, ask: Ask, *, per_page: int = PER_PAGE) -> dict[str, Any]:
        """Return the message that shows the page of rows that is asked for."""
        sort = ask.sort if ask.sort in self.keys else "wealth"
        rows = np.flatnonzero(self.found(ask.filter, sort))
        pages = max(1, -(-rows.shape[0] // per_page))
        here = replace(ask, sort=sort, page=min(ask.page, pages - 1))
        shown = self.order(rows, sort, down=here.down)[here.page * per_page : (here.page + 1) * per_page]
        owners, cells = self.columns["owner"][shown].tolist(), self.cells(shown, self.keys)
        found = f"{rows.shape[0]:,} of {self.size:,} traders".replace(",", "\u2009")
        return {
            "rows": [{"key": str(owner), "cells": row} for owner, row in zip(owners, cells, strict=True)],
            "ask": {"sort": sort, "down": here.down, "page": here.page}, "pages": pages,
            "status": found + (f", page {here.page + 1} of {pages}" if pages > 1 else ""),
            "none": "nobody meets this filter; try a strategy, an id, or a condition such as >1000 or cash<2k",
        }  # fmt: skip

    def place(self, owner: OwnerId) -> int | None:
        """Return an owner's place by wealth, 1 the richest; None for who is no trader."""
        row = int(np.searchsorted(self.accounts.owners, owner))
        if row >= self.size or self.accounts.owners[row] != owner:
            return None
        wealth = self.columns["wealth"]
        return 1 + int((wealth > wealth[row]).sum() + (wealth[:row] == wealth[row]).sum())

    def leaders(self, key: str, number: int) -> IntArray:
        """Return the rows of those with the most of something, the first first; who has left is no leader."""
        rows = np.flatnonzero(~self.accounts.left & ~np.isnan(self.columns[key].astype(np.float64)))
        return self.order(rows, key, down=True)[:number]


def _change(wealth: FloatArray, before: Any, owners: IntArray) -> FloatArray:
    """Return (n,) by what fraction wealth has changed; NaN for who had nothing, or is not known to have had."""
    change = np.full(owners.shape[0], np.nan)
    if before is not None:
        known = np.flatnonzero(owners < before.shape[0])
        then = before[owners[known]].astype(np.float64)
        positive = then > 0.0
        change[known[positive]] = wealth[known[positive]] / then[positive] - 1.0
    return change


def directory_of(desk: Desk) -> Directory:
    """Return the directory of the world under way, at most about a second old while it plays."""
    run = desk.run
    accounts = run.wealth.newest(run.snapshot.tick, None if desk.state == "playing" else run.world.look)
    memo = run.wealth.memo
    directory: Directory | None = memo.get("directory")
    if directory is None or directory.accounts is not accounts:
        directory = memo["directory"] = Directory(run.wealth, accounts, run.snapshot.symbols)
    return directory
