"""Checkpoints: everything a run needs to go on, as data that is never executed.

A checkpoint is a zip of ``manifest.json`` and one Arrow stream an array. The manifest gives the names,
types, shapes and SHA-256 of the members, beside the JSON values; nothing is pickled. It is read only as
far as it agrees with its own manifest, and only by the version of the package that wrote it.
"""

from __future__ import annotations

import hashlib
import io
import json
import logging
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from ..core.errors import CorruptTable, VersionMismatch
from .files import canonical_json, remove, write_whole
from .manifest import package_version

Array = npt.NDArray[Any]

CHECKPOINTS = "checkpoints"
CHECKPOINT_VERSION = 1
LIMIT_BYTES = 1 << 36
"""Most bytes that a checkpoint may unpack to (64 GiB)."""
_MANIFEST = "manifest.json"
_MANIFEST_LIMIT = 1 << 28
_NATIVE = "biuf"

_log = logging.getLogger(__name__)


def path_for(folder: Path | str, tick: int) -> Path:
    """Return where the checkpoint of ``tick`` belongs in a run folder."""
    return Path(folder) / CHECKPOINTS / f"{tick:09d}.zip"


def save(path: Path, arrays: Mapping[str, Array], values: Mapping[str, Any]) -> None:
    """Write a checkpoint, whole or not at all.

    Parameters
    ----------
    arrays
        Arrays of any shape and any type but object or structured ones.
    values
        JSON values: big integers are kept, tuples come back as lists; NaN, infinity and keys that are
        not strings are refused.
    """
    members: list[dict[str, Any]] = []
    packed: list[memoryview] = []
    _check_keys(values, "values")
    for number, (name, array) in enumerate(arrays.items()):
        body = _pack(name, array)
        little = array.dtype.newbyteorder("<")
        packed.append(body)
        members.append(
            {
                "name": name, "member": f"arrays/{number:06d}.arrow", "type": little.str, "shape": list(array.shape),
                "sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body),
            }
        )  # fmt: skip
    head = {"schema": CHECKPOINT_VERSION, "package": package_version(), "arrays": members, "values": dict(values)}
    head["sha256"] = hashlib.sha256(canonical_json(head)).hexdigest()
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(_MANIFEST), canonical_json(head))
        for member, body in zip(members, packed, strict=True):
            archive.writestr(zipfile.ZipInfo(member["member"]), body)  # a fixed date: same state, same bytes
    write_whole(path, [sink.getvalue()])


def load(path: Path, limit: int = LIMIT_BYTES) -> tuple[dict[str, Array], dict[str, Any]]:
    """Read a checkpoint back as (arrays, values); ``limit`` is the most bytes that it may unpack to.

    Raises
    ------
    CorruptTable
        When anything in the file does not agree with its manifest.
    VersionMismatch
        When another version of the package, or a newer one of the format, has written it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            head = _read_head(path, archive, limit)
            arrays = {entry["name"]: _unpack(archive.read(entry["member"]), entry) for entry in head["arrays"]}
            return arrays, head["values"]
    except (
        OSError, zipfile.BadZipFile, pa.ArrowException, ValueError, KeyError, TypeError, NotImplementedError,
        RuntimeError, EOFError, MemoryError, AttributeError,
    ) as error:  # fmt: skip
        raise CorruptTable(str(path), str(error) or type(error).__name__) from error


def newest(folder: Path | str, at_most: int | None = None) -> Path | None:
    """Return the newest checkpoint of a run folder that is whole, of tick ``at_most`` or before.

    A broken one is passed over with a warning in the log that names it; None when there is none.
    """
    for tick, path in reversed(_stored(folder)):
        if at_most is not None and tick > at_most:
            continue
        try:
            load(path)
        except CorruptTable as error:
            _log.warning("checkpoint of tick %d is broken, the one before it is taken: %s", tick, error)
            continue
        return path
    return None


def prune(folder: Path | str, keep: int) -> None:
    """Remove all checkpoints of a run folder but the newest ``keep`` and that of tick 0."""
    stored = [(tick, path) for tick, path in _stored(folder) if tick != 0]
    for _, path in stored[: max(len(stored) - keep, 0)]:
        remove(path)


def drop_after(folder: Path | str, tick: int) -> None:
    """Remove the checkpoints after ``tick``, newest first; do so before the tables are cut back."""
    for later, path in reversed(_stored(folder)):
        if later > tick:
            remove(path)


def tick_of(path: Path) -> int:
    """Return the tick whose end a checkpoint holds."""
    return int(path.stem)


def _stored(folder: Path | str) -> list[tuple[int, Path]]:
    found = (Path(folder) / CHECKPOINTS).glob("*.zip")
    return sorted((tick_of(path), path) for path in found if path.stem.isdecimal())


def _check_keys(value: Any, where: str) -> None:
    """Refuse keys that JSON would turn into strings unasked."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{where} has the key {key!r}; a checkpoint's keys are strings")
            _check_keys(inner, f"{where}.{key}")
    elif isinstance(value, list | tuple):
        for inner in value:
            _check_keys(inner, where)


