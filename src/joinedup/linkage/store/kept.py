"""All segments of a store, and which of their rows are records of today."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from joinedup import tables
from joinedup.engine import remove_folder, write_bytes
from joinedup.errors import LinkageError, from_oserror
from joinedup.linkage.arrays import Feature, several, single
from joinedup.linkage.census import RULES, Census, read_by
from joinedup.linkage.features import Records
from joinedup.linkage.hashes import Postings, of_values, within
from joinedup.linkage.store.files import column, read_arrays, read_table, write_arrays, write_table
from joinedup.linkage.store.segment import Numbers, Segment, Tied


@dataclass(frozen=True)
class Kept:
    """What a full run leaves for the runs after it: its model, what it saw, and the threshold it joined at. compare: of
    `features.ON_REQUEST`.
    """

    model: dict[str, Any]
    census: Census
    threshold: float
    compare: tuple[str, ...] = ()

    @property
    def read(self) -> frozenset[str]:
        """Features that the model reads."""
        return read_by(self.model)

    @property
    def rules(self) -> list[dict[str, Any]]:
        return list(self.model[RULES])


@dataclass
class Store:
    """A store as it stands. gone: rows of records that were removed or corrected, rising. judged: what was judged when
    it was last brought up to date. Changed by `append` alone.
    """

    folder: Path
    kept: Kept
    segments: list[Segment]
    names: list[str]
    gone: Numbers
    judged: pa.Table = field(default_factory=tables.JUDGEMENTS.empty)

    @property
    def rows(self) -> int:
        """Rows in all, gone ones as well."""
        return self.segments[-1].start + len(self.segments[-1]) if self.segments else 0

    def rows_of(self, ids: pa.Array) -> Numbers:
        """The row of each record of today; -1 for one that is not there."""
        found = np.full(len(ids), -1, np.int64)
        wanted = of_values(ids)
        for one in self.segments:
            at, place = one.found.meeting(wanted)
            rows = one.found.rows[place].astype(np.int64)
            same = _equal(ids, at, one.ids, rows - one.start) & ~within_rows(rows, self.gone)
            found[at[same]] = rows[same]
        return found

    def near(self, rows: Numbers) -> Tied:
        """Every pair of today with one of these rows, from that row's side. rows: rising."""
        made = Tied.none()
        for one in self.segments:
            at, place = Postings(one.near.left, one.near.right).meeting(rows)
            made = made.both(Tied(rows[at], one.near.right[place], one.near.weights[place]))
        kept = ~within_rows(made.right, self.gone)
        return Tied(made.left[kept], made.right[kept], made.weights[kept])

    def people_of(self, rows: Numbers) -> pa.Table:
        """Rows of `clusters` as the newest segment that touched them has them."""
        found, parts = np.full(len(rows), -1, np.int64), []
        count = 0
        for one in reversed(self.segments):
            open_ = np.flatnonzero(found < 0)
            at, place = Postings(one.people.rows, one.people.rows).meeting(rows[open_])
            found[open_[at]] = count + np.arange(len(at))
            parts.append(one.people.clusters.take(pa.array(place)))
            count += len(at)
        return pa.concat_tables(parts).take(pa.array(found))

    def append(self, made: Segment, gone: Numbers, judged: pa.Table) -> None:
        """Add a segment and take note of what is gone: both or neither. Raises StorageError."""
        name = f"segment-{len(self.names):05d}-{uuid.uuid4().hex[:8]}"
        folder = _new(self.folder / name)
        made.write(folder)
        everything_gone = np.union1d(self.gone, gone).astype(np.int64)
        write_arrays(folder, "gone", {"rows": everything_gone})
        write_table(folder / "judged.arrow", judged)
        _note(self.folder, self.kept, [*self.names, name])
        self.segments, self.names = [*self.segments, made], [*self.names, name]
        self.gone, self.judged = everything_gone, judged

    def clusters(self) -> pa.Table:
        """The `clusters` table of today, whole, in key order. For checks: it reads everything."""
        rows = np.setdiff1d(np.arange(self.rows), self.gone)
        return tables.CLUSTERS.conform(self.people_of(rows).sort_by("record_id"))

    def pairs(self) -> pa.Table:
        """Every scored pair of today, whole: record_id_l, record_id_r, match_weight. For checks."""
        rows = np.setdiff1d(np.arange(self.rows), self.gone)
        near = self.near(rows)
        ids = self.ids_of(np.arange(self.rows))
        left, right = ids.take(pa.array(near.left)), ids.take(pa.array(near.right))
        made = pa.table({"record_id_l": left, "record_id_r": right, "match_weight": near.weights})
        kept = np.array([a < b for a, b in zip(left.to_pylist(), right.to_pylist(), strict=True)], np.bool_)
        return made.filter(pa.array(kept & ~np.isnan(near.weights))).sort_by(
            [("record_id_l", "ascending"), ("record_id_r", "ascending")]
        )

    def ids_of(self, rows: Numbers) -> pa.Array:
        """Record ids of rows that rise."""
        return pa.concat_arrays([one.ids.take(pa.array(own)) for one, own in _split(self.segments, rows)])


