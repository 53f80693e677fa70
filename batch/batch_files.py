"""The folder of a batch of runs, and the forms of what is written there; each file is there whole or not at all."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import ScenarioError
from ..ledger.files import sweep, write_whole, writing
from ..ledger.manifest import now


def begin_folder(folder: Path, file: str, kind: str, name: str) -> Path:
    """Make the folder of a batch, or go on in it; refuse one that holds something else.

    Parameters
    ----------
    folder : path
        New, empty, or begun by the same batch.
    file : str
        The file that says whose folder it is.
    kind, name : str
        What makes the batch, such as ``"experiment"``, and which.

    Raises
    ------
    ScenarioError
        When the folder is another batch's, or holds files that are none.
    RunFolderUnwritable
        When it cannot be made or written.
    """
    with writing(folder):
        held = folder.exists() and any(folder.iterdir())
        folder.mkdir(parents=True, exist_ok=True)
    if not held:
        write_whole(folder / file, [json_bytes({"kind": kind, "name": name, "status": "running", "started": now()})])
        return folder
    found = _name_of(folder / file)
    if found != name:
        what = f"the {kind} {found!r}" if found else f"files, but no {kind}"
        raise ScenarioError(f"{folder} holds {what}; choose another --out")
    sweep(folder)
    return folder


def _name_of(path: Path) -> str:
    try:
        return str(json.loads(path.read_bytes())["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def csv_bytes(frame: Any) -> bytes:
    """Return a pandas frame as CSV: a header, plain numbers, lines that end the same everywhere."""
    text: str = frame.to_csv(index=False, lineterminator="\n")
    return text.encode()


def json_bytes(facts: Mapping[str, Any]) -> bytes:
    """Return facts as JSON for people; what JSON lacks (nan, infinity) is null."""
    return json.dumps(_finite(facts), indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