def _pack(name: str, array: Array) -> memoryview:
    """Return the array, flat, as an Arrow stream of one column."""
    if array.dtype.hasobject or array.dtype.fields is not None:
        raise TypeError(f"array {name!r} is of type {array.dtype}; a checkpoint holds plain arrays only")
    flat = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).reshape(-1)
    if array.dtype.kind not in _NATIVE or array.dtype.itemsize > 8:
        flat = flat.view(np.uint8)
    column = pa.array(flat)
    batch = pa.record_batch([column], names=["values"])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_batch(batch)
    return memoryview(sink.getvalue())


def _read_head(path: Path, archive: zipfile.ZipFile, limit: int) -> dict[str, Any]:
    """Return the manifest, once versions, digest, names and sizes are found to be in order."""
    infos = {info.filename: info for info in archive.infolist()}
    if len(infos) != len(archive.infolist()):
        raise ValueError("a member occurs twice")
    if infos[_MANIFEST].file_size > _MANIFEST_LIMIT:
        raise ValueError("its manifest is too large")
    head = json.loads(archive.read(_MANIFEST))
    if type(head["schema"]) is not int or head["schema"] > CHECKPOINT_VERSION:
        raise VersionMismatch(str(path), f"version {head['schema']}", f"version {CHECKPOINT_VERSION}")
    digest = head.pop("sha256")
    if digest != hashlib.sha256(canonical_json(head)).hexdigest():
        raise ValueError("its manifest does not have its SHA-256")
    if head["package"] != package_version():
        raise VersionMismatch(str(path), f"catallaxy {head['package']}", f"catallaxy {package_version()}")
    if set(infos) != {_MANIFEST, *(entry["member"] for entry in head["arrays"])}:
        raise ValueError("its members are not those that its manifest lists")
    for entry in head["arrays"]:
        info = infos[entry["member"]]
        if info.file_size != entry["bytes"] or info.compress_type != zipfile.ZIP_STORED:
            raise ValueError(f"{entry['member']} has {info.file_size} bytes; due: {entry['bytes']}")
    total = sum(_nbytes(entry) + entry["bytes"] for entry in head["arrays"])
    if total > limit:
        raise ValueError(f"it would unpack to {total} bytes, over the limit of {limit}")
    return cast("dict[str, Any]", head)


def _nbytes(entry: Mapping[str, Any]) -> int:
    if any(type(length) is not int or length < 0 for length in entry["shape"]):
        raise ValueError(f"array {entry['name']!r} has no shape")
    return int(math.prod(entry["shape"]) * np.dtype(entry["type"]).itemsize)


def _unpack(body: bytes, entry: Mapping[str, Any]) -> Array:
    """Return the array in ``body`` after its digest and the room it asks for have been checked."""
    if hashlib.sha256(body).hexdigest() != entry["sha256"]:
        raise ValueError(f"array {entry['name']!r} does not have its SHA-256")
    dtype = np.dtype(entry["type"])
    messages = pa.ipc.MessageReader.open_stream(body)
    schema, message = pa.ipc.read_schema(messages.read_next_message()), messages.read_next_message()
    stored = schema.field(0).type.to_pandas_dtype() if len(schema) == 1 else None
    native = dtype.kind in _NATIVE and dtype.itemsize <= 8
    if stored is None or np.dtype(stored) != (dtype.newbyteorder("=") if native else np.uint8):
        raise ValueError(f"array {entry['name']!r} is not stored as {dtype}")
    declared = int.from_bytes(memoryview(message.body)[:8], "little", signed=True) if message.body.size >= 8 else 0
    if declared > _nbytes(entry):
        raise ValueError(f"array {entry['name']!r} would unpack to {declared} bytes; due: {_nbytes(entry)}")
    column = pa.ipc.read_record_batch(message, schema).column(0)
    flat = column.to_numpy(zero_copy_only=False)
    return np.array(flat if native else flat.view(dtype)).reshape(entry["shape"])
