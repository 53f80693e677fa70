"""The family of errors. Each carries its facts as ``args``, so it survives the trip from a worker.

CatallaxyError
├── ScenarioError ── UnknownScenario, UnknownKey, OutOfBounds
├── DataError ────── EmptyAnchor, UnsortedAnchor, BadRow, UnknownSeries, UnusableSeries,
│                    UnreadableSeries, MissingColumn, MissingPackage, SeriesChanged
├── OrderError ───── OrderRefused
├── LedgerError ──── Overdraft, IdentityBroken, BalanceIsPosted
├── PopulationError ── ActsInColumns, NoSuchColumn, NoSuchGroup
├── PlugInError ──── MissingExtra
└── RunError ─────── Halted, RunFolderExists, RunFolderUnwritable, RunFolderBusy, NotARun,
                     CorruptTable, TamperedRun, VersionMismatch, BadQuery, NoSuchTable, OutputExists,
                     NotRepeatable
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"``, or the known names when none is near.

    Examples
    --------
    >>> nearest("marktes", ["markets", "economy"])
    "; did you mean 'markets'?"
    """
    names = sorted(known)
    close = get_close_matches(word, names, n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known: {', '.join(names)}" if names else ""


class CatallaxyError(Exception):
    """Anything this package raises on purpose."""


class ScenarioError(CatallaxyError):
    """A scenario, or an override of one, cannot be used."""


class UnknownScenario(ScenarioError):
    """No scenario has that name and no file that path."""

    def __init__(self, name: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(name, known)
        self.name, self.known = name, known

    def __str__(self) -> str:
        return f"no scenario {self.name!r}{nearest(self.name, self.known)}"


class UnknownKey(ScenarioError):
    """A key that no component declares."""

    def __init__(self, key: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(key, known)
        self.key, self.known = key, known

    def __str__(self) -> str:
        return f"unknown key {self.key!r}{nearest(self.key, self.known)}"


REQUIRED = "it is required"


class OutOfBounds(ScenarioError):
    """A value that its field does not allow."""

    def __init__(self, key: str, value: object, due: str) -> None:
        super().__init__(key, value, due)
        self.key, self.value, self.due = key, value, due

    def __str__(self) -> str:
        if self.due == REQUIRED:
            return f"{self.key} is missing; {self.due}"
        if isinstance(self.value, Mapping):  # a whole section or message: its fields would hide the sentence
            return f"{self.key}: {self.due}"
        return f"{self.key} is {self.value!r}; {self.due}"


class DataError(CatallaxyError):
    """Input data cannot be used as they are."""


class EmptyAnchor(DataError):
    """A series without two usable rows."""

    def __init__(self, source: str, rows: int = 0) -> None:
        super().__init__(source, rows)
        self.source, self.rows = source, rows

    def __str__(self) -> str:
        found = "one row" if self.rows == 1 else "no rows"
        return f"{self.source} has {found}; an anchor needs at least two dated closes"


class UnsortedAnchor(DataError):
    """Dates that run backwards or repeat."""

    def __init__(self, source: str, row: int, date: str, before: str) -> None:
        super().__init__(source, row, date, before)
        self.source, self.row, self.date, self.before = source, row, date, before

    def __str__(self) -> str:
        return (
            f"{self.source} row {self.row}: date {self.date} does not come after {self.before}; "
            "sort the file by date and keep one row a day and symbol"
        )


class BadRow(DataError):
    """A row whose value cannot be a price."""

    def __init__(self, source: str, row: int, column: str, value: str) -> None:
        super().__init__(source, row, column, value)
        self.source, self.row, self.column, self.value = source, row, column, value

    def __str__(self) -> str:
        return f"{self.source} row {self.row}: {self.column} is {self.value}; {self.due}"

    @property
    def due(self) -> str:
        """What the column should have held."""
        words = {"date": "give an ISO date", "symbol": "give the symbol of a stock"}
        return words.get(self.column, "give a number above 0, or leave the row out")


class UnknownSeries(DataError):
    """An anchor that is not bundled and is not a file, or a symbol that its file (``within``) lacks."""

    def __init__(self, name: str, known: tuple[str, ...] = (), within: str = "") -> None:
        super().__init__(name, known, within)
        self.name, self.known, self.within = name, known, within

    def __str__(self) -> str:
        where = f" in {self.within}" if self.within else ""
        if not self.within and self.name.lower().endswith((".csv", ".csv.gz", ".parquet")):
            return f"no anchor {self.name!r}: there is no such file"
        return f"no anchor {self.name!r}{where}{nearest(self.name, self.known)}"


class UnreadableSeries(DataError):
    """A file that is not what its name says."""

    def __init__(self, source: str, cause: str) -> None:
        super().__init__(source, cause)
        self.source, self.cause = source, cause

    def __str__(self) -> str:
        return f"{self.source} cannot be read: {self.cause}"


class MissingColumn(DataError):
    """A table of closes without one of the columns it needs."""

    def __init__(self, source: str, column: str, found: tuple[str, ...]) -> None:
        super().__init__(source, column, found)
        self.source, self.column, self.found = source, column, found

    def __str__(self) -> str:
        return f"{self.source} has no column {self.column!r}; found: {', '.join(self.found) or 'none'}"


class MissingPackage(DataError):
    """The package that bundles a series is not installed."""

    def __init__(self, source: str, package: str) -> None:
        super().__init__(source, package)
        self.source, self.package = source, package

    def __str__(self) -> str:
        return (
            f"anchor {self.source!r} reads data that the package {self.package!r} brings; "
            "install it with: pip install 'catallaxy[data]'"
        )


class SeriesChanged(DataError):
    """The data of an anchor or a rate path are not those a stored run began with."""

    def __init__(self, source: str, stored: str, found: str) -> None:
        super().__init__(source, stored, found)
        self.source, self.stored, self.found = source, stored, found

    def __str__(self) -> str:
        return (
            f"{self.source} has digest {self.found[:12]}, the run began with {self.stored[:12]}; "
            "put the data back as they were to resume"
        )


class UnusableSeries(DataError):
    """An array from which a measure cannot be computed."""

    def __init__(self, name: str, cause: str) -> None:
        super().__init__(name, cause)
        self.name, self.cause = name, cause

    def __str__(self) -> str:
        return f"{self.name} {self.cause}"


class OrderError(CatallaxyError):
    """An order or a cancellation that cannot be taken."""


class OrderRefused(OrderError):
    """The exchange, or a book, refused; ``reason`` is a code of `catallaxy.markets.orders.Reason`."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(reason, message)
        self.reason, self.message = reason, message

    def __str__(self) -> str:
        return self.message


class LedgerError(CatallaxyError):
    """The ledger's laws would be broken."""


class Overdraft(LedgerError):
    """A payment or reservation was due that the payer could not cover."""

    def __init__(self, owner: int, instrument: str, due: int, free: int) -> None:
        super().__init__(owner, instrument, due, free)
        self.owner, self.instrument, self.due, self.free = owner, instrument, due, free

    def __str__(self) -> str:
        return (
            f"owner {self.owner} owes {self.due} of {self.instrument} but has {self.free} free: "
            f"short by {self.due - self.free}"
        )


class IdentityBroken(LedgerError):
    """An accounting identity does not hold; the run stops before the tick is sealed."""

    def __init__(self, identity: str, where: str, amount: int) -> None:
        super().__init__(identity, where, amount)
        self.identity, self.where, self.amount = identity, where, amount

    def __str__(self) -> str:
        return f"identity {self.identity} broken at {self.where} by {self.amount}"


class BalanceIsPosted(LedgerError):
    """A balance was assigned; balances only change through postings."""

    def __init__(self, attribute: str) -> None:
        super().__init__(attribute)
        self.attribute = attribute

    def __str__(self) -> str:
        return (
            f"{self.attribute} is kept by the ledger and cannot be assigned; "
            "balances change through orders, actions and postings"
        )


class PopulationError(CatallaxyError):
    """A column trader was asked for something that only the population as a whole can do."""


class ActsInColumns(PopulationError):
    """An act per agent was asked of traders that are rows of arrays."""

    def __init__(self, act: str, remedy: str) -> None:
        super().__init__(act, remedy)
        self.act, self.remedy = act, remedy

    def __str__(self) -> str:
        return f"column traders are rows of arrays and have no {self.act} of their own; {self.remedy}"


class NoSuchColumn(PopulationError, AttributeError):
    """A trader's attribute that no column holds."""

    def __init__(self, attribute: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(attribute, known)
        self.attribute, self.known = attribute, known

    def __str__(self) -> str:
        return f"column traders have no attribute {self.attribute!r}{nearest(self.attribute, self.known)}"


class NoSuchGroup(PopulationError):
    """A population that the economy does not have."""

    def __init__(self, name: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(name, known)
        self.name, self.known = name, known

    def __str__(self) -> str:
        return f"no population {self.name!r}{nearest(self.name, self.known)}"


class PlugInError(CatallaxyError):
    """A plug-in breaks its contract."""


class MissingExtra(PlugInError):
    """Something was asked for that needs a package of an extra which is not installed."""

    def __init__(self, purpose: str, package: str, extra: str) -> None:
        super().__init__(purpose, package, extra)
        self.purpose, self.package, self.extra = purpose, package, extra

    def __str__(self) -> str:
        return (
            f"{self.purpose} needs the package {self.package!r}; install it with: pip install 'catallaxy[{self.extra}]'"
        )


class RunError(CatallaxyError):
    """A run, or the folder that holds it, cannot go on."""


class Halted(RunError):
    """A stage failed; nothing of its tick was kept."""

    def __init__(self, tick: int, stage: str, cause: str) -> None:
        super().__init__(tick, stage, cause)
        self.tick, self.stage, self.cause = tick, stage, cause

    def __str__(self) -> str:
        return (
            f"halted in tick {self.tick}, stage {self.stage!r}: {self.cause}; the tick was discarded, "
            "resume from the last seal with `catallaxy run --resume DIR` or economy.recover()"
        )


class RunFolderExists(RunError):
    """The folder to write to already holds something."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        return (
            f"{self.folder} exists and is not empty; choose another --out, or continue it with --resume {self.folder}"
        )


class RunFolderUnwritable(RunError):
    """The disk is full or the folder may not be written."""

    def __init__(self, folder: str, cause: str) -> None:
        super().__init__(folder, cause)
        self.folder, self.cause = folder, cause

    def __str__(self) -> str:
        return f"cannot write to {self.folder}: {self.cause}; nothing is half-written, what was sealed stays whole"


class RunFolderBusy(RunError):
    """Somebody else writes the folder; only one process may."""

    def __init__(self, folder: str, holder: str) -> None:
        super().__init__(folder, holder)
        self.folder, self.holder = folder, holder

    def __str__(self) -> str:
        return f"{self.folder} is being written by {self.holder}; wait for it to end, or choose another --out"


class NotARun(RunError):
    """A folder without a manifest."""

    def __init__(self, folder: str) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        return f"{self.folder} is not a run: it has no manifest.json"


class CorruptTable(RunError):
    """A part file, journal or checkpoint that cannot be read back whole."""

    def __init__(self, path: str, cause: str) -> None:
        super().__init__(path, cause)
        self.path, self.cause = path, cause

    def __str__(self) -> str:
        return f"{self.path} cannot be read: {self.cause}"


class TamperedRun(RunError):
    """What is stored is not what was sealed."""

    def __init__(self, tick: int, what: str) -> None:
        super().__init__(tick, what)
        self.tick, self.what = tick, what

    def __str__(self) -> str:
        return f"tick {self.tick}: {self.what} does not match its seal"


class VersionMismatch(RunError):
    """Stored by another version or schema than this one can read."""

    def __init__(self, what: str, stored: str, ours: str) -> None:
        super().__init__(what, stored, ours)
        self.what, self.stored, self.ours = what, stored, ours

    def __str__(self) -> str:
        return (
            f"{self.what} was written as {self.stored}, this is {self.ours}; install the matching version to resume it"
        )


class BadQuery(RunError):
    """An SQL query that cannot be answered from the tables of a run."""

    def __init__(self, sql: str, cause: str) -> None:
        super().__init__(sql, cause)
        self.sql, self.cause = sql, cause

    def __str__(self) -> str:
        return f"cannot answer {self.sql!r}: {self.cause}"


class NoSuchTable(RunError):
    """A table that a run does not have."""

    def __init__(self, table: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(table, known)
        self.table, self.known = table, known

    def __str__(self) -> str:
        return f"no table {self.table!r}{nearest(self.table, self.known)}"


class OutputExists(RunError):
    """A file to write that is there already."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return f"{self.path} exists; choose another --out, or remove it"


class NotRepeatable(RunError):
    """A run that cannot be computed again from its scenario, seed and commands."""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause

    def __str__(self) -> str:
        return f"the run cannot be computed again: {self.cause}"