def records(segments: Sequence[Segment], rows: Numbers) -> tuple[Records, Numbers]:
    """Some records by themselves, in order of their ids, and the row of each. rows: rising."""
    parts = list(_split(segments, rows))
    ids = pa.concat_arrays([one.ids.take(pa.array(own)) for one, own in parts])
    order = pa.compute.array_sort_indices(ids)
    features = [one.features(own) for one, own in parts]
    made = {name: _feature(pa.concat_arrays([f[name] for f in features]).take(order)) for name in features[0]}
    return Records(ids.take(order), made), rows[order.to_numpy()]


def _feature(whole: pa.Array) -> Feature:
    return several(whole) if pa.types.is_list(whole.type) else single(whole)


def _split(segments: Sequence[Segment], rows: Numbers) -> Iterator[tuple[Segment, Numbers]]:
    """By segment, its own rows among these, from 0. At least one segment."""
    cuts = np.searchsorted(rows, [one.start for one in segments] + [np.iinfo(np.int64).max])
    held = [n for n in range(len(segments)) if cuts[n] < cuts[n + 1]] or [0]
    for n in held:
        yield segments[n], rows[cuts[n] : cuts[n + 1]] - segments[n].start


def within_rows(rows: Numbers, known: Numbers) -> npt.NDArray[np.bool_]:
    """Which rows are among `known`, which rises."""
    return within(rows.astype(np.uint64), known.astype(np.uint64))


def _equal(ids: pa.Array, at: Numbers, others: pa.Array, rows: Numbers) -> npt.NDArray[np.bool_]:
    same = pa.compute.equal(ids.take(pa.array(at)), others.take(pa.array(rows)))
    return np.asarray(same.to_numpy(zero_copy_only=False), dtype=np.bool_)


NOTE = "store.json"

VERSION = 1
"""Of the form of the files. Raise it when that changes, or what keys and counts are made of."""


def create(folder: Path, kept: Kept) -> Store:
    """An empty store in a folder that is made anew: whatever it held is gone. Raises StorageError."""
    remove_folder(folder)
    _new(folder)
    kept.census.write(folder)
    write_bytes(folder / "model.json", json.dumps(kept.model).encode())
    return Store(folder, kept, [], [], np.empty(0, np.int64))


def open_store(folder: Path) -> Store:
    """A store as it was last left. Raises LinkageError where there is none that can be read, StorageError."""
    try:
        note = json.loads((folder / NOTE).read_text())
        kept = json.loads((folder / "model.json").read_text())
    except FileNotFoundError:
        raise _no_store() from None
    except OSError as error:
        raise from_oserror(error) from None
    except ValueError:
        raise _no_store() from None
    if note.get("version") != VERSION:
        raise LinkageError("What was kept is of another version of Joinedup.", remedy="Make a full run first.")
    names = note["segments"]
    return Store(
        folder, Kept(kept, Census.read(folder), note["threshold"], tuple(note["compare"])),
        [Segment.read(folder / name) for name in names], names, read_arrays(folder / names[-1], "gone")["rows"],
        read_table(folder / names[-1] / "judged.arrow"),
    )  # fmt: skip


def _no_store() -> LinkageError:
    return LinkageError("No earlier run left anything to add records to.", remedy="Make a full run first.")


def _note(folder: Path, kept: Kept, names: list[str]) -> None:
    told = {"version": VERSION, "segments": names, "threshold": kept.threshold, "compare": list(kept.compare)}
    write_bytes(folder / NOTE, json.dumps(told).encode())


def _new(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise from_oserror(error) from None
    return folder


__all__ = ["Kept", "Store", "column", "create", "open_store", "records", "within_rows"]
