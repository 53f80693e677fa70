"""Every error says who, what was due and what there was, and comes home whole from a worker process."""

from __future__ import annotations

import copy
import inspect
import pickle

import pytest

from catallaxy.core import errors
from catallaxy.core.errors import CatallaxyError, nearest

# One row an error: its facts, and the sentence in full. A new error joins with its row.
SENTENCES: dict[str, tuple[tuple[object, ...], str]] = {
    "UnknownScenario": (("marktes", ("markets", "economy")), "no scenario 'marktes'; did you mean 'markets'?"),
    "UnknownKey": (("a.b", ("a.c",)), "unknown key 'a.b'; did you mean 'a.c'?"),
    "OutOfBounds": (("clock.days", 0, "give 1 or more"), "clock.days is 0; give 1 or more"),
    "EmptyAnchor": (("close.csv",), "close.csv has no rows; an anchor needs at least two dated closes"),
    "UnsortedAnchor": (
        ("close.csv", 3, "2020-01-01", "2020-01-02"),
        (
            "close.csv row 3: date 2020-01-01 does not come after 2020-01-02; "
            "sort the file by date and keep one row a day and symbol"
        ),
    ),
    "BadRow": (
        ("close.csv", 3, "close", "-1.0"),
        "close.csv row 3: close is -1.0; give a number above 0, or leave the row out",
    ),
    "UnknownSeries": (("sp5000", ("sp500", "wti")), "no anchor 'sp5000'; did you mean 'sp500'?"),
    "UnreadableSeries": (("close.parquet", "no footer"), "close.parquet cannot be read: no footer"),
    "MissingColumn": (("close.csv", "close", ("date", "open")), "close.csv has no column 'close'; found: date, open"),
    "MissingPackage": (
        ("sp500", "arch"),
        "anchor 'sp500' reads data that the package 'arch' brings; install it with: pip install 'catallaxy[data]'",
    ),
    "SeriesChanged": (
        ("anchor close.csv", "ab12", "cd34"),
        "anchor close.csv has digest cd34, the run began with ab12; put the data back as they were to resume",
    ),
    "UnusableSeries": (("prices", "has 1 row; 2 are needed"), "prices has 1 row; 2 are needed"),
    "OrderRefused": (("INVALID_PRICE", "price is 0; give 1 or more"), "price is 0; give 1 or more"),
    "Overdraft": ((7, "deposit", 100, 40), "owner 7 owes 100 of deposit but has 40 free: short by 60"),
    "IdentityBroken": (("A1", "deposit", -3), "identity A1 broken at deposit by -3"),
    "BalanceIsPosted": (
        ("cash",),
        "cash is kept by the ledger and cannot be assigned; balances change through orders, actions and postings",
    ),
    "ActsInColumns": (
        ("step", "write a strategy"),
        "column traders are rows of arrays and have no step of their own; write a strategy",
    ),
    "NoSuchColumn": (("welth", ("wealth",)), "column traders have no attribute 'welth'; did you mean 'wealth'?"),
    "Halted": (
        (5, "trade", "ZeroDivisionError: division by zero"),
        (
            "halted in tick 5, stage 'trade': ZeroDivisionError: division by zero; the tick was discarded, "
            "resume from the last seal with `catallaxy run --resume DIR` or economy.recover()"
        ),
    ),
    "RunFolderExists": (
        ("runs/a",),
        "runs/a exists and is not empty; choose another --out, or continue it with --resume runs/a",
    ),
    "RunFolderUnwritable": (
        ("runs/a", "No space left on device"),
        "cannot write to runs/a: No space left on device; nothing is half-written, what was sealed stays whole",
    ),
    "RunFolderBusy": (
        ("runs/a", "process 12"),
        "runs/a is being written by process 12; wait for it to end, or choose another --out",
    ),
    "NotARun": (("runs/a",), "runs/a is not a run: it has no manifest.json"),
    "CorruptTable": (("trades/0.parquet", "no footer"), "trades/0.parquet cannot be read: no footer"),
    "TamperedRun": ((5, "table trades"), "tick 5: table trades does not match its seal"),
    "VersionMismatch": (
        ("checkpoint", "0.2.0", "0.1.0"),
        "checkpoint was written as 0.2.0, this is 0.1.0; install the matching version to resume it",
    ),
    "NoSuchGroup": (("nois", ("noise", "herder")), "no population 'nois'; did you mean 'noise'?"),
    "MissingExtra": (
        ("the report", "matplotlib", "data"),
        "the report needs the package 'matplotlib'; install it with: pip install 'catallaxy[data]'",
    ),
    "NoSuchTable": (("tradse", ("trades", "bars")), "no table 'tradse'; did you mean 'trades'?"),
    "OutputExists": (("trades.csv",), "trades.csv exists; choose another --out, or remove it"),
    "NotRepeatable": (("it is code",), "the run cannot be computed again: it is code"),
    "BadQuery": (("SELECT x", "no column x"), "cannot answer 'SELECT x': no column x"),
}

FAMILY = {
    name: kind
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, CatallaxyError) and kind.__module__ == errors.__name__
}
LEAVES = {name: kind for name, kind in FAMILY.items() if "__init__" in vars(kind)}
EVERY_ERROR = pytest.mark.parametrize("name", sorted(LEAVES))


def an(name: str) -> CatallaxyError:
    """Return an error of that name, made of its facts."""
    facts, _ = SENTENCES[name]
    return LEAVES[name](*facts)


def test_every_error_has_its_sentence_here() -> None:
    assert sorted(SENTENCES) == sorted(LEAVES)


@EVERY_ERROR
def test_the_message_is_exact(name: str) -> None:
    assert str(an(name)) == SENTENCES[name][1]


@EVERY_ERROR
def test_an_error_comes_home_from_a_worker_with_its_facts(name: str) -> None:
    error = an(name)

    for copied in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(copied) is type(error)
        assert copied.args == error.args
        assert str(copied) == str(error)
        assert vars(copied) == vars(error)


@EVERY_ERROR
def test_facts_can_be_read_by_the_names_they_were_given_under(name: str) -> None:
    error = an(name)
    bound = inspect.signature(LEAVES[name]).bind(*SENTENCES[name][0])
    bound.apply_defaults()

    assert {fact: getattr(error, fact) for fact in bound.arguments} == dict(bound.arguments)


def test_a_caller_can_catch_the_whole_family_or_a_branch() -> None:
    branches = {kind for kind in FAMILY.values() if kind.__base__ is CatallaxyError}

    for kind in LEAVES.values():
        assert sum(issubclass(kind, branch) for branch in branches) == 1


def test_the_tree_drawn_in_the_module_names_every_error() -> None:
    assert errors.__doc__ is not None
    assert [name for name in FAMILY if name not in errors.__doc__] == []


def test_a_bad_date_has_a_remedy_of_its_own() -> None:
    assert str(errors.BadRow("a.csv", 2, "date", "'soon'")) == "a.csv row 2: date is 'soon'; give an ISO date"


@pytest.mark.parametrize(
    ("word", "known", "hint"),
    [
        ("marktes", ("markets", "economy"), "; did you mean 'markets'?"),
        ("zzz", ("markets", "economy"), "; known: economy, markets"),
        ("zzz", (), ""),
    ],
)
def test_the_nearest_name_is_offered_else_all_of_them(word: str, known: tuple[str, ...], hint: str) -> None:
    assert nearest(word, known) == hint
