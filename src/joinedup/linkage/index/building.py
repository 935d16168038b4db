"""The index of a run: every record's features by code, its keys, and the run's model, so that a look needs no table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from joinedup.engine import DuckDBEngine
from joinedup.linkage.again import Again
from joinedup.linkage.arrays import Feature, Features, Several, Single, single
from joinedup.linkage.comparing import Bits
from joinedup.linkage.conditions import Compiler
from joinedup.linkage.features import EACH
from joinedup.linkage.fitting import Ready
from joinedup.linkage.index import files
from joinedup.linkage.index.files import Array
from joinedup.linkage.index.keys import MOST_KEYS, OF_RECORDS, terms_of
from joinedup.linkage.index.postings import Small, bucket_counts, filled_buckets, packed_buckets
from joinedup.linkage.index.program import is_number, translated
from joinedup.linkage.index.rules import FULL_NAME, Weighing
from joinedup.linkage.index.weighing import NO_NUMBER, lay_lists, lay_singles
from joinedup.linkage.similarity import texts

TOO_MANY = 2_000
"""Records that share a key beyond which it finds none of them: it says too little."""

IN_A_BUCKET = 8
"""Entries of a bucket, about."""


def build_index(engine: DuckDBEngine, run: Again, clusters: pa.Table, used: Mapping[str, Any], folder: Path) -> None:
    """Write the index of a run into a folder.

    run: all its records, and its model made ready. clusters: its `clusters`. used: the model. Of the records, the index
    holds what linkage compares and nothing else. Raises LinkageError where the model cannot be looked up with,
    StorageError.
    """
    features, count = run.records.features, len(run.records)
    weighing = Weighing(translated(Compiler(engine, features), used), run.ready, used)
    weighing.note_columns(features)
    columns = list(weighing.program.columns.values())
    keys, shift = _keys(features, count)
    head = {"records": count, "shift": shift, "several": _several(features), **weighing.head()}
    weights = {"shares": weighing.shares(), "namesakes": _namesakes(run.ready, features)}
    people_found = _people(run.records.ids, clusters)
    files.write(folder, head, {**_records(columns, count), **_texts(columns), **weights, **keys, **people_found})


def _several(features: Features) -> list[str]:
    """Columns of which records hold several identifiers at once."""
    return [name.removeprefix(EACH) for name, one in features.items() if name.startswith(EACH) and len(one.values)]


def _records(columns: Sequence[Feature], count: int) -> dict[str, Array]:
    """Every record in one stretch: a code or number a column, where each list ends, and the codes of the lists."""
    plain = [one for one in columns if isinstance(one, Single)]
    lists = [one for one in columns if isinstance(one, Several)]
    widths = np.full(count, len(columns), dtype=np.int64)
    for one in lists:
        widths += np.diff(one.offsets)
    starts = np.concatenate([[0], np.cumsum(widths)])
    stream = np.empty(starts[-1], dtype=np.int32)
    for place, values in enumerate(map(_values, plain)):
        lay_singles(stream, starts, place, values)
    for number, one in enumerate(lists):
        lay_lists(stream, starts, (len(plain), len(lists), number), one.offsets, one.codes)
    return {"record_starts": starts, "records": stream}


def _values(column: Single) -> Small:
    """What stands for each record's value: the code of a text, a number as it is."""
    if not is_number(column):
        return column.codes
    return np.append(column.numbers, NO_NUMBER)[column.codes].astype(np.int32)


def _texts(columns: Sequence[Feature]) -> dict[str, Array]:
    """The distinct texts of all columns one after the other, each column's in order."""
    held = [_bytes(one.values) for one in columns if not is_number(one)]
    before = np.cumsum([0, *(len(data) for data, _ in held)])
    offsets = [own + first for (_, own), first in zip(held, before, strict=False)]
    return {
        "texts": np.concatenate([*(data for data, _ in held), np.zeros(1, np.uint8)]),
        "text_offsets": np.concatenate([*offsets, np.zeros(1, np.int64)]),
    }


def _bytes(values: pa.Array) -> tuple[Array, Array]:
    """The bytes of some texts, and where each begins."""
    held = texts(values)
    first, last = held.offsets[0], held.offsets[-1]
    return held.data[first:last], held.offsets - first


def _namesakes(ready: Ready, features: Features) -> Bits:
    """Bits by full name, asked of a record that bears it."""
    full = features.get(FULL_NAME)
    if ready.steps is None or ready.steps.namesakes is None or not isinstance(full, Single):
        return np.zeros(1)
    bearers = np.zeros(len(full.values), dtype=np.int32)
    held = np.flatnonzero(full.codes >= 0)
    bearers[full.codes[held]] = held
    return ready.steps.namesakes.penalty(bearers, bearers)


def _keys(features: Features, records: int) -> tuple[dict[str, Array], int]:
    """The entries of all keys by bucket, the keys that too many share, and by how much a key is shifted."""
    made = terms_of(features, records)
    total = int(bucket_counts(OF_RECORDS, made, 63, MOST_KEYS).sum())
    shift = 64 - max(1, (total // IN_A_BUCKET).bit_length())
    counts = bucket_counts(OF_RECORDS, made, shift, MOST_KEYS)
    entries = filled_buckets(OF_RECORDS, made, shift, MOST_KEYS, counts)
    buckets, common = packed_buckets(counts, entries, TOO_MANY)
    keyed: dict[str, Array] = {"buckets": buckets.astype(np.uint32), "entries": entries[: buckets[-1]]}
    return keyed | {"common": common}, shift


def _people(ids: pa.Array, clusters: pa.Table) -> dict[str, Array]:
    """Ids of records and people, whose each record is, and the records of each person."""
    mine = clusters["person_id"].take(pc.index_in(ids, value_set=clusters["record_id"].combine_chunks()))
    person = single(mine)
    (record_data, record_offsets), (person_data, person_offsets) = _bytes(ids), _bytes(person.values)
    counts = np.bincount(person.codes, minlength=len(person.values))
    return {
        "record_ids": record_data,
        "record_id_offsets": record_offsets,
        "person_ids": person_data,
        "person_id_offsets": person_offsets,
        "person_of": person.codes,
        "person_starts": np.concatenate([[0], np.cumsum(counts)]),
        "person_records": np.argsort(person.codes, kind="stable").astype(np.int32),
    }
